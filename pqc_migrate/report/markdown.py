"""A document of the plan as GitHub-flavored Markdown: the same blocks, charts as their tables.

Text of the scanned world cannot leave its cell: pipes, backticks and everything Markdown or HTML would read
as markup is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pqc_migrate.model.escape import visible
from pqc_migrate.report.document import (
    Block,
    Chart,
    Column,
    ColumnKind,
    Document,
    Facts,
    Figure,
    Figures,
    Heading,
    Items,
    Line,
    Notice,
    Paragraph,
    Quote,
    Section,
    Span,
    Style,
    Table,
)
from pqc_migrate.report.texts import Texts, load
from pqc_migrate.report.words import chapter

_MARKUP = re.compile(r"[\\`*_{}\[\]<>#|~&!$@]")
_BULLET = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s)")


def render(documents: tuple[Document, ...]) -> bytes:
    """Return the documents, one after the other."""
    return "\n---\n\n".join(_document(document) for document in documents).encode("utf-8")


def _document(document: Document) -> str:
    parts = [f"# {escaped(document.title)}\n", f"{escaped(document.subtitle)}\n"]
    parts += [_section(section, document.lang) for section in document.sections]
    return "\n".join(parts)


def _section(section: Section, lang: str) -> str:
    number = chapter(section, load(lang))
    anchor = f'<a id="{lang}-{section.anchor}"></a>\n\n'
    blocks, heading = [], ""
    for block in section.blocks:
        heading = block.text if isinstance(block, Heading) else heading
        blocks.append(_block(block, heading, lang))
    return f"{anchor}## {escaped(f'{number} {section.title}'.strip())}\n\n" + "\n".join(blocks)


def _block(block: Block, heading: str, lang: str) -> str:
    match block:
        case Paragraph():
            return f"{_line(block.content)}\n"
        case Heading():
            return f"### {escaped(block.text)}\n"
        case Notice():
            title = f"**{escaped(block.title)}** " if block.title else ""
            return f"> {title}{_line(block.content)}\n"
        case Quote():
            return f"> {escaped(block.text)}\n>\n> {_line(block.attribution)}\n"
        case Items():
            marks = (f"{i}." if block.ordered else "-" for i in range(1, len(block.items) + 1))
            return "\n".join(f"{mark} {_line(item)}" for mark, item in zip(marks, block.items, strict=True)) + "\n"
        case Facts():
            return "\n".join(f"- **{escaped(name)}** {_line(value)}" for name, value in block.rows) + "\n"
        case Figures():
            return "\n".join(_figure(figure, load(lang)) for figure in block.items) + "\n"
        case Table():
            return _table(block, titled=block.caption == heading)
        case Chart():
            return f"{_table(block.table)}\n{escaped(block.description)}\n"


def _figure(figure: Figure, t: Texts) -> str:
    value, label, note = f"**{escaped(figure.value)}**", escaped(figure.label), _line(figure.note)
    return f"- {t('page.figure', value=value, label=label, note=note)}"


def _table(table: Table, *, titled: bool = False) -> str:
    lines = [] if titled else [f"**{escaped(table.caption)}**\n"]
    lines.append(_cells(escaped(column.label) for column in table.columns))
    lines.append(_cells(_rule(column) for column in table.columns))
    lines += [_cells(_line(cell.content) for cell in row.cells) for row in table.rows]
    return "\n".join(lines) + "\n"


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(column: Column) -> str:
    return "--:" if column.kind is ColumnKind.NUMBER else "---"


def _line(line: Line) -> str:
    return "".join(_span(span) for span in line)


def _span(span: Span) -> str:
    if span.style is Style.CODE:
        return "<br>".join(_code(part) for part in span.text.split("\n"))
    if span.style is Style.STRONG:
        return f"**{escaped(span.text)}**"
    if span.style is Style.TAG:
        return f"[{escaped(span.text)}]".replace("[", "\\[").replace("]", "\\]")
    return escaped(span.text)


def _code(text: str) -> str:
    """Return text as code; what a backtick or pipe would end is set as escaped text instead."""
    shown = visible(text)
    if not shown or "`" in shown or "|" in shown:
        return escaped(shown)
    return f"`{shown}`"


def escaped(text: str) -> str:
    """Return text that Markdown and HTML show as it is, in a table's cell too."""
    lines = (_MARKUP.sub(_escape, visible(part)) for part in text.split("\n"))
    return "<br>".join(_BULLET.sub(r"\1\\\2", line) for line in lines)


def _escape(match: re.Match[str]) -> str:
    return {"<": "&lt;", ">": "&gt;", "&": "&amp;"}.get(match[0], "\\" + match[0])
