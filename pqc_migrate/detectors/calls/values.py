"""What an expression is known to be, before the catalog says what it means.

A language module turns syntax into these values with names resolved; it knows nothing of
cryptography. Values never carry the bytes of a literal: a byte string is its length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Value:
    """Something about an expression; bare, nothing but that it exists."""

    line: int = 0
    """1-based line the value was written at."""
    how: str = "literal"
    """``literal``, ``constant``, ``default argument``, ``argument`` (of the callers) or ``object``."""
    path: str = field(default="", kw_only=True)
    """The file it was written in, when that is another one."""


@dataclass(frozen=True, slots=True)
class Text(Value):
    """A character string of the code; only recognized names in it may leave the scanner."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Number(Value):
    """An integer."""

    number: int = 0


@dataclass(frozen=True, slots=True)
class Octets(Value):
    """A byte string of known length; the bytes themselves are not kept."""

    length: int = 0


@dataclass(frozen=True, slots=True)
class Name(Value):
    """A resolved name that is not called: a constant, a class, a function."""

    name: str = ""
    offset: int = -1
    """Where the last part of the name stands, or -1 when it was not written here."""


@dataclass(frozen=True, slots=True)
class Call(Value):
    """A call or construction with a resolved name."""

    name: str = ""
    args: tuple[Value, ...] = ()
    named: Mapping[str, Value] = field(default_factory=dict)
    receiver: Value | None = None
    offset: int = -1
    """Where the callee's name stands: the identity of the call in its file."""
    start: int = -1
    end: int = -1


@dataclass(frozen=True, slots=True)
class Items(Value):
    """A list, tuple, set or array literal."""

    items: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Table(Value):
    """A mapping or object literal with constant keys."""

    pairs: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choice(Value):
    """One of several values: the branches of a condition, the callers of a function."""

    options: tuple[Value, ...] = ()


_MOST_ALTERNATIVES = 32
UNKNOWN = Value()
REST = "..."
"""Key of a `Table` that has members which were not read (a spread object, a computed key)."""
NOTHING = Value(how="nothing")
"""``None``, ``null``, ``nil``: not yet one of the values a name takes."""


UNREAD = "\0"
"""Stands in a text for a part that was not read: ``"ssl://" . $host`` is known by how it starts."""


def options(value: Value, limit: int = 16) -> tuple[Value, ...]:
    """Return the distinct alternatives of a value, flattened; at most `limit`."""
    flat: list[Value] = []
    waiting = [value]
    while waiting and len(flat) < limit:
        current = waiting.pop()
        if isinstance(current, Choice):
            waiting.extend(reversed(current.options))
        elif current not in flat:
            flat.append(current)
    return tuple(value for value in flat if value != NOTHING) or tuple(flat)


def choice(values: list[Value]) -> Value:
    """Return one value that is any of several."""
    if len(values) == 1:
        return values[0]
    flat: list[Value] = []  # alternatives of alternatives would multiply
    for value in values:
        for option in value.options if isinstance(value, Choice) else (value,):
            if len(flat) < _MOST_ALTERNATIVES and option not in flat:
                flat.append(option)
    return Choice(options=tuple(flat)) if len(flat) > 1 else flat[0] if flat else UNKNOWN


def as_default(value: Value) -> Value:
    """Mark what was read as only what holds when nothing else is set; calls and names keep what they are."""
    kinds = (Text, Number, Octets, Items, Table)
    return choice([replace(o, how="default argument") if isinstance(o, kinds) else o for o in options(value)])
