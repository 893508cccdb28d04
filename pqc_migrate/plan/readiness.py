"""Minimum product versions beside the versions that the inventories found."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote

from pqc_migrate.catalog.products import Product, products
from pqc_migrate.model.inventory import Kind
from pqc_migrate.model.plan import AssessedAsset, ProductReadiness
from pqc_migrate.model.plan_codes import Trust, Verdict


def readiness(assets: Sequence[AssessedAsset]) -> tuple[ProductReadiness, ...]:
    """Return every product of the catalog, found ones first."""
    libraries = [asset for asset in assets if asset.kind == Kind.LIBRARY.value]
    rows = []
    for product in products():
        found = [asset for asset in libraries if product.is_package(_purl(asset))]
        versions = tuple(sorted({version for asset in found if (version := _version(asset))}))
        rows.append(
            ProductReadiness(
                id=product.id,
                product=product.product,
                kem_since=product.kem_since,
                kem_default_since=product.kem_default_since,
                sig_since=product.sig_since,
                released=product.released,
                found=tuple(asset.id for asset in found),
                found_versions=versions,
                verdict=_verdict(product, found),
                trust=product.trust,
                unverified=product.trust is Trust.UNVERIFIED,
                source=product.source,
            )
        )
    return tuple(sorted(rows, key=lambda row: not row.found))


def _verdict(product: Product, found: Sequence[AssessedAsset]) -> Verdict:
    """Return the worst verdict of the copies that were found."""
    verdicts = {product.verdict([_version(asset)], _purl(asset)) for asset in found}
    worst = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS)
    return next((verdict for verdict in worst if verdict in verdicts), Verdict.UNKNOWN)


def _purl(asset: AssessedAsset) -> str:
    return dict(asset.parameters).get("purl", "")


def _version(asset: AssessedAsset) -> str:
    """Return the version as written; from the package URL where it stands only there."""
    written = dict(asset.parameters).get("version", "")
    if written:
        return written
    name = _purl(asset).partition("?")[0].rpartition("/")[2]
    return unquote(name.partition("@")[2])
