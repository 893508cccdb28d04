"""What a function's name says that it does: `purposes.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from pqc_migrate.catalog import algorithms, toml
from pqc_migrate.model.inventory import Asset

_HASHES = re.compile(r"(?i)(?<![a-z])(?:md[245]|sha1|sha(?:224|256|384|512)|ripemd160|sm3)(?![0-9_]*[0-9])")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@lru_cache(maxsize=4096)
def said_by(name: str) -> frozenset[str]:
    """Return the cryptographic functions that a name speaks of (``checkSignature``: sign, verify, tag)."""
    parts = {part.lower() for part in _PARTS.findall(name)}
    return frozenset(
        function
        for function, words in _words().items()
        if any(word <= parts for word in words) and not parts & _unless().get(function, frozenset())
    )


def speaks_of(name: str, asset: Asset) -> bool:
    """Whether a name does not speak of other algorithms alone.

    ``scrypt_kdf`` does not speak of PBKDF2, which is a part of it, nor ``curve25519_sha256`` of MD5.
    """
    named = [families for part in _PARTS.findall(name) if (families := _families().get(part.lower()))]
    if named and not any(asset.family in families for families in named):
        return False
    hashes = {match[0].lower() for match in _HASHES.finditer(name)}
    mine = algorithms.name(asset).lower().replace("-", "")
    return algorithms.primitive(asset) != "hash" or not hashes or mine in hashes


def of(functions: Iterable[str]) -> frozenset[str]:
    """Return those of a rule's functions that a name can speak of."""
    return frozenset(functions) & _words().keys()


@cache
def _unless() -> dict[str, frozenset[str]]:
    records = toml.read(toml.root() / "purposes.toml")["purpose"]
    return {function: frozenset(r["unless"]) for r in records if "unless" in r for function in r["functions"]}


@cache
def _families() -> dict[str, frozenset[str]]:
    record = toml.read(toml.root() / "purposes.toml")["families"]
    return {word: frozenset(families) for word, families in record.items()}


@cache
def _words() -> dict[str, tuple[frozenset[str], ...]]:
    found: dict[str, list[frozenset[str]]] = {}
    for record in toml.read(toml.root() / "purposes.toml")["purpose"]:
        toml.check_keys("purposes.toml: purpose", record, {"functions", "words"}, {"unless"})
        for function in record["functions"]:
            found.setdefault(function, []).extend(frozenset(words.split()) for words in record["words"])
    return {function: tuple(words) for function, words in found.items()}
