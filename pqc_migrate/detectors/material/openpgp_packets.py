"""OpenPGP packets (RFC 9580 section 4): where each one ends, and the numbers inside. Knows no algorithm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pqc_migrate.detectors.material.der import Malformed, Truncated
from pqc_migrate.detectors.material.openssh import Reader

MOST_PACKETS = 100_000
_LARGEST_TAG = 63


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: its type and its body; a body of unknown length is cut at the end of the data."""

    tag: int
    body: bytes


def packets(data: bytes) -> Iterator[Packet]:
    """Yield the packets of `data`; `Malformed` when something else stands between or after them."""
    reader = Reader(data)
    for _ in range(MOST_PACKETS):
        if reader.at == len(data):
            return
        yield _packet(reader)
    raise Malformed("more packets than any key ring has")


def _packet(reader: Reader) -> Packet:
    first = reader.uint(1)
    if not first & 0x80:
        raise Malformed("not an OpenPGP packet")
    if first & 0x40:
        return Packet(first & 0x3F, _new_body(reader))
    kind = first & 3
    tag = first >> 2 & 0x0F
    if kind == 3:
        return Packet(tag, reader.take(len(reader.data) - reader.at))
    return Packet(tag, reader.take(reader.uint(1 << kind)))


def _new_body(reader: Reader) -> bytes:
    """Read a length of section 4.2.1 and the body, joining partial ones."""
    parts = []
    while True:
        octet = reader.uint(1)
        if octet < 192:
            parts.append(reader.take(octet))
        elif octet < 224:
            parts.append(reader.take((octet - 192 << 8) + reader.uint(1) + 192))
        elif octet == 255:
            parts.append(reader.take(reader.uint(4)))
        else:
            parts.append(reader.take(1 << (octet & 0x1F)))
            continue
        return b"".join(parts)


def mpi(reader: Reader) -> int:
    """Return a multiprecision integer (section 3.2)."""
    return int.from_bytes(mpi_octets(reader), "big")


def mpi_octets(reader: Reader) -> bytes:
    """Return the octets of a multiprecision integer, which elliptic curve points are stored as."""
    return reader.take((reader.uint(2) + 7) // 8)


def subpackets(area: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (type, content) of a signature's subpackets (section 5.2.3.7); a broken one ends the list."""
    reader = Reader(area)
    try:
        while reader.at < len(area):
            length = reader.uint(1)
            if length == 255:
                length = reader.uint(4)
            elif length >= 192:
                length = (length - 192 << 8) + reader.uint(1) + 192
            content = reader.take(length)
            if content:
                yield content[0] & 0x7F, content[1:]
    except Truncated:
        return
