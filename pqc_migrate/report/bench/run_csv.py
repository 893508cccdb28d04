"""The measurements of benchmark runs as CSV (RFC 4180): one line an operation, with every field of the artefact.

Lists stand in one cell, separated by blanks; an interval and a verdict have a column for each of their parts.
"""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Mapping, Sequence

from pqc_migrate.bench.fingerprint import library
from pqc_migrate.model.bench import BenchmarkRun, Measurement, Sizes
from pqc_migrate.model.compare import Named
from pqc_migrate.report.csv import safe

_RUN = (
    "measured_at", "tool", "cpu_model", "cpu_family", "architecture", "flags", "governor", "hypervisor", "system",
    "kernel", "python", "library", "library_version", "library_label", "library_sha256", "run_quality",
)  # fmt: skip


def render(runs: Sequence[Named]) -> bytes:
    """Return UTF-8 CSV with a header line; several runs have a first column with their names."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    first = ("run",) if len(runs) > 1 else ()
    columns = (*first, *_fields(), *_RUN)
    writer.writerow(columns)
    for named in runs:
        for measurement in named.run.measurements:
            cells = {"run": named.name, **_measured(measurement), **_made(named.run, measurement.provider)}
            writer.writerow([safe(_cell(cells[column])) for column in columns])
    return text.getvalue().encode()


def _fields() -> tuple[str, ...]:
    """Return the columns of a measurement, in the order of its fields."""
    return tuple(column for field in dataclasses.fields(Measurement) for column in _columns(field.name))


def _columns(field: str) -> tuple[str, ...]:
    if field == "sizes":
        return tuple(f"{part.name}_bytes" for part in dataclasses.fields(Sizes))
    if field == "verdict":
        return ("quality", "quality_reasons")
    if field.endswith("_interval_ns"):
        stem = field.removesuffix("_interval_ns")
        return (f"{stem}_low_ns", f"{stem}_high_ns")
    return (field,)


def _measured(measurement: Measurement) -> dict[str, object]:
    cells: dict[str, object] = {}
    for field in dataclasses.fields(Measurement):
        columns, value = _columns(field.name), getattr(measurement, field.name)
        if field.name == "sizes":
            parts: Sequence[object] = dataclasses.astuple(value)
        elif field.name == "verdict":
            parts = (value.quality, "; ".join(value.reasons))
        else:
            parts = (value if value is not None else (None, None)) if len(columns) == 2 else (value,)
        cells |= dict(zip(columns, parts, strict=True))
    return cells


def _made(run: BenchmarkRun, provider: str) -> dict[str, object]:
    environment, found = run.environment, library(run, provider)
    cpu = environment.cpu
    return {
        "measured_at": environment.measured_at,
        "tool": environment.tool,
        "cpu_model": cpu.model,
        "cpu_family": cpu.family,
        "architecture": cpu.architecture,
        "flags": cpu.flags,
        "governor": cpu.governor,
        "hypervisor": cpu.hypervisor,
        "system": environment.system,
        "kernel": environment.kernel,
        "python": environment.python,
        "library": found.name if found else None,
        "library_version": found.version if found else None,
        "library_label": found.label if found else None,
        "library_sha256": found.sha256 if found else None,
        "run_quality": run.verdict.quality,
    }


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(round(value, 4))
    if isinstance(value, Mapping):
        return "; ".join(f"{key}={part}" for key, part in value.items())
    if isinstance(value, tuple):
        return " ".join(_cell(part) for part in value)
    return str(value)
