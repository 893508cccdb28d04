import sys
import zipfile
from pathlib import Path

import pytest

from pqc_migrate.bench import fetch, library
from pqc_migrate.catalog import liboqs as catalog
from pqc_migrate.catalog.liboqs import Wheel
from pqc_migrate.errors import BenchmarkError


@pytest.fixture
def archive(tmp_path: Path, wheel: Wheel, installed_root: Path) -> Path:
    """A wheel as pip would have downloaded it: the files that matter, and one that does not."""
    path = tmp_path / "downloaded.whl"
    with zipfile.ZipFile(path, "w") as content:
        for name in wheel.files:
            content.write(installed_root / name, name)
        content.writestr("quantum_safe/__init__.py", "raise SystemExit('imported')")
    return path


def test_only_the_library_and_what_it_is_linked_to_are_unpacked(
    archive: Path, tmp_path: Path, wheel: Wheel
) -> None:
    """In the wheel's own layout, because the library finds its companion by relative path; no Python code."""
    root = tmp_path / "cache"
    fetch.unpack(archive, wheel, root)
    assert {str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()} == set(wheel.files)
    library.verify(root, wheel)


def test_another_library_in_the_wheel_is_refused_and_not_kept(tmp_path: Path, wheel: Wheel) -> None:
    """Whatever the index serves, only the known file gets into the cache."""
    path = tmp_path / "other.whl"
    with zipfile.ZipFile(path, "w") as content:
        for name in wheel.files:
            content.writestr(name, b"something else")
    root = tmp_path / "cache"
    with pytest.raises(BenchmarkError, match="holds another library"):
        fetch.unpack(path, wheel, root)
    assert [p for p in root.rglob("*") if p.is_file()] == []


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken"])
def test_a_broken_download_is_said_to_be_one(tmp_path: Path, wheel: Wheel, content: bytes) -> None:
    """A cut-off transfer ends in one line."""
    path = tmp_path / "cut.whl"
    path.write_bytes(content)
    with pytest.raises(BenchmarkError, match="not the expected wheel"):
        fetch.unpack(path, wheel, tmp_path / "cache")


def test_a_fetched_library_is_not_fetched_again(
    archive: Path, tmp_path: Path, wheel: Wheel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The digest decides, not the file's presence."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    calls: list[Wheel] = []
    monkeypatch.setattr(fetch, "_download", lambda wheel, folder: calls.append(wheel) or archive)
    first, second = fetch.fetch(), fetch.fetch()
    assert first == second
    assert len(calls) == 1
    with first.open("ab") as file:
        file.write(b"x")
    assert fetch.fetch() == first
    assert len(calls) == 2


def test_pip_gets_one_pinned_wheel_and_builds_nothing(wheel: Wheel) -> None:
    """No dependencies, no source distributions, the CPython the wheel was made for."""
    command = fetch.command(wheel, "/folder")
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert wheel.requirement in command
    assert "--no-deps" in command
    assert command[command.index("--only-binary") + 1] == ":all:"
    assert command[command.index("--python-version") + 1] == wheel.python


def test_a_failing_pip_is_quoted_with_the_command(
    wheel: Wheel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person behind a proxy must be able to see what was tried."""
    monkeypatch.setattr(fetch, "command", lambda *_: [sys.executable, "-c", "import sys; sys.exit('no route')"])
    with pytest.raises(BenchmarkError, match="no route") as raised:
        fetch._download(wheel, tmp_path)
    assert "run it yourself" in raised.value.hint


def test_platforms_without_a_wheel_are_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build of one's own is the way there."""
    monkeypatch.setattr(catalog, "wheel", lambda: None)
    with pytest.raises(BenchmarkError, match="no ready-made liboqs") as raised:
        fetch.fetch()
    assert "cmake" in raised.value.hint
