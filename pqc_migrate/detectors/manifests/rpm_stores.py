"""Package headers out of rpm's three kinds of database, read from bytes: SQLite, NDB and Berkeley DB (hash).

Each yields the headers that are whole, and raises `Unreadable` where the database itself is damaged. The bytes come
from anywhere: every offset is checked, chains are followed once, and SQLite runs no schema code of the file.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterator

from pqc_migrate.detectors.manifests.dependency import Unreadable

_LARGEST_HEADER = 16 * 1024 * 1024

# SQLite (rpm lib/backend/sqlite.c)
_WAL = 18
"""Bytes 18 and 19 of the file: 2 when a write-ahead log is used (SQLite file format, section 1.3.3)."""
_STEPS = 10_000
_MOST_CALLS = 2_000

# NDB (rpm lib/backend/ndb/rpmpkg.c)
_SLOT = struct.Struct("<4sIII")
_PAGE = 4096
_BLOCK = 16
_BLOB = struct.Struct("<4sIII")

# Berkeley DB (db_page.h)
_HASH_MAGIC = 0x061561
_META_PAGE, _HASH_PAGES, _OVERFLOW = 8, (2, 13), 7
_INLINE, _OFF_PAGE = 1, 3
_PAGE_HEADER = 26


def sqlite(data: bytes) -> Iterator[bytes]:
    """Yield the blobs of table ``Packages``."""
    plain = (
        data[:_WAL] + b"\1\1" + data[_WAL + 2 :]
    )  # What a log still holds is not here; without one there is no log.
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(plain)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_HEADER)
        connection.set_progress_handler(_Patience(), _STEPS)
        kind = connection.execute("SELECT type FROM sqlite_schema WHERE name = 'Packages'").fetchall()
        if kind != [("table",)]:
            raise Unreadable("an SQLite database without rpm's table of packages")
        for (blob,) in connection.execute("SELECT blob FROM Packages"):
            if isinstance(blob, bytes):
                yield blob
    except (sqlite3.Error, OverflowError):
        raise Unreadable("a damaged SQLite database") from None
    finally:
        connection.close()


class _Patience:
    """Stop SQLite when it has taken more steps than a real database needs."""

    def __init__(self) -> None:
        self._calls = 0

    def __call__(self) -> bool:
        self._calls += 1
        return self._calls > _MOST_CALLS


def ndb(data: bytes) -> Iterator[bytes]:
    """Yield the blobs that the slots of ``Packages.db`` point to."""
    if data[:4] != b"RpmP" or len(data) < _PAGE:
        raise Unreadable("not an NDB database")
    pages = min(int.from_bytes(data[12:16], "little"), len(data) // _PAGE)
    for place in range(2 * _SLOT.size, pages * _PAGE, _SLOT.size):
        magic, package, block, count = _SLOT.unpack_from(data, place)
        if magic != b"Slot":
            raise Unreadable("a damaged NDB database")
        start = block * _BLOCK
        if not block or start + count * _BLOCK > len(data) or count * _BLOCK < _BLOB.size:
            continue
        head, owner, _, size = _BLOB.unpack_from(data, start)
        if head == b"BlbS" and owner == package and _BLOB.size + size <= count * _BLOCK:
            yield data[start + _BLOB.size : start + _BLOB.size + size]


def berkeley(data: bytes) -> Iterator[bytes]:
    """Yield the values of a hash database, whichever bucket they are in."""
    order = next((order for order in ("<", ">") if data[12:16] == struct.pack(f"{order}I", _HASH_MAGIC)), "")
    if not order or len(data) < 512 or data[25] != _META_PAGE:
        raise Unreadable("not a Berkeley DB hash database")
    if data[24]:
        raise Unreadable("an encrypted Berkeley DB database")
    (size,) = struct.unpack_from(f"{order}I", data, 20)
    if size not in (512 << shift for shift in range(8)):
        raise Unreadable("a damaged Berkeley DB database")
    pages = _Pages(data, size, order)
    for page in range(1, len(data) // size):
        if pages.type(page) in _HASH_PAGES:
            yield from pages.values(page)


class _Pages:
    """The pages of a Berkeley DB file: where items lie, and the chains of long ones."""

    def __init__(self, data: bytes, size: int, order: str) -> None:
        self._data = data
        self._size = size
        self._u16 = struct.Struct(f"{order}H")
        self._u32 = struct.Struct(f"{order}I")
        self._left = len(data)
        """Bytes of long items that may still be put together: no page belongs to two of them."""

    def type(self, page: int) -> int:
        return self._data[page * self._size + 25]

    def values(self, page: int) -> Iterator[bytes]:
        """Yield the second item of each pair: keys and values alternate."""
        start = page * self._size
        (entries,) = self._u16.unpack_from(self._data, start + 20)
        entries = min(entries, (self._size - _PAGE_HEADER) // 2)
        places = [self._u16.unpack_from(self._data, start + _PAGE_HEADER + 2 * i)[0] for i in range(entries)]
        for key, value in zip(places[::2], places[1::2], strict=False):
            if not _PAGE_HEADER <= value < self._size:
                continue
            kind = self._data[start + value]
            if kind == _INLINE and value < key <= self._size:  # items are laid from the page's end downward
                yield self._data[start + value + 1 : start + key]
            elif kind == _OFF_PAGE and value + 12 <= self._size:
                first, length = (self._u32.unpack_from(self._data, start + value + at)[0] for at in (4, 8))
                yield self._chain(first, length)

    def _chain(self, page: int, length: int) -> bytes:
        """Return a long item, or what there is of it."""
        parts: list[bytes] = []
        left = min(length, self._left, _LARGEST_HEADER)
        while left > 0 and 0 < page < len(self._data) // self._size and self.type(page) == _OVERFLOW:
            start = page * self._size
            (here,) = self._u16.unpack_from(self._data, start + 22)
            part = self._data[
                start + _PAGE_HEADER : start + _PAGE_HEADER + min(here, left, self._size - _PAGE_HEADER)
            ]
            if not part:
                break
            parts.append(part)
            left -= len(part)
            self._left -= len(part)
            (page,) = self._u32.unpack_from(self._data, start + 16)
        return b"".join(parts)
