// cc.h - lwIP's types for a 64-bit program; MicroPython's own header has 32-bit pointers.
#ifndef USSL_TESTS_LWIP_CC_H
#define USSL_TESTS_LWIP_CC_H

#define LWIP_NO_CTYPE_H 1
#define LWIP_PLATFORM_DIAG(x)
// As on boards, assertions do nothing: closing a listener would fail one, because modlwip.c treats it as a connection.
#define LWIP_PLATFORM_ASSERT(text)

#endif
