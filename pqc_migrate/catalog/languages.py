"""What language or notation a file is written in: `languages.toml` and how it is asked.

A name is a guess from the outside of a file. It tells detectors where to look and the coverage
statement what was there; a detector may still read a file that no name announces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import translate
from functools import cache
from typing import Any, TypeVar

from pqc_migrate.catalog import toml
from pqc_migrate.errors import CatalogError

ARCHIVE = "archive"
OTHER_TEXT = "other-text"
"""A text file that no name, suffix or first line announces."""
OTHER_BINARY = "other-binary"
"""Any other file that holds a zero byte near its start."""

_TEMPLATE_SUFFIXES = (
    ".in", ".j2", ".tmpl", ".tpl", ".template", ".erb", ".dist", ".sample", ".example", ".default", ".orig", ".bak",
    ".old",
)  # fmt: skip
_SNIFFED = 8000
"""Bytes from the start that decide between text and binary, as git does it."""
_SHEBANG = re.compile(rb"#!\s*(?:\S*/)?(?:env\s+(?:-\S+\s+|\w+=\S*\s+)*)?(?:\S*/)?([A-Za-z][A-Za-z-]*)")


_Value = TypeVar("_Value")


class LanguageKind(StrEnum):
    """What a language is for."""

    CODE = "code"
    CONFIG = "config"
    MANIFEST = "manifest"
    MATERIAL = "material"
    BINARY = "binary"
    TEXT = "text"
    MEDIA = "media"


@dataclass(frozen=True, slots=True)
class Language:
    """One record of `languages.toml`."""

    name: str
    kind: LanguageKind
    supported: bool
    """A detector of this program reads it, or there is no syntax in it to read."""
    names: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()
    magic: str = ""
    """Regular expression that the first bytes match, one character a byte."""


_UNNAMED = (
    Language(OTHER_TEXT, LanguageKind.TEXT, supported=False),
    Language(OTHER_BINARY, LanguageKind.BINARY, supported=False),
)


def language(name: str) -> Language:
    """Return a language's record; `CatalogError` when there is none."""
    try:
        return _table().languages[name]
    except KeyError:
        raise CatalogError(f"no language {name!r} in languages.toml") from None


def languages() -> tuple[Language, ...]:
    """Return every language in the order of the file, the two unnamed ones last."""
    return tuple(_table().languages.values())


def of(file_name: str, head: bytes) -> str:
    """Return the language of a file by its name without folders and its first bytes.

    What the format itself says in its first bytes goes before any name. A template suffix is looked through
    (``nginx.conf.j2`` is nginx). `OTHER_TEXT` or `OTHER_BINARY` when nothing announces one.
    """
    return _by_magic(head) or _by_name(file_name.lower()) or _by_first_line(head) or _unnamed(head)


@dataclass(frozen=True, slots=True)
class _Table:
    languages: dict[str, Language]
    names: dict[str, str]
    patterns: re.Pattern[str]
    """One group a pattern; `by_pattern` holds their languages by the group's number."""
    by_pattern: tuple[str, ...]
    suffixes: dict[str, str]
    interpreters: dict[str, str]
    magic: re.Pattern[bytes]
    """One group a language; `by_magic` holds them by the group's number."""
    by_magic: tuple[str, ...]


def _by_magic(head: bytes) -> str:
    table = _table()
    match = table.magic.match(head)
    return table.by_magic[match.lastindex or 0] if match is not None else ""


def _by_name(name: str) -> str:
    table = _table()
    if found := table.names.get(name):
        return found
    if match := table.patterns.match(name):
        return table.by_pattern[match.lastindex or 0]
    if found := _by_suffix(name):
        return found
    stem, dot, suffix = name.rpartition(".")
    return _by_name(stem) if stem and dot + suffix in _TEMPLATE_SUFFIXES else ""


def _by_suffix(name: str) -> str:
    suffixes = _table().suffixes
    start = name.find(".", 1)
    while start != -1:
        if found := suffixes.get(name[start:]):
            return found
        start = name.find(".", start + 1)
    return ""


def _by_first_line(head: bytes) -> str:
    if not head.startswith(b"#!"):
        return ""
    match = _SHEBANG.match(head.split(b"\n", 1)[0])
    return _table().interpreters.get(match[1].decode("ascii").lower().rstrip("-"), "") if match else ""


def _unnamed(head: bytes) -> str:
    return OTHER_BINARY if b"\0" in head[:_SNIFFED] else OTHER_TEXT


@cache
def _table() -> _Table:
    records: dict[str, Language] = {}
    names: dict[str, str] = {}
    suffixes: dict[str, str] = {}
    interpreters: dict[str, str] = {}
    for record in toml.read(toml.root() / "languages.toml")["language"]:
        found = _language(record)
        _claim(records, found.name, found, found.name)
        for table, keys in ((names, found.names), (suffixes, found.suffixes), (interpreters, found.interpreters)):
            for key in keys:
                _claim(table, key.lower(), found.name, found.name)
    patterns = {name: names.pop(name) for name in sorted(names) if "*" in name or "?" in name}
    records.update((found.name, found) for found in _UNNAMED)
    magic = {found.name: found.magic for found in records.values() if found.magic}
    return _Table(
        records,
        names,
        re.compile("|".join(f"({translate(pattern)})" for pattern in patterns)),
        ("", *patterns.values()),
        suffixes,
        interpreters,
        re.compile("|".join(f"({first})" for first in magic.values()).encode("latin-1"), re.DOTALL),
        ("", *magic),
    )


def _language(record: dict[str, Any]) -> Language:
    where = f"languages.toml: {record.get('name', '?')!r}"
    toml.check_keys(where, record, {"name", "kind"}, {"supported", "names", "suffixes", "interpreters", "magic"})
    if record["kind"] not in list(LanguageKind):
        raise CatalogError(f"{where}: kind {record['kind']!r}", hint=f"known kinds: {', '.join(LanguageKind)}")
    return Language(
        record["name"],
        LanguageKind(record["kind"]),
        record.get("supported", False),
        tuple(record.get("names", ())),
        tuple(record.get("suffixes", ())),
        tuple(record.get("interpreters", ())),
        record.get("magic", ""),
    )


def _claim(table: dict[str, _Value], key: str, value: _Value, owner: str) -> None:
    if key in table:
        raise CatalogError(f"languages.toml: {owner!r} claims {key!r}, which is taken")
    table[key] = value
