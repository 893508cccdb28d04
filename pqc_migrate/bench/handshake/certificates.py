"""Issue what a handshake needs: a root, an intermediate, and a leaf for each side; all keys of one kind.

The certificates have what a private authority puts into them (RFC 5280): names, basic constraints, key usage,
extended key usage, subject alternative name and key identifiers. Those of a public authority carry some 300 to
500 bytes more (certificate transparency, policies, addresses of revocation lists).
"""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ssl import DER_cert_to_PEM_cert
from typing import Any, Protocol

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pqc_migrate.bench.handshake.sm2 import Sm2Key
from pqc_migrate.catalog.handshakes import Chain
from pqc_migrate.errors import ProviderUnavailable

SERVER_NAME = "bank.example"
"""A name of RFC 2606, which nobody has."""
CLIENT_NAME = "terminal.bank.example"
_VALID_DAYS = 90


@dataclass(frozen=True, slots=True)
class Template:
    """What stands in a certificate besides its key and signature."""

    subject: x509.Name
    issuer: x509.Name
    serial: int
    not_before: datetime.datetime
    not_after: datetime.datetime
    extensions: tuple[tuple[x509.ExtensionType, bool], ...]
    """Each with whether it is critical."""


class Key(Protocol):
    """A key pair that can be certified and can certify."""

    @property
    def identifier(self) -> bytes:
        """The key identifier (RFC 5280 section 4.2.1.2)."""

    @property
    def public(self) -> Any:
        """The public half, as the same kind of key takes it in `certify`."""

    def certify(self, template: Template, public: Any) -> bytes:
        """Return a certificate (DER) for a public key, signed by this one."""

    def private_pem(self) -> bytes:
        """Return the private key, PKCS #8 in PEM."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What one side shows."""

    certificates: tuple[bytes, ...]
    """DER, the leaf first, without the root."""
    private_pem: bytes

    @property
    def chain_pem(self) -> bytes:
        """The certificates in PEM."""
        return b"".join(_pem(der) for der in self.certificates)


@dataclass(frozen=True, slots=True)
class Credentials:
    """Everything both sides of a handshake need."""

    root_pem: bytes
    server: Identity
    client: Identity


def issue(chain: Chain) -> Credentials:
    """Make keys and certificates; `ProviderUnavailable` when nothing here can make that kind."""
    make = _MAKERS.get(chain.name)
    if make is None:
        raise ProviderUnavailable(f"no issuer for certificates with {chain.name}")
    root, intermediate = make(), make()
    names = {role: _name(f"{chain.name} {role}") for role in ("root", "intermediate")}
    root_der = root.certify(_authority(names["root"], names["root"], root, root, 1), root.public)
    middle = _authority(names["intermediate"], names["root"], intermediate, root, 0)
    middle_der = root.certify(middle, intermediate.public)

    def identity(name: str, purpose: x509.ObjectIdentifier) -> Identity:
        key = make()
        template = _leaf(name, names["intermediate"], key, intermediate, purpose)
        return Identity((intermediate.certify(template, key.public), middle_der), key.private_pem())

    return Credentials(
        root_pem=_pem(root_der),
        server=identity(SERVER_NAME, ExtendedKeyUsageOID.SERVER_AUTH),
        client=identity(CLIENT_NAME, ExtendedKeyUsageOID.CLIENT_AUTH),
    )


class _CryptographyKey:
    """A key that `cryptography` can sign certificates with."""

    def __init__(self, private: Any) -> None:
        self._private = private
        self.public = private.public_key()
        self.identifier = x509.SubjectKeyIdentifier.from_public_key(self.public).digest

    def certify(self, template: Template, public: Any) -> bytes:
        builder = x509.CertificateBuilder(
            template.issuer, template.subject, public, template.serial, template.not_before, template.not_after
        )
        for extension, critical in template.extensions:
            builder = builder.add_extension(extension, critical)
        certificate = builder.sign(self._private, self._digest())
        return certificate.public_bytes(serialization.Encoding.DER)

    def private_pem(self) -> bytes:
        pem: bytes = self._private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return pem

    def _digest(self) -> hashes.SHA256 | hashes.SHA384 | None:
        if isinstance(self._private, ec.EllipticCurvePrivateKey):
            return hashes.SHA384() if self._private.key_size > 256 else hashes.SHA256()
        return hashes.SHA256() if isinstance(self._private, rsa.RSAPrivateKey) else None


def _mldsa(parameters: str) -> Key:
    try:
        return _CryptographyKey(getattr(mldsa, f"MLDSA{parameters}PrivateKey").generate())
    except UnsupportedAlgorithm as error:  # built against an OpenSSL before 3.5
        raise ProviderUnavailable(f"the OpenSSL of cryptography has no ML-DSA-{parameters}: {error}") from error


_MAKERS: Mapping[str, Callable[[], Key]] = {
    "RSA-2048": lambda: _CryptographyKey(rsa.generate_private_key(65537, 2048)),
    "RSA-3072": lambda: _CryptographyKey(rsa.generate_private_key(65537, 3072)),
    "ECDSA-P-256": lambda: _CryptographyKey(ec.generate_private_key(ec.SECP256R1())),
    "ECDSA-P-384": lambda: _CryptographyKey(ec.generate_private_key(ec.SECP384R1())),
    "Ed25519": lambda: _CryptographyKey(ed25519.Ed25519PrivateKey.generate()),
    "ML-DSA-44": lambda: _mldsa("44"),
    "ML-DSA-65": lambda: _mldsa("65"),
    "ML-DSA-87": lambda: _mldsa("87"),
    "SM2": Sm2Key,
}


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example Bank"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _authority(subject: x509.Name, issuer: x509.Name, key: Key, signer: Key, below: int) -> Template:
    usage = _usage(key_cert_sign=True, crl_sign=True, digital_signature=False)
    extensions = ((x509.BasicConstraints(True, below), True), (usage, True))
    return _template(subject, issuer, key, signer, extensions)


def _leaf(name: str, issuer: x509.Name, key: Key, signer: Key, purpose: x509.ObjectIdentifier) -> Template:
    extensions = (
        (x509.BasicConstraints(False, None), True),
        (_usage(key_cert_sign=False, crl_sign=False, digital_signature=True), True),
        (x509.ExtendedKeyUsage([purpose]), False),
        (x509.SubjectAlternativeName([x509.DNSName(name)]), False),
    )
    return _template(_name(name), issuer, key, signer, extensions)


def _template(
    subject: x509.Name,
    issuer: x509.Name,
    key: Key,
    signer: Key,
    extensions: tuple[tuple[x509.ExtensionType, bool], ...],
) -> Template:
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    identifiers: tuple[tuple[x509.ExtensionType, bool], ...] = (
        (x509.SubjectKeyIdentifier(key.identifier), False),
        (x509.AuthorityKeyIdentifier(signer.identifier, None, None), False),
    )
    return Template(
        subject=subject,
        issuer=issuer,
        serial=secrets.randbits(126) | 1 << 126,  # always 16 bytes, so that sizes do not vary
        not_before=now - datetime.timedelta(days=1),
        not_after=now + datetime.timedelta(days=_VALID_DAYS),
        extensions=(*extensions, *identifiers),
    )


def _usage(key_cert_sign: bool, crl_sign: bool, digital_signature: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(der: bytes) -> bytes:
    return DER_cert_to_PEM_cert(der).encode()
