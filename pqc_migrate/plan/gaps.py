"""Assumptions, unknowns and the policy basis: what a reader must know before believing a number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from pqc_migrate.catalog.sources import source
from pqc_migrate.model.plan import (
    AssessedAsset,
    Assumption,
    CryptoUse,
    Direction,
    Evidence,
    Instrument,
    PolicyBasis,
    ProductReadiness,
    ProfileView,
    Source,
    TargetMapping,
    Unknown,
)
from pqc_migrate.model.plan_codes import AssumptionCode, Standing, UnknownCode, Use, Verdict
from pqc_migrate.model.register import Register
from pqc_migrate.plan.register_schema import POLICY_BASIS
from pqc_migrate.plan.uses import assumed

_REPLACE = {
    AssumptionCode.SECRECY_YEARS: "systems[].data.secrecy_years",
    AssumptionCode.SIGNATURE_TRUST_YEARS: "systems[].data.signature_trust_years",
    AssumptionCode.EXPOSURE: "systems[].exposure",
    AssumptionCode.SEVERITY: "systems[].severity",
    AssumptionCode.AVAILABILITY: "systems[].vendors[].target_date",
    AssumptionCode.COST: "systems[].hardware_constraints",
    AssumptionCode.DEPENDENCY: "systems[].dependencies, systems[].vendors",
    AssumptionCode.MIGRATION_YEARS: "systems[].migration_years",
}


def assumptions(
    register: Register | None,
    uses: Sequence[CryptoUse],
    profiles: Sequence[ProfileView],
    arrival: Mapping[str, int],
    clock: date | None,
) -> tuple[Assumption, ...]:
    """Return every default in use, with where it is used and what replaces it.

    `clock` is the day that was read from a clock because nobody stated one.
    """
    rows = [Assumption(AssumptionCode.TODAY, clock.isoformat(), (), "--today")] if clock else []
    if register is None:
        rows.append(Assumption(AssumptionCode.NO_REGISTER, "", (), "--register"))
    given = register.crqc_year if register else {}
    if set(arrival) - set(given):
        written = ", ".join(f"{name} {year}" for name, year in arrival.items())
        rows.append(Assumption(AssumptionCode.ARRIVAL_YEARS, written, (), "institution.crqc_year"))
    for profile in profiles:
        if not profile.legal_date:
            days = sorted({line.disallow_written for line in profile.milestones if line.disallow_written})
            rows.append(Assumption(AssumptionCode.REFERENCE_LINE, ", ".join(days), (profile.id,), ""))
    rated = {system.id for system in register.systems if system.criticality} if register else set()
    unrated = tuple(sorted({use.system for use in uses} - rated))
    if unrated:
        rows.append(Assumption(AssumptionCode.CRITICALITY, "critical", unrated, "systems[].criticality"))
    for code, systems in assumed(uses).items():
        values = sorted({value for found in systems.values() for value in found})
        written = ", ".join(f"{value:g}" for value in values)
        rows.append(Assumption(code, written, tuple(sorted(systems)), _REPLACE[code]))
    order = list(AssumptionCode)
    return tuple(sorted(rows, key=lambda row: (order.index(row.code), row.where)))


def unknowns(
    assets: Sequence[AssessedAsset],
    evidence: Sequence[Evidence],
    products: Sequence[ProductReadiness],
    mappings: Iterable[TargetMapping],
    basis: PolicyBasis,
    register: Register | None,
) -> tuple[Unknown, ...]:
    """Return what was not known, with the rows it concerns."""
    rows = [*_asset_unknowns(assets, evidence), *_size_unknowns(mappings)]
    for field in basis.to_fill:
        rows.append(Unknown(UnknownCode.POLICY_BASIS, (("field", field),), ()))
    for product in products:
        if product.found and product.verdict is Verdict.UNKNOWN and not product.unverified:
            params = (("asset", ", ".join(product.found_versions)), ("product", product.product))
            rows.append(Unknown(UnknownCode.PRODUCT_VERSION, params, product.found))
    for system in register.systems if register else ():
        for vendor in system.vendors or ():
            if vendor.statement_date is None:
                named = (("product", vendor.product or vendor.name), ("system", system.id))
                rows.append(Unknown(UnknownCode.VENDOR, named, (system.id,)))
    order = list(UnknownCode)
    return tuple(sorted(rows, key=lambda row: (order.index(row.code), row.where, repr(row.params))))


def policy_basis(direction: Direction, register: Register | None) -> PolicyBasis:
    """Return the institution's reference to the notice: the title prefilled, the rest its own or empty."""
    given = dict(register.policy_basis) if register else {}
    fields = {"title": direction.title, "issuer": direction.issuer, **given}
    return PolicyBasis(
        title=fields["title"],
        issuer=fields["issuer"],
        number=fields.get("number", ""),
        date=fields.get("date", ""),
        clause=fields.get("clause", ""),
        to_fill=tuple(name for name in POLICY_BASIS if not fields.get(name)),
        prefilled=tuple(name for name in ("title", "issuer") if name not in given),
    )


def sources(
    profiles: Iterable[ProfileView],
    mappings: Iterable[TargetMapping],
    products: Iterable[ProductReadiness],
    direction: Direction,
    instruments: Iterable[Instrument],
) -> tuple[Source, ...]:
    """Return every source that a row of the plan cites, by id."""
    cited = {direction.source}
    for profile in profiles:
        cited.update(profile.policy_sources)
        cited.update(line.source for line in profile.milestones)
    cited.update(row.source for rows in (mappings, products, instruments) for row in rows)
    return tuple(sorted(map(source, cited)))


def _asset_unknowns(assets: Sequence[AssessedAsset], evidence: Sequence[Evidence]) -> Iterator[Unknown]:
    unread: dict[str, bool] = defaultdict(bool)
    placeless = set()
    for row in evidence:
        unread[row.asset] |= row.axis is not None and row.use is Use.UNSPECIFIED
        if not row.path:
            placeless.add(row.asset)
    for asset in assets:
        if asset.unknown:
            params = (("asset", asset.name), ("parameters", ",".join(asset.unknown)))
            yield Unknown(UnknownCode.PARAMETER, params, (asset.id,))
        named = (("asset", asset.name),)
        if unread[asset.id]:
            yield Unknown(UnknownCode.USE, named, (asset.id,))
        if asset.standing is Standing.RUNTIME:
            yield Unknown(UnknownCode.RUNTIME, named, (asset.id,))
        if asset.standing is Standing.UNCLASSIFIED:
            yield Unknown(UnknownCode.FAMILY, named, (asset.id,))
        if asset.id in placeless:
            yield Unknown(UnknownCode.PLACE, named, (asset.id,))


def _size_unknowns(mappings: Iterable[TargetMapping]) -> Iterator[Unknown]:
    where: dict[str, set[str]] = defaultdict(set)
    for mapping in mappings:
        for size in mapping.sizes:
            for name, octets in ((size.classical, size.classical_bytes), (size.target, size.target_bytes)):
                if octets is None:
                    where[name].add(mapping.asset)
    for name, assets in where.items():
        yield Unknown(UnknownCode.SIZE, (("algorithm", name),), tuple(sorted(assets)))
