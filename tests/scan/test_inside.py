"""What lies in archives is found as it is in folders, whoever examines it."""

import io
import os
import signal
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from pqc_migrate.model.inventory import Skip
from pqc_migrate.scan import ScanOptions, scan
from pqc_migrate.scan.workers import examine_all
from pqc_migrate.targets.limits import Limits
from pqc_migrate.targets.walk import Entry

OWN = "import hashlib\nNAME = 'sha1'\n\ndef digest(data):\n    return hashlib.new(NAME, data).digest()\n"
USE = "from own import digest\n\nprint(digest(b''))\n"


def rows(root: Path, options: ScanOptions | None = None) -> list[tuple[str, int, str]]:
    found = scan([str(root)], options).findings
    return sorted((one.location.path, one.location.line, one.asset.family) for one in found)


def test_an_archive_is_read_as_the_folder_it_was_made_from(tmp_path: Path) -> None:
    """Calls of a project's own functions are followed inside it, and its path stands before theirs."""
    (tmp_path / "p").mkdir()
    (tmp_path / "p/own.py").write_text(OWN)
    (tmp_path / "p/use.py").write_text(USE)
    with tarfile.open(tmp_path / "p.tgz", "w:gz") as archive:
        archive.add(tmp_path / "p", "p")
    with zipfile.ZipFile(tmp_path / "p.whl", "w") as wheel:
        for name in ("own.py", "use.py"):
            wheel.write(tmp_path / "p" / name, f"p/{name}")
    plain = rows(tmp_path / "p")
    assert [line for _, line, _ in plain] == [5, 3]
    for name in ("p.tgz", "p.whl"):
        assert [
            (path.removeprefix(f"{name}!/p/"), line, family) for path, line, family in rows(tmp_path / name)
        ] == plain


def test_patterns_and_coverage_count_inside(tmp_path: Path) -> None:
    """What the user excludes is excluded in archives too; every file in them is counted."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x/own.py", OWN)
        archive.writestr("vendor/own.py", OWN)
    assert [path for path, _, _ in rows(tmp_path, ScanOptions(exclude=("vendor/",)))] == ["a.zip!/x/own.py"]
    coverage = scan([str(tmp_path)], ScanOptions(exclude=("vendor/",))).coverage
    assert (coverage.files_seen, coverage.files_read) == (3, 2)
    assert [(said.path, said.skip) for said in coverage.skipped] == [("a.zip!/vendor/own.py", Skip.EXCLUDED)]


def test_an_excluded_archive_in_an_archive_is_left_out_whole(tmp_path: Path) -> None:
    """Its name excludes what lies in it, as that of a folder does."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("own.py", OWN)
    with zipfile.ZipFile(tmp_path / "outer.war", "w") as archive:
        archive.writestr("lib/inner.jar", inner.getvalue())
        archive.writestr("own.py", OWN)
    assert [path for path, _, _ in rows(tmp_path, ScanOptions(exclude=("*.jar",)))] == ["outer.war!/own.py"]


def test_an_archive_that_is_not_opened_is_said(tmp_path: Path) -> None:
    """Kinds without a reader must not look as if they had been looked at."""
    (tmp_path / "a.rar").write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(64))
    [said] = scan([str(tmp_path)]).coverage.skipped
    assert (said.path, said.skip) == ("a.rar", Skip.UNSUPPORTED)


def test_what_is_said_of_an_archive_is_said_once_and_no_file(tmp_path: Path) -> None:
    """A damaged archive beside code that is read a second time."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("own.py", OWN)
        archive.writestr("use.py", USE)
        archive.writestr("../out.py", USE)
    coverage = scan([str(tmp_path)]).coverage
    assert [(said.path, said.skip) for said in coverage.skipped] == [("a.zip", Skip.HOSTILE)]
    assert (coverage.files_seen, coverage.files_read) == (3, 3)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("bad", ["die", "hang"])
def test_one_bad_file_in_an_archive_costs_only_itself(crew: ModuleType, tmp_path: Path, bad: str) -> None:
    """All others are examined once, and the bad ones are named with their paths."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for number in range(150):
            archive.writestr(f"{number:03}", bad if number in (0, 70, 149) else "fine")
    (tmp_path / "a.zip").write_bytes(data.getvalue())
    [(number, files)] = examine_all([Entry("a.zip", str(tmp_path / "a.zip"))], crew.make, 2, 2.0, "fork")
    assert number == 0
    assert [file.path for file in files] == ["a.zip", *(f"a.zip!/{number:03}" for number in range(150))]
    assert [file.path for file in files[1:] if not file.findings] == ["a.zip!/000", "a.zip!/070", "a.zip!/149"]
    expected = Skip.CRASHED if bad == "die" else Skip.TIMED_OUT
    assert [said.skip for file in files for said in file.diagnostics] == [expected] * 3


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs alarm signals")
def test_one_process_gives_up_a_file_that_takes_too_long(crew: ModuleType, tmp_path: Path) -> None:
    """Alone and in an archive; without processes to stop, an alarm does it."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x", "fine")
        archive.writestr("y", "hang")
    (tmp_path / "b").write_text("hang")
    options = ScanOptions(limits=Limits(file_seconds=0.2), exclude=("*.py",))
    result = scan([str(tmp_path)], options, make=crew.make)
    assert [one.location.path for one in result.findings] == ["a.zip!/x"]
    said = [(one.path, one.skip) for one in result.coverage.skipped if one.skip is not Skip.EXCLUDED]
    assert said == [("a.zip!/y", Skip.TIMED_OUT), ("b", Skip.TIMED_OUT)]
