"""Values of a benchmark in the words of one language, and the cells and tables they stand in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pqc_migrate.model.bench import Measurement, Quality
from pqc_migrate.report.document import Cell, Chart, Column, ColumnKind, Dots, Row, Table, Tone, plain, tag
from pqc_migrate.report.texts import Texts

NUMBER = ColumnKind.NUMBER
DRAWN = 40
"""Rows a chart shows; its table has all."""
_TONES = {Quality.QUIET: Tone.GOOD, Quality.NOISY: Tone.WARN, Quality.UNUSABLE: Tone.BAD}


def named(t: Texts, group: str, value: str) -> str:
    """Return the short name of a code; a value of no known code stands for itself."""
    key = f"label.{group}.{value}"
    return t(key) if key in t else value


def who(t: Texts, algorithm: str, provider: str) -> str:
    """Return an algorithm with the library it was measured through."""
    return f"{algorithm} ({named(t, 'provider', provider)})"


def written(value: float) -> str:
    """Return a number with three significant digits, thousands separators and a real minus sign."""
    if abs(value) >= 100 or value == round(value):
        return f"{value:,.0f}".replace("-", "\N{MINUS SIGN}")
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def text_cell(text: str) -> Cell:
    """Return a cell of plain text."""
    return Cell(plain(text), text)


def number_cell(value: float | None) -> Cell:
    """Return a number that sorts by its value; what was not measured is empty and sorts last."""
    return Cell(plain("" if value is None else written(value)), value)


def quality_cell(t: Texts, quality: Quality) -> Cell:
    """Return a verdict as a mark that sorts from quiet to unusable."""
    mark = tag(t(f"bench.quality-{quality}"), _TONES[quality])
    return Cell((mark,), float(list(Quality).index(quality)))


def column(label: str, *, number: bool = False, narrow: bool = False) -> Column:
    """Return a column of text or of numbers."""
    return Column(label, NUMBER if number else ColumnKind.TEXT, narrow=narrow)


def dots(
    t: Texts,
    anchor: str,
    series: Sequence[str],
    rows: Sequence[tuple[str, tuple[float | None, ...]]],
    first: str,
) -> Chart:
    """Return a chart of several values a row, with the table of all; its texts stand under ``bench.``."""
    title = t(f"bench.{anchor}")
    table = Table(
        f"{anchor}-data",
        title,
        (column(first), *(column(name, number=True) for name in series)),
        tuple(Row((text_cell(label), *map(number_cell, values))) for label, values in rows),
    )
    drawing = Dots(tuple(series), tuple(rows[:DRAWN]), t(f"bench.{anchor}-axis"))
    said = t(f"bench.{anchor}-text", shown=min(DRAWN, len(rows)), all=len(rows))
    return Chart(anchor, title, said, drawing, table)


def operations(found: Iterable[Measurement]) -> dict[tuple[str, str], dict[str, Measurement]]:
    """Return the measurements of each algorithm and provider by operation, in the order of the run."""
    grouped: dict[tuple[str, str], dict[str, Measurement]] = {}
    for m in found:
        grouped.setdefault((m.algorithm, m.provider), {})[m.operation] = m
    return grouped
