"""`pqc-migrate bench merge`: results of several machines in one table."""

from __future__ import annotations

from pathlib import Path

import click

from pqc_migrate.cli import options
from pqc_migrate.cli.bench_compare import format_for, named
from pqc_migrate.cli.emit import emit

FORMATS = ("table", "markdown", "csv")


@click.command(short_help="Put results of several machines side by side.")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@options.format_option(
    FORMATS, "Form of the result.  [default: by FILE's suffix; else a table on a terminal, CSV anywhere else]"
)
@options.output
@options.common
def merge(runs: tuple[str, ...], format_name: str | None, output: str) -> None:
    """Put results of several machines side by side: a table for each operation, a column for each processor.

    Nothing is judged: bench compare --across machine tells by how much machines differ, with intervals.

    Example: pqc-migrate bench merge epyc.json kunpeng.json loongson.json --format markdown
    """
    from pqc_migrate.bench.run import load
    from pqc_migrate.model.compare import Named
    from pqc_migrate.report.bench.merge import FORMATS as RENDERERS

    read = [Named(name, load(Path(path))) for name, path in named(runs)]
    emit(RENDERERS[format_name or format_for(output, FORMATS, "csv")](read), output)
