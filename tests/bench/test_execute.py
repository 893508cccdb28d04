import gc
from dataclasses import replace
from typing import Any

import pytest

from pqc_migrate.bench import plan as planning
from pqc_migrate.bench import run as runner
from pqc_migrate.bench import schedule, timing
from pqc_migrate.bench.choice import UnknownAlgorithm
from pqc_migrate.bench.execute import execute
from pqc_migrate.bench.plan import ROUNDS, Plan
from pqc_migrate.bench.providers.liboqs import LiboqsProvider
from pqc_migrate.bench.providers.openssl import OpenSslProvider
from pqc_migrate.bench.scheme import Call
from pqc_migrate.bench.timing import Timer
from pqc_migrate.catalog import mechanisms
from pqc_migrate.errors import BenchmarkError
from pqc_migrate.model.bench import Operation, Quality, Sizes

SILENT = lambda done, total, label: None  # noqa: E731


def test_a_run_measures_every_operation_of_every_provider(quick: Plan) -> None:
    """Each with its own figures, in the order of the plan, and internally consistent."""
    result = runner.run(quick)
    measured = [(m.algorithm, m.provider, m.operation) for m in result.measurements]
    expected = [
        (job.mechanism.name, job.provider.name, operation)
        for job in quick.jobs
        for operation in job.mechanism.role.operations
    ]
    assert measured == expected
    for m in result.measurements:
        assert 0 < m.min_ns <= m.q1_ns <= m.median_ns <= m.q3_ns <= m.p95_ns <= m.p99_ns
        assert m.raw_median_ns == pytest.approx(m.median_ns + m.overhead_ns)
        assert m.samples >= 1
        assert m.batch_calls >= 1
    assert all(c.passed for c in result.checks)
    assert len(result.environment.control_ns) == ROUNDS + 1


def test_the_mean_is_quoted_where_the_work_is_random(quick: Plan) -> None:
    """ML-DSA signs by rejection sampling (FIPS 204 section 6.2); nothing else in this plan is random."""
    result = runner.run(quick)
    means = {(m.algorithm, m.operation) for m in result.measurements if m.representative == "mean"}
    assert means == {("ML-DSA-44", Operation.SIGN)}
    for m in result.measurements:
        assert m.representative_ns == (m.mean_ns if m.representative == "mean" else m.median_ns)


def test_a_run_knows_the_file_it_measured(liboqs: LiboqsProvider, quick: Plan) -> None:
    """Path, digest and build stand with the figures, and in each of them."""
    result = runner.run(quick)
    (library,) = [one for one in result.environment.libraries if one.name == "liboqs"]
    assert library == liboqs.library
    assert library.sha256 is not None
    found = result.find("ML-KEM-768", "encaps")
    assert found is not None
    assert found.provider == "liboqs"
    assert library.version in found.implementation
    assert library.label in found.implementation
    assert (found.nist_category, found.claimed_security, found.algorithm_version) == (3, "IND-CCA2", "FIPS203")
    assert result.find("ML-KEM-768", "encaps", "gmssl") is None


def test_what_fails_a_check_is_not_timed(quick: Plan) -> None:
    """It is listed with the check and the reason; the others are measured."""
    job = next(job for job in quick.jobs if job.mechanism.name == "ML-KEM-768")
    wrong = replace(job, mechanism=replace(job.mechanism, sizes=Sizes(public_key=1)))
    plan = replace(quick, jobs=tuple(wrong if j is job else j for j in quick.jobs))
    result = runner.run(plan)
    assert result.find("ML-KEM-768", "encaps", job.provider.name) is None
    assert result.find("X25519", "derive") is not None
    (skipped,) = [s for s in result.skipped if s.algorithm == "ML-KEM-768"]
    assert "failed check sizes: public_key 1184 bytes" in skipped.reason
    assert [c.check for c in result.checks if not c.passed] == ["sizes"]


def test_what_takes_too_long_is_listed_with_its_estimate(quick: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never dropped silently, and the message says which option raises the limit."""
    monkeypatch.setattr(planning, "_LONGEST_SECONDS", 0.0)
    plan = schedule.plan(algorithms=["RSA-2048"], seconds=1e-4)
    result = runner.run(plan)
    (skipped,) = [s for s in result.skipped if s.operation == Operation.KEYGEN]
    assert skipped.estimate_ns is not None
    assert skipped.estimate_ns > 1e6
    assert "--seconds" in skipped.reason
    assert result.find("RSA-2048", "verify") is not None


def test_a_call_that_stops_succeeding_is_taken_out(
    openssl: OpenSslProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operation that fails quickly must not look fast."""
    mechanism = mechanisms.lookup("Ed25519")
    assert mechanism is not None
    scheme: Any = openssl.open(mechanism.mechanism)
    calls = scheme.calls

    def spoiled(material: Any) -> dict[Operation, Call]:
        return {
            **calls(material),
            Operation.VERIFY: Call(lambda *_: "refused", [()], lambda result: result is None),
        }

    monkeypatch.setattr(scheme, "calls", spoiled)
    monkeypatch.setattr(openssl, "open", lambda mechanism: scheme)
    plan = schedule.plan(algorithms=["Ed25519"], seconds=0.005)
    plan = replace(plan, jobs=tuple(replace(job, provider=openssl) for job in plan.jobs))
    done = execute(plan, SILENT)
    assert {task.operation for task in done.tasks} == {Operation.KEYGEN, Operation.SIGN}
    assert [(c.check, c.passed) for c in done.checks][-1] == ("timed-calls", False)


def test_rounds_run_forwards_and_backwards(quick: Plan) -> None:
    """A machine that slows down in the middle slows down for all of them alike."""
    labels: list[str] = []
    execute(quick, lambda done, total, label: labels.append(label))
    timed = [label for label in labels if not label.startswith(("checking", "done"))]
    count = len(timed) // ROUNDS
    first, second = timed[:count], timed[count : 2 * count]
    assert second == first[::-1]


def test_progress_grows_and_ends_at_its_total(quick: Plan) -> None:
    """A bar can be drawn from it."""
    told: list[tuple[float, float]] = []
    execute(quick, lambda done, total, label: told.append((done, total)))
    timed = told[len(quick.jobs) :]
    assert [done for done, _ in timed] == sorted(done for done, _ in timed)
    assert told[-1][0] == told[-1][1] > 0


@pytest.mark.parametrize(("label", "partial"), [("X25519 keygen", False), ("ML-KEM-768 encaps", True)])
def test_interrupting_leaves_the_interpreter_as_it_was(quick: Plan, label: str, partial: bool) -> None:
    """The garbage collector is back, whether something was timed already or not."""

    def interrupt(done: float, total: float, doing: str) -> None:
        if doing.startswith(label):
            assert not gc.isenabled()
            raise KeyboardInterrupt

    if partial:
        assert runner.run(quick, interrupt).partial
    else:
        with pytest.raises(KeyboardInterrupt):
            runner.run(quick, interrupt)
    assert gc.isenabled()


def test_a_timer_goes_through_keys_and_messages_across_batches() -> None:
    """The first message is not signed thousands of times: batches go on where the last one stopped."""
    seen: list[int] = []
    timer = Timer(Call(seen.append, [(n,) for n in range(5)], lambda result: result is None))
    timer.batch(3, 0)
    timer.batch(4, 0)
    assert seen == [0, 1, 2, 3, 4, 0, 1]


def test_a_batch_aims_at_its_length() -> None:
    """Slow operations are a batch of their own, fast ones share one."""
    slow = Timer(Call(lambda: sum(range(60_000)), [()], bool))
    fast = Timer(Call(int, [()], lambda result: True))
    slow.calibrate()
    fast.calibrate()
    assert slow.batch_calls == 1
    assert fast.batch_calls > 100


def test_the_overhead_is_that_of_a_call_that_does_nothing(liboqs: LiboqsProvider, openssl: OpenSslProvider) -> None:
    """Positive, and far below the fastest algorithm."""
    assert 0 < timing.overhead(openssl.nothing) < 5_000
    assert 0 < timing.overhead(liboqs.nothing) < 10_000


def test_busy_waiting_is_not_taken_for_a_disturbance_and_sleeping_is() -> None:
    """A batch that did not run all the time is marked."""
    import time

    working = Timer(Call(lambda: sum(range(2_000)), [()], bool))
    assert any(not working.batch(5, 0).disturbed for _ in range(50))
    sleeping = Timer(Call(time.sleep, [(0.002,)], lambda result: True))
    assert sleeping.batch(1, 0).disturbed


def test_a_set_without_liboqs_says_so_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenSSL's figures stand in for what it has; the rest is listed as not measured."""
    monkeypatch.setattr("pqc_migrate.bench.library.candidates", lambda explicit: iter(()))
    plan = schedule.plan()
    assert plan.notices[0].startswith("measured WITHOUT liboqs (liboqs is not installed)")
    assert "to get liboqs: " in plan.notices[0]
    served = {(job.mechanism.name, job.provider.name) for job in plan.jobs}
    assert ("ML-KEM-768", "openssl") in served
    assert ("ML-DSA-87", "openssl") in served
    assert {s.algorithm for s in plan.skipped} >= {"ML-KEM-512", "HQC-1", "Falcon-512", "MAYO-1"}
    assert all(s.reason == "liboqs is not available on this machine" for s in plan.skipped)


def test_nothing_measured_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty result would look like a fast one."""
    monkeypatch.setattr("pqc_migrate.bench.library.candidates", lambda explicit: iter(()))
    plan = schedule.plan(algorithms=["HQC-1"], seconds=0.01)
    with pytest.raises(BenchmarkError, match="nothing could be measured: HQC-1"):
        runner.run(plan)


@pytest.mark.usefixtures("liboqs")
@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("ml-kem-768", "ML-KEM-768"),
        ("MLKEM768", "ML-KEM-768"),
        ("SLH_DSA_PURE_SHA2_128S", "SLH-DSA-SHA2-128s"),
        ("ECDSA P-256", "ECDSA-P-256"),
        ("OV-Is-pkc", "OV-Is-pkc"),
        ("Kyber768", "Kyber-768"),
    ],
)
def test_spellings_are_understood(asked: str, name: str) -> None:
    """Case, hyphens and liboqs's own names; what only the library knows keeps its name."""
    plan = schedule.plan(algorithms=[asked])
    assert {job.mechanism.name for job in plan.jobs} == {name}
    assert not any("earlier version" in notice for notice in plan.notices)


@pytest.mark.parametrize(
    ("asked", "name"),
    [("Dilithium3", "ML-DSA-65"), ("HQC-128", "HQC-1"), ("SPHINCS+-SHA2-128f-simple", "SLH-DSA-SHA2-128f")],
)
def test_older_names_are_mapped_and_said_to_be_something_else(asked: str, name: str) -> None:
    """The successor is measured, and the notice says that the two do not interoperate."""
    plan = schedule.plan(algorithms=[asked])
    assert {job.mechanism.name for job in plan.jobs} | {s.algorithm for s in plan.skipped} == {name}
    assert any(asked in notice and name in notice and "not interoperate" in notice for notice in plan.notices)


def test_unknown_names_are_answered_with_known_ones() -> None:
    """A slip of the keyboard costs one look, not a minute."""
    with pytest.raises(UnknownAlgorithm, match="'ML-KEM-786'") as raised:
        schedule.plan(algorithms=["ML-KEM-786"])
    assert raised.value.hint.startswith("did you mean ML-KEM-768")


def test_everything_means_everything_or_a_reason(liboqs: LiboqsProvider) -> None:
    """Each mechanism that each provider has is a job; what this build or this release lacks is listed."""
    plan = schedule.plan("all")
    jobs = {(job.mechanism.name, job.provider.name) for job in plan.jobs}
    having = {(m.name, provider.name) for provider in plan.available.providers for m in provider.mechanisms()}
    assert jobs == having
    module = liboqs.loaded.module
    names = {job.mechanism.liboqs for job in plan.jobs if job.provider.name == "liboqs"}
    assert names == {
        *module.get_enabled_kem_mechanisms(),
        *module.get_enabled_sig_mechanisms(),
        *module.get_enabled_stateful_sig_mechanisms(),
    }
    if liboqs.library.version == "0.16.0" and liboqs.library.label:
        assert len(names) == 41 + 221 + 70
    assert plan.parts == (), "the memory of everything takes 12 minutes more: only when asked for"
    reasons = {s.algorithm: s.reason for s in plan.skipped}
    assert "eprint 2022/975" in reasons["SIKE, SIDH"]
    assert "removed in liboqs 0.15.0" in reasons["Dilithium"]


@pytest.mark.parametrize("name", list(mechanisms.selections()))
def test_a_set_is_planned_for_its_time(name: str) -> None:
    """About a minute, half a minute more with the parts; no name is measured twice through one provider."""
    plan = schedule.plan(name)
    operations = plan.expected_seconds - sum(part.expected_seconds(plan) for part in plan.parts)
    assert 20 < operations < 75 or not plan.available.get("liboqs")
    assert plan.expected_seconds < operations + 50
    jobs = [(job.mechanism.name, job.provider.name) for job in plan.jobs]
    assert len(jobs) == len(set(jobs))


def test_the_verdict_belongs_to_the_run(quick: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the control loop sees reaches the result."""
    ticks = iter([100.0] * 3 + [180.0] * 10)
    monkeypatch.setattr(timing, "control_ns", lambda: next(ticks))
    found = runner.run(quick).verdict
    assert found.quality is Quality.UNUSABLE
    assert any("fixed work" in reason for reason in found.reasons)
