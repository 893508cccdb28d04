import struct
import time
from collections.abc import Iterator

import pytest

from pqc_migrate.bench import cycles, summary, timing
from pqc_migrate.bench import run as runner
from pqc_migrate.bench.cycles import Counter, Source
from pqc_migrate.bench.plan import Plan
from pqc_migrate.bench.scheme import Call
from pqc_migrate.bench.timing import Batch, Timer


@pytest.fixture
def clock() -> Iterator[Counter]:
    """A counter of the kernel's that needs no hardware: ns of CPU time of this thread."""
    try:
        counter = Counter(cycles.SOFTWARE, cycles.TASK_CLOCK)
    except OSError as error:
        pytest.skip(f"no perf_event_open: {error}")
    yield counter
    counter.close()


def work() -> int:
    return sum(range(20_000))


def test_a_counter_counts_what_this_thread_did(clock: Counter) -> None:
    """The kernel's task clock, read through the same calls as cycles, agrees with the thread's CPU clock."""
    cpu, count = time.thread_time_ns(), clock.read()
    for _ in range(100):
        work()
    count, cpu = clock.read() - count, time.thread_time_ns() - cpu
    assert count == pytest.approx(cpu, rel=0.05)


def test_batches_carry_the_count(clock: Counter) -> None:
    """Of the batch alone; without a counter there is none."""
    timer = Timer(Call(work, [()], bool))
    assert timer.batch(5, 0).cycles is None
    timer.counter = clock
    batches = [timer.batch(5, 0) for _ in range(20)]
    assert all(batch.cycles for batch in batches)
    counted = summary.cycles(batches, mean=True)
    spent = sum(batch.cpu_ns for batch in batches) / sum(batch.calls for batch in batches)
    assert counted == pytest.approx(spent, rel=0.1)
    assert all(batch.cycles for batch in timing.idle(Call(int, [()], bool), clock))


def test_cycles_are_a_median_of_undisturbed_batches_or_a_mean_of_all() -> None:
    """As the figure they stand beside: the mean where the work is random."""
    batches = [Batch(2, 100, 100, False, 0, n) for n in (200, 220, 240)] + [Batch(2, 900, 100, True, 0, 1000)]
    assert summary.cycles(batches, mean=False) == 110
    assert summary.cycles(batches, mean=True) == (200 + 220 + 240 + 1000) / 8
    assert summary.cycles([Batch(2, 100, 100, False, 0)], mean=False) is None


def refused(*_: object, **__: object) -> None:
    raise OSError(2, "No such file or directory")


def test_without_any_source_nothing_is_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No counter and no rate: no cycles, and the reason."""
    monkeypatch.setattr(cycles, "Counter", refused)
    found = cycles.source()
    assert (found.kind, found.counter, found.ticks_per_ns) == ("", None, None)
    assert found.about.startswith("none: the kernel counts no CPU cycles here (No such file or directory)")


def test_a_counter_that_stands_still_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some virtual machines offer a counter that is always 0: every operation would cost nothing."""

    class Still:
        def __init__(self, kind: int, *_: object, **__: object) -> None:
            if kind != cycles.HARDWARE:
                raise OSError("no")

        def read(self) -> int:
            return 0

        def close(self) -> None: ...

    monkeypatch.setattr(cycles, "Counter", Still)
    found = cycles.source()
    assert found.counter is None
    assert "stands still" in found.about


@pytest.mark.parametrize(("machine", "known"), [("x86_64", True), ("aarch64", False), ("loongarch64", False)])
def test_reference_ticks_are_those_of_x86_and_labelled(
    monkeypatch: pytest.MonkeyPatch, machine: str, known: bool
) -> None:
    """The generic timer of AArch64 has nothing to do with the core's clock."""
    monkeypatch.setattr(cycles, "Counter", refused)
    monkeypatch.setattr(cycles, "_by_mapped_page", lambda: 2.5)
    monkeypatch.setattr(cycles.platform, "machine", lambda: machine)
    found = cycles.source()
    assert found.kind == (cycles.REFERENCE_TICKS if known else "")
    assert found.ticks_per_ns == (2.5 if known else None)
    if known:
        assert "ns × 2.500 GHz" in found.about


def test_the_rate_is_what_the_kernel_converts_by(monkeypatch: pytest.MonkeyPatch) -> None:
    """ns = ticks × time_mult >> time_shift (perf_event_open(2)); without the capability bit there is no rate."""
    page = bytearray(4096)
    struct.pack_into("Q", page, 40, 1 << 3)
    struct.pack_into("HHI", page, 48, 48, 31, round((1 << 31) / 2.6))

    class Page(bytearray):
        def __enter__(self) -> "Page":
            return self

        def __exit__(self, *_: object) -> None: ...

    class Quiet:
        descriptor = -1

        def close(self) -> None: ...

    monkeypatch.setattr(cycles, "Counter", lambda *_: Quiet())
    monkeypatch.setattr(cycles.mmap, "mmap", lambda *_: Page(page))
    assert cycles._by_mapped_page() == pytest.approx(2.6)
    struct.pack_into("Q", page, 40, 0)
    assert cycles._by_mapped_page() is None


def test_a_run_tells_its_source_and_every_operation_follows_it(quick: Plan) -> None:
    """Whatever this machine has: cycles, ticks or none, the same for all."""
    result = runner.run(quick)
    assert result.environment.cycle_source
    kinds = {m.cycles_kind for m in result.measurements}
    assert len(kinds) == 1
    for m in result.measurements:
        assert (m.cycles is None) == (m.cycles_kind == "")
        if m.cycles_kind == cycles.REFERENCE_TICKS:
            assert 0.3 < m.cycles / m.representative_ns < 7  # type: ignore[operator]


def test_counted_cycles_reach_the_result_without_their_overhead(
    quick: Plan, monkeypatch: pytest.MonkeyPatch, clock: Counter
) -> None:
    """With the task clock in the place of cycles: as many as the CPU time has ns, less the cost of calling."""
    counted = Source(cycles.USER_CYCLES, clock, None, "task clock")
    monkeypatch.setattr(cycles, "source", lambda: counted)
    monkeypatch.setattr(Source, "close", lambda self: None)
    result = runner.run(quick)
    for m in result.measurements:
        assert m.cycles_kind == cycles.USER_CYCLES
        assert m.cycles == pytest.approx(m.representative_ns, rel=0.5, abs=3000)
