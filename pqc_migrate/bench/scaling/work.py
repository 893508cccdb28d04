"""What one worker does: prepare a piece of work, wait for the others, do it for a while, count.

Runs in a process of its own that was spawned, so everything here is found by name and travels by pickle.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from pqc_migrate.bench import native, timing
from pqc_migrate.bench.providers.gmssl import GmSslProvider
from pqc_migrate.bench.providers.liboqs import LiboqsProvider
from pqc_migrate.bench.providers.openssl import OpenSslProvider
from pqc_migrate.bench.scheme import MESSAGE_BYTES, Material, Provider
from pqc_migrate.bench.timing import Batch, Timer
from pqc_migrate.catalog import mechanisms
from pqc_migrate.catalog.handshakes import Case, Chain
from pqc_migrate.errors import BenchmarkError
from pqc_migrate.model.bench import Operation

_BATCH_NS = 2_000_000
"""Between two looks at the clock."""
_KEYS, _MESSAGES, _SIGNATURES = 2, 16, 8
_MEETING_SECONDS = 60


@dataclass(frozen=True, slots=True)
class OperationWork:
    """One operation of one algorithm."""

    mechanism: str
    operation: Operation
    provider: str
    liboqs: str | None
    """The library file to load, where the provider is liboqs."""


@dataclass(frozen=True, slots=True)
class HandshakeWork:
    """Whole TLS 1.3 handshakes in memory, of which only the server's CPU time counts."""

    case: Case


Work = OperationWork | HandshakeWork


@dataclass(frozen=True, slots=True)
class Count:
    """What one worker did."""

    calls: int
    wall_ns: int
    cpu_ns: int
    server_ns: int | None = None
    """CPU time of the server's side of handshakes; nothing else of them counts."""

    def __add__(self, other: Count) -> Count:
        """Add what the same process did at another time."""
        server = None if self.server_ns is None or other.server_ns is None else self.server_ns + other.server_ns
        return Count(
            self.calls + other.calls, self.wall_ns + other.wall_ns, self.cpu_ns + other.cpu_ns, server
        )  # fmt: skip


Loop = Callable[[float], Count]
"""Does the work for so many seconds."""


def prepare(work: Work) -> Loop:
    """Return the loop; `BenchmarkError` when this process cannot do the work."""
    return _operation(work) if isinstance(work, OperationWork) else _handshake(work)


def run(loop: Loop, seconds: float, barrier: Barrier) -> Count:
    """Warm up, meet the others, count; `BrokenBarrierError` when one of them is lost."""
    loop(seconds / 10)
    with timing.undisturbed():
        barrier.wait(_MEETING_SECONDS)
        return loop(seconds)


def _operation(work: OperationWork) -> Loop:
    match = mechanisms.lookup(work.mechanism)
    if match is None:
        raise BenchmarkError(f"no algorithm is called {work.mechanism}")
    messages = [os.urandom(MESSAGE_BYTES) for _ in range(_MESSAGES)]
    scheme = _provider(work).open(match.mechanism)
    call = scheme.calls(Material(_KEYS, messages, _SIGNATURES))[work.operation]
    if not all(call.succeeded(call.function(*arguments)) for arguments in call.arguments[:_KEYS]):
        raise BenchmarkError(f"{work.mechanism} {work.operation} does not succeed")
    timer = Timer(call)
    cost = timer.calibrate()
    timer.batch_calls = max(1, round(_BATCH_NS / max(cost, 1.0)))

    def loop(seconds: float) -> Count:
        start, cpu = time.perf_counter_ns(), time.thread_time_ns()
        calls = sum(batch.calls for batch in timer.batches(seconds * 1e9, 0))
        return Count(calls, time.perf_counter_ns() - start, time.thread_time_ns() - cpu)

    return loop


def _provider(work: OperationWork) -> Provider:
    if work.provider == "liboqs":
        return LiboqsProvider(native.load(Path(work.liboqs) if work.liboqs else None))
    return OpenSslProvider() if work.provider == "openssl" else GmSslProvider()


@cache
def _credentials(chain: Chain) -> Any:
    from pqc_migrate.bench.handshake.certificates import issue

    return issue(chain)


def _handshake(work: HandshakeWork) -> Loop:
    from pqc_migrate.bench.handshake.binding import Binding
    from pqc_migrate.bench.handshake.endpoints import endpoints
    from pqc_migrate.bench.handshake.exchange import handshake

    ends = endpoints(Binding(), work.case, _credentials(work.case.chain))

    def loop(seconds: float) -> Count:
        start, cpu = time.perf_counter_ns(), time.thread_time_ns()
        end = start + int(seconds * 1e9)
        turns: list[Batch] = []
        while not turns or time.perf_counter_ns() < end:
            turns.append(handshake(ends).cpu("server"))
        return Count(len(turns), time.perf_counter_ns() - start, time.thread_time_ns() - cpu, _server_ns(turns))

    return loop


def _server_ns(turns: Sequence[Batch]) -> int:
    """Return the server's time of all handshakes by the mean of the undisturbed ones, or of all where they are few.

    After an interruption even CPU time is that of cold caches.
    """
    clean = [turn for turn in turns if not turn.disturbed]
    used = clean if len(clean) >= len(turns) / 2 else turns
    # The thread's clock of Windows ticks every 15 ms, longer than a handshake takes.
    spent = sum(turn.wall_ns if sys.platform == "win32" else turn.cpu_ns for turn in used)
    return round(spent / len(used) * len(turns))
