"""Every format a scan can be written in. To add one: a module with ``render``, and its line here."""

from __future__ import annotations

from collections.abc import Callable

from pqc_migrate.inventory.cyclonedx_write import to_cyclonedx
from pqc_migrate.model.inventory import Inventory
from pqc_migrate.report import csv, json_scan, markdown_scan, sarif, table
from pqc_migrate.report.options import RenderOptions


def _cyclonedx(inventory: Inventory, options: RenderOptions) -> bytes:
    return to_cyclonedx(inventory, options.spec_version, options.timestamp)


FORMATS: dict[str, Callable[[Inventory, RenderOptions], bytes]] = {
    "table": table.render,
    "cyclonedx": _cyclonedx,
    "sarif": sarif.render,
    "json": json_scan.render,
    "csv": csv.render,
    "markdown": markdown_scan.render,
}
"""Name of ``--format`` → the function that writes it; bytes are UTF-8 and byte-stable."""
