"""Key stores of Java (JKS, JCEKS) and Bouncy Castle (BKS, UBER), read without their passwords.

Certificates stand in the clear in all of them but UBER; keys are encrypted one by one. Layouts: OpenJDK
sun/security/provider/JavaKeyStore.java and com/sun/crypto/provider/JceKeyStore.java; bc-java BcKeyStoreSpi.java.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pqc_migrate.detectors.material import certificates, der, java_objects, keys
from pqc_migrate.detectors.material.der import Malformed, Truncated
from pqc_migrate.detectors.material.item import Details, Item, Unsupported
from pqc_migrate.detectors.material.openssh import Reader
from pqc_migrate.model.inventory import Asset, Kind

MOST_ENTRIES = 10_000
"""Entries decoded in one store; the rest is reported as not looked at."""

MAGIC = {b"\xfe\xed\xfe\xed": "JKS", b"\xce\xce\xce\xce": "JCEKS"}
_BOUNCY_SALT = 20
_BOUNCY_VERSIONS = (1, 2)
_BOUNCY_MOST_ITERATIONS = 1024 << 6
_MOST_CHAIN = 100
_SHA1_OCTETS = 20
_SHA1 = Asset.of(Kind.ALGORITHM, "SHA-1")
_HMAC = Asset.of(Kind.ALGORITHM, "HMAC", digest="SHA-1")
_SEALED = Asset.of(Kind.ALGORITHM, "PKCS12-PBE", digest="SHA-1", cipher="3DES-CBC")
_UBER = Asset.of(Kind.ALGORITHM, "PKCS12-PBE", digest="SHA-1", cipher="Twofish-CBC")


def is_bouncy(data: bytes) -> bool:
    """Return whether a file begins like BKS or UBER: version, 20 octets of salt, a count the writer allows."""
    head = data[:32]
    if head[:3] != b"\0\0\0" or head[4:8] != _BOUNCY_SALT.to_bytes(4, "big") or len(head) < 32:
        return False
    return head[3] in _BOUNCY_VERSIONS and 1024 <= int.from_bytes(head[28:32], "big") <= _BOUNCY_MOST_ITERATIONS


def store(data: bytes, named: bool = True) -> Iterator[Item]:
    """Yield what a store shows; `named`: its file name says that it is one, which an UBER store needs."""
    form = MAGIC.get(data[:4])
    if form:
        yield from _sun(Reader(data, 4), form)
    else:
        yield from _bouncy(data, named)


def _sun(reader: Reader, form: str) -> Iterator[Item]:
    """Read a JKS or JCEKS store: count, entries, and a SHA-1 digest over password and content."""
    version, count = reader.uint(), reader.uint()
    if version not in (1, 2):
        raise Malformed("a version that no key store has")
    yield Item("integrity", _SHA1, (), (("format", form), ("mac", "SHA-1 over password and content")))
    for number in range(count):
        if number == MOST_ENTRIES:
            raise Unsupported(f"{count - number:,} of {count:,} entries were not decoded")
        kind = reader.uint()
        _text(reader)
        reader.take(8)
        if kind == 1:
            yield from _private_entry(reader, version, form)
        elif kind == 2:
            yield from _certificate(reader, version, form)
        elif kind == 3 and form == "JCEKS":
            yield _secret_entry(reader)
        else:
            raise Malformed("an entry of no known kind")
    if len(reader.data) - reader.at != _SHA1_OCTETS:
        raise Malformed("what stands after the last entry is not a digest")


def _text(reader: Reader) -> bytes:
    return reader.take(reader.uint(2))


def _private_entry(reader: Reader, version: int, form: str) -> Iterator[Item]:
    protected = keys.encrypted(der.read(reader.string()), form)
    chain = []
    for _ in range(_count(reader)):
        chain.append(list(_certificate(reader, version, form)))
    yield _of_chain(protected, chain)
    for found in chain:
        yield from found


def _count(reader: Reader) -> int:
    count = reader.uint()
    if count > _MOST_CHAIN:
        raise Malformed("a chain longer than any")
    return count


def _of_chain(protected: Item, chain: list[list[Item]]) -> Item:
    """Return an encrypted key by the public key that the first certificate of its chain certifies.

    java.security.KeyStore.setKeyEntry: the chain certifies "the corresponding public key".
    """
    public = next((item.asset for item in (chain[0] if chain else ()) if item.what == "certificate-key"), None)
    if public is None:
        return protected
    asset = Asset.of(public.kind, public.family, **{**dict(public.parameters), "type": "private-key"})
    related = (*(("public-key", public),), *protected.related)
    return replace(
        protected, asset=asset, related=related, details=(*protected.details, ("known-by", "certificate"))
    )


def _certificate(reader: Reader, version: int, form: str) -> Iterator[Item]:
    kind = _text(reader) if version == 2 else b"X.509"
    encoded = reader.string()
    if kind not in (b"X.509", b"X509"):
        raise Unsupported("a certificate that is not X.509")
    for item in certificates.certificate(der.read(encoded)):
        yield replace(item, details=(*(d for d in item.details if d[0] != "format"), ("format", form)))


def _secret_entry(reader: Reader) -> Item:
    """Read a JCEKS secret key: a serialized SealedObject, whose cipher stands in the clear."""
    sealed = java_objects.read(reader)
    algorithm = sealed.get("sealAlg", "")
    details: Details = (("format", "JCEKS"), ("encrypted", "yes"))
    protection = _SEALS.get(algorithm)
    if protection is None:
        return Item("secret-key", Asset.of(Kind.KEY, "unlisted", type="secret-key"), (), details)
    asset = Asset.of(Kind.KEY, protection.family, type="secret-key", **dict(protection.parameters))
    return Item("secret-key", asset, (("secured-by", protection),), details)


_SEALS = {
    "PBEWithMD5AndTripleDES": Asset.of(Kind.ALGORITHM, "JCEKS-PBE", digest="MD5", cipher="3DES-CBC"),
}


def _bouncy(data: bytes, named: bool) -> Iterator[Item]:
    """Read a BKS store, or say of an UBER store how it is encrypted."""
    reader = Reader(data)
    version = reader.uint()
    reader.string()
    iterations = str(reader.uint())
    try:
        items = list(_bouncy_entries(reader, version))
    except Unsupported:
        raise
    except Malformed:
        if not named:
            return
        # Nothing but its content tells the two apart, and that of UBER is encrypted.
        if data[3] != 1:
            raise
        yield Item("content-encryption", _UBER, (), (("format", "UBER"), ("iterations", iterations)))
        raise Unsupported("what it holds is behind its password and was not looked at") from None
    details: Details = (("format", "BKS"), ("kdf", "PKCS #12 with SHA-1"), ("iterations", iterations))
    if version == 1:
        details = (*details, ("mac-key-bits", "20"))
    yield Item("mac", _HMAC, (), details)
    yield from items


def _bouncy_entries(reader: Reader, version: int) -> Iterator[Item]:
    for _ in range(MOST_ENTRIES):
        kind = reader.uint(1)
        if kind == 0:
            if len(reader.data) - reader.at != _SHA1_OCTETS:
                raise Malformed("what stands after the last entry is not a MAC")
            return
        _text(reader)
        reader.take(8)
        chain = [list(_certificate(reader, 2, "BKS")) for _ in range(_count(reader))]
        yield from _bouncy_entry(kind, reader, chain)
        for found in chain:
            yield from found
    raise Unsupported(f"more than {MOST_ENTRIES:,} entries")


def _bouncy_entry(kind: int, reader: Reader, chain: list[list[Item]]) -> Iterator[Item]:
    if kind == 1:
        yield from _certificate(reader, 2, "BKS")
    elif kind == 2:
        yield from _clear_key(reader)
    elif kind == 4:
        yield _of_chain(_sealed(Reader(reader.string())), chain)
    elif kind == 3:
        reader.string()
        yield Item("secret-key", Asset.of(Kind.KEY, "unlisted", type="secret-key"), (), (("format", "BKS"),))
    else:
        raise Malformed("an entry of no known kind")


def _clear_key(reader: Reader) -> Iterator[Item]:
    """Read a key that was stored without a password."""
    kind = reader.uint(1)
    form, _ = _text(reader), _text(reader)
    encoded = reader.string()
    details = (("format", "BKS"), ("encrypted", "no"))
    if kind == 0 and form in (b"PKCS#8", b"PKCS8"):
        yield keys.from_pkcs8(der.read(encoded)).item("private-key", "private-key", details=details)
    elif kind == 1 and form in (b"X.509", b"X509"):
        yield keys.from_spki(der.read(encoded)).item("public-key", "public-key", details=(("format", "BKS"),))
    elif kind == 2:
        asset = Asset.of(Kind.KEY, "unlisted", type="secret-key", size=8 * len(encoded))
        yield Item("secret-key", asset, (), details)


def _sealed(reader: Reader) -> Item:
    if len(reader.string()) != _BOUNCY_SALT:
        raise Truncated("a sealed key without its salt")
    details = (("format", "BKS"), ("encrypted", "yes"), ("iterations", str(reader.uint())))
    asset = Asset.of(Kind.KEY, _SEALED.family, type="private-key", **dict(_SEALED.parameters))
    cipher = Asset.of(Kind.ALGORITHM, "3DES", mode="CBC")
    return Item("private-key", asset, (("secured-by", _SEALED), ("secured-by", cipher)), details)
