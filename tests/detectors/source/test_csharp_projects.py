"""Constants and classes of other files of a C# project are read where they are used."""

from __future__ import annotations

from pathlib import Path

from pqc_migrate.catalog import algorithms
from pqc_migrate.scan import ScanOptions, scan

POLICY = """
using System.Security.Cryptography;
namespace Bank.Security
{
    public static class Policy
    {
        public const int RootBits = 3072;
        public static readonly HashAlgorithmName Digest = HashAlgorithmName.SHA384;
        public const string Transformation = "AES" + "-192";
        public static RSAEncryptionPadding Wrapping() => RSAEncryptionPadding.OaepSHA256;
    }
}
"""


def found(root: Path, name: str) -> set[tuple[int, str]]:
    """Return (line, name) of everything found in one file of a folder."""
    result = scan([str(root)], ScanOptions(jobs=1))
    return {(f.location.line, algorithms.name(f.asset)) for f in result.findings if f.location.path == name}


def test_a_class_in_the_folder_of_its_namespace(tmp_path: Path) -> None:
    """The class is found by the name of its file under the folders of the namespace that the file uses."""
    (tmp_path / "src/Security").mkdir(parents=True)
    (tmp_path / "src/App").mkdir()
    (tmp_path / "src/Security/Policy.cs").write_text(POLICY)
    (tmp_path / "src/App/Use.cs").write_text("""
using System.Security.Cryptography;
using Bank.Security;
class Use {
    RSA root = RSA.Create(Policy.RootBits);
    byte[] Expand(byte[] k) => HKDF.DeriveKey(Policy.Digest, k, 32);
}
""")
    assert found(tmp_path, "src/App/Use.cs") == {(5, "RSA-3072"), (6, "HKDF-SHA-384")}


def test_members_used_statically(tmp_path: Path) -> None:
    """``using static`` brings constants and methods of a class that shares a file with others."""
    (tmp_path / "Names.cs").write_text(POLICY)
    (tmp_path / "Use.cs").write_text("""
using System.Security.Cryptography;
using static Bank.Security.Policy;
class Use {
    readonly RSA root = RSA.Create(RootBits);
    byte[] Wrap(byte[] secret) => root.Encrypt(secret, Wrapping());
}
""")
    assert found(tmp_path, "Use.cs") == {(5, "RSA-3072"), (6, "RSA-OAEP-SHA-256-3072")}


def test_the_other_parts_of_a_partial_class(tmp_path: Path) -> None:
    """A constant of another part of the same class is that class's own."""
    (tmp_path / "Vault.Sizes.cs").write_text("partial class Vault { const int Bits = 4096; }")
    (tmp_path / "Other.cs").write_text("partial class Other { const int Bits = 1024; }")
    (tmp_path / "Vault.cs").write_text(
        "using System.Security.Cryptography;\npartial class Vault { RSA Make() => RSA.Create(Bits); }"
    )
    assert found(tmp_path, "Vault.cs") == {(2, "RSA-4096")}


def test_a_class_of_the_same_name_elsewhere_says_nothing(tmp_path: Path) -> None:
    """Neither its namespace nor its folder is that of what is named."""
    (tmp_path / "deep/Old").mkdir(parents=True)
    (tmp_path / "deep/Old/Policy.cs").write_text(POLICY.replace("3072", "1024"))
    (tmp_path / "Use.cs").write_text(
        "using System.Security.Cryptography;\nclass Use { RSA Make() => RSA.Create(Policy.RootBits); }"
    )
    assert found(tmp_path, "Use.cs") == {(2, "RSA")}
