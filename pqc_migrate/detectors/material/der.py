"""A reader for DER (X.690): just enough to walk certificates and keys, without trusting any length.

Every element is a window into the one buffer; nothing is copied until its content is asked for. Reading never
recurses, so nesting cannot exhaust the stack. The four writers at the end rebuild a SubjectPublicKeyInfo from
a key that is stored in another form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

BOOLEAN = 0x01
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_IDENTIFIER = 0x06
SEQUENCE = 0x30
SET = 0x31
CONTEXT_0 = 0xA0
CONTEXT_1 = 0xA1
CONTEXT_2 = 0xA2
CONTEXT_3 = 0xA3

_LONGEST_OID = 64
_LONGEST_TAG = 5


class Malformed(ValueError):
    """The bytes are not the structure they claim to be; the message never quotes their content."""


class Truncated(Malformed):
    """A length points past the end of the data."""


@dataclass(frozen=True, slots=True)
class Element:
    """One tag-length-value; `start`, `body` and `end` are offsets into `data`."""

    data: bytes
    tag: int
    start: int
    body: int
    end: int

    @property
    def content(self) -> bytes:
        """The value without its header."""
        return self.data[self.body : self.end]

    @property
    def encoded(self) -> bytes:
        """Header and value, as they stand in the data."""
        return self.data[self.start : self.end]

    def children(self) -> Iterator[Element]:
        """Yield the elements inside, in order; `Malformed` when one does not end where this one does."""
        at = self.body
        while at < self.end:
            child = read(self.data, at, self.end)
            yield child
            at = child.end

    def first(self, count: int) -> list[Element]:
        """Return at most `count` leading children, so that a long list costs nothing."""
        found = []
        for child in self.children():
            found.append(child)
            if len(found) == count:
                break
        return found

    def expect(self, tag: int) -> Element:
        """Return this element, or raise `Malformed` when it has another tag."""
        if self.tag != tag:
            raise Malformed(f"tag 0x{tag:02X} expected, 0x{self.tag:02X} found")
        return self

    def oid(self) -> str:
        """Return an OBJECT IDENTIFIER in dotted form."""
        self.expect(OBJECT_IDENTIFIER)
        if not 0 < self.end - self.body <= _LONGEST_OID or self.data[self.end - 1] & 0x80:
            raise Malformed("object identifier cut short")
        return _dotted(self.content)

    def integer(self) -> int:
        """Return an INTEGER's value."""
        self.expect(INTEGER)
        if self.body == self.end:
            raise Malformed("empty integer")
        return int.from_bytes(self.content, "big", signed=True)

    def magnitude(self) -> int:
        """Return an INTEGER as an unsigned number, as the numbers of a key are.

        Encoders of the past (GnuTLS before 2.0 among them) left out the zero octet in front of a high bit; read by
        the letter, such a modulus would be negative.
        """
        self.expect(INTEGER)
        return int.from_bytes(self.content, "big")

    def bits(self) -> bytes:
        """Return the octets of a BIT STRING without unused bits."""
        self.expect(BIT_STRING)
        if self.body == self.end or self.data[self.body] != 0:
            raise Malformed("bit string with unused bits")
        return self.data[self.body + 1 : self.end]


def read(data: bytes, at: int = 0, end: int | None = None) -> Element:
    """Read the element that begins at `at` and must lie before `end`; `Malformed` or `Truncated` otherwise."""
    end = len(data) if end is None else end
    if at + 2 > end:
        raise Truncated("ends inside a header")
    tag, start = data[at], at
    if tag & 0x1F == 0x1F:
        at = _long_tag(data, at, end)
    length, body = data[at + 1], at + 2
    if length >= 0x80:
        octets = length & 0x7F
        if not 0 < octets <= 4:
            raise Malformed("indefinite or oversized length: BER, not DER")
        if body + octets > end:
            raise Truncated("ends inside a length")
        length = int.from_bytes(data[body : body + octets], "big")
        body += octets
    if body + length > end:
        raise Truncated(f"the header says {body - start + length} bytes, {end - start} are there")
    return Element(data, tag, start, body, body + length)


def _long_tag(data: bytes, at: int, end: int) -> int:
    """Return where the last octet of a tag above 30 lies (X.690 section 8.1.2.4); its number is of no use here."""
    last = at + 1
    while last < min(end - 1, at + _LONGEST_TAG) and data[last] & 0x80:
        last += 1
    if data[last] & 0x80 or last + 1 >= end or (last == at + 1 and data[last] < 31):
        raise Malformed("a tag of several octets that is cut off or too small for them")
    return last


@lru_cache(maxsize=1024)
def _dotted(content: bytes) -> str:
    arcs: list[int] = []
    value = 0
    for byte in content:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def write(tag: int, content: bytes) -> bytes:
    """Encode one element."""
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def write_integer(value: int) -> bytes:
    """Encode a non-negative INTEGER."""
    return write(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def write_oid(dotted: str) -> bytes:
    """Encode an OBJECT IDENTIFIER."""
    first, second, *rest = map(int, dotted.split("."))
    content = bytearray()
    for arc in (40 * first + second, *rest):
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.append(arc & 0x7F | 0x80)
        content += bytes(reversed(septets))
    return write(OBJECT_IDENTIFIER, bytes(content))


def write_spki(algorithm: bytes, key: bytes) -> bytes:
    """Encode a SubjectPublicKeyInfo from an encoded AlgorithmIdentifier and the key's octets."""
    return write(SEQUENCE, algorithm + write(BIT_STRING, b"\0" + key))
