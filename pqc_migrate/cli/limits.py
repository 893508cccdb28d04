"""How much a scan reads of what: one option for each bound of `targets.limits.Limits`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

from pqc_migrate.cli.session import Session, current
from pqc_migrate.targets.limits import Limits

Command = TypeVar("Command", bound=Callable[..., Any])
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_SIZE = re.compile(r"(\d{1,12})\s*([kmg]?)(?:i?b)?", re.IGNORECASE | re.ASCII)


class Size(click.ParamType[int]):
    """A number of bytes, with K, M or G for the binary multiples."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the bytes, or fail with an example."""
        match = _SIZE.fullmatch(str(value).strip())
        if match is None or int(match[1]) == 0:
            self.fail(f"{value!r} is not a size; write it as 64M or 2G", param, ctx)
        return int(match[1]) * _UNITS[match[2].lower()]


_OPTIONS: tuple[tuple[str, str, Any, str], ...] = (
    ("file-size", "file_bytes", Size(), "Text files above this size are searched at their beginning only."),
    ("binary-size", "binary_bytes", Size(), "The same for programs and libraries."),
    ("archive-depth", "archive_depth", click.IntRange(min=0), "Archives inside archives that are opened."),
    ("archive-files", "archive_members", click.IntRange(min=1), "Files of one archive or image that are read."),
    ("archive-size", "archive_bytes", Size(), "Unpacked size of one archive or image that is read."),
    (
        "archive-ratio",
        "archive_ratio",
        click.IntRange(min=1),
        "Unpacked bytes for each packed one that are believed.",
    ),
    ("inner-archive-size", "nested_bytes", Size(), "Size of an archive inside another one that is opened."),
    ("file-seconds", "file_seconds", click.FloatRange(min=0.1), "How long one file may take."),
)


def limits(command: Command) -> Command:
    """Add the options; what they say is kept in the session, for `chosen`."""
    for name, field, kind, text in reversed(_OPTIONS):
        command = click.option(
            f"--max-{name}",
            field,
            type=kind,
            expose_value=False,
            callback=_remember,
            metavar="SIZE" if isinstance(kind, Size) else "N",
            help=f"{text}  [default: {_shown(kind, getattr(Limits(), field))}]",
        )(command)
    return command


def chosen() -> Limits:
    """Return the bounds of the running command."""
    return Limits(**current().limits)


def _remember(ctx: click.Context, param: click.Parameter, value: float | None) -> None:
    if value is not None and param.name:
        ctx.find_root().ensure_object(Session).limits[param.name] = value


def _shown(kind: Any, value: float) -> str:
    if not isinstance(kind, Size):
        return f"{value:g}"
    unit = next(unit for unit in ("g", "m", "k", "") if value >= _UNITS[unit] and value % _UNITS[unit] == 0)
    return f"{int(value) // _UNITS[unit]}{unit.upper()}"
