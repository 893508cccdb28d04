"""What one call or name is, as far as it was read, and how several readings of one object join."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pqc_migrate.catalog import algorithms
from pqc_migrate.catalog.libraries import Rule
from pqc_migrate.model.inventory import Asset, Provenance

_MOST = 12
"""Alternatives of one object that are kept."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one call or name is, as far as it was read."""

    rule: Rule
    family: str
    parameters: tuple[tuple[str, str], ...] = ()
    details: tuple[tuple[str, str], ...] = ()
    provenance: tuple[Provenance, ...] = ()
    parts: tuple[int, ...] = ()
    """Offsets of the calls and names this meaning was composed from."""
    sure: float = 1.0
    base: tuple[str, tuple[tuple[str, str], ...]] | None = None
    """Family and parameters of the one alternative of an object that this refines; None: no refinement."""
    functions: tuple[str, ...] = ()
    """What later calls do with the object, when they say; else the rule's own functions hold."""

    @property
    def asset(self) -> Asset | None:
        """The asset, or None when this is only a part of one."""
        if not self.family:
            return None
        record = algorithms.family(self.family)
        return Asset(record.kind, self.family, self.parameters)

    def get(self, key: str) -> str | None:
        """Return a parameter or a detail."""
        return dict(self.parameters).get(key) or dict(self.details).get(key)


@dataclass(frozen=True, slots=True)
class Refinement:
    """What a call says of the object that it is called on (``generator.initialize(2048)``)."""

    at: int
    """Byte offset of the call."""
    meaning: Meaning


def completed(meaning: Meaning, others: Sequence[Meaning]) -> list[Meaning]:
    """Return a meaning with what others say of the same object; those that contradict each other make several."""
    speaking = list({said(other): other for other in others if _speaks_of(other, meaning)}.values())
    found: list[Meaning] = []
    for other in speaking:
        if len(found) < _MOST and not any(_agree(one, other, meaning) for one in found):
            found.append(_joined(meaning, other))
    for index, one in enumerate(found):
        for other in speaking:
            if _agree(one, other, meaning):
                one = _joined(one, other)
        found[index] = one
    forgotten = frozenset(key for other in speaking for key in other.rule.forgets)
    whole = [_without(one, forgotten) for one in found] if found else [meaning]
    return [named for one in whole for named in _named_after(one, others)]


def _named_after(meaning: Meaning, others: Sequence[Meaning]) -> list[Meaning]:
    """Return a bare key or curve as what it is used for in sight, where the rules of those calls say so."""
    uses = {
        other.family for other in others if other.rule.names_key and _is_scheme_of(other.family, meaning.family)
    }
    return [replace(meaning, family=family) for family in sorted(uses)] or [meaning]


def _is_scheme_of(family: str, key: str) -> bool:
    """Whether a key of any curve can be used so: X25519 has a curve of its own."""
    if not family or family == key:
        return False
    record = algorithms.family(family)
    return record.base == key and not record.curve


def _without(meaning: Meaning, forgotten: frozenset[str]) -> Meaning:
    """Return a meaning less the parameters that a later call made void."""
    kept = tuple(pair for pair in meaning.parameters if pair[0] not in forgotten)
    return replace(meaning, parameters=kept) if forgotten else meaning


def said(meaning: Meaning) -> tuple[object, ...]:
    """Return what a meaning says, whoever says it."""
    return (meaning.rule.id, meaning.family, meaning.parameters, meaning.details, meaning.functions, meaning.base)


def contradict(one: Meaning, other: Meaning) -> bool:
    """Whether two meanings give one parameter different values."""
    mine = dict(one.parameters)
    return any(mine.get(key, text) != text for key, text in other.parameters)


def _speaks_of(other: Meaning, meaning: Meaning) -> bool:
    if not other.family:  # what is set on the builder of a specification
        return other.rule.refines and not meaning.family and bool(other.parameters or other.details)
    if other.base is not None and other.base != (meaning.family, meaning.parameters):
        return False
    return other.family == meaning.family or algorithms.family(other.family).specializes == meaning.family


def _agree(one: Meaning, other: Meaning, base: Meaning) -> bool:
    """Whether two completions of one meaning can be of the same object; what it says itself stays in any case."""
    fixed = dict(base.parameters)
    mine = dict(one.parameters)
    same = one.family == other.family or (base.family != "" and base.family in (one.family, other.family))
    return same and all(key in fixed or mine.get(key, text) == text for key, text in other.parameters)


def _joined(meaning: Meaning, other: Meaning) -> Meaning:
    family = meaning.family if other.family == meaning.family else _more_specific(meaning.family, other.family)
    functions = other.functions or (other.rule.functions if other.rule.refines else ())
    return replace(
        meaning,
        family=family,
        parameters=tuple(sorted({**dict(other.parameters), **dict(meaning.parameters)}.items())),
        details=tuple(sorted({**dict(other.details), **dict(meaning.details)}.items()))
        if other.rule.refines
        else meaning.details,
        provenance=tuple(dict.fromkeys((*meaning.provenance, *other.provenance))),
        sure=min(meaning.sure, other.sure),
        functions=tuple(dict.fromkeys((*meaning.functions, *functions))),
    )


def _more_specific(one: str, other: str) -> str:
    return other if algorithms.family(other).specializes == one else one
