import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from pqc_migrate.bench import pin, schedule
from pqc_migrate.bench import run as runner
from pqc_migrate.model.bench import Quality

BUSY = "while True: pass"


@pytest.fixture
def busy_machine() -> Iterator[None]:
    """As many busy processes as processors, and one more."""
    processes = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range((os.cpu_count() or 1) + 1)]
    yield
    for process in processes:
        process.kill()
        process.wait()


@pytest.mark.usefixtures("busy_machine")
@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell the thread's own interruptions")
def test_busy_neighbours_make_the_verdict_noisy() -> None:
    """Whatever the machine was before: with more work than processors it is not quiet, and the reason is named."""
    result = runner.run(schedule.plan(algorithms=["X25519", "Ed25519", "ECDSA-P-256"], seconds=0.3))
    assert result.verdict.quality in (Quality.NOISY, Quality.UNUSABLE)
    assert any("interrupted" in said or "wall time" in said for said in result.verdict.reasons)
    assert any(m.verdict.quality is not Quality.QUIET for m in result.measurements)
    assert "not pinned" in result.environment.pinning


@pytest.mark.skipif(sys.platform != "linux", reason="pinning is done on Linux only")
def test_a_busy_machine_hardly_moves_the_median() -> None:
    """The filter works: half of the time goes to others, and the median stays near the one before."""
    plan = schedule.plan(algorithms=["X25519"], seconds=0.5)
    before = runner.run(plan).find("X25519", "derive")
    processes = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range((os.cpu_count() or 1) + 1)]
    try:
        under_load = runner.run(plan).find("X25519", "derive")
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert before is not None
    assert under_load is not None
    assert under_load.median_ns == pytest.approx(before.median_ns, rel=0.25)


@pytest.mark.parametrize(
    ("idle", "allowed", "cpu", "said"),
    [
        ({0: 1.0, 1: 0.99, 2: 1.0}, {0, 1, 2}, 2, "pinned to processor 2"),
        ({0: 1.0, 1: 0.96}, {0, 1}, 0, "pinned to processor 0"),
        ({0: 1.0, 1: 0.4}, {0, 1}, None, "processor 1 was 60% busy"),
        ({0: 1.0, 1: 1.0, 2: 0.3}, {0, 1}, None, "processor 2 was 70% busy"),
        ({}, {0, 1}, None, "does not tell"),
        ({0: 1.0}, {0, 1}, None, "does not tell"),
    ],
)
def test_pinning_needs_an_idle_machine(
    idle: dict[int, float], allowed: set[int], cpu: int | None, said: str
) -> None:
    """Also those that this process may not use must be idle: they share caches and the clock."""
    chosen, words = pin.choose(idle, allowed)
    assert chosen == cpu
    assert said in words


@pytest.mark.skipif(sys.platform != "linux", reason="pinning is done on Linux only")
def test_pinning_ends_with_the_timing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs afterwards, other processes included, has all processors again."""
    before = os.sched_getaffinity(0)
    if len(before) < 2:
        pytest.skip("there is only one processor")
    monkeypatch.setattr(pin, "_idle_shares", lambda *_: dict.fromkeys(before, 1.0))
    within: list[tuple[set[int], str]] = []

    def fail() -> None:
        with pin.pinned() as said:
            within.append((os.sched_getaffinity(0), said))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert within == [({max(before)}, f"pinned to processor {max(before)}: all were idle")]
    assert os.sched_getaffinity(0) == before
