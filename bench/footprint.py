#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# footprint.py - writes docs/footprint.md: the flash that each feature takes on a Cortex-M3, measured by building the
# firmware without it. `make footprint` runs it in some five minutes.
import glob
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "bench"))
import flash

FEATURES = (
    ("TLS12", "TLS 1.2 (RFC 5246)"), ("TLS13", "TLS 1.3 (RFC 8446), with PSA"), ("SERVER", "the server's side"),
    ("SESSIONS", "resumption, tickets, saved sessions"), ("CHACHA", "ChaCha20-Poly1305"), ("X25519", "Curve25519"),
    ("P521", "curve P-521"), ("PEM", "certificates and keys as text"), ("CRL", "revocation lists"),
    ("STORE", "root stores"), ("PINS", "pinned keys"), ("EXPLAIN", "explain()"),
    ("ENCRYPTED_KEYS", "private keys with a password (with 3DES 6,200 more, `USSL_3DES_KEYS=1`)"), ("KEYLOG", "keylog_filename"), ("PSK", "pre-shared keys"), ("SIGN", "ecdsa_sign_callback"), ("DTLS", "DTLS 1.2"), ("LEGACY_WRAP", "the old wrap_socket()"),
)


def measure(*settings):
    """Only objects that the flags change are compiled again: the first build, which has everything, has collected all names."""
    folder = "build/bench/footprint"
    if not settings:
        subprocess.run(["rm", "-rf", os.path.join(ROOT, folder)], check=True)
    for objects in glob.glob(os.path.join(ROOT, folder, "**/library"), recursive=True) + [os.path.join(ROOT, folder, "ussl")]:
        subprocess.run(["rm", "-rf", objects], check=True)
    subprocess.run(["make", "-s", "-C", ROOT, folder + "/firmware.elf", *settings], check=True, stdout=subprocess.DEVNULL)
    sums = flash.of(os.path.join(ROOT, folder, "firmware.map"))
    print(" ".join(settings) or "everything", dict(sums), flush=True)
    return sums


def main():
    text = ["# Footprint", "",
            "This page says how much flash a build takes and what each feature adds to it. The figures are bytes of text and constants",
            "on a Cortex-M3 with `-Os` and arm-none-eabi-gcc, from the linker's map: the module, and what it uses of mbedTLS and",
            "BearSSL, which the tables count together as mbedTLS. `make footprint` writes this page and builds the firmware once for",
            "each row. The figures include hashlib's MD5 and SHA-1 (6,358 bytes) and cryptolib's AES, as stock MicroPython's figure",
            "does. They do not include the names in MicroPython's table of interned strings, some 7 KB.", "",
            "| build | module | mbedTLS | together |", "|---|---|---|---|"]
    # The builds that `make bench` measures too, so that this page and its table have the same figures.
    built = {name: flash.of(os.path.join(ROOT, "build/bench", name, "firmware.map"))
             for name in ("ours", "device", "device12", "stock")}
    everything = measure()
    rows = [("everything", built["ours"]), ("`USSL_PROFILE=device`", built["device"]),
            ("`USSL_PROFILE=device`, TLS 1.2 alone", built["device12"]),
            ("`USSL_PROFILE=device`, TLS 1.2 alone, client alone",
             measure("PROFILE=device", "ONE=-DUSSL_TLS13=0 -DUSSL_SERVER=0")),
            ("`USSL_PROFILE=device`, client alone", measure("PROFILE=device", "ONE=-DUSSL_SERVER=0")),
            ("everything, `USSL_ARITH=mbedtls`", measure("USSL_ARITH=mbedtls")),
            ("stock MicroPython's `tls` (TLS 1.2)", built["stock"])]
    for name, sums in rows:
        text.append("| %s | {:,} | {:,} | {:,} |".format(sums["module"], sums["mbedtls"], sums["tls"]) % name)
    text += ["", "This table has the bytes that each feature adds to a build with all others:", "", "| flag | | bytes |", "|---|---|---|"]
    for flag, name in FEATURES:
        saved = everything["tls"] - measure("ONE=-DUSSL_%s=0" % flag)["tls"]
        text.append("| `USSL_%s` | %s | {:,} |".format(saved) % (flag, name))
    text += ["",
             "`USSL_PROFILE=device` leaves out P521, CHACHA, SESSIONS, ENCRYPTED_KEYS, KEYLOG, LEGACY_WRAP, PEM, CRL, EXPLAIN, PSK, SIGN",
             "and DTLS, and uses mbedTLS's smaller code where mbedTLS offers a choice (`config/mbedtls_device.h`). A flag adds a feature",
             "again: `USSL_CFLAGS=-DUSSL_SESSIONS=1`. The names of a feature that is left out are absent, or raise.", "",
             "No flag removes the rules of trust that stock MicroPython does not have (`engine/verify/`, `engine/x509/dn.c`). They are",
             "some 10 KB of every build: [trust.md](trust.md).", "",
             "Of the 8 KB of `USSL_EXPLAIN` some 5 KB are sentences: what is wrong with a certificate or a connection, and what a person",
             "can do about it. The rest draws the certificates, and prints names of a peer so that they cannot control the terminal.", "",
             "Some 1.2 KB of every build could be saved, but are kept: an error text for each misuse that says what was called and when;",
             "MicroPython's stream methods beside CPython's `recv` and `send`; arguments by CPython's names; calls between the files of",
             "the engine, which a compiler would inline in a single file.", "",
             "Some 5 KB more of every build are for existing programs: the module `tls` with stock's names and texts;",
             "`require_verification()` and the line that names an unverified client; the default trust anchors of a context without any;",
             "`sendfile()`, addresses and timeouts of the wrapped socket; a table of key slots that grows; alerts that are read after a",
             "failed write.", "",
             "Another 5 KB of every build make connections robust: calls of several threads, and close() during them; time limits of a",
             "handshake and of a whole read; flights that are sent in one write; slots of a full reservation that are reclaimed;",
             "Python's streams and buffers that move during a call; sessions, pins and contexts that are compared by every rule; refusal",
             "of costly RSA keys.", "",
             "Another 8.6 KB protect against what a peer sends ([conformance.md](conformance.md)): checks of records, hellos, extensions",
             "and messages about certificates before mbedTLS reads them take 5.8 KB, KeyUpdate 0.6 KB, our own certificates in several",
             "records 0.4 KB, weights of signatures and checks of BOOLEANs and saved sessions 0.5 KB, and changes inside mbedTLS's own",
             "files 1.3 KB. With `USSL_PEM`, the trust settings of OpenSSL take 0.4 KB more.", "",
             "In return, 10.6 KB of mbedTLS that our code never calls are left out (8.3 KB in the device profile). PSA has no RSA keys,",
             "no AEAD and no key derivations of TLS 1.2 (2.7 KB). There is no code that describes certificates as text (2.8 KB), that",
             "encrypts with RSA keys or deduces their missing numbers (2.9 KB), or that handles records with CBC and a MAC (1.4 KB), and",
             "no default list of cipher suites (0.8 KB).", "",
             "BearSSL's arithmetic (`BEARSSL`) costs 11.2 KB; the last row but one of the first table is without it. With BearSSL,",
             "mbedTLS's table of P-256's base point is needed only on a Cortex-M3, and mbedTLS's exponentiation, inversion and ladder",
             "are left out. `config/hot_sources.txt` lists the files that process every record. Compiling them with -O2 costs 1.5 KB and",
             "halves the time of a record; the device profile does not do so.", "",
             "The device profile misses its two targets, 1.25 times stock's bytes with both versions and 1.0 times with TLS 1.2 alone,",
             "by 36.5 KB each. Its parts of mbedTLS and BearSSL are smaller than stock's mbedTLS, although they contain TLS 1.3 and",
             "faster arithmetic. The difference is the module, which is ten times as large as stock's: verification of certificates",
             "(10 KB), CPython's API and its errors, streams, resumption in memory, reservations, and the checks above. Without BearSSL",
             "the profile is 11 KB smaller, and a handshake takes three times as long.", "",
             "The device profile is slower with records, because mbedTLS's smaller AES and SHA-2 take a third longer, and with keys on",
             "P-384, because the multiples of that base point are not in flash (3.4 KB). The rows *config/device* of",
             "[the table](../bench/results/table.md) have the figures in instructions."]
    with open(os.path.join(ROOT, "docs/footprint.md"), "w") as f:
        f.write("\n".join(text) + "\n")


main()
