// SPDX-License-Identifier: MIT
//
// ssl_connect.c - opens a TCP connection to a host and a port, for explain() and
// get_server_certificate().
#include "binding.h"

typedef struct {
    mp_obj_t sock, address;
    mp_obj_t timeout; // seconds, or None
} connect_t;

static void try_connect(void *arg) {
    const connect_t *call = arg;
    if (call->timeout != mp_const_none) {
        (void)ssl_call_method(call->sock, MP_QSTR_settimeout, call->timeout);
    }
    (void)ssl_call_method(call->sock, MP_QSTR_connect, call->address);
}

mp_obj_t ssl_connect(mp_obj_t host, mp_obj_t port, mp_obj_t timeout) {
    mp_obj_t module = mp_import_name(MP_QSTR_socket, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
    // 0: any address family; 1: SOCK_STREAM.
    mp_obj_t look[] = {host, port, MP_OBJ_NEW_SMALL_INT(0), MP_OBJ_NEW_SMALL_INT(1)};
    mp_obj_t found = mp_call_function_n_kw(mp_load_attr(module, MP_QSTR_getaddrinfo), 4, 0, look);
    mp_obj_t first = mp_obj_subscr(found, MP_OBJ_NEW_SMALL_INT(0), MP_OBJ_SENTINEL);
    mp_obj_t *info; // (family, type, protocol, canonical name, address)
    mp_obj_get_array_fixed_n(first, 5, &info);
    // The address is read before the next call, because `info` alone does not keep the tuple alive:
    // it points into the middle of it.
    connect_t call = {.address = info[4], .timeout = timeout};
    call.sock = mp_call_function_1(mp_load_attr(module, MP_QSTR_socket), info[0]);
    mp_obj_t error;
    ssl_try(try_connect, &call, &error);
    if (error != MP_OBJ_NULL) {
        ssl_platform_close(call.sock); // the sockets of the unix port have no finaliser
        nlr_raise(error);
    }
    return call.sock;
}
