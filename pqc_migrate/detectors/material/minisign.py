"""Detector: keys and signatures of minisign and signify (minisign.h; OpenBSD usr.bin/signify/signify.c).

A line that begins with ``untrusted comment:`` stands before base64 that names its own algorithm. Of a secret key
only the header is read.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from pqc_migrate.detectors.material import keys
from pqc_migrate.detectors.material.item import Details, Item, Place
from pqc_migrate.detectors.material.keys import Key
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind, Skip
from pqc_migrate.model.target import SourceFile

MOST_KEYS = 10_000
"""Comments followed in one file; the rest is reported as not looked at."""

_COMMENT = b"untrusted comment: "
_BODY = re.compile(
    rb"untrusted comment: [^\r\n\\]{0,1024}(?:\r?\n|\\n)[ \t\"'+]{0,40}([A-Za-z0-9+/]{56,300}={0,2})"
)
_ED25519 = Asset.of(Kind.ALGORITHM, "Ed25519")
_PUBLIC, _SIGNATURE, _MINISIGN_SECRET, _SIGNIFY_SECRET = 42, 74, 158, 104
_LEGACY, _PREHASHED = b"Ed", b"ED"
_BLAKE2B = Asset.of(Kind.ALGORITHM, "BLAKE2b", size=512)


def _anchors() -> frozenset[bytes]:
    return frozenset({_COMMENT})


def _wants(file: SourceFile) -> bool:
    return any(hit.anchor == _COMMENT for hit in file.hits)


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    starts = [hit.offset for hit in file.hits if hit.anchor == _COMMENT]
    line, counted = 1, 0
    for start in starts[:MOST_KEYS]:
        match = _BODY.match(file.data, start)
        if match is None:
            continue
        line += file.data.count(b"\n", counted, match.start(1))
        counted = match.start(1)
        item = _item(match[1])
        if item is not None:
            yield Place("minisign", file.path, line, match.start(1)).finding(item)
    if len(starts) > MOST_KEYS:
        yield Diagnostic(file.path, Skip.TOO_LARGE, "more minisign keys than were decoded", rule="minisign")


def _item(text: bytes) -> Item | None:
    try:
        body = binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        return None
    if body[:2] not in (_LEGACY, _PREHASHED):
        return None
    if len(body) == _PUBLIC:
        key = keys.raw("1.3.101.112", body[10:])
        return key.item("public-key", "public-key", details=(("format", "minisign"),))
    if len(body) == _SIGNATURE:
        related = (("component", _BLAKE2B),) if body[:2] == _PREHASHED else ()
        return Item("signature", _ED25519, related, (("format", "minisign"),))
    if len(body) in (_MINISIGN_SECRET, _SIGNIFY_SECRET):
        kdf, details = _protection(body)
        related = (("secured-by", kdf),) if kdf else ()
        return Key(_ED25519).item("private-key", "private-key", related, details)
    return None


def _protection(body: bytes) -> tuple[Asset | None, Details]:
    """Return how a secret key is encrypted: by scrypt (minisign), bcrypt (signify) or not at all."""
    if len(body) == _MINISIGN_SECRET:
        form = ("format", "minisign")
        if body[2:4] != b"Sc":
            return None, (form, ("encrypted", "no"))
        operations, memory = (str(int.from_bytes(body[at : at + 8], "little")) for at in (38, 46))
        costs = (("operations-limit", operations), ("memory-bytes", memory))
        return Asset.of(Kind.ALGORITHM, "scrypt"), (form, ("encrypted", "yes"), ("kdf", "scrypt"), *costs)
    form, rounds = ("format", "signify"), int.from_bytes(body[4:8], "big")
    if not rounds:
        return None, (form, ("encrypted", "no"))
    return Asset.of(Kind.ALGORITHM, "bcrypt"), (
        form, ("encrypted", "yes"), ("kdf", "bcrypt_pbkdf"), ("iterations", str(rounds)),
    )  # fmt: skip


DETECTOR = Detector("minisign", _anchors, _wants, _detect, parses=False)
