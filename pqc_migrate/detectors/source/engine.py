"""Run one language over one file: its analysis and the calls of its wrappers → findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import replace

from pqc_migrate.catalog import libraries
from pqc_migrate.detectors.calls import findings
from pqc_migrate.detectors.calls.meaning import Meaning
from pqc_migrate.detectors.calls.values import Call, Name
from pqc_migrate.detectors.registry import Claim
from pqc_migrate.detectors.source import demands, srp
from pqc_migrate.detectors.source.analysis import Analysis, MakeUnit
from pqc_migrate.detectors.source.callers import Callers
from pqc_migrate.detectors.source.wrappers import HandedOut, Wrappers
from pqc_migrate.model.inventory import Diagnostic, Finding, Provenance, Skip
from pqc_migrate.model.target import ANY_LEVEL, LAST_LEVEL, Offer, Offers, SourceFile

_LARGEST_PACKED = 1 << 20
_WRITTEN_LINE = 1000
"""Bytes of a line, on average, that nobody writes by hand."""


def detect(file: SourceFile, language: str, make: MakeUnit) -> Iterator[Claim]:
    """Yield what a source file uses, where an algorithm is decided out of its sight, and what others may call."""
    if _is_packed(file.data):
        if file.offers is None and file.given is None:
            message = f"{len(file.data)} bytes packed into few lines; searched for keys and tables, not parsed"
            yield Diagnostic(file.path, Skip.TOO_LARGE, message, rule=language)
        return
    if file.offers is not None:
        yield from _second(file, file.offers, language, make)
        return
    analysis = Analysis(file, language, make)
    uses, unresolved = analysis.uses, analysis.interpreter.unresolved
    for offset, meanings in sorted(analysis.composed.items()):
        for meaning in meanings:
            yield _finding(file, uses[offset].value, meaning, findings.rivals(meaning, meanings, uses[offset]))
    wrappers = Wrappers(analysis)
    for handed in wrappers.calls(analysis.composed):
        yield _wrapper_finding(file, handed)
    yield from _offers(file.path, language, wrappers, demands.undecided(analysis), 1)
    for offset, rule in sorted(unresolved.items()):
        if offset in uses and not uses[offset].meanings:
            yield findings.unresolved(file.path, uses[offset].value, rule, offset in analysis.interpreter.unlisted)


def _is_packed(data: bytes) -> bool:
    """Whether a file is a bundle that a build step made: nobody wrote it, and its sources tell more."""
    return len(data) > _LARGEST_PACKED and data.count(b"\n") * _WRITTEN_LINE < len(data)


def _second(file: SourceFile, offers: Offers, language: str, make: MakeUnit) -> Iterator[Claim]:
    """Yield the calls of functions that other files offer, and the functions that hand on what they give."""
    callers = Callers(file, offers, language, make)
    places = list(callers.calls(offers.level))
    yield from callers.given()
    asking = callers.asking() if offers.level < LAST_LEVEL and offers.level != ANY_LEVEL else frozenset()
    if not places:
        if asking:
            yield from _offers(file.path, language, callers.wrappers, asking, offers.level + 1)
        return
    for handed in (*places, *callers.wrappers.calls(handed.call.offset for handed in places)):
        yield _wrapper_finding(file, handed)
    if offers.level:
        yield from _offers(file.path, language, callers.wrappers, asking, offers.level + 1)


def _offers(path: str, language: str, wrappers: Wrappers, asking: Set[int], level: int) -> Iterator[Offer]:
    """Yield the functions that hand out something, and those that uses depend on, by where they begin."""
    unit = wrappers.analysis.unit
    asked = {members for members, node in unit.named_owners() if node.start_byte in asking} if asking else set()
    handed = set(wrappers.offered())
    for members in sorted(handed | asked):
        yield Offer(language, path, members, level, unit.program_wide, members in handed, members in asked)


def _finding(file: SourceFile, value: Call | Name, meaning: Meaning, rivals: int) -> Finding:
    found = findings.finding(file.path, value, meaning, rivals)
    return replace(found, asset=srp.in_context(found.asset, file.data)) if meaning.rule.implementation else found


def _wrapper_finding(file: SourceFile, handed: HandedOut) -> Finding:
    inner = _finding(file, handed.call, handed.meaning, 1)
    reason = "call of a function of this project that hands it out"
    origin = Provenance("wrapper", "function", handed.path, handed.line)
    return replace(
        inner, confidence=0.7, reason=reason, provenance=(origin,), functions=handed.meaning.rule.functions
    )


def anchors(language: str) -> frozenset[bytes]:
    """Return the literals of a language's libraries."""
    return libraries.anchors(language)


def anchored(file: SourceFile, wanted: Iterable[bytes]) -> bool:
    """Whether the gate saw one of these literals in a file; in a second reading it has seen what is looked for."""
    if file.offers is not None or file.given is not None:
        return True
    literals = frozenset(wanted)
    return any(hit.anchor in literals for hit in file.hits)
