"""Where the facts of policies, replacements, products and directions come from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pqc_migrate.catalog import toml
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.plan import Source
from pqc_migrate.model.plan_codes import Trust


def source(identifier: str) -> Source:
    """Return one source; `CatalogError` when no record has this id."""
    try:
        return sources()[identifier]
    except KeyError:
        raise CatalogError(f"sources.toml: no source {identifier!r}") from None


@cache
def sources() -> Mapping[str, Source]:
    """Return every source by id."""
    loaded: dict[str, Source] = {}
    for raw in toml.read(toml.root() / "sources.toml")["source"]:
        where = f"sources.toml: source {raw.get('id', '?')!r}"
        toml.check_keys(where, raw, {"id", "citation", "trust"}, set())
        if raw["id"] in loaded:
            raise CatalogError(f"{where}: stands twice")
        try:
            loaded[raw["id"]] = Source(raw["id"], raw["citation"], Trust(raw["trust"]))
        except ValueError as error:
            raise CatalogError(f"{where}: {error}") from error
    return loaded
