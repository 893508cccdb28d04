"""Which profile dates apply to a use, and which never do."""

from datetime import date

import pytest

from pqc_migrate.catalog.policies import count_days, policy
from pqc_migrate.model.plan import AssessedAsset
from pqc_migrate.model.plan_codes import Axis, Binding, ReasonCode, Standing
from pqc_migrate.plan.deadlines import milestones

TODAY = date(2026, 11, 24)


def asset(strength: int | None = 128, sm: bool = False) -> AssessedAsset:
    return AssessedAsset(
        id="x", name="x", kind="algorithm", family="SM2" if sm else "ECDSA", parameters=(),
        standing=Standing.SIGNATURE, axis=Axis.SIGNATURE, nist_level=0, strength=strength, unknown=(), sm=sm,
        forward_secret=None, uses=(), occurrences={}, drives=True, reasons=(), remarks=(), evidence=(),
    )  # fmt: skip


def dates(
    profile: str, axis: Axis = Axis.SIGNATURE, criticality: str | None = "normal", held: AssessedAsset | None = None
) -> dict[str, date]:
    views = [count_days(policy(profile), TODAY)]
    return {use.milestone: use.day for use in milestones(views, axis, [held or asset()], criticality, TODAY)}


def test_128_bits_meet_only_2035_in_the_draft() -> None:
    """P-256 has no 2030 deprecation; RSA-2048 has, and an unread size takes both lines and says so."""
    views = [count_days(policy("nist"), TODAY)]
    (strong,) = milestones(views, Axis.SIGNATURE, [asset(128)], "normal", TODAY)
    assert (strong.milestone, strong.deprecated, strong.binding) == ("nist-8547-128", None, Binding.DRAFT)
    (weak,) = milestones(views, Axis.SIGNATURE, [asset(112)], "normal", TODAY)
    assert (weak.milestone, weak.deprecated) == ("nist-8547-112", date(2030, 12, 31))
    unread = milestones(views, Axis.SIGNATURE, [asset(None)], "normal", TODAY)
    assert {use.milestone for use in unread} == {"nist-8547-112", "nist-8547-128"}
    assert all(ReasonCode.DEADLINE_STRENGTH_UNKNOWN in {r.code for r in use.reasons} for use in unread)


def test_axes_are_split_where_the_source_splits_them() -> None:
    """BSI ends classical key agreement alone in 2031, signatures in 2035; a use of both takes both."""
    assert dates("eu", Axis.CONFIDENTIALITY) == {"de-kex": date(2031, 12, 31), "eu-2035": date(2035, 12, 31)}
    assert dates("eu", Axis.SIGNATURE) == {"de-sig": date(2035, 12, 31), "eu-2035": date(2035, 12, 31)}
    assert set(dates("eu", Axis.BOTH)) == {"de-kex", "de-sig", "eu-2035"}


@pytest.mark.parametrize(
    ("criticality", "expected"),
    [("systemic", {"g7-crit", "g7-all"}), ("critical", {"g7-crit", "g7-all"}), ("important", {"g7-all"}),
     ("normal", {"g7-all"}), (None, {"g7-crit", "g7-all"})],
)  # fmt: skip
def test_critical_lines_are_for_critical_systems(criticality: str | None, expected: set[str]) -> None:
    """An unknown criticality counts as critical, with its reason."""
    assert set(dates("g7-fin", criticality=criticality)) == expected


def test_an_unknown_criticality_is_said() -> None:
    """The reader sees why the earlier date applies."""
    views = [count_days(policy("g7-fin"), TODAY)]
    first = milestones(views, Axis.SIGNATURE, [asset()], None, TODAY)[0]
    assert ReasonCode.DEADLINE_CRITICALITY_UNKNOWN in {reason.code for reason in first.reasons}


def test_unverified_and_conditional_lines_never_date_a_use() -> None:
    """CNSA's low-trust sub-dates, a rule not yet proposed, plans and purchases set no deadline."""
    assert set(dates("cnsa2", criticality=None)) == {"cnsa2-mandate"}
    assert set(dates("us-fed", criticality=None)) == {"us-eo14412-sig"}
    assert set(dates("uk", criticality=None)) == {"uk-2031", "uk-2035"}
    assert dates("pci", criticality=None) == {}


def test_the_reference_line_says_that_it_is_none_of_a_rule() -> None:
    """cn-default dates a use by the institution's own line and nothing else."""
    views = [count_days(policy("cn-default"), TODAY)]
    for use in milestones(views, Axis.SIGNATURE, [asset()], None, TODAY):
        assert use.binding is Binding.REFERENCE
        assert use.reasons[0].code is ReasonCode.DEADLINE_REFERENCE_LINE


def test_sm2_meets_a_strength_line_by_analogy_and_says_so() -> None:
    """IR 8547 does not name SM2."""
    views = [count_days(policy("nist"), TODAY)]
    (use,) = milestones(views, Axis.SIGNATURE, [asset(sm=True)], "normal", TODAY)
    assert ReasonCode.DEADLINE_BY_ANALOGY in {reason.code for reason in use.reasons}
    (other,) = milestones(views, Axis.SIGNATURE, [asset()], "normal", TODAY)
    assert ReasonCode.DEADLINE_BY_ANALOGY not in {reason.code for reason in other.reasons}
