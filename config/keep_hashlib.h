// SPDX-License-Identifier: MIT
//
// keep_hashlib.h - included before every file on ports that tie hashlib and cryptolib to the stock
// ssl module (stm32, mimxrt): with that off they would lose md5, sha1 and aes.
//
// The port's definition cannot be overridden from the command line, because it is not guarded; but
// mpconfig.h is read once, and what is said after it holds.
#ifndef __ASSEMBLER__
#include "py/mpconfig.h"
#undef MICROPY_PY_HASHLIB_MD5
#undef MICROPY_PY_HASHLIB_SHA1
#undef MICROPY_PY_CRYPTOLIB
#define MICROPY_PY_HASHLIB_MD5 (1)
#define MICROPY_PY_HASHLIB_SHA1 (1)
#define MICROPY_PY_CRYPTOLIB (1)
#endif
