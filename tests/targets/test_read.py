import os
import sys
from pathlib import Path

import pytest

from pqc_migrate.model.inventory import Diagnostic, Skip
from pqc_migrate.targets.limits import Limits
from pqc_migrate.targets.read import DEFAULT, HEAD, Content, read
from pqc_migrate.targets.walk import Entry


def read_path(path: Path | str) -> Content | Diagnostic:
    return read(Entry("shown", str(path)))


def content_of(path: Path) -> Content:
    content = read_path(path)
    assert isinstance(content, Content)
    return content


@pytest.mark.parametrize("data", [b"", b"x", b"\0" * 70_000, "支付".encode("gb18030"), b"\xff\xfe"[:1]])
def test_bytes_come_as_they_are(tmp_path: Path, data: bytes) -> None:
    """No encoding is guessed: without a byte order mark the bytes are the file's own."""
    (tmp_path / "f").write_bytes(data)
    assert content_of(tmp_path / "f") == Content(data, len(data))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_marked_unicode_is_transcoded(tmp_path: Path, encoding: str) -> None:
    """Detectors see UTF-8; lines still count right, offsets no longer mean anything."""
    raw = "\ufeffline\n密码 = RSA\n".encode(encoding)
    (tmp_path / "f").write_bytes(raw)
    assert content_of(tmp_path / "f") == Content("line\n密码 = RSA\n".encode(), len(raw), shift=None)


def test_the_utf8_mark_is_cut_and_remembered(tmp_path: Path) -> None:
    """A parser does not stumble over the mark, and offsets can be put right."""
    (tmp_path / "f").write_bytes(b"\xef\xbb\xbfRSA")
    assert content_of(tmp_path / "f") == Content(b"RSA", 6, shift=3)


def test_a_false_mark_is_said(tmp_path: Path) -> None:
    """The bytes are searched all the same, and the coverage says that the text could not be read."""
    (tmp_path / "f").write_bytes(b"\xff\xfe\x00\xd8x")
    content = content_of(tmp_path / "f")
    assert content.data == b"\xff\xfe\x00\xd8x"
    assert content.diagnostic is not None
    assert content.diagnostic.skip == Skip.ENCODING


def test_two_gigabytes_cost_nothing_and_are_said(tmp_path: Path) -> None:
    """Only the head of a file beyond the limit is read, and the Diagnostic says how much of how much."""
    with open(tmp_path / "f", "wb") as file:
        file.write(b"-----BEGIN ")
        file.truncate(2_000_000_000)
    content = content_of(tmp_path / "f")
    assert (len(content.data), content.whole) == (HEAD, False)
    assert content.diagnostic is not None
    assert content.diagnostic.skip == Skip.TOO_LARGE
    assert "2000000000 bytes; only the first 1048576" in content.diagnostic.message


def test_the_limit_itself_is_read_whole(tmp_path: Path) -> None:
    """A file of exactly the limit loses nothing."""
    with open(tmp_path / "f", "wb") as file:
        file.truncate(DEFAULT.file_bytes)
    content = content_of(tmp_path / "f")
    assert (content.size, content.whole, content.diagnostic) == (DEFAULT.file_bytes, True, None)


def test_a_file_that_became_a_link_or_a_pipe_is_not_followed(tmp_path: Path) -> None:
    """What changes between the walk and the read can neither lead out of the target nor block."""
    (tmp_path / "real").write_bytes(b"x")
    (tmp_path / "link").symlink_to("real")
    os.mkfifo(tmp_path / "pipe")
    for name, skip in (("link", Skip.UNREADABLE), ("pipe", Skip.NOT_REGULAR), ("gone", Skip.UNREADABLE)):
        result = read_path(tmp_path / name)
        assert isinstance(result, Diagnostic)
        assert result.skip == skip
        assert str(tmp_path) not in result.message


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_an_error_in_the_middle_of_a_read_is_said() -> None:
    """A disk that fails under a file costs that file, with the system's reason."""
    assert read_path("/proc/self/mem") == Diagnostic("shown", Skip.UNREADABLE, "input/output error")


def test_databases_of_packages_may_be_as_large_as_programs(tmp_path: Path) -> None:
    """A server's rpm database outgrows the bound of text; any other file of that size is not read whole."""
    (tmp_path / "f").write_bytes(b"SQLite format 3\0" + bytes(2_000_000))
    limits = Limits(file_bytes=1_500_000)
    found = [
        read(Entry(path, str(tmp_path / "f")), limits) for path in ("var/lib/rpm/rpmdb.sqlite", "x/app.sqlite")
    ]
    assert [isinstance(one, Content) and one.whole for one in found] == [True, False]
