"""What the register says about running the programme: budget, change freezes, exceptions. No number is ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Amount:
    """A range as the institution gives it, or as computed from such ranges."""

    low: float
    base: float
    high: float


@dataclass(frozen=True, slots=True)
class SystemCost:
    """Effort and cost of one registered system."""

    system: str
    effort_days: Amount | None
    """Person-days as registered; None: not all three figures are."""
    labor: Amount | None
    """Effort times the rate; None without either."""
    capex: Amount | None
    """As registered, in the institution's currency."""
    total: Amount | None
    """Labor and capex; None unless both are known, since an empty field is not zero."""
    missing: tuple[str, ...]
    """Register fields (``cost.effort_days.base``) that would complete it."""


@dataclass(frozen=True, slots=True)
class CostSum:
    """One sum over the systems that give what it needs."""

    amount: Amount | None
    """None: no system gives it."""
    systems: int
    """How many systems are in it."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Effort and cost from the institution's own rates alone."""

    currency: str
    """Empty: not registered."""
    person_day: float | None
    """Price of one person-day; None: not registered."""
    systems: tuple[SystemCost, ...]
    """Every registered system."""
    effort_days: CostSum
    labor: CostSum
    capex: CostSum
    total: CostSum


@dataclass(frozen=True, slots=True)
class Freeze:
    """A yearly span in which nothing is changed, both days included."""

    first: str
    """``MM-DD``."""
    last: str
    """``MM-DD``; before `first` when it spans the turn of the year."""
    next_first: date
    """The span that is running or comes next."""
    next_last: date


@dataclass(frozen=True, slots=True)
class ExceptionRecord:
    """An accepted risk of one system as registered."""

    system: str
    reason: str
    mitigation: str
    approver: str
    review_date: date | None
    overdue_days: int | None
    """Days since the review date; None when it is not past or not registered."""
    missing: tuple[str, ...]
    """Fields that are empty: ``reason``, ``mitigation``, ``approver``, ``review_date``."""
    uses: tuple[str, ...]
    """`CryptoUse` ids it covers."""
