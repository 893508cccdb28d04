"""The last ten lines of a run: what a person has to know before opening the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pqc_migrate.inventory.standing import Concern
from pqc_migrate.model.bench import BenchmarkRun
from pqc_migrate.model.inventory import Inventory, Role
from pqc_migrate.model.plan import MigrationPlan
from pqc_migrate.report.scan_rows import Row, coverage_lines, headline, rows
from pqc_migrate.report.texts import load
from pqc_migrate.report.words import Words

_WORST = 3
_HEADLINES = (("ML-KEM-768", "encaps"), ("ML-KEM-768", "decaps"), ("ML-DSA-65", "sign"), ("ML-DSA-65", "verify"))


def closing(inventory: Inventory, measured: BenchmarkRun | None, plan: MigrationPlan, folder: Path) -> str:
    """Return what was found, what was not looked at, what was measured, what comes first, and where it stands."""
    found = rows(inventory)
    lines = [
        headline(inventory, found),
        *_worst(found),
        *coverage_lines(inventory),
        *(measured.notices if measured else ()),
        _measured(measured),
        _first_wave(plan),
        f"{len(plan.assumptions)} assumptions and {len(plan.unknowns)} unknowns are listed in the report",
        f"open {folder / 'report.html'}",
    ]
    return "\n".join(lines)


def _worst(found: list[Row]) -> Iterator[str]:
    """Yield the most urgent assets that run in production, with one place each."""
    urgent = [
        row for row in found if row.concern is Concern.QUANTUM and row.role in (Role.PRODUCTION, Role.VENDORED)
    ]
    for row in urgent[:_WORST]:
        places = row.places
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        yield f"  {row.label}: {places[0]}{more}"


def _measured(measured: BenchmarkRun | None) -> str:
    if measured is None:
        return "benchmark: none, so nothing here is priced in time"
    times = []
    for algorithm, operation in _HEADLINES:
        measurement = measured.find(algorithm, operation)
        if measurement is not None:
            times.append(f"{algorithm} {operation} {_duration(measurement.representative_ns)}")
    providers = ", ".join(dict.fromkeys(measurement.provider for measurement in measured.measurements))
    quality = f"{measured.verdict.quality} machine"
    return f"benchmark ({providers}; {quality}): {', '.join(times) or 'no post-quantum algorithm measured'}"


def _duration(nanoseconds: float) -> str:
    if nanoseconds < 1e6:
        return f"{nanoseconds / 1e3:.1f} µs"
    return f"{nanoseconds / 1e6:.2f} ms"


def _first_wave(plan: MigrationPlan) -> str:
    if not plan.waves:
        return "no use needs a wave"
    words = Words(plan, load("en"))
    wave = plan.waves[0]
    line = f"first: {words.wave(wave.id)}, {len(wave.uses)} of {len(plan.uses)} uses"
    if wave.latest_finish is None or wave.binding is None:
        return f"{line}; the chosen timelines set no date"
    late = "; its latest start has passed" if wave.late else ""
    basis = f"{words.milestone(wave.deadline)}: {words.label(wave.binding)}"
    return f"{line}, to finish by {wave.latest_finish} ({basis}){late}"
