"""Timeline profiles carry each fact as the fact base holds it, with force and trust, and compute nothing else."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.catalog import policies, sources
from pqc_migrate.catalog.policies import last_day
from pqc_migrate.cli.options import PROFILES
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.plan_codes import Axis, Binding, Effect, Trust

FACTS = Path(__file__).with_name("timelines.csv").read_text(encoding="utf-8")
ROWS = {row["id"]: row for row in csv.DictReader(FACTS.splitlines())}
LINES = [line for profile in policies.policies().values() for line in profile.milestones]
OWN = {"cn-ref-critical": "2030", "cn-ref-all": "2035"}
WORDED = {"hk-2030": "before 2030"}
"""Rows whose wording is narrower than their date column: the arrangement is to be done before 2030."""


def test_every_date_traces_to_a_row() -> None:
    """A milestone is a row of the fact base with its dates, force, scope and trust; only two lines are ours."""
    for line in LINES:
        if line.id in OWN:
            assert (line.binding, line.trust, line.disallow_written) == (
                Binding.REFERENCE, Trust.OWN, OWN[line.id],
            )  # fmt: skip
            continue
        row = ROWS[line.id]
        assert (line.binding, line.scope, line.trust) == (row["binding"], row["scope"], row["trust"]), line.id
        assert line.deprecate_written == row["deprecate_after"], line.id
        assert line.disallow_written == WORDED.get(line.id, row["disallow_after"]), line.id


def test_no_row_stands_in_two_profiles() -> None:
    """One fact is told once."""
    assert len({line.id for line in LINES}) == len(LINES)


def test_the_command_line_offers_exactly_these_profiles() -> None:
    """The option's list and the catalog's files are the same set."""
    assert set(PROFILES) == set(policies.policies())


def test_low_trust_rows_are_marked_and_unsourced_ones_absent() -> None:
    """Every L row says unverified; no row without a source is here."""
    assert all(line.unverified == (line.trust is Trust.UNVERIFIED) for line in LINES)
    assert {line.trust for line in LINES} <= set(Trust)
    assert all(sources.source(line.source).citation for line in LINES)


def test_ir_8547_is_a_draft_and_128_bits_have_no_2030_line() -> None:
    """RSA-2048 is deprecated after 2030; P-256 and X25519 meet the 2035 line only."""
    lines = {line.id: line for line in policies.policy("nist").milestones}
    weak, strong = lines["nist-8547-112"], lines["nist-8547-128"]
    assert weak.binding is strong.binding is Binding.DRAFT
    assert (weak.strength, weak.deprecate_after, weak.disallow_after) == (
        112,
        date(2030, 12, 31),
        date(2035, 12, 31),
    )
    assert (strong.strength, strong.deprecate_after, strong.disallow_after) == (128, None, date(2035, 12, 31))


def test_key_establishment_moves_before_signatures_where_the_source_splits_them() -> None:
    """EO 14412 and BSI date the two axes apart."""
    for name, key, signature in (("us-fed", "us-eo14412-kem", "us-eo14412-sig"), ("eu", "de-kex", "de-sig")):
        lines = {line.id: line for line in policies.policy(name).milestones}
        first, second = lines[key], lines[signature]
        assert (first.axis, second.axis) == (Axis.CONFIDENTIALITY, Axis.SIGNATURE)
        assert first.disallow_after is not None
        assert second.disallow_after is not None
        assert first.disallow_after < second.disallow_after


def test_china_has_no_legal_date() -> None:
    """The notice is a direction without date; what is dated is the institution's own reference line."""
    profile = policies.policy("cn-default")
    assert not profile.legal_date
    dated = [line for line in profile.milestones if line.disallow_after or line.deprecate_after]
    assert {line.binding for line in dated} == {Binding.REFERENCE}
    notice = next(line for line in profile.milestones if line.id == "cn-pboc")
    assert (notice.effect, notice.disallow_after, notice.targets) == (Effect.DIRECTION, None, ())


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2030", date(2030, 12, 31)),
        ("2026-04", date(2026, 4, 30)),
        ("2028-02", date(2028, 2, 29)),
        ("2027-01-01", date(2027, 1, 1)),
        ("before 2030", date(2029, 12, 31)),
    ],
)
def test_a_written_date_is_a_last_allowed_day(written: str, day: date) -> None:
    """A bare year is its 31 December, a month its last day, 'before' the day before the year."""
    assert last_day(written) == day


@given(st.text(max_size=12))
def test_any_other_text_is_refused(text: str) -> None:
    """What is not a date is an error and never a guess."""
    try:
        day = last_day(text)
    except ValueError:
        return
    assert str(day.year + text.startswith("before")) in text


def test_days_left_count_from_today() -> None:
    """On the last day nothing is left, the day after it is minus one."""
    profile = policies.policy("cnsa2")
    day = date(2031, 12, 31)
    for offset in (0, 1):
        counted = policies.count_days(profile, day + timedelta(days=offset))
        left = next(line.disallow_days_left for line in counted.milestones if line.id == "cnsa2-mandate")
        assert left == -offset


def test_an_unknown_profile_is_answered_with_the_nearest() -> None:
    """The error names what was meant and what there is."""
    with pytest.raises(CatalogError, match="no profile 'nits'") as caught:
        policies.policy("nits")
    assert "did you mean nist" in caught.value.hint
    assert "cn-default" in caught.value.hint


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"hybrid_policy": "maybe"}, "hybrid_policy"),
        ({"min_kem": "ML-KEM-768", "policy_sources": []}, "policy_sources"),
        ({"typo": 1}, "unknown key typo"),
        ({"milestone": [{"id": "x"}]}, "missing"),
    ],
)
def test_a_bad_profile_names_file_and_key(change: dict[str, object], complaint: str) -> None:
    """A profile that says more than its sources do, or misspells a key, does not load."""
    raw = {"id": "x", "name_zh": "x", "name_en": "x", "milestone": [], **change}
    with pytest.raises(CatalogError, match=complaint) as caught:
        policies.load("x.toml", raw)
    assert "x.toml" in str(caught.value)
