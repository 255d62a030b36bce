# micropython.mk - builds stock MicroPython's own tls module with the same mbedTLS, as the reference of the benchmark.
STOCK_DIR := $(USERMOD_DIR)
SRC_USERMOD_LIB_C += $(STOCK_DIR)/stock.c $(abspath $(TOP)/lib/mbedtls_errors/mp_mbedtls_errors.c)
SRC_USERMOD_LIB_C += $(filter-out %/error.c,$(wildcard $(MBEDTLS)/library/*.c))
CFLAGS_USERMOD += -I$(STOCK_DIR) -I$(TOP) -I$(MBEDTLS)/include -DMICROPY_PY_SSL=1 -DMICROPY_SSL_MBEDTLS=1 \
	-DMBEDTLS_CONFIG_FILE='"mbedtls_config_port.h"'
$(BUILD)/$(MBEDTLS)/library/%.o: CFLAGS += -Wno-error -w
