"""Keys: family, size or curve, and the SubjectPublicKeyInfo that gives a key pair one fingerprint everywhere.

A private key is read only as far as its public half. The secret integers and octets are neither kept nor
put into a message; where the public half has to be computed, `cryptography` does it.
"""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass, replace
from functools import cache

from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pqc_migrate.catalog import algorithms, groups, names, oids
from pqc_migrate.detectors.material import der, identifiers
from pqc_migrate.detectors.material.der import Element, Malformed
from pqc_migrate.detectors.material.identifiers import Identifier
from pqc_migrate.detectors.material.item import Details, Item, Related
from pqc_migrate.model.inventory import Asset, Kind

RSA = Asset.of(Kind.ALGORITHM, "RSA")
FFDH = Asset.of(Kind.ALGORITHM, "FFDH")
DSA = Asset.of(Kind.ALGORITHM, "DSA")
EC = Asset.of(Kind.ALGORITHM, "EC")

_RSA_IDENTIFIER = der.write(der.SEQUENCE, der.write_oid("1.2.840.113549.1.1.1") + der.write(der.NULL, b""))
_EC_OID = der.write_oid("1.2.840.10045.2.1")
_PUBLIC_KEY_FIELD = 0x81
_SMALLEST_PRIME_BITS, _LARGEST_PRIME_BITS, _SMALLEST_ORDER_BITS = 512, 16384, 128


@dataclass(frozen=True, slots=True)
class Key:
    """The public side of a key, as far as it was read."""

    algorithm: Asset
    """Kind ALGORITHM, with the size or curve where it was read."""
    spki: bytes | None = None
    """DER SubjectPublicKeyInfo; None where the public key is not at hand and cannot be computed."""
    details: Details = ()

    def asset(self, material: str) -> Asset:
        """Return the key as an asset of a CycloneDX material type (``public-key``, ``private-key``)."""
        fingerprint = hashlib.sha256(self.spki).hexdigest() if self.spki else None
        parameters = {key: value for key, value in self.algorithm.parameters if key != "type"}
        return Asset.of(Kind.KEY, self.algorithm.family, **parameters, type=material, fingerprint=fingerprint)

    def item(self, material: str, what: str, related: Related = (), details: Details = ()) -> Item:
        """Return the key as an item, related to its algorithm and, for a private key, to its public key."""
        links: list[tuple[str, Asset]] = [("key-algorithm", self.algorithm)]
        if material == "private-key" and self.spki:
            links.append(("public-key", self.asset("public-key")))
        return Item(what, self.asset(material), (*links, *related), (*self.details, *details))


def from_spki(element: Element) -> Key:
    """Read a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7); `Malformed` when it is none.

    A key whose octets make no sense is still a key of its algorithm: then the size is left out.
    """
    fields = element.expect(der.SEQUENCE).first(2)
    if len(fields) < 2:
        raise Malformed("public key info without a key")
    identifier = identifiers.read(fields[0])
    octets = fields[1].expect(der.BIT_STRING).content[1:]
    algorithm, details = _sized(identifier, octets)
    return Key(algorithm, element.encoded, details)


def from_pkcs8(element: Element) -> Key:
    """Read a PrivateKeyInfo or OneAsymmetricKey (RFC 5958 section 2)."""
    fields = element.expect(der.SEQUENCE).first(6)
    if len(fields) < 3 or fields[0].integer() not in (0, 1):
        raise Malformed("not a PKCS #8 private key")
    identifier = identifiers.read(fields[1])
    secret = fields[2].expect(der.OCTET_STRING)
    base = algorithms.family(identifier.asset.family).base
    if base == "RSA":
        return _rsa_in_pkcs8(identifier, secret)
    algorithm, details = _sized(identifier, b"")
    spki = None
    if base == "EC" and identifier.oid == "1.2.840.10045.2.1":
        inner = der.read(secret.data, secret.body, secret.end)
        if inner.tag == der.SEQUENCE:
            return from_sec1(inner, identifier, element.encoded)
    for field in fields[3:]:
        if field.tag == _PUBLIC_KEY_FIELD:
            spki = der.write_spki(identifier.encoded, field.content[1:])
    if spki is None and algorithm.family != "FFDH":  # Loading one tests its prime, which takes a tenth of a second.
        spki = _computed(element.encoded)
    return Key(algorithm, spki, details)


def encrypted(element: Element, form: str = "PKCS#8") -> Item:
    """Return an EncryptedPrivateKeyInfo (RFC 5958 section 3) as an item.

    Its algorithm cannot be seen, so the family is that of the protection; `Malformed` when it is protected by none.
    """
    protection = identifiers.protection(element.expect(der.SEQUENCE).first(1)[0])
    asset = Asset.of(Kind.KEY, protection.scheme.family, type="private-key", **dict(protection.scheme.parameters))
    related = tuple(("secured-by", part) for part in (protection.scheme, *protection.parts))
    return Item("private-key", asset, related, (("format", form), ("encrypted", "yes"), *protection.details))


def from_sec1(element: Element, outer: Identifier | None = None, whole: bytes = b"") -> Key:
    """Read an ECPrivateKey (RFC 5915 section 3); `outer` is the identifier of the PKCS #8 around it, if any."""
    fields = element.expect(der.SEQUENCE).first(4)
    if len(fields) < 2 or fields[0].integer() != 1 or fields[1].tag != der.OCTET_STRING:
        raise Malformed("not an EC private key")
    parameters = outer.parameters if outer else None
    public = None
    for field in fields[2:]:
        inner = der.read(field.data, field.body, field.end)
        if field.tag == der.CONTEXT_0:
            parameters = parameters or inner
        elif field.tag == der.CONTEXT_1:
            public = inner.bits()
    encoded = parameters.encoded if parameters else b""
    identifier = Identifier("1.2.840.10045.2.1", parameters, der.write(der.SEQUENCE, _EC_OID + encoded))
    algorithm, details = _sized(identifier, b"")
    if public and parameters:
        return Key(algorithm, der.write_spki(identifier.encoded, public), details)
    return Key(algorithm, _computed(whole or element.encoded), details)


def from_pkcs1_private(element: Element) -> Key:
    """Read an RSAPrivateKey (RFC 8017 appendix A.1.2)."""
    fields = element.expect(der.SEQUENCE).first(3)
    if len(fields) < 3 or fields[0].integer() not in (0, 1):
        raise Malformed("not an RSA private key")
    return rsa(fields[1].magnitude(), fields[2].magnitude())


def from_pkcs1_public(element: Element) -> Key:
    """Read an RSAPublicKey (RFC 8017 appendix A.1.1)."""
    fields = element.expect(der.SEQUENCE).first(2)
    if len(fields) < 2:
        raise Malformed("not an RSA public key")
    return rsa(fields[0].magnitude(), fields[1].magnitude())


def from_dsa_private(element: Element) -> Key:
    """Read the DSA private key of OpenSSL's traditional format: 0, p, q, g, y, x."""
    fields = element.expect(der.SEQUENCE).first(5)
    if len(fields) < 5:
        raise Malformed("not a DSA private key")
    return dsa(*(field.magnitude() for field in fields[1:]))


def rsa(modulus: int, exponent: int) -> Key:
    """Build an RSA key from its public numbers."""
    if modulus <= 0 or exponent <= 0:
        raise Malformed("RSA modulus or exponent is zero")
    numbers = der.write(der.SEQUENCE, der.write_integer(modulus) + der.write_integer(exponent))
    algorithm = Asset.of(Kind.ALGORITHM, "RSA", size=modulus.bit_length())
    return Key(algorithm, der.write_spki(_RSA_IDENTIFIER, numbers))


def dsa(p: int, q: int, g: int, y: int) -> Key:
    """Build a DSA key from its public numbers."""
    if min(p, q, g, y) <= 0:
        raise Malformed("a DSA number is zero")
    domain = der.write(der.SEQUENCE, b"".join(map(der.write_integer, (p, q, g))))
    identifier = der.write(der.SEQUENCE, der.write_oid("1.2.840.10040.4.1") + domain)
    algorithm = Asset.of(Kind.ALGORITHM, "DSA", size=p.bit_length())
    return Key(algorithm, der.write_spki(identifier, der.write_integer(y)))


def raw(oid: str, octets: bytes, curve_oid: str = "") -> Key:
    """Build a key whose octets are its public key: EdDSA (RFC 8410), or a point on a named curve (RFC 5480)."""
    encoded = der.write_oid(oid) + (der.write_oid(curve_oid) if curve_oid else b"")
    algorithm = oids.asset(curve_oid or oid)
    if algorithm is None:
        raise Malformed("no such algorithm")
    return Key(algorithm, der.write_spki(der.write(der.SEQUENCE, encoded), octets))


def _rsa_in_pkcs8(identifier: Identifier, secret: Element) -> Key:
    key = from_pkcs1_private(der.read(secret.data, secret.body, secret.end))
    if identifier.asset.family == "RSA":
        return key
    # The key is bound to a scheme (id-RSASSA-PSS): its identifier is part of the public key's encoding.
    algorithm = _with_size(_restricted(identifier), key.algorithm.get("size"))
    numbers = der.read(key.spki or b"").first(2)[1].bits()
    return Key(algorithm, der.write_spki(identifier.encoded, numbers))


def _sized(identifier: Identifier, octets: bytes) -> tuple[Asset, Details]:
    """Complete what an identifier names by the size or curve in its parameters or in the key's octets."""
    asset = identifier.asset
    base = algorithms.family(asset.family).base
    if base == "RSA":
        return _with_size(_restricted(identifier), _modulus_bits(octets)), ()
    if asset.family in ("DSA", "FFDH"):
        return over_prime(asset, identifier.parameters), ()
    if asset.family in ("EC", "ECDH", "MQV"):
        return _on_curve(asset, identifier.parameters)
    return asset, ()


def _restricted(identifier: Identifier) -> Asset:
    if identifier.asset.family == "RSASSA-PSS" and identifier.parameters is not None:
        return Asset.of(Kind.ALGORITHM, "RSASSA-PSS", digest=identifiers.pss_digest(identifier.parameters))
    return identifier.asset


def _on_curve(asset: Asset, parameters: Element | None) -> tuple[Asset, Details]:
    """Place a key on its named curve; with explicit parameters only the field's size is claimed.

    The prime alone does not name a curve: a different generator over the same prime is CVE-2020-0601. Where all the
    parameters are those of a known curve, it is that curve.
    """
    if parameters is None or parameters.tag not in (der.OBJECT_IDENTIFIER, der.SEQUENCE):
        return asset, ()
    if parameters.tag == der.SEQUENCE:
        curve = _explicit_curve(parameters)
        named = (
            Asset.of(asset.kind, asset.family, curve=curve) if curve else _with_size(asset, field_bits(parameters))
        )
        return named, (("curve-parameters", "explicit"),)
    oid = parameters.oid()
    found = oids.asset(oid)
    if found is not None and found.family == "SM2":
        return found, ()
    if found is None or found.get("curve") is None:
        return asset, (("curve-oid", oid),)
    return Asset.of(Kind.ALGORITHM, asset.family, curve=found.get("curve")), ()


def _explicit_curve(parameters: Element) -> str | None:
    """Return the curve whose parameters (X9.62 ECParameters) these are, all of them, or None.

    `cryptography` compares prime, coefficients, generator and order when it loads a key; the generator itself is
    the point that it is given.
    """
    try:
        base = parameters.first(4)[3].expect(der.OCTET_STRING).content
        identifier = der.write(der.SEQUENCE, _EC_OID + parameters.encoded)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            key = serialization.load_der_public_key(der.write_spki(identifier, base))
    except (Malformed, IndexError, ValueError, TypeError, UnsupportedAlgorithm, InternalError):
        return None
    return names.curve(key.curve.name) if isinstance(key, ec.EllipticCurvePublicKey) else None


def field_bits(parameters: Element) -> int | None:
    """Return the bit length of the prime field of explicit ECParameters (X9.62), or None."""
    try:
        field = parameters.first(2)[1]
        prime = field.expect(der.SEQUENCE).first(2)[1]
        return prime.magnitude().bit_length() or None
    except (Malformed, IndexError):
        return None


def over_prime(asset: Asset, domain: Element | None) -> Asset:
    """Complete DSA or Diffie-Hellman by the prime its domain parameters begin with, and a known group's name."""
    prime = _first_integer(domain)
    if prime is None:
        return asset
    group = _groups().get(prime) if asset.family == "FFDH" else None
    return Asset.of(asset.kind, asset.family, size=prime.bit_length(), group=group)


def domain(root: Element, fields: list[Element]) -> Asset | None:
    """Return the Diffie-Hellman or DSA parameters that integers without a label are beyond doubt, or None.

    A prime of a standard group is one; otherwise the order of the subgroup, which divides the prime less one,
    stands second in DSA's parameters (RFC 3279 section 2.3.2) and third in those of X9.42 (section 2.3.3).
    """
    prime = fields[0].magnitude()
    if prime in _groups():
        return over_prime(FFDH, root)
    if not _SMALLEST_PRIME_BITS <= prime.bit_length() <= _LARGEST_PRIME_BITS:
        return None
    for algorithm, position in ((DSA, 1), (FFDH, 2)):
        order = fields[position].magnitude() if position < len(fields) else 0
        if order.bit_length() >= _SMALLEST_ORDER_BITS and not (prime - 1) % order:
            return over_prime(algorithm, root)
    return None


@cache
def _groups() -> dict[int, str]:
    return {group.prime: group.name for group in groups.groups().values()}


def _with_size(asset: Asset, size: int | str | None) -> Asset:
    return replace(asset, parameters=Asset.of(asset.kind, "", **dict(asset.parameters), size=size).parameters)


def _modulus_bits(octets: bytes) -> int | None:
    try:
        modulus = _first_integer(der.read(octets))
    except Malformed:
        return None
    return modulus.bit_length() if modulus else None


def _first_integer(element: Element | None) -> int | None:
    """Return the first INTEGER of a SEQUENCE (a modulus or a field prime) when it is not zero."""
    try:
        value = element.expect(der.SEQUENCE).first(1)[0].magnitude() if element else 0
    except (Malformed, IndexError):
        return None
    return value or None


def _computed(private: bytes) -> bytes | None:
    """Return the SubjectPublicKeyInfo of an encoded private key, or None when `cryptography` cannot load it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            key = serialization.load_der_private_key(private, None, unsafe_skip_rsa_key_validation=True)
            return key.public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
    except (ValueError, TypeError, UnsupportedAlgorithm, InternalError):
        return None
