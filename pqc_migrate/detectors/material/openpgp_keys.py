"""OpenPGP keys: algorithm, size or curve, and how the secret part is protected (RFC 9580 sections 5.5, 3.7, 9.2).

The secret part is never read: what precedes it says how it is encrypted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pqc_migrate.catalog import algorithms, names, oids
from pqc_migrate.detectors.material import der, keys
from pqc_migrate.detectors.material.der import Malformed
from pqc_migrate.detectors.material.item import Details, Related
from pqc_migrate.detectors.material.keys import Key
from pqc_migrate.detectors.material.openpgp_packets import mpi, mpi_octets
from pqc_migrate.detectors.material.openssh import Reader
from pqc_migrate.model.inventory import Asset, Kind

_RSA, _ELGAMAL, _DSA, _ECDH, _ECDSA, _EDDSA, _KYBER = (1, 2, 3), (16, 20), 17, 18, 19, 22, 8
_RAW = {25: ("1.3.101.110", 32), 26: ("1.3.101.111", 56), 27: ("1.3.101.112", 32), 28: ("1.3.101.113", 57)}
_PQC_OCTETS = {
    30: 32 + 1952, 31: 57 + 2592, 32: 32, 33: 32, 34: 64, 35: 32 + 1184, 36: 56 + 1568,
}  # fmt: skip
"""Octets of a public key of RFC 9980: the curve's point, then the key of FIPS 203 or 204; FIPS 205 alone."""
_ML_KEM = {800: "512", 1184: "768", 1568: "1024"}
_ED25519, _X25519 = "1.3.6.1.4.1.11591.15.1", "1.3.6.1.4.1.3029.1.5.1"
_NATIVE = {_ED25519: "1.3.101.112", _X25519: "1.3.101.110"}
_OCTETS_PREFIX = b"\x40"
_AEADS = {1: "EAX", 2: "OCB", 3: "GCM"}  # RFC 9580 section 9.6
_MD5 = Asset.of(Kind.ALGORITHM, "MD5")


@dataclass(frozen=True, slots=True)
class PublicPart:
    """The public part of a key packet, and where it ends."""

    version: int
    key: Key
    key_id: bytes
    number: int
    """The algorithm's number."""


def public_part(reader: Reader) -> PublicPart:
    """Read the public part of a key packet, leaving the reader at what follows."""
    version = reader.uint(1)
    if version not in (2, 3, 4, 5, 6):
        raise Malformed("a key of no known version")
    reader.uint(4)
    if version < 4:
        reader.uint(2)
    number = reader.uint(1)
    size = reader.uint(4) if version >= 5 else None
    key = _material(reader if size is None else Reader(reader.take(size)), number, size)
    if reader.at > 0xFFFF and version < 5:
        raise Malformed("a key longer than any of its version")
    return PublicPart(version, key, _key_id(version, reader.data[: reader.at], key), number)


def _key_id(version: int, body: bytes, key: Key) -> bytes:
    """Return the key ID (RFC 9580 section 5.5.4; LibrePGP for version 5)."""
    if version == 4:
        return hashlib.sha1(b"\x99" + len(body).to_bytes(2, "big", signed=False) + body).digest()[-8:]
    if version >= 5:
        head = b"\x9a" if version == 5 else b"\x9b"
        return hashlib.sha256(head + len(body).to_bytes(4, "big") + body).digest()[:8]
    modulus = der.read(der.read(key.spki).first(2)[1].bits()).first(1)[0].content if key.spki else b""
    return modulus[-8:]


def _material(reader: Reader, number: int, size: int | None) -> Key:
    """Read the fields of an algorithm (section 5.5.5); one that is not known needs a `size` to be stepped over."""
    if number in _RSA:
        return keys.rsa(mpi(reader), mpi(reader))
    if number == _DSA:
        return keys.dsa(mpi(reader), mpi(reader), mpi(reader), mpi(reader))
    if number in _ELGAMAL:
        prime, _, _ = mpi(reader), mpi(reader), mpi(reader)
        if not prime:
            raise Malformed("the prime is zero")
        return Key(Asset.of(Kind.ALGORITHM, "ElGamal", size=prime.bit_length()))
    if number in (_ECDH, _ECDSA, _EDDSA):
        return _on_curve(reader, number)
    if number in _RAW:
        oid, octets = _RAW[number]
        return keys.raw(oid, reader.take(octets))
    if number == _KYBER:
        return _kyber(reader)
    algorithm = names.lookup("openpgp-public-keys", str(number))
    if algorithm is not None:
        reader.take(_PQC_OCTETS[number])
        return Key(algorithm)
    if size is None:
        raise Malformed("a public-key algorithm this program does not know")
    return Key(Asset.of(Kind.ALGORITHM, "unlisted", variant=f"OpenPGP algorithm {number}"))


def _curve_oid(reader: Reader) -> str:
    return der.read(der.write(der.OBJECT_IDENTIFIER, reader.take(reader.uint(1)))).oid()


def _on_curve(reader: Reader, number: int) -> Key:
    """Read a curve's identifier and a point; ECDH adds the parameters of its key wrap (section 5.5.5.6)."""
    oid = _curve_oid(reader)
    point = mpi_octets(reader)
    details: Details = ()
    if number == _ECDH:
        parameters = Reader(reader.take(reader.uint(1)))
        parameters.uint(1)
        details = _key_wrap(parameters.uint(1), parameters.uint(1))
    if oid in _NATIVE and point[:1] == _OCTETS_PREFIX:
        key = keys.raw(_NATIVE[oid], point[1:])
    elif oids.curve(oid) is None:
        native = oids.asset(oid)
        known = native or names.lookup("openpgp-public-keys", str(number))
        key = Key(known or keys.EC, None, () if native else (("curve-oid", oid),))
    else:
        key = keys.raw("1.2.840.10045.2.1", point, oid)
    return Key(key.algorithm, key.spki, (*key.details, *details))


def _key_wrap(hash_number: int, cipher_number: int) -> Details:
    digest, cipher = names.lookup("openpgp-hashes", str(hash_number)), cipher_of(cipher_number)
    named = (("kdf-digest", digest), ("key-wrap", cipher))
    return tuple((name, algorithms.name(asset)) for name, asset in named if asset is not None)


def _kyber(reader: Reader) -> Key:
    """Read GnuPG's combination of a curve and ML-KEM: identifier, point, and the ML-KEM key with its length."""
    oid = _curve_oid(reader)
    mpi_octets(reader)
    parameters = _ML_KEM.get(len(reader.string()))
    curve = oids.asset(_NATIVE.get(oid, oid))
    if parameters is None or curve is None:
        return Key(Asset.of(Kind.ALGORITHM, "Composite-ML-KEM"))
    variant = f"ML-KEM-{parameters}+{curve.get('curve') or algorithms.name(curve)}"
    return Key(Asset.of(Kind.ALGORITHM, "Composite-ML-KEM", variant=variant))


def cipher_of(number: int, aead: int | None = None, mode: str | None = None) -> Asset | None:
    """Return a symmetric cipher by its number, with the mode of an AEAD number or the given one."""
    cipher = names.lookup("openpgp-ciphers", str(number))
    if cipher is None:
        return None
    return Asset.of(cipher.kind, cipher.family, **{**dict(cipher.parameters), "mode": _AEADS.get(aead or 0, mode)})


def protection(reader: Reader, version: int) -> tuple[Related, Details]:
    """Read how the secret part of a key is protected (section 5.5.3)."""
    usage = reader.uint(1)
    if usage == 0:
        return (), (("encrypted", "no"),)
    if version >= 5:
        reader.uint(1)
    if usage < 253:
        cipher = cipher_of(usage, mode="CFB")
        related = tuple(("secured-by", part) for part in (cipher, _MD5) if part)
        return related, (("encrypted", "yes"), ("kdf", "OpenPGP simple S2K with MD5"), ("iterations", "1"))
    number = reader.uint(1)
    aead = reader.uint(1) if usage == 253 else None
    cipher = cipher_of(number, aead, mode=None if aead else "CFB")
    if version == 6:
        reader.uint(1)
    parts, details = string_to_key(reader)
    related = tuple(("secured-by", part) for part in (*parts, cipher) if part is not None)
    return related, details


def string_to_key(reader: Reader) -> tuple[tuple[Asset, ...], Details]:
    """Read a string-to-key specifier (section 3.7.1); GnuPG's own says that the secret is elsewhere."""
    kind = reader.uint(1)
    if kind == 4:
        reader.take(16)
        passes, lanes, memory = reader.uint(1), reader.uint(1), reader.uint(1)
        costs = (
            ("iterations", str(passes)),
            ("parallelism", str(lanes)),
            ("memory-kib", str(1 << min(memory, 31))),
        )
        argon2 = Asset.of(Kind.ALGORITHM, "Argon2", variant="id")
        return (argon2,), (("encrypted", "yes"), ("kdf", "Argon2id"), *costs)
    digest = names.lookup("openpgp-hashes", str(reader.uint(1)))
    parts = (digest,) if digest else ()
    name = f" with {algorithms.name(digest)}" if digest else ""
    if kind == 0:
        return parts, (("encrypted", "yes"), ("kdf", f"OpenPGP simple S2K{name}"))
    if kind == 1:
        return parts, (("encrypted", "yes"), ("kdf", f"OpenPGP salted S2K{name}"))
    if kind == 3:
        reader.take(8)
        count = reader.uint(1)
        octets = 16 + (count & 15) << (count >> 4) + 6
        return parts, (("encrypted", "yes"), ("kdf", f"OpenPGP iterated S2K{name}"), ("octets-hashed", str(octets)))
    if kind == 101 and reader.take(3) == b"GNU":
        held = {1: "not in this file", 2: "smart card"}.get(reader.uint(1), "elsewhere")
        return (), (("held-in", held),)
    return (), (("encrypted", "yes"),)
