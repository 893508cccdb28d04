"""Read the catalog's TOML files, naming file, record and key in every complaint."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from pqc_migrate.errors import CatalogError

Record = Mapping[str, Any]


def root() -> Traversable:
    """Return the folder that holds the catalog's data files."""
    return files("pqc_migrate.catalog")


def read(path: Traversable) -> dict[str, Any]:
    """Parse one file; `CatalogError` names it when it is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogError(f"{path.name}: not valid TOML: {error}") from error


def head(path: Traversable) -> dict[str, Any]:
    """Parse only the keys above the first table of a file."""
    text = path.read_text(encoding="utf-8")
    end = text.find("\n[")
    return tomllib.loads(text if end < 0 else text[: end + 1])


def walk(folder: Traversable) -> Iterator[Traversable]:
    """Yield the TOML files of a folder in the order of their names."""
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            yield entry


def check_keys(where: str, record: Record, required: set[str], optional: set[str]) -> None:
    """Raise `CatalogError` on a missing or an unknown key: a typo must not switch a rule off."""
    missing = required - record.keys()
    if missing:
        raise CatalogError(f"{where}: missing {', '.join(sorted(missing))}")
    unknown = record.keys() - required - optional
    if unknown:
        raise CatalogError(
            f"{where}: unknown key {', '.join(sorted(unknown))}",
            hint=f"known keys: {', '.join(sorted(required | optional))}",
        )
