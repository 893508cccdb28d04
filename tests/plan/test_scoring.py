"""Margins, triples, matrix and overrides, each by hand (structure: Europol QSFF 2026-01; cut points ours)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.model.plan import Margin, MilestoneUse
from pqc_migrate.model.plan_codes import AssumptionCode, Axis, Binding, Priority, ReasonCode
from pqc_migrate.model.register import Hsm, Owner, System, Vendor
from pqc_migrate.plan import scoring

TODAY = date(2026, 1, 1)
FULL = System(
    "core",
    "核心",
    "Core",
    Owner("核心系统部"),
    exposure="partner",
    severity=2,
    secrecy_years=6,
    signature_trust_years=3,
    vendors=(Vendor("v", "p", pqc_statement="ga"),),
    depends_on=(),
)
CHEAP = scoring.known("cost", 1, "scan")


def score(system: System | None = FULL, axis: Axis = Axis.CONFIDENTIALITY, today: date = TODAY) -> scoring.Inputs:
    return scoring.inputs(system, axis, None, CHEAP if system else None, today)


def test_nothing_known_is_the_worst_and_flagged() -> None:
    """Without a register every score is 3 and says that it is assumed; X and S are the flagged default of 7."""
    inputs = score(None)
    assert inputs.qrs == (2, 3, 3)
    assert inputs.mts == (3, 3, 3)
    assert (inputs.x.value, inputs.s.value, inputs.y.value) == (7, 7, 4)
    assert all(row.assumed for row in inputs.all)
    assert all(row.assumption is not None for row in inputs.all)


def test_what_the_register_gives_is_used_and_named() -> None:
    """Each input carries the register path it came from and no flag."""
    inputs = score()
    assert inputs.qrs == (2, 2, 2)
    assert inputs.mts == (1, 1, 2)
    assert not any(row.assumed for row in inputs.all)
    assert inputs.x.origin == "systems[core].data.secrecy_years"
    assert inputs.y.value == 1


@pytest.mark.parametrize(("years", "shelf"), [(0, 1), (4.9, 1), (5, 2), (10, 2), (10.1, 3), (50, 3)])
def test_shelf_life_cut_points(years: float, shelf: int) -> None:
    """Under 5 years is 1, 5 to 10 is 2, over 10 is 3."""
    assert score(replace(FULL, secrecy_years=years)).qrs[0] == shelf


def test_shelf_life_takes_the_axis() -> None:
    """X for confidentiality, S for signatures, the longer of both where the axis was not read."""
    system = replace(FULL, secrecy_years=3, signature_trust_years=12)
    assert [score(system, axis).qrs[0] for axis in (Axis.CONFIDENTIALITY, Axis.SIGNATURE, Axis.BOTH)] == [1, 3, 3]


@pytest.mark.parametrize(
    ("target", "availability"),
    [(date(2026, 6, 1), 1), (date(2027, 6, 1), 2), (date(2028, 12, 1), 2), (date(2029, 6, 1), 3)],
)
def test_availability_from_vendor_dates(target: date, availability: int) -> None:
    """Under a year is 1, to three years 2, beyond 3."""
    system = replace(FULL, vendors=(Vendor("v", "p", target_date=target),))
    assert score(system).mts[0] == availability


def test_a_silent_vendor_is_the_worst_whatever_the_catalog_knows() -> None:
    """The system's own product decides; without a date it is assumed not to be there."""
    system = replace(FULL, vendors=(Vendor("v", "p"),))
    known = scoring.known("availability", 1, "catalog")
    held = scoring.inputs(system, Axis.SIGNATURE, known, CHEAP, TODAY).availability
    assert (held.value, held.assumed, held.assumption) == (3, True, AssumptionCode.AVAILABILITY)


@pytest.mark.parametrize(
    ("changes", "dependency"),
    [
        ({"vendors": ()}, 1),
        ({}, 2),
        ({"vendors": (Vendor("a", pqc_statement="ga"), Vendor("b", pqc_statement="ga"))}, 3),
        ({"external": ("swift",)}, 3),
        ({"vendors": None, "depends_on": None}, 3),
    ],
)
def test_dependency(changes: Mapping[str, object], dependency: int) -> None:
    """Own team is 1, one vendor 2, several or an external scheme 3, not known 3."""
    assert score(replace(FULL, **changes)).mts[2] == dependency  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("total", "years"), [((1, 1, 1), 1), ((1, 1, 2), 1), ((1, 2, 2), 2), ((2, 2, 3), 2), ((2, 3, 3), 4)]
)
def test_migration_years_from_the_triple(total: tuple[int, int, int], years: int) -> None:
    """A mean below 1.67 is one year, below 2.34 two, above it four."""
    rows = [scoring.known(name, value, "x") for name, value in zip("abc", total, strict=True)]
    assert scoring._migration_years(None, rows).value == years


@pytest.mark.parametrize(
    ("qrs", "mts", "priority"),
    [
        ((3, 3, 2), (1, 1, 2), Priority.NOW),
        ((3, 3, 2), (1, 2, 2), Priority.START_NOW),
        ((3, 2, 2), (1, 1, 1), Priority.PLAN),
        ((1, 2, 2), (3, 3, 3), Priority.PLAN),
        ((1, 1, 2), (1, 1, 1), Priority.RENEWAL),
    ],
)
def test_matrix_cells(qrs: tuple[int, int, int], mts: tuple[int, int, int], priority: Priority) -> None:
    """2.67 is high, 2.33 and 1.67 medium, 1.33 low; a migration time of 1.67 is long, 1.33 short."""
    assert scoring.matrix(qrs, mts) is priority


@pytest.mark.parametrize(
    ("today", "year", "z"),
    [(date(2026, 1, 1), 2035, 9.0), (date(2026, 11, 24), 2035, 8.1), (date(2031, 1, 1), 2030, -1.0)],
)
def test_years_to_arrival_count_to_its_first_day(today: date, year: int, z: float) -> None:
    """To 1 January of the arrival year, so that the margin is not flattered."""
    assert scoring.years_until(year, today) == z


def test_mosca_by_hand() -> None:
    """Z 9.0, X 6, S 3, Y 1: Mc = 9 - (6 + 1) = 2, Ms = 9 - (3 + 1) = 5; five years less early, more late."""
    early, base, late = scoring.margins(score(axis=Axis.BOTH), Axis.BOTH, scoring.SCENARIOS, TODAY)
    assert (base.z, base.mc, base.ms) == (9.0, 2.0, 5.0)
    assert (early.mc, late.mc) == (-3.0, 7.0)
    (only,) = scoring.margins(score(), Axis.CONFIDENTIALITY, {"base": 2035}, TODAY)
    assert (only.mc, only.ms) == (2.0, None)


def test_margins_close_with_the_printed_inputs() -> None:
    """What is printed adds up: no hidden digits."""
    inputs = score(replace(FULL, secrecy_years=7.3, migration_years=2.4))
    for margin in scoring.margins(inputs, Axis.CONFIDENTIALITY, scoring.SCENARIOS, date(2026, 11, 24)):
        assert margin.mc == round(margin.z - inputs.x.value - inputs.y.value, 1)


def deadline(day: date, today: date = TODAY) -> MilestoneUse:
    return MilestoneUse("g7-crit", "g7-fin", day, None, Binding.GUIDANCE, (day - today).days, ())


def test_overrides_lift_to_start_now_and_say_why() -> None:
    """A negative margin, a deadline nearer than the migration, hardware that outlives the deadline."""
    margin = Margin("base", 2035, 9.0, -0.1, 0.0)
    hsm = replace(FULL, hsm=Hsm("payment", field_upgradable=False, eol=date(2033, 1, 1)))
    reasons = list(scoring.overrides(margin, [deadline(date(2027, 12, 31))], 2.0, hsm))
    assert [reason.code for reason in reasons] == [
        ReasonCode.MOSCA_NEGATIVE, ReasonCode.DEADLINE_NEARER_THAN_MIGRATION, ReasonCode.HARDWARE_OUTLIVES_DEADLINE,
    ]  # fmt: skip
    assert reasons[0].get("axis") == "confidentiality"
    assert (reasons[1].get("years_left"), reasons[1].get("migration_years")) == (1.9, 2.0)
    assert scoring.lifted(Priority.RENEWAL, True) is Priority.START_NOW
    assert scoring.lifted(Priority.NOW, True) is Priority.NOW


def test_nothing_lifts_without_cause() -> None:
    """Exactly enough time is enough; upgradable hardware may live on."""
    margin = Margin("base", 2035, 9.0, 0.0, 2.0)
    hsm = replace(FULL, hsm=Hsm("payment", field_upgradable=True, eol=date(2050, 1, 1)))
    assert not list(scoring.overrides(margin, [deadline(date(2028, 1, 1))], 2.0, hsm))


SCORES = st.integers(1, 3)


@given(st.tuples(SCORES, SCORES, SCORES), st.tuples(SCORES, SCORES, SCORES), st.integers(0, 2), st.booleans())
def test_more_exposure_never_lowers_priority(
    qrs: tuple[int, int, int], mts: tuple[int, int, int], place: int, override: bool
) -> None:
    """Raising any part of the risk triple keeps the priority or makes it more urgent."""
    order = list(Priority)
    higher = [min(3, value + (position == place)) for position, value in enumerate(qrs)]
    before = scoring.lifted(scoring.matrix(qrs, mts), override)
    after = scoring.lifted(scoring.matrix(higher, mts), override)
    assert order.index(after) <= max(order.index(before), order.index(Priority.START_NOW))
    assert order.index(after) <= order.index(before) or {before, after} == {Priority.NOW, Priority.START_NOW}


@given(st.floats(0, 60), st.floats(0, 60), st.floats(0, 20), st.floats(0, 10))
def test_longer_secrecy_never_raises_a_margin(x: float, s: float, y: float, more: float) -> None:
    """Another year of secrecy is a year less of margin, within the printed digit."""
    short = replace(FULL, secrecy_years=x, signature_trust_years=s, migration_years=y)
    long = replace(short, secrecy_years=x + more)
    for before, after in zip(
        scoring.margins(score(short), Axis.BOTH, scoring.SCENARIOS, TODAY),
        scoring.margins(score(long), Axis.BOTH, scoring.SCENARIOS, TODAY),
        strict=True,
    ):
        assert before.mc is not None
        assert after.mc is not None
        assert after.mc <= before.mc
        assert scoring.worst(after) <= scoring.worst(before)
