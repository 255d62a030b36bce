// SPDX-License-Identifier: MIT
//
// stack.c - FOR TESTS ONLY: measures the C stack by filling its free part with a pattern.
#include "py/mpstate.h"
#include "py/runtime.h"

#define DEPTH (20 * 1024) // the stacks of the emulated boards are larger
#define PATTERN 0xA5C3965Au

static volatile uint32_t *lowest;

// board.stack_paint() fills DEPTH bytes below the frame of this function, which takes less than 64.
static mp_obj_t board_stack_paint(void) {
    volatile uint32_t here = PATTERN;
    volatile uint32_t *top = (volatile uint32_t *)((uintptr_t)&here - 64);
    lowest = top - DEPTH / sizeof(*top);
    while (top > lowest) {
        *--top = PATTERN;
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(board_stack_paint_obj, board_stack_paint);

// board.stack_used() returns the bytes from the interpreter's first frame to the lowest word that
// has been written since stack_paint().
static mp_obj_t board_stack_used(void) {
    volatile uint32_t *at = lowest;
    while (*at == PATTERN) {
        at++;
    }
    return mp_obj_new_int((uintptr_t)MP_STATE_THREAD(stack_top) - (uintptr_t)at);
}
MP_DEFINE_CONST_FUN_OBJ_0(board_stack_used_obj, board_stack_used);
