# heap: 2m
# A session is resumed only if its peer was verified under all current rules, and a connection never verifies less than its first
# context requires.
import ssl
from helper import CERTS, bio_pair, client_context, server_context, shake
from port import cases, raises

VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


def both(version, crl=False, mutual=False):
    client, server = client_context(), server_context()
    client.maximum_version = client.minimum_version = version
    if mutual:
        client.load_cert_chain(CERTS + "client.pem", CERTS + "client.key")
        server.load_verify_locations(CERTS + "ca.pem")
        server.verify_mode = ssl.CERT_REQUIRED
    if crl:
        verifier = server if mutual else client
        verifier.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
        verifier.load_verify_locations(CERTS + "crl.pem")
    return client, server


def connect(client, server, session=None):
    """Makes a connection. Returns its session, and whether it was resumed."""
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    c = client.wrap_bio(a, b, server_hostname="localhost", session=session)
    s = server.wrap_bio(b, a, server_side=True)
    outcomes = shake(c, s)
    for outcome in outcomes:
        if outcome is not True:
            raise outcome
    s.write(b"x")
    assert c.read() == b"x"
    return c.session, c.session_reused


def a_verify_callback_that_is_replaced():
    for version in VERSIONS:
        client, server = both(version)
        client.verify_callback = lambda der, depth: 0
        session, _ = connect(client, server)
        assert connect(client, server, session)[1]
        asked = []

        def refuse(der, depth):
            asked.append(depth)
            return 1

        client.verify_callback = refuse
        raises(ssl.SSLError, connect, client, server, session)
        assert asked


def a_servers_verify_callback_that_is_replaced():
    for version in VERSIONS:
        client, server = both(version, mutual=True)
        server.verify_callback = lambda der, depth: 0
        session, _ = connect(client, server)
        assert connect(client, server, session)[1]
        server.verify_callback = lambda der, depth: 1
        raises(ssl.SSLError, connect, client, server, session)


def a_crl_that_is_loaded_later():
    for version in VERSIONS:
        for mutual in (False, True):
            client, server = both(version, True, mutual)
            session, _ = connect(client, server)
            assert connect(client, server, session)[1]
            verifier = server if mutual else client
            verifier.load_verify_locations(CERTS + "crl.pem")  # this list was loaded already
            assert connect(client, server, session)[1]
            verifier.load_verify_locations(CERTS + "crl-inter.pem")
            assert not connect(client, server, session)[1], (version, mutual)


def a_server_that_speaks_another_version():
    older, newer = VERSIONS
    for first, second in ((older, newer), (newer, older)):
        for tickets in (True, False):
            for group in (None, "secp384r1"):  # a server with this group only asks for a second ClientHello
                client = client_context()
                server = server_context()
                server.minimum_version = server.maximum_version = first
                if not tickets:
                    server.options |= ssl.OP_NO_TICKET
                session, _ = connect(client, server)
                server = server_context()
                server.minimum_version = server.maximum_version = second
                if group:
                    server.set_ecdh_curve(group)
                session, resumed = connect(client, server, session)
                assert not resumed
                assert connect(client, server, session)[1]


def another_context_of_a_client():
    def replaced(change):
        first, second = client_context(), client_context()
        change(first, second)
        c, s = bio_pair(first, server_context())
        c.context = second
        assert shake(c, s) == [True, True]

    def less(change):
        raises(ValueError, replaced, change)

    replaced(lambda first, second: None)
    less(lambda first, second: setattr(second, "check_hostname", False))
    less(lambda first, second: setattr(first, "verify_flags", first.verify_flags | ssl.VERIFY_X509_STRICT))
    less(lambda first, second: setattr(second, "verify_flags", second.verify_flags | ssl.VERIFY_X509_PARTIAL_CHAIN))
    less(lambda first, second: setattr(second, "verify_clock", "hold"))
    less(lambda first, second: setattr(first, "verify_callback", lambda der, depth: 0))
    with open(CERTS + "server.pem") as f:
        pin = ssl.spki_sha256(f.read())
    less(lambda first, second: first.pin("localhost", pin))
    replaced(lambda first, second: (first.pin("localhost", pin), second.pin("localhost", pin)))
    replaced(lambda first, second: second.pin("localhost", pin))


def unknown_flags():
    ctx = client_context()
    before = ctx.verify_flags
    for bit in range(32):
        if bit not in (2, 3, 5, 15, 19):
            raises(ValueError, setattr, ctx, "verify_flags", before | 1 << bit)
    assert ctx.verify_flags == before


def hosts_of_pins():
    wrong = bytes(32)
    for pinned in ("::1", "0:0:0:0:0:0:0:1", "0::0001"):
        for host in ("::1", "0:0::1"):
            client = client_context()
            client.pin(pinned, wrong)
            c, s = bio_pair(client, server_context(), host)
            assert isinstance(shake(c, s)[0], ssl.SSLCertVerificationError), (pinned, host)
    for pinned in ("LocalHost", "localhost."):
        client = client_context()
        client.pin(pinned, wrong)
        assert isinstance(shake(*bio_pair(client, server_context()))[0], ssl.SSLCertVerificationError), pinned
    for host in ("localhost ", "", "a..b", "127.1", "*.example.com", "example.com:443", "https://example.com", "caf\u00e9.example"):
        raises(ValueError, client_context().pin, host, wrong)


def rsa_keys_that_cost_too_much():
    for mode in (ssl.CERT_REQUIRED, ssl.CERT_NONE):
        client = client_context()
        client.check_hostname = False
        client.verify_mode = mode
        for version in VERSIONS:
            client.maximum_version = version
            outcome = shake(*bio_pair(client, server_context("huge-exponent")))[0]
            assert isinstance(outcome, ssl.SSLError), outcome


cases(
    a_verify_callback_that_is_replaced,
    a_servers_verify_callback_that_is_replaced,
    a_crl_that_is_loaded_later,
    a_server_that_speaks_another_version,
    another_context_of_a_client,
    unknown_flags,
    hosts_of_pins,
    rsa_keys_that_cost_too_much,
)
