"""Object identifiers: which algorithm or curve one names, and the one that an asset is printed with.

Reads `names/oids.toml`. A curve's identifier is an asset of family EC (SM2 for its own curve), so the
three functions here are views of one table.
"""

from __future__ import annotations

from functools import cache

from pqc_migrate.catalog import algorithms, names
from pqc_migrate.model.inventory import Asset, Kind

_NEVER_IN_AN_OID = frozenset({"type", "fingerprint"})


def asset(oid: str) -> Asset | None:
    """Return the algorithm, parameter set or curve that a dotted object identifier names, or None."""
    return names.lookup("oids", oid)


def curve(oid: str) -> str | None:
    """Return the canonical name (``P-256``, ``sm2p256v1``) of the curve an identifier names, or None."""
    found = asset(oid)
    if found is None:
        return None
    if found.family == "EC":
        return found.get("curve")
    return algorithms.family(found.family).curve or None


def oid_of(asset: Asset) -> str | None:
    """Return the identifier of an algorithm or of a key's algorithm, or None where there is none.

    The most specific identifier that claims nothing beyond the asset wins: RSA-2048 is ``rsaEncryption``, AES-256
    without a mode has none, because every AES identifier also names a mode.
    """
    if asset.kind not in (Kind.ALGORITHM, Kind.KEY):
        return None
    known = frozenset((key, value) for key, value in asset.parameters if key not in _NEVER_IN_AN_OID)
    fitting = [entry for entry in _by_family().get(asset.family, ()) if entry[0] <= known]
    return max(fitting, key=lambda entry: len(entry[0]))[1] if fitting else None


@cache
def _by_family() -> dict[str, list[tuple[frozenset[tuple[str, str]], str]]]:
    """Group the table by family, keeping the order of the file: `max` returns the first of equals."""
    grouped: dict[str, list[tuple[frozenset[tuple[str, str]], str]]] = {}
    for oid, named in names.table("oids").items():
        grouped.setdefault(named.family, []).append((frozenset(named.parameters), oid))
    return grouped
