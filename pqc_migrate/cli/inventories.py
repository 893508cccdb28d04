"""What `show`, `merge` and `diff` share: reading CBOMs, choosing a form, writing it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

import click

from pqc_migrate.cli import options
from pqc_migrate.cli.options import Command

if TYPE_CHECKING:
    from pqc_migrate.model.inventory import Inventory

FORMATS = ("table", "cyclonedx", "sarif", "json", "csv", "markdown")
BY_SUFFIX = {".sarif": "sarif", ".csv": "csv", ".md": "markdown", ".txt": "table"}

spec_version = click.option(
    "--spec-version", type=options.Name(("1.6", "1.7")), default="1.6", show_default=True, help="CycloneDX version."
)


def inventory_format(command: Command) -> Command:
    """Add ``--format`` of an inventory."""
    told = "Form of the result.  [default: by FILE's suffix; else a table on a terminal, cyclonedx anywhere else]"
    return options.format_option(FORMATS, told)(command)


def format_for(output: str) -> str:
    """Return the form of an inventory that the output's name or place asks for."""
    if output != "-":
        return BY_SUFFIX.get(PurePath(output).suffix.lower(), "cyclonedx")
    return "table" if sys.stdout.isatty() else "cyclonedx"


def read(paths: Sequence[str]) -> Inventory:
    """Return one inventory of all CBOMs."""
    from pqc_migrate.inventory.combine import combine
    from pqc_migrate.inventory.cyclonedx_read import load

    return combine([load(path) for path in paths])


def render(inventory: Inventory, format_name: str, version: str, *, on_terminal: bool) -> bytes:
    """Return an inventory in one form; a terminal's width and colors count only on a terminal."""
    from pqc_migrate.report.formats import FORMATS as RENDERERS
    from pqc_migrate.report.options import RenderOptions

    if not on_terminal:
        return RENDERERS[format_name](inventory, RenderOptions(spec_version=version))
    width = shutil.get_terminal_size().columns
    color = "NO_COLOR" not in os.environ
    return RENDERERS[format_name](inventory, RenderOptions(spec_version=version, width=width, color=color))
