"""Botan's algorithm specifications (``AES-256/CBC/PKCS7``, ``HMAC(SHA-256)``, ``EMSA4(SHA-256)``), by their rule.

Source: Botan Reference Guide 2.19 and 3.5, "Hash Functions", "Cipher Modes", "Message Authentication Codes",
"Public Key Cryptography" and "Password Based Key Derivation".
"""

from __future__ import annotations

import re

from pqc_migrate.catalog import algorithms, names
from pqc_migrate.catalog.names import Named
from pqc_migrate.model.inventory import Asset, Kind

_HASHES = {
    "SHA-160": "sha1",
    "SHA1": "sha1",
    "SHA-512-256": "sha512-256",
    "RIPEMD-160": "ripemd160",
    "SHAKE-128": "shake128",
    "SHAKE-256": "shake256",
    "WHIRLPOOL": "whirlpool",
}
_SIZED_HASHES = {"SHA-3": ("SHA-3", "224 256 384 512"), "BLAKE2B": ("BLAKE2b", "160 224 256 384 512")}
_CIPHERS = {
    "AES": "AES",
    "CAMELLIA": "Camellia",
    "ARIA": "ARIA",
    "TWOFISH": "Twofish",
    "SERPENT": "Serpent",
    "SM4": "SM4",
    "DES": "DES",
    "3DES": "3DES",
    "TRIPLEDES": "3DES",
    "BLOWFISH": "Blowfish",
    "CAST-128": "CAST5",
    "IDEA": "IDEA",
    "SEED": "SEED",
    "CHACHA20POLY1305": "ChaCha20-Poly1305",
    "CHACHA20": "ChaCha20",
    "CHACHA": "ChaCha20",
    "SALSA20": "Salsa20",
    "RC4": "RC4",
    "ARC4": "RC4",
}
_MODES = frozenset({"ECB", "CBC", "CFB", "OFB", "CTR", "CTR-BE", "GCM", "CCM", "EAX", "OCB", "SIV", "XTS"})
_DERIVED = {"HMAC": "HMAC", "HKDF": "HKDF", "PBKDF2": "PBKDF2", "PBKDF1": "PBKDF1", "HMAC_DRBG": "HMAC_DRBG"}
_FIXED = {"SCRYPT": "scrypt", "BCRYPT-PBKDF": "bcrypt"}
_ARGON = {"ARGON2ID": "id", "ARGON2I": "i", "ARGON2D": "d"}
_SIGNATURES = {
    "EMSA3": "RSASSA-PKCS1",
    "EMSA_PKCS1": "RSASSA-PKCS1",
    "PKCS1V15": "RSASSA-PKCS1",
    "EMSA-PKCS1-V1_5": "RSASSA-PKCS1",
    "EMSA4": "RSASSA-PSS",
    "PSS": "RSASSA-PSS",
    "PSSR": "RSASSA-PSS",
    "EMSA-PSS": "RSASSA-PSS",
}
_ENCRYPTIONS = {"OAEP": "RSAES-OAEP", "EME1": "RSAES-OAEP", "EME-OAEP": "RSAES-OAEP", "PKCS1V15": "RSAES-PKCS1"}
_CALL = re.compile(r"([A-Za-z0-9_-]+)(?:\(([^()]*(?:\([^()]*\))?[^()]*)\))?")
_SIZED = re.compile(r"([A-Z0-9]+?)-(\d{3})")


def hashes(text: str) -> Named | None:
    """Return a hash function."""
    return _named(_hash(text))


def digest(text: str) -> Named | None:
    """Return the hash function of a signature with a curve key (``SHA-256``, or ``EMSA1(SHA-256)`` before 3.0)."""
    match = _CALL.fullmatch(text.strip())
    wrapped = match[2] if match is not None and match[1].upper() == "EMSA1" else None
    return _named(_hash(wrapped or text))


def specification(text: str) -> Named | None:
    """Return a cipher in its mode, a message authentication code or a key derivation."""
    head, *rest = text.split("/")
    match = _CALL.fullmatch(head.strip())
    if match is None:
        return None
    name, inner = match[1].upper(), match[2] or ""
    if name in _DERIVED:
        digest = _hash(inner[5:-1] if inner.startswith("HMAC(") else inner)
        return Named(Asset.of(Kind.ALGORITHM, _DERIVED[name], digest=_name(digest)))
    if name in ("CMAC", "OMAC", "GMAC"):
        family = "GMAC" if name == "GMAC" else "CMAC"
        return Named(Asset.of(Kind.ALGORITHM, family, cipher=_name(_cipher(inner, ""))))
    if name in _ARGON:
        return Named(Asset.of(Kind.ALGORITHM, "Argon2", variant=_ARGON[name]))
    if name in _FIXED:
        return Named(Asset.of(Kind.ALGORITHM, _FIXED[name]))
    if name in ("CTR-BE", "OFB") and inner:  # the older form, CTR-BE(AES-128)
        return _named(_cipher(inner, name))
    mode = rest[0].split("(")[0].upper() if rest else ""
    return _named(_cipher(head, mode))


def signature(text: str) -> Named | None:
    """Return an RSA signature scheme with its hash; other schemes are decided by the key."""
    return _padded(text, _SIGNATURES)


def encryption(text: str) -> Named | None:
    """Return an RSA encryption scheme with its hash."""
    return _padded(text, _ENCRYPTIONS)


def _padded(text: str, schemes: dict[str, str]) -> Named | None:
    match = _CALL.fullmatch(text.strip())
    family = schemes.get(match[1].upper()) if match is not None else None
    if family is None or match is None:
        return None
    digest = _hash((match[2] or "").split(",")[0])
    return Named(Asset.of(Kind.ALGORITHM, family, digest=_name(digest)))


def _named(asset: Asset | None) -> Named | None:
    return Named(asset) if asset is not None else None


def _name(asset: Asset | None) -> str | None:
    return algorithms.name(asset) if asset is not None else None


def _hash(text: str) -> Asset | None:
    match = _CALL.fullmatch(text.strip())
    if match is None:
        return None
    name = match[1].upper()
    if name in _SIZED_HASHES:
        family, sizes = _SIZED_HASHES[name]
        return Asset.of(Kind.ALGORITHM, family, size=match[2] if (match[2] or "") in sizes.split() else None)
    return names.lookup("digests", _HASHES.get(name, match[1]))


def _cipher(text: str, mode: str) -> Asset | None:
    name = text.strip().upper()
    sized = _SIZED.fullmatch(name)
    family = _CIPHERS.get(name) or (_CIPHERS.get(sized[1]) if sized is not None else None)
    if family is None or (mode and mode not in _MODES):
        return None
    size = sized[2] if sized is not None and name not in _CIPHERS else None
    return Asset.of(Kind.ALGORITHM, family, size=size, mode={"CTR-BE": "CTR"}.get(mode, mode) or None)
