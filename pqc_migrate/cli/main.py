"""The program: its commands, loaded only when asked for, and how it ends.

Imports Click and the standard library, so that help answers at once.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import PurePath
from types import FrameType
from typing import Any

import click

from pqc_migrate import __version__
from pqc_migrate.cli.session import Session
from pqc_migrate.errors import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED, PqcMigrateError

COMMANDS = {
    "run": "pqc_migrate.cli.run",
    "scan": "pqc_migrate.cli.scan",
    "bench": "pqc_migrate.cli.bench",
    "plan": "pqc_migrate.cli.plan",
    "register": "pqc_migrate.cli.register",
    "show": "pqc_migrate.cli.show",
    "merge": "pqc_migrate.cli.merge",
    "diff": "pqc_migrate.cli.diff",
    "doctor": "pqc_migrate.cli.doctor",
}
"""Command → module that holds it under the same name; in the order of the help."""


class Program(click.Group):
    """A group whose commands are imported when they are called, and whose errors end in one exit code each."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands that are built."""
        return [name for name, module in COMMANDS.items() if find_spec(module) is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's module and return the command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = getattr(importlib.import_module(COMMANDS[cmd_name]), cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a mistyped one is answered with the one that was meant."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            close = get_close_matches(name, self.list_commands(ctx), n=1)
            ctx.fail(f"No such command {name!r}." + (f" Did you mean {close[0]!r}?" if close else ""))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; whatever goes wrong is said in words and ends in one exit code."""
        try:
            with _terminable():
                return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            click.echo("\ninterrupted; no half-written file was left behind", err=True)
            code = EXIT_INTERRUPTED
        except BrokenPipeError:  # the reader has seen enough (`| head`)
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = EXIT_DONE
        except Exception as error:
            _explain(error, ctx.ensure_object(Session).verbose)
            code = EXIT_FAILED
        raise click.exceptions.Exit(code)


_REPORT = "this is a mistake in pqc-migrate: run it again with --verbose and report what it prints"


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    no_args_is_help=True,
)
@click.version_option(__version__, message="pqc-migrate %(version)s")
def main() -> None:
    """Find the cryptography in code, configuration, keys and manifests, measure its post-quantum
    replacements on this machine, and plan the migration.

    Results go to stdout or the file you name, everything else to stderr. A scan executes nothing,
    opens no network connection and repeats no secret.
    """  # noqa: D205


def _explain(error: Exception, verbose: bool) -> None:
    if verbose:
        click.echo("".join(traceback.format_tb(error.__traceback__)), err=True, nl=False)
    if isinstance(error, PqcMigrateError):
        message, hint = str(error), error.hint
    else:  # our mistake: one line, and a way to report it
        message, hint = _unexpected(error), _REPORT
    click.echo(f"error: {message}", err=True)
    if hint:
        click.echo(f"hint: {hint}", err=True)


def _unexpected(error: Exception) -> str:
    """Name an error by type and place; its own text may quote what was scanned."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"unexpected {type(error).__name__} at {PurePath(frame.filename).name}:{frame.lineno}"


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Let a polite kill clean up as Ctrl-C does."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
