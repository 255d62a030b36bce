# fuzz.mk - builds and runs the libFuzzer targets, with engine, mbedTLS and BearSSL under clang's ASan and UBSan.
#
#   make fuzz                  each target for an hour; SECONDS=60 for less, TARGET=names for one
#   make fuzz-build            only builds them, in build/fuzz

FUZZ_DIR := build/fuzz
FUZZ_TARGETS := names constraints store load texts session client server arith
SECONDS ?= 3600
FUZZ_CFLAGS := -std=gnu11 -g -O1 -I. -I$(MBEDTLS)/include -DMBEDTLS_CONFIG_FILE='"config/mbedtls_full.h"' \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=nonnull-attribute \
	-fno-sanitize-recover=all -fno-omit-frame-pointer -w $(USSL_ARITH_CFLAGS)
# Constant-time code has no branches for the fuzzer to find, and to count them would take most of its time.
FUZZ_ARITH_CFLAGS := -O2 -fno-sanitize=fuzzer-no-link
FUZZ_LIB_O := $(patsubst %.c,$(FUZZ_DIR)/mbedtls/%.o,$(shell cat config/mbedtls_sources.txt)) \
	$(patsubst $(BEARSSL)/%.c,$(FUZZ_DIR)/bearssl/%.o,$(USSL_BEARSSL_SOURCES)) \
	$(patsubst %.c,$(FUZZ_DIR)/%.o,$(wildcard engine/*.c engine/*/*.c)) $(FUZZ_DIR)/fuzz/common.o

# BearSSL's variants for other CPUs, under names of their own.
FUZZ_ARITH_O := $(if $(USSL_BEARSSL_SOURCES),$(patsubst %,$(FUZZ_DIR)/arith/%.o,modular-15 modular-31 p256-15))

build/fuzz-tools.ok: tools/install-tools
	@mkdir -p $(@D) && sh tools/install-tools fuzz && touch $@

# If a key derivation has no parameters, mbedTLS computes NULL + 0, which is undefined in C but harmless.
$(FUZZ_DIR)/mbedtls/pkcs5.o: FUZZ_CFLAGS += -fno-sanitize=pointer-overflow
$(FUZZ_DIR)/mbedtls/%.o: $(MBEDTLS)/library/%.c $(wildcard config/*.h) engine/config.h
	@mkdir -p $(@D) && clang $(FUZZ_CFLAGS) -c $< -o $@
$(FUZZ_DIR)/mbedtls/bignum_core.o $(FUZZ_DIR)/bearssl/%.o $(FUZZ_DIR)/engine/arith/%.o $(FUZZ_DIR)/arith/%.o: FUZZ_CFLAGS += $(FUZZ_ARITH_CFLAGS)
$(FUZZ_DIR)/bearssl/%.o: $(BEARSSL)/%.c config/names.h engine/arith/masks.h
	@mkdir -p $(@D) && clang $(FUZZ_CFLAGS) $(USSL_BEARSSL_CFLAGS) -c $< -o $@
$(FUZZ_DIR)/%.o: %.c $(wildcard engine/*.h engine/*/*.h fuzz/*.h) $(wildcard config/*.h)
	@mkdir -p $(@D) && clang $(FUZZ_CFLAGS) -c $< -o $@
$(FUZZ_DIR)/fuzz_%: $(FUZZ_DIR)/fuzz/fuzz_%.o $(FUZZ_LIB_O)
	@clang $(FUZZ_CFLAGS) -fsanitize=fuzzer $^ -o $@
$(FUZZ_DIR)/arith/modular-%.o: engine/arith/modular.c $(wildcard engine/arith/*.h) config/names.h
	@mkdir -p $(@D) && clang $(FUZZ_CFLAGS) -DUSSL_ARITH_NUMBERS=$* $(foreach f,work power inverse,-Dussl__mod_$f=ussl__mod_$f_$*) -c $< -o $@
$(FUZZ_DIR)/arith/p256-15.o: engine/arith/p256_m15.c $(wildcard engine/arith/*.h) config/names.h
	@mkdir -p $(@D) && clang $(FUZZ_CFLAGS) -DUSSL_ARITH_PUBLIC=15 -Dussl__p256_sum=ussl__p256_sum_15 -c $< -o $@
# fuzz_arith.c includes engine/mbedtls/ecp.c.
$(FUZZ_DIR)/fuzz/fuzz_arith.o: engine/mbedtls/ecp.c
$(FUZZ_DIR)/fuzz_arith: $(FUZZ_DIR)/fuzz/fuzz_arith.o $(FUZZ_ARITH_O) \
		$(filter-out $(if $(FUZZ_ARITH_O),%/engine/arith/p256_m15.o) %/engine/mbedtls/ecp.o,$(FUZZ_LIB_O))
	@clang $(FUZZ_CFLAGS) -fsanitize=fuzzer $^ -o $@
$(FUZZ_DIR)/seeds: $(FUZZ_DIR)/fuzz/seeds.o $(FUZZ_LIB_O)
	@clang -fsanitize=address,undefined $^ -o $@

fuzz-build: build/sources.ok build/fuzz-tools.ok certs
	@echo "building the fuzz targets: some minutes the first time"
	@$(MAKE) --no-print-directory $(JOBS) $(FUZZ_TARGETS:%=$(FUZZ_DIR)/fuzz_%) $(FUZZ_DIR)/seeds
	@$(FUZZ_DIR)/seeds $(FUZZ_DIR)

fuzz: fuzz-build
	@python3 fuzz/fuzz.py $(SECONDS) $(or $(TARGET),$(FUZZ_TARGETS))
.PHONY: fuzz fuzz-build
.SECONDARY: $(FUZZ_TARGETS:%=$(FUZZ_DIR)/fuzz/fuzz_%.o)
