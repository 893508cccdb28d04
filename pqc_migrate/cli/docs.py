"""`python -m pqc_migrate.cli.docs`: the reference of every command, written from the commands themselves.

With ``--write`` it replaces docs/cli.md; a test holds that file current.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from pqc_migrate.cli.main import main as program

_HEAD = """\
# Commands

Written by `python -m pqc_migrate.cli.docs --write` from the commands themselves; do not edit.

Results go to stdout or the file you name, everything else to stderr. A target is a folder or a file.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | a gate you asked for tripped |
| 2 | the command line is wrong |
| 3 | the job could not be done |
| 130 | interrupted; no half-written file is left behind |
"""


def reference() -> str:
    """Return the reference as Markdown: each command with its purpose, arguments and options."""
    return "\n".join([_HEAD, *(_section(context, command) for context, command in commands(root()))])


def root() -> click.Context:
    """Return the program's own context, with its settings: Click remembers the help option it makes here."""
    return click.Context(program, info_name="pqc-migrate", **program.context_settings)


def commands(parent: click.Context) -> Iterator[tuple[click.Context, click.Command]]:
    """Yield every command below a group that can be run or holds others, depth first."""
    group = parent.command
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        if command is not None and not command.hidden:
            context = click.Context(command, info_name=name, parent=parent)
            yield context, command
            yield from commands(context)


def _section(context: click.Context, command: click.Command) -> str:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    lines = [f"## {context.command_path}\n", "```text", usage, "```\n", inspect.cleandoc(command.help or ""), ""]
    rows = [_row(context, parameter) for parameter in command.params if isinstance(parameter, click.Option)]
    if rows:
        lines += ["| option | meaning |", "|---|---|", *rows, ""]
    return "\n".join(lines)


def _row(context: click.Context, option: click.Option) -> str:
    names, meaning = option.get_help_record(context) or (", ".join(option.opts), option.help or "")
    return f"| `{_cell(names)}` | {_cell(' '.join(meaning.split()))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        Path("docs/cli.md").write_text(reference(), encoding="utf-8")
    else:
        click.echo(reference(), nl=False)
