"""Networks for which the handshakes' time is computed: ours, and those of a user's file."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pqc_migrate.catalog import toml
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.handshake import NetworkProfile

_FILE = "network.toml"
_LIMITS: Mapping[str, tuple[float, float]] = {
    "rtt_ms": (0.001, 60_000),
    "mbit_s": (0.001, 1_000_000),
    "mss": (88, 65_495),
    "initcwnd": (1, 1000),
    "loss": (0, 0.5),
    "rto_min_ms": (1, 60_000),
}
"""Least and greatest value that is not a slip of the pen."""
_WHOLE = {"mss", "initcwnd"}
_REQUIRED = {"name", "rtt_ms", "mbit_s"}
_DEFAULTS: Mapping[str, Any] = {
    "about": "", "mss": 1460, "initcwnd": 10, "loss": 0.0, "rto_min_ms": 1000, "source": "given by the user",
}  # fmt: skip
_MOST_PROFILES = 50
_MOST_BYTES = 1 << 20


@cache
def profiles() -> tuple[NetworkProfile, ...]:
    """Return our own, in the order of the file."""
    raw = toml.read(toml.root() / _FILE)
    required = {*_REQUIRED, *_DEFAULTS}
    return _profiles(_FILE, raw, required)


def with_file(path: Path) -> tuple[NetworkProfile, ...]:
    """Return ours with those of a file, which replace ours of the same name; `CatalogError` says what is wrong."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise CatalogError(f"{path}: larger than {_MOST_BYTES} bytes: not a list of networks")
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read: {error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CatalogError(f"{path}: not valid TOML: {error}") from error
    theirs = {profile.name: profile for profile in _profiles(str(path), raw, _REQUIRED)}
    ours = [theirs.pop(profile.name, profile) for profile in profiles()]
    return (*ours, *theirs.values())


def _profiles(where: str, raw: Mapping[str, Any], required: set[str]) -> tuple[NetworkProfile, ...]:
    toml.check_keys(where, raw, {"profile"}, set())
    records = raw["profile"]
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise CatalogError(
            f"{where}: profile is not an array of tables", hint="begin each network with [[profile]]"
        )
    if len(records) > _MOST_PROFILES:
        raise CatalogError(f"{where}: {len(records)} networks, more than {_MOST_PROFILES}")
    found = [_profile(where, record, required) for record in records]
    names = [profile.name for profile in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise CatalogError(f"{where}: profile {', '.join(twice)} stands twice")
    return tuple(found)


def _profile(where: str, record: Mapping[str, Any], required: set[str]) -> NetworkProfile:
    at = f"{where}: profile {record.get('name', '?')!r}"
    toml.check_keys(at, record, required, _DEFAULTS.keys() - required)
    values = {**_DEFAULTS, **record}
    for key in ("name", "about", "source"):
        if not isinstance(values[key], str) or not (values[key] or key == "about"):
            raise CatalogError(f"{at}: {key} is {values[key]!r}, not a text")
    for key, (least, greatest) in _LIMITS.items():
        values[key] = _number(f"{at}: {key}", values[key], least, greatest, key in _WHOLE)
    return NetworkProfile(**values)


def _number(where: str, value: object, least: float, greatest: float, whole: bool) -> float:
    kind = "a whole number" if whole else "a number"
    numeric = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
    if not numeric or not math.isfinite(value) or not least <= value <= greatest:  # type: ignore[arg-type, operator]
        raise CatalogError(f"{where} is {value!r}, not {kind} from {least:g} to {greatest:g}")
    return value if whole else float(value)  # type: ignore[return-value, arg-type]
