"""The notice's sentence as CAICT prints it, and the instruments a Chinese plan is mapped onto."""

from __future__ import annotations

from functools import cache
from typing import Any

from pqc_migrate.catalog import toml
from pqc_migrate.catalog.sources import source
from pqc_migrate.model.plan import Direction, Instrument
from pqc_migrate.model.plan_codes import Trust

_DIRECTION = {"id", "issuer", "title", "quote_zh", "paraphrase_en", "routes_zh", "source", "trust", "unavailable"}
_INSTRUMENT = {"id", "name", "number", "issued", "in_force", "source", "trust"}


@cache
def direction() -> Direction:
    """Return the direction every plan quotes."""
    raw = _read()["direction"]
    toml.check_keys("directions.toml: direction", raw, _DIRECTION, set())
    source(raw["source"])
    return Direction(**{**raw, "trust": Trust(raw["trust"]), "unavailable": tuple(raw["unavailable"])})


@cache
def instruments() -> tuple[Instrument, ...]:
    """Return laws and standards, in the order of the file."""
    loaded = []
    for raw in _read()["instrument"]:
        toml.check_keys(f"directions.toml: instrument {raw.get('id', '?')!r}", raw, _INSTRUMENT, set())
        source(raw["source"])
        loaded.append(Instrument(**{**raw, "trust": Trust(raw["trust"])}))
    return tuple(loaded)


def _read() -> dict[str, Any]:
    return toml.read(toml.root() / "directions.toml")
