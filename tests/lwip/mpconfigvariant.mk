# mpconfigvariant.mk - the variant of MicroPython's unix port for tests/lwip. LWIP is a checkout of lwIP 2.2.
MICROPY_PY_SOCKET = 0
MICROPY_PY_THREAD = 0
MICROPY_PY_FFI = 0
MICROPY_PY_TERMIOS = 0

# Without this macro our module is compiled as on a board.
CFLAGS += -U__unix__

CFLAGS_THIRDPARTY += -I$(LWIP)/src/include
SRC_THIRDPARTY_C += $(LWIP)/src/netif/ethernet.c $(addprefix $(LWIP)/src/core/,$(addsuffix .c,def dns inet_chksum init ip \
	mem memp netif pbuf raw stats sys tcp tcp_in tcp_out timeouts udp ipv4/acd ipv4/autoip ipv4/dhcp ipv4/etharp ipv4/icmp \
	ipv4/igmp ipv4/ip4 ipv4/ip4_addr ipv4/ip4_frag))
# modlwip.c compares signed and unsigned numbers, which the unix port's warnings forbid. Its listen() waits for the unix
# port's SOMAXCONN connections; boards have MicroPython's default, 2.
$(BUILD)/extmod/modlwip.o $(BUILD)/$(LWIP)/%.o: CFLAGS += -Wno-error -w -DSOMAXCONN=2
