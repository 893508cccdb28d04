"""Every kind of archive gives the same files; hostile and damaged ones are said and bounded."""

import bz2
import gzip
import io
import lzma
import shutil
import struct
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pqc_migrate.model.inventory import Diagnostic, Skip
from pqc_migrate.scan.inside import files_in
from pqc_migrate.targets.archives import kinds
from pqc_migrate.targets.limits import Limits
from pqc_migrate.targets.read import DEFAULT, Content
from pqc_migrate.targets.walk import Entry

FILES = {"a.txt": b"alpha", "d/b.txt": b"beta" * 1000, "d/empty": b""}


def tar(files: dict[str, bytes], format_: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format_) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def ar(files: dict[str, bytes]) -> bytes:
    out = b"!<arch>\n"
    for name, data in files.items():
        out += (
            f"{name + '/':16}{0:<12}{0:<6}{0:<6}{'100644':8}{len(data):<10}`\n".encode()
            + data
            + b"\n" * (len(data) % 2)
        )
    return out


def cpio(files: dict[str, bytes]) -> bytes:
    out = b""
    for name, data in {**files, "TRAILER!!!": b""}.items():
        fields = [1, 0 if name == "TRAILER!!!" else 0o100644, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
        out += b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
        out += b"\0" * (-len(out) % 4) + data
        out += b"\0" * (-len(out) % 4)
    return out


def rpm(files: dict[str, bytes]) -> bytes:
    header = b"\x8e\xad\xe8\x01" + bytes(4) + struct.pack(">II", 1, 3) + bytes(16) + b"abc"
    first = b"\xed\xab\xee\xdb" + bytes(92) + header
    return first + b"\0" * (-len(header) % 8) + header + gzip.compress(cpio(files))


def zstd(data: bytes) -> bytes:
    try:
        from compression import zstd as module  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        from backports import zstd as module
    return bytes(module.compress(data))


def look(tmp_path: Path, data: bytes, name: str = "x.bin", limits: Limits = DEFAULT) -> list[tuple[str, object]]:
    """Return what lies in an archive: path behind the outer name, and content or reason."""
    place = tmp_path / name
    place.write_bytes(data)
    found = files_in(Entry(name, str(place)), kinds.kind(data), limits)
    pairs = [(one.path.removeprefix(name).removeprefix("!/"), said(one.content)) for one in found]
    return sorted(pairs, key=lambda pair: pair[0])  # files of inner archives come first


def said(content: Content | Diagnostic) -> object:
    if isinstance(content, Diagnostic):
        return content.skip
    return content.archive or content.data


@pytest.mark.parametrize(
    "make",
    [
        lambda: tar(FILES), lambda: tar(FILES, tarfile.GNU_FORMAT), lambda: gzip.compress(tar(FILES)),
        lambda: bz2.compress(tar(FILES)), lambda: lzma.compress(tar(FILES)), lambda: zstd(tar(FILES)),
        lambda: zipped(FILES),
    ],
    ids=["tar", "gnu", "gz", "bz2", "xz", "zst", "zip"],
)  # fmt: skip
def test_every_format_gives_the_same_files(tmp_path: Path, make: Callable[[], bytes]) -> None:
    """Names, order and content, whatever it is packed with."""
    assert look(tmp_path, make()) == sorted(FILES.items())


@pytest.mark.parametrize("make", [cpio, rpm])
def test_cpio_and_rpm(tmp_path: Path, make: Callable[[dict[str, bytes]], bytes]) -> None:
    """Empty files are left out there: hard links look the same."""
    assert look(tmp_path, make(FILES)) == sorted(pair for pair in FILES.items() if pair[1])


def test_tar_archives_of_unix_version_7_are_told_by_their_checksum(tmp_path: Path) -> None:
    """Automake still makes them; they have no magic. A file that is none stays a file."""
    data = bytearray(tar(FILES))
    position = 0
    for content in FILES.values():
        header = data[position : position + 512]
        header[257:512] = bytes(255)
        header[148:156] = b" " * 8
        header[148:156] = b"%06o\0 " % sum(header)
        data[position : position + 512] = header
        position += 512 + -(-len(content) // 512) * 512
    for packed in (bytes(data), gzip.compress(bytes(data))):
        assert look(tmp_path, packed) == sorted(FILES.items())
    data[0] ^= 1
    assert kinds.kind(bytes(data)) == ""
    assert kinds.kind(b"0" * 512) == ""


def test_debian_package(tmp_path: Path) -> None:
    """An ar archive with tar archives in it; the version number of the format is no file."""
    data = ar({"debian-binary": b"2.0\n", "data.tar.xz": lzma.compress(tar({"./etc/x": b"1"}))})
    assert look(tmp_path, data) == [("data.tar.xz", "xz"), ("data.tar.xz!/etc/x", b"1")]


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not here")
def test_a_package_that_dpkg_built(tmp_path: Path) -> None:
    """The real tool's own packing."""
    root = tmp_path / "root"
    (root / "DEBIAN").mkdir(parents=True)
    (root / "DEBIAN/control").write_text(
        "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: -\n"[:]
    )
    (root / "etc").mkdir()
    (root / "etc/x.conf").write_text("one")
    subprocess.run(["dpkg-deb", "-b", str(root), str(tmp_path / "x.deb")], check=True, capture_output=True)
    found = dict(look(tmp_path, (tmp_path / "x.deb").read_bytes(), "y.deb"))
    assert found[next(path for path in found if path.endswith("etc/x.conf"))] == b"one"


@pytest.mark.skipif(shutil.which("ar") is None, reason="binutils are not here")
def test_long_names_of_a_static_library(tmp_path: Path) -> None:
    """GNU's table of long names."""
    (tmp_path / "a_rather_long_object_name.o").write_bytes(b"1")
    subprocess.run(
        ["ar", "rcs", "x.a", "a_rather_long_object_name.o"], cwd=tmp_path, check=True, capture_output=True
    )
    assert look(tmp_path, (tmp_path / "x.a").read_bytes(), "y.a") == [("a_rather_long_object_name.o", b"1")]


def test_single_compressed_file_and_alpine_package(tmp_path: Path) -> None:
    """A file that is merely compressed loses its suffix; archives behind each other are read to the last."""
    assert look(tmp_path, gzip.compress(b"x = 1"), "a.py.gz") == [("a.py", b"x = 1")]
    signature = tar({".SIGN": b"s"})[:1024]  # Alpine cuts the end off all but the last
    assert look(tmp_path, gzip.compress(signature) + gzip.compress(tar({"etc/a": b"1"})), "a.apk") == [
        (".SIGN", b"s"), ("etc/a", b"1"),
    ]  # fmt: skip


def test_archives_in_archives_up_to_a_depth(tmp_path: Path) -> None:
    """The fourth level is named and not opened."""
    data = b"end"
    for number in range(4):
        data = zipped({f"{number}": data})
    assert look(tmp_path, data, limits=Limits(archive_depth=3)) == [
        ("3", "zip"), ("3!/2", "zip"), ("3!/2!/1", "zip"), ("3!/2!/1", Skip.LIMIT),
    ]  # fmt: skip
    assert look(tmp_path, data, limits=Limits(archive_depth=0)) == [("", Skip.LIMIT)]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/../x", "a/../../b", "C:/x"])
@pytest.mark.parametrize("make", [tar, zipped, ar, cpio], ids=["tar", "zip", "ar", "cpio"])
def test_names_that_lead_out_are_refused(
    tmp_path: Path, make: Callable[[dict[str, bytes]], bytes], name: str
) -> None:
    """The file is not looked at, the others are; its name does not travel."""
    if len(name) > 15 and make is ar:
        pytest.skip("short names only")
    found = look(tmp_path, make({name: b"evil", "ok": b"1"}))
    assert ("ok", b"1") in found
    assert b"evil" not in [content for _, content in found]
    if not (make is cpio and name.startswith("/")):
        assert found[0] == ("", Skip.HOSTILE)


def test_links_and_devices_are_not_followed(tmp_path: Path) -> None:
    """A link into the system's own files gives nothing."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for kind, target in ((tarfile.SYMTYPE, "/etc/passwd"), (tarfile.LNKTYPE, "../../x"), (tarfile.CHRTYPE, "")):
            info = tarfile.TarInfo(f"link{kind.decode()}")
            info.type, info.linkname = kind, target
            archive.addfile(info)
    assert look(tmp_path, out.getvalue()) == [("link3", Skip.NOT_REGULAR)]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstd], ids=["gz", "bz2", "xz", "zst"])
def test_bombs_end_early(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    """What unpacks to many times its size is given up, and said; of a single file only the head is unpacked."""
    found = look(tmp_path, pack(tar({"a": bytes(40 << 20), "b": bytes(40 << 20)})), limits=Limits(archive_ratio=10))
    assert ("", Skip.LIMIT) in found
    assert look(tmp_path, pack(bytes(40 << 20)), "x.gz") == [("x", bytes(1 << 20))]


def test_zip_bomb_and_member_count(tmp_path: Path) -> None:
    """Bytes and files are counted over the whole archive."""
    limits = Limits(archive_ratio=10, file_bytes=64 << 20)
    assert ("", Skip.LIMIT) in look(tmp_path, zipped({str(n): bytes(30 << 20) for n in range(4)}), limits=limits)
    found = look(tmp_path, zipped({str(n): b"x" for n in range(5)}), limits=Limits(archive_members=3))
    assert sorted(map(str, (content for _, content in found))) == ["b'x'", "b'x'", "b'x'", "limit-reached"]


def test_large_files_and_large_inner_archives(tmp_path: Path) -> None:
    """Of a file over its limit the head is searched; an inner archive over its limit is not opened."""
    [(_, data)] = look(tmp_path, zipped({"a": b"x" * (3 << 20)}), limits=Limits(file_bytes=2 << 20))
    assert data == b"x" * (1 << 20)
    inner = zipped({"b": bytes(range(256)) * 100})
    found = look(tmp_path, zipped({"in.zip": inner}), limits=Limits(nested_bytes=len(inner) - 1))
    assert found == [("in.zip", "zip"), ("in.zip", Skip.LIMIT)]


def test_encrypted_files_are_named(tmp_path: Path) -> None:
    """The flag of an encrypted file is enough: there is no password to ask for."""
    data = bytearray(zipped({"a": b"1", "b": b"2"}))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + offset] |= 1
    assert look(tmp_path, bytes(data)) == [("a", Skip.UNREADABLE), ("b", b"2")]


SAMPLES = (
    tar(FILES), gzip.compress(tar(FILES)), zipped(FILES), ar({"a": b"1", "b": b"22"}), cpio(FILES), rpm(FILES),
    lzma.compress(tar(FILES)), zstd(tar(FILES)), bz2.compress(tar(FILES)),
)  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(
    sample=st.sampled_from(SAMPLES),
    cut=st.integers(0, 400),
    changes=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=6),
)
def test_damage_is_said_and_never_raised(
    tmp_path_factory: pytest.TempPathFactory, sample: bytes, cut: int, changes: list[tuple[int, int]]
) -> None:
    """Whatever is broken, every file has content or a reason."""
    data = bytearray(sample[: max(512, len(sample) - cut)])
    for position, value in changes:
        data[position % len(data)] = value
    if not kinds.kind(data):
        return
    for _, content in look(tmp_path_factory.getbasetemp(), bytes(data), "damaged"):
        assert isinstance(content, (bytes, str))
