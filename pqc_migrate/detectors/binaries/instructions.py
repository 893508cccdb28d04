"""Detector: hash functions whose numbers stand in the instructions of their rounds, as compilers of x86 put them.

Unrolled rounds of MD5, SHA-1 and SHA-2 hold no table: each constant is the immediate or the displacement of an
instruction, four or eight bytes, lowest first. A function counts when all numbers of a record marked ``unrolled``
stand in the standard's order, each behind the other, farther from it than the next word of a table is and nearer
than the code of a few dozen rounds is long. Four numbers of 32 bits in order do not come about by chance; those of
SHA-256 are the upper halves of those of SHA-512, which stands there when the lower half lies before the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from pqc_migrate.catalog.constants import Constant, confidence, constants
from pqc_migrate.detectors.binaries import image
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Finding, Location, Provenance, Role, Technique
from pqc_migrate.model.target import SourceFile

_OCTET = 8
_NEAREST, _FARTHEST = 9, 4096
"""Bytes from one number to the next: words of a 64-bit table are 8 apart, twenty rounds of SHA-1 about 1,400."""
_MOST_HITS = 4096


@cache
def _unrolled() -> Mapping[bytes, tuple[Constant, tuple[bytes, ...]]]:
    """Return the records by their first number as it stands in code, with their numbers."""
    found = {}
    for constant in constants().values():
        if constant.unrolled:
            sequence = constant.sequences[0]
            words = tuple(value.to_bytes(sequence.width // _OCTET, "little") for value in sequence.values)
            found[words[0]] = (constant, words)
    return found


@cache
def _wider() -> Mapping[bytes, bytes]:
    """Return the lower halves of wide first numbers by their upper halves."""
    wide = (word for word in _unrolled() if len(word) == _OCTET)
    return {word[_OCTET // 2 :]: word[: _OCTET // 2] for word in wide}


def _wants(file: SourceFile) -> bool:
    return file.language in image.FORMATS


def _detect(file: SourceFile) -> Iterator[Finding]:
    seen: set[str] = set()
    hits = [hit for hit in file.hits if hit.anchor in _unrolled()]
    for hit in hits[:_MOST_HITS]:
        constant, words = _unrolled()[hit.anchor]
        if constant.id in seen or file.data.endswith(_wider().get(hit.anchor, b"\0never"), 0, hit.offset):
            continue
        if _in_order(file.data, hit.offset, words):
            seen.add(constant.id)
            yield _finding(file, constant, hit.offset)


def _in_order(data: bytes, position: int, words: tuple[bytes, ...]) -> bool:
    for word in words[1:]:
        position = data.find(word, position + _NEAREST, position + _FARTHEST)
        if position < 0:
            return False
    return True


def _finding(file: SourceFile, constant: Constant, offset: int) -> Finding:
    return Finding(
        rule=constant.rule,
        asset=constant.asset,
        location=Location(file.path, 1, offset, constant.id),
        technique=Technique.PARSER,
        confidence=confidence(constant),
        reason=f"the numbers of {constant.source} in the instructions of a function",
        role=Role.IMPLEMENTATION,
        functions=("other",),
        provenance=(Provenance("algorithm", "decoded", file.path, 1),),
    )


DETECTOR = Detector("instruction-constants", lambda: frozenset(_unrolled()), _wants, _detect, parses=False)
