"""Stack and heap of every liboqs operation of a run, measured in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from pqc_migrate.bench import heap, stack
from pqc_migrate.bench.plan import Job, Part, Plan, Progress
from pqc_migrate.model.bench import BenchmarkRun, MemoryUse, Operation, Role, Skipped

_START_SECONDS = 0.8
_SECONDS_EACH = 0.08
_CALLS = 5
"""Calls of a slow operation: to make what the others need, in two colors of paint, and for the heap."""
_LONGEST_SECONDS = 5.0
_PATIENCE = 20.0
"""The process is ended when it takes this many times longer than expected."""


def expected_seconds(plan: Plan) -> float:
    """Return what the part will take on an idle machine."""
    jobs = _jobs(plan)
    return _START_SECONDS + sum(_cost(job) for job in jobs if not _too_slow(job)) if jobs else 0.0


def measure(plan: Plan, run: BenchmarkRun, progress: Progress) -> BenchmarkRun:
    """Add `BenchmarkRun.memory`; what cannot be measured is listed in `BenchmarkRun.skipped`."""
    failed = {
        (s.algorithm, s.provider) for s in run.skipped if s.reason.startswith("failed check") and not s.operation
    }
    jobs = [job for job in _jobs(plan) if (job.mechanism.name, job.provider.name) not in failed]
    skipped = [_skipped(job, f"one call takes about {_slowest(job):.0f} s") for job in jobs if _too_slow(job)]
    if not jobs:
        none = "memory not measured: no liboqs mechanism is in this run"
        skipped.append(Skipped("all algorithms", "liboqs", "", none))
    measured, missed = _Measuring(
        [job for job in jobs if not _too_slow(job)], progress, expected_seconds(plan)
    ).run()
    order = {(job.mechanism.name, op): place for place, (job, op) in enumerate(_operations(jobs))}
    measured.sort(key=lambda use: order[use.algorithm, use.operation])
    return replace(run, memory=(*run.memory, *measured), skipped=(*run.skipped, *skipped, *missed))


PART = Part("memory", "peak stack and heap of every liboqs operation", expected_seconds, measure)


class _Measuring:
    """Starts the process, and again where an operation ended it, until everything is measured or given up."""

    def __init__(self, jobs: Sequence[Job], progress: Progress, expected: float) -> None:
        self._left = {(job.mechanism.name, str(op)): job for job, op in _operations(jobs)}
        self._progress, self._expected = progress, expected
        self._all = len(self._left)
        self._measured: list[MemoryUse] = []
        self._missed: list[Skipped] = []

    def run(self) -> tuple[list[MemoryUse], list[Skipped]]:
        while self._left:
            begun, ended = self._once()
            if begun is None:  # nothing will get further than this
                begun_all, self._left = self._left, {}
                self._missed += [_skipped(job, ended, op) for (_, op), job in begun_all.items()]
            elif begun in self._left:
                self._missed.append(_skipped(self._left.pop(begun), ended, begun[1]))
        return self._measured, self._missed

    def _once(self) -> tuple[tuple[str, str] | None, str]:
        """Return the operation under way when the process ended (None: none was), and how it ended."""
        begun: tuple[str, str] | None = None
        said = ""
        with _probe(self._request(), _PATIENCE * self._expected) as process:
            for line in process.stdout or ():
                told = json.loads(line)
                if "unusable" in told:
                    said = told["unusable"]
                elif "begun" in told:
                    begun = (told["begun"][0], told["begun"][1])
                    self._tell(begun)
                else:
                    self._keep(told)
        return begun, said or f"the process that measured it ended with {_ending(process.returncode)}"

    def _tell(self, begun: tuple[str, str]) -> None:
        share = 1 - len(self._left) / self._all
        self._progress(share * self._expected, self._expected, f"memory of {' '.join(begun)}")

    def _keep(self, told: dict[str, Any]) -> None:
        job = self._left.pop((told["algorithm"], told["operation"]), None)
        if job is None:
            return
        kind = heap.KIND if told["heap_bytes"] is not None else ""
        name, operation = job.mechanism.name, Operation(told["operation"])
        stack, allocated = told["stack_bytes"], told["heap_bytes"]
        self._measured.append(
            MemoryUse(name, operation, job.provider.name, stack, allocated, kind, told["details"])
        )

    def _request(self) -> str:
        jobs = {job.mechanism.name: job for job in self._left.values()}
        library = next(iter(jobs.values())).provider.library.path
        asked = [
            {
                "algorithm": name,
                "liboqs": job.mechanism.liboqs,
                "role": str(job.mechanism.role),
                "operations": [op for one, op in self._left if one == name],
                "quick": not job.mechanism.seconds,
            }
            for name, job in jobs.items()
        ]
        return json.dumps({"library": library, "stack_bytes": stack.SIZE, "jobs": asked})


@contextmanager
def _probe(request: str, patience: float) -> Iterator[subprocess.Popen[str]]:
    """Start the process with the same modules as this one; it is gone afterwards."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "pqc_migrate.bench.memory_probe"]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    ) as process:
        watch = threading.Timer(patience, process.kill)
        watch.start()
        try:
            assert process.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(request)
                process.stdin.close()
            yield process
            process.wait()
        finally:
            watch.cancel()
            process.kill()


def _ending(code: int | None) -> str:
    if code is None or code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def _jobs(plan: Plan) -> list[Job]:
    roles = (Role.KEM, Role.SIGNATURE)
    return [job for job in plan.subjects if job.provider.name == "liboqs" and job.mechanism.role in roles]


def _operations(jobs: Sequence[Job]) -> Iterator[tuple[Job, Operation]]:
    yield from ((job, operation) for job in jobs for operation in job.mechanism.role.operations)


def _cost(job: Job) -> float:
    return _SECONDS_EACH * len(job.mechanism.role.operations) + _CALLS * sum(dict(job.mechanism.seconds).values())


def _slowest(job: Job) -> float:
    return max(dict(job.mechanism.seconds).values(), default=0.0)


def _too_slow(job: Job) -> bool:
    return _slowest(job) > _LONGEST_SECONDS


def _skipped(job: Job, reason: str, operation: str = "") -> Skipped:
    return Skipped(job.mechanism.name, job.provider.name, operation, f"memory not measured: {reason}")
