from dataclasses import replace
from pathlib import Path

import pytest

from pqc_migrate.bench import run as runner
from pqc_migrate.bench.plan import Plan
from pqc_migrate.bench.run import kept_run
from pqc_migrate.model.bench import BenchmarkRun, Quality, Verdict


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch, quick: Plan) -> list[BenchmarkRun]:
    """Results in the order they were measured, all of the same real run, called noisy."""
    real = replace(runner.run(quick), verdict=Verdict(Quality.NOISY, ("as the test wants it",)))
    made: list[BenchmarkRun] = []

    def run(plan: Plan, progress: object) -> BenchmarkRun:
        made.append(real)
        return real

    monkeypatch.setattr(runner, "run", run)
    return made


def test_the_second_run_is_taken_from_the_cache_and_says_so(
    measured: list[BenchmarkRun], quick: Plan, tmp_path: Path
) -> None:
    """It says when it was measured and how to measure anew."""
    first = kept_run(quick, cache_dir=tmp_path)
    second = kept_run(quick, cache_dir=tmp_path)
    assert len(measured) == 1
    assert not any("cache" in notice for notice in first.notices)
    (said,) = [notice for notice in second.notices if "cache" in notice]
    assert first.environment.measured_at in said
    assert "--no-bench-cache" in said
    assert second.measurements == kept_run(quick, cache_dir=tmp_path).measurements


def test_fresh_measures_and_renews_the_cache(measured: list[BenchmarkRun], quick: Plan, tmp_path: Path) -> None:
    """Whoever asks for new figures gets them, and so does the next run."""
    kept_run(quick, cache_dir=tmp_path)
    kept_run(quick, cache_dir=tmp_path, fresh=True)
    assert len(measured) == 2
    assert len(list(tmp_path.glob("bench-*.json"))) == 1


@pytest.mark.parametrize("content", ["", "{}", '{"schema": "pqc-migrate/bench/v9"}'])
def test_a_spoiled_cache_is_measured_again(
    measured: list[BenchmarkRun], quick: Plan, tmp_path: Path, content: str
) -> None:
    """A cache never breaks a run."""
    kept_run(quick, cache_dir=tmp_path)
    (path,) = tmp_path.glob("bench-*.json")
    path.write_text(content)
    kept_run(quick, cache_dir=tmp_path)
    assert len(measured) == 2


def test_other_algorithms_another_library_and_another_machine_are_other_results(
    measured: list[BenchmarkRun], quick: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key holds everything that the figures depend on."""
    kept_run(quick, cache_dir=tmp_path)
    kept_run(replace(quick, jobs=quick.jobs[:1]), cache_dir=tmp_path)
    kept_run(replace(quick, seconds=5.0), cache_dir=tmp_path)
    monkeypatch.setattr("pqc_migrate.bench.machine.kernel", lambda: "another")
    kept_run(quick, cache_dir=tmp_path)
    assert len(measured) == 4
    assert len(list(tmp_path.glob("bench-*.json"))) == 4


def test_a_folder_that_cannot_be_written_costs_the_cache_only(
    measured: list[BenchmarkRun], quick: Plan, tmp_path: Path
) -> None:
    """The result is there, with a notice."""
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    result = kept_run(quick, cache_dir=blocked / "below")
    assert result.measurements
    assert any("could not be kept" in notice for notice in result.notices)


def test_an_unusable_result_is_not_kept(
    measured: list[BenchmarkRun], quick: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would spoil every later plan."""
    bad = replace(kept_run(quick, cache_dir=tmp_path / "other"), verdict=Verdict(Quality.UNUSABLE))
    monkeypatch.setattr(runner, "run", lambda plan, progress: bad)
    kept_run(quick, cache_dir=tmp_path)
    assert list(tmp_path.glob("bench-*.json")) == []


def test_the_cache_folder_follows_the_xdg_specification(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An absolute XDG_CACHE_HOME counts; a relative one is ignored."""
    from pqc_migrate.bench import cache

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.user_folder() == tmp_path / "pqc-migrate"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    folder = cache.user_folder()
    assert folder is not None
    assert folder.is_absolute()
