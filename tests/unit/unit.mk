# unit.mk - builds the C tests: engine and mbedTLS under ASan and UBSan, one program a test file.

UNIT_DIR := build/unit$(UNIT_SUFFIX)
UNIT_CC ?= gcc
UNIT_CFLAGS := -std=c11 -g -O1 -I. -I$(MBEDTLS)/include \
	-DMBEDTLS_CONFIG_FILE='"config/mbedtls_full.h"' \
	-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
	$(USSL_ARITH_CFLAGS) $(USSL_CFLAGS)
# As on a device: on unix the limit is too high to be reached.
UNIT_CFLAGS += -DUSSL_LARGE_RECORDS=2
UNIT_WARN := -Wall -Wextra -Werror

UNIT_MBED_O := $(patsubst %.c,$(UNIT_DIR)/mbedtls/%.o,$(shell cat config/mbedtls_sources.txt))
UNIT_BEAR_O := $(patsubst $(BEARSSL)/%.c,$(UNIT_DIR)/bearssl/%.o,$(USSL_BEARSSL_SOURCES))
UNIT_OWN_O := $(patsubst %.c,$(UNIT_DIR)/%.o,$(wildcard engine/*.c engine/*/*.c tests/support/*.c))
# A folder for each room of the engine; the programs stand side by side in UNIT_DIR.
UNIT_SOURCES := $(filter-out $(if $(USSL_BEARSSL_SOURCES),,%/test_modular15.c %/test_modular31.c %/test_modular62.c), \
	$(wildcard tests/unit/test_*.c tests/unit/*/test_*.c))
UNIT_TESTS := $(patsubst %.c,$(UNIT_DIR)/%,$(notdir $(UNIT_SOURCES)))

# mbedTLS compares empty names with memcmp(NULL, NULL, 0): undefined by the letter, harmless.
$(UNIT_DIR)/mbedtls/%.o: $(MBEDTLS)/library/%.c $(wildcard config/*.h) engine/config.h
	@mkdir -p $(@D)
	@$(UNIT_CC) $(UNIT_CFLAGS) -O2 -fno-sanitize=nonnull-attribute -c $< -o $@

$(UNIT_DIR)/%.o: %.c $(wildcard engine/*.h engine/*/*.h tests/support/*.h) $(wildcard config/*.h)
	@mkdir -p $(@D)
	@$(UNIT_CC) $(UNIT_CFLAGS) $(UNIT_WARN) -c $< -o $@

# What other sources have left is removed first.
$(UNIT_MBED_O) $(UNIT_BEAR_O) $(UNIT_OWN_O) $(UNIT_SOURCES:%.c=$(UNIT_DIR)/%.o): | build/sources$(UNIT_SUFFIX).ok

# These include files of the engine whole.
$(patsubst %.c,$(UNIT_DIR)/%.o,$(wildcard tests/unit/arith/*.c)): $(wildcard engine/arith/*.c engine/mbedtls/*.c tests/unit/arith/*.h)

$(UNIT_DIR)/bearssl/%.o: $(BEARSSL)/%.c config/names.h engine/arith/masks.h
	@mkdir -p $(@D)
	@$(UNIT_CC) $(UNIT_CFLAGS) -O2 $(USSL_BEARSSL_CFLAGS) -c $< -o $@

$(UNIT_DIR)/libussl.a: $(UNIT_MBED_O) $(UNIT_BEAR_O) $(UNIT_OWN_O)
	@rm -f $@
	@ar qc $@ $^

# test_openssl compares with libcrypto, where there is one.
UNIT_OPENSSL := $(shell pkg-config --libs "libcrypto >= 3" 2>/dev/null)
ifneq ($(UNIT_OPENSSL),)
$(UNIT_DIR)/tests/unit/arith/test_openssl.o: UNIT_CFLAGS += -DTEST_OPENSSL=1 $(shell pkg-config --cflags libcrypto)
$(UNIT_DIR)/test_openssl: UNIT_LIBS := $(UNIT_OPENSSL)
endif

define unit_program
$(UNIT_DIR)/$(notdir $(1:.c=)): $(UNIT_DIR)/$(1:.c=.o) $(UNIT_DIR)/libussl.a
	@$(UNIT_CC) $(UNIT_CFLAGS) -o $$@ $$^ -lcmocka $$(UNIT_LIBS)
endef
$(foreach source,$(UNIT_SOURCES),$(eval $(call unit_program,$(source))))

unit-build: $(UNIT_TESTS)
.PHONY: unit-build
.SECONDARY: $(UNIT_SOURCES:%.c=$(UNIT_DIR)/%.o)
