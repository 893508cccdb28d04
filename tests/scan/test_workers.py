import os
from pathlib import Path
from types import ModuleType

import pytest

from pqc_migrate.errors import PqcMigrateError
from pqc_migrate.model.inventory import Skip
from pqc_migrate.scan.examined import Examined
from pqc_migrate.scan.workers import examine_all
from pqc_migrate.targets.walk import Entry

SECONDS = 2.0
"""A limit for the tests: long beside the work of a chunk, short beside a human's patience."""
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def files(root: Path, *texts: str) -> list[Entry]:
    entries = []
    for number, text in enumerate(texts):
        (root / f"{number:03}.txt").write_text(text)
        entries.append(Entry(f"{number:03}.txt", str(root / f"{number:03}.txt")))
    return entries


def outcome(crew: ModuleType, entries: list[Entry], method: str) -> dict[int, Examined]:
    """What each entry gave; none of them is an archive."""
    results = list(examine_all(entries, crew.make, 2, SECONDS, method))
    assert sorted(number for number, _ in results) == list(range(len(entries))), "each file once"
    return {number: files[0] for number, files in results}


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_every_file_is_examined_once_whoever_does_it(crew: ModuleType, tmp_path: Path, method: str) -> None:
    """More chunks than workers, and a file that kills its process: all others keep their results."""
    texts = ["fine"] * 200
    texts[70] = texts[199] = "die"
    results = outcome(crew, files(tmp_path, *texts), method)
    for number, text in enumerate(texts):
        assert bool(results[number].findings) == (text == "fine"), number
    for number in (70, 199):
        [said] = results[number].diagnostics
        assert (said.path, said.skip) == (f"{number:03}.txt", Skip.CRASHED)
        assert said.message == "the process that examined it ended with signal 9"


def test_a_file_that_takes_too_long_is_given_up_alone(crew: ModuleType, tmp_path: Path) -> None:
    """Its process is stopped and the neighbors of its chunk are tried again."""
    results = outcome(crew, files(tmp_path, "fine", "hang", "fine"), "fork")
    assert [bool(results[number].findings) for number in range(3)] == [True, False, True]
    assert [said.skip for said in results[1].diagnostics] == [Skip.TIMED_OUT]


def test_a_worker_that_cannot_start_ends_the_scan_at_once(crew: ModuleType, tmp_path: Path) -> None:
    """No endless restarts: the error gives the exit code and what to try."""
    with pytest.raises(PqcMigrateError, match="exit code 7"):
        list(examine_all(files(tmp_path, "fine"), crew.make_nothing, 1, SECONDS, "spawn"))


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_workers_end_when_the_caller_stops_asking(crew: ModuleType, tmp_path: Path) -> None:
    """An interrupted scan leaves no process behind."""
    before = children()
    results = examine_all(files(tmp_path, *["fine"] * 200), crew.make, 2, SECONDS, "fork")
    next(results)
    assert children() > before
    results.close()  # type: ignore[attr-defined]
    assert children() == before


def children() -> set[str]:
    return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())
