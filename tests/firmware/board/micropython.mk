# micropython.mk - adds what the tests need and an emulated board lacks: a false random source, a false clock, streams, and a
# measure of the C stack.
SRC_USERMOD_C += $(USERMOD_DIR)/pipe.c $(USERMOD_DIR)/stack.c
SRC_USERMOD_LIB_C += $(USERMOD_DIR)/board.c
CFLAGS_USERMOD += -DUSSL_TEST_BOARD=1 -DMICROPY_TRACKED_ALLOC=1
