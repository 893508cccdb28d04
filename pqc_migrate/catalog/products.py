"""First product versions with post-quantum support, and the comparison with a version that was found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from packaging.version import InvalidVersion, Version

from pqc_migrate.catalog import toml
from pqc_migrate.catalog.sources import source
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.plan_codes import Trust, Verdict

_REQUIRED = {"id", "product", "kem_since", "kem_default_since", "sig_since", "released", "trust", "source"}
_OPTIONAL = {"purls", "compare"}


@dataclass(frozen=True, slots=True)
class Product:
    """One record of `products.toml`."""

    id: str
    product: str
    kem_since: str
    kem_default_since: str
    sig_since: str
    released: str
    purls: tuple[str, ...]
    compare: str
    """First version with ML-KEM as a comparable number; empty: never compared."""
    trust: Trust
    source: str

    def is_package(self, purl: str) -> bool:
        """Tell whether a package URL names this product; its version and qualifiers do not count."""
        bare = purl.partition("?")[0].partition("#")[0]
        name = bare.rpartition("@")[0] if "@" in bare.rpartition("/")[2] else bare
        return any(fnmatchcase(name, pattern) for pattern in self.purls)

    def verdict(self, versions: Iterable[str]) -> Verdict:
        """Compare exact versions; one below the minimum fails, a range or a missing version is unknown."""
        found = list(versions)
        if not self.compare or self.trust is Trust.UNVERIFIED or not found:
            return Verdict.UNKNOWN
        outcomes = {_verdict(version, self.compare) for version in found}
        for verdict in (Verdict.FAIL, Verdict.UNKNOWN):
            if verdict in outcomes:
                return verdict
        return Verdict.PASS


@cache
def products() -> tuple[Product, ...]:
    """Return every product, in the order of the file."""
    loaded: dict[str, Product] = {}
    for raw in toml.read(toml.root() / "products.toml")["product"]:
        where = f"products.toml: {raw.get('id', '?')!r}"
        toml.check_keys(where, raw, _REQUIRED, _OPTIONAL)
        if raw["id"] in loaded:
            raise CatalogError(f"{where}: stands twice")
        source(raw["source"])
        loaded[raw["id"]] = Product(
            **{key: raw[key] for key in _REQUIRED - {"trust"}},
            purls=tuple(raw.get("purls", ())),
            compare=raw.get("compare", ""),
            trust=Trust(raw["trust"]),
        )
    return tuple(loaded.values())


def _verdict(found: str, minimum: str) -> Verdict:
    try:
        return Verdict.PASS if Version(found.removeprefix("==").strip()) >= Version(minimum) else Verdict.FAIL
    except InvalidVersion:
        return Verdict.UNKNOWN
