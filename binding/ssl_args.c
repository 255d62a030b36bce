// SPDX-License-Identifier: MIT
//
// ssl_args.c - arguments that a caller may give by position or by CPython's name.
#include "binding.h"

void ssl_take_args(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args,
    const ssl_params_t *params, mp_obj_t *out) {
    size_t named = 0;
    for (size_t i = 0; i < params->most; i++) {
        mp_map_elem_t *given =
            mp_map_lookup(kw_args, MP_OBJ_NEW_QSTR(params->names[i]), MP_MAP_LOOKUP);
        named += given != NULL;
        if (i < n_args && given != NULL) {
            mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("argument '%q' given twice"),
                (qstr)params->names[i]);
        }
        out[i] = i < n_args ? args[i] : given != NULL ? given->value : MP_OBJ_NULL;
        if (out[i] == MP_OBJ_NULL && i < params->least) {
            mp_raise_msg_varg(&mp_type_TypeError, MP_ERROR_TEXT("'%q' argument required"),
                (qstr)params->names[i]);
        }
    }
    if (n_args > params->most || named < kw_args->used) {
        mp_raise_TypeError(MP_ERROR_TEXT("too many arguments, or one with an unknown name"));
    }
}

mp_obj_t ssl_take_arg(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args, qstr name) {
    const ssl_params_t params = {{name}, 1, 1};
    mp_obj_t value;
    ssl_take_args(n_args, args, kw_args, &params, &value);
    return value;
}
