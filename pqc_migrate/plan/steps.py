"""Concrete next steps: for each system, the changes that the catalog knows for the places found in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pqc_migrate.catalog.steps import StepRecord, step_for
from pqc_migrate.model.plan import CryptoUse, Evidence, ProductReadiness, Step
from pqc_migrate.model.plan_codes import Axis, Verdict


def steps(
    uses: Sequence[CryptoUse], evidence: Mapping[str, Evidence], products: Sequence[ProductReadiness]
) -> tuple[Step, ...]:
    """Return one row a system and record, by system and then by the number of places."""
    places: dict[tuple[str, str], list[str]] = defaultdict(list)
    owners: dict[tuple[str, str], list[str]] = defaultdict(list)
    records: dict[str, StepRecord] = {}
    for use in uses:
        for ref in use.evidence:
            record = step_for(evidence[ref].rule, use.axis)
            if record is None:
                continue
            records[record.id] = record
            key = (use.system, record.id)
            places[key].append(ref)
            if use.id not in owners[key]:
                owners[key].append(use.id)
    by_id = {product.id: product for product in products}
    rows = [
        _step(system, records[name], owners[system, name], found, by_id.get(records[name].product), evidence)
        for (system, name), found in places.items()
    ]
    return tuple(sorted(rows, key=lambda row: (row.system, -len(row.evidence), row.step)))


def without_step(uses: Sequence[CryptoUse], rows: Sequence[Step]) -> int:
    """Count the places of a system's uses that none of its steps is about."""
    covered = {ref for row in rows for ref in row.evidence}
    return len({ref for use in uses for ref in use.evidence} - covered)


def _step(
    system: str,
    record: StepRecord,
    uses: Sequence[str],
    places: Sequence[str],
    product: ProductReadiness | None,
    evidence: Mapping[str, Evidence],
) -> Step:
    minimum = ""
    if product is not None and not product.unverified:
        minimum = product.sig_since if record.axis is Axis.SIGNATURE else product.kem_since
    ordered = sorted(set(places), key=lambda ref: _place(evidence[ref]))
    return Step(
        id=f"{system}/{record.id}",
        step=record.id,
        system=system,
        uses=tuple(uses),
        evidence=tuple(ordered),
        product=record.product,
        minimum=minimum,
        found_versions=product.found_versions if product is not None else (),
        verdict=product.verdict if product is not None and product.found else Verdict.UNKNOWN,
        language=record.language,
        before=record.before,
        after=record.after,
        check=record.check,
        verify=record.verify,
        source=record.source,
    )


def _place(row: Evidence) -> tuple[str, str, int, str]:
    return row.target, row.path, row.line, row.id
