# micropython.mk - stock MicroPython's tls module under the name tls_stock, with an mbedTLS of its own (STOCK_MBEDTLS), in the
# interpreter that has ours. Nothing here knows of ours, and ours knows nothing of this.
BESIDE_DIR := $(USERMOD_DIR)
SRC_USERMOD_C += $(BESIDE_DIR)/beside.c
SRC_USERMOD_LIB_C += $(abspath $(TOP)/lib/mbedtls_errors/mp_mbedtls_errors.c)
SRC_USERMOD_LIB_C += $(filter-out %/error.c,$(wildcard $(STOCK_MBEDTLS)/library/*.c))
CFLAGS_USERMOD += -I$(BESIDE_DIR)/../../../bench/stock -I$(TOP) -I$(STOCK_MBEDTLS)/include -DMICROPY_SSL_MBEDTLS=1 \
	-DMBEDTLS_CONFIG_FILE='"mbedtls_config_port.h"'
$(BUILD)/$(STOCK_MBEDTLS)/library/%.o: CFLAGS += -Wno-error -w
