"""`pqc-migrate bench`: measure post-quantum and classical algorithms on this machine."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pqc_migrate.cli import options
from pqc_migrate.cli.bench_compare import compare
from pqc_migrate.cli.bench_merge import merge
from pqc_migrate.cli.bench_show import FORMATS, format_for, render, show
from pqc_migrate.cli.emit import emit
from pqc_migrate.cli.progress import progress
from pqc_migrate.cli.session import note
from pqc_migrate.errors import EXIT_GATE

if TYPE_CHECKING:
    from pqc_migrate.bench.plan import Plan
    from pqc_migrate.model.bench import BenchmarkRun

SETS = ("standard", "finance", "all")
PARTS = ("operations", "memory", "handshakes", "messages", "scaling")
"""Spelled out here so that ``--help`` loads no library; `bench.parts` has what they do."""
HANDSHAKES = ("standard", "all")
liboqs = click.option(
    "--liboqs",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="The liboqs to measure: a shared library, or the folder it was installed to.  "
    "[default: OQS_INSTALL_PATH, else the system's, else the one that pip or doctor --fetch-liboqs got]",
)


def _number(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
    if value is not None and math.isnan(value):  # lies in every range as Click compares
        raise click.BadParameter("nan is not a number of seconds", ctx, param)
    return value


def _names_of_parts(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    name = options.Name(PARTS)
    named = tuple(name.convert(part.strip(), param, ctx) for part in value.split(",") if part.strip())
    if not named:
        raise click.BadParameter("names nothing", ctx, param)
    return named


@click.group(short_help="Measure post-quantum and classical algorithms here.")
def bench() -> None:
    """Measure post-quantum and classical algorithms on this machine.

    Example: pqc-migrate bench run --algorithms ML-KEM-768,ML-DSA-65,RSA-2048
    """


for command in (compare, merge, show):
    bench.add_command(command)


@bench.command(short_help="Measure a set of algorithms.")
@click.option(
    "--set",
    "set_name",
    type=options.Name(SETS),
    default="standard",
    show_default=True,
    help="What to measure: one of each kind in a minute (standard), what a bank meets (finance), everything (all).",
)
@click.option(
    "--algorithms",
    metavar="A,B",
    help="Measure these instead of a set, by name; pqc-migrate bench list shows them.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, max=3600, min_open=True),
    metavar="S",
    callback=_number,
    help="Time for each operation.  [default: 0.6 for a set, 0.12 for all, 1 for named algorithms]",
)
@click.option(
    "--parts",
    metavar="A,B",
    callback=_names_of_parts,
    help=f"What to measure: {', '.join(PARTS)}.  [default: all for a set, operations for named algorithms]",
)
@click.option(
    "--wrapper", is_flag=True, help="Time the objects of liboqs-python as well: what a Python program pays."
)
@click.option(
    "--handshakes",
    type=options.Name(HANDSHAKES),
    default="standard",
    show_default=True,
    help="TLS handshakes: each group and each certificate chain once (standard), or every group with every chain, "
    "server-only and mutual (all).",
)
@click.option(
    "--network",
    "networks",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Networks the handshakes' time is computed for, as TOML ([[profile]] with name, rtt_ms, mbit_s and "
    "optionally mss, initcwnd, loss, rto_min_ms); they replace or add to LAN, metro, cross-country, cross-border "
    "and mobile.",
)
@liboqs
@options.format_option(
    FORMATS, "Form of the result.  [default: by FILE's suffix; else a table on a terminal, json anywhere else]"
)
@options.output
@options.common
def run(
    set_name: str,
    algorithms: str | None,
    seconds: float | None,
    parts: tuple[str, ...] | None,
    wrapper: bool,
    handshakes: str,
    networks: Path | None,
    liboqs: Path | None,
    format_name: str | None,
    output: str,
) -> None:
    """Measure a set of algorithms: each is checked first, then timed in rounds.

    The result says whether the machine was quiet enough, which library file was measured, and what was
    left out and why.

    Example: pqc-migrate bench run --set finance --output bench.json
    """
    plan = _plan(set_name, algorithms, seconds, liboqs, parts, handshakes, networks)
    plan = replace(plan, wrapper=wrapper)
    result = measure(plan)
    chosen = format_name or format_for(output)
    emit(render(result, chosen), output)
    if chosen != "table" or output != "-":  # the table begins with this
        say(result)


@bench.command("list", short_help="Show what can be measured here.")
@liboqs
@options.output
@options.common
def list_(liboqs: Path | None, output: str) -> None:
    """Show what can be measured here: role, claimed NIST category, provider, sizes and standing of each algorithm.

    Example: pqc-migrate bench list
    """
    from pqc_migrate.bench import tables
    from pqc_migrate.bench.providers import available

    emit(tables.mechanism_table(available.find(liboqs)).encode(), output)


@bench.command(short_help="Compare calls from Python with a loop in C.")
@click.option(
    "--set", "set_name", type=options.Name(SETS), default="standard", show_default=True, help="What to compare."
)
@click.option("--algorithms", metavar="A,B", help="Compare these instead of a set, by name.")
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, max=3600, min_open=True),
    default=0.4,
    show_default=True,
    metavar="S",
    callback=_number,
    help="Time for each operation; slow ones take six blocks of six calls at least.",
)
@liboqs
@options.format_option(FORMATS, "Form of the result.  [default: a table on a terminal, json anywhere else]")
@options.output
@options.common
def proof(
    set_name: str, algorithms: str | None, seconds: float, liboqs: Path | None, format_name: str | None, output: str
) -> None:
    """Show that calling liboqs from Python costs what it costs from C.

    A loop in C is compiled into a temporary folder and run beside ours over the same library file, in one
    process and in turn. Needs a C compiler (cc, or the one in CC). Exit code 1 when an operation is slower
    from Python by more than 5 %.

    Example: pqc-migrate bench proof --algorithms ML-KEM-768,ML-DSA-65
    """
    from pqc_migrate.bench import proof as stage
    from pqc_migrate.bench import tables_proof

    plan = _plan(set_name, algorithms, seconds, liboqs, ("operations",))
    with progress("comparing", counted=False) as step:
        made = stage.prove(plan, step)
    table = (format_name or format_for(output)) == "table"
    emit(tables_proof.proof_table(made).encode() if table else stage.dump(made), output)
    if made.failed:
        raise click.exceptions.Exit(EXIT_GATE)


def measure(plan: Plan) -> BenchmarkRun:
    """Run a plan with a progress bar and the remaining time."""
    from pqc_migrate.bench import run as stage

    note(f"measuring {len(plan.jobs)} mechanisms takes about {plan.expected_seconds:.0f} seconds")
    with progress("measuring", counted=False) as step:
        return stage.run(plan, step)


def say(result: BenchmarkRun) -> None:
    """Tell on stderr what must be known before the figures are used."""
    for notice in result.notices:
        note(notice)
    reasons = "; ".join(result.verdict.reasons)
    note(f"the machine was {result.verdict.quality}{': ' if reasons else ''}{reasons}")
    note(f"{len(result.measurements)} operations measured, {len(result.skipped)} entries not measured")


def _plan(
    set_name: str,
    algorithms: str | None,
    seconds: float | None,
    liboqs: Path | None,
    parts: tuple[str, ...] | None,
    handshakes: str = "standard",
    networks: Path | None = None,
) -> Plan:
    from pqc_migrate.bench import schedule

    names = [name.strip() for name in algorithms.split(",") if name.strip()] if algorithms is not None else []
    if algorithms is not None and not names:
        raise click.BadParameter("names no algorithm", param_hint="--algorithms")
    try:
        return schedule.plan(set_name, names, seconds, liboqs, parts, handshakes, networks)
    except schedule.UnknownAlgorithm as error:
        raise click.BadParameter(f"{error}; {error.hint}", param_hint="--algorithms") from error
