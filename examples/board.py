# board.py - an HTTPS request of a board, from power-on to the answer. Write your values at its top and copy it to the board:
#
#   mpremote cp examples/board.py :main.py
#
# As it is it runs on the emulated board: make board SCRIPT=examples/board.py
import ntptime
import socket
import ssl

WIFI = None  # ("name of the network", "password"); None where the board is in a network already
HOST, PORT = "localhost", 8443
CA = None  # the file of your own CA's certificate; None for the roots on the board


def join():
    import network
    import time

    station = network.WLAN(network.STA_IF)
    station.active(True)
    station.connect(*WIFI)
    while not station.isconnected():
        time.sleep_ms(200)


if WIFI is not None:
    join()
ntptime.settime()  # a board starts in 1970 or 2000, before any certificate is valid

context = ssl.create_default_context(cafile=CA)  # verifies the server; make it once and keep it
context.reserve(1)  # the memory of one connection, for good

sock = socket.socket()
try:
    sock.connect(socket.getaddrinfo(HOST, PORT)[0][-1])
    tls = context.wrap_socket(sock, server_hostname=HOST)
    tls.write(b"GET / HTTP/1.0\r\nHost: %s\r\n\r\n" % HOST.encode())
    print(tls.read())
    tls.close()
except OSError as e:  # ssl.SSLError is one
    print("not connected:", e)
    ssl.explain(HOST, PORT, context)
