"""BCFKS, the key store of Bouncy Castle's FIPS provider: one encrypted structure with its algorithms in the clear.

Source: bc-java, package org.bouncycastle.asn1.bc (ObjectStore, EncryptedObjectStoreData, PbkdMacIntegrityCheck).
"""

from __future__ import annotations

from collections.abc import Iterator

from pqc_migrate.detectors.material import cms, der, identifiers
from pqc_migrate.detectors.material.der import Element, Malformed
from pqc_migrate.detectors.material.item import Item, Unsupported

_SEQ, _OCT = der.SEQUENCE, der.OCTET_STRING
_FORM = (("format", "BCFKS"),)


def is_store(fields: list[Element]) -> bool:
    """Return whether this is an ObjectStore: encrypted data, then MAC, derivation and the MAC's value."""
    if [field.tag for field in fields] != [_SEQ, _SEQ]:
        return False
    try:
        data, check = ([child.tag for child in field.first(4)] for field in fields)
        if data != [_SEQ, _OCT] or check != [_SEQ, _SEQ, _OCT]:
            return False
        identifiers.protection(fields[0].first(1)[0])
    except Malformed:
        return False
    return True


def store(root: Element) -> Iterator[Item]:
    """Yield how the store is encrypted and checked; what it holds is behind its password."""
    data, check = root.first(2)
    yield cms.protected(data.first(1)[0], "content-encryption", _FORM)
    mac, kdf = (identifiers.read(field) for field in check.first(2))
    derived, cost = identifiers.derivation(kdf)
    yield Item("mac", mac.asset, (("secured-by", derived),), (*_FORM, *cost))
    raise Unsupported("a BCFKS store: what it holds is behind its password and was not looked at")
