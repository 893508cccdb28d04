"""Execute a plan several times, one whole run after the other, and put what they saw together.

Each run makes its own keys and buffers and checks anew, so that what differs from run to run shows: where memory
lies, what the machine did minutes later. Batches of all runs count alike; rounds are numbered on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pqc_migrate.bench.execute import Execution, Task, execute
from pqc_migrate.bench.plan import ROUNDS, Plan, Progress
from pqc_migrate.bench.timing import Batch
from pqc_migrate.model.bench import Skipped


def executed(plan: Plan, progress: Progress) -> Execution:
    """Execute `plan` as often as it says; interrupted in a later run, the earlier ones are kept."""
    merged: Execution | None = None
    each = plan.operations_seconds
    for number in range(plan.repeat):
        try:
            done = execute(plan, _later(number * each, plan, number, progress))
        except KeyboardInterrupt:
            if merged is None:
                raise
            merged.interrupted = f"before round 1 of {ROUNDS}"
        else:
            merged = done if merged is None else _merge(merged, done, number)
        if merged.interrupted:
            merged.interrupted += f" of run {number + 1} of {plan.repeat}" if plan.repeat > 1 else ""
            break
    assert merged is not None, "a plan is executed at least once"
    return merged


def _later(start: float, plan: Plan, number: int, progress: Progress) -> Progress:
    if plan.repeat == 1:
        return progress
    run = f"run {number + 1} of {plan.repeat}: "
    return lambda done, _, label: progress(start + done, plan.expected_seconds, run + label)


def _merge(one: Execution, other: Execution, number: int) -> Execution:
    """Add a later run to `one`: what failed a check in any of them is not reported as measured."""
    tasks = {_key(task): task for task in one.tasks}
    for task in other.tasks:
        known = tasks.setdefault(_key(task), replace(task, batches=[], wrapper_batches=[]))
        known.batches.extend(_later_rounds(task.batches, number))
        known.wrapper_batches.extend(_later_rounds(task.wrapper_batches, number))
    one.checks += [check for check in other.checks if check not in one.checks]
    failed = {(check.algorithm, check.provider) for check in one.checks if not check.passed}
    one.tasks = [task for key, task in tasks.items() if key[:2] not in failed]
    one.skipped = _skipped(one, other)
    one.control_ns += other.control_ns
    for mine, theirs in ((one.overhead_ns, other.overhead_ns), (one.overhead_cycles, other.overhead_cycles)):
        for key, overheads in theirs.items():
            mine.setdefault(key, []).extend(overheads)
    one.interrupted = other.interrupted
    return one


def _later_rounds(batches: Sequence[Batch], number: int) -> list[Batch]:
    return [replace(batch, round=batch.round + number * ROUNDS) for batch in batches]


def _skipped(one: Execution, other: Execution) -> list[Skipped]:
    """Return each entry once; what was measured in one of the runs is measured."""
    measured = {_key(task) for task in one.tasks}
    entries = {(s.algorithm, s.provider, s.operation): s for s in (*other.skipped, *one.skipped)}
    return [entry for key, entry in entries.items() if key not in measured]


def _key(task: Task) -> tuple[str, str, str]:
    return task.job.mechanism.name, task.job.provider.name, task.operation
