"""The summary's numbers and the indicators; each is a count over rows of the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from pqc_migrate.assess.facts import HYGIENE, MIGRATED, PUBLIC_KEY
from pqc_migrate.model.inventory import Inventory, Kind, Role
from pqc_migrate.model.plan import (
    UNREGISTERED,
    AssessedAsset,
    Assessment,
    CryptoUse,
    Evidence,
    Kpi,
    ProductReadiness,
    ProfileView,
    Reason,
    Summary,
    SystemPlan,
    Wave,
)
from pqc_migrate.model.plan_codes import Axis, Effect, KpiId, ReasonCode, Verdict
from pqc_migrate.model.register import Register
from pqc_migrate.plan.scoring import worst

_CRITICAL = ("systemic", "critical")


def summary(
    assessment: Assessment,
    assets: Mapping[str, AssessedAsset],
    systems: Sequence[SystemPlan],
    uses: Sequence[CryptoUse],
    waves: Sequence[Wave],
    registered: bool,
    today: date,
) -> Summary:
    """Return the numbers of page one."""
    production = [row for row in assessment.evidence if row.role == Role.PRODUCTION.value]
    exposed = [row for row in production if assets[row.asset].standing in PUBLIC_KEY]
    axes = [row.axis for row in exposed]
    dated = [(line.day, line.milestone) for use in uses for line in use.milestones if line.day >= today]
    next_date, next_milestone = min(dated, default=(None, ""))
    return Summary(
        systems=sum(1 for system in systems if system.registered or not registered),
        registered=registered,
        assets=len(assets),
        occurrences=len(assessment.evidence),
        production_occurrences=len(production),
        quantum_vulnerable=len(exposed),
        key_establishment=axes.count(Axis.CONFIDENTIALITY),
        signatures=axes.count(Axis.SIGNATURE),
        both_unknown=axes.count(Axis.BOTH),
        hygiene=sum(assets[row.asset].standing in HYGIENE for row in production),
        post_quantum=sum(assets[row.asset].standing in MIGRATED for row in production),
        mosca_negative=sum(_late(use) for use in uses),
        first_wave=len(waves[0].uses) if waves else 0,
        first_wave_id=waves[0].id if waves else None,
        next_milestone=next_milestone,
        next_date=next_date,
        unmapped=sum(row.system == UNREGISTERED for row in production) if registered else 0,
    )


def indicators(
    inventories: Sequence[Inventory],
    assessment: Assessment,
    assets: Mapping[str, AssessedAsset],
    systems: Sequence[SystemPlan],
    products: Sequence[ProductReadiness],
    profiles: Iterable[ProfileView],
    register: Register | None,
    today: date,
) -> tuple[Kpi, ...]:
    """Return every indicator; one that cannot be computed says why."""
    production = [row for row in assessment.evidence if row.role == Role.PRODUCTION.value]
    public = [row for row in production if assets[row.asset].standing in PUBLIC_KEY | MIGRATED]
    moved = [row for row in public if assets[row.asset].standing in MIGRATED]
    found = [product for product in products if product.verdict is not Verdict.UNKNOWN]
    public_keys = [asset for asset in assets.values() if asset.standing in PUBLIC_KEY]
    rows = [
        *_register_indicators(register, systems, production, today),
        _share(KpiId.QUANTUM_VULNERABLE, len(public) - len(moved), len(public)),
        _axis_share(KpiId.KEY_ESTABLISHMENT, moved, public, Axis.CONFIDENTIALITY),
        _axis_share(KpiId.SIGNATURES, moved, public, Axis.SIGNATURE),
        _files(assessment),
        _share(KpiId.SIZES_READ, sum(not asset.unknown for asset in public_keys), len(public_keys)),
        _certificates(inventories, assets, profiles),
        Kpi(KpiId.HYBRID_ENDPOINTS, None, None, None, Reason.of(ReasonCode.KPI_NEEDS_PROBE)),
        Kpi(KpiId.TLS13_ENDPOINTS, None, None, None, Reason.of(ReasonCode.KPI_NEEDS_PROBE)),
        _share(KpiId.PRODUCTS_BELOW_MINIMUM, sum(row.verdict is Verdict.FAIL for row in found), len(found)),
    ]
    order = list(KpiId)
    return tuple(sorted(rows, key=lambda row: order.index(row.id)))


def _register_indicators(
    register: Register | None, systems: Sequence[SystemPlan], production: Sequence[Evidence], today: date
) -> Iterator[Kpi]:
    if register is None:
        for identifier in (
            KpiId.COVERAGE, KpiId.UNMAPPED, KpiId.OWNED, KpiId.VENDOR_STATEMENTS, KpiId.EXCEPTIONS_OVERDUE,
        ):  # fmt: skip
            yield Kpi(identifier, None, None, None, Reason.of(ReasonCode.KPI_NEEDS_REGISTER))
        return
    registered = [system for system in systems if system.registered]
    critical = [system for system in registered if system.criticality in _CRITICAL]
    vendors = [vendor for system in register.systems for vendor in system.vendors or ()]
    exceptions = [system.exception for system in register.systems if system.exception is not None]
    yield _share(KpiId.COVERAGE, sum(bool(system.targets) for system in registered), len(registered))
    unclaimed = sum(row.system == UNREGISTERED for row in production)
    yield _share(KpiId.UNMAPPED, unclaimed, len(production))
    owned = sum(bool((s.owner_dept or s.owner_person) and s.uses) for s in critical)
    yield _share(KpiId.OWNED, owned, len(critical))
    stated = sum(vendor.statement_date is not None for vendor in vendors)
    if vendors:
        yield _share(KpiId.VENDOR_STATEMENTS, stated, len(vendors))
    else:
        missing = Reason.of(ReasonCode.KPI_NEEDS_FIELD, field="systems[].vendors")
        yield Kpi(KpiId.VENDOR_STATEMENTS, None, None, None, missing)
    overdue = sum(held.review_date is not None and held.review_date < today for held in exceptions)
    yield _share(KpiId.EXCEPTIONS_OVERDUE, overdue, len(exceptions))


def _axis_share(identifier: KpiId, moved: Sequence[Evidence], public: Sequence[Evidence], axis: Axis) -> Kpi:
    on_axis: Callable[[Evidence], bool] = lambda row: row.axis is axis  # noqa: E731
    return _share(identifier, sum(map(on_axis, moved)), sum(map(on_axis, public)))


def _files(assessment: Assessment) -> Kpi:
    stated = [view for view in assessment.coverage if view.files_seen is not None]
    read = sum(view.files_read or 0 for view in stated)
    return _share(KpiId.FILES_PARSED, read, sum(view.files_seen or 0 for view in stated))


def _certificates(
    inventories: Sequence[Inventory], assets: Mapping[str, AssessedAsset], profiles: Iterable[ProfileView]
) -> Kpi:
    """Count certificates with a classical key that are valid beyond the earliest completion date."""
    days = [
        line.disallow_after
        for profile in profiles
        for line in profile.milestones
        if line.effect is Effect.COMPLETION and line.disallow_after is not None and not line.unverified
    ]
    classical = {
        component.ref
        for inventory in inventories
        for component in inventory.components
        if component.asset.kind is Kind.CERTIFICATE
        and any(
            relation == "public-key" and ref in assets and assets[ref].standing in PUBLIC_KEY
            for relation, ref in component.related
        )
    }
    ends = [assets[ref].valid_until for ref in classical if assets[ref].valid_until]
    if not days:
        return Kpi(KpiId.CLASSICAL_CERTIFICATES, None, None, None, Reason.of(ReasonCode.KPI_NOTHING_TO_COUNT))
    first = min(days).isoformat()
    return _share(KpiId.CLASSICAL_CERTIFICATES, sum(end > first for end in ends), len(ends))


def _share(identifier: KpiId, part: int, whole: int) -> Kpi:
    if whole == 0:
        return Kpi(identifier, None, part, whole, Reason.of(ReasonCode.KPI_NOTHING_TO_COUNT))
    return Kpi(identifier, round(100 * part / whole, 1), part, whole)


def _late(use: CryptoUse) -> bool:
    return any(margin.scenario == "base" and worst(margin) < 0 for margin in use.margins)
