"""Options that several commands share: one spelling, one help text, one meaning each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any, TypeVar

import click

from pqc_migrate.cli.session import Session

Command = TypeVar("Command", bound=Callable[..., Any])

PROFILES = ("cn-default", "g7-fin", "hkma", "eu", "us-fed", "nist", "cnsa2", "uk", "au", "pci")


class Name(click.Choice[str]):
    """One of a list of names; a mistyped one is answered with the one that was meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name, or fail with a suggestion."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            close = get_close_matches(str(value), [str(choice) for choice in self.choices], n=1)
            if not close:
                raise
            raise click.BadParameter(f"{error.message} Did you mean {close[0]!r}?", ctx, param) from error


def _remember(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and param.name:
        setattr(ctx.find_root().ensure_object(Session), param.name, True)


quiet = click.option(
    "-q", "--quiet", is_flag=True, expose_value=False, callback=_remember, help="Say nothing but errors on stderr."
)
verbose = click.option(
    "-v",
    "--verbose",
    is_flag=True,
    expose_value=False,
    callback=_remember,
    help="Say more on stderr, tracebacks included.",
)


def common(command: Command) -> Command:
    """Add the switches that every command has."""
    return quiet(verbose(command))


def format_option(names: Iterable[str], help_text: str, **more: Any) -> Callable[[Command], Command]:
    """Return the option that picks an output format by name; its parameter is ``format_name``."""
    return click.option("--format", "format_name", type=Name(tuple(names)), help=help_text, **more)


output = click.option("-o", "--output", default="-", metavar="FILE", help="Write here instead of stdout (-).")
output_folder = click.option(
    "-o",
    "--output",
    default="out",
    show_default=True,
    metavar="DIR",
    help="Folder for the results; other files in it stay as they are.",
)
jobs = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes at most.  [default: one for each processor]",
)
exclude = click.option(
    "--exclude",
    multiple=True,
    metavar="GLOB",
    help="Leave out what this .gitignore pattern fits, from the top of each target; may be repeated.",
)
lang = click.option(
    "--lang",
    type=Name(("zh", "en", "both")),
    default="both",
    show_default=True,
    help="Language of reports.",
)
profile = click.option(
    "--profile",
    "profiles",
    multiple=True,
    type=Name(PROFILES),
    help="Timeline to plan by; may be repeated.  [default: cn-default]",
)
policy = click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="FILE",
    help="The institution's own dates (TOML), beside the profiles; may be repeated.",
)
register = click.option(
    "--register", metavar="FILE", help="Register of systems (YAML or XLSX): what only people know."
)
today = click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Plan as of this day (YYYY-MM-DD).  [default: SOURCE_DATE_EPOCH, else today]",
)
