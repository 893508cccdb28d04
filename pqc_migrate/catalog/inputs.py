"""Operations whose time depends on the signature they are given: what two runs may differ by for that alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pqc_migrate.catalog import toml
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.bench import Operation

_FILE = "inputs.toml"
_KEYS = {"family", "operation", "share", "source"}


@cache
def shares() -> Mapping[tuple[str, Operation], float]:
    """Return the share by family and operation; `CatalogError` names a record that is not one."""
    found: dict[tuple[str, Operation], float] = {}
    for number, record in enumerate(toml.read(toml.root() / _FILE).get("input", []), 1):
        where = f"{_FILE}: input {number}"
        if record.keys() != _KEYS:
            raise CatalogError(f"{where}: keys are {', '.join(sorted(_KEYS))}")
        if not isinstance(record["share"], float) or not 0 < record["share"] < 1:
            raise CatalogError(f"{where}: share is a number between 0 and 1")
        try:
            operation = Operation(record["operation"])
        except ValueError as error:
            raise CatalogError(f"{where}: {error}") from error
        found[record["family"], operation] = record["share"]
    return found
