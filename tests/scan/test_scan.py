import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pqc_migrate import scan as scanning
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.inventory.cyclonedx_write import to_cyclonedx
from pqc_migrate.inventory.merge import merge
from pqc_migrate.model.inventory import Asset, Finding, Kind, LanguageCoverage, Location, Role, Skip, Technique
from pqc_migrate.model.target import SourceFile
from pqc_migrate.scan import ScanOptions, scan
from pqc_migrate.scan.examine import Examiner

ROOT = Path(scanning.__file__).parents[2]

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def detect(file: SourceFile) -> Iterator[Finding]:
    for hit in file.hits:
        place = Location(file.path, file.line_at(hit.offset), hit.offset)
        family = hit.anchor.decode()
        yield Finding("r/a", Asset.of(Kind.ALGORITHM, family), place, Technique.TEXT, 1.0, "test")


def make() -> Examiner:
    anchors = frozenset({b"RSA", b"AES"})
    return Examiner([Detector("words", lambda: anchors, lambda file: bool(file.hits), detect)])


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def places(result: scanning.ScanResult) -> list[tuple[str, int]]:
    return [(finding.location.path, finding.location.line) for finding in result.findings]


def test_findings_are_sorted_and_relative(tmp_path: Path) -> None:
    """Paths begin at the target, so that two checkouts of one repository give one inventory."""
    root = tree(tmp_path / "bank", {"b.py": "RSA\n\nAES RSA\n", "a/c.java": "RSA"})
    result = scan([str(root)], make=make)
    assert places(result) == [("a/c.java", 1), ("b.py", 1), ("b.py", 3), ("b.py", 3)]
    assert result.target == "bank"
    assert str(tmp_path) not in repr(result)


def test_several_targets_are_told_apart(tmp_path: Path) -> None:
    """A location says which target it is in."""
    tree(tmp_path, {"one/a.py": "RSA", "two/a.py": "RSA", "single.py": "RSA"})
    result = scan([str(tmp_path / name) for name in ("one", "two", "single.py")], make=make)
    assert [path for path, _ in places(result)] == ["one/a.py", "single.py", "two/a.py"]
    assert result.target == "one, two, single.py"


def test_coverage_counts_what_was_seen_read_and_parsed(tmp_path: Path) -> None:
    """Every file is in one count, and every file that is not has its reason."""
    root = tree(
        tmp_path,
        {
            "a.py": "RSA",
            "b.py": "nothing",
            "main.cbl": "MOVE",
            "notes": "AES",
            ".git/HEAD": "x",
            "skip/d.py": "RSA",
        },
    )
    (root / "gone").symlink_to("nowhere")
    coverage = scan([str(root)], ScanOptions(exclude=("skip",)), make=make).coverage
    assert (coverage.files_seen, coverage.files_read, coverage.files_parsed) == (5, 4, 2)
    assert coverage.bytes_read == len("RSAnothingMOVEAES")
    assert dict(coverage.by_language) == {
        "cobol": LanguageCoverage(1, 4, supported=False),
        "other-text": LanguageCoverage(1, 3, 1, 3, supported=False),
        "python": LanguageCoverage(2, 10, 1, 3),
    }
    assert [(said.path, said.skip) for said in coverage.skipped] == [
        (".git/", Skip.EXCLUDED),
        ("gone", Skip.BROKEN_LINK),
        ("skip/", Skip.EXCLUDED),
    ]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_the_artefact_is_the_same_byte_for_byte(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    """This repository, with every detector, in one process and in two."""
    roots = [str(ROOT / "pqc_migrate"), str(ROOT / "tests")]
    artefacts = []
    for few, jobs in ((10_000, 1), (0, 2)):
        monkeypatch.setattr(scanning, "FEW_FILES", few)
        monkeypatch.setattr("pqc_migrate.scan.workers._start_method", lambda: method)
        result = scan(roots, ScanOptions(exclude=("__pycache__",), jobs=jobs))
        artefacts.append(to_cyclonedx(merge(result.findings, result.coverage, result.target)))
    assert artefacts[0] == artefacts[1]


def test_an_empty_folder_gives_an_empty_result(tmp_path: Path) -> None:
    """Nothing there is an answer."""
    result = scan([str(tmp_path)], make=make)
    assert (result.findings, result.coverage) == ((), scanning.Coverage())


def test_roles_filter_findings_and_not_the_coverage(tmp_path: Path) -> None:
    """Who asks for production sees production, and still how much was looked at."""
    root = tree(tmp_path, {"src/a.py": "RSA", "tests/b.py": "RSA"})
    result = scan([str(root)], ScanOptions(roles=frozenset({Role.PRODUCTION})), make=make)
    assert places(result) == [("src/a.py", 1)]
    assert result.coverage.files_parsed == 2


def test_the_runs_own_output_is_left_out_from_the_first_run_on(tmp_path: Path) -> None:
    """Two runs in a row into a folder of the target say the same, and say it."""
    root = tree(tmp_path, {"a.py": "RSA"})
    options = ScanOptions(outputs=(f"{root}/out/", f"{root}/cbom.json", f"{tmp_path.parent}/elsewhere/"))
    first = scan([str(root)], options, make=make)
    tree(root, {"out/inventory.json": "RSA", "cbom.json": "RSA"})
    assert scan([str(root)], options, make=make) == first
    assert [said.path for said in first.coverage.skipped] == ["cbom.json", "out/"]


@pytest.mark.parametrize("jobs", [1, 3])
def test_processes_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    """The result for a tree of many files is the same in this process and in several."""
    files = {f"{number % 7}/{number}.py": "RSA\n" * (number % 3) for number in range(300)}
    root = tree(tmp_path, files)
    os.mkfifo(root / "pipe")
    alone = scan([str(root)], make=make)
    monkeypatch.setattr(scanning, "FEW_FILES", 10)
    monkeypatch.setattr("pqc_migrate.scan.workers._start_method", lambda: "fork")
    seen: list[tuple[int, int]] = []
    together = scan([str(root)], ScanOptions(jobs=jobs), lambda done, total: seen.append((done, total)), make)
    assert repr(together) == repr(alone)
    assert seen[0] == (0, 300)
    assert seen[-1] == (300, 300)
    assert seen == sorted(seen)
