"""One file: read, gate, detectors. The only place that catches `Exception` from a detector."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import PurePath

from pqc_migrate.catalog import languages
from pqc_migrate.catalog.roles import role_of
from pqc_migrate.detectors.all import DETECTORS, READ_HEADS
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import DETECTORS as SOURCE
from pqc_migrate.gate import Gate
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Role, Skip, Technique
from pqc_migrate.model.target import Hit, Offer, Offers, SourceFile
from pqc_migrate.targets.neighbors import listing, neighbor
from pqc_migrate.targets.read import read
from pqc_migrate.targets.walk import Entry

_EXACTNESS = {technique: rank for rank, technique in enumerate(Technique)}


@dataclass(frozen=True, slots=True)
class Examined:
    """What one file gave."""

    language: str = ""
    size: int = 0
    """Bytes read."""
    was_read: bool = False
    was_parsed: bool = False
    """A detector that parses wanted it."""
    findings: tuple[Finding, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    offers: tuple[Offer, ...] = ()


class Examiner:
    """Detectors with their anchors compiled, ready for many files."""

    def __init__(self, detectors: Iterable[Detector], read_heads: frozenset[Detector] = frozenset()) -> None:
        """`read_heads` are the detectors that can make sense of the mere start of a large file."""
        self._detectors = tuple(detectors)
        self._read_heads = read_heads
        self._gate = Gate(frozenset().union(*(detector.anchors() for detector in self._detectors)))

    def examine(self, entry: Entry) -> Examined:
        """Return everything that the detectors see in one file; never raises on bad input."""
        content = read(entry)
        if isinstance(content, Diagnostic):
            return Examined(diagnostics=(content,))
        language = languages.of(entry.path.rsplit("/", 1)[-1], content.data)
        hits = self._gate.hits(content.data)
        file = _source(entry, content.data, language, hits)
        was_parsed = False
        said: list[Claim] = [content.diagnostic] if content.diagnostic else []
        for detector in self._detectors:
            if content.whole or detector in self._read_heads:
                claims = _claims(detector, file)
                was_parsed = was_parsed or (detector.parses and claims is not None)
                said.extend(claims or ())
        gave = _sorted(said, file, content.shift)
        return replace(gave, size=content.size, was_read=True, was_parsed=was_parsed)


class Follower(Examiner):
    """The source detectors once more, for calls of the functions that other files offer."""

    def __init__(self, offers: Offers) -> None:
        super().__init__(())
        self._offers = offers
        self._words = Gate(offers.words())

    def examine(self, entry: Entry) -> Examined:
        """Return what one file calls; nothing when it names none of the functions."""
        content = read(entry)
        if isinstance(content, Diagnostic) or not content.whole:
            return Examined()
        hits = self._words.hits(content.data)
        if not hits or not self._offers.wanted(content.data, hits):
            return Examined()
        language = languages.of(entry.path.rsplit("/", 1)[-1], content.data)
        file = replace(_source(entry, content.data, language, hits), offers=self._offers)
        said = [claim for detector in SOURCE for claim in _claims(detector, file) or ()]
        return _sorted(said, file, content.shift)


@cache
def default_examiner() -> Examiner:
    """Return the examiner with every detector, compiled once a process."""
    return Examiner(DETECTORS, READ_HEADS)


def _source(entry: Entry, data: bytes, language: str, hits: tuple[Hit, ...]) -> SourceFile:
    """Return a file that can look at those around it."""
    near, names = partial(neighbor, entry), partial(listing, entry)
    return SourceFile(entry.path, data, language, hits=hits, neighbor=near, listing=names)


def _claims(detector: Detector, file: SourceFile) -> list[Claim] | None:
    """Run one detector; None when it does not want the file, and what it saw before a crash is kept."""
    claims: list[Claim] = []
    try:
        if not detector.wants(file):
            return None
        claims.extend(detector.detect(file))
    except Exception as error:  # one detector's mistake must not cost the scan, and must be said
        claims.append(Diagnostic(file.path, Skip.CRASHED, _whereabouts(error), rule=detector.name))
    return claims


def _whereabouts(error: Exception) -> str:
    """Return type and innermost line of an error, not its message: that may quote the file."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {PurePath(frame.filename).name}:{frame.lineno}"


def _sorted(said: list[Claim], file: SourceFile, shift: int | None) -> Examined:
    """Return what detectors said of a file, each kind of claim in its place."""
    findings = [claim for claim in said if isinstance(claim, Finding)]
    return Examined(
        file.language,
        findings=_placed(findings, file, shift) if findings else (),
        diagnostics=tuple(dict.fromkeys(claim for claim in said if isinstance(claim, Diagnostic))),
        offers=tuple(claim for claim in said if isinstance(claim, Offer)),
    )


def _placed(findings: list[Finding], file: SourceFile, shift: int | None) -> tuple[Finding, ...]:
    """Give findings the file's role and offsets that count in the file as it lies on the disk."""
    role = role_of(file.path, file.language, file.data)
    placed = []
    for finding in _distinct(findings):
        offset = finding.location.offset
        if shift != 0 and offset is not None:
            moved = None if shift is None else offset + shift
            finding = replace(finding, location=replace(finding.location, offset=moved))
        placed.append(finding if role is Role.PRODUCTION else replace(finding, role=role))
    return tuple(placed)


def _distinct(findings: list[Finding]) -> list[Finding]:
    """Keep one finding of an asset at a place: the most exact and most confident one."""
    best: dict[tuple[Asset, str, int, int | None], Finding] = {}
    for finding in sorted(findings, key=_preference):
        place = finding.location
        best.setdefault((finding.asset, place.path, place.line, place.offset), finding)
    return list(best.values())


def _preference(finding: Finding) -> tuple[int, float, str, str]:
    return _EXACTNESS[finding.technique], -finding.confidence, finding.rule, finding.location.symbol
