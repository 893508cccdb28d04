"""Columns of the table of operations that are there only when something stands in them."""

from __future__ import annotations

from collections.abc import Sequence

from pqc_migrate.bench.cycles import REFERENCE_TICKS
from pqc_migrate.model.bench import Measurement


def optional(measurements: Sequence[Measurement]) -> list[tuple[str, list[str]]]:
    """Return (header, cells) of cycles, the cost through the wrapper and repeated runs, as far as there are any."""
    columns = [
        (_cycles_header(measurements), [_thousands(m.cycles) for m in measurements]),
        ("wrapper µs", ["" if m.wrapper_ns is None else f"{m.wrapper_ns / 1000:.4g}" for m in measurements]),
        ("runs differ", [_difference(m.repeats_ns) for m in measurements]),
    ]
    return [(header, cells) for header, cells in columns if any(cells)]


def _cycles_header(measurements: Sequence[Measurement]) -> str:
    ticks = any(m.cycles_kind == REFERENCE_TICKS for m in measurements)
    return "k ref. ticks" if ticks else "k cycles"


def _thousands(count: float | None) -> str:
    return "" if count is None else f"{count / 1000:.1f}" if count < 1e6 else f"{count / 1000:.0f}"


def _difference(repeats: Sequence[float]) -> str:
    """Return by how much the slowest of the repeated runs is slower than the fastest."""
    return f"{max(repeats) / min(repeats):.2f} ×" if repeats and min(repeats) > 0 else ""
