"""Strings of one serialized Java object (Java Object Serialization Specification, chapter 6).

Just enough to step over the SealedObject that a JCEKS store keeps for a secret key, and to read the names of its
algorithms. Nothing is instantiated; every object is walked by the fields its own class description declares.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pqc_migrate.detectors.material.der import Malformed
from pqc_migrate.detectors.material.openssh import Reader

_HEADER = b"\xac\xed\0\5"
_NULL, _REFERENCE, _CLASS, _OBJECT, _STRING, _ARRAY = 0x70, 0x71, 0x72, 0x73, 0x74, 0x75
_END_OF_BLOCK = 0x78
_FIRST_HANDLE = 0x7E0000
_WIDTHS = {"B": 1, "C": 2, "D": 8, "F": 4, "I": 4, "J": 8, "S": 2, "Z": 1}
_MOST_CLASSES = 8


@dataclass(frozen=True, slots=True)
class _Class:
    fields: tuple[tuple[str, str], ...]
    annotated: bool
    parent: _Class | None


@dataclass(slots=True)
class _Stream:
    reader: Reader
    handles: list[object] = field(default_factory=list)

    def text(self) -> str:
        return self.reader.take(self.reader.uint(2)).decode("utf-8", "replace")


def read(reader: Reader) -> dict[str, str]:
    """Return the string fields of the object that follows, and leave the reader behind it."""
    if reader.take(4) != _HEADER:
        raise Malformed("a serialized object without its header")
    stream = _Stream(reader)
    if reader.uint(1) != _OBJECT:
        raise Malformed("a serialized stream that holds no object")
    described = _class(stream, 0)
    stream.handles.append(None)
    found: dict[str, str] = {}
    lineage = []
    while described is not None:
        lineage.append(described)
        described = described.parent
    for each in reversed(lineage):
        for kind, name in each.fields:
            value = _value(stream, kind)
            if isinstance(value, str):
                found[name] = value
        if each.annotated and reader.uint(1) != _END_OF_BLOCK:
            raise Malformed("a serialized object with data of its own")
    return found


def _class(stream: _Stream, depth: int) -> _Class | None:
    kind = stream.reader.uint(1)
    if kind == _NULL:
        return None
    if kind == _REFERENCE:
        known = _referred(stream)
        return known if isinstance(known, _Class) else None
    if kind != _CLASS or depth == _MOST_CLASSES:
        raise Malformed("a serialized class of no known form")
    stream.text()
    stream.reader.take(8)
    at = len(stream.handles)
    stream.handles.append(None)
    flags = stream.reader.uint(1)
    fields = tuple(_field(stream) for _ in range(stream.reader.uint(2)))
    if stream.reader.uint(1) != _END_OF_BLOCK:
        raise Malformed("a serialized class with annotations")
    described = _Class(fields, bool(flags & 1), _class(stream, depth + 1))
    stream.handles[at] = described
    return described


def _field(stream: _Stream) -> tuple[str, str]:
    kind = chr(stream.reader.uint(1))
    name = stream.text()
    if kind in "L[":
        _value(stream, "L")
    elif kind not in _WIDTHS:
        raise Malformed("a serialized field of no known type")
    return kind, name


def _referred(stream: _Stream) -> object:
    handle = stream.reader.uint() - _FIRST_HANDLE
    if not 0 <= handle < len(stream.handles):
        raise Malformed("a serialized reference to nothing")
    return stream.handles[handle]


def _value(stream: _Stream, kind: str) -> object:
    if kind in _WIDTHS:
        return stream.reader.take(_WIDTHS[kind])
    tag = stream.reader.uint(1)
    if tag == _NULL:
        return None
    if tag == _REFERENCE:
        return _referred(stream)
    if tag == _STRING:
        text = stream.text()
        stream.handles.append(text)
        return text
    if tag == _ARRAY:
        _class(stream, 0)
        stream.handles.append(None)
        stream.reader.take(stream.reader.uint())  # of octets, as all arrays of a SealedObject are
        return None
    raise Malformed("a serialized value of no known form")
