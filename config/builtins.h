// SPDX-License-Identifier: MIT
//
// builtins.h - included before every file of the firmware: adds CPython's TimeoutError, which
// MicroPython does not have, to the builtin names. `except TimeoutError` would be a NameError.
#ifndef __ASSEMBLER__
struct _mp_obj_type_t;
extern const struct _mp_obj_type_t ssl_TimeoutError_type;
#define MICROPY_PORT_EXTRA_BUILTINS                                                                \
    {MP_ROM_QSTR(MP_QSTR_TimeoutError), MP_ROM_PTR(&ssl_TimeoutError_type)},
#endif
