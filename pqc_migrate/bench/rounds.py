"""Time several calls in rounds, each round through all of them and every second one backwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pqc_migrate.bench import timing
from pqc_migrate.bench.plan import ROUNDS
from pqc_migrate.bench.scheme import Call
from pqc_migrate.bench.timing import Batch, Timer


def timed(calls: Sequence[Call], seconds: float, tick: Callable[[float, int], None]) -> list[list[Batch]]:
    """Return the batches of each call, timed for about `seconds` in all.

    `tick` gets the seconds given out so far and the place of the call that comes next.
    """
    timers = [Timer(call) for call in calls]
    slice_ns = seconds * 1e9 / ROUNDS
    batches: list[list[Batch]] = [[] for _ in calls]
    spent = 0.0
    with timing.undisturbed():
        costs = [timer.calibrate() for timer in timers]
        for round_ in range(ROUNDS):
            order = range(len(timers)) if round_ % 2 == 0 else range(len(timers) - 1, -1, -1)
            for place in order:
                tick(spent, place)
                if round_ == 0 and costs[place] < timing.WARM_UP_NS:
                    timers[place].warm_up(min(timing.WARM_UP_NS, slice_ns))
                batches[place].extend(timers[place].batches(slice_ns, round_))
                spent += max(slice_ns, costs[place]) / 1e9
    return batches
