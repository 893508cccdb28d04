"""Which packages are cryptographic libraries, by ecosystem, and how each ecosystem names a package.

Reads `packages.toml`. An ecosystem is a package-url type: ``pypi``, ``npm``, ``maven``, ``golang``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

from pqc_migrate.catalog import toml
from pqc_migrate.errors import CatalogError

ECOSYSTEMS = ("pypi", "npm", "maven", "golang")

_SEPARATORS = re.compile(r"[-_.]+")
_MAJOR_VERSION = re.compile(r"/v\d+$")


@dataclass(frozen=True, slots=True)
class Package:
    """One record of `packages.toml`."""

    name: str
    what: str
    source: str


def lookup(ecosystem: str, name: str) -> Package | None:
    """Return the record of a package by any spelling its ecosystem takes for the same, or None."""
    table = _table(ecosystem)
    key = _key(ecosystem, name)
    return table.exact.get(key) or next(
        (package for prefix, package in table.prefixes if key.startswith(prefix)), None
    )


def normalized(ecosystem: str, name: str) -> str:
    """Return the name as the ecosystem compares it: PEP 503 for pypi, as it stands elsewhere."""
    return _SEPARATORS.sub("-", name).lower() if ecosystem == "pypi" else name


def purl(ecosystem: str, name: str, version: str | None = None) -> str:
    """Return the package URL (purl specification), without a version when it is not pinned.

    A maven name is ``group:artifact``; a golang name is the module path, with its ``/vN``.
    """
    path = normalized(ecosystem, name)
    if ecosystem == "maven":
        path = path.replace(":", "/")
    elif ecosystem == "golang":
        path = path.lower()
    encoded = "/".join(quote(part, safe="") for part in path.split("/"))
    return f"pkg:{ecosystem}/{encoded}" + (f"@{quote(version, safe='')}" if version else "")


def _key(ecosystem: str, name: str) -> str:
    if ecosystem == "golang":
        return _MAJOR_VERSION.sub("", name)
    return normalized(ecosystem, name)


@dataclass(frozen=True, slots=True)
class _Table:
    exact: Mapping[str, Package]
    prefixes: tuple[tuple[str, Package], ...]


@cache
def _table(ecosystem: str) -> _Table:
    raw = toml.read(toml.root() / "packages.toml")
    toml.check_keys("packages.toml", raw, set(ECOSYSTEMS), set())
    exact: dict[str, Package] = {}
    prefixes: list[tuple[str, Package]] = []
    for name, record in raw[ecosystem].items():
        where = f"packages.toml: {ecosystem} {name!r}"
        toml.check_keys(where, record, {"is", "source"}, set())
        stem = name.removesuffix("*")
        if _key(ecosystem, stem) != stem:
            raise CatalogError(f"{where}: not as the ecosystem writes it: {_key(ecosystem, stem)!r}")
        package = Package(name, record["is"], record["source"])
        if stem == name:
            exact[name] = package
        else:
            prefixes.append((stem, package))
    return _Table(exact, tuple(prefixes))
