"""JSON (RFC 8259), comments and trailing commas forgiven as the programs that read such files do."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tree_sitter import Node

from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.syntax import grammar
from pqc_migrate.detectors.config.syntax.leaf import DEEPEST, MOST, Leaf, Malformed, below

_FILLER = "~"


def read(document: Document) -> Iterator[tuple[Leaf, ...]]:
    """Yield the leaves of each value of the file; `Malformed` where there is none."""
    root = grammar.root(document.text, "json", _FILLER)
    values = [child for child in root.named_children if child.type in ("object", "array")]
    if not values:
        raise Malformed("not JSON", 1)
    for value in values:
        yield _leaves(document, value)


def _leaves(document: Document, top: Node) -> tuple[Leaf, ...]:
    """Walk without recursion; what the parser could not read stands under no key and is left out."""
    leaves: list[Leaf] = []
    left: list[tuple[str, Node, int]] = [("", top, 0)]
    while left and len(leaves) < MOST:
        place, node, depth = left.pop()
        inner = list(_inner(document, place, node)) if depth < DEEPEST else []
        if inner:
            left.extend((where, child, depth + 1) for where, child in reversed(inner))
        elif place:
            leaves.append(Leaf(place, _word(document, node)))
    return tuple(leaves)


def _inner(document: Document, place: str, node: Node) -> Iterator[tuple[str, Node]]:
    if node.type == "array":
        items = [child for child in node.named_children if child.type not in ("comment", "ERROR")]
        yield from ((f"{place}[{index}]", child) for index, child in enumerate(items))
    elif node.type == "object":
        for pair in node.named_children:
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if pair.type == "pair" and key is not None and value is not None:
                yield below(place, _word(document, key).text), value


def _word(document: Document, node: Node) -> Word:
    start, end = node.start_byte, node.end_byte
    if node.type in ("object", "array"):
        return Word("", start)
    raw = document.text[start:end]
    if node.type != "string":
        return Word(raw, start)
    inside = raw[1:-1]
    if "\\" not in inside:
        return Word(inside, start + 1)
    try:
        return Word(json.loads(raw, strict=False), start + 1, fixed=True)
    except ValueError:
        return Word(inside, start + 1, fixed=True)
