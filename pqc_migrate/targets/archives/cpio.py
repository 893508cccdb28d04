"""cpio archives of the new portable format (cpio(5), "newc"), and RPM packages, whose payload is one.

An RPM package is a lead, a signature header and a header, then the compressed payload (RPM package format v4).
"""

from __future__ import annotations

import stat
import struct
from collections.abc import Iterator
from typing import BinaryIO, cast

from pqc_migrate.model.inventory import Diagnostic, Skip
from pqc_migrate.targets.archives.member import BadArchive, Budget, Member, place
from pqc_migrate.targets.archives.streams import DECOMPRESSORS, Forward

_HEADER = 110
_LAST = "TRAILER!!!"
_LONGEST_NAME = 4096
_LEAD = 96
_RPM_HEADER = b"\x8e\xad\xe8\x01"
_PAYLOADS = {b"\x1f\x8b": "gzip", b"BZ": "bzip2", b"\xfd7": "xz", b"\x28\xb5": "zstd"}


def of_rpm(file: BinaryIO, path: str, budget: Budget) -> Iterator[Member | Diagnostic]:
    """Yield the files of an RPM package's payload."""
    position = _after_header(file, _LEAD)
    position = _after_header(file, position + -position % 8)
    file.seek(position)
    magic = file.read(2)
    file.seek(position)
    name = _PAYLOADS.get(magic)
    if name is None:
        raise BadArchive("the payload of the package is packed in a form that is not read")
    yield from members(cast(BinaryIO, Forward(DECOMPRESSORS[name](file), budget)), path, budget)


def _after_header(file: BinaryIO, position: int) -> int:
    file.seek(position)
    intro = file.read(16)
    if len(intro) < 16 or not intro.startswith(_RPM_HEADER):
        raise BadArchive("damaged: no RPM header where one must be")
    entries, size = struct.unpack(">II", intro[8:])
    return position + 16 + int(entries) * 16 + int(size)


def members(file: BinaryIO, path: str, budget: Budget) -> Iterator[Member | Diagnostic]:
    """Yield the regular files; of hard links the one that carries the content."""
    position = file.tell()
    while True:
        file.seek(position)
        header = file.read(_HEADER)
        if len(header) < _HEADER or header[:6] not in (b"070701", b"070702"):
            raise BadArchive("damaged: no cpio header where one must be")
        mode, size, length = (_number(header, field) for field in (1, 6, 11))
        if length > _LONGEST_NAME:
            raise BadArchive("a name in it is longer than any real one")
        name = file.read(length).rstrip(b"\0").decode("utf-8", "replace")
        if name == _LAST:
            return
        start = _aligned(position + _HEADER + length)
        position = _aligned(start + size)
        budget.member()
        if not stat.S_ISREG(mode) or not size:
            continue
        try:
            where = place(path, name.lstrip("/"))
        except BadArchive as error:
            yield Diagnostic(path, Skip.HOSTILE, str(error))
            continue
        file.seek(start)
        yield Member(where, size, _Reader(file, size))


def _number(header: bytes, field: int) -> int:
    try:
        return int(header[6 + 8 * field : 14 + 8 * field], 16)
    except ValueError as error:
        raise BadArchive("damaged: no number in a cpio header") from error


def _aligned(position: int) -> int:
    return position + -position % 4


class _Reader:
    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = size

    def __call__(self, size: int) -> bytes:
        data = self._file.read(min(size, self._left))
        self._left -= len(data)
        return data
