"""CMS SignedData beside its content (RFC 5652 section 5), with signed attributes and the signer's certificate.

`cryptography` makes it for RSA and ECDSA; for ML-DSA (RFC 9882) it is made here, with the same attributes:
content type, message digest, signing time. Verification is the same code for all of them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509 import ObjectIdentifier

_DATA = ObjectIdentifier("1.2.840.113549.1.7.1")
_SIGNED_DATA = ObjectIdentifier("1.2.840.113549.1.7.2")
_CONTENT_TYPE = ObjectIdentifier("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST = ObjectIdentifier("1.2.840.113549.1.9.4")
_SIGNING_TIME = ObjectIdentifier("1.2.840.113549.1.9.5")
_DIGESTS = {"2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.3": "sha512"}
_SHA512 = ObjectIdentifier("2.16.840.1.101.3.4.2.3")
_RSA, _ECDSA = "1.2.840.113549.1.1.1", "1.2.840.10045.4.3.2"
_EXTRA: dict[str, tuple[Any, ...]] = {
    _RSA: (padding.PKCS1v15(), hashes.SHA256()),
    _ECDSA: (ec.ECDSA(hashes.SHA256()),),
}
_OPTIONS = (
    pkcs7.PKCS7Options.DetachedSignature,
    pkcs7.PKCS7Options.Binary,
    pkcs7.PKCS7Options.NoCapabilities,
)


# RFC 5652 section 5.1 and following, as far as a detached signature by one signer needs it.


@asn1.sequence
class _Algorithm:
    oid: ObjectIdentifier
    parameters: asn1.Null | None


@asn1.sequence
class _Attribute:
    type: ObjectIdentifier
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class _Encapsulated:
    type: ObjectIdentifier


@asn1.sequence
class _IssuerAndSerial:
    issuer: asn1.TLV
    serial: int


@asn1.sequence
class _SignerInfo:
    version: int
    sid: _IssuerAndSerial
    digest: _Algorithm
    signed: Annotated[asn1.SetOf[_Attribute], asn1.Implicit(0)]
    algorithm: _Algorithm
    signature: bytes


@asn1.sequence
class _SignedData:
    version: int
    digests: asn1.SetOf[_Algorithm]
    content: _Encapsulated
    certificates: Annotated[asn1.SetOf[asn1.TLV], asn1.Implicit(0)]
    signers: asn1.SetOf[_SignerInfo]


@asn1.sequence
class _ContentInfo:
    type: ObjectIdentifier
    content: Annotated[_SignedData, asn1.Explicit(0)]


@dataclass(frozen=True, slots=True)
class Identity:
    """A private key with a certificate signed by itself."""

    key: Any
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        """The certificate's DER encoding."""
        return self.certificate.public_bytes(serialization.Encoding.DER)


def identity(key: Any, digest: hashes.SHA256 | None) -> Identity:
    """Return a signer; `digest` is None for algorithms that need none."""
    name = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Example Bank"),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, "payment-signing-01"),
        ]
    )
    now = datetime.now(UTC).replace(microsecond=0)
    builder = x509.CertificateBuilder(name, name, key.public_key(), (1 << 126) + 1, now, now + timedelta(days=365))
    return Identity(key, builder.sign(key, digest))


def sign_classical(signer: Identity, content: bytes) -> bytes:
    """Return SignedData by RSA (PKCS #1 v1.5) or ECDSA with SHA-256."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(signer.certificate, signer.key, hashes.SHA256())
    return builder.sign(serialization.Encoding.DER, _OPTIONS)


class MlDsaSigner:
    """Makes SignedData by ML-DSA: pure mode over the attributes, SHA-512 for the content (RFC 9882 section 3)."""

    def __init__(self, signer: Identity, oid: str) -> None:
        self._key, certificate = signer.key, signer.certificate
        self._algorithm = _Algorithm(oid=ObjectIdentifier(oid), parameters=None)
        self._digest = _Algorithm(oid=_SHA512, parameters=None)
        issuer = asn1.decode_der(asn1.TLV, certificate.issuer.public_bytes())
        self._sid = _IssuerAndSerial(issuer=issuer, serial=certificate.serial_number)
        self._certificates = asn1.SetOf([asn1.decode_der(asn1.TLV, signer.der)])

    def sign(self, content: bytes) -> bytes:
        """Return SignedData over `content`."""
        attributes = asn1.SetOf(
            [
                _attribute(_CONTENT_TYPE, _DATA),
                _attribute(_SIGNING_TIME, asn1.UTCTime(datetime.now(UTC).replace(microsecond=0))),
                _attribute(_MESSAGE_DIGEST, hashlib.sha512(content).digest()),
            ]
        )
        info = _SignerInfo(
            version=1,
            sid=self._sid,
            digest=self._digest,
            signed=attributes,
            algorithm=self._algorithm,
            # Section 5.4: the SET OF tag instead of [0] that the message has.
            signature=self._key.sign(asn1.encode_der(attributes)),
        )
        data = _SignedData(
            version=1,
            digests=asn1.SetOf([self._digest]),
            content=_Encapsulated(type=_DATA),
            certificates=self._certificates,
            signers=asn1.SetOf([info]),
        )
        return asn1.encode_der(_ContentInfo(type=_SIGNED_DATA, content=data))


@dataclass(frozen=True, slots=True)
class Signature:
    """What a verifier takes out of SignedData by one signer."""

    algorithm: str
    """OID."""
    signed: bytes
    """What the signature is over: the attributes' DER encoding."""
    value: bytes
    attributes_fit: bool
    """Whether content type and message digest are those of the content."""


def read(encoded: bytes, content: bytes) -> Signature:
    """Take SignedData apart; `ValueError` when it is something else."""
    found = asn1.decode_der(_ContentInfo, encoded)
    (signer,) = found.content.signers.as_list()
    attributes = {a.type: a.values.as_list() for a in signer.signed.as_list()}
    digest = hashlib.new(_DIGESTS[signer.digest.oid.dotted_string], content).digest()
    fit = found.type == _SIGNED_DATA and found.content.content.type == _DATA
    fit = fit and _only(attributes, _CONTENT_TYPE) == asn1.encode_der(_DATA)
    fit = fit and _only(attributes, _MESSAGE_DIGEST) == asn1.encode_der(digest)
    return Signature(signer.algorithm.oid.dotted_string, asn1.encode_der(signer.signed), signer.signature, fit)


def verify(public: Any, oid: str, encoded: bytes, content: bytes) -> bool:
    """Return whether SignedData is by this algorithm and key over this content.

    The certificate is not validated: that is the same work for every algorithm's messages but the first.
    """
    try:
        found = read(encoded, content)
    except (ValueError, KeyError):
        return False
    if found.algorithm != oid or not found.attributes_fit:
        return False
    try:
        public.verify(found.value, found.signed, *_EXTRA.get(oid, ()))
    except InvalidSignature:
        return False
    return True


def _attribute(type_: ObjectIdentifier, value: Any) -> _Attribute:
    return _Attribute(type=type_, values=asn1.SetOf([asn1.decode_der(asn1.TLV, asn1.encode_der(value))]))


def _only(attributes: dict[ObjectIdentifier, list[asn1.TLV]], type_: ObjectIdentifier) -> bytes | None:
    values = attributes.get(type_, [])
    return _whole(values[0]) if len(values) == 1 else None


def _whole(value: asn1.TLV) -> bytes:
    return asn1.encode_der(value)
