"""``bench.json``: `BenchmarkRun` ↔ JSON, by ``schema/bench.v1.json``.

Sizes stand in each measurement as ``public_key_bytes`` and so on, and the selection as ``set``; everything
else is spelled as in `model.bench`.
"""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from pqc_migrate.errors import BenchmarkError
from pqc_migrate.model.bench import BenchmarkRun, Measurement, Sizes

SCHEMA = "pqc-migrate/bench/v1"
_KIND = "pqc-migrate/bench/"
_SIZES = tuple(field.name for field in dataclasses.fields(Sizes))
_LARGEST = 10**18
"""Nanoseconds of thirty years; no figure of a benchmark is as large, and none that is may overflow later on."""
_ORDER = (
    "schema", "notices", "verdict", "set", "seconds", "environment", "measurements", "skipped", "checks",
)  # fmt: skip


def dump(run: BenchmarkRun) -> bytes:
    """Return the artefact: notices first, times in ns with one decimal."""
    content = {"schema": SCHEMA, **_plain(run), "measurements": [_measurement(m) for m in run.measurements]}
    content["set"] = content.pop("selection")
    ordered = {key: content[key] for key in (*_ORDER, *(k for k in content if k not in _ORDER))}
    return (json.dumps(ordered, ensure_ascii=False, indent=2) + "\n").encode()


def parse(text: str, where: str) -> BenchmarkRun:
    """Read the artefact; `BenchmarkError` names the place that is wrong."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BenchmarkError(f"{where}: not JSON: {error}") from error
    schema = content.get("schema") if isinstance(content, dict) else None
    if schema != SCHEMA:
        if isinstance(schema, str) and schema.startswith(_KIND):
            said = f"{where}: written by another version of this program ({schema})"
            raise BenchmarkError(said, "use that version, or measure anew")
        raise BenchmarkError(f"{where}: not a benchmark result: schema is {schema!r}, not {SCHEMA!r}")
    try:
        content["selection"] = content.pop("set")
        content["measurements"] = [_with_sizes(m) for m in content["measurements"]]
        run = _read(BenchmarkRun, content, "")
    except _Malformed as error:
        raise BenchmarkError(f"{where}: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise BenchmarkError(f"{where}: malformed: {error}") from error
    assert isinstance(run, BenchmarkRun)
    return run


class _Malformed(Exception):
    """A value of the wrong type; the message says where."""


def _measurement(measurement: Measurement) -> dict[str, Any]:
    plain: dict[str, Any] = _plain(measurement)
    sizes = plain.pop("sizes")
    return {**plain, **{f"{part}_bytes": sizes[part] for part in _SIZES}}


def _with_sizes(plain: Mapping[str, Any]) -> dict[str, Any]:
    names = {f"{part}_bytes": part for part in _SIZES}
    sizes = {part: plain[name] for name, part in names.items()}
    return {**{key: value for key, value in plain.items() if key not in names}, "sizes": sizes}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    if isinstance(value, float):
        return round(value, 1) if value >= 100 else round(value, 4)
    return value


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, value: Any, path: str) -> Any:
    """Return `value` as `kind`, which is one of the types the model is made of."""
    if get_origin(kind) in (Union, types.UnionType):
        inner = next(option for option in get_args(kind) if option is not type(None))
        return None if value is None else _read(inner, value, path)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _record(kind, _expect(dict, value, path), path)
    if get_origin(kind) is tuple:
        return _sequence(get_args(kind), _expect(list, value, path), path)
    if get_origin(kind) is Mapping:
        inner = get_args(kind)[1]
        return {key: _read(inner, part, f"{path}.{key}") for key, part in _expect(dict, value, path).items()}
    if issubclass(kind, StrEnum):
        try:
            return kind(value)
        except ValueError:
            allowed = ", ".join(kind)
            raise _Malformed(f"{path}: {value!r} is not one of {allowed}") from None
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(_bounded(value, path))
    return _bounded(_expect(kind, value, path), path)


def _record(kind: type, value: Mapping[str, Any], path: str) -> Any:
    hints = _hints(kind)
    missing = hints.keys() - value.keys()
    optional = {f.name for f in dataclasses.fields(kind) if not _required(f)}
    if missing - optional:
        missing -= optional
        raise _Malformed(f"{path or 'top level'}: missing {', '.join(sorted(missing))}")
    # Fields of a later edition of the same version are passed over.
    return kind(
        **{
            name: _read(hint, value[name], f"{path}.{name}".lstrip("."))
            for name, hint in hints.items()
            if name in value
        }
    )


def _required(field: dataclasses.Field[Any]) -> bool:
    """Whether an artefact must have the field; those added since the first edition have a default."""
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _sequence(kinds: tuple[Any, ...], value: list[Any], path: str) -> tuple[Any, ...]:
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_read(kinds[0], part, f"{path}[{place}]") for place, part in enumerate(value))
    if len(kinds) != len(value):
        raise _Malformed(f"{path}: {len(value)} values, not {len(kinds)}")
    return tuple(_read(k, part, path) for k, part in zip(kinds, value, strict=True))


def _bounded(value: Any, path: str) -> Any:
    """Return a value, unless it is a number that is none (NaN) or that nothing measured can be."""
    if isinstance(value, (int, float)) and not -_LARGEST < value < _LARGEST:
        raise _Malformed(f"{path}: {value if isinstance(value, float) else 'this'} is no figure of a benchmark")
    return value


def _expect(kind: type, value: Any, path: str) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise _Malformed(f"{path or 'top level'}: {value!r} is not {kind.__name__}")
    return value
