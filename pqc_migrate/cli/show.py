"""`pqc-migrate show`: a CBOM, ours or another tool's, as a table or in another form."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pqc_migrate.cli import inventories, options
from pqc_migrate.cli.emit import emit
from pqc_migrate.cli.scan import ROLES
from pqc_migrate.cli.session import note

if TYPE_CHECKING:
    from pqc_migrate.model.inventory import Component, Inventory, Occurrence

STANDINGS = (
    "quantum-vulnerable", "broken-today", "weak-today", "unknown", "depends", "symmetric", "hybrid", "post-quantum",
)  # fmt: skip
KINDS = ("algorithm", "protocol", "certificate", "key", "library")


@click.command(short_help="Show an inventory.")
@click.argument("cboms", nargs=-1, required=True, metavar="CBOM...")
@click.option("--role", "roles", multiple=True, type=options.Name(ROLES), help="Only this role; may be repeated.")
@click.option(
    "--standing", "standings", multiple=True, type=options.Name(STANDINGS), help="Only this; may be repeated."
)
@click.option("--kind", "kinds", multiple=True, type=options.Name(KINDS), help="Only this; may be repeated.")
@click.option("--path", "path", default="", metavar="GLOB", help="Only places whose path fits this pattern.")
@inventories.inventory_format
@inventories.spec_version
@options.output
@options.common
def show(
    cboms: Sequence[str],
    roles: tuple[str, ...],
    standings: tuple[str, ...],
    kinds: tuple[str, ...],
    path: str,
    format_name: str | None,
    spec_version: str,
    output: str,
) -> None:
    """Show what one or more inventories hold: every asset with its standing, role and places.

    A CBOM is CycloneDX 1.4 to 1.7, written by `scan` or by another tool.

    Example: pqc-migrate show inventory.cdx.json --standing quantum-vulnerable --role production
    """
    whole = inventories.read(cboms)
    chosen = _narrowed(whole, roles, standings, kinds, path)
    if chosen.components != whole.components:
        note(f"{len(chosen.components)} of {len(whole.components)} assets are shown; the coverage is of the whole")
    on_terminal = output == "-" and sys.stdout.isatty()
    form = format_name or ("table" if output == "-" else inventories.format_for(output))
    emit(inventories.render(chosen, form, spec_version, on_terminal=on_terminal), output)


def _narrowed(
    inventory: Inventory, roles: tuple[str, ...], wanted: tuple[str, ...], kinds: tuple[str, ...], path: str
) -> Inventory:
    from fnmatch import fnmatchcase

    from pqc_migrate.inventory.combine import narrow
    from pqc_migrate.inventory.standing import concern_at, standings
    from pqc_migrate.model.inventory import Kind

    known = standings(inventory)
    names = {"key": Kind.KEY.value}
    chosen_kinds = {names.get(kind, kind) for kind in kinds}

    def keep(component: Component, occurrence: Occurrence | None) -> bool:
        if chosen_kinds and component.asset.kind not in chosen_kinds:
            return False
        own = known[component.ref]
        concern = concern_at(own, occurrence) if occurrence else own.concern
        if wanted and concern.label not in wanted:
            return False
        if occurrence is None:
            return not roles and not path
        return (not roles or occurrence.role in roles) and (not path or fnmatchcase(occurrence.location.path, path))

    return narrow(inventory, keep) if roles or wanted or kinds or path else inventory
