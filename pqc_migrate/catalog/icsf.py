"""Callable services of z/OS ICSF by name: what they use, and what a keyword of their rule array makes of it.

Reads `icsf.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pqc_migrate.catalog import algorithms, toml
from pqc_migrate.model.inventory import Asset


@dataclass(frozen=True, slots=True)
class Service:
    """One service; the fields are documented at the head of `icsf.toml`."""

    id: str
    asset: Mapping[str, str]
    keywords: Mapping[str, Mapping[str, str]]
    decided: str
    functions: tuple[str, ...]

    def used_with(self, keywords: Sequence[str]) -> Asset | None:
        """Return what a call with these keywords uses; None where it is decided elsewhere."""
        found = dict(self.asset)
        for keyword in keywords:
            found.update(self.keywords.get(keyword.upper(), {}))
        family = found.pop("family", "")
        return Asset.of(algorithms.family(family).kind, family, **found) if family else None


@cache
def services() -> Mapping[str, Service]:
    """Return every service by each of its names; `CatalogError` names a bad record."""
    found: dict[str, Service] = {}
    for raw in toml.read(toml.root() / "icsf.toml")["service"]:
        where = f"icsf.toml: {raw.get('id', '?')!r}"
        toml.check_keys(where, raw, {"id", "names", "functions", "source"}, {"asset", "keywords", "decided"})
        keywords = {word: _strings(what) for word, what in raw.get("keywords", {}).items()}
        asset = _strings(raw.get("asset", {}))
        service = Service(raw["id"], asset, keywords, raw.get("decided", ""), tuple(raw["functions"]))
        for name in raw["names"]:
            found[name] = service
    return found


def _strings(raw: Mapping[str, object]) -> Mapping[str, str]:
    return {key: str(value) for key, value in raw.items()}
