"""How much slower one measurement is than another, and between which bounds: the ratio of two times.

Three ways to a 95 % interval, each for what an artefact holds:

``rounds``
    At least four medians of rounds on each side: the Hodges–Lehmann interval, that is the quantiles of all
    pairwise differences (here of logarithms) that the exact distribution of the Mann–Whitney statistic picks. As
    R computes it (``wilcox.test(conf.int = TRUE)``; SAS NPAR1WAY, "Hodges-Lehmann Estimation of Location Shift").
    The best of the three: a round is independent of the others, batches of one round are not.
``batches``
    Only the order-statistic intervals of the two medians: their widths on the logarithmic scale give back two
    standard errors, which add in quadrature (Bonett and Price, "Confidence Intervals for Ratios of Means and
    Medians", Journal of Educational and Behavioral Statistics 45 (2020) 750–770; as the R package statpsych
    computes it, ``ci.ratio.median2``).
``mean``
    Work that is random by design (ML-DSA signing): the median of a batch depends on how many calls a batch has,
    the mean does not. Their intervals add as those of medians do; an artefact that lacks them gets a standard
    error from the quartiles or the 95th percentile, whichever gives more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

from pqc_migrate.model.bench import Measurement
from pqc_migrate.model.compare import Ratio

CONFIDENCE = 0.95
_Z = 1.959964
_FEWEST_ROUNDS = 4
"""With four on each side the exact distribution has a 95 % interval; with three it has none."""
_LEAST_NS = 1e-3
"""What is shorter is what is left when the call overhead has been taken off, not work."""
_MOST_ROUNDS = 100
"""Beyond this many the pairwise differences cost more than they tell; no run has nearly as many."""
_QUARTILES_BY_SIGMA = 1.348980
_P95_BY_SIGMA = 1.644854
"""Distance of the quartiles from each other, and of the 95th percentile from the median, where all is normal."""


_WIDEST = 100.0
"""Of a logarithm: an interval that is wider says nothing, and must not overflow."""
_FEWEST_SAMPLES = 6
_TOO_FEW = "fewer than six samples, so there is no interval"
_NO_WORK = "no longer than the call overhead"


class NoInterval(Exception):
    """There is no ratio, or no interval of it; the message says why."""


def of(base: Measurement, other: Measurement) -> Ratio:
    """Return the ratio `other` ÷ `base` with its 95 % interval; `NoInterval` when there is none."""
    if base.representative != other.representative:
        raise NoInterval("a mean in one run and a median in the other")
    if min(ns for m in (base, other) for ns in (m.representative_ns, m.median_ns, m.mean_ns)) < _LEAST_NS:
        raise NoInterval(_NO_WORK)
    if base.representative == "mean":
        return _of_means(base, other)
    if all(_FEWEST_ROUNDS <= len(m.round_medians_ns) <= _MOST_ROUNDS for m in (base, other)):
        return _of_rounds(base.round_medians_ns, other.round_medians_ns, other.median_ns / base.median_ns)
    return _of_medians(base, other)


def divided(ratio: Ratio, control: Ratio) -> Ratio:
    """Return a ratio divided by that of a control.

    The distances of their limits, on the logarithmic scale, add in quadrature, below and above apart (the method
    of variance estimates recovery, MOVER), so that a lopsided interval stays lopsided.
    """
    below = math.hypot(math.log(ratio.value / ratio.low), math.log(control.high / control.value))
    above = math.hypot(math.log(ratio.high / ratio.value), math.log(control.value / control.low))
    value = ratio.value / control.value
    return Ratio(value, value * math.exp(-below), value * math.exp(above), ratio.method)


def _of_rounds(base: Sequence[float], other: Sequence[float], value: float) -> Ratio:
    if min(*base, *other) < _LEAST_NS:
        raise NoInterval(_NO_WORK)
    differences = sorted(math.log(b) - math.log(a) for a in base for b in other)
    place = critical(len(base), len(other))
    low, high = math.exp(differences[place - 1]), math.exp(differences[-place])
    # The median of all batches is the figure shown; it may lie outside of an interval that is very narrow.
    return Ratio(value, min(low, value), max(high, value), "rounds")


@cache
def critical(m: int, n: int) -> int:
    """Return which of the sorted differences, counted from both ends, bounds the 95 % interval."""
    # How many orders of m and n values give each value of the Mann–Whitney statistic: the Gaussian binomial.
    counts = [1]
    for step in range(1, n + 1):
        counts = _divided(_times(counts, m + step), step)
    total, below, place = math.comb(m + n, n), 0, 0
    while (below + counts[place]) / total <= (1 - CONFIDENCE) / 2:
        below += counts[place]
        place += 1
    return max(place, 1)


def _times(polynomial: Sequence[int], power: int) -> list[int]:
    """Return the coefficients times 1 − q^power."""
    padded = [*polynomial, *[0] * power]
    return [c - (padded[i - power] if i >= power else 0) for i, c in enumerate(padded)]


def _divided(polynomial: Sequence[int], power: int) -> list[int]:
    """Return the coefficients divided by 1 − q^power, which goes without a remainder."""
    quotient: list[int] = []
    for i, c in enumerate(polynomial[: len(polynomial) - power]):
        quotient.append(c + (quotient[i - power] if i >= power else 0))
    return quotient


def _of_medians(base: Measurement, other: Measurement) -> Ratio:
    error = math.hypot(*(_log_error(m.median_interval_ns) for m in (base, other)))
    return _around(other.median_ns / base.median_ns, error, "batches")


def _of_means(base: Measurement, other: Measurement) -> Ratio:
    error = math.hypot(*(_error_of_mean(m) for m in (base, other)))
    return _around(other.mean_ns / base.mean_ns, error, "mean")


def _error_of_mean(m: Measurement) -> float:
    """Return the relative standard error of the mean."""
    if m.mean_interval_ns is not None:
        return _log_error(m.mean_interval_ns)
    if m.samples < _FEWEST_SAMPLES:
        raise NoInterval(_TOO_FEW)
    sigma = max((m.q3_ns - m.q1_ns) / _QUARTILES_BY_SIGMA, (m.p95_ns - m.median_ns) / _P95_BY_SIGMA, 0.0)
    return sigma / math.sqrt(m.samples) / m.mean_ns


def _log_error(interval: tuple[float, float] | None) -> float:
    """Return the standard error of a logarithm from the 95 % interval of its number."""
    if interval is None:
        raise NoInterval(_TOO_FEW)
    low, high = interval
    if not _LEAST_NS <= low <= high:
        raise NoInterval(_NO_WORK if low < _LEAST_NS else "an interval that ends before it begins")
    return (math.log(high) - math.log(low)) / (2 * _Z)


def _around(value: float, error: float, method: str) -> Ratio:
    wide = math.exp(min(_Z * error, _WIDEST))
    return Ratio(value, value / wide, value * wide, method)
