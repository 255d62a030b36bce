# SPDX-License-Identifier: MIT
#
# use_microdot.py - runs microdot as an https server, until a client requests /shutdown.
import ssl
import sys
from common import CERTS, MODE, PORT, body
from microdot import Microdot, Request

Request.max_content_length = Request.max_body_length = 1024 * 1024
app = Microdot()


@app.get("/body/<int:size>")
async def whole(request, size):
    return body(size)


@app.get("/stream/<int:size>")
async def stream(request, size):
    return (body(size)[start : start + 5000] for start in range(0, size, 5000))


@app.post("/echo")
async def echo(request):
    return request.body


@app.get("/shutdown")
async def shutdown(request):
    request.app.shutdown()
    return "bye"


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(CERTS + "server.pem", CERTS + "server.key")
if MODE == "mutual":
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(sys.argv[3])
app.run("127.0.0.1", PORT, ssl=context)
print("ok")
