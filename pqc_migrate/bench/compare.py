"""Which operations changed between two runs, and which figures cannot tell.

The rule: an operation changed only when the 95 % interval of its ratio excludes 1 (`bench.ratio`) *and* the
ratio is farther from 1 than the largest of

* 3 percent: what layout of code and memory alone can move,
* the drift of the control loop, within each run and from one run to the other,
* the spread of the operation's own rounds, in either run. Rounds of work that is random by design spread on a
  quiet machine too, and need more seconds for the same limit,
* what one signature more or less of work is, where verification depends on it (`catalog.inputs`).

An interval alone would call every difference of a percent a change once there are enough samples; a fixed
percentage alone would call noise one. What is no change is ``unchanged`` only where a change of a quarter would
have been seen, else ``too-noisy``. Ratios up and down are treated alike: twice as slow is as far from 1 as twice
as fast.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Collection, Iterator, Sequence

from pqc_migrate.bench import fingerprint, ratio
from pqc_migrate.catalog import inputs
from pqc_migrate.errors import BenchmarkError
from pqc_migrate.model.bench import BenchmarkRun, Measurement, Operation, Quality
from pqc_migrate.model.compare import Change, Compared, Comparison, Contrast, Difference, Named, Pair, Ratio

FLOOR = 0.03
BLIND = 0.25
"""Where the limit or the interval is wider than this, no change is not the same as unchanged."""
CONTROL = ("X25519", Operation.DERIVE, "openssl")
_Key = tuple[str, Operation, str]


class Incomparable(BenchmarkError):
    """The runs differ in machine, library or quality, and nobody said that this is meant."""


def compare(base: Named, others: Sequence[Named], across: Collection[Difference] = ()) -> Comparison:
    """Compare each run with the base.

    `across` holds the differences that are meant; any other raises `Incomparable`, runs that have no operation
    in common raise `BenchmarkError`.
    """
    found = {other.name: fingerprint.contrasts(base, other) for other in others}
    refused = [c for all_of_one in found.values() for c in all_of_one if c.kind not in across]
    if refused:
        raise Incomparable(_refusal(refused), _way_out(refused))
    return Comparison(base, tuple(_pair(base, other, found[other.name]) for other in others))


def _refusal(refused: Sequence[Contrast]) -> str:
    return "these runs cannot be compared: " + "; ".join(dict.fromkeys(c.text for c in refused))


def _way_out(refused: Sequence[Contrast]) -> str:
    kinds = {contrast.kind for contrast in refused}
    if Difference.QUALITY in kinds:
        return "measure again on a quiet machine; --across all compares all the same"
    names = ",".join(kind.value for kind in Difference if kind in kinds)
    return f"if that difference is what you want to see: --across {names}"


def _pair(base: Named, other: Named, contrasts: tuple[Contrast, ...]) -> Pair:
    before, after = _by_key(base.run), _by_key(other.run)
    shared = [key for key in before if key in after]
    if not shared:
        raise BenchmarkError(f"{base.name} and {other.name} have no operation in common")
    machines = any(contrast.kind is Difference.MACHINE for contrast in contrasts)
    control, missing = _control(base.run, other.run) if machines else (None, "")
    drift = _drift(base.run, other.run, between=not machines)
    return Pair(
        run=other,
        contrasts=contrasts,
        remarks=(*fingerprint.remarks(base, other), *([missing] if missing else [])),
        drift=drift,
        control=control,
        operations=tuple(_compared(before[key], after[key], control, drift) for key in shared),
        only_base=tuple(_missing(before, after)),
        only_run=tuple(_missing(after, before)),
    )


def _by_key(run: BenchmarkRun) -> dict[_Key, Measurement]:
    return {(m.algorithm, m.operation, m.provider): m for m in run.measurements}


def _missing(here: Collection[_Key], there: Collection[_Key]) -> Iterator[str]:
    return (f"{algorithm} {operation} ({provider})" for algorithm, operation, provider in here
            if (algorithm, operation, provider) not in there)  # fmt: skip


def _control(base: BenchmarkRun, other: BenchmarkRun) -> tuple[Ratio | None, str]:
    """Return the control's ratio, or why there is none."""
    why = "no control to normalize by: "
    before, after = _by_key(base).get(CONTROL), _by_key(other).get(CONTROL)
    if before is None or after is None:
        return None, f"{why}X25519 derive through OpenSSL is not in both runs"
    versions = [_version(run) for run in (base, other)]
    if versions[0] != versions[1]:
        return None, f"{why}OpenSSL {versions[0]} in one run, {versions[1]} in the other"
    try:
        return ratio.of(before, after), ""
    except ratio.NoInterval as error:
        return None, f"{why}{error}"


def _version(run: BenchmarkRun) -> str:
    found = fingerprint.library(run, CONTROL[2])
    return found.version if found is not None else "of unknown version"


def _drift(base: BenchmarkRun, other: BenchmarkRun, *, between: bool) -> float:
    """Return by how much the time of fixed work moved within the runs and, on one machine, between them."""
    loops = [[ns for ns in run.environment.control_ns if ns > 0] for run in (base, other)]
    moved = [max(loop) / min(loop) for loop in loops if loop]
    if between and all(loops):
        before, after = (statistics.median(loop) for loop in loops)
        moved.append(max(before, after) / min(before, after))
    return max(moved, default=1.0) - 1


def _compared(base: Measurement, other: Measurement, control: Ratio | None, drift: float) -> Compared:
    spread = max(base.round_spread, other.round_spread) - 1
    given = inputs.shares().get((base.family, base.operation), 0.0)
    limit, by = max((FLOOR, "floor"), (drift, "drift"), (spread, "spread"), (given, "input"))
    found: Ratio | None = None
    change, remark = Change.NOT_COMPARABLE, ""
    try:
        found = ratio.of(base, other)
        change, remark = _judged(base, other, ratio.divided(found, control) if control else found, limit)
    except ratio.NoInterval as error:
        remark = str(error)
    return Compared(
        algorithm=base.algorithm,
        operation=base.operation,
        provider=base.provider,
        statistic=base.representative,
        base_ns=base.representative_ns,
        run_ns=other.representative_ns,
        ratio=found,
        normalized=ratio.divided(found, control) if found is not None and control else None,
        limit=limit,
        limit_by=by,
        change=change,
        remark="; ".join(part for part in (remark, *_beside(base, other, control)) if part),
    )


def _beside(base: Measurement, other: Measurement, control: Ratio | None) -> Iterator[str]:
    """Yield what to know beside a ratio: what makes two algorithms of one name different ones."""
    if control is not None and (base.algorithm, base.operation, base.provider) == CONTROL:
        yield "the control itself"
    for before, after in ((base.algorithm_version, other.algorithm_version), (base.details, other.details)):
        if before != after:
            yield f"not the same algorithm: {before or 'unknown'}, then {after or 'unknown'}"
    if base.sizes != other.sizes:
        yield "keys or messages of other sizes"


def _judged(base: Measurement, other: Measurement, found: Ratio, limit: float) -> tuple[Change, str]:
    """Return what follows from a ratio, which is the normalized one where there is a control."""
    for one in (base, other):
        if one.verdict.quality is Quality.UNUSABLE:
            return Change.TOO_NOISY, "; ".join(one.verdict.reasons)
    if found.low > 1 and found.value > 1 + limit:
        return Change.SLOWER, ""
    if found.high < 1 and found.value < 1 / (1 + limit):
        return Change.FASTER, ""
    if limit > BLIND:
        return Change.TOO_NOISY, f"only a change of more than {limit:.0%} could be seen"
    half = math.sqrt(found.high / found.low) - 1
    if half > BLIND:
        return Change.TOO_NOISY, f"the ratio is known to {half:.0%} only"
    return Change.UNCHANGED, ""
