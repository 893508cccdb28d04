"""Inventories, register, benchmark and profiles → `MigrationPlan`.

Same input, same plan: nothing here reads a clock, a random number or the environment, and the order of
the inventories does not matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

import orjson

from pqc_migrate import __version__
from pqc_migrate.assess import assess
from pqc_migrate.assess.facts import PUBLIC_KEY
from pqc_migrate.catalog import directions, policies
from pqc_migrate.model.bench import BenchmarkRun
from pqc_migrate.model.inventory import Inventory
from pqc_migrate.model.plan import (
    SCHEMA,
    AssessedAsset,
    Assessment,
    InputRecord,
    Institution,
    MigrationPlan,
    ProfileView,
    TargetMapping,
)
from pqc_migrate.model.plan_codes import Axis, Use
from pqc_migrate.model.register import Register
from pqc_migrate.plan import (
    capacity,
    gaps,
    indicators,
    owners,
    programme,
    progress,
    readiness,
    roadmap,
    routes,
    scoring,
    steps,
    systems,
    targets,
    uses,
)
from pqc_migrate.plan.register import claimer

Mappings = dict[tuple[str, Use, Axis], tuple[TargetMapping, ...]]


@dataclass(frozen=True, slots=True)
class Ground:
    """What the rows of a plan are computed from: the scan's side once, the register's beside it."""

    assessment: Assessment
    mappings: Mappings
    context: uses.Context


def prepare(
    inventories: Sequence[Inventory],
    register: Register | None,
    bench: BenchmarkRun | None,
    profiles: Sequence[str | ProfileView],
    today: date,
) -> Ground:
    """Assess the inventories and say what their assets may move to; raises `CatalogError` as `make_plan` does."""
    views = _profiles(profiles, register, today)
    arrival = {**scoring.SCENARIOS, **(register.crqc_year if register else {})}
    assessment = assess(inventories, views, claimer(register))
    assets = {asset.id: asset for asset in assessment.assets}
    registered = {system.id: system for system in register.systems} if register else {}
    mappings = _mappings(assessment, assets, views, bench)
    context = uses.Context(today, views, arrival, registered, assets, uses.awaited(registered.values()))
    return Ground(assessment, mappings, context)


def make_plan(
    inventories: Sequence[Inventory],
    register: Register | None,
    bench: BenchmarkRun | None,
    profiles: Sequence[str | ProfileView],
    today: date,
    *,
    from_clock: bool = False,
    earlier: Sequence[progress.Earlier] = (),
    codeowners: Mapping[str, owners.Codeowners] | None = None,
) -> MigrationPlan:
    """Return the migration plan.

    `profiles` are ids, without any the register's, else `policies.DEFAULT`; and an institution's own profiles.
    `today` is the day every days-left figure counts from; `from_clock` flags it as nobody's statement. `earlier`
    are plans of earlier runs, in any order: the plan then says what moved. `codeowners` are files by target.
    Raises `CatalogError` for an unknown profile, `InventoryError` for earlier plans that cannot be put in order.
    """
    series = progress.in_order(earlier, today)
    made = _make_plan(inventories, register, bench, profiles, today, from_clock)
    made = owners.with_owners(made, codeowners or {})
    records = (*made.inputs, *(held.record for held in series))
    return replace(made, inputs=records, progress=progress.progress(made, series))


def _make_plan(
    inventories: Sequence[Inventory],
    register: Register | None,
    bench: BenchmarkRun | None,
    profiles: Sequence[str | ProfileView],
    today: date,
    from_clock: bool,
) -> MigrationPlan:
    ground = prepare(inventories, register, bench, profiles, today)
    assessment, context, views = ground.assessment, ground.context, ground.context.profiles
    assets, registered = context.assets, context.systems
    by_id = {mapping.id: mapping for rows in ground.mappings.values() for mapping in rows}
    rows = uses.crypto_uses(assessment, ground.mappings, context)
    edges = roadmap.dependencies(rows, registered)
    spans = programme.freezes(register, today)
    waves = roadmap.waves(rows, edges, today, spans)
    products = readiness.readiness(assessment.assets)
    changes = steps.steps(rows, {row.id: row for row in assessment.evidence}, products)
    plans = systems.system_plans(register, assessment, assets, rows, changes)
    direction = directions.direction()
    basis = gaps.policy_basis(direction, register)
    return MigrationPlan(
        schema=SCHEMA,
        tool_version=__version__,
        today=today,
        institution=_institution(register),
        inputs=tuple(_inputs(inventories, register, bench)),
        summary=indicators.summary(assessment, assets, plans, rows, waves, register is not None, today),
        direction=direction,
        policy_basis=basis,
        instruments=directions.instruments(),
        profiles=views,
        assets=assessment.assets,
        evidence=assessment.evidence,
        coverage=assessment.coverage,
        blind_spots=(*assessment.blind_spots, *systems.unmapped(register, assessment)),
        systems=plans,
        uses=rows,
        steps=changes,
        links=tuple(routes.link_plan(system, link) for system in registered.values() for link in system.links),
        targets=tuple(by_id[ref] for ref in sorted(by_id)),
        waves=waves,
        phases=roadmap.phases(today),
        dependencies=edges,
        capacity=capacity.capacity(bench, tuple(registered.values()), rows, by_id),
        products=products,
        kpis=indicators.indicators(inventories, assessment, assets, plans, products, views, register, today),
        assumptions=gaps.assumptions(register, rows, views, context.arrival, today if from_clock else None),
        unknowns=gaps.unknowns(assessment.assets, assessment.evidence, products, by_id.values(), basis, register),
        sources=gaps.sources(views, by_id.values(), products, direction, directions.instruments()),
        scenarios=context.arrival,
        budget=programme.budget(register),
        freezes=spans,
        exceptions=programme.exceptions(register, rows, today),
    )


def _profiles(
    chosen: Sequence[str | ProfileView], register: Register | None, today: date
) -> tuple[ProfileView, ...]:
    named = tuple(profile for profile in chosen if isinstance(profile, str))
    names = named or (register.profiles if register else ()) or policies.DEFAULT
    own = [profile for profile in chosen if isinstance(profile, ProfileView)]
    found = [*(policies.policy(name) for name in dict.fromkeys(names)), *own]
    return tuple(policies.count_days(profile, today) for profile in found)


def _mappings(
    assessment: Assessment,
    assets: Mapping[str, AssessedAsset],
    profiles: Sequence[ProfileView],
    bench: BenchmarkRun | None,
) -> Mappings:
    found: Mappings = {}
    for row in assessment.evidence:
        asset = assets[row.asset]
        if row.axis is None or asset.standing not in PUBLIC_KEY:
            continue
        key = (row.asset, row.use, row.axis)
        if key not in found:
            found[key] = tuple(targets.mappings(asset, row.use, row.axis, profiles, bench))
    return found


def _institution(register: Register | None) -> Institution:
    if register is None:
        return Institution()
    return Institution(
        register.institution_name, register.migration_lead, register.jurisdictions, register.currency
    )


def _inputs(
    inventories: Sequence[Inventory], register: Register | None, bench: BenchmarkRun | None
) -> Iterator[InputRecord]:
    rows = (
        InputRecord("inventory", inventory.target, _digest(inventory), len(inventory.components))
        for inventory in inventories
    )
    yield from sorted(rows, key=lambda row: (row.name, row.digest))
    if register is not None:
        yield InputRecord("register", register.institution_name, register.digest, len(register.systems))
    if bench is not None:
        machine = bench.environment.cpu.model or ""
        yield InputRecord("benchmark", machine, _digest(bench), len(bench.measurements))


def _digest(value: Inventory | BenchmarkRun) -> str:
    """Return the SHA-256 of a value's canonical JSON; the order of components does not matter."""
    if isinstance(value, Inventory):
        value = replace(value, components=tuple(sorted(value.components, key=lambda component: component.ref)))
    return sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
