"""Runs of several machines side by side: one table an operation, one column a processor."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from pqc_migrate.bench.tables import microseconds
from pqc_migrate.model.bench import Measurement, Operation, Quality
from pqc_migrate.model.compare import Named
from pqc_migrate.model.escape import visible
from pqc_migrate.report.bench import run_csv
from pqc_migrate.report.bench.compare import about, pipe_table, plain_table
from pqc_migrate.report.markdown import escaped

_MARKS = {Quality.QUIET: "", Quality.NOISY: "~", Quality.UNUSABLE: "!"}
_LEGEND = (
    "µs of one call on one core; * mean, where the work is random by design; ~ noisy, ! unusable",
    "machines differ in processor and in library build: bench compare --across tells by how much, with intervals",
)


def table(runs: Sequence[Named]) -> bytes:
    """Return the tables as text for a terminal."""
    return _text(runs, plain_table, "", "", visible).encode()


def markdown(runs: Sequence[Named]) -> bytes:
    """Return the tables as GitHub-flavored Markdown."""
    return _text(runs, pipe_table, "### ", "  ", escaped).encode()


_Draw = Callable[[Sequence[Sequence[str]], Sequence[str], Collection[str]], str]


def _text(runs: Sequence[Named], draw: _Draw, heading: str, end: str, shown: Callable[[str], str]) -> str:
    labels = tuple(shown(label) for label in _labels(runs))
    parts = [f"{label}: {shown(about(named))}\n" for label, named in zip(labels, runs, strict=True)]
    for operation in Operation:
        rows = list(_rows(runs, operation))
        if rows:
            parts += [f"{heading}{operation}\n", draw(rows, ("algorithm", "provider", *labels), labels), ""]
    return "\n".join([*parts, *(f"{shown(line)}{end}" for line in _LEGEND), ""])


def _labels(runs: Sequence[Named]) -> list[str]:
    """Return a processor's name for each run; where two have the same, the file tells them apart."""
    names = [run.run.environment.cpu.model or run.run.environment.cpu.architecture or "unknown" for run in runs]
    return [f"{n} ({run.name})" if names.count(n) > 1 else n for n, run in zip(names, runs, strict=True)]


def _rows(runs: Sequence[Named], operation: Operation) -> Iterator[tuple[str, ...]]:
    found = [
        {(m.algorithm, m.provider): m for m in named.run.measurements if m.operation is operation} for named in runs
    ]
    for key in dict.fromkeys(key for one in found for key in one):
        yield (*key, *(_cell(one.get(key)) for one in found))


def _cell(measurement: Measurement | None) -> str:
    if measurement is None:
        return ""
    mean = "*" if measurement.representative == "mean" else ""
    return f"{_MARKS[measurement.verdict.quality]}{microseconds(measurement.representative_ns)}{mean}"


FORMATS: dict[str, Callable[[Sequence[Named]], bytes]] = {
    "table": table,
    "markdown": markdown,
    "csv": run_csv.render,
}
