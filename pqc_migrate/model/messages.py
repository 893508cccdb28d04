"""What signing a message costs in the format it travels in: bytes, and time to sign and to verify.

Times are nanoseconds of one call on one core as a caller in Python pays them: the call and the work of the
format (encoding, digests) are in them.
"""

from __future__ import annotations

from dataclasses import dataclass

from pqc_migrate.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Timing:
    """Figures of one operation, from batches as `model.bench.Measurement` has them."""

    median_ns: float
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
    samples: int
    disturbed: int
    batch_calls: int
    round_spread: float
    clock: str
    """``wall``, or ``thread-cpu`` where hardly any batch ran undisturbed."""
    verdict: Verdict

    @property
    def per_second(self) -> float:
        """Operations per second on one core; 0 where the time is."""
        return 1e9 / self.representative_ns if self.representative_ns > 0 else 0.0


@dataclass(frozen=True, slots=True)
class MessageCost:
    """One format, signed with one algorithm through one library."""

    format: str
    """``jwt``, ``cms`` or ``payment``; the catalog's `messages` says what each is."""
    algorithm: str
    """Display name as the catalog spells it (``ML-DSA-65``)."""
    identifier: str
    """How the format names the algorithm: the JOSE ``alg``, the OID in SignerInfo; empty where it names none."""
    provider: str
    document: str
    """Where the use of the algorithm in this format is specified, and its status."""
    content_bytes: int
    """What is signed: the claims, the file, the payment message."""
    signature_bytes: int
    """The signature value by itself, the longest one made where its length varies."""
    message_bytes: int
    """Everything that travels: content, signature and what the format adds; the longest one made."""
    certificate_bytes: int
    """The signer's certificate, which `message_bytes` includes; 0 where none travels along."""
    sign: Timing
    verify: Timing
    implementation: str = ""
    details: str = ""
    """What exactly was timed, and what was not."""

    @property
    def added_bytes(self) -> int:
        """What the message grows by."""
        return self.message_bytes - self.content_bytes

    @property
    def growth_percent(self) -> float:
        """What the message grows by, in percent of its content."""
        return 100.0 * self.added_bytes / self.content_bytes
