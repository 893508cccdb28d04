"""A scan as Markdown: for a merge request, a ticket or a wiki page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from pqc_migrate.inventory.standing import Concern
from pqc_migrate.model.escape import visible
from pqc_migrate.model.inventory import Coverage, Diagnostic, Inventory
from pqc_migrate.report.options import RenderOptions
from pqc_migrate.report.scan_rows import Row, coverage_lines, headline, rows, size, unknowns

PLACES_SHOWN = 5
SKIPPED_SHOWN = 20
_HEADINGS = {
    Concern.QUANTUM: "Quantum-vulnerable",
    Concern.BROKEN: "Broken by today's computers",
    Concern.WEAK: "Weak or deprecated today",
    Concern.UNKNOWN: "Not in the catalog",
    Concern.DEPENDS: "Depends on parts or on the run-time configuration",
    Concern.KEEP: "Symmetric, hash and random: quantum search only",
    Concern.HYBRID: "Hybrid",
    Concern.RESISTANT: "Post-quantum",
}
_MARKUP = re.compile(r"[\\`*_{}\[\]<>|~&$]")
_TICKS = re.compile(r"`+")


def render(inventory: Inventory, options: RenderOptions) -> bytes:
    """Return GitHub-flavored Markdown as UTF-8."""
    return ("\n".join(_lines(inventory)) + "\n").encode()


def _lines(inventory: Inventory) -> Iterator[str]:
    found = rows(inventory)
    yield f"# Cryptographic inventory: {escaped(inventory.target or 'inventory')}"
    yield ""
    statements = [headline(inventory, found), unknowns(inventory), *coverage_lines(inventory)]
    yield from (f"- {escaped(statement)}" for statement in statements if statement)
    for concern, group in groupby(found, key=lambda row: row.concern):
        yield from ["", f"## {_HEADINGS[concern]}", ""]
        yield from _table(("Role", "Asset", "Places", "Where"), (_cells(row) for row in group))
    yield from _coverage(inventory.coverage)


def _cells(row: Row) -> tuple[str, ...]:
    found = row.places
    shown = [code(place) for place in found[:PLACES_SHOWN]]
    if len(found) > PLACES_SHOWN:
        shown.append(f"and {len(found) - PLACES_SHOWN:,} more")
    return row.role or "not stated", escaped(row.label), f"{len(found):,}", "<br>".join(shown) or "not stated"


def _coverage(coverage: Coverage) -> Iterator[str]:
    if coverage.by_language:
        yield from ["", "## Coverage by language", ""]
        listed = sorted(coverage.by_language.items(), key=lambda pair: (-pair[1].bytes, pair[0]))
        yield from _table(
            ("Language", "Files", "Size", "Parsed", "Detector"),
            (
                (escaped(n), f"{c.files:,}", size(c.bytes), f"{c.parsed:,}", "yes" if c.supported else "**no**")
                for n, c in listed
            ),
        )
    if coverage.skipped:
        yield from ["", "## Not or not wholly looked at", ""]
        shown = coverage.skipped[:SKIPPED_SHOWN]
        yield from _table(("Path", "Reason", "Why"), map(_skipped, shown))
        rest = len(coverage.skipped) - len(shown)
        if rest:
            yield from ["", f"and {rest:,} more: the CBOM and the JSON list every one."]


def _skipped(diagnostic: Diagnostic) -> tuple[str, ...]:
    where = f"{diagnostic.path}:{diagnostic.line}" if diagnostic.line else diagnostic.path
    return code(where), diagnostic.skip.value, escaped(diagnostic.message)


def _table(headers: tuple[str, ...], body: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield _line(headers)
    yield _line("---" for _ in headers)
    yield from (_line(cells) for cells in body)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def escaped(text: str) -> str:
    """Return text that Markdown and HTML show as it is (CommonMark 2.4: any ASCII punctuation may be escaped)."""
    return _MARKUP.sub(lambda match: "\\" + match[0], visible(text))


def code(text: str) -> str:
    """Return a code span (CommonMark 6.1) that may stand in a table cell."""
    text = visible(text).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in _TICKS.findall(text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") or not text.strip() else ""
    return f"{fence}{pad}{text}{pad}{fence}"
