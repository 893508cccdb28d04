"""Which technical layer of GB/T 39786-2021 a use belongs to: ``layers.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pqc_migrate.catalog import toml
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.plan_codes import Layer, Use


def layer_of(use: Use) -> Layer:
    """Return the layer of a use; `Layer.UNKNOWN` where the use alone does not tell."""
    return _layers().get(use, Layer.UNKNOWN)


@cache
def _layers() -> Mapping[Use, Layer]:
    found: dict[Use, Layer] = {}
    for name, record in toml.read(toml.root() / "layers.toml")["layer"].items():
        toml.check_keys(f"layers.toml: {name!r}", record, {"uses"}, set())
        for use in record["uses"]:
            if Use(use) in found:
                raise CatalogError(f"layers.toml: {use!r} stands in two layers")
            found[Use(use)] = Layer(name)
    return found
