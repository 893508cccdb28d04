"""Names that libraries of C and C++ build by rule: Botan, the Linux kernel, Libgcrypt, crypt(3), liboqs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.catalog import algorithms, notations

KNOWN = {
    "botan": {
        "AES-256/CBC/PKCS7": "AES-256-CBC",
        "AES-128/GCM(12)": "AES-128-GCM",
        "CTR-BE(AES-256)": "AES-256-CTR",
        "3DES/CBC": "3DES-CBC",
        "ChaCha20Poly1305": "ChaCha20-Poly1305",
        "HMAC(SHA-3(256))": "HMAC-SHA3-256",
        "PBKDF2(HMAC(SHA-256))": "PBKDF2-HMAC-SHA-256",
        "CMAC(AES-128)": "CMAC-AES-128",
        "Argon2id": "Argon2id",
        "AES-256/WHAT": None,
        "Parallel(MD5,SHA-1)": None,
    },
    "botan-hash": {"SHA-160": "SHA-1", "BLAKE2b(256)": "BLAKE2b-256", "CRC32": None},
    "botan-digest": {"EMSA1(SHA-384)": "SHA-384", "SHA-256": "SHA-256", "Raw": None},
    "botan-signature": {"EMSA4(SHA-256,MGF1,32)": "RSA-PSS-SHA-256", "PKCS1v15(SHA-512)": "RSA-PKCS1-1.5-SHA-512"},
    "botan-encryption": {"OAEP(SHA-256)": "RSA-OAEP-SHA-256", "Raw": None},
    "kernel": {
        "sha256": "SHA-256",
        "hmac(sha1)": "HMAC-SHA-1",
        "rfc4106(gcm(aes))": "AES-GCM",
        "authenc(hmac(sha256),cbc(aes))": "AES-CBC",
        "essiv(cbc(aes),sha256)": "AES-CBC",
        "pkcs1pad(rsa,sha512)": "RSA-PKCS1-1.5-SHA-512",
        "ecdh-nist-p384": "ECDH-P-384",
        "ecb(arc4)": "RC4",
        "crc32c": None,
        "ghash": None,
    },
    "gcrypt-keys": {
        "(genkey (rsa (nbits 4:3072)))": "RSA-3072",
        '(genkey (ecc (curve "NIST P-256")))': "EC-P-256",
        "(genkey(ecc(curve Ed25519)(flags eddsa)))": "Ed25519",
        "(genkey (elg (nbits %d)))": "ElGamal",
        "(private-key (rsa (n %m)))": None,
    },
    "gcrypt-schemes": {
        "(data (flags pss) (hash sha256 %b))": "RSA-PSS-SHA-256",
        "(data (flags pkcs1) (value %m))": "RSA-PKCS1-1.5",
        "(data (flags raw) (value %m))": None,
    },
    "crypt": {"$6$rounds=5000$salt": "SHA-crypt-512", "$2b$12$": "bcrypt", "ab": None, "$": None},
    "liboqs": {"ML-KEM-768": "ML-KEM-768", "Kyber512": "Kyber-512", "no such": None},
}


@pytest.mark.parametrize(("notation", "text"), [(n, t) for n, names in KNOWN.items() for t in names])
def test_a_name_is_read_by_its_rule(notation: str, text: str) -> None:
    """A name is what its library's documentation says, or nothing at all."""
    named = notations.read(notation, text)
    assert (algorithms.name(named.asset) if named is not None else None) == KNOWN[notation][text]


@pytest.mark.parametrize("notation", KNOWN)
@given(text=st.text(alphabet='abcdefghmnrsAESHMC0123456789()/,-$ :"', max_size=60))
def test_any_text_is_read_or_refused(notation: str, text: str) -> None:
    """No string of a program makes a grammar fail, and what it yields has a display name."""
    named = notations.read(notation, text)
    assert named is None or algorithms.name(named.asset)


def test_deep_templates_end() -> None:
    """Nesting without end is refused, not followed."""
    assert notations.read("kernel", "cryptd(" * 15 + "aes" + ")" * 15) is None
