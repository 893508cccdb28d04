"""`pqc-migrate register`: start, check and convert the systems register."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pqc_migrate.cli import options
from pqc_migrate.cli.emit import emit
from pqc_migrate.cli.session import note, warn
from pqc_migrate.errors import RegisterError

if TYPE_CHECKING:
    from datetime import datetime

    from pqc_migrate.model.inventory import Inventory
    from pqc_migrate.plan.sensitivity import FieldEffect

FORMATS = ("yaml", "xlsx")


@click.group(short_help="Start, check and convert the systems register.")
def register() -> None:
    """Start, check and convert the systems register: what only people know about each system.

    Example: pqc-migrate register init inventory.cdx.json --output register.xlsx
    """


@register.command(short_help="Write a starter register from inventories.")
@click.argument("cboms", nargs=-1, required=True, metavar="CBOM...")
@click.option("--by-folder", is_flag=True, help="One system for each first-level folder, as in a monorepo.")
@options.profile
@options.today
@options.format_option(FORMATS, "Form of the register.  [default: by FILE's suffix, else yaml]")
@options.output
@options.common
def init(
    cboms: Sequence[str],
    by_folder: bool,
    profiles: tuple[str, ...],
    today: datetime | None,
    format_name: str | None,
    output: str,
) -> None:
    """Write a starter register: one system a target, with what the scan knows filled in.

    Repositories, certificates, the stack and the uses of cryptography are filled in; what only people know
    stands empty, and the five empty fields that would change the ranking most are named.

    Example: pqc-migrate register init pay.cdx.json cards.cdx.json --output register.yaml
    """
    from pqc_migrate.inventory.cyclonedx_read import load
    from pqc_migrate.plan.register_start import allowed

    inventories = [load(path) for path in cboms]
    raw, effects = _started(inventories, profiles, today, by_folder=by_folder)
    emit(_written(raw, format_name or _format_for(output), allowed()), output)
    note(f"{_systems(len(raw['systems']))}; what stands empty counts as its worst value, and the plan says so")
    _tell(effects)


@register.command(short_help="Check a register; with CBOMs, also what it leaves open.")
@click.argument("file", metavar="FILE")
@click.argument("cboms", nargs=-1, metavar="[CBOM]...")
@options.profile
@options.today
@options.common
def check(file: str, cboms: Sequence[str], profiles: tuple[str, ...], today: datetime | None) -> None:
    """Check a register (YAML or XLSX): every problem with its system, its field and what is allowed.

    With inventories, also which systems have no finding, which findings have no system, and which empty
    fields would change the ranking most.

    Example: pqc-migrate register check register.xlsx inventory.cdx.json
    """
    from pqc_migrate.plan.register import load
    from pqc_migrate.plan.register_check import remarks

    held = load(Path(file))
    note(f"{Path(file).name}: valid, {_systems(len(held.systems))}")
    for remark in remarks(held):
        warn(remark)
    if cboms:
        from pqc_migrate.cli.plan import day_of_plan
        from pqc_migrate.inventory.cyclonedx_read import load as load_inventory
        from pqc_migrate.plan.register_check import coverage_remarks
        from pqc_migrate.plan.sensitivity import most_telling

        inventories = [load_inventory(path) for path in cboms]
        for remark in coverage_remarks(held, inventories):
            warn(remark)
        _tell(most_telling(inventories, held, profiles, day_of_plan(today, held)[0]))


@register.command(short_help="Turn a register into the other form.")
@click.argument("file", metavar="FILE")
@options.format_option(FORMATS, "Form of the result.  [default: by the output's suffix, else the other form]")
@options.output
@options.common
def convert(file: str, format_name: str | None, output: str) -> None:
    """Turn a register from YAML into XLSX or back; nothing is lost.

    Example: pqc-migrate register convert register.yaml --output register.xlsx
    """
    from pqc_migrate.plan.register import is_workbook, load_raw

    raw = load_raw(Path(file))
    other = "yaml" if is_workbook(file) else "xlsx"
    emit(_written(raw, format_name or _format_for(output, other)), output)


def _started(
    inventories: Sequence[Inventory], profiles: tuple[str, ...], today: datetime | None, *, by_folder: bool
) -> tuple[dict[str, Any], tuple[FieldEffect, ...]]:
    from pqc_migrate.cli.plan import day_of_plan
    from pqc_migrate.plan.build import make_plan
    from pqc_migrate.plan.register import from_raw
    from pqc_migrate.plan.register_start import starter, with_uses
    from pqc_migrate.plan.sensitivity import most_telling

    raw = starter(inventories, by_folder=by_folder)
    held = from_raw(raw)
    day = day_of_plan(today, held)[0]
    plan = make_plan(inventories, held, None, profiles, day)
    raw = with_uses(raw, plan.uses, {asset.id: asset.name for asset in plan.assets})
    return raw, most_telling(inventories, held, profiles, day)


def _tell(effects: Sequence[FieldEffect]) -> None:
    if not effects:
        note("no empty field would change the ranking by itself")
        return
    note("empty fields that would change the ranking most, filled in alone:")
    for effect in effects:
        note(
            f"  systems[{effect.system}].{effect.field}: up to {effect.positions} positions, "
            f"another priority for up to {effect.priorities} of {effect.rows} rows"
        )


def _written(raw: dict[str, Any], format_name: str, comments: Sequence[str] = ()) -> bytes:
    from pqc_migrate.plan import register_xlsx
    from pqc_migrate.plan.register import dump_yaml

    return register_xlsx.dump(raw) if format_name == "xlsx" else dump_yaml(raw, comments)


def _format_for(output: str, otherwise: str = "yaml") -> str:
    if output == "-":
        if otherwise == "xlsx" and sys.stdout.isatty():
            raise RegisterError("a workbook is not for a terminal", hint="name a file with --output register.xlsx")
        return otherwise
    return "xlsx" if output.lower().endswith((".xlsx", ".xlsm")) else "yaml"


def _systems(count: int) -> str:
    return f"{count} system" if count == 1 else f"{count} systems"
