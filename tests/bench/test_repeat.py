from dataclasses import replace
from pathlib import Path

import pytest

from pqc_migrate.bench import execute as stage
from pqc_migrate.bench import repeat, schedule
from pqc_migrate.bench import run as runner
from pqc_migrate.bench.execute import Execution
from pqc_migrate.bench.plan import ROUNDS, Part, Plan, Progress
from pqc_migrate.bench.run import kept_run
from pqc_migrate.model.bench import BenchmarkRun, Check, Operation


@pytest.fixture
def plan() -> Plan:
    """One algorithm, three whole runs."""
    return schedule.plan(algorithms=["Ed25519"], seconds=0.005, repeat=3)


def interrupt_at(place: int, label: str) -> Progress:
    """Interrupt when `label` is worked on for the `place`-th time."""
    seen = 0

    def step(done: float, total: float, doing: str) -> None:
        nonlocal seen
        seen += doing.endswith(label)
        if seen == place and doing.endswith(label):
            raise KeyboardInterrupt

    return step


def test_repeated_runs_are_put_together(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds of all runs count, each run prepares anew, and the figure of each stands beside the whole."""
    runs: list[Execution] = []

    def noted(plan: Plan, progress: Progress) -> Execution:
        runs.append(stage.execute(plan, progress))
        return runs[-1]

    monkeypatch.setattr(repeat, "execute", noted)
    result = runner.run(plan)
    assert (len(runs), result.repeat, result.partial) == (3, 3, False)
    for m in result.measurements:
        assert len(m.repeats_ns) == 3
        assert min(m.repeats_ns) <= m.representative_ns <= max(m.repeats_ns)
        assert m.round_spread >= max(m.repeats_ns) / min(m.repeats_ns) * 0.9
    assert len(result.environment.control_ns) == 3 * (ROUNDS + 1)
    assert len(result.checks) == len(runs[1].checks), "each check stands once"


def test_a_single_run_has_no_repeats(quick: Plan) -> None:
    """An empty field, not a list of one."""
    assert all(m.repeats_ns == () for m in runner.run(quick).measurements)


def test_what_fails_a_check_in_one_run_is_not_reported(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs out of three that were right do not make it right."""
    count = 0

    def failing(plan: Plan, progress: Progress) -> Execution:
        nonlocal count
        count += 1
        done = stage.execute(plan, progress)
        if count == 2:
            done.checks.append(Check("Ed25519", "openssl", "round-trip", False, "once in a while"))
        return done

    monkeypatch.setattr(repeat, "execute", failing)
    assert repeat.executed(plan, lambda *_: None).tasks == []


def test_the_time_of_all_runs_is_foretold(plan: Plan) -> None:
    """Before it starts."""
    assert plan.expected_seconds == pytest.approx(3 * replace(plan, repeat=1).expected_seconds)


def test_interrupting_a_later_run_keeps_the_earlier_ones(plan: Plan) -> None:
    """While it prepares, or in the middle of its rounds."""
    result = runner.run(plan, interrupt_at(2, "checking Ed25519"))
    assert result.partial
    assert "before round 1 of 5 of run 2 of 3" in result.notices[0]
    assert {m.operation for m in result.measurements} == {Operation.KEYGEN, Operation.SIGN, Operation.VERIFY}
    later = runner.run(plan, interrupt_at(ROUNDS + 3, "Ed25519 sign (openssl)"))
    assert "in round 2 of 5 of run 2 of 3" in later.notices[0] or "in round 3 of 5 of run 2" in later.notices[0]
    assert all(len(m.repeats_ns) == 2 for m in later.measurements)


def test_interrupting_keeps_what_has_figures_and_lists_the_rest(quick: Plan) -> None:
    """Marked in the first notice and in a field; nothing that was not timed has a figure."""
    result = runner.run(quick, interrupt_at(1, "ML-KEM-768 encaps (openssl)"))
    assert result.partial
    assert result.notices[0].startswith("PARTIAL: interrupted by the user in round 1 of 5")
    measured = {(m.algorithm, m.provider, m.operation) for m in result.measurements}
    missing = {(s.algorithm, s.provider, s.operation) for s in result.skipped}
    planned = {
        (job.mechanism.name, job.provider.name, operation)
        for job in quick.jobs
        for operation in job.mechanism.role.operations
    }
    assert measured
    assert measured | missing == planned
    assert not measured & missing


def test_interrupting_the_checks_is_no_result(quick: Plan) -> None:
    """There is nothing to keep."""
    with pytest.raises(KeyboardInterrupt):
        runner.run(quick, interrupt_at(1, "checking ML-KEM-768"))


def test_interrupting_a_part_keeps_the_operations(quick: Plan) -> None:
    """The part and those after it are listed."""

    def interrupted(plan: Plan, run: BenchmarkRun, progress: Progress) -> BenchmarkRun:
        raise KeyboardInterrupt

    parts = tuple(Part(name, "", lambda plan: 1.0, interrupted) for name in ("first", "second"))
    result = runner.run(replace(quick, parts=parts))
    assert result.partial
    assert "in the part first" in result.notices[0]
    assert [s.algorithm for s in result.skipped] == ["part first", "part second"]
    assert result.measurements
    with pytest.raises(KeyboardInterrupt):
        runner.run(replace(quick, jobs=(), parts=parts))


def test_a_partial_result_is_not_kept(quick: Plan, tmp_path: Path) -> None:
    """The next run would take it for a whole one."""
    with pytest.raises(KeyboardInterrupt):
        kept_run(quick, interrupt_at(1, "ML-KEM-768 encaps (openssl)"), cache_dir=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_the_plan_asks_for_decides_what_is_taken_from_the_cache(quick: Plan) -> None:
    """Repeats, parts, seconds, algorithms and the name of the set each make another result."""
    part = Part("memory", "", lambda plan: 1.0, lambda plan, run, progress: run)
    others = (
        replace(quick, repeat=2),
        replace(quick, parts=(part,)),
        replace(quick, seconds=0.02),
        replace(quick, jobs=quick.jobs[1:]),
        replace(quick, selection="standard"),
    )
    keys = {runner._machine_key(plan) for plan in (quick, *others)}
    assert len(keys) == 1 + len(others)
    assert runner._machine_key(quick) == runner._machine_key(replace(quick))
