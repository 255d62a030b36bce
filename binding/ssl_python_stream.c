// SPDX-License-Identifier: MIT
//
// ssl_python_stream.c - reads and writes streams, including those that are classes of a script.
//
// Notes: MicroPython would pass such a stream a bytearray that refers to the caller's memory, here
// to a record buffer. If the stream's code extended the bytearray, or kept it, it would access
// memory that is not its own. So it gets a bytearray with memory of its own. While the stream's
// code runs, it can also extend the buffer that a script reads into or writes from, which moves
// that buffer. So for such streams plaintext is moved through a copy.
#include "binding.h"

#include <string.h>

#include "py/mperrno.h"
#include "py/objtype.h"

bool ssl_stream_in_python(mp_obj_t stream) {
    return mp_obj_is_instance_type(mp_obj_get_type(stream));
}

// Calls readinto() or write() with a bytearray, as io.IOBase does.
static mp_uint_t call(mp_obj_t stream, qstr method, mp_obj_t bytes, int *errcode) {
    mp_obj_t result = ssl_call_method(stream, method, bytes);
    if (result == mp_const_none) {
        *errcode = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    mp_int_t n = mp_obj_get_int(result);
    *errcode = n < 0 ? (int)-n : 0;
    return n < 0 ? MP_STREAM_ERROR : (mp_uint_t)n;
}

mp_uint_t ssl_stream_read(mp_obj_t stream, uint8_t *buf, size_t len, int *errcode) {
    if (!ssl_stream_in_python(stream)) {
        return mp_get_stream(stream)->read(stream, buf, len, errcode);
    }
    mp_obj_t bytes = mp_obj_new_bytearray_by_ref(len, m_new0(byte, len));
    mp_uint_t n = call(stream, MP_QSTR_readinto, bytes, errcode);
    if (n <= len) {
        mp_buffer_info_t info;
        mp_get_buffer_raise(bytes, &info, MP_BUFFER_READ);
        memcpy(buf, info.buf, n); // a bytearray never becomes shorter
    }
    return n;
}

mp_uint_t ssl_stream_write(mp_obj_t stream, const uint8_t *data, size_t len, int *errcode) {
    if (!ssl_stream_in_python(stream)) {
        if (ssl_lwip_was_reset(stream)) {
            *errcode = MP_ECONNRESET;
            return MP_STREAM_ERROR;
        }
        return mp_get_stream(stream)->write(stream, data, len, errcode);
    }
    return call(stream, MP_QSTR_write, mp_obj_new_bytearray(len, data), errcode);
}

mp_obj_t ssl_stream_copy_of(mp_obj_t buffer) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(buffer, &info, MP_BUFFER_READ);
    return mp_obj_new_bytearray(info.len, info.buf);
}

mp_obj_t ssl_stream_copy_back(mp_obj_t buffer, mp_obj_t copy, mp_obj_t count) {
    mp_buffer_info_t from, to;
    mp_get_buffer_raise(copy, &from, MP_BUFFER_READ);
    mp_get_buffer_raise(buffer, &to, MP_BUFFER_WRITE);
    if (count != mp_const_none) {
        memcpy(to.buf, from.buf, MIN((size_t)mp_obj_get_int(count), to.len));
    }
    return count;
}
