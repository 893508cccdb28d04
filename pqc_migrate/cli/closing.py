"""The last ten lines of a run: what a person has to know before opening the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pqc_migrate.catalog import algorithms
from pqc_migrate.inventory.standing import Concern
from pqc_migrate.model.bench import BenchmarkRun
from pqc_migrate.model.inventory import Inventory, Kind, Role
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
    """Yield what runs in production and has to move, a line each: the most used assets with one place each."""
    running = [row for row in found if row.role in (Role.PRODUCTION, Role.VENDORED)]
    vulnerable = [row for row in running if row.concern is Concern.QUANTUM]
    exchange = [row for row in vulnerable if _primitive(row) in ("key-agree", "kem", "pke")]
    groups = {
        "key establishment and encryption": exchange,
        "signatures, keys and certificates": [row for row in vulnerable if row not in exchange],
        "broken or weak already today": [row for row in running if row.concern in (Concern.BROKEN, Concern.WEAK)],
    }
    for title, group in groups.items():
        most = sorted(group, key=lambda row: -len(row.places))
        named = [f"{row.component.name} at {row.places[0]}{_more(len(row.places) - 1)}" for row in most[:_WORST]]
        others = len(group) - _WORST
        rest = f" and {others} other asset{'s' if others > 1 else ''}" if others > 0 else ""
        if named:
            yield f"  {title}: {', '.join(named)}{rest}"


def _more(count: int) -> str:
    return f" (+{count})" if count else ""


def _primitive(row: Row) -> str:
    asset = row.component.asset
    return algorithms.primitive(asset) if asset.kind is Kind.ALGORITHM else ""


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
