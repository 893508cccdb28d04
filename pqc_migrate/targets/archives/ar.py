"""Unix ar archives: Debian packages (deb(5)) and static libraries, with the long names of GNU and BSD."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from pqc_migrate.model.inventory import Diagnostic, Skip
from pqc_migrate.targets.archives.member import BadArchive, Budget, Member, place

_MAGIC = 8
_HEADER = 60
_END = b"`\n"
_TABLES = frozenset({"/", "/SYM64/", "__.SYMDEF", "__.SYMDEF SORTED", "debian-binary"})
"""Symbol tables, and the version number of Debian's format."""
_LONGEST_NAMES = 1 << 22


def members(file: BinaryIO, path: str, budget: Budget) -> Iterator[Member | Diagnostic]:
    """Yield the files of the archive in their order."""
    file.seek(0, 2)
    end = file.tell()
    position = _MAGIC
    long_names = b""
    while position + _HEADER <= end:
        budget.member()
        name, size = _header(file, position)
        start = position + _HEADER
        position = start + size + size % 2
        if start + size > end:
            raise BadArchive("damaged: ends in the middle of a file")
        if name == "//":
            file.seek(start)
            long_names = file.read(min(size, _LONGEST_NAMES))
            continue
        name, skip = _long(file, name, start, long_names)
        if name in _TABLES:
            continue
        try:
            where = place(path, name)
        except BadArchive as error:
            yield Diagnostic(path, Skip.HOSTILE, str(error))
            continue
        yield Member(where, size - skip, _Reader(file, start + skip, max(0, size - skip), budget))


def _header(file: BinaryIO, position: int) -> tuple[str, int]:
    file.seek(position)
    header = file.read(_HEADER)
    size = header[48:58].strip()
    if header[58:] != _END or not size.isdigit():
        raise BadArchive("damaged: no ar header where one must be")
    return header[:16].decode("latin-1").rstrip(), int(size)


def _long(file: BinaryIO, name: str, start: int, names: bytes) -> tuple[str, int]:
    """Return a member's whole name, and how many bytes of its content the name takes (BSD)."""
    if name.startswith("#1/") and name[3:].isdigit():
        length = min(int(name[3:]), 1024)
        file.seek(start)
        return file.read(length).rstrip(b"\0").decode("utf-8", "replace"), length
    if name.startswith("/") and name[1:].isdigit():
        return names[int(name[1:]) :].partition(b"/\n")[0].decode("utf-8", "replace"), 0
    return (name[:-1] if name.endswith("/") and name != "/" else name), 0


class _Reader:
    def __init__(self, file: BinaryIO, start: int, size: int, budget: Budget) -> None:
        self._file = file
        self._at = start
        self._left = size
        self._budget = budget

    def __call__(self, size: int) -> bytes:
        self._file.seek(self._at)
        data = self._file.read(min(size, self._left))
        self._at += len(data)
        self._left -= len(data)
        self._budget.unpack(len(data))
        return data
