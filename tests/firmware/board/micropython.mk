# micropython.mk - what the emulated board lacks and our tests need: entropy and a clock, both fake.
SRC_USERMOD_LIB_C += $(USERMOD_DIR)/board.c
CFLAGS_USERMOD += -DUSSL_TEST_BOARD=1 -DMICROPY_TRACKED_ALLOC=1
