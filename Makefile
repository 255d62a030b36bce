# Makefile - builds ussl into MicroPython's unix port, runs it, and tests it.
#
#   make run              makes a verified TLS connection on this machine, and shows that bad ones are refused
#   make run URL=https:// fetches a page with the roots of this machine
#   make explain HOST=…   says why a server is accepted or refused, and what to do
#   make repl             starts the interpreter, build/unix/micropython
#   make board            starts an emulated Cortex-M3 with network; SCRIPT=examples/board.py runs that script on it
#   make roots            writes Mozilla's trust anchors as a root store for a device
#   make dist             makes a release archive that builds without git
#   make test             runs all tests; the last line counts them. One part: make unit, compat, port, interop, guide …
#   make fuzz             runs the fuzz target of every parser of ours, an hour each
#   make bench            writes a table of ussl beside stock MicroPython and CPython
#
# MICROPYTHON, MBEDTLS and BEARSSL name checkouts that are used in place of Debian's source packages, and LWIP names one for
# `make lwip`. With USSL_ARITH=mbedtls the build does not use BearSSL.

SRC := build/src
ifeq ($(origin MICROPYTHON),undefined)
MICROPYTHON := $(SRC)/micropython
endif
ifeq ($(origin MBEDTLS),undefined)
ifneq ($(wildcard $(MICROPYTHON)/lib/mbedtls/library/ssl_tls.c),)
MBEDTLS := $(MICROPYTHON)/lib/mbedtls
else
MBEDTLS := $(SRC)/mbedtls
endif
endif
override MICROPYTHON := $(abspath $(MICROPYTHON))
override MBEDTLS := $(abspath $(MBEDTLS))
ifeq ($(origin BEARSSL),undefined)
BEARSSL := $(SRC)/bearssl
endif
override BEARSSL := $(abspath $(BEARSSL))
# If checkouts are named, but none of BearSSL, mbedTLS does the arithmetic.
ifeq ($(filter $(abspath $(SRC))/%,$(MICROPYTHON) $(MBEDTLS))$(wildcard $(BEARSSL)/inc/bearssl_ec.h),)
USSL_ARITH ?= mbedtls
endif
USSL_ARITH ?= bearssl
export BEARSSL USSL_ARITH
USSL_DIR := .
include config/arith.mk
export USSL_CERTS := $(abspath build/certs)

# UNIX_DIR and MORE are the folder and the flags of a second build beside the first one (tools/try-flags).
UNIX_DIR := build/unix
UNIX := $(UNIX_DIR)/micropython
JOBS := -j$(shell nproc 2>/dev/null || echo 2)
CHECKED_C := $(wildcard engine/*.[ch] engine/*/*.[ch] binding/*.[ch] esp-idf/*.[ch] tests/esp32/*.[ch] tests/support/*.[ch] \
	tests/unit/*.c tests/unit/*/*.[ch] tests/threads/*.c tests/constant_time/*.c tests/lwip/board.c fuzz/*.[ch] examples/*.c)

all: $(UNIX)

# ---- tools and sources ----
build/tools.ok: tools/install-tools
	@mkdir -p $(@D)
	@sh tools/install-tools
	@touch $@

# When the sources or the flags change, what was built from the former ones is removed. A second build (UNIT_SUFFIX) removes
# nothing of the first one.
STALE := $(if $(UNIT_SUFFIX),$(filter-out build/unix,$(UNIX_DIR)),$(UNIX_DIR) build/threads build/lib)
build/sources$(UNIT_SUFFIX).used: FORCE
	@mkdir -p $(@D)
	@echo "$(MICROPYTHON) $(MBEDTLS) $(BEARSSL) $(USSL_ARITH) $(USSL_CFLAGS)" | cmp -s - $@ || \
	  { rm -rf build/unit$(UNIT_SUFFIX) $(STALE) build/sources$(UNIT_SUFFIX).ok; \
	    echo "$(MICROPYTHON) $(MBEDTLS) $(BEARSSL) $(USSL_ARITH) $(USSL_CFLAGS)" >$@; }
FORCE:

build/sources$(UNIT_SUFFIX).ok: build/sources$(UNIT_SUFFIX).used build/tools.ok tools/fetch-sources
ifneq ($(MICROPYTHON) $(MBEDTLS) $(BEARSSL),$(abspath $(SRC)/micropython $(SRC)/mbedtls $(SRC)/bearssl))
	@sh tools/need-sources $(MICROPYTHON) $(MBEDTLS) $(abspath $(SRC)) $(if $(filter bearssl,$(USSL_ARITH)),$(BEARSSL))
else
	@sh tools/fetch-sources $(SRC) micropython mbedtls $(filter bearssl,$(USSL_ARITH))
endif
	@touch $@

build/certs/ca.pem: build/tools.ok tools/make-certs
	@sh tools/make-certs build/certs
certs: build/certs/ca.pem build/chains build/roots.ussl

build/roots.ussl: build/certs/ca.pem tools/make-roots
	@python3 tools/make-roots $(addprefix build/certs/,ca.pem inter.pem root-rsa.pem) $@ >/dev/null

# Writes Mozilla's roots. With HOSTS="example.org mqtt.example.net:8883" it writes only those that these hosts need.
ROOTS := build/roots-mozilla.ussl
roots: build/tools.ok
	@python3 tools/make-roots --mozilla $(addprefix --for ,$(HOSTS)) $(ROOTS)

# Makes the chains of tests/data/chains.txt. Debian's own Python has the package that signs them.
WITH_CRYPTOGRAPHY = $(shell python3 -c 'import cryptography' 2>/dev/null && echo python3 || echo /usr/bin/python3)
build/chains: build/tools.ok tests/chains.py tests/chains_der.py tests/data/chains.txt
	@$(WITH_CRYPTOGRAPHY) tests/chains.py make $@.new && mv $@.new $@

# Has OpenSSL and CPython judge every row. Where they judge otherwise, the row must say so.
chains: build/tools.ok
	@$(WITH_CRYPTOGRAPHY) tests/chains.py compare

# ---- MicroPython with our module ----
UNIX_MAKE = $(MAKE) --no-print-directory -C $(MICROPYTHON)/ports/unix BUILD=$(abspath $(UNIX_DIR)) \
	USER_C_MODULES=$(abspath build/usermod) $(USSL_LIBRARIES) MICROPY_PY_BTREE=0 MICROPY_PY_SSL=0 USSL_HASHLIB=1 \
	FROZEN_MANIFEST=$(abspath config/manifest.py) USSL_CFLAGS='$(USSL_CFLAGS) $(EXTRA_FLAGS)' $(MORE)

# Our manifest uses nothing of micropython-lib, but MicroPython's make requires a README.md in that folder.
ifeq ($(wildcard $(MICROPYTHON)/lib/micropython-lib/README.md),)
UNIX_MAKE += MPY_LIB_DIR=$(CURDIR)
endif

# frozen_content.c is removed first, because it defines qstrs that a changed binding may define too. mpy-cross is built first
# and by a make of its own, because its make does not work inside ours.
$(UNIX): build/sources$(UNIT_SUFFIX).ok $(wildcard engine/* engine/*/* binding/* config/* python/*) manifest.py micropython.mk
	@python3 tools/check-layers
	@mkdir -p build/usermod $(dir $(UNIX_DIR)) && ln -sfn ../.. build/usermod/ussl
	@echo "building mpy-cross and MicroPython: one to three minutes the first time (log: $(UNIX_DIR).log)"
	@{ $(MAKE) --no-print-directory $(JOBS) -C $(MICROPYTHON)/mpy-cross && \
	  rm -f $(UNIX_DIR)/frozen_content.*; $(UNIX_MAKE) $(JOBS); } >$(UNIX_DIR).log 2>&1 || { tail -n 40 $(UNIX_DIR).log; exit 1; }
	@touch $@

# Builds the interpreter and the unit tests without BearSSL.
without-bearssl: build/tools.ok
	@$(MAKE) --no-print-directory UNIX_DIR=build/unix-without-bearssl UNIT_SUFFIX=-without-bearssl USSL_ARITH=mbedtls \
		build/unix-without-bearssl/micropython unit-build

# Builds the interpreter as a 32-bit program, on x86-64.
unix32: $(UNIX)
	@sh tools/install-tools unix32
	@$(MAKE) --no-print-directory UNIX_DIR=build/unix32 MORE='MICROPY_FORCE_32BIT=1 MICROPY_PY_FFI=0' \
		build/unix32/micropython

# Builds MicroPython's coverage variant, which compiles with more warnings, for MicroPython's own tests. The last line of output
# is MicroPython's folder.
coverage: $(UNIX)
	@$(MAKE) --no-print-directory UNIX_DIR=build/coverage MORE=VARIANT=coverage build/coverage/micropython
	@find build/coverage -name '*.gcda' -delete
	@echo $(MICROPYTHON)

# ---- MicroPython for emulated boards, with our module ----
FIRMWARE := build/firmware/firmware.elf
BOARDS := MPS2_AN500 VIRT_RV32
firmware: $(FIRMWARE) $(foreach b,$(BOARDS),build/firmware-$b/firmware.elf)

# The arguments that each board needs besides its name; tests/ports/ports.py reads them too. gcc 12 has no libgcc for
# rv32imac_zicsr, and in version 2.2 of the instruction set zicsr is a part of rv32i.
BOARD_MPS2_AN385 := LDSCRIPT=$(abspath tests/firmware/mps2.ld)
BOARD_MPS2_AN500 := LDSCRIPT=$(abspath tests/firmware/mps2.ld) BOARD_DIR=$(abspath tests/firmware/boards/MPS2_AN500)
BOARD_MPS2_M0PLUS := LDSCRIPT=$(abspath tests/firmware/mps2.ld) BOARD_DIR=$(abspath tests/firmware/boards/MPS2_M0PLUS)
BOARD_VIRT_RV32 := LDSCRIPT=$(abspath tests/firmware/virt.ld) RV32_ARCH="rv32imac -misa-spec=2.2"
export BOARD_MPS2_AN385 BOARD_MPS2_AN500 BOARD_VIRT_RV32

# $(call board,NAME,FOLDER,MODULES,MORE) builds MicroPython's qemu port with a folder of user modules, in build/FOLDER.
define board
	@echo "building MicroPython for $1 in build/$2 (log: build/$2.log)"
	@mkdir -p build/$2; rm -f build/$2/frozen_content.*; \
	  $(MAKE) --no-print-directory $(JOBS) -C $(MICROPYTHON)/ports/qemu BOARD=$1 BUILD=$(abspath build/$2) \
	    USER_C_MODULES=$(abspath build/$3) $(USSL_LIBRARIES) USSL_HASHLIB=1 FROZEN_MANIFEST=$(abspath config/manifest.py) \
	    MPY_LIB_DIR=$(CURDIR) $(BOARD_$1) $4 \
	    >build/$2.log 2>&1 || { tail -n 40 build/$2.log; exit 1; }
	@touch build/$2/firmware.elf
endef

build/usermod-board: build/tools.ok
	@sh tools/install-tools firmware
	@mkdir -p $@ && ln -sfn ../.. $@/ussl && ln -sfn ../../tests/firmware/board $@/board

WHOLE := MICROPY_HEAP_SIZE=3276800 USSL_ROOTS=$(abspath build/roots.ussl) USSL_CFLAGS='$(USSL_CFLAGS)'
BOARD_FILES := $(wildcard tests/firmware/* tests/firmware/board/* tests/firmware/boards/*/*)
$(FIRMWARE): $(UNIX) build/usermod-board build/roots.ussl $(BOARD_FILES)
	$(call board,MPS2_AN385,firmware,usermod-board,$(WHOLE))
build/firmware-%/firmware.elf: $(UNIX) build/usermod-board build/roots.ussl $(BOARD_FILES)
	$(call board,$*,firmware-$*,usermod-board,$(WHOLE))

# Starts an emulated Cortex-M3 whose sockets, clock and files come from this computer (tools/board). Its root store has the
# roots of the certificates in build/certs.
build/board/firmware.elf: $(UNIX) build/usermod-board build/roots.ussl $(BOARD_FILES) $(wildcard tests/firmware/frozen/*)
	$(call board,MPS2_AN385,board,usermod-board,MICROPY_HEAP_SIZE=196608 USSL_ROOTS=$(abspath build/roots.ussl) \
	  FROZEN_MANIFEST=$(abspath tests/firmware/frozen/manifest.py))
board: build/board/firmware.elf certs
	@python3 tools/board $(SCRIPT)

# ---- measured against stock MicroPython ----
BENCH := build/bench
BENCH_HEAP := MICROPY_HEAP_SIZE=327680
OURS := $(wildcard engine/* engine/*/* binding/* config/*) micropython.mk

build/usermod-stock: build/usermod-board
	@mkdir -p $@ && ln -sfn ../../bench/stock $@/stock && ln -sfn ../../tests/firmware/board $@/board
	@mkdir -p $@-unix && ln -sfn ../../bench/stock $@-unix/stock

$(BENCH)/stock/firmware.elf: $(UNIX) build/usermod-stock $(wildcard bench/stock/*) $(BOARD_FILES)
	$(call board,MPS2_AN385,bench/stock,usermod-stock,$(BENCH_HEAP))
$(BENCH)/ours/firmware.elf: $(UNIX) build/usermod-board $(OURS) $(BOARD_FILES)
	$(call board,MPS2_AN385,bench/ours,usermod-board,$(BENCH_HEAP))
$(BENCH)/device/firmware.elf: $(UNIX) build/usermod-board $(OURS) $(BOARD_FILES)
	$(call board,MPS2_AN385,bench/device,usermod-board,$(BENCH_HEAP) USSL_PROFILE=device)
$(BENCH)/device12/firmware.elf: $(UNIX) build/usermod-board $(OURS) $(BOARD_FILES)
	$(call board,MPS2_AN385,bench/device12,usermod-board,$(BENCH_HEAP) USSL_PROFILE=device USSL_CFLAGS=-DUSSL_TLS13=0)
# The same firmware for other CPUs.
BENCH_BOARDS := MPS2_M0PLUS VIRT_RV32
$(BENCH)/stock-%/firmware.elf: $(UNIX) build/usermod-stock $(wildcard bench/stock/*) $(BOARD_FILES)
	$(call board,$*,bench/stock-$*,usermod-stock,$(BENCH_HEAP))
$(BENCH)/ours-%/firmware.elf: $(UNIX) build/usermod-board $(OURS) $(BOARD_FILES)
	$(call board,$*,bench/ours-$*,usermod-board,$(BENCH_HEAP))

$(BENCH)/unix-stock/micropython: $(UNIX) build/usermod-stock $(wildcard bench/stock/*)
	@echo "building stock MicroPython (log: $(@D).log)"
	@mkdir -p $(@D); $(subst $(abspath build/usermod),$(abspath build/usermod-stock-unix),$(subst \
	  $(abspath $(UNIX_DIR)),$(abspath $(@D)),$(UNIX_MAKE))) $(JOBS) MICROPY_PY_SSL=0 >$(@D).log 2>&1 || \
	  { tail -n 40 $(@D).log; exit 1; }
$(BENCH)/count.so: bench/count.c
	@mkdir -p $(@D) && gcc -O1 -shared -fPIC -o $@ $<

# Makes one build for bench/footprint.py, which sets its flags.
$(BENCH)/footprint/firmware.elf: $(UNIX) build/usermod-board FORCE
	$(call board,MPS2_AN385,bench/footprint,usermod-board,$(BENCH_HEAP) USSL_PROFILE=$(PROFILE) USSL_CFLAGS='$(ONE)')
footprint: $(foreach b,stock ours device device12,$(BENCH)/$b/firmware.elf)
	@python3 bench/footprint.py

bench: certs $(BENCH)/stock/firmware.elf $(BENCH)/ours/firmware.elf $(BENCH)/device/firmware.elf \
		$(BENCH)/device12/firmware.elf $(foreach b,$(BENCH_BOARDS),$(BENCH)/stock-$b/firmware.elf $(BENCH)/ours-$b/firmware.elf) \
		$(BENCH)/unix-stock/micropython $(BENCH)/count.so
	@python3 bench/run.py

# ---- the engine alone, for programs in C: build/lib ----
RELEASE := $(shell sed -n 's/^.define USSL_VERSION "\(.*\)"/\1/p' engine/ussl.h)
LIB := build/lib
LIB_CFLAGS := -std=c11 -O2 -I. -I$(MBEDTLS)/include -DMBEDTLS_CONFIG_FILE='"config/mbedtls_full.h"' \
	-ffunction-sections -fdata-sections -fPIC $(USSL_ARITH_CFLAGS) $(USSL_CFLAGS)
LIB_OWN_O := $(patsubst %.c,$(LIB)/objects/%.o,$(wildcard engine/*.c engine/*/*.c))
LIB_MBED_O := $(patsubst %.c,$(LIB)/objects/mbedtls/%.o,$(shell cat config/mbedtls_sources.txt))
LIB_BEAR_O := $(patsubst $(BEARSSL)/%.c,$(LIB)/objects/bearssl/%.o,$(USSL_BEARSSL_SOURCES))
LIB_HEADERS := alerts.h cert.h config.h result.h ussl.h

$(LIB_OWN_O): $(LIB)/objects/%.o: %.c $(wildcard engine/*.h engine/*/*.h config/*.h)
	@mkdir -p $(@D)
	@$(CC) $(LIB_CFLAGS) -c $< -o $@
$(LIB_MBED_O): $(LIB)/objects/mbedtls/%.o: $(MBEDTLS)/library/%.c $(wildcard config/*.h) engine/config.h
	@mkdir -p $(@D)
	@$(CC) $(LIB_CFLAGS) -c $< -o $@
$(LIB_BEAR_O): $(LIB)/objects/bearssl/%.o: $(BEARSSL)/%.c config/names.h engine/arith/masks.h
	@mkdir -p $(@D)
	@$(CC) $(LIB_CFLAGS) $(USSL_BEARSSL_CFLAGS) -c $< -o $@
$(LIB)/libussl.a: $(LIB_OWN_O) $(LIB_MBED_O) $(LIB_BEAR_O)
	@rm -f $@ && $(AR) qc $@ $^

# A program must be compiled with the library's flags, so ussl.pc has them.
$(LIB)/ussl.pc: $(LIB)/libussl.a FORCE
	@mkdir -p $(LIB)/include/ussl && cp $(addprefix engine/,$(LIB_HEADERS)) $(LIB)/include/ussl
	@printf '%s\n' 'prefix=$(abspath $(LIB))' 'Name: ussl' 'Description: TLS 1.2 and 1.3 over mbedTLS, without I/O' \
	  'Version: $(RELEASE)' 'Cflags: -I$${prefix}/include $(USSL_CFLAGS)' 'Libs: -L$${prefix} -lussl -Wl,--gc-sections' >$@

lib: build/sources.ok
	@$(MAKE) --no-print-directory $(JOBS) $(LIB)/ussl.pc
	@echo "built $(LIB)/libussl.a; PKG_CONFIG_PATH=$(LIB) pkg-config --cflags --libs ussl"

# Makes a release archive of the last commit, build/ussl-VERSION.tar.gz or the file ARCHIVE.
dist:
	@sh tools/make-dist $(ARCHIVE)

# ---- for people ----
run: $(UNIX) certs
ifdef URL
	@$(UNIX) examples/fetch.py $(URL)
else
	@$(UNIX) examples/demo.py
endif

# For example: make explain HOST=example.org:8883 CA=ca.pem
explain: $(UNIX)
	@$(UNIX) -m ussl_explain $(HOST) $(if $(CA),--ca $(CA)) || true

repl: $(UNIX)
	@$(UNIX)

# ---- tests ----
include tests/unit/unit.mk
include tests/threads/threads.mk
include tests/lwip/lwip.mk
include tests/constant_time/constant_time.mk
include fuzz/fuzz.mk
unit-build $(THREADS_DIR)/threads: build/sources$(UNIT_SUFFIX).ok

test: build/tools.ok
	@sh tools/install-tools unix32
	@$(MAKE) --no-print-directory $(UNIX) certs
	@$(MAKE) --no-print-directory $(JOBS) unit-build $(THREADS_DIR)/threads
	@$(MAKE) --no-print-directory firmware build/board/firmware.elf $(BENCH)/device/firmware.elf $(BENCH)/device12/firmware.elf lwip
	@MICROPYTHON=$(MICROPYTHON) MBEDTLS=$(MBEDTLS) python3 tests/run.py

# Each of these targets builds and runs one part.
unit: unit-build certs
	@python3 tests/run.py unit
threads: $(THREADS_DIR)/threads certs
	@python3 tests/run.py threads
compat port interop stock guide types: $(UNIX) certs
	@python3 tests/run.py $@
# MICROPYTHON_LIB, MQTT_AS and MICRODOT name checkouts: docs/testing.md.
libraries: $(UNIX) certs
	@sh tools/install-tools libraries
	@python3 tests/run.py $@
# BORINGSSL, TLSFUZZER and WYCHEPROOF name checkouts: docs/testing.md.
conformance: $(UNIX) certs
	@python3 tests/run.py $@
lint: build/tools.ok
	@python3 tests/run.py lint

# Takes about an hour: 100,000 connections in one reserved block of memory; over sockets 10,000 in sequence, 200 at once and
# 2,000 over a bad network; and 1,000 for each of 8 threads, with both versions, under ThreadSanitizer.
soak: $(UNIX) unit-build $(THREADS_DIR)/threads certs
	@echo "soak: 1 of 3, $(or $(LIVES),100000) connections in reserved memory, some 8 s for 1,000; next, connections over sockets"
	@USSL_SOAK=$(or $(LIVES),100000) $(UNIT_DIR)/test_reserve
	@echo "soak: 2 of 3, connections over sockets; next, 16,000 connections of 8 threads"
	@USSL_SOAK=long python3 tests/run.py soak
	@echo "soak: 3 of 3, 16,000 connections of 8 threads"
	@USSL_CONNECTIONS=1000 python3 tests/run.py threads

check-layers:
	@python3 tools/check-layers
check-format: build/tools.ok
	@clang-format --dry-run --Werror $(CHECKED_C)
format:
	@clang-format -i $(CHECKED_C)

# Turns off each build flag in turn, builds, makes a connection, and prints the bytes that the flag saves.
flags: $(UNIX) certs
	@MICROPYTHON=$(MICROPYTHON) MBEDTLS=$(MBEDTLS) sh tools/try-flags

# Builds our tls and stock's (as tls_stock) into one interpreter, each with its own mbedTLS. The link gives the folder of stock's
# mbedTLS another name, under which its object files are built.
beside: $(UNIX)
	@mkdir -p build/usermod-beside && ln -sfn ../.. build/usermod-beside/ussl && ln -sfn ../../tests/ports/beside build/usermod-beside/beside
	@ln -sfn $(or $(wildcard $(MICROPYTHON)/lib/mbedtls/library),$(MBEDTLS)/library) build/usermod-beside/library
	@ln -sfn $(or $(wildcard $(MICROPYTHON)/lib/mbedtls/include),$(MBEDTLS)/include) build/usermod-beside/include
	@$(MAKE) --no-print-directory UNIX_DIR=build/beside MORE='USSL_HASHLIB= USER_C_MODULES=$(abspath build/usermod-beside) \
		STOCK_MBEDTLS=$(abspath build/usermod-beside)' build/beside/micropython

# Builds ports and boards with ussl and with stock. TREES="/path/to/micropython ...", ROWS="RPI_PICO_W ..." and
# KINDS="ussl ..." select what tests/ports/ports.py builds.
ports: $(UNIX) build/usermod-stock certs
	@sh tools/install-tools unix32
	@USSL_PORTS=all MICROPYTHON=$(MICROPYTHON) MBEDTLS=$(MBEDTLS) TREES="$(or $(TREES),$(MICROPYTHON))" ROWS="$(ROWS)" KINDS="$(KINDS)" \
		python3 tests/run.py ports

# Compiles all files for ESP32. IDF_PATH names a checkout of ESP-IDF 5, and MICROPYTHON may name one of MicroPython
# (docs/boards.md).
ifdef IDF_PATH
ports: ports-esp32
endif
ports-esp32: build/sources.ok certs
	@sh tools/install-tools esp32
	@IDF_PATH=$(abspath $(IDF_PATH)) MICROPYTHON=$(MICROPYTHON) MBEDTLS=$(MBEDTLS) BEARSSL=$(BEARSSL) sh tools/try-esp32
	@IDF_PATH=$(abspath $(IDF_PATH)) MICROPYTHON=$(MICROPYTHON) MBEDTLS=$(MBEDTLS) sh tools/try-esp32-aes

clean:
	rm -rf build/esp32* build/board* build/unix build/unix32 build/unix-without-bearssl build/firmware* build/bench build/unit* build/threads build/lwip build/lib build/constant-time build/beside build/ports build/flags build/certs build/*.ok

.PHONY: all lib dist run explain repl board roots chains unix32 without-bearssl beside ports ports-esp32 firmware bench footprint soak conformance test unit threads compat port interop guide types lint certs check-layers check-format format \
	flags clean
