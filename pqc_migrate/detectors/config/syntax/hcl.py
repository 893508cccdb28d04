"""HCL native syntax (Terraform, Packer, Vault, Nomad, Consul): blocks with labels, attributes, lists, objects.

A block is a list under its type, because several may stand side by side; its labels are parts of the way:
``resource.tls_private_key.ca[0].rsa_bits``. An expression that is not literal is kept as a placeholder: its value
is not known here; ``var.name`` and ``local.name`` say which constant stands for it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

from pqc_migrate.detectors.config.document import PLACEHOLDER, Document, Word
from pqc_migrate.detectors.config.syntax import grammar
from pqc_migrate.detectors.config.syntax.leaf import DEEPEST, MOST, Leaf, Malformed, below

_FILLER = "_"
_LONG_BLANKS = re.compile(r"[ \t\r\n]{64,}")
"""The grammar's scanner goes over the rest of such a run at each blank of it; a comment as long is one token."""
_WRAPPERS = frozenset({"expression", "literal_value", "collection_value", "template_expr"})
_REFERENCE = re.compile(r"(?:\$\{\s*)?(var|local)\.([A-Za-z_][\w-]*)(?:\s*\})?", re.ASCII)
_CONSTANTS = {"var": "variable.{}[].default", "local": "locals[].{}"}


def read(document: Document) -> Iterator[tuple[Leaf, ...]]:
    """Yield the leaves of the file, in one tuple; `Malformed` when nothing of it can be read."""
    root = grammar.root(_LONG_BLANKS.sub(_as_comment, document.text), "hcl", _FILLER)
    reader = _Reader(document)
    for child in root.named_children:
        reader.body("", child, 0)
    if root.has_error and not reader.leaves:
        raise Malformed("not HCL", 1)
    yield tuple(reader.leaves)


def _as_comment(match: re.Match[str]) -> str:
    end_of_line = "\n" if "\n" in match[0] else ""
    return f"{end_of_line}/*{' ' * (len(match[0]) - 4 - len(end_of_line))}*/"


@dataclass(slots=True)
class _Reader:
    document: Document
    leaves: list[Leaf] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    """How often each block was opened at its place."""

    def body(self, place: str, node: Node, depth: int) -> None:
        if node.type != "body" or depth > DEEPEST:
            return
        for child in node.named_children:
            if child.type == "attribute" and len(child.named_children) == 2:
                self._value(below(place, self._text(child.named_children[0])), child.named_children[1], depth)
            elif child.type == "block":
                self._block(place, child, depth)

    def _block(self, place: str, node: Node, depth: int) -> None:
        for child in node.named_children:
            if child.type == "identifier":
                place = below(place, self._text(child))
            elif child.type == "string_lit":
                place = below(place, self._word(child).text)
        self.seen[place] += 1
        place = f"{place}[{self.seen[place] - 1}]"
        for child in node.named_children:
            self.body(place, child, depth + 1)

    def _value(self, place: str, node: Node, depth: int) -> None:
        if depth > DEEPEST or len(self.leaves) >= MOST:
            return
        while node.type in _WRAPPERS and len(node.named_children) == 1:
            node = node.named_children[0]
        if node.type == "tuple":
            items = [child for child in node.named_children if child.type == "expression"]
            for index, child in enumerate(items):
                self._value(f"{place}[{index}]", child, depth + 1)
        elif node.type == "object":
            for element in node.named_children:
                key, value = element.child_by_field_name("key"), element.child_by_field_name("val")
                if key is not None and value is not None:
                    self._value(below(place, self._text(key).strip('"')), value, depth + 1)
        else:
            self.leaves.append(Leaf(place, self._word(node)))

    def _word(self, node: Node) -> Word:
        start = node.start_byte
        if node.type == "string_lit":
            inside = [child for child in node.named_children if child.type == "template_literal"]
            text = self._text(inside[0]) if inside else ""
            return Word(text, inside[0].start_byte if inside else start + 1, fixed="\\" in text)
        if node.type == "heredoc_template":
            inside = [child for child in node.named_children if child.type == "template_literal"]
            if len(inside) == 1:
                return Word(self._text(inside[0]), inside[0].start_byte)
        if node.type in ("numeric_lit", "bool_lit", "null_lit"):
            return Word(self._text(node), start)
        reference = _REFERENCE.fullmatch(self._text(node).strip('"'))
        refers = _CONSTANTS[reference[1]].format(reference[2]) if reference else ""
        return Word(PLACEHOLDER, start, refers=refers)

    def _text(self, node: Node) -> str:
        return self.document.text[node.start_byte : node.end_byte]
