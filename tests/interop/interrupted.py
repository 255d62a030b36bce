# interrupted.py - handshakes and writes are interrupted by Ctrl-C at any moment, and the module can be used afterwards.
# interop.py sends the signals.
#
#   interrupted.py SECONDS    prints "again" when it is ready for one Ctrl-C, and at last "enough"; then waits for a line
#
# MicroPython itself leaves its heap locked if Ctrl-C arrives in the middle of an allocation. So the script disables the
# collector, and its second thread, which needs the lock of the engine, allocates nothing.
import _thread
import gc
import socket
import sys
import time
from helper import bio_pair, client_context, listen, server_context
from port import pair, shake

client, server = client_context(), server_context()
done = []


def connect():
    assert shake(*bio_pair(client, server)) == [True, True]


def until_interrupted(work):
    """Calls work() until Ctrl-C arrives. It arrives only in this function, because "again" is printed here."""
    try:
        print("again")
        try:
            while True:
                work()
        except OSError:
            while True:
                time.sleep(0.01)
    except KeyboardInterrupt:
        pass


def wait(sock, buf, connection):
    """Runs in another thread: receives a byte, calls the engine, and sends the byte back."""
    sock.readinto(buf)
    connection.pending()
    sock.write(buf)


def use():
    """A connection whose call was interrupted can be used or has failed, and can be closed: no call counts as in progress."""
    c, s, stream, _ = pair(client, server)

    def exchange():
        if c.version() or shake(c, s) == [True, True]:
            c.send(b"x" * 100)
            s.recv(100)

    until_interrupted(exchange)
    try:
        c.send(b"y")
    except OSError:
        pass
    c.close()
    assert stream.closed == 1 or c.fileno() == -1


def main():
    listener, address = listen()
    near = socket.socket()
    near.connect(address)
    far, _ = listener.accept()
    other = bytearray(1), bio_pair(client, server)[0]
    gc.disable()
    end = time.time() + float(sys.argv[1])
    while time.time() < end:
        until_interrupted(connect)
    end = time.time() + float(sys.argv[1]) / 2
    while time.time() < end:
        use()
    print("enough")
    sys.stdin.readline()
    _thread.start_new_thread(wait, (far,) + other)  # an earlier thread could receive the signals
    near.settimeout(10)
    near.write(b"?")
    print("answered" if near.read(1) == b"?" else "no answer")


main()
