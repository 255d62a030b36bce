# board.py - an HTTPS request from a board, from power-on to the answer. Change the four values below, copy it to the board
# with `mpremote cp examples/board.py :main.py`, or try it as it is on the emulated board: make board SCRIPT=examples/board.py
import ssl
import socket

WIFI = None  # ("name of the network", "password"), or None where the board is connected already
HOST = "localhost"
PORT = 8443  # 443 for a public server
CA = None  # the file of your own CA's certificate, or None for the root store on the board


def join():
    if WIFI is not None:
        import network
        import time

        station = network.WLAN(network.STA_IF)
        station.active(True)
        station.connect(*WIFI)
        while not station.isconnected():
            time.sleep(0.1)


def set_clock():
    import ntptime

    ntptime.settime()  # before it every certificate is refused, because its dates cannot be checked


def get(path):
    context = ssl.create_default_context(cafile=CA)
    sock = socket.socket()
    sock.connect(socket.getaddrinfo(HOST, PORT)[0][-1])
    try:
        tls = context.wrap_socket(sock, server_hostname=HOST)
    except ssl.SSLCertVerificationError as e:
        print("not connected:", e.verify_message)
        ssl.explain(HOST, PORT, context)
        return None
    tls.write(b"GET %s HTTP/1.0\r\nHost: %s\r\n\r\n" % (path.encode(), HOST.encode()))
    answer = tls.read()
    tls.close()
    return answer


join()
set_clock()
print(get("/"))
