"""Signed messages that the benchmark measures: formats, and the algorithms each is signed with.

Reads `messages.toml`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pqc_migrate.catalog import mechanisms, toml
from pqc_migrate.catalog.mechanisms import Mechanism
from pqc_migrate.errors import CatalogError

_FILE = "messages.toml"


@dataclass(frozen=True, slots=True)
class Format:
    """How content and signature travel together."""

    id: str
    about: str
    document: str


@dataclass(frozen=True, slots=True)
class Case:
    """One format signed with one algorithm of one provider."""

    format: str
    mechanism: Mechanism
    identifier: str
    """How the format names the algorithm; empty where it does not."""
    provider: str
    document: str
    """Where that is specified, with its status; the algorithm's own standing where nothing specifies it."""

    @property
    def label(self) -> str:
        """What progress and messages call it."""
        return f"{self.format} {self.identifier or self.mechanism.name} ({self.provider})"


def formats() -> tuple[Format, ...]:
    """Return the formats in the order of the file."""
    return _catalog()[0]


def cases() -> tuple[Case, ...]:
    """Return every case in the order of the file."""
    return _catalog()[1]


@cache
def _catalog() -> tuple[tuple[Format, ...], tuple[Case, ...]]:
    raw = toml.read(toml.root() / _FILE)
    toml.check_keys(_FILE, raw, {"format", "case"}, set())
    known = []
    for record in raw["format"]:
        toml.check_keys(f"{_FILE}: format", record, {"id", "about", "document"}, set())
        known.append(Format(record["id"], record["about"], record["document"]))
    names = {one.id for one in known}
    return tuple(known), tuple(_case(record, names) for record in raw["case"])


def _case(record: toml.Record, formats_known: set[str]) -> Case:
    where = f"{_FILE}: case {record.get('format')} {record.get('algorithm')}"
    toml.check_keys(where, record, {"format", "algorithm", "provider"}, {"identifier", "document", "source"})
    found = mechanisms.lookup(record["algorithm"])
    if found is None or record["format"] not in formats_known:
        raise CatalogError(f"{where}: no such format or algorithm")
    if ("document" in record) != ("source" in record):
        raise CatalogError(f"{where}: a document needs its source")
    document = record.get("document", found.mechanism.standing)
    return Case(record["format"], found.mechanism, record.get("identifier", ""), record["provider"], document)
