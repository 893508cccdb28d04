"""Systems of the register with what was found in them, and what the register is missing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pqc_migrate.model.inventory import Role
from pqc_migrate.model.plan import UNREGISTERED, AssessedAsset, Assessment, CryptoUse, Reason, Step, SystemPlan
from pqc_migrate.model.plan_codes import ReasonCode
from pqc_migrate.model.register import Owner, Register, System
from pqc_migrate.plan.capacity import CHAIN_BYTES
from pqc_migrate.plan.steps import without_step

_HIGH_LEVEL = 3
"""MLPS level from which a yearly assessment is expected."""


def system_plans(
    register: Register | None,
    assessment: Assessment,
    assets: Mapping[str, AssessedAsset],
    uses: Sequence[CryptoUse],
    changes: Sequence[Step],
) -> tuple[SystemPlan, ...]:
    """Return every registered system, then the implicit one when something is not claimed."""
    by_system: dict[str, list[CryptoUse]] = defaultdict(list)
    for use in uses:
        by_system[use.system].append(use)
    targets: dict[str, set[str]] = defaultdict(set)
    standings: dict[str, Counter[str]] = defaultdict(Counter)
    for row in assessment.evidence:
        targets[row.system].add(row.target)
        if row.role == Role.PRODUCTION.value:
            standings[row.system][assets[row.asset].standing.value] += 1
    listed = list(register.systems) if register else []
    if register is None or targets[UNREGISTERED]:
        listed.append(System(UNREGISTERED, "", "", Owner()))
    own: dict[str, list[Step]] = defaultdict(list)
    for step in changes:
        own[step.system].append(step)
    return tuple(
        _plan(system, by_system[system.id], targets[system.id], standings[system.id], own[system.id])
        for system in listed
    )


def unmapped(register: Register | None, assessment: Assessment) -> Iterator[Reason]:
    """Yield, by target, the production findings that no registered system claims."""
    if register is None:
        return
    counts = Counter(
        row.target
        for row in assessment.evidence
        if row.system == UNREGISTERED and row.role == Role.PRODUCTION.value
    )
    for target, count in sorted(counts.items()):
        yield Reason.of(ReasonCode.FINDINGS_UNMAPPED, target=target, count=count)


def _plan(
    system: System,
    uses: Sequence[CryptoUse],
    targets: set[str],
    standings: Counter[str],
    changes: Sequence[Step],
) -> SystemPlan:
    margins = [margin for use in uses for margin in use.margins if margin.scenario == "base"]
    registered = system.id != UNREGISTERED
    return SystemPlan(
        id=system.id,
        name_zh=system.name_zh,
        name_en=system.name_en,
        owner_dept=system.owner.dept,
        owner_person=system.owner.person,
        registered=registered,
        criticality=system.criticality or "unknown",
        mlps_level=system.mlps_level,
        targets=tuple(sorted(targets)),
        uses=tuple(use.id for use in uses),
        priority=uses[0].priority if uses else None,
        worst_mc=min((m.mc for m in margins if m.mc is not None), default=None),
        worst_ms=min((m.ms for m in margins if m.ms is not None), default=None),
        occurrences=dict(sorted(standings.items())),
        steps=tuple(step.id for step in changes),
        without_step=without_step(uses, changes),
        reasons=tuple(_warnings(system, targets)) if registered else (),
    )


def _warnings(system: System, targets: set[str]) -> Iterator[Reason]:
    if system.discovery.empty:
        yield Reason.of(ReasonCode.SYSTEM_WITHOUT_DISCOVERY, system=system.id)
    elif not targets:
        yield Reason.of(ReasonCode.SYSTEM_WITHOUT_FINDINGS, system=system.id)
    if ((system.mlps_level or 0) >= _HIGH_LEVEL or system.cii) and system.miping_last is None:
        yield Reason.of(ReasonCode.MIPING_MISSING, system=system.id)
    limit = system.budgets.get("max_cert_chain_bytes")
    if limit is not None and limit < CHAIN_BYTES:
        yield Reason.of(ReasonCode.CHAIN_OVER_BUDGET, system=system.id, estimate=CHAIN_BYTES, limit=limit)
