"""The JSON Schema of a plan, derived from the types of `model.plan`.

The published file is ``schema/plan.v1.json``; a test holds both equal, so the model cannot move without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import date
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

import orjson

from pqc_migrate.model.plan import SCHEMA, MigrationPlan
from pqc_migrate.plan.document import hints, is_pairs

_SIMPLE: Mapping[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}


def schema() -> dict[str, object]:
    """Return the schema, every type a definition of its own."""
    definitions: dict[str, object] = {}
    root = _of(MigrationPlan, definitions)
    properties = definitions["MigrationPlan"]
    assert isinstance(properties, dict)
    properties["properties"]["schema"] = {"const": SCHEMA}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{SCHEMA.replace('/', ':')}",
        "title": "Migration plan of pqc-migrate",
        **root,
        "$defs": dict(sorted(definitions.items())),
    }


def text() -> bytes:
    """Return the schema as the published file holds it."""
    return orjson.dumps(schema(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _of(hint: Any, definitions: dict[str, object]) -> dict[str, object]:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _SIMPLE:
        return {"type": _SIMPLE[hint]}
    if hint is date:
        return {"type": "string", "format": "date"}
    if is_pairs(hint):
        return {"type": "object", "additionalProperties": _of(get_args(arguments[0])[1], definitions)}
    if origin in (Union, UnionType):
        return {"anyOf": [_of(part, definitions) for part in arguments]}
    if origin is tuple and arguments[-1] is Ellipsis:
        return {"type": "array", "items": _of(arguments[0], definitions)}
    if origin is tuple:
        items = [_of(part, definitions) for part in arguments]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _of(arguments[1], definitions)}
    return _named(hint, definitions)


def _named(kind: type, definitions: dict[str, object]) -> dict[str, object]:
    reference: dict[str, object] = {"$ref": f"#/$defs/{kind.__name__}"}
    if kind.__name__ in definitions:
        return reference
    summary = (kind.__doc__ or "").partition("\n")[0]
    if issubclass(kind, StrEnum):
        definitions[kind.__name__] = {"description": summary, "enum": [member.value for member in kind]}
        return reference
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} has no schema")
    held: dict[str, object] = {"description": summary, "type": "object", "additionalProperties": False}
    definitions[kind.__name__] = held
    types = hints(kind)
    held["required"] = list(types)
    held["properties"] = {name: _of(hint, definitions) for name, hint in types.items()}
    return reference
