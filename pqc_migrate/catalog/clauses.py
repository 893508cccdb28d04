"""The clauses of SQL statements that name an algorithm: ``CREATE SYMMETRIC KEY … ALGORITHM = AES_256``.

Reads `clauses.toml`. What a clause means is said by ``libraries/sql``, where it is a call by the clause's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pqc_migrate.catalog import toml


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause; the fields are documented at the head of `clauses.toml`."""

    name: str
    begins: tuple[str, ...]
    words: tuple[str, ...]
    keeps: bool


@cache
def clauses() -> Mapping[str, tuple[Clause, ...]]:
    """Return every clause by the first word of its statement; `CatalogError` names a bad record."""
    found: dict[str, list[Clause]] = {}
    for raw in toml.read(toml.root() / "clauses.toml")["clause"]:
        toml.check_keys(
            f"clauses.toml: {raw.get('name', '?')!r}", raw, {"name", "words", "source"}, {"begins", "keeps"}
        )
        begins = raw.get("begins", [""])
        for beginning in [begins] if isinstance(begins, str) else begins:
            head = tuple(beginning.lower().split())
            clause = Clause(raw["name"], head, tuple(raw["words"].lower().split()), raw.get("keeps", False))
            found.setdefault((head or clause.words)[0], []).append(clause)
    return {word: tuple(listed) for word, listed in found.items()}
