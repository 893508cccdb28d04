"""Members that .NET assemblies reference: metadata assembled by hand."""

import struct
from collections.abc import Callable, Iterable
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.detectors.binaries import dotnet_metadata
from pqc_migrate.model.inventory import Diagnostic, Finding, Role, Skip

Look = Callable[[str, bytes], tuple[list[Finding], list[Diagnostic]]]
Rows = Callable[[Iterable[Finding]], list[tuple[str, str]]]
CRYPTOGRAPHY = "System.Security.Cryptography"
PE = b"MZ" + bytes(58) + struct.pack("<I", 0x80) + bytes(0x40)


def assembly(members: list[tuple[str, str, str]]) -> bytes:
    """Return a file with the metadata of an assembly that references (namespace, type, member)."""
    strings = b"\0"

    def string(text: str) -> int:
        nonlocal strings
        strings += text.encode() + b"\0"
        return len(strings) - len(text.encode()) - 1

    types = [struct.pack("<HHH", 2, string(name), string(space)) for space, name, _ in members]
    used = [struct.pack("<HHH", (at + 1) << 3 | 1, string(name), 0) for at, (_, _, name) in enumerate(members)]
    module = struct.pack("<HHHHH", 0, string("m"), 1, 0, 0)
    valid = 1 << 0x00 | 1 << 0x01 | 1 << 0x0A
    tables = struct.pack("<IBBBBQQIII", 0, 2, 0, 0, 1, valid, 0, 1, len(types), len(used))
    tables += module + b"".join(types) + b"".join(used)
    head = b"BSJB" + struct.pack("<HHII", 1, 1, 0, 12) + b"v4.0.30319\0\0" + struct.pack("<HH", 0, 2)
    first = len(head) + 12 + 20
    head += struct.pack("<II", first, len(tables)) + b"#~\0\0"
    head += struct.pack("<II", first + len(tables), len(strings)) + b"#Strings\0\0\0\0"
    return PE + head + tables + strings


def test_members_prove_what_their_names_say(look: Look, rows: Rows) -> None:
    """What takes the algorithm as an argument proves none, and neither does a class of the program's own."""
    data = assembly([
        (CRYPTOGRAPHY, "SHA256", "Create"),
        (CRYPTOGRAPHY, "AesGcm", ".ctor"),
        (CRYPTOGRAPHY, "RSA", "Create"),
        (CRYPTOGRAPHY, "HashAlgorithm", "Create"),
        (CRYPTOGRAPHY, "HashAlgorithm", "ComputeHash"),
        ("Bank.Security", "SHA1", "Create"),
        ("System", "Guid", "NewGuid"),
    ])  # fmt: skip
    findings, diagnostics = look("app.dll", data)
    assert rows(findings) == [
        ("AES-GCM", f"{CRYPTOGRAPHY}.AesGcm"),
        ("RSA", f"{CRYPTOGRAPHY}.RSA.Create"),
        ("SHA-256", f"{CRYPTOGRAPHY}.SHA256.Create"),
    ]
    assert [said for said in diagnostics if said.rule == "dotnet"] == []
    assert {found.role for found in findings} == {Role.PRODUCTION}
    for found in findings:
        offset = found.location.offset
        assert offset is not None
        assert data[offset:].startswith((b"Create\0", b".ctor\0"))


def test_the_word_in_a_file_that_is_no_assembly_is_nothing(look: Look) -> None:
    assert look("data.bin", b"\0\0BSJB System.Security.Cryptography.SHA256") == ([], [])
    assert [said.rule for said in look("a.exe", PE + b"BSJB System.Security.Cryptography.SHA256")[1]] != ["dotnet"]


def test_metadata_that_is_cut_short_is_said(look: Look) -> None:
    data = assembly([(CRYPTOGRAPHY, "SHA256", "Create")])
    _, diagnostics = look("app.dll", data[: data.index(b"#~") - 4])
    assert [said.skip for said in diagnostics if said.rule == "dotnet"] == [Skip.MALFORMED]


@given(st.data())
def test_metadata_with_any_bytes_changed_is_read_or_malformed(data: st.DataObject) -> None:
    whole = bytearray(assembly([(CRYPTOGRAPHY, "SHA256", "Create"), ("a", "b", "c")]))
    root = whole.index(b"BSJB")
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(root + 4, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with suppress(dotnet_metadata.Malformed):
        list(dotnet_metadata.Metadata(bytes(whole), root).members())
