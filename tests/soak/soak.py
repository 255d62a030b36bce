# SPDX-License-Identifier: MIT
#
# soak.py - many connections deliver no wrong byte: in sequence, at once, over a bad network, read and written by different
# threads. When they are over, the server holds no more descriptors and bytes than before. docs/testing.md promises this ("soak").
#
# Each report is a case and what it counted. `make soak` takes about an hour, and `make test` runs a short form.
import os
import socket
import ssl
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "interop"))
from relay import Relay

SHORT = {"sequence": 200, "together": 50, "faults": 40, "apart": 300000, "datagrams": 5}
PARTS = ("connections-in-sequence-are-right", "connections-at-once-are-right", "a-bad-network-alters-no-data",
         "two-threads-share-a-connection", "connections-afterwards-are-right", "the-server-holds-no-more-than-before",
         "dtls-survives-lost-datagrams")
LONG = {"sequence": 10000, "together": 200, "faults": 2000, "apart": 30000000, "datagrams": 200}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Ours:
    def __init__(self, micropython, certs):
        self.micropython = micropython
        self.env = dict(os.environ, USSL_CERTS=certs, MICROPYPATH=os.path.join(HERE, "..", "compat") + ":.frozen")

    def start(self, *arguments):
        return subprocess.Popen([self.micropython, "-X", "heapsize=32m", os.path.join(HERE, "ours.py"), *map(str, arguments)],
                                env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def run(self, *arguments):
        process = self.start(*arguments)
        out = process.communicate()[0].decode(errors="replace")
        return process.returncode == 0, out


def report_of(port, certs):
    """Returns the descriptors and the bytes that the server holds."""
    context = ssl.create_default_context(cafile=certs + "/ca.pem")
    with socket.create_connection(("127.0.0.1", port)) as sock, context.wrap_socket(sock, server_hostname="localhost") as tls:
        tls.sendall(b"report\n")
        return [int(n) for n in tls.recv(100).split()]


def datagrams(micropython, certs, count):
    """Makes DTLS handshakes of our client with OpenSSL's server over a network that loses a tenth of the datagrams."""
    good = 0
    for n in range(count):
        port = free_port()
        server = subprocess.Popen(["openssl", "s_server", "-dtls1_2", "-accept", "127.0.0.1:%d" % port, "-quiet", "-cert", certs + "/server.pem",
                                   "-key", certs + "/server.key"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        time.sleep(0.3)
        relay = Relay(port, n, datagrams=True, loss=0.1)
        script = os.path.join(HERE, "datagram.py")
        done = subprocess.run([micropython, script, str(relay.port), certs], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        good += done.stdout == b"established\n"
        server.kill()
        server.communicate()
        relay.close()
    return good == count, "%d of %d" % (good, count)


def run_all(report, micropython, certs, amounts):
    ours, port = Ours(micropython, certs), free_port()
    server = ours.start("server", port)
    server.stdout.readline()
    began = time.time()

    def tell(name, good, text):
        report("passed" if good else "failed", "soak/" + name + (": " + text.strip() if good else ""), "" if good else text[-3000:])
        progress(PARTS.index(name) + 1)

    def progress(done):
        if amounts is LONG and done < len(PARTS):
            print("soak: %d of %d parts done after %d s; next: %s" % (done, len(PARTS), time.time() - began, PARTS[done]), flush=True)

    progress(0)
    tell("connections-in-sequence-are-right", *ours.run("sequence", port, amounts["sequence"]))
    before = report_of(port, certs)
    tell("connections-at-once-are-right", *ours.run("together", port, amounts["together"]))
    relay = Relay(port, 1, cut=0.4)
    good, text = ours.run("faults", relay.port, amounts["faults"])
    tell("a-bad-network-alters-no-data", good and relay.ended > 0, "%s, %d of %d connections were cut" % (text.strip(), relay.ended, relay.started))
    relay.close()
    relay = Relay(port, 2)
    tell("two-threads-share-a-connection", *ours.run("apart", relay.port, amounts["apart"]))
    relay.close()
    tell("connections-afterwards-are-right", *ours.run("sequence", port, 100))
    time.sleep(6)  # unfinished handshakes have timed out by then
    after = report_of(port, certs)
    level = after[0] <= before[0] + 10 and after[1] < before[1] + 500000
    tell("the-server-holds-no-more-than-before", level and server.poll() is None, "descriptors and bytes %s, then %s" % (before, after))
    server.kill()
    server.communicate()
    tell("dtls-survives-lost-datagrams", *datagrams(micropython, certs, amounts["datagrams"]))
