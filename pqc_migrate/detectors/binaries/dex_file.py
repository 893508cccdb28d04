"""The parts of a DEX file that its code needs: strings, types, members, classes (source.android.com, dex-format).

Every offset is checked against the bytes that are there; what does not fit is `Malformed`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pqc_migrate.detectors.binaries.jvm import Malformed, Reference

_LITTLE_ENDIAN = 0x12345678
_LONGEST_STRING = 4096
_MOST_MEMBERS = 1 << 16
_MOST_CLASSES = 1 << 16


@dataclass(frozen=True, slots=True)
class DexMethod:
    """One method with its code."""

    name: str
    descriptor: str
    flags: int
    offset: int
    """Where its instructions begin in the file."""
    size: int
    """Bytes of its instructions."""
    registers: int
    handlers: tuple[tuple[int, int, int], ...] = ()
    """(first, behind the last, handler) positions in the code, in bytes."""

    def line_at(self, position: int) -> int:
        """Return 0: what DEX keeps of lines is not read."""
        del position
        return 0


@dataclass(frozen=True, slots=True)
class DexClass:
    """One class."""

    name: str
    """In the internal form (``a/B``)."""
    super_name: str
    fields: tuple[tuple[str, int], ...]
    """(name, access flags)"""
    methods: tuple[DexMethod, ...]


class DexFile:
    """One DEX file, read when asked."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 0x70 or not data.startswith(b"dex\n") or self._word(data, 0x28) != _LITTLE_ENDIAN:
            raise Malformed("not a DEX file of this byte order")
        self.data = data
        tables = struct.unpack_from("<12I", data, 0x38)
        self._strings, self._types, self._protos, self._fields, self._methods, self._classes = (
            (count, offset) for count, offset in zip(tables[::2], tables[1::2], strict=True)
        )

    @staticmethod
    def _word(data: bytes, at: int) -> int:
        if at < 0 or at + 4 > len(data):
            raise Malformed("cut short")
        return int.from_bytes(data[at : at + 4], "little")

    def _entry(self, table: tuple[int, int], index: int, size: int) -> int:
        """Return where an entry of a table stands."""
        count, offset = table
        if not 0 <= index < count or offset + (index + 1) * size > len(self.data):
            raise Malformed("an index leads out of its table")
        return offset + index * size

    def string(self, index: int) -> str:
        """Return a string; what is no text is replaced, and a long one is cut."""
        at = self._word(self.data, self._entry(self._strings, index, 4))
        _, at = _uleb128(self.data, at)
        return self.data[at : at + _LONGEST_STRING].partition(b"\0")[0].decode("utf-8", "replace")

    def type_(self, index: int) -> str:
        """Return a type as a descriptor writes it (``Ljavax/crypto/Cipher;``)."""
        return self.string(self._word(self.data, self._entry(self._types, index, 4)))

    def _proto(self, index: int) -> str:
        at = self._entry(self._protos, index, 12)
        result, listed = self._word(self.data, at + 4), self._word(self.data, at + 8)
        count = self._word(self.data, listed) if listed else 0
        if count > 255 or listed + 4 + 2 * count > len(self.data):
            raise Malformed("a list of types is cut short")
        types = struct.unpack_from(f"<{count}H", self.data, listed + 4) if count else ()
        return f"({''.join(self.type_(one) for one in types)}){self.type_(result)}"

    def method(self, index: int) -> Reference:
        """Return a method as code names it."""
        owner, proto, name = struct.unpack_from("<HHI", self.data, self._entry(self._methods, index, 8))
        return Reference(internal(self.type_(owner)), self.string(name), self._proto(proto))

    def field(self, index: int) -> Reference:
        """Return a field as code names it."""
        owner, kind, name = struct.unpack_from("<HHI", self.data, self._entry(self._fields, index, 8))
        return Reference(internal(self.type_(owner)), self.string(name), self.type_(kind))

    @cached_property
    def members(self) -> tuple[dict[int, Reference], dict[int, Reference]]:
        """Every field and every method reference by its index; those that do not fit are left out."""
        found: list[dict[int, Reference]] = []
        for table, read in ((self._fields, self.field), (self._methods, self.method)):
            references = {}
            for index in range(min(table[0], _MOST_MEMBERS)):
                try:
                    references[index] = read(index)
                except Malformed:
                    break
            found.append(references)
        return found[0], found[1]

    def classes(self) -> Iterator[DexClass]:
        """Yield every class that has code or fields."""
        for index in range(min(self._classes[0], _MOST_CLASSES)):
            at = self._entry(self._classes, index, 32)
            name, _, parent = struct.unpack_from("<III", self.data, at)
            content = self._word(self.data, at + 24)
            if content:
                super_name = internal(self.type_(parent)) if parent < self._types[0] else ""
                yield self._class(internal(self.type_(name)), super_name, content)

    def _class(self, name: str, super_name: str, at: int) -> DexClass:
        counts = []
        for _ in range(4):
            count, at = _uleb128(self.data, at)
            counts.append(count)
        if max(counts) > _MOST_MEMBERS:
            raise Malformed("a class has more members than there are")
        fields: list[tuple[str, int]] = []
        for count in counts[:2]:
            index = 0
            for _ in range(count):
                step, at = _uleb128(self.data, at)
                flags, at = _uleb128(self.data, at)
                index += step
                fields.append((self.field(index).name, flags))
        methods: list[DexMethod] = []
        for count in counts[2:]:
            index = 0
            for _ in range(count):
                step, at = _uleb128(self.data, at)
                flags, at = _uleb128(self.data, at)
                code, at = _uleb128(self.data, at)
                index += step
                if code:
                    methods.append(self._method(index, flags, code))
        return DexClass(name, super_name, tuple(fields), tuple(methods))

    def _method(self, index: int, flags: int, at: int) -> DexMethod:
        if at + 16 > len(self.data):
            raise Malformed("code is cut short")
        registers, _, _, tries, _, units = struct.unpack_from("<HHHHII", self.data, at)
        start, size = at + 16, 2 * units
        if start + size > len(self.data):
            raise Malformed("code is cut short")
        reference = self.method(index)
        handlers = tuple(self._tries(start + size + (size & 2 if tries else 0), tries))
        return DexMethod(reference.name, reference.descriptor, flags, start, size, registers, handlers)

    def _tries(self, at: int, count: int) -> Iterator[tuple[int, int, int]]:
        lists = at + 8 * count
        if lists > len(self.data):
            raise Malformed("code is cut short")
        for number in range(count):
            first, units, where = struct.unpack_from("<IHH", self.data, at + 8 * number)
            pairs, place = _sleb128(self.data, lists + where)
            for _ in range(min(abs(pairs), 64)):
                _, place = _uleb128(self.data, place)
                handler, place = _uleb128(self.data, place)
                yield 2 * first, 2 * (first + units), 2 * handler
            if pairs <= 0:
                handler, place = _uleb128(self.data, place)
                yield 2 * first, 2 * (first + units), 2 * handler


def internal(descriptor: str) -> str:
    """Return a class in its internal form (``Ljavax/crypto/Cipher;``: javax/crypto/Cipher); arrays as they are."""
    return descriptor[1:-1] if descriptor.startswith("L") and descriptor.endswith(";") else descriptor


def _uleb128(data: bytes, at: int) -> tuple[int, int]:
    """Return an unsigned LEB128 number, and where it ends."""
    value = 0
    for shift in range(0, 35, 7):
        if not 0 <= at < len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise Malformed("a number does not end")


def _sleb128(data: bytes, at: int) -> tuple[int, int]:
    """Return a signed LEB128 number, and where it ends."""
    value, end = _uleb128(data, at)
    bits = 7 * (end - at)
    return (value - (1 << bits) if value >> (bits - 1) & 1 else value), end
