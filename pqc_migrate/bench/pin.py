"""Stay on one processor while timing, but only where nobody else wants it.

Moving between processors costs warm caches. On a busy machine staying costs more: a pinned thread waits for its
processor while others stand idle, and so the process is pinned only when all of them were idle just before.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_STAT = Path("/proc/stat")
_LOOK_SECONDS = 0.2
_IDLE = 0.95
_Ticks = Mapping[int, tuple[int, int]]


@contextmanager
def pinned() -> Iterator[str]:
    """Keep this thread on one processor where all are idle; yield what was done, in words."""
    cpu, said = _choose()
    if cpu is None or sys.platform != "linux":
        yield said
        return
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {cpu})
    except OSError as error:
        yield f"not pinned: {error.strerror}"
        return
    try:
        yield said
    finally:
        os.sched_setaffinity(0, before)


def _choose() -> tuple[int | None, str]:
    if sys.platform != "linux":
        return None, "not pinned: only done on Linux"
    allowed = os.sched_getaffinity(0)
    if len(allowed) < 2:
        return None, "not pinned: only one processor may be used"
    before = _ticks()
    time.sleep(_LOOK_SECONDS)
    return choose(_idle_shares(before, _ticks()), allowed)


def choose(idle: Mapping[int, float], allowed: set[int]) -> tuple[int | None, str]:
    """Return the processor to stay on, None for any of them, and why; `idle` has the idle share of each."""
    if not allowed <= idle.keys():
        return None, "not pinned: the system does not tell which processors are idle"
    busiest = min(idle, key=lambda cpu: idle[cpu])
    if idle[busiest] < _IDLE:
        return None, f"not pinned: processor {busiest} was {1 - idle[busiest]:.0%} busy"
    # The last one: interrupts tend to go to the first.
    chosen = max(allowed, key=lambda cpu: (round(idle[cpu], 2), cpu))
    return chosen, f"pinned to processor {chosen}: all were idle"


def _idle_shares(before: _Ticks, after: _Ticks) -> dict[int, float]:
    shares = {}
    for cpu in before.keys() & after.keys():
        total = after[cpu][1] - before[cpu][1]
        if total > 0:
            shares[cpu] = (after[cpu][0] - before[cpu][0]) / total
    return shares


def _ticks() -> dict[int, tuple[int, int]]:
    """Return idle and all ticks of each processor (proc_stat(5))."""
    found = {}
    try:
        lines = _STAT.read_text().splitlines()
    except OSError:
        return {}
    for fields in map(str.split, lines):
        if len(fields) > 8 and fields[0].startswith("cpu") and fields[0][3:].isdigit():
            ticks = [int(field) for field in fields[1:9]]
            found[int(fields[0][3:])] = (ticks[3] + ticks[4], sum(ticks))
    return found
