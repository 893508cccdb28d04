"""Which completion dates of the chosen profiles apply to one use.

A date applies when its axis, its strength and its population fit. Unverified milestones never apply; the
institution's own reference line does, and says that it is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from pqc_migrate.model.plan import AssessedAsset, Milestone, MilestoneUse, ProfileView, Reason
from pqc_migrate.model.plan_codes import Axis, Binding, Effect, Population, ReasonCode

_CRITICAL = ("systemic", "critical")
_LEAST = 112
"""The strength line that weaker keys fall under as well."""


def milestones(
    profiles: Iterable[ProfileView],
    axis: Axis,
    assets: Sequence[AssessedAsset],
    criticality: str | None,
    today: date,
) -> tuple[MilestoneUse, ...]:
    """Return the dates that apply, earliest first; `criticality` None counts as critical."""
    found = []
    for profile in profiles:
        for line in profile.milestones:
            day = line.disallow_after
            if day is None or not _counts(line) or not _fits(line, axis, criticality):
                continue
            matching = [asset for asset in assets if _matches_strength(line, asset)]
            if matching:
                reasons = tuple(_reasons(line, matching, criticality))
                days = (day - today).days
                found.append(
                    MilestoneUse(line.id, profile.id, day, line.deprecate_after, line.binding, days, reasons)
                )
    return tuple(sorted(found, key=lambda use: (use.day, use.milestone)))


def _counts(line: Milestone) -> bool:
    return line.effect is Effect.COMPLETION and not line.unverified


def _fits(line: Milestone, axis: Axis, criticality: str | None) -> bool:
    if line.axis is not None and axis not in (line.axis, Axis.BOTH):
        return False
    return line.population is Population.ALL or criticality is None or criticality in _CRITICAL


def _matches_strength(line: Milestone, asset: AssessedAsset) -> bool:
    if line.strength is None or asset.strength is None:
        return True
    return asset.strength <= _LEAST if line.strength == _LEAST else asset.strength > _LEAST


def _reasons(line: Milestone, assets: Sequence[AssessedAsset], criticality: str | None) -> Iterator[Reason]:
    day = line.disallow_after
    written = day.isoformat() if day else None
    if line.binding is Binding.REFERENCE:
        yield Reason.of(ReasonCode.DEADLINE_REFERENCE_LINE, milestone=line.id, date=written)
    else:
        yield Reason.of(
            ReasonCode.DEADLINE_OF_PROFILE,
            milestone=line.id,
            profile=line.profile,
            date=written,
            binding=line.binding.value,
        )
    if line.strength is not None:
        for family in sorted({asset.family for asset in assets if asset.sm}):
            yield Reason.of(ReasonCode.DEADLINE_BY_ANALOGY, milestone=line.id, family=family)
        if any(asset.strength is None for asset in assets):
            yield Reason.of(ReasonCode.DEADLINE_STRENGTH_UNKNOWN, milestone=line.id)
    if line.population is Population.CRITICAL and criticality is None:
        yield Reason.of(ReasonCode.DEADLINE_CRITICALITY_UNKNOWN, milestone=line.id)
