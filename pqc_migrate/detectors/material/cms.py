"""Cryptographic messages: CMS (RFC 5652), its forerunner PKCS #7 (RFC 2315), and GM/T 0010 with its identifiers.

What a message says in the clear: certificates and revocation lists it carries, by what it was signed, how its
content key was handed over and by which cipher its content is encrypted. The content itself is not opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.material import certificates, der, identifiers
from pqc_migrate.detectors.material.der import Element, Malformed
from pqc_migrate.detectors.material.identifiers import Identifier
from pqc_migrate.detectors.material.item import Details, Item, Related, Unsupported
from pqc_migrate.detectors.material.keys import Key
from pqc_migrate.model.inventory import Asset, Kind

_MOST_ENTRIES = 1_000
_PKCS7, _CMS, _GMT = "1.2.840.113549.1.7.", "1.2.840.113549.1.9.16.1.", "1.2.156.10197.6.1.4.2."
_KEM_RECIPIENT = "1.2.840.113549.1.9.16.13.3"
_SEQ, _SET, _INT, _OCT = der.SEQUENCE, der.SET, der.INTEGER, der.OCTET_STRING
_CONTEXT = {0: der.CONTEXT_0, 1: der.CONTEXT_1, 2: der.CONTEXT_2, 3: der.CONTEXT_3}
_OTHER_RECIPIENT = 0xA4
_SIGNED_DATA = ("format", "CMS SignedData")


def is_message(oid: str) -> bool:
    """Return whether an identifier is that of a content type."""
    return oid.startswith((_PKCS7, _CMS, _GMT))


def message(fields: list[Element]) -> Iterator[Item]:
    """Yield what a ContentInfo (RFC 5652 section 3) shows, by its two fields."""
    oid = fields[0].oid()
    reader = _READERS.get(oid)
    if reader is None:
        raise Unsupported("a CMS content type that is not decoded")
    yield from reader(der.read(fields[1].data, fields[1].body, fields[1].end).expect(_SEQ))


def encrypted_content(element: Element, form: str) -> Iterator[Item]:
    """Yield how an EncryptedContentInfo (RFC 5652 section 6.1) is encrypted, with its password-based parts."""
    fields = element.expect(_SEQ).first(3)
    if len(fields) < 2:
        raise Malformed("encrypted content without an algorithm")
    yield protected(fields[1], "content-encryption", (("format", form),))


def protected(algorithm: Element, what: str, details: Details) -> Item:
    """Return the algorithm that encrypts something; a password-based scheme comes with its parts and its cost."""
    identifier = identifiers.read(algorithm)
    try:
        scheme = identifiers.protection(algorithm)
    except Malformed:
        return Item(what, identifier.asset, (), details)
    related: Related = tuple(("secured-by", part) for part in scheme.parts)
    return Item(what, scheme.scheme, related, (*details, *scheme.details))


def _entries(element: Element) -> Iterator[Element]:
    for count, entry in enumerate(element.children()):
        if count == _MOST_ENTRIES:
            raise Unsupported(f"more than {_MOST_ENTRIES:,} entries: the rest was not decoded")
        yield entry


def _signed(signed: Element) -> Iterator[Item]:
    """Read SignedData (RFC 5652 section 5.1)."""
    fields = signed.first(6)
    if len(fields) < 4:
        raise Malformed("signed data with too few fields")
    keys: dict[bytes, Key] = {}
    for field in fields[3:]:
        if field.tag == der.CONTEXT_0:
            for entry in _entries(field):
                if entry.tag == _SEQ:
                    keys.update(certificates.known_by(entry))
                    yield from map(_carried, certificates.certificate(entry))
        elif field.tag == der.CONTEXT_1:
            for entry in _entries(field):
                if entry.tag == _SEQ:
                    yield from certificates.revocation_list(entry)
        elif field.tag == _SET:
            for signer in _entries(field):
                yield from _signer(signer, keys)


def _carried(item: Item) -> Item:
    """Return a certificate or its key with what carries it as its format."""
    return replace(item, details=(*(detail for detail in item.details if detail[0] != "format"), _SIGNED_DATA))


def _signer(signer: Element, keys: dict[bytes, Key]) -> Iterator[Item]:
    """Read a SignerInfo: its signature, completed by the hash beside it and the signer's key where it is there."""
    fields = signer.expect(_SEQ).first(7)
    parts = [field for field in fields if field.tag == _SEQ]
    if len(fields) < 5 or len(parts) < 2:
        raise Malformed("signer info with too few fields")
    name = fields[1]
    algorithm_at = fields.index(parts[1] if parts[0] is name else parts[0])
    digest = identifiers.read(fields[algorithm_at]).asset
    signature_at = next((i for i in range(algorithm_at + 1, len(fields)) if fields[i].tag == _SEQ), None)
    if signature_at is None:
        raise Malformed("signer info without a signature algorithm")
    signature = _with_digest(identifiers.signature(fields[signature_at]), digest)
    key = keys.get(name.content) if name.tag == _SEQ else None
    details = (_SIGNED_DATA, ("digest-algorithm", algorithms.name(digest)))
    yield Item(
        "signature",
        certificates.completed(signature, key) if key else signature,
        (("public-key", key.asset("public-key")),) if key else (),
        details,
    )


def _with_digest(signature: Asset, digest: Asset) -> Asset:
    """Return the signature scheme of an identifier that names the key only (RFC 3370 section 3)."""
    schemes = {"RSA": "RSASSA-PKCS1", "EC": "ECDSA", "DSA": "DSA"}
    family = schemes.get(signature.family)
    if family is None or signature.get("digest") or digest.family == "unlisted":
        return signature
    return Asset.of(Kind.ALGORITHM, family, digest=algorithms.name(digest))


def _enveloped(form: str) -> Callable[[Element], Iterator[Item]]:
    """Read EnvelopedData (section 6.1), AuthEnvelopedData (RFC 5083) or SignedAndEnvelopedData (RFC 2315)."""

    def read(enveloped: Element) -> Iterator[Item]:
        fields = enveloped.first(6)
        recipients = next((field for field in fields if field.tag == _SET), None)
        if recipients is None:
            raise Malformed("enveloped data without recipients")
        for recipient in _entries(recipients):
            yield from _recipient(recipient, form)
        content = next((field for field in fields if field.tag == _SEQ), None)
        if content is not None:
            yield from encrypted_content(content, form)

    return read


def _recipient(recipient: Element, form: str) -> Iterator[Item]:
    """Read a RecipientInfo (RFC 5652 section 6.2): how the content key was handed to one reader."""
    details: Details = (("format", form),)
    fields = recipient.first(8)
    if recipient.tag == _SEQ and len(fields) >= 4:
        yield Item("key-transport", _transport(identifiers.read(fields[2])), (), details)
    elif recipient.tag == _CONTEXT[1]:
        yield from _agreement(fields, details)
    elif recipient.tag == _CONTEXT[2]:
        yield from (Item("key-wrap", identifiers.read(f).asset, (), details) for f in fields[2:3])
    elif recipient.tag == _CONTEXT[3]:
        yield from _password(fields, details)
    elif recipient.tag == _OTHER_RECIPIENT and len(fields) == 2 and fields[0].oid() == _KEM_RECIPIENT:
        yield from _encapsulation(fields[1], details)


def _transport(identifier: Identifier) -> Asset:
    asset = identifier.asset
    if asset.family == "RSA":
        return Asset.of(Kind.ALGORITHM, "RSAES-PKCS1")  # RFC 3370 section 4.2.1
    if asset.family == "RSAES-OAEP":
        return Asset.of(Kind.ALGORITHM, "RSAES-OAEP", digest=identifiers.pss_digest(identifier.parameters))
    return asset


def _agreement(fields: list[Element], details: Details) -> Iterator[Item]:
    """Read a KeyAgreeRecipientInfo: the scheme, whose parameters are the key wrap (RFC 5753 section 7.2)."""
    scheme = next((field for field in fields if field.tag == _SEQ), None)
    if scheme is None:
        return
    identifier = identifiers.read(scheme)
    yield Item("key-agreement", identifier.asset, (), details)
    if identifier.parameters is not None and identifier.parameters.tag == _SEQ:
        yield Item("key-wrap", identifiers.read(identifier.parameters).asset, (), details)


def _password(fields: list[Element], details: Details) -> Iterator[Item]:
    """Read a PasswordRecipientInfo (RFC 3211 section 2.2; id-alg-PWRI-KEK carries its cipher)."""
    for field in fields:
        if field.tag == _CONTEXT[0]:
            derivation, cost = identifiers.derivation(Identifier.of(field))
            yield Item("key-derivation", derivation, (), (*details, *cost))
        elif field.tag == _SEQ:
            identifier = identifiers.read(field)
            inner = identifier.parameters
            nested = inner is not None and inner.tag == _SEQ and identifier.asset.family == "unlisted"
            yield Item(
                "key-wrap", identifiers.read(inner).asset if nested and inner else identifier.asset, (), details
            )


def _encapsulation(element: Element, details: Details) -> Iterator[Item]:
    """Read a KEMRecipientInfo (RFC 9629 section 3): version, rid, kem, ct, kdf, length, [ukm], wrap, key."""
    named = [field for field in element.expect(_SEQ).first(9)[2:] if field.tag == _SEQ]
    for what, field in zip(("key-encapsulation", "key-derivation", "key-wrap"), named, strict=False):
        yield Item(what, identifiers.read(field).asset, (), details)


def _encrypted(element: Element) -> Iterator[Item]:
    fields = element.first(2)
    if len(fields) < 2:
        raise Malformed("encrypted data without content")
    yield from encrypted_content(fields[1], "CMS EncryptedData")


def _digested(element: Element) -> Iterator[Item]:
    fields = element.first(2)
    if len(fields) < 2:
        raise Malformed("digested data without an algorithm")
    yield Item("digest", identifiers.read(fields[1]).asset, (), (("format", "CMS DigestedData"),))


def _authenticated(element: Element) -> Iterator[Item]:
    """Read AuthenticatedData (RFC 5652 section 9.1)."""
    form = "CMS AuthenticatedData"
    fields = element.first(6)
    recipients = next((i for i, field in enumerate(fields) if field.tag == _SET), None)
    if recipients is None or recipients + 1 >= len(fields):
        raise Malformed("authenticated data with too few fields")
    for recipient in _entries(fields[recipients]):
        yield from _recipient(recipient, form)
    yield Item("mac", identifiers.read(fields[recipients + 1]).asset, (), (("format", form),))


def _plain(element: Element) -> Iterator[Item]:
    """Yield nothing of content that is not protected."""
    yield from ()


_READERS: dict[str, Callable[[Element], Iterator[Item]]] = {
    _PKCS7 + "2": _signed,
    _PKCS7 + "3": _enveloped("CMS EnvelopedData"),
    _PKCS7 + "4": _enveloped("PKCS #7 SignedAndEnvelopedData"),
    _PKCS7 + "5": _digested,
    _PKCS7 + "6": _encrypted,
    _CMS + "2": _authenticated,
    _CMS + "23": _enveloped("CMS AuthEnvelopedData"),
    _GMT + "2": _signed,
    _GMT + "3": _enveloped("GM/T 0010 EnvelopedData"),
    _GMT + "4": _enveloped("GM/T 0010 SignedAndEnvelopedData"),
    _GMT + "5": _encrypted,
}
