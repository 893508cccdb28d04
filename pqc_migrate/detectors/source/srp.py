"""Which protocol a Diffie–Hellman group serves: SRP shares the groups (RFC 5054), and its code says so."""

from __future__ import annotations

import re

from pqc_migrate.model.inventory import Asset

_SRP = re.compile(rb"(?<![A-Za-z])(?:srp|Srp|SRP)(?![a-z])")
_DIFFIE_HELLMAN = re.compile(rb"(?i)diffie|(?<![a-z])dh(?![a-z])")


def in_context(asset: Asset, data: bytes) -> Asset:
    """Return what a group is used for in a file: SRP where the file names it and no other."""
    if asset.family != "FFDH" or _SRP.search(data) is None or _DIFFIE_HELLMAN.search(data) is not None:
        return asset
    group = asset.get("group")
    return Asset.of(asset.kind, "SRP", group=group) if group else asset
