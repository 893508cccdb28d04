"""Algorithm names of the Linux kernel's crypto API (``cbc(aes)``, ``rfc4106(gcm(aes))``), read by their rule.

A name is a template around names: templates of modes, of message authentication, and wrappers that add
what does not make another algorithm. Source: Linux documentation, crypto/architecture, and crypto/*.c of 6.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.catalog import algorithms, names
from pqc_migrate.catalog.names import Named
from pqc_migrate.model.inventory import Asset, Kind

_MODES = {
    "ecb": "ECB",
    "cbc": "CBC",
    "ctr": "CTR",
    "rfc3686": "CTR",
    "cfb": "CFB",
    "ofb": "OFB",
    "xts": "XTS",
    "cts": "CTS",
    "gcm": "GCM",
    "rfc4106": "GCM",
    "rfc4543": "GCM",
    "ccm": "CCM",
    "rfc4309": "CCM",
    "kw": "KW",
}
_CIPHERS = {
    "aes": "AES",
    "des": "DES",
    "des3_ede": "3DES",
    "blowfish": "Blowfish",
    "twofish": "Twofish",
    "serpent": "Serpent",
    "camellia": "Camellia",
    "cast5": "CAST5",
    "cast6": "CAST6",
    "aria": "ARIA",
    "seed": "SEED",
    "sm4": "SM4",
    "arc4": "RC4",
    "chacha20": "ChaCha20",
}
_OTHERS = {
    "rsa": ("RSA", None),
    "ecdsa-nist-p192": ("ECDSA", "P-192"),
    "ecdsa-nist-p256": ("ECDSA", "P-256"),
    "ecdsa-nist-p384": ("ECDSA", "P-384"),
    "ecdsa-nist-p521": ("ECDSA", "P-521"),
    "ecdh-nist-p192": ("ECDH", "P-192"),
    "ecdh-nist-p256": ("ECDH", "P-256"),
    "ecdh-nist-p384": ("ECDH", "P-384"),
    "curve25519": ("X25519", None),
    "ecrdsa": ("GOST-R-34.10", None),
    "sm2": ("SM2", None),
    "dh": ("FFDH", None),
    "poly1305": ("Poly1305", None),
    "ghash": ("", None),
    "stdrng": ("CSPRNG", None),
    "rfc7539(chacha20,poly1305)": ("ChaCha20-Poly1305", None),
    "rfc7539esp(chacha20,poly1305)": ("ChaCha20-Poly1305", None),
}
_TRANSPARENT = ("essiv", "seqiv", "echainiv", "cryptd", "pcrypt", "authenc", "authencesn")
_DIGESTS = {"rmd160": "ripemd160", "wp512": "whirlpool", "blake2b-512": "blake2b512", "blake2s-256": "blake2s256"}
_CALL = re.compile(r"([a-z0-9_-]+)(?:\((.*)\))?")
_LONGEST = 128


def read(text: str) -> Named | None:
    """Return the algorithm that a kernel name stands for; of a pair (authenc) the cipher; None when unknown."""
    found = next(_read(text.strip().lower().replace(" ", ""), 0), None) if len(text) <= _LONGEST else None
    return Named(found) if found is not None else None


def _read(text: str, depth: int) -> Iterator[Asset]:
    other = _OTHERS.get(text)
    match = _CALL.fullmatch(text)
    if other is not None:
        if other[0]:
            yield Asset.of(Kind.ALGORITHM, other[0], curve=other[1])
    elif match is not None and depth < 8:
        name, inner = match.groups()
        yield from _plain(name) if inner is None else _template(name, _arguments(inner), depth + 1)


def _plain(name: str) -> Iterator[Asset]:
    if name in _CIPHERS:
        yield Asset.of(Kind.ALGORITHM, _CIPHERS[name])
    digest = names.lookup("digests", _DIGESTS.get(name, name))
    if digest is not None:
        yield digest


def _template(name: str, inner: list[str], depth: int) -> Iterator[Asset]:
    if name in _TRANSPARENT:
        # authenc(mac, cipher), essiv(cipher, hash)
        for wrapped in reversed(inner) if name.startswith("authenc") else inner:
            yield from _read(wrapped, depth)
        return
    part = next(_read(inner[0], depth), None) if inner else None
    if part is None:
        return
    if name in _MODES:
        known = {key: value for key, value in part.parameters if key != "mode"}
        mode = _MODES[name] if algorithms.family(part.family).primitive == "block-cipher" else None
        yield Asset.of(Kind.ALGORITHM, part.family, **known, mode=mode)
    elif name == "hmac":
        yield Asset.of(Kind.ALGORITHM, "HMAC", digest=algorithms.name(part))
    elif name == "cmac":
        yield Asset.of(Kind.ALGORITHM, "CMAC", cipher=algorithms.name(part))
    elif name == "xcbc":
        yield Asset.of(Kind.ALGORITHM, part.family, mode="XCBC-MAC")
    elif name == "pkcs1pad":
        digest = names.lookup("digests", inner[1]) if len(inner) > 1 else None
        family = "RSASSA-PKCS1" if digest is not None else "RSAES-PKCS1"
        yield Asset.of(Kind.ALGORITHM, family, digest=algorithms.name(digest) if digest is not None else None)


def _arguments(text: str) -> list[str]:
    """Return what stands between the commas outside of brackets."""
    found, depth, start = [], 0, 0
    for index, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            found.append(text[start:index])
            start = index + 1
    return [*found, text[start:]]
