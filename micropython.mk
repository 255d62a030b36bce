# micropython.mk - makes this repo a user C module of MicroPython's make ports.
#
#   make -C ports/stm32 USER_C_MODULES=/folder/that/holds/ussl
#
# Takes the place of the stock ssl and tls modules, and brings mbedTLS for hashlib and cryptolib,
# which used the stock module's. Set MBEDTLS to a checkout of mbedTLS 3.6.7 or newer unless
# MicroPython's own lib/mbedtls is there. USSL_ROOTS=/path/to/roots.ussl (tools/make-roots) builds a
# root store into the firmware. USSL_CERT_NONE=overrule or refuse: no client goes unverified.

USSL_DIR := $(USERMOD_DIR)
MBEDTLS ?= $(abspath $(TOP)/lib/mbedtls)

# USSL_PROFILE=device: smaller code, and without what few devices need (docs/footprint.md). A flag in
# USSL_CFLAGS brings one of them back.
ifeq ($(USSL_PROFILE),device)
USSL_MBEDTLS_CONFIG ?= config/mbedtls_device.h
USSL_PROFILE_CFLAGS = $(foreach f,P521 X25519 CHACHA SESSIONS KEYLOG ENCRYPTED_KEYS LEGACY_WRAP PEM CRL EXPLAIN PSK SIGN DTLS,\
	$(if $(findstring -DUSSL_$f=,$(USSL_CFLAGS)),,-DUSSL_$f=0))
endif
USSL_MBEDTLS_CONFIG ?= config/mbedtls_full.h

ifeq ($(wildcard $(MBEDTLS)/library/ssl_tls.c),)
$(error ussl: no mbedTLS at $(MBEDTLS): set MBEDTLS=/path/to/mbedtls)
endif

# Ports read these after the user modules were included.
override MICROPY_PY_SSL = 0
override MICROPY_SSL_MBEDTLS = 0
override MICROPY_SSL_AXTLS = 0

SRC_USERMOD_C += $(wildcard $(USSL_DIR)/binding/*.c)
SRC_USERMOD_LIB_C += $(wildcard $(USSL_DIR)/engine/*.c $(USSL_DIR)/engine/*/*.c)
SRC_USERMOD_LIB_C += $(addprefix $(MBEDTLS)/library/,$(shell cat $(USSL_DIR)/config/mbedtls_sources.txt))

# hashlib and cryptolib keep what they had. Some ports tie them to the stock module in a way that a -D
# cannot undo.
ifneq ($(USSL_KEEP_HASHLIB)$(shell grep -s 'define MICROPY_PY_HASHLIB_MD5 .*MICROPY_PY_SSL' mpconfigport.h),)
USSL_HASHLIB := -include $(USSL_DIR)/config/keep_hashlib.h
else
USSL_HASHLIB := -DMICROPY_PY_HASHLIB_MD5=1 -DMICROPY_PY_HASHLIB_SHA1=1 -DMICROPY_PY_CRYPTOLIB=1
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

CFLAGS_USERMOD += -include $(USSL_DIR)/config/builtins.h -I$(USSL_DIR) -I$(MBEDTLS)/include \
	-DMBEDTLS_CONFIG_FILE='"$(USSL_MBEDTLS_CONFIG)"' \
	-DMICROPY_SSL_MBEDTLS=1 $(USSL_HASHLIB) $(USSL_PROFILE_CFLAGS) $(USSL_CFLAGS)

# mbedTLS is not written to MicroPython's list of warnings.
$(BUILD)/$(MBEDTLS)/library/%.o: CFLAGS += -Wno-error -w
