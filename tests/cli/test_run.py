import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pqc_migrate.bench import run as bench
from pqc_migrate.cli.main import main
from pqc_migrate.errors import BenchmarkError
from pqc_migrate.model.bench import BenchmarkRun, Cpu, Environment, Quality, Verdict

FILES = {"inventory.cdx.json", "findings.sarif", "bench.json", "plan.json", "report.html", "report.md"}
EMPTY_RUN = BenchmarkRun(
    Environment("2026-01-01T00:00:00Z", "test", Cpu(), "Linux", "6", "3.12", (), None, None, {}, (), None),
    Verdict(Quality.QUIET),
    "standard",
    1.0,
    (),
    notices=("measured WITHOUT liboqs",),
)


@pytest.fixture(autouse=True)
def bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small target in the current folder, and a machine that is measured at once."""
    root = tmp_path / "bank"
    root.mkdir()
    (root / "pay.py").write_text(
        "from cryptography.hazmat.primitives.asymmetric import rsa\nrsa.generate_private_key(65537, 2048)\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bench, "default_run", lambda *_, **__: EMPTY_RUN)
    return root


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["run", "bank", "--today", "2026-06-01", *arguments])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_every_artefact_is_written_and_stdout_stays_empty() -> None:
    """One folder holds what the README names; the summary goes to stderr."""
    result = run("--output", "results")
    assert (result.exit_code, result.stdout) == (0, "")
    assert set(os.listdir("results")) == FILES
    inventory = json.loads(Path("results/inventory.cdx.json").read_bytes())
    assert [component["name"] for component in inventory["components"]] == ["RSA-2048"]


def test_the_summary_says_what_to_do_next() -> None:
    """Findings with place, coverage, what was measured, the first wave, and the file to open: about ten lines."""
    lines = run("--output", "results").stderr.splitlines()
    assert len(lines) <= 12
    assert lines[0].startswith("bank: 1 quantum-vulnerable")
    assert "  key establishment and encryption: RSA-2048 at pay.py:2" in lines
    assert any(line.startswith("coverage: 1 file seen") for line in lines)
    assert "measured WITHOUT liboqs" in lines
    assert any(line.startswith("first: Wave") for line in lines)
    assert lines[-1] == "open results/report.html"
    assert run("--quiet").stderr == ""


def test_two_runs_into_the_target_are_equal_and_spare_other_files(bank: Path) -> None:
    """The second run replaces every file by the same bytes and leaves the user's own alone."""
    (bank / "results").mkdir()
    (bank / "results/mine.txt").write_text("mine")
    assert run("--output", "bank/results").exit_code == 0
    first = contents(bank / "results")
    assert run("--output", "bank/results").exit_code == 0
    assert contents(bank / "results") == first
    assert set(first) == {*FILES, "mine.txt"}


def test_without_a_benchmark_everything_else_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says that there is none, and that a bench.json lying there is an old one."""
    run("--output", "results")

    def fail(*_: object, **__: object) -> BenchmarkRun:
        raise BenchmarkError("no provider")

    monkeypatch.setattr(bench, "default_run", fail)
    result = run("--output", "results")
    assert result.exit_code == 0
    assert "warning: no benchmark, the plan goes on without: no provider" in result.stderr
    assert f"warning: {Path('results/bench.json')} is of an earlier run" in result.stderr
    assert "benchmark: none" in result.stderr


def test_a_benchmark_can_be_given_or_left_out() -> None:
    """A measured machine need not be the one that plans."""
    Path("other.json").write_bytes(bench.dump(EMPTY_RUN))
    assert run("--bench", "other.json", "--output", "given").exit_code == 0
    assert Path("given/bench.json").read_bytes() == Path("other.json").read_bytes()
    assert run("--no-bench", "--output", "none").exit_code == 0
    assert set(os.listdir("none")) == FILES - {"bench.json"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--register", "missing.yaml"), "missing.yaml"),
        (("--register", "bad.yaml"), "bad.yaml"),
        (("--bench", "bad.yaml"), "bad.yaml"),
        (("--output", "bank/pay.py"), "bank/pay.py"),
    ],
)
def test_a_bad_input_ends_in_3_and_says_which(arguments: tuple[str, ...], message: str) -> None:
    """No traceback, and the file that is wrong by its name."""
    Path("bad.yaml").write_text("{[")
    result = run(*arguments)
    assert result.exit_code == 3
    assert message in result.stderr
    assert "unexpected" not in result.stderr


def test_languages_of_the_report() -> None:
    """English alone, Chinese alone, or both in one file."""
    texts = {}
    for lang in ("zh", "en", "both"):
        assert run("--lang", lang, "--output", lang).exit_code == 0
        texts[lang] = Path(lang, "report.md").read_text()
    assert "抗量子密码" in texts["zh"]
    assert "Wave" in texts["en"]
    assert len(texts["both"]) > max(len(texts["zh"]), len(texts["en"]))
