"""Implementations told by the numbers that lie in a program."""

import random
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from pqc_migrate.catalog import memory_images
from pqc_migrate.catalog.constants import constants
from pqc_migrate.model.inventory import Diagnostic, Finding, Role

Look = Callable[[str, bytes], tuple[list[Finding], list[Diagnostic]]]
Rows = Callable[[Iterable[Finding]], list[tuple[str, str]]]
Compile = Callable[..., bytes]
NOISE = b"\0" + random.Random(4).randbytes(5000)


def words(text: str, size: int, order: str = "little") -> bytes:
    return b"".join(int(word, 16).to_bytes(size, order) for word in text.split())  # type: ignore[arg-type]


SHA_256_K = "428a2f98 71374491 b5c0fbcf e9b5dba5 3956c25b 59f111f1 923f82a4 ab1c5ed5"
SHA_256_IV = "6a09e667 bb67ae85 3c6ef372 a54ff53a 510e527f 9b05688c 1f83d9ab 5be0cd19"
SM4_FK = "a3b1bac6 56aa3350 677d9197 b27022dc"
AES_S_BOX = bytes.fromhex("637c777bf26b6fc53001672bfed7ab76")
AES_INVERSE = bytes.fromhex("52096ad53036a538bf40a39e81f3d7fb")
P_256_B = bytes.fromhex("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (words(SHA_256_K, 4), [("SHA-256", "sha-256-round-constants")]),
        (words(SHA_256_K, 4, "big"), [("SHA-256", "sha-256-round-constants")]),
        (words(SM4_FK, 4), [("SM4", "sm4-system-parameter")]),
        (AES_S_BOX + bytes(240) + AES_INVERSE, [("AES", "aes-inverse-s-box"), ("AES", "aes-s-box")]),
        (P_256_B, [("EC-P-256", "curve-p-256")]),
        (P_256_B[::-1], [("EC-P-256", "curve-p-256")]),
    ],
)
def test_tables_and_numbers(look: Look, rows: Rows, data: bytes, expected: list[tuple[str, str]]) -> None:
    findings, diagnostics = look("firmware.bin", NOISE + data + NOISE)
    assert rows(findings) == expected
    assert diagnostics == []
    assert {found.role for found in findings} == {Role.IMPLEMENTATION}
    assert all(found.location.line == 1 and found.location.offset is not None for found in findings)
    assert min(found.location.offset or 0 for found in findings) == len(NOISE)


@pytest.mark.parametrize(
    "data",
    [
        words(SHA_256_K, 4)[:-1],
        words(SHA_256_K, 4)[1:],
        AES_S_BOX,  # Grøstl, Haraka and a shuffle of DNS query numbers have it as well
        words(SHA_256_IV, 4),  # BLAKE2s begins with the same words
        P_256_B[:-1] + b"\0",
    ],
)
def test_a_part_or_what_others_have_as_well_is_nothing(look: Look, data: bytes) -> None:
    assert look("firmware.bin", NOISE + data + NOISE) == ([], [])


def test_initial_values_count_beside_the_round_constants(look: Look, rows: Rows) -> None:
    data = words(SHA_256_IV, 4) + words(SHA_256_K, 4)
    assert rows(look("firmware.bin", NOISE + data)[0]) == [
        ("SHA-256", "sha-256-initial-value"),
        ("SHA-256", "sha-256-round-constants"),
    ]


def test_every_image_is_found_by_its_anchor() -> None:
    """The anchor stands in the image, holds no zero, and leads back to it."""
    for anchor, images in memory_images.images().items():
        assert b"\0" not in anchor
        assert len(set(anchor)) >= 4
        for image in images:
            assert image.data[image.shift :].startswith(anchor)
            assert len(image.data) >= 12
    assert {image.constant for image in memory_images.unanchored()} >= {"keccak-round-constants"}


def test_every_prime_of_a_named_group_is_found(look: Look) -> None:
    for constant in constants().values():
        if constant.repeated:
            prime = int(constant.digits[0], 16)
            for order in ("big", "little"):
                data = NOISE + prime.to_bytes((prime.bit_length() + 7) // 8, order) + NOISE  # type: ignore[arg-type]
                findings, _ = look("firmware.bin", data)
                assert [found.asset for found in findings] == [constant.asset]


def test_the_table_of_a_program_lies_in_a_section(gcc: Compile, look: Look) -> None:
    pytest.importorskip("lief", reason="lief is not installed")
    table = ", ".join(f"0x{word}" for word in SHA_256_K.split())
    text = f"const unsigned k[8] = {{ {table} }}; int main(int c, char **v) {{ return k[c & 7]; }}"
    findings, _ = look("bin/program", gcc("program", text))
    assert [dict(found.details) for found in findings] == [{"section": ".rodata"}]


@pytest.mark.parametrize("name", ["ls", "cp", "cat", "date", "head", "tr", "sleep", "awk", "tar"])
def test_programs_without_cryptography_have_none(look: Look, name: str) -> None:
    path = Path("/usr/bin", name)
    if not path.exists():
        pytest.skip(f"{path} is not installed")
    assert look(f"usr/bin/{name}", path.read_bytes())[0] == []


def test_text_and_pictures_are_not_searched(look: Look) -> None:
    for path in ("notes.txt", "logo.png", "data.zip", "table.csv"):
        assert look(path, words(SHA_256_K, 4)) == ([], [])
