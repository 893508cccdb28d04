"""Lists of pointers to method structures: ``static const M md5 = {"hmac-md5", …}; M *offered[] = {&md5};``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

_LISTS = frozenset({"initializer_list"})
_FARTHEST = 4


def structure_at(root: Node, offset: int) -> str:
    """Return the name of the variable whose initializer the string at an offset stands in; empty for all else."""
    node = root.descendant_for_byte_range(offset, offset + 1)
    while node is not None and "string" in node.type:
        node = node.parent
    if node is not None and node.type == "initializer_pair":
        node = node.parent
    declarator = node.parent if node is not None and node.type in _LISTS else None
    if declarator is None or declarator.type != "init_declarator":
        return ""
    name = declarator.child_by_field_name("declarator")
    return (name.text or b"").decode() if name is not None and name.type == "identifier" else ""


def references(root: Node, data: bytes, name: str) -> Iterator[int]:
    """Yield the offsets of the entries of lists that point to a variable, those behind an ``#if`` too."""
    entry = re.compile(rb"(?:[{,]|^)\s*&\s*(" + re.escape(name.encode()) + rb")\s*[,}]", re.MULTILINE)
    for match in entry.finditer(data):
        node = root.descendant_for_byte_range(match.start(1), match.end(1))
        for _ in range(_FARTHEST):  # the grammar knows no directives in a list
            node = node.parent if node is not None and node.type not in _LISTS else node
        if node is not None and node.type in _LISTS:
            yield match.start(1)
