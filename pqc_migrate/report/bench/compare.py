"""A comparison of benchmark runs as table, Markdown, CSV, or JSON by ``schema/compare.v1.json``."""

from __future__ import annotations

import csv
import io
import json
import statistics
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from tabulate import tabulate

from pqc_migrate.bench import compare as rule
from pqc_migrate.bench import ratio
from pqc_migrate.bench.tables import microseconds
from pqc_migrate.model.bench import Library
from pqc_migrate.model.compare import Change, Compared, Comparison, Named, Pair, Ratio
from pqc_migrate.model.escape import visible
from pqc_migrate.report.csv import safe
from pqc_migrate.report.markdown import escaped

SCHEMA = "pqc-migrate/compare/v1"
_HEADERS = ("algorithm", "provider", "operation", "base µs", "run µs", "ratio", "95 % interval", "limit", "verdict")
_NORMALIZED = ("normalized", "95 % interval")
_RIGHT = frozenset({"base µs", "run µs", "ratio", "normalized", "limit"})
_LEGEND = (
    "ratio: time in the run divided by time in the base; * of means, where the work is random by design",
    "slower, faster: the interval excludes 1 and the ratio is beyond the limit",
    "limit: the largest of 3 %, the drift of fixed work, the spread of the rounds, and what another input changes",
)
_LEGEND_NORMALIZED = "normalized: divided by the ratio of X25519 derive of the same OpenSSL; judged is this one"
_COLUMNS = (
    "base", "run", "algorithm", "operation", "provider", "statistic", "base_ns", "run_ns", "ratio", "ratio_low",
    "ratio_high", "method", "normalized_ratio", "normalized_low", "normalized_high", "limit", "limit_by", "change",
    "remark",
)  # fmt: skip


def summary(pair: Pair) -> str:
    """Return how many operations changed and how, in one line."""
    counts = Counter(one.change for one in pair.operations)
    said = [f"{counts[change]} {change.value.replace('-', ' ')}" for change in Change if counts[change]]
    return f"{pair.run.name}: {', '.join(said)}"


def table(comparison: Comparison) -> bytes:
    """Return the comparison as text for a terminal."""
    return _text(comparison, plain_table, "NOTE: ", "", "", visible).encode()


def markdown(comparison: Comparison) -> bytes:
    """Return the comparison as GitHub-flavored Markdown."""
    return _text(comparison, pipe_table, "> **Note:** ", "### ", "  ", escaped).encode()


_Draw = Callable[[Sequence[Sequence[str]], Sequence[str], Collection[str]], str]
_Shown = Callable[[str], str]


def _text(comparison: Comparison, draw: _Draw, note: str, heading: str, end: str, shown: _Shown) -> str:
    parts: list[str] = []
    for pair in comparison.pairs:
        for what, named in (("base", comparison.base), ("run", pair.run)):
            parts += [f"{heading}{shown(f'{what}: {about(named)}')}", ""]
        remarks = (*(contrast.text for contrast in pair.contrasts), *pair.remarks)
        parts += [line for remark in remarks for line in (f"{note}{shown(remark)}", "")]
        normalized = pair.control is not None
        headers = (*_HEADERS[:-2], *(_NORMALIZED if normalized else ()), *_HEADERS[-2:])
        parts += [draw([_row(one, normalized=normalized) for one in pair.operations], headers, _RIGHT), ""]
        parts += [shown(summary(pair)), ""]
        parts += [f"{shown(line)}{end}" for line in (*_LEGEND, *([_LEGEND_NORMALIZED] if normalized else []))]
        parts += [""]
        for name, only in _lonely(comparison, pair):
            parts += [shown(f"only in {name}: {', '.join(only)}"), ""]
    return "\n".join(parts)


def plain_table(rows: Sequence[Sequence[str]], headers: Sequence[str], right: Collection[str]) -> str:
    """Return a table for a terminal; `right` names the columns that hold numbers."""
    shown = [[visible(cell) for cell in row] for row in rows]
    return _tabulated(shown, headers, right, "simple")


def pipe_table(rows: Sequence[Sequence[str]], headers: Sequence[str], right: Collection[str]) -> str:
    """Return a table in GitHub-flavored Markdown."""
    return _tabulated([[escaped(cell) for cell in row] for row in rows], headers, right, "pipe")


def _tabulated(rows: Sequence[Sequence[str]], headers: Sequence[str], right: Collection[str], form: str) -> str:
    aligned = ["right" if header in right else "left" for header in headers]
    return tabulate(rows, headers, tablefmt=form, disable_numparse=True, colalign=aligned if rows else None)


def about(named: Named) -> str:
    """Return a run in one line: file, processor, libraries, time, quality."""
    environment = named.run.environment
    libraries = ", ".join(f"{one.name} {one.version}" for one in environment.libraries)
    cpu = environment.cpu.model or f"unknown processor ({environment.cpu.architecture or 'unknown architecture'})"
    return f"{named.name}: {cpu}; {libraries}; {environment.measured_at}; {named.run.verdict.quality}"


def _lonely(comparison: Comparison, pair: Pair) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, only in ((comparison.base.name, pair.only_base), (pair.run.name, pair.only_run)):
        if only:
            yield name, only


def _row(one: Compared, *, normalized: bool) -> tuple[str, ...]:
    mark = "*" if one.statistic == "mean" else ""
    verdict = one.change.value.replace("-", " ") + (f": {one.remark}" if one.remark else "")
    return (
        one.algorithm,
        one.provider,
        one.operation,
        microseconds(one.base_ns) + mark,
        microseconds(one.run_ns) + mark,
        *_interval(one.ratio),
        *(_interval(one.normalized) if normalized else ()),
        f"{one.limit:.0%} {one.limit_by}",
        verdict,
    )


def _interval(found: Ratio | None) -> tuple[str, str]:
    return ("", "") if found is None else (f"{found.value:.3f}", f"{found.low:.3f} – {found.high:.3f}")


def csv_lines(comparison: Comparison) -> bytes:
    """Return one line an operation and run, CSV by RFC 4180 with a header line."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for pair in comparison.pairs:
        for one in pair.operations:
            cells = _cells(comparison.base, pair.run, one)
            writer.writerow([safe("" if cells[c] is None else str(cells[c])) for c in _COLUMNS])
    return text.getvalue().encode()


def _cells(base: Named, run: Named, one: Compared) -> dict[str, Any]:
    plain = _operation(one)
    for name, part in (("ratio", one.ratio), ("normalized_ratio", one.normalized)):
        stem = name.removesuffix("_ratio")
        plain[name] = None if part is None else round(part.value, 5)
        plain[f"{stem}_low"] = None if part is None else round(part.low, 5)
        plain[f"{stem}_high"] = None if part is None else round(part.high, 5)
    return {**plain, "method": one.ratio.method if one.ratio else "", "base": base.name, "run": run.name}


def json_text(comparison: Comparison) -> bytes:
    """Return the artefact; runs stand by name, their figures only as far as they were compared."""
    content = {
        "schema": SCHEMA,
        "rule": {"confidence": ratio.CONFIDENCE, "floor": rule.FLOOR, "too_noisy_above": rule.BLIND},
        "base": _run(comparison.base),
        "pairs": [_pair(pair) for pair in comparison.pairs],
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def _run(named: Named) -> dict[str, Any]:
    environment = named.run.environment
    return {
        "name": named.name,
        "measured_at": environment.measured_at,
        "tool": environment.tool,
        "cpu": environment.cpu.model,
        "architecture": environment.cpu.architecture,
        "quality": named.run.verdict.quality.value,
        "control_ns": round(statistics.median(environment.control_ns), 1) if environment.control_ns else None,
        "libraries": [_library(library) for library in environment.libraries],
    }


def _library(library: Library) -> dict[str, Any]:
    return {"name": library.name, "version": library.version, "sha256": library.sha256, "label": library.label}


def _pair(pair: Pair) -> dict[str, Any]:
    counts = Counter(one.change for one in pair.operations)
    return {
        "run": _run(pair.run),
        "contrasts": [{"kind": c.kind.value, "text": c.text} for c in pair.contrasts],
        "remarks": list(pair.remarks),
        "drift": round(pair.drift, 5),
        "control": _ratio(pair.control),
        "counts": {change.value: counts[change] for change in Change},
        "operations": [_operation(one) for one in pair.operations],
        "only_base": list(pair.only_base),
        "only_run": list(pair.only_run),
    }


def _operation(one: Compared) -> dict[str, Any]:
    return {
        "algorithm": one.algorithm,
        "operation": one.operation.value,
        "provider": one.provider,
        "statistic": one.statistic,
        "base_ns": round(one.base_ns, 1),
        "run_ns": round(one.run_ns, 1),
        "ratio": _ratio(one.ratio),
        "normalized": _ratio(one.normalized),
        "limit": round(one.limit, 5),
        "limit_by": one.limit_by,
        "change": one.change.value,
        "remark": one.remark,
    }


def _ratio(found: Ratio | None) -> dict[str, Any] | None:
    if found is None:
        return None
    numbers = {"value": found.value, "low": found.low, "high": found.high}
    return {**{name: round(number, 5) for name, number in numbers.items()}, "method": found.method}


FORMATS: dict[str, Callable[[Comparison], bytes]] = {
    "table": table,
    "json": json_text,
    "csv": csv_lines,
    "markdown": markdown,
}
"""To add one: a function here, and its name in `cli.bench_compare`."""
