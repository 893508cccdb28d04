"""Calls in DEX files, assembled by hand (source.android.com, dex-format and dalvik-bytecode)."""

import struct
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pqc_migrate.model.inventory import Diagnostic, Finding, Skip

Look = Callable[[str, bytes], tuple[list[Finding], list[Diagnostic]]]
Rows = Callable[[Iterable[Finding]], list[tuple[str, str]]]
TEXTS = ["run", "getInstance", "init", "AES/GCM/NoPadding", "AES", "RSA", "SHA-256"]
TYPES = [
    "V", "I", "La/Main;", "Ljava/lang/Object;", "Ljava/lang/String;", "Ljavax/crypto/Cipher;",
    "Ljavax/crypto/KeyGenerator;", "Ljava/security/MessageDigest;",
]  # fmt: skip
PROTOS = [
    ("V", ""),
    ("Ljavax/crypto/Cipher;", "Ljava/lang/String;"),
    ("Ljavax/crypto/KeyGenerator;", "Ljava/lang/String;"),
    ("V", "I"),
    ("Ljava/security/MessageDigest;", "Ljava/lang/String;"),
]
METHODS = [
    ("La/Main;", 0, "run"),
    ("Ljavax/crypto/Cipher;", 1, "getInstance"),
    ("Ljavax/crypto/KeyGenerator;", 2, "getInstance"),
    ("Ljavax/crypto/KeyGenerator;", 3, "init"),
    ("Ljava/security/MessageDigest;", 4, "getInstance"),
]
STRINGS = [*TEXTS, *TYPES]
CIPHER, GENERATOR, INIT, DIGEST = 1, 2, 3, 4


def dex(code: bytes, registers: int = 4) -> bytes:
    """Return a DEX file whose class ``a.Main`` has one static method ``run`` with this code."""
    body = b""
    base = 0x70 + 4 * len(STRINGS) + 4 * len(TYPES) + 12 * len(PROTOS) + 8 * len(METHODS) + 32

    def put(data: bytes) -> int:
        nonlocal body
        body += bytes(-(base + len(body)) % 4)
        body += data
        return base + len(body) - len(data)

    strings = b"".join(struct.pack("<I", put(bytes([len(text)]) + text.encode() + b"\0")) for text in STRINGS)
    types = b"".join(struct.pack("<I", STRINGS.index(name)) for name in TYPES)
    protos = b""
    for result, taken in PROTOS:
        listed = put(struct.pack("<IH", 1, TYPES.index(taken))) if taken else 0
        protos += struct.pack("<III", 0, TYPES.index(result), listed)
    methods = b"".join(
        struct.pack("<HHI", TYPES.index(owner), proto, STRINGS.index(name)) for owner, proto, name in METHODS
    )
    item = put(struct.pack("<HHHHII", registers, 0, 2, 0, 0, len(code) // 2) + code)
    content = put(bytes([0, 0, 1, 0]) + bytes([0, 8]) + uleb128(item))
    classes = struct.pack("<8I", 2, 1, 3, 0, 0xFFFFFFFF, 0, content, 0)
    tables = [
        (strings, len(STRINGS)),
        (types, len(TYPES)),
        (protos, len(PROTOS)),
        (b"", 0),
        (methods, len(METHODS)),
    ]
    head, at = b"", 0x70
    for table, count in (*tables, (classes, 1)):
        head += struct.pack("<II", count, at)
        at += len(table)
    start = b"dex\n035\0" + bytes(24) + struct.pack("<III", base + len(body), 0x70, 0x12345678) + bytes(12)
    return start + head + struct.pack("<II", 0, 0) + b"".join(table for table, _ in tables) + classes + body


def uleb128(number: int) -> bytes:
    encoded = b""
    while number >= 0x80:
        encoded += bytes([number & 0x7F | 0x80])
        number >>= 7
    return encoded + bytes([number])


def const_string(register: int, text: str) -> bytes:
    return struct.pack("<BBH", 0x1A, register, STRINGS.index(text))


def invoke_static(method: int, register: int) -> bytes:
    return struct.pack("<BBHH", 0x71, 0x10, method, register)


def invoke_virtual(method: int, receiver: int, argument: int) -> bytes:
    return struct.pack("<BBHH", 0x6E, 0x20, method, receiver | argument << 4)


def move_result(register: int) -> bytes:
    return bytes([0x0C, register])


RETURN = b"\x0e\0"
GET_CIPHER = const_string(0, "AES/GCM/NoPadding") + invoke_static(CIPHER, 0) + move_result(1)


def test_a_constant_reaches_its_call(look: Look, rows: Rows) -> None:
    data = dex(GET_CIPHER + RETURN)
    findings, diagnostics = look("classes.dex", data)
    assert rows(findings) == [("AES-GCM", "javax.crypto.Cipher.getInstance")]
    assert diagnostics == []
    offset = findings[0].location.offset
    assert offset is not None
    assert data[offset:].startswith(invoke_static(CIPHER, 0))


def test_a_later_call_completes_the_object(look: Look, rows: Rows) -> None:
    generator = const_string(0, "AES") + invoke_static(GENERATOR, 0) + move_result(1)
    size = struct.pack("<BBh", 0x13, 2, 256)
    findings, _ = look("classes.dex", dex(generator + size + invoke_virtual(INIT, 1, 2) + RETURN))
    assert rows(findings) == [("AES-256", "javax.crypto.KeyGenerator.getInstance")]


def test_ways_that_meet_give_alternatives(look: Look, rows: Rows) -> None:
    """if v3 == 0: "SHA-256" else "RSA" (which is no digest): both reach the call."""
    branch = struct.pack("<BBh", 0x38, 3, 5) + const_string(0, "RSA") + struct.pack("<Bb", 0x28, 3)
    code = branch + const_string(0, "SHA-256") + invoke_static(DIGEST, 0) + RETURN
    findings, _ = look("classes.dex", dex(code))
    assert rows(findings) == [("SHA-256", "java.security.MessageDigest.getInstance")]


def test_what_is_not_read_is_said(look: Look) -> None:
    findings, diagnostics = look("classes.dex", dex(invoke_static(DIGEST, 3) + RETURN))
    assert findings == []
    assert [(said.skip, said.rule) for said in diagnostics] == [(Skip.UNRESOLVED, "jca/message-digest")]


def test_a_register_that_a_loop_changes_is_not_known_in_it(look: Look) -> None:
    body = invoke_static(DIGEST, 0) + const_string(0, "SHA-256")
    code = const_string(0, "SHA-256") + body + struct.pack("<Bb", 0x28, -len(body) // 2)
    assert look("classes.dex", dex(code))[0] == []


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_file_that_is_cut_short_is_said(look: Look, part: float) -> None:
    data = dex(GET_CIPHER + RETURN)
    findings, diagnostics = look("classes.dex", data[: int(len(data) * part)])
    assert findings == []
    assert {said.skip for said in diagnostics} <= {Skip.MALFORMED}


@given(st.binary(max_size=200))
def test_any_code_is_read_or_said(look: Look, code: bytes) -> None:
    _, diagnostics = look("classes.dex", dex(GET_CIPHER + code[: len(code) & ~1]))
    assert {said.skip for said in diagnostics} <= {Skip.MALFORMED, Skip.UNRESOLVED}


@given(st.data())
def test_a_file_with_any_bytes_changed_is_read_or_said(look: Look, data: st.DataObject) -> None:
    whole = bytearray(dex(GET_CIPHER + RETURN))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(8, len(whole) - 1))] = data.draw(st.integers(0, 255))
    _, diagnostics = look("classes.dex", bytes(whole))
    assert {said.skip for said in diagnostics} <= {Skip.MALFORMED, Skip.UNRESOLVED}
