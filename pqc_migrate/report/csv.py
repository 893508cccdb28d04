"""A scan as CSV (RFC 4180): one line per occurrence, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from pqc_migrate.catalog import algorithms
from pqc_migrate.inventory.capability import statements
from pqc_migrate.inventory.context import provenance_text, write_pairs
from pqc_migrate.inventory.standing import (
    Standing,
    concern_at,
    derived_from,
    mapped,
    standings,
    unknown,
)
from pqc_migrate.model.escape import visible
from pqc_migrate.model.inventory import Component, Inventory, Occurrence
from pqc_migrate.report.options import RenderOptions

COLUMNS = (
    "standing", "role", "kind", "name", "family", "parameters", "unknown", "primitive", "quantum", "classical",
    "nist_level", "path", "line", "symbol", "functions", "technique", "confidence", "reason", "rule",
    "provenance", "details", "derived_from", "ref", "products",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""First characters that make a spreadsheet run a cell; the wide ones do so in East Asian locales."""


def render(inventory: Inventory, options: RenderOptions) -> bytes:
    """Return UTF-8 CSV with a header line and CRLF line ends; a component without a place has one line."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    standing = standings(inventory)
    for component in inventory.components:
        fixed = _fixed(component, standing[component.ref])
        for occurrence in component.occurrences or (None,):
            cells = {**fixed, **_varying(standing[component.ref], occurrence)}
            writer.writerow([safe(cells.get(column, "")) for column in COLUMNS])
    return text.getvalue().encode()


def _fixed(component: Component, standing: Standing) -> dict[str, str]:
    asset = component.asset
    level = algorithms.level(asset) if mapped(asset) and asset.family in algorithms.families() else None
    cells = {
        "standing": standing.concern.label,
        "kind": asset.kind.value,
        "name": component.name,
        "family": asset.family,
        "parameters": write_pairs(asset.parameters),
        "unknown": " ".join(unknown(asset)),
        "nist_level": "" if level is None else str(level),
        "products": "; ".join(statements(asset)),
        "ref": component.ref,
    }
    if standing.quantum is not None:
        cells |= {"quantum": standing.quantum.value, "classical": standing.classical.value}
    if mapped(asset) and asset.family in algorithms.families():
        cells["primitive"] = algorithms.primitive(asset)
    return cells


def _varying(standing: Standing, occurrence: Occurrence | None) -> dict[str, str]:
    if occurrence is None:
        return {}
    place = occurrence.location
    return {
        "standing": concern_at(standing, occurrence).label,
        "role": occurrence.role.value,
        "path": place.path,
        "line": str(place.line),
        "symbol": place.symbol,
        "functions": " ".join(occurrence.functions),
        "technique": occurrence.technique.value,
        "confidence": repr(occurrence.confidence),
        "reason": occurrence.reason,
        "rule": occurrence.rule,
        "provenance": write_pairs((p.parameter, provenance_text(p)) for p in occurrence.provenance),
        "details": write_pairs(_details(occurrence)),
        "derived_from": derived_from(occurrence) or "",
    }


def _details(occurrence: Occurrence) -> Iterator[tuple[str, str]]:
    return ((key, value) for key, value in occurrence.details if key != "derived-from")


def safe(cell: str) -> str:
    """Return a cell that a spreadsheet shows as text: an apostrophe goes before what would start a formula."""
    cell = visible(cell)
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
