"""Classical strength of public keys, and what is weak by version or mode (`hygiene.toml`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pqc_migrate.catalog import algorithms, toml
from pqc_migrate.catalog.algorithms import Quantum
from pqc_migrate.model.inventory import Asset

# NIST SP 800-57 Part 1 Rev. 5, table 2: least modulus or curve size for each strength in bits.
_MODULUS = ((15360, 256), (7680, 192), (3072, 128), (2048, 112), (1024, 80))
_CURVE = ((512, 256), (384, 192), (256, 128), (224, 112), (160, 80))
_GROUP = re.compile(r"(ffdhe|modp)(\d+)")
_MODP = {"1": 768, "2": 1024, "5": 1536, "14": 2048, "15": 3072, "16": 4096, "17": 6144, "18": 8192}
"""RFC 2409 and RFC 3526 group numbers to bits."""
_FIXED = {"X25519": 128, "Ed25519": 128, "X448": 224, "Ed448": 224}
"""NIST SP 800-186 table 1 and FIPS 186-5 section 7.1: strengths of Curve25519 and Curve448."""


@dataclass(frozen=True, slots=True)
class Weakness:
    """One record of `hygiene.toml`: a family is weak at these values of one parameter."""

    family: str
    parameter: str
    values: tuple[str, ...]
    source: str


def strength(asset: Asset) -> int | None:
    """Return the classical strength in bits of a public key; None when its size was not read."""
    record = algorithms.families().get(asset.family)
    if record is None or record.quantum is not Quantum.SHOR:
        return None
    if asset.family in _FIXED:
        return _FIXED[asset.family]
    if record.base == "EC":
        bits = _curve_bits().get(record.curve or asset.get("curve") or "")
        return _floor(bits, _CURVE)
    return _floor(_modulus_bits(asset), _MODULUS)


def weakness(asset: Asset) -> Weakness | None:
    """Return the record by which this asset is weak by version or mode, or None."""
    for record in _weaknesses():
        if record.family in ("", asset.family) and asset.get(record.parameter) in record.values:
            return record
    return None


def _modulus_bits(asset: Asset) -> int | None:
    size = asset.get("size") or ""
    if size.isdecimal():
        return int(size)
    group = _GROUP.fullmatch(asset.get("group") or "")
    if group is None:
        return None
    return int(group[2]) if group[1] == "ffdhe" else _MODP.get(group[2])


def _floor(bits: int | None, table: Sequence[tuple[int, int]]) -> int | None:
    if bits is None:
        return None
    return next((strength for least, strength in table if bits >= least), 0)


@cache
def _curve_bits() -> dict[str, int]:
    curves = toml.read(toml.root() / "names" / "curves.toml")["curve"]
    return {record["name"]: record["bits"] for record in curves if "bits" in record}


@cache
def _weaknesses() -> tuple[Weakness, ...]:
    loaded = []
    for raw in toml.read(toml.root() / "hygiene.toml")["weak"]:
        toml.check_keys("hygiene.toml: weak", raw, {"parameter", "values", "source"}, {"family"})
        loaded.append(Weakness(raw.get("family", ""), raw["parameter"], tuple(raw["values"]), raw["source"]))
    return tuple(loaded)
