"""What a document of the plan or of a benchmark consists of, before any format is chosen.

A section is a function from plan and texts to a `Section`; every format renders the same blocks, so Chinese
HTML and English Markdown cannot come to differ in content. Blocks hold words that are already chosen and
data that is already selected; they know nothing about HTML, Markdown or Word. All text is raw: escaping
belongs to the format.

Anchors are unique in a document: ``cover``, ``table-assets``, an `Evidence.id`, an asset's ref.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pqc_migrate.model.escape import visible


class Tone(StrEnum):
    """How a mark is meant; a format turns it into a color or drops it, the words carry the meaning."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    INFO = "info"
    QUIET = "quiet"


class Style(StrEnum):
    """How a run of text is set."""

    PLAIN = "plain"
    STRONG = "strong"
    CODE = "code"
    QUIET = "quiet"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Span:
    """One run of text."""

    text: str
    style: Style = Style.PLAIN
    tone: Tone = Tone.PLAIN
    link: str = ""
    """Anchor this run leads to."""
    query: str = ""
    """With `link` naming a table: the search that shows exactly the rows meant."""


Line = tuple[Span, ...]
"""One line of running text."""


def plain(text: str) -> Line:
    """Return a line of unmarked text."""
    return (Span(text),)


def code(text: str) -> Span:
    """Return a name of the scanned world (path, symbol, rule), set as code on one line."""
    return Span(visible(text), Style.CODE)


def tag(text: str, tone: Tone = Tone.PLAIN) -> Span:
    """Return a mark such as a binding level or ``assumed``."""
    return Span(text, Style.TAG, tone)


def joined(lines: tuple[Line, ...], separator: str = " ") -> Line:
    """Return the lines as one, with `separator` between them."""
    spans: list[Span] = []
    for line in lines:
        if spans and separator:
            spans.append(Span(separator))
        spans.extend(line)
    return tuple(spans)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    content: Line


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    text: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A remark that must not be overlooked."""

    content: Line
    title: str = ""
    tone: Tone = Tone.INFO


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody else's words, verbatim, in their own language."""

    text: str
    lang: str
    """BCP 47 tag of the quoted words."""
    attribution: Line


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Line, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, one below the other."""

    rows: tuple[tuple[str, Line], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the executive page."""

    value: str
    label: str
    note: Line
    tone: Tone = Tone.PLAIN
    link: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of the executive page."""

    items: tuple[Figure, ...]


class ColumnKind(StrEnum):
    """What a column holds; decides alignment and order."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    label: str
    kind: ColumnKind = ColumnKind.TEXT
    narrow: bool = False
    """Never broken over lines."""
    broad: bool = False
    """Holds sentences, and is given room for them."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; `order` is what it sorts by (None: not known, always last)."""

    content: Line
    order: str | float | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `anchor` makes it a target of links, `keywords` are found by the search beside the text."""

    cells: tuple[Cell, ...]
    anchor: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one kind."""

    anchor: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a bar."""

    series: int
    """Index into `Bars.series`."""
    value: float


@dataclass(frozen=True, slots=True)
class Bars:
    """Stacked horizontal bars of counts."""

    series: tuple[tuple[str, Tone], ...]
    bars: tuple[tuple[str, tuple[Segment, ...]], ...]
    """Label and parts of each."""


@dataclass(frozen=True, slots=True)
class Event:
    """One dated mark on a time axis."""

    day: date
    label: str
    tone: Tone = Tone.PLAIN
    hollow: bool = False
    """Not computed with (an unverified pointer, a line of the programme)."""


@dataclass(frozen=True, slots=True)
class Track:
    """One line of a time chart: an optional bar, and marks on it."""

    label: str
    detail: str = ""
    events: tuple[Event, ...] = ()
    bar: tuple[date, date | None] | None = None
    """First and last day; an open end is drawn as such."""
    tone: Tone = Tone.PLAIN
    remark: str = ""
    heading: bool = False
    """A group's name, without marks."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Tracks against a time axis with today on it."""

    today: date
    today_label: str
    tracks: tuple[Track, ...]
    legend: tuple[tuple[str, Event], ...] = ()


@dataclass(frozen=True, slots=True)
class Dots:
    """Positive values on a logarithmic axis, several marks a line."""

    series: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]
    """Label, and one value a series (None: not measured)."""
    axis: str
    """Name and unit of the axis."""


@dataclass(frozen=True, slots=True)
class Point:
    """One mark of a scatter chart; both values are positive."""

    label: str
    series: int
    """Index into `Scatter.series`."""
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Scatter:
    """Two positive values against each other, both axes logarithmic."""

    series: tuple[str, ...]
    points: tuple[Point, ...]
    x_axis: str
    """Name and unit."""
    y_axis: str


@dataclass(frozen=True, slots=True)
class Grid:
    """Counts in a matrix; `tones` has the shape of `counts`."""

    columns: tuple[str, ...]
    rows: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    names: tuple[tuple[str, ...], ...]
    tones: tuple[tuple[Tone, ...], ...]
    x_axis: str
    y_axis: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing, what it says in words, and the numbers behind it for formats that cannot draw."""

    anchor: str
    title: str
    description: str
    drawing: Bars | Calendar | Dots | Grid | Scatter
    table: Table


Block = Paragraph | Heading | Notice | Quote | Items | Facts | Figures | Table | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """One numbered part of a document; never empty: what cannot be computed says why."""

    anchor: str
    number: str
    """``0`` to ``17``, then ``A`` to ``D``."""
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A plan or a benchmark in one language."""

    lang: str
    """``zh`` or ``en``."""
    title: str
    subtitle: str
    sections: tuple[Section, ...]


# As the inventory writes them, so that a reader can search for what is printed; a backslash stays single,
# which makes the function idempotent over a path that was made visible before.
def text_of(line: Line) -> str:
    """Return the characters of a line without marks."""
    return "".join(span.text for span in line)


def tables(document: Document) -> Iterator[Table]:
    """Yield every table, those behind charts included, in the order of the document."""
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                yield block
            elif isinstance(block, Chart):
                yield block.table
