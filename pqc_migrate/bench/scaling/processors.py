"""How many processors this process may use: affinity, control groups, threads that share a core."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from pqc_migrate.model.scaling import Processors

_CGROUP = Path("/sys/fs/cgroup")
_SELF = Path("/proc/self/cgroup")
_CPUS = Path("/sys/devices/system/cpu")
_ALL = 4
"""Up to so many processors every number of processes is tried."""


def processors() -> Processors:
    """Return what the system says; None where it does not."""
    numbers = _affinity()
    available = len(numbers) if numbers else os.cpu_count() or 1
    return Processors(available, quota(), cores(numbers) if numbers else None)


def counts(found: Processors) -> tuple[int, ...]:
    """Return the numbers of processes to try: all of a few, else powers of two, the cores and all."""
    most = found.usable
    if most <= _ALL:
        return tuple(range(1, most + 1))
    wanted = {1 << power for power in range(most.bit_length())} | {most}
    if found.cores is not None:
        wanted.add(min(found.cores, most))
    return tuple(sorted(count for count in wanted if count <= most))


def quota(own: Path = _SELF, root: Path = _CGROUP) -> float | None:
    """Return the processors' worth of time that control groups allow; None without a limit that can be seen.

    Every group above limits those below it. Version 2: ``cpu.max``; version 1: ``cpu.cfs_quota_us`` and
    ``cpu.cfs_period_us`` (kernel documentation, cgroup-v2 and sched-bwc).
    """
    limits = [limit for folder in _groups(own, root) if (limit := _limit(folder)) is not None]
    return min(limits, default=None)


def cores(numbers: frozenset[int], root: Path = _CPUS) -> int | None:
    """Return the physical cores that logical processors belong to; None where their siblings are not told."""
    groups = set()
    for number in numbers:
        siblings = _read(root / f"cpu{number}/topology/thread_siblings_list")
        if not siblings:
            return None
        groups.add(siblings)
    return len(groups)


def _affinity() -> frozenset[int]:
    if not hasattr(os, "sched_getaffinity"):  # macOS and Windows
        return frozenset()
    return frozenset(os.sched_getaffinity(0))


def _groups(own: Path, root: Path) -> Iterator[Path]:
    """Yield the folders of this process's groups and of those above them."""
    for line in _read(own).splitlines():
        _, controllers, path = (*line.split(":", 2), "", "")[:3]
        if controllers and "cpu" not in controllers.split(","):
            continue
        mount = root if not controllers else root / "cpu"
        place = PurePosixPath(path or "/")
        for part in (place, *place.parents):
            yield mount / str(part).lstrip("/")


def _limit(folder: Path) -> float | None:
    share, _, period = _read(folder / "cpu.max").partition(" ")
    if not share:
        share, period = _read(folder / "cpu.cfs_quota_us"), _read(folder / "cpu.cfs_period_us")
    if not (share.isdecimal() and period.isdecimal()) or int(period) == 0:  # "max", or -1: no limit
        return None
    return int(share) / int(period) or None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
