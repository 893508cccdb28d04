"""What encrypts a KeePass database, read from headers that the tests make by the specification."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.material import kdbx
from pqc_migrate.model.inventory import Diagnostic, Finding, Skip
from pqc_migrate.model.target import SourceFile
from pqc_migrate.scan import scan

AES = "31c1f2e6bf714350be5805216afc5aff"
CHACHA20 = "d6038a2b8b6f4cb5a524339a31dbb59a"
ARGON2ID = "9e298b1956db4773b23dfc3ec6f0a1e6"
AES_KDF = "c9d9f39a628a4460bf740d08c18a4fea"
MAGIC = struct.pack("<II", 0x9AA2D903, 0xB54BFB67)


def header(major: int, minor: int, fields: dict[int, bytes]) -> bytes:
    layout = "<BH" if major == 3 else "<BI"
    body = b"".join(struct.pack(layout, kind, len(value)) + value for kind, value in {**fields, 0: b"\r\n"}.items())
    return MAGIC + struct.pack("<HH", minor, major) + body + b"encrypted"


def dictionary(values: dict[str, bytes]) -> bytes:
    entries = (
        b"\x42" + struct.pack("<I", len(name)) + name.encode() + struct.pack("<I", len(value)) + value
        for name, value in values.items()
    )
    return b"\x00\x01" + b"".join(entries) + b"\x00"


def detected(data: bytes, name: str = "x.kdbx") -> list[Finding | Diagnostic]:
    file = SourceFile(name, data, "key-database")
    return list(kdbx.DETECTOR.detect(file)) if kdbx.DETECTOR.wants(file) else []


def said(data: bytes) -> list[tuple[str, dict[str, str]]]:
    return [
        (algorithms.name(one.asset), dict(one.details)) if isinstance(one, Finding) else (one.skip.value, {})
        for one in detected(data)
    ]


def test_version_4_with_argon2() -> None:
    """Cipher, variant and costs; memory is written in bytes."""
    costs = {"I": struct.pack("<Q", 14), "M": struct.pack("<Q", 64 << 20), "P": struct.pack("<I", 2)}
    kdf = dictionary({"$UUID": bytes.fromhex(ARGON2ID), **costs})
    assert said(header(4, 1, {2: bytes.fromhex(CHACHA20), 11: kdf})) == [
        ("ChaCha20", {"format": "KDBX 4.1"}),
        ("Argon2id", {"format": "KDBX 4.1", "iterations": "14", "memory-KiB": "65536", "parallelism": "2"}),
    ]


@pytest.mark.parametrize(
    "data",
    [
        header(3, 1, {2: bytes.fromhex(AES), 6: struct.pack("<Q", 6000)}),
        header(
            4,
            0,
            {
                2: bytes.fromhex(AES),
                11: dictionary({"$UUID": bytes.fromhex(AES_KDF), "R": struct.pack("<Q", 6000)}),
            },
        ),
    ],
)
def test_aes_kdf_has_its_rounds_and_no_mode(data: bytes) -> None:
    """Repeating AES over one key is no encryption in ECB mode that would be weak."""
    cipher, derivation = said(data)
    assert cipher[0] == "AES-256-CBC"
    assert derivation[0] == "AES-256"
    assert derivation[1]["key-derivation"] == "AES-KDF"
    assert derivation[1]["iterations"] == "6000"


@pytest.mark.parametrize(
    ("data", "skip"),
    [
        (MAGIC, Skip.MALFORMED),
        (header(4, 0, {2: bytes.fromhex(AES)})[:20], Skip.MALFORMED),
        (header(5, 0, {2: bytes.fromhex(AES)}), Skip.UNSUPPORTED),
        (header(4, 0, {2: bytes(16)}), Skip.UNSUPPORTED),
        (struct.pack("<II", 0x9AA2D903, 0xB54BFB65) + bytes(100), Skip.UNSUPPORTED),
    ],
)
def test_what_is_not_read_is_said(data: bytes, skip: Skip) -> None:
    """A database that is damaged, of another version or of KeePass 1."""
    assert [one.skip for one in detected(data) if isinstance(one, Diagnostic)] == [skip]


def test_a_key_database_of_gskit_is_named(tmp_path: Path) -> None:
    """It is told by the stash or request file beside it; without one a .kdb says nothing."""
    for folder, beside in (("with", "key.sth"), ("without", "other.txt")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "key.kdb").write_bytes(b"\0\0\0\0unknown")
        (tmp_path / folder / beside).write_bytes(b"x")
    found = scan([str(tmp_path)])
    assert [(one.path, one.skip) for one in found.coverage.skipped if one.rule == "kdbx"] == [
        ("with/key.kdb", Skip.UNSUPPORTED)
    ]


@given(st.binary(max_size=300))
def test_no_bytes_break_it(data: bytes) -> None:
    """Only findings and diagnostics come out, whatever follows the magic."""
    assert all(isinstance(one, (Finding, Diagnostic)) for one in detected(MAGIC + data))
