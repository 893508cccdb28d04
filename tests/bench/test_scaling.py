"""Throughput on several processes: real workers, real handshakes, and what happens when one of them is lost."""

import json
import multiprocessing
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

import pqc_migrate
from pqc_migrate.bench import artefact, schedule
from pqc_migrate.bench import run as runner
from pqc_migrate.bench.plan import Plan
from pqc_migrate.bench.scaling import measure
from pqc_migrate.bench.scaling.pool import Pool, WorkerLost
from pqc_migrate.bench.scaling.processors import cores, counts, quota
from pqc_migrate.bench.scaling.work import Count, OperationWork, Work, _server_ns
from pqc_migrate.bench.tables import run_table
from pqc_migrate.bench.tables_scaling import said
from pqc_migrate.bench.timing import Batch
from pqc_migrate.errors import BenchmarkError
from pqc_migrate.model.bench import BenchmarkRun, Operation
from pqc_migrate.model.scaling import Processors, Scaling, ScalingPoint
from pqc_migrate.model.verdict import Quality

SCHEMA = json.loads((Path(pqc_migrate.__file__).parent / "schema/bench.v1.json").read_text(encoding="utf-8"))
X25519 = OperationWork("X25519", Operation.DERIVE, "openssl", None)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return schedule.plan(part_names=["scaling"], seconds=0.02)


@pytest.fixture(scope="module")
def result(plan: Plan) -> BenchmarkRun:
    return runner.run(plan)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(2, (1, 2)) as pool:
        yield pool


def test_every_piece_of_work_is_measured_on_every_number_of_processes(result: BenchmarkRun, plan: Plan) -> None:
    """Or listed with its reason; with one process the efficiency is 1 by definition."""
    assert result.processors is not None
    tried = counts(result.processors)
    rows = list(measure._rows(plan))
    listed = {s.algorithm: s.reason for s in result.skipped}
    assert [one.name for one in result.scaling] == [row.name for row in rows if row.name not in listed]
    for one in result.scaling:
        assert tuple(point.processes for point in one.points) == tried
        assert one.points[0].efficiency == pytest.approx(1.0)
        assert one.best.per_second == max(point.per_second for point in one.points)
        assert one.clock in (("server cpu",) if one.operation == "handshake" else ("wall", "cpu"))
        for point in one.points:
            assert point.calls >= point.processes
            assert 0 < point.slowest <= point.fastest
            assert point.processes * point.slowest <= point.per_second * (1 + 1e-9)
            assert point.per_second <= point.processes * point.fastest * (1 + 1e-9)
            single = one.points[0].per_second
            assert point.efficiency == pytest.approx(point.per_second / (point.processes * single))


def test_handshakes_are_measured_now_with_a_hybrid_and_with_post_quantum_certificates(result: BenchmarkRun) -> None:
    """So that a plan can compare a server's load before and after."""
    pytest.importorskip("OpenSSL", reason="pyOpenSSL is not installed")
    measured = {(one.algorithm, one.chain) for one in result.scaling if one.operation == "handshake"}
    assert measured >= {
        ("X25519", "ECDSA-P-256"),
        ("X25519MLKEM768", "ECDSA-P-256"),
        ("X25519MLKEM768", "ML-DSA-65"),
    }
    assert all("client's time not counted" in one.details for one in result.scaling if one.chain)


def test_workers_do_the_same_work_at_once(pool: Pool) -> None:
    """Each for about the time asked for, each with its own count."""
    done = pool.run(X25519, 2, 0.05)
    assert len(done) == 2
    for count in done:
        assert count.calls > 0
        assert count.wall_ns > 0.04e9
        assert count.server_ns is None
    assert len(pool.run(X25519, 1, 0.01)) == 1


def test_work_that_cannot_be_done_is_refused_with_the_reason(pool: Pool) -> None:
    """The pool is of use afterwards."""
    missing = OperationWork("ML-KEM-768", Operation.DECAPS, "liboqs", "/nonexistent/liboqs.so")
    with pytest.raises(BenchmarkError, match=re.escape("/nonexistent/liboqs.so")) as raised:
        pool.run(missing, 2, 0.01)
    assert not isinstance(raised.value, WorkerLost)
    assert len(pool.run(X25519, 2, 0.01)) == 2


def test_a_worker_that_dies_is_reported_at_once_and_leaves_nothing_behind() -> None:
    """The others wait for it at the barrier for no longer than it takes to notice."""
    with Pool(2, (1, 2)) as pool:
        victim = pool._workers[0][0]
        assert victim.pid is not None
        os.kill(victim.pid, signal.SIGKILL)
        start = time.monotonic()
        with pytest.raises(WorkerLost, match="died"):
            pool.run(X25519, 2, 0.5)
        assert time.monotonic() - start < 20
        processes = [process for process, _ in pool._workers]
    assert all(process.exitcode is not None or not process.is_alive() for process in processes)
    assert multiprocessing.active_children() == [] or not set(multiprocessing.active_children()) & set(processes)


class _Killing(Pool):
    """A pool that loses a worker in the second piece of work."""

    done: list[Work] = []  # noqa: RUF012

    def run(self, work: Work, processes: int, seconds: float) -> list[Count]:
        if work not in self.done:
            self.done.append(work)
            if len(self.done) == 2:
                pid = self._workers[0][0].pid
                assert pid is not None
                os.kill(pid, signal.SIGKILL)
        return super().run(work, processes, seconds)


def test_a_lost_worker_costs_its_row_alone(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row is listed, the workers are replaced, the rest is measured."""
    monkeypatch.setattr(measure, "Pool", _Killing)
    monkeypatch.setattr(measure, "_HANDSHAKES", ())
    rows = [row.name for row in measure._rows(plan)]
    result = runner.run(plan)
    assert [one.name for one in result.scaling] == [name for name in rows if name != rows[1]]
    (skipped,) = result.skipped
    assert skipped.algorithm == rows[1]
    assert "a worker process died" in skipped.reason


def test_workers_that_keep_dying_end_the_part(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row that was not tried is listed."""

    class Dying(Pool):
        def run(self, work: Work, processes: int, seconds: float) -> list[Count]:
            raise WorkerLost("a worker process died (by SIGKILL)")

    monkeypatch.setattr(measure, "Pool", Dying)
    rows = [row.name for row in measure._rows(plan)]
    result = runner.run(plan)
    assert result.scaling == ()
    assert [s.algorithm for s in result.skipped] == rows
    assert [("died" in s.reason, "not tried" in s.reason) for s in result.skipped] == [
        (place < 2, place >= 2) for place in range(len(rows))
    ]


def test_processes_that_cannot_be_started_are_listed(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system without semaphores, or at its limit of processes: the rest of the run stands."""

    def refuse(self: Pool) -> None:
        raise PermissionError("no semaphores")

    monkeypatch.setattr(Pool, "_start", refuse)
    result = runner.run(plan)
    assert result.scaling == ()
    assert result.skipped[0].reason == "scaling: worker processes cannot be started: no semaphores"
    assert len(result.skipped) == len(list(measure._rows(plan)))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Processors(1, None, 1), (1,)),
        (Processors(4, None, 4), (1, 2, 3, 4)),
        (Processors(8, 2.5, 8), (1, 2)),
        (Processors(8, 0.5, None), (1,)),
        (Processors(12, None, 6), (1, 2, 4, 6, 8, 12)),
        (Processors(128, None, 64), (1, 2, 4, 8, 16, 32, 64, 128)),
    ],
)
def test_the_numbers_of_processes(found: Processors, expected: tuple[int, ...]) -> None:
    """All of a few; of many, powers of two, the physical cores and all; never more than a quota allows."""
    assert counts(found) == expected


@pytest.mark.parametrize(
    ("own", "files", "expected"),
    [
        ("0::/\n", {}, None),
        ("0::/a/b\n", {"a/b/cpu.max": "max 100000"}, None),
        ("0::/a/b\n", {"a/b/cpu.max": "400000 100000", "a/cpu.max": "150000 100000"}, 1.5),
        ("0::/a\n", {"cpu.max": "50000 100000"}, 0.5),
        ("0::/a\n", {"a/cpu.max": "nonsense"}, None),
        ("0::/a\n", {"a/cpu.max": "1 0"}, None),
        (
            "7:memory:/x\n4:cpu,cpuacct:/a\n",
            {"cpu/a/cpu.cfs_quota_us": "-1", "cpu/a/cpu.cfs_period_us": "100000"},
            None,
        ),
        ("4:cpu,cpuacct:/a\n", {"cpu/a/cpu.cfs_quota_us": "200000", "cpu/a/cpu.cfs_period_us": "100000"}, 2.0),
        ("", {}, None),
    ],
)
def test_the_quota_of_control_groups(
    own: str, files: dict[str, str], expected: float | None, tmp_path: Path
) -> None:
    """Version 2 and version 1; the tightest of all groups above decides."""
    (tmp_path / "self").write_text(own)
    for name, content in files.items():
        place = tmp_path / "cgroup" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content + "\n")
    assert quota(tmp_path / "self", tmp_path / "cgroup") == expected


def test_threads_that_share_a_core_are_counted_once(tmp_path: Path) -> None:
    """By the siblings that the kernel lists; None where it lists none."""
    for cpu, siblings in enumerate(("0,2", "1,3", "0,2", "1,3")):
        folder = tmp_path / f"cpu{cpu}/topology"
        folder.mkdir(parents=True)
        (folder / "thread_siblings_list").write_text(siblings + "\n")
    assert cores(frozenset({0, 1, 2, 3}), tmp_path) == 2
    assert cores(frozenset({0, 2}), tmp_path) == 1
    assert cores(frozenset({0, 7}), tmp_path) is None


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Processors(8, None, 4), "threads of 4 cores"),
        (Processors(8, 2.5, None), "not told; quota of 2.5 processors"),
        (Processors(2, None, 2), "each a core of its own as far as the system tells; no quota seen"),
    ],
)
def test_what_it_was_measured_on_is_said(found: Processors, words: str) -> None:
    """Twice as many threads are not twice as many cores."""
    assert words in said(found)


def test_time_that_others_took_is_seen_and_not_counted() -> None:
    """Where processes got half of the processors, rates are by the time they got, and the verdict says so."""
    half = [[Count(1000, 2_000_000_000, 1_000_000_000)], [Count(900, 2_000_000_000, 1_000_000_000)] * 2]
    assert measure._clock(half) == "cpu"
    points = [measure._point(counted, "cpu", 1000.0) for counted in half]
    assert [point.per_second for point in points] == [1000.0, 1800.0]
    assert points[1].efficiency == pytest.approx(0.9)
    verdict = measure._verdict(points)
    assert verdict.quality is Quality.NOISY
    assert "50% with 1, 50% with 2" in verdict.reasons[0]
    whole = [[Count(1000, 1_000_000_000, 990_000_000)]]
    assert measure._clock(whole) == "wall"
    assert measure._verdict([measure._point(whole[0], "wall", 1000.0)]).quality is Quality.QUIET


def test_interrupted_handshakes_do_not_count_where_others_are_enough() -> None:
    """Three of 100 µs and one of 900 that was interrupted are four of 100; one against three counts all."""
    clean, dirty = Batch(1, 100_000, 100_000, False, 0), Batch(1, 2_000_000, 900_000, True, 0)
    assert _server_ns([clean, clean, dirty, clean]) == 400_000
    assert _server_ns([clean, dirty, dirty, dirty]) == 2_800_000


def test_rounds_of_a_process_are_added_up() -> None:
    """Calls and times of each process by itself; the server's time only where there is one."""
    first, second = [Count(1, 10, 9), Count(2, 20, 19)], [Count(3, 30, 29), Count(4, 40, 39)]
    assert measure._added([first, second]) == [Count(4, 40, 38), Count(6, 60, 58)]
    assert Count(1, 10, 9, 5) + Count(1, 10, 9, 6) == Count(2, 20, 18, 11)


def test_the_artefact_keeps_scaling(result: BenchmarkRun) -> None:
    """By the published schema, and read back as it was written."""
    written = artefact.dump(result)
    jsonschema.validate(json.loads(written), SCHEMA)
    assert artefact.dump(artefact.parse(written.decode(), "bench.json")) == written


def test_the_table_has_a_column_for_each_number_of_processes(result: BenchmarkRun) -> None:
    """With the efficiency beside all but the first."""
    table = run_table(result)
    for one in result.scaling:
        (line,) = [line for line in table.splitlines() if line.startswith(f"{one.name}  ")]
        assert line.count("%)") == len(one.points) - 1
    assert "processors this process may use" in table


def test_the_best_point_is_what_the_machine_can_do() -> None:
    """Not always the one with the most processes."""
    points = tuple(ScalingPoint(n, rate, 1.0, rate, rate, 1.0, 1) for n, rate in ((1, 10.0), (2, 18.0), (4, 17.0)))
    one = Scaling("x", "X25519", "derive", "", "openssl", "wall", points, measure._verdict(points))
    assert one.best.processes == 2
