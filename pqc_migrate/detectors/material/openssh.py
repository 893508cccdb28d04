"""OpenSSH's own encodings: public key blobs, certificates and private key files.

Sources: RFC 4253 section 6.6, RFC 5656, RFC 8709; OpenSSH PROTOCOL.key, PROTOCOL.certkeys and PROTOCOL.u2f.
A private key file keeps its public half in the clear, also when it is encrypted; nothing else of it is read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pqc_migrate.catalog import names, oids
from pqc_migrate.detectors.material import keys
from pqc_migrate.detectors.material.der import Malformed, Truncated
from pqc_migrate.detectors.material.distinguished import printable
from pqc_migrate.detectors.material.item import Details, Item, Related
from pqc_migrate.detectors.material.keys import Key
from pqc_migrate.model.inventory import Asset, Kind

MAGIC = b"openssh-key-v1\0"
CERTIFICATE_SUFFIX = "-cert-v01@openssh.com"

_FORMAT = (("format", "OpenSSH"),)
_HARDWARE = ("sk-ssh-", "sk-ecdsa-")
_BCRYPT = Asset.of(Kind.ALGORITHM, "bcrypt")
_MOST_KEYS = 16
_CERTIFICATE_TYPES = {1: "user", 2: "host"}
_NEVER = 2**64 - 1
_LATEST = 253402300799
"""9999-12-31T23:59:59Z, the last second that a date can print."""


@dataclass(slots=True)
class Reader:
    """Walk over the length-prefixed fields of RFC 4251 section 5."""

    data: bytes
    at: int = field(default=0)

    def take(self, count: int) -> bytes:
        """Return the next `count` octets; `Truncated` when they are not there."""
        if self.at + count > len(self.data):
            raise Truncated("a field runs past the end")
        self.at += count
        return self.data[self.at - count : self.at]

    def uint(self, octets: int = 4) -> int:
        """Return the next unsigned integer of 4 or 8 octets."""
        return int.from_bytes(self.take(octets), "big")

    def string(self) -> bytes:
        """Return the next string."""
        return self.take(self.uint())

    def text(self) -> str:
        """Return the next string as text that is safe to print."""
        return printable(self.string().decode("utf-8", "replace"))

    def integer(self) -> int:
        """Return the next multiple precision integer."""
        return int.from_bytes(self.string(), "big", signed=True)


def public(blob: bytes) -> Iterator[Item]:
    """Yield the key of a public key blob, or the certificate and its key; `Malformed` when it is none."""
    reader = Reader(blob)
    name = reader.text()
    if name.endswith(CERTIFICATE_SUFFIX):
        yield from _certificate(blob, reader, name.removesuffix(CERTIFICATE_SUFFIX))
    else:
        yield _key(reader, name).item("public-key", "public-key", details=(*_FORMAT, *_hardware(name)))
    if reader.at != len(blob):
        raise Malformed("bytes after the last field of an SSH key")


def private(data: bytes) -> Iterator[Item]:
    """Yield the keys of an ``openssh-key-v1`` file, from its clear public half and header."""
    if not data.startswith(MAGIC):
        raise Malformed("an OpenSSH private key without its magic bytes")
    reader = Reader(data, len(MAGIC))
    cipher, kdf, options = reader.text(), reader.text(), reader.string()
    related, details = _protection(cipher, kdf, options)
    count = reader.uint()
    if not 0 < count <= _MOST_KEYS:
        raise Malformed("an implausible number of keys")
    for _ in range(count):
        blob = Reader(reader.string())
        name = blob.text()
        yield _key(blob, name).item("private-key", "private-key", related, (*_FORMAT, *details, *_hardware(name)))
    reader.string()


def _key(reader: Reader, name: str) -> Key:
    # The certificate of a vendor's type keeps one "@openssh.com" for both names.
    named = names.lookup("ssh-keys", name) or names.lookup("ssh-keys", f"{name}@openssh.com")
    if named is None:
        raise Malformed("an SSH key type this program does not know")
    if named.family == "RSA":
        exponent = reader.integer()
        key = keys.rsa(reader.integer(), exponent)
    elif named.family == "DSA":
        key = keys.dsa(reader.integer(), reader.integer(), reader.integer(), reader.integer())
    elif named.family == "EC":
        curve = reader.string().decode("ascii", "replace")
        if names.curve(curve) != named.get("curve"):
            raise Malformed("an SSH key whose curve is not that of its type")
        key = keys.raw("1.2.840.10045.2.1", reader.string(), oids.oid_of(named) or "")
    else:
        key = keys.raw(oids.oid_of(named) or "", reader.string())
    if name.startswith(_HARDWARE):
        reader.string()
    return key


def _hardware(name: str) -> Details:
    return (("held-in", "FIDO token"),) if name.startswith(_HARDWARE) else ()


def _protection(cipher: str, kdf: str, options: bytes) -> tuple[Related, Details]:
    if cipher == "none":
        return (), (("encrypted", "no"),)
    parts = [names.lookup("ssh", cipher)]
    details: list[tuple[str, str]] = [("encrypted", "yes")]
    if kdf == "bcrypt":
        parts.insert(0, _BCRYPT)
        reader = Reader(options)
        reader.string()
        details += [("kdf", kdf), ("iterations", str(reader.uint()))]
    return tuple(("secured-by", part) for part in parts if part is not None), tuple(details)


def _certificate(blob: bytes, reader: Reader, name: str) -> Iterator[Item]:
    """Read an OpenSSH certificate (PROTOCOL.certkeys): nonce, key, then what the authority says about it."""
    reader.string()
    key = _key(reader, name)
    serial, kind = reader.uint(8), reader.uint()
    subject = reader.text()
    reader.string()
    after, before = reader.uint(8), reader.uint(8)
    for _ in range(3):
        reader.string()
    authority_blob = Reader(reader.string())
    authority = _key(authority_blob, authority_blob.text())
    signature = Reader(reader.string()).text()
    details: list[tuple[str, str]] = [
        ("subject", subject),
        ("serial-number", f"{serial:x}"),
        ("certificate-type", _CERTIFICATE_TYPES.get(kind, "unknown")),
        *_validity(after, before),
    ]
    related = [("public-key", key.asset("public-key")), ("issuer", authority.asset("public-key"))]
    algorithm = names.lookup("ssh", signature)
    if algorithm is not None:
        related.insert(0, ("signature-algorithm", algorithm))
    fingerprint = hashlib.sha256(blob).hexdigest()
    asset = Asset.of(Kind.CERTIFICATE, "OpenSSH", name=subject or f"{name} certificate", fingerprint=fingerprint)
    yield Item("certificate", asset, tuple(related), tuple(details))
    yield key.item("public-key", "certificate-key", details=(("format", "OpenSSH certificate"), *_hardware(name)))


def _validity(after: int, before: int) -> Iterator[tuple[str, str]]:
    if after:
        yield from _date("not-valid-before", after)
    if before == _NEVER:
        yield "expires", "never"
    else:
        yield from _date("not-valid-after", before)


def _date(label: str, seconds: int) -> Iterator[tuple[str, str]]:
    if seconds <= _LATEST:
        yield label, datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
