# heap: 8m
# Several threads can use a context or a connection at once.
import _thread
import time
import ssl
from helper import CERTS, Server, bio_pair, client_context, read, server_context, shake
from port import cases, pair, raises


def in_thread(fun, *args):
    """Starts fun(*args) in a thread. Returns a function that waits for its end, and returns its result or exception."""
    result = []

    def work():
        try:
            result.append(fun(*args))
        except Exception as e:
            result.append(e)

    def wait():
        for _ in range(3000):
            if result:
                return result[0]
            time.sleep(0.01)
        raise AssertionError("a thread hangs")

    _thread.start_new_thread(work, ())
    return wait


def check(*waits):
    for wait in waits:
        result = wait()
        if isinstance(result, Exception):
            raise result


def for_seconds(seconds, fun):
    end, n = time.time() + seconds, 0
    while time.time() < end:
        fun()
        n += 1
    return n


def connections_by_one_context():
    client, server = client_context(), server_context()

    def work(n):
        for i in range(10):
            c, s = bio_pair(client, server)
            assert shake(c, s) == [True, True]
            c.write(b"%d %d" % (n, i))
            assert s.read() == b"%d %d" % (n, i)

    check(*[in_thread(work, n) for n in range(4)])


def a_context_that_changes():
    client, server = client_context(), server_context()
    cert, key = read("server.pem"), read("server.key")

    def connect():
        assert shake(*bio_pair(client, server)) == [True, True]

    def change():
        client.verify_flags = client.verify_flags
        client.load_verify_locations(CERTS + "ca.pem")
        server.num_tickets = 2
        server.load_cert_chain(cert, key)

    threads = [in_thread(for_seconds, 2, connect) for _ in range(3)]
    check(in_thread(for_seconds, 2, change), *threads)


def a_setting_holds_for_the_next_connection():
    # A setting that is made before a connection begins is in force for it.
    server, strict = server_context("self-signed"), client_context()
    strict.check_hostname = False

    def change():
        strict.verify_mode = ssl.CERT_NONE
        strict.verify_mode = ssl.CERT_REQUIRED

    def connect():
        mode = ssl.CERT_REQUIRED
        strict.verify_mode = mode
        outcome = shake(*bio_pair(strict, server))[0]
        assert isinstance(outcome, ssl.SSLCertVerificationError), outcome

    for_seconds(0.5, lambda: (change(), connect()))


def a_reader_and_a_writer():
    # One thread waits in recv() while another one sends, as in CPython.
    def echo(tls):
        for _ in range(50):
            tls.sendall(tls.recv(100))

    server = Server(echo)
    with client_context().wrap_socket(server.connect(), server_hostname="localhost") as tls:
        def listen():
            return [tls.recv(100) for _ in range(50)]

        reader = in_thread(listen)
        for i in range(50):
            tls.sendall(b"%d" % i)
            time.sleep(0.002)
        heard = reader()
        assert b"".join(heard) == b"".join(b"%d" % i for i in range(50)), heard
    assert server.wait() == "None"


def a_new_connection_in_two_threads():
    # One thread makes the handshake, and the other one does not wait until the first has received its data.
    server = Server(lambda tls: tls.sendall(tls.recv(10)))
    sock = server.connect()
    tls = client_context().wrap_socket(sock, server_hostname="localhost", do_handshake_on_connect=False)
    reader, writer = in_thread(tls.recv, 10), in_thread(tls.send, b"hello")
    assert writer() == 5 and reader() == b"hello"
    tls.close()
    assert server.wait() == "None"


def both_directions_are_busy():
    # Much data is sent in both directions, over sockets that are full most of the time.
    data = bytes(range(250)) * 1200

    def exchange(tls):
        def receive():
            got = b""
            while len(got) < len(data):
                part = tls.recv(5000)
                assert part and part == data[len(got) : len(got) + len(part)]
                got += part

        reader = in_thread(receive)
        tls.sendall(data)
        check(reader)

    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        client = client_context()
        client.maximum_version = version
        server = Server(exchange)
        with client.wrap_socket(server.connect(), server_hostname="localhost") as tls:
            exchange(tls)
        assert server.wait() == "None"


def two_writers_take_turns():
    def collect(tls):
        got = b""
        while len(got) < 2 * 50 * 1000:
            got += tls.recv(4000)
        for i in range(0, len(got), 1000):
            assert got[i : i + 1000] == got[i : i + 1] * 1000

    server = Server(collect)
    with client_context().wrap_socket(server.connect(), server_hostname="localhost") as tls:
        check(*[in_thread(lambda c: [tls.sendall(c * 1000) for _ in range(50)], c) for c in (b"a", b"b")])
        assert server.wait() == "None"


def two_readers_take_turns():
    # Each line is read by one thread, although it arrives in parts.
    def send(tls):
        for i in range(300):
            tls.write(b"line")
            tls.write(b" %d\n" % i)

    server = Server(send)
    lines = []

    def collect(tls):
        while True:
            line = tls.readline()
            if not line:
                return
            lines.append(line)

    with client_context().wrap_socket(server.connect(), server_hostname="localhost") as tls:
        tls.settimeout(20)
        check(in_thread(collect, tls), in_thread(collect, tls))
    assert server.wait() == "None"
    assert sorted(lines) == sorted(b"line %d\n" % i for i in range(300)), lines


def close_ends_a_recv():
    for timeout in (None, 30):
        hear = []
        server = Server(lambda tls: hear.append(tls.recv(10)))
        tls = client_context().wrap_socket(server.connect(), server_hostname="localhost")
        tls.settimeout(timeout)
        reader = in_thread(tls.recv, 10)
        time.sleep(0.1)
        tls.close()
        end = reader()  # EBADF, or b"" if the server's close_notify has arrived first
        assert end == b"" or (isinstance(end, OSError) and end.errno == 9), repr(end)
        assert server.wait() == "None" and hear == [b""]  # the server has received close_notify
        assert tls.fileno() == -1
        raises(OSError, tls.recv, 10)


def close_beside_every_method():
    client, server = client_context(), server_context()
    now, stop = [None], []

    def methods(c):
        c.version(), c.cipher(), c.pending(), c.selected_alpn_protocol(), c.session, c.session_reused
        c.getpeercert(), c.getpeercert(True), c.get_verified_chain()

    def use(fun):
        while not stop:
            c = now[0]
            try:
                if c is not None:
                    fun(c)
            except (OSError, ValueError):
                pass
            time.sleep(0)

    threads = [in_thread(use, fun) for fun in (methods, lambda c: c.write(bytes(3000)))]

    def connect():
        c, s, _, _ = pair(client, server)
        assert shake(c, s) == [True, True]
        now[0] = c
        time.sleep(0.002)
        c.close()
        now[0] = None
        s.close()

    for_seconds(2, connect)
    stop.append(True)
    check(*threads)


def a_question_during_a_handshake():
    c, s, stream, _ = pair()
    answers = []

    def write(buf):
        if not answers:
            answers.append(in_thread(lambda: (c.version(), c.cipher(), c.session, c.pending()))())
        stream.wr.data += bytes(buf)
        return len(buf)

    stream.on_write = write
    assert shake(c, s) == [True, True]
    assert answers == [(None, None, None, 0)], answers


def a_stream_that_calls_its_connection():
    c, s, stream, _ = pair()
    assert shake(c, s) == [True, True]

    def read(buf):
        raises(RuntimeError, c.recv, 1)  # the call would wait for itself
        c.write(b"x")
        return None

    stream.on_read = read
    raises(ssl.SSLWantReadError, c.recv, 1)
    assert s.recv(1) == b"x"


cases(
    connections_by_one_context,
    a_context_that_changes,
    a_setting_holds_for_the_next_connection,
    a_reader_and_a_writer,
    a_new_connection_in_two_threads,
    both_directions_are_busy,
    two_writers_take_turns,
    two_readers_take_turns,
    close_ends_a_recv,
    close_beside_every_method,
    a_question_during_a_handshake,
    a_stream_that_calls_its_connection,
)
