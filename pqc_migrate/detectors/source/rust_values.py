"""Rust source: what its blocks, branches, literals and operators give."""

from __future__ import annotations

import re

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    UNKNOWN,
    Items,
    Number,
    Octets,
    Text,
    Value,
    choice,
    options,
)
from pqc_migrate.detectors.source.operations import operate
from pqc_migrate.detectors.source.rust_paths import RustPaths

_INTEGER = re.compile(r"(0[xob])?([0-9a-fA-F_]+?)(?:[iu](?:8|16|32|64|128|size))?")
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u\{[0-9a-fA-F_]{1,6}\}|\r?\n\s*|.)", re.DOTALL)
_INNER = frozenset({
    "try_expression", "await_expression", "parenthesized_expression", "unary_expression", "unsafe_block",
    "async_block", "const_block",
})  # fmt: skip
_NO_VALUE = ("_statement", "_item", "_declaration", "comment")
_MOST_ITEMS = 64


class RustValues(RustPaths):
    """Expressions of one Rust file, calls and members left out."""

    def expression(self, node: Node) -> Value:
        """Return what an expression is known to be."""
        if node.type in _INNER:
            return self.value(node.named_children[-1]) if node.named_children else UNKNOWN
        return super().expression(node)

    # Blocks and branches ----------------------------------------------------------------------

    def _of_block(self, node: Node) -> Value:
        last = node.named_children[-1] if node.named_children else None
        if last is not None and last.type == "expression_statement" and last.named_children:
            inner = last.named_children[0]
            # if and match stand as statements, too, where they are a block's value.
            return self.value(inner) if self.data[last.end_byte - 1 : last.end_byte] != b";" else UNKNOWN
        return self.value(last) if last is not None and not last.type.endswith(_NO_VALUE) else UNKNOWN

    def _of_if_expression(self, node: Node) -> Value:
        sides = [self.value(node.child_by_field_name(side)) for side in ("consequence", "alternative")]
        return choice([side for side in sides if side != UNKNOWN])

    def _of_else_clause(self, node: Node) -> Value:
        return self.value(node.named_children[-1]) if node.named_children else UNKNOWN

    def _of_match_expression(self, node: Node) -> Value:
        body = node.child_by_field_name("body")
        arms = body.named_children[:_MOST_ITEMS] if body is not None else []
        found = [self.value(arm.child_by_field_name("value")) for arm in arms]
        return choice([value for value in found if value != UNKNOWN])

    def _of_reference_expression(self, node: Node) -> Value:
        return self.value(node.child_by_field_name("value"))

    _of_type_cast_expression = _of_reference_expression

    def _of_assignment_expression(self, node: Node) -> Value:
        return self.value(node.child_by_field_name("right"))

    def _of_tuple_expression(self, node: Node) -> Value:
        return Items(self.line(node), items=tuple(self.value(child) for child in node.named_children[:_MOST_ITEMS]))

    def _of_closure_expression(self, node: Node) -> Value:
        listed = node.child_by_field_name("parameters")
        if listed is not None and listed.named_children:
            return UNKNOWN
        return self.value(node.child_by_field_name("body"))

    # Literals and operators -------------------------------------------------------------------

    def _of_array_expression(self, node: Node) -> Value:
        length = node.child_by_field_name("length")
        elements = [c for c in node.named_children if c != length and "comment" not in c.type]
        numbers = all(child.type == "integer_literal" for child in elements)
        if length is not None:
            counts = [o for o in options(self.value(length)) if isinstance(o, Number)]
            fitting = [o for o in counts if numbers and 0 <= o.number < 1 << 24]
            return choice([Octets(self.line(node), o.how, o.number) for o in fitting])
        if numbers and elements:
            return Octets(self.line(node), length=len(elements))
        return Items(self.line(node), items=tuple(self.value(child) for child in elements[:_MOST_ITEMS]))

    def _of_index_expression(self, node: Node) -> Value:
        owner, index = node.named_children[0], node.named_children[-1]
        if index.type == "range_expression":
            return self._sliced(self.value(owner), index)
        key = self.value(index)
        found: list[Value] = []
        for option in options(self.value(owner)):
            if isinstance(option, Items):
                exact = isinstance(key, Number) and 0 <= key.number < len(option.items)
                found += [option.items[key.number]] if exact and isinstance(key, Number) else option.items
        return choice(found)

    def _sliced(self, owner: Value, span: Node) -> Value:
        text = self.text(span)
        ends = [self.value(child) for child in span.named_children]
        if text.strip() == "..":
            return owner
        low = 0 if text.startswith("..") else ends[0].number if isinstance(ends[0], Number) else None
        high = ends[-1].number if isinstance(ends[-1], Number) and not text.endswith("..") else None
        if high is None and text.endswith("..") and isinstance(owner, Octets):
            high = owner.length
        if low is None or high is None or ".." not in text or high < low:
            return UNKNOWN
        return Octets(self.line(span), length=high - low + ("..=" in text))

    def _of_binary_expression(self, node: Node) -> Value:
        left, right = (self.value(node.child_by_field_name(side)) for side in ("left", "right"))
        operator = node.child_by_field_name("operator")
        sign = operator.type if operator is not None else ""
        found = [operate(sign, a, b) for a in options(left) for b in options(right)]
        return choice([value for value in found if value != UNKNOWN])

    def _of_integer_literal(self, node: Node) -> Value:
        match = _INTEGER.fullmatch(self.text(node))
        if match is None:
            return UNKNOWN
        try:
            return Number(self.line(node), number=int(f"{match[1] or ''}{match[2]}", 0 if match[1] else 10))
        except ValueError:
            return UNKNOWN

    def _of_string_literal(self, node: Node) -> Value:
        text = self.text(node)
        body = _ESCAPE.sub(_unescape, text[text.index('"') + 1 : text.rindex('"')])
        octets = text.startswith("b")
        return Octets(self.line(node), length=len(body)) if octets else Text(self.line(node), text=body)

    def _of_raw_string_literal(self, node: Node) -> Value:
        text = self.text(node)
        body = text[text.index('"') + 1 : text.rindex('"')]
        octets = text.startswith("b")
        return Octets(self.line(node), length=len(body.encode())) if octets else Text(self.line(node), text=body)


def _unescape(match: re.Match[str]) -> str:
    text = match[0]
    if text[1] == "x":
        return chr(int(text[2:], 16))
    if text[1] == "u":
        return chr(min(int(text[3:-1].replace("_", "") or "0", 16), 0x10FFFF))
    return "" if text[1] in "\r\n" else {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}.get(text[1], text[1])
