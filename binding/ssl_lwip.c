// SPDX-License-Identifier: MIT
//
// ssl_lwip.c - the state and the timeout of sockets of MicroPython's extmod/modlwip.c, which have
// no methods for them.
//
// Notes: the type and the struct of these sockets are private to modlwip.c, and the struct differs
// between versions. The beginning of their printed form does not: "<socket state=3 timeout=-1
// incoming=". So this file prints a socket and parses the text.
#include "binding.h"

#include <string.h>

#include "genhdr/mpversion.h"
#include "py/mphal.h"

#if MICROPY_PY_LWIP
// A negative state is an error of lwIP, after which lwIP has freed the connection.
// STATE_PEER_RST_HANDLED, which MicroPython 1.28 added, means that there is no connection either.
enum { STATE_NEW = 0, STATE_LISTENING = 1, STATE_PEER_RST_HANDLED = 6 };
#if MICROPY_VERSION >= MICROPY_MAKE_VERSION(1, 28, 0)
enum { STATE_ACTIVE_UDP = 4 };
#else
enum { STATE_ACTIVE_UDP = 5 };
#endif

// ---- the printed form ----
typedef struct {
    char text[64];
    size_t len;
} printed_t;

static void keep(void *data, const char *str, size_t len) {
    printed_t *printed = data;
    size_t room = sizeof(printed->text) - 1 - printed->len;
    len = len < room ? len : room;
    memcpy(printed->text + printed->len, str, len);
    printed->len += len;
}

// Reads the number after `name`. "No timeout" is printed as -1, or as the unsigned number with the
// same bits.
static bool number_after(const char **text, const char *name, mp_int_t *out) {
    size_t len = strlen(name);
    if (strncmp(*text, name, len) != 0) {
        return false;
    }
    const char *p = *text + len;
    bool negative = *p == '-';
    mp_uint_t n = 0;
    for (p += negative; *p >= '0' && *p <= '9'; p++) {
        n = n * 10 + (mp_uint_t)(*p - '0');
    }
    *out = (mp_int_t)(negative ? 0 - n : n);
    *text = p;
    return true;
}

static bool read_printed(mp_obj_t stream, mp_int_t *state, mp_int_t *timeout_ms) {
    printed_t printed = {{0}, 0};
    const mp_print_t print = {&printed, keep};
    if (ssl_stream_in_python(stream)) {
        return false; // printing it would run the script's code
    }
    mp_obj_print_helper(&print, stream, PRINT_REPR);
    const char *text = printed.text;
    return number_after(&text, "<socket state=", state)
        && number_after(&text, " timeout=", timeout_ms) && *text == ' ';
}

// ---- the state of a socket ----
bool ssl_lwip_look(mp_obj_t stream, ssl_stream_info_t *out) {
    mp_int_t state, timeout_ms;
    if (!read_printed(stream, &state, &timeout_ms)) {
        return false;
    }
    out->socket = out->mode_known = true;
    out->datagrams = state == STATE_ACTIVE_UDP;
    // A socket that was reset counts as connected: data that arrived before the reset must not be
    // read without TLS (CVE-2023-40217), and the handshake reports the error.
    out->connected = state != STATE_NEW && state != STATE_LISTENING;
    out->blocking = timeout_ms != 0;
    out->timeout_ms = timeout_ms > 0 ? timeout_ms : -1;
    return true;
}

void ssl_lwip_try(mp_obj_t stream, void (*fun)(void *), void *arg) {
    mp_obj_t ignored;
    mp_int_t state, timeout_ms;
    mp_uint_t interrupts = MICROPY_BEGIN_ATOMIC_SECTION(); // an interrupt can bring a reset
    if (!read_printed(stream, &state, &timeout_ms)
        || (state >= 0 && state != STATE_PEER_RST_HANDLED)) {
        ssl_try(fun, arg, &ignored);
    }
    MICROPY_END_ATOMIC_SECTION(interrupts);
}

// A socket polls as hung up but not writable only if a reset was reported for it.
bool ssl_lwip_was_reset(mp_obj_t stream) {
    int errcode;
    mp_uint_t ready =
        mp_get_stream(stream)->ioctl(stream, MP_STREAM_POLL, MP_STREAM_POLL_WR, &errcode);
    return (ready & (MP_STREAM_POLL_HUP | MP_STREAM_POLL_WR)) == MP_STREAM_POLL_HUP;
}
#else
bool ssl_lwip_look(mp_obj_t stream, ssl_stream_info_t *out) {
    (void)stream;
    (void)out;
    return false;
}

void ssl_lwip_try(mp_obj_t stream, void (*fun)(void *), void *arg) {
    mp_obj_t ignored;
    (void)stream;
    ssl_try(fun, arg, &ignored);
}

bool ssl_lwip_was_reset(mp_obj_t stream) {
    (void)stream;
    return false;
}
#endif
