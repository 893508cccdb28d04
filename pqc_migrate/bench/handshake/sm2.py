"""SM2 keys and certificates, which `cryptography` cannot make: DER by hand, signed by gmssl-pyx.

X.509 of RFC 5280 with SM2 keys on sm2p256v1 (GM/T 0009, GB/T 35276) and the signature algorithm SM2 with SM3
(1.2.156.10197.1.501). What is signed is SM3(Z ‖ certificate), where Z has the identifier 1234567812345678 that
GM/T 0009 section 10 sets for whoever agrees on no other.
"""

from __future__ import annotations

import base64
import hashlib
import importlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pqc_migrate.errors import ProviderUnavailable

if TYPE_CHECKING:
    from pqc_migrate.bench.handshake.certificates import Template

SIGNER_ID = b"1234567812345678"
"""What Z is computed with (GM/T 0009 section 10)."""
_EC_PUBLIC_KEY = "1.2.840.10045.2.1"
_SM2_CURVE = "1.2.156.10197.1.301"
_SM2_WITH_SM3 = "1.2.156.10197.1.501"
_INTEGER, _BIT_STRING, _OCTETS, _OID, _SEQUENCE = 0x02, 0x03, 0x04, 0x06, 0x30
_BOOLEAN, _UTC_TIME, _GENERALIZED_TIME = 0x01, 0x17, 0x18
_LAST_UTC_YEAR = 2049


class Sm2Key:
    """An SM2 key pair; `ProviderUnavailable` without gmssl-pyx."""

    def __init__(self) -> None:
        try:
            self._gmssl: Any = importlib.import_module("gmssl_pyx")
        except ImportError as error:
            said = "gmssl-pyx is not installed: SM2 certificates cannot be issued"
            raise ProviderUnavailable(said, "pip install gmssl-pyx") from error
        self._point, self._secret = self._gmssl.sm2_key_generate()
        self.public: bytes = b"\x04" + self._point
        # RFC 5280 section 4.2.1.2, method (1): a name for the key, not a protection of anything.
        self.identifier = hashlib.sha1(self.public, usedforsecurity=False).digest()

    def certify(self, template: Template, public: bytes) -> bytes:
        """Return a certificate (DER) for an uncompressed point, signed by this key."""
        content = _to_be_signed(template, public)
        signature = self._gmssl.sm2_sign(self._secret, self._point, content, signer_id=SIGNER_ID)
        return _tlv(_SEQUENCE, content, _SIGNATURE_ALGORITHM, _tlv(_BIT_STRING, b"\0", signature))

    def private_pem(self) -> bytes:
        """Return the private key: PKCS #8 (RFC 5208) around an ECPrivateKey (RFC 5915), in PEM."""
        inner = _tlv(
            _SEQUENCE,
            _tlv(_INTEGER, b"\1"),
            _tlv(_OCTETS, self._secret),
            _tlv(0xA1, _tlv(_BIT_STRING, b"\0", self.public)),
        )
        der = _tlv(_SEQUENCE, _tlv(_INTEGER, b"\0"), _KEY_ALGORITHM, _tlv(_OCTETS, inner))
        return _pem("PRIVATE KEY", der)


def _to_be_signed(template: Template, public: bytes) -> bytes:
    """Return a TBSCertificate of version 3 (RFC 5280 section 4.1)."""
    extensions = [
        _tlv(
            _SEQUENCE,
            _oid(extension.oid.dotted_string),
            _tlv(_BOOLEAN, b"\xff") if critical else b"",
            _tlv(_OCTETS, extension.public_bytes()),
        )
        for extension, critical in template.extensions
    ]
    return _tlv(
        _SEQUENCE,
        _tlv(0xA0, _tlv(_INTEGER, b"\2")),
        _tlv(_INTEGER, template.serial.to_bytes(template.serial.bit_length() // 8 + 1, "big")),
        _SIGNATURE_ALGORITHM,
        template.issuer.public_bytes(),
        _tlv(_SEQUENCE, _time(template.not_before), _time(template.not_after)),
        template.subject.public_bytes(),
        _tlv(_SEQUENCE, _KEY_ALGORITHM, _tlv(_BIT_STRING, b"\0", public)),
        _tlv(0xA3, _tlv(_SEQUENCE, *extensions)),
    )


def _time(moment: datetime) -> bytes:
    """Return a time as RFC 5280 section 4.1.2.5 wants it: UTCTime until 2049."""
    if moment.year <= _LAST_UTC_YEAR:
        return _tlv(_UTC_TIME, moment.strftime("%y%m%d%H%M%SZ").encode())
    return _tlv(_GENERALIZED_TIME, moment.strftime("%Y%m%d%H%M%SZ").encode())


def _tlv(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    width = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | width)) + length.to_bytes(width, "big") + content


def _oid(dotted: str) -> bytes:
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return _tlv(_OID, *(_arc(arc) for arc in (40 * first + second, *rest)))


def _arc(value: int) -> bytes:
    octets = [value & 0x7F]
    while value := value >> 7:
        octets.append(0x80 | value & 0x7F)
    return bytes(reversed(octets))


def _pem(label: str, der: bytes) -> bytes:
    text = base64.b64encode(der).decode()
    lines = [text[i : i + 64] for i in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode()


_SIGNATURE_ALGORITHM = _tlv(_SEQUENCE, _oid(_SM2_WITH_SM3))
_KEY_ALGORITHM = _tlv(_SEQUENCE, _oid(_EC_PUBLIC_KEY), _oid(_SM2_CURVE))
