"""What changed between two inventories: for a terminal, a merge request, a script."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import orjson
from tabulate import tabulate

from pqc_migrate.model.changes import Change, InventoryDiff
from pqc_migrate.model.escape import visible
from pqc_migrate.model.inventory import Occurrence
from pqc_migrate.report.markdown_scan import code, escaped
from pqc_migrate.report.scan_rows import label, place

SCHEMA = "pqc-migrate/diff/v1"
_PLACES_SHOWN = 5
_PARTS = ("came", "gone", "unseen")
_SAID = {"came": "new", "gone": "gone", "unseen": "not looked at again"}


def render_table(diff: InventoryDiff) -> bytes:
    """Return totals by standing, then one block an asset with its places, as UTF-8 text."""
    lines = [*_heading(diff), "", _totals(diff, "simple")]
    for change in diff.changes:
        lines += ["", f"{change.standing}: {label(change.component)} ({_counts(change)})"]
        lines += [f"  {sign} {where}" for sign, where in _places(change, visible)]
    if not diff.changes:
        lines += ["", "no asset came, went or moved to another file"]
    return ("\n".join(lines) + "\n").encode()


def render_markdown(diff: InventoryDiff) -> bytes:
    """Return GitHub-flavored Markdown as UTF-8."""
    title, *rest = _heading(diff)
    lines = [f"# {escaped(title)}", "", *(f"- {escaped(line)}" for line in rest), "", _totals(diff, "pipe")]
    for change in diff.changes:
        lines += ["", f"## {escaped(label(change.component))}", "", f"{change.standing}: {_counts(change)}", ""]
        lines += [f"- {sign} {where}" for sign, where in _places(change, code)]
    if not diff.changes:
        lines += ["", "No asset came, went or moved to another file."]
    return ("\n".join(lines) + "\n").encode()


def render_json(diff: InventoryDiff) -> bytes:
    """Return ``pqc-migrate/diff/v1`` (schema/diff.v1.json): indented UTF-8 ending in a newline."""
    document = {
        "schema": SCHEMA,
        "before": {"target": visible(diff.before), "files_read": diff.files_before},
        "after": {"target": visible(diff.after), "files_read": diff.files_after},
        "places": [
            {"standing": standing, "before": before, "after": after}
            for (standing, before), (_, after) in zip(diff.places_before, diff.places_after, strict=True)
        ],
        "changes": [_change(change) for change in diff.changes],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


FORMATS: dict[str, Callable[[InventoryDiff], bytes]] = {
    "table": render_table,
    "markdown": render_markdown,
    "json": render_json,
}
"""Name of ``--format`` → the function that writes it."""


def _heading(diff: InventoryDiff) -> Iterator[str]:
    yield f"Changes from {visible(diff.before or 'before')} to {visible(diff.after or 'after')}"
    yield f"files read: {diff.files_before:,} before, {diff.files_after:,} now"
    unseen = sum(len(change.unseen) for change in diff.changes)
    if unseen:
        yield f"{unseen:,} places of before are in files that were not looked at again: they count as neither"


def _totals(diff: InventoryDiff, tablefmt: str) -> str:
    rows = [
        (standing, f"{before:,}", f"{after:,}", f"{after - before:+,}" if after != before else "")
        for (standing, before), (_, after) in zip(diff.places_before, diff.places_after, strict=True)
        if before or after
    ]
    headers = ("places", "before", "now", "change")
    return tabulate(rows, headers, tablefmt=tablefmt, disable_numparse=True, colalign=_aligned(rows))


def _aligned(rows: Sequence[object]) -> tuple[str, ...] | None:
    return ("left", "right", "right", "right") if rows else None


def _counts(change: Change) -> str:
    said = [f"{len(getattr(change, part))} {_SAID[part]}" for part in _PARTS if getattr(change, part)]
    if not said:
        said = ["named without a place"]
    return ", ".join([*said, *([f"{change.kept} as before"] if change.kept else [])])


def _places(change: Change, written: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    for sign, found in (("+", change.came), ("-", change.gone), ("?", change.unseen)):
        yield from ((sign, written(where)) for where in _shown(found))
        if len(_distinct(found)) > _PLACES_SHOWN:
            yield sign, f"and {len(_distinct(found)) - _PLACES_SHOWN:,} more"


def _shown(found: Iterable[Occurrence]) -> list[str]:
    return _distinct(found)[:_PLACES_SHOWN]


def _distinct(found: Iterable[Occurrence]) -> list[str]:
    return list(dict.fromkeys(place(occurrence) for occurrence in found))


def _change(change: Change) -> dict[str, object]:
    component = change.component
    return {
        "ref": component.ref,
        "kind": component.asset.kind.value,
        "name": visible(component.name),
        "standing": change.standing,
        "kept": change.kept,
        **{part: [_occurrence(o) for o in getattr(change, part)] for part in _PARTS},
    }


def _occurrence(occurrence: Occurrence) -> dict[str, object]:
    where = occurrence.location
    return {
        "path": visible(where.path),
        "line": where.line,
        "symbol": visible(where.symbol),
        "role": occurrence.role.value,
        "rule": visible(occurrence.rule),
    }
