// SPDX-License-Identifier: MIT
//
// board.c - FOR TESTS ONLY: gives the emulated boards MPS2_AN385, MPS2_AN500 and VIRT_RV32 a random
// source that always gives the same bytes, and a clock that stands still, in 2026 or where a script
// has set it. They have neither.
//
// Everybody knows the keys that are made from this source. It is compiled for no other board.
#if !defined(USSL_TEST_BOARD) || !(defined(QEMU_SOC_MPS2) || defined(QEMU_SOC_VIRT))
#error "this random source is predictable: it is for the emulated test board only"
#endif

#include <stddef.h>
#include <stdint.h>

int mbedtls_hardware_poll(void *data, unsigned char *output, size_t len, size_t *olen) {
    static uint64_t state = 0x9E3779B97F4A7C15u;
    (void)data;
    for (size_t i = 0; i < len; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        output[i] = (unsigned char)(state >> 32);
    }
    *olen = len;
    return 0;
}

#ifdef QEMU_SOC_MPS2
// These are COUNTER and LED0 in the FPGAIO registers of MPS2 (ARM DAI 0385).
#define TICKS 0x40028018u
#define TICKS_IN_A_MS 25000
#define CLOCK_IS_LOST 0x40028000u
#else
// These are mtime of the CLINT and the scratch register of the 16550, in qemu's machine virt.
#define TICKS 0x0200BFF8u
#define TICKS_IN_A_MS 10000
#define CLOCK_IS_LOST 0x10000007u
#endif

// The port has this function since MicroPython 1.27.
__attribute__((weak)) uint32_t mp_hal_ticks_ms(void) {
    return *(volatile uint32_t *)TICKS / TICKS_IN_A_MS;
}

static uint64_t clock_seconds = 1780272000; // 2026-06-01 00:00:00 UTC

// If a script has set the bit, the clock is that of a board whose clock was never set.
uint64_t mp_hal_time_ns(void) {
    if (*(volatile uint8_t *)CLOCK_IS_LOST & 1) {
        return 0; // 1970
    }
    return clock_seconds * 1000000000u;
}

void board_set_clock(uint64_t seconds) {
    *(volatile uint8_t *)CLOCK_IS_LOST = 0;
    clock_seconds = seconds;
}
