"""`pqc-migrate run`: scan, benchmark and plan at once, every artefact into one folder."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pqc_migrate.cli import options
from pqc_migrate.cli.limits import limits
from pqc_migrate.cli.plan import day_of_plan, own_policies, render
from pqc_migrate.cli.progress import progress
from pqc_migrate.cli.scan import take_inventory
from pqc_migrate.cli.session import note, warn
from pqc_migrate.errors import PqcMigrateError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pqc_migrate.model.bench import BenchmarkRun
    from pqc_migrate.model.inventory import Inventory
    from pqc_migrate.model.plan import MigrationPlan

BENCH_FILE = "bench.json"


@click.command(short_help="Everything at once: inventory, benchmark, plan and report.")
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@options.output_folder
@options.exclude
@options.jobs
@limits
@options.register
@options.profile
@options.policy
@options.today
@options.lang
@click.option("--bench", metavar="FILE", help="Take this benchmark result instead of measuring.")
@click.option("--no-bench", is_flag=True, help="Plan without measurements.")
@click.option("--no-bench-cache", is_flag=True, help="Measure anew, also when this machine has been measured.")
@options.common
def run(
    targets: Sequence[str],
    output: str,
    exclude: tuple[str, ...],
    jobs: int | None,
    register: str | None,
    profiles: tuple[str, ...],
    policies: tuple[str, ...],
    today: datetime | None,
    lang: str,
    bench: str | None,
    no_bench: bool,
    no_bench_cache: bool,
) -> None:
    """Take the inventory of folders and files, measure post-quantum algorithms on this machine, and plan.

    Writes inventory.cdx.json, findings.sarif, bench.json, plan.json, report.html and report.md. The
    benchmark takes a minute and a half the first time and is kept for this machine. Other files in the folder stay.
    """
    from pqc_migrate.bench.run import load as load_bench
    from pqc_migrate.cli.closing import closing
    from pqc_migrate.output import make_folder
    from pqc_migrate.plan.build import make_plan
    from pqc_migrate.plan.register import load as load_register

    # What the user gave is read before anything takes long.
    folder = make_folder(Path(output))
    systems = load_register(Path(register)) if register else None
    given = load_bench(Path(bench)) if bench else None
    own = own_policies(policies)
    day, from_clock = day_of_plan(today, systems)
    inventory = take_inventory(targets, exclude, (), jobs, (f"{output}/",))
    _write_inventory(folder, inventory)
    measured = None if no_bench else given or _measure(folder, fresh=no_bench_cache)
    plan = make_plan([inventory], systems, measured, (*profiles, *own), day, from_clock=from_clock)
    _write_plan(folder, measured, plan, lang)
    note(closing(inventory, measured, plan, folder))


def _write_inventory(folder: Path, inventory: Inventory) -> None:
    from pqc_migrate.output import write_atomic
    from pqc_migrate.report.formats import FORMATS
    from pqc_migrate.report.options import RenderOptions

    for name, form in (("inventory.cdx.json", "cyclonedx"), ("findings.sarif", "sarif")):
        write_atomic(folder / name, FORMATS[form](inventory, RenderOptions()))


def _measure(folder: Path, *, fresh: bool) -> BenchmarkRun | None:
    """Return this machine's benchmark; None, and a warning, when none can be made."""
    from pqc_migrate.bench.run import default_run

    try:
        with progress("measuring", counted=False) as step:
            return default_run(step, fresh=fresh)
    except PqcMigrateError as error:
        warn(f"no benchmark, the plan goes on without: {error}")
        if (folder / BENCH_FILE).exists():
            warn(f"{folder / BENCH_FILE} is of an earlier run")
        return None


def _write_plan(folder: Path, measured: BenchmarkRun | None, plan: MigrationPlan, lang: str) -> None:
    from pqc_migrate.bench.run import dump
    from pqc_migrate.output import write_atomic

    if measured is not None:
        write_atomic(folder / BENCH_FILE, dump(measured))
    for name, form in (("plan.json", "json"), ("report.html", "html"), ("report.md", "markdown")):
        write_atomic(folder / name, render(plan, form, lang))
