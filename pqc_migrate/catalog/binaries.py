"""What programs say of the cryptographic libraries in and under them: `binaries.toml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pqc_migrate.catalog import algorithms, toml
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.inventory import Asset, Kind

_FILE = "binaries.toml"
_HASH = re.compile(r"-(?:[0-9a-f]{8}|[0-9a-f]{32})(?=\.)")
"""What auditwheel and delvewheel put into the name of a library that they take into a wheel."""


@dataclass(frozen=True, slots=True)
class Library:
    """A cryptographic library as the names of its files tell it."""

    name: str
    purl: str
    """Package URL without a version; empty where a file name leaves open whose library it is."""
    files: re.Pattern[str] | None

    def asset(self, version: str | None = None) -> Asset:
        """Return the library as an asset, with the version that was read."""
        purl = self.purl + (f"@{version}" if version else "") if self.purl else None
        return Asset.of(Kind.LIBRARY, self.name, name=self.name, purl=purl, version=version)


@dataclass(frozen=True, slots=True)
class VersionText:
    """A text that a library carries with its version."""

    library: Library
    anchor: bytes
    text: re.Pattern[bytes]
    """Group 1 is the version, if there is one."""
    source: str


@dataclass(frozen=True, slots=True)
class _Table:
    libraries: Mapping[str, Library]
    versions: tuple[VersionText, ...]
    crates: Mapping[str, Asset]
    prefixes: tuple[tuple[str, str], ...]
    silent: frozenset[str]


def library_of(file: str) -> Library | None:
    """Return the library that a file name (a SONAME, a DLL, the path of a dylib) belongs to, or None."""
    name = _HASH.sub("", file.replace("\\", "/").rsplit("/", 1)[-1], count=1)
    return next((one for one in _table().libraries.values() if one.files and one.files.fullmatch(name)), None)


def versions() -> tuple[VersionText, ...]:
    """Return every version text, in the order of the file."""
    return _table().versions


def crate_algorithm(crate: str) -> Asset | None:
    """Return the algorithm that a crate of Rust is, or None for one that is more than an algorithm."""
    return _table().crates.get(crate)


def without_prefix(symbol: str) -> tuple[str, str]:
    """Return (library file, name in its headers) of a function that a build put a prefix before; else empty."""
    return next(
        ((library, symbol[len(prefix) :]) for prefix, library in _table().prefixes if symbol.startswith(prefix)),
        ("", ""),
    )


def is_silent(rule: str) -> bool:
    """Whether imports that a rule of ``libraries/c`` (``<library>/<rule>``) explains say nothing."""
    return not _table().silent.isdisjoint((rule, rule.partition("/")[0]))


@cache
def _table() -> _Table:
    raw = toml.read(toml.root() / _FILE)
    toml.check_keys(_FILE, raw, {"library", "version", "crate", "prefix", "silent"}, set())
    libraries: dict[str, Library] = {}
    for record in raw["library"]:
        toml.check_keys(
            f"{_FILE}: {record.get('name', '?')!r}", record, {"name", "files", "is", "source"}, {"purl"}
        )
        if record["name"] in libraries:
            raise CatalogError(f"{_FILE}: two libraries {record['name']!r}")
        files = re.compile("|".join(record["files"]), re.IGNORECASE) if record["files"] else None
        libraries[record["name"]] = Library(record["name"], record.get("purl", ""), files)
    for kind, keys in (
        ("crate", {"name", "family", "source"}),
        ("prefix", {"prefix", "library", "source"}),
        ("silent", {"rules", "why"}),
    ):
        for record in raw[kind]:
            toml.check_keys(f"{_FILE}: {kind}", record, keys, set())
    return _Table(
        libraries,
        tuple(_version(record, libraries) for record in raw["version"]),
        {record["name"]: _algorithm(record["family"]) for record in raw["crate"]},
        tuple((record["prefix"], record["library"]) for record in raw["prefix"]),
        frozenset(rule for record in raw["silent"] for rule in record["rules"]),
    )


def _algorithm(name: str) -> Asset:
    family = algorithms.family(name)
    return Asset.of(family.kind, name)


def _version(record: toml.Record, libraries: Mapping[str, Library]) -> VersionText:
    where = f"{_FILE}: version {record.get('anchor', '?')!r}"
    toml.check_keys(where, record, {"library", "anchor", "text", "source"}, set())
    if record["library"] not in libraries:
        raise CatalogError(f"{where}: no library {record['library']!r}")
    text = re.compile(record["text"].encode())
    return VersionText(libraries[record["library"]], record["anchor"].encode(), text, record["source"])
