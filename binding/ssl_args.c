// SPDX-License-Identifier: MIT
//
// ssl_args.c - the one argument of a function, which a caller may give by position or by CPython's
// name.
#include "binding.h"

mp_obj_t ssl_take_arg(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args, qstr name) {
    const mp_arg_t allowed = {name, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}};
    mp_arg_val_t val;
    mp_arg_parse_all(n_args, args, kw_args, 1, &allowed, &val);
    return val.u_obj;
}
