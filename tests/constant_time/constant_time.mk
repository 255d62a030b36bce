# constant_time.mk - builds what calculates with a secret for valgrind, by both compilers: at several levels of
# optimization, and with modular numbers of 15 and 31 bits, which smaller CPUs use.

CT_DIR := build/constant-time
CT_LEVELS := gcc-O3 gcc-Os-15 gcc-O2-31 clang-O3 clang-Os-15
# Compiler, level and bits. valgrind 3.19 cannot read clang's description of variables, so that has no -g.
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
