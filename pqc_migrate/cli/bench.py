"""`pqc-migrate bench`: measure post-quantum and classical algorithms on this machine."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pqc_migrate.cli import options
from pqc_migrate.cli.bench_compare import compare
from pqc_migrate.cli.bench_merge import merge
from pqc_migrate.cli.bench_show import FORMATS, format_for, render, show
from pqc_migrate.cli.emit import emit
from pqc_migrate.cli.progress import progress
from pqc_migrate.cli.session import note
from pqc_migrate.errors import EXIT_GATE, EXIT_INTERRUPTED

if TYPE_CHECKING:
    from pqc_migrate.bench.plan import Plan
    from pqc_migrate.model.bench import BenchmarkRun

SETS = ("standard", "finance", "all")
PARTS = ("operations", "memory", "handshakes", "messages", "scaling")
"""Spelled out here so that ``--help`` loads no library; `bench.parts` has what they do."""
HANDSHAKES = ("standard", "all")
LIST_FORMATS = ("table", "json", "csv")
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


def _split(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Take names one by one or with commas between them."""
    names = tuple(name.strip() for text in value for name in text.split(",") if name.strip())
    if value and not names:
        raise click.BadParameter(f"names no {_NAMED[param.name or '']}", ctx, param)
    return names


def _levels(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[int, ...]:
    number = click.IntRange(0, 5)
    return tuple(int(number.convert(name, param, ctx)) for name in _split(ctx, param, value))  # type: ignore[arg-type]


_NAMED = {"algorithms": "algorithm", "families": "family", "levels": "category", "exclude": "algorithm"}


def _selection(command: options.Command) -> options.Command:
    """Add what chooses algorithms and the time they get: the same for a run and for the list of what it takes."""
    for option in reversed(_SELECTION):
        command = option(command)
    return command


_SELECTION = (
    click.option(
        "--set",
        "set_name",
        type=options.Name(SETS),
        help="One of each kind in a minute (standard), what a bank meets (finance), everything (all).  "
        "[default: standard; all for bench list, and to choose families or categories from]",
    ),
    click.option(
        "--algorithms", multiple=True, metavar="A,B", callback=_split, help="These instead of a set, by name."
    ),
    click.option(
        "--family",
        "families",
        multiple=True,
        metavar="A,B",
        callback=_split,
        help="Of these families only, such as ML-KEM or XMSS.",
    ),
    click.option(
        "--level",
        "levels",
        multiple=True,
        metavar="1-5",
        callback=_levels,
        help="Of these NIST categories only; 0 for what Shor's algorithm breaks.",
    ),
    click.option(
        "--exclude",
        multiple=True,
        metavar="A,B",
        callback=_split,
        help="Leave these out: algorithms, families, or patterns with * and ?.",
    ),
    click.option(
        "--seconds",
        type=click.FloatRange(min=0, max=3600, min_open=True),
        metavar="S",
        callback=_number,
        help="Time for each operation.  [default: 0.6 for a set, 0.06 for all, 1 for named algorithms]",
    ),
    click.option(
        "--repeat",
        type=click.IntRange(1, 100),
        default=1,
        show_default=True,
        metavar="N",
        help="Whole runs of the operations, one after the other; their figures are put together.",
    ),
)


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
@_selection
@click.option(
    "--parts",
    metavar="A,B",
    callback=_names_of_parts,
    help=f"What to measure: {', '.join(PARTS)}.  "
    "[default: all for a set; operations for single algorithms and for the set all]",
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
    parts: tuple[str, ...] | None,
    wrapper: bool,
    handshakes: str,
    networks: Path | None,
    liboqs: Path | None,
    format_name: str | None,
    output: str,
    **asked: Any,
) -> None:
    """Measure a set of algorithms: each is checked first, then timed in rounds.

    The result says whether the machine was quiet enough, which library file was measured, and what was
    left out and why. Interrupted with Ctrl-C, it is written with what was measured so far and says so.

    Example: pqc-migrate bench run --set finance --output bench.json
    """
    plan = replace(_plan(liboqs, parts, handshakes=handshakes, networks=networks, **asked), wrapper=wrapper)
    result = measure(plan)
    chosen = format_name or format_for(output)
    emit(render(result, chosen), output)
    if chosen != "table" or output != "-":  # the table begins with this
        say(result)
    if result.partial:
        note("interrupted; the result holds what was measured until then and is marked partial")
        raise click.exceptions.Exit(EXIT_INTERRUPTED)


@bench.command("list", short_help="Show what can be measured here.")
@_selection
@liboqs
@options.format_option(LIST_FORMATS, "Form of the list.", default="table", show_default=True)
@options.output
@options.common
def list_(liboqs: Path | None, format_name: str, output: str, **asked: Any) -> None:
    """Show what can be measured here, what it takes, and what cannot be measured and why.

    Takes the options of bench run and shows what that would do: role, NIST category, provider, sizes,
    standing and expected time of each algorithm. Without options: everything.

    Example: pqc-migrate bench list --family ML-DSA,SLH-DSA --level 5
    """
    from pqc_migrate.bench import listing

    if not asked["set_name"] and not asked["algorithms"]:
        asked["set_name"] = "all"
    plan = _plan(liboqs, None, **asked)
    forms = {"json": listing.as_json, "csv": listing.as_csv, "table": listing.as_table}
    emit(forms[format_name](plan), output)


@bench.command(short_help="Compare calls from Python with a loop in C.")
@click.option(
    "--set", "set_name", type=options.Name(SETS), default="standard", show_default=True, help="What to compare."
)
@click.option(
    "--algorithms", multiple=True, metavar="A,B", callback=_split, help="Compare these instead of a set, by name."
)
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
    set_name: str,
    algorithms: tuple[str, ...],
    seconds: float,
    liboqs: Path | None,
    format_name: str | None,
    output: str,
) -> None:
    """Show that calling liboqs from Python costs what it costs from C.

    A loop in C is compiled into a temporary folder and run beside ours over the same library file, in one
    process and in turn. Needs a C compiler (cc, or the one in CC). Exit code 1 when an operation is slower
    from Python by more than 5 %.

    Example: pqc-migrate bench proof --algorithms ML-KEM-768,ML-DSA-65
    """
    from pqc_migrate.bench import proof as stage
    from pqc_migrate.bench import tables_proof

    plan = _plan(liboqs, ("operations",), set_name=set_name, seconds=seconds, algorithms=algorithms)
    with progress("comparing", counted=False) as step:
        made = stage.prove(plan, step)
    table = (format_name or format_for(output)) == "table"
    emit(tables_proof.proof_table(made).encode() if table else stage.dump(made), output)
    if made.failed:
        raise click.exceptions.Exit(EXIT_GATE)


def measure(plan: Plan) -> BenchmarkRun:
    """Run a plan with a progress bar and the remaining time."""
    from pqc_migrate.bench import listing
    from pqc_migrate.bench import run as stage

    note(f"measuring {len(plan.jobs)} mechanisms; {listing.total(plan)}")
    with progress("measuring", counted=False) as step:
        return stage.run(plan, step)


def say(result: BenchmarkRun) -> None:
    """Tell on stderr what must be known before the figures are used."""
    for notice in result.notices:
        note(notice)
    reasons = "; ".join(result.verdict.reasons)
    note(f"the machine was {result.verdict.quality}{': ' if reasons else ''}{reasons}")
    note(f"{_counts(result)} measured, {len(result.skipped)} entries not measured")


def _counts(result: BenchmarkRun) -> str:
    found = {
        "operations": len(result.measurements),
        "stacks and heaps": len(result.memory),
        "handshakes": len(result.handshakes),
        "messages": len(result.messages),
        "kinds of work on several processes": len(result.scaling),
    }
    return ", ".join(f"{count} {what}" for what, count in found.items() if count) or "nothing"


def _plan(
    liboqs: Path | None,
    parts: tuple[str, ...] | None,
    *,
    set_name: str | None,
    seconds: float | None,
    algorithms: tuple[str, ...],
    **narrowed: Any,
) -> Plan:
    from pqc_migrate.bench import choice, schedule

    try:
        return schedule.plan(set_name or "", algorithms, seconds, liboqs, parts, **narrowed)
    except choice.UnknownAlgorithm as error:
        raise click.BadParameter(f"{error}; {error.hint}", param_hint=error.option) from error
