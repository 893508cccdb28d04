"""Tell what a DER structure is by its shape, and decode it.

The shape decides and not the PEM label or the file's name, which are wrong often enough in the field; the label
only settles what the shape leaves open (two integers: an RSA public key or Diffie-Hellman parameters).
"""

from __future__ import annotations

from collections.abc import Iterator

from pqc_migrate.catalog import oids
from pqc_migrate.detectors.material import bcfks, certificates, cms, der, identifiers, keys, pkcs12
from pqc_migrate.detectors.material.der import Element, Malformed
from pqc_migrate.detectors.material.item import Details, Item
from pqc_migrate.model.inventory import Asset, Kind

_IA5_STRING = 0x16
_SMALLEST_RSA_BITS = 512
_LARGEST_EXPONENT_BITS = 33

_SEQ, _INT, _OCT, _BIT, _OID = (
    der.SEQUENCE, der.INTEGER, der.OCTET_STRING, der.BIT_STRING, der.OBJECT_IDENTIFIER,
)  # fmt: skip


def decode(root: Element, label: str = "") -> Iterator[Item]:
    """Yield what a structure holds, in its order; nothing when it is no key or certificate.

    Raises `Malformed` for a recognized but broken structure, `Unsupported` for a container that is not opened.
    `label` is that of the PEM block, empty for a bare DER file.
    """
    if root.tag == _OID:
        yield from _named_curve(root, label)
        return
    fields = root.expect(_SEQ).first(10)
    tags = [field.tag for field in fields]
    if tags == [_SEQ, _BIT]:
        yield from _known(keys.from_spki(root).item("public-key", "public-key", details=_format("SPKI")), label)
    elif tags[:3] == [_SEQ, _SEQ, _BIT]:
        yield from _signed(root, fields[0], label)
    elif tags == [_SEQ, _OCT]:
        yield from _encrypted(root, fields[0], label)
    elif tags[:3] == [_INT, _SEQ, _OCT]:
        yield from _known(keys.from_pkcs8(root).item("private-key", "private-key", details=_clear("PKCS#8")), label)
    elif tags[:2] == [_INT, _OCT] and (label or der.CONTEXT_0 in tags[2:] or der.CONTEXT_1 in tags[2:]):
        yield keys.from_sec1(root).item("private-key", "private-key", details=_clear("SEC1"))
    elif tags[:2] == [_INT, _INT] and "DH PARAMETERS" in label:
        yield _parameters(keys.FFDH, root)
    elif set(tags) == {_INT} or (tags[:3] == [_INT] * 3 and set(tags[:-1]) == {_INT} and tags[-1] == _SEQ):
        yield from _integers(root, [field for field in fields if field.tag == _INT], label)
    elif tags[:2] == [_OID, der.CONTEXT_0]:
        if cms.is_message(fields[0].oid()):
            yield from cms.message(fields)
    elif pkcs12.is_store(fields):
        yield from pkcs12.store(root)
    elif bcfks.is_store(fields):
        yield from bcfks.store(root)
    elif label in ("EC PARAMETERS", "SM2 PARAMETERS"):
        yield from _explicit_curve(root)


def _format(name: str) -> Details:
    return (("format", name),)


def _clear(name: str) -> Details:
    return (("format", name), ("encrypted", "no"))


def _known(item: Item, label: str) -> Iterator[Item]:
    """Yield an item unless neither a label nor a known identifier says that these bytes are one."""
    if label or item.asset.family != "unlisted":
        yield item


def _signed(root: Element, body: Element, label: str) -> Iterator[Item]:
    body.expect(_SEQ)
    if certificates.is_request(body):
        yield from certificates.request(root)
    elif certificates.is_revocation_list(body):
        for item in certificates.revocation_list(root):
            yield from _known(item, label)
    elif [field.tag for field in body.first(2)] == [_SEQ, _IA5_STRING]:
        spki = body.first(1)[0]
        yield keys.from_spki(spki).item("public-key", "public-key", details=_format("SPKAC"))
    else:
        yield from certificates.certificate(root)


def _encrypted(root: Element, scheme: Element, label: str) -> Iterator[Item]:
    """Yield an encrypted private key, unless its scheme is none: a DigestInfo has the same shape."""
    asset = identifiers.read(scheme).asset
    if label == "ENCRYPTED PRIVATE KEY" and asset.family == "unlisted":
        details = (*_format("PKCS#8"), ("encrypted", "yes"))
        yield Item(
            "private-key",
            Asset.of(Kind.KEY, "unlisted", type="private-key", variant=asset.get("variant")),
            (),
            details,
        )
    elif label == "ENCRYPTED PRIVATE KEY" or identifiers.is_password_based(asset):
        yield keys.encrypted(root)


def _integers(root: Element, fields: list[Element], label: str) -> Iterator[Item]:
    """Read a SEQUENCE of INTEGERs: PKCS #1 keys, OpenSSL's DSA keys, domain parameters."""
    count = len(fields)
    if not label and 2 <= count <= 5 and (domain := keys.domain(root, fields)):
        yield Item("parameters", domain)
    elif label == "DSA PARAMETERS" and count == 3:
        yield _parameters(keys.DSA, root)
    elif count >= 9 and fields[0].integer() in (0, 1):
        yield keys.from_pkcs1_private(root).item("private-key", "private-key", details=_clear("PKCS#1"))
    elif count == 6 and fields[0].integer() == 0:
        yield keys.from_dsa_private(root).item("private-key", "private-key", details=_clear("OpenSSL DSA"))
    elif count == 2 and (label == "RSA PUBLIC KEY" or _looks_like_rsa(fields)):
        yield keys.from_pkcs1_public(root).item("public-key", "public-key", details=_format("PKCS#1"))


def _looks_like_rsa(fields: list[Element]) -> bool:
    """Return whether two unlabelled integers are an RSA key, not (p, g) of Diffie-Hellman and not a signature."""
    modulus, exponent = (field.magnitude() for field in fields)
    odd = modulus & exponent & 1 == 1
    return (
        odd
        and modulus.bit_length() >= _SMALLEST_RSA_BITS
        and 1 < exponent.bit_length() <= _LARGEST_EXPONENT_BITS
        and exponent != 5  # The usual other generator of PKCS #3.
    )


def _parameters(algorithm: Asset, root: Element) -> Item:
    sized = keys.over_prime(algorithm, root)
    if sized == algorithm:
        raise Malformed("the prime is zero")
    return Item("parameters", sized)


def _named_curve(root: Element, label: str) -> Iterator[Item]:
    if label in ("EC PARAMETERS", "SM2 PARAMETERS"):
        asset = oids.asset(root.oid())
        if asset is not None and oids.curve(root.oid()):
            yield Item("parameters", asset)
        else:
            yield Item("parameters", keys.EC, (), (("curve-oid", root.oid()),))


def _explicit_curve(root: Element) -> Iterator[Item]:
    asset = Asset.of(Kind.ALGORITHM, "EC", size=keys.field_bits(root))
    yield Item("parameters", asset, (), (("curve-parameters", "explicit"),))
