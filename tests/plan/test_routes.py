"""Routes of uses and links: the first rule that matches wins (link rules 1 to 6 of the fact base)."""

from dataclasses import replace
from datetime import date

import pytest

from pqc_migrate.catalog.policies import policy
from pqc_migrate.catalog.replacements import choose
from pqc_migrate.model.plan import MilestoneUse
from pqc_migrate.model.plan_codes import Axis, Binding, ReasonCode, Route, Use
from pqc_migrate.model.register import Hsm, Link, Owner, RiskException, System
from pqc_migrate.plan.routes import link_plan, use_route

SYSTEM = System("a", "", "A", Owner("d"), secrecy_years=10)
DATES = [MilestoneUse("m", "p", date(2030, 12, 31), None, Binding.GUIDANCE, 1, ())]
FIBRE = Link(
    "l",
    kind="dedicated",
    medium="dark-fibre",
    km=62,
    external_keys=True,
    budget_approved=True,
    tunnels=8,
    rekey_s=60,
)


def route(
    use: Use, axis: Axis, *profiles: str, sm: bool = False, system: System | None = None
) -> tuple[Route, ReasonCode]:
    replacement = choose(use, axis, sm)[0]
    held, reason = use_route(use, axis, sm, replacement, system, DATES, [policy(name) for name in profiles])
    return held, reason.code


@pytest.mark.parametrize(
    ("profiles", "expected"),
    [
        ((), Route.PQC_HYBRID),
        (("cn-default",), Route.PQC_HYBRID),
        (("nist",), Route.PQC_HYBRID),
        (("eu",), Route.PQC_HYBRID),
        (("cnsa2",), Route.PQC_PURE),
        (("cnsa2", "eu"), Route.PQC_HYBRID),
        (("cnsa2", "cn-default"), Route.PQC_PURE),
    ],
)
def test_hybrid_policy_of_the_profiles(profiles: tuple[str, ...], expected: Route) -> None:
    """Required wins over discouraged; without a policy key establishment goes hybrid first."""
    assert route(Use.TLS_KEY_EXCHANGE, Axis.CONFIDENTIALITY, *profiles)[0] is expected


def test_signatures_go_pure_and_wait_where_no_standard_is() -> None:
    """X.509 has a standard; SSH keys have none to plan by."""
    assert route(Use.X509_SIGNATURE, Axis.SIGNATURE, "eu") == (Route.PQC_PURE, ReasonCode.ROUTE_PURE_SIGNATURE)
    assert route(Use.SSH_KEYS, Axis.SIGNATURE) == (Route.VENDOR_WAIT, ReasonCode.ROUTE_WAIT_STANDARD)


def test_sm_routes() -> None:
    """SM2 key exchange goes SM hybrid; SM2 signatures wait for NGCC."""
    assert route(Use.TLS_KEY_EXCHANGE, Axis.CONFIDENTIALITY, sm=True) == (Route.SM_HYBRID, ReasonCode.ROUTE_SM)
    assert route(Use.X509_SIGNATURE, Axis.SIGNATURE, sm=True)[0] is Route.VENDOR_WAIT


def test_the_register_goes_first() -> None:
    """An exception, a retirement before the date, hardware that cannot follow."""
    excepted = replace(SYSTEM, exception=RiskException("r", "m", "a", date(2027, 1, 1)))
    retiring = replace(SYSTEM, retire_date=date(2030, 12, 31))
    outliving = replace(SYSTEM, retire_date=date(2031, 1, 31))
    stuck = replace(SYSTEM, hsm=Hsm("payment", field_upgradable=False, eol=date(2035, 1, 1)))
    use = (Use.SSH_KEYS, Axis.SIGNATURE)
    assert route(*use, system=excepted)[0] is Route.ACCEPT_RISK
    assert route(*use, system=retiring)[0] is Route.RETIRE
    assert route(*use, system=outliving)[0] is Route.VENDOR_WAIT
    assert route(*use, system=stuck)[0] is Route.REPLACE_PRODUCT


@pytest.mark.parametrize(
    ("link", "rule", "expected"),
    [
        (replace(FIBRE, kind="internet"), 1, Route.PQC_HYBRID),
        (replace(FIBRE, kind="mobile"), 1, Route.PQC_HYBRID),
        (replace(FIBRE, end_to_end=True), 2, Route.PQC_HYBRID),
        (FIBRE, 3, Route.QKD_PLUS_PQC),
        (replace(FIBRE, km=300, trusted_nodes="audited"), 3, Route.QKD_PLUS_PQC),
        (replace(FIBRE, km=300, trusted_nodes="carrier"), 4, Route.QKD_PLUS_PQC),
        (replace(FIBRE, budget_approved=None, qkd="run"), 5, Route.QKD_PLUS_PQC),
        (replace(FIBRE, km=101), 6, Route.PQC_HYBRID),
        (replace(FIBRE, external_keys=None), 6, Route.PQC_HYBRID),
        (replace(FIBRE, medium="microwave"), 6, Route.PQC_HYBRID),
        (Link("l"), 6, Route.PQC_HYBRID),
    ],
)
def test_link_rules(link: Link, rule: int, expected: Route) -> None:
    """QKD is offered only where every stated condition is known to hold, and never without PQC."""
    held = link_plan(SYSTEM, link)
    assert (held.reason.get("rule"), held.route) == (rule, expected)


def test_short_secrecy_needs_no_qkd() -> None:
    """Below ten years of secrecy, or with none given, the link goes post-quantum."""
    for years in (9.9, None):
        assert link_plan(replace(SYSTEM, secrecy_years=years), FIBRE).route is Route.PQC_HYBRID


def test_key_rate_is_tunnels_by_interval() -> None:
    """Eight tunnels rekeyed every minute need 0.133 keys a second; unknown stays unknown."""
    assert link_plan(SYSTEM, FIBRE).needed_keys_per_s == 0.133
    assert link_plan(SYSTEM, replace(FIBRE, rekey_s=None)).needed_keys_per_s is None
