"""First product versions with post-quantum support, and the comparison with a version that was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache
from urllib.parse import unquote

from pqc_migrate.catalog import toml, versions
from pqc_migrate.catalog.packages import DISTRIBUTIONS
from pqc_migrate.catalog.sources import source
from pqc_migrate.catalog.versions import Range, Release
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.plan_codes import Trust, Verdict

_REQUIRED = {"id", "product", "kem_since", "kem_default_since", "sig_since", "released", "trust", "source"}
_OPTIONAL = {"purls", "compare", "supported_until"}


class Reach(StrEnum):
    """Whether what was found is a version with ML-KEM."""

    YES = "yes"
    NO = "no"
    MAY = "may"
    """A range that holds versions with and without it."""
    UNKNOWN = "unknown"


_VERDICTS = {Reach.YES: Verdict.PASS, Reach.NO: Verdict.FAIL}


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
    compare: tuple[str, ...]
    """First versions with ML-KEM as comparable numbers, one for each line of releases; empty: never compared."""
    trust: Trust
    source: str
    supported_until: Mapping[str, str] = field(default_factory=dict)
    """Day (ISO 8601) until which the makers support a line of releases, by its first numbers."""

    def is_package(self, purl: str) -> bool:
        """Tell whether a package URL names this product; version, qualifiers and distribution do not count."""
        name = _bare(purl)
        return any(fnmatchcase(name, pattern) for pattern in self.purls)

    def reach(self, purl: str, version: str) -> Reach:
        """Compare a version, or the range that a manifest allows, with the first one that has ML-KEM."""
        if not self.compare or self.trust is Trust.UNVERIFIED or not version:
            return Reach.UNKNOWN
        ecosystem = _type(purl)
        pinned = not purl or "@" in purl or version.startswith("==")
        found = versions.release(ecosystem, version.removeprefix("==").strip()) if pinned else None
        if found is not None:
            return self._at(found)
        bounds = versions.allowed(ecosystem, version)
        return self._within(bounds) if bounds is not None else Reach.UNKNOWN

    def _at(self, found: Release, excluded: bool = False) -> Reach:
        """Return the reach of one version, or with `excluded` of the last one before it."""
        lines = [_number(version) for version in self.compare]
        same = lines if len(lines) == 1 else [line for line in lines if line.numbers[0] == found.numbers[0]]
        if not same:
            before, after = found.numbers < lines[0].numbers, found.numbers > lines[-1].numbers
            return Reach.NO if before else Reach.YES if after else Reach.UNKNOWN
        outcome = found.compared(same[0])
        if outcome is None:
            return Reach.UNKNOWN
        return Reach.YES if outcome > 0 or (outcome == 0 and not excluded) else Reach.NO

    def _within(self, bounds: Range) -> Reach:
        """Return the reach of a range: certain where both ends are on one side, and no other line lies between."""
        low = self._at(bounds.low) if bounds.low else Reach.NO
        high = self._at(bounds.high, excluded=not bounds.closed) if bounds.high else Reach.YES
        if low is not high or low is Reach.UNKNOWN:
            return Reach.MAY
        first, last = _number(self.compare[0]), _number(self.compare[-1])
        edge = bounds.high if low is Reach.NO else bounds.low
        beyond = edge is not None and (
            (edge.compared(first) or 0) <= 0 if low is Reach.NO else edge.numbers[0] >= last.numbers[0]
        )
        return low if beyond or len(self.compare) == 1 or _one_line(bounds) else Reach.MAY

    def verdict(self, found: Iterable[str], purl: str = "") -> Verdict:
        """Compare exact versions; one below the minimum fails, a range or a missing version is unknown."""
        outcomes = {_VERDICTS.get(self.reach(purl, version), Verdict.UNKNOWN) for version in found}
        for verdict in (Verdict.FAIL, Verdict.UNKNOWN):
            if verdict in outcomes:
                return verdict
        return Verdict.PASS if outcomes else Verdict.UNKNOWN

    def until(self, purl: str, version: str) -> str:
        """Return the day until which the makers support the line of this version, or an empty string."""
        found = versions.release(_type(purl), version)
        for line, day in self.supported_until.items():
            numbers = _number(line).numbers
            if found is not None and found.numbers[: len(numbers)] == numbers:
                return day
        return ""


@cache
def of(purl: str) -> tuple[Product, ...]:
    """Return the products that a package URL names."""
    return tuple(product for product in products() if purl and product.is_package(purl))


def may_be_backported(purl: str) -> bool:
    """Tell whether somebody else than the product's makers decides what is in a package: a distribution."""
    return _type(purl) in DISTRIBUTIONS


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
        compare = raw.get("compare", [])
        loaded[raw["id"]] = Product(
            **{key: raw[key] for key in _REQUIRED - {"trust"}},
            purls=tuple(raw.get("purls", ())),
            compare=(compare,) if isinstance(compare, str) else tuple(compare),
            trust=Trust(raw["trust"]),
            supported_until=raw.get("supported_until", {}),
        )
    return tuple(loaded.values())


def _type(purl: str) -> str:
    return purl.removeprefix("pkg:").partition("/")[0]


def _bare(purl: str) -> str:
    """Return a package URL without version and qualifiers; that of a distribution's package without namespace."""
    bare = purl.partition("?")[0].partition("#")[0]
    name = bare.rpartition("@")[0] if "@" in bare.rpartition("/")[2] else bare
    kind, _, path = name.partition("/")
    last = unquote(path.rpartition("/")[2])
    return f"{kind}/{last}" if kind.removeprefix("pkg:") in DISTRIBUTIONS else name


def _number(version: str) -> Release:
    found = versions.release("", version)
    if found is None:
        raise CatalogError(f"products.toml: {version!r} is no version that can be compared")
    return found


def _one_line(bounds: Range) -> bool:
    return bool(bounds.low and bounds.high and bounds.low.numbers[0] == bounds.high.numbers[0])
