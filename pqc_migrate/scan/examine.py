"""One file, or the files in an archive: read, gate, detectors. Only here a detector's `Exception` is caught."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import islice
from pathlib import PurePath

from pqc_migrate.catalog import languages
from pqc_migrate.catalog.roles import role_of
from pqc_migrate.detectors.all import DETECTORS, READ_HEADS
from pqc_migrate.detectors.material import DETECTORS as MATERIAL
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import DETECTORS as SOURCE
from pqc_migrate.gate import Gate
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Role, Skip, Technique
from pqc_migrate.model.target import Given, Givens, Offer, Offers, SourceFile
from pqc_migrate.scan import layers
from pqc_migrate.scan.examined import Examined
from pqc_migrate.scan.inside import Inner, files_in
from pqc_migrate.targets.archives.member import INSIDE
from pqc_migrate.targets.exclude import Exclusion
from pqc_migrate.targets.limits import Limits
from pqc_migrate.targets.neighbors import listing, neighbor
from pqc_migrate.targets.read import DEFAULT, Content, read
from pqc_migrate.targets.walk import Entry

Neighbor = Callable[[str], SourceFile | None]
Listing = Callable[[str], tuple[str, ...]]
_EXACTNESS = {technique: rank for rank, technique in enumerate(Technique)}


@dataclass(frozen=True, slots=True)
class Rules:
    """What bounds the reading, whichever process does it."""

    limits: Limits = DEFAULT
    exclude: tuple[str, ...] = ()
    """Patterns of a ``.gitignore``, asked for the files in archives (the walk asks for all others)."""


class Examiner:
    """Detectors with their anchors compiled, ready for many files."""

    def __init__(
        self,
        detectors: Iterable[Detector],
        read_heads: frozenset[Detector] = frozenset(),
        rules: Rules = Rules(),
    ) -> None:
        """`read_heads` are the detectors that can make sense of the mere start of a large file."""
        self.rules = rules
        self._exclusion = Exclusion(rules.exclude)
        self._detectors = tuple(detectors)
        self._read_heads = read_heads
        self._gate = Gate(frozenset().union(*(detector.anchors() for detector in self._detectors)))

    def examine(self, entry: Entry) -> Examined:
        """Return everything that the detectors see in one file; never raises on bad input."""
        found = read(entry, self.rules.limits)
        if isinstance(found, Diagnostic):
            return Examined(entry.path, diagnostics=(found,))
        return self._look(entry.path, found, partial(neighbor, entry), partial(listing, entry))

    def inside(self, entry: Entry, kind: str, start: int = 0) -> Iterator[tuple[str, Callable[[], Examined]]]:
        """Yield the path of each file in an archive, from position `start` on, and what examines it."""
        for inner in islice(files_in(entry, kind, self.rules.limits), start, None):
            yield inner.path, partial(self._look_inside, inner)

    def _look_inside(self, inner: Inner) -> Examined:
        found, path = inner.content, inner.path
        if isinstance(found, Diagnostic):
            return Examined(path, diagnostics=(found,))
        # An archive that the user excludes is a folder on the way to what lies in it.
        if why := self._exclusion.reason(path.replace(INSIDE, "/"), "", is_folder=False):
            return Examined(path, diagnostics=(Diagnostic(path, Skip.EXCLUDED, why),))
        if inner.hidden_by:
            return layers.hidden(self._look_for_material(path, found), inner.layer, inner.hidden_by)
        if inner.around is None:
            gave = self._look(path, found, None, None)
        else:
            around = inner.around
            gave = self._look(path, found, partial(around.neighbor, path), partial(around.listing, path))
        return layers.named(gave, inner.layer)

    def _look_for_material(self, path: str, found: Content) -> Examined:
        """Return the keys and certificates in a file; what else it says is not in force."""
        return self._look(path, found, None, None, MATERIAL)

    def _look(
        self,
        path: str,
        found: Content,
        near: Neighbor | None,
        names: Listing | None,
        asked: Iterable[Detector] = (),
    ) -> Examined:
        """Return what the detectors that are `asked` see in a file; empty: all of them."""
        language = languages.of(path.rsplit("/", 1)[-1], found.data)
        if found.archive:
            return Examined(path, language, found.size, was_read=True, archive=found.archive)
        hits = self._gate.hits(found.data)
        file = SourceFile(path, found.data, language, hits=hits, neighbor=near, listing=names)
        was_parsed = False
        said: list[Claim] = [found.diagnostic] if found.diagnostic else []
        if language == languages.ARCHIVE and found.data:
            said.append(
                Diagnostic(path, Skip.UNSUPPORTED, "named as an archive, but of no kind that is opened here")
            )
        for detector in asked or self._detectors:
            if found.whole or detector in self._read_heads:
                claims = _claims(detector, file)
                was_parsed = was_parsed or (detector.parses and claims is not None)
                said.extend(claims or ())
        gave = _sorted(said, file, found.shift)
        return replace(gave, size=found.size, was_read=True, was_parsed=was_parsed)


class _Again(Examiner):
    """The source detectors once more; archives, heads of files and what lies hidden in an image have been said."""

    def __init__(self, rules: Rules) -> None:
        super().__init__((), rules=rules)

    def _look_for_material(self, path: str, found: Content) -> Examined:
        return Examined(path, archive=found.archive)

    def _look(
        self,
        path: str,
        found: Content,
        near: Neighbor | None,
        names: Listing | None,
        asked: Iterable[Detector] = (),
    ) -> Examined:
        files = () if found.archive or not found.whole else self._files(path, found, near, names)
        if not files:
            return Examined(path, archive=found.archive)
        said = [claim for file in files for detector in SOURCE for claim in _claims(detector, file) or ()]
        return _sorted(said, files[0], found.shift)

    def _files(
        self, path: str, found: Content, near: Neighbor | None, names: Listing | None
    ) -> tuple[SourceFile, ...]:
        """Return what is to be read again, each with what is known by now; nothing for a file that has said all."""
        raise NotImplementedError


class Follower(_Again):
    """Reads again for calls of the functions that other files offer."""

    def __init__(self, offers: Offers, rules: Rules = Rules()) -> None:
        super().__init__(rules)
        self._offers = offers
        self._words = Gate(offers.words())

    def _files(
        self, path: str, found: Content, near: Neighbor | None, names: Listing | None
    ) -> tuple[SourceFile, ...]:
        """Return the file when it names one of the functions."""
        hits = self._words.hits(found.data)
        if not hits or not self._offers.wanted(found.data, hits):
            return ()
        language = languages.of(path.rsplit("/", 1)[-1], found.data)
        return (
            SourceFile(path, found.data, language, hits=hits, neighbor=near, listing=names, offers=self._offers),
        )


class Settler(_Again):
    """Reads again the files whose functions others decide for, and those that decide."""

    def __init__(self, offers: Offers, given: Givens, rules: Rules = Rules()) -> None:
        super().__init__(rules)
        self._offers = offers
        self._given = given
        self._paths = frozenset(path for one in given.all for path in one.concerned())

    def _files(
        self, path: str, found: Content, near: Neighbor | None, names: Listing | None
    ) -> tuple[SourceFile, ...]:
        """Return the file by itself, and with what others offer, when it is one of those."""
        if path not in self._paths:
            return ()
        language = languages.of(path.rsplit("/", 1)[-1], found.data)
        alone = SourceFile(path, found.data, language, neighbor=near, listing=names, given=self._given)
        return alone, replace(alone, offers=self._offers)


@cache
def default_examiner(rules: Rules = Rules()) -> Examiner:
    """Return the examiner with every detector, compiled once a process."""
    return Examiner(DETECTORS, READ_HEADS, rules)


def timed_out(path: str) -> Examined:
    """Return what stands for a file that took longer than it may."""
    said = Diagnostic(path, Skip.TIMED_OUT, "took too long; nothing of it is in the results")
    return Examined(path, diagnostics=(said,))


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
        file.path,
        file.language,
        findings=_placed(findings, file, shift) if findings else (),
        diagnostics=tuple(dict.fromkeys(claim for claim in said if isinstance(claim, Diagnostic))),
        offers=tuple(claim for claim in said if isinstance(claim, Offer)),
        given=tuple(claim for claim in said if isinstance(claim, Given)),
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
