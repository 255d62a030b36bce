# mpconfigboard.mk - describes the machine of the Cortex-M3 to MicroPython's qemu port, with the instructions of a Cortex-M0+
# (ARMv6-M) only, which the Cortex-M3 has too. qemu has no Cortex-M0 with enough memory, and the count of instructions is the
# same on both.
QEMU_ARCH = arm
QEMU_MACHINE = mps2-an385

CFLAGS += -mthumb -mcpu=cortex-m0plus -mfloat-abi=soft
CFLAGS += -DQEMU_SOC_MPS2
CFLAGS += -DMICROPY_HW_MCU_NAME='"Cortex-M0+"'
CFLAGS += -DMICROPY_EMIT_THUMB_ARMV7M=0 -DMICROPY_EMIT_INLINE_THUMB_FLOAT=0

LDSCRIPT = mcu/arm/mps2.ld
SRC_BOARD_O = shared/runtime/gchelper_native.o shared/runtime/gchelper_thumb1.o
MPY_CROSS_FLAGS += -march=armv6m
