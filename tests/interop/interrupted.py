# interrupted.py - Ctrl-C in the middle of handshakes: of our own process, by a process that sends the signals.
#
#   interrupted.py SECONDS    prints a line for "ready", and what came of it
import _thread
import sys
import time
from helper import bio_pair, client_context, server_context
from port import pair, shake


def main():
    client, server = client_context(), server_context()

    def connect():
        assert shake(*bio_pair(client, server)) == [True, True]

    def for_seconds(seconds):
        end = time.time() + seconds
        while time.time() < end:
            connect()

    interrupts, end = 0, time.time() + float(sys.argv[1])
    print("ready")
    while time.time() < end:
        try:
            for_seconds(end - time.time())
        except KeyboardInterrupt:
            interrupts += 1
    # A connection on which calls were interrupted can be used, or has failed; no call seems to be in progress.
    end = time.time() + float(sys.argv[1]) / 2
    while time.time() < end:
        try:
            c, s, stream, _ = pair(client, server)
            if shake(c, s) == [True, True]:
                while time.time() < end:
                    c.send(b"x" * 100)
                    s.recv(100)
        except KeyboardInterrupt:
            pass
        except (OSError, AssertionError):
            continue
        try:
            c.send(b"y")
        except OSError:
            pass
        c.close()
        assert stream.closed == 1 or c.fileno() == -1
    done = []
    _thread.start_new_thread(lambda: done.append(connect()), ())  # it needs the lock of the engine
    connect()
    for _ in range(500):
        if done:
            break
        time.sleep(0.01)
    print("interrupted" if interrupts > 10 and done == [None] else "interrupts: %d, then %r" % (interrupts, done))


main()
