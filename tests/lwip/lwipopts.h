// lwipopts.h - configures lwIP as MicroPython does for boards (rp2, stm32, mimxrt), with a loopback interface, which their
// firmware does not need, and short times, so that a connection attempt is given up within a few seconds.
#ifndef USSL_TESTS_LWIPOPTS_H
#define USSL_TESTS_LWIPOPTS_H

#include <stdint.h>

#define LWIP_IPV4 1
#define LWIP_IPV6 0
#define LWIP_HAVE_LOOPIF 1
#define LWIP_NETIF_LOOPBACK 1
#define LWIP_TCP_RTO_TIME 1000
#define TCP_SYNMAXRTX 1
#define TCP_MSL 500

uint32_t board_random(void);
#define LWIP_RAND() board_random()

// The windows are those of the boards. There is memory for both ends of several connections: if it were short, a send()
// that does not block would wait for ten seconds in modlwip.c, and the peer could not read meanwhile.
#define TCP_MSS 800
#define TCP_WND (8 * TCP_MSS)
#define TCP_SND_BUF (8 * TCP_MSS)
#define MEM_SIZE 131072
#define MEMP_NUM_TCP_SEG 256
#define MEMP_NUM_TCP_PCB 32

#include "extmod/lwip-include/lwipopts_common.h"

#undef MEM_ALIGNMENT
#define MEM_ALIGNMENT 8 // this is a 64-bit program
#undef LWIP_CHECKSUM_CTRL_PER_NETIF // no link can flip a bit here
#define LWIP_CHECKSUM_CTRL_PER_NETIF 0

#endif
