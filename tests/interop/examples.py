# SPDX-License-Identifier: MIT
#
# examples.py - the scripts of examples/ do what their comments say, with OpenSSL and other programs at the other end.
# interop.py runs these cases.
import os
import socket
import struct
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLES = os.path.join(HERE, "..", "..", "examples")


def start(case, wait_for, port, name, *arguments):
    process = case.start([case.micropython, os.path.join(EXAMPLES, name), str(port), *arguments])
    wait_for(port, process)
    return process


def pair(case, name):
    return case.cert(name + ".pem"), case.cert(name + ".key")


def s_client(case, port, name, text=b""):
    return case.run(["openssl", "s_client", "-connect", "127.0.0.1:%d" % port, "-servername", name, "-CAfile", case.cert("ca.pem"),
                     "-verify_return_error", "-quiet", "-no_ign_eof"], text)


def servers(case, free_port, wait_for, stop):
    port = free_port()
    server = start(case, wait_for, port, "https_server.py", *pair(case, "server"))
    s_client(case, port, "localhost")  # this client sends no request
    for i in range(3):
        status, out = case.run(["curl", "-s", "--cacert", case.cert("ca.pem"), "https://localhost:%d/page%d" % (port, i)])
        yield "example/https-server/%d" % i, status == 0 and out == "You asked for: GET /page%d HTTP/1.1\r\n" % i, out
    stop(server)

    port = free_port()
    server = start(case, wait_for, port, "asyncio_server.py", *pair(case, "server"))
    idle = subprocess.Popen(["openssl", "s_client", "-connect", "127.0.0.1:%d" % port, "-quiet"], stdin=subprocess.PIPE,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    client = subprocess.Popen(["openssl", "s_client", "-connect", "127.0.0.1:%d" % port, "-quiet", "-CAfile", case.cert("ca.pem"),
                               "-verify_return_error"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    client.stdin.write(b"hello\n")
    client.stdin.flush()
    line = client.stdout.readline()
    client.kill()
    idle.kill()
    client.communicate()
    idle.communicate()
    yield "example/asyncio-server", line == b"hello\n", repr(line) + stop(server)

    port = free_port()
    server = start(case, wait_for, port, "sni_server.py", "localhost", *pair(case, "server"), "other.example", *pair(case, "wrong-name"))
    subjects = []
    for name in ("localhost", "other.example", "a third one"):
        shown = case.run(["openssl", "s_client", "-connect", "127.0.0.1:%d" % port, "-servername", name, "-CAfile", case.cert("ca.pem")])[1]
        subjects.append([line for line in shown.splitlines() if line.startswith("subject=")])
    log = stop(server)
    yield "example/sni-server", subjects[0] and subjects[0] == subjects[2] != subjects[1], repr(subjects) + log


def clients(case, free_port, wait_for, stop):
    for version in ("tls1_2", "tls1_3"):
        port = free_port()
        server = case.their_server(port, "server", version)
        status, pin = case.run([case.micropython, "-c", "import ssl; print(ssl.spki_sha256(open(%r).read()).hex())" % case.cert("server.pem")])
        for what, wanted, pinned in (("the-key", 0, pin.strip()), ("another-key", 1, "00" * 32)):
            status, out = case.run([case.micropython, os.path.join(EXAMPLES, "pinned_client.py"), "localhost", str(port), pinned])
            yield "example/pinned-client/%s/%s" % (version, what), status == wanted and "connected:" in out, out
        name = os.path.join(case.certs, "session.example")
        if os.path.exists(name):
            os.unlink(name)
        lines = [case.run([case.micropython, os.path.join(EXAMPLES, "resume_after_sleep.py"), "localhost", str(port),
                           case.cert("ca.pem"), name])[1] for _ in range(3)]
        yield "example/resume-after-sleep/" + version, lines == ["a full handshake\n", "resumed\n", "resumed\n"], repr(lines) + stop(server)


def mqtt(case):
    sys.path.insert(0, os.path.join(HERE, "..", "libraries"))
    from servers import Broker, mosquitto

    library = os.path.join(os.environ.get("MICROPYTHON_LIB", ""), "micropython/umqtt.simple")
    if not os.path.isdir(library) or not mosquitto():
        yield "example/mqtt-client", None, "needs MICROPYTHON_LIB, the folder of a checkout, and mosquitto"
        return
    broker = Broker(case.certs, True)
    env = dict(case.env, MICROPYPATH=library + ":.frozen")
    done = subprocess.run([case.micropython, os.path.join(EXAMPLES, "mqtt_client.py"), "localhost", str(broker.port), case.cert("ca.pem"),
                           *pair(case, "client")], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    out = done.stdout.decode()
    yield "example/mqtt-client", out == "received: b'devices/a-device' b'21.5 degrees'\n", out + broker.stop()


def resetting_server():
    """Returns a port, and a thread that accepts one connection and resets it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def reset():
        sock = listener.accept()[0]
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()

    thread = threading.Thread(target=reset)
    thread.start()
    return listener, thread


# examples/client.c is built as its comment says, with the library of `make lib`.
def in_c(case, free_port, wait_for, stop):
    root, program = os.path.join(HERE, "..", ".."), os.path.join(HERE, "..", "..", "build/lib/client")
    done = subprocess.run("make -s lib && cc -Wall -Wextra -Wno-unused-parameter -Werror examples/client.c "
                          "$(PKG_CONFIG_PATH=build/lib pkg-config --cflags --libs ussl) -o build/lib/client",
                          shell=True, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    yield "example/client.c/builds", done.returncode == 0, done.stdout.decode(errors="replace")
    for version in ("tls1_2", "tls1_3"):
        for cert, ca, wanted in (("server", "ca.pem", "200 ok"), ("wrong-name", "ca.pem", "TLS: Hostname mismatch"),
                                 ("server", "root-rsa.pem", "TLS: unable to get local issuer certificate")):
            port = free_port()
            server = case.their_server(port, cert, version)
            status, out = case.run([program, "localhost", str(port), case.cert(ca)])
            yield "example/client.c/%s/%s/%s" % (version, cert, ca), wanted in out and (status == 0) == (wanted == "200 ok"), out
            stop(server)
    for i in range(5):  # the reset arrives at a different moment each time
        listener, thread = resetting_server()
        status, out = case.run([program, "localhost", str(listener.getsockname()[1]), case.cert("ca.pem")])
        thread.join()
        listener.close()
        yield "example/client.c/reset/%d" % i, status == 1 and out != "", out


def cases(case, free_port, wait_for, stop):
    yield from in_c(case, free_port, wait_for, stop)
    yield from servers(case, free_port, wait_for, stop)
    yield from clients(case, free_port, wait_for, stop)
    yield from mqtt(case)
