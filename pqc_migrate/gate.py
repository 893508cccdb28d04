"""One pass over a file's bytes that finds every anchor literal of every detector.

Hyperscan where its wheel exists and the processor carries it, else Aho-Corasick: the same literals,
the same offsets, about half the speed. Only files with a hit are worth parsing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pqc_migrate.errors import CatalogError
from pqc_migrate.model.target import Hit

Find = Callable[[bytes], list[tuple[int, int]]]
"""Return (offset of the first byte, index of the literal) of every match, overlapping ones too, in any order."""
Engine = Callable[[Sequence[bytes]], Find]
"""Compile literals, none of them empty."""


class Gate:
    """Anchors compiled once for many files."""

    def __init__(self, anchors: frozenset[bytes], engine: Engine | None = None) -> None:
        """Compile the anchors; `CatalogError` for one that is empty or holds a zero byte.

        Hyperscan's Python binding cuts a literal at its first zero byte, so none may have one.
        """
        for anchor in anchors:
            if not anchor or b"\0" in anchor:
                raise CatalogError(f"anchor {anchor!r} is empty or holds a zero byte")
        self._literals = sorted(anchors)
        self._find = (engine or _best_engine())(self._literals) if self._literals else None

    def hits(self, data: bytes) -> tuple[Hit, ...]:
        """Return every anchor in `data`, in the order of their offsets, then of the anchors."""
        if self._find is None or not data:
            return ()
        literals = self._literals
        return tuple([Hit(offset, literals[index]) for offset, index in sorted(self._find(data))])


def hyperscan_engine(literals: Sequence[bytes]) -> Find:
    """Compile for Hyperscan; ImportError without its wheel, `hyperscan.error` on a processor without SSSE3."""
    import hyperscan

    count = len(literals)
    database = hyperscan.Database()
    database.compile(
        expressions=list(literals), ids=list(range(count)), elements=count, flags=[0] * count, literal=True
    )
    lengths = [len(literal) for literal in literals]

    def find(data: bytes) -> list[tuple[int, int]]:
        matches: list[tuple[int, int]] = []

        def collect(index: int, _start: int, end: int, _flags: int, _context: Any) -> None:
            matches.append((end - lengths[index], index))

        database.scan(data, match_event_handler=collect)
        return matches

    return find


def aho_corasick_engine(literals: Sequence[bytes]) -> Find:
    """Compile for ahocorasick_rs, which has wheels everywhere."""
    from ahocorasick_rs import BytesAhoCorasick, Implementation

    automaton = BytesAhoCorasick(list(literals), implementation=Implementation.DFA)

    def find(data: bytes) -> list[tuple[int, int]]:
        return [(start, index) for index, start, _ in automaton.find_matches_as_indexes(data, overlapping=True)]

    return find


def _best_engine() -> Engine:
    try:
        import hyperscan
    except ImportError:
        return aho_corasick_engine
    try:
        hyperscan_engine((b"probe",))
    except hyperscan.error:
        return aho_corasick_engine
    return hyperscan_engine
