// SPDX-License-Identifier: MIT
//
// threads.c - runs the engine under ThreadSanitizer. Many threads make connections from the same
// two contexts while another thread replaces these, and each end of one connection is read by one
// thread and written by another. Every allocation must happen under the engine's lock.
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/support.h"

enum { THREADS = 8 };

// ---- a platform that several threads can use ----
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, atomic = PTHREAD_MUTEX_INITIALIZER;

static __thread int locks_held;
static int allocations, outside; // allocations and releases, and those without the lock

static void count_allocation(void) {
    __atomic_add_fetch(&allocations, 1, __ATOMIC_RELAXED);
    if (locks_held != 1) {
        __atomic_add_fetch(&outside, 1, __ATOMIC_RELAXED);
    }
}

static void *get(void *user, size_t size) {
    (void)user;
    count_allocation();
    return calloc(1, size);
}

static void give(void *user, void *block) {
    (void)user;
    count_allocation();
    free(block);
}

static bool random_bytes(void *user, uint8_t *buf, size_t len) {
    (void)user;
    static __thread uint64_t state;
    state = state ? state : (uintptr_t)&state | 1;
    for (size_t i = 0; i < len; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        buf[i] = (uint8_t)(state >> 32);
    }
    return true;
}

static bool now(void *user, int64_t *seconds) {
    (void)user;
    *seconds = TEST_NOW;
    return true;
}

static void lock(void *user) {
    (void)user;
    pthread_mutex_lock(&mutex);
    locks_held++;
}

static void unlock(void *user) {
    (void)user;
    locks_held--;
    pthread_mutex_unlock(&mutex);
}

// Numbers the threads from 1, as a platform numbers the cores of a chip.
static uintptr_t thread(void *user) {
    (void)user;
    static uintptr_t last;
    static __thread uintptr_t number;
    number = number ? number : __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
    return number;
}

static uintptr_t freeze(void *user) {
    (void)user;
    pthread_mutex_lock(&atomic);
    return 0;
}

static void thaw(void *user, uintptr_t state) {
    (void)user;
    (void)state;
    pthread_mutex_unlock(&atomic);
}

static const ussl_platform_t platform = {
    .alloc = get,
    .release = give,
    .random = random_bytes,
    .unix_time = now,
    .lock = lock,
    .unlock = unlock,
    .thread = thread,
    .freeze = freeze,
    .thaw = thaw,
    .clock_floor = TEST_FLOOR,
};

// ---- connections from contexts that are replaced ----
static ussl_ctx_t *shared[2]; // by end; changed under ussl_lock()
static pair_t base;
static int connections;

static void check(bool right, const char *what) {
    if (!right) {
        fprintf(stderr, "failed: %s\n", what);
        exit(1);
    }
}

static void take_contexts(pair_t *pair) {
    ussl_lock_t held;
    ussl_lock(&held);
    for (int end = 0; end < 2; end++) {
        ussl_ctx_unref(pair->ctx[end]);
        pair->ctx[end] = ussl_ctx_ref(shared[end]);
    }
    ussl_unlock(&held);
}

static void *connect_often(void *unused) {
    (void)unused;
    pair_t pair = {.hostname = base.hostname};
    for (int end = 0; end < 2; end++) {
        pair.arena[end] = ussl_arena_ref(base.arena[end]);
    }
    for (int i = 0; i < connections; i++) {
        take_contexts(&pair);
        check(pair_again(&pair) == USSL_OK, "a new connection");
        check(pair_handshake(&pair), "a handshake");
        if (i % 3 == 0) {
            ussl_drop_later(pair.conn[0]); // as a finaliser does
            pair.conn[0] = NULL;
        }
    }
    pair_free(&pair);
    return NULL;
}

static volatile bool stop;

static void *replace_contexts(void *unused) {
    (void)unused;
    bool go_on = true;
    while (go_on) {
        pair_t fresh;
        pair_setup_t setup = good_setup("server.pem", "server.key", 0);
        setup.tickets = true;
        check(pair_open(&fresh, &setup) == USSL_OK, "new contexts");
        ussl_lock_t held;
        ussl_lock(&held);
        for (int end = 0; end < 2; end++) {
            ussl_ctx_t *before = shared[end];
            shared[end] = ussl_ctx_ref(fresh.ctx[end]);
            ussl_ctx_unref(before);
        }
        go_on = !stop;
        ussl_unlock(&held);
        pair_free(&fresh);
        usleep(2000);
    }
    return NULL;
}

static void many_threads(void) {
    pthread_t threads[THREADS], changes;
    for (int end = 0; end < 2; end++) {
        shared[end] = ussl_ctx_ref(base.ctx[end]);
    }
    pthread_create(&changes, NULL, replace_contexts, NULL);
    for (int i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, connect_often, NULL);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    ussl_lock_t held;
    ussl_lock(&held);
    stop = true;
    ussl_unlock(&held);
    pthread_join(changes, NULL);
    ussl_ctx_unref(shared[0]);
    ussl_ctx_unref(shared[1]);
}

// ---- one connection, read and written at the same time ----
enum { AMOUNT = 300000 };

typedef struct {
    ussl_conn_t *conn;
    int fd;
    pthread_mutex_t sending;
} end_t;

static void flush(end_t *end) {
    size_t len;
    const uint8_t *out;
    pthread_mutex_lock(&end->sending);
    while ((out = ussl_conn_out(end->conn, &len)) != NULL) {
        ssize_t n = write(end->fd, out, len < 3000 ? len : 3000);
        check(n > 0, "write()");
        ussl_conn_out_done(end->conn, (size_t)n);
    }
    pthread_mutex_unlock(&end->sending);
}

static void fill(end_t *end) {
    size_t len;
    uint8_t *in = ussl_conn_in(end->conn, &len);
    if (in != NULL) {
        ssize_t n = read(end->fd, in, len);
        check(n > 0, "read()");
        ussl_conn_in_done(end->conn, (size_t)n);
    }
}

static void *send_all(void *arg) {
    end_t *end = arg;
    uint8_t data[5000];
    for (size_t sent = 0; sent < AMOUNT;) {
        size_t n;
        memset(data, (int)(sent / sizeof(data)), sizeof(data));
        size_t at = sent % sizeof(data);
        ussl_result_t result = ussl_conn_write(end->conn, data, sizeof(data) - at, &n);
        check(result >= 0, "a write");
        sent += n;
        flush(end);
    }
    return NULL;
}

static void *receive_all(void *arg) {
    end_t *end = arg;
    uint8_t data[2000];
    for (size_t got = 0; got < AMOUNT;) {
        size_t n;
        ussl_result_t result = ussl_conn_read(end->conn, data, sizeof(data), &n);
        check(result >= 0, "a read");
        for (size_t i = 0; i < n; i++) {
            check(data[i] == (uint8_t)((got + i) / 5000), "the data");
        }
        got += n;
        if (result == USSL_WANT_IN) {
            fill(end);
        } else if (result == USSL_WANT_OUT) {
            usleep(100); // the writing thread sends it
        }
    }
    return NULL;
}

static void reader_and_writer(void) {
    int fds[2];
    check(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0, "socketpair()");
    check(pair_again(&base) == USSL_OK && pair_handshake(&base), "a handshake");
    do { // read the session tickets
        check(ussl_conn_peek(base.conn[0]) >= 0, "a ticket");
    } while (pair_move(&base));
    end_t ends[2];
    pthread_t threads[4];
    for (int i = 0; i < 2; i++) {
        ends[i] = (end_t){.conn = base.conn[i], .fd = fds[i]};
        pthread_mutex_init(&ends[i].sending, NULL);
        pthread_create(&threads[2 * i], NULL, send_all, &ends[i]);
        pthread_create(&threads[2 * i + 1], NULL, receive_all, &ends[i]);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
    close(fds[0]);
    close(fds[1]);
}

int main(int argc, char **argv) {
    connections = argc > 1 ? atoi(argv[1]) : 10;
    check(ussl_init(&platform) == USSL_OK, "ussl_init()");
    allocations = outside = 0;
    for (EACH_VERSION(version)) {
        pair_setup_t setup = good_setup("server.pem", "server.key", version);
        setup.tickets = true;
        check(pair_open(&base, &setup) == USSL_OK, "the contexts");
        stop = false;
        many_threads();
        reader_and_writer();
        pair_free(&base);
    }
    printf("%d threads, %d connections each; %d of %d allocations without the lock\n", THREADS,
        connections, outside, allocations);
    check(outside == 0 && allocations > 0, "an allocation without the lock");
    return 0;
}
