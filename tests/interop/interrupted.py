# interrupted.py - Ctrl-C in the middle of handshakes and writes: of our own process, by a process that sends the signals.
#
#   interrupted.py SECONDS    prints "ready", then "enough" and waits for a line, then what came of it
#
# MicroPython itself leaves its heap locked if Ctrl-C comes in the middle of an allocation. So nothing is collected, and
# the other thread, which needs the lock of the engine, allocates nothing.
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


def for_seconds(seconds):
    end = time.time() + seconds
    while time.time() < end:
        connect()


def wait(sock, buf, connection):
    """In another thread: when a byte comes, asks the engine something, and sends the byte back."""
    while True:
        try:
            sock.readinto(buf)
            break
        except KeyboardInterrupt:
            pass
    connection.pending()
    sock.write(buf)


def use(end):
    """A connection on which calls were interrupted can be used, or has failed; no call seems to be in progress."""
    c, s, stream, _ = pair(client, server)
    try:
        if shake(c, s) == [True, True]:
            while time.time() < end:
                c.send(b"x" * 100)
                s.recv(100)
    except KeyboardInterrupt:
        pass
    except OSError:
        return
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
    _thread.start_new_thread(wait, (far, bytearray(1), bio_pair(client, server)[0]))
    time.sleep(0.1)
    gc.disable()
    interrupts, end = 0, time.time() + float(sys.argv[1])
    print("ready")
    while time.time() < end:
        try:
            for_seconds(end - time.time())
        except KeyboardInterrupt:
            interrupts += 1
    end = time.time() + float(sys.argv[1]) / 2
    while time.time() < end:
        try:
            use(end)
        except KeyboardInterrupt:
            pass
    # From here on there are no signals.
    answered = False
    print("enough")
    while not answered:
        try:
            answered = sys.stdin.readline() != ""
        except KeyboardInterrupt:
            pass
    near.settimeout(10)
    near.write(b"?")
    print("interrupted" if interrupts > 0 and near.read(1) == b"?" else interrupts)


main()
