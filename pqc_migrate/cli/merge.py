"""`pqc-migrate merge`: several CBOMs → one."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from pqc_migrate.cli import inventories, options
from pqc_migrate.cli.emit import emit
from pqc_migrate.cli.scan import summary
from pqc_migrate.cli.session import note


@click.command(short_help="Merge inventories into one.")
@click.argument("cboms", nargs=-1, required=True, metavar="CBOM...")
@inventories.inventory_format
@inventories.spec_version
@options.output
@options.common
def merge(cboms: Sequence[str], format_name: str | None, spec_version: str, output: str) -> None:
    """Merge inventories into one, as if their targets had been scanned together.

    An asset stands once with all its places, each path with its target's name in front; coverage is added up.

    Example: pqc-migrate merge payments.cdx.json cards.cdx.json --output bank.cdx.json
    """
    merged = inventories.read(cboms)
    form = format_name or inventories.format_for(output)
    on_terminal = output == "-" and sys.stdout.isatty()
    emit(inventories.render(merged, form, spec_version, on_terminal=on_terminal), output)
    note(summary(merged))
