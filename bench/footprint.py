#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# footprint.py - writes docs/footprint.md: what each feature takes of a Cortex-M3's flash, by building the
# firmware without it. `make footprint`, some five minutes.
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
    """Only what the flags touch is built anew: the names were all collected by the first build, which has everything."""
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
            "Bytes of flash (text and constants) on a Cortex-M3, `-Os`, arm-none-eabi-gcc; module and what it needs of mbedTLS and BearSSL",
            "(together as mbedTLS), from the linker's map. Written by `make footprint`, which builds the firmware once for each row. hashlib's",
            "MD5 and SHA-1 (6,358 bytes) and cryptolib's AES are among them, as in stock MicroPython's figure. Names in",
            "MicroPython's table of interned strings are not: some 7 KB.", "", "| build | module | mbedTLS | together |", "|---|---|---|---|"]
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
    text += ["", "What a feature costs, with everything else there:", "", "| flag | | bytes |", "|---|---|---|"]
    for flag, name in FEATURES:
        saved = everything["tls"] - measure("ONE=-DUSSL_%s=0" % flag)["tls"]
        text.append("| `USSL_%s` | %s | {:,} |".format(saved) % (flag, name))
    text += ["", "`USSL_PROFILE=device` leaves out P521, CHACHA, SESSIONS, ENCRYPTED_KEYS, KEYLOG, LEGACY_WRAP, PEM,",
             "CRL, EXPLAIN, PSK, SIGN and DTLS, and takes mbedTLS's smaller code where it has a choice (`config/mbedtls_device.h`). Each comes back with its flag:",
             "`USSL_CFLAGS=-DUSSL_SESSIONS=1`. What was left out is absent or raises.", "",
             "The rules of trust that stock MicroPython does not have (`engine/verify/`, `engine/x509/dn.c`) are",
             "some 10 KB of every build, and stay: [trust.md](trust.md).", "",
             "Some 1.2 KB of every build are not there to save: a sentence that says what was called when, for each misuse;",
             "MicroPython's stream methods beside CPython's `recv` and `send`; arguments by CPython's names; calls between the",
             "files of the engine, which a single file would inline.", "",
             "Some 5 KB more of every build are what existing programs need: the module `tls` with stock's names and texts;",
             "`require_verification()` and the line that names an unverified client; the default trust anchors of a bare context;",
             "`sendfile()`, addresses and timeouts of the wrapped socket; key slots that grow; an alert that is heard after a failed write.", "",
             "Another 5 KB of every build are what a connection lives through: calls of several threads, and close() beside them;",
             "time limits of a handshake and of a whole read; a flight in one piece; places of a full reservation that are taken back;",
             "streams and buffers of Python that move; sessions, pins and contexts compared in every rule; costly RSA keys refused.", "",
             "Another 8.6 KB are what a peer cannot bend ([conformance.md](conformance.md)): records, hellos, extensions and messages about",
            "certificates checked in front of mbedTLS 5.8 KB, KeyUpdate 0.6 KB, own certificates in several records 0.4 KB, signatures",
            "weighed, BOOLEANs and saved sessions checked 0.5 KB, mbedTLS's own files that are redirected 1.3 KB. With `USSL_PEM`, the trust",
            "settings of OpenSSL take 0.4 KB more.", "",
            "What pays for it: 10.6 KB of mbedTLS that nothing of ours reaches are left out (8.3 KB of the device profile). PSA has no RSA keys,",
            "no AEAD and no key derivations of TLS 1.2 (2.7 KB); no certificate is described in words (2.8 KB); RSA keys encrypt nothing and have no",
            "missing numbers deduced (2.9 KB); no records with CBC and a MAC (1.4 KB); no default list of cipher suites (0.8 KB).", "",
            "BearSSL's arithmetic (`BEARSSL`) costs 11.2 KB: the last row but one is without it. No table of P-256's base point is",
            "needed but on a Cortex-M3, and mbedTLS's exponentiation, inversion and ladder are left out. `config/hot_sources.txt` lists what",
            "each record goes through: it is compiled with -O2 and takes 1.5 KB for half the time, but not in the device profile.",
            "",
            "The targets for the device profile, 1.25 times stock's bytes with both versions and 1.0 times with TLS 1.2 alone, are missed by 36.5 KB",
            "each. What it has of mbedTLS and BearSSL is less than stock has of mbedTLS, with TLS 1.3 and faster arithmetic; the rest is the module,",
            "ten times stock's: certificates judged (10 KB), CPython's API and its errors, streams, resumption in memory, reservations, and the checks",
            "above. Without BearSSL it is 11 KB less, and a handshake takes three times as long.",
            "",
            "The device profile is slower with records, which mbedTLS's smaller AES and SHA-2 take a third longer for, and with keys on",
            "P-384, because no multiples of that base point are in flash (3.4 KB). The rows *config/device* of",
            "[the table](../bench/results/table.md) have it in instructions."]
    with open(os.path.join(ROOT, "docs/footprint.md"), "w") as f:
        f.write("\n".join(text) + "\n")


main()
