"""From BER to definite lengths (X.690 section 8.1.3): what S/MIME agents and Windows put into CMS and PKCS #12.

The result is what `der` can walk: no indefinite length, and strings that were cut into pieces joined. It is not DER
in every respect (order of SETs, shortest lengths), which nothing here depends on.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pqc_migrate.detectors.material import der
from pqc_migrate.detectors.material.der import Element, Malformed, Truncated

CONSTRUCTED_OCTETS = 0x24
_CONSTRUCTED = 0x20
_INDEFINITE = 0x80
_DEEPEST = 48
_MOST_ELEMENTS = 200_000


@dataclass(slots=True)
class _Frame:
    """One constructed element that is being read; `end` is None until its end-of-contents octets are met."""

    tag: int
    end: int | None
    parts: list[bytes] = field(default_factory=list)

    def closed(self) -> bytes:
        content = b"".join(self.parts)
        return der.write(der.OCTET_STRING if self.tag == CONSTRUCTED_OCTETS else self.tag, content)

    def take(self, encoded: bytes) -> None:
        """Add an element; of the pieces of an octet string only their content."""
        self.parts.append(der.read(encoded).content if self.tag == CONSTRUCTED_OCTETS else encoded)


def read(data: bytes) -> Element:
    """Return the first element of `data` with definite lengths throughout."""
    return der.read(definite(data) if data[1:2] == b"\x80" else data)


def definite(data: bytes) -> bytes:
    """Return the first element of `data`, re-encoded with definite lengths; `Malformed` when it is not BER."""
    frames: list[_Frame] = []
    at = 0
    for _ in range(_MOST_ELEMENTS):
        at, encoded = _step(data, at, frames)
        while encoded is not None:
            if not frames:
                return encoded
            frames[-1].take(encoded)
            encoded = frames.pop().closed() if frames[-1].end == at else None
    raise Malformed("more elements than any message has")


def _step(data: bytes, at: int, frames: list[_Frame]) -> tuple[int, bytes | None]:
    """Read one header; return where the next one is and what was completed."""
    outer = frames[-1].end if frames else None
    limit = len(data) if outer is None else outer
    if frames and outer is None and data[at : at + 2] == b"\0\0":
        return at + 2, frames.pop().closed()
    if at + 2 > limit:
        raise Truncated("ends inside a header")
    tag = data[at]
    if not tag & _CONSTRUCTED:
        element = der.read(data, at, limit)
        return element.end, element.encoded
    if len(frames) == _DEEPEST:
        raise Malformed("nested deeper than any message")
    if data[at + 1] == _INDEFINITE:
        frames.append(_Frame(tag, None))
        return at + 2, None
    element = der.read(data, at, limit)
    if element.body == element.end:
        return element.end, element.encoded
    frames.append(_Frame(tag, element.end))
    return element.body, None


def octets(element: Element) -> bytes:
    """Return the content of an OCTET STRING that may be cut into pieces."""
    if element.tag == CONSTRUCTED_OCTETS:
        return der.read(definite(element.encoded)).content
    return element.expect(der.OCTET_STRING).content
