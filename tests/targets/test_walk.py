import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pqc_migrate.model.inventory import Diagnostic, Skip
from pqc_migrate.targets.exclude import Exclusion
from pqc_migrate.targets.resolve import resolve
from pqc_migrate.targets.walk import Entry, Surroundings, walk


def walked(*roots: Path, exclude: tuple[str, ...] = ()) -> list[Entry | Diagnostic]:
    targets = resolve([str(root) for root in roots])
    around = Surroundings(tuple(target.root for target in targets))
    return [found for target in targets for found in walk(target, Exclusion(exclude), around)]


def paths(found: list[Entry | Diagnostic]) -> list[str]:
    return [entry.path for entry in found if isinstance(entry, Entry)]


def skips(found: list[Entry | Diagnostic]) -> dict[str, Skip]:
    return {diagnostic.path: diagnostic.skip for diagnostic in found if isinstance(diagnostic, Diagnostic)}


def fill(root: Path, *files: str) -> Path:
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return root


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder that a user who is not root may enter, and that user for the length of the test."""
    with tempfile.TemporaryDirectory() as folder:
        was = os.geteuid()
        if was == 0:
            os.chmod(folder, 0o777)
            os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            os.seteuid(was)


def test_the_order_depends_on_names_alone(tmp_path: Path) -> None:
    """Two walks of equal trees give equal lists, whatever order the disk has."""
    fill(tmp_path, "b.py", "a/z.py", "a/b/c.py", "c.py", "a.py")
    assert paths(walked(tmp_path)) == ["a.py", "b.py", "c.py", "a/z.py", "a/b/c.py"]


def test_version_control_is_left_out_and_said(tmp_path: Path) -> None:
    """The packed past is no source, but the coverage names it."""
    fill(tmp_path, ".git/config", ".github/workflows/ci.yml", "a.py", "sub/.hg/x")
    found = walked(tmp_path)
    assert paths(found) == ["a.py", ".github/workflows/ci.yml"]
    assert skips(found) == {".git/": Skip.EXCLUDED, "sub/.hg/": Skip.EXCLUDED}


def test_ignored_files_are_met(tmp_path: Path) -> None:
    """What git ignores is where keys lie."""
    fill(tmp_path, "secret.key")
    (tmp_path / ".gitignore").write_text("*.key\n")
    assert "secret.key" in paths(walked(tmp_path))


def test_exclude_reads_patterns_as_git_does(tmp_path: Path) -> None:
    """A bare name fits anywhere, a slash anchors it, `!` takes back; each file left out is named."""
    fill(tmp_path, "docs/a.md", "src/docs/b.md", "src/c.min.js", "top.md", "src/top.md", "keep.min.js")
    found = walked(tmp_path, exclude=("docs/", "/top.md", "*.min.js", "!keep.min.js"))
    assert paths(found) == ["keep.min.js", "src/top.md"]
    assert sorted(skips(found)) == ["docs/", "src/c.min.js", "src/docs/", "top.md"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link inside leads to what is met anyway; broken, looping and outward ones are said."""
    root = fill(tmp_path / "root", "real/a.py")
    fill(tmp_path, "outside.py")
    (root / "inside").symlink_to("real")
    (root / "parent-loop").symlink_to(root)
    (root / "broken").symlink_to("nowhere")
    (root / "self").symlink_to("self")
    (root / "outward").symlink_to(tmp_path / "outside.py")
    found = walked(root)
    assert paths(found) == ["real/a.py"]
    assert skips(found) == {
        "broken": Skip.BROKEN_LINK,
        "self": Skip.BROKEN_LINK,
        "outward": Skip.LINK_OUTSIDE,
    }
    assert str(tmp_path) not in repr([d for d in found if isinstance(d, Diagnostic)])


def test_a_link_into_another_target_is_no_gap(tmp_path: Path) -> None:
    """Where a link leads into something that is scanned too, nothing is missed."""
    fill(tmp_path, "one/a.py", "two/b.py")
    (tmp_path / "one/link").symlink_to(tmp_path / "two")
    found = walked(tmp_path / "one", tmp_path / "two")
    assert paths(found) == ["one/a.py", "two/b.py"]
    assert skips(found) == {}


def test_special_files_are_said_and_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe or a socket in the tree neither holds the scan up nor vanishes."""
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        monkeypatch.chdir(tmp_path)  # a socket's path has 108 bytes at most
        listener.bind("socket")
        found = walked(tmp_path)
    assert skips(found) == {"pipe": Skip.NOT_REGULAR, "socket": Skip.NOT_REGULAR}
    assert {d.message for d in found if isinstance(d, Diagnostic)} == {"named pipe", "socket"}


def test_a_folder_without_permission_is_said(unprivileged: Path) -> None:
    """Everything else is still met."""
    fill(unprivileged, "open/a.py", "shut/b.py")
    os.chmod(unprivileged / "shut", 0)
    try:
        found = walked(unprivileged)
    finally:
        os.chmod(unprivileged / "shut", 0o700)
    assert paths(found) == ["open/a.py"]
    assert skips(found) == {"shut/": Skip.UNREADABLE}


def test_file_names_that_are_not_utf8_are_spelled_out(tmp_path: Path) -> None:
    """Any output can carry the name, and the file is still found on the disk."""
    with open(os.fsencode(tmp_path) + b"/\xc4\xe3.py", "wb"):
        pass
    [entry] = walked(tmp_path)
    assert isinstance(entry, Entry)
    assert entry.path == "\\xc4\\xe3.py"
    assert os.path.exists(entry.place)


def test_an_empty_folder_is_no_error(tmp_path: Path) -> None:
    """There is nothing to see, and nothing was skipped."""
    assert walked(tmp_path) == []
