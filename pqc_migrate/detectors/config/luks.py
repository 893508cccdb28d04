"""Detector: headers of encrypted volumes (LUKS1 and LUKS2 at the start of a disk image or a header backup).

Sources: LUKS1 On-Disk Format Specification 1.2.3, figure 1; LUKS2 On-Disk Format Specification 1.1, sections 2
and 3. The header is in the clear: what encrypts the volume, and how each passphrase becomes the key of its
slot.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pqc_migrate.catalog import algorithms, dm_crypt, names
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.report import Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind, Skip, Technique
from pqc_migrate.model.target import SourceFile

_MAGIC = b"LUKS\xba\xbe"
_SLOT_IN_USE = 0x00AC71F3
_LUKS1_SIZE = 592
_JSON_AT = 4096
_LONGEST_JSON = 4 * 1024 * 1024
_ARGON2 = {"argon2i": "i", "argon2id": "id"}


def _wants(file: SourceFile) -> bool:
    return file.data.startswith(_MAGIC)


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    version = int.from_bytes(file.data[6:8], "big")
    document = Document(file.path, "", Technique.CONFIG)
    setting = Setting(document, f"luks/luks{version if version in (1, 2) else ''}", "LUKS")
    if version == 1 and len(file.data) >= _LUKS1_SIZE:
        claims = _luks1(setting, file.data)
    elif version == 2:
        claims = _luks2(setting, file.data)
    else:
        claims = iter((_malformed(setting, "an unknown version or a header that is cut off"),))
    for claim in claims:
        yield replace(claim, technique=Technique.PARSER) if isinstance(claim, Finding) else claim


def _malformed(setting: Setting, message: str) -> Diagnostic:
    return Diagnostic(setting.document.path, Skip.MALFORMED, f"LUKS: {message}", 1, setting.rule)


def _text(data: bytes) -> str:
    return data.split(b"\0")[0].decode("ascii", "replace")


def _luks1(setting: Setting, data: bytes) -> Iterator[Finding | Diagnostic]:
    """Read the fixed fields: cipher, mode, hash, size of the key, and eight slots."""
    specification = f"{_text(data[8:40])}-{_text(data[40:72])}"
    yield _cipher(setting, specification, int.from_bytes(data[108:112], "big") * 8, 8)
    slots = [data[208 + 48 * number : 256 + 48 * number] for number in range(8)]
    used = [slot for slot in slots if int.from_bytes(slot[:4], "big") == _SLOT_IN_USE]
    if used:
        iterations = min(int.from_bytes(slot[4:8], "big") for slot in used)
        details = (("iterations", str(iterations)), ("key-slots", str(len(used))))
        yield _pbkdf2(setting, _text(data[72:104]), details, 72)


def _luks2(setting: Setting, data: bytes) -> Iterator[Finding | Diagnostic]:
    """Read the JSON area: segments of the volume, key slots with their derivation."""
    size = min(int.from_bytes(data[8:16], "big"), _LONGEST_JSON)
    try:
        area = json.loads(data[_JSON_AT:size].split(b"\0")[0])
        segments, slots = area["segments"].values(), area["keyslots"].values()
        sizes = {slot["key_size"] * 8 for slot in slots if slot.get("type") == "luks2"}
        ciphers = {str(one["encryption"]) for one in segments if one.get("type") == "crypt"}
        derived = [slot["kdf"] for slot in slots if "kdf" in slot]
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        yield _malformed(setting, "the JSON area cannot be read")
        return
    for specification in sorted(ciphers):
        yield _cipher(setting, specification, next(iter(sizes)) if len(sizes) == 1 else None, _JSON_AT)
    for kdf in {json.dumps(_kind(one), sort_keys=True): one for one in derived}.values():
        same = [one for one in derived if _kind(one) == _kind(kdf)]
        yield _derivation(setting, kdf, len(same))


def _kind(kdf: Any) -> tuple[str, str]:
    return (str(kdf.get("type", "")), str(kdf.get("hash", ""))) if isinstance(kdf, dict) else ("", "")


def _derivation(setting: Setting, kdf: Any, count: int) -> Finding | Diagnostic:
    kind, digest = _kind(kdf)
    details = [(name, str(kdf[key])) for name, key in _COSTS if isinstance(kdf.get(key), int)]
    details.append(("key-slots", str(count)))
    if kind == "pbkdf2":
        return _pbkdf2(setting, digest, tuple(details), _JSON_AT)
    if kind in _ARGON2:
        asset = Asset.of(Kind.ALGORITHM, "Argon2", variant=_ARGON2[kind])
        return setting.finding(
            Word("", _JSON_AT), asset, reason="key derivation of a LUKS header", details=tuple(details)
        )
    return _malformed(setting, "a key derivation that is not known")


_COSTS = (("iterations", "iterations"), ("iterations", "time"), ("memory-KiB", "memory"), ("parallelism", "cpus"))


def _cipher(setting: Setting, specification: str, bits: int | None, offset: int) -> Finding | Diagnostic:
    asset = dm_crypt.cipher(specification, bits)
    if asset is None:
        return _malformed(setting, "a cipher that is not known")
    return setting.finding(Word("", offset), asset, reason="cipher of a LUKS header")


def _pbkdf2(
    setting: Setting, digest: str, details: tuple[tuple[str, str], ...], offset: int
) -> Finding | Diagnostic:
    hashed = names.lookup("digests", digest)
    if hashed is None:
        return _malformed(setting, "a hash that is not known")
    asset = Asset.of(Kind.ALGORITHM, "PBKDF2", digest=algorithms.name(hashed))
    return setting.finding(Word("", offset), asset, reason="key derivation of a LUKS header", details=details)


DETECTOR = Detector("luks", frozenset, _wants, _detect)
