// SPDX-License-Identifier: MIT
//
// ssl_sendfile.c - SSLSocket.sendfile(), which sends a file in pieces (CPython
// socket.socket.sendfile()).
#include "binding.h"

enum { BLOCK = 4096 }; // bytes per read

typedef struct {
    mp_obj_t sock, file;
    mp_int_t count; // bytes to send, or -1 for the rest of the file
    mp_int_t sent;  // bytes that have been sent
} sendfile_t;

static void send_pieces(void *arg) {
    sendfile_t *call = arg;
    for (;;) {
        mp_int_t size = BLOCK;
        if (call->count >= 0 && call->count - call->sent < size) {
            size = call->count - call->sent;
        }
        mp_obj_t piece = size > 0
            ? ssl_call_method(call->file, MP_QSTR_read, MP_OBJ_NEW_SMALL_INT(size))
            : mp_const_empty_bytes;
        mp_buffer_info_t bufinfo;
        ssl_get_bytes(piece, &bufinfo);
        if (bufinfo.len == 0) {
            return;
        }
        (void)ssl_call_method(call->sock, MP_QSTR_sendall, piece);
        call->sent += (mp_int_t)bufinfo.len;
    }
}

static void seek(void *arg) {
    const mp_obj_t *file_and_position = arg;
    (void)ssl_call_method(file_and_position[0], MP_QSTR_seek, file_and_position[1]);
}

// Returns the number of bytes sent. If a piece was sent, the position of the file is then
// the end of the last piece that was sent, even if the function raises.
static mp_obj_t ssl_socket_sendfile(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    enum { FILE, OFFSET, COUNT };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_file, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_offset, MP_ARG_INT, {.u_int = 0}},
        {MP_QSTR_count, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t vals[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, vals);
    ssl_conn_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    sendfile_t call = {args[0], vals[FILE].u_obj, -1, 0};
    if (vals[COUNT].u_obj != mp_const_none) {
        call.count = mp_obj_get_int(vals[COUNT].u_obj);
        if (call.count <= 0) {
            mp_raise_msg_varg(&mp_type_ValueError,
                MP_ERROR_TEXT("count must be a positive integer (got %d)"), (int)call.count);
        }
    }
    if (self->timeout_ms == 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("non-blocking sockets are not supported"));
    }
    mp_obj_t at[] = {call.file, mp_obj_new_int(vals[OFFSET].u_int)}, error, ignored;
    if (vals[OFFSET].u_int != 0) {
        seek(at);
    }
    ssl_try(send_pieces, &call, &error);
    at[1] = mp_obj_new_int(vals[OFFSET].u_int + call.sent);
    if (call.sent > 0) {
        ssl_try(seek, at, &ignored); // not every stream can seek
    }
    if (error != MP_OBJ_NULL) {
        nlr_raise(error);
    }
    return mp_obj_new_int(call.sent);
}
MP_DEFINE_CONST_FUN_OBJ_KW(ssl_socket_sendfile_obj, 1, ssl_socket_sendfile);
