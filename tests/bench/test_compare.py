"""What counts as a change between two runs, what cannot be told, and what is not compared at all."""

import math
import random
import statistics
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from pqc_migrate.bench import ratio, schedule
from pqc_migrate.bench import run as runner
from pqc_migrate.bench.compare import Incomparable, compare
from pqc_migrate.bench.providers import openssl as provider
from pqc_migrate.bench.scheme import Call
from pqc_migrate.catalog import algorithms, inputs
from pqc_migrate.errors import BenchmarkError
from pqc_migrate.model.bench import BenchmarkRun, Library, Measurement, Operation, Quality, Verdict
from pqc_migrate.model.compare import Change, Compared, Comparison, Difference, Named, Pair

ALL = tuple(Difference)


@pytest.fixture(scope="module")
def real() -> BenchmarkRun:
    """A real run, whose figures the tests replace by their own."""
    return runner.run(schedule.plan(algorithms=["X25519", "ML-KEM-768", "ML-DSA-44"], seconds=0.005))


def quiet(run: BenchmarkRun, factor: float = 1.0, noise: float = 0.002, seed: int = 0) -> BenchmarkRun:
    """The run as a quiet machine would have made it: every operation takes 10 µs times `factor`, nearly."""
    source = random.Random(seed)
    rounds = [[10_000 * factor * source.gauss(1, noise) for _ in range(5)] for _ in run.measurements]
    made = [_steady(m, medians) for m, medians in zip(run.measurements, rounds, strict=True)]
    environment = replace(run.environment, control_ns=(100.0, 100.0, 100.5))
    return replace(run, environment=environment, verdict=Verdict(Quality.QUIET), measurements=tuple(made))


def _steady(m: Measurement, rounds: list[float]) -> Measurement:
    middle = statistics.median(rounds)
    around = (middle * 0.998, middle * 1.002)
    return replace(
        m, median_ns=middle, mean_ns=middle, representative_ns=middle, median_interval_ns=around,
        mean_interval_ns=around, q1_ns=around[0], q3_ns=around[1], p95_ns=middle * 1.003, samples=500,
        round_medians_ns=tuple(rounds), round_spread=max(rounds) / min(rounds), verdict=Verdict(Quality.QUIET),
    )  # fmt: skip


def pair(base: BenchmarkRun, other: BenchmarkRun, across: tuple[Difference, ...] = ()) -> Pair:
    result: Comparison = compare(Named("a.json", base), [Named("b.json", other)], across)
    return result.pairs[0]


def changes(base: BenchmarkRun, other: BenchmarkRun, across: tuple[Difference, ...] = ()) -> set[Change]:
    return {one.change for one in pair(base, other, across).operations}


def on(run: BenchmarkRun, **changed: Any) -> BenchmarkRun:
    return replace(run, environment=replace(run.environment, **changed))


@pytest.mark.parametrize("without", [(), ("round_medians_ns",), ("round_medians_ns", "mean_interval_ns")])
@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        (1.0, Change.UNCHANGED),
        (1.02, Change.UNCHANGED),
        (1 / 1.02, Change.UNCHANGED),
        (1.06, Change.SLOWER),
        (2.0, Change.SLOWER),
        (0.9, Change.FASTER),
        (0.5, Change.FASTER),
    ],
)
def test_a_change_is_beyond_three_percent_and_its_interval(
    real: BenchmarkRun, factor: float, expected: Change, without: tuple[str, ...]
) -> None:
    """Two percent are none, six are one, from rounds as from the intervals an older artefact has."""
    runs = [quiet(real, seed=1), quiet(real, factor, seed=2)]
    empty: dict[str, Any] = {"round_medians_ns": (), "mean_interval_ns": None}
    blank = {name: empty[name] for name in without}
    runs = [replace(run, measurements=tuple(replace(m, **blank) for m in run.measurements)) for run in runs]
    assert changes(*runs) == {expected}
    methods = {one.ratio.method for one in pair(*runs).operations if one.ratio}
    assert methods == {"mean", "batches" if without else "rounds"}


def test_an_interval_that_holds_1_is_no_change(real: BenchmarkRun) -> None:
    """Rounds that overlap decide nothing, however far their medians are apart."""
    base, other = quiet(real), quiet(real)
    rounds = (9_000.0, 9_500.0, 10_600.0, 10_700.0, 11_000.0)
    measured = replace(
        other.measurements[0], median_ns=10_600.0, representative_ns=10_600.0, round_medians_ns=rounds
    )
    found = pair(base, replace(other, measurements=(measured,))).operations[0]
    assert found.ratio is not None
    assert found.ratio.low < 1 < 1.05 < found.ratio.value
    assert found.change is Change.UNCHANGED


@pytest.mark.parametrize(
    ("alter", "by"),
    [
        (lambda run: on(run, control_ns=(100.0, 112.0)), "drift"),
        (lambda run: on(run, control_ns=(112.0, 112.0)), "drift"),
        (
            lambda run: replace(run, measurements=tuple(replace(m, round_spread=1.12) for m in run.measurements)),
            "spread",
        ),
    ],
)
def test_what_the_machine_moved_by_is_no_change(
    real: BenchmarkRun, alter: Callable[[BenchmarkRun], BenchmarkRun], by: str
) -> None:
    """Ten percent are no change where fixed work or the rounds moved by twelve; fifty are one."""
    base = quiet(real, seed=1)
    for altered in ((base, alter(quiet(real, 1.1, seed=2))), (alter(base), quiet(real, 1.1, seed=2))):
        found = pair(*altered)
        assert {(one.change, one.limit_by) for one in found.operations} == {(Change.UNCHANGED, by)}
        assert all(one.limit >= 0.119 for one in found.operations)
    assert changes(base, alter(quiet(real, 1.5, seed=2))) == {Change.SLOWER}


def test_another_signature_to_verify_is_no_change(real: BenchmarkRun) -> None:
    """Hash-based verification takes as many steps as the signature has left: eight percent may be just that."""
    base, other = quiet(real, seed=1), quiet(real, 1.08, seed=2)

    def hashed(run: BenchmarkRun) -> BenchmarkRun:
        return replace(run, measurements=tuple(replace(m, family="SLH-DSA") for m in run.measurements))

    for one in pair(hashed(base), hashed(other)).operations:
        verifies = one.operation is Operation.VERIFY
        assert one.change is (Change.UNCHANGED if verifies else Change.SLOWER)
        assert (one.limit_by == "input") == verifies
    assert changes(hashed(base), hashed(quiet(real, 1.3, seed=2))) == {Change.SLOWER}


def test_shares_of_inputs_are_of_families_that_exist() -> None:
    """A family spelled otherwise would never be met."""
    assert {family for family, _ in inputs.shares()} <= set(algorithms.families())


def test_what_could_not_be_seen_is_not_called_unchanged(real: BenchmarkRun) -> None:
    """With rounds half apart a change of a third is not ruled out; a threefold time still shows."""
    base = quiet(real, seed=1)

    def shaken(factor: float) -> BenchmarkRun:
        run = quiet(real, factor, seed=2)
        return replace(run, measurements=tuple(replace(m, round_spread=1.5) for m in run.measurements))

    found = pair(base, shaken(1.0)).operations
    assert {(one.change, one.remark) for one in found} == {
        (Change.TOO_NOISY, "only a change of more than 50% could be seen")
    }
    assert changes(base, shaken(3.0)) == {Change.SLOWER}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"median_interval_ns": None, "round_medians_ns": ()}, "fewer than six samples"),
        ({"median_ns": 0.0, "representative_ns": 0.0}, "no longer than the call overhead"),
        ({"round_medians_ns": (0.0, 1.0, 1.0, 1.0)}, "no longer than the call overhead"),
        ({"representative": "mean"}, "a mean in one run and a median in the other"),
    ],
)
def test_figures_without_a_ratio_are_not_comparable(real: BenchmarkRun, change: dict[str, Any], said: str) -> None:
    """The row says why."""
    base, other = quiet(real), quiet(real)
    (found,) = pair(base, replace(other, measurements=(replace(other.measurements[0], **change),))).operations
    assert (found.change, found.ratio) == (Change.NOT_COMPARABLE, None)
    assert said in found.remark


def test_an_operation_that_is_unusable_tells_nothing(real: BenchmarkRun) -> None:
    """A twofold time of a measurement that cannot be used is no change."""
    other = quiet(real, 2.0)
    bad = Verdict(Quality.UNUSABLE, ("rounds differ 2.40 × (limit 2)",))
    other = replace(other, measurements=tuple(replace(m, verdict=bad) for m in other.measurements))
    assert {(one.change, one.remark) for one in pair(quiet(real), other).operations} == {
        (Change.TOO_NOISY, "rounds differ 2.40 × (limit 2)")
    }


CPUS = [{"model": "Kunpeng 920"}, {"flags": ("aes",)}, {"family": "6 1 2"}, {"architecture": "aarch64"}]


@pytest.mark.parametrize("changed", CPUS)
def test_another_processor_is_refused(real: BenchmarkRun, changed: dict[str, Any]) -> None:
    """With both named, and the option that allows it; extensions count, since libraries choose code by them."""
    base = quiet(real)
    other = on(base, cpu=replace(base.environment.cpu, **changed))
    with pytest.raises(Incomparable, match="other processor") as raised:
        pair(base, other)
    assert raised.value.hint.endswith("--across machine")
    with pytest.raises(Incomparable):
        pair(base, other, (Difference.LIBRARY,))
    assert [c.kind for c in pair(base, other, (Difference.MACHINE,)).contrasts] == [Difference.MACHINE]


@pytest.mark.parametrize("changed", [{"sha256": "0" * 64}, {"version": "0.99.0"}])
def test_another_library_is_refused(real: BenchmarkRun, changed: dict[str, Any]) -> None:
    """Another build of the same version too: the digest tells."""
    base = quiet(real)
    libraries = tuple(replace(one, **changed) for one in base.environment.libraries)
    with pytest.raises(Incomparable, match="other library") as raised:
        pair(base, on(base, libraries=libraries))
    assert raised.value.hint.endswith("--across library")
    assert changes(base, on(base, libraries=libraries), (Difference.LIBRARY,)) == {Change.UNCHANGED}


def test_a_library_that_neither_run_shares_does_not_matter(real: BenchmarkRun) -> None:
    """Only what both measured with can make them incomparable."""
    base = quiet(real)
    more = (*base.environment.libraries, Library("other", "1"))
    assert changes(base, on(base, libraries=more)) == {Change.UNCHANGED}


def test_an_unusable_run_is_refused(real: BenchmarkRun) -> None:
    """In either place; the way out is to measure again."""
    base = quiet(real)
    bad = replace(base, verdict=Verdict(Quality.UNUSABLE, ("steal",)))
    for runs in ((base, bad), (bad, base)):
        with pytest.raises(Incomparable, match="is unusable: steal") as raised:
            pair(*runs)
        assert "measure again" in raised.value.hint
        assert changes(*runs, ALL) == {Change.UNCHANGED}


def test_across_machines_both_ratios_are_shown_and_the_normalized_one_is_judged(real: BenchmarkRun) -> None:
    """A machine twice as slow in everything changed nothing; an operation three times as slow did."""
    base, other = quiet(real, seed=1), quiet(real, 2.0, seed=2)
    slow = next(m for m in other.measurements if m.operation == "decaps")
    three = _steady(slow, [ns * 1.5 for ns in slow.round_medians_ns])
    measured = tuple(three if m is slow else m for m in other.measurements)
    other = on(replace(other, measurements=measured), cpu=replace(base.environment.cpu, model="Kunpeng 920"))
    found = pair(base, other, (Difference.MACHINE,))
    assert found.control is not None
    assert found.control.value == pytest.approx(2, rel=0.01)
    for one in found.operations:
        assert one.ratio is not None
        assert one.normalized is not None
        slower = (one.operation, one.provider) == ("decaps", slow.provider)
        assert one.ratio.value == pytest.approx(3 if slower else 2, rel=0.01)
        assert one.normalized.value == pytest.approx(1.5 if slower else 1, rel=0.02)
        assert one.normalized.high / one.normalized.low >= one.ratio.high / one.ratio.low * 0.999
        assert one.change is (Change.SLOWER if slower else Change.UNCHANGED)


def test_without_the_same_openssl_there_is_no_control(real: BenchmarkRun) -> None:
    """The raw ratio is judged, and a remark says that nothing was normalized."""
    base = quiet(real)
    libraries = tuple(
        replace(one, version="9.9") if one.name == "OpenSSL" else one for one in base.environment.libraries
    )
    other = on(base, libraries=libraries, cpu=replace(base.environment.cpu, model="Kunpeng 920"))
    found = pair(base, other, ALL)
    assert found.control is None
    assert any("no control to normalize by: OpenSSL" in remark for remark in found.remarks)
    assert {one.normalized for one in found.operations} == {None}


def test_operations_of_one_run_only_are_named(real: BenchmarkRun) -> None:
    """And runs without any in common are no comparison."""
    base = quiet(real)
    first, second, *rest = base.measurements
    found = pair(replace(base, measurements=(first, *rest)), replace(base, measurements=(second, *rest)))
    assert found.only_base == (f"{first.algorithm} {first.operation} ({first.provider})",)
    assert found.only_run == (f"{second.algorithm} {second.operation} ({second.provider})",)
    assert len(found.operations) == len(rest)
    with pytest.raises(BenchmarkError, match="no operation in common"):
        pair(replace(base, measurements=(first,)), replace(base, measurements=(second,)))


def test_another_version_of_an_algorithm_is_said_beside_its_ratio(real: BenchmarkRun) -> None:
    """The same name is not the same algorithm."""
    base = quiet(real)
    other = replace(
        base, measurements=tuple(replace(m, algorithm_version="round 3 draft") for m in base.measurements)
    )
    assert all("then round 3 draft" in one.remark for one in pair(base, other).operations)


@pytest.mark.parametrize(("m", "n", "place"), [(4, 4, 1), (5, 5, 3), (6, 6, 6), (10, 10, 24), (5, 8, 7)])
def test_the_rank_interval_takes_the_differences_of_the_tables(m: int, n: int, place: int) -> None:
    """Critical values of the Mann–Whitney test, two-sided 5 % (U ≤ place − 1): 0, 2, 5, 23, 6."""
    assert ratio.critical(m, n) == place


def test_intervals_cover_what_they_claim() -> None:
    """Of a thousand pairs of five equal rounds, the interval misses 1 in no more than about one of twenty."""
    source = random.Random(1)
    missed = 0
    for _ in range(1000):
        base, other = ([1000 * math.exp(source.gauss(0, 0.02)) for _ in range(5)] for _ in range(2))
        found = ratio._of_rounds(base, other, statistics.median(other) / statistics.median(base))
        missed += not found.low <= 1 <= found.high
    assert missed <= 60


# Real runs


def twice(calls: Mapping[Operation, Call]) -> Mapping[Operation, Call]:
    """The calls, but every derivation is made two times."""
    derive = calls[Operation.DERIVE]

    def function(*arguments: Any) -> Any:
        derive.function(*arguments)
        return derive.function(*arguments)

    return {**calls, Operation.DERIVE: replace(derive, function=function)}


def moved(base: BenchmarkRun, other: BenchmarkRun) -> list[Compared]:
    found = pair(base, other, (Difference.QUALITY,)).operations
    return [one for one in found if one.change in (Change.SLOWER, Change.FASTER)]


def test_the_same_code_twice_does_not_change() -> None:
    """Nothing looks changed on a quiet machine; on a disturbed one, nothing does so twice in the same direction."""
    plan = schedule.plan(algorithms=["X25519", "ML-KEM-768", "ECDSA-P-256"], seconds=0.05)
    base, other = runner.run(plan), runner.run(plan)
    first = moved(base, other)
    if not first:
        return
    assert {base.verdict.quality, other.verdict.quality} != {Quality.QUIET}, first
    # One try more: a change of the code would be there again, and in the same direction.
    names = {(one.algorithm, one.operation, one.provider, one.change) for one in first}
    again = moved(runner.run(plan), runner.run(plan))
    assert not [one for one in again if (one.algorithm, one.operation, one.provider, one.change) in names]


def test_work_done_twice_is_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that derives every secret twice: that operation is slower, unless the machine shakes by as much."""
    plan = schedule.plan(algorithms=["X25519", "ECDSA-P-256"], seconds=0.05)
    base = runner.run(plan)
    original = provider._Agreement.calls
    monkeypatch.setattr(provider._Agreement, "calls", lambda self, material: twice(original(self, material)))
    found = pair(base, runner.run(plan), (Difference.QUALITY,))
    (derive,) = [one for one in found.operations if one.operation == "derive"]
    assert derive.ratio is not None
    assert derive.change is Change.SLOWER or derive.limit > 0.5, derive
