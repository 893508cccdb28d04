import statistics
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.bench import verdict
from pqc_migrate.bench.summary import Summary, median_interval, quantile, summarize
from pqc_migrate.bench.timing import Batch
from pqc_migrate.model.bench import Quality

times = st.lists(st.floats(1, 1e9), min_size=1, max_size=60)


def batches(walls: Sequence[int], *, disturbed: Sequence[int] = (), cpu: int | None = None) -> list[Batch]:
    return [
        Batch(calls=10, wall_ns=wall, cpu_ns=cpu or wall, disturbed=place in disturbed, round=place % 5)
        for place, wall in enumerate(walls)
    ]


@given(times, st.floats(0, 1))
def test_a_quantile_lies_between_its_neighbours(values: list[float], share: float) -> None:
    """Never outside the data, and growing with the share."""
    ordered = sorted(values)
    found = quantile(ordered, share)
    assert ordered[0] <= found <= ordered[-1] * (1 + 1e-12)
    assert quantile(ordered, 0.0) == ordered[0]
    assert quantile(ordered, 1.0) == pytest.approx(ordered[-1])


@given(times)
def test_the_middle_quantile_is_the_median(values: list[float]) -> None:
    """The same median that the standard library computes."""
    assert quantile(sorted(values), 0.5) == pytest.approx(statistics.median(values))


@given(times)
def test_the_interval_holds_the_median(values: list[float]) -> None:
    """And there is none where six order statistics are missing."""
    ordered = sorted(values)
    interval = median_interval(ordered)
    assert (interval is None) == (len(values) < 6)
    if interval is not None:
        assert interval[0] <= statistics.median(ordered) <= interval[1]


def test_the_interval_covers_the_median_as_often_as_it_says() -> None:
    """For 100 samples: between the 40th and the 61st, the known binomial interval of 95 %."""
    interval = median_interval([float(n) for n in range(1, 101)])
    assert interval is not None
    low, high = interval
    assert 38 <= low <= 41
    assert 60 <= high <= 63


def test_disturbed_batches_do_not_move_the_median() -> None:
    """They are counted, and their time is left out."""
    quiet = summarize(batches([1000] * 20))
    busy = summarize(batches([1000] * 20 + [90_000] * 9, disturbed=range(20, 29)))
    assert busy.median == quiet.median == 100
    assert (busy.samples, busy.disturbed) == (20, 9)


def test_the_mean_keeps_interrupted_work_by_the_cpu_clock() -> None:
    """Random work that takes long is interrupted more often; leaving it out would flatter the mean."""
    plain = batches([1000] * 10)
    long_ones = [Batch(10, 50_000, 3000, True, 0)] * 10
    assert summarize(plain + long_ones).mean == pytest.approx(200)


def test_without_undisturbed_batches_the_cpu_clock_counts() -> None:
    """Wall time would measure the neighbours; the figure says which clock it is by."""
    found = summarize(batches([9000] * 6, disturbed=range(6), cpu=1000))
    assert (found.clock, found.median, found.samples) == ("thread-cpu", 100, 6)
    few = summarize(batches([9000] * 9, disturbed=range(5), cpu=1000))
    assert (few.clock, few.median) == ("thread-cpu", 100), "four are too few to go by"


def test_rounds_that_differ_show_in_the_spread() -> None:
    """A clock that changes in the middle is not hidden by the median of everything."""
    steady = [Batch(1, 100, 100, False, 0)] * 5 + [Batch(1, 100, 100, False, 1)] * 5
    moved = [Batch(1, 100, 100, False, 0)] * 5 + [Batch(1, 150, 150, False, 1)] * 5
    assert summarize(steady).round_spread == 1
    assert summarize(moved).round_spread == 1.5


def test_the_mean_has_an_interval_of_its_own() -> None:
    """Where the work is random the median says little; the mean is known only as well as this says."""
    values = [1000, 3000] * 50
    found = summarize(batches(values))
    assert found.mean_interval is not None
    low, high = found.mean_interval
    error = statistics.stdev(value / 10 for value in values) / 10
    assert (low, high) == pytest.approx((200 - 1.96 * error, 200 + 1.96 * error), rel=1e-3)
    assert summarize(batches(values[:5])).mean_interval is None


def test_each_round_keeps_its_median() -> None:
    """Two runs can be compared round by round; a round that was disturbed throughout is left out."""
    kept = [Batch(1, 100, 100, False, 0), Batch(1, 300, 300, False, 2), Batch(1, 200, 200, False, 2)]
    found = summarize([*kept, *kept, Batch(1, 9000, 900, True, 1)])
    assert found.round_medians == (100, 250)


def quiet_summary(**changes: object) -> Summary:
    base = summarize(batches([1000, 1001, 1002, 1003] * 10))
    fields = {name: getattr(base, name) for name in Summary.__slots__} | changes
    return Summary(**fields)


def test_a_quiet_machine_is_called_quiet() -> None:
    """Without a reason there is no doubt."""
    assert verdict.of_run([quiet_summary()], [100.0, 101.0], 0.0).quality is Quality.QUIET
    assert verdict.of_measurement(quiet_summary(), random=False).quality is Quality.QUIET


@pytest.mark.parametrize(
    ("changes", "quality", "reason"),
    [
        ({"disturbed": 10, "share_disturbed": 0.2}, Quality.NOISY, "20% of batches interrupted"),
        ({"wall_by_cpu": 1.5}, Quality.NOISY, "wall time 1.50"),
        ({"round_spread": 1.2}, Quality.NOISY, "rounds differ 1.20"),
        ({"round_spread": 2.5}, Quality.UNUSABLE, "rounds differ 2.50"),
    ],
)
def test_what_was_seen_decides(changes: dict[str, object], quality: Quality, reason: str) -> None:
    """Each reason carries its figure and the limit it broke."""
    for found in (
        verdict.of_run([quiet_summary(**changes)], [100.0], None),
        verdict.of_measurement(quiet_summary(**changes), random=False),
    ):
        assert found.quality is quality
        assert any(reason in said and "limit" in said for said in found.reasons)


def test_a_drifting_machine_and_a_greedy_hypervisor_are_named() -> None:
    """Neither shows in a single batch."""
    drifted = verdict.of_run([quiet_summary()], [100.0, 120.0], None)
    assert (drifted.quality, drifted.reasons) == (
        Quality.NOISY,
        ("the time of fixed work moved by 20% (limit 0.03)",),
    )
    stolen = verdict.of_run([quiet_summary()], [100.0, 100.0], 0.5)
    assert stolen.quality is Quality.UNUSABLE


def test_spread_by_design_is_not_noise() -> None:
    """Rejection sampling makes some signatures take three times as long on any machine."""
    wide = quiet_summary(q1=90.0, q3=115.0, round_spread=1.3)
    assert verdict.of_measurement(wide, random=False).quality is Quality.NOISY
    assert verdict.of_measurement(wide, random=True).quality is Quality.QUIET


def test_few_samples_and_the_cpu_clock_are_never_quiet() -> None:
    """They may be right, but nothing shows it."""
    assert verdict.of_measurement(quiet_summary(samples=4), random=True).quality is Quality.NOISY
    assert verdict.of_measurement(quiet_summary(clock="thread-cpu"), random=True).quality is Quality.NOISY
    assert verdict.of_run([], [1.0], None).quality is Quality.UNUSABLE


def test_a_part_can_make_a_run_worse_and_never_better() -> None:
    """By what its typical measurement saw, named after the part; a part that measured nothing says nothing."""
    quiet = verdict.of_run([quiet_summary()], [100.0], None)
    noisy = quiet_summary(share_disturbed=0.4)
    assert verdict.with_part(quiet, "handshakes", []) == quiet
    assert verdict.with_part(quiet, "handshakes", [quiet_summary()]) == quiet
    worse = verdict.with_part(quiet, "handshakes", [noisy])
    assert worse.quality is Quality.NOISY
    assert worse.reasons == ("handshakes: 40% of batches interrupted (limit 0.05)",)
    unusable = verdict.of_run([quiet_summary()], [100.0, 200.0], None)
    assert verdict.with_part(unusable, "handshakes", [noisy]).quality is Quality.UNUSABLE
