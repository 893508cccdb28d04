"""AlgorithmIdentifiers: signature algorithms, and the password-based schemes that protect a private key."""

from __future__ import annotations

from dataclasses import dataclass

from pqc_migrate.catalog import algorithms, names, oids
from pqc_migrate.detectors.material import der
from pqc_migrate.detectors.material.der import Element, Malformed
from pqc_migrate.detectors.material.item import Details
from pqc_migrate.model.inventory import Asset, Kind

_HMAC_SHA_1 = Asset.of(Kind.ALGORITHM, "HMAC", digest="SHA-1")
_SCHEMES = frozenset({"PBES1", "PBES2", "PKCS12-PBE", "JKS-PBE", "JCEKS-PBE"})


@dataclass(frozen=True, slots=True)
class Identifier:
    """An AlgorithmIdentifier (RFC 5280 section 4.1.1.2) as it stands."""

    oid: str
    parameters: Element | None
    encoded: bytes

    @classmethod
    def of(cls, element: Element) -> Identifier:
        """Read an AlgorithmIdentifier whose own tag was replaced (IMPLICIT)."""
        children = element.first(2)
        if not children:
            raise Malformed("empty algorithm identifier")
        return cls(children[0].oid(), children[1] if len(children) > 1 else None, element.encoded)

    @property
    def asset(self) -> Asset:
        """What the identifier alone names."""
        return oids.asset(self.oid) or Asset.of(Kind.ALGORITHM, "unlisted", variant=self.oid)


@dataclass(frozen=True, slots=True)
class Protection:
    """How a private key is encrypted, as far as its header says."""

    scheme: Asset
    parts: tuple[Asset, ...]
    details: Details


def read(element: Element) -> Identifier:
    """Read an AlgorithmIdentifier; `Malformed` when it is none."""
    return Identifier.of(element.expect(der.SEQUENCE))


def signature(element: Element) -> Asset:
    """Return the signature algorithm, with the hash that RSASSA-PSS keeps in its parameters (RFC 4055)."""
    identifier = read(element)
    asset = identifier.asset
    if asset.family == "RSASSA-PSS" and asset.get("digest") is None:
        return Asset.of(Kind.ALGORITHM, "RSASSA-PSS", digest=pss_digest(identifier.parameters))
    return asset


def pss_digest(parameters: Element | None) -> str | None:
    """Return the hash of RSASSA-PSS-params: SHA-1 when the field is left at its DEFAULT, None when unreadable."""
    if parameters is None or parameters.tag != der.SEQUENCE:
        return None
    try:
        for field in parameters.children():
            if field.tag == der.CONTEXT_0:
                return algorithms.name(read(der.read(field.data, field.body, field.end)).asset)
    except Malformed:
        return None
    return "SHA-1"


def is_password_based(asset: Asset) -> bool:
    """Return whether an algorithm is one that private keys are encrypted with under a password."""
    return asset.family in _SCHEMES


def protection(element: Element) -> Protection:
    """Read the scheme of an EncryptedPrivateKeyInfo (RFC 5958 section 3); `Malformed` when it is not one."""
    identifier = read(element)
    scheme = identifier.asset
    if scheme.family not in _SCHEMES:
        raise Malformed("encrypted by a scheme that is not password-based")
    if scheme.family == "PBES2":
        return _pbes2(identifier)
    cipher = names.lookup("pem", scheme.get("cipher") or "")
    parts = [cipher] if cipher else []
    if scheme.family == "PBES1":
        parts.append(Asset.of(Kind.ALGORITHM, "PBKDF1", digest=scheme.get("digest")))
    elif scheme.family in ("JKS-PBE", "JCEKS-PBE"):
        digest = names.lookup("digests", scheme.get("digest") or "")
        parts += [digest] if digest else []
    return Protection(scheme, tuple(parts), _iterations(identifier.parameters))


def _pbes2(identifier: Identifier) -> Protection:
    """Read PBES2-params (RFC 8018 appendix A.4)."""
    if identifier.parameters is None:
        raise Malformed("PBES2 without parameters")
    fields = identifier.parameters.expect(der.SEQUENCE).first(2)
    if len(fields) < 2:
        raise Malformed("PBES2 without an encryption scheme")
    kdf, cipher = read(fields[0]), read(fields[1]).asset
    derived, details = derivation(kdf)
    prf = _name(_pbkdf2_prf(kdf.parameters)) if derived.family == "PBKDF2" else None
    scheme = Asset.of(Kind.ALGORITHM, "PBES2", prf=prf, cipher=_name(cipher))
    return Protection(scheme, (derived, cipher), (("kdf", algorithms.name(derived)), *details))


def derivation(kdf: Identifier) -> tuple[Asset, Details]:
    """Return a key derivation function (RFC 8018 appendix A.2, RFC 7914 section 7.1) and what it costs."""
    derived = kdf.asset
    if derived.family == "PBKDF2":
        derived = Asset.of(Kind.ALGORITHM, "PBKDF2", digest=_pbkdf2_prf(kdf.parameters).get("digest"))
    return derived, _iterations(kdf.parameters, "cost" if derived.family == "scrypt" else "iterations")


def _name(asset: Asset) -> str | None:
    return None if asset.family == "unlisted" else algorithms.name(asset)


def _pbkdf2_prf(parameters: Element | None) -> Asset:
    """Return PBKDF2's prf, whose DEFAULT is HMAC-SHA-1 (RFC 8018 appendix A.2)."""
    if parameters is not None and parameters.tag == der.SEQUENCE:
        for field in parameters.first(4)[1:]:
            if field.tag == der.SEQUENCE:
                return read(field).asset
    return _HMAC_SHA_1


def _iterations(parameters: Element | None, name: str = "iterations") -> Details:
    """Return the count that follows the salt in every scheme read here."""
    if parameters is None or parameters.tag != der.SEQUENCE:
        return ()
    fields = parameters.first(2)
    if len(fields) < 2 or fields[1].tag != der.INTEGER or fields[1].end - fields[1].body > 8:
        return ()
    return ((name, str(fields[1].integer())),)
