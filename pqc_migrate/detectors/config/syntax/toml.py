"""TOML 1.0: tables, arrays of tables, dotted keys and inline tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.syntax import grammar
from pqc_migrate.detectors.config.syntax.leaf import DEEPEST, MOST, Leaf, Malformed, below

_FILLER = "~"
_KEYS = frozenset({"bare_key", "quoted_key", "dotted_key"})
_QUOTES = ('"""', "'''", '"', "'")


def read(document: Document) -> Iterator[tuple[Leaf, ...]]:
    """Yield the leaves of the file, in one tuple; `Malformed` when nothing of it can be read."""
    root = grammar.root(document.text, "toml", _FILLER)
    reader = _Reader(document)
    for child in root.named_children:
        reader.top(child)
    if root.has_error and not reader.leaves:
        raise Malformed("not TOML", 1)
    yield tuple(reader.leaves)


@dataclass(slots=True)
class _Reader:
    document: Document
    leaves: list[Leaf] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    """How often each array of tables was opened."""

    def top(self, node: Node) -> None:
        if node.type == "pair":
            self._pair("", node, 0)
            return
        keys = [child for child in node.named_children if child.type in _KEYS]
        if node.type not in ("table", "table_array_element") or not keys:
            return
        place = self._known(self._parts(keys[0]))
        if node.type == "table_array_element":
            self.seen[place] += 1
            place = f"{place}[{self.seen[place] - 1}]"
        for child in node.named_children:
            if child.type == "pair":
                self._pair(place, child, 0)

    def _known(self, parts: list[str]) -> str:
        """Return a table's place: inside an array of tables it belongs to the last element."""
        place = ""
        for number, part in enumerate(parts):
            place = below(place, part)
            if self.seen[place] and number < len(parts) - 1:
                place = f"{place}[{self.seen[place] - 1}]"
        return place

    def _pair(self, place: str, node: Node, depth: int) -> None:
        children = [child for child in node.named_children if child.type != "comment"]
        if len(children) == 2 and children[0].type in _KEYS:
            for part in self._parts(children[0]):
                place = below(place, part)
            self._value(place, children[1], depth)

    def _value(self, place: str, node: Node, depth: int) -> None:
        if depth > DEEPEST or len(self.leaves) >= MOST:
            return
        inner = [child for child in node.named_children if child.type != "comment"]
        if node.type == "array" and inner:
            for index, child in enumerate(inner):
                self._value(f"{place}[{index}]", child, depth + 1)
        elif node.type == "inline_table" and inner:
            for child in inner:
                self._pair(place, child, depth + 1)
        else:
            self.leaves.append(Leaf(place, self._word(node)))

    def _parts(self, key: Node) -> list[str]:
        if key.type == "dotted_key":
            return [part for child in key.named_children for part in self._parts(child)]
        return [self._word(key).text]

    def _word(self, node: Node) -> Word:
        start, end = node.start_byte, node.end_byte
        raw = self.document.text[start:end]
        if node.type in ("array", "inline_table"):
            return Word("", start)
        for quote in _QUOTES:
            if len(raw) >= 2 * len(quote) and raw.startswith(quote) and raw.endswith(quote):
                inside = raw[len(quote) : -len(quote)]
                return Word(inside, start + len(quote), fixed=quote[0] == '"' and "\\" in inside)
        return Word(raw, start)
