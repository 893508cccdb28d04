"""What a comparison of benchmark runs holds: each operation's ratio, how sure it is, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pqc_migrate.model.bench import BenchmarkRun, Operation


class Change(StrEnum):
    """What can be said of an operation in two runs."""

    UNCHANGED = "unchanged"
    SLOWER = "slower"
    FASTER = "faster"
    TOO_NOISY = "too-noisy"
    """The runs could not have shown a change of a quarter."""
    NOT_COMPARABLE = "not-comparable"
    """The two figures do not measure the same, or have no interval."""


class Difference(StrEnum):
    """In what two runs can differ so that their times say nothing about a change of the code."""

    MACHINE = "machine"
    LIBRARY = "library"
    QUALITY = "quality"
    """One of the runs was made on a machine too busy for its figures to mean anything."""


@dataclass(frozen=True, slots=True)
class Named:
    """A run and what it is called: the file it was read from."""

    name: str
    run: BenchmarkRun


@dataclass(frozen=True, slots=True)
class Contrast:
    """One difference between two runs, in words."""

    kind: Difference
    text: str


@dataclass(frozen=True, slots=True)
class Ratio:
    """Time in one run divided by time in the base, with its 95 % interval."""

    value: float
    low: float
    high: float
    method: str
    """``rounds``, ``batches`` or ``mean``: what the interval rests on, see `bench.ratio`."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One operation of one algorithm through one provider in two runs."""

    algorithm: str
    operation: Operation
    provider: str
    statistic: str
    """``median``, or ``mean`` where the work itself is random."""
    base_ns: float
    run_ns: float
    ratio: Ratio | None
    """None where there is no interval; `remark` says why."""
    normalized: Ratio | None
    """Divided by the control's ratio; None on one machine, and where there is no control."""
    limit: float
    """How far from 1 a ratio must be before it counts as a change (0.03: three percent)."""
    limit_by: str
    """What set the limit: ``floor``, ``drift``, ``spread``, or ``input`` (another signature to verify)."""
    change: Change
    remark: str = ""
    """Why nothing can be said, or what to know beside what is said."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A run against the base."""

    run: Named
    contrasts: tuple[Contrast, ...]
    """Differences that were allowed."""
    remarks: tuple[str, ...]
    """What else differs, without making the runs incomparable."""
    drift: float
    """Largest change of the time of fixed work within the runs and between them."""
    control: Ratio | None
    """X25519 derive of the same OpenSSL on both machines; None on one machine, and where there is none."""
    operations: tuple[Compared, ...]
    only_base: tuple[str, ...]
    """Operations that only the base has, as ``algorithm operation (provider)``."""
    only_run: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs against a base; the artefact ``compare.json``."""

    base: Named
    pairs: tuple[Pair, ...]
