"""Was the machine quiet enough? Each observation against two thresholds, the worst one decides."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from pqc_migrate.bench.summary import Summary
from pqc_migrate.bench.timing import sees_interruptions
from pqc_migrate.model.bench import Quality, Verdict

# (noisy above, unusable above). Neighbours alone make nothing unusable: with five busy processes on two
# processors, medians of undisturbed batches and of CPU time stayed within a few percent of an idle machine's.
# What neither filter sees does: a clock that changes (drift, spread), a hypervisor that takes the processor.
_NEVER = float("inf")
_DISTURBED = (0.05, _NEVER)
_WALL_BY_CPU = (1.05, _NEVER)
_SPREAD = (1.10, 2.0)
_TYPICAL_SPREAD = (1.05, 1.5)
_IQR = (0.10, 0.50)
_DRIFT = (0.03, 0.30)
_STEAL = (0.01, 0.20)
_FEW = 5


def of_measurement(summary: Summary, random: bool) -> Verdict:
    """Judge one operation; the spread of one that is random by design says nothing about the machine."""
    seen = [
        (summary.share_disturbed, _DISTURBED, f"{summary.share_disturbed:.0%} of batches interrupted"),
        (summary.wall_by_cpu, _WALL_BY_CPU, f"wall time {summary.wall_by_cpu:.2f} × CPU time"),
    ]
    if not random:
        iqr = (summary.q3 - summary.q1) / summary.median if summary.median else 0.0
        seen += [
            (summary.round_spread, _SPREAD, f"rounds differ {summary.round_spread:.2f} ×"),
            (iqr, _IQR, f"quartiles {iqr:.0%} of the median apart"),
        ]
    verdict = _judge(seen)
    if summary.clock != "wall":
        verdict = _worse(verdict, Quality.NOISY, "hardly any batch undisturbed: CPU time instead of wall time")
    if summary.samples < _FEW:
        verdict = _worse(verdict, Quality.NOISY, f"only {summary.samples} samples")
    return verdict


def of_run(summaries: Sequence[Summary], control: Sequence[float], steal: float | None) -> Verdict:
    """Judge the whole run by what all operations saw, the control loop and the hypervisor."""
    seen: list[_Seen] = []
    if summaries:
        seen += _of_operations(summaries)
    elif len(control) < 2:
        return Verdict(Quality.UNUSABLE, ("nothing was measured",))
    if len(control) > 1:
        drift = max(control) / min(control) - 1
        seen.append((drift, _DRIFT, f"the time of fixed work moved by {drift:.0%}"))
    if steal is not None:
        seen.append((steal, _STEAL, f"the hypervisor gave {steal:.0%} of CPU time to others"))
    verdict = _judge(seen)
    if not sees_interruptions():
        verdict = Verdict(verdict.quality, (*verdict.reasons, "this system does not count interruptions"))
    return verdict


def with_part(whole: Verdict, part: str, summaries: Sequence[Summary]) -> Verdict:
    """Return the verdict of a run to which a part of its own measurements was added."""
    if not summaries:
        return whole
    for reason in (judged := _judge(_of_operations(summaries))).reasons:
        whole = _worse(whole, judged.quality, f"{part}: {reason}")
    return whole


def with_noise(whole: Verdict, reason: str) -> Verdict:
    """Return the verdict of a run that something else disturbed, as a part of it saw for itself."""
    return _worse(whole, Quality.NOISY, reason)


_Seen = tuple[float, tuple[float, float], str]
"""A value, the limits above which it is noisy and unusable, and what is said then."""


def _of_operations(summaries: Sequence[Summary]) -> list[_Seen]:
    # The typical operation: a slow one is always interrupted, a random one always spreads.
    disturbed = statistics.median(summary.share_disturbed for summary in summaries)
    ratio = statistics.median(summary.wall_by_cpu for summary in summaries)
    spread = statistics.median(summary.round_spread for summary in summaries)
    return [
        (disturbed, _DISTURBED, f"{disturbed:.0%} of batches interrupted"),
        (ratio, _WALL_BY_CPU, f"wall time {ratio:.2f} × CPU time"),
        (spread, _TYPICAL_SPREAD, f"rounds differ {spread:.2f} ×"),
    ]


def _judge(seen: Sequence[_Seen]) -> Verdict:
    verdict = Verdict(Quality.QUIET)
    for value, (noisy, unusable), said in seen:
        if value > unusable:
            verdict = _worse(verdict, Quality.UNUSABLE, f"{said} (limit {unusable:g})")
        elif value > noisy:
            verdict = _worse(verdict, Quality.NOISY, f"{said} (limit {noisy:g})")
    return verdict


def _worse(verdict: Verdict, quality: Quality, reason: str) -> Verdict:
    ranks = list(Quality)
    return Verdict(max(verdict.quality, quality, key=ranks.index), (*verdict.reasons, reason))
