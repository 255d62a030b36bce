// SPDX-License-Identifier: MIT
//
// count.c - counts the allocations of the program that it is preloaded into, and prints their number
// when the program ends.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>

static unsigned long made;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);

void *malloc(size_t size) {
    made++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    made++;
    return __libc_calloc(count, size);
}

__attribute__((destructor)) static void tell(void) {
    fprintf(stdout, "%lu\n", made);
    fflush(stdout);
}
