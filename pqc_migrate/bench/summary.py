"""From batches to figures: quartiles, an interval for the median, and what the machine did meanwhile."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from pqc_migrate.bench.timing import Batch

_FEWEST_CLEAN = 5
_FEWEST_FOR_INTERVAL = 6
_Z95 = 1.959964


@dataclass(frozen=True, slots=True)
class Summary:
    """Figures of one operation: ns of one call, call overhead included."""

    median: float
    least: float
    mean: float
    q1: float
    q3: float
    p95: float
    p99: float
    interval: tuple[float, float] | None
    """95 % interval of the median by order statistics; None below six samples."""
    samples: int
    disturbed: int
    share_disturbed: float
    batch_calls: int
    mean_interval: tuple[float, float] | None
    """95 % interval of the mean by its standard error; None below six batches."""
    round_medians: tuple[float, ...]
    """In the order of the rounds; one without a batch that counts is missing."""
    round_spread: float
    """Largest divided by smallest median of a round."""
    wall_by_cpu: float
    """Wall time divided by CPU time over all batches; 1 when nothing else ran."""
    clock: str

    def representative(self, random: bool) -> float:
        """Return what stands for one call: the median, but the mean where the work itself is random."""
        return self.mean if random else self.median


def summarize(batches: Sequence[Batch]) -> Summary:
    """Summarize the undisturbed batches.

    Where fewer than five are left, wall time would measure the neighbours: then all batches count, by the
    thread's CPU clock.
    """
    clean = [batch for batch in batches if not batch.disturbed]
    clock = "wall" if len(clean) >= min(_FEWEST_CLEAN, len(batches)) else "thread-cpu"
    used = clean if clock == "wall" else list(batches)
    values = [(b.wall_ns if clock == "wall" else b.cpu_ns) / b.calls for b in used]
    ordered = sorted(values)
    cpu = sum(batch.cpu_ns for batch in batches)
    rounds = _round_medians(used, values)
    return Summary(
        median=quantile(ordered, 0.5),
        least=ordered[0],
        mean=_mean(batches, clock),
        q1=quantile(ordered, 0.25),
        q3=quantile(ordered, 0.75),
        p95=quantile(ordered, 0.95),
        p99=quantile(ordered, 0.99),
        interval=median_interval(ordered),
        mean_interval=_mean_interval(batches, clock),
        samples=len(used),
        disturbed=len(batches) - len(clean),
        share_disturbed=1 - len(clean) / len(batches),
        batch_calls=used[0].calls,
        round_medians=rounds,
        round_spread=max(rounds) / min(rounds) if min(rounds) > 0 else 1.0,
        wall_by_cpu=sum(batch.wall_ns for batch in batches) / cpu if cpu else 1.0,
        clock=clock,
    )


def _mean(batches: Sequence[Batch], clock: str) -> float:
    """Average over all batches, disturbed ones by the CPU clock.

    Where the work is random, long batches are interrupted more often: leaving them out would make it look
    faster than it is.
    """
    return sum(_spent(b, clock) for b in batches) / sum(batch.calls for batch in batches)


def _mean_interval(batches: Sequence[Batch], clock: str) -> tuple[float, float] | None:
    if len(batches) < _FEWEST_FOR_INTERVAL:
        return None
    error = statistics.stdev(_spent(b, clock) / b.calls for b in batches) / math.sqrt(len(batches))
    mean = _mean(batches, clock)
    return mean - _Z95 * error, mean + _Z95 * error


def _spent(batch: Batch, clock: str) -> int:
    return batch.cpu_ns if batch.disturbed or clock != "wall" else batch.wall_ns


def cycles(batches: Sequence[Batch], mean: bool) -> float | None:
    """Return the cycles of one call, the median of undisturbed batches or the mean of all; None: not counted."""
    counted = [(batch, batch.cycles) for batch in batches if batch.cycles is not None]
    if not counted:
        return None
    if mean:
        return sum(count for _, count in counted) / sum(batch.calls for batch, _ in counted)
    clean = [(batch, count) for batch, count in counted if not batch.disturbed] or counted
    return statistics.median(count / batch.calls for batch, count in clean)


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return a quantile of sorted values, interpolated linearly between the two nearest."""
    place = (len(ordered) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def median_interval(ordered: Sequence[float]) -> tuple[float, float] | None:
    """Return the 95 % interval of the median of sorted values; None below six, where there is none.

    Order statistics with the normal approximation of the binomial distribution: no assumption about the
    shape, but batches of one round are not independent, so `Summary.round_spread` stands beside it.
    """
    count = len(ordered)
    if count < _FEWEST_FOR_INTERVAL:
        return None
    half = _Z95 * math.sqrt(count) / 2
    low = max(0, math.floor(count / 2 - half))
    high = min(count - 1, math.ceil(count / 2 + half))
    return ordered[low], ordered[high]


def _round_medians(batches: Sequence[Batch], values: Sequence[float]) -> tuple[float, ...]:
    by_round: dict[int, list[float]] = {}
    for batch, value in zip(batches, values, strict=True):
        by_round.setdefault(batch.round, []).append(value)
    return tuple(statistics.median(by_round[round_]) for round_ in sorted(by_round))
