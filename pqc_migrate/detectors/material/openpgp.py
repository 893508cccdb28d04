"""OpenPGP keys, signatures and messages (RFC 9580, RFC 9980; versions 3 to 6), and GnuPG's keyboxes.

A block of packets is read as a whole, because a signature is completed by the key that made it where that key is in
the same block. Compressed and encrypted content is not opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pqc_migrate.catalog import algorithms, names
from pqc_migrate.detectors.material import certificates, der
from pqc_migrate.detectors.material.der import Malformed, Truncated
from pqc_migrate.detectors.material.item import Details, Item, Unsupported
from pqc_migrate.detectors.material.keys import Key
from pqc_migrate.detectors.material.openpgp_keys import cipher_of, protection, public_part, string_to_key
from pqc_migrate.detectors.material.openpgp_packets import Packet, packets, subpackets
from pqc_migrate.detectors.material.openssh import Reader
from pqc_migrate.model.inventory import Asset

_FORM: Details = (("format", "OpenPGP"),)
_SESSION_KEY, _SIGNATURE, _PASSWORD, _SECRET, _PUBLIC, _SECRET_SUB, _COMPRESSED = 1, 2, 3, 5, 6, 7, 8
_PUBLIC_SUB = 14
_CONTENT_VERSIONS = {18: 2, 20: 1}
"""Encrypted content whose cipher stands in the clear: SEIPD version 2, and the AEAD packet of LibrePGP."""
_KEYBOX_MAGIC = b"KBXf"
_ISSUER, _ISSUER_FINGERPRINT = 16, 33


@dataclass(slots=True)
class _Block:
    """What was read of one block of packets."""

    keys: dict[bytes, Key] = field(default_factory=dict)
    signatures: dict[tuple[Asset, bytes], Details] = field(default_factory=dict)


def block(data: bytes) -> Iterator[Item]:
    """Yield the keys, signatures and encryption of a block of packets, signatures last and each kind once."""
    seen = _Block()
    compressed = False
    trouble: Malformed | None = None
    found = 0
    try:
        for packet in packets(data):
            compressed = compressed or packet.tag == _COMPRESSED
            for item in _packet(packet, seen):
                found += 1
                yield item
    except Malformed as error:
        trouble = error
    signatures = {item.asset: item for item in _signatures(seen)}
    yield from signatures.values()
    if trouble is not None:
        raise trouble
    if not found and not signatures and compressed:
        raise Unsupported("compressed OpenPGP data was not looked into")


def keybox(data: bytes) -> Iterator[Item]:
    """Yield what the blobs of a GnuPG keybox hold (kbx/keybox-blob.c): OpenPGP keys and X.509 certificates."""
    at = 0
    while at + 16 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        blob = data[at : at + length]
        if length < 16 or len(blob) != length:
            raise Truncated("a blob of a keybox runs past its end")
        start, size = int.from_bytes(blob[8:12], "big"), int.from_bytes(blob[12:16], "big")
        if blob[4] == 2:
            yield from block(blob[start : start + size])
        elif blob[4] == 3:
            yield from certificates.certificate(der.read(blob[start : start + size]))
        at += length


def is_keybox(data: bytes) -> bool:
    """Return whether a file begins with the header blob of a keybox."""
    return data[8:12] == _KEYBOX_MAGIC and data[4:5] == b"\1"


def _packet(packet: Packet, seen: _Block) -> Iterator[Item]:
    reader = Reader(packet.body)
    if packet.tag in (_PUBLIC, _PUBLIC_SUB, _SECRET, _SECRET_SUB):
        yield _key(reader, packet.tag in (_SECRET, _SECRET_SUB), seen)
    elif packet.tag == _SIGNATURE:
        _signature(reader, seen)
    elif packet.tag == _SESSION_KEY:
        yield from _session_key(reader)
    elif packet.tag == _PASSWORD:
        yield from _password(reader)
    elif packet.tag in _CONTENT_VERSIONS and reader.uint(1) == _CONTENT_VERSIONS[packet.tag]:
        yield from _content(reader)


def _key(reader: Reader, secret: bool, seen: _Block) -> Item:
    part = public_part(reader)
    seen.keys[part.key_id] = part.key
    details: Details = (*_FORM, ("key-version", str(part.version)))
    if not secret:
        return part.key.item("public-key", "public-key", details=details)
    related, protected = protection(reader, part.version)
    held = ("held-in", "not in this file") in protected
    what = "public-key" if held else "private-key"
    return part.key.item(what, what, related, (*details, *protected))


def _signature(reader: Reader, seen: _Block) -> None:
    """Note a signature (section 5.2) by its scheme and the key ID of who made it."""
    version = reader.uint(1)
    issuer = b""
    if version == 3:
        reader.take(6)
        issuer = reader.take(8)
        number, digest = reader.uint(1), reader.uint(1)
    elif version in (4, 5, 6):
        reader.uint(1)
        number, digest = reader.uint(1), reader.uint(1)
        width = 4 if version == 6 else 2
        for _ in range(2):
            issuer = _issuer(reader.take(reader.uint(width))) or issuer
    else:
        return
    scheme = names.lookup("openpgp-operations", f"sign-{number}")
    hashed = names.lookup("openpgp-hashes", str(digest))
    if scheme is None:
        return
    name = algorithms.name(hashed) if hashed else None
    parameters = dict(scheme.parameters)
    if "digest" in algorithms.family(scheme.family).parameters or scheme.family == "DSA":
        parameters |= {"digest": name} if name else {}
    asset = Asset.of(scheme.kind, scheme.family, **parameters)
    seen.signatures.setdefault((asset, issuer), (("signature-hash", name),) if name else ())


def _issuer(area: bytes) -> bytes:
    for kind, content in subpackets(area):
        if kind == _ISSUER and len(content) == 8:
            return content
        if kind == _ISSUER_FINGERPRINT and len(content) > 20:
            return content[-8:] if content[0] == 4 else content[1:9]
    return b""


def _signatures(seen: _Block) -> Iterator[Item]:
    for (asset, issuer), details in seen.signatures.items():
        key = seen.keys.get(issuer)
        if key is None:
            yield Item("signature", asset, (), (*_FORM, *details))
            continue
        if asset.family == "EdDSA":
            asset = key.algorithm
        completed = certificates.completed(asset, key)
        yield Item("signature", completed, (("public-key", key.asset("public-key")),), (*_FORM, *details))


def _session_key(reader: Reader) -> Iterator[Item]:
    """Read a Public-Key Encrypted Session Key packet (section 5.1)."""
    version = reader.uint(1)
    if version == 3:
        reader.take(8)
    elif version == 6:
        reader.take(reader.uint(1))
    else:
        return
    asset = names.lookup("openpgp-operations", f"encrypt-{reader.uint(1)}")
    if asset is not None:
        yield Item("key-transport", asset, (), _FORM)


def _password(reader: Reader) -> Iterator[Item]:
    """Read a Symmetric-Key Encrypted Session Key packet (section 5.3)."""
    version = reader.uint(1)
    if version not in (4, 5, 6):
        return
    if version == 6:
        reader.uint(1)
    number = reader.uint(1)
    aead = reader.uint(1) if version > 4 else None
    if version == 6:
        reader.uint(1)
    parts, details = string_to_key(reader)
    cipher = cipher_of(number, aead)
    if cipher is not None:
        related = tuple(("secured-by", part) for part in parts)
        yield Item("password-encryption", cipher, related, (*_FORM, *details))


def _content(reader: Reader) -> Iterator[Item]:
    """Read the cipher of authenticated content (section 5.13.2; LibrePGP's packet 20 begins alike)."""
    cipher = cipher_of(reader.uint(1), reader.uint(1))
    if cipher is not None:
        yield Item("content-encryption", cipher, (), _FORM)
