"""The JSON form of a plan: written and read by the types of `model.plan` alone.

Sorted keys, two spaces, a final newline: same plan, same bytes. Pairs of name and value are objects, dates
ISO strings, codes their values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import orjson

from pqc_migrate.errors import InventoryError
from pqc_migrate.model.plan import SCHEMA, MigrationPlan

_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE | orjson.OPT_PASSTHROUGH_DATACLASS


def dump(plan: MigrationPlan) -> bytes:
    """Return a plan as JSON."""
    return orjson.dumps(plan, default=_encode, option=_OPTIONS)


def load(data: bytes) -> MigrationPlan:
    """Return the plan in JSON bytes; `InventoryError` when it is not one of this version."""
    try:
        raw = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InventoryError(f"plan: not valid JSON: {error}") from error
    if not isinstance(raw, dict) or raw.get("schema") != SCHEMA:
        raise InventoryError(f"plan: not a {SCHEMA} document")
    try:
        plan: MigrationPlan = decoder(MigrationPlan)(raw)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InventoryError(f"plan: malformed: {error}") from error
    return plan


def is_pairs(hint: object) -> bool:
    """Tell whether a type is pairs of name and value, written as an object."""
    arguments = get_args(hint)
    if get_origin(hint) is not tuple or len(arguments) != 2 or arguments[1] is not Ellipsis:
        return False
    pair = arguments[0]
    return get_origin(pair) is tuple and len(get_args(pair)) == 2 and get_args(pair)[0] is str


@cache
def hints(kind: type) -> Mapping[str, object]:
    """Return the resolved types of a dataclass' fields."""
    return get_type_hints(kind)


@cache
def decoder(hint: Any) -> Callable[[Any], Any]:
    """Return the function that reads a JSON value as a type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if is_pairs(hint):
        return lambda value: tuple(sorted(value.items()))
    if origin in (Union, UnionType):
        return _optional_decoder([part for part in arguments if part is not NoneType])
    if origin is tuple:
        return _tuple_decoder(arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        read = decoder(arguments[1])
        return lambda value: {key: read(held) for key, held in value.items()}
    if hint is date:
        return date.fromisoformat
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint
    if isinstance(hint, type) and is_dataclass(hint):
        return _dataclass_decoder(hint)
    return lambda value: value


def _optional_decoder(parts: list[Any]) -> Callable[[Any], Any]:
    if len(parts) != 1:
        return lambda value: value
    read = decoder(parts[0])
    return lambda value: None if value is None else read(value)


def _tuple_decoder(arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        read = decoder(arguments[0])
        return lambda value: tuple(read(item) for item in value)
    reads = [decoder(argument) for argument in arguments]
    return lambda value: tuple(read(item) for read, item in zip(reads, value, strict=True))


def _dataclass_decoder(kind: type) -> Callable[[Any], Any]:
    reads = {name: decoder(hint) for name, hint in hints(kind).items()}

    def read(value: Mapping[str, Any]) -> Any:
        return kind(**{name: reads[name](value[name]) for name in reads})

    return read


@cache
def _pair_fields(kind: type) -> frozenset[str]:
    return frozenset(name for name, hint in hints(kind).items() if is_pairs(hint))


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _encode(value: object) -> object:
    kind = type(value)
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} has no JSON form")
    pairs = _pair_fields(kind)
    return {
        name: dict(held) if name in pairs else held
        for name, held in ((name, getattr(value, name)) for name in _names(kind))
    }
