import os
from pathlib import Path

import pytest

from pqc_migrate.errors import PqcMigrateError
from pqc_migrate.output import write_atomic


def test_a_file_is_replaced_whole_and_its_neighbors_stay(tmp_path: Path) -> None:
    """The new content is there, the mode is kept, nothing else in the folder changed."""
    (tmp_path / "other").write_text("mine")
    target = tmp_path / "report.html"
    target.write_text("old")
    target.chmod(0o640)
    write_atomic(target, b"new")
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(tmp_path)) == ["other", "report.html"]


def test_a_new_file_gets_its_folder_and_the_users_mode(tmp_path: Path) -> None:
    """As any program would create it: no private temporary mode stays."""
    write_atomic(tmp_path / "a/b/new.json", b"{}")
    (tmp_path / "plain").touch()
    made = (tmp_path / "a/b/new.json").stat().st_mode
    assert made == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interrupted_write_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: type[BaseException] | BaseException
) -> None:
    """Ctrl-C or a full disk in the middle: the old file is whole and no half one lies beside it."""
    target = tmp_path / "bench.json"
    target.write_text("old")

    def fail(_descriptor: int) -> None:
        raise failure

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises((KeyboardInterrupt, PqcMigrateError)):
        write_atomic(target, b"new")
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["bench.json"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What it leads to is replaced, as with any editor."""
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_atomic(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_devices_are_written_to(tmp_path: Path) -> None:
    """`--output /dev/null` does not replace the device."""
    write_atomic(Path(os.devnull), b"x")
    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize("name", [".", "file/inside"])
def test_a_place_that_cannot_be_written_is_an_error_with_advice(tmp_path: Path, name: str) -> None:
    """The message has the system's reason and the hint another way."""
    (tmp_path / "file").touch()
    with pytest.raises(PqcMigrateError, match=r"cannot write .*(directory|exists)") as caught:
        write_atomic(tmp_path / name, b"x")
    assert "--output" in caught.value.hint
