"""What changes at a place, in the words of the product or library that stands there: ``steps.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from pqc_migrate.catalog import toml
from pqc_migrate.catalog.products import products
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.plan_codes import Axis

_REQUIRED = {"id", "rules", "axis", "language", "before", "after", "check", "verify", "source"}
_OPTIONAL = {"product"}


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One record; `model.plan.Step` says what each field means."""

    id: str
    rules: tuple[str, ...]
    axis: Axis
    product: str
    language: str
    before: str
    after: str
    check: str
    verify: str
    source: str

    def fits(self, rule: str, axis: Axis) -> bool:
        """Tell whether the record is about places that this rule finds and that protect this."""
        return axis in (self.axis, Axis.BOTH) and rule.startswith(self.rules)


def step_for(rule: str, axis: Axis) -> StepRecord | None:
    """Return the first record that fits a place, or None."""
    return next((record for record in steps() if record.fits(rule, axis)), None)


@cache
def steps() -> tuple[StepRecord, ...]:
    """Return every record in the order of the file."""
    records = tuple(_record(raw) for raw in toml.read(toml.root() / "steps.toml")["step"])
    known = {product.id for product in products()}
    for record in records:
        if record.product and record.product not in known:
            raise CatalogError(f"steps.toml: {record.id!r}: no product {record.product!r} in products.toml")
    return records


def _record(raw: dict[str, Any]) -> StepRecord:
    where = f"steps.toml: {raw.get('id', '?')!r}"
    toml.check_keys(where, raw, _REQUIRED, _OPTIONAL)
    return StepRecord(
        id=raw["id"],
        rules=tuple(raw["rules"]),
        axis=Axis(raw["axis"]),
        product=raw.get("product", ""),
        language=raw["language"],
        before=raw["before"].strip("\n"),
        after=raw["after"].strip("\n"),
        check=raw["check"],
        verify=raw["verify"],
        source=raw["source"],
    )
