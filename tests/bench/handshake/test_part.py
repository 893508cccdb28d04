"""The part ``handshakes`` of a run: what it measures, checks, leaves out, and writes."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

import pqc_migrate
from pqc_migrate.bench import run as runner
from pqc_migrate.bench import schedule, tables
from pqc_migrate.bench.handshake import check, part
from pqc_migrate.bench.handshake.binding import Binding
from pqc_migrate.bench.handshake.endpoints import Endpoints
from pqc_migrate.bench.handshake.inspect import inspect
from pqc_migrate.bench.plan import Plan
from pqc_migrate.catalog import handshakes as catalog
from pqc_migrate.catalog.network import profiles
from pqc_migrate.model.bench import BenchmarkRun, Quality
from pqc_migrate.model.handshake import SideCpu

SCHEMA = json.loads((Path(pqc_migrate.__file__).parent / "schema/bench.v1.json").read_text(encoding="utf-8"))
NAMES = (
    "TLS X25519, ECDSA-P-256",
    "TLS X25519MLKEM768, ML-DSA-65",
    "TLS X25519MLKEM768, ECDSA-P-256, mutual",
    "TLS X25519MLKEM768, ECDSA-P-256, HelloRetryRequest after X25519",
)
STANDARD = {case.name: case for case in catalog.standard()}
CASES = tuple(STANDARD[name] for name in NAMES)


def planned(*cases: catalog.Case) -> Plan:
    plan = schedule.plan(seconds=0.05, part_names=["handshakes"])
    return replace(plan, handshakes=cases)


@pytest.fixture(scope="module")
def result(binding: Binding) -> BenchmarkRun:
    """A real run of a few handshakes and nothing else."""
    return runner.run(planned(*CASES))


def test_a_run_has_each_handshake_that_was_planned(result: BenchmarkRun) -> None:
    assert [(h.group, h.chain, h.mutual, h.first_share) for h in result.handshakes] == [
        ("X25519", "ECDSA-P-256", False, ""),
        ("X25519MLKEM768", "ML-DSA-65", False, ""),
        ("X25519MLKEM768", "ECDSA-P-256", True, ""),
        ("X25519MLKEM768", "ECDSA-P-256", False, "X25519"),
    ]
    assert result.measurements == ()
    assert result.skipped == ()
    assert [(c.check, c.passed) for c in result.checks] == [("sizes", True), ("agreement", True)] * len(CASES)
    for one in result.handshakes:
        assert one.cipher_suite
        assert "OpenSSL" in one.implementation
        assert one.bytes_before_request + one.tickets == sum(flight.bytes for flight in one.flights)
        for cpu in (one.client, one.server):
            check_figures(cpu)


def check_figures(cpu: SideCpu) -> None:
    assert 0 < cpu.min_ns <= cpu.q1_ns <= cpu.median_ns <= cpu.q3_ns
    assert cpu.samples >= part.ROUNDS or cpu.clock == "wall"
    assert cpu.round_spread >= 1


def test_the_mean_is_quoted_for_the_side_whose_signing_is_random(result: BenchmarkRun) -> None:
    """ML-DSA's rejection sampling (FIPS 204 section 6.2): the server here; the client has nothing to sign."""
    for one in result.handshakes:
        assert one.client.representative == "median"
        assert one.server.representative == ("mean" if one.chain == "ML-DSA-65" else "median")
        for cpu in (one.client, one.server):
            assert cpu.representative_ns == (cpu.mean_ns if cpu.representative == "mean" else cpu.median_ns)


def test_bytes_are_compared_with_what_servers_have_today(result: BenchmarkRun) -> None:
    """X25519 and ECDSA: the plan asks what the others add to that before the first request."""
    plain, mldsa, mutual, retried = result.handshakes
    assert plain.added_bytes == 0
    assert mldsa.added_bytes == mldsa.bytes_before_request - plain.bytes_before_request
    assert mldsa.added_bytes > 2 * 1952 + 3 * 3309, "two keys and three signatures, less those of ECDSA"
    assert retried.added_bytes is not None
    assert retried.added_bytes > 1184 + 1088
    assert mutual.tickets > plain.tickets, "a ticket carries the client's certificate"
    alone = runner.run(planned(CASES[1]))
    assert alone.handshakes[0].added_bytes is None


def test_times_over_every_network(result: BenchmarkRun) -> None:
    """TCP and QUIC for each profile; more bytes, computation or a refused share never make it faster."""
    plain, mldsa, mutual, retried = result.handshakes
    names = [profile.name for profile in profiles()]
    assert names == ["LAN", "metro", "cross-country", "cross-border", "mobile"]
    assert result.networks == profiles()
    for one in result.handshakes:
        assert [(t.profile, t.transport) for t in one.networks] == [(n, t) for n in names for t in ("tcp", "quic")]
    for place, time in enumerate(plain.networks):
        assert (time.round_trips, time.window_round_trips) == (2 if time.transport == "tcp" else 1, 0)
        assert mldsa.networks[place].window_round_trips == 1
        assert mutual.networks[place].round_trips == time.round_trips
        assert retried.networks[place].round_trips == time.round_trips + 1


def test_the_artefact_is_valid_and_reads_back(result: BenchmarkRun, tmp_path: Path) -> None:
    content = json.loads(runner.dump(result))
    jsonschema.validate(content, SCHEMA, format_checker=jsonschema.FormatChecker())
    path = tmp_path / "bench.json"
    path.write_bytes(runner.dump(result))
    again = runner.load(path)
    assert runner.dump(again) == runner.dump(result)
    assert [h.flights for h in again.handshakes] == [h.flights for h in result.handshakes]
    for field in ("handshakes", "networks"):  # an artefact from before this part
        del content[field]
    jsonschema.validate(content, SCHEMA)
    path.write_text(json.dumps(content))
    assert runner.load(path).handshakes == ()


def test_the_tables_show_what_was_measured(result: BenchmarkRun) -> None:
    shown = tables.run_table(result)
    lines = [line.split() for line in shown.splitlines()]
    (sizes,) = [line for line in lines if line[:3] == ["X25519MLKEM768", "ML-DSA-65", "mldsa65"]]
    assert sizes[4:7] == ["1216", "+", "1120"]
    assert sizes[-1] == "3309"
    assert "X25519MLKEM768 (HRR, X25519 first)" in shown
    assert "ECDSA-P-256, mutual" in shown
    for heading in ("over TCP", "over QUIC", "over TCP with loss", "assumed network"):
        assert any(line.startswith(heading) for line in shown.splitlines())


def test_what_this_openssl_lacks_is_listed_and_the_rest_measured(binding: Binding) -> None:
    """A system's build may be older than the wheels': a group, suites, a chain each cost only themselves."""
    good = CASES[0]
    result = runner.run(
        planned(
            replace(good, group=replace(good.group, name="future", openssl="MLKEM9999")),
            replace(good, suites="TLS_ROT13"),
            replace(good, chain=replace(good.chain, name="FN-DSA-512")),
            good,
        )
    )
    assert [(h.group, h.chain) for h in result.handshakes] == [("X25519", "ECDSA-P-256")]
    reasons = {s.algorithm: s.reason for s in result.skipped}
    assert list(reasons) == ["TLS future, ECDSA-P-256", "TLS X25519, ECDSA-P-256", "TLS X25519, FN-DSA-512"]
    assert "has no group MLKEM9999" in reasons["TLS future, ECDSA-P-256"]
    assert "has no cipher suite TLS_ROT13" in reasons["TLS X25519, ECDSA-P-256"]
    assert "no issuer" in reasons["TLS X25519, FN-DSA-512"]


def test_a_handshake_that_is_not_as_the_standard_says_is_not_timed(binding: Binding) -> None:
    good = CASES[0]
    wrong = replace(good, group=replace(good.group, client=33), chain=replace(good.chain, signature=10))
    result = runner.run(planned(wrong))
    assert result.handshakes == ()
    (skipped,) = result.skipped
    assert "client's key share has 32 bytes, not 33 (RFC 8446" in skipped.reason
    assert "server's signature has 7" in skipped.reason
    assert [(c.check, c.passed) for c in result.checks] == [("sizes", False), ("agreement", True)]
    jsonschema.validate(json.loads(runner.dump(result)), SCHEMA)


def test_a_handshake_that_came_out_otherwise_fails_its_check(opened: Callable[..., Endpoints]) -> None:
    """Another group, another scheme, no certificate of the client, no second hello: each is named."""
    found = inspect(opened("P-256", "ECDSA-P-256"))
    planned_ = replace(STANDARD[NAMES[3]], mutual=True, chain=catalog.chains()["Ed25519"])
    sizes, agreement = check.checks(planned_, found)
    assert not sizes.passed
    assert "server signed with ecdsa_secp256r1_sha256, not ed25519" in sizes.details
    assert not agreement.passed
    for said in ("group: 'secp256r1', not 'x25519mlkem768'", "client's authentication: False", "HelloRetryRequest"):
        assert said in agreement.details


def test_without_pyopenssl_there_are_no_handshakes(without: Callable[[str], None]) -> None:
    """The run goes on, and says what is missing and how to get it."""
    without("OpenSSL.SSL")
    result = runner.run(planned(*CASES))
    assert result.handshakes == ()
    (skipped,) = result.skipped
    assert skipped.algorithm == "TLS handshakes"
    assert "pyOpenSSL is not installed" in skipped.reason
    assert "pip install 'pqc-migrate[bench]'" in skipped.reason


def test_a_binding_without_the_private_functions_is_said(binding: Binding, monkeypatch: pytest.MonkeyPatch) -> None:
    """NOTE: groups have no public interface in pyOpenSSL; one that drops the private one must not crash."""
    util = sys.modules["OpenSSL._util"]
    monkeypatch.setattr(util, "lib", object())
    (skipped,) = runner.run(planned(*CASES)).skipped
    assert "gives no access to SSL_CTX_set1_curves_list" in skipped.reason


def test_the_verdict_counts_handshakes(result: BenchmarkRun) -> None:
    """A run is not quiet when its handshakes were not."""
    worst = [cpu.verdict.quality for one in result.handshakes for cpu in (one.client, one.server)]
    if all(quality is Quality.QUIET for quality in worst):
        assert not any(reason.startswith("handshakes") for reason in result.verdict.reasons)
    if any(reason.startswith("handshakes") for reason in result.verdict.reasons):
        assert result.verdict.quality is not Quality.QUIET


def test_the_standard_set_is_bounded() -> None:
    """About 20 seconds, as the progress bar promises; everything is some minutes."""
    plan = schedule.plan()
    assert "handshakes" in [part_.name for part_ in plan.parts]
    assert part.expected_seconds(plan) < 22
    everything = schedule.plan(handshakes="all")
    pairs = {(c.group.name, c.chain.name, c.mutual) for c in everything.handshakes}
    assert len(pairs) == len(catalog.groups()) * len(catalog.chains()) * 2
    assert set(catalog.standard()) <= set(everything.handshakes)
