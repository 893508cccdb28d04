"""Time batches of calls, and note for each batch whether the scheduler let it run undisturbed.

One batch takes 100 to 200 µs, long enough for the clock and short enough to run between two interruptions;
an operation that takes longer is a batch of its own. The kernel's count of involuntary context switches and
the thread's own CPU clock tell which batches were disturbed.
"""

from __future__ import annotations

import gc
import hashlib
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from typing import Any

from pqc_migrate.bench import placement
from pqc_migrate.bench.cycles import Counter
from pqc_migrate.bench.scheme import Call

if sys.platform != "win32":
    import resource

BATCH_NS = 150_000
WARM_UP_NS = 20_000_000
_SHORT_NS = 2_000_000
_LONG_NS = 50_000_000
_LOST_SHARE = 0.01
_LOST_NS = 5_000
_CONTROLS = 20
_CONTROL_INPUT = bytes(256 * 1024)


@dataclass(frozen=True, slots=True)
class Batch:
    """One timed batch; times are of the whole batch."""

    calls: int
    wall_ns: int
    cpu_ns: int
    """On the thread's CPU clock."""
    disturbed: bool
    round: int
    cycles: int | None = None
    """Of the CPU, where they are counted."""


class Timer:
    """Calls one operation in batches, going through its arguments in turn from batch to batch."""

    __slots__ = ("_arguments", "_batches", "_call", "batch_calls", "counter")

    def __init__(self, call: Call) -> None:
        self._call = call
        self._batches = 0
        self.batch_calls = 1
        self.counter: Counter | None = None
        """Counts cycles along with the time, when set."""
        self.restart()

    def restart(self) -> None:
        """Begin again with the first arguments."""
        self._arguments: Iterator[tuple[Any, ...]] = cycle(self._call.arguments)

    def calibrate(self) -> float:
        """Set `batch_calls` so that a batch takes about `BATCH_NS`; return the expected ns of one call."""
        first = self.batch(1, 0)
        cost = float(first.wall_ns)
        if cost < BATCH_NS:
            cost = min(self.batch(4, 0).wall_ns / 4 for _ in range(5))
        elif cost < _LONG_NS:  # a second look, since the first call may have been interrupted
            cost = min(cost, *(float(self.batch(1, 0).wall_ns) for _ in range(2)))
        else:  # long enough for the CPU clock of any system
            cost = float(first.cpu_ns) or cost
        self.batch_calls = max(1, round(BATCH_NS / max(cost, 1.0)))
        return cost

    def warm_up(self, budget_ns: float) -> None:
        """Run untimed batches for a while."""
        end = time.perf_counter_ns() + budget_ns
        while time.perf_counter_ns() < end:
            self._make_ready(self.batch_calls)
            self._run(self.batch_calls)

    def batches(self, budget_ns: float, round_: int) -> Iterator[Batch]:
        """Yield batches until the budget is used up, at least one."""
        end = time.perf_counter_ns() + budget_ns
        while True:
            yield self.batch(self.batch_calls, round_)
            if time.perf_counter_ns() >= end:
                return

    def batch(self, calls: int, round_: int) -> Batch:
        """Time one batch, in the next place of the stack."""
        self._make_ready(calls)
        self._batches += 1
        return placement.at(self._batches, partial(self._timed, calls, round_))

    def _timed(self, calls: int, round_: int) -> Batch:
        switches, cpu = _involuntary_switches(), time.thread_time_ns()
        before = self.counter.read() if self.counter else 0
        wall = self._run(calls)
        cycles = self.counter.read() - before if self.counter else None
        cpu = time.thread_time_ns() - cpu
        # A long batch outlives a short interruption; a short one also pays for the caches it finds cold.
        switched = _involuntary_switches() != switches and wall < _SHORT_NS
        lost = wall - cpu > wall * _LOST_SHARE + _LOST_NS
        return Batch(calls, wall, cpu, switched or lost, round_, cycles)

    def _make_ready(self, calls: int) -> None:
        if self._call.ready is not None:
            self._call.ready(calls)

    def _run(self, calls: int) -> int:
        """Make the calls and return the ns they took."""
        function, turn = self._call.function, list(islice(self._arguments, calls))
        start = time.perf_counter_ns()
        for arguments in turn:
            function(*arguments)
        return time.perf_counter_ns() - start


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep Python's garbage collector out of the timed region."""
    enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def overhead(nothing: Call) -> float:
    """Return the ns that one call costs when it does nothing: the median of undisturbed batches."""
    batches = idle(nothing)
    return statistics.median(batch.wall_ns / batch.calls for batch in batches)


def idle(nothing: Call, counter: Counter | None = None, budget_ns: float = 3_000_000) -> list[Batch]:
    """Time calls that do nothing; return the undisturbed batches, or all when there are none."""
    timer = Timer(nothing)
    timer.counter, timer.batch_calls = counter, 300
    timer.warm_up(budget_ns / 4)
    batches = list(timer.batches(budget_ns, 0))
    return [batch for batch in batches if not batch.disturbed] or batches


def control_ns() -> float:
    """Return the ns of a fixed piece of native work: the same every time, so its drift is the machine's.

    SHA-256 over the same bytes, since a loop in Python costs up to a third more or less with what the
    interpreter did before. By the CPU clock where it is fine enough: being interrupted is not drift.
    """
    clock = time.perf_counter_ns if sys.platform == "win32" else time.thread_time_ns
    best = float("inf")
    for _ in range(_CONTROLS):
        start = clock()
        hashlib.sha256(_CONTROL_INPUT, usedforsecurity=False)
        best = min(best, float(clock() - start))
    return best


def sees_interruptions() -> bool:
    """Whether this system counts involuntary context switches."""
    return sys.platform != "win32"


def _involuntary_switches() -> int:
    if sys.platform == "win32":
        return 0
    # The thread's own count exists on Linux only; elsewhere the process's includes other threads.
    return resource.getrusage(getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF)).ru_nivcsw
