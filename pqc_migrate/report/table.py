"""A scan on a terminal: one line per asset and role, the most urgent first, then headline and coverage."""

from __future__ import annotations

from textwrap import wrap

from tabulate import MIN_PADDING, tabulate
from wcwidth import wcswidth

from pqc_migrate.inventory.standing import Concern
from pqc_migrate.model.inventory import Inventory
from pqc_migrate.report.options import RenderOptions
from pqc_migrate.report.scan_rows import Row, coverage_lines, headline, rows, unknowns

_NARROWEST = 60
_GAP = 2
_HEADERS = ("standing", "role", "asset", "place")
_RED, _YELLOW, _GREEN = "31", "33", "32"
_COLORS = {
    Concern.QUANTUM: _RED,
    Concern.BROKEN: _RED,
    Concern.WEAK: _YELLOW,
    Concern.UNKNOWN: _YELLOW,
    Concern.HYBRID: _GREEN,
    Concern.RESISTANT: _GREEN,
}


def render(inventory: Inventory, options: RenderOptions) -> bytes:
    """Return the table as UTF-8, within `options.width` columns (at least 60)."""
    found = rows(inventory)
    width = max(options.width, _NARROWEST)
    lines = [_table(found, width, options.color), ""] if found else []
    for statement in (headline(inventory, found), unknowns(inventory), *coverage_lines(inventory)):
        lines += wrap(statement, width, subsequent_indent="  ", break_on_hyphens=False)
    return ("\n".join(lines) + "\n").encode()


def _table(found: list[Row], width: int, color: bool) -> str:
    cells = [[row.concern.label, row.role or "-", row.short] for row in found]
    fixed = sum(max(len(_HEADERS[i]) + MIN_PADDING, *(columns(c[i]) for c in cells)) + _GAP for i in (0, 1))
    free = width - fixed - _GAP
    longest_place = max(columns(_place(row)) for row in found)
    name_room = max(free - longest_place, free // 2)
    name_room = min(name_room, max(columns(cell[2]) for cell in cells))
    table = [
        [_painted(row.concern, color), role, clipped(name, name_room), _fitted(row, free - name_room)]
        for row, (_, role, name) in zip(found, cells, strict=True)
    ]
    return tabulate(table, headers=_HEADERS, tablefmt="simple", disable_numparse=True)


def columns(text: str) -> int:
    """Return how many terminal columns a text takes; tabulate aligns with the same function."""
    return max(wcswidth(text), 0)


def clipped(text: str, room: int) -> str:
    """Return a text cut at its end to fit into `room` columns."""
    if columns(text) <= room:
        return text
    while text and columns(text) > room - 1:
        text = text[:-1]
    return text + "…"


def _place(row: Row) -> str:
    found = row.places
    if not found:
        return "no place stated"
    return found[0] if len(found) == 1 else f"{found[0]} +{len(found) - 1:,}"


def _fitted(row: Row, room: int) -> str:
    """Return the first place cut at its start: the file's own name and the line say most."""
    text = _place(row)
    if columns(text) <= room:
        return text
    while text and columns(text) > room - 1:
        text = text[1:]
    return "…" + text


def _painted(concern: Concern, color: bool) -> str:
    code = _COLORS.get(concern)
    return f"\033[{code}m{concern.label}\033[0m" if color and code else concern.label
