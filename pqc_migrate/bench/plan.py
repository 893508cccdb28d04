"""What a run is made of: jobs, one mechanism through one provider each, and parts beyond single operations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pqc_migrate.bench.providers.available import Available
from pqc_migrate.bench.scheme import Provider
from pqc_migrate.catalog.handshakes import Case
from pqc_migrate.catalog.mechanisms import Mechanism
from pqc_migrate.model.bench import BenchmarkRun, Skipped
from pqc_migrate.model.handshake import NetworkProfile

ROUNDS = 5
WRAPPER_SHARE = 0.25
"""Time for an operation through the wrapper, as a share of the time for the operation itself."""
_PREPARATION_SECONDS = 0.03
"""Opening, checking and calibrating one quick mechanism."""
_PREPARATION_CALLS = 4
"""Calls of a slow operation before it is timed."""

Progress = Callable[[float, float, str], None]
"""Called with seconds done, seconds in all, and what is being worked on."""


@dataclass(frozen=True, slots=True)
class Job:
    """One mechanism through one provider."""

    mechanism: Mechanism
    provider: Provider


@dataclass(frozen=True, slots=True)
class Plan:
    """Jobs in the order of the catalog, and what is left out from the start."""

    selection: str
    seconds: float
    """Time for each operation."""
    jobs: tuple[Job, ...]
    skipped: tuple[Skipped, ...]
    notices: tuple[str, ...]
    available: Available
    parts: tuple[Part, ...] = ()
    """What else is measured, after the operations."""
    subjects: tuple[Job, ...] = ()
    """The jobs of the selection, timed or not: for parts that look at the same ones."""
    wrapper: bool = False
    """Whether the operations are timed through liboqs-python's objects as well."""
    handshakes: tuple[Case, ...] = ()
    """The TLS handshakes of that part."""
    networks: tuple[NetworkProfile, ...] = ()
    """The networks their time is computed for."""

    @property
    def expected_seconds(self) -> float:
        """What the run will take on an idle machine, as far as it can be told before the first call."""
        total = 0.0
        for mechanism in (job.mechanism for job in self.jobs):
            slow = dict(mechanism.seconds)
            timed = sum(max(self.seconds, ROUNDS * slow.get(op, 0.0)) for op in mechanism.role.operations)
            timed *= 1 + WRAPPER_SHARE * self.wrapper
            total += timed + _PREPARATION_SECONDS + _PREPARATION_CALLS * sum(slow.values())
        return total + sum(part.expected_seconds(self) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Part:
    """One part: how it is called, what it tells, what it costs, how it is measured."""

    name: str
    about: str
    """One line for ``--help``."""
    expected_seconds: Callable[[Plan], float]
    measure: Callable[[Plan, BenchmarkRun, Progress], BenchmarkRun]
    """Progress counts seconds of this part alone; what cannot be measured is said in `BenchmarkRun.skipped`."""
