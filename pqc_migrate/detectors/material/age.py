"""Keys, recipients and headers of age (age-encryption.org/v1; C2SP age.md; filippo.io/age: pq.go, agessh.go).

Recipients and identities are Bech32 words (BIP 173) with a checksum, so what is claimed is a whole one. A file's
header names in the clear how its key is wrapped for whom; of an identity nothing but its kind is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.detectors.material import keys
from pqc_migrate.detectors.material.der import Malformed
from pqc_migrate.detectors.material.item import Details, Item
from pqc_migrate.detectors.material.keys import Key
from pqc_migrate.model.inventory import Asset, Kind

INTRODUCTION = b"age-encryption.org/v1\n"

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM = 6
_STANZA = re.compile(rb"-> ([A-Za-z0-9_-]{1,40})(?: ([^\n]{0,2000}))?\n(?:[A-Za-z0-9+/]{0,64}\n)*?(?=-> |---)")
_MOST_STANZAS = 1_000
_SCRYPT = re.compile(rb"\S{1,40} ([0-9]{1,2})")
_FORM: Details = (("format", "age"),)
_X25519 = Asset.of(Kind.ALGORITHM, "X25519")
_HYBRID = Asset.of(Kind.ALGORITHM, "Composite-ML-KEM", variant="ML-KEM-768+X25519")
_PAYLOAD = Asset.of(Kind.ALGORITHM, "ChaCha20-Poly1305")
_WORDS = {
    ("age", 32): (_X25519, "public-key"),
    ("age-secret-key-", 32): (_X25519, "private-key"),
    ("age1pq", 1216): (_HYBRID, "public-key"),
    ("age-secret-key-pq-", 32): (_HYBRID, "private-key"),
}
"""Human-readable part and octets of a word → algorithm and material."""

_STANZAS = {
    b"X25519": _X25519,
    b"mlkem768x25519": _HYBRID,
    b"ssh-rsa": Asset.of(Kind.ALGORITHM, "RSAES-OAEP", digest="SHA-256"),
    b"ssh-ed25519": _X25519,
    b"scrypt": Asset.of(Kind.ALGORITHM, "scrypt"),
}


def word(text: str) -> Item | None:
    """Return the key that a Bech32 word is, or None when it is none of age's."""
    decoded = _bech32(text.lower())
    if decoded is None:
        return None
    prefix, octets = decoded
    found = _WORDS.get((prefix, len(octets)))
    if found is None:
        return None
    algorithm, material = found
    clear = (("encrypted", "no"),) if material == "private-key" else ()
    native = material == "public-key" and algorithm is _X25519
    key = keys.raw("1.3.101.110", octets) if native else Key(algorithm)
    return key.item(material, material, details=(*_FORM, *clear))


def header(data: bytes) -> Iterator[Item]:
    """Yield how the key of a file is wrapped, and what encrypts its content (C2SP age.md)."""
    if not data.startswith(INTRODUCTION):
        raise Malformed("an age file without its introduction")
    at = len(INTRODUCTION)
    for _ in range(_MOST_STANZAS):
        stanza = _STANZA.match(data, at)
        if stanza is None:
            break
        at = stanza.end()
        asset = _STANZAS.get(stanza[1])
        if asset is not None:
            cost = _SCRYPT.fullmatch(stanza[2] or b"") if stanza[1] == b"scrypt" else None
            details = (*_FORM, ("cost", str(1 << int(cost[1])))) if cost else _FORM
            yield Item("key-derivation" if asset.family == "scrypt" else "key-transport", asset, (), details)
    if not data.startswith(b"---", at):
        raise Malformed("an age header without its end")
    yield Item("content-encryption", _PAYLOAD, (), _FORM)


def _bech32(text: str) -> tuple[str, bytes] | None:
    """Return the human-readable part and the octets of a Bech32 word whose checksum is right (BIP 173)."""
    prefix, _, body = text.rpartition("1")
    values = [_ALPHABET.find(letter) for letter in body]
    if not prefix or len(values) <= _CHECKSUM or -1 in values:
        return None
    expanded = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    if _polymod([*expanded, *values]) != 1:
        return None
    number = 0
    for value in values[:-_CHECKSUM]:
        number = number << 5 | value
    bits = 5 * (len(values) - _CHECKSUM)
    return prefix, (number >> bits % 8).to_bytes(bits // 8, "big")


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATORS):
            check ^= generator if top >> bit & 1 else 0
    return check
