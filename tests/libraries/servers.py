# SPDX-License-Identifier: MIT
#
# servers.py - the servers of the library tests: an https server that keeps what it receives, and mosquitto.
import base64
import hashlib
import json
import os
import re
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../interop"))
from interop import free_port, wait_for

SIZES = (0, 1, 1024, 16384, 54038, 200000)
# A server hashes this text behind the client's key, to show that it has the protocol (RFC 6455 1.3).
WEBSOCKET = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def body(size):
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def packages():
    """The pages that mip requests: an index of one package, a single file, and a package.json with its file."""
    hashes = {size: hashlib.sha256(body(size)).hexdigest()[:8] for size in SIZES}
    index = {"v": 1, "hashes": [["sizes/%d.py" % s, h] for s, h in hashes.items()], "version": "1"}
    pages = {"/file/%s/%s" % (h[:2], h): body(s) for s, h in hashes.items()}
    pages["/package/py/sizes/latest.json"] = json.dumps(index).encode()
    pages["/other/one.py"] = body(3000)
    pages["/other/package.json"] = json.dumps({"urls": [["other/two.py", "two.py"]], "version": "1"}).encode()
    pages["/other/two.py"] = body(4000)
    return pages


class Server:
    """An https server on a free port. `heard` is the data that it has received, which is empty if a client has refused it."""

    def __init__(self, certs, cert="server", version=None):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(os.path.join(certs, cert + ".pem"), os.path.join(certs, cert + ".key"))
        if version:
            self.context.minimum_version = self.context.maximum_version = version
        self.pages = dict(packages(), **{"/json": b'{"a": [1, 2]}', "/moved": b"moved here"})
        self.heard, self.connections, self.errors, self.threads = b"", 0, [], []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.port = self.listener.getsockname()[1]
        self.start(self.accept)

    def start(self, function, *args):
        thread = threading.Thread(target=function, args=args, daemon=True)
        thread.start()
        self.threads.append(thread)

    def accept(self):
        while True:
            try:
                sock = self.listener.accept()[0]
            except OSError:
                return
            self.connections += 1
            self.start(self.serve, sock)

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join(5)
        return "server: %d connections, heard %r, %s\n" % (self.connections, self.heard[:200], self.errors[-5:])

    def serve(self, sock):
        sock.settimeout(20)
        try:
            with sock, self.context.wrap_socket(sock, server_side=True) as conn:
                framing = self.answer(conn)
                if framing and framing != "cut":
                    # After its close_notify a server closes soon, unless it waits for that of the client.
                    conn.settimeout(20 if framing == "waits" else 1)
                    conn.unwrap()
        except OSError as e:
            self.errors.append(repr(e))

    def hear(self, conn):
        data = conn.recv(65536)
        self.heard += data
        return data

    def answer(self, conn):
        """Answers one request. Returns the framing of the page, which decides how the connection ends, or None without a request."""
        head = b""
        while b"\r\n\r\n" not in head:
            part = self.hear(conn)
            # 0x10 begins a CONNECT of MQTT. It needs no answer: that it was received is enough.
            if not part or part[0] == 0x10:
                return None
            head += part
        head, _, rest = head.partition(b"\r\n\r\n")
        path = head.split(b" ", 2)[1].decode()
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        while length and len(rest) < int(length.group(1)):
            part = self.hear(conn)
            if not part:
                return None
            rest += part
        if path == "/ws":
            echo_frames(conn, head)
            return "close"
        status, framing, more = "200 OK", "length", ""
        asked = re.match(r"/body/(\d+)/(\w+)$", path)
        if asked:
            page, framing = body(int(asked.group(1))), asked.group(2)
        elif path == "/echo":
            page = rest
        elif path == "/redirect":
            status, page, more = "302 Found", b"", "Location: /moved\r\n"
        else:
            page = self.pages.get(path)
            if page is None:
                status, page = "404 Not Found", b"no"
        if framing == "length":
            more += "Content-Length: %d\r\n" % len(page)
        elif framing == "chunked":
            more += "Transfer-Encoding: chunked\r\n"
            pieces = [page[i : i + 5000] for i in range(0, len(page), 5000)] + [b""]
            page = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces)
        conn.sendall(("HTTP/1.1 %s\r\n%s\r\n" % (status, more)).encode() + page)
        return framing


def exactly(conn, n):
    data = b""
    while len(data) < n:
        part = conn.recv(n - len(data))
        if not part:
            raise OSError("the websocket was cut")
        data += part
    return data


def echo_frames(conn, head):
    """Sends back each frame, without the mask, up to a close frame (RFC 6455 5.2)."""
    key = re.search(rb"(?i)sec-websocket-key: *(\S+)", head).group(1)
    accept = base64.b64encode(hashlib.sha1(key + WEBSOCKET).digest())
    conn.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 b"Sec-WebSocket-Accept: %s\r\n\r\n" % accept)
    while True:
        first, size = exactly(conn, 2)
        size &= 0x7F
        if size > 125:
            size = int.from_bytes(exactly(conn, 2 if size == 126 else 8), "big")
        mask = exactly(conn, 4)
        data = exactly(conn, size)
        data = bytes(a ^ b for a, b in zip(data, mask * (size // 4 + 1)))
        if size < 126:
            header = struct.pack("!BB", first, size)
        elif size < 1 << 16:
            header = struct.pack("!BBH", first, 126, size)
        else:
            header = struct.pack("!BBQ", first, 127, size)
        conn.sendall(header + data)
        if first & 15 == 8:
            return


def mosquitto():
    return shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


class Broker:
    """mosquitto on a free port. If `mutual`, it requires client certificates. `stop()` returns its log."""

    def __init__(self, certs, mutual):
        self.folder = tempfile.TemporaryDirectory()
        self.port = free_port()
        conf = os.path.join(self.folder.name, "conf")
        with open(conf, "w") as f:
            # Without "user root" mosquitto would change to a user who cannot read the key.
            f.write("listener %d 127.0.0.1\nallow_anonymous true\nuser root\nrequire_certificate %s\n"
                    "cafile %s/ca.pem\ncertfile %s/server.pem\nkeyfile %s/server.key\nlog_dest stderr\nlog_type all\n"
                    % (self.port, "true" if mutual else "false", certs, certs, certs))
        self.log = open(os.path.join(self.folder.name, "log"), "w+")
        self.process = subprocess.Popen([mosquitto(), "-c", conf], stdout=self.log, stderr=self.log)
        wait_for(self.port, self.process)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.log.seek(0)
        text = self.log.read()
        self.log.close()
        self.folder.cleanup()
        return text
