# hashlib and cryptolib work without the stock ssl module. The known answers are those of
# FIPS 180 and RFC 1321 for "abc", and of FIPS 197 C.1 for AES.
import binascii
import cryptolib
import hashlib
import ssl
import tls


def hexed(b):
    return binascii.hexlify(b).decode()


assert hexed(hashlib.md5(b"abc").digest()) == "900150983cd24fb0d6963f7d28e17f72"
assert hexed(hashlib.sha1(b"abc").digest()) == "a9993e364706816aba3e25717850c26c9cd0d89d"
assert hexed(hashlib.sha256(b"abc").digest()).startswith("ba7816bf8f01cfea414140de5dae2223")
h = hashlib.sha1()
h.update(b"a")
h.update(b"bc")
assert hexed(h.digest()).startswith("a9993e36")

key = bytes(range(16))
block = binascii.unhexlify("00112233445566778899aabbccddeeff")
sealed = cryptolib.aes(key, 1).encrypt(block)
assert hexed(sealed) == "69c4e0d86a7b0430d8cdb78070b4c55a"
assert cryptolib.aes(key, 1).decrypt(sealed) == block
assert cryptolib.aes(key, 2, bytes(16)).decrypt(cryptolib.aes(key, 2, bytes(16)).encrypt(block * 3)) == block * 3

# ssl and tls are ours.
assert ssl.PROTOCOL_TLS_CLIENT == tls.PROTOCOL_TLS_CLIENT == 16 and hasattr(ssl, "MemoryBIO")
print("ok")
