#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# chains.py - makes the chains of certificates that the rows of data/chains.txt describe:
#
#   chains.py make OUT    writes each row as a case for unit/test_chains: the trust, what is sent, and the expected code
#   chains.py compare     lets `openssl verify`, and CPython's ssl where it can, judge each row
#
# compare fails unless OpenSSL disagrees in exactly the rows that say so. Both take names of rows as further arguments.
import base64
import os
import re
import shlex
import ssl
import subprocess
import sys
import tempfile
import time

from chains_der import (CLOCK, CONTEXT, ENCODERS, WITHIN, Keys, algorithm, date, der, extension,
                        integer, key_identifier, name, named_extension, private_der, public_der, raw, seconds, seq,
                        signed)

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data/chains.txt")
FLAGS = ("strict", "partial", "no_cn", "crl_leaf", "crl_all")
OF_CERT = set("""CA v1 v2 v4 pss by key key-of hash inner sign sig sign-by serial from until subject issuer bc ku eku
    san nc ski aki critical noncritical ext critext exts dup pathlen tail cut""".split())
OF_CRL = set("revoked sign sig from until aki key-of hash issuer v1".split())
REPEATABLE = ("ext", "critext", "crl")
KINDS = ("bc", "ku", "eku", "san", "nc")
CRITICAL = ("bc", "ku", "nc")  # critical unless the row says otherwise
LOADABLE = ("p256", "p384", "p521")

keys = Keys()


def words(text, known):
    """`a b=c` as a dict. A word that is not known is an error in the row."""
    out = {}
    for word in shlex.split(text):
        key, _, value = word.partition("=")
        if key not in known:
            raise ValueError("unknown word " + word)
        if key in REPEATABLE:
            out.setdefault(key, []).append(value)
        else:
            out[key] = value
    return out


# ---- certificates ----
class Cert:
    def __init__(self, label, options, issuer, number):
        self.label, self.options, self.number = label, options, number
        self.issuer = issuer  # a label until the row is complete, then a Cert
        self.entity = label.partition("/")[0]
        self.is_ca = "CA" in options
        self.made = None

    def key(self):
        return keys.get(self.options.get("key", "p256"), self.options.get("key-of", self.entity))

    def subject(self):
        return name(self.options.get("subject", "CN=" + self.entity))

    def issuer_name(self):
        return name(self.options["issuer"]) if "issuer" in self.options else self.issuer.subject()

    def serial(self):
        return bytes.fromhex(self.options["serial"]) if "serial" in self.options else 1000 + self.number

    def identifier(self):
        ski = self.options.get("ski", "-")
        return bytes.fromhex(ski) if ski not in ("-", "empty") and raw(ski) is None else key_identifier(self.key())

    def dates(self):
        return self.options.get("from", "20200101000000Z"), self.options.get("until", "20400101000000Z")

    def content(self, kind, host):
        """The content of an extension, or None if the certificate does not have it."""
        default = {
            "bc": "CA" if self.is_ca else "-", "ku": "keyCertSign,cRLSign" if self.is_ca else "digitalSignature",
            "eku": "-" if self.is_ca else "serverAuth", "nc": "-", "san": "-" if self.is_ca else host,
        }[kind]
        if kind == "bc" and "pathlen" in self.options:
            default = "CA:" + self.options["pathlen"]
        text = self.options.get(kind, default)
        if text == "-":
            return None
        return ENCODERS[kind](text) if raw(text) is None else raw(text)

    def key_identifiers(self):
        """SKI and AKI. aki= is `-`, `issuer` (name and serial number only), `wrong` or #hex."""
        out = []
        ski, aki = self.options.get("ski", ""), self.options.get("aki", "")
        if ski != "-":
            out.append(("ski", der(0x04, self.identifier()) if raw(ski) is None else raw(ski)))
        if aki == "issuer":
            names = der(CONTEXT | WITHIN | 4, self.issuer.issuer_name())
            serial = integer(self.issuer.serial())[2:]
            out.append(("aki", seq(der(CONTEXT | WITHIN | 1, names), der(CONTEXT | 2, serial))))
        elif aki != "-":
            identifier = bytes(20) if aki == "wrong" else self.issuer.identifier()
            out.append(("aki", seq(der(CONTEXT, identifier)) if raw(aki) is None else raw(aki)))
        return out

    def extensions(self, host):
        contents = [(kind, self.content(kind, host)) for kind in KINDS] + self.key_identifiers()
        made_critical = self.options.get("critical", "").split(",")
        made_noncritical = self.options.get("noncritical", "").split(",")
        out = []
        for kind, content in contents:
            if content is not None:
                critical = kind in made_critical or kind in CRITICAL and kind not in made_noncritical
                out += [extension(kind, content, critical)] * (2 if self.options.get("dup") == kind else 1)
        for word, critical in (("ext", False), ("critext", True)):
            for text in self.options.get(word, []):
                twice = self.options.get("dup") == text.partition(":")[0]
                out += [named_extension(text, critical)] * (2 if twice else 1)
        out += [named_extension("1.2.3.5.%d" % (n + 1), False) for n in range(int(self.options.get("exts", 0)))]
        return der(0xA3, seq(*out)) if out else b""

    def signer(self):
        if "sign-by" in self.options:
            return keys.get("p256", self.options["sign-by"])
        return self.issuer.key()

    def der(self, host):
        if self.made is None:
            key, digest = self.signer(), self.options.get("hash", "sha256")
            version = next((v for v in (1, 2, 4) if "v%d" % v in self.options), 3)
            tbs = seq(
                der(0xA0, integer(version - 1)) if version > 1 else b"", integer(self.serial()),
                algorithm(key, self.options.get("inner", digest), "pss" in self.options), self.issuer_name(),
                seq(*(date(d) for d in self.dates())), self.subject(), public_der(self.key()), self.extensions(host),
            )
            whole = signed(tbs, key, digest, self.options)
            whole = whole[:len(whole) - int(self.options.get("cut", "0"))]
            self.made = whole + bytes.fromhex(self.options.get("tail", ""))
        return self.made


# ---- CRLs ----
def crl_der(row, text):
    """The CRL of `inter revoked=leaf,00ff`. Its issuer has the first label; it revokes labels and serial numbers."""
    label, _, rest = text.partition(" ")
    options, issuer = words(rest, OF_CRL), row.certs[label]
    key, digest = issuer.key(), options.get("hash", "sha256")
    if "key-of" in options:
        key = keys.get("p256", options["key-of"])
    revoked = b""
    for what in filter(None, options.get("revoked", "").split(",")):
        serial = row.certs[what].serial() if what in row.certs else bytes.fromhex(what)
        revoked += seq(integer(serial), date("20200101000000Z"))
    until = options.get("until", "20400101000000Z")
    aki = [] if options.get("aki") == "-" else [extension("aki", seq(der(CONTEXT, key_identifier(key))), False)]
    number = extension("2.5.29.20", integer(1), False)
    tbs = seq(
        b"" if "v1" in options else integer(1), algorithm(key, digest),
        name(options["issuer"]) if "issuer" in options else issuer.subject(),
        date(options.get("from", "20200101000000Z")), date(until) if until != "-" else b"",
        seq(revoked) if revoked else b"", b"" if "v1" in options else der(0xA0, seq(*aki, number)),
    )
    row.dates += [d for d in (options.get("from", ""), until) if d.endswith("Z")]
    return signed(tbs, key, digest, options)


# ---- rows ----
class Row:
    def __init__(self, line):
        self.name, chains, conditions, verdict = (part.strip() for part in line.split("|"))
        self.certs = {}
        first = None
        for chain in chains.split(" ; "):
            made = self.read_chain(chain)
            first = first or made
        self.leaf = first[-1].label
        for cert in self.certs.values():
            if isinstance(cert.issuer, str):
                cert.issuer = self.certs[cert.issuer]
        self.read_conditions(conditions, first)
        self.read_verdict(verdict)
        self.build()

    def read_chain(self, chain):
        above, made = None, []
        for text in chain.split(" > "):
            label, _, rest = text.strip().partition(" ")
            if label in self.certs:
                cert = self.certs[label]
                if rest:
                    raise ValueError("a second " + label)
            else:
                options = words(rest, OF_CERT)
                cert = Cert(label, options, options.get("by") or above, len(self.certs))
                cert.issuer = cert.issuer or cert
                self.certs[label] = cert
            above = cert
            made.append(cert)
        return made

    def read_conditions(self, text, first):
        self.given = words(text, ("host", "role", "now", "trust", "send", "crl") + FLAGS)
        self.flags = [f for f in FLAGS if f in self.given]
        self.client = self.given.get("role", "client") == "client"
        self.host = self.given.get("host")
        self.now = CLOCK
        if "now" in self.given:
            now = self.given["now"]
            self.now = CLOCK + int(now) if now[0] in "+-" else seconds(now)
        trust = self.given.get("trust", first[0].label)
        self.trust = [] if trust == "-" else trust.split(",")
        upwards = [c.label for c in reversed(first)] + [c for c in self.certs]
        send = [c for c in dict.fromkeys(upwards) if c not in self.trust or c == self.leaf]
        self.send = self.given["send"].split(",") if "send" in self.given else send

    def read_verdict(self, text):
        codes, declared = [], {}
        for word in shlex.split(text):
            key, equals, value = word.partition("=")
            if equals:
                declared[key] = value
            else:
                codes.append(word)
        if set(declared) - {"openssl", "python", "why"} or bool(declared) != ("why" in declared) or not codes:
            raise ValueError("a disagreement is openssl=CODE or python=CODE, and why=")
        self.expect, self.declared = codes, declared

    def build(self):
        name_type = "ip" if self.host and is_address(self.host) else "dns"
        san = "%s:%s" % (name_type, (self.host or "example.com").rstrip("."))
        for cert in self.certs.values():
            cert.der(san)
        self.dates = [d for c in self.certs.values() for d in c.dates() if d[0] not in "UG"]
        self.crls = [crl_der(self, text) for text in self.given.get("crl", [])]

    def key(self):
        return private_der(self.certs[self.leaf].key())

    def loadable_key(self):
        """The key, or a P-256 key in place of a kind that the engine has not. Such a chain is refused before the key is used."""
        kind = self.certs[self.leaf].options.get("key", "p256")
        return self.key() if kind in LOADABLE or kind.startswith("rsa") else private_der(keys.get("p256", "leaf"))

    def ders(self, labels):
        return [self.certs[label].made for label in labels]

    def text(self):
        lines = ["case " + self.name, "role " + ("client" if self.client else "server")]
        if self.host is not None:
            lines.append("host " + self.host)
        if self.flags:
            lines.append("flags " + " ".join(self.flags))
        lines += ["now %d" % self.now, "expect " + " ".join(self.expect)]
        lines += ["trust " + c.hex() for c in self.ders(self.trust)]
        lines += ["crl " + c.hex() for c in self.crls]
        lines += ["send " + c.hex() for c in self.ders(self.send)]
        return "\n".join(lines + ["key " + self.loadable_key().hex(), "end", ""])


def is_address(host):
    return ":" in host or re.fullmatch(r"\d+(\.\d+){3}", host) is not None


def read_table(wanted=()):
    rows, names = [], set()
    with open(TABLE, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if not line.strip() or line.startswith("#"):
                continue
            try:
                if not wanted or line.partition("|")[0].strip() in wanted:
                    rows.append(Row(line))
                    if rows[-1].name in names:
                        raise ValueError("a second row of that name")
                    names.add(rows[-1].name)
            except (ValueError, KeyError, IndexError) as e:
                sys.exit("chains.txt:%d: %s: %s" % (number, type(e).__name__, e))
    return rows


# ---- OpenSSL's judgement ----
def write_pem(path, kind, ders):
    with open(path, "w") as f:
        for one in ders:
            f.write("-----BEGIN %s-----\n" % kind)
            text = base64.b64encode(one).decode()
            f.writelines(text[i:i + 64] + "\n" for i in range(0, len(text), 64))
            f.write("-----END %s-----\n" % kind)
    return path


def by_openssl(row, folder):
    """The first error that `openssl verify` prints, which is the one that a TLS connection ends with."""
    if "no_cn" in row.flags:
        return None  # the command has no option for it; CPython's ssl has

    def pem(file, kind, ders):
        return write_pem(os.path.join(folder, file), kind, ders)

    argv = ["openssl", "verify", "-no-CApath", "-no-CAstore", "-auth_level", "2", "-attime", str(row.now), "-purpose",
            "sslserver" if row.client else "sslclient"]
    options = {"strict": "-x509_strict", "partial": "-partial_chain", "crl_leaf": "-crl_check"}
    argv += [option for flag, option in options.items() if flag in row.flags]
    if "crl_all" in row.flags:
        argv += ["-crl_check", "-crl_check_all"]
    if row.host is not None:
        argv += ["-verify_ip" if is_address(row.host) else "-verify_hostname", row.host]
    argv += ["-CAfile", pem("trust", "CERTIFICATE", row.ders(row.trust))] if row.trust else ["-no-CAfile"]
    if row.send[1:]:
        argv += ["-untrusted", pem("sent", "CERTIFICATE", row.ders(row.send[1:]))]
    if row.crls:
        argv += ["-CRLfile", pem("crls", "X509 CRL", row.crls)]
    done = subprocess.run(argv + [pem("leaf", "CERTIFICATE", row.ders(row.send[:1]))], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60)
    text = done.stdout.decode(errors="replace")
    error = re.search(r"^error (\d+) at", text, re.M)
    if error:
        return error.group(1)
    if done.returncode != 0:
        if re.search(r"[Uu]nable to load|Could not read|Error loading", text):
            return "parse"
        raise RuntimeError("%s: %s" % (row.name, text))
    return "0"


def judging_context(row, folder):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT if row.client else ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=2")
    context.check_hostname = row.client and row.host is not None
    context.verify_mode = ssl.CERT_REQUIRED
    flags = {
        "strict": ssl.VERIFY_X509_STRICT, "partial": ssl.VERIFY_X509_PARTIAL_CHAIN,
        "crl_leaf": ssl.VERIFY_CRL_CHECK_LEAF, "crl_all": ssl.VERIFY_CRL_CHECK_CHAIN, "no_cn": 0,
    }
    context.verify_flags = ssl.VERIFY_X509_TRUSTED_FIRST
    for flag in row.flags:
        context.verify_flags |= flags[flag]
    if "no_cn" in row.flags:
        context.hostname_checks_common_name = False
    if row.trust:
        context.load_verify_locations(cadata=b"".join(row.ders(row.trust)))
    if row.crls:
        context.load_verify_locations(write_pem(os.path.join(folder, "crls"), "X509 CRL", row.crls))
    return context


def load_chain(context, folder, ders, key):
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # or OpenSSL refuses to send a weak certificate
    file = write_pem(os.path.join(folder, "chain"), "CERTIFICATE", ders)
    context.load_cert_chain(file, write_pem(os.path.join(folder, "key"), "PRIVATE KEY", [key]))


def shake(judge, other):
    """Runs both ends in turn. Returns the verdict of the end that judges: "0", or a verify code."""
    for _ in range(10):
        for end in (judge, other):
            try:
                end.do_handshake()
                if end is judge:
                    return "0"
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLCertVerificationError as e:
                return str(e.verify_code)
    raise ssl.SSLError("no end of the handshake")


def by_python(row, folder):
    """The verdict of CPython in a whole handshake, or None if no handshake can show it."""
    today = time.time()
    for d in row.dates:
        # CPython uses the real clock. A date must be on the same side of it as of the row's clock.
        if (seconds(d) < today) != (seconds(d) < CLOCK):
            return None
    if row.now != CLOCK or any(c.options.keys() & {"tail", "cut"} for c in row.certs.values()):
        return None
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        judging = judging_context(row, folder)
        sending = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if row.client else ssl.PROTOCOL_TLS_CLIENT)
        sending.check_hostname, sending.verify_mode = False, ssl.CERT_NONE
        load_chain(sending, folder, row.ders(row.send), row.key())
        if row.client:
            judge = judging.wrap_bio(there, back, server_hostname=row.host)
            other = sending.wrap_bio(back, there, server_side=True)
        else:
            server = Row("server | root CA > leaf |  | 0")
            load_chain(judging, folder, server.ders(["leaf"]), server.key())
            judging.set_ciphers("DEFAULT:@SECLEVEL=2")
            judge, other = judging.wrap_bio(there, back, server_side=True), sending.wrap_bio(back, there)
        return shake(judge, other)
    except (ssl.SSLError, ValueError):
        return None


def wanted(row, who):
    """The codes that are right for this judge: the one that the row declares for it, or else those that the row expects."""
    declared = row.declared.get("openssl")
    if who == "python":
        declared = row.declared.get("python", declared)
    return row.expect if declared is None else [declared]


def judge_row(row, folder, asked):
    """The verdicts on a row, and the errors: each verdict that is neither expected nor declared."""
    said, wrong = {}, []
    for who, ask in (("openssl", by_openssl), ("python", by_python)):
        code = ask(row, folder)
        if code is None:
            continue
        asked[who] += 1
        said[who] = code
        if code not in wanted(row, who):
            wrong.append("WRONG %s: %s says %s, the row %s" % (row.name, who, code, " ".join(wanted(row, who))))
    if row.declared and set(said.values()) <= set(row.expect):
        wrong.append("WRONG %s: declares a disagreement, and there is none" % row.name)
    return said, wrong


def compare(rows):
    wrong, asked, disagreements = [], {"openssl": 0, "python": 0}, 0
    with tempfile.TemporaryDirectory() as folder:
        for row in rows:
            said, more = judge_row(row, folder, asked)
            wrong += more
            if not set(said.values()) <= set(row.expect):
                disagreements += 1
                print("%s: expects %s, %s: %s" % (
                    row.name, " ".join(row.expect), ", ".join("%s says %s" % pair for pair in said.items()),
                    row.declared.get("why", "?")))
    print("%d rows; openssl verify judged %d, CPython %d; %d disagreements, %d answers wrong" % (
        len(rows), asked["openssl"], asked["python"], disagreements, len(wrong)))
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


def main():
    if sys.argv[1:2] == ["make"] and len(sys.argv) == 3:
        text = "".join(row.text() for row in read_table())
        with open(sys.argv[2], "w") as f:
            f.write(text)
        return 0
    if sys.argv[1:2] == ["compare"]:
        return compare(read_table(sys.argv[2:]))
    sys.exit("chains.py make OUT | compare [ROW ...]")


if __name__ == "__main__":
    sys.exit(main())
