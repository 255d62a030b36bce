# Every snippet of docs/migrating.md that is Python, with a server that answers. What calls require_verification() comes last.
import os
from helper import CERTS, Server, client_context, echo

os.putenv("SSL_CERT_FILE", CERTS + "ca.pem")
PAGE = __file__.rsplit("/", 1)[0] + "/../../docs/migrating.md"


def snippets():
    with open(PAGE) as f:
        parts = f.read().split("```python\n")[1:]
    return sorted((part.split("```")[0] for part in parts), key=lambda text: "require_verification" in text)


ran = 0
for text in snippets():
    server = Server(echo) if "host" in text else None
    names = {"host": "localhost", "cafile": CERTS + "ca.pem", "certfile": CERTS + "client.pem",
             "keyfile": CERTS + "client.key", "__name__": "snippet"}
    if server:
        names["port"] = server.port
    exec(text, names)
    if "s" in names:
        assert names["s"].version() and names["s"].getpeercert()["subject"]
        names["s"].close()
    if server:
        server.wait()
        assert server.error is None, (text, server.error)
    ran += 1
assert ran >= 8, ran
print("ok")
