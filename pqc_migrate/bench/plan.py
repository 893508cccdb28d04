"""What a run is made of: jobs, one mechanism through one provider each, and parts beyond single operations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pqc_migrate.bench.providers.available import Available
from pqc_migrate.bench.scheme import Provider
from pqc_migrate.catalog.handshakes import Case
from pqc_migrate.catalog.mechanisms import Mechanism
from pqc_migrate.model.bench import BenchmarkRun, Role, Skipped
from pqc_migrate.model.handshake import NetworkProfile

ROUNDS = 5
WRAPPER_SHARE = 0.25
"""Time for an operation through the wrapper, as a share of the time for the operation itself."""
_PREPARATION_SECONDS = 0.03
"""Opening, checking and calibrating one quick mechanism."""
_PREPARATION_CALLS = 5
"""Calls of a slow operation before it is timed."""
_LONGEST_SECONDS = 10.0

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
    handshakes: tuple[Case, ...] = ()
    """The TLS handshakes of that part."""
    networks: tuple[NetworkProfile, ...] = ()
    """The networks their time is computed for."""
    subjects: tuple[Job, ...] = ()
    """The jobs of the selection, timed or not: for parts that look at the same ones."""
    wrapper: bool = False
    """Whether the operations are timed through liboqs-python's objects as well."""
    repeat: int = 1
    """How many times the operations are prepared and timed anew."""

    @property
    def longest_seconds(self) -> float:
        """What the rounds of one operation, or all that a tree must grow first, may take; longer is not started."""
        return max(_LONGEST_SECONDS, 10 * self.seconds)

    @property
    def expected_seconds(self) -> float:
        """What the run will take on an idle machine, as far as it can be told before the first call."""
        return self.repeat * self.operations_seconds + sum(part.expected_seconds(self) for part in self.parts)

    @property
    def operations_seconds(self) -> float:
        """What preparing and timing all operations once will take."""
        return sum(self.expected_of(job.mechanism) for job in self.jobs)

    def expected_of(self, mechanism: Mechanism) -> float:
        """Return the seconds that one mechanism takes, checks included; 0 when it is too slow to start."""
        slow = dict(mechanism.seconds)
        if mechanism.role is Role.STATEFUL and not self.affords(mechanism):
            return 0.0
        before = 1 if mechanism.role is Role.STATEFUL else _PREPARATION_CALLS
        total = _PREPARATION_SECONDS + before * sum(slow.values())
        for operation in mechanism.role.operations:
            rounds = ROUNDS * slow.get(operation, 0.0)
            if rounds <= self.longest_seconds:
                total += max(self.seconds, rounds) * (1 + WRAPPER_SHARE * self.wrapper)
        return total

    def affords(self, mechanism: Mechanism) -> bool:
        """Whether one key and one signature are within the limit, as far as the catalog can tell."""
        return sum(seconds for _, seconds in mechanism.seconds) <= self.longest_seconds


@dataclass(frozen=True, slots=True)
class Part:
    """One part: how it is called, what it tells, what it costs, how it is measured."""

    name: str
    about: str
    """One line for ``--help``."""
    expected_seconds: Callable[[Plan], float]
    measure: Callable[[Plan, BenchmarkRun, Progress], BenchmarkRun]
    """Progress counts seconds of this part alone; what cannot be measured is said in `BenchmarkRun.skipped`."""
