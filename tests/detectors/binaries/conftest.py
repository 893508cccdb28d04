"""Run the binary detectors on bytes as the scan would, and build programs where a compiler is there."""

import shutil
import subprocess
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

from pqc_migrate.catalog import algorithms, languages
from pqc_migrate.detectors.binaries import DETECTORS
from pqc_migrate.gate import Gate
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile

Seen = tuple[list[Finding], list[Diagnostic]]
Look = Callable[[str, bytes], Seen]
Compile = Callable[..., bytes]


@cache
def gate() -> Gate:
    return Gate(frozenset().union(*(detector.anchors() for detector in DETECTORS)))


def seen(path: str, data: bytes) -> Seen:
    file = SourceFile(path, data, languages.of(path.rsplit("/", 1)[-1], data), hits=gate().hits(data))
    claims = [claim for detector in DETECTORS if detector.wants(file) for claim in detector.detect(file)]
    return (
        [claim for claim in claims if isinstance(claim, Finding)],
        [claim for claim in claims if isinstance(claim, Diagnostic)],
    )


@pytest.fixture(scope="session")
def look() -> Look:
    """Return what the detectors see in one file: findings and diagnostics."""
    return seen


@pytest.fixture(scope="session")
def rows() -> Callable[[Iterable[Finding]], list[tuple[str, str]]]:
    """Return a function that gives (display name, symbol) of each finding, sorted."""
    return lambda findings: sorted((algorithms.name(found.asset), found.location.symbol) for found in findings)


def needs(program: str) -> str:
    """Return where a program is, or skip the test."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


@pytest.fixture
def gcc(tmp_path: Path) -> Compile:
    """Return a compiler of C texts: name of the result, text, further arguments → its bytes."""
    compiler = needs("gcc")

    def build(name: str, text: str, *arguments: str) -> bytes:
        source = tmp_path / f"{name}.c"
        source.write_text(text)
        command = [compiler, "-w", "-o", str(tmp_path / name), str(source), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
        return (tmp_path / name).read_bytes()

    return build


@pytest.fixture
def javac(tmp_path: Path) -> Callable[..., bytes]:
    """Return a compiler of Java texts: class, text, further arguments → the bytes of the class file."""
    compiler = needs("javac")

    def build(name: str, text: str, *arguments: str) -> bytes:
        source = tmp_path / f"{name}.java"
        source.write_text(text)
        subprocess.run(
            [compiler, "-nowarn", "-proc:none", *arguments, str(source)], check=True, capture_output=True
        )
        return (tmp_path / f"{name}.class").read_bytes()

    return build
