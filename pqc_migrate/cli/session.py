"""What one invocation of the program was asked for, and how it speaks to the person who asked.

Everything said here goes to stderr, lower-case and without a full stop; stdout holds the artefact alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import click


@dataclass(slots=True)
class Session:
    """The switches that the running command was given."""

    quiet: bool = False
    verbose: bool = False
    limits: dict[str, Any] = field(default_factory=dict)
    """Bounds on what is read, where they are not the defaults."""


def current() -> Session:
    """Return the switches of the running command."""
    return click.get_current_context().find_root().ensure_object(Session)


def note(text: str) -> None:
    """Say something that --quiet silences."""
    if not current().quiet:
        click.echo(text, err=True)


def detail(text: str) -> None:
    """Say something that only --verbose asks for."""
    if current().verbose:
        click.echo(text, err=True)


def warn(text: str) -> None:
    """Say something that a person must know even with --quiet: the result is less than was asked for."""
    click.echo(f"warning: {text}", err=True)
