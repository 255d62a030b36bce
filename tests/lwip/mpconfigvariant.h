// mpconfigvariant.h - configures a unix program that our module takes for a board: it has no threads, no file descriptors,
// and the socket type of extmod/modlwip.c.
#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)
#include "variants/mpconfigvariant_common.h"

#undef MICROPY_PY_SELECT_POSIX_OPTIMISATIONS
#define MICROPY_PY_SELECT_POSIX_OPTIMISATIONS (0)
#define MICROPY_TRACKED_ALLOC (1)
#define MICROPY_PY_LWIP (1)
#define MICROPY_INTERNAL_EVENT_HOOK board_poll()

void board_poll(void);
