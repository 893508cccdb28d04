"""Rows of long tables as compact data: every distinct cell once, rows as numbers.

Both languages share one pool, so ids and paths of twenty thousand rows stand in the file once. A cell is its
text, or a list of runs ``[text, style, tone, link, query]``; the script builds elements from them and never
reads them as HTML.
"""

from __future__ import annotations

from pqc_migrate.model.escape import visible
from pqc_migrate.report.document import Cell, Column, ColumnKind, Line, Span, Style, Table, Tone

_STYLES = list(Style)
Encoded = str | list[str | list[str | int]]


class Rows:
    """Collects the long tables of a file."""

    def __init__(self) -> None:
        self._pool: dict[str | tuple[object, ...], int] = {}
        self._values: list[Encoded] = []
        self._tables: dict[str, dict[str, object]] = {}

    def add(self, identifier: str, prefix: str, table: Table) -> None:
        """Store a table's rows under its element's id; `prefix` completes anchors and links."""
        self._tables[identifier] = {
            "rows": [self._row(row.anchor, row.keywords, row.cells, prefix) for row in table.rows],
            "orders": self._orders(table),
            "kinds": [classes(column) for column in table.columns],
        }

    def data(self) -> dict[str, object]:
        """Return what the script reads: the pool and the tables."""
        return {"pool": self._values, "tables": self._tables}

    def _row(self, anchor: str, keywords: tuple[str, ...], cells: tuple[Cell, ...], prefix: str) -> list[int]:
        identifier = f"{prefix}{anchor}" if anchor else ""
        words = " ".join(dict.fromkeys(keywords))
        return [self._text(identifier), self._text(words), *(self._line(cell.content, prefix) for cell in cells)]

    def _orders(self, table: Table) -> dict[str, list[float | None]]:
        """Return sort keys of the columns that sort by a number other than their text; None sorts last."""
        orders: dict[str, list[float | None]] = {}
        for index in range(len(table.columns)):
            keys = [row.cells[index].order for row in table.rows]
            if any(isinstance(key, (int, float)) for key in keys):
                orders[str(index)] = [float(k) if isinstance(k, (int, float)) else None for k in keys]
        return orders

    def _text(self, text: str) -> int:
        return self._index(visible(text), visible(text))

    def _line(self, line: Line, prefix: str) -> int:
        if all(span.style is Style.PLAIN and span.tone is Tone.PLAIN and not span.link for span in line):
            return self._text("".join(span.text for span in line))
        runs = [_run(span, prefix) for span in line]
        return self._index(tuple(tuple(run) if isinstance(run, list) else run for run in runs), runs)

    def _index(self, key: str | tuple[object, ...], value: Encoded) -> int:
        if key not in self._pool:
            self._pool[key] = len(self._values)
            self._values.append(value)
        return self._pool[key]


def _run(span: Span, prefix: str) -> str | list[str | int]:
    text = "\n".join(visible(part) for part in span.text.split("\n"))
    link = f"{prefix}{span.link}" if span.link else ""
    if span.style is Style.PLAIN and span.tone is Tone.PLAIN and not link:
        return text
    run: list[str | int] = [text, _STYLES.index(span.style), span.tone.value, link, span.query]
    while run[-1] == "":
        run.pop()
    return run


def classes(column: Column) -> str:
    """Return the classes of a column's cells."""
    kind = {ColumnKind.NUMBER: "num", ColumnKind.DATE: "date", ColumnKind.TEXT: ""}[column.kind]
    names = (kind, "narrow" if column.narrow else "", "broad" if column.broad else "")
    return " ".join(name for name in names if name)
