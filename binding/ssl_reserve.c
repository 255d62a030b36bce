// SPDX-License-Identifier: MIT
//
// ssl_reserve.c - reserves memory for a context's connections and reports its use: the extensions
// reserve(), memory_needed() and memory() of SSLContext (docs/memory.md).
#include "binding.h"

#include "py/gc.h"

// ---- reserving ----
static size_t checked(const mp_arg_val_t *val, size_t min, size_t max, qstr name) {
    if (val->u_int < (mp_int_t)min || val->u_int > (mp_int_t)max) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%q must be %u to %u"), name,
            (unsigned)min, (unsigned)max);
    }
    return (size_t)val->u_int;
}

static ussl_reserve_plan_t parse_plan(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    enum { CONNECTIONS, RECORD_IN, RECORD_OUT, BUFFERS, PEER_CHAIN, RSA_BITS };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_connections, MP_ARG_INT, {.u_int = 1}},
        {MP_QSTR_record_in, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = USSL_RECORD_IN}},
        {MP_QSTR_record_out, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = MIN(USSL_RECORD_OUT, 4096)}},
        {MP_QSTR_buffers, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_peer_chain, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 4096}},
        {MP_QSTR_rsa_bits, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 4096}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    size_t n = checked(&vals[CONNECTIONS], 0, UINT16_MAX, MP_QSTR_connections);
    ussl_reserve_plan_t plan = {
        .connections = n,
        .record_in = checked(&vals[RECORD_IN], USSL_RECORD_MIN, USSL_RECORD_IN, MP_QSTR_record_in),
        .record_out =
            checked(&vals[RECORD_OUT], USSL_RECORD_MIN, USSL_RECORD_OUT, MP_QSTR_record_out),
        .peer_chain = checked(&vals[PEER_CHAIN], 0, USSL_RECORD_IN, MP_QSTR_peer_chain),
        .rsa_bits = checked(&vals[RSA_BITS], 0, USSL_RSA_MAX, MP_QSTR_rsa_bits),
    };
    const ssl_context_obj_t *self = ssl_context_of(args[0]);
    for (size_t i = 0; i < MP_ARRAY_SIZE(self->identity); i++) {
        size_t own = self->identity[i] ? ussl_identity_message(self->identity[i]) : 0;
        plan.own_chain = own > plan.own_chain ? own : plan.own_chain;
    }
    if (vals[BUFFERS].u_obj != mp_const_none) {
        vals[BUFFERS].u_int = mp_obj_get_int(vals[BUFFERS].u_obj);
        size_t shared = checked(&vals[BUFFERS], n > 0, n, MP_QSTR_buffers);
        plan.shared = shared < n ? shared : 0; // with a buffer for each connection none is shared
    }
    return plan;
}

// A reservation also sets the record limits of its context, in bytes of plaintext. Without a
// reservation they are 0, which means the built-in limits.
static void set_records(ssl_context_obj_t *self, uint16_t in, uint16_t out) {
    if (self->record_in != in || self->record_out != out) {
        self->record_in = in;
        self->record_out = out;
        ssl_context_changed(self);
    }
}

static mp_obj_t ssl_context_reserve(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    ssl_context_obj_t *self = ssl_context_of(args[0]);
    ussl_reserve_plan_t plan = parse_plan(n_args, args, kw_args);
    ussl_reserve_t *reserve = NULL;
    if (self->datagrams) {
        mp_raise_ValueError(MP_ERROR_TEXT("reserve() cannot be used with DTLS"));
    }
    if (plan.connections > 0) {
        ussl_result_t result = ussl_reserve_new(&plan, &reserve);
        if (result != USSL_OK) {
            ssl_raise_usage(result, "too many connections: so much memory cannot be addressed");
        }
    }
    ussl_lock_t lock;
    ussl_lock(&lock);
    ussl_reserve_unref(self->reserve);
    self->reserve = reserve;
    ussl_unlock(&lock);
    set_records(
        self, reserve ? (uint16_t)plan.record_in : 0, reserve ? (uint16_t)plan.record_out : 0);
    // The frozen contexts need memory too, so they are built here and not for the first connection.
    // A context whose key comes from a callback is built when it is needed.
    if (reserve != NULL && self->protocol != SSL_PROTOCOL_TLS_SERVER && !ssl_psk_asks(self)) {
        ussl_ctx_unref(ssl_context_freeze(self, USSL_CLIENT));
    }
    if (reserve != NULL && self->protocol != SSL_PROTOCOL_TLS_CLIENT) {
        ussl_ctx_unref(ssl_context_freeze(self, USSL_SERVER_SIDE));
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_context_reserve_obj, 1, ssl_context_reserve);

static mp_obj_t ssl_context_memory_needed(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    ussl_reserve_plan_t plan = parse_plan(n_args, args, kw_args);
    return mp_obj_new_int_from_uint(plan.connections > 0 ? ussl_reserve_size(&plan) : 0);
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_context_memory_needed_obj, 1, ssl_context_memory_needed);

// ---- reporting ----
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
        {MP_QSTR_handshake_peak, own.handshake_peak},
        {MP_QSTR_largest_record, own.largest_record},
        {MP_QSTR_places, status.slots},
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

// ---- memory for a new connection ----
// Returns an arena with a reference for the caller, or NULL if all slots are taken.
static ussl_arena_t *take(const ssl_context_obj_t *context) {
    ussl_lock_t lock;
    ussl_lock(&lock); // another thread can replace the reservation
    ussl_arena_t *arena =
        context->reserve ? ussl_reserve_take(context->reserve) : ussl_arena_ref(context->arena);
    ussl_unlock(&lock);
    return arena;
}

static bool has_room(const ssl_context_obj_t *context) {
    ussl_reserve_status_t status = {.slots = 1};
    ussl_lock_t lock;
    ussl_lock(&lock);
    if (context->reserve != NULL) {
        ussl_reserve_status(context->reserve, &status);
    }
    ussl_unlock(&lock);
    return status.taken < status.slots;
}

// Returns the connection in slot number `index`, or NULL. The caller's pointer is on the stack,
// where the collector finds it, so the object stays alive.
static ssl_conn_obj_t *connection_in(const ssl_context_obj_t *context, size_t index) {
    ussl_lock_t lock;
    ussl_lock(&lock); // this drops connections whose object was collected
    void *owner = context->reserve ? ussl_reserve_owner(context->reserve, index) : NULL;
    ssl_conn_obj_t *self = owner ? ssl_hook_owner_is(owner) : NULL;
    ussl_unlock(&lock);
    return self;
}

// Closes connections that the peer has ended but the script has not closed. MicroPython's asyncio
// keeps a reference to the last connection that a server has accepted until it accepts the next
// one, and with a full reservation it would never accept one.
static void close_ended(const ssl_context_obj_t *context) {
    ussl_reserve_status_t status = {0};
    if (context->reserve != NULL) {
        ussl_reserve_status(context->reserve, &status);
    }
    for (size_t i = 0; i < status.slots; i++) {
        ssl_conn_obj_t *conn = connection_in(context, i);
        ssl_call_t call;
        if (conn != NULL && ssl_call_begin_idle(&call, conn)) {
            ssl_call_end_idle(&call, ssl_streams_ended(&call));
        }
    }
}

void ssl_context_need_room(ssl_context_obj_t *context) {
    if (has_room(context)) {
        return;
    }
    // A connection that was dropped without close() holds its slot until it is collected and the
    // engine is called again, which has_room() does.
    gc_collect();
    if (!has_room(context)) {
        close_ended(context);
    }
    if (!has_room(context)) {
        ssl_raise_memory("all reserved connections are in use: close one, or reserve() more");
    }
}

ussl_arena_t *ssl_context_arena(ssl_context_obj_t *context) {
    ssl_context_need_room(context);
    ussl_arena_t *arena = take(context);
    if (arena == NULL) { // another thread has taken the last slot
        ssl_raise_memory("all reserved connections are in use: close one, or reserve() more");
    }
    return arena;
}
