# SPDX-License-Identifier: MIT
#
# chains_der.py - writes certificates and CRLs, malformed ones included, from the words of data/chains.txt.
#
# A library that builds certificates would refuse most of these, so the DER is written here. Keys and
# signatures come from the cryptography package.
import calendar
import hashlib
import ipaddress
import re
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

CLOCK = 1795564800  # 2026-11-25 00:00:00 UTC
SEQUENCE, SET, UTF8, PRINTABLE, TELETEX, IA5, UNIVERSAL, BMP = 0x30, 0x31, 0x0C, 0x13, 0x14, 0x16, 0x1C, 0x1E
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
CONTEXT, WITHIN = 0x80, 0x20

HASHES = {
    "md5": hashes.MD5, "sha1": hashes.SHA1, "sha224": hashes.SHA224, "sha256": hashes.SHA256,
    "sha384": hashes.SHA384, "sha512": hashes.SHA512,
}
HASH_OIDS = {"sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2", "sha512": "2.16.840.1.101.3.4.2.3"}
ECDSA_OIDS = {
    "sha1": "1.2.840.10045.4.1", "sha224": "1.2.840.10045.4.3.1", "sha256": "1.2.840.10045.4.3.2",
    "sha384": "1.2.840.10045.4.3.3", "sha512": "1.2.840.10045.4.3.4",
}
RSA_OIDS = {
    "md5": "1.2.840.113549.1.1.4", "sha1": "1.2.840.113549.1.1.5", "sha224": "1.2.840.113549.1.1.14",
    "sha256": "1.2.840.113549.1.1.11", "sha384": "1.2.840.113549.1.1.12", "sha512": "1.2.840.113549.1.1.13",
}
CURVES = {
    "p192": ec.SECP192R1, "p224": ec.SECP224R1, "p256": ec.SECP256R1, "p384": ec.SECP384R1, "p521": ec.SECP521R1,
    "k256": ec.SECP256K1,
}
# Types of attributes, and the string type that each has if a row names none.
ATTRIBUTES = {
    "CN": ("2.5.4.3", UTF8), "C": ("2.5.4.6", PRINTABLE), "L": ("2.5.4.7", UTF8), "O": ("2.5.4.10", UTF8),
    "OU": ("2.5.4.11", UTF8), "DC": ("0.9.2342.19200300.100.1.25", IA5), "E": ("1.2.840.113549.1.9.1", IA5),
}
STRINGS = {
    "U": (UTF8, "utf-8"), "P": (PRINTABLE, "latin-1"), "T": (TELETEX, "latin-1"), "I": (IA5, "latin-1"),
    "B": (BMP, "utf-16-be"), "V": (UNIVERSAL, "utf-32-be"),
}
KEY_USAGES = [
    "digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign",
    "cRLSign", "encipherOnly", "decipherOnly",
]
PURPOSES = {
    "serverAuth": "1.3.6.1.5.5.7.3.1", "clientAuth": "1.3.6.1.5.5.7.3.2", "codeSigning": "1.3.6.1.5.5.7.3.3",
    "emailProtection": "1.3.6.1.5.5.7.3.4", "OCSPSigning": "1.3.6.1.5.5.7.3.9", "any": "2.5.29.37.0",
    "msSGC": "1.3.6.1.4.1.311.10.3.3",
}
EXTENSIONS = {
    "ski": "2.5.29.14", "ku": "2.5.29.15", "san": "2.5.29.17", "ian": "2.5.29.18", "bc": "2.5.29.19",
    "nc": "2.5.29.30", "crldp": "2.5.29.31", "policies": "2.5.29.32", "mappings": "2.5.29.33", "aki": "2.5.29.35",
    "constraints": "2.5.29.36", "eku": "2.5.29.37", "freshest": "2.5.29.46", "inhibit": "2.5.29.54",
    "aia": "1.3.6.1.5.5.7.1.1", "sia": "1.3.6.1.5.5.7.1.11", "sct": "1.3.6.1.4.1.11129.2.4.2",
    "poison": "1.3.6.1.4.1.11129.2.4.3", "tlsfeature": "1.3.6.1.5.5.7.1.24",
}


# ---- DER ----
def der(tag, *parts):
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def seq(*parts):
    return der(SEQUENCE, *parts)


def integer(value):
    """An INTEGER of an int, or of given content octets."""
    if isinstance(value, int):
        value = value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)
    return der(0x02, value)


def oid(text):
    first, second, *rest = (int(arc) for arc in text.split("."))
    out = b""
    for arc in [first * 40 + second] + rest:
        part = bytes([arc & 0x7F])
        while arc > 0x7F:
            arc >>= 7
            part = bytes([0x80 | arc & 0x7F]) + part
        out += part
    return der(0x06, out)


def bits(data, unused=0):
    return der(0x03, bytes([unused]), data)


def raw(text):
    """The bytes of `#hex`, or None for any other text."""
    return bytes.fromhex(text[1:]) if text.startswith("#") else None


# ---- names ----
def attribute(text):
    kind, _, value = text.partition("=")
    kind, _, string = kind.partition(":")
    number, tag = ATTRIBUTES[kind]
    tag, encoding = STRINGS[string] if string else (tag, "utf-8")
    content = raw(value)
    return seq(oid(number), der(tag, value.encode(encoding) if content is None else content))


def name(text):
    """The Name of `O=Acme/CN=one+OU=two`. `/` separates RDNs, `+` the attributes of one; `-` is the empty name."""
    if text == "-":
        return seq()
    return seq(*(der(SET, *sorted(attribute(a) for a in rdn.split("+"))) for rdn in text.split("/")))


def address(text):
    """The octets of `1.2.3.4` or `::1`, or with a mask, for name constraints, of `10.0.0.0/8` or `10.0.0.0/255.0.255.0`."""
    base, _, mask = text.partition("/")
    packed = ipaddress.ip_address(base).packed
    if not mask:
        return packed
    if mask.isdigit():
        size = len(packed) * 8
        return packed + ((1 << size) - (1 << size - int(mask))).to_bytes(len(packed), "big")
    return packed + ipaddress.ip_address(mask).packed


def general_name(text):
    kind, _, value = text.partition(":")
    content = raw(value)
    if kind == "hex":
        return bytes.fromhex(value)
    if kind in ("email", "dns", "uri"):
        number = {"email": 1, "dns": 2, "uri": 6}[kind]
        return der(CONTEXT | number, value.encode() if content is None else content)
    if kind == "ip":
        return der(CONTEXT | 7, address(value) if content is None else content)
    if kind == "dn":
        return der(CONTEXT | WITHIN | 4, name(value))
    if kind == "rid":
        return der(CONTEXT | 8, oid(value)[2:])
    if kind == "other":
        return der(CONTEXT | WITHIN, oid("1.3.6.1.4.1.311.20.2.3"), der(CONTEXT | WITHIN, der(UTF8, value.encode())))
    if kind == "x400":
        return der(CONTEXT | WITHIN | 3, seq())
    if kind == "edi":
        return der(CONTEXT | WITHIN | 5, der(CONTEXT | WITHIN | 1, der(UTF8, value.encode())))
    raise ValueError("no such kind of name: " + text)


# ---- extensions ----
def basic_constraints(text):
    kind, _, length = text.partition(":")
    parts = [der(0x01, b"\xff")] if kind == "CA" else []
    return seq(*parts, *([integer(int(length))] if length else []))


def key_usage(text):
    if text == "none":
        return bits(b"")
    value, last = 0, 0
    for usage in text.split(","):
        at = KEY_USAGES.index(usage)
        value, last = value | 1 << 15 - at, max(last, at)
    return bits(value.to_bytes(2, "big")[:last // 8 + 1], 7 - last % 8)


def purposes(text):
    return seq(*(oid(PURPOSES.get(p, p)) for p in text.split(",")))


def alt_names(text):
    return seq(*(general_name(n) for n in text.split(",") if n != "empty"))


def subtree(text):
    text, _, limits = text.rstrip("]").partition("[")
    parts = [general_name(text)]
    for limit in filter(None, limits.split(" ")):
        which, _, value = limit.partition("=")
        parts.append(der(CONTEXT | (0 if which == "min" else 1), integer(int(value))[2:]))
    return seq(*parts)


def name_constraints(text):
    """NameConstraints of `permit:dns:a,exclude:ip:10.0.0.0/8[min=1 max=2]`. `permit` alone is an empty list, `empty` no list."""
    lists = {"permit": None, "exclude": None}
    for item in text.split(","):
        which, _, base = item.partition(":")
        if which != "empty":
            lists[which] = (lists[which] or []) + ([subtree(base)] if base else [])
    out = [der(CONTEXT | WITHIN | n, *lists[w]) for n, w in enumerate(("permit", "exclude")) if lists[w] is not None]
    return seq(*out)


# The content that `ext=` and `critext=` write if a row gives none.
SAMPLES = {
    "crldp": seq(seq(der(0xA0, der(0xA0, general_name("uri:http://example.com/crl"))))),
    "policies": seq(seq(oid("1.3.6.1.4.1.99999.1"))),
    "mappings": seq(seq(oid("1.3.6.1.4.1.99999.1"), oid("1.3.6.1.4.1.99999.2"))),
    "constraints": seq(der(0x81, b"\x00")),  # inhibitPolicyMapping
    "inhibit": integer(0),
    "aia": seq(seq(oid("1.3.6.1.5.5.7.48.1"), general_name("uri:http://example.com/ocsp"))),
    "sia": seq(seq(oid("1.3.6.1.5.5.7.48.5"), general_name("uri:http://example.com/ca"))),
    "freshest": seq(seq(der(0xA0, der(0xA0, general_name("uri:http://example.com/delta"))))),
    "ian": seq(general_name("dns:issuer.example.com")),
    "sct": der(0x04, b"\x00\x00"),
    "poison": b"\x05\x00",
    "tlsfeature": seq(integer(5)),
}
ENCODERS = {
    "bc": basic_constraints, "ku": key_usage, "eku": purposes, "san": alt_names, "nc": name_constraints,
    "ski": lambda text: der(0x04, bytes.fromhex(text)),
}


def extension(kind, content, critical):
    flag = der(0x01, b"\xff") if critical else b""
    return seq(oid(EXTENSIONS.get(kind, kind)), flag, der(0x04, content))


def named_extension(text, critical):
    """The extension of `crldp`, `1.2.3.4` or `crldp:3000`: a name or an OID, and its content in hexadecimal digits."""
    kind, _, content = text.partition(":")
    return extension(kind, bytes.fromhex(content) if content else SAMPLES.get(kind, b"\x05\x00"), critical)


# ---- dates ----
def seconds(text):
    """Seconds since 1970 of a text like `20261125000000Z`."""
    return calendar.timegm(time.strptime(text, "%Y%m%d%H%M%SZ"))


def date(text):
    """A UTCTime up to 2049, else a GeneralizedTime (RFC 5280 4.1.2.5). `U:` and `G:` name the type, and any text follows."""
    if text[:2] in ("U:", "G:"):
        return der(UTC_TIME if text[0] == "U" else GENERALIZED_TIME, text[2:].encode())
    if re.match(r"(19[5-9]|20[0-4])", text):
        return der(UTC_TIME, text[2:].encode())
    return der(GENERALIZED_TIME, text.encode())


# ---- keys ----
class Keys:
    """One key for each kind and owner, generated when it is first used."""

    def __init__(self):
        self.made = {}

    def get(self, kind, owner):
        if (kind, owner) not in self.made:
            self.made[kind, owner] = self.make(kind)
        return self.made[kind, owner]

    @staticmethod
    def make(kind):
        if kind in CURVES:
            return ec.generate_private_key(CURVES[kind]())
        if kind == "ed25519":
            return ed25519.Ed25519PrivateKey.generate()
        return rsa.generate_private_key(65537, int(kind[len("rsa"):]))


def public_der(key):
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def private_der(key):
    return key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


def key_identifier(key):
    """The SHA-1 hash of the public key's bits (RFC 5280 4.2.1.2 (1))."""
    if isinstance(key, rsa.RSAPrivateKey):
        form = serialization.Encoding.DER, serialization.PublicFormat.PKCS1
    elif isinstance(key, ed25519.Ed25519PrivateKey):
        form = serialization.Encoding.Raw, serialization.PublicFormat.Raw
    else:
        form = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    return hashlib.sha1(key.public_key().public_bytes(*form)).digest()


# ---- signatures ----
def algorithm(key, digest, pss=False):
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return seq(oid("1.3.101.112"))
    if not isinstance(key, rsa.RSAPrivateKey):
        return seq(oid(ECDSA_OIDS[digest]))
    if not pss:
        return seq(oid(RSA_OIDS[digest]), b"\x05\x00")
    hashed = seq(oid(HASH_OIDS[digest]), b"\x05\x00")
    mgf = seq(oid("1.2.840.113549.1.1.8"), hashed)
    salt = integer(HASHES[digest].digest_size)
    return seq(oid("1.2.840.113549.1.1.10"), seq(der(0xA0, hashed), der(0xA1, mgf), der(0xA2, salt)))


def signature(key, digest, data, pss=False):
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    chosen = HASHES[digest]()
    if not isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, ec.ECDSA(chosen))
    if pss:
        return key.sign(data, padding.PSS(padding.MGF1(chosen), chosen.digest_size), chosen)
    return key.sign(data, padding.PKCS1v15(), chosen)


def spoiled(value):
    """A wrong signature of the same size. Only its last byte differs, so that the two numbers of ECDSA still parse."""
    return value[:-1] + bytes([value[-1] ^ 1])


def signed(tbs, key, digest, options):
    pss = "pss" in options
    value = signature(key, digest, tbs, pss)
    if options.get("sign") == "wrong":
        value = spoiled(value)
    if "sig" in options:
        value = bytes.fromhex(options["sig"])
    return seq(tbs, algorithm(key, digest, pss), bits(value))
