"""Detector: PuTTY private key files (PuTTY manual, appendix C: PPK file format).

The public half stands in the clear and the header says how the private half is encrypted; that half is not read.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import replace

from pqc_migrate.catalog import names
from pqc_migrate.detectors.material import openssh
from pqc_migrate.detectors.material.der import Malformed
from pqc_migrate.detectors.material.item import Details, Item, Place, Related
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind
from pqc_migrate.model.target import SourceFile

_MAGIC = b"PuTTY-User-Key-File-"
_HEADER = re.compile(rb"([A-Za-z0-9-]{1,40}): ([^\r\n]{0,200})\r?\n?")
_MOST_LINES = 200
_MOST_HEADERS = 16
_ARGON2 = {"Argon2i": "i", "Argon2d": "d", "Argon2id": "id"}
_NUMBER = re.compile(r"[0-9]{1,10}")
_SHA1 = Asset.of(Kind.ALGORITHM, "SHA-1")


def _anchors() -> frozenset[bytes]:
    return frozenset({_MAGIC})


def _wants(file: SourceFile) -> bool:
    return file.data.startswith(_MAGIC)


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    place = Place("putty", file.path, 1, 0, "PuTTY-User-Key-File")
    try:
        yield place.finding(_key(file.data))
    except Malformed as error:
        yield place.diagnostic(error, "PuTTY key file")


def _key(data: bytes) -> Item:
    headers, blob = _read(data)
    version = next((name[len(_MAGIC) :] for name in headers if name.startswith(_MAGIC.decode())), "")
    public = next(iter(openssh.public(blob)))
    related, details = _protection(headers, version)
    asset = Asset.of(Kind.KEY, public.asset.family, **{**dict(public.asset.parameters), "type": "private-key"})
    links = (*public.related, ("public-key", public.asset), *related)
    kept = tuple(detail for detail in public.details if detail[0] != "format")
    return replace(
        public,
        what="private-key",
        asset=asset,
        related=links,
        details=(("format", f"PPK {version}"), *kept, *details),
    )


def _read(data: bytes) -> tuple[dict[str, str], bytes]:
    """Return the headers and the octets of the public key."""
    headers: dict[str, str] = {}
    blob = b""
    at = 0
    for _ in range(_MOST_HEADERS):
        match = _HEADER.match(data, at)
        if match is None or match[1] == b"Private-Lines":
            break
        at = match.end()
        value = match[2].decode("ascii", "replace")
        headers[match[1].decode("ascii")] = value
        if match[1] == b"Public-Lines":
            blob, at = _public_lines(data, at, value)
    if not blob:
        raise Malformed("no public key")
    return headers, blob


def _public_lines(data: bytes, at: int, count: str) -> tuple[bytes, int]:
    if not _NUMBER.fullmatch(count) or int(count) > _MOST_LINES:
        raise Malformed("an implausible number of lines")
    rows = []
    for _ in range(int(count)):
        end = data.find(b"\n", at, at + 200)
        if end < 0:
            raise Malformed("cut off")
        rows.append(data[at:end].strip())
        at = end + 1
    try:
        return binascii.a2b_base64(b"".join(rows), strict_mode=True), at
    except binascii.Error:
        raise Malformed("a public key that is not base64") from None


def _protection(headers: dict[str, str], version: str) -> tuple[Related, Details]:
    """Return how the private half is encrypted: AES with a key from Argon2 (version 3) or SHA-1 (1 and 2)."""
    name = headers.get("Encryption", "")
    if name == "none":
        return (), (("encrypted", "no"),)
    cipher = names.lookup("ssh", name)
    flavor = _ARGON2.get(headers.get("Key-Derivation", ""))
    details: list[tuple[str, str]] = [("encrypted", "yes")]
    derivation: Asset | None = None
    if version == "3" and flavor:
        derivation = Asset.of(Kind.ALGORITHM, "Argon2", variant=flavor)
        details.append(("kdf", f"Argon2{flavor}"))
        costs = {"Argon2-Passes": "iterations", "Argon2-Memory": "memory-kib", "Argon2-Parallelism": "parallelism"}
        for header, detail in costs.items():
            if _NUMBER.fullmatch(headers.get(header, "")):
                details.append((detail, str(int(headers[header]))))
    elif version in ("1", "2"):
        derivation = _SHA1
        details += [("kdf", "SHA-1 of the password"), ("iterations", "1")]
    return tuple(("secured-by", part) for part in (derivation, cipher) if part is not None), tuple(details)


DETECTOR = Detector("putty", _anchors, _wants, _detect)
