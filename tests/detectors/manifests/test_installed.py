"""Package managers' own databases: what is installed, and in which distribution."""

import shutil
import struct
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from pqc_migrate.detectors.manifests import DETECTORS, rpm_stores
from pqc_migrate.detectors.manifests.dependency import Unreadable
from pqc_migrate.model.inventory import Diagnostic, Finding, Skip
from pqc_migrate.model.target import SourceFile

DPKG = b"Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nVersion: 3.0.19-1~deb12u2\n"
APK = b"P:libssl3\nV:3.5.1-r0\nA:x86_64\no:openssl\n"
SPEC = """
Name: openssl-libs
Epoch: 1
Version: 3.5.1
Release: 7.el9
Summary: A package of this name, without any content
License: none
BuildArch: noarch
%description
{padding}
%files
"""


def look(path: str, data: bytes, others: dict[str, bytes]) -> tuple[list[Finding], list[Diagnostic]]:
    """Run the detectors on one file of a target that has other files."""

    def neighbor(relative: str) -> SourceFile | None:
        parts = path.split("/")[:-1]
        for part in relative.split("/"):
            if part == "..":
                parts.pop()
            else:
                parts.append(part)
        found = others.get("/".join(parts))
        return SourceFile("/".join(parts), found) if found is not None else None

    file = SourceFile(path, data, neighbor=neighbor)
    claims = [claim for detector in DETECTORS if detector.wants(file) for claim in detector.detect(file)]
    findings = [claim for claim in claims if isinstance(claim, Finding)]
    return findings, [claim for claim in claims if isinstance(claim, Diagnostic)]


@pytest.mark.parametrize(
    ("path", "data", "place", "release", "purl"),
    [
        ("var/lib/dpkg/status", DPKG, "etc/os-release", b'ID=debian\nVERSION_ID="12"\n',
         "pkg:deb/debian/libssl3@3.0.19-1~deb12u2?arch=amd64&distro=debian-12"),
        ("img/var/lib/dpkg/status.d/x", DPKG, "img/usr/lib/os-release", b'ID=debian\nVERSION_ID="12"\n',
         "pkg:deb/debian/libssl3@3.0.19-1~deb12u2?arch=amd64&distro=debian-12"),
        ("lib/apk/db/installed", APK, "etc/os-release", b"ID=alpine\nVERSION_ID=3.22.1\n",
         "pkg:apk/alpine/libssl3@3.5.1-r0?arch=x86_64&distro=alpine-3.22.1"),
        ("usr/lib/apk/db/installed", APK, "usr/lib/os-release", b"ID=wolfi\n",
         "pkg:apk/wolfi/libssl3@3.5.1-r0?arch=x86_64&distro=wolfi"),
    ],
)  # fmt: skip
def test_the_distribution_stands_in_the_package_url(path, data, place, release, purl):
    """Where the same target says which one it is; the URL is one that its own library writes."""
    (finding,), _ = look(path, data, {place: release})
    assert finding.asset.get("purl") == purl == PackageURL.from_string(purl).to_string()


@pytest.mark.parametrize("release", [b"", b"ID=$(rm -rf /)\n", b"VERSION_ID=12\n", b"\xff\xfe"])
def test_a_distribution_that_is_not_said_stays_out(release):
    """Nothing is guessed from a version's spelling."""
    (finding,), _ = look("var/lib/dpkg/status", DPKG, {"etc/os-release": release})
    assert finding.asset.get("purl") == "pkg:deb/libssl3@3.0.19-1~deb12u2?arch=amd64"


@pytest.mark.parametrize(
    "path", ["status", "dpkg/status", "x/installed", "var/lib/dpkg/status-old", "opt/rpm/Packages"]
)
def test_files_of_the_same_name_elsewhere_are_none(path):
    """The place makes a database."""
    assert look(path, DPKG + b"\n" + APK, {}) == ([], [])


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """Build a package that holds nothing with rpmbuild; its header is longer than a page of a database."""
    if not shutil.which("rpmbuild") or not shutil.which("rpm"):
        pytest.skip("rpm and rpmbuild are not installed")
    top = tmp_path_factory.mktemp("rpm")
    (top / "x.spec").write_text(SPEC.format(padding="A description. " * 800))
    build = ["rpmbuild", "-bb", "--quiet", "--define", f"_topdir {top}", str(top / "x.spec")]
    subprocess.run(build, check=True, capture_output=True)
    return next(top.rglob("*.rpm"))


def written(package, folder):
    """Return an SQLite database with one package, as rpm writes it."""
    command = ["rpm", "--dbpath", str(folder), "--define", "_db_backend sqlite"]
    subprocess.run([*command, "--initdb"], check=True, capture_output=True)
    install = [*command, "-i", "--nodeps", "--justdb", "--ignorearch", "--ignoreos", str(package)]
    subprocess.run(install, check=True, capture_output=True)
    return (folder / "rpmdb.sqlite").read_bytes()


def ndb(*headers):
    """Return an NDB database: Debian's rpm has no writer for it, so this one follows rpmpkg.c (no checksums)."""
    slots = b"RpmP" + struct.pack("<III12x", 0, 1, 1) + b"\0" * 4
    slots = slots.ljust(32, b"\0")
    blobs = b""
    for index, header in enumerate(headers, start=1):
        count = (16 + len(header) + 12 + 15) // 16
        slots += b"Slot" + struct.pack("<III", index, (4096 + len(blobs)) // 16, count)
        blob = b"BlbS" + struct.pack("<III", index, 0, len(header)) + header
        blobs += blob.ljust(count * 16 - 12, b"\0") + struct.pack("<II", 0, len(header)) + b"BlbE"
    while len(slots) < 4096:
        slots += b"Slot" + b"\0" * 12
    return slots + blobs


@pytest.mark.parametrize(
    ("backend", "path"),
    [
        ("sqlite", "usr/lib/sysimage/rpm/rpmdb.sqlite"),
        ("sqlite", "img/var/lib/rpm/rpmdb.sqlite"),
        ("ndb", "usr/lib/sysimage/rpm/Packages.db"),
    ],
)
def test_a_database_of_rpm_is_read(stored, backend, path):
    """Version with epoch; the package URL keeps the epoch apart (purl specification, type rpm)."""
    data = stored[backend][1]
    top = "img/" if path.startswith("img/") else ""
    (finding,), diagnostics = look(path, data, {f"{top}etc/os-release": b'ID="rhel"\nVERSION_ID="9.7"\n'})
    assert diagnostics == []
    assert finding.asset.get("version") == "1:3.5.1-7.el9"
    assert finding.asset.get("purl") == (
        "pkg:rpm/redhat/openssl-libs@3.5.1-7.el9?arch=noarch&distro=rhel-9.7&epoch=1"
    )
    assert finding.location.line == 1
    assert dict(finding.details)["source-package"] == "openssl-libs-3.5.1-7.el9.src.rpm"


def test_a_berkeley_database_is_read(stored, tmp_path):
    """RHEL 8 and older; written with the same library through Perl, since today's rpm only reads it."""
    (header,) = rpm_stores.sqlite(stored["sqlite"][1])
    (tmp_path / "blob").write_bytes(header)
    script = (
        "use DB_File; my %h; tie(%h,'DB_File',$ARGV[1],O_CREAT|O_RDWR,0644,$DB_HASH) or die;"
        "open F,'<:raw',$ARGV[0]; local $/; my $b=<F>; $h{pack('V',0)}=pack('V',1); $h{pack('V',$_)}=$b for 1..3;"
        "$h{'short'}='x' x 40;"
    )
    command = ["perl", "-MFcntl", "-e", script, str(tmp_path / "blob"), str(tmp_path / "Packages")]
    if not shutil.which("perl") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no Perl with DB_File here")
    findings, diagnostics = look("var/lib/rpm/Packages", (tmp_path / "Packages").read_bytes(), {})
    assert diagnostics == []
    assert [finding.asset.get("version") for finding in findings] == ["1:3.5.1-7.el9"] * 3


@pytest.mark.parametrize("name", ["rpmdb.sqlite", "Packages.db", "Packages"])
@pytest.mark.parametrize(
    "data", [b"x", b"\0" * 5000, b"SQLite format 3\0" + b"\0" * 5000, b"RpmP" + b"\xff" * 9000]
)
def test_a_damaged_database_is_a_diagnostic(name, data):
    """Nothing in it can be told."""
    findings, (diagnostic,) = look(f"var/lib/rpm/{name}", data, {})
    assert findings == []
    assert diagnostic.skip is Skip.MALFORMED


@given(
    cut=st.integers(0, 1 << 16),
    flips=st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=30),
)
@pytest.mark.parametrize("backend", ["sqlite", "ndb"])
def test_a_changed_database_never_raises(stored, backend, cut, flips):
    """Whatever bytes change or are missing."""
    name, whole = stored[backend]
    data = bytearray(whole[: len(whole) - cut % len(whole)])
    for place, value in flips:
        if data:
            data[place % len(data)] = value
    look(f"var/lib/rpm/{name}", bytes(data), {})


@pytest.fixture(scope="module")
def stored(package, tmp_path_factory):
    """Return a database of each kind with one package."""
    data = written(package, tmp_path_factory.mktemp("sqlite"))
    (header,) = rpm_stores.sqlite(data)
    return {"sqlite": ("rpmdb.sqlite", data), "ndb": ("Packages.db", ndb(header))}


def test_a_view_in_place_of_the_table_is_not_run(tmp_path):
    """A database of SQLite may hold queries that never end."""
    import sqlite3

    connection = sqlite3.connect(tmp_path / "db")
    connection.execute(
        "CREATE VIEW Packages AS "
        "WITH RECURSIVE n(b) AS (SELECT 1 UNION ALL SELECT b FROM n) SELECT b AS blob FROM n"
    )
    connection.commit()
    connection.close()
    with pytest.raises(Unreadable):
        list(rpm_stores.sqlite((tmp_path / "db").read_bytes()))


def test_what_a_write_ahead_log_holds_is_said_not_to_be_read(stored):
    """The database beside it is older."""
    name, data = stored["sqlite"]
    findings, (diagnostic,) = look(f"var/lib/rpm/{name}", data, {"var/lib/rpm/rpmdb.sqlite-wal": b"frames"})
    assert len(findings) == 1
    assert diagnostic.skip is Skip.UNSUPPORTED


def test_a_chain_of_pages_that_bites_its_tail_ends():
    """Every page of a Berkeley database counts once."""
    page = 512
    meta = bytearray(page)
    meta[12:16] = (0x061561).to_bytes(4, "little")
    meta[20:24] = page.to_bytes(4, "little")
    meta[25] = 8
    leaf = bytearray(page)
    leaf[20:22] = (2).to_bytes(2, "little")
    leaf[25] = 13
    leaf[26:30] = (500).to_bytes(2, "little") + (480).to_bytes(2, "little")
    leaf[480:492] = b"\3\0\0\0" + (2).to_bytes(4, "little") + (1 << 31).to_bytes(4, "little")
    loop = bytearray(page)
    loop[16:20] = (2).to_bytes(4, "little")
    loop[22:24] = (400).to_bytes(2, "little")
    loop[25] = 7
    (value,) = rpm_stores.berkeley(bytes(meta + leaf + loop))
    assert len(value) <= 3 * page
