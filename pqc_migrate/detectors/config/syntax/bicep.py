"""Bicep, under the keys that the same template has as Azure Resource Manager JSON.

``parameters.kty.defaultValue``, ``variables.curve``, ``resources[0].type`` (without the API version),
``resources[0].properties.kty``, ``modules[0].params.minTlsVersion``. A parameter or variable that stands for a
value is kept as a reference to it; any other expression is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

from pqc_migrate.detectors.config.document import PLACEHOLDER, Document, Word
from pqc_migrate.detectors.config.syntax import grammar
from pqc_migrate.detectors.config.syntax.leaf import DEEPEST, MOST, Leaf, Malformed, below

_FILLER = "_"
_VALUES = frozenset({"string", "number", "boolean", "object", "array"})
_INSIDE = frozenset({"if_statement", "for_statement", "parenthesized_expression"})


def read(document: Document) -> Iterator[tuple[Leaf, ...]]:
    """Yield the leaves of the file, in one tuple; `Malformed` when nothing of it can be read."""
    root = grammar.root(document.text, "bicep", _FILLER)
    reader = _Reader(document)
    for child in root.named_children:
        reader.declaration(child)
    if root.has_error and not reader.leaves:
        raise Malformed("not Bicep", 1)
    yield tuple(reader.leaves)


@dataclass(slots=True)
class _Reader:
    document: Document
    leaves: list[Leaf] = field(default_factory=list)
    resources: int = 0
    modules: int = 0
    constants: dict[str, str] = field(default_factory=dict)
    """The key of each parameter and variable by its name."""

    def declaration(self, node: Node) -> None:
        """Read one declaration; parameters and variables are declared in front of what uses them, as is usual."""
        children = node.named_children
        if not children or children[0].type != "identifier":
            return
        name, last = self._text(children[0]), children[-1]
        if node.type == "parameter_declaration":
            self.constants[name] = f"parameters.{name}.defaultValue"
            if last.type in _VALUES:
                self._value(self.constants[name], last, 0)
        elif node.type == "variable_declaration":
            self.constants[name] = f"variables.{name}"
            self._value(self.constants[name], last, 0)
        elif node.type == "resource_declaration":
            self._resource(f"resources[{self.resources}]", children)
            self.resources += 1
        elif node.type == "module_declaration":
            self._value(f"modules[{self.modules}]", last, 0)
            self.modules += 1

    def _resource(self, place: str, children: list[Node]) -> None:
        kind = self._word(children[1])
        self.leaves.append(Leaf(f"{place}.type", kind.part(0, kind.text.partition("@")[0])))
        self._value(place, children[-1], 0)

    def _value(self, place: str, node: Node, depth: int) -> None:
        while node.type in _INSIDE and node.named_children:
            node = node.named_children[-1]
        if depth > DEEPEST or len(self.leaves) >= MOST:
            return
        if node.type == "array":
            for index, child in enumerate(node.named_children):
                self._value(f"{place}[{index}]", child, depth + 1)
        elif node.type == "object":
            for pair in node.named_children:
                if pair.type == "object_property" and len(pair.named_children) == 2:
                    key, value = pair.named_children
                    self._value(below(place, self._text(key).strip("'")), value, depth + 1)
        else:
            self.leaves.append(Leaf(place, self._word(node)))

    def _word(self, node: Node) -> Word:
        inside = node.named_children
        if node.type == "string" and not inside:
            return Word("", node.start_byte + 1)
        if node.type == "string" and len(inside) == 1 and inside[0].type == "string_content":
            return Word(self._text(inside[0]), inside[0].start_byte, fixed="\\" in self._text(inside[0]))
        if node.type in ("number", "boolean"):
            return Word(self._text(node), node.start_byte)
        refers = self.constants.get(self._text(node), "") if node.type == "identifier" else ""
        return Word(PLACEHOLDER, node.start_byte, refers=refers)

    def _text(self, node: Node) -> str:
        return self.document.text[node.start_byte : node.end_byte]
