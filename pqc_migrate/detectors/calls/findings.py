"""How a use becomes a finding, or a gap that is said."""

from __future__ import annotations

from pqc_migrate.catalog.libraries import Rule
from pqc_migrate.detectors.calls.meaning import Meaning
from pqc_migrate.detectors.calls.uses import Use
from pqc_migrate.detectors.calls.values import Call, Name
from pqc_migrate.model.inventory import Diagnostic, Finding, Location, Provenance, Role, Skip, Technique

_DECIDED_ELSEWHERE = "the algorithm is decided at run time or in another file"


def rivals(meaning: Meaning, meanings: list[Meaning], use: Use) -> int:
    """Return how many assets of one family, or functions and types, the same call may be."""
    return max(sum(1 for other in meanings if other.family == meaning.family), len(use.names))


def finding(path: str, value: Call | Name, meaning: Meaning, rivals: int) -> Finding:
    """Return a whole meaning as found at a call; `rivals` is what `rivals` counts."""
    asset = meaning.asset
    assert asset is not None, "parts are filtered by `uses.compose`"
    confidence, reason = _confidence(value, meaning, rivals)
    return Finding(
        rule=meaning.rule.id,
        asset=asset,
        location=Location(path, value.line, value.offset, _symbol(value.name)),
        technique=Technique.AST,
        confidence=confidence,
        reason=reason,
        role=Role.IMPLEMENTATION if meaning.rule.implementation else Role.PRODUCTION,
        functions=meaning.functions or meaning.rule.functions,
        provenance=tuple(
            Provenance(p.parameter, p.how, p.path or path, p.line or value.line) for p in meaning.provenance
        ),
        details=tuple((key, text) for key, text in meaning.details if key != "octets"),
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


def unresolved(path: str, value: Call | Name, rule: Rule, unlisted: bool) -> Diagnostic:
    """Return the gap that a call leaves whose algorithm was not read."""
    why = "names an algorithm that the catalog does not hold" if unlisted else _DECIDED_ELSEWHERE
    message = f"{_symbol(value.name)}: {why}"
    return Diagnostic(path, Skip.UNRESOLVED, message, value.line, rule.id)
