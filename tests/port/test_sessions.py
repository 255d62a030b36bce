# An SSLSession can be saved as bytes, for a device that sleeps, and resumed by a context with the same trust. Others are refused.
import ssl
from helper import CERTS, bio_pair, client_context, server_context, shake
from port import raises

KEY = b"0123456789abcdef"


def saved(client, server, *key):
    c, s = bio_pair(client, server)
    assert shake(c, s) == [True, True]
    s.write(b"ticket")
    assert c.read() == b"ticket"
    return c.session.serialize(*key)


def reused(client, server, session, host="localhost"):
    c, s = bio_pair(client, server, host)
    c.session = session
    outcome = shake(c, s)
    assert c.session_reused == s.session_reused
    return c.session_reused if outcome == [True, True] else outcome


server = server_context()
for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    client = client_context()
    client.maximum_version = version
    data = saved(client, server)
    assert isinstance(data, bytes) and len(data) < 1100

    # After a deep sleep the device has another context with the same trust.
    client = client_context()
    client.maximum_version = version
    session = ssl.SSLSession.deserialize(client, data)
    assert session.has_ticket and len(session.id) == 32 and session.timeout == 7200
    assert reused(client, server, session) is True
    assert reused(client, server, ssl.SSLSession.deserialize(client, bytearray(data))) is True

    # A session is refused if the trust differs. It is not used for another host, or if more has to be verified.
    for other in (client_context(None), client_context("rogue-ca.pem")):
        raises(ValueError, ssl.SSLSession.deserialize, other, data)
    c, s = bio_pair(client, server, "wrong.example")
    c.session = session
    assert isinstance(shake(c, s)[0], ssl.SSLCertVerificationError)
    lax = client_context()
    lax.check_hostname = False
    data_lax = saved(lax, server)
    strict = client_context()
    assert reused(strict, server, ssl.SSLSession.deserialize(strict, data_lax)) is False
    seen = []
    strict.verify_callback = lambda cert, depth: seen.append(depth)
    assert reused(strict, server, ssl.SSLSession.deserialize(strict, data)) is False and seen

    # Certificates that were loaded since then do not matter.
    client.load_verify_locations(CERTS + "rogue-ca.pem")
    assert reused(client, server, ssl.SSLSession.deserialize(client, data)) is True

    # Damaged bytes are refused, and a session that was sealed with a key needs the same key.
    for at in range(0, len(data), 41):
        bad = bytearray(data)
        bad[at] ^= 4
        raises(ValueError, ssl.SSLSession.deserialize, client, bad)
    for n in (0, 3, 4, 31, 32, len(data) - 1):
        raises(ValueError, ssl.SSLSession.deserialize, client, data[:n])
    raises(ValueError, ssl.SSLSession.deserialize, client, data + b"x")
    keyed = saved(client, server, KEY)
    assert reused(client, server, ssl.SSLSession.deserialize(client, keyed, KEY)) is True
    raises(ValueError, ssl.SSLSession.deserialize, client, keyed)
    raises(ValueError, ssl.SSLSession.deserialize, client, keyed, b"f" * 16)
    raises(ValueError, ssl.SSLSession.deserialize, client, data, KEY)
    raises(ValueError, session.serialize, b"short")
    raises(TypeError, session.serialize, "0123456789abcdef")
    raises(TypeError, ssl.SSLSession.deserialize, client, "text")
    raises(TypeError, ssl.SSLSession.deserialize, 5, data)

# A session without a ticket cannot be saved.
server.num_tickets = 0
c, s = bio_pair(client_context(), server)
shake(c, s)
raises(ValueError, c.session.serialize)
raises(ValueError, s.session.serialize)
print("ok")
