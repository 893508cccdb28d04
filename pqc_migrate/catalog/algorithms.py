"""Algorithm families: names, primitives, quantum and classical standing, claimed categories.

Reads `algorithms.toml`. A scheme inherits its standing from its `base`, so a fact about RSA is
written once, on RSA.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from pqc_migrate.catalog import toml
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.inventory import Asset, Kind


class Quantum(StrEnum):
    """How a family stands against a cryptographically relevant quantum computer."""

    SHOR = "shor"
    """Broken by Shor's algorithm at every size."""
    GROVER = "grover"
    """At most a quadratic search speed-up: keep, mind the length."""
    RESISTANT = "resistant"
    """Designed to resist quantum attack."""
    HYBRID = "hybrid"
    """Classical and resistant combined; safe while either holds."""
    NONE = "none"
    """Not an algorithm (a protocol or a library): its parts decide."""


class Classical(StrEnum):
    """How a family stands against the computers of today."""

    OK = "ok"
    WEAK = "weak"
    BROKEN = "broken"


_REQUIRED = {"id", "name", "parameters", "source"}
_OPTIONAL = {
    "base", "registry", "primitive", "quantum", "level", "classical", "classical_source",
    "components", "curve", "fallback", "kind", "protocol", "specializes",
}  # fmt: skip
_OPTIONAL_PART = re.compile(r"\[([^\]]*)\]")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_AUTHENTICATED_MODES = frozenset({"GCM", "CCM", "OCB", "EAX", "SIV", "GCM-SIV", "CCM8"})
_WRAP_MODES = frozenset({"KW", "KWP", "Wrap"})
_MAC_MODES = frozenset({"CMAC", "GMAC", "CBC-MAC", "XCBC-MAC"})


@dataclass(frozen=True, slots=True)
class Family:
    """One record of `algorithms.toml` with what it inherits filled in."""

    id: str
    name: str
    parameters: tuple[str, ...]
    source: str
    base: str
    registry: str
    """CycloneDX 1.7 ``algorithmFamily``; empty where the registry has none."""
    primitive: str
    quantum: Quantum
    classical: Classical
    classical_source: str
    level: int | Mapping[str, int]
    components: tuple[Asset, ...]
    curve: str
    fallback: str
    kind: Kind
    protocol: str
    specializes: str
    """The family that this one is, once the curve is known (Ed25519 of EdDSA); empty: none."""


def family(identifier: str) -> Family:
    """Return a family's record; `CatalogError` when there is none."""
    try:
        return _families()[identifier]
    except KeyError:
        raise CatalogError(f"algorithms.toml: no family {identifier!r}") from None


def families() -> Mapping[str, Family]:
    """Return every family by id, in the order of the file."""
    return _families()


def name(asset: Asset) -> str:
    """Return the display name, by the CycloneDX registry's variant pattern, unknown parts left out."""
    if asset.kind in (Kind.LIBRARY, Kind.CERTIFICATE):
        return asset.get("name") or asset.family
    record = family(asset.family)
    values = dict(asset.parameters)
    pattern = record.name

    def optional(match: re.Match[str]) -> str:
        alternatives = match[1].split("|")
        return next((text for text in alternatives if values.keys() >= set(_PLACEHOLDER.findall(text))), "")

    pattern = _OPTIONAL_PART.sub(optional, pattern)
    if any(key not in values for key in _PLACEHOLDER.findall(pattern)):
        return record.fallback or record.id
    return _PLACEHOLDER.sub(lambda match: values[match[1]], pattern)


def takes(identifier: str, size: str) -> bool:
    """Return whether a size tells two algorithms of a family apart, and is one that the family has."""
    record = family(identifier)
    if "size" not in record.parameters and "{size}" not in record.name:
        return False
    if isinstance(record.level, int) or record.parameters[:1] != ("size",) or record.primitive in ("hash", "xof"):
        return True
    return size in record.level


def specific(identifier: str, parameters: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the family of its own that a curve makes of a general one (EdDSA on Ed25519), and what is left."""
    left = dict(parameters)
    general = "XDH" if identifier == "ECDH" else identifier  # ECDH on Curve25519 is X25519 (RFC 7748)
    found = _specific().get((general, left.get("curve", "")))
    if found is None:
        return identifier, left
    del left["curve"]
    return found, left


def unknown(asset: Asset) -> tuple[str, ...]:
    """Return the parameters that would complete the asset and were not read."""
    if asset.kind in (Kind.LIBRARY, Kind.CERTIFICATE):
        return ()
    read = {key for key, _ in asset.parameters}
    return tuple(key for key in family(asset.family).parameters if key not in read)


def primitive(asset: Asset) -> str:
    """Return the CycloneDX primitive; a block cipher in an authenticated mode is ``ae``."""
    record = family(asset.family)
    if record.primitive == "block-cipher":
        mode = asset.get("mode") or ""
        if mode in _AUTHENTICATED_MODES:
            return "ae"
        if mode in _MAC_MODES:
            return "mac"
        if mode in _WRAP_MODES:
            return "key-wrap"
    return record.primitive


def level(asset: Asset) -> int | None:
    """Return the NIST category: 0 for what Shor breaks, None where none is claimed or the size is unknown."""
    record = family(asset.family)
    if record.quantum is Quantum.SHOR:
        return 0
    if isinstance(record.level, int):
        return record.level or None
    for key in record.parameters[:1]:
        value = asset.get(key)
        return record.level.get(value) if value is not None else None
    return None


@cache
def _specific() -> dict[tuple[str, str], str]:
    records = families().values()
    return {(record.specializes, record.curve): record.id for record in records if record.specializes}


@cache
def _families() -> dict[str, Family]:
    loaded: dict[str, Family] = {}
    for raw in toml.read(toml.root() / "algorithms.toml").get("family", []):
        record = _family(raw, loaded)
        if record.id in loaded:
            raise CatalogError(f"algorithms.toml: family {record.id!r} stands twice")
        loaded[record.id] = record
    return loaded


def _family(raw: Mapping[str, Any], earlier: Mapping[str, Family]) -> Family:
    where = f"algorithms.toml: family {raw.get('id', '?')!r}"
    toml.check_keys(where, raw, _REQUIRED, _OPTIONAL)
    base = earlier.get(raw["base"]) if "base" in raw else None
    if "base" in raw and base is None:
        raise CatalogError(f"{where}: base {raw['base']!r} does not stand above it")
    kind = Kind(raw.get("kind", "algorithm"))
    quantum = raw.get("quantum", base.quantum if base else None)
    if kind is Kind.PROTOCOL:
        quantum = "none"
    try:
        return Family(
            id=raw["id"],
            name=raw["name"],
            parameters=tuple(raw["parameters"]),
            source=raw["source"],
            base=raw.get("base", raw["id"]),
            registry=raw.get("registry", raw["id"]),
            primitive=raw.get("primitive", "other"),
            quantum=Quantum(quantum),
            classical=Classical(raw.get("classical", base.classical if base else "ok")),
            classical_source=raw.get("classical_source", base.classical_source if base else ""),
            level=raw.get("level", 0),
            components=tuple(
                Asset.of(Kind.ALGORITHM, part["family"], **{k: v for k, v in part.items() if k != "family"})
                for part in raw.get("components", [])
            ),
            curve=raw.get("curve", ""),
            fallback=raw.get("fallback", ""),
            kind=kind,
            protocol=raw.get("protocol", ""),
            specializes=raw.get("specializes", ""),
        )
    except ValueError as error:
        raise CatalogError(f"{where}: {error}") from error
