"""The JSON form of a plan: written and read by the types of `model.plan` alone.

Sorted keys, two spaces, a final newline: same plan, same bytes. Pairs of name and value are objects, dates
ISO strings, codes their values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import orjson

from pqc_migrate.errors import InventoryError
from pqc_migrate.model.plan import SCHEMA, MigrationPlan

_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE | orjson.OPT_PASSTHROUGH_DATACLASS
_HINT = "a plan is what `pqc-migrate plan --format json` writes"


def dump(plan: MigrationPlan) -> bytes:
    """Return a plan as JSON."""
    return orjson.dumps(plan, default=_encode, option=_OPTIONS)


def load(data: bytes, name: str = "plan") -> MigrationPlan:
    """Return the plan in JSON bytes; `InventoryError` when it is not one of this version.

    What a later version of this program added to the schema has a default, so an earlier plan still reads.
    """
    try:
        raw = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise InventoryError(f"{name}: not valid JSON: {error}", hint=_HINT) from error
    _check_kind(raw, name)
    try:
        plan: MigrationPlan = decoder(MigrationPlan)(raw)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InventoryError(
            f"{name}: malformed: {error}", hint=f"it says it is by version {raw.get('tool_version')!s:.40}"
        ) from error
    return plan


def _check_kind(raw: object, name: str) -> None:
    """Refuse what is no plan of this schema, with a word on what it is instead."""
    if not isinstance(raw, dict):
        raise InventoryError(f"{name}: not a {SCHEMA} document", hint=_HINT)
    if raw.get("bomFormat") == "CycloneDX":
        raise InventoryError(f"{name}: a CycloneDX inventory, not a plan", hint=_HINT)
    schema = raw.get("schema")
    if schema == SCHEMA:
        return
    kind = SCHEMA.rpartition("/")[0]
    if isinstance(schema, str) and schema.startswith(f"{kind}/"):
        raise InventoryError(
            f"{name}: {schema!r:.60} is newer than {SCHEMA!r}, the schema this version reads",
            hint="update pqc-migrate",
        )
    found = f" (its schema is {schema!r:.60})" if isinstance(schema, str) else ""
    raise InventoryError(f"{name}: not a {SCHEMA} document{found}", hint=_HINT)


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
    return _leaf_decoder(hint)


def _leaf_decoder(hint: Any) -> Callable[[Any], Any]:
    """Return a value as it is; `TypeError` where it is not of the type, so that no later stage meets it."""
    leaves: Mapping[Any, tuple[type, ...]] = {float: (int, float), int: (int,), str: (str,), bool: (bool,)}
    allowed = leaves.get(hint)
    if allowed is None:
        return lambda value: value

    def read(value: Any) -> Any:
        if not isinstance(value, allowed) or (isinstance(value, bool) and hint is not bool):
            raise TypeError(f"{value!r:.60} is not of type {hint.__name__}")
        return value

    return read


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
    optional = _optional_fields(kind)

    def read(value: Mapping[str, Any]) -> Any:
        given = [name for name in reads if name in value or name not in optional]
        return kind(**{name: reads[name](value[name]) for name in given})

    return read


@cache
def _optional_fields(kind: type) -> frozenset[str]:
    return frozenset(f.name for f in fields(kind) if f.default is not MISSING or f.default_factory is not MISSING)


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
