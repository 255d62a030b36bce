// SPDX-License-Identifier: MIT
//
// ssl_membio.c - MemoryBIO: a queue of bytes in memory that an SSLObject reads from or writes to
// (CPython ssl.MemoryBIO).
//
// Notes: its Python methods behave as CPython's. It also has MicroPython's stream protocol, so that
// SSLSocket and SSLObject share one pump. Reading an empty BIO as a stream fails with EAGAIN or,
// after write_eof(), returns 0 bytes, which is the end of the stream.
#include "binding.h"

#include <string.h>

#include "py/mperrno.h"

typedef struct {
    mp_obj_base_t base;
    byte *buf;
    size_t at, len, room; // [at, len) can be read; the block has room + 1 bytes, for a NUL
    bool eof;             // write_eof() was called
} membio_obj_t;

// ---- helpers ----
static void membio_free(membio_obj_t *self) {
    if (self->buf != NULL) {
        m_del(byte, self->buf, self->room + 1);
    }
}

static void membio_put(membio_obj_t *self, const void *data, size_t len) {
    if (self->len + len > self->room) {
        size_t waiting = self->len - self->at;
        if (waiting + len > self->room) {
            // The new buffer has spare room of half the waiting bytes, so that a series of writes
            // does not copy them each time.
            size_t room = (waiting + len + waiting / 2) / 512 * 512 + 511;
            byte *buf = m_new(byte, room + 1); // can raise, and nothing has been changed yet
            if (waiting > 0) {
                memcpy(buf, self->buf + self->at, waiting);
            }
            membio_free(self);
            self->buf = buf;
            self->room = room;
        } else {
            memmove(self->buf, self->buf + self->at, waiting);
        }
        self->at = 0;
        self->len = waiting;
    }
    memcpy(self->buf + self->len, data, len);
    self->len += len;
}

static void membio_forget(membio_obj_t *self) {
    self->buf = NULL;
    self->at = self->len = self->room = 0;
}

// Removes the first `n` bytes. A BIO that becomes empty frees its buffer.
static void membio_took(membio_obj_t *self, size_t n) {
    self->at += n;
    if (self->at == self->len) {
        membio_free(self);
        membio_forget(self);
    }
}

// Returns the whole content as bytes, which take over the buffer, so that a record is not copied.
static mp_obj_t membio_give(membio_obj_t *self) {
    mp_obj_str_t *bytes = mp_obj_malloc(mp_obj_str_t, &mp_type_bytes); // can raise
    size_t room = self->room, len = self->len;
    bytes->data = self->buf;
    membio_forget(self);
    return ssl_bytes_end(bytes, room, len);
}

// ---- the stream side ----
static mp_uint_t membio_stream_read(mp_obj_t self_in, void *buf, mp_uint_t size, int *errcode) {
    membio_obj_t *self = MP_OBJ_TO_PTR(self_in);
    size_t n = MIN(size, self->len - self->at);
    if (n == 0 && !self->eof) {
        *errcode = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    if (n > 0) {
        memcpy(buf, self->buf + self->at, n);
        membio_took(self, n);
    }
    return n;
}

static mp_uint_t membio_stream_write(
    mp_obj_t self_in, const void *buf, mp_uint_t size, int *errcode) {
    membio_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->eof) {
        *errcode = MP_EPIPE;
        return MP_STREAM_ERROR;
    }
    membio_put(self, buf, size);
    return size;
}

static mp_uint_t membio_stream_ioctl(
    mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    membio_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (request == MP_STREAM_POLL) {
        bool readable = self->len > self->at || self->eof;
        return arg & (MP_STREAM_POLL_WR | (readable ? MP_STREAM_POLL_RD : 0));
    }
    *errcode = MP_EINVAL;
    return MP_STREAM_ERROR;
}

static const mp_stream_p_t membio_stream_p = {
    .read = membio_stream_read,
    .write = membio_stream_write,
    .ioctl = membio_stream_ioctl,
};

// ---- the Python side ----
static mp_obj_t membio_make_new(
    const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    membio_obj_t *self = mp_obj_malloc(membio_obj_t, type);
    membio_forget(self);
    self->eof = false;
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t membio_read(size_t n_args, const mp_obj_t *args) {
    membio_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    mp_int_t size = n_args > 1 ? mp_obj_get_int(args[1]) : -1;
    size_t waiting = self->len - self->at;
    size_t n = size < 0 || (size_t)size > waiting ? waiting : (size_t)size;
    if (n > 0 && n == self->len) { // `at` is 0, so the bytes can take over the buffer
        return membio_give(self);
    }
    mp_obj_t bytes = mp_obj_new_bytes(self->buf + self->at, n);
    if (n > 0) {
        membio_took(self, n);
    }
    return bytes;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(membio_read_obj, 1, 2, membio_read);

static mp_obj_t membio_write(mp_obj_t self_in, mp_obj_t data) {
    membio_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_buffer_info_t bufinfo;
    ssl_get_bytes(data, &bufinfo);
    if (self->eof) {
        mp_obj_t text = mp_obj_new_str_from_cstr("cannot write() after write_eof()");
        nlr_raise(mp_obj_new_exception_arg1(&ssl_SSLError_type, text));
    }
    if (bufinfo.len > 0) {
        membio_put(self, bufinfo.buf, bufinfo.len);
    }
    return MP_OBJ_NEW_SMALL_INT(bufinfo.len);
}
static MP_DEFINE_CONST_FUN_OBJ_2(membio_write_obj, membio_write);

static mp_obj_t membio_write_eof(mp_obj_t self_in) {
    ((membio_obj_t *)MP_OBJ_TO_PTR(self_in))->eof = true;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(membio_write_eof_obj, membio_write_eof);

static void membio_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    membio_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] != MP_OBJ_NULL) {
        return; // all attributes are read-only
    }
    if (attr == MP_QSTR_pending) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(self->len - self->at);
    } else if (attr == MP_QSTR_eof) {
        dest[0] = mp_obj_new_bool(self->eof && self->at == self->len);
    } else {
        dest[1] = MP_OBJ_SENTINEL; // MicroPython then looks it up in the methods
    }
}

static const mp_rom_map_elem_t membio_locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&membio_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&membio_write_obj)},
    {MP_ROM_QSTR(MP_QSTR_write_eof), MP_ROM_PTR(&membio_write_eof_obj)},
};
static MP_DEFINE_CONST_DICT(membio_locals, membio_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(ssl_membio_type, MP_QSTR_MemoryBIO, MP_TYPE_FLAG_NONE, make_new,
    membio_make_new, attr, membio_attr, protocol, &membio_stream_p, locals_dict, &membio_locals);
