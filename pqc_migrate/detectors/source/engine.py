"""Run one language over one file: its analysis and the calls of its wrappers → findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pqc_migrate.catalog import libraries
from pqc_migrate.catalog.libraries import Rule
from pqc_migrate.detectors.registry import Claim
from pqc_migrate.detectors.source import srp
from pqc_migrate.detectors.source.analysis import Analysis, MakeUnit, Use
from pqc_migrate.detectors.source.callers import Callers
from pqc_migrate.detectors.source.meaning import Meaning
from pqc_migrate.detectors.source.values import Call, Name
from pqc_migrate.detectors.source.wrappers import HandedOut, Wrappers
from pqc_migrate.model.inventory import (
    Diagnostic,
    Finding,
    Location,
    Provenance,
    Role,
    Skip,
    Technique,
)
from pqc_migrate.model.target import Offer, Offers, SourceFile

_DECIDED_ELSEWHERE = "the algorithm is decided at run time or in another file"


def detect(file: SourceFile, language: str, make: MakeUnit) -> Iterator[Claim]:
    """Yield what a source file uses, where an algorithm is decided out of its sight, and what others may call."""
    if file.offers is not None:
        yield from _second(file, file.offers, language, make)
        return
    analysis = Analysis(file, language, make)
    uses, unresolved = analysis.uses, analysis.interpreter.unresolved
    for offset, meanings in sorted(analysis.composed.items()):
        for meaning in meanings:
            yield _finding(file, uses[offset].value, meaning, _rivals(meaning, meanings, uses[offset]))
    wrappers = Wrappers(analysis)
    for handed in wrappers.calls(analysis.composed):
        yield _wrapper_finding(file, handed)
    anywhere = analysis.unit.program_wide
    yield from (Offer(language, file.path, members, anywhere=anywhere) for members in wrappers.offered())
    for offset, rule in sorted(unresolved.items()):
        if offset in uses and not uses[offset].meanings:
            yield _unresolved(file, uses[offset].value, rule, offset in analysis.interpreter.unlisted)


def _second(file: SourceFile, offers: Offers, language: str, make: MakeUnit) -> Iterator[Finding | Offer]:
    """Yield the calls of functions that other files offer, and the functions that hand on what they give."""
    callers = Callers(file, offers, language, make)
    places = list(callers.calls(offers.level))
    if not places:
        return
    for handed in (*places, *callers.wrappers.calls(handed.call.offset for handed in places)):
        yield _wrapper_finding(file, handed)
    anywhere = callers.wrappers.analysis.unit.program_wide
    for members in callers.wrappers.offered():
        yield Offer(language, file.path, members, offers.level + 1, anywhere)


def _rivals(meaning: Meaning, meanings: list[Meaning], use: Use) -> int:
    """Return how many assets of one family, or functions and types, the same call may be."""
    return max(sum(1 for other in meanings if other.family == meaning.family), len(use.names))


def _finding(file: SourceFile, value: Call | Name, meaning: Meaning, rivals: int) -> Finding:
    asset = meaning.asset
    assert asset is not None, "parts are filtered by _composed"
    confidence, reason = _confidence(value, meaning, rivals)
    return Finding(
        rule=meaning.rule.id,
        asset=srp.in_context(asset, file.data) if meaning.rule.implementation else asset,
        location=Location(file.path, value.line, value.offset, _symbol(value.name)),
        technique=Technique.AST,
        confidence=confidence,
        reason=reason,
        role=Role.IMPLEMENTATION if meaning.rule.implementation else Role.PRODUCTION,
        functions=meaning.functions or meaning.rule.functions,
        provenance=tuple(
            Provenance(p.parameter, p.how, p.path or file.path, p.line or value.line) for p in meaning.provenance
        ),
        details=tuple((key, text) for key, text in meaning.details if key != "octets"),
    )


def _wrapper_finding(file: SourceFile, handed: HandedOut) -> Finding:
    inner = _finding(file, handed.call, handed.meaning, 1)
    reason = "call of a function of this project that hands it out"
    origin = Provenance("wrapper", "function", handed.path, handed.line)
    return replace(
        inner, confidence=0.7, reason=reason, provenance=(origin,), functions=handed.meaning.rule.functions
    )


def _confidence(value: Call | Name, meaning: Meaning, rivals: int) -> tuple[float, str]:
    if rivals > 1:
        return 0.8, f"one of {rivals} values that this call can take"
    if meaning.rule.wildcard:
        return 0.85, "method of an object whose type was not seen, told by its arguments"
    if isinstance(value, Name):
        return 0.85, "resolved name, referenced and not called here"
    if meaning.sure < 1:
        return round(0.95 * meaning.sure, 2), "resolved call; a value comes from a default or a caller"
    return 0.95, "resolved call"


def _symbol(name: str) -> str:
    return name.removeprefix("*.")


def _unresolved(file: SourceFile, value: Call | Name, rule: Rule, unlisted: bool) -> Diagnostic:
    why = "names an algorithm that the catalog does not hold" if unlisted else _DECIDED_ELSEWHERE
    message = f"{_symbol(value.name)}: {why}"
    return Diagnostic(file.path, Skip.UNRESOLVED, message, value.line, rule.id)


def anchors(language: str) -> frozenset[bytes]:
    """Return the literals of a language's libraries."""
    return libraries.anchors(language)


def anchored(file: SourceFile, wanted: Iterable[bytes]) -> bool:
    """Whether the gate saw one of these literals in a file; in a second reading it has seen what is looked for."""
    if file.offers is not None:
        return True
    literals = frozenset(wanted)
    return any(hit.anchor in literals for hit in file.hits)
