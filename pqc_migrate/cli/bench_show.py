"""`pqc-migrate bench show`: a kept benchmark result in another form."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pqc_migrate.cli import options
from pqc_migrate.cli.emit import emit

if TYPE_CHECKING:
    from pqc_migrate.model.bench import BenchmarkRun

FORMATS = ("table", "json", "csv", "markdown", "pytest-benchmark", "html")
_BY_SUFFIX = {".txt": "table", ".csv": "csv", ".md": "markdown", ".html": "html", ".htm": "html"}


@click.command(short_help="Show a kept result in another form.")
@click.argument("result", metavar="RESULT")
@options.lang
@options.format_option(
    FORMATS, "Form of the result.  [default: by FILE's suffix; else a table on a terminal, json anywhere else]"
)
@options.output
@options.common
def show(result: str, lang: str, format_name: str | None, output: str) -> None:
    """Show a result of bench run (bench.json) in another form; nothing is measured.

    html is one page with charts that needs no network; pytest-benchmark is what pytest-benchmark compare reads.

    Example: pqc-migrate bench show bench.json --output bench.html
    """
    from pqc_migrate.bench.run import load

    emit(render(load(Path(result)), format_name or format_for(output), lang), output)


def render(result: BenchmarkRun, format_name: str, lang: str = "both") -> bytes:
    """Return a result in one of `FORMATS`; the language is that of HTML and Markdown."""
    from pqc_migrate.report.bench.formats import FORMATS as RENDERERS

    return RENDERERS[format_name](result, lang)


def format_for(output: str) -> str:
    """Return the format that a file's suffix names; a table on a terminal, JSON anywhere else."""
    if output != "-":
        return _BY_SUFFIX.get(Path(output).suffix.lower(), "json")
    return "table" if sys.stdout.isatty() else "json"
