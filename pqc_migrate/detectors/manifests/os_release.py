"""Which distribution the target's root file system is of, from os-release(5) beside a package database."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pqc_migrate.model.target import SourceFile

_PLACES = ("etc/os-release", "usr/lib/os-release")
"""In the order of os-release(5)."""
_ASSIGNMENT = re.compile(r"^(ID|VERSION_ID)=[\"']?([a-zA-Z0-9._-]{1,40})[\"']?\s*$", re.MULTILINE)
_VENDORS = {"rhel": "redhat"}
"""Namespaces of package URLs that are not the ID: what the vendor writes in its own SBOMs."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """What os-release says; empty where the target has none."""

    namespace: str = ""
    distro: str = ""
    """``debian-12``: the qualifier of package URLs."""


def distribution(neighbor: Callable[[str], SourceFile | None] | None, root: str) -> Distribution:
    """Return the distribution whose root lies at `root`, a path relative to the folder of the file that asks."""
    for place in _PLACES if neighbor is not None else ():
        file = neighbor(root + place) if neighbor is not None else None
        if file is not None:
            found = dict(_ASSIGNMENT.findall(file.data.decode("utf-8", "replace")))
            name = found.get("ID", "").lower()
            version = found.get("VERSION_ID", "")
            if name:
                return Distribution(_VENDORS.get(name, name), f"{name}-{version}" if version else name)
    return Distribution()
