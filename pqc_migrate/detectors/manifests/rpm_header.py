"""The header of one package as rpm's databases keep it.

Two 32-bit numbers (entries, bytes of data), then entries of tag, type, offset and count, then the data; all big
endian (rpm's "Package file format" V4, section Header Structure, without the magic).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

_ENTRY = struct.Struct(">IIII")
_NUMBERS = struct.Struct(">II")
_TAGS = {1000: "name", 1001: "version", 1002: "release", 1003: "epoch", 1022: "arch", 1044: "source"}
"""rpmtag.h."""
_INT32, _STRING = 4, 6
_MOST_ENTRIES = 65_536
_LONGEST = 256


@dataclass(frozen=True, slots=True)
class Header:
    """What names one installed package."""

    name: str
    version: str
    release: str
    epoch: int | None
    arch: str
    source: str
    """File name of the source package."""


def parse(blob: bytes) -> Header | None:
    """Return what a header says, or None when the bytes are none."""
    if len(blob) < _NUMBERS.size:
        return None
    entries, size = _NUMBERS.unpack_from(blob)
    data = _NUMBERS.size + entries * _ENTRY.size
    if not 0 < entries <= _MOST_ENTRIES or data + size > len(blob):
        return None
    values: dict[str, str] = {}
    for index in range(entries):
        tag, kind, offset, count = _ENTRY.unpack_from(blob, _NUMBERS.size + index * _ENTRY.size)
        if tag in _TAGS and count >= 1 and offset < size:
            values.setdefault(_TAGS[tag], _value(blob, kind, data + offset, data + size))
    if not values.get("name") or not values.get("version"):
        return None
    epoch = values.get("epoch", "")
    return Header(
        values["name"], values["version"], values.get("release", ""), int(epoch) if epoch else None,
        values.get("arch", ""), values.get("source", ""),
    )  # fmt: skip


def _value(blob: bytes, kind: int, start: int, stop: int) -> str:
    """Return a string or the first number; empty when it is neither or does not fit."""
    if kind == _INT32 and start + 4 <= stop:
        return str(int.from_bytes(blob[start : start + 4], "big"))
    end = blob.find(b"\0", start, min(stop, start + _LONGEST)) if kind == _STRING else -1
    return blob[start:end].decode("utf-8", "replace") if end >= 0 else ""
