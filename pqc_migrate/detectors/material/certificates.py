"""X.509 certificates, certification requests and revocation lists (RFC 5280, RFC 2986).

Our own walk and not `cryptography`'s loader, because the algorithms that matter most here (SM2, SLH-DSA, withdrawn
curves) are those it refuses. It is asked one thing only: whether a self-issued certificate signed itself.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InternalError, InvalidSignature, UnsupportedAlgorithm

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.material import der, distinguished, identifiers, keys
from pqc_migrate.detectors.material.der import Element, Malformed
from pqc_migrate.detectors.material.item import Details, Item
from pqc_migrate.detectors.material.keys import Key
from pqc_migrate.model.inventory import Asset, Kind

_BASIC_CONSTRAINTS, _KEY_USAGE, _SUBJECT_ALTERNATIVE_NAME = "2.5.29.19", "2.5.29.15", "2.5.29.17"
_USAGES = (
    "digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign",
    "cRLSign", "encipherOnly", "decipherOnly",
)  # fmt: skip
_DNS_NAME = 0x82


class _Body(NamedTuple):
    """The parts of a TBSCertificate that are read."""

    serial: Element
    signature: Element
    issuer: Element
    validity: Element
    subject: Element
    spki: Element
    extensions: Element | None


def certificate(element: Element) -> Iterator[Item]:
    """Yield a certificate and the key it certifies; `Malformed` when it is not one."""
    outer = element.expect(der.SEQUENCE).first(3)
    if len(outer) < 3:
        raise Malformed("certificate without a signature")
    body = _body(outer[0])
    key = keys.from_spki(body.spki)
    signature = identifiers.signature(outer[1])
    signed = _self_signed(element, body, signature)
    if signed == "yes":
        signature = completed(signature, key)
    extensions = dict(_extensions(body.extensions))
    yield Item(
        "certificate",
        Asset.of(
            Kind.CERTIFICATE,
            "X.509",
            name=_display_name(body, extensions, element),
            fingerprint=hashlib.sha256(element.encoded).hexdigest(),
        ),
        (("signature-algorithm", signature), ("public-key", key.asset("public-key"))),
        (*_facts(body), ("self-signed", signed), *_uses(extensions)),
    )
    yield key.item("public-key", "certificate-key", details=(("format", "X.509"),))


def request(element: Element) -> Iterator[Item]:
    """Yield the key of a PKCS #10 certification request, with the algorithm that signed it."""
    outer = element.expect(der.SEQUENCE).first(3)
    fields = outer[0].expect(der.SEQUENCE).first(3)
    if len(outer) < 3 or len(fields) < 3:
        raise Malformed("certification request without a key or signature")
    key = keys.from_spki(fields[2])
    # A request is signed by the very key it carries (RFC 2986 section 4.2), so that key's size is the signature's.
    signature = completed(identifiers.signature(outer[1]), key)
    details = (("format", "PKCS#10"), ("subject", distinguished.name(fields[1])))
    yield key.item("public-key", "certificate-request", (("signature-algorithm", signature),), details)


def revocation_list(element: Element) -> Iterator[Item]:
    """Yield the algorithm that signed a certificate revocation list."""
    outer = element.expect(der.SEQUENCE).first(3)
    fields = outer[0].expect(der.SEQUENCE).first(5)
    if fields and fields[0].tag == der.INTEGER:
        fields = fields[1:]
    if len(outer) < 3 or len(fields) < 3:
        raise Malformed("revocation list without issuer, date or signature")
    updates = zip(("this-update", "next-update"), fields[2:], strict=False)
    dates = tuple((label, when) for label, field in updates if (when := distinguished.time(field)))
    details = (("format", "X.509 CRL"), ("issuer", distinguished.name(fields[1])), *dates)
    yield Item("revocation-list", identifiers.signature(outer[1]), (), details)


def known_by(element: Element) -> dict[bytes, Key]:
    """Return the key of a certificate by the content of its IssuerAndSerialNumber (RFC 5652 section 10.2.4)."""
    body = _body(element.expect(der.SEQUENCE).first(1)[0])
    return {body.issuer.encoded + body.serial.encoded: keys.from_spki(body.spki)}


def completed(signature: Asset, key: Key) -> Asset:
    """Complete a signature algorithm by the size or curve of the key that made it."""
    wanted = algorithms.family(signature.family)
    own = algorithms.family(key.algorithm.family)
    if wanted.base != own.base:
        return signature
    parameters = dict(signature.parameters)
    for name in ("size", "curve"):
        value = key.algorithm.get(name)
        if value is not None and name in wanted.parameters:
            parameters.setdefault(name, value)
    return replace(signature, parameters=Asset.of(signature.kind, signature.family, **parameters).parameters)


def is_request(body: Element) -> bool:
    """Return whether a signed SEQUENCE's body is a CertificationRequestInfo: version, subject, key, attributes."""
    tags = [child.tag for child in body.first(4)]
    return tags[:3] == [der.INTEGER, der.SEQUENCE, der.SEQUENCE] and tags[3:] in ([], [der.CONTEXT_0])


def is_revocation_list(body: Element) -> bool:
    """Return whether a signed SEQUENCE's body is a TBSCertList: a time follows algorithm and issuer."""
    tags = [child.tag for child in body.first(4)]
    if tags[:1] == [der.INTEGER]:
        tags = tags[1:]
    return tags[:2] == [der.SEQUENCE, der.SEQUENCE] and tags[2:3] in ([0x17], [0x18])


def _body(element: Element) -> _Body:
    fields = element.expect(der.SEQUENCE).first(10)
    if fields and fields[0].tag == der.CONTEXT_0:
        fields = fields[1:]
    if len(fields) < 6:
        raise Malformed("certificate body with too few fields")
    fields[0].expect(der.INTEGER)
    for field in fields[1:6]:
        field.expect(der.SEQUENCE)
    extensions = next((field for field in fields[6:] if field.tag == der.CONTEXT_3), None)
    serial, signature, issuer, validity, subject, spki = fields[:6]
    return _Body(serial, signature, issuer, validity, subject, spki, extensions)


def _facts(body: _Body) -> Details:
    facts = [
        ("subject", distinguished.name(body.subject)),
        ("issuer", distinguished.name(body.issuer)),
        ("serial-number", body.serial.content[:32].hex()),
    ]
    labels = ("not-valid-before", "not-valid-after")
    for label, field in zip(labels, body.validity.first(2), strict=False):
        when = distinguished.time(field)
        if when is not None:
            facts.append((label, when))
    return tuple(facts)


def _display_name(body: _Body, extensions: dict[str, Element], element: Element) -> str:
    """Return the subject's common name, else its whole name, else a host name, else the fingerprint's start."""
    return (
        distinguished.common_name(body.subject)
        or distinguished.name(body.subject)
        or _host_name(extensions.get(_SUBJECT_ALTERNATIVE_NAME))
        or f"certificate {hashlib.sha256(element.encoded).hexdigest()[:16]}"
    )


def _host_name(value: Element | None) -> str:
    try:
        for general in value.first(20) if value else ():
            if general.tag == _DNS_NAME:
                return distinguished.printable(general.content.decode("ascii", "replace"))
    except Malformed:
        pass
    return ""


def _extensions(element: Element | None) -> Iterator[tuple[str, Element]]:
    """Yield (OID, value) of the extensions that can be read; a broken one hides none before it."""
    if element is None:
        return
    try:
        for extension in der.read(element.data, element.body, element.end).first(100):
            fields = extension.first(3)
            value = fields[-1].expect(der.OCTET_STRING)
            yield fields[0].oid(), der.read(value.data, value.body, value.end)
    except (Malformed, IndexError):
        return


def _uses(extensions: dict[str, Element]) -> Details:
    uses: list[tuple[str, str]] = []
    constraints = extensions.get(_BASIC_CONSTRAINTS)
    if constraints is not None and constraints.tag == der.SEQUENCE:
        try:
            first = constraints.first(1)
        except Malformed:
            first = []
        authority = bool(first) and first[0].tag == der.BOOLEAN and first[0].content != b"\0"
        uses.append(("certificate-authority", "yes" if authority else "no"))
    usage = extensions.get(_KEY_USAGE)
    if usage is not None and usage.tag == der.BIT_STRING:
        octets = usage.content[1:3]
        named = [use for i, use in enumerate(_USAGES) if i // 8 < len(octets) and octets[i // 8] & 0x80 >> i % 8]
        uses.append(("key-usage", " ".join(named)))
    return tuple(uses)


def _self_signed(element: Element, body: _Body, signature: Asset) -> str:
    """Return ``no`` for another signer, ``yes`` when its own key verifies it, ``not verified`` otherwise."""
    if body.issuer.content != body.subject.content:
        return "no"
    if signature.family == "SM2":
        return "not verified"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = x509.load_der_x509_certificate(element.encoded)
            loaded.verify_directly_issued_by(loaded)
    except InvalidSignature:
        return "no"
    except (ValueError, TypeError, UnsupportedAlgorithm, InternalError, x509.InvalidVersion):
        return "not verified"
    return "yes"
