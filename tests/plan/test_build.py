"""The whole plan: what it says about a small bank, and that every number and reference in it holds."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pqc_migrate.errors import CatalogError, InventoryError
from pqc_migrate.model.bench import BenchmarkRun
from pqc_migrate.model.inventory import Finding, Inventory
from pqc_migrate.model.plan import CryptoUse, MigrationPlan
from pqc_migrate.model.plan_codes import (
    AssumptionCode,
    KpiId,
    OrderRule,
    Priority,
    ReasonCode,
    Route,
    Standing,
    Trust,
    UnknownCode,
    Verdict,
    WaveId,
)
from pqc_migrate.model.register import Register
from pqc_migrate.plan import document, json_schema
from pqc_migrate.plan.build import make_plan

TODAY = date(2026, 11, 24)
PROFILES = ("cn-default", "g7-fin", "nist", "cnsa2", "eu")
GOLDEN = Path(__file__).parents[1] / "golden" / "plan" / "plan.json"


@pytest.fixture
def plan(bank: Inventory, register: Register, bench: BenchmarkRun) -> MigrationPlan:
    return make_plan([bank], register, bench, PROFILES, TODAY)


@pytest.fixture
def bare(bank: Inventory) -> MigrationPlan:
    return make_plan([bank], None, None, ("cn-default",), TODAY)


def use(plan: MigrationPlan, identifier: str) -> CryptoUse:
    return next(row for row in plan.uses if row.id == identifier)


def test_the_golden_plan(plan: MigrationPlan) -> None:
    """Byte for byte; UPDATE_GOLDEN=1 rewrites it, and the difference is what a reviewer reads."""
    written = document.dump(plan)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_bytes(written)
    assert written == GOLDEN.read_bytes()


def test_a_plan_survives_its_json(plan: MigrationPlan, bare: MigrationPlan) -> None:
    """What is read is what was written."""
    for held in (plan, bare):
        assert document.load(document.dump(held)) == held


def test_the_published_schema_is_the_model(plan: MigrationPlan) -> None:
    """The file in the package is derived from the types, and a plan is valid against it."""
    published = (files("pqc_migrate") / "schema" / "plan.v1.json").read_bytes()
    assert published == json_schema.text()
    schema = json.loads(published)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(json.loads(document.dump(plan)))


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"schema": "pqc-migrate/plan/v2"}', b'{"schema": "pqc-migrate/plan/v1"}']
)
def test_other_documents_are_refused(data: bytes) -> None:
    """Not JSON, not a plan, a newer plan, a plan with holes."""
    with pytest.raises(InventoryError):
        document.load(data)


def test_the_order_of_inventories_and_components_does_not_matter(
    bank: Inventory,
    register: Register,
    bench: BenchmarkRun,
    finding: Callable[..., Finding],
    inventory: Callable[..., Inventory],
) -> None:
    """Same content, same bytes."""
    other = inventory(finding("Ed25519"), finding("RSA", line=2, size=4096), target="other")
    turned = replace(bank, components=tuple(reversed(bank.components)))
    first = make_plan([bank, other], register, bench, PROFILES, TODAY)
    second = make_plan([other, turned], register, bench, PROFILES, TODAY)
    assert document.dump(first) == document.dump(second)


def test_every_reference_in_a_plan_leads_somewhere(plan: MigrationPlan) -> None:
    """Ids of evidence, assets, systems, targets, milestones, waves and sources all resolve."""
    evidence = {row.id: row for row in plan.evidence}
    assets = {row.id for row in plan.assets}
    systems = {row.id for row in plan.systems}
    milestones = {line.id: line for profile in plan.profiles for line in profile.milestones}
    sources = {row.id for row in plan.sources}
    mappings = {row.id: row for row in plan.targets}
    uses = {row.id for row in plan.uses}
    assert len(evidence) == len(plan.evidence)
    assert {row.asset for row in plan.evidence} <= assets
    assert {row.system for row in plan.evidence} <= systems
    for asset in plan.assets:
        assert set(asset.evidence) <= set(evidence)
    for row in plan.uses:
        assert row.evidence
        assert {evidence[ref].role for ref in row.evidence} == {"production"}
        assert {evidence[ref].system for ref in row.evidence} == {row.system}
        assert set(row.targets) <= set(mappings)
        for deadline in row.milestones:
            line = milestones[deadline.milestone]
            assert (line.disallow_after, line.binding, line.unverified) == (deadline.day, deadline.binding, False)
    assert sorted(ref for wave in plan.waves for ref in wave.uses) == sorted(uses)
    assert all(wave.uses == tuple(sorted(wave.uses, key=lambda ref: use(plan, ref).rank)) for wave in plan.waves)
    cited = {line.source for line in milestones.values()} | {
        row.source for row in (*mappings.values(), *plan.products)
    }
    assert cited | {plan.direction.source} <= sources
    assert all(edge.use in uses and edge.waits_for in uses for edge in plan.dependencies)


def test_the_numbers_of_page_one_are_counts_over_the_rows(plan: MigrationPlan) -> None:
    """Nobody has to believe them: each can be counted again."""
    standing = {asset.id: asset.standing for asset in plan.assets}
    production = [row for row in plan.evidence if row.role == "production"]
    exposed = [row for row in production if row.asset in {ref for held in plan.uses for ref in held.assets}]
    numbers = plan.summary
    assert numbers.quantum_vulnerable == len(exposed) == sum(len(held.evidence) for held in plan.uses)
    assert numbers.key_establishment + numbers.signatures + numbers.both_unknown == numbers.quantum_vulnerable
    assert (
        numbers.hygiene == sum(standing[row.asset] in (Standing.BROKEN, Standing.WEAK) for row in production) == 1
    )
    assert numbers.post_quantum == 1
    assert numbers.unmapped == sum(row.system == "unregistered" for row in production) == 1
    assert numbers.first_wave == len(plan.waves[0].uses)
    assert numbers.systems == 4


def test_only_production_drives(plan: MigrationPlan) -> None:
    """The test key is an asset with its role and in no use."""
    weak = next(asset for asset in plan.assets if asset.name == "RSA-1024")
    assert not weak.drives
    assert all(weak.id not in row.assets for row in plan.uses)


def test_without_a_register_everything_is_one_system_with_flagged_defaults(bare: MigrationPlan) -> None:
    """Each default says where it is used and what replaces it."""
    assert [system.id for system in bare.systems] == ["unregistered"]
    codes = {row.code for row in bare.assumptions}
    assert codes == set(AssumptionCode) - {AssumptionCode.TODAY}
    for row in bare.uses:
        assert all(held.assumed or held.origin == "catalog" for held in row.inputs)
    assert all(row.replace for row in bare.assumptions if row.code is not AssumptionCode.REFERENCE_LINE)
    assert bare.capacity.reasons[0].code is ReasonCode.NO_BENCHMARK
    assert bare.capacity.checks == bare.capacity.throughput == ()


def test_priorities_and_waves_of_the_bank(plan: MigrationPlan) -> None:
    """Core: internet, long secrecy, external scheme → start now; portal: internal, short → with renewal."""
    wrap = use(plan, "core/unspecified/confidentiality")
    assert (wrap.qrs, wrap.mts, wrap.priority, wrap.rank) == ((2, 3, 3), (3, 2, 3), Priority.START_NOW, 1)
    assert (wrap.order_rule, wrap.wave) == (OrderRule.HARVEST, WaveId.KEY_ESTABLISHMENT)
    token = use(plan, "core/jose/signature")
    assert (token.qrs[0], token.order_rule, token.wave) == (3, OrderRule.PAYMENT_SIGNATURE, WaveId.SIGNATURES)
    portal = use(plan, "portal/tls-key-exchange/confidentiality")
    assert (portal.qrs, portal.mts, portal.priority) == ((1, 1, 1), (1, 1, 2), Priority.RENEWAL)
    assert portal.order_rule is OrderRule.CONFIGURATION
    anchor = use(plan, "pki/x509-signature/both-unknown")
    assert anchor.order_rule in (OrderRule.HARVEST, OrderRule.TRUST_ANCHOR)


def test_margins_of_the_bank_by_hand(plan: MigrationPlan) -> None:
    """Core: Z 8.1, X 10, Y 4 (mean 2.67) → Mc = 8.1 - 14 = -5.9."""
    base = next(m for m in use(plan, "core/unspecified/confidentiality").margins if m.scenario == "base")
    assert (base.z, base.mc, base.ms) == (8.1, -5.9, None)
    core = next(system for system in plan.systems if system.id == "core")
    assert core.worst_mc == -5.9
    assert core.worst_ms == -7.9


def test_waves_are_dated_by_profiles_and_today_alone(plan: MigrationPlan) -> None:
    """Earliest today, latest finish the earliest date with its authority, latest start that minus Y."""
    for wave in plan.waves:
        assert wave.earliest_start == TODAY
        days = [line.day for ref in wave.uses for line in use(plan, ref).milestones]
        assert wave.latest_finish == min(days)
        assert wave.deadline
        assert wave.binding is not None
        assert wave.late == (wave.latest_start is not None and wave.latest_start < TODAY)


def test_late_is_said_once_the_start_has_passed(bank: Inventory) -> None:
    """Two years later the critical reference line is nearer than a migration of four years."""
    plan = make_plan([bank], None, None, ("cn-default",), date(2028, 11, 24))
    wave = next(wave for wave in plan.waves if wave.id is WaveId.KEY_ESTABLISHMENT)
    assert wave.late
    reason = next(reason for reason in wave.reasons if reason.code is ReasonCode.LATE_ALREADY)
    assert reason.get("days") == (date(2028, 11, 24) - date(2026, 12, 31)).days


def test_systems_wait_for_what_the_register_says(plan: MigrationPlan) -> None:
    """Core depends on PKI: its signature uses wait for PKI's on the same axis, and the PKI orders earlier."""
    waits = {(edge.use, edge.waits_for) for edge in plan.dependencies}
    assert ("core/jose/signature", "pki/x509-signature/signature") in waits


def test_targets_follow_use_profile_and_sm(plan: MigrationPlan) -> None:
    """The P-256 group gets its hybrid first, CNSA 2.0 a larger set, SM2 a slot without an algorithm."""
    by_row = {
        (row.asset.partition("/algorithm/")[2].partition("@")[0], row.replacement): row for row in plan.targets
    }
    group = by_row[("ecdh-p-256", "tls13-kex")]
    assert group.interim[0] == "SecP256r1MLKEM768"
    assert {p.profile: p.algorithm for p in group.by_profile}["cnsa2"] == "ML-KEM-1024"
    assert {p.profile: p.algorithm for p in group.by_profile}["nist"] == "ML-KEM-768"
    assert {p.profile: p.hybrid_policy for p in group.by_profile}["eu"] == "required"
    sm = by_row[("sm2-sm3", "generic-signature-sm")]
    assert (sm.targets, sm.ngcc_slot, sm.ngcc_algorithm) == ((), "signature", None)
    assert use(plan, "core/unspecified/signature/sm").route is Route.VENDOR_WAIT
    token = by_row[("ecdsa-p-256-sha-256", "jose-signature")]
    assert {(s.what, s.classical_bytes, s.target_bytes, s.source) for s in token.sizes} == {
        ("public-key", 65, 1952, "benchmark"), ("signature", 64, 3309, "benchmark"),
    }  # fmt: skip


def test_low_trust_rows_are_marked_wherever_they_stand(plan: MigrationPlan) -> None:
    """Milestones, mappings and products of trust L say unverified and date or rate nothing."""
    rows: list[Any] = [line for profile in plan.profiles for line in profile.milestones]
    rows += [*plan.targets, *plan.products]
    assert all(row.unverified == (row.trust is Trust.UNVERIFIED) for row in rows)
    assert all(row.verdict is Verdict.UNKNOWN for row in plan.products if row.unverified)


def test_capacity_is_measured_against_budgets(plan: MigrationPlan) -> None:
    """10 000 signatures a second against 2000 pass, 40 000 verifications against 90 000 fail, by the numbers."""
    checks = {check.id: check for check in plan.capacity.checks}
    assert plan.capacity.machine == "Example CPU"
    sign, verify = checks["core/sign_ops_s/ML-DSA-65"], checks["core/verify_ops_s/ML-DSA-65"]
    assert (sign.value, sign.limit, sign.verdict) == (10_000.0, 2000.0, Verdict.PASS)
    assert (verify.value, verify.limit, verify.verdict) == (40_000.0, 90_000.0, Verdict.FAIL)
    chain = checks["core/max_cert_chain_bytes/ML-DSA-65"]
    assert (chain.value, chain.verdict) == (5761.0, Verdict.FAIL)
    added = next(c for c in checks.values() if c.system == "core" and c.budget == "added_bytes_per_handshake")
    assert (added.value, added.verdict) == (1249 + 1153 - 65 - 65, Verdict.PASS)
    silent = next(c for c in checks.values() if c.system == "portal" and c.budget == "added_bytes_per_handshake")
    assert (silent.verdict, silent.reason.code) == (Verdict.UNKNOWN, ReasonCode.NO_BUDGET)


def test_indicators_are_shares_or_say_why_not(plan: MigrationPlan, bare: MigrationPlan) -> None:
    """Each is there; a share is its parts; without data it has a reason."""
    for held in (plan, bare):
        assert [kpi.id for kpi in held.kpis] == list(KpiId)
        for kpi in held.kpis:
            assert (kpi.value is None) == (kpi.reason is not None)
            if kpi.value is not None:
                assert kpi.numerator is not None
                assert kpi.denominator
                assert kpi.value == round(100 * kpi.numerator / kpi.denominator, 1)
    by_id = {kpi.id: kpi for kpi in plan.kpis}
    assert (by_id[KpiId.COVERAGE].numerator, by_id[KpiId.COVERAGE].denominator) == (3, 4)
    assert (by_id[KpiId.EXCEPTIONS_OVERDUE].numerator, by_id[KpiId.EXCEPTIONS_OVERDUE].denominator) == (1, 1)
    assert (by_id[KpiId.CLASSICAL_CERTIFICATES].numerator, by_id[KpiId.CLASSICAL_CERTIFICATES].denominator) == (
        1,
        1,
    )
    assert (by_id[KpiId.PRODUCTS_BELOW_MINIMUM].numerator, by_id[KpiId.PRODUCTS_BELOW_MINIMUM].denominator) == (
        1,
        1,
    )


def test_what_nobody_knows_is_listed(plan: MigrationPlan) -> None:
    """Unread sizes and uses, the runtime, the vendor's silence and the institution's own fields."""
    codes = {row.code for row in plan.unknowns}
    assert {UnknownCode.PARAMETER, UnknownCode.USE, UnknownCode.RUNTIME, UnknownCode.POLICY_BASIS} <= codes
    fields = {dict(row.params)["field"] for row in plan.unknowns if row.code is UnknownCode.POLICY_BASIS}
    assert fields == {"date", "clause"}


def test_the_policy_basis_is_prefilled_with_the_title_only(bare: MigrationPlan, plan: MigrationPlan) -> None:
    """Number, date and clause wait for the institution; what it gives is taken."""
    assert bare.policy_basis.title == bare.direction.title
    assert (bare.policy_basis.number, bare.policy_basis.date, bare.policy_basis.clause) == ("", "", "")
    assert set(bare.policy_basis.to_fill) == {"number", "date", "clause"}
    assert plan.policy_basis.number == "银发〔样例〕"


def test_registered_systems_and_findings_miss_each_other_visibly(plan: MigrationPlan) -> None:
    """A system without discovery, a missing assessment date, findings that no system claims."""
    reasons = {(system.id, reason.code) for system in plan.systems for reason in system.reasons}
    assert ("mainframe", ReasonCode.SYSTEM_WITHOUT_DISCOVERY) in reasons
    assert ("core", ReasonCode.MIPING_MISSING) in reasons
    assert ("core", ReasonCode.CHAIN_OVER_BUDGET) in reasons
    unmapped = next(spot for spot in plan.blind_spots if spot.code is ReasonCode.FINDINGS_UNMAPPED)
    assert (unmapped.get("target"), unmapped.get("count")) == ("demo", 1)


def test_an_empty_inventory_is_a_plan_without_uses() -> None:
    """Nothing found is said with its coverage; nothing fails and nothing is claimed."""
    plan = make_plan([Inventory((), target="empty")], None, None, (), TODAY)
    assert (plan.uses, plan.waves, plan.targets) == ((), (), ())
    assert plan.summary.first_wave_id is None
    assert [profile.id for profile in plan.profiles] == ["cn-default"]
    assert document.load(document.dump(plan)) == plan


def test_a_day_that_nobody_stated_is_flagged(bank: Inventory) -> None:
    """A plan made by the clock says so."""
    plan = make_plan([bank], None, None, (), TODAY, from_clock=True)
    (row,) = (row for row in plan.assumptions if row.code is AssumptionCode.TODAY)
    assert (row.value, row.replace) == ("2026-11-24", "--today")


def test_an_unknown_profile_is_refused(bank: Inventory) -> None:
    """With the nearest name."""
    with pytest.raises(CatalogError) as caught:
        make_plan([bank], None, None, ("cnsa",), TODAY)
    assert "cnsa2" in caught.value.hint


EXPOSURES = st.sampled_from(["internal", "partner", "internet"])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EXPOSURES, st.integers(1, 3), st.sampled_from(["important", "critical"]))
def test_more_exposure_never_lowers_a_use(
    bank: Inventory, register: Register, exposure: str, severity: int, criticality: str
) -> None:
    """Opening a system to the internet leaves each of its uses where it was or moves it up."""

    def priority(value: str) -> dict[str, Priority]:
        portal = next(s for s in register.systems if s.id == "portal")
        changed = replace(portal, exposure=value, severity=severity, criticality=criticality, secrecy_years=12.0)
        held = replace(register, systems=(changed,))
        return {row.id: row.priority for row in make_plan([bank], held, None, ("g7-fin",), TODAY).uses}

    order = list(Priority)
    before, after = priority(exposure), priority("internet")
    assert all(order.index(after[name]) <= order.index(before[name]) for name in before)
