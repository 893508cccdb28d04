"""Libgcrypt's S-expressions for keys to generate or hold, data to sign and signatures, read by their rule.

Source: The Libgcrypt Reference Manual 1.10, sections "Key generation" and "Used S-expressions".
"""

from __future__ import annotations

import re

from pqc_migrate.catalog import algorithms, names
from pqc_migrate.catalog.names import Named
from pqc_migrate.model.inventory import Asset, Kind

_KEYS = {
    "rsa": "RSA",
    "openpgp-rsa": "RSA",
    "dsa": "DSA",
    "openpgp-dsa": "DSA",
    "elg": "ElGamal",
    "openpgp-elg": "ElGamal",
    "ecc": "EC",
    "ecdsa": "ECDSA",
    "ecdh": "ECDH",
}
_GENERATE = re.compile(r"\(\s*genkey\s*\(\s*([a-z-]+)")
_HELD = re.compile(r"\(\s*(?:private-key|public-key|sig-val|enc-val)\s*\(\s*([a-z-]+)")
_DATA = re.compile(r"\(\s*data\b")
_BITS = re.compile(r"\(\s*nbits\s+(?:\d+:)?(\d{2,5})\s*\)")
_CURVE = re.compile(r"\(\s*curve\s+(?:\d+:)?(\"[^\"]+\"|[\w.-]+)\s*\)")
_FLAGS = re.compile(r"\(\s*flags([a-z0-9\s-]*)\)")
_HASH = re.compile(r"\(\s*hash(?:-algo)?\s+(?:\d+:)?([a-z0-9-]+)")


def key(text: str) -> Named | None:
    """Return the key that an S-expression asks to be generated, or None."""
    return _key(_GENERATE.search(text), text)


def held(text: str) -> Named | None:
    """Return the algorithm of the key, signature or ciphertext that an S-expression holds, or None."""
    return _key(_HELD.search(text), text)


def _key(found: re.Match[str] | None, text: str) -> Named | None:
    if found is None or found[1] not in _KEYS:
        return None
    family, bits, curve, flags = _KEYS[found[1]], _BITS.search(text), _CURVE.search(text), _FLAGS.search(text)
    if flags is not None and "eddsa" in flags[1].split():
        family = "EdDSA"
    known = names.curve(curve[1].strip('"')) if curve is not None else None
    asset = Asset.of(Kind.ALGORITHM, family, size=bits[1] if bits is not None else None, curve=known)
    family, parameters = algorithms.specific(asset.family, dict(asset.parameters))
    return Named(Asset.of(Kind.ALGORITHM, family, **parameters))


def scheme(text: str) -> Named | None:
    """Return the RSA scheme of data to be signed or encrypted; other flags do not name one."""
    match = _FLAGS.search(text)
    if match is None or _DATA.search(text) is None:
        return None
    flags, hashed = set(match[1].split()), _HASH.search(text)
    if "pss" in flags:
        family = "RSASSA-PSS"
    elif "oaep" in flags:
        family = "RSAES-OAEP"
    elif "pkcs1" in flags:
        family = "RSASSA-PKCS1" if hashed is not None else "RSAES-PKCS1"
    else:
        return None
    digest = names.lookup("digests", hashed[1]) if hashed is not None else None
    return Named(Asset.of(Kind.ALGORITHM, family, digest=algorithms.name(digest) if digest is not None else None))
