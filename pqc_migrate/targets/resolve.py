"""What the user typed becomes targets with short names, or an error that says what was meant."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePath

from pqc_migrate.errors import TargetError
from pqc_migrate.model.escape import visible


@dataclass(frozen=True, slots=True)
class Target:
    """One folder or file to look at."""

    root: str
    """Absolute, links resolved."""
    label: str
    """Its own name, or as typed where several targets need telling apart; never absolute. A file's path."""
    prefix: str
    """``<label>/`` before every path inside a folder when there are several targets, else empty."""
    is_folder: bool


def resolve(arguments: Sequence[str]) -> tuple[Target, ...]:
    """Return the targets in the order given, one for each place; `TargetError` when one cannot be read."""
    given: dict[str, str] = {}
    for argument in arguments:
        given.setdefault(_root(argument), argument)
    if len(given) == 1:
        labels = [_own_name(root) for root in given]
    else:
        labels = _distinct(_label(root, argument) for root, argument in given.items())
    return tuple(
        Target(root, label, f"{label}/" if len(given) > 1 else "", os.path.isdir(root))
        for root, label in zip(given, labels, strict=True)
    )


def display_name(targets: Sequence[Target]) -> str:
    """Return one name for everything that is scanned."""
    return ", ".join(target.label for target in targets)


def _root(argument: str) -> str:
    try:
        mode = os.stat(argument).st_mode
    except OSError as error:
        raise _unreadable(argument, error) from error
    except ValueError as error:  # a zero byte
        raise TargetError(f"not a path: {visible(argument)}") from error
    if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
        raise TargetError(
            f"{visible(argument)} is a {kind_of(mode)}, not a folder or a regular file",
            hint="save its content to a file and scan that",
        )
    if not os.access(argument, os.R_OK | (os.X_OK if stat.S_ISDIR(mode) else 0)):
        raise TargetError(f"no permission to read {visible(argument)}", hint="run as a user who may read it")
    return os.path.realpath(argument)


def kind_of(mode: int) -> str:
    """Name a special file by its ``st_mode``."""
    kinds = {
        stat.S_IFIFO: "named pipe",
        stat.S_IFSOCK: "socket",
        stat.S_IFBLK: "block device",
        stat.S_IFCHR: "device",
    }
    return kinds.get(stat.S_IFMT(mode), "special file")


def _unreadable(argument: str, error: OSError) -> TargetError:
    shown = visible(argument)
    if "://" in argument:
        return TargetError(
            f"{shown} is an address, not a path", hint="clone or download it first; a scan stays offline"
        )
    if os.path.islink(argument):
        return TargetError(
            f"{shown} is a link that leads nowhere", hint="give the folder or file it should lead to"
        )
    if isinstance(error, FileNotFoundError):
        return TargetError(f"no such file or folder: {shown}", hint=_did_you_mean(argument))
    return TargetError(f"cannot read {shown}: {reason(error)}")


def reason(error: OSError) -> str:
    """Say why the system refused, without the path."""
    return (error.strerror or type(error).__name__).lower()


def _did_you_mean(argument: str) -> str:
    parent, name = os.path.split(argument.rstrip("/"))
    try:
        siblings = os.listdir(parent or ".")
    except OSError:
        return "check the path; its folder cannot be listed either"
    by_case = {sibling.lower(): sibling for sibling in siblings}
    close = get_close_matches(name.lower(), by_case, n=1)
    return f"did you mean {visible(os.path.join(parent, by_case[close[0]]))}?" if close else ""


def _own_name(root: str) -> str:
    return visible(os.path.basename(root)) or "root"


def _label(root: str, argument: str) -> str:
    path = PurePath(os.path.normpath(argument))
    if path.is_absolute() or ".." in path.parts or path == PurePath():
        return _own_name(root)
    return visible(path.as_posix())


def _distinct(labels: Iterable[str]) -> list[str]:
    """Add a number to repeated labels, so that two folders called `src` stay apart."""
    seen: dict[str, int] = {}
    distinct = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        distinct.append(label if seen[label] == 1 else f"{label}~{seen[label]}")
    return distinct
