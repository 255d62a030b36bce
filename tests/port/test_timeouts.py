# TimeoutError is a builtin here too, and has the errno that scripts for MicroPython look for.
import errno
import socket
import ssl
import time
from helper import Server, client_context, listen_port
from port import raises

srv = Server(lambda s: s.recv(100000) and s.recv(100000), plain=True)
tls = client_context().wrap_socket(srv.connect(), server_hostname="localhost", do_handshake_on_connect=False)
tls.settimeout(0.1)
e = raises(TimeoutError, tls.do_handshake)
assert e.errno == errno.ETIMEDOUT and e.args == ("The handshake operation timed out",)
assert str(e) == "The handshake operation timed out" and repr(e).startswith("TimeoutError(")
assert issubclass(TimeoutError, OSError) and not issubclass(TimeoutError, ssl.SSLError)
tls.close()
srv.wait()
# Made by hand it is like any other.
assert TimeoutError().args == () and TimeoutError(5, "x").errno == 5

# A server that takes the connection and is silent ends explain() and get_server_certificate().
listener, address, port = listen_port()
start = time.ticks_ms()
assert ssl.explain("127.0.0.1", port, timeout=0.2) is False
raises(TimeoutError, lambda: ssl.get_server_certificate(("127.0.0.1", port), timeout=0.2))
assert time.ticks_diff(time.ticks_ms(), start) < 25000  # the defaults are longer
listener.close()
print("ok")
