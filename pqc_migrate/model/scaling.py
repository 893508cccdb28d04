"""Throughput on one and on several processors, measured with as many processes at once."""

from __future__ import annotations

from dataclasses import dataclass

from pqc_migrate.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Processors:
    """The processors this process may use; None where the system does not say."""

    available: int
    """Logical processors the scheduler may put it on."""
    quota: float | None
    """Processors' worth of time that a control group allows."""
    cores: int | None
    """Physical cores behind the available ones; fewer than `available` where threads share a core."""

    @property
    def usable(self) -> int:
        """How many processes can run at once."""
        return max(1, self.available if self.quota is None else min(self.available, int(self.quota)))


@dataclass(frozen=True, slots=True)
class ScalingPoint:
    """So many processes at once."""

    processes: int
    per_second: float
    """Of all processes together."""
    efficiency: float
    """`per_second` divided by so many times the rate of one process: 1 where nothing is shared."""
    slowest: float
    """Rate of the slowest process."""
    fastest: float
    cpu_share: float
    """Processor time that the processes got, of the time they ran; below 1 the rest went to others."""
    calls: int


@dataclass(frozen=True, slots=True)
class Scaling:
    """One piece of work on 1…n processes."""

    name: str
    """``ML-KEM-768 decaps``; ``TLS 1.3 server handshake, X25519MLKEM768, ECDSA-P-256``."""
    algorithm: str
    """Display name as the catalog spells it; the group of a handshake."""
    operation: str
    """An operation of `model.bench.Operation`, or ``handshake``."""
    chain: str
    """Algorithm of the certificates of a handshake; else empty."""
    provider: str
    clock: str
    """What the rates are by: ``wall``; ``cpu`` where the processes did not have the processors to themselves, so
    that the rates are those of the time they got; ``server cpu`` for handshakes, of which the client's time does
    not count."""
    points: tuple[ScalingPoint, ...]
    verdict: Verdict
    details: str = ""

    @property
    def best(self) -> ScalingPoint:
        """The point of the highest rate: what this machine can do."""
        return max(self.points, key=lambda point: point.per_second)
