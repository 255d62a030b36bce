# SPDX-License-Identifier: MIT
#
# wycheproof.py - converts Wycheproof's vectors of signatures, key agreement and ciphers into lines, and runs unit/test_wycheproof
# with them.
#
#   WYCHEPROOF   a checkout of C2SP/wycheproof; without it the test is skipped
import glob
import hashlib
import json
import os
import subprocess

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
FILES = (("ecdh", "ecdh_secp256r1_ecpoint"), ("x25519", "x25519"), ("ecdsa", "ecdsa_secp256r1_sha256"),
         ("ecdsa", "ecdsa_secp256r1_sha512"), ("pkcs1", "rsa_signature_*_sha???"), ("sign", "rsa_pkcs1_????_sig_gen"),
         ("pss", "rsa_pss_????_sha???_mgf1_*"), ("pss", "rsa_pss_misc"), ("gcm", "aes_gcm"), ("chacha", "chacha20_poly1305"))
# mbedTLS also reads the two numbers of a signature if they are encoded in BER, or with one leading zero too many or too few.
ENCODINGS = {"BerEncodedSignature", "InvalidEncoding", "MissingZero"}
HASHES = {"SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


def digest(group, case):
    return hashlib.new(HASHES[group["sha"]], bytes.fromhex(case["msg"])).hexdigest()


# Only what TLS uses is taken: SHA-2 of 256 bits and more, MGF1 with the hash of the message, nonces of 96 bits and tags of 128.
# The files with _params are left out, because mbedTLS reads no RSA keys that name a padding.
def is_used(kind, name, group):
    if kind in ("gcm", "chacha"):
        return group["ivSize"] == 96 and group["tagSize"] == 128 and group["keySize"] != 192
    if kind in ("pkcs1", "sign", "pss"):
        return group["sha"] in HASHES and group.get("mgfSha", group["sha"]) == group["sha"] and not name.endswith("_params")
    return True


def parts_of(kind, group, case):
    if kind == "ecdsa":
        return group["publicKey"]["uncompressed"], digest(group, case), case["sig"]
    if kind == "pkcs1":
        return group["publicKeyDer"], digest(group, case), case["sig"]
    if kind == "pss":
        return group["publicKeyDer"], digest(group, case), case["sig"], "%02x" % group["sLen"]
    if kind == "sign":
        return group["privateKeyPkcs8"], digest(group, case), case["sig"]
    if kind in ("gcm", "chacha"):
        return [case[part] for part in ("key", "iv", "aad", "msg", "ct", "tag")]
    return case["public"], case["private"], case["shared"]


def lines(checkout):
    folder = os.path.join(checkout, "testvectors_v1")
    for kind, pattern in FILES:
        for path in sorted(glob.glob(os.path.join(folder, pattern + "_test.json"))):
            name = os.path.basename(path)[:-len("_test.json")]
            with open(path) as f:
                groups = json.load(f)["testGroups"]
            for group in groups:
                for case in group["tests"] if is_used(kind, name, group) else ():
                    number = "%s/%d" % (name, case["tcId"])
                    result = "acceptable" if ENCODINGS & set(case["flags"]) and kind == "ecdsa" else case["result"]
                    yield " ".join([kind, number, result] + [p or "-" for p in parts_of(kind, group, case)])


def run_all(report):
    checkout = os.environ.get("WYCHEPROOF")
    if not checkout:
        return report("skipped", "conformance/wycheproof", "WYCHEPROOF names no checkout")
    program = os.path.join(ROOT, "build/unit/test_wycheproof")
    done = subprocess.run(["make", "-s", "-C", ROOT, "build/unit/test_wycheproof"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        return report("failed", "conformance/wycheproof", done.stdout.decode()[-2000:])
    vectors = os.path.join(ROOT, "build/conformance/wycheproof.txt")
    os.makedirs(os.path.dirname(vectors), exist_ok=True)
    with open(vectors, "w") as f:
        f.writelines(line + "\n" for line in lines(checkout))
    done = subprocess.run([program], env=dict(os.environ, USSL_WYCHEPROOF=vectors), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    out = done.stdout.decode()
    found = [line for line in out.splitlines() if line.endswith(" vectors") and line[0].isdigit()]
    if done.returncode == 0 and found:
        report("passed", "conformance/wycheproof: " + found[0])
    else:
        report("failed", "conformance/wycheproof", out[-3000:])
