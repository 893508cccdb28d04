"""Hash functions whose numbers stand in instructions: compiled by the test, and apart in bytes it makes."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable

import pytest

from pqc_migrate.detectors.binaries import instructions
from pqc_migrate.model.inventory import Diagnostic, Finding, Role
from pqc_migrate.model.target import Hit, SourceFile

Look = Callable[[str, bytes], tuple[list[Finding], list[Diagnostic]]]
Rows = Callable[[Iterable[Finding]], list[tuple[str, str]]]
Compile = Callable[..., bytes]
MD5 = ("d76aa478", "e8c7b756", "242070db", "c1bdceee", "f57c0faf", "4787c62a", "a8304613", "fd469501")
SHA_1 = ("5a827999", "6ed9eba1", "8f1bbcdc", "ca62c1d6")
SHA_256 = ("428a2f98", "71374491", "b5c0fbcf", "e9b5dba5", "3956c25b", "59f111f1", "923f82a4", "ab1c5ed5")
SHA_512 = (
    "428a2f98d728ae22", "7137449123ef65cd", "b5c0fbcfec4d3b2f", "e9b5dba58189dbbc", "3956c25bf348b538",
    "59f111f1b605d019", "923f82a4af194f9b", "ab1c5ed5da6d8118",
)  # fmt: skip
X86 = platform.machine() in ("x86_64", "AMD64", "i686")


def source(words: Iterable[str]) -> str:
    """Return rounds as no table holds them: each with its own number."""
    rounds = "".join(
        f"a = ((a + (b & c | ~b & d) + x[{i}] + 0x{w}u) << 7) ^ d; d = c; c = b; b = a;"
        for i, w in enumerate(words)
    )
    return f"unsigned f(unsigned a, unsigned b, unsigned c, unsigned d, unsigned *x) {{ {rounds} return a + b; }}"


def detected(data: bytes) -> list[str]:
    hits = [
        Hit(at, anchor)
        for anchor in instructions.DETECTOR.anchors()
        for at in range(len(data))
        if data.startswith(anchor, at)
    ]
    file = SourceFile("lib.so", data, "elf", hits=tuple(hits))
    return [found.location.symbol for found in instructions.DETECTOR.detect(file) if isinstance(found, Finding)]


def apart(words: Iterable[str], gap: int) -> bytes:
    return b"".join(bytes.fromhex(word)[::-1] + b"\x90" * (gap - len(word) // 2) for word in words)


@pytest.mark.skipif(not X86, reason="numbers stand whole in instructions of x86 only")
def test_unrolled_rounds_of_a_program(look: Look, rows: Rows, gcc: Compile) -> None:
    """The compiler puts each number into an instruction."""
    findings, _ = look("lib.so", gcc("lib.so", source(MD5), "-shared", "-O2", "-fPIC"))
    hashes = [found for found in findings if found.location.symbol == "md5-sines"]
    assert rows(hashes) == [("MD5", "md5-sines")]
    assert hashes[0].role is Role.IMPLEMENTATION


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (apart(MD5, 40), ["md5-sines"]),
        (apart(SHA_1, 1400), ["sha-1-round-constants"]),
        (apart(MD5, 8), []),
        (apart(MD5, 5000), []),
        (apart(MD5[::-1], 40), []),
        (apart(SHA_1[:3], 40), []),
        (apart(SHA_256, 30), ["sha-256-round-constants"]),
        (apart(SHA_512, 30), ["sha-512-round-constants"]),
        (apart((*SHA_1[:3], "a953fd4e"), 40), []),
    ],
    ids=["md5", "sha-1", "table", "far apart", "backwards", "too few", "sha-256", "sha-512", "ripemd-160"],
)
def test_all_numbers_in_order_and_apart(data: bytes, expected: list[str]) -> None:
    """One missing number, another order, a table or chance neighbors are no function."""
    assert detected(b"\0" * 64 + data + b"\0" * 64) == expected
