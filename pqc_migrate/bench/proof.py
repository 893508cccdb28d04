"""Does calling liboqs from Python cost what it costs from C? Two loops over the same function, side by side.

A loop in C, compiled for this one purpose, calls the very function of the very library file on the very buffers
that `timing` calls from Python. Batches of both alternate in one process, so whatever the machine does it does to
both. A second C loop runs along: where it differs from the first, the machine is too restless to tell.
"""

from __future__ import annotations

import ctypes
import json
import os
import shlex
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

from pqc_migrate.bench import execute, mapped, timing
from pqc_migrate.bench.execute import Task
from pqc_migrate.bench.plan import Plan, Progress
from pqc_migrate.bench.providers.liboqs import LiboqsProvider
from pqc_migrate.bench.summary import median_interval
from pqc_migrate.bench.timing import Batch, Timer
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable
from pqc_migrate.model.bench import Library, Role, Skipped

LIMIT = 1.05
"""Ratio of Python's net time to C's that the interval must reach down to."""
_CONTROL_LIMIT = 0.03
_SHORTEST_NS = 5_000
_FEWEST_BLOCKS = 6
_OVERHEADS = 5
_SOURCE = "native_loop.c"
_COMPILE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Compared:
    """One operation from Python and from C; times are ns of one call."""

    algorithm: str
    operation: str
    c_ns: float
    net_ns: float
    """From Python, call overhead taken off."""
    overhead_ns: float
    ratio: float
    """Median over the blocks of Python's net time divided by C's."""
    interval: tuple[float, float]
    """95 % interval of `ratio`."""
    control: float
    """The second C loop's time divided by the first one's, in the same blocks."""
    blocks: int
    clock: str
    outcome: str
    """``passed``, ``failed``, or ``skipped`` with `reason`."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of comparing all operations of a plan."""

    library: Library
    compiler: str
    compared: tuple[Compared, ...]
    skipped: tuple[Skipped, ...]

    @property
    def failed(self) -> tuple[Compared, ...]:
        """The operations that are slower from Python than the limit allows."""
        return tuple(one for one in self.compared if one.outcome == "failed")


def prove(plan: Plan, progress: Progress = lambda done, total, label: None) -> Proof:
    """Compare every liboqs operation of a plan with a C loop over the same library file.

    `BenchmarkError` without a C compiler, `ProviderUnavailable` without liboqs.
    """
    provider = plan.available.get("liboqs")
    if not isinstance(provider, LiboqsProvider):
        raise ProviderUnavailable("there is no liboqs to compare with", "pqc-migrate doctor says what is missing")
    jobs = [job for job in plan.jobs if job.provider is provider]
    left_out = [
        Skipped(job.mechanism.name, provider.name, "", "a loop in C does not replace keys that are used up")
        for job in jobs
        if job.mechanism.role is Role.STATEFUL
    ]
    jobs = [job for job in jobs if job.mechanism.role is not Role.STATEFUL]
    plan = replace(plan, jobs=tuple(jobs), skipped=(*plan.skipped, *left_out))
    with compiled() as (native, compiler), execute.prepared(plan, progress) as done, timing.undisturbed():
        compared = []
        tasks = [task for task in done.tasks if task.call.idle is not None]
        for place, task in enumerate(tasks):
            progress(plan.seconds * place, plan.seconds * len(tasks), task.label)
            compared.append(compare(task, Contest(task, native, provider), plan.seconds * 1e9))
    return Proof(
        provider.library, compiler, tuple(compared), tuple(s for s in done.skipped if s.provider == provider.name)
    )


def dump(proof: Proof) -> bytes:
    """Return the comparison as JSON, spelled as in `Proof`."""
    return (json.dumps(asdict(proof), ensure_ascii=False, indent=2) + "\n").encode()


@contextmanager
def compiled() -> Iterator[tuple[ctypes.CDLL, str]]:
    """Compile the loop into a temporary folder and load it; yield it with the compiler's name."""
    command = shlex.split(os.environ.get("CC", "")) or [shutil.which("cc") or shutil.which("gcc") or ""]
    if not command[0] or os.name != "posix":
        raise BenchmarkError("the C loop cannot be built: no C compiler", "install cc, or name one in CC")
    with tempfile.TemporaryDirectory(prefix="pqc-migrate-") as folder:
        target = Path(folder) / "native_loop.so"
        with resources.as_file(resources.files("pqc_migrate.bench") / _SOURCE) as source:
            arguments = [*command, "-O2", "-shared", "-fPIC", "-o", str(target), str(source)]
            try:
                built = subprocess.run(
                    arguments, capture_output=True, text=True, timeout=_COMPILE_SECONDS, check=False
                )
            except (OSError, subprocess.SubprocessError) as error:
                raise BenchmarkError(f"the C loop cannot be built: {error}", "name a compiler in CC") from error
        if built.returncode:
            said = (built.stderr.strip().splitlines() or ["no message"])[-1]
            raise BenchmarkError(f"the C loop cannot be built by {command[0]}: {said}")
        loop = ctypes.CDLL(str(target))
        loop.timed_loop.restype = ctypes.c_int64
        yield loop, " ".join([*command, "-O2"])


class _NativeTimer(Timer):
    """Times the same calls from C."""

    __slots__ = ("_address", "_count", "_loop", "_place", "_sets", "_words")

    def __init__(self, task: Task, loop: ctypes.CDLL) -> None:
        super().__init__(task.call)
        arguments = task.call.arguments
        self._loop: Callable[..., int] = loop.timed_loop
        self._address = _address(task)
        self._count, self._sets = ctypes.c_size_t(len(arguments[0])), ctypes.c_size_t(len(arguments))
        flat = [argument.value for one in arguments for argument in one]
        self._words = (ctypes.c_size_t * len(flat))(*flat)
        self._place = ctypes.c_size_t(0)

    def _run(self, calls: int) -> int:
        place, sets = ctypes.byref(self._place), self._sets
        spent = self._loop(self._address, self._count, self._words, sets, place, ctypes.c_size_t(calls))
        if spent < 0:
            raise BenchmarkError("a call that succeeds from Python fails from C", "report this")
        return spent


class Contest:
    """The loop in Python and two in C over one operation, and the same random numbers for all three."""

    def __init__(self, task: Task, native: ctypes.CDLL, provider: LiboqsProvider) -> None:
        self.task, self._native = task, native
        self._handle = provider.loaded.handle
        self._random = task.operation in task.job.mechanism.random
        _check_file(task, provider.library)
        self.python, self._c, self._control = task.timer, _NativeTimer(task, native), _NativeTimer(task, native)
        self.python.restart()

    def blocks(self, budget_ns: float) -> Iterator[list[tuple[Batch, Batch, Batch]]]:
        """Yield blocks of the batches (C, Python, control), there and back, so that a steady drift cancels out."""
        calls = self.python.batch_calls
        timers = (self._c, self.python, self._control)
        needed = 2 * len(timers) * calls * self.task.cost_ns
        with self._same_numbers():
            for number in range(max(_FEWEST_BLOCKS, int(budget_ns / needed))):
                there = [self._batch(timer, calls, 2 * number) for timer in (self._c, self.python, self._control)]
                back = [
                    self._batch(timer, calls, 2 * number + 1) for timer in (self._control, self.python, self._c)
                ]
                yield [(there[0], there[1], there[2]), (back[2], back[1], back[0])]

    def _batch(self, timer: Timer, calls: int, seed: int) -> Batch:
        if calls > 1:  # a batch of a measurement follows one of its own kind
            timer.batch(max(1, calls // 4), 0)
        self._native.seed(ctypes.c_uint64(seed))
        return timer.batch(calls, 0)

    @contextmanager
    def _same_numbers(self) -> Iterator[None]:
        """Where the work is random, let all loops draw the same numbers."""
        if not self._random:
            yield
            return
        self._handle.OQS_randombytes_custom_algorithm(self._native.same_numbers)
        try:
            yield
        finally:
            # What it was: OpenSSL in builds that use it, else the system (src/common/rand/rand.c).
            if self._handle.OQS_randombytes_switch_algorithm(b"OpenSSL"):
                self._handle.OQS_randombytes_switch_algorithm(b"system")


def _check_file(task: Task, library: Library) -> None:
    file = mapped.file_of(_address(task).value or 0)
    if file not in (None, library.path):
        raise BenchmarkError(f"{task.label} is called in {file}, not in {library.path}", "start a new process")


def _address(task: Task) -> ctypes.c_void_p:
    function: Any = task.call.function
    return ctypes.cast(function, ctypes.c_void_p)


def compare(task: Task, contest: Contest, budget_ns: float) -> Compared:
    """Run the contest and return its figures and outcome."""
    nothing = task.call.doing_nothing() or task.job.provider.nothing
    overheads = [timing.overhead(nothing)]
    blocks = list(contest.blocks(budget_ns))
    overheads += [timing.overhead(nothing) for _ in range(_OVERHEADS - 1)]
    overhead = statistics.median(overheads)
    clean = [block for block in blocks if not any(batch.disturbed for side in block for batch in side)]
    clock = "wall" if len(clean) >= min(_FEWEST_BLOCKS, len(blocks)) else "thread-cpu"
    times = [_means(block, clock) for block in (clean if clock == "wall" else blocks)]
    ratios = sorted((python - overhead) / c for c, python, _ in times)
    interval = median_interval(ratios)
    assert interval is not None, "there are never fewer than six blocks"
    found = Compared(
        algorithm=task.job.mechanism.name,
        operation=task.operation,
        c_ns=statistics.median(c for c, _, _ in times),
        net_ns=statistics.median(python for _, python, _ in times) - overhead,
        overhead_ns=overhead,
        ratio=statistics.median(ratios),
        interval=interval,
        control=statistics.median(control / c for c, _, control in times),
        blocks=len(times),
        clock=clock,
        outcome="",
    )
    return judged(found)


def judged(found: Compared) -> Compared:
    """Return the comparison with its outcome."""
    if found.c_ns < _SHORTEST_NS:
        return replace(found, outcome="skipped", reason="below 5 µs")
    if abs(found.control - 1) > _CONTROL_LIMIT:
        said = f"the same C loop a second time took {found.control:.2f} × as long"
        return replace(found, outcome="skipped", reason=said)
    return replace(found, outcome="passed" if found.interval[0] <= LIMIT else "failed")


def _means(block: Sequence[tuple[Batch, Batch, Batch]], clock: str) -> tuple[float, float, float]:
    """Return the ns of one call in C, in Python and in the control loop."""
    ns = [[(b.wall_ns if clock == "wall" else b.cpu_ns) / b.calls for b in side] for side in block]
    c, python, control = (statistics.fmean(part) for part in zip(*ns, strict=True))
    return c, python, control
