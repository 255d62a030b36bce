// SPDX-License-Identifier: MIT
//
// ssl_memory.c - memory set aside for a context's connections: SSLContext.reserve() and what tells
// about it (extensions; docs/memory.md).
#include "binding.h"

#include "py/gc.h"

// Each connection's room: its two record buffers with what mbedTLS puts around them, and the rest.
#define RECORD_EXTRA 400
#define ROOM (USSL_RECORD_IN + USSL_RECORD_OUT + 2 * RECORD_EXTRA + USSL_HANDSHAKE_ROOM)

static mp_int_t parse_args(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    enum { CONNECTIONS, RECORD_IN, RECORD_OUT };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_connections, MP_ARG_INT, {.u_int = 1}},
        {MP_QSTR_record_in, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = USSL_RECORD_IN}},
        {MP_QSTR_record_out, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = USSL_RECORD_OUT}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    if (vals[CONNECTIONS].u_int < 0 || vals[CONNECTIONS].u_int > UINT16_MAX) {
        mp_raise_ValueError(MP_ERROR_TEXT("connections must be 0 to 65535"));
    }
    if (vals[RECORD_IN].u_int != USSL_RECORD_IN || vals[RECORD_OUT].u_int != USSL_RECORD_OUT) {
        mp_raise_msg_varg(&mp_type_ValueError,
            MP_ERROR_TEXT("this firmware was built for record_in=%d, record_out=%d"),
            USSL_RECORD_IN, USSL_RECORD_OUT);
    }
    return vals[CONNECTIONS].u_int;
}

static mp_obj_t ssl_context_reserve(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    ssl_context_obj_t *self = ssl_context_of(args[0]);
    mp_int_t connections = parse_args(n_args, args, kw_args);
    ussl_reserve_t *reserve = NULL;
    if (connections > 0) {
        if (self->protocol != SSL_PROTOCOL_TLS_SERVER) {
            (void)ssl_context_freeze(self, USSL_CLIENT);
        }
        if (self->protocol != SSL_PROTOCOL_TLS_CLIENT) {
            (void)ssl_context_freeze(self, USSL_SERVER_SIDE);
        }
        ussl_result_t result = ussl_reserve_new((size_t)connections, ROOM, &reserve);
        if (result != USSL_OK) {
            ssl_raise_result(result);
        }
    }
    ussl_reserve_unref(self->reserve);
    self->reserve = reserve;
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_context_reserve_obj, 1, ssl_context_reserve);

static mp_obj_t ssl_context_memory_needed(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    mp_int_t connections = parse_args(n_args, args, kw_args);
    size_t bytes = connections > 0 ? ussl_reserve_size((size_t)connections, ROOM) : 0;
    return mp_obj_new_int_from_uint(bytes);
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_context_memory_needed_obj, 1, ssl_context_memory_needed);

static mp_obj_t ssl_context_memory(mp_obj_t self_in) {
    ssl_context_obj_t *self = ssl_context_of(self_in);
    ussl_reserve_status_t status = {0};
    ussl_memory_t own;
    if (self->reserve != NULL) {
        ussl_reserve_status(self->reserve, &status);
    }
    ussl_arena_memory(self->arena, &own);
    const struct {
        qstr key;
        size_t value;
    } rows[] = {
        {MP_QSTR_reserved, status.bytes},
        {MP_QSTR_used, status.used},
        {MP_QSTR_peak, status.peak},
        {MP_QSTR_places, status.places},
        {MP_QSTR_connections, status.taken},
        {MP_QSTR_outside, own.used},
        {MP_QSTR_outside_peak, own.peak},
    };
    mp_obj_t dict = mp_obj_new_dict(MP_ARRAY_SIZE(rows));
    for (size_t i = 0; i < MP_ARRAY_SIZE(rows); i++) {
        mp_obj_dict_store(
            dict, MP_OBJ_NEW_QSTR(rows[i].key), mp_obj_new_int_from_uint(rows[i].value));
    }
    return dict;
}
MP_DEFINE_CONST_FUN_OBJ_1(ssl_context_memory_obj, ssl_context_memory);

// ---- for a new connection ----
static bool has_room(const ssl_context_obj_t *context) {
    ussl_reserve_status_t status;
    ussl_reserve_status(context->reserve, &status);
    return status.taken < status.places;
}

void ssl_context_need_room(ssl_context_obj_t *context) {
    if (context->reserve == NULL || has_room(context)) {
        return;
    }
    // Connections that were dropped and not closed hold their places until they are collected.
    gc_collect();
    ussl_arena_t *arena = ussl_reserve_take(context->reserve);
    if (arena == NULL) {
        mp_raise_msg(
            &mp_type_MemoryError, MP_ERROR_TEXT("as many connections as were reserved are open"));
    }
    ussl_arena_leave(arena);
    ussl_arena_unref(arena);
}

ussl_arena_t *ssl_context_arena(ssl_context_obj_t *context) {
    ssl_context_need_room(context);
    return context->reserve ? ussl_reserve_take(context->reserve) : ussl_arena_ref(context->arena);
}
