// SPDX-License-Identifier: MIT
//
// ssl_args.c - reads the argument of a function that has only one, by position or by CPython's
// name, and converts timeouts.
#include "binding.h"

mp_obj_t ssl_take_arg(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args, qstr name) {
    const mp_arg_t allowed = {name, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}};
    mp_arg_val_t val;
    mp_arg_parse_all(n_args, args, kw_args, 1, &allowed, &val);
    return val.u_obj;
}

mp_int_t ssl_timeout_ms(mp_obj_t timeout) {
    if (timeout == mp_const_none) {
        return -1;
    }
#if MICROPY_PY_BUILTINS_FLOAT
    mp_float_t seconds = mp_obj_get_float(timeout);
#else
    mp_int_t seconds = mp_obj_get_int(timeout);
#endif
    if (!(seconds >= 0)) {
        mp_raise_ValueError(MP_ERROR_TEXT("Timeout value out of range"));
    }
    if (seconds > 2000000) { // the milliseconds must fit 32 bits
        mp_raise_msg(&mp_type_OverflowError, MP_ERROR_TEXT("timeout doesn't fit"));
    }
    mp_int_t ms = (mp_int_t)(seconds * 1000);
    return seconds > 0 && ms == 0 ? 1 : ms;
}

mp_obj_t ssl_timeout_of(mp_int_t ms) {
    if (ms < 0) {
        return mp_const_none;
    }
#if MICROPY_PY_BUILTINS_FLOAT
    return mp_obj_new_float((mp_float_t)ms / 1000);
#else
    return MP_OBJ_NEW_SMALL_INT(ms / 1000);
#endif
}
