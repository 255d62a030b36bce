// SPDX-License-Identifier: MIT
//
// ssl_unix_socket.c - functions that the sockets of MicroPython's unix port lack: closing that
// invalidates the descriptor, addresses, and closing of sockets that are collected.
//
// Notes: the port's socket keeps the number of its descriptor after close(). The system soon reuses
// the number, and a second close() would close another file or socket.
#include "binding.h"

#if defined(__unix__) || defined(__APPLE__)
#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

// The beginning of the struct in ports/unix/modsocket.c, which has no header.
typedef struct {
    mp_obj_base_t base;
    int fd;
} unix_socket_t;

extern const mp_obj_type_t mp_type_socket;

static unix_socket_t *port_socket(mp_obj_t stream) {
#if MICROPY_PY_SOCKET
    return mp_obj_is_type(stream, &mp_type_socket) ? MP_OBJ_TO_PTR(stream) : NULL;
#else
    (void)stream;
    return NULL;
#endif
}

static int descriptor_of(mp_obj_t stream) {
    const unix_socket_t *sock = port_socket(stream);
    return sock != NULL ? sock->fd : -1;
}

// ---- closing ----
void ssl_platform_close(mp_obj_t stream) {
    unix_socket_t *sock = port_socket(stream);
    if (sock == NULL) {
        mp_stream_close(stream);
        return;
    }
    int fd = sock->fd;
    sock->fd = -1;
    if (fd >= 0) {
        close(fd);
    }
}

void ssl_platform_wake(mp_obj_t stream) {
    int fd = descriptor_of(stream);
    if (fd >= 0) {
        (void)shutdown(fd, SHUT_RDWR);
    }
}

void ssl_platform_own(mp_obj_t stream, ssl_descriptor_t *out) {
    struct stat st;
    out->stream = stream;
    out->fd = descriptor_of(stream);
    if (out->fd < 0 || fstat(out->fd, &st) != 0) {
        out->fd = -1;
        return;
    }
    out->inode = (uint64_t)st.st_ino;
}

void ssl_platform_drop(const ssl_descriptor_t *owned) {
    struct stat st;
    bool same = owned->fd >= 0 && descriptor_of(owned->stream) == owned->fd
        && fstat(owned->fd, &st) == 0 && S_ISSOCK(st.st_mode)
        && (uint64_t)st.st_ino == owned->inode;
    if (same) {
        ssl_platform_close(owned->stream);
    }
}

// ---- options and addresses ----
mp_int_t ssl_unix_timeout(int fd) {
    struct timeval tv = {0};
    socklen_t len = sizeof(tv);
    (void)getsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, &len);
    mp_int_t ms = (mp_int_t)tv.tv_sec * 1000 + (mp_int_t)tv.tv_usec / 1000;
    return ms > 0 ? ms : -1;
}

bool ssl_platform_has_address(mp_obj_t stream) {
    return port_socket(stream) != NULL;
}

mp_obj_t ssl_platform_address(mp_obj_t stream, bool peer) {
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct sockaddr_storage room;
    } address;
    socklen_t len = sizeof(address);
    int fd = descriptor_of(stream);
    int code = peer ? getpeername(fd, &address.any, &len) : getsockname(fd, &address.any, &len);
    if (code != 0) {
        mp_raise_OSError(errno);
    }
    char text[INET6_ADDRSTRLEN];
    mp_obj_t items[4];
    if (address.any.sa_family == AF_INET) {
        (void)inet_ntop(AF_INET, &address.in.sin_addr, text, sizeof(text));
        items[1] = MP_OBJ_NEW_SMALL_INT(ntohs(address.in.sin_port));
    } else if (address.any.sa_family == AF_INET6) {
        (void)inet_ntop(AF_INET6, &address.in6.sin6_addr, text, sizeof(text));
        items[1] = MP_OBJ_NEW_SMALL_INT(ntohs(address.in6.sin6_port));
        items[2] = mp_obj_new_int_from_uint(address.in6.sin6_flowinfo);
        items[3] = mp_obj_new_int_from_uint(address.in6.sin6_scope_id);
    } else {
        return mp_obj_new_str_from_cstr(""); // a Unix domain socket without a name
    }
    items[0] = mp_obj_new_str_from_cstr(text);
    return mp_obj_new_tuple(address.any.sa_family == AF_INET ? 2 : 4, items);
}
#else
void ssl_platform_close(mp_obj_t stream) {
    mp_stream_close(stream);
}

void ssl_platform_wake(mp_obj_t stream) {
    (void)stream; // a call in progress ends when its stream returns
}

void ssl_platform_own(mp_obj_t stream, ssl_descriptor_t *out) {
    (void)stream;
    out->fd = -1;
}

void ssl_platform_drop(const ssl_descriptor_t *owned) {
    (void)owned;
}

bool ssl_platform_has_address(mp_obj_t stream) {
    (void)stream;
    return false;
}

mp_obj_t ssl_platform_address(mp_obj_t stream, bool peer) {
    (void)stream;
    (void)peer;
    return mp_const_none;
}
#endif
