// SPDX-License-Identifier: MIT
//
// board.c - gives MicroPython's lwIP sockets and our module what a board gives them: time, random
// bytes, and the function that runs lwIP while a script waits.
#include "lwip/netif.h"
#include "lwip/timeouts.h"
#include "py/mphal.h"
#include "py/runtime.h"

// extmod/modnetwork.c, which is not built, defines this variable.
int mp_mod_network_prefer_dns_use_ip_version = 4;

u32_t sys_now(void) {
    return (u32_t)mp_hal_ticks_ms();
}

// ---- the network ----
static bool plugged_in = true;

// Runs in mp_event_handle_nowait(), where boards without interrupts of their network card run lwIP
// too.
void board_poll(void) {
    if (plugged_in) {
        netif_poll_all();
    }
    sys_check_timeouts();
}

// While the cable is unplugged nothing arrives, and nothing is lost.
static mp_obj_t board_cable(mp_obj_t flag) {
    plugged_in = mp_obj_is_true(flag);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(board_cable_obj, board_cable);

static const mp_rom_map_elem_t board_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_board)},
    {MP_ROM_QSTR(MP_QSTR_cable), MP_ROM_PTR(&board_cable_obj)},
};
static MP_DEFINE_CONST_DICT(board_globals, board_table);
const mp_obj_module_t board_module = {{&mp_type_module}, (mp_obj_dict_t *)&board_globals};
MP_REGISTER_MODULE(MP_QSTR_board, board_module);

// ---- random bytes ----
uint32_t board_random(void) {
    uint32_t n;
    mp_hal_get_random(sizeof(n), (uint8_t *)&n);
    return n;
}

// MicroPython before 1.28 calls this function for random bytes, as on a board.
int mbedtls_hardware_poll(void *data, unsigned char *output, size_t len, size_t *olen) {
    (void)data;
    mp_hal_get_random(len, output);
    *olen = len;
    return 0;
}
