"""What a function's name says that it does: `purposes.toml`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from pqc_migrate.catalog import toml

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


def of(functions: Iterable[str]) -> frozenset[str]:
    """Return those of a rule's functions that a name can speak of."""
    return frozenset(functions) & _words().keys()


@cache
def _unless() -> dict[str, frozenset[str]]:
    records = toml.read(toml.root() / "purposes.toml")["purpose"]
    return {function: frozenset(r["unless"]) for r in records if "unless" in r for function in r["functions"]}


@cache
def _words() -> dict[str, tuple[frozenset[str], ...]]:
    found: dict[str, list[frozenset[str]]] = {}
    for record in toml.read(toml.root() / "purposes.toml")["purpose"]:
        toml.check_keys("purposes.toml: purpose", record, {"functions", "words"}, {"unless"})
        for function in record["functions"]:
            found.setdefault(function, []).extend(frozenset(words.split()) for words in record["words"])
    return {function: tuple(words) for function, words in found.items()}
