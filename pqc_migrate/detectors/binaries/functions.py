"""What the name of a function proves by itself, without the arguments of its calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from pqc_migrate.catalog import binaries, libraries
from pqc_migrate.catalog.libraries import Libraries
from pqc_migrate.detectors.calls.interpret import Interpreter
from pqc_migrate.detectors.calls.meaning import Meaning
from pqc_migrate.detectors.calls.values import Call
from pqc_migrate.model.inventory import Asset

_MOST_NAMED = 8


@dataclass(slots=True)
class Proof:
    """An algorithm, and the functions that prove it."""

    asset: Asset
    meaning: Meaning
    """That of the first function."""
    symbols: list[str]
    """Names as the program has them, sorted."""
    functions: dict[str, None]
    """What all of them do, in the order they say it."""

    def others(self) -> str:
        """Return the names behind the first one, cut short where they are many."""
        named = self.symbols[1 : 1 + _MOST_NAMED]
        left = len(self.symbols) - 1 - len(named)
        return ", ".join(named) + (f" and {left} more" if left else "")


def proofs(symbols: Iterable[str], language: str = "c") -> Iterator[Proof]:
    """Yield each asset that functions of these names prove, once, in the order of the first of them.

    `language` is the one whose libraries they are looked up in.
    """
    known = _known(language)
    interpreter = Interpreter(known)
    found: dict[tuple[Asset, tuple[tuple[str, str], ...]], Proof] = {}
    for symbol in sorted(symbols):
        for meaning in _meanings(symbol, known, interpreter):
            asset = meaning.asset
            assert asset is not None, "filtered by _meanings"
            key = (asset, meaning.details)
            proof = found.setdefault(key, Proof(asset, meaning, [], {}))
            proof.symbols.append(symbol)
            proof.functions.update(dict.fromkeys(meaning.functions or meaning.rule.functions))
    yield from found.values()


@cache
def _known(language: str) -> Libraries:
    return libraries.load(language)


def _meanings(symbol: str, known: Libraries, interpreter: Interpreter) -> list[Meaning]:
    """Return what a name alone says: a rule that an argument can rule out says nothing."""
    library, name = "", symbol
    if symbol not in known.rules:
        library, name = binaries.without_prefix(symbol)
    if name not in known.rules:
        return []
    return [
        meaning
        for meaning in interpreter.meanings(Call(name=name))
        if meaning.asset is not None
        and not (meaning.rule.silent or meaning.rule.refines or meaning.rule.unless or meaning.rule.when)
        and not binaries.is_silent(meaning.rule.id)
        and library in ("", meaning.rule.id.partition("/")[0])
    ]
