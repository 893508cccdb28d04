"""What each stage of a scan costs on a real source package, and the whole against ripgrep on the same files.

The package is pinned by name, version and digest in `inventory/labels/projects.toml`, fetched when the network
allows, and kept in the user's cache; it is read, never built or run.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tree_sitter import Parser

from pqc_migrate import scan as scanning
from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.all import DETECTORS
from pqc_migrate.gate import Gate

if sys.platform != "win32":
    import resource

PACKAGE = ("paramiko", "3.5.1")
"""Pure Python that implements SSH: most files use cryptography, so that a scan does its whole work."""
FINDINGS = 500
"""A scan that found fewer did not do the work that is timed; it found 663 when this was written."""
ROUNDS = 5
Benchmark = Callable[..., Any]


def _projects() -> ModuleType:
    spec = importlib.util.spec_from_file_location("projects", Path(__file__).with_name("projects.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def package() -> Path:
    """The unpacked package; skipped where it can neither be found nor fetched."""
    listed = _projects()
    project = next(p for p in listed.projects() if (p["name"], p["version"]) == PACKAGE)
    try:
        root: Path = listed.fetch(project, listed.CACHE)
    except (OSError, ValueError, StopIteration, subprocess.CalledProcessError) as error:
        pytest.skip(f"{' '.join(PACKAGE)} is not in {listed.CACHE} and cannot be fetched: {error!r}")
    return root


@pytest.fixture(scope="module")
def files(package: Path) -> dict[str, bytes]:
    """Every file of the package by its path."""
    return {str(path): path.read_bytes() for path in sorted(package.rglob("*")) if path.is_file()}


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scan in this process: what is timed is the work, not how it is spread."""
    monkeypatch.setattr(scanning, "FEW_FILES", 1_000_000)
    monkeypatch.setattr(scanning, "FEW_BYTES", 1 << 40)


def anchors() -> frozenset[bytes]:
    return frozenset().union(*(detector.anchors() for detector in DETECTORS))


def test_gate(benchmark: Benchmark, files: dict[str, bytes]) -> None:
    """Look for every anchor in every file."""
    gate = Gate(anchors())
    hits = benchmark(lambda: sum(len(gate.hits(data)) for data in files.values()))
    assert hits > 1000
    note(benchmark, bytes=sum(map(len, files.values())), files=len(files), anchors=len(anchors()))


def test_parse(benchmark: Benchmark, files: dict[str, bytes]) -> None:
    """Parse every Python file: what no scanner of syntax can do without."""
    sources = [data for path, data in files.items() if path.endswith(".py")]
    parser = Parser(grammars.load("python"))
    benchmark(lambda: [parser.parse(data) for data in sources])
    assert len(sources) > 50
    note(benchmark, bytes=sum(map(len, sources)), files=len(sources))


@pytest.mark.usefixtures("alone")
def test_scan(benchmark: Benchmark, package: Path) -> None:
    """Scan it in one process, archives and keys included."""
    result = benchmark.pedantic(lambda: scanning.scan([str(package)]), rounds=ROUNDS)  # type: ignore[attr-defined]
    assert len(result.findings) >= FINDINGS
    note(benchmark, findings=len(result.findings), files=result.coverage.files_read)


@pytest.mark.usefixtures("alone")
def test_scan_against_ripgrep(
    benchmark: Benchmark,
    package: Path,
    files: dict[str, bytes],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """CPU time of the gate and of a scan, divided by that of ripgrep counting lines with our anchors, in turns.

    A ratio moves less with the machine than a time does. What is slower than before shows in both; the ratios
    are in `extra_info` and printed. ripgrep reads the files as well, the gate has them in memory.
    """
    ripgrep = shutil.which("rg")
    if ripgrep is None:
        pytest.skip("no rg on PATH: nothing to compare with")
    if sys.platform == "win32":
        pytest.skip("the CPU time of another process is not to be had here")
    listed = tmp_path / "anchors"
    literals = sorted(filter(searchable, anchors()))
    listed.write_bytes(b"\n".join(literals) + b"\n")
    command = [ripgrep, "-j", str(len(usable())), "-c", "-F", "-uu", "-f", str(listed), str(package)]
    gate = Gate(anchors())
    turns: list[tuple[float, float, float]] = []

    def turn() -> None:
        start = time.process_time()
        for data in files.values():
            gate.hits(data)
        between = time.process_time()
        assert len(scanning.scan([str(package)]).findings) >= FINDINGS
        turns.append((between - start, time.process_time() - between, cpu_of(command)))

    benchmark.pedantic(turn, rounds=ROUNDS, warmup_rounds=1)  # type: ignore[attr-defined]
    # The least of each: what interrupts a process only ever adds to its time.
    gated, scanned, searched = (min(side) for side in zip(*turns, strict=True))
    note(benchmark, gate_cpu_s=gated, scan_cpu_s=scanned, ripgrep_cpu_s=searched)
    note(benchmark, gate_by_ripgrep=gated / searched, scan_by_ripgrep=scanned / searched)
    note(benchmark, ripgrep=version(ripgrep), literals=len(literals))
    told = f"gate {gated / searched:.2f}, scan {scanned / searched:.1f} times ripgrep's {searched:.3f} s"
    with capfd.disabled():
        print(f"\nCPU time: {told}")


def cpu_of(command: list[str]) -> float:
    """Return the CPU seconds of a command; ripgrep ends in 0 with matches, 1 without, 2 with an error."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stderr
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def searchable(anchor: bytes) -> bool:
    """Whether a file of literals for ripgrep can hold it: text of one line. A few magic numbers are not."""
    try:
        return "\n" not in anchor.decode()
    except UnicodeDecodeError:
        return False


def usable() -> set[int]:
    """Return the processors this process may run on."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))


def version(program: str) -> str:
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.split("\n")[0]


def note(benchmark: Any, **facts: object) -> None:
    """Keep what was measured beside its time."""
    benchmark.extra_info.update(package=" ".join(PACKAGE), **facts)
