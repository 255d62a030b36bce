# arith.mk - selects the library that does the arithmetic listed in engine/arith/variants.h. Makefile and
# micropython.mk set USSL_DIR and include this file. It reads
#
#   USSL_ARITH  bearssl, the default if BEARSSL is set, or mbedtls
#   BEARSSL     a checkout of BearSSL 0.6 or later
#
# and sets
#   USSL_BEARSSL_SOURCES  the files of BearSSL that are compiled (config/bearssl_sources.txt)
#   USSL_BEARSSL_CFLAGS   flags for these files only: they include names.h and masks.h first
#   USSL_ARITH_CFLAGS     flags for all files of the engine
#   USSL_LIBRARIES        variables for the command line of a make of MicroPython
USSL_ARITH ?= $(if $(BEARSSL),bearssl,mbedtls)
ifeq ($(filter bearssl mbedtls,$(USSL_ARITH)),)
$(error ussl: USSL_ARITH=$(USSL_ARITH): bearssl or mbedtls)
endif
USSL_LIBRARIES = MBEDTLS=$(MBEDTLS) USSL_ARITH=$(USSL_ARITH)
ifeq ($(USSL_ARITH),bearssl)
USSL_BEARSSL_SOURCES := $(addprefix $(BEARSSL)/src/,$(shell cat $(USSL_DIR)/config/bearssl_sources.txt))
USSL_BEARSSL_CFLAGS := -w -include $(abspath $(USSL_DIR)/config/names.h) -include $(abspath $(USSL_DIR)/engine/arith/masks.h)
USSL_ARITH_CFLAGS := -DUSSL_ARITH_BEARSSL=1 -I$(BEARSSL)/inc -I$(BEARSSL)/src
USSL_LIBRARIES += BEARSSL=$(BEARSSL)
endif
