"""Each block of a document as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from pqc_migrate.model.escape import visible
from pqc_migrate.report.charts import svg
from pqc_migrate.report.document import (
    Block,
    Cell,
    Chart,
    Column,
    Facts,
    Figure,
    Figures,
    Heading,
    Items,
    Line,
    Notice,
    Paragraph,
    Quote,
    Row,
    Span,
    Style,
    Table,
    Tone,
)
from pqc_migrate.report.html_rows import Rows, classes
from pqc_migrate.report.texts import Texts

STATIC_ROWS = 200
"""Tables up to this many rows stand in the page as elements; longer ones as data."""
FIRST_ROWS = 50
"""Rows of a long table that also stand in the page, for readers without scripts."""
TOOLS_FROM = 8
"""Tables with fewer rows get neither search nor sorting."""
SHORT_LINK = 24
"""Links of up to this many characters are never broken over lines; the script knows the same figure."""
_WIDE = 8
"""Tables with at least this many columns are set wide."""
_COMPACT = 3
"""Tables with at most this many columns are no wider than their content."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One language of the file."""

    lang: str
    t: Texts
    rows: Rows

    @property
    def prefix(self) -> str:
        """What ids of this language begin with."""
        return f"{self.lang}-"

    def id(self, anchor: str) -> str:
        """Return an element's id, escaped."""
        return _esc(self.prefix + anchor)


def block(item: Block, e: Edition, heading: str = "") -> str:
    """Return one block as HTML; a caption that only repeats the `heading` above it is not shown twice."""
    match item:
        case Paragraph():
            return f"<p>{line(item.content, e)}</p>"
        case Heading():
            anchor = f' id="{e.id(item.anchor)}"' if item.anchor else ""
            return f"<h3{anchor}>{_esc(item.text)}</h3>"
        case Notice():
            title = f"<strong>{_esc(item.title)}</strong> " if item.title else ""
            return f'<div class="notice {item.tone.value}" role="note">{title}{line(item.content, e)}</div>'
        case Quote():
            return (
                f'<figure class="quote"><blockquote lang="{item.lang}">{_esc(item.text)}</blockquote>'
                f"<figcaption>{line(item.attribution, e)}</figcaption></figure>"
            )
        case Items():
            tag = "ol" if item.ordered else "ul"
            return f"<{tag}>{''.join(f'<li>{line(entry, e)}</li>' for entry in item.items)}</{tag}>"
        case Facts():
            rows = "".join(f"<dt>{_esc(name)}</dt><dd>{line(value, e)}</dd>" for name, value in item.rows)
            return f'<dl class="facts">{rows}</dl>'
        case Figures():
            return f'<div class="figures">{"".join(_figure(figure, e) for figure in item.items)}</div>'
        case Table():
            return table(item, e, titled=item.caption == heading)
        case Chart():
            return _chart(item, e)


def _figure(figure: Figure, e: Edition) -> str:
    value = f'<span class="value {figure.tone.value}">{_esc(figure.value)}</span>'
    if figure.link:
        value = f'<a href="#{e.id(figure.link)}">{value}</a>'
    return f"<div>{value}<strong>{_esc(figure.label)}</strong><small>{line(figure.note, e)}</small></div>"


def _chart(chart: Chart, e: Edition) -> str:
    return (
        f'<figure class="drawing" id="{e.id(chart.anchor)}"><figcaption>{_esc(chart.title)}</figcaption>'
        f'<div class="scroll">{svg(chart, e.prefix)}</div><p class="remark">{_esc(chart.description)}</p>'
        f"<details><summary>{_esc(e.t('page.chart-data'))}</summary>{table(chart.table, e)}</details></figure>"
    )


def table(item: Table, e: Edition, *, titled: bool = False) -> str:
    """Return a table; a long one with its first rows only and the rest as data."""
    identifier = e.prefix + item.anchor
    long = len(item.rows) > STATIC_ROWS
    if long:
        e.rows.add(identifier, e.prefix, item)
    shown = item.rows[:FIRST_ROWS] if long else item.rows
    kinds = ["data"]
    kinds += ["wide"] if len(item.columns) >= _WIDE else []
    kinds += ["compact"] if len(item.columns) <= _COMPACT else []
    kinds += ["tools"] if len(item.rows) >= TOOLS_FROM else []
    head = "".join(f'<th scope="col"{_kind(column)}>{_esc(column.label)}</th>' for column in item.columns)
    body = "".join(_row(row, item.columns, e) for row in shown)
    note = ""
    if long:
        words = e.t("page.no-script", shown=len(shown), count=len(item.rows))
        note = f'<p class="remark plain-only">{_esc(words)}</p>'
        note += f'<p class="remark print-only">{_esc(e.t("page.printed"))}</p>'
    caption, hidden = _esc(item.caption), ' class="unseen"' if titled else ""
    return (
        f'<figure class="{" ".join(kinds)}" id="{_esc(identifier)}"><figcaption{hidden}>{caption}</figcaption>'
        f'<div class="scroll" role="region" tabindex="0" aria-label="{caption}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{note}</figure>"
    )


def _row(row: Row, columns: tuple[Column, ...], e: Edition) -> str:
    anchor = f' id="{e.id(row.anchor)}"' if row.anchor else ""
    words = f' data-keys="{_esc(" ".join(dict.fromkeys(row.keywords)))}"' if row.keywords else ""
    cells = "".join(_cell(cell, column, e) for cell, column in zip(row.cells, columns, strict=True))
    return f"<tr{anchor}{words}>{cells}</tr>"


def _cell(cell: Cell, column: Column, e: Edition) -> str:
    order = ""
    if cell.order is None:
        order = ' data-order=""'
    elif isinstance(cell.order, (int, float)):
        order = f' data-order="{float(cell.order):g}"' if abs(cell.order) < 1e6 else f' data-order="{cell.order}"'
    return f"<td{_kind(column)}{order}>{line(cell.content, e)}</td>"


def _kind(column: Column) -> str:
    names = classes(column)
    return f' class="{names}"' if names else ""


def line(content: Line, e: Edition) -> str:
    """Return a line of marked text."""
    return "".join(_span(span, e) for span in content)


def _span(span: Span, e: Edition) -> str:
    text = "<br>".join(_esc(part) for part in span.text.split("\n"))
    tone = f" {span.tone.value}" if span.tone is not Tone.PLAIN else ""
    if span.style is Style.TAG:
        text = f'<span class="tag{tone}">{text}</span>'
    elif span.style is Style.CODE:
        text = text if span.link else text.replace("/", "/<wbr>")
        text = f'<code class="{tone.strip()}">{text}</code>' if tone else f"<code>{text}</code>"
    elif span.style is not Style.PLAIN or tone:
        text = f'<span class="{span.style.value}{tone}">{text}</span>'
    if span.link:
        query = f' data-query="{_esc(span.query)}"' if span.query else ""
        short = ' class="short"' if len(span.text) <= SHORT_LINK else ""
        text = f'<a href="#{e.id(span.link)}"{query}{short}>{text}</a>'
    return text


def _esc(text: str) -> str:
    return escape(visible(text))
