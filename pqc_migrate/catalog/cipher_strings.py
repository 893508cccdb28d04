"""What an OpenSSL cipher string selects, said without guessing what a library's version would add.

Reads `cipher_keywords.toml`. OpenSSL works through a string from left to right: a name adds suites, ``-``
takes them away, ``!`` takes them away for good, ``+`` only moves them (openssl-ciphers(1)). This module does
the same over every suite that any OpenSSL has known: a suite that the string names and later excludes is
not selected, an algorithm that is only excluded is never reported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any

from pqc_migrate.catalog import algorithms, suites, toml
from pqc_migrate.catalog.suites import Suite
from pqc_migrate.errors import CatalogError
from pqc_migrate.model.inventory import Asset

_ITEM = re.compile(r"@?[!+-]?[^:;,|\[\]\s\\@!]+")
"""OpenSSL separates by ``:``, ``,``, ``;`` and space and starts anew at ``@`` and ``!``; BoringSSL adds
groups of equal rank in ``[a|b]``."""
_LIMIT = 16384
"""Characters of a string that are read; the longest real lists have a tenth of it."""
_COMBINATIONS = 4096
_SECURITY_LEVEL = re.compile(r"@SECLEVEL=([0-5])")
_CONDITIONS = {"exchange", "authentication", "cipher", "mac", "not_authentication", "tls12", "export"}


@dataclass(frozen=True, slots=True)
class Named:
    """Something that a cipher string names and selects, and where."""

    offset: int
    """Index of the item's first character in the string."""
    suite: Suite | None = None
    asset: Asset | None = None
    """The algorithm that a keyword names; None for a suite."""
    sure: bool = True
    """False when the string excludes a class that this belongs to in some versions of the library only."""


@dataclass(frozen=True, slots=True)
class CipherString:
    """The meaning of one cipher string."""

    named: tuple[Named, ...] = ()
    """Suites and algorithms that are selected by name and not excluded, in the order of the string."""
    keywords: tuple[str, ...] = ()
    """Every keyword with its operator (``HIGH``, ``!aNULL``), as OpenSSL spells it."""
    selects_by_class: bool = False
    """Some keyword adds suites, so the library's version decides which."""
    security_level: int | None = None
    unknown: tuple[int, ...] = ()
    """Indexes of the items that are neither a suite nor a keyword."""


@dataclass(frozen=True, slots=True)
class _Keyword:
    conditions: Mapping[str, Any] | None
    """None: no suite belongs to it in every version."""
    maybe: Mapping[str, Any] | None
    asset: Asset | None


@dataclass(slots=True)
class _State:
    active: set[str] = field(default_factory=set)
    dead: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    candidates: list[tuple[Named, frozenset[str]]] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    selects_by_class: bool = False
    security_level: int | None = None


def read(text: str) -> CipherString:
    """Return what `text` selects; never raises, what it does not know is listed in `unknown`."""
    state = _State()
    for match in _ITEM.finditer(text[:_LIMIT]):
        _apply(state, match[0], match.start())
    if len(text) > _LIMIT:
        state.unknown.append(_LIMIT)
    named: dict[Suite | Asset | None, Named] = {}
    for one, names in state.candidates:
        if remaining := names & state.active:
            named.setdefault(one.suite or one.asset, replace(one, sure=not remaining <= state.unsure))
    return CipherString(
        named=tuple(named.values()),
        keywords=tuple(state.keywords),
        selects_by_class=state.selects_by_class,
        security_level=state.security_level,
        unknown=tuple(state.unknown),
    )


def belonging(word: str) -> frozenset[str] | None:
    """Return the suites (IANA names) that belong to a keyword in every version; None for an unknown keyword."""
    return _reached((word,)) if word in _keywords() else None


def keywords() -> frozenset[str]:
    """Return every keyword of any version."""
    return frozenset(_keywords())


def _apply(state: _State, item: str, offset: int) -> None:
    if item.startswith("@"):
        _apply_command(state, item, offset)
        return
    operator = item[0] if item[0] in "!-+" else ""
    word = item[len(operator) :]
    parts = tuple(dict.fromkeys(word.split("+")))
    suite = suites.find(word)
    if suite:
        reached, maybe = frozenset({suite.name}), frozenset[str]()
    elif all(part in _keywords() for part in parts):
        reached, maybe = _reached(parts), _maybe_reached(parts)
        state.keywords.append(item)
    else:
        state.unknown.append(offset)
        return
    if operator == "":
        _select(state, suite, parts, reached, offset)
    elif operator in "!-":
        state.active -= reached
        state.unsure |= maybe
        if operator == "!":
            state.dead |= reached


def _select(
    state: _State, suite: Suite | None, parts: tuple[str, ...], reached: frozenset[str], offset: int
) -> None:
    state.active |= reached - state.dead
    if suite:
        state.candidates.append((Named(offset, suite=suite), reached))
        return
    state.selects_by_class = True
    for asset in _assets(parts):
        state.candidates.append((Named(offset, asset=asset), reached))


def _apply_command(state: _State, item: str, offset: int) -> None:
    if level := _SECURITY_LEVEL.fullmatch(item):
        state.security_level = int(level[1])
    elif item != "@STRENGTH":
        state.unknown.append(offset)


@lru_cache(_COMBINATIONS)
def _assets(parts: tuple[str, ...]) -> tuple[Asset, ...]:
    """Join what several keywords say about one family: AES256+AESGCM names AES-256-GCM."""
    joined: dict[str, Asset] = {}
    for asset in (_keywords()[part].asset for part in parts):
        if asset:
            before = joined.get(asset.family, asset)
            parameters = {**dict(before.parameters), **dict(asset.parameters)}
            joined[asset.family] = Asset.of(asset.kind, asset.family, **parameters)
    return tuple(joined.values())


@lru_cache(_COMBINATIONS)
def _reached(parts: tuple[str, ...]) -> frozenset[str]:
    """Return the suites that belong to every keyword of `parts` in every version."""
    return _matching([_keywords()[part].conditions for part in parts])


@lru_cache(_COMBINATIONS)
def _maybe_reached(parts: tuple[str, ...]) -> frozenset[str]:
    """Return the suites that belong to every keyword of `parts` in some version only."""
    keywords = [_keywords()[part] for part in parts]
    if all(keyword.maybe is None for keyword in keywords):
        return frozenset()
    return _matching([k.conditions if k.maybe is None else k.maybe for k in keywords]) - _reached(parts)


def _matching(wanted: list[Mapping[str, Any] | None]) -> frozenset[str]:
    conditions = [one for one in wanted if one is not None]
    if len(conditions) < len(wanted):
        return frozenset()
    return frozenset(
        suite.name
        for suite in _universe()
        if all(_met(name, value, suite) for one in conditions for name, value in one.items())
    )


@cache
def _universe() -> tuple[Suite, ...]:
    """Every suite that some OpenSSL has known by a name, without TLS 1.3, which these strings do not touch."""
    return tuple(suite for suite in suites.suites() if suite.spellings)


def _met(name: str, wanted: Any, suite: Suite) -> bool:
    if name == "tls12":
        # OpenSSL lets HMAC suites with a pre-shared key run below TLS 1.2, whatever their hash.
        return (suite.mac == "" or (suite.mac in ("SHA256", "SHA384") and "PSK" not in suite.exchange)) is wanted
    if name == "export":
        return suite.export is wanted
    if name.startswith("not_"):
        return getattr(suite, name.removeprefix("not_")) not in wanted
    return getattr(suite, name) in wanted


@cache
def _keywords() -> dict[str, _Keyword]:
    raw = toml.read(toml.root() / "cipher_keywords.toml")
    toml.check_keys("cipher_keywords.toml", raw, {"source", "keyword"}, set())
    return {name: _keyword(name, record) for name, record in raw["keyword"].items()}


def _keyword(name: str, record: Mapping[str, Any]) -> _Keyword:
    where = f"cipher_keywords.toml: {name!r}"
    toml.check_keys(where, record, set(), _CONDITIONS | {"asset", "maybe"})
    conditions = {key: value for key, value in record.items() if key in _CONDITIONS}
    maybe = record.get("maybe")
    if not conditions and maybe is None:
        raise CatalogError(f"{where}: neither a condition nor maybe")
    toml.check_keys(where, maybe or {}, set(), _CONDITIONS)
    asset = None
    if "asset" in record:
        family = algorithms.family(record["asset"]["family"])
        asset = Asset.of(family.kind, family.id, **{k: v for k, v in record["asset"].items() if k != "family"})
    return _Keyword(conditions or None, maybe, asset)
