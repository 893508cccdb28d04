"""Capacity from measurements: handshakes, messages and chains against the register's budgets.

The numbers are made up so that each verdict can be computed by hand; how they are measured is the benchmark's.
Sources: the budgets and the rule "pass, tight above four fifths, fail" are `plan.register_schema` and
`plan.budgets`; the 95th percentile without loss follows from the loss chance of `bench.handshake.network`.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pqc_migrate.model.bench import BenchmarkRun
from pqc_migrate.model.handshake import Authentication, Flight, Handshake, NetworkTime, SideCpu
from pqc_migrate.model.inventory import Finding, Inventory, Technique
from pqc_migrate.model.messages import MessageCost, Timing
from pqc_migrate.model.plan import CapacityCheck, MigrationPlan
from pqc_migrate.model.plan_codes import ReasonCode, Verdict
from pqc_migrate.model.scaling import Processors, Scaling, ScalingPoint
from pqc_migrate.model.verdict import Quality
from pqc_migrate.model.verdict import Verdict as Noise
from pqc_migrate.plan.build import make_plan
from pqc_migrate.plan.register import parse
from pqc_migrate.plan.register_schema import BUDGETS
from pqc_migrate.report.texts import load
from pqc_migrate.report.words import Words

QUIET = Noise(Quality.QUIET)
SYSTEM = """\
schema: pqc-migrate/register/v1
institution: {name: 示例银行}
systems:
- id: gateway
  name: 网关
  owner: 渠道部
  discovery: {repos: [demo/gateway]}
  budgets: BUDGETS
"""


def side(microseconds: float) -> SideCpu:
    ns = microseconds * 1000
    return SideCpu(
        median_ns=ns, median_interval_ns=None, min_ns=ns, mean_ns=ns, mean_interval_ns=None, q1_ns=ns, q3_ns=ns,
        representative_ns=ns, representative="median", samples=9, disturbed=0,
        round_spread=1.0, clock="wall", verdict=QUIET,
    )  # fmt: skip


def handshake(group: str, chain: str, server_us: float, ms: float, certificates: tuple[int, ...] = ()) -> Handshake:
    networks = tuple(
        NetworkTime(profile, transport, time, time, loss, 0.0, 2, 0)
        for profile, time, loss in (("metro", ms, 0.001), ("mobile", 10 * ms, 0.3))
        for transport in ("tcp", "quic")
    )
    shown = Authentication(certificates, sum(certificates), "ecdsa_secp256r1_sha256", 72)
    return Handshake(
        group=group, chain=chain, mutual=False, first_share="", negotiated_group=group, cipher_suite="",
        client=side(server_us), server=side(server_us), flights=(Flight("client", 300, ()),), client_share=32,
        server_share=32, server_authentication=shown, client_authentication=None, implementation="",
        networks=networks,
    )  # fmt: skip


def scaling(group: str, chain: str, one: float, two: float) -> Scaling:
    points = tuple(
        ScalingPoint(n, rate, rate / (n * one), rate / n, rate / n, 1.0, 100) for n, rate in ((1, one), (2, two))
    )
    return Scaling(group, group, "handshake", chain, "openssl", "server cpu", points, QUIET)


def message(format_: str, algorithm: str, content: int, total: int) -> MessageCost:
    timing = Timing(
        median_ns=1.0, min_ns=1.0, mean_ns=1.0, q1_ns=1.0, q3_ns=1.0, p95_ns=1.0, p99_ns=1.0,
        median_interval_ns=None, representative_ns=1.0, representative="median", samples=9,
        disturbed=0, batch_calls=1, round_spread=1.0, clock="wall", verdict=QUIET,
    )  # fmt: skip
    return MessageCost(format_, algorithm, "", "openssl", "", content, 1, total, 0, timing, timing)


@pytest.fixture
def measured(bench: BenchmarkRun) -> BenchmarkRun:
    return replace(
        bench,
        handshakes=(
            handshake("X25519", "ECDSA-P-256", 250.0, 10.0, (500, 480)),
            handshake("X25519MLKEM768", "ECDSA-P-256", 400.0, 11.0, (500, 480)),
            handshake("X25519MLKEM768", "ML-DSA-65", 1000.0, 41.0, (5500, 5500)),
            replace(handshake("X25519MLKEM768", "ML-DSA-65", 1.0, 1.0), mutual=True),
        ),
        messages=(
            message("jwt", "ECDSA-P-256", 442, 742),
            message("jwt", "ML-DSA-65", 442, 5074),
            message("payment", "RSA-2048", 2252, 2596),
            message("payment", "ML-DSA-65", 2252, 6664),
        ),
        processors=Processors(2, None, 2),
    )


@pytest.fixture
def checks(finding: Callable[..., Finding], inventory: Callable[..., Inventory]) -> Callable[..., Any]:
    """Return a function that plans one system with these budgets and gives its checks by budget."""
    nginx = {"rule": "nginx/ssl-ecdh-curve", "symbol": "ssl_ecdh_curve", "technique": Technique.CONFIG}
    everything = (
        finding("X25519", path="gateway/nginx.conf", line=4, **nginx),
        finding("ECDSA", path="gateway/token.py", line=9, rule="pyjwt/encode", symbol="jwt.encode",
                functions=("sign",), curve="P-256", digest="SHA-256"),
        finding("RSASSA-PKCS1", path="gateway/pay.py", line=3, functions=("sign",), digest="SHA-256", size="2048"),
    )  # fmt: skip

    def plan_of(budgets: str, bench: BenchmarkRun | None, found: tuple[Finding, ...] = everything) -> MigrationPlan:
        register = parse(SYSTEM.replace("BUDGETS", budgets).encode())
        return make_plan([inventory(*found)], register, bench, ("cn-default",), date(2026, 11, 24))

    return plan_of


def of(plan: MigrationPlan, budget: str) -> dict[str, CapacityCheck]:
    return {check.id.split("/", 2)[2]: check for check in plan.capacity.checks if check.budget == budget}


def test_processors_at_the_peak_are_those_of_the_measured_handshakes(checks: Any, measured: BenchmarkRun) -> None:
    """250 µs a handshake: 10 000 a second take 2.5 processors now, 4 with the hybrid, 10 with ML-DSA."""
    rows = of(checks("{tls_handshakes_s: 10000, tls_processors: 8}", measured), "tls_handshakes_s")
    hybrid = rows["X25519MLKEM768, ECDSA-P-256/X25519/ECDSA-P-256"]
    assert (hybrid.value, hybrid.limit, hybrid.unit, hybrid.verdict) == (4.0, 8.0, "processors", Verdict.PASS)
    assert hybrid.reason.code is ReasonCode.HANDSHAKE_PROCESSORS
    assert [hybrid.reason.get(name) for name in ("peak", "before", "count", "rate", "processes")] == [
        10000, 3, 4, 2500, 1,
    ]  # fmt: skip
    pure = rows["X25519MLKEM768, ML-DSA-65/X25519/ECDSA-P-256"]
    assert (pure.value, pure.verdict) == (10.0, Verdict.FAIL)


@pytest.mark.parametrize(("cores", "verdict"), [(5, Verdict.PASS), (4, Verdict.TIGHT), (3, Verdict.FAIL)])
def test_four_fifths_of_the_processors_are_tight(
    checks: Any, measured: BenchmarkRun, cores: int, verdict: Verdict
) -> None:
    """4 of 5 pass, 4 of 4 are tight, 4 of 3 fail."""
    rows = of(checks(f"{{tls_handshakes_s: 10000, tls_processors: {cores}}}", measured), "tls_handshakes_s")
    assert rows["X25519MLKEM768, ECDSA-P-256/X25519/ECDSA-P-256"].verdict is verdict


def test_without_the_number_of_processors_there_is_a_number_and_no_verdict(
    checks: Any, measured: BenchmarkRun
) -> None:
    """The processors needed are said; whether the system has them is not known."""
    rows = of(checks("{tls_handshakes_s: 10000}", measured), "tls_handshakes_s")
    hybrid = rows["X25519MLKEM768, ECDSA-P-256/X25519/ECDSA-P-256"]
    assert (hybrid.value, hybrid.limit, hybrid.verdict) == (4.0, None, Verdict.UNKNOWN)
    assert hybrid.reason.code is ReasonCode.HANDSHAKE_PROCESSORS_ONLY


def test_rates_of_several_processes_come_first(checks: Any, measured: BenchmarkRun) -> None:
    """Two processes did 6000 and 4000 together: 3000 and 2000 each, so 10 000 a second take 4 and 5."""
    loaded = replace(
        measured,
        scaling=(
            scaling("X25519", "ECDSA-P-256", 4000.0, 6000.0),
            scaling("X25519MLKEM768", "ECDSA-P-256", 2500.0, 4000.0),
        ),
    )
    rows = of(checks("{tls_handshakes_s: 10000, tls_processors: 16}", loaded), "tls_handshakes_s")
    hybrid = rows["X25519MLKEM768, ECDSA-P-256/X25519/ECDSA-P-256"].reason
    assert [hybrid.get(name) for name in ("before", "count", "rate", "processes")] == [4, 5, 2000, 2]
    pure = rows["X25519MLKEM768, ML-DSA-65/X25519/ECDSA-P-256"].reason
    assert [pure.get(name) for name in ("before", "count", "processes")] == [3, 10, 1]


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_a_rate_that_is_none_makes_no_processors(checks: Any, measured: BenchmarkRun, rate: float) -> None:
    """A damaged result is not an error of the plan, and gives no number."""
    broken = scaling("X25519MLKEM768", "ECDSA-P-256", 1.0, 1.0)
    point = ScalingPoint(0, rate, 1.0, rate, rate, 1.0, 1)
    loaded = (scaling("X25519", "ECDSA-P-256", 4000.0, 6000.0), replace(broken, points=(point,)))
    rows = of(checks("{tls_handshakes_s: 10000}", replace(measured, scaling=loaded)), "tls_handshakes_s")
    assert rows["X25519MLKEM768, ECDSA-P-256/X25519/ECDSA-P-256"].value is None


def test_what_was_not_measured_has_no_number(checks: Any, measured: BenchmarkRun) -> None:
    """The run has no handshake with RSA certificates, which a system whose certificates were not read may have."""
    rows = of(checks("{tls_handshakes_s: 10000, tls_processors: 8}", measured), "tls_handshakes_s")
    other = rows["X25519MLKEM768, RSA-2048/X25519/RSA-2048"]
    assert (other.value, other.verdict, other.reason.code) == (None, Verdict.UNKNOWN, ReasonCode.NOT_MEASURED)
    assert other.reason.get("algorithm") == "X25519MLKEM768, RSA-2048"


def test_latency_is_judged_for_each_network_without_much_loss(checks: Any, measured: BenchmarkRun) -> None:
    """12 ms: the hybrid's 11 ms are tight, ML-DSA's 41 ms fail; where 30 % lose a packet it is said."""
    rows = of(checks("{tls_handshake_ms_p95: 12}", measured), "tls_handshake_ms_p95")
    metro = rows["X25519MLKEM768, ECDSA-P-256/X25519/ECDSA-P-256/metro"]
    assert (metro.value, metro.unit, metro.verdict) == (11.0, "ms", Verdict.TIGHT)
    assert metro.reason.get("before") == 10.0
    assert rows["X25519MLKEM768, ML-DSA-65/X25519/ECDSA-P-256/metro"].verdict is Verdict.FAIL
    mobile = rows["X25519MLKEM768, ECDSA-P-256/X25519/ECDSA-P-256/mobile"]
    assert (mobile.value, mobile.verdict) == (110.0, Verdict.FAIL)
    assert mobile.reason.code is ReasonCode.HANDSHAKE_TIME_LOSSY


def test_what_is_too_long_without_loss_fails_and_what_is_not_stays_open(
    checks: Any, measured: BenchmarkRun
) -> None:
    """110 ms before any loss: over a budget of 100, and no verdict for one of 200."""
    row = "X25519MLKEM768, ECDSA-P-256/X25519/ECDSA-P-256/mobile"
    for limit, verdict in ((100, Verdict.FAIL), (200, Verdict.UNKNOWN)):
        found = of(checks(f"{{tls_handshake_ms_p95: {limit}}}", measured), "tls_handshake_ms_p95")
        assert found[row].verdict is verdict
        assert found[row].reason.code is ReasonCode.HANDSHAKE_TIME_LOSSY
        assert len(found) == 5  # two kinds over two networks, and the one with RSA that was not measured


def test_a_disturbed_benchmark_is_said_before_its_figures(checks: Any, measured: BenchmarkRun) -> None:
    """And one without single operations, too."""
    noisy = replace(measured, verdict=Noise(Quality.NOISY, ("rounds differ",)))
    assert [reason.code for reason in checks("{}", measured).capacity.reasons] == []
    (reason,) = checks("{}", noisy).capacity.reasons
    assert (reason.code, reason.get("quality")) == (ReasonCode.BENCHMARK_DISTURBED, "noisy")
    (reason,) = checks("{}", replace(measured, measurements=())).capacity.reasons
    assert (reason.code, reason.get("part")) == (ReasonCode.PART_NOT_MEASURED, "operations")


def test_messages_are_judged_by_the_sample_of_their_format(checks: Any, measured: BenchmarkRun) -> None:
    """A token grows from 742 to 5074 bytes, a payment message from 2596 to 6664; the limit is 6000."""
    rows = of(checks("{max_message_bytes: 6000}", measured), "max_message_bytes")
    token, payment = rows["ML-DSA-65/jwt/ECDSA-P-256"], rows["ML-DSA-65/payment/RSA-2048"]
    assert (token.value, token.limit, token.verdict) == (5074.0, 6000.0, Verdict.TIGHT)
    assert [token.reason.get(name) for name in ("content", "added", "before")] == [442, 4632, 300]
    assert (payment.value, payment.verdict) == (6664.0, Verdict.FAIL)
    assert [payment.reason.get(name) for name in ("content", "added", "before")] == [2252, 4412, 344]


def test_a_measured_chain_is_judged_whole(checks: Any, measured: BenchmarkRun, bench: BenchmarkRun) -> None:
    """11 000 bytes of leaf and intermediate against 16 384; without a measurement nothing passes."""
    (row,) = of(checks("{max_cert_chain_bytes: 16384}", measured), "max_cert_chain_bytes").values()
    assert (row.value, row.verdict, row.reason.code) == (11_000.0, Verdict.PASS, ReasonCode.CHAIN_MEASURED)
    (row,) = of(checks("{max_cert_chain_bytes: 16384}", bench), "max_cert_chain_bytes").values()
    assert (row.verdict, row.reason.code) == (Verdict.UNKNOWN, ReasonCode.PART_NOT_MEASURED)
    (row,) = of(checks("{max_cert_chain_bytes: 4096}", bench), "max_cert_chain_bytes").values()
    assert (row.verdict, row.reason.code) == (Verdict.FAIL, ReasonCode.CHAIN_OVER_BUDGET)


ALL = "{tls_handshakes_s: 100, tls_processors: 2, tls_handshake_ms_p95: 50, max_message_bytes: 32768}"


def test_without_the_parts_it_is_said_how_to_measure_them(checks: Any, bench: BenchmarkRun) -> None:
    """A benchmark of an older release, or of the operations alone."""
    plan = checks(ALL, bench)
    parts = {
        "tls_handshakes_s": "handshakes",
        "tls_handshake_ms_p95": "handshakes",
        "max_message_bytes": "messages",
    }
    for budget, part in parts.items():
        (row,) = of(plan, budget).values()
        assert (row.verdict, row.reason.code, row.reason.get("part")) == (
            Verdict.UNKNOWN, ReasonCode.PART_NOT_MEASURED, part,
        )  # fmt: skip
        sentence = Words(plan, load("en")).reason(row.reason)
        assert f"pqc-migrate bench run --parts {part}" in sentence


def test_without_a_benchmark_and_without_findings_each_budget_has_a_row(
    checks: Any, measured: BenchmarkRun
) -> None:
    """No budget disappears."""
    nothing = checks(ALL, measured, ())
    for budget in ("tls_handshakes_s", "tls_handshake_ms_p95", "max_message_bytes"):
        (row,) = of(checks(ALL, None), budget).values()
        assert row.reason.code is ReasonCode.NO_BENCHMARK
        (row,) = of(nothing, budget).values()
        assert row.reason.code is ReasonCode.NOTHING_FOR_BUDGET


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_row_can_be_said_and_every_budget_has_a_name(lang: str, checks: Any, measured: BenchmarkRun) -> None:
    """In both languages, without a value left open; row ids are unique."""
    plan = checks("{tls_handshakes_s: 10000, tls_handshake_ms_p95: 12, max_message_bytes: 6000}", measured)
    texts = load(lang)
    words = Words(plan, texts)
    assert len({check.id for check in plan.capacity.checks}) == len(plan.capacity.checks)
    for check in plan.capacity.checks:
        assert "{" not in words.reason(check.reason)
        assert check.unit == "" or f"label.unit.{check.unit}" in texts
    assert all(f"label.budget.{budget}" in texts for budget in BUDGETS)


def test_numbers_are_written_as_a_person_writes_them(checks: Any, measured: BenchmarkRun) -> None:
    """Thousands are separated, one process is not several."""
    plan = checks("{tls_handshakes_s: 10000, tls_processors: 8, max_message_bytes: 6000}", measured)
    words = Words(plan, load("en"))
    cores = of(plan, "tls_handshakes_s")["X25519MLKEM768, ECDSA-P-256/X25519/ECDSA-P-256"]
    assert words.reason(cores.reason) == (
        "10,000 full handshakes a second take 4 logical processors, and 3 today with X25519, ECDSA-P-256: "
        "2,500 a second and processor, measured with 1 process at once."
    )
    token = of(plan, "max_message_bytes")["ML-DSA-65/jwt/ECDSA-P-256"]
    assert words.reason(token.reason) == (
        "A signed token (JWT) of 442 bytes grows by 4,632 bytes with ML-DSA-65, by 300 bytes with the algorithm of "
        "today. A longer message of your own needs more."
    )
