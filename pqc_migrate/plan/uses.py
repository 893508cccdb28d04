"""Places → `CryptoUse` rows: grouped by system, use and axis; scored, routed, ranked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pqc_migrate.assess.facts import PUBLIC_KEY
from pqc_migrate.catalog.layers import layer_of
from pqc_migrate.model.inventory import Kind, Role, Technique
from pqc_migrate.model.plan import (
    AssessedAsset,
    Assessment,
    CryptoUse,
    Evidence,
    Input,
    Margin,
    ProfileView,
    Reason,
    TargetMapping,
)
from pqc_migrate.model.plan_codes import AssumptionCode, Axis, OrderRule, Priority, ReasonCode, Trust, Use
from pqc_migrate.model.register import System
from pqc_migrate.plan import deadlines, routes, scoring, targets
from pqc_migrate.plan.roadmap import order_rule, wave_of

_PRIORITIES = tuple(Priority)
_RULES = tuple(OrderRule)


@dataclass(frozen=True, slots=True)
class Context:
    """What every use of one plan is computed against."""

    today: date
    profiles: tuple[ProfileView, ...]
    arrival: Mapping[str, int]
    systems: Mapping[str, System]
    assets: Mapping[str, AssessedAsset]
    awaited: frozenset[str]
    """Systems that another registered system depends on."""


@dataclass(frozen=True, slots=True)
class Group:
    """What one row of the plan stands for."""

    system: str
    use: Use
    axis: Axis
    sm: bool

    @property
    def id(self) -> str:
        """The id of the row."""
        return f"{self.system}/{self.use}/{self.axis}{'/sm' if self.sm else ''}"


def awaited(systems: Iterable[System]) -> frozenset[str]:
    """Return the systems that another one depends on."""
    return frozenset(needed for system in systems for needed in system.depends_on or () if needed != system.id)


def crypto_uses(
    assessment: Assessment, mappings: Mapping[tuple[str, Use, Axis], Sequence[TargetMapping]], context: Context
) -> tuple[CryptoUse, ...]:
    """Return one row a system, use and axis, by rank; only production places of public keys make one."""
    groups = grouped(assessment, context)
    rows = [crypto_use(group, groups[group], mappings, context) for group in groups]
    return _ranked(rows, context)


def grouped(assessment: Assessment, context: Context) -> Mapping[Group, Sequence[Evidence]]:
    """Return the production places of public keys by system, use and axis."""
    groups: dict[Group, list[Evidence]] = defaultdict(list)
    for row in assessment.evidence:
        asset = context.assets[row.asset]
        if row.role == Role.PRODUCTION.value and row.axis is not None and asset.standing in PUBLIC_KEY:
            groups[Group(row.system, row.use, row.axis, asset.sm)].append(row)
    return groups


def crypto_use(
    group: Group,
    evidence: Sequence[Evidence],
    mappings: Mapping[tuple[str, Use, Axis], Sequence[TargetMapping]],
    context: Context,
) -> CryptoUse:
    system = context.systems.get(group.system)
    assets = [context.assets[ref] for ref in sorted({row.asset for row in evidence})]
    criticality = system.criticality if system else None
    dates = deadlines.milestones(context.profiles, group.axis, assets, criticality, context.today)
    inputs = scoring.inputs(
        system, group.axis, _availability(group), _cost(evidence, assets, system), context.today
    )
    margins = scoring.margins(inputs, group.axis, context.arrival, context.today)
    matrix = scoring.matrix(inputs.qrs, inputs.mts)
    lifts = {margin.scenario: tuple(scoring.overrides(margin, dates, inputs.y.value, system)) for margin in margins}
    by_scenario = {name: scoring.lifted(matrix, bool(reasons)) for name, reasons in lifts.items()}
    priority = by_scenario["base"]
    base = next(margin for margin in margins if margin.scenario == "base")
    _, replacement = next(targets.chosen(group.use, group.axis, group.sm))
    route, route_reason = routes.use_route(
        group.use, group.axis, group.sm, replacement, system, dates, context.profiles
    )
    configuration = all(row.technique == Technique.CONFIG.value for row in evidence)
    rule = order_rule(
        group.use,
        group.axis,
        inputs.qrs[0],
        base.mc is not None and base.mc < 0,
        inputs.mts[1],
        configuration,
        system,
        group.system in context.awaited,
    )
    cell = Reason.of(ReasonCode.MATRIX, qrs=scoring.printed(inputs.qrs), mts=scoring.printed(inputs.mts))
    undated = () if dates else (Reason.of(ReasonCode.DEADLINE_NONE),)
    return CryptoUse(
        id=group.id,
        system=group.system,
        use=group.use,
        axis=group.axis,
        sm=group.sm,
        assets=tuple(asset.id for asset in assets),
        evidence=tuple(row.id for row in sorted(evidence, key=lambda e: (e.target, e.path, e.line, e.id))),
        inputs=inputs.all,
        margins=margins,
        qrs=inputs.qrs,
        mts=inputs.mts,
        matrix=matrix,
        priority=priority,
        priority_by_scenario=by_scenario,
        rank=0,
        rank_by_scenario={},
        order_rule=rule,
        milestones=dates,
        route=route,
        route_reason=route_reason,
        targets=tuple(mapping.id for asset in assets for mapping in mappings[(asset.id, group.use, group.axis)]),
        wave=wave_of(priority, group.axis),
        reasons=(cell, *lifts["base"], *undated),
        layer=layer_of(group.use),
    )


def _availability(group: Group) -> Input | None:
    """Return what the catalog knows: products exist today, or no standard does."""
    values = []
    for _, replacement in targets.chosen(group.use, group.axis, group.sm):
        if replacement.trust is Trust.UNVERIFIED:
            continue
        if replacement.waits:
            values.append(scoring.WORST)
        elif replacement.products:
            values.append(1)
        else:
            return None
    return scoring.known("availability", max(values), "catalog")


def _cost(evidence: Sequence[Evidence], assets: Sequence[AssessedAsset], system: System | None) -> Input | None:
    """Return the cost once the register says whether hardware is bound; the scan alone cannot tell."""
    if system is None or system.hardware_bound is None:
        return None
    hardware = f"systems[{system.id}].hardware_constraints"
    if system.hardware_bound:
        return scoring.known("cost", scoring.WORST, hardware)
    kinds = {Kind(asset.kind) for asset in assets}
    if kinds & {Kind.KEY, Kind.CERTIFICATE}:
        return scoring.known("cost", scoring.WORST, "scan")
    techniques = {row.technique for row in evidence}
    return scoring.known("cost", 1 if techniques == {Technique.CONFIG.value} else 2, "scan")


def _ranked(rows: Sequence[CryptoUse], context: Context) -> tuple[CryptoUse, ...]:
    by_scenario: dict[str, dict[str, int]] = defaultdict(dict)
    for scenario in context.arrival:
        ordered = sorted(rows, key=lambda row: order(row, scenario, context))
        for rank, row in enumerate(ordered, start=1):
            by_scenario[row.id][scenario] = rank
    ranked = (replace(row, rank=by_scenario[row.id]["base"], rank_by_scenario=by_scenario[row.id]) for row in rows)
    return tuple(sorted(ranked, key=lambda row: row.rank))


def order(row: CryptoUse, scenario: str, context: Context) -> tuple[Any, ...]:
    """Return the sort key of the ranking in one scenario."""
    margin = _margin(row, scenario)
    stolen_key_opens_all = any(context.assets[ref].forward_secret is False for ref in row.assets)
    return (
        _PRIORITIES.index(row.priority_by_scenario[scenario]),
        _RULES.index(row.order_rule),
        not stolen_key_opens_all,
        scoring.worst(margin),
        -sum(row.qrs),
        row.milestones[0].day if row.milestones else date.max,
        row.id,
    )


def _margin(row: CryptoUse, scenario: str) -> Margin:
    return next(margin for margin in row.margins if margin.scenario == scenario)


def assumed(uses: Sequence[CryptoUse]) -> dict[AssumptionCode, dict[str, set[float]]]:
    """Return every default in use: by code, the systems that use it and the values it took there."""
    found: dict[AssumptionCode, dict[str, set[float]]] = defaultdict(lambda: defaultdict(set))
    for use in uses:
        for row in use.inputs:
            direct = row.origin == "default" or row.assumption is AssumptionCode.MIGRATION_YEARS
            if row.assumed and row.assumption is not None and direct:
                found[row.assumption][use.system].add(row.value)
    return found
