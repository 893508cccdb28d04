"""What a protocol, a file format or an API calls an algorithm.

Each file ``names/<notation>.toml`` holds groups of names with one source a group::

    case = "sensitive"            # or "insensitive"
    [[group]]
    source = "RFC 7518 section 3.1"
    [group.names]
    RS256 = { family = "RSASSA-PKCS1", digest = "SHA-256" }

A record's ``details`` are facts that do not make it another asset.

Curves have a file of their own shape (`names/curves.toml`: canonical name → aliases), because a curve
is a parameter and not an algorithm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pqc_migrate.catalog import algorithms, toml
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.inventory import Asset


@dataclass(frozen=True, slots=True)
class Named:
    """What a name stands for: the asset, and facts that do not make it another one."""

    asset: Asset
    details: tuple[tuple[str, str], ...] = ()


def lookup(notation: str, text: str) -> Asset | None:
    """Return the asset that `text` names in `notation`, or None when the notation does not know it."""
    found = named(notation, text)
    return found.asset if found is not None else None


def named(notation: str, text: str) -> Named | None:
    """Return what `text` names in `notation` with the facts its record adds, or None."""
    table = _notation(notation)
    return table.names.get(text if table.sensitive else text.lower())


def table(notation: str) -> Mapping[str, Asset]:
    """Return every name of a notation (lower case when it ignores case)."""
    return {text: named.asset for text, named in _notation(notation).names.items()}


def curve(text: str) -> str | None:
    """Return the canonical name (``P-256``) of a curve by any of its names, case ignored, or None."""
    return _curves().get(text.lower())


def curves() -> frozenset[str]:
    """Return every name of every curve, in lower case."""
    return frozenset(_curves())


def curve_registry(name: str) -> str | None:
    """Return the CycloneDX 1.7 ``ellipticCurve`` (``nist/P-256``) of a canonical curve name, or None."""
    return _registry_curves().get(name)


class _Notation:
    __slots__ = ("names", "sensitive")

    def __init__(self, names: dict[str, Named], sensitive: bool) -> None:
        self.names = names
        self.sensitive = sensitive


@cache
def _notation(notation: str) -> _Notation:
    path = toml.root() / "names" / f"{notation}.toml"
    raw = toml.read(path)
    toml.check_keys(path.name, raw, {"case", "group"}, set())
    sensitive = raw["case"] == "sensitive"
    names: dict[str, Named] = {}
    for group in raw["group"]:
        toml.check_keys(f"{path.name}: group {group.get('source', '?')!r}", group, {"source", "names"}, set())
        for text, record in group["names"].items():
            key = text if sensitive else text.lower()
            if key in names:
                raise CatalogError(f"{path.name}: {text!r} stands twice")
            names[key] = _named(f"{path.name}: {text!r}", record)
    return _Notation(names, sensitive)


def _named(where: str, record: Mapping[str, Any]) -> Named:
    if "family" not in record:
        raise CatalogError(f"{where}: missing family")
    family = algorithms.family(record["family"])
    asset = Asset.of(family.kind, family.id, **{k: v for k, v in record.items() if k not in ("family", "details")})
    return Named(asset, tuple(sorted(record.get("details", {}).items())))


@cache
def _curves() -> dict[str, str]:
    path = toml.root() / "names" / "curves.toml"
    aliases: dict[str, str] = {}
    for record in toml.read(path)["curve"]:
        where = f"{path.name}: {record.get('name', '?')!r}"
        toml.check_keys(where, record, {"name", "source"}, {"aliases", "cyclonedx", "bits"})
        for alias in (record["name"], *record.get("aliases", [])):
            if aliases.setdefault(alias.lower(), record["name"]) != record["name"]:
                raise CatalogError(f"{path.name}: {alias!r} names two curves")
    return aliases


@cache
def _registry_curves() -> dict[str, str]:
    records = toml.read(toml.root() / "names" / "curves.toml")["curve"]
    return {record["name"]: record["cyclonedx"] for record in records if "cyclonedx" in record}
