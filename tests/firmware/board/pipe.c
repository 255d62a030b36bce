// SPDX-License-Identifier: MIT
//
// pipe.c - FOR TESTS ONLY: the module `board`, with which a script joins two ends of TLS by streams
// that are written in C, do not block and allocate nothing, as sockets of a port do. It also has
// the functions of stack.c.
#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"
#include "py/stream.h"

// One direction. The octets from `at` to `end` have been written and not yet read.
typedef struct {
    byte *data;
    size_t size, at, end;
} pipe_t;

typedef struct {
    mp_obj_base_t base;
    pipe_t *in, *out;
} end_t;

static mp_uint_t end_read(mp_obj_t self, void *buf, mp_uint_t size, int *errcode) {
    pipe_t *in = ((end_t *)MP_OBJ_TO_PTR(self))->in;
    size_t n = MIN(size, in->end - in->at);
    if (n == 0) {
        *errcode = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    memcpy(buf, in->data + in->at, n);
    in->at += n;
    if (in->at == in->end) {
        in->at = in->end = 0;
    }
    return n;
}

static mp_uint_t end_write(mp_obj_t self, const void *buf, mp_uint_t size, int *errcode) {
    pipe_t *out = ((end_t *)MP_OBJ_TO_PTR(self))->out;
    size_t n = MIN(size, out->size - out->end);
    if (n == 0) {
        *errcode = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    memcpy(out->data + out->end, buf, n);
    out->end += n;
    return n;
}

static mp_uint_t end_ioctl(mp_obj_t self, mp_uint_t request, uintptr_t arg, int *errcode) {
    end_t *end = MP_OBJ_TO_PTR(self);
    (void)errcode;
    if (request != MP_STREAM_POLL) {
        return 0;
    }
    bool readable = end->in->end > end->in->at, writable = end->out->end < end->out->size;
    return arg & ((readable ? MP_STREAM_POLL_RD : 0) | (writable ? MP_STREAM_POLL_WR : 0));
}

static mp_obj_t end_setblocking(mp_obj_t self, mp_obj_t flag) {
    (void)self;
    (void)flag;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(end_setblocking_obj, end_setblocking);

static const mp_rom_map_elem_t end_table[] = {
    {MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj)},
    {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&mp_stream_write_obj)},
    {MP_ROM_QSTR(MP_QSTR_setblocking), MP_ROM_PTR(&end_setblocking_obj)},
};
static MP_DEFINE_CONST_DICT(end_dict, end_table);

static const mp_stream_p_t end_protocol = {
    .read = end_read, .write = end_write, .ioctl = end_ioctl};
static MP_DEFINE_CONST_OBJ_TYPE(
    end_type, MP_QSTR_End, MP_TYPE_FLAG_NONE, protocol, &end_protocol, locals_dict, &end_dict);

// board.pipe(size) returns two ends, with room for `size` octets in each direction.
static mp_obj_t board_pipe(mp_obj_t size) {
    pipe_t *pipes[2];
    mp_obj_t ends[2];
    for (size_t i = 0; i < 2; i++) {
        pipes[i] = m_new0(pipe_t, 1);
        pipes[i]->size = mp_obj_get_int(size);
        pipes[i]->data = m_new(byte, pipes[i]->size);
    }
    for (size_t i = 0; i < 2; i++) {
        end_t *end = mp_obj_malloc(end_t, &end_type);
        end->in = pipes[i];
        end->out = pipes[1 - i];
        ends[i] = MP_OBJ_FROM_PTR(end);
    }
    return mp_obj_new_tuple(2, ends);
}
static MP_DEFINE_CONST_FUN_OBJ_1(board_pipe_obj, board_pipe);

// board.set_time(seconds): sets the clock to so many seconds after 1970 (board.c).
void board_set_clock(uint64_t seconds);
static mp_obj_t board_set_time(mp_obj_t seconds) {
    board_set_clock((uint32_t)mp_obj_get_int_truncated(seconds));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(board_set_time_obj, board_set_time);

MP_DECLARE_CONST_FUN_OBJ_0(board_stack_paint_obj);
MP_DECLARE_CONST_FUN_OBJ_0(board_stack_used_obj);

static const mp_rom_map_elem_t board_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_board)},
    {MP_ROM_QSTR(MP_QSTR_pipe), MP_ROM_PTR(&board_pipe_obj)},
    {MP_ROM_QSTR(MP_QSTR_set_time), MP_ROM_PTR(&board_set_time_obj)},
    {MP_ROM_QSTR(MP_QSTR_stack_paint), MP_ROM_PTR(&board_stack_paint_obj)},
    {MP_ROM_QSTR(MP_QSTR_stack_used), MP_ROM_PTR(&board_stack_used_obj)},
};
static MP_DEFINE_CONST_DICT(board_globals, board_table);

const mp_obj_module_t board_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&board_globals,
};
MP_REGISTER_MODULE(MP_QSTR_board, board_module);
