"""A small validator for nested data: every error at once, each with its path and what would be allowed.

A schema is a tree of the types below. ``null`` and ``unknown`` are legal wherever a field is optional.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Text:
    """A string; numbers and dates are taken as what was typed. `pattern` must match all of it."""

    pattern: str = ""
    form: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A number of at least `least`; `words` are names that stand for one."""

    least: float = 0
    most: float | None = None
    whole: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a closed list of words; ``yes`` and ``no`` may have been read as true and false."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false (also written yes or no)."""


@dataclass(frozen=True, slots=True)
class Day:
    """An ISO date without a time; the month alone is enough when `months` is set; `words` stand for one."""

    months: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Many:
    """A list whose entries all have one shape."""

    of: Node
    key: str = ""
    """Field of an entry that names it in paths."""


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with known fields; `short` is a simpler form that may stand in its place."""

    fields: Mapping[str, Node]
    required: frozenset[str] = frozenset()
    short: Node | None = None
    one_of: tuple[str, ...] = ()
    """At least one of these fields must hold something."""


Node = Text | Number | OneOf | Flag | Day | Many | Record


def errors(node: Node, value: object, path: str) -> Iterator[str]:
    """Yield one line an error: path, what is wrong, what is allowed."""
    if value is None or (value == UNKNOWN and not isinstance(node, Record | Many | OneOf)):
        return
    match node:
        case Text():
            yield from _text(node, value, path)
        case Number():
            yield from _number(node, value, path)
        case OneOf():
            yield from _one_of(node, value, path)
        case Flag():
            if not isinstance(value, bool) and value not in ("yes", "no"):
                yield _wrong(path, value, "true or false")
        case Day():
            yield from _day(node, value, path)
        case Many():
            yield from _many(node, value, path)
        case Record():
            yield from _record(node, value, path)


def _text(node: Text, value: object, path: str) -> Iterator[str]:
    if isinstance(value, bool | list | dict):
        yield _wrong(path, value, "text (put it in quotes)")
    elif node.pattern and not re.fullmatch(node.pattern, str(value)):
        yield f"{path}: {str(value)!r} is not {node.form}"


def _number(node: Number, value: object, path: str) -> Iterator[str]:
    if isinstance(value, str) and value in node.words:
        return
    kind = "a whole number" if node.whole else "a number"
    wanted = f"{kind} of at least {node.least:g}"
    if node.most is not None:
        wanted = f"{kind} from {node.least:g} to {node.most:g}"
    wanted = " or ".join((wanted, *node.words))
    numeric = isinstance(value, int) or (isinstance(value, float) and not node.whole)
    if isinstance(value, bool) or not numeric:
        yield _wrong(path, value, wanted)
    elif not (isinstance(value, int | float) and node.least <= value <= (node.most or float("inf"))):
        yield f"{path}: {value!r} is not {wanted}"


def _one_of(node: OneOf, value: object, path: str) -> Iterator[str]:
    word = {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
    allowed = (*node.values, *(() if UNKNOWN in node.values else (UNKNOWN,)))
    if word in allowed:
        return
    near = get_close_matches(str(value), allowed, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    yield f"{path}: {value!r} is not allowed; allowed: {', '.join(allowed)}{hint}"


def _day(node: Day, value: object, path: str) -> Iterator[str]:
    dated = isinstance(value, date) and not isinstance(value, datetime)
    if dated or (isinstance(value, str) and value in node.words):
        return
    wanted = "YYYY-MM or YYYY-MM-DD" if node.months else "YYYY-MM-DD"
    wanted = " or ".join((wanted, *node.words))
    text = str(value)
    if node.months and re.fullmatch(r"\d{4}-\d{2}", text):
        text += "-01"
    try:
        date.fromisoformat(text)
    except ValueError:
        yield f"{path}: {value!r} is not a date ({wanted})"


def _many(node: Many, value: object, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield _wrong(path, value, "a list")
        return
    seen: set[object] = set()
    for position, entry in enumerate(value):
        name = _name(node, entry, position)
        if node.key and name in seen:
            yield f"{path}[{name}].{node.key}: stands twice"
        seen.add(name)
        yield from errors(node.of, entry, f"{path}[{name}]")


def _name(node: Many, entry: object, position: int) -> object:
    named = entry.get(node.key) if node.key and isinstance(entry, dict) else None
    return named if isinstance(named, str) else position


def _record(node: Record, value: object, path: str) -> Iterator[str]:
    if node.short is not None and not isinstance(value, dict):
        yield from errors(node.short, value, path)
        return
    if not isinstance(value, dict):
        yield _wrong(path, value, f"a mapping with {_listed(node.fields)}")
        return
    prefix = f"{path}." if path else ""
    for missing in sorted(node.required - {key for key, held in value.items() if held not in (None, "")}):
        yield f"{prefix}{missing}: required"
    if node.one_of and not any(value.get(key) for key in node.one_of):
        yield f"{path}: give at least one of {_listed(node.one_of)}"
    for key, held in value.items():
        child = node.fields.get(key)
        if child is None:
            near = get_close_matches(str(key), node.fields, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            yield f"{prefix}{key}: unknown field; allowed: {_listed(node.fields)}{hint}"
        else:
            yield from errors(child, held, f"{prefix}{key}")


def _listed(names: Sequence[str] | Mapping[str, Node]) -> str:
    return ", ".join(names)


def _wrong(path: str, value: object, wanted: str) -> str:
    kind = {bool: "true or false", dict: "a mapping", list: "a list", str: "text"}.get(type(value), "a number")
    return f"{path}: expected {wanted}, found {kind} ({value!r:.60})"
