"""`pqc-migrate scan`: targets → an inventory in one format."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pqc_migrate.cli import inventories, options
from pqc_migrate.cli.emit import emit
from pqc_migrate.cli.limits import chosen as chosen_limits
from pqc_migrate.cli.limits import limits
from pqc_migrate.cli.progress import progress
from pqc_migrate.cli.session import detail, note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pqc_migrate.model.inventory import Coverage, Inventory

ROLES = ("production", "test", "example", "vendored", "implementation", "historical")


@click.command(short_help="Find the cryptography in folders and files.")
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@inventories.inventory_format
@inventories.spec_version
@options.output
@options.exclude
@click.option(
    "--role", "roles", multiple=True, type=options.Name(ROLES), help="Keep only this role; may be repeated."
)
@click.option("--since", default="", metavar="REV", help="Only what changed since this git revision.")
@click.option("--history", is_flag=True, help="Also when each use came in, and keys that live only in old commits.")
@options.jobs
@limits
@options.common
def scan(
    targets: Sequence[str],
    format_name: str | None,
    spec_version: str,
    output: str,
    exclude: tuple[str, ...],
    roles: tuple[str, ...],
    since: str,
    history: bool,
    jobs: int | None,
) -> None:
    """Find the cryptography in folders and files, and write it down as an inventory.

    The inventory is a CycloneDX CBOM: every algorithm, protocol, key, certificate and library with the
    places it was found at, and a coverage statement that names what was not looked at.
    """
    outputs = (output,) if output != "-" else ()
    inventory = take_inventory(targets, exclude, roles, jobs, outputs, since=since, history=history)
    chosen = format_name or inventories.format_for(output)
    on_terminal = output == "-" and sys.stdout.isatty()
    emit(inventories.render(inventory, chosen, spec_version, on_terminal=on_terminal), output)
    if chosen != "table":  # a table ends in its own summary
        note(summary(inventory))


def take_inventory(
    targets: Sequence[str],
    exclude: tuple[str, ...] = (),
    roles: tuple[str, ...] = (),
    jobs: int | None = None,
    outputs: tuple[str, ...] = (),
    *,
    since: str = "",
    history: bool = False,
) -> Inventory:
    """Scan with a progress bar and merge the findings; `outputs` are left out of the targets."""
    from pqc_migrate.inventory.merge import merge
    from pqc_migrate.model.inventory import Role
    from pqc_migrate.scan import ScanOptions
    from pqc_migrate.scan import scan as scan_targets

    chosen = ScanOptions(exclude, frozenset(map(Role, roles)), jobs or 0, outputs, chosen_limits(), since, history)
    with progress("scanning") as step:
        result = scan_targets(targets, chosen, step)
    if result.coverage.files_seen == 0:
        note("there is no file in the target; the inventory is empty")
    detail(parsed_bytes(result.coverage))
    return merge(result.findings, result.coverage, result.target)


def summary(inventory: Inventory) -> str:
    """Return one line: how much was looked at and what it held."""
    coverage = inventory.coverage
    places = sum(len(component.occurrences) for component in inventory.components)
    return (
        f"{coverage.files_read} of {coverage.files_seen} files read, {coverage.files_parsed} parsed, "
        f"{len(coverage.skipped)} notes on what was not looked at; "
        f"{len(inventory.components)} assets at {places} places"
    )


def parsed_bytes(coverage: Coverage) -> str:
    """Return one line: which share of the bytes was parsed, the rest being searched only."""
    parsed = sum(language.parsed_bytes for language in coverage.by_language.values())
    share = 100 * parsed / coverage.bytes_read if coverage.bytes_read else 0.0
    return f"{coverage.bytes_read} bytes read, {parsed} parsed ({share:.1f} %)"
