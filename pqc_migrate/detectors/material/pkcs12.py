"""PKCS #12 stores (RFC 7292): what they show without a password, and what the empty password opens.

Every safe, key bag and the MAC name their algorithms and iterations in the clear; certificates often stand in the
clear as well. Only where the empty password fits is anything decrypted, by `cryptography` and within a bound on the
iterations; the secret parts of what it gives are dropped at once.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace

from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates, load_pkcs12

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.material import ber, certificates, cms, der, identifiers, keys
from pqc_migrate.detectors.material.der import Element, Malformed
from pqc_migrate.detectors.material.identifiers import Identifier
from pqc_migrate.detectors.material.item import Details, Item, Unsupported
from pqc_migrate.model.inventory import Asset, Kind

MOST_ITERATIONS = 60_000
"""Sum of the iterations of a store up to which the empty password is tried: some tens of milliseconds."""

_FORM: Details = (("format", "PKCS#12"),)
_PBMAC1 = "1.2.840.113549.1.5.14"
_DATA, _ENCRYPTED, _ENVELOPED = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.6", "1.2.840.113549.1.7.3"
_BAG = "1.2.840.113549.1.12.10.1."
_X509_CERTIFICATE = "1.2.840.113549.1.9.22.1"
_MOST_BAGS = 10_000
_DEEPEST = 4


def is_store(fields: list[Element]) -> bool:
    """Return whether this is a PFX (RFC 7292 section 4): version 3, then a content info."""
    if [field.tag for field in fields[:2]] != [der.INTEGER, der.SEQUENCE] or fields[0].content != b"\x03":
        return False
    inner = fields[1].first(1)
    return bool(inner) and inner[0].tag == der.OBJECT_IDENTIFIER and cms.is_message(inner[0].oid())


def store(root: Element) -> Iterator[Item]:
    """Yield the MAC, the encryption of each safe, and every key and certificate that can be seen."""
    fields = root.first(3)
    shown: list[Item] = []
    trouble: Malformed | None = None
    try:
        for item in _shown(fields):
            shown.append(item)
    except Malformed as error:
        trouble = error
    yield from shown
    if trouble is None and any(_is_closed(item) for item in shown):
        inside = _opened(root.encoded, shown)
        yield from inside
        if not inside and any(item.what == "content-encryption" for item in shown):
            raise Unsupported("a PKCS #12 store: what its password protects was not looked at")
    if trouble is not None:
        raise trouble


def _shown(fields: list[Element]) -> Iterator[Item]:
    if len(fields) > 2:
        yield _mac(fields[2])
    safe = fields[1].first(2)
    if safe[0].oid() != _DATA or len(safe) < 2:
        yield from cms.message(safe)
        return
    contents = ber.read(ber.octets(der.read(safe[1].data, safe[1].body, safe[1].end))).expect(der.SEQUENCE)
    for count, content in enumerate(contents.children()):
        if count == _MOST_BAGS:
            raise Unsupported("more safes than any store has: the rest was not decoded")
        yield from _safe(content.expect(der.SEQUENCE).first(2))


def _safe(content: list[Element]) -> Iterator[Item]:
    """Read one ContentInfo of the AuthenticatedSafe (RFC 7292 section 4.1)."""
    if len(content) < 2:
        raise Malformed("a safe without content")
    kind, value = content[0].oid(), der.read(content[1].data, content[1].body, content[1].end)
    if kind == _DATA:
        yield from _bags(ber.read(ber.octets(value)), 0)
    elif kind == _ENCRYPTED:
        fields = value.expect(der.SEQUENCE).first(2)
        if len(fields) < 2:
            raise Malformed("an encrypted safe without content")
        yield from cms.encrypted_content(fields[1], "PKCS#12")
    elif kind == _ENVELOPED:
        yield from cms.message(content)


def _bags(contents: Element, depth: int) -> Iterator[Item]:
    """Read SafeContents (RFC 7292 section 4.2)."""
    for count, bag in enumerate(contents.expect(der.SEQUENCE).children()):
        if count == _MOST_BAGS:
            raise Unsupported(f"more than {_MOST_BAGS:,} bags: the rest was not decoded")
        fields = bag.expect(der.SEQUENCE).first(2)
        if len(fields) < 2 or not fields[0].oid().startswith(_BAG):
            continue
        value = der.read(fields[1].data, fields[1].body, fields[1].end)
        yield from _bag(fields[0].oid().removeprefix(_BAG), value, depth)


def _bag(kind: str, value: Element, depth: int) -> Iterator[Item]:
    if kind == "1":
        yield keys.from_pkcs8(value).item("private-key", "private-key", details=(*_FORM, ("encrypted", "no")))
    elif kind == "2":
        yield keys.encrypted(value, "PKCS#12")
    elif kind == "3":
        fields = value.expect(der.SEQUENCE).first(2)
        if len(fields) == 2 and fields[0].oid() == _X509_CERTIFICATE:
            yield from _certificate(ber.octets(der.read(fields[1].data, fields[1].body, fields[1].end)))
    elif kind == "5":
        yield from _secret(value)
    elif kind == "6" and depth < _DEEPEST:
        yield from _bags(value, depth + 1)


def _certificate(encoded: bytes) -> Iterator[Item]:
    for item in certificates.certificate(ber.read(encoded)):
        yield replace(item, details=(*(d for d in item.details if d[0] != "format"), *_FORM))


def _secret(value: Element) -> Iterator[Item]:
    """Read a SecretBag; Java keeps a secret key there like an encrypted private key."""
    fields = value.expect(der.SEQUENCE).first(2)
    if len(fields) < 2:
        return
    inner = ber.read(ber.octets(der.read(fields[1].data, fields[1].body, fields[1].end)))
    try:
        item = keys.encrypted(inner, "PKCS#12")
    except Malformed:
        return
    asset = Asset.of(item.asset.kind, item.asset.family, **{**dict(item.asset.parameters), "type": "secret-key"})
    yield replace(item, what="secret-key", asset=asset)


def _mac(data: Element) -> Item:
    """Read MacData: HMAC over RFC 7292's own derivation, or PBMAC1 (RFC 9579)."""
    fields = data.expect(der.SEQUENCE).first(3)
    info = fields[0].expect(der.SEQUENCE).first(2) if fields else []
    if len(info) < 2:
        raise Malformed("a MAC without an algorithm")
    identifier = identifiers.read(info[0])
    if identifier.oid == _PBMAC1 and identifier.parameters is not None:
        return _pbmac1(identifier.parameters)
    iterations = str(fields[2].integer()) if len(fields) > 2 else "1"
    digest = algorithms.name(identifier.asset)
    known = identifier.asset.family != "unlisted"
    return Item(
        "mac",
        Asset.of(Kind.ALGORITHM, "HMAC", digest=digest if known else None),
        (),
        (*_FORM, ("kdf", f"PKCS #12 with {digest}"), ("iterations", iterations)),
    )


def _pbmac1(parameters: Element) -> Item:
    """Read PBMAC1-params (RFC 8018 appendix A.5)."""
    fields = parameters.expect(der.SEQUENCE).first(2)
    if len(fields) < 2:
        raise Malformed("PBMAC1 without a MAC")
    derived, cost = identifiers.derivation(identifiers.read(fields[0]))
    mac = Identifier.of(fields[1].expect(der.SEQUENCE)).asset
    details = (*_FORM, ("kdf", algorithms.name(derived)), *cost)
    return Item("mac", mac, (("secured-by", derived),), details)


def _is_closed(item: Item) -> bool:
    return item.what == "content-encryption" or ("encrypted", "yes") in item.details


def _opened(encoded: bytes, shown: list[Item]) -> list[Item]:
    """Return what the empty password opens, nothing when it does not fit or trying would cost too much."""
    counts = [value for item in shown for name, value in item.details if name in ("iterations", "cost")]
    scrypt = any(name == "cost" for item in shown for name, _ in item.details)
    if scrypt or sum(map(int, counts)) > MOST_ITERATIONS or min(map(int, counts), default=0) < 0:
        return []
    for password in (b"", None):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return list(_contents(load_pkcs12(encoded, password)))
        except (ValueError, TypeError, UnsupportedAlgorithm, InternalError):
            continue
    return []


def _contents(opened: PKCS12KeyAndCertificates) -> Iterator[Item]:
    details = (*_FORM, ("encrypted", "yes"), ("password", "empty"))
    if opened.key is not None:
        public = opened.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        yield keys.from_spki(der.read(public)).item("private-key", "private-key", details=details)
    for each in (opened.cert, *opened.additional_certs):
        if each is not None:
            yield from _certificate(each.certificate.public_bytes(Encoding.DER))
