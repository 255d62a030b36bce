# A chain of our own that is longer than a record is sent in several records, and one that can never be sent is refused when it is
# loaded.
import ssl
from helper import CERTS, bio_pair, client_context, server_context, shake
from port import cases, raises


def read(name):
    with open(CERTS + name) as f:
        return f.read()


def chain(size):
    """Returns the server's certificate and superfluous ones as PEM, of about so many bytes in DER."""
    extra = read("root-rsa.pem")
    return read("server.pem") + extra * (size * 4 // 3 // len(extra))


def with_chain(size):
    context = server_context()
    context.load_cert_chain(chain(size).encode(), read("server.key").encode())
    return context


def every_length_is_sent():
    for size in (3000, 4000, 5000, 8000, 12000, 15000):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            server, client = with_chain(size), client_context()
            client.maximum_version = version
            assert shake(*bio_pair(client, server)) == [True, True], size
            # A client's chain is sent too, also to a peer that takes small records only.
            server.verify_mode = ssl.CERT_REQUIRED
            server.load_verify_locations(CERTS + "ca.pem")
            client.load_cert_chain((read("client.pem") + chain(size)).encode(), read("client.key").encode())
            assert shake(*bio_pair(client, server)) == [True, True], size
            client.reserve(1, record_in=512, record_out=512, peer_chain=16384)
            server.reserve(1, record_in=512, record_out=512, peer_chain=16384)
            assert shake(*bio_pair(client, server)) == [True, True], size


def too_long_is_refused():
    context = with_chain(3000)
    error = raises(ssl.SSLError, context.load_cert_chain, chain(20000).encode(), read("server.key").encode())
    assert error.reason == "CHAIN_TOO_LONG" and "16384" in str(error), error
    # The chain that was loaded before is still in use.
    assert shake(*bio_pair(client_context(), context)) == [True, True]


def it_counts_in_a_reservation():
    small, large = server_context(), with_chain(12000)
    assert 6000 < large.memory_needed(1) - small.memory_needed(1) < 16000


cases(every_length_is_sent, too_long_is_refused, it_counts_in_a_reservation)
