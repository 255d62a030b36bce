// SPDX-License-Identifier: MIT
//
// ssl_platform.c - what the engine and the pump need from this port: memory, random bytes, a clock,
// and waiting for a stream.
//
// Notes: memory comes from the C heap on unix and esp32, and from MicroPython's tracked allocations
// on other ports. On esp32 PSRAM is used first, so that the internal memory is left to the radio
// and to DMA. Random bytes come from mp_hal_get_random(), which unix always has, and since
// MicroPython 1.28 every port with a source of random numbers. Before 1.28 they come from the
// chip's own function on esp32 and stm32, and elsewhere from mbedtls_hardware_poll(), which the
// ports define for mbedTLS. A port that has none of these cannot be built: no weaker source is used
// instead.
#include "binding.h"

#include "genhdr/mpversion.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/mpthread.h"

#if defined(__unix__) || defined(__APPLE__)
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#define PORT_UNIX 1
#define PORT_C_HEAP 1
#elif defined(ESP_PLATFORM)
#include "esp_heap_caps.h"
#include "esp_random.h"
#include <stdlib.h>
#define PORT_C_HEAP 1
#elif !MICROPY_TRACKED_ALLOC && !defined(NO_QSTR) // the search for qstrs may lack ESP_PLATFORM
#error "ussl needs MICROPY_TRACKED_ALLOC on this port: set it to 1 in mpconfigboard.h"
#endif

// ---- the engine's platform ----
static void *port_alloc(void *user, size_t size) {
    (void)user;
#if defined(ESP_PLATFORM) && USSL_PSRAM
    return heap_caps_calloc_prefer(1, size, 2, MALLOC_CAP_SPIRAM, MALLOC_CAP_DEFAULT);
#elif defined(ESP_PLATFORM)
    return heap_caps_calloc(1, size, MALLOC_CAP_INTERNAL | MALLOC_CAP_8BIT);
#elif PORT_C_HEAP
    return calloc(1, size);
#else
    return m_tracked_calloc(1, size);
#endif
}

static void port_release(void *user, void *ptr) {
    (void)user;
#if PORT_C_HEAP
    free(ptr);
#else
    m_tracked_free(ptr);
#endif
}

// An emulated board has no source of random numbers: mp_hal_get_random() of the qemu port is a
// pseudo-random generator with a fixed seed.
#if defined(QEMU_SOC_MPS2) || defined(QEMU_SOC_STM32) || defined(QEMU_SOC_NRF51)                   \
    || defined(QEMU_SOC_IMX6) || defined(QEMU_SOC_VIRT) || defined(QEMU_SOC_MPS3)                  \
    || defined(QEMU_SOC_POWERNV)
#define PORT_EMULATED 1
#endif

// Without MICROPY_HW_ENABLE_RNG, mp_hal_get_random() and rng_get() of stm32 are a pseudo-random
// generator that is seeded with the clock.
#if defined(STM32_HAL_H) && !MICROPY_HW_ENABLE_RNG
#error "ussl needs MICROPY_HW_ENABLE_RNG: what rng_get() returns without it is not fit for keys"
#endif
#if PORT_UNIX || (MICROPY_VERSION >= MICROPY_MAKE_VERSION(1, 28, 0) && !PORT_EMULATED)
#define PORT_HAL_RANDOM 1
#elif defined(STM32_HAL_H)
uint32_t rng_get(void); // ports/stm32/rng.h
#elif !defined(ESP_PLATFORM)
int mbedtls_hardware_poll(void *data, unsigned char *output, size_t len, size_t *olen);
#endif

static bool port_random(void *user, uint8_t *buf, size_t len) {
    (void)user;
#if PORT_HAL_RANDOM
    mp_hal_get_random(len, buf);
#elif defined(ESP_PLATFORM)
    esp_fill_random(buf, len);
#elif defined(STM32_HAL_H)
    for (size_t i = 0; i < len; i++) {
        buf[i] = (uint8_t)rng_get();
    }
#else
    while (len > 0) {
        size_t got = 0;
        if (mbedtls_hardware_poll(NULL, buf, len, &got) != 0 || got == 0) {
            return false;
        }
        buf += got;
        len -= got;
    }
#endif
    return true;
}

// Returns the earliest plausible time, in seconds since 1970: the day before the firmware was built
// (the build date can be in any time zone), or USSL_CLOCK_FLOOR if that is later.
static int64_t clock_floor(void) {
    const char *date = MICROPY_BUILD_DATE; // for example 2026-01-31
    int part[3] = {0};
    for (size_t i = 0, n = 0; date[i] != '\0' && n < 3; i++) {
        n += date[i] == '-';
        if (date[i] >= '0' && date[i] <= '9') {
            part[n] = part[n] * 10 + date[i] - '0';
        }
    }
    ussl_date_t built_on = {part[0], (uint8_t)part[1], (uint8_t)part[2], 0, 0, 0};
    int64_t built = ussl_date_seconds(&built_on) - 86400;
    return built > USSL_CLOCK_FLOOR ? built : USSL_CLOCK_FLOOR;
}

static bool port_time(void *user, int64_t *seconds) {
    (void)user;
    *seconds = (int64_t)(mp_hal_time_ns() / 1000000000ULL);
    return *seconds >= ussl_clock_floor();
}

static uint32_t port_ticks(void *user) {
    (void)user;
    return (uint32_t)mp_hal_ticks_ms();
}

// ---- locks ----
// With MicroPython's global lock (GIL) one thread at a time runs the engine. Without it the engine
// needs a lock of its own.
#if MICROPY_PY_THREAD && !MICROPY_PY_THREAD_GIL
#define PORT_THREADS 1
#endif
// On the unix port SIGINT raises KeyboardInterrupt by a longjmp() out of the code that runs. Out of
// the engine this would leave the lock held and the C heap inconsistent, so SIGINT is blocked while
// the lock is held: a handshake is interrupted between two of its steps.
#if PORT_UNIX && MICROPY_ASYNC_KBD_INTR
#define PORT_HOLDS 1
#endif

bool ssl_platform_hold_interrupt(void) {
    bool held = false;
#if PORT_HOLDS
    sigset_t interrupt, before;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &interrupt, &before);
    held = sigismember(&before, SIGINT) == 1;
#endif
    return held;
}

void ssl_platform_let_interrupt(bool held_before) {
#if PORT_HOLDS
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    if (!held_before) {
        (void)pthread_sigmask(SIG_UNBLOCK, &interrupt, NULL);
    }
#else
    (void)held_before;
#endif
}

#if PORT_THREADS || PORT_HOLDS
#if PORT_THREADS
static mp_thread_mutex_t engine_mutex;
#endif
static bool held_before; // of the thread that has the lock

static void port_lock(void *user) {
    (void)user;
    bool held = ssl_platform_hold_interrupt();
#if PORT_THREADS
    mp_thread_mutex_lock(&engine_mutex, 1);
#endif
    held_before = held;
}

static void port_unlock(void *user) {
    (void)user;
    bool held = held_before;
#if PORT_THREADS
    mp_thread_mutex_unlock(&engine_mutex);
#endif
    ssl_platform_let_interrupt(held);
}

static uintptr_t port_thread(void *user) {
    (void)user;
#if PORT_THREADS
    return (uintptr_t)mp_thread_get_id() + 1; // on rp2 the id is the core's number, from 0
#else
    return 1;
#endif
}
#endif

#if PORT_THREADS
static bool frozen_held; // of the thread that is in the atomic section

static uintptr_t port_freeze(void *user) {
    (void)user;
    bool held = ssl_platform_hold_interrupt();
    uintptr_t state = (uintptr_t)MICROPY_BEGIN_ATOMIC_SECTION();
    frozen_held = held;
    return state;
}

static void port_thaw(void *user, uintptr_t state) {
    (void)user;
    (void)state; // some ports' macros do not use it
    bool held = frozen_held;
    MICROPY_END_ATOMIC_SECTION(state);
    ssl_platform_let_interrupt(held);
}
#endif

void ssl_platform_start(void) {
    const ussl_platform_t platform = {
        .clock_floor = clock_floor(),
        .alloc = port_alloc,
        .release = port_release,
        .random = port_random,
        .unix_time = port_time,
        .ticks_ms = port_ticks,
#if PORT_THREADS || PORT_HOLDS
        .lock = port_lock,
        .unlock = port_unlock,
        .thread = port_thread,
#endif
#if PORT_THREADS
        .freeze = port_freeze,
        .thaw = port_thaw,
#endif
    };
#if PORT_THREADS
    mp_thread_mutex_init(&engine_mutex);
#endif
    ussl_result_t result = ussl_init(&platform);
    if (result != USSL_OK) {
        ssl_raise_result(result);
    }
}

// ---- waiting ----
mp_uint_t ssl_platform_poll(mp_obj_t stream, mp_uint_t flags) {
    int errcode;
    const mp_stream_p_t *p = mp_get_stream(stream);
    mp_uint_t ready = p->ioctl(stream, MP_STREAM_POLL, flags, &errcode);
    // A stream that cannot be polled counts as ready: a read or a write will show if it is.
    return ready == MP_STREAM_ERROR ? flags : ready;
}

#if PORT_UNIX
static int descriptor_of(mp_obj_t stream) {
    int errcode;
    mp_uint_t fd = mp_get_stream(stream)->ioctl(stream, MP_STREAM_GET_FILENO, 0, &errcode);
    return fd == MP_STREAM_ERROR ? -1 : (int)fd;
}
#endif

#if PORT_UNIX
// Called if getpeername(2) finds no peer. A new socket and a listener are not connected. A socket
// that is still connecting, or whose connection was reset, has no peer either, but it counts as
// connected, because the handshake reports what is wrong. SO_ACCEPTCONN identifies a listener. Of
// the other three, only a new socket polls as hung up and not readable.
static void look_at_unconnected(int fd, ssl_stream_info_t *out) {
    int listens = 0;
    socklen_t len = sizeof(listens);
    struct pollfd pfd = {.fd = fd, .events = POLLIN | POLLOUT};
    int unread = 0;
    (void)getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len);
    (void)poll(&pfd, 1, 0);
    bool reset = (pfd.revents & POLLIN) != 0;
    out->connected = !listens && (reset || !(pfd.revents & POLLHUP));
    // FIONREAD leaves the socket's error (ECONNREFUSED, ECONNRESET) for the handshake to report;
    // recv() would clear it.
    out->data_before_tls = !listens && ioctl(fd, FIONREAD, &unread) == 0 && unread > 0;
}
#endif

// A stream that is not a socket counts as connected. No file descriptor is requested from a stream
// written in Python. On ports without getpeername(2), a stream with an accept() method is a socket.
// lwIP's sockets show their state in their printed form. Any other socket is not connected if it
// polls as hung up and not readable; after a reset a connection is hung up and readable.
void ssl_platform_look(mp_obj_t stream, ssl_stream_info_t *out) {
    mp_get_stream_raise(stream, MP_STREAM_OP_READ | MP_STREAM_OP_WRITE | MP_STREAM_OP_IOCTL);
    *out = (ssl_stream_info_t){.connected = true, .blocking = true, .timeout_ms = -1};
#if PORT_UNIX
    bool in_python = ssl_stream_in_python(stream);
    int fd = in_python ? -1 : descriptor_of(stream), type;
    socklen_t len = sizeof(type);
    if (fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0) {
        struct sockaddr_storage peer;
        len = sizeof(peer);
        out->socket = out->mode_known = true;
        out->datagrams = type != SOCK_STREAM;
        out->connected = getpeername(fd, (struct sockaddr *)&peer, &len) == 0;
        out->blocking = !(fcntl(fd, F_GETFL) & O_NONBLOCK);
        out->timeout_ms = ssl_unix_timeout(fd);
        if (!out->connected && !out->datagrams) {
            look_at_unconnected(fd, out);
        }
        return;
    }
#endif
    mp_obj_t accept[2];
    mp_load_method_maybe(stream, MP_QSTR_accept, accept);
    if (accept[0] != MP_OBJ_NULL && !ssl_lwip_look(stream, out)) {
        mp_uint_t ready = ssl_platform_poll(stream, MP_STREAM_POLL_RD | MP_STREAM_POLL_HUP);
        out->socket = !ssl_stream_in_python(stream);
        out->connected = !(ready & MP_STREAM_POLL_HUP) || (ready & MP_STREAM_POLL_RD);
    }
}

// ---- TCP ----
#if PORT_UNIX
void ssl_platform_no_delay(mp_obj_t stream) {
    bool in_python = ssl_stream_in_python(stream);
    int fd = in_python ? -1 : descriptor_of(stream), on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}
#else
typedef struct {
    mp_obj_t stream, method[2 + 3];
} no_delay_t;

static void load_no_delay(void *arg) {
    no_delay_t *call = arg;
    mp_obj_t socket = mp_import_name(MP_QSTR_socket, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
    mp_obj_t option[2];
    mp_load_method_maybe(socket, MP_QSTR_TCP_NODELAY, option);
    mp_load_method_maybe(call->stream, MP_QSTR_setsockopt, call->method);
    call->method[2] = MP_OBJ_NEW_SMALL_INT(6); // IPPROTO_TCP
    call->method[3] = option[0];
    call->method[4] = MP_OBJ_NEW_SMALL_INT(1);
}

static void set_no_delay(void *arg) {
    no_delay_t *call = arg;
    (void)mp_call_method_n_kw(3, 0, call->method);
}

void ssl_platform_no_delay(mp_obj_t stream) {
    no_delay_t call = {.stream = stream};
    mp_obj_t ignored; // some sockets, and ports without the module socket, raise
    if (ssl_stream_in_python(stream)) {
        return;
    }
    ssl_try(load_no_delay, &call, &ignored);
    if (call.method[0] != MP_OBJ_NULL && call.method[3] != MP_OBJ_NULL) {
        // If the stream is an SSLSocket, its setsockopt() is bound to the socket below it.
        ssl_lwip_try(call.method[1], set_no_delay, &call);
    }
}
#endif

// ---- sleeping ----
#if PORT_UNIX
// Sleeps in poll(2). Returns false if the stream has no file descriptor.
static bool sleep_on_fd(mp_obj_t stream, mp_uint_t flags, mp_int_t left_ms) {
    int fd = descriptor_of(stream);
    if (fd < 0) {
        return false;
    }
    struct pollfd pfd = {.fd = fd,
        .events = (short)((flags & MP_STREAM_POLL_RD ? POLLIN : 0)
            | (flags & MP_STREAM_POLL_WR ? POLLOUT : 0))};
    MP_THREAD_GIL_EXIT();
    (void)poll(&pfd, 1, (int)left_ms);
    MP_THREAD_GIL_ENTER();
    return true;
}
#endif

bool ssl_platform_wait(mp_obj_t stream, mp_uint_t flags, mp_uint_t deadline_ms) {
    for (;;) {
        mp_event_handle_nowait();
        if (ssl_platform_poll(stream, flags) != 0) {
            return true;
        }
        mp_int_t left = (mp_int_t)(deadline_ms - mp_hal_ticks_ms());
        if (left <= 0) {
            return false;
        }
#if PORT_UNIX
        if (sleep_on_fd(stream, flags, left)) {
            continue;
        }
#endif
        mp_event_wait_ms((mp_uint_t)left);
    }
}
