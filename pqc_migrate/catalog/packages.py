"""Which packages are cryptographic libraries, by ecosystem, and how each ecosystem names a package.

Reads `packages.toml`. An ecosystem is a package-url type: ``pypi``, ``npm``, ``maven``, ``deb``, …
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote

from pqc_migrate.catalog import toml
from pqc_migrate.errors import CatalogError

ECOSYSTEMS = (
    "pypi", "npm", "maven", "golang", "cargo", "gem", "composer", "nuget", "conda", "swift", "cocoapods", "hex",
    "pub", "cpan", "luarocks", "conan", "vcpkg", "bazel", "deb", "apk", "rpm", "docker", "generic",
)  # fmt: skip
DISTRIBUTIONS = frozenset({"deb", "apk", "rpm"})
"""Packages of operating systems: the namespace is the distribution, and one source makes many packages."""

_NO_CODE = re.compile(
    r"-(?:docs?|dbg|dbgsym|dbg-sym|debuginfo|debugsource|javadoc|udeb|lang|locale|l10n|src|bash-completion|openrc)$"
)
"""Ends of the names of distribution packages that hold documentation, symbols or scripts only."""
_LOWER_CASE = frozenset({"composer", "hex", "luarocks", "pub", "conan", "vcpkg", "apk", "conda", "deb", "generic"})
"""Types whose names are lower case, or are compared so (purl specification, type definitions)."""
_COMPARED = frozenset({"nuget", "swift", "cargo"})
"""Types that keep a name as its author writes it, and take other spellings for the same."""
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
    if ecosystem in DISTRIBUTIONS and _NO_CODE.search(name):
        return None
    table = _table(ecosystem)
    key = _key(ecosystem, name)
    return table.exact.get(key) or next(
        (package for start, end, package in table.patterns if key.startswith(start) and key.endswith(end)), None
    )


def bundle(symbolic_name: str) -> str:
    """Return ``group:artifact`` of an OSGi bundle or Java module whose archive does not say it, or nothing."""
    return str(_raw()["bundle"].get(symbolic_name, {}).get("package", ""))


def distribution(module: str) -> str:
    """Return the CPAN distribution that holds a Perl module: nearly all are named after their main module."""
    return module.replace("::", "-")


def normalized(ecosystem: str, name: str) -> str:
    """Return the name as the ecosystem compares it, where that is how it is written, too; else as it stands."""
    if ecosystem == "pypi":
        return _SEPARATORS.sub("-", name).lower()  # PEP 503
    return name.lower() if ecosystem in _LOWER_CASE else name


def purl(
    ecosystem: str,
    name: str,
    version: str | None = None,
    namespace: str = "",
    qualifiers: Iterable[tuple[str, str]] = (),
) -> str:
    """Return the package URL (purl specification), without a version when it is not pinned.

    A maven name is ``group:artifact``; a golang name is the module path, with its ``/vN``; the namespace of a
    distribution's package is the distribution.
    """
    path = normalized(ecosystem, name)
    if ecosystem == "maven":
        path = path.replace(":", "/")
    elif ecosystem == "golang":
        path = path.lower()
    if namespace:
        path = f"{namespace}/{path}"
    encoded = "/".join(quote(part, safe="") for part in path.split("/"))
    pairs = "&".join(f"{key}={quote(value, safe=':')}" for key, value in sorted(qualifiers) if value)
    versioned = f"@{quote(version, safe=':')}" if version else ""
    return f"pkg:{ecosystem}/{encoded}{versioned}" + (f"?{pairs}" if pairs else "")


def _key(ecosystem: str, name: str) -> str:
    if ecosystem == "golang":
        return _MAJOR_VERSION.sub("", name)
    if ecosystem == "cargo":
        return name.replace("_", "-")
    return name.lower() if ecosystem in _COMPARED else normalized(ecosystem, name)


@dataclass(frozen=True, slots=True)
class _Table:
    exact: Mapping[str, Package]
    patterns: tuple[tuple[str, str, Package], ...]
    """What stands before the ``*`` of a name, and behind it."""


@cache
def _raw() -> dict[str, dict[str, dict[str, str]]]:
    raw = toml.read(toml.root() / "packages.toml")
    toml.check_keys("packages.toml", raw, {*ECOSYSTEMS, "bundle"}, set())
    return raw


@cache
def _table(ecosystem: str) -> _Table:
    raw = _raw()
    exact: dict[str, Package] = {}
    patterns: list[tuple[str, str, Package]] = []
    for name, record in raw[ecosystem].items():
        where = f"packages.toml: {ecosystem} {name!r}"
        toml.check_keys(where, record, {"is", "source"}, set())
        written = _key(ecosystem, name)
        if written != name and ecosystem not in _COMPARED:
            raise CatalogError(f"{where}: not as the ecosystem writes it: {written!r}")
        package = Package(name, record["is"], record["source"])
        start, star, end = written.partition("*")
        if star:
            patterns.append((start, end, package))
        else:
            exact[written] = package
    return _Table(exact, tuple(patterns))
