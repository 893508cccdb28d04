"""What a benchmark run holds: measurements, the machine and library they were made on, and what was left out.

All times are nanoseconds of one call. Except for `Measurement.raw_median_ns` they are net: the measured
cost of calling a function that does nothing is subtracted, never below zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pqc_migrate.model.handshake import Handshake, NetworkProfile
from pqc_migrate.model.messages import MessageCost
from pqc_migrate.model.scaling import Processors, Scaling
from pqc_migrate.model.verdict import Quality as Quality
from pqc_migrate.model.verdict import Verdict as Verdict


class Operation(StrEnum):
    """What one call does."""

    KEYGEN = "keygen"
    ENCAPS = "encaps"
    DECAPS = "decaps"
    SIGN = "sign"
    VERIFY = "verify"
    DERIVE = "derive"
    """One side of a key agreement: a shared secret from the own private and the peer's public key."""


class Role(StrEnum):
    """What an algorithm is for; decides which operations it has."""

    KEM = "kem"
    SIGNATURE = "signature"
    STATEFUL = "stateful-signature"
    """A hash-based signature whose private key changes with every signature and is used up (SP 800-208)."""
    KEY_AGREEMENT = "key-agreement"

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The operations of this role, in the order a caller makes them."""
        return _OPERATIONS[self]


_OPERATIONS = {
    Role.KEM: (Operation.KEYGEN, Operation.ENCAPS, Operation.DECAPS),
    Role.SIGNATURE: (Operation.KEYGEN, Operation.SIGN, Operation.VERIFY),
    Role.STATEFUL: (Operation.KEYGEN, Operation.SIGN, Operation.VERIFY),
    Role.KEY_AGREEMENT: (Operation.KEYGEN, Operation.DERIVE),
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of keys and messages; None where there is no such thing or it is not known."""

    public_key: int | None = None
    secret_key: int | None = None
    ciphertext: int | None = None
    shared_secret: int | None = None
    signature: int | None = None
    """The longest one where the length varies."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One operation of one algorithm through one provider."""

    algorithm: str
    """Display name as the catalog spells it (``ML-KEM-768``, ``ECDSA-P-256``)."""
    operation: Operation
    provider: str
    """``liboqs``, ``openssl`` or ``gmssl``."""
    median_ns: float
    raw_median_ns: float
    """The median with the call overhead in it."""
    min_ns: float
    mean_ns: float
    q1_ns: float
    q3_ns: float
    p95_ns: float
    p99_ns: float
    median_interval_ns: tuple[float, float] | None
    """95 % interval of the median from order statistics; None below six samples."""
    representative_ns: float
    """What capacity is computed from: the median, but the mean where the work itself is random."""
    representative: str
    """``median`` or ``mean``."""
    overhead_ns: float
    samples: int
    """Batches the figures rest on; each is the mean of `batch_calls` calls."""
    disturbed: int
    """Batches left out because the scheduler interrupted them."""
    batch_calls: int
    round_spread: float
    """Largest divided by smallest median of a round: what the figure moves by within this one run."""
    clock: str
    """``wall``, or ``thread-cpu`` where hardly any batch ran undisturbed."""
    verdict: Verdict
    sizes: Sizes
    nist_category: int | None
    """1 to 5 as claimed; 0 for what Shor's algorithm breaks; None where none is claimed."""
    claimed_security: str
    """``IND-CCA2``, ``SUF-CMA``…; empty where none is stated."""
    status: str
    """Where its standardization stands, with the document; empty when the catalog does not know."""
    family: str
    """Family id in the catalog of algorithms; empty when it has none."""
    parameters: Mapping[str, str]
    implementation: str
    """The library and build the call went to."""
    algorithm_version: str
    """What the library says it implements."""
    details: str = ""
    """What exactly was called where the name leaves it open (padding, digest, encoding)."""
    round_medians_ns: tuple[float, ...] = ()
    """Net median of each round's batches, in order; a round without a batch that counts is missing."""
    mean_interval_ns: tuple[float, float] | None = None
    """95 % interval of the mean, for figures where that is representative; None below six batches."""
    wrapper_ns: float | None = None
    """Through liboqs-python's objects, mean or median as `representative` says; None: not measured."""
    cycles: float | None = None
    """Of one call, call overhead taken off; None where `Environment.cycle_source` says there is no source."""
    cycles_kind: str = ""
    """``user cycles``, ``reference ticks``, or empty without `cycles`."""
    repeats_ns: tuple[float, ...] = ()
    """`representative_ns` of each repeated run by itself, in order; empty for a single run."""


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """What one operation needs beyond the buffers its caller hands it."""

    algorithm: str
    operation: Operation
    provider: str
    stack_bytes: int | None
    """Peak of the stack, calls into the library included and an empty call taken off; None: not measured."""
    heap_bytes: int | None
    """Peak of what was allocated and not yet given back; None: not measured."""
    heap_kind: str
    """How the heap was measured; empty without `heap_bytes`."""
    details: str = ""
    """Why something is None, or what the figure leaves out."""


@dataclass(frozen=True, slots=True)
class Check:
    """One correctness check made before timing; an algorithm with a failed one is not timed."""

    algorithm: str
    provider: str
    check: str
    """``round-trip``, ``tampering``, ``sizes``, ``state``, ``agreement``, ``known-answer``, ``timed-calls``."""
    passed: bool
    details: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """What was asked for and not measured."""

    algorithm: str
    provider: str
    operation: str
    """An `Operation`, or empty: none of them."""
    reason: str
    estimate_ns: float | None = None
    """What one call is expected to take, where that is the reason."""


@dataclass(frozen=True, slots=True)
class Cpu:
    """The processor; None where the system does not say."""

    model: str | None = None
    family: str | None = None
    """``family model stepping`` numbers as the vendor counts them."""
    architecture: str | None = None
    logical: int | None = None
    flags: tuple[str, ...] = ()
    """Only extensions that cryptographic code uses."""
    governor: str | None = None
    hypervisor: str | None = None


@dataclass(frozen=True, slots=True)
class Library:
    """A native library as it is mapped into the process that measured."""

    name: str
    version: str
    path: str | None = None
    sha256: str | None = None
    origin: str = ""
    """``explicit``, ``OQS_INSTALL_PATH``, ``system``, ``wheel``, ``cache``; ``bundled`` with a Python package."""
    label: str = ""
    """``third-party build (…)`` for a library that neither upstream nor the system built."""
    build: Mapping[str, str] = field(default_factory=dict)
    """Build options as far as the library shows them."""

    @property
    def described(self) -> str:
        """Name, version and who built it, in one line."""
        return ", ".join(part for part in (f"{self.name} {self.version}", self.label) if part)


@dataclass(frozen=True, slots=True)
class Environment:
    """The machine, the software and how quiet it was."""

    measured_at: str
    """UTC, ISO 8601."""
    tool: str
    cpu: Cpu
    system: str
    kernel: str
    python: str
    libraries: tuple[Library, ...]
    load_before: float | None
    """Load average over one minute; None where the system has none."""
    load_after: float | None
    overhead: Mapping[str, str]
    """By provider, the call that does nothing and stands for the call overhead."""
    control_ns: tuple[float, ...]
    """A fixed piece of work timed at the start, between rounds and at the end."""
    steal: float | None
    """Share of CPU time the hypervisor gave to others; None where it is not reported."""
    cycle_source: str = ""
    """Where `Measurement.cycles` come from, or why there are none; empty in older artefacts."""
    pinning: str = ""
    """Whether the timed calls stayed on one processor, and why; empty in older artefacts."""


@dataclass(frozen=True, slots=True)
class BenchmarkRun:
    """One run; the artefact ``bench.json``."""

    environment: Environment
    verdict: Verdict
    selection: str
    """Name of the set, or ``selected``."""
    seconds: float
    """Time given to each operation."""
    measurements: tuple[Measurement, ...]
    checks: tuple[Check, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notices: tuple[str, ...] = ()
    """What a reader must know before the figures, most important first."""
    memory: tuple[MemoryUse, ...] = ()
    """Stack and heap of the operations; empty when the part was not asked for."""
    handshakes: tuple[Handshake, ...] = ()
    """TLS handshakes; empty when the part was not asked for."""
    networks: tuple[NetworkProfile, ...] = ()
    """The networks that `Handshake.networks` was computed for."""
    messages: tuple[MessageCost, ...] = ()
    processors: Processors | None = None
    """What `scaling` was measured on."""
    scaling: tuple[Scaling, ...] = ()
    partial: bool = False
    """The user interrupted it: some operations were timed in fewer rounds, others and parts not at all."""
    repeat: int = 1
    """How many whole runs, one after the other, the figures rest on."""

    def find(self, algorithm: str, operation: str, provider: str | None = None) -> Measurement | None:
        """Return the measurement of an operation; without `provider` the first listed, liboqs before others."""
        for measurement in self.measurements:
            if (measurement.algorithm, measurement.operation) == (algorithm, operation) and (
                provider in (None, measurement.provider)
            ):
                return measurement
        return None
