"""`pqc-migrate plan`: inventories, register and benchmark → a migration plan in one format."""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import click

from pqc_migrate.cli import options
from pqc_migrate.cli.emit import emit
from pqc_migrate.cli.session import note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pqc_migrate.model.inventory import Inventory
    from pqc_migrate.model.plan import MigrationPlan, ProfileView
    from pqc_migrate.model.register import Register

FORMATS = ("html", "markdown", "json")
_BY_SUFFIX = {".html": "html", ".htm": "html", ".md": "markdown", ".json": "json"}


@click.command(short_help="Plan the migration of what inventories hold.")
@click.argument("cboms", nargs=-1, required=True, metavar="CBOM...")
@options.register
@click.option("--bench", metavar="FILE", help="Benchmark run (bench.json) that capacity is computed from.")
@click.option(
    "--previous",
    multiple=True,
    metavar="FILE",
    help="Plan of an earlier run (plan.json): say what moved since; may be repeated for a series.",
)
@click.option(
    "--codeowners",
    multiple=True,
    metavar="[TARGET=]FILE",
    help="CODEOWNERS file (GitHub, GitLab) of a scanned repository: who owns each place; may be repeated.",
)
@options.profile
@options.policy
@options.today
@options.lang
@options.format_option(
    FORMATS, "Form of the plan.  [default: by FILE's suffix; else markdown on a terminal, json anywhere else]"
)
@options.output
@options.common
def plan(
    cboms: Sequence[str],
    register: str | None,
    bench: str | None,
    previous: tuple[str, ...],
    codeowners: tuple[str, ...],
    profiles: tuple[str, ...],
    policies: tuple[str, ...],
    today: datetime | None,
    lang: str,
    format_name: str | None,
    output: str,
) -> None:
    r"""Plan the migration of what one or more inventories hold.

    A CBOM is a CycloneDX inventory, written by `scan` or by another tool. Every number of the plan traces
    to it, to the register or to the benchmark; what none of them says is flagged as an assumption.

    \b
    Example, a quarter later:
      pqc-migrate plan now.cdx.json --register bank.xlsx --previous q1.json --previous q2.json -o plan.html
    """
    from pqc_migrate.inventory.cyclonedx_read import load

    chosen: list[str | ProfileView] = [*profiles, *own_policies(policies)]
    made = make([load(path) for path in cboms], register, bench, chosen, today, previous, codeowners)
    emit(render(made, format_name or _format_for(output), lang), output)
    note(summary(made))


def make(
    inventories: Sequence[Inventory],
    register: str | None,
    bench: str | None,
    profiles: Sequence[str | ProfileView],
    today: datetime | None,
    previous: Sequence[str] = (),
    codeowners: Sequence[str] = (),
) -> MigrationPlan:
    """Return the plan of inventories at hand; register, benchmark and earlier plans are read from files."""
    from pqc_migrate.plan import owners
    from pqc_migrate.plan.build import make_plan
    from pqc_migrate.plan.progress import load as load_earlier
    from pqc_migrate.plan.register import load as load_register

    held = load_register(Path(register)) if register else None
    run = None
    if bench:
        from pqc_migrate.bench.run import load as load_bench

        run = load_bench(Path(bench))
        if run.partial:
            note(f"{bench}: {run.notices[0]}")
    day, from_clock = day_of_plan(today, held)
    earlier = [load_earlier(Path(name)) for name in previous]
    targets = sorted({inventory.target for inventory in inventories})
    files = {target: owners.load(path) for target, path in owners.by_target(codeowners, targets).items()}
    return make_plan(
        inventories, held, run, profiles, day, from_clock=from_clock, earlier=earlier, codeowners=files
    )


def own_policies(paths: Sequence[str]) -> list[ProfileView]:
    """Return the institution's own profiles."""
    from pqc_migrate.catalog.policies import own

    return [own(Path(path)) for path in paths]


def render(made: MigrationPlan, format_name: str, lang: str) -> bytes:
    """Return a plan in one format and language (``zh``, ``en``, ``both``)."""
    if format_name == "json":
        from pqc_migrate.plan.document import dump

        return dump(made)
    from pqc_migrate.report.plan_formats import FORMATS as RENDERERS

    return RENDERERS[format_name](made, lang)


def day_of_plan(today: datetime | None, held: Register | None) -> tuple[date, bool]:
    """Return the day to plan as of (option, register, SOURCE_DATE_EPOCH), and whether only the clock says it."""
    stated = (today.date() if today else None) or (held.today if held else None) or _epoch_day()
    return stated or date.today(), stated is None


def summary(made: MigrationPlan) -> str:
    """Return one line: what is exposed, and what moves first."""
    numbers = made.summary
    return (
        f"{numbers.quantum_vulnerable} quantum-vulnerable places in production "
        f"({numbers.key_establishment} key establishment, {numbers.signatures} signature, "
        f"{numbers.both_unknown} not told apart); {len(made.uses)} uses in {len(made.waves)} waves; "
        f"{len(made.assumptions)} assumptions, {len(made.unknowns)} unknowns"
    )


def _epoch_day() -> date | None:
    """Return the day of SOURCE_DATE_EPOCH (UTC), or None when it is not set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return None
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date()
    except (ValueError, OverflowError, OSError):
        raise click.UsageError(f"SOURCE_DATE_EPOCH is not a number of seconds: {epoch!r}") from None


def _format_for(output: str) -> str:
    if output != "-":
        return _BY_SUFFIX.get(PurePath(output).suffix.lower(), "json")
    return "markdown" if sys.stdout.isatty() else "json"
