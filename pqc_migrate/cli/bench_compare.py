"""`pqc-migrate bench compare`: what changed between benchmark runs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from pqc_migrate.cli import options
from pqc_migrate.cli.emit import emit
from pqc_migrate.cli.session import note
from pqc_migrate.errors import EXIT_GATE

FORMATS = ("table", "json", "csv", "markdown")
ACROSS = ("machine", "library", "all")
_BY_SUFFIX = {".txt": "table", ".csv": "csv", ".md": "markdown"}


def _differences(ctx: click.Context, param: click.Parameter, value: str | None) -> frozenset[str]:
    if value is None:
        return frozenset()
    name = options.Name(ACROSS)
    named = frozenset(name.convert(part.strip(), param, ctx) for part in value.split(",") if part.strip())
    if not named:
        raise click.BadParameter("names nothing", ctx, param)
    return named


@click.command(short_help="Tell what changed between runs.")
@click.argument("base", metavar="BASE")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@click.option(
    "--across",
    metavar="A,B",
    callback=_differences,
    help="Compare although the runs differ in this: machine (normalized by X25519 derive of the same OpenSSL), "
    "library, all (runs of a machine too busy to measure too).  [default: such runs are refused]",
)
@click.option(
    "--fail-on",
    type=options.Name(("slower", "changed")),
    help="End in exit code 1 when an operation became slower, or changed at all.",
)
@options.format_option(
    FORMATS, "Form of the result.  [default: by FILE's suffix; else a table on a terminal, json anywhere else]"
)
@options.output
@options.common
def compare(
    base: str,
    runs: tuple[str, ...],
    across: frozenset[str],
    fail_on: str | None,
    format_name: str | None,
    output: str,
) -> None:
    """Tell which operations became slower or faster between BASE and each RUN, and which cannot be told.

    All are results of bench run (bench.json). An operation changed only when the 95 % interval of the ratio
    excludes 1 and the ratio is farther from 1 than 3 %, than the drift of fixed work and than the spread of the
    rounds. Runs of other processors or library builds are refused unless --across says that this is meant.

    Example: pqc-migrate bench compare before.json after.json --fail-on slower
    """
    from pqc_migrate.bench.compare import compare as compared
    from pqc_migrate.bench.run import load
    from pqc_migrate.model.compare import Change, Difference, Named
    from pqc_migrate.report.bench.compare import FORMATS as RENDERERS
    from pqc_migrate.report.bench.compare import summary

    meant = [kind for kind in Difference if kind in across or "all" in across]
    first, *others = (Named(name, load(Path(path))) for name, path in named((base, *runs)))
    result = compared(first, others, meant)
    chosen = format_name or format_for(output, FORMATS, "json")
    emit(RENDERERS[chosen](result), output)
    if chosen != "table" or output != "-":  # the table has this
        for pair in result.pairs:
            note(summary(pair))
    tripping = {Change.SLOWER, Change.FASTER} if fail_on == "changed" else {Change.SLOWER}
    if fail_on and any(one.change in tripping for pair in result.pairs for one in pair.operations):
        raise click.exceptions.Exit(EXIT_GATE)


def named(paths: Sequence[str]) -> list[tuple[str, str]]:
    """Return each path with what it is called: its last part, the whole path where that names two."""
    short = [Path(path).name for path in paths]
    return [(path if short.count(name) > 1 else name, path) for path, name in zip(paths, short, strict=True)]


def format_for(output: str, known: Sequence[str], otherwise: str) -> str:
    """Return the format a file's suffix names, of those `known`; a table on a terminal, `otherwise` elsewhere."""
    if output != "-":
        found = _BY_SUFFIX.get(Path(output).suffix.lower(), otherwise)
        return found if found in known else otherwise
    return "table" if sys.stdout.isatty() else otherwise
