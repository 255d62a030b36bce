# lwip.mk - builds MicroPython's unix port with the socket type of boards, extmod/modlwip.c, over lwIP.

ifeq ($(origin LWIP),undefined)
ifneq ($(wildcard $(MICROPYTHON)/lib/lwip/src/core/tcp.c),)
LWIP := $(MICROPYTHON)/lib/lwip
else
LWIP := $(SRC)/lwip
endif
endif
override LWIP := $(abspath $(LWIP))

$(LWIP)/src/core/tcp.c: tools/fetch-sources
	@[ -e $@ ] || sh tools/fetch-sources $(SRC) lwip
	@[ -e $@ ] || { echo "no lwIP at $(LWIP): set LWIP=/path/to/it" >&2; exit 1; }

lwip: $(UNIX) $(LWIP)/src/core/tcp.c
	@$(MAKE) --no-print-directory UNIX_DIR=build/lwip MORE='VARIANT_DIR=$(abspath tests/lwip) LWIP=$(LWIP)' \
		build/lwip/micropython

build/lwip/micropython: $(wildcard tests/lwip/*.[ch] tests/lwip/*/*.h) tests/lwip/mpconfigvariant.mk
.PHONY: lwip
