"""`pqc-migrate doctor`: what is installed, what is missing, and how to get it."""

from __future__ import annotations

import click

from pqc_migrate.cli import options
from pqc_migrate.cli.emit import emit
from pqc_migrate.cli.session import note


@click.command(short_help="Show what is installed and what is missing.")
@options.format_option(("table", "json"), "Form of the result.", default="table", show_default=True)
@click.option(
    "--fetch-liboqs",
    is_flag=True,
    help="First let pip download the wheel that carries liboqs, check its digest, keep the library in your cache.",
)
@options.output
@options.common
def doctor(format_name: str, fetch_liboqs: bool, output: str) -> None:
    """Show what is installed, which liboqs file is mapped, what is missing, and the command that gets it.

    Nothing is downloaded unless you ask for it.

    Example: pqc-migrate doctor --format json
    """
    from pqc_migrate.bench import diagnose, fetch

    if fetch_liboqs:
        note(f"liboqs is at {fetch.fetch()}")
    found = diagnose.diagnose()
    emit(diagnose.to_json(found) if format_name == "json" else diagnose.to_table(found).encode(), output)
