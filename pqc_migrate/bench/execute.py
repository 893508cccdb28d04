"""Prepare the jobs of a plan, then time them in rounds.

Every round goes through all operations, every second one backwards, so that a machine that slows down or
speeds up in the middle does so to all of them alike.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from pqc_migrate.bench import check, cycles, pin, summary, timing
from pqc_migrate.bench.cycles import Source
from pqc_migrate.bench.plan import ROUNDS, WRAPPER_SHARE, Job, Plan, Progress
from pqc_migrate.bench.providers import liboqs_wrapper
from pqc_migrate.bench.providers.liboqs import LiboqsProvider
from pqc_migrate.bench.scheme import MESSAGE_BYTES, Call, Facts, Foreteller, Material, Scheme, Signer
from pqc_migrate.bench.timing import Batch, Timer
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable
from pqc_migrate.model.bench import Check, Operation, Role, Skipped

_MESSAGES = 64
_KEYS = 4
_SIGNATURES = 8
_QUICK_SECONDS = 0.02
_CONFIRM_NS = 50_000_000
_NOT_AGAIN_NS = 500_000_000
"""A call that was seen to take this long is not tried again only to learn how long it takes."""
_SLOW_NS = 20_000_000
"""What takes longer is not timed through the wrapper: a few microseconds more would not be seen."""


@dataclass(slots=True)
class Task:
    """One operation being timed."""

    job: Job
    operation: Operation
    call: Call
    timer: Timer
    cost_ns: float
    """Expected ns of one call."""
    facts: Facts
    batches: list[Batch] = field(default_factory=list)
    wrapper: Timer | None = None
    """The same operation through the library's own Python objects, when that is asked for."""
    wrapper_batches: list[Batch] = field(default_factory=list)

    @property
    def overhead_key(self) -> tuple[str, str]:
        """Operations with the same key have the same call overhead: same provider, same function."""
        function = "" if self.call.idle is None else str(getattr(self.call.function, "__name__", self.operation))
        return self.job.provider.name, function

    @property
    def label(self) -> str:
        """What the progress bar says."""
        return f"{self.job.mechanism.name} {self.operation} ({self.job.provider.name})"


@dataclass(slots=True)
class Execution:
    """What came of a plan."""

    tasks: list[Task] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    control_ns: list[float] = field(default_factory=list)
    overhead_ns: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    """Call overhead by `Task.overhead_key`, measured before every round."""
    interrupted: str = ""
    """Where the user stopped it; empty when it came to its end."""
    cycle_source: Source = cycles.NONE
    pinning: str = ""
    """Whether the timed calls stayed on one processor, and why."""
    overhead_cycles: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    """The same in cycles, where they are counted."""

    def overhead(self, task: Task) -> float:
        """Return the ns that calling the task's function costs when it does nothing."""
        return statistics.median(self.overhead_ns[task.overhead_key])

    def cycles(self, task: Task, mean: bool) -> float | None:
        """Return the cycles of one call without its overhead; None where they are not counted."""
        spent = summary.cycles(task.batches, mean)
        if spent is None:
            return None
        return max(0.0, spent - statistics.median(self.overhead_cycles[task.overhead_key]))


def execute(plan: Plan, progress: Progress) -> Execution:
    """Check everything, then time what passed.

    Interrupted while timing, what was timed so far is returned; earlier, `KeyboardInterrupt` passes on.
    """
    started = time.perf_counter()
    with prepared(plan, progress) as done:
        try:
            with timing.undisturbed(), pin.pinned() as done.pinning:
                _time(plan, done, progress, time.perf_counter() - started)
        except KeyboardInterrupt:
            _keep_timed(done)
        _confirm(done, plan)
    return done


def _keep_timed(done: Execution) -> None:
    """Keep what has figures; `KeyboardInterrupt` when nothing has."""
    untimed = [task for task in done.tasks if not task.batches]
    done.tasks = [task for task in done.tasks if task.batches]
    if not done.tasks:
        raise KeyboardInterrupt
    done.interrupted = f"in round {1 + max(task.batches[-1].round for task in done.tasks)} of {ROUNDS}"
    done.skipped += [
        Skipped(task.job.mechanism.name, task.job.provider.name, task.operation, "interrupted before it was timed")
        for task in untimed
    ]


@contextmanager
def prepared(plan: Plan, progress: Progress) -> Iterator[Execution]:
    """Check everything and yield what passed, ready to be timed; give back what the libraries allocated."""
    done = Execution(skipped=list(plan.skipped), cycle_source=cycles.source())
    with ExitStack() as stack:
        stack.callback(done.cycle_source.close)
        started = time.perf_counter()
        for job in plan.jobs:
            progress(time.perf_counter() - started, plan.expected_seconds, f"checking {job.mechanism.name}")
            _prepare(job, plan, done, stack)
        yield done


def _prepare(job: Job, plan: Plan, done: Execution, stack: ExitStack) -> None:
    mechanism, provider = job.mechanism, job.provider
    try:
        if _is_too_long(job, plan, done):
            return
        scheme = provider.open(mechanism)
    except ProviderUnavailable as error:
        done.skipped.append(Skipped(mechanism.name, provider.name, "", str(error)))
        return
    stack.callback(scheme.close)
    checks = check.check(scheme, mechanism, provider.name) + _agreement(job, plan, scheme)
    done.checks += checks
    failed = [c for c in checks if not c.passed]
    if failed:
        reason = "; ".join(f"failed check {c.check}: {c.details}".rstrip(": ") for c in failed)
        done.skipped.append(Skipped(mechanism.name, provider.name, "", reason))
        return
    try:
        calls = scheme.calls(_material(scheme, mechanism.role))
    except BenchmarkError as error:
        done.skipped.append(Skipped(mechanism.name, provider.name, "", str(error)))
        return
    wrapped = _wrapped(job, plan, stack)
    for operation, call in calls.items():
        task = Task(job, operation, call, Timer(call), 0.0, scheme.facts)
        _admit(task, plan, done)
        if operation in wrapped and task.cost_ns < _SLOW_NS:
            task.wrapper = Timer(wrapped[operation])
            task.wrapper.calibrate()


def _wrapped(job: Job, plan: Plan, stack: ExitStack) -> Mapping[Operation, Call]:
    if not plan.wrapper or not isinstance(job.provider, LiboqsProvider):
        return {}
    return liboqs_wrapper.calls(job.provider.loaded, job.mechanism, stack)


def _is_too_long(job: Job, plan: Plan, done: Execution) -> bool:
    """Whether a key, without which nothing can be measured, would take too long; then it is listed."""
    if job.mechanism.role is not Role.STATEFUL:
        return False
    foretold = cast(Foreteller, job.provider).foretell(job.mechanism)
    if foretold is None or sum(foretold) <= plan.longest_seconds:
        return False
    keygen, sign = foretold
    reason = f"a key would take about {duration(keygen)}"
    reason += f" and each signature at least {duration(sign)}" if sign else ""
    reason += f", by what a small tree takes here; the limit is {plan.longest_seconds:.0f} s"
    name, provider = job.mechanism.name, job.provider.name
    done.skipped.append(Skipped(name, provider, "", f"{reason} (raise it with --seconds)", keygen * 1e9))
    return True


def duration(seconds: float) -> str:
    """Return a time for a person: seconds, minutes, hours or days, whichever is readable."""
    for unit, length in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}"
    return f"{seconds:.0f} seconds" if seconds >= 2 else f"{seconds:.1f} seconds"


def _agreement(job: Job, plan: Plan, scheme: Scheme) -> list[Check]:
    """Try liboqs against OpenSSL where both have the algorithm."""
    other = plan.available.get("openssl")
    if job.provider.name != "liboqs" or other is None or not job.mechanism.openssl:
        return []
    try:
        opened = other.open(job.mechanism)
    except ProviderUnavailable:
        return []
    named = f"{other.library.name} {other.library.version}"
    told = scheme, opened, job.mechanism, job.provider.name, named
    return [check.agree(*told), *check.known_answer(*told)]


def _material(scheme: Scheme, role: Role) -> Material:
    """Prepare several keys and messages, but one of each where making them is slow."""
    messages = [os.urandom(MESSAGE_BYTES) for _ in range(_MESSAGES)]
    if role is Role.STATEFUL:  # goes on with the key of its check
        return Material(1, messages, _SIGNATURES)
    start = time.perf_counter()
    _, secret = scheme.keypair()
    keys = _KEYS if time.perf_counter() - start < _QUICK_SECONDS else 1
    if role is not Role.SIGNATURE:
        return Material(keys, messages, _SIGNATURES)
    start = time.perf_counter()
    cast(Signer, scheme).sign(secret, messages[0])
    return Material(keys, messages, _SIGNATURES if time.perf_counter() - start < _QUICK_SECONDS else 1)


def _admit(task: Task, plan: Plan, done: Execution) -> None:
    """Calibrate; what would take too long is listed with its estimate."""
    seen = task.call.took_ns
    task.cost_ns = seen if seen is not None and seen >= _NOT_AGAIN_NS else task.timer.calibrate()
    limit = plan.longest_seconds
    needed = ROUNDS * task.cost_ns / 1e9
    if needed <= limit:
        done.tasks.append(task)
        return
    reason = f"{ROUNDS} calls would take {needed:.0f} s; the limit is {limit:.0f} s (raise it with --seconds)"
    mechanism, provider = task.job.mechanism.name, task.job.provider.name
    done.skipped.append(Skipped(mechanism, provider, task.operation, reason, task.cost_ns))


def _time(plan: Plan, done: Execution, progress: Progress, elapsed: float) -> None:
    slice_ns = plan.seconds * 1e9 / ROUNDS
    spans = {id(task): _span_ns(task, slice_ns) / 1e9 for task in done.tasks}
    total = elapsed + ROUNDS * sum(spans.values())
    done.control_ns.append(timing.control_ns())
    for task in done.tasks:
        task.timer.counter = done.cycle_source.counter
    nothing = {task.overhead_key: task.call.doing_nothing() or task.job.provider.nothing for task in done.tasks}
    for round_ in range(ROUNDS):
        for key, call in nothing.items():
            _idle(key, call, done)
        order: Sequence[Task] = done.tasks if round_ % 2 == 0 else done.tasks[::-1]
        for task in order:
            progress(elapsed, total, task.label)
            if round_ == 0 and task.cost_ns < timing.WARM_UP_NS:
                task.timer.warm_up(min(timing.WARM_UP_NS, slice_ns))
            task.batches.extend(task.timer.batches(slice_ns, round_))
            if task.wrapper is not None:
                task.wrapper_batches.extend(task.wrapper.batches(slice_ns * WRAPPER_SHARE, round_))
            elapsed += spans[id(task)]
        done.control_ns.append(timing.control_ns())
    progress(total, total, "done")


def _span_ns(task: Task, slice_ns: float) -> float:
    return max(slice_ns, task.cost_ns) + (slice_ns * WRAPPER_SHARE if task.wrapper is not None else 0.0)


def _idle(key: tuple[str, str], call: Call, done: Execution) -> None:
    batches = timing.idle(call, done.cycle_source.counter)
    done.overhead_ns.setdefault(key, []).append(statistics.median(b.wall_ns / b.calls for b in batches))
    spent = summary.cycles(batches, mean=False)
    if spent is not None:
        done.overhead_cycles.setdefault(key, []).append(spent)


def _confirm(done: Execution, plan: Plan) -> None:
    """Look once more at what the timed calls return: an operation that fails quickly must not look fast."""
    budget_ns = min(_CONFIRM_NS, plan.seconds * 1e9 / ROUNDS)
    for task in list(done.tasks):
        count = max(1, int(budget_ns / max(task.cost_ns, 1.0)))
        if all(_succeeds(task.call, arguments) for arguments in task.call.arguments[:count]):
            continue
        name, provider = task.job.mechanism.name, task.job.provider.name
        done.tasks.remove(task)
        done.checks.append(Check(name, provider, "timed-calls", False, f"{task.operation} does not succeed"))
        done.skipped.append(Skipped(name, provider, task.operation, "failed check timed-calls"))


def _succeeds(call: Call, arguments: tuple[Any, ...]) -> bool:
    if call.ready is not None:
        call.ready(1)
    return call.succeeded(call.function(*arguments))
