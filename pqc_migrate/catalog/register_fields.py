"""What the fields of the systems register are called in a spreadsheet: ``register.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from pqc_migrate.catalog import toml
from pqc_migrate.errors import CatalogError


@cache
def labels(sheet: str) -> Mapping[str, tuple[str, str]]:
    """Return the Chinese and English label of each field of a sheet, by its path."""
    found = {}
    for path, pair in _file()[sheet].items():
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(part, str) and part for part in pair):
            raise CatalogError(f"register.toml [{sheet}] {path}: not a Chinese and an English label")
        found[path] = (pair[0], pair[1])
    return found


@cache
def _file() -> dict[str, Any]:
    return toml.read(toml.root() / "register.toml")
