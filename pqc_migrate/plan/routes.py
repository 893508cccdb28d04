"""How a use and a link migrate; the first rule that matches wins.

The rules for links are those of the project's fact base, in its order: QKD is never a substitute where it
cannot be one, and a link that runs it keeps it beside post-quantum cryptography.
"""

from __future__ import annotations

from collections.abc import Sequence

from pqc_migrate.catalog.replacements import Replacement
from pqc_migrate.model.plan import LinkPlan, MilestoneUse, ProfileView, Reason
from pqc_migrate.model.plan_codes import Axis, ReasonCode, Route, Use
from pqc_migrate.model.register import Link, System

_REACH_KM = 100
_LONG_SECRECY_YEARS = 10


def use_route(
    use: Use,
    axis: Axis,
    sm: bool,
    replacement: Replacement,
    system: System | None,
    deadlines: Sequence[MilestoneUse],
    profiles: Sequence[ProfileView],
) -> tuple[Route, Reason]:
    """Return route and reason of one use; `replacement` is the one the plan computes with."""
    if system is not None:
        exceptional = _by_register(system, deadlines)
        if exceptional is not None:
            return exceptional
    if replacement.waits:
        return Route.VENDOR_WAIT, Reason.of(ReasonCode.ROUTE_WAIT_STANDARD, use=use.value)
    if sm:
        return Route.SM_HYBRID, Reason.of(ReasonCode.ROUTE_SM)
    if axis is Axis.SIGNATURE:
        return Route.PQC_PURE, Reason.of(ReasonCode.ROUTE_PURE_SIGNATURE)
    policies = {profile.hybrid_policy: profile.id for profile in reversed(profiles)}
    for policy in ("required", "allowed"):
        if policy in policies:
            return Route.PQC_HYBRID, Reason.of(ReasonCode.ROUTE_HYBRID_KEM, policy=policy)
    if "discouraged" in policies:
        return Route.PQC_PURE, Reason.of(ReasonCode.ROUTE_PURE_KEM, profile=policies["discouraged"])
    return Route.PQC_HYBRID, Reason.of(ReasonCode.ROUTE_HYBRID_KEM, policy=None)


def link_plan(system: System, link: Link) -> LinkPlan:
    """Return the route of one link of a registered system."""
    route, code, rule = _link_rule(system, link)
    needed = None
    if link.tunnels is not None and link.rekey_s:
        needed = round(link.tunnels / link.rekey_s, 3)
    return LinkPlan(f"{system.id}/{link.id}", system.id, route, Reason.of(code, rule=rule), needed)


def _by_register(system: System, deadlines: Sequence[MilestoneUse]) -> tuple[Route, Reason] | None:
    if system.exception is not None:
        review = system.exception.review_date
        written = review.isoformat() if review else None
        return Route.ACCEPT_RISK, Reason.of(ReasonCode.ROUTE_EXCEPTION, review_date=written)
    retires = system.retire_date
    if retires is not None and (not deadlines or retires <= deadlines[0].day):
        return Route.RETIRE, Reason.of(ReasonCode.ROUTE_RETIRES, retire_date=retires.isoformat())
    if retires is None and system.status == "retire":
        return Route.RETIRE, Reason.of(ReasonCode.ROUTE_RETIRES, retire_date=None)
    hsm = system.hsm
    if hsm is not None and hsm.field_upgradable is False and hsm.eol is not None and deadlines:
        first = deadlines[0]
        if hsm.eol > first.day:
            return Route.REPLACE_PRODUCT, Reason.of(
                ReasonCode.HARDWARE_OUTLIVES_DEADLINE,
                eol=hsm.eol.isoformat(),
                milestone=first.milestone,
                date=first.day.isoformat(),
            )
    return None


def _link_rule(system: System, link: Link) -> tuple[Route, ReasonCode, int]:
    if link.kind in ("internet", "mobile"):
        return Route.PQC_HYBRID, ReasonCode.ROUTE_LINK_PQC_ONLY, 1
    if link.end_to_end:
        return Route.PQC_HYBRID, ReasonCode.ROUTE_LINK_END_TO_END, 2
    if _suits_qkd(system, link):
        if link.trusted_nodes == "carrier":
            return Route.QKD_PLUS_PQC, ReasonCode.ROUTE_LINK_QKD_ADDED, 4
        if (link.km is not None and link.km <= _REACH_KM) or link.trusted_nodes == "audited":
            return Route.QKD_PLUS_PQC, ReasonCode.ROUTE_LINK_QKD_OPTIONAL, 3
    if link.qkd in ("pilot", "run"):
        return Route.QKD_PLUS_PQC, ReasonCode.ROUTE_LINK_QKD_KEEP, 5
    return Route.PQC_HYBRID, ReasonCode.ROUTE_LINK_PQC, 6


def _suits_qkd(system: System, link: Link) -> bool:
    """Tell whether a link meets every stated condition; one that is not known is not met."""
    return (
        link.kind in ("dedicated", "leased")
        and link.medium.replace("_", "-").replace("fiber", "fibre") == "dark-fibre"
        and link.external_keys is True
        and link.budget_approved is True
        and system.secrecy_years is not None
        and system.secrecy_years >= _LONG_SECRECY_YEARS
    )
