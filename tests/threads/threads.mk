# threads.mk - builds the engine and threads.c with ThreadSanitizer.

THREADS_DIR := build/threads
THREADS_CFLAGS := -std=gnu11 -g -O1 -I. -I$(MBEDTLS)/include \
	-DMBEDTLS_CONFIG_FILE='"config/mbedtls_full.h"' -fsanitize=thread $(USSL_ARITH_CFLAGS) $(USSL_CFLAGS)
THREADS_O := $(patsubst %.c,$(THREADS_DIR)/mbedtls/%.o,$(shell cat config/mbedtls_sources.txt)) \
	$(patsubst $(BEARSSL)/%.c,$(THREADS_DIR)/bearssl/%.o,$(USSL_BEARSSL_SOURCES)) \
	$(patsubst %.c,$(THREADS_DIR)/%.o,$(wildcard engine/*.c engine/*/*.c) \
	tests/support/certs.c tests/support/pair.c tests/support/platform.c tests/threads/threads.c)

$(THREADS_DIR)/mbedtls/%.o: $(MBEDTLS)/library/%.c $(wildcard config/*.h) engine/config.h
	@mkdir -p $(@D)
	@gcc $(THREADS_CFLAGS) -c $< -o $@

$(THREADS_DIR)/bearssl/%.o: $(BEARSSL)/%.c config/names.h engine/arith/masks.h
	@mkdir -p $(@D)
	@gcc $(THREADS_CFLAGS) $(USSL_BEARSSL_CFLAGS) -c $< -o $@

$(THREADS_DIR)/%.o: %.c $(wildcard engine/*.h engine/*/*.h tests/support/*.h) $(wildcard config/*.h)
	@mkdir -p $(@D)
	@gcc $(THREADS_CFLAGS) -Wall -Wextra -Werror -c $< -o $@

$(THREADS_DIR)/threads: $(THREADS_O)
	@gcc $(THREADS_CFLAGS) -o $@ $^ -lcmocka -lpthread
.SECONDARY: $(THREADS_O)
