"""Keys held by a TPM 2.0, as files (ASN.1 Specification for TPM 2.0 Key Files, draft-bottomley-tpm-keys).

The file keeps the public area (TPM 2.0 Part 2, TPMT_PUBLIC) in the clear; the private half can be used by
one TPM only and is not read. Algorithm and curve numbers are those of the TCG Algorithm Registry.
"""

from __future__ import annotations

from collections.abc import Iterator

from pqc_migrate.catalog import oids
from pqc_migrate.detectors.material import der, keys
from pqc_migrate.detectors.material.der import Element, Malformed
from pqc_migrate.detectors.material.item import Item, Unsupported
from pqc_migrate.detectors.material.keys import Key
from pqc_migrate.detectors.material.openssh import Reader
from pqc_migrate.model.inventory import Asset, Kind

_ARC = "2.23.133.10.1."
_LOADABLE, _IMPORTABLE = _ARC + "3", _ARC + "4"
_RSA, _ECC, _NULL, _ECDAA, _RSAES = 0x0001, 0x0023, 0x0010, 0x001A, 0x0015
_USUAL_EXPONENT = 65537
_CURVES = {
    0x0001: "P-192", 0x0002: "P-224", 0x0003: "P-256", 0x0004: "P-384", 0x0005: "P-521",
    0x0020: "sm2p256v1", 0x0030: "brainpoolP256r1", 0x0031: "brainpoolP384r1", 0x0032: "brainpoolP512r1",
}  # fmt: skip


def is_key(fields: list[Element]) -> bool:
    """Return whether a SEQUENCE begins with one of the key types of the draft."""
    return fields[0].tag == der.OBJECT_IDENTIFIER and fields[0].oid().startswith(_ARC)


def key(root: Element) -> Iterator[Item]:
    """Yield the key by its public area; data that is merely sealed is said not to be one."""
    fields = root.first(12)
    if fields[0].oid() not in (_LOADABLE, _IMPORTABLE):
        raise Unsupported("sealed data of a TPM, not a key")
    octets = [field for field in fields if field.tag == der.OCTET_STRING]
    if len(octets) != 2:
        raise Malformed("a TPM key without its two halves")
    details = (("format", "TPM 2.0 key file"), ("held-in", "TPM"))
    yield _public(Reader(octets[0].content)).item("private-key", "private-key", details=details)


def _public(reader: Reader) -> Key:
    """Read a TPM2B_PUBLIC."""
    reader.uint(2)
    kind = reader.uint(2)
    reader.take(6)  # name algorithm, attributes
    reader.take(reader.uint(2))  # policy
    if reader.uint(2) != _NULL:
        reader.take(4)  # the symmetric cipher of a storage key: bits, mode
    scheme = reader.uint(2)
    if scheme not in (_NULL, _RSAES):
        reader.take(4 if scheme == _ECDAA else 2)
    if kind == _RSA:
        reader.take(2)
        exponent = reader.uint(4) or _USUAL_EXPONENT
        return keys.rsa(int.from_bytes(reader.take(reader.uint(2)), "big"), exponent)
    if kind == _ECC:
        return _point(reader)
    raise Malformed("a TPM key of a kind that is not decoded")


def _point(reader: Reader) -> Key:
    curve = _CURVES.get(reader.uint(2))
    if reader.uint(2) != _NULL:
        reader.take(2)
    x, y = (reader.take(reader.uint(2)) for _ in range(2))
    if curve is None:
        return Key(keys.EC)
    named = Asset.of(Kind.ALGORITHM, "SM2") if curve == "sm2p256v1" else Asset.of(Kind.ALGORITHM, "EC", curve=curve)
    oid = oids.oid_of(named)
    if oid is None or len(x) != len(y):
        return Key(named)
    return keys.raw("1.2.840.10045.2.1", b"\4" + x + y, oid)
