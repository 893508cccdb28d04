"""What a library's version can do after quantum, as far as the catalog's products say so.

Derived from package URL and version whenever an inventory is written: nothing of it identifies the library.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pqc_migrate.catalog import products
from pqc_migrate.catalog.products import Product, Reach
from pqc_migrate.catalog.sources import source
from pqc_migrate.model.inventory import Asset, Kind
from pqc_migrate.model.plan_codes import Trust

_DISTRIBUTED = "the distribution may have added it to an older version or left it out of a newer one"
_UNVERIFIED = "the source is only a pointer: not compared"


@dataclass(frozen=True, slots=True)
class Capability:
    """One product that a library is or brings, and what its version says."""

    id: str
    product: str
    ml_kem: Reach
    """Whether the version is one with ML-KEM, by the product's own numbers."""
    ml_kem_since: str
    ml_kem_default_since: str
    ml_dsa_since: str
    """As the source writes them; ``-`` none, empty not recorded."""
    supported_until: str
    """Day until which the makers support this line of releases; empty when no source says."""
    note: str
    source: str

    @property
    def statement(self) -> str:
        """The capability in half a sentence."""
        since = f"{self.product} {self.ml_kem_since}"
        if self.ml_kem is Reach.YES:
            return f"ML-KEM, since {since}"
        if self.ml_kem is Reach.NO:
            return f"no ML-KEM before {since}"
        may = "may have ML-KEM, since" if self.ml_kem is Reach.MAY else "version not compared; ML-KEM in"
        return f"{may} {since}"


def capabilities(asset: Asset) -> tuple[Capability, ...]:
    """Return what the catalog's products say of a library; empty for every other kind of asset."""
    purl = (asset.get("purl") or "") if asset.kind is Kind.LIBRARY else ""
    return tuple(_capability(product, purl, asset.get("version") or "") for product in products.of(purl))


def statements(asset: Asset) -> Iterator[str]:
    """Yield one half sentence a product whose source says something of ML-KEM."""
    return (found.statement for found in capabilities(asset) if found.ml_kem_since not in ("", "-"))


def _capability(product: Product, purl: str, version: str) -> Capability:
    reach = product.reach(purl, version)
    if product.trust is Trust.UNVERIFIED:
        note = _UNVERIFIED
    else:
        note = _DISTRIBUTED if reach in (Reach.YES, Reach.NO) and products.may_be_backported(purl) else ""
    return Capability(
        product.id, product.product, reach, product.kem_since, product.kem_default_since, product.sig_since,
        product.until(purl, version), note, source(product.source).citation,
    )  # fmt: skip
