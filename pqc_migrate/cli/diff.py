"""`pqc-migrate diff`: what changed between two inventories."""

from __future__ import annotations

import sys
from pathlib import PurePath
from typing import TYPE_CHECKING

import click

from pqc_migrate.cli import options
from pqc_migrate.cli.emit import emit
from pqc_migrate.cli.session import note
from pqc_migrate.cli.show import STANDINGS
from pqc_migrate.errors import EXIT_GATE

if TYPE_CHECKING:
    from pqc_migrate.model.changes import InventoryDiff

FORMATS = ("table", "markdown", "json")
_BY_SUFFIX = {".md": "markdown", ".txt": "table"}


@click.command(short_help="Show what changed between two inventories.")
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@click.option(
    "--fail-on",
    multiple=True,
    type=options.Name((*STANDINGS, "any")),
    help="Exit with 1 when a place of this standing came in; may be repeated.",
)
@options.format_option(
    FORMATS, "Form of the result.  [default: by FILE's suffix; else a table on a terminal, json anywhere else]"
)
@options.output
@options.common
def diff(before: str, after: str, fail_on: tuple[str, ...], format_name: str | None, output: str) -> None:
    """Show which cryptography came, which is gone, and which was not looked at again.

    BEFORE and AFTER are CBOMs of the same thing. A place whose line merely moved is the same place; what
    stands in a file that the later scan did not look at is not called gone.

    Example: pqc-migrate diff last-quarter.cdx.json today.cdx.json --fail-on quantum-vulnerable
    """
    from pqc_migrate.inventory.cyclonedx_read import load
    from pqc_migrate.inventory.diff import diff as compare
    from pqc_migrate.report.changes import FORMATS as RENDERERS

    found = compare(load(before), load(after))
    emit(RENDERERS[format_name or _format_for(output)](found), output)
    _gate(found, fail_on)


def _gate(found: InventoryDiff, fail_on: tuple[str, ...]) -> None:
    came = [c for c in found.changes if c.came and (c.standing in fail_on or "any" in fail_on)]
    if came:
        places = sum(len(change.came) for change in came)
        note(f"--fail-on: {places} new places of {len(came)} assets")
        raise click.exceptions.Exit(EXIT_GATE)


def _format_for(output: str) -> str:
    if output != "-":
        return _BY_SUFFIX.get(PurePath(output).suffix.lower(), "json")
    return "table" if sys.stdout.isatty() else "json"
