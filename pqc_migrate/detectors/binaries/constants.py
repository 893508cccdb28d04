"""Detector: implementations of algorithms in programs, told by the numbers they hold.

The same records as in source (`catalog/constants.toml`), searched as they lie in memory. A table or number counts
only as a whole: every byte of its beginning, at least 96 bits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from pqc_migrate.catalog import memory_images
from pqc_migrate.catalog.constants import Constant, confidence, decided, sized
from pqc_migrate.catalog.memory_images import MemoryImage
from pqc_migrate.detectors.binaries import image
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Finding, Location, Provenance, Role, Technique
from pqc_migrate.model.target import SourceFile

_PROGRAMS = image.FORMATS | {"dex", "wasm", "program", "other-binary"}
_ORDINARY = frozenset({"salsa"})
"""Words that programs hold for other reasons: they decide against an algorithm, never for one."""
_SHORTEST_WORD = 5
"""Letters of a word that do not stand in a program by chance."""


@dataclass
class _Words:
    """The words that a program holds as text."""

    file: SourceFile
    _lower: bytes = b""

    def has(self, words: tuple[str, ...]) -> bool:
        self._lower = self._lower or self.file.path.encode().lower() + b"\n" + self.file.data.lower()
        return any(word.encode() in self._lower for word in words if len(word) >= _SHORTEST_WORD)

    def rotates(self, rotations: tuple[int, ...]) -> bool:
        """Return False: the code is not read."""
        del rotations
        return False


def _detect(file: SourceFile) -> Iterator[Finding]:
    found = dict(_matches(file))
    if not found:
        return
    program: image.Image | None = None
    reported: set[Asset] = set()
    there = list(decided(found, _Words(file)))
    families = Counter(constant.asset.family for constant in there)
    for constant in sorted(there, key=lambda one: found[one.like or one.id]):
        asset = sized(constant, found)
        once = bool(constant.digits) and not constant.repeated  # a curve has many numbers
        unsure = constant.shared and families[constant.asset.family] < 2
        if unsure or (once and asset in reported) or _ORDINARY.issuperset(constant.words or ("",)):
            continue
        reported.add(asset)
        program = program or _image(file)
        yield _finding(file, constant, asset, found[constant.like or constant.id], program)


def _matches(file: SourceFile) -> Iterator[tuple[str, int]]:
    """Yield (constant, where it begins), the first place of each."""
    known = memory_images.images()
    seen: set[str] = set()
    for hit in file.hits:
        for one in known.get(hit.anchor, ()):
            start = hit.offset - one.shift
            if one.constant not in seen and start >= 0 and _stands(file.data, start, one):
                seen.add(one.constant)
                yield one.constant, start
    for one in memory_images.unanchored():
        if one.constant not in seen and (start := file.data.find(one.data)) >= 0:
            seen.add(one.constant)
            yield one.constant, start


def _stands(data: bytes, start: int, one: MemoryImage) -> bool:
    if not data.startswith(one.data, start):
        return False
    return not one.not_behind or not data.endswith(one.not_behind, 0, start)


def _image(file: SourceFile) -> image.Image:
    if file.language not in image.FORMATS:
        return image.Image()
    try:
        return image.read(file.data, file.language)
    except image.Unread:
        return image.Image()


def _finding(file: SourceFile, constant: Constant, asset: Asset, offset: int, program: image.Image) -> Finding:
    section = program.section_at(offset)
    return Finding(
        rule=constant.rule,
        asset=asset,
        location=Location(file.path, 1, offset, asset.get("group") or constant.id),
        technique=Technique.PARSER,
        confidence=confidence(constant),
        reason=f"the numbers of {constant.source}",
        role=Role.IMPLEMENTATION,
        functions=("keyderive",) if constant.repeated else ("other",),
        provenance=(Provenance("group" if constant.repeated else "algorithm", "decoded", file.path, 1),),
        details=(("section", section),) if section.isprintable() and section else (),
    )


def _anchors() -> frozenset[bytes]:
    return frozenset(memory_images.images())


def _wants(file: SourceFile) -> bool:
    return file.language in _PROGRAMS


DETECTOR = Detector("memory-constants", _anchors, _wants, _detect, parses=False)
