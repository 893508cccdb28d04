"""Where a mapped ELF library keeps the addresses of the functions it imports (System V gABI, 64-bit, RELA)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pqc_migrate.errors import ProviderUnavailable

_MAGIC = b"\x7fELF\x02"
_LOAD, _DYNAMIC = 1, 2
_NEEDED, _PLTRELSZ, _STRTAB, _SYMTAB, _RELA, _RELASZ, _STRSZ, _JMPREL = 1, 2, 5, 6, 7, 8, 10, 23
_PAGE = 4096


@dataclass(frozen=True, slots=True)
class Imports:
    """What a library asks of others; addresses are relative to where it is mapped."""

    needed: tuple[str, ...]
    slots: tuple[tuple[str, int], ...]
    """(symbol, address of the pointer through which it is called)."""
    first: int
    """Address of its first segment, rounded down to a page."""


def imports(path: str) -> Imports:
    """Read a library's needed libraries and import slots; `ProviderUnavailable` when it is not such a file."""
    try:
        return _Reader(Path(path).read_bytes()).imports()
    except (OSError, struct.error, ValueError, LookupError, OverflowError, StopIteration) as error:
        raise ProviderUnavailable(f"{path}: import slots cannot be read: {error!r}") from error


class _Reader:
    def __init__(self, data: bytes) -> None:
        if not data.startswith(_MAGIC):
            raise ValueError("not a 64-bit ELF file")
        self._data = data
        self._order = "<" if data[5] == 1 else ">"
        headers, size, count = self._at("Q", 32)[0], *self._at("HH", 54)
        found = [self._at("IIQQQQQQ", headers + place * size) for place in range(count)]
        self._loads = [(vaddr, offset, length) for kind, _, offset, vaddr, _, length, *_ in found if kind == _LOAD]
        offset, length = next((h[2], h[5]) for h in found if h[0] == _DYNAMIC)
        pairs = (self._at("QQ", offset + at) for at in range(0, length, 16))
        self._dynamic = [(tag, value) for tag, value in pairs]

    def imports(self) -> Imports:
        named = dict(self._dynamic)
        strings = self._offset(named[_STRTAB])
        needed = tuple(self._string(strings + value) for tag, value in self._dynamic if tag == _NEEDED)
        tables = [(named[_JMPREL], named[_PLTRELSZ])] if _JMPREL in named else []
        tables += [(named[_RELA], named[_RELASZ])] if _RELA in named else []
        slots = tuple(
            slot for table in tables for slot in self._slots(*table, self._offset(named[_SYMTAB]), strings)
        )
        return Imports(needed, slots, min(vaddr for vaddr, _, _ in self._loads) // _PAGE * _PAGE)

    def _slots(self, table: int, size: int, symbols: int, strings: int) -> Iterator[tuple[str, int]]:
        start = self._offset(table)
        for at in range(start, start + size, 24):
            address, info, _ = self._at("QQq", at)
            if info >> 32:
                (name,) = self._at("I", symbols + (info >> 32) * 24)
                yield self._string(strings + name), address

    def _offset(self, vaddr: int) -> int:
        return next(offset + vaddr - start for start, offset, length in self._loads if 0 <= vaddr - start < length)

    def _string(self, at: int) -> str:
        return self._data[at : self._data.index(b"\0", at)].decode("ascii", "replace")

    def _at(self, form: str, offset: int) -> tuple[int, ...]:
        return struct.unpack_from(self._order + form, self._data, offset)
