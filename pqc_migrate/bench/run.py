"""Run a plan, keep its result, read it back: plan → `BenchmarkRun` ↔ ``bench.json``."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pqc_migrate import __version__, output
from pqc_migrate.bench import artefact, cache, machine, schedule, verdict
from pqc_migrate.bench.execute import Execution, Task
from pqc_migrate.bench.plan import ROUNDS, Part, Plan, Progress
from pqc_migrate.bench.repeat import executed
from pqc_migrate.bench.summary import Summary, summarize
from pqc_migrate.bench.timing import Batch
from pqc_migrate.errors import BenchmarkError, PqcMigrateError
from pqc_migrate.model.bench import BenchmarkRun, Environment, Measurement, Quality, Skipped


def run(plan: Plan, progress: Progress = lambda done, total, label: None) -> BenchmarkRun:
    """Check, time and summarize; `progress` gets seconds done, seconds in all and a label.

    Interrupted by the user after something was timed, that is returned as partial; else `KeyboardInterrupt`
    passes on. `BenchmarkError` when nothing at all could be measured.
    """
    load_before, ticks = machine.load(), machine.stolen_and_total()
    done = executed(plan, progress)
    if not done.tasks and not plan.parts:
        why = "; ".join(f"{s.algorithm}: {s.reason}" for s in done.skipped[:5])
        raise BenchmarkError(f"nothing could be measured: {why}", hint="pqc-migrate doctor says what is missing")
    steal = _steal(ticks, machine.stolen_and_total())
    summaries = [summarize(task.batches) for task in done.tasks]
    judged = verdict.of_run(summaries, done.control_ns, steal)
    result = BenchmarkRun(
        environment=_environment(plan, done, load_before, steal),
        verdict=judged,
        selection=plan.selection,
        seconds=plan.seconds,
        measurements=tuple(
            _with_cycles(_measurement(task, summary, done.overhead(task)), task, done)
            for task, summary in zip(done.tasks, summaries, strict=True)
        ),
        checks=tuple(done.checks),
        skipped=tuple(done.skipped),
        notices=plan.notices,
        repeat=plan.repeat,
    )
    if done.interrupted:
        return _partial(result, done.interrupted, plan.parts)
    return _with_parts(plan, progress, result)


def _with_parts(plan: Plan, progress: Progress, result: BenchmarkRun) -> BenchmarkRun:
    total = plan.expected_seconds
    spent = total - sum(part.expected_seconds(plan) for part in plan.parts)
    for place, part in enumerate(plan.parts):
        try:
            result = part.measure(plan, result, _from(spent, total, progress))
        except KeyboardInterrupt:
            if not result.measurements and not place:
                raise
            return _partial(result, f"in the part {part.name}", plan.parts[place:])
        spent += part.expected_seconds(plan)
    return result


def _partial(result: BenchmarkRun, where: str, missing: Sequence[Part]) -> BenchmarkRun:
    """Mark a result that the user interrupted, first of all notices."""
    said = f"PARTIAL: interrupted by the user {where}; what is missing is listed as not measured"
    lost = [Skipped(f"part {part.name}", "", "", "interrupted by the user") for part in missing]
    return replace(result, partial=True, notices=(said, *result.notices), skipped=(*result.skipped, *lost))


def _from(start: float, total: float, progress: Progress) -> Progress:
    """Return a progress that counts on from `start` seconds."""
    return lambda done, _, label: progress(start + done, total, label)


def load(path: Path) -> BenchmarkRun:
    """Read ``bench.json``; `BenchmarkError` when it is missing, malformed or of a newer version."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BenchmarkError(f"{path}: cannot be read: {error}") from error
    return artefact.parse(text, str(path))


def dump(result: BenchmarkRun) -> bytes:
    """Return the JSON artefact, ready to be written."""
    return artefact.dump(result)


def default_run(
    progress: Progress = lambda done, total, label: None,
    cache_dir: Path | None = None,
    fresh: bool = False,
    liboqs: Path | None = None,
) -> BenchmarkRun:
    """Return the standard set's result for this machine: the kept one when there is one, else a new run."""
    return kept_run(schedule.plan(liboqs=liboqs), progress, cache_dir, fresh)


def kept_run(
    plan: Plan,
    progress: Progress = lambda done, total, label: None,
    cache_dir: Path | None = None,
    fresh: bool = False,
) -> BenchmarkRun:
    """Return the plan's result for this machine: the kept one when there is one, else a new run, which is kept.

    A kept result says so in a notice. It is kept by processor, kernel, library files, interpreter, version of
    this program and what the plan asks for, in `cache_dir` or the user's cache; an unusable one is not kept.
    `fresh` measures anew. `KeyboardInterrupt` when the user interrupts it: a partial result is no result here.
    """
    folder = cache_dir if cache_dir is not None else cache.user_folder()
    path = folder / f"bench-{_machine_key(plan)}.json" if folder is not None else None
    if path is not None and not fresh:
        kept = _kept(path)
        if kept is not None:
            return kept
    result = run(plan, progress)
    if result.partial:
        raise KeyboardInterrupt
    if path is not None and result.verdict.quality is not Quality.UNUSABLE:
        result = _keep(result, path)
    return result


def _kept(path: Path) -> BenchmarkRun | None:
    try:
        result = load(path)
    except BenchmarkError:  # none yet, or of another version: measure again
        return None
    when = result.environment.measured_at
    said = f"taken from this machine's cache: measured at {when}; pass over it with --no-bench-cache"
    # What is missing on the machine stays first.
    missing = tuple(n for n in result.notices if n.startswith("measured WITHOUT"))
    others = tuple(n for n in result.notices if n not in missing)
    return replace(result, notices=(*missing, said, *others))


def _keep(result: BenchmarkRun, path: Path) -> BenchmarkRun:
    try:
        output.write_atomic(path, dump(result))
    except PqcMigrateError as error:
        said = f"this result could not be kept for the next run: {error}"
        return replace(result, notices=(*result.notices, said))
    return result


def _machine_key(plan: Plan) -> str:
    cpu = machine.cpu()
    libraries = [(p.library.name, p.library.version, p.library.sha256) for p in plan.available.providers]
    parts: list[object] = [
        __version__,
        artefact.SCHEMA,
        cpu.model,
        cpu.family,
        cpu.flags,
        machine.kernel(),
        machine.python(),
    ]
    parts += [libraries, plan.seconds, [(job.mechanism.name, job.provider.name) for job in plan.jobs]]
    parts += [plan.selection, plan.repeat, [part.name for part in plan.parts]]
    if any(part.name == "handshakes" for part in plan.parts):
        parts += [[case.name for case in plan.handshakes], [str(network) for network in plan.networks]]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _steal(before: tuple[int, int] | None, after: tuple[int, int] | None) -> float | None:
    if before is None or after is None or after[1] <= before[1]:
        return None
    return round((after[0] - before[0]) / (after[1] - before[1]), 4)


def _environment(plan: Plan, done: Execution, load_before: float | None, steal: float | None) -> Environment:
    return Environment(
        measured_at=datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="seconds"),
        tool=f"pqc-migrate {__version__}",
        cpu=machine.cpu(),
        system=machine.system(),
        kernel=machine.kernel(),
        python=machine.python(),
        libraries=tuple(provider.library for provider in plan.available.providers),
        load_before=load_before,
        load_after=machine.load(),
        overhead={provider.name: provider.nothing_named for provider in plan.available.providers},
        control_ns=tuple(done.control_ns),
        steal=steal,
        cycle_source=done.cycle_source.about,
        pinning=done.pinning,
    )


def _measurement(task: Task, summary: Summary, overhead: float) -> Measurement:
    mechanism, provider = task.job.mechanism, task.job.provider
    random = task.operation in mechanism.random

    def net(value: float) -> float:
        return max(0.0, value - overhead)

    def both(interval: tuple[float, float] | None) -> tuple[float, float] | None:
        return (net(interval[0]), net(interval[1])) if interval else None

    return Measurement(
        algorithm=mechanism.name,
        operation=task.operation,
        provider=provider.name,
        median_ns=net(summary.median),
        raw_median_ns=summary.median,
        min_ns=net(summary.least),
        mean_ns=net(summary.mean),
        q1_ns=net(summary.q1),
        q3_ns=net(summary.q3),
        p95_ns=net(summary.p95),
        p99_ns=net(summary.p99),
        median_interval_ns=both(summary.interval),
        representative_ns=net(summary.representative(random)),
        representative="mean" if random else "median",
        overhead_ns=overhead,
        samples=summary.samples,
        disturbed=summary.disturbed,
        batch_calls=summary.batch_calls,
        round_spread=summary.round_spread,
        clock=summary.clock,
        verdict=verdict.of_measurement(summary, random),
        sizes=task.facts.sizes,
        nist_category=task.facts.category if task.facts.category is not None else mechanism.category,
        claimed_security=task.facts.security or mechanism.security,
        status=mechanism.standing,
        family=mechanism.family,
        parameters=dict(mechanism.parameters),
        implementation=provider.library.described,
        algorithm_version=task.facts.version,
        details=task.facts.details,
        mean_interval_ns=both(summary.mean_interval),
        wrapper_ns=_wrapper(task, random),
        round_medians_ns=tuple(net(median) for median in summary.round_medians),
        repeats_ns=tuple(net(value) for value in _repeats(task, random)),
    )


def _repeats(task: Task, random: bool) -> list[float]:
    """Return the figure of each repeated run by itself; nothing for a single run."""
    runs: dict[int, list[Batch]] = {}
    for batch in task.batches:
        runs.setdefault(batch.round // ROUNDS, []).append(batch)
    if len(runs) < 2:
        return []
    found = [summarize(batches) for _, batches in sorted(runs.items())]
    return [summary.representative(random) for summary in found]


def _wrapper(task: Task, random: bool) -> float | None:
    if not task.wrapper_batches:
        return None
    found = summarize(task.wrapper_batches)
    return found.representative(random)


def _with_cycles(measurement: Measurement, task: Task, done: Execution) -> Measurement:
    source = done.cycle_source
    if source.ticks_per_ns is not None:
        count: float | None = measurement.representative_ns * source.ticks_per_ns
    else:
        count = done.cycles(task, mean=measurement.representative == "mean")
    return measurement if count is None else replace(measurement, cycles=count, cycles_kind=source.kind)
