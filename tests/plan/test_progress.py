"""Earlier plans and this one: what moved is computed from both, and nothing else is said.

What a progress report holds follows the project's own outline (section 16: baseline, difference to the last
run); the KPI values are those of the two plans.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pqc_migrate.errors import InventoryError
from pqc_migrate.model.inventory import Finding, Inventory
from pqc_migrate.model.plan import MigrationPlan
from pqc_migrate.model.plan_codes import Movement, Priority
from pqc_migrate.model.register import Register
from pqc_migrate.plan import document
from pqc_migrate.plan.build import make_plan
from pqc_migrate.plan.progress import Earlier, load

NOW = date(2026, 11, 24)
THEN = date(2026, 8, 24)
PROFILES = ("cn-default", "g7-fin")


def earlier(plan: MigrationPlan, name: str = "old.json") -> Earlier:
    from hashlib import sha256

    return Earlier(name, sha256(document.dump(plan)).hexdigest(), plan)


def planned(
    inventories: list[Inventory],
    today: date = NOW,
    previous: tuple[MigrationPlan, ...] = (),
    held: Register | None = None,
) -> MigrationPlan:
    series = [earlier(plan, f"{plan.today}.json") for plan in previous]
    return make_plan(inventories, held, None, PROFILES, today, earlier=series)


@pytest.fixture
def two(finding: Callable[..., Finding], inventory: Callable[..., Inventory]) -> tuple[Inventory, Inventory]:
    """The same target before and after: a JWT signature gone, a key exchange come."""
    jwt = {"rule": "pyjwt/encode", "symbol": "jwt.encode", "functions": ("sign",)}
    kept = finding("RSAES-OAEP", path="core/wrap.py", line=7, functions=("encrypt",), digest="SHA-256")
    before = inventory(kept, finding("ECDSA", path="core/token.py", line=9, curve="P-256", **jwt))
    nginx = finding("X25519", path="core/nginx.conf", line=4, rule="nginx/ssl-ecdh-curve", symbol="ssl_ecdh_curve")
    return before, inventory(kept, nginx)


def test_uses_that_came_went_and_stayed(two: tuple[Inventory, Inventory]) -> None:
    """Each use of either plan is counted once: new, gone, or unchanged."""
    before, now = two
    old = planned([before], THEN)
    made = planned([now], previous=(old,)).progress
    assert made is not None
    assert {(change.use, change.movement) for change in made.uses} == {
        ("tls-key-exchange", Movement.NEW),
        ("jose", Movement.GONE),
    }
    gone = next(change for change in made.uses if change.movement is Movement.GONE)
    assert (gone.places_before, gone.places_now, gone.wave_now, gone.route_now) == (1, 0, None, None)
    assert (gone.places_added, gone.places_removed) == (0, 1)
    assert made.unchanged == 1
    assert made.since == THEN


def test_a_target_that_was_not_scanned_again_is_not_gone(
    two: tuple[Inventory, Inventory], finding: Callable[..., Finding], inventory: Callable[..., Inventory]
) -> None:
    """Nothing found is not nothing there: the use is called not looked at."""
    other = inventory(finding("RSA", path="keys.py", line=5, functions=("keygen",)), target="lab")
    old = planned([two[0], other], THEN)
    made = planned([two[0]], previous=(old,)).progress
    assert made is not None
    assert made.targets_gone == ("lab",)
    assert {change.movement for change in made.uses} <= {Movement.NOT_LOOKED_AT, Movement.CHANGED}
    assert Movement.GONE not in {change.movement for change in made.uses}


def test_a_register_that_came_regroups_and_adds_no_use(bank: Inventory, register: Register) -> None:
    """Places that only got a system are neither new nor gone."""
    made = planned([bank], previous=(planned([bank], THEN),), held=register).progress
    assert made is not None
    assert {change.movement for change in made.uses} <= {Movement.REGROUPED, Movement.CHANGED}
    assert {(change.id, change.movement) for change in made.systems} == {
        (name, Movement.NEW) for name in ("core", "portal", "pki", "mainframe")
    }


def test_a_change_of_priority_is_told_with_both_sides(two: tuple[Inventory, Inventory]) -> None:
    """Same places, other priority: changed, from what to what."""
    old = planned([two[0]], THEN)
    first = old.uses[0]
    other = Priority.RENEWAL if first.priority is not Priority.RENEWAL else Priority.NOW
    turned = replace(old, uses=(replace(first, priority=other), *old.uses[1:]))
    made = planned([two[0]], previous=(turned,)).progress
    assert made is not None
    (change,) = made.uses
    assert (change.id, change.movement) == (first.id, Movement.CHANGED)
    assert (change.priority_before, change.priority_now) == (other, first.priority)


def test_the_series_has_one_point_a_plan_and_no_order_of_options(two: tuple[Inventory, Inventory]) -> None:
    """Earlier plans by their day, this plan last; any order and a repeated file give the same bytes."""
    days = (date(2026, 2, 1), date(2026, 5, 1), THEN)
    series = [earlier(planned([two[0]], day), f"{day}.json") for day in days]
    written = {
        document.dump(make_plan([two[1]], None, None, PROFILES, NOW, earlier=order))
        for order in (*permutations(series), (*series, replace(series[0], name="z-copy.json")))
    }
    assert len(written) == 1
    made = document.load(written.pop())
    assert made.progress is not None
    assert [point.today for point in made.progress.points] == [*days, NOW]
    assert made.progress.points[-1].quantum_vulnerable == made.summary.quantum_vulnerable
    for point in made.progress.points:
        assert point.key_establishment + point.signatures + point.both_unknown == point.quantum_vulnerable
    assert [row.name for row in made.inputs if row.kind == "plan"] == [f"{day}.json" for day in days]


def test_indicators_are_those_of_the_two_plans(bank: Inventory, register: Register) -> None:
    """Before and now are copied, never recomputed."""
    old = planned([bank], THEN, held=register)
    made = planned([bank], previous=(old,), held=register)
    assert made.progress is not None
    before = {kpi.id: kpi.value for kpi in old.kpis}
    now = {kpi.id: kpi.value for kpi in made.kpis}
    assert {row.id: (row.before, row.now) for row in made.progress.kpis} == {
        name: (before[name], now[name]) for name in now
    }


def test_only_dates_between_the_two_plans_have_passed(bank: Inventory) -> None:
    """The reference line of 2030 passes between 2030 and 2031, with its binding; later ones do not."""
    old = planned([bank], date(2030, 6, 1))
    made = planned([bank], date(2031, 6, 1), (old,)).progress
    assert made is not None
    assert {row.day for row in made.deadlines} == {date(2030, 12, 31)}
    lines = {m.id: m for p in old.profiles for m in p.milestones}
    assert all(lines[row.milestone].binding is row.binding for row in made.deadlines)
    on_the_day = planned([bank], date(2030, 12, 31), (old,)).progress
    assert on_the_day is not None
    assert on_the_day.deadlines == ()


@pytest.mark.parametrize(
    ("days", "complaint"),
    [((date(2027, 1, 1),), "after 2026-11-24"), ((THEN, THEN), "two earlier plans made for 2026-08-24")],
)
def test_plans_that_cannot_be_put_in_order(
    two: tuple[Inventory, Inventory], days: tuple[date, ...], complaint: str
) -> None:
    """A later plan is no earlier one; which of two of one day came first nobody wrote down."""
    series = [earlier(planned([two[i]], day), f"{i}.json") for i, day in enumerate(days)]
    with pytest.raises(InventoryError, match=complaint):
        make_plan([two[1]], None, None, PROFILES, NOW, earlier=series)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "not valid JSON"),
        (b"[]", "not a pqc-migrate/plan/v1 document"),
        (b'{"bomFormat": "CycloneDX"}', "a CycloneDX inventory, not a plan"),
        (b'{"schema": "pqc-migrate/bench/v1"}', "its schema is 'pqc-migrate/bench/v1'"),
        (b'{"schema": "pqc-migrate/plan/v2"}', "newer than"),
        (b'{"schema": "pqc-migrate/plan/v1"}', "malformed"),
    ],
)
def test_a_file_that_is_no_plan_is_named_for_what_it_is(tmp_path: Path, content: bytes, complaint: str) -> None:
    """File, what is wrong, and what a plan is."""
    path = tmp_path / "old.json"
    path.write_bytes(content)
    with pytest.raises(InventoryError, match=complaint) as error:
        load(path)
    assert str(error.value).startswith("old.json: ")
    assert error.value.hint


def test_a_plan_of_an_earlier_version_still_reads(bank: Inventory) -> None:
    """Fields with a default may be missing: they came after that plan was written."""
    made = planned([bank])
    raw = json.loads(document.dump(made))
    for name in ("progress", "steps", "scenarios"):
        del raw[name]
    for use in raw["uses"]:
        del use["layer"]
    held = document.load(json.dumps(raw).encode())
    assert (held.progress, held.steps) == (None, ())
    assert [use.id for use in held.uses] == [use.id for use in made.uses]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_plan_is_refused_or_read(bank: Inventory, data: st.DataObject) -> None:
    """Any value in the place of another ends in a message, or in a plan that can be compared with."""
    raw = json.loads(document.dump(planned([bank], THEN)))
    holder, key = raw, data.draw(st.sampled_from(sorted(raw)))
    while True:
        held = holder[key]
        children = (
            sorted(held) if isinstance(held, dict) else list(range(len(held))) if isinstance(held, list) else []
        )
        if not children or data.draw(st.booleans()):
            break
        holder, key = held, data.draw(st.sampled_from(children))
    holder[key] = data.draw(_JSON)
    try:
        old = document.load(json.dumps(raw).encode())
    except InventoryError:
        return
    if old.today <= NOW:
        document.dump(planned([bank], previous=(old,)))
