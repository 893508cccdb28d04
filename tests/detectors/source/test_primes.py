"""Primes of named groups are recognized by all their digits, in any spelling, and only then."""

import textwrap

import pytest

from pqc_migrate.catalog import algorithms
from pqc_migrate.catalog.groups import groups
from pqc_migrate.detectors.source.constants import DETECTOR
from pqc_migrate.model.inventory import Finding
from pqc_migrate.model.target import Hit, SourceFile


def found(code: str, language: str = "c") -> list[tuple[int, str]]:
    """Return (line, name) of what is found, with the gate's hits made by plain search."""
    data = code.encode()
    hits = tuple(
        sorted(
            Hit(at, anchor)
            for anchor in DETECTOR.anchors()
            for at in range(len(data))
            if data.startswith(anchor, at)
        )
    )
    file = SourceFile("f", data, language, hits=hits)
    if not DETECTOR.wants(file):
        return []
    results = [f for f in DETECTOR.detect(file) if isinstance(f, Finding)]
    return [(f.location.line, algorithms.name(f.asset)) for f in results]


@pytest.mark.parametrize("name", groups())
def test_one_literal(name: str) -> None:
    """A prime as one integer literal is its group."""
    assert found(f"int x;\nP = {groups()[name].prime:#x}\n", "python") == [(2, f"FFDH-{name}")]


def test_byte_array_and_split_string() -> None:
    """A C array of octets and a string over several lines read the same; the line is where the digits begin."""
    digits = f"{groups()['modp2048'].prime:X}"
    octets = ", ".join(f"0x{digits[i : i + 2]}" for i in range(0, len(digits), 2))
    array = "static unsigned char p[] = {\n" + "\n".join(textwrap.wrap(octets, 72)) + "\n};\n"
    lines = "\n".join(f'    "{part}"' for part in textwrap.wrap(digits, 64))
    assert found(array) == [(2, "FFDH-modp2048")]
    assert found(f"const char *p =\n{lines};\n") == [(2, "FFDH-modp2048")]


def test_one_wrong_digit_is_no_group() -> None:
    """A prime that differs in its last digit is another number."""
    wrong = f"{groups()['modp1536'].prime - 16:#x}"
    assert found(f"P = {wrong}\n", "python") == []


def test_comments_and_prose_are_no_use() -> None:
    """Digits quoted in a comment or in a document use nothing."""
    prime = f"{groups()['ffdhe2048'].prime:X}"
    assert found(f"# {prime}\n", "python") == []
    assert found(f"{prime}\n", "prose") == []


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        ("class SrpClient:\n", "SRP-6-modp3072"),
        ("# RFC 5054, SRP\nclass DiffieHellman:\n", "FFDH-modp3072"),
        ("dh_group = srp_group =\\\n", "FFDH-modp3072"),
        ("class Group:\n", "FFDH-modp3072"),
    ],
)
def test_the_group_is_of_srp_where_the_code_is(around: str, expected: str) -> None:
    """The two protocols share their groups; code that names only SRP is SRP."""
    code = f"{around} P = {groups()['modp3072'].prime:#x}\n"
    assert [name for _, name in found(code, "python")] == [expected]
