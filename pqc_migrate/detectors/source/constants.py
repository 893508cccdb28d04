"""Implementations of algorithms, told by the numbers they need: tables, initial values, primes, curves.

Such code names no library. It is read as numbers, not as syntax, so one reader serves every language. A record
of `catalog/constants.toml` counts only when all its values stand there in their order:

* bytes and short words directly after each other, at least sixteen of them or one whole permutation of 0 to 15;
* longer words with nothing but small numbers (indices, shifts) between them, at least 96 bits in all; those of
  the rounds of a hash function (``sparse``) with other numbers between them;
* of a large number every digit.

So a chance is excluded. What several algorithms share is told apart by what else stands in the file, and is not
reported where nothing tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pqc_migrate.catalog import languages
from pqc_migrate.catalog.constants import Constant, Sequence, Spot, confidence, constants, decided, sized, spots
from pqc_migrate.catalog.languages import LanguageKind
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.detectors.source import digits, srp
from pqc_migrate.detectors.source.digits import Digits
from pqc_migrate.model.inventory import Asset, Finding, Location, Provenance, Role, Technique
from pqc_migrate.model.target import SourceFile

_NEAR = 96
"""Bytes between two numbers of a table of bytes: a line's end, a comment, a cast."""
_FAR = 400
_SPARSE = 2000
_SMALL = 1 << 16
_MOST_READ = 120_000
"""Numbers of one file that are read: beyond, it is data and no program."""
_MOST_ROUND = 160
"""Bytes between two rotations of one round."""
_RUN = re.compile(rb"(?!0[xX])[0-9A-Fa-f][0-9A-Fa-f_]*")
_COMMENT = re.compile(rb"^\s*(?:#(?!define|\s*define)|//|/?\*(?![^/\n]*\*/)|;|--|%)")
_PART = re.compile(rb"(?:0[xX]|\\x)?([0-9A-Fa-f]+)[^0-9A-Za-z]{0,%d}\Z" % _NEAR)


@dataclass(slots=True)
class _Reader:
    """The numbers of one file, and how many more of them may be read."""

    data: bytes
    left: int = _MOST_READ

    def read(self, start: int, end: int, bare: bool) -> Iterator[Digits]:
        for number in digits.read(self.data, start, end, bare):
            self.left -= 1
            if self.left < 0:
                return
            yield number


@dataclass(frozen=True, slots=True)
class _Match:
    """Numbers of one constant, found."""

    constant: str
    start: int
    end: int


def _detect(file: SourceFile) -> Iterator[Finding]:
    text = _Text(file)
    found: dict[str, list[_Match]] = {}
    for match in _matches(file):
        found.setdefault(match.constant, []).append(match)
    reported: set[Asset] = set()
    for constant in sorted(decided(found, text), key=lambda c: found[c.like or c.id][0].start):
        for match in found[constant.like or constant.id]:
            asset = sized(constant, found)
            once = bool(constant.digits) and not constant.repeated  # a curve has many numbers
            if not (once and asset in reported):
                reported.add(asset)
                yield _finding(file, match, constant, asset)


def _matches(file: SourceFile) -> Iterator[_Match]:
    """Yield each place at which all numbers of a constant stand, the first only unless it may be repeated."""
    wanted = spots()
    behind: dict[str, int] = {}
    reader = _Reader(file.data)
    config = languages.language(file.language).kind is LanguageKind.CONFIG
    for hit in file.hits:
        for spot in wanted.get(hit.anchor, ()):
            repeated = constants()[spot.constant].repeated
            if hit.offset < behind.get(spot.constant, 0) or (config and not repeated):
                continue
            match = _match(reader, hit.offset, spot, len(hit.anchor))
            if match is not None and not _commented(file.data, match.start):
                behind[spot.constant] = match.end if repeated else len(file.data)
                yield match
        if reader.left < 0:
            return


def _match(reader: _Reader, offset: int, spot: Spot, length: int) -> _Match | None:
    data = reader.data
    if spot.text:
        return _Match(spot.constant, offset, offset + length)
    if spot.digits:
        end = _digits_end(reader, offset, spot.digits)
        return _Match(spot.constant, _leading(data, offset, spot.leading), end) if end else None
    start, bare = digits.begin(data, offset, spot.decimal)
    assert spot.sequence is not None, "a spot is a text, digits or a sequence"
    end = _sequence_end(reader, start, spot.sequence, spot.index, bare)
    if not end:
        return None
    earlier = _earlier(data, start, spot.sequence, spot.index, bare)
    follows = constants()[spot.constant].after
    if follows is not None and [number.value for number in digits.before(data, start, 1, bare)] == [follows]:
        return None
    return _Match(spot.constant, earlier, end)


def _digits_end(reader: _Reader, start: int, wanted: str) -> int:
    """Return where the digits of a large number end that stand in one literal, in parts or in bytes; else 0."""
    data = reader.data
    bare = digits.begin(data, start, decimal=False)[1] and data[start : start + 2] != b"0x"
    run = _RUN.match(data, start)
    read, behind = (run[0].decode("ascii").replace("_", "").upper(), run.end()) if run else ("", start)
    if not wanted.startswith(read[: len(wanted)]):
        return 0
    if len(read) >= len(wanted):
        return behind
    for number in reader.read(behind, behind + 8 * len(wanted) + _FAR, bare):
        if number.start - behind > _NEAR or not (number.hexadecimal or len(number.text) == 1):
            return 0
        text = number.text.upper()
        read += "0" * (len(text) % 2 if read or len(text) == 1 else 0) + text
        behind = number.end
        if len(read) >= len(wanted):
            return behind if read.startswith(wanted) else 0
        if not wanted.startswith(read):
            return 0
    return 0


def _sequence_end(reader: _Reader, start: int, sequence: Sequence, index: int, bare: bool) -> int:
    """Return where the last value of a sequence ends, read from one of its values on; else 0."""
    words = sequence.width >= 32
    gap = _SPARSE if sequence.sparse else _FAR if words else _NEAR
    behind, position = start, index
    for number in reader.read(start, start + gap * (len(sequence.values) + 1), bare):
        if number.start - behind > gap:
            return 0
        for value in _elements(number, sequence.width):
            if value == sequence.values[position]:
                position += 1
                behind = number.end
                if position == len(sequence.values):
                    return behind
            elif position == index or not _between(value, sequence, position, words):
                return 0
            elif value == sequence.values[position - 1]:
                behind = number.end
    return 0


def _between(value: int, sequence: Sequence, position: int, words: bool) -> bool:
    """Whether another number may stand between two values of a sequence."""
    return words and (sequence.sparse or value < _SMALL or value == sequence.values[position - 1])


def _elements(number: Digits, width: int) -> Iterator[int]:
    """Yield a number as values of one width, modulo 2^width; a long run of digits is several of them."""
    size = width // 4
    if number.hexadecimal and len(number.text) > size:
        for at in range(0, len(number.text), size):
            yield int(number.text[at : at + size], 16)
    elif -(1 << (width - 1)) <= (value := number.value) < 1 << width:
        yield value % (1 << width)
    else:
        yield -1


def _earlier(data: bytes, start: int, sequence: Sequence, index: int, bare: bool) -> int:
    """Return where the first value of a sequence stands, when those before the anchored one are there."""
    numbers = digits.before(data, start, index, bare)
    values = [value for number in numbers for value in _elements(number, sequence.width)]
    return numbers[0].start if index and values == list(sequence.values[:index]) else start


def _leading(data: bytes, start: int, digits_before: str) -> int:
    """Return where a large number begins whose first digits stand before an offset, in parts perhaps."""
    at, left = start, digits_before
    while left and (part := _PART.search(data, max(0, at - _NEAR), at)) is not None:
        text = part[1].decode("ascii").upper()[-len(left) :]
        if not left.endswith(text):
            return start
        at, left = part.start(), left[: -len(text)]
    return start if left else at


def _commented(data: bytes, start: int) -> bool:
    """Whether a place is in a comment: its line begins as one, or a block of one is open."""
    line = data[data.rfind(b"\n", 0, start) + 1 : start]
    if _COMMENT.match(line):
        return True
    opened = data.rfind(b"/*", max(0, start - _SPARSE), start)
    return opened >= 0 and data.find(b"*/", opened, start) < 0


# What tells constants apart that share their numbers ----------------------------------------------


@dataclass
class _Text:
    """The words of a file, asked only where its numbers leave something open."""

    file: SourceFile

    @cached_property
    def words(self) -> str:
        return f"{self.file.path}\n{self.file.data.decode('utf-8', 'replace')}".lower()

    def has(self, words: tuple[str, ...]) -> bool:
        return any(word in self.words for word in words)

    def rotates(self, rotations: tuple[int, ...]) -> bool:
        """Whether the code rotates by these numbers, closely after each other."""
        between = rb"\D(?:(?!\n\n).){0,%d}?\D" % _MOST_ROUND
        pattern = rb"\D" + between.join(b"%d" % number for number in rotations) + rb"\D"
        return re.search(pattern, self.file.data, re.DOTALL) is not None


def _finding(file: SourceFile, match: _Match, constant: Constant, asset: Asset) -> Finding:
    line = file.line_at(match.start)
    prime = constant.asset.get("group") or ""
    what = "every digit of the prime" if prime else "the numbers"
    return Finding(
        rule=constant.rule,
        asset=srp.in_context(asset, file.data),
        location=Location(file.path, line, match.start, prime or constant.id),
        technique=Technique.PARSER,
        confidence=confidence(constant),
        reason=f"{what} of {constant.source}",
        role=Role.IMPLEMENTATION,
        functions=("keyderive",) if prime else ("other",),
        provenance=(Provenance("group" if prime else "algorithm", "literal", file.path, line),),
    )


def _anchors() -> frozenset[bytes]:
    return frozenset(spots())


def _wants(file: SourceFile) -> bool:
    if not file.language:
        return False
    kind = languages.language(file.language).kind
    if kind not in (LanguageKind.CODE, LanguageKind.CONFIG):  # prose quotes numbers without using them
        return False
    wanted = spots()
    return any(hit.anchor in wanted for hit in file.hits)


DETECTOR = Detector("constants", _anchors, _wants, _detect, parses=False)
