"""Small questions about one asset that several steps of the assessment ask."""

from __future__ import annotations

from pqc_migrate.catalog import algorithms
from pqc_migrate.catalog.algorithms import Quantum
from pqc_migrate.model.inventory import Asset, Kind
from pqc_migrate.model.plan_codes import Standing

PUBLIC_KEY = frozenset({Standing.KEY_ESTABLISHMENT, Standing.SIGNATURE, Standing.PUBLIC_KEY_UNKNOWN})
"""Standings that Shor's algorithm breaks."""

MIGRATED = frozenset({Standing.POST_QUANTUM, Standing.HYBRID})
"""Standings that resist quantum attack."""

HYGIENE = frozenset({Standing.BROKEN, Standing.WEAK})
"""Standings of the separate hygiene list."""

SM_FAMILIES = frozenset({"SM1", "SM2", "SM3", "SM4", "SM7", "SM9", "ZUC"})
_SM_CURVE = "sm2p256v1"


def is_sm(asset: Asset) -> bool:
    """Tell whether an asset is an SM algorithm, or a key on the SM2 curve."""
    return asset.family in SM_FAMILIES or asset.get("curve") == _SM_CURVE


def quantum(asset: Asset) -> Quantum | None:
    """Return how a family stands against a quantum computer; None when the catalog does not know it."""
    if asset.kind in (Kind.LIBRARY, Kind.CERTIFICATE):
        return Quantum.NONE
    record = algorithms.families().get(asset.family)
    return record.quantum if record else None
