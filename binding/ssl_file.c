// SPDX-License-Identifier: MIT
//
// ssl_file.c - reads arguments that are either the path of a file or its contents. A str is a path,
// as in CPython, unless it is PEM text; bytes are the data itself, for devices without files.
#include "binding.h"

#include "py/builtin.h"
#include "py/objstr.h"

// ---- bytes ----
bool ssl_is_bytes_like(mp_obj_t obj, mp_buffer_info_t *bufinfo) {
    return !mp_obj_is_str(obj) && mp_get_buffer(obj, bufinfo, MP_BUFFER_READ);
}

void ssl_get_bytes(mp_obj_t data, mp_buffer_info_t *out) {
    if (!ssl_is_bytes_like(data, out)) {
        mp_raise_msg_varg(&mp_type_TypeError,
            MP_ERROR_TEXT("a bytes-like object is required, not '%s'"), mp_obj_get_type_str(data));
    }
}

// ---- files ----
mp_obj_t ssl_open(mp_obj_t path, qstr mode) {
    mp_obj_t args[] = {path, MP_OBJ_NEW_QSTR(mode)};
    mp_obj_t file = mp_call_function_n_kw(MP_OBJ_FROM_PTR(&mp_builtin_open_obj), 2, 0, args);
    // A file system that is written in Python can return any object.
    mp_get_stream_raise(file, MP_STREAM_OP_READ | MP_STREAM_OP_WRITE | MP_STREAM_OP_IOCTL);
    return file;
}

mp_obj_t ssl_read_rest(mp_obj_t file) {
    mp_obj_t data = mp_call_function_1(MP_OBJ_FROM_PTR(&mp_stream_read_obj), file);
    mp_stream_close(file);
    return data;
}

bool ssl_is_pem_text(mp_obj_t arg) {
    size_t len;
    const char *text = mp_obj_is_str(arg) ? mp_obj_str_get_data(arg, &len) : NULL;
    return text != NULL && ussl_is_pem(text, len);
}

void ssl_file_or_data(mp_obj_t arg, const char *name, mp_buffer_info_t *bufinfo) {
    mp_obj_t data = arg;
    if (ssl_is_pem_text(arg)) {
        bufinfo->buf = (void *)mp_obj_str_get_data(arg, &bufinfo->len);
        return;
    }
    if (mp_obj_is_str(arg)) {
        data = ssl_read_rest(ssl_open(arg, MP_QSTR_rb));
    }
    if (!ssl_is_bytes_like(data, bufinfo)) {
        mp_raise_msg_varg(
            &mp_type_TypeError, MP_ERROR_TEXT("%s should be a valid filesystem path"), name);
    }
}
