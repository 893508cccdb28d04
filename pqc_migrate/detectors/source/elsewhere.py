"""Values that another file of the target gives: ``from .settings import ALGORITHM``.

The other file is read and parsed when a name of it is needed, once for each file that needs it, within
bounds. What comes back carries no offsets: it is a value with a path, not a use of this file.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import replace

from pqc_migrate.detectors.calls.values import (
    UNKNOWN,
    Call,
    Choice,
    Items,
    Name,
    Number,
    Octets,
    Table,
    Text,
    Value,
    choice,
    options,
)
from pqc_migrate.detectors.source.unit import LOCAL, Unit
from pqc_migrate.model.target import SourceFile

_MOST_FILES = 24
_MOST_TRIED = 400
_LARGEST = 1 << 20
_DEEPEST = 6


class Elsewhere:
    """The other files that one source file takes names from."""

    def __init__(self, file: SourceFile, make: Callable[[SourceFile], Unit]) -> None:
        self._file = file
        self._make = make
        self._units: dict[str, tuple[Unit, str] | None] = {}
        self._found: dict[tuple[str, bool], Value | None] = {}
        self._parsed = 0

    def find(self, unit: Unit, name: str, called: bool) -> Value | None:
        """Return what a name of another file is, or what a call of it returns; None when no file shows it."""
        key = (name, called)
        if key not in self._found:
            self._found[key] = None  # a file that asks for itself gets nothing
            self._found[key] = self._find(unit, name, called)
        return self._found[key]

    def _find(self, unit: Unit, name: str, called: bool) -> Value | None:
        for relative, members in unit.locations(name):
            found = self._unit(relative)
            if found is not None:
                other, path = found
                value = _member(other, members, called)
                if value is not None:
                    return self._followed(unit, value, relative, called) or detached(value, path)
        return None

    def _followed(self, unit: Unit, value: Value, relative: str, called: bool) -> Value | None:
        """Return what the files beside another one say of names that it only hands on; None when it does not."""
        near = [option.name for option in options(value) if isinstance(option, Name) and option.name[:1] == "."]
        folder = posixpath.dirname(relative)
        found = [self.find(unit, f"./{posixpath.join(folder, name)}", called) for name in near]
        known = [one for one in found if one is not None]
        return choice(known) if known else None

    def _unit(self, relative: str) -> tuple[Unit, str] | None:
        if relative not in self._units:
            if len(self._units) >= _MOST_TRIED or self._parsed >= _MOST_FILES:
                return None
            self._units[relative] = self._parse(relative)
        return self._units[relative]

    def _parse(self, relative: str) -> tuple[Unit, str] | None:
        other = self._file.neighbor(relative) if self._file.neighbor is not None else None
        if other is None or len(other.data) > _LARGEST or other.path == self._file.path:
            return None
        self._parsed += 1
        return self._make(other), other.path


def _member(unit: Unit, members: tuple[str, ...], called: bool) -> Value | None:
    """Return a top-level name of a unit, or an attribute of a class or object at its top."""
    scope = 0
    for index, name in enumerate(members[:-1]):
        owner = unit.declared_in(scope, name)
        node = owner[-1].node if owner and owner[-1].kind == "class" else None
        if node is None:
            held = choice([unit.bound(binding) for binding in owner[:4]])
            return unit.known_member(held, members[-1], called) if index == len(members) - 2 else None
        scope = unit.scope_of(node)
    bindings = unit.declared_in(scope, members[-1]) if members else []
    if not bindings:
        return None
    last = bindings[-1]
    if last.kind == "function" and last.node is not None:
        return unit.returned(last.node) if called else None
    return choice([unit.bound(binding) for binding in bindings[:4]])


def detached(value: Value, path: str, depth: int = _DEEPEST) -> Value:
    """Return a value of another file without its places there: literals keep line and path."""
    if depth == 0:
        return UNKNOWN
    if isinstance(value, Text | Number | Octets):
        # What is only a default there is one here, too.
        how = value.how if value.how == "default argument" else "constant"
        return replace(value, how=how, path=value.path or path)
    if isinstance(value, Choice):
        return Choice(options=tuple(detached(option, path, depth - 1) for option in value.options))
    if isinstance(value, Items):
        return replace(value, items=tuple(detached(item, path, depth - 1) for item in value.items[:64]))
    if isinstance(value, Table):
        pairs = list(value.pairs.items())[:64]
        return replace(value, pairs={key: detached(held, path, depth - 1) for key, held in pairs})
    if isinstance(value, Name):
        return UNKNOWN if value.name.startswith((LOCAL, "*.")) else replace(value, offset=-1, path=path)
    if isinstance(value, Call):
        return _detached_call(value, path, depth)
    return value


def _detached_call(value: Call, path: str, depth: int) -> Value:
    if value.name.startswith(LOCAL):
        return UNKNOWN
    return Call(
        value.line,
        value.how,
        value.name,
        tuple(detached(argument, path, depth - 1) for argument in value.args),
        {key: detached(held, path, depth - 1) for key, held in value.named.items()},
        detached(value.receiver, path, depth - 1) if value.receiver is not None else None,
        path=path,
    )


def cuts(parts: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield (module, members) for the ways to cut a dotted name, the longest module first; at most two members."""
    for end in range(len(parts) - 1, max(0, len(parts) - 3), -1):
        yield parts[:end], parts[end:]
