# constant_time.mk - builds the code that calculates with secrets for valgrind, with both compilers, at several levels of
# optimization, and with modular numbers in words of 15 and 31 bits, as smaller CPUs use them.

CT_DIR := build/constant-time
CT_LEVELS := gcc-O3 gcc-Os-15 gcc-O2-31 clang-O3 clang-Os-15
# The words of $1 are compiler, level and bits. valgrind 3.19 cannot read what clang's -g writes about variables, so clang gets none.
ct_compile = $(word 1,$1) $(if $(filter gcc,$1),-g) -$(word 2,$1) $(patsubst %,-DUSSL_ARITH_NUMBERS=%,$(word 3,$1)) \
	-std=c11 -I. $(USSL_ARITH_CFLAGS)

build/constant-time.ok: tools/install-tools
	@sh tools/install-tools constant-time
	@mkdir -p $(@D) && touch $@

$(CT_DIR)/secrets-%: tests/constant_time/secrets.c $(wildcard engine/arith/*) config/arith.mk config/bearssl_sources.txt
	@mkdir -p $(@D)
	@$(call ct_compile,$(subst -, ,$*)) $(USSL_BEARSSL_CFLAGS) -o $@ $< engine/arith/*.c $(USSL_BEARSSL_SOURCES)

constant-time-build: $(if $(USSL_BEARSSL_SOURCES),$(CT_LEVELS:%=$(CT_DIR)/secrets-%))
$(CT_LEVELS:%=$(CT_DIR)/secrets-%): build/sources.ok
constant-time: build/constant-time.ok
	@python3 tests/run.py constant-time
.PHONY: constant-time constant-time-build
