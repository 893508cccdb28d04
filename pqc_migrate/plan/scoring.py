"""Mosca margins, the two triples and the priority matrix of one use.

The structure (a quantum-risk triple, a migration-time triple, a priority) follows the prioritisation
framework of Europol's Quantum Safe Financial Forum (2026-01); cut points, defaults and the matrix are ours.
Every input is kept beside the result; an unknown one takes its worst value and is flagged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import floor

from pqc_migrate.model.plan import Input, Margin, MilestoneUse, Reason
from pqc_migrate.model.plan_codes import AssumptionCode, Axis, Priority, ReasonCode
from pqc_migrate.model.register import System

SCENARIOS = {"early": 2030, "base": 2035, "late": 2040}
"""Default arrival years: parameters, not predictions."""

DEFAULT_YEARS = 7.0
"""X and S when nobody gave them: a common record-keeping figure of unverified origin."""

WORST = 3
DAYS_PER_YEAR = 365.25
_EXPOSURE = {"internal": 1, "partner": 2, "internet": 3, "physical": 3}
# A mean of three whole numbers printed with two decimals: 2.34 and above is a sum of 8, 1.67 a sum of 5.
_HIGH_SUM = 8
_MEDIUM_SUM = 5


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything the score of one use is made of, in the order it is printed."""

    x: Input
    s: Input
    y: Input
    shelf: Input
    exposure: Input
    severity: Input
    availability: Input
    cost: Input
    dependency: Input

    @property
    def all(self) -> tuple[Input, ...]:
        """Every input."""
        return (
            self.x, self.s, self.y, self.shelf, self.exposure, self.severity,
            self.availability, self.cost, self.dependency,
        )  # fmt: skip

    @property
    def qrs(self) -> tuple[int, int, int]:
        """Quantum-risk triple: shelf life, exposure, severity."""
        return int(self.shelf.value), int(self.exposure.value), int(self.severity.value)

    @property
    def mts(self) -> tuple[int, int, int]:
        """Migration-time triple: availability, cost, dependency."""
        return int(self.availability.value), int(self.cost.value), int(self.dependency.value)


def inputs(
    system: System | None, axis: Axis, availability: Input | None, cost: Input | None, today: date
) -> Inputs:
    """Return the inputs of one use.

    `availability` and `cost` are what catalog and scan know about the use; None where they do not.
    """
    where = f"systems[{system.id}]" if system else ""
    x = _years("X", system.secrecy_years if system else None, f"{where}.data.secrecy_years",
               AssumptionCode.SECRECY_YEARS)  # fmt: skip
    s = _years("S", system.signature_trust_years if system else None, f"{where}.data.signature_trust_years",
               AssumptionCode.SIGNATURE_TRUST_YEARS)  # fmt: skip
    exposure = _EXPOSURE.get(system.exposure or "") if system else None
    severity = system.severity if system else None
    available = _vendor_availability(system, today) or availability
    triple = (
        available or _score("availability", None, "", AssumptionCode.AVAILABILITY),
        cost or _score("cost", None, "", AssumptionCode.COST),
        _score("dependency", _dependency(system), f"{where}.dependencies", AssumptionCode.DEPENDENCY),
    )
    return Inputs(
        x=x,
        s=s,
        y=_migration_years(system, triple),
        shelf=_shelf(axis, x, s),
        exposure=_score("exposure", exposure, f"{where}.exposure", AssumptionCode.EXPOSURE),
        severity=_score("severity", severity, f"{where}.severity", AssumptionCode.SEVERITY),
        availability=triple[0],
        cost=triple[1],
        dependency=triple[2],
    )


def known(name: str, value: int, origin: str) -> Input:
    """Return a score from 1 to 3 that somebody or something gave."""
    return Input(name, value, "1-3", assumed=False, origin=origin)


def years_until(year: int, today: date) -> float:
    """Return the years to 1 January of a year, with one decimal."""
    return round((date(year, 1, 1) - today).days / DAYS_PER_YEAR, 1)


def margins(inputs: Inputs, axis: Axis, arrival: Mapping[str, int], today: date) -> tuple[Margin, ...]:
    """Return Mc = Z - (X + Y) and Ms = Z - (S + Y) for each scenario, as far as the axis has them."""
    rows = []
    for scenario, year in arrival.items():
        z = years_until(year, today)
        mc = round(z - (inputs.x.value + inputs.y.value), 1)
        ms = round(z - (inputs.s.value + inputs.y.value), 1)
        rows.append(
            Margin(
                scenario,
                year,
                z,
                None if axis is Axis.SIGNATURE else mc,
                None if axis is Axis.CONFIDENTIALITY else ms,
            )
        )
    return tuple(rows)


def worst(margin: Margin) -> float:
    """Return the smaller of the margins that exist."""
    return min(value for value in (margin.mc, margin.ms) if value is not None)


def matrix(qrs: Sequence[int], mts: Sequence[int]) -> Priority:
    """Return the cell of the priority matrix: QRS 2.34 and above is high, 1.67 medium; MTS 1.67 is long."""
    if sum(qrs) >= _HIGH_SUM:
        return Priority.NOW if sum(mts) < _MEDIUM_SUM else Priority.START_NOW
    return Priority.PLAN if sum(qrs) >= _MEDIUM_SUM else Priority.RENEWAL


def printed(triple: Sequence[int]) -> float:
    """Return the mean as it is printed, with two decimals."""
    return round(sum(triple) / len(triple), 2)


def overrides(
    margin: Margin, deadlines: Sequence[MilestoneUse], y: float, system: System | None
) -> Iterator[Reason]:
    """Yield every reason that lifts a use to at least *start now* in one scenario."""
    for axis, value in ((Axis.CONFIDENTIALITY, margin.mc), (Axis.SIGNATURE, margin.ms)):
        if value is not None and value < 0:
            yield Reason.of(ReasonCode.MOSCA_NEGATIVE, axis=axis.value, margin=value, scenario=margin.scenario)
    for deadline in deadlines:
        if deadline.days_left < int(y * DAYS_PER_YEAR):
            years_left = floor(10 * deadline.days_left / DAYS_PER_YEAR) / 10
            yield Reason.of(
                ReasonCode.DEADLINE_NEARER_THAN_MIGRATION,
                milestone=deadline.milestone,
                years_left=years_left,
                migration_years=y,
            )
    hsm = system.hsm if system else None
    if hsm is not None and hsm.field_upgradable is False and hsm.eol is not None:
        for deadline in deadlines[:1]:
            if hsm.eol > deadline.day:
                yield Reason.of(
                    ReasonCode.HARDWARE_OUTLIVES_DEADLINE,
                    eol=hsm.eol.isoformat(),
                    milestone=deadline.milestone,
                    date=deadline.day.isoformat(),
                )


def lifted(cell: Priority, override: bool) -> Priority:
    """Return the priority after overrides: at least *start now* when one applies."""
    return Priority.START_NOW if override and cell in (Priority.PLAN, Priority.RENEWAL) else cell


def _years(name: str, value: float | None, origin: str, assumption: AssumptionCode) -> Input:
    if value is None:
        return Input(name, DEFAULT_YEARS, "years", True, "default", assumption)
    return Input(name, value, "years", False, origin)


def _score(name: str, value: int | None, origin: str, assumption: AssumptionCode) -> Input:
    if value is None:
        return Input(name, WORST, "1-3", True, "default", assumption)
    return known(name, value, origin)


def _shelf(axis: Axis, x: Input, s: Input) -> Input:
    chosen = {Axis.CONFIDENTIALITY: (x,), Axis.SIGNATURE: (s,), Axis.BOTH: (x, s)}[axis]
    longest = max(chosen, key=lambda years: years.value)
    value = 1 if longest.value < 5 else 2 if longest.value <= 10 else 3
    return Input("shelf", value, "1-3", any(years.assumed for years in chosen), "derived", longest.assumption)


def _vendor_availability(system: System | None, today: date) -> Input | None:
    vendors = system.vendors if system else None
    if not vendors or system is None:
        return None
    values = []
    for vendor in vendors:
        if vendor.pqc_statement == "ga":
            values.append(1)
        elif vendor.target_date is None:
            return _score("availability", None, "", AssumptionCode.AVAILABILITY)
        else:
            years = (vendor.target_date - today).days / DAYS_PER_YEAR
            values.append(1 if years < 1 else 2 if years <= 3 else 3)
    return known("availability", max(values), f"systems[{system.id}].vendors")


def _dependency(system: System | None) -> int | None:
    if system is None:
        return None
    if system.external or len(system.vendors or ()) > 1:
        return 3
    if system.vendors:
        return 2
    return None if system.depends_on is None or system.vendors is None else 1


def _migration_years(system: System | None, triple: Sequence[Input]) -> Input:
    if system is not None and system.migration_years is not None:
        return Input("Y", system.migration_years, "years", False, f"systems[{system.id}].migration_years")
    total = sum(int(part.value) for part in triple)
    years = 1 if total < _MEDIUM_SUM else 2 if total < _HIGH_SUM else 4
    assumed = any(part.assumed for part in triple)
    return Input("Y", years, "years", assumed, "derived", AssumptionCode.MIGRATION_YEARS)
