# micropython.mk - builds this repository as a user C module of MicroPython ports that use make.
#
#   make -C ports/stm32 USER_C_MODULES=/folder/that/holds/ussl MBEDTLS=/path/to/mbedtls
#
# The modules ssl and tls come from this repository. The port's own mbedTLS, hashlib and cryptolib stay as they
# are, because the symbols of our mbedTLS have other names (config/names.h). The linker leaves out what only the
# stock module used. Variables:
#   MBEDTLS         a checkout of mbedTLS 3.6.7 or a later 3.6; the default is MicroPython's own lib/mbedtls
#   BEARSSL         a checkout of BearSSL 0.6 or later, which does most of the arithmetic (engine/arith/variants.h)
#                   in a third of the time that mbedTLS takes; without it mbedTLS does the arithmetic
#   USSL_ARITH      mbedtls: mbedTLS does the arithmetic even if BEARSSL is set
#   USSL_PROFILE    device: smaller code, without features that few devices need (docs/footprint.md)
#   USSL_CFLAGS     build flags of engine/config.h, for example -DUSSL_TLS12=0
#   USSL_ROOTS      a root store that is built into the firmware (tools/make-roots)
#   USSL_CERT_NONE  honour, overrule or refuse: the effect of CERT_NONE on a client
#   USSL_HASHLIB    1: hashlib and cryptolib use our mbedTLS, on a port whose stock ssl module is off
USSL_DIR := $(USERMOD_DIR)
MBEDTLS ?= $(abspath $(TOP)/lib/mbedtls)

ifneq ($(filter-out device,$(USSL_PROFILE)),)
$(error ussl: USSL_PROFILE=$(USSL_PROFILE): there is only device)
endif
ifeq ($(USSL_PROFILE),device)
USSL_MBEDTLS_CONFIG ?= config/mbedtls_device.h
USSL_PROFILE_CFLAGS = $(foreach f,$(shell cat $(USSL_DIR)/config/device_without.txt),\
	$(if $(findstring -DUSSL_$f=,$(USSL_CFLAGS)),,-DUSSL_$f=0))
endif
USSL_MBEDTLS_CONFIG ?= config/mbedtls_full.h

ifeq ($(wildcard $(MBEDTLS)/include/mbedtls/build_info.h),)
$(error ussl: no mbedTLS at $(MBEDTLS): set MBEDTLS=/path/to/mbedtls)
endif
USSL_VERSION := $(shell sed -n 's/^.define MBEDTLS_VERSION_STRING  *"\(.*\)"/\1/p' $(MBEDTLS)/include/mbedtls/build_info.h)
ifeq ($(filter-out 3.6.0 3.6.1 3.6.2 3.6.3 3.6.4 3.6.5 3.6.6,$(filter 3.6.%,$(USSL_VERSION))),)
$(error ussl: mbedTLS $(USSL_VERSION) at $(MBEDTLS): 3.6.7 or a later 3.6 is needed; set MBEDTLS=/path/to/it)
endif
include $(USSL_DIR)/config/arith.mk
ifeq ($(USSL_ARITH)$(wildcard $(BEARSSL)/inc/bearssl_ec.h),bearssl)
$(error ussl: no BearSSL at $(BEARSSL): set BEARSSL=/path/to/bearssl or USSL_ARITH=mbedtls)
endif
USSL_GIVEN := $(foreach v,$(filter USSL_%,$(.VARIABLES)),$(if $(findstring command,$(origin $v)),$v))
USSL_UNKNOWN := $(filter-out USSL_PROFILE USSL_CFLAGS USSL_ROOTS USSL_CERT_NONE USSL_HASHLIB USSL_ARITH USSL_MBEDTLS_CONFIG,$(USSL_GIVEN))
ifneq ($(USSL_UNKNOWN),)
$(error ussl: no variable $(USSL_UNKNOWN): there are USSL_PROFILE, USSL_CFLAGS, USSL_ROOTS, USSL_CERT_NONE, USSL_HASHLIB and USSL_ARITH)
endif

SRC_USERMOD_C += $(wildcard $(USSL_DIR)/binding/*.c)
SRC_USERMOD_LIB_C += $(wildcard $(USSL_DIR)/engine/*.c $(USSL_DIR)/engine/*/*.c)
SRC_USERMOD_LIB_C += $(addprefix $(MBEDTLS)/library/,$(shell cat $(USSL_DIR)/config/mbedtls_sources.txt))
SRC_USERMOD_LIB_C += $(USSL_BEARSSL_SOURCES)

ifeq ($(USSL_HASHLIB),1)
CFLAGS_USERMOD += -I$(MBEDTLS)/include -DMBEDTLS_CONFIG_FILE='"$(USSL_MBEDTLS_CONFIG)"' -DMICROPY_SSL_MBEDTLS=1 \
	-DMICROPY_PY_HASHLIB_MD5=1 -DMICROPY_PY_HASHLIB_SHA1=1 -DMICROPY_PY_CRYPTOLIB=1
endif

ifneq ($(USSL_CERT_NONE),)
ifeq ($(filter honour overrule refuse,$(USSL_CERT_NONE)),)
$(error ussl: USSL_CERT_NONE=$(USSL_CERT_NONE): honour, overrule or refuse)
endif
USSL_PROFILE_CFLAGS += -DUSSL_CERT_NONE=USSL_CERT_NONE_$(shell echo $(USSL_CERT_NONE) | tr a-z A-Z)
endif

ifneq ($(USSL_ROOTS),)
USSL_PROFILE_CFLAGS += -DUSSL_ROOTS='"$(abspath $(USSL_ROOTS))"'
$(BUILD)/$(patsubst $(USER_C_MODULES)/%,%,$(USSL_DIR))/binding/ssl_roots.o: $(abspath $(USSL_ROOTS))
endif

CFLAGS_USERMOD += -I$(USSL_DIR) $(USSL_PROFILE_CFLAGS) $(USSL_CFLAGS)

# The engine and mbedTLS are compiled with the headers of our mbedTLS before those of the port, and with our
# configuration instead of the port's. mbedTLS does not compile without warnings under MicroPython's flags, so
# they are turned off. `override` is needed if CC is set on make's command line: without it these objects would
# not get the include folder.
USSL_OBJECTS := $(BUILD)/$(patsubst $(USER_C_MODULES)/%,%,$(USSL_DIR))/engine
$(USSL_OBJECTS)/%.o $(BUILD)/$(MBEDTLS)/library/%.o: override CC += -I$(MBEDTLS)/include
$(USSL_OBJECTS)/%.o $(BUILD)/$(MBEDTLS)/library/%.o: CFLAGS += -UMBEDTLS_CONFIG_FILE \
	-DMBEDTLS_CONFIG_FILE='"$(USSL_MBEDTLS_CONFIG)"'
$(BUILD)/$(MBEDTLS)/library/%.o: CFLAGS += -Wno-error -w
# The files of config/hot_sources.txt handle each record. They are compiled with -O2, except in the device profile. With
# a compiler for x86-64 or AArch64 the whole engine and its libraries are compiled with -O3. A port may set its
# compiler after it includes this file, so the target of the compiler is determined in the recipes.
USSL_NO_FLASH = $(filter x86_64-% aarch64-%,$(shell $(CC) -dumpmachine))
$(USSL_OBJECTS)/%.o $(BUILD)/$(BEARSSL)/src/%.o $(BUILD)/$(MBEDTLS)/library/%.o: CFLAGS += $(if $(USSL_NO_FLASH),-O3)
ifneq ($(USSL_PROFILE),device)
$(patsubst library/%.c,$(BUILD)/$(MBEDTLS)/library/%.o,$(patsubst src/%.c,$(BUILD)/$(BEARSSL)/src/%.o,\
	$(patsubst engine/%.c,$(USSL_OBJECTS)/%.o,$(shell cat $(USSL_DIR)/config/hot_sources.txt)))): CFLAGS += $(if $(USSL_NO_FLASH),,-O2)
endif
ifeq ($(USSL_ARITH),bearssl)
$(USSL_OBJECTS)/%.o $(BUILD)/$(BEARSSL)/src/%.o: CFLAGS += $(USSL_ARITH_CFLAGS)
$(BUILD)/$(BEARSSL)/src/%.o: CFLAGS += -Wno-error $(USSL_BEARSSL_CFLAGS)
endif
