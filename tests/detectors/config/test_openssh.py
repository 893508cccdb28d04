"""Which values of OpenSSH's configuration hold in a system: what is included, and what its release brings."""

import posixpath
from collections.abc import Mapping

import pytest

from pqc_migrate.catalog import algorithms, names, openssh
from pqc_migrate.detectors.config.openssh import DETECTOR
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile

STATUS = "Package: openssh-server\nStatus: install ok installed\nVersion: 1:{}-2+deb12u1\n\nPackage: zlib1g\n"


def system(tree: Mapping[str, str], path: str) -> SourceFile:
    """Return one file of a tree that can look at the others."""

    def inside(relative: str) -> str:
        return posixpath.normpath(posixpath.join(posixpath.dirname(path), relative))

    def neighbor(relative: str) -> SourceFile | None:
        found = tree.get(inside(relative))
        return SourceFile(inside(relative), found.encode()) if found is not None else None

    def listing(relative: str) -> tuple[str, ...]:
        return tuple(posixpath.basename(one) for one in tree if posixpath.dirname(one) == inside(relative))

    return SourceFile(path, tree[path].encode(), "openssh", neighbor=neighbor, listing=listing)


def rows(tree: Mapping[str, str], path: str) -> list[str]:
    """Return line and name of everything that is said of one file."""
    return [
        f"{one.line} ! {one.rule}" if isinstance(one, Diagnostic)
        else f"{one.location.line} {algorithms.name(one.asset)}"
        for one in DETECTOR.detect(system(tree, path))
        if isinstance(one, Diagnostic | Finding)
    ]  # fmt: skip


def test_value_of_a_drop_in_holds_before_the_rest() -> None:
    """The drop-in is included first: its list holds, the one below the include does not."""
    tree = {
        "etc/ssh/sshd_config": "Include /etc/ssh/sshd_config.d/*.conf\nCiphers 3des-cbc\nMACs hmac-sha2-512\n",
        "etc/ssh/sshd_config.d/10-bank.conf": "Ciphers aes256-ctr\n",
        "etc/ssh/sshd_config.d/20-late.conf": "Ciphers aes128-ctr\nKexAlgorithms mlkem768x25519-sha256\n",
        "etc/ssh/sshd_config.d/.hidden.conf": "MACs hmac-md5\n",
    }
    assert rows(tree, "etc/ssh/sshd_config") == ["3 HMAC-SHA-512"]
    assert rows(tree, "etc/ssh/sshd_config.d/10-bank.conf") == ["1 AES-256-CTR"]
    assert rows(tree, "etc/ssh/sshd_config.d/20-late.conf") == ["2 mlkem768x25519-sha256"]


def test_drop_in_that_comes_too_late() -> None:
    """What stands before the include in sshd_config holds, in the drop-in it does not."""
    tree = {
        "etc/ssh/sshd_config": "Ciphers aes256-ctr\nInclude sshd_config.d/*.conf\n",
        "etc/ssh/sshd_config.d/x.conf": "Ciphers 3des-cbc\n",
    }
    assert rows(tree, "etc/ssh/sshd_config") == ["1 AES-256-CTR"]
    assert rows(tree, "etc/ssh/sshd_config.d/x.conf") == []


def test_block_that_a_drop_in_opens_ends_with_it() -> None:
    """A Match block of an included file does not reach into the file that includes it."""
    tree = {
        "etc/ssh/sshd_config": "Include sshd_config.d/x.conf\nCiphers aes256-ctr\n",
        "etc/ssh/sshd_config.d/x.conf": "Match User a\nPubkeyAcceptedAlgorithms ssh-ed25519\n",
    }
    assert rows(tree, "etc/ssh/sshd_config") == ["2 AES-256-CTR"]
    assert rows(tree, "etc/ssh/sshd_config.d/x.conf") == ["2 Ed25519"]


def test_include_that_leads_nowhere_or_around_is_said() -> None:
    """A file outside of the target is named as not followed; a file that includes itself ends."""
    assert rows({"etc/ssh/sshd_config": "Include /opt/x.conf\n"}, "etc/ssh/sshd_config") == ["1 ! openssh/include"]
    tree = {"etc/ssh/sshd_config": "Include sshd_config\nCiphers aes256-ctr\n"}
    assert rows(tree, "etc/ssh/sshd_config")[-1] == "2 AES-256-CTR"


def test_lists_of_the_installed_release_are_changed() -> None:
    """With OpenSSH 9.2 installed, what - leaves is known and said to be the program's own."""
    tree = {
        "r/etc/ssh/sshd_config": "KexAlgorithms -ecdh-*,diffie-hellman-*\nCiphers +aes256-cbc\nMACs ^hmac-sha1\n",
        "r/var/lib/dpkg/status": STATUS.format("9.2p1"),
    }
    found = rows(tree, "r/etc/ssh/sshd_config")
    assert [one for one in found if one.startswith("1 ")] == ["1 sntrup761x25519-sha512", "1 X25519"]
    assert found.count("2 AES-256-CBC") == 1
    assert "2 ChaCha20-Poly1305" in found
    assert found.count("3 HMAC-SHA-1") == 1
    default = next(
        one for one in DETECTOR.detect(system(tree, "r/etc/ssh/sshd_config")) if isinstance(one, Finding)
    )
    assert dict(default.details) == {"default-of": "OpenSSH 9.2"}


def test_server_and_client_differ() -> None:
    """The server of OpenSSH 10.0 offers no finite-field group any more, its client does."""
    for side, expected in (("sshd_config", False), ("ssh_config", True)):
        tree = {f"etc/ssh/{side}": "KexAlgorithms -curve*\n", "var/lib/dpkg/status": STATUS.format("10.0p1")}
        found = rows(tree, f"etc/ssh/{side}")
        assert found[0] == "1 mlkem768x25519-sha256"
        assert any("FFDH" in one for one in found) is expected


@pytest.mark.parametrize("status", ["", STATUS.format("9.7p1"), "Package: zlib1g\nVersion: 1:9.2p1\n"])
def test_unknown_release_depends_on_the_runtime(status: str) -> None:
    """A release whose source was not read, or none, decides by itself."""
    tree = {"etc/ssh/sshd_config": "Ciphers -*cbc\n", "var/lib/dpkg/status": status}
    assert rows(tree, "etc/ssh/sshd_config") == ["1 SSH"]


def test_alpine_tells_its_release() -> None:
    """The package database of Alpine names the version, too."""
    tree = {
        "etc/ssh/sshd_config": "Ciphers -aes*\n",
        "lib/apk/db/installed": "P:openssh-server\nV:9.2_p1-r5\nA:x86_64\n\nP:musl\n",
    }
    assert rows(tree, "etc/ssh/sshd_config") == ["1 ChaCha20-Poly1305"]


@pytest.mark.parametrize("release", ["8.4", "9.2", "10.0", "10.3"])
@pytest.mark.parametrize("of", ["kex", "ciphers", "macs", "signatures", "ca-signatures"])
def test_every_default_is_a_known_name(release: str, of: str) -> None:
    """A default without a meaning would be left out without a word."""
    listed = openssh.defaults(release, of, server=True)
    assert listed
    assert [name for name in listed if names.lookup("ssh", name) is None] == []
