// SPDX-License-Identifier: MIT
//
// closes.c - preloaded into a program, counts its calls of close() for numbers that are no open
// descriptor, and prints the count at the end. -1 does not count: it is never anybody's.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>

static int bad;

int close(int fd) {
    static int (*real)(int);
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "close");
    }
    int code = real(fd);
    if (fd >= 0 && code != 0 && errno == EBADF) {
        __atomic_add_fetch(&bad, 1, __ATOMIC_RELAXED);
    }
    return code;
}

__attribute__((destructor)) static void tell(void) {
    fprintf(stderr, "closed although not open: %d\n", bad);
}
