"""The parts of a Java class file that its code needs: constant pool, fields, methods (JVMS chapter 4).

Every length is checked against the bytes that are there; what does not fit is `Malformed`.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

_SIZES = {3: 4, 4: 4, 5: 8, 6: 8, 7: 2, 8: 2, 9: 4, 10: 4, 11: 4, 12: 4, 15: 3, 16: 2, 17: 4, 18: 4, 19: 2, 20: 2}
"""Bytes of a constant behind its tag (JVMS table 4.4-A); Utf8 has a length of its own."""
_UTF8, _INTEGER, _LONG, _DOUBLE, _CLASS, _STRING = 1, 3, 5, 6, 7, 8
_REFERENCES = (9, 10, 11)
_NAME_AND_TYPE, _METHOD_HANDLE, _DYNAMIC, _INVOKE_DYNAMIC = 12, 15, 17, 18


class Malformed(ValueError):
    """Not a class file, or one that is cut short."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A field or method as code names it."""

    owner: str
    """Class in its internal form (``javax/crypto/Cipher``)."""
    name: str
    descriptor: str


@dataclass(frozen=True, slots=True)
class Method:
    """One method with its code."""

    name: str
    descriptor: str
    flags: int
    code: bytes
    offset: int
    """Where the code begins in the file."""
    handlers: tuple[tuple[int, int, int], ...] = ()
    """(first, behind the last, handler) positions in the code."""
    lines: tuple[tuple[int, int], ...] = ()
    """(position in the code, line of the source file), sorted."""

    def line_at(self, position: int) -> int:
        """Return the line of the source file; 0 when the compiler did not keep it."""
        at = bisect_right(self.lines, (position, 1 << 16))
        return self.lines[at - 1][1] if at else 0


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the class."""

    name: str
    flags: int
    constant: int = 0
    """Index of its ConstantValue; 0 when it has none."""


class Pool:
    """The constant pool, read when asked."""

    def __init__(self, data: bytes, places: list[int]) -> None:
        self._data = data
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    def tag(self, index: int) -> int:
        """Return the kind of a constant; 0 where there is none."""
        place = self._places[index] if 0 < index < len(self._places) else 0
        return self._data[place] if place else 0

    def text(self, index: int) -> str:
        """Return a Utf8 constant; what is no text is replaced."""
        if self.tag(index) != _UTF8:
            raise Malformed("a constant is not the text it should be")
        place = self._places[index]
        length = int.from_bytes(self._data[place + 1 : place + 3])
        return self._data[place + 3 : place + 3 + length].decode("utf-8", "replace")

    def short(self, index: int, at: int = 0) -> int:
        """Return one of the two-byte numbers of a constant."""
        place = self._places[index] + 1 + 2 * at
        return int.from_bytes(self._data[place : place + 2])

    def class_name(self, index: int) -> str:
        """Return a class constant's name in its internal form; empty where there is none."""
        return self.text(self.short(index)) if self.tag(index) == _CLASS else ""

    def string(self, index: int) -> str | None:
        """Return a String constant."""
        return self.text(self.short(index)) if self.tag(index) == _STRING else None

    def number(self, index: int) -> int | None:
        """Return an Integer or Long constant."""
        size = {_INTEGER: 4, _LONG: 8}.get(self.tag(index))
        if size is None:
            return None
        place = self._places[index] + 1
        return int.from_bytes(self._data[place : place + size], signed=True)

    def is_wide(self, index: int) -> bool:
        """Whether a constant takes two places on the stack."""
        return self.tag(index) in (_LONG, _DOUBLE)

    def reference(self, index: int) -> Reference:
        """Return a field or method reference, or the name of what an invokedynamic makes."""
        if self.tag(index) in (_DYNAMIC, _INVOKE_DYNAMIC):
            return Reference("", *self._name_and_type(self.short(index, 1)))
        if self.tag(index) not in _REFERENCES:
            raise Malformed("a constant is not the reference it should be")
        return Reference(self.class_name(self.short(index)), *self._name_and_type(self.short(index, 1)))

    def references(self) -> dict[int, Reference]:
        """Return every field and method reference by its index."""
        return {index: self.reference(index) for index in range(len(self)) if self.tag(index) in _REFERENCES}

    def handle(self, index: int) -> Reference | None:
        """Return what a method handle leads to."""
        if self.tag(index) != _METHOD_HANDLE:
            return None
        place = self._places[index] + 2
        return self.reference(int.from_bytes(self._data[place : place + 2]))

    def _name_and_type(self, index: int) -> tuple[str, str]:
        if self.tag(index) != _NAME_AND_TYPE:
            raise Malformed("a constant is not the name it should be")
        return self.text(self.short(index)), self.text(self.short(index, 1))


@dataclass(frozen=True)
class ClassFile:
    """One class."""

    pool: Pool
    name: str
    super_name: str
    fields: tuple[Field, ...]
    methods: tuple[Method, ...]
    source: str = ""
    """File it was compiled from, without folders."""
    bootstraps: tuple[tuple[int, tuple[int, ...]], ...] = field(default=())
    """(method handle, arguments) of each bootstrap method, as indices of the pool."""

    @cached_property
    def constants(self) -> dict[str, int]:
        """Constant values of static final fields, by the field's name."""
        return {one.name: one.constant for one in self.fields if one.constant}


class _Reader:
    def __init__(self, data: bytes, at: int = 0, end: int | None = None) -> None:
        self.data = data
        self.at = at
        self.end = len(data) if end is None else end

    def take(self, size: int) -> bytes:
        if size < 0 or self.at + size > self.end:
            raise Malformed("cut short")
        self.at += size
        return self.data[self.at - size : self.at]

    def u1(self) -> int:
        return self.take(1)[0]

    def u2(self) -> int:
        return int.from_bytes(self.take(2))

    def u4(self) -> int:
        return int.from_bytes(self.take(4))


def read(data: bytes) -> ClassFile:
    """Read a class file; `Malformed` when it is none or is cut short."""
    reader = _Reader(data)
    if reader.take(4) != b"\xca\xfe\xba\xbe":
        raise Malformed("not a class file")
    reader.take(4)
    pool = _pool(reader)
    reader.u2()
    name, super_name = pool.class_name(reader.u2()), pool.class_name(reader.u2())
    reader.take(2 * reader.u2())
    fields = tuple(_field(reader, pool) for _ in range(reader.u2()))
    methods = tuple(filter(None, (_method(reader, pool) for _ in range(reader.u2()))))
    source = ""
    bootstraps: tuple[tuple[int, tuple[int, ...]], ...] = ()
    for attribute, inner in _attributes(reader, pool):
        if attribute == "SourceFile":
            source = pool.text(inner.u2())
        elif attribute == "BootstrapMethods":
            bootstraps = tuple(_bootstrap(inner) for _ in range(inner.u2()))
    return ClassFile(pool, name, super_name, fields, methods, source, bootstraps)


def _pool(reader: _Reader) -> Pool:
    count = reader.u2()
    places = [0] * max(count, 1)
    index = 1
    while index < count:
        places[index] = reader.at
        tag = reader.u1()
        size = reader.u2() if tag == _UTF8 else _SIZES.get(tag, -1)
        reader.take(size)
        index += 2 if tag in (_LONG, _DOUBLE) else 1
    return Pool(reader.data, places)


def _attributes(reader: _Reader, pool: Pool) -> list[tuple[str, _Reader]]:
    found = []
    for _ in range(reader.u2()):
        name = pool.text(reader.u2())
        size = reader.u4()
        start = reader.at
        reader.take(size)
        found.append((name, _Reader(reader.data, start, start + size)))
    return found


def _field(reader: _Reader, pool: Pool) -> Field:
    flags, name, _ = reader.u2(), pool.text(reader.u2()), reader.u2()
    values = [inner.u2() for attribute, inner in _attributes(reader, pool) if attribute == "ConstantValue"]
    return Field(name, flags, values[0] if values else 0)


def _method(reader: _Reader, pool: Pool) -> Method | None:
    flags, name, descriptor = reader.u2(), pool.text(reader.u2()), pool.text(reader.u2())
    for attribute, inner in _attributes(reader, pool):
        if attribute == "Code":
            return _code(inner, pool, name, descriptor, flags)
    return None


def _code(inner: _Reader, pool: Pool, name: str, descriptor: str, flags: int) -> Method:
    inner.take(4)
    size = inner.u4()
    offset = inner.at
    code = inner.take(size)
    handlers = tuple(struct.unpack(">HHHH", inner.take(8))[:3] for _ in range(inner.u2()))
    lines: list[tuple[int, int]] = []
    for attribute, table in _attributes(inner, pool):
        if attribute == "LineNumberTable":
            lines += [(table.u2(), table.u2()) for _ in range(table.u2())]
    return Method(name, descriptor, flags, code, offset, handlers, tuple(sorted(lines)))


def _bootstrap(inner: _Reader) -> tuple[int, tuple[int, ...]]:
    handle = inner.u2()
    return handle, tuple(inner.u2() for _ in range(inner.u2()))


def parameters(descriptor: str) -> list[str]:
    """Return the types of a method's parameters, as a descriptor writes them (JVMS section 4.3.3)."""
    found, at = [], 1
    while at < len(descriptor) and descriptor[at] != ")":
        start = at
        while descriptor[at : at + 1] == "[":
            at += 1
        end = descriptor.find(";", at) if descriptor[at : at + 1] == "L" else at
        if end < 0 or at >= len(descriptor):
            raise Malformed("a descriptor is cut short")
        at = end + 1
        found.append(descriptor[start:at])
    return found


def returned(descriptor: str) -> str:
    """Return the type that a method returns, or a field has."""
    return descriptor.rpartition(")")[2]


def is_wide(type_: str) -> bool:
    """Whether a value of a type takes two places on the stack."""
    return type_ in ("J", "D")


def dotted(name: str) -> str:
    """Return a class name as source writes it (``a/B$C``: a.B.C)."""
    return name.replace("/", ".").replace("$", ".")
