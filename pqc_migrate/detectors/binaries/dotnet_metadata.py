"""The members that a .NET assembly references: tables of its metadata (ECMA-335 partition II, sections 22 to 24).

Only the tables up to MemberRef are read; every index is checked, and what does not fit is `Malformed`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURE = b"BSJB"
_TYPE_REF, _MEMBER_REF = 0x01, 0x0A
_MOST_ROWS = 1_000_000
_LONGEST_NAME = 512
_DEEPEST = 8

# Columns of the tables 0x00 to 0x0A (section II.22): a number of bytes, a heap, one table, or several of them.
_STRING, _GUID, _BLOB = "string", "guid", "blob"
_TYPE_DEF_OR_REF = (0x02, 0x01, 0x1B)
_RESOLUTION_SCOPE = (0x00, 0x1A, 0x23, 0x01)
_MEMBER_REF_PARENT = (0x02, 0x01, 0x1A, 0x06, 0x1B)
_COLUMNS: dict[int, tuple[int | str | tuple[int, ...], ...]] = {
    0x00: (2, _STRING, _GUID, _GUID, _GUID),
    _TYPE_REF: (_RESOLUTION_SCOPE, _STRING, _STRING),
    0x02: (4, _STRING, _STRING, _TYPE_DEF_OR_REF, (0x04,), (0x06,)),
    0x03: ((0x04,),),
    0x04: (2, _STRING, _BLOB),
    0x05: ((0x06,),),
    0x06: (4, 2, 2, _STRING, _BLOB, (0x08,)),
    0x07: ((0x08,),),
    0x08: (2, 2, _STRING),
    0x09: ((0x02,), _TYPE_DEF_OR_REF),
    _MEMBER_REF: (_MEMBER_REF_PARENT, _STRING, _BLOB),
}
_TAG_BITS = {_TYPE_DEF_OR_REF: 2, _RESOLUTION_SCOPE: 2, _MEMBER_REF_PARENT: 3}


class Malformed(ValueError):
    """Not metadata, or metadata that is cut short."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member that the assembly uses of another one."""

    type_name: str
    """Namespace and type, nested types with a dot."""
    name: str
    """``.ctor`` for a constructor, ``get_X`` and ``set_X`` for a property."""
    offset: int
    """Where its name stands in the file."""


@dataclass(frozen=True, slots=True)
class _Table:
    start: int
    rows: int
    columns: tuple[int, ...]
    """Bytes of each column."""

    @property
    def width(self) -> int:
        return sum(self.columns)


class Metadata:
    """The metadata that begins at an offset of a file."""

    def __init__(self, data: bytes, root: int) -> None:
        self._data = data
        streams = _streams(data, root)
        if "#~" not in streams or "#Strings" not in streams:
            raise Malformed("has no tables")
        self._strings = streams["#Strings"]
        self._tables = _tables(data, streams["#~"])

    def members(self) -> Iterator[Member]:
        """Yield every member that is referenced through a type of another assembly."""
        for row in range(self._tables[_MEMBER_REF].rows if _MEMBER_REF in self._tables else 0):
            parent, name, _ = self._row(_MEMBER_REF, row)
            tag, index = parent & 7, parent >> 3
            if tag == 1 and index:
                type_name = self._type_name(index - 1)
                yield Member(type_name, self._string(name), self._strings + name)

    def _type_name(self, row: int) -> str:
        parts: list[str] = []
        for _ in range(_DEEPEST):
            scope, name, namespace = self._row(_TYPE_REF, row)
            parts.insert(0, self._string(name).partition("`")[0])
            if scope & 3 != 3 or not scope >> 2:
                space = self._string(namespace)
                return ".".join([space, *parts] if space else parts)
            row = (scope >> 2) - 1
        raise Malformed("types are nested too deep")

    def _row(self, number: int, row: int) -> tuple[int, ...]:
        table = self._tables.get(number)
        if table is None or not 0 <= row < table.rows:
            raise Malformed("an index leads out of its table")
        at = table.start + row * table.width
        if at + table.width > len(self._data):
            raise Malformed("cut short")
        values = []
        for size in table.columns:
            values.append(int.from_bytes(self._data[at : at + size], "little"))
            at += size
        return tuple(values)

    def _string(self, index: int) -> str:
        start = self._strings + index
        end = self._data.find(b"\0", start, start + _LONGEST_NAME)
        if end < 0:
            raise Malformed("a name does not end")
        return self._data[start:end].decode("utf-8", "replace")


def _streams(data: bytes, root: int) -> dict[str, int]:
    """Return where each stream begins (section II.24.2.1)."""
    if data[root : root + 4] != SIGNATURE:
        raise Malformed("not metadata")
    at = root + 16 + _u4(data, root + 12)
    count = int.from_bytes(data[at + 2 : at + 4], "little")
    at += 4
    found = {}
    for _ in range(min(count, 16)):
        name = data[at + 8 : at + 40].partition(b"\0")[0]
        found[name.decode("ascii", "replace")] = root + _u4(data, at)
        at += 8 + (len(name) + 4 & ~3)
    return found


def _tables(data: bytes, start: int) -> dict[int, _Table]:
    """Return the tables that can be read (section II.24.2.6)."""
    heaps = data[start + 6] if start + 6 < len(data) else 0
    valid = int.from_bytes(data[start + 8 : start + 16], "little")
    at = start + 24
    rows: dict[int, int] = {}
    for number in range(64):
        if valid >> number & 1:
            rows[number] = _u4(data, at)
            at += 4
    if max(rows.values(), default=0) > _MOST_ROWS:
        raise Malformed("has more rows than are read")
    found = {}
    for number, columns in _COLUMNS.items():
        if number in rows:
            sizes = tuple(_size(column, heaps, rows) for column in columns)
            found[number] = _Table(at, rows[number], sizes)
            at += found[number].width * rows[number]
    return found


def _size(column: int | str | tuple[int, ...], heaps: int, rows: dict[int, int]) -> int:
    if isinstance(column, int):
        return column
    if isinstance(column, str):
        return 4 if heaps & {_STRING: 1, _GUID: 2, _BLOB: 4}[column] else 2
    largest = max(rows.get(number, 0) for number in column)
    return 4 if largest >= 1 << (16 - _TAG_BITS.get(column, 0)) else 2


def _u4(data: bytes, at: int) -> int:
    if at < 0 or at + 4 > len(data):
        raise Malformed("cut short")
    return int.from_bytes(data[at : at + 4], "little")
