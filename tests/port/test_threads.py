# Contexts used by several threads at once; handshakes interleave, nothing is shared wrongly.
import _thread
import time
from helper import bio_pair, client_context, server_context, shake

client, server = client_context(), server_context()
done = []
lock = _thread.allocate_lock()


def work(n):
    good = 0
    for i in range(10):
        c, s = bio_pair(client, server)
        if shake(c, s) == [True, True]:
            c.write(b"%d %d" % (n, i))
            good += s.read() == b"%d %d" % (n, i)
    with lock:
        done.append(good)


for n in range(4):
    _thread.start_new_thread(work, (n,))
for _ in range(600):
    time.sleep(0.1)
    if len(done) == 4:
        break
assert done == [10] * 4, done
print("ok")
