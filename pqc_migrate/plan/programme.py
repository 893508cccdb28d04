"""Register → budget, change freezes and exceptions of the programme; what it does not hold stays unknown."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta

from pqc_migrate.model.plan import CryptoUse
from pqc_migrate.model.plan_codes import Route
from pqc_migrate.model.programme import Amount, Budget, CostSum, ExceptionRecord, Freeze, SystemCost
from pqc_migrate.model.register import Register, System

STEPS = ("low", "base", "high")
_DAYS_OF_A_YEAR = 366


def budget(register: Register | None) -> Budget | None:
    """Return effort and cost by system and in all; None when the register gives no figure of either."""
    if register is None or not any(system.effort_days or system.capex for system in register.systems):
        return None
    rows = tuple(_cost(system, register.person_day) for system in register.systems)
    return Budget(
        currency=register.currency,
        person_day=register.person_day,
        systems=rows,
        effort_days=_sum(row.effort_days for row in rows),
        labor=_sum(row.labor for row in rows),
        capex=_sum(row.capex for row in rows),
        total=_sum(row.total for row in rows),
    )


def _cost(system: System, person_day: float | None) -> SystemCost:
    effort, capex = _amount(system.effort_days), _amount(system.capex)
    labor = None
    if effort is not None and person_day is not None:
        labor = _each(lambda name: getattr(effort, name) * person_day)
    total = None
    if labor is not None and capex is not None:
        total = _each(lambda name: getattr(labor, name) + getattr(capex, name))
    missing = [
        f"cost.{field}.{name}"
        for field, given in (("effort_days", system.effort_days), ("capex", system.capex))
        for name in STEPS
        if name not in given
    ]
    return SystemCost(system.id, effort, labor, capex, total, tuple(missing))


def _amount(given: Mapping[str, float]) -> Amount | None:
    if any(name not in given for name in STEPS):
        return None
    return _each(lambda name: given[name])


def _each(value: Callable[[str], float]) -> Amount:
    return Amount(*(round(float(value(name)), 2) for name in STEPS))


def _sum(amounts: Iterable[Amount | None]) -> CostSum:
    known = [amount for amount in amounts if amount is not None]
    if not known:
        return CostSum(None, 0)
    return CostSum(_each(lambda name: sum(getattr(amount, name) for amount in known)), len(known))


def freezes(register: Register | None, today: date) -> tuple[Freeze, ...]:
    """Return the change freezes with the span that runs on a day or comes next after it."""
    rows = []
    for first, last in register.change_freezes if register else ():
        year = today.year
        while True:
            ends = _on(year, last)
            if ends >= today:
                break
            year += 1
        begins = _on(year if first <= last else year - 1, first)
        rows.append(Freeze(first, last, begins, ends))
    return tuple(sorted(rows, key=lambda row: (row.first, row.last)))


def frozen(day: date, spans: Sequence[Freeze]) -> Freeze | None:
    """Return the first freeze a day falls into."""
    written = f"{day:%m-%d}"
    for span in spans:
        if span.first <= span.last:
            inside = span.first <= written <= span.last
        else:
            inside = written >= span.first or written <= span.last
        if inside:
            return span
    return None


def last_free(day: date, spans: Sequence[Freeze]) -> date | None:
    """Return the last day up to `day` that lies in no freeze; None when the whole year is frozen."""
    for back in range(_DAYS_OF_A_YEAR + 1):
        earlier = day - timedelta(days=back)
        if frozen(earlier, spans) is None:
            return earlier
    return None


def _on(year: int, month_day: str) -> date:
    """Return a day of a year; 29 February of a common year is the 28th."""
    month, day = map(int, month_day.split("-"))
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def exceptions(register: Register | None, uses: Sequence[CryptoUse], today: date) -> tuple[ExceptionRecord, ...]:
    """Return every registered exception, those of systems without findings included."""
    rows = []
    for system in register.systems if register else ():
        held = system.exception
        if held is None:
            continue
        review = held.review_date
        given = {
            "reason": held.reason,
            "mitigation": held.mitigation,
            "approver": held.approver,
            "review_date": review,
        }
        rows.append(
            ExceptionRecord(
                system=system.id,
                reason=held.reason,
                mitigation=held.mitigation,
                approver=held.approver,
                review_date=review,
                overdue_days=(today - review).days if review is not None and review < today else None,
                missing=tuple(name for name, value in given.items() if not value),
                uses=tuple(u.id for u in uses if u.system == system.id and u.route is Route.ACCEPT_RISK),
            )
        )
    return tuple(rows)
