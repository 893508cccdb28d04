"""When uses came in, what lives only in old commits, and scans of what changed; on repositories the tests make."""

from collections.abc import Mapping
from pathlib import Path

import pygit2
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pqc_migrate.errors import TargetError
from pqc_migrate.model.inventory import Finding, Role, Skip
from pqc_migrate.scan import ScanOptions, scan

MD5 = "import hashlib\nhashlib.md5(b'')\n"
SHA1 = MD5 + "hashlib.sha1(b'')\n"


class Repo:
    """A repository whose commits have the days that they are given."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.git = pygit2.init_repository(str(root))

    def commit(self, day: int, files: Mapping[str, str | None]) -> str:
        """Write files (None: take away), commit everything on a day of January 2024, return the commit."""
        for name, text in files.items():
            place = self.root / name
            if text is None:
                place.unlink()
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text)
        self.git.index.add_all()
        self.git.index.write()
        author = pygit2.Signature("x", "x@example.org", 1_704_067_200 + (day - 1) * 86_400, 0)
        parents = [] if self.git.head_is_unborn else [self.git.head.target]
        tree = self.git.index.write_tree()
        return str(self.git.create_commit("refs/heads/main", author, author, "m", tree, parents))


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "repo")
    made.git.set_head("refs/heads/main")
    return made


def key() -> str:
    private = ec.generate_private_key(ec.SECP256R1())
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return private.private_bytes(*pem).decode()


def introduced(findings: tuple[Finding, ...]) -> dict[tuple[str, str], str]:
    return {
        (one.location.path, one.asset.family): dict(one.details).get("introduced", "?")
        for one in findings
    }  # fmt: skip


def test_each_use_has_the_commit_that_brought_it_in(repo: Repo) -> None:
    """Through renames and edits; what came back is as old as its return; what is not committed says so."""
    repo.commit(1, {"a.py": MD5, "gone.py": SHA1})
    repo.commit(2, {"a.py": None, "lib/b.py": MD5, "gone.py": MD5})
    third = repo.commit(3, {"lib/b.py": SHA1, "gone.py": SHA1})
    (repo.root / "new.py").write_text(MD5)
    (repo.root / "lib/b.py").write_text(SHA1 + "hashlib.sha512(b'')\n")
    findings = scan([str(repo.root)], ScanOptions(history=True)).findings
    assert introduced(findings) == {
        ("lib/b.py", "MD5"): "2024-01-01",
        ("lib/b.py", "SHA-1"): "2024-01-03",
        ("lib/b.py", "SHA-2"): "not committed yet",
        ("gone.py", "MD5"): "2024-01-01",
        ("gone.py", "SHA-1"): "2024-01-03",
        ("new.py", "MD5"): "not committed yet",
    }
    [sha1] = [one for one in findings if (one.location.path, one.asset.family) == ("gone.py", "SHA-1")]
    assert dict(sha1.details)["introduced-in"] == third


def test_keys_of_old_commits_are_findings_of_their_own(repo: Repo) -> None:
    """A key that was taken away is historical; one that only moved is not."""
    moved, removed = key(), key()
    first = repo.commit(1, {"a/moved.pem": moved, "removed.pem": removed})
    second = repo.commit(2, {"a/moved.pem": None, "b/moved.pem": moved, "removed.pem": removed + "\n"})
    repo.commit(3, {"removed.pem": None})
    findings = scan([str(repo.root)], ScanOptions(history=True)).findings
    historical = [one for one in findings if one.role is Role.HISTORICAL]
    assert {one.location.path for one in historical} == {"removed.pem"}
    assert {one.location.path for one in findings if one.role is not Role.HISTORICAL} == {"b/moved.pem"}
    details = dict(historical[0].details)
    assert (details["introduced-in"], details["last-in"]) == (first, second)
    assert scan([str(repo.root)], ScanOptions(history=True, roles=frozenset({Role.HISTORICAL}))).findings


def test_since_limits_history_and_claims_nothing_older(repo: Repo) -> None:
    """What was there before the revision gets no date."""
    first = repo.commit(1, {"a.py": MD5})
    repo.commit(2, {"a.py": SHA1, "b.py": MD5})
    findings = scan([str(repo.root)], ScanOptions(history=True, since=first)).findings
    assert introduced(findings) == {
        ("a.py", "MD5"): "?", ("a.py", "SHA-1"): "2024-01-02", ("b.py", "MD5"): "2024-01-02",
    }  # fmt: skip


def test_several_targets_keep_their_findings(repo: Repo) -> None:
    """Two files and a folder, each with its history."""
    repo.commit(1, {"x/a.py": MD5, "b.py": MD5, "c.py": MD5})
    paths = [str(repo.root / name) for name in ("x", "b.py", "c.py")]
    findings = scan(paths, ScanOptions(history=True)).findings
    assert [dict(one.details).get("introduced") for one in findings] == ["2024-01-01"] * 3


def test_since_scans_what_changed_and_says_how_much_did_not(repo: Repo) -> None:
    """Committed, not committed and new files; a folder of the repository has its own paths."""
    first = repo.commit(1, {"x/same.py": MD5, "x/later.py": "", "x/edited.py": "", "y/other.py": ""})
    repo.commit(2, {"x/later.py": MD5, "y/other.py": MD5})
    (repo.root / "x/edited.py").write_text(MD5)
    (repo.root / "x/new.py").write_text(MD5)
    result = scan([str(repo.root / "x")], ScanOptions(since=first))
    assert sorted({one.location.path for one in result.findings}) == ["edited.py", "later.py", "new.py"]
    assert [(one.path, one.skip, one.message[:7]) for one in result.coverage.skipped] == [
        ("./", Skip.EXCLUDED, "1 files")
    ]
    assert scan([str(repo.root / "x/later.py")], ScanOptions(since=first)).findings
    assert not scan([str(repo.root / "x/same.py")], ScanOptions(since=first)).findings


def test_archives_in_old_commits_are_opened(repo: Repo, tmp_path: Path) -> None:
    """A key in a zip file that is gone."""
    import zipfile

    with zipfile.ZipFile(tmp_path / "k.zip", "w") as archive:
        archive.writestr("k.pem", key())
    repo.commit(1, {"a.txt": "x"})
    (repo.root / "k.zip").write_bytes((tmp_path / "k.zip").read_bytes())
    repo.commit(2, {"a.txt": "y"})
    (repo.root / "k.zip").unlink()
    repo.commit(3, {"a.txt": "z"})
    findings = scan([str(repo.root)], ScanOptions(history=True)).findings
    assert {(one.location.path, one.role) for one in findings} == {("k.zip!/k.pem", Role.HISTORICAL)}


def test_no_repository_and_no_revision_are_errors(repo: Repo, tmp_path: Path) -> None:
    """Each says what to do."""
    repo.commit(1, {"a.py": MD5})
    with pytest.raises(TargetError, match="no such revision: nowhere"):
        scan([str(repo.root)], ScanOptions(since="nowhere"))
    (tmp_path / "plain").mkdir()
    with pytest.raises(TargetError, match="not in a git repository"):
        scan([str(tmp_path / "plain")], ScanOptions(history=True))
