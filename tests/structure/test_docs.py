"""Documentation that cannot drift from the program."""

from pathlib import Path

import click
import pytest

from pqc_migrate.cli.docs import commands, reference, root

ROOT = Path(__file__).parents[2]
COMMANDS = [(context.command_path, command) for context, command in commands(root())]


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[path for path, _ in COMMANDS])
def test_every_command_and_every_option_has_help(path: str, command: click.Command) -> None:
    """Nobody has to read the source to know what a switch does."""
    assert command.help, path
    assert command.get_short_help_str(limit=120), path
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{path} {parameter.opts[0]}"


def test_options_that_share_a_name_share_a_meaning() -> None:
    """One spelling means one thing: the same short and long names stand together everywhere."""
    spellings: dict[str, set[tuple[str, ...]]] = {}
    for _, command in COMMANDS:
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                for name in parameter.opts:
                    spellings.setdefault(name, set()).add(tuple(sorted(parameter.opts)))
    assert {name: found for name, found in spellings.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", [path for path, _ in COMMANDS])
def test_every_command_stands_in_the_readme(path: str) -> None:
    """A command that the README does not show is a command that nobody finds."""
    assert path in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_reference_is_current() -> None:
    """docs/cli.md is what the program says; `python -m pqc_migrate.cli.docs --write` renews it."""
    assert (ROOT / "docs/cli.md").read_text(encoding="utf-8") == reference()
