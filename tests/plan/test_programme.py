"""Budget, change freezes and exceptions: computed from the register's own figures, never from ours.

Field meanings: the register's schema (``plan/register_schema.py``). Exceptions with reason, mitigation and review
date: DORA RTS (EU) 2024/1774, Article 6(5), as the project's outline cites it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.errors import RegisterError
from pqc_migrate.model.inventory import Finding, Inventory
from pqc_migrate.model.plan import MigrationPlan
from pqc_migrate.model.plan_codes import KpiId, ReasonCode
from pqc_migrate.model.programme import Amount, Freeze
from pqc_migrate.model.register import Register
from pqc_migrate.plan.build import make_plan
from pqc_migrate.plan.programme import budget, freezes, frozen, last_free
from pqc_migrate.plan.register import parse
from pqc_migrate.plan.roadmap import _outside

TODAY = date(2026, 11, 24)
HEAD = "schema: pqc-migrate/register/v1\n"


def register(systems: str, institution: str = "") -> Register:
    return parse(f"{HEAD}institution: {{{institution}}}\nsystems: [{systems}]\n".encode())


def costed(identifier: str, cost: str) -> str:
    return f"{{id: {identifier}, name: N, owner: O, cost: {{{cost}}}}}"


def test_cost_is_effort_times_the_institutions_rate() -> None:
    """Low, base and high apart; hardware is added, never multiplied."""
    held = register(
        costed("a", "effort_days: {low: 10, base: 20, high: 40}, capex: {low: 0, base: 500.5, high: 900}"),
        "rates: {currency: CNY, person_day: 3000}",
    )
    made = budget(held)
    assert made is not None
    (row,) = made.systems
    assert row.labor == Amount(30000, 60000, 120000)
    assert row.total == Amount(30000, 60500.5, 120900)
    assert (made.currency, made.person_day, row.missing) == ("CNY", 3000, ())


def test_an_empty_field_is_not_zero() -> None:
    """A system without hardware figures has no total, and is in no sum that needs them."""
    held = register(
        ",".join(
            (
                costed("a", "effort_days: {low: 1, base: 2, high: 3}, capex: {low: 10, base: 20, high: 30}"),
                costed("b", "effort_days: {low: 4, base: 5, high: 6}"),
                costed("c", "effort_days: {base: 5, high: unknown}"),
                "{id: d, name: N, owner: O}",
            )
        ),
        "rates: {person_day: 100}",
    )
    made = budget(held)
    assert made is not None
    assert [row.system for row in made.systems] == ["a", "b", "c", "d"]
    assert [row.total is None for row in made.systems] == [False, True, True, True]
    assert made.systems[2].effort_days is None
    assert made.systems[2].missing[:2] == ("cost.effort_days.low", "cost.effort_days.high")
    assert (made.effort_days.amount, made.effort_days.systems) == (Amount(5, 7, 9), 2)
    assert (made.labor.amount, made.labor.systems) == (Amount(500, 700, 900), 2)
    assert (made.total.amount, made.total.systems) == (Amount(110, 220, 330), 1)


@pytest.mark.parametrize("institution", ["", "rates: {currency: CNY}", "rates: {person_day: unknown}"])
def test_without_a_rate_there_is_no_amount_of_labor(institution: str) -> None:
    """Effort alone is shown; no price is invented."""
    made = budget(register(costed("a", "effort_days: {low: 1, base: 2, high: 3}"), institution))
    assert made is not None
    assert made.person_day is None
    assert (made.labor.amount, made.total.amount) == (None, None)
    assert made.effort_days.amount == Amount(1, 2, 3)


def test_without_any_figure_there_is_no_budget() -> None:
    """A rate without effort says nothing."""
    assert budget(None) is None
    assert budget(register("{id: a, name: N, owner: O}", "rates: {currency: CNY, person_day: 3000}")) is None


@pytest.mark.parametrize(
    ("systems", "institution", "complaint"),
    [
        (costed("a", "effort_days: {low: 3, base: 2}"), "", r"systems\[a\].cost.effort_days: low, base and high"),
        (costed("a", "capex: {base: 3, high: 1}"), "", r"systems\[a\].cost.capex"),
        ("", "change_freezes: [{from: 02-30, to: 03-01}]", r"change_freezes\[1\].from: '02-30' is no day"),
    ],
)
def test_contradictions_are_named(systems: str, institution: str, complaint: str) -> None:
    """System, field and what was written."""
    with pytest.raises(RegisterError, match=complaint):
        register(systems, institution)


YEAR_END = Freeze("12-15", "01-10", date(2026, 12, 15), date(2027, 1, 10))


def test_freezes_have_the_span_that_runs_or_comes_next() -> None:
    """Over the turn of the year, and on 29 February of a common year."""
    held = register("", "change_freezes: [{from: 12-15, to: 01-10}, {from: 02-29, to: 02-29}]")
    leap, year_end = freezes(held, TODAY)
    assert year_end == YEAR_END
    assert (leap.next_first, leap.next_last) == (date(2027, 2, 28), date(2027, 2, 28))
    running = freezes(held, date(2027, 1, 5))[1]
    assert (running.next_first, running.next_last) == (date(2026, 12, 15), date(2027, 1, 10))


@given(st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_the_last_free_day_is_free_and_nothing_after_it_is(day: date) -> None:
    """Every day between it and the day asked for lies in a freeze."""
    spans = (YEAR_END, Freeze("01-11", "01-20", TODAY, TODAY), Freeze("06-30", "06-30", TODAY, TODAY))
    free = last_free(day, spans)
    assert free is not None
    assert frozen(free, spans) is None
    assert all(frozen(free + timedelta(n), spans) for n in range(1, (day - free).days + 1))


@pytest.mark.parametrize(
    ("start", "moved", "code"),
    [
        (date(2028, 1, 5), date(2027, 12, 14), ReasonCode.START_BEFORE_FREEZE),
        (date(2028, 1, 11), date(2028, 1, 11), None),
        (date(2026, 1, 5), date(2026, 1, 5), None),
        (None, None, None),
    ],
)
def test_a_start_in_a_freeze_is_moved_before_it(start: date | None, moved: date | None, code: str | None) -> None:
    """With the reason; a start in the past is what it is."""
    day, reasons = _outside(start, TODAY, (YEAR_END,))
    assert day == moved
    assert [reason.code for reason in reasons] == ([code] if code else [])


def test_a_year_without_a_free_day_is_said() -> None:
    """The start stays, with the reason."""
    always = Freeze("01-01", "12-31", TODAY, TODAY)
    day, reasons = _outside(date(2028, 5, 5), TODAY, (always,))
    assert day == date(2028, 5, 5)
    assert [reason.code for reason in reasons] == [ReasonCode.ALWAYS_FROZEN]


def planned(bank: Inventory, held: Register, today: date = TODAY) -> MigrationPlan:
    return make_plan([bank], held, None, ("cn-default",), today)


def test_waves_of_a_plan_keep_out_of_freezes(
    finding: Callable[..., Finding], inventory: Callable[..., Inventory], register: Register
) -> None:
    """No latest start that lies ahead is frozen; a last allowed day at the end of the year is flagged."""
    nginx = {"rule": "nginx/ssl-ecdh-curve", "symbol": "ssl_ecdh_curve"}
    scanned = inventory(finding("X25519", path="portal/nginx.conf", line=4, **nginx))
    day = planned(scanned, register).waves[0].latest_start
    assert day is not None
    span = (f"{day - timedelta(3):%m-%d}", f"{day + timedelta(3):%m-%d}")
    held = replace(register, change_freezes=(span,))
    made = planned(scanned, held)
    assert made.waves[0].latest_start == day - timedelta(4)
    assert ReasonCode.START_BEFORE_FREEZE in {reason.code for reason in made.waves[0].reasons}
    ends = planned(scanned, replace(register, change_freezes=(("12-15", "01-10"),))).waves[0]
    flagged = next(reason for reason in ends.reasons if reason.code is ReasonCode.FINISH_IN_FREEZE)
    assert (flagged.get("finish"), flagged.get("date")) == ("2035-12-31", "2035-12-14")


def test_every_exception_stands_in_the_plan_and_a_past_review_is_flagged(
    bank: Inventory, register: Register
) -> None:
    """Also that of a system without findings; the KPI counts the same rows."""
    made = planned(bank, register)
    (row,) = made.exceptions
    assert (row.system, row.review_date, row.overdue_days) == ("mainframe", date(2026, 6, 30), 147)
    assert (row.missing, row.uses) == (("mitigation",), ())
    kpi = next(kpi for kpi in made.kpis if kpi.id is KpiId.EXCEPTIONS_OVERDUE)
    overdue = [held for held in made.exceptions if held.overdue_days is not None]
    assert (kpi.numerator, kpi.denominator) == (len(overdue), len(made.exceptions))
    assert planned(bank, register, date(2026, 6, 30)).exceptions[0].overdue_days is None
