"""Detector: PEM blocks in any text."""

from __future__ import annotations

from collections.abc import Iterator

from pqc_migrate.detectors.material import armor, blocks
from pqc_migrate.detectors.material.armor import Block
from pqc_migrate.detectors.material.der import Malformed
from pqc_migrate.detectors.material.item import Place, condensed, is_key_file
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Diagnostic, Finding, Skip
from pqc_migrate.model.target import SourceFile

MOST_BLOCKS = 10_000
"""Blocks decoded in one file; the rest is reported as not looked at."""


def _anchors() -> frozenset[bytes]:
    return frozenset({armor.BEGIN})


def _wants(file: SourceFile) -> bool:
    return any(hit.anchor == armor.BEGIN for hit in file.hits)


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    telling = is_key_file(file) or file.data[:64].lstrip().startswith(armor.BEGIN)
    found = armor.blocks(file, MOST_BLOCKS)
    yield from condensed(claim for block in found for claim in _findings(file, block, telling))
    markers = sum(hit.anchor == armor.BEGIN for hit in file.hits)
    if markers > MOST_BLOCKS:
        message = f"{markers - MOST_BLOCKS:,} of {markers:,} PEM blocks were not decoded"
        yield Diagnostic(file.path, Skip.TOO_LARGE, message, rule="pem")


def _findings(file: SourceFile, block: Block, telling: bool) -> Iterator[Finding | Diagnostic]:
    """Decode one block; one that cannot be decoded is worth a word where it was meant to be a key."""
    place = Place("pem", file.path, block.line, block.offset, block.label)
    if block.label not in blocks.LABELS:
        return
    if block.body is None:
        if telling:
            yield place.diagnostic(Malformed(block.problem), block.label)
        return
    try:
        for item in blocks.items(block):
            yield place.finding(item)
    except Malformed as error:
        yield place.diagnostic(error, block.label)


DETECTOR = Detector("pem", _anchors, _wants, _detect)
