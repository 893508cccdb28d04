"""How the numbers of `constants.toml` lie in the memory of a program, and the bytes by which they are found.

A table is an array of words in either byte order, a large number an array of bytes with its highest or its lowest
part first. Only what is long and varied enough is searched: no chance and no mere pattern of bits can look like it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pqc_migrate.catalog.constants import Constant, Sequence, constants

_SHORTEST = 12
"""Bytes of an image."""
_LEAST_VARIED = 6
"""Different bytes in an image."""
_ANCHOR = 8
_SHORTEST_ANCHOR = 5


@dataclass(frozen=True, slots=True)
class MemoryImage:
    """The bytes of one constant in one layout."""

    constant: str
    data: bytes
    shift: int
    """Position of the anchor in `data`."""
    not_behind: bytes = b""
    """Not where these bytes stand directly before: there it is part of a longer table."""


@cache
def images() -> Mapping[bytes, tuple[MemoryImage, ...]]:
    """Return the images by their anchors: varied bytes without a zero, as the gate needs them."""
    found: dict[bytes, list[MemoryImage]] = {}
    for image, size in _all():
        if size >= _SHORTEST_ANCHOR:
            found.setdefault(image.data[image.shift : image.shift + size], []).append(image)
    return {anchor: tuple(each) for anchor, each in found.items()}


@cache
def unanchored() -> tuple[MemoryImage, ...]:
    """Return the images with too many zeros for an anchor; each has to be searched as a whole."""
    return tuple(image for image, size in _all() if size < _SHORTEST_ANCHOR)


@cache
def _all() -> tuple[tuple[MemoryImage, int], ...]:
    """Return each image with the length of its anchor."""
    found: dict[tuple[str, bytes], tuple[MemoryImage, int]] = {}
    for constant in constants().values():
        for data, behind in _layouts(constant):
            shift, size = _anchor(data)
            if len(data) >= _SHORTEST and len(set(data)) >= _LEAST_VARIED:
                found.setdefault((constant.id, data), (MemoryImage(constant.id, data, shift, behind), size))
    return tuple(found.values())


def _layouts(constant: Constant) -> Iterator[tuple[bytes, bytes]]:
    """Yield (image, bytes that must not stand before it)."""
    for text in constant.texts:
        yield text.encode(), b""
    for digits in constant.digits:
        number = int(digits, 16)
        size = (len(digits) + 1) // 2
        yield number.to_bytes(size, "big"), b""
        yield number.to_bytes(size, "little"), b""
    for sequence in constant.sequences:
        if sequence.width <= 64:
            yield from _arrays(sequence, constant.after)


def _arrays(sequence: Sequence, after: int | None) -> Iterator[tuple[bytes, bytes]]:
    size = _word_size(sequence.width)
    for order in _orders(sequence, size):
        behind = b"" if after is None else after.to_bytes(size, order)
        yield b"".join(value.to_bytes(size, order) for value in sequence.values), behind


def _orders(sequence: Sequence, size: int) -> tuple[Literal["little", "big"], ...]:
    """Return the byte orders of words of a size; the parts of a number lie in that of most machines."""
    if size == 1:
        return ("big",)
    return ("little",) if sequence.limbs else ("little", "big")


def _word_size(width: int) -> int:
    """Return the bytes of the smallest machine word that holds numbers of a width."""
    return next(size for size in (1, 2, 4, 8) if width <= 8 * size)


def _anchor(data: bytes) -> tuple[int, int]:
    """Return (position, length) of the most varied bytes without a zero; the length is 0 when all are zero."""
    best = (0, 0, 0)
    for start in range(min(len(data), 256)):
        part = data[start : start + _ANCHOR].partition(b"\0")[0]
        best = max(best, (len(set(part)), len(part), -start))
    return -best[2], best[1]
