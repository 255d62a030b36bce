# unit.mk - builds the C tests: engine and mbedTLS under ASan and UBSan, one program a test file.

UNIT_DIR := build/unit$(UNIT_SUFFIX)
UNIT_CC ?= gcc
UNIT_CFLAGS := -std=c11 -g -O1 -I. -I$(MBEDTLS)/include \
	-DMBEDTLS_CONFIG_FILE='"config/mbedtls_full.h"' \
	-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer $(USSL_CFLAGS)
# As on a device: on unix the limit is too high to be reached.
UNIT_CFLAGS += -DUSSL_LARGE_RECORDS=2
UNIT_WARN := -Wall -Wextra -Werror

UNIT_MBED_O := $(patsubst %.c,$(UNIT_DIR)/mbedtls/%.o,$(shell cat config/mbedtls_sources.txt))
UNIT_OWN_O := $(patsubst %.c,$(UNIT_DIR)/%.o,$(wildcard engine/*.c engine/*/*.c tests/support/*.c))
# A folder for each room of the engine; the programs stand side by side in UNIT_DIR.
UNIT_SOURCES := $(wildcard tests/unit/test_*.c tests/unit/*/test_*.c)
UNIT_TESTS := $(patsubst %.c,$(UNIT_DIR)/%,$(notdir $(UNIT_SOURCES)))

# mbedTLS compares empty names with memcmp(NULL, NULL, 0): undefined by the letter, harmless.
$(UNIT_DIR)/mbedtls/%.o: $(MBEDTLS)/library/%.c $(wildcard config/*.h) engine/config.h
	@mkdir -p $(@D)
	@$(UNIT_CC) $(UNIT_CFLAGS) -O2 -fno-sanitize=nonnull-attribute -c $< -o $@

$(UNIT_DIR)/%.o: %.c $(wildcard engine/*.h engine/*/*.h tests/support/*.h) $(wildcard config/*.h)
	@mkdir -p $(@D)
	@$(UNIT_CC) $(UNIT_CFLAGS) $(UNIT_WARN) -c $< -o $@

$(UNIT_DIR)/libussl.a: $(UNIT_MBED_O) $(UNIT_OWN_O)
	@rm -f $@
	@ar qc $@ $^

define unit_program
$(UNIT_DIR)/$(notdir $(1:.c=)): $(UNIT_DIR)/$(1:.c=.o) $(UNIT_DIR)/libussl.a
	@$(UNIT_CC) $(UNIT_CFLAGS) -o $$@ $$^ -lcmocka
endef
$(foreach source,$(UNIT_SOURCES),$(eval $(call unit_program,$(source))))

unit-build: $(UNIT_TESTS)
.PHONY: unit-build
.SECONDARY: $(UNIT_SOURCES:%.c=$(UNIT_DIR)/%.o)
