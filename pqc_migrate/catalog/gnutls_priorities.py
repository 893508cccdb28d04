"""What a GnuTLS priority string lets be negotiated.

Reads `gnutls_priority.toml`. GnuTLS works from left to right (gnutls_priority_init in lib/priority.c): a keyword
sets every class of algorithms, ``+`` adds to one, ``-`` and ``!`` take away. What is left in the end is
what counts; the lists behind the keywords are those of the releases that the file names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pqc_migrate.catalog import names, toml
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.inventory import Asset

CLASSES = ("version", "cipher", "exchange", "mac", "group", "signature")
_ITEM = re.compile(r"[^\s:,]+", re.ASCII)
"""break_list in lib/str.c separates by colon and comma; a space can stand beside either."""
_LIMIT = 16384
_IGNORED = ("COMP-", "CTYPE-")
"""Compression and kinds of certificates name no algorithm."""
_OPTION = re.compile(r"%[A-Z0-9_]{1,40}")
_BULK = {
    "VERS-ALL": "version", "CIPHER-ALL": "cipher", "KX-ALL": "exchange", "MAC-ALL": "mac", "CURVE-ALL": "group",
    "GROUP-ALL": "group", "SIGN-ALL": "signature",
}  # fmt: skip
"""Words that, taken away, empty their class whatever was in it."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One algorithm that is left in the end."""

    of: str
    """Its class, one of `CLASSES`."""
    name: str
    """Without the prefix of its class."""
    asset: Asset | None
    offset: int | None
    """Where the string names it; None when a keyword brings it."""


@dataclass(frozen=True, slots=True)
class Priority:
    """The meaning of one priority string."""

    chosen: tuple[Chosen, ...] = ()
    keywords: tuple[str, ...] = ()
    """Levels (``NORMAL``) and options (``%PROFILE_HIGH``), as GnuTLS spells them."""
    system: bool = False
    """It begins from the system's own configuration (``@SYSTEM``), which is not in the string."""
    unknown: tuple[int, ...] = ()
    """Offsets of the words that GnuTLS would not take."""

    def of(self, kind: str) -> tuple[Chosen, ...]:
        """Return what is left of one class."""
        return tuple(one for one in self.chosen if one.of == kind)

    @property
    def negotiates(self) -> bool:
        """Whether a version and a cipher are left; GnuTLS refuses a string without."""
        return bool(self.of("version") and self.of("cipher"))


@dataclass(slots=True)
class _State:
    lists: dict[str, dict[str, int | None]] = field(default_factory=lambda: {kind: {} for kind in CLASSES})
    keywords: list[str] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    level_set: bool = False
    system: bool = False


def releases() -> str:
    """Return the releases whose lists are known here (``GnuTLS 3.7.9 to 3.8.13``)."""
    return str(_data()["releases"])


def read(text: str) -> Priority:
    """Return what is left of a string in the end; never raises, words that are none are in `unknown`."""
    state = _State()
    items = [(match[0], match.start()) for match in _ITEM.finditer(text[:_LIMIT])]
    if items and items[0][0].upper() == "NONE":
        state.keywords.append("NONE")
        state.level_set = True
        items = items[1:]
    else:
        for kind, record in _data()["class"].items():
            state.lists[kind] = dict.fromkeys(record["start"])
    for item, offset in items:
        _apply(state, item, offset)
    return Priority(_left(state), tuple(state.keywords), state.system, tuple(state.unknown))


def _apply(state: _State, item: str, offset: int) -> None:
    sign, word = (item[0], item[1:]) if item[0] in "+-!%@" else ("", item)
    level = _levels().get(word.upper())
    if sign == "@":
        state.system = state.level_set = True
        state.keywords.append("@" + word.upper() if word.upper() == "SYSTEM" else "@")
    elif sign == "%":
        state.keywords.extend([item.upper()] if _OPTION.fullmatch(item.upper()) else [])
    elif level is not None and sign in ("", "+"):
        _set_level(state, word.upper(), level, replaces=not state.level_set and not sign)
    elif not sign or not _change(state, sign == "+", word, offset):
        state.unknown.append(offset)


def _set_level(state: _State, name: str, level: Mapping[str, Any], *, replaces: bool) -> None:
    state.keywords.append(name)
    state.level_set = True
    for kind in CLASSES:
        if kind in level:
            if replaces:
                state.lists[kind] = {}
            for one in level[kind]:
                state.lists[kind].setdefault(one)


def _change(state: _State, adds: bool, word: str, offset: int) -> bool:
    """Add or take away one word's algorithms; False when the word is none."""
    upper = word.upper()
    if upper.startswith(_IGNORED):
        return True
    if (kind := _BULK.get(upper)) is not None:
        if adds:
            _add(state.lists[kind], _data()["class"][kind]["all"])
        else:
            state.lists[kind].clear()
        return True
    for kind, name in _meant(word):
        if adds:
            if state.lists[kind].get(name) is None:
                state.lists[kind][name] = None if upper in _data()["sets"] else offset
        else:
            state.lists[kind].pop(name, None)
    return bool(_meant(word))


def _add(into: dict[str, int | None], listed: Sequence[str]) -> None:
    for name in listed:
        into.setdefault(name)


def _meant(word: str) -> list[tuple[str, str]]:
    """Return (class, name) of every algorithm that a word after ``+`` or ``-`` stands for."""
    upper = word.upper()
    if upper in _data()["sets"]:
        kind = "version" if upper.startswith("VERS-") else "group"
        return [(kind, name) for name in _data()["sets"][upper]]
    if upper.startswith("CURVE-"):
        upper = "GROUP-" + upper.removeprefix("CURVE-")
    found = _words().get(upper)
    return [found] if found else []


def _left(state: _State) -> tuple[Chosen, ...]:
    only_tls13 = bool(state.lists["version"]) and set(state.lists["version"]) == {"TLS1.3"}
    left = []
    for kind in CLASSES:
        if only_tls13 and kind in ("exchange", "mac"):
            continue  # TLS 1.3 has neither: groups and authenticated ciphers take their place
        for name, offset in state.lists[kind].items():
            if not only_tls13 or kind != "cipher" or name in _data()["tls13"]["cipher"]:
                left.append(Chosen(kind, name, _asset(kind, name), offset))
    return tuple(left)


def _asset(kind: str, name: str) -> Asset | None:
    return names.lookup("gnutls-priority", "+" + _data()["class"][kind]["prefix"] + name)


@cache
def _words() -> dict[str, tuple[str, str]]:
    """Return every word after ``+`` in upper case with its class and name."""
    words: dict[str, tuple[str, str]] = {}
    for kind, record in _data()["class"].items():
        for name in (*record.get("names", ()), *record["all"]):
            words[(record["prefix"] + name).upper()] = (kind, name)
    for text in names.table("gnutls-priority"):
        word = text.removeprefix("+").upper()
        kind = next((kind for prefix, kind in _PREFIXED.items() if word.startswith(prefix)), "cipher")
        words.setdefault(word, (kind, word.removeprefix(_data()["class"][kind]["prefix"])))
    return words


_PREFIXED = {"VERS-": "version", "GROUP-": "group", "CURVE-": "group", "SIGN-": "signature"}


@cache
def _levels() -> Mapping[str, Mapping[str, Any]]:
    levels = {}
    for name, record in _data()["level"].items():
        toml.check_keys(
            f"gnutls_priority.toml: level {name!r}", record, set(CLASSES) - {"version"}, {"version", "alias"}
        )
        levels[name] = record
        if "alias" in record:
            levels[record["alias"]] = record
    return levels


@cache
def _data() -> Mapping[str, Any]:
    name = "gnutls_priority.toml"
    raw = toml.read(toml.root() / name)
    toml.check_keys(name, raw, {"source", "releases", "class", "sets", "level", "tls13"}, set())
    if set(raw["class"]) != set(CLASSES):
        raise CatalogError(f"{name}: classes are {', '.join(CLASSES)}")
    for kind, record in raw["class"].items():
        toml.check_keys(f"{name}: class {kind!r}", record, {"prefix", "all", "start"}, {"names"})
    return raw
