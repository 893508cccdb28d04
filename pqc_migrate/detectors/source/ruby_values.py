"""What Ruby's literals, operators, hashes and the methods of strings and arrays give."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    NOTHING,
    UNKNOWN,
    UNREAD,
    Call,
    Items,
    Name,
    Number,
    Octets,
    Table,
    Text,
    Value,
    choice,
    options,
)
from pqc_migrate.detectors.source.operations import joined, operate
from pqc_migrate.detectors.source.ruby_names import RubyNames
from pqc_migrate.detectors.source.unit import fallback

_MOST_ITEMS = 256
_HOLDERS = frozenset(
    {"freeze", "dup", "clone", "itself", "to_h", "to_a", "with_indifferent_access", "deep_dup", "tap"}
)
_TEXT_METHODS: Mapping[str, Callable[[str], str]] = {
    "upcase": str.upper, "downcase": str.lower, "strip": str.strip, "to_s": str, "to_sym": str, "to_str": str,
    "b": str, "capitalize": str.capitalize, "intern": str,
}  # fmt: skip


class RubyValues(RubyNames):
    """The literals and operators of one Ruby file."""

    # Literals ---------------------------------------------------------------------------------

    def _of_string(self, node: Node) -> Value:
        parts: list[Value] = []
        for child in node.named_children:
            if child.type == "interpolation":
                parts.append(self.value(child.named_children[0]) if child.named_children else UNKNOWN)
            else:
                parts.append(Text(text=self.text(child)))
        return joined(parts, self.line(node))

    _of_delimited_symbol = _of_bare_string = _of_bare_symbol = _of_string

    def _of_chained_string(self, node: Node) -> Value:
        return joined([self.value(child) for child in node.named_children], self.line(node))

    def _of_simple_symbol(self, node: Node) -> Value:
        return Text(self.line(node), text=self.text(node).lstrip(":"))

    def _of_hash_key_symbol(self, node: Node) -> Value:
        return Text(self.line(node), text=self.text(node))

    def _of_integer(self, node: Node) -> Value:
        try:
            return Number(self.line(node), number=int(self.text(node).replace("_", ""), 0))
        except ValueError:
            return UNKNOWN

    def _of_nil(self, node: Node) -> Value:
        return NOTHING

    def _of_true(self, node: Node) -> Value:
        return Name(self.line(node), "literal", self.text(node))

    _of_false = _of_true

    def _of_array(self, node: Node) -> Value:
        items: list[Value] = []
        for child in node.named_children[:_MOST_ITEMS]:
            if child.type == "splat_argument" and child.named_children:
                inner = self.value(child.named_children[0])
                items.extend(inner.items if isinstance(inner, Items) else [UNKNOWN])
            elif child.type != "comment":
                items.append(self.value(child))
        return Items(self.line(node), items=tuple(items))

    _of_string_array = _of_symbol_array = _of_array

    def _of_hash(self, node: Node) -> Value:
        pairs, read = self.pairs(node.named_children)
        table = Table(self.line(node), pairs=pairs)
        return table if read else choice([table, UNKNOWN])

    def pairs(self, children: list[Node]) -> tuple[dict[str, Value], bool]:
        """Return what a hash or a call's keywords hold under constant keys, and whether all of it was read."""
        found: dict[str, Value] = {}
        read = True
        for child in children[:_MOST_ITEMS]:
            if child.type == "pair":
                key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
                for name in self.keys(key):
                    found[name] = self.value(value if value is not None else key)
            elif child.type == "hash_splat_argument":
                inner = self.value(child.named_children[0]) if child.named_children else UNKNOWN
                found.update(inner.pairs if isinstance(inner, Table) else {})
                read = read and isinstance(inner, Table)
        return found, read

    def keys(self, node: Node | None) -> list[str]:
        """Return the names that a hash's key may be: strings, symbols, and constants by their own name."""
        known = options(self.value(node)) if node is not None else ()
        found = [k.text if isinstance(k, Text) else k.name for k in known if isinstance(k, Text | Name)]
        numbers = [str(k.number) for k in known if isinstance(k, Number)]
        return [name for name in (*found, *numbers) if UNREAD not in name]

    # Operators --------------------------------------------------------------------------------

    def _of_binary(self, node: Node) -> Value:
        left, right = (self.value(node.child_by_field_name(side)) for side in ("left", "right"))
        operator = node.child_by_field_name("operator")
        sign = self.text(operator) if operator is not None else ""
        if sign in ("||", "or"):
            return fallback(left, right)
        if sign in ("&&", "and"):
            return right
        if sign == "+" and any(isinstance(side, Text) for side in (left, right)):
            return joined([left, right], self.line(node))
        if sign == "|":
            flags = [side.items if isinstance(side, Items) else (side,) for side in (left, right)]
            return Items(self.line(node), items=(*flags[0], *flags[1]))
        found = [self._operated(sign, a, b) for a in options(left) for b in options(right)]
        return choice([value for value in found if value != UNKNOWN])

    def _operated(self, sign: str, left: Value, right: Value) -> Value:
        if sign == "*" and isinstance(left, Text) and isinstance(right, Number) and len(left.text) == 1:
            return Octets(left.line, left.how, right.number) if 0 <= right.number < 1 << 20 else UNKNOWN
        if sign == "%" and isinstance(left, Text):
            given = right.items if isinstance(right, Items) else (right,)
            pieces = re.split(r"%[sdu]", left.text)
            if len(pieces) != len(given) + 1:
                return UNKNOWN
            parts: list[Value] = [Text(text=pieces[0])]
            for value, piece in zip(given, pieces[1:], strict=True):
                parts += [value, Text(text=piece)]
            return joined(parts, left.line)
        return operate(sign, left, right)

    def _of_conditional(self, node: Node) -> Value:
        sides = [self.value(node.child_by_field_name(side)) for side in ("consequence", "alternative")]
        return choice([side for side in sides if side != UNKNOWN])

    def _of_if(self, node: Node) -> Value:
        found = [self.value(result) for result in self.last(node)]
        return choice([value for value in found if value not in (UNKNOWN, NOTHING)])

    _of_unless = _of_case = _of_begin = _of_parenthesized_statements = _of_if
    _of_if_modifier = _of_unless_modifier = _of_rescue_modifier = _of_if

    def _of_assignment(self, node: Node) -> Value:
        return self.value(node.child_by_field_name("right"))

    def _of_operator_assignment(self, node: Node) -> Value:
        left, right = (self.value(node.child_by_field_name(side)) for side in ("left", "right"))
        return fallback(left, right)

    def _of_element_reference(self, node: Node) -> Value:
        if len(node.named_children) < 2:
            return UNKNOWN
        owner, key = self.value(node.named_children[0]), node.named_children[1]
        return choice([self.element(option, key) for option in options(owner)])

    def element(self, owner: Value, key: Node) -> Value:
        """Return what a hash or array holds under a key; a key that was not read may be any of them."""
        if isinstance(owner, Table):
            known = self.keys(key)
            wanted = known if len(known) == len(options(self.value(key))) else list(owner.pairs)
            return choice([owner.pairs[name] for name in wanted if name in owner.pairs])
        if isinstance(owner, Items):
            numbers = [n.number if isinstance(n, Number) else None for n in options(self.value(key))]
            return choice([item for at, item in enumerate(owner.items) if None in numbers or at in numbers])
        return UNKNOWN

    # Methods of strings, arrays and hashes ----------------------------------------------------

    def builtin(self, owner: Value, method: str, passed: list[Node], keywords: Value) -> Value | None:
        """Return what a method of Ruby's own classes gives that carries names on; None for any other."""
        if isinstance(owner, Text) and method in _TEXT_METHODS:
            return Text(owner.line, owner.how, _TEXT_METHODS[method](owner.text))
        if isinstance(owner, Name | Call | Text | Number | Items | Table | Octets) and method in _HOLDERS:
            return owner
        if isinstance(owner, Table):
            return self._of_table(owner, method, passed, keywords)
        if isinstance(owner, Items):
            return self._of_items(owner, method, passed)
        if isinstance(owner, Text) and method == "split" and passed:
            separator = self.value(passed[0])
            parts = owner.text.split(separator.text) if isinstance(separator, Text) and separator.text else []
            return Items(owner.line, items=tuple(Text(owner.line, owner.how, part) for part in parts))
        if isinstance(owner, Text | Number | Octets):
            return UNKNOWN
        return None

    def _of_table(self, owner: Table, method: str, passed: list[Node], keywords: Value) -> Value:
        if method in ("fetch", "dig") and passed:
            return self.element(owner, passed[0])
        if method in ("values", "each_value"):
            return Items(owner.line, items=tuple(owner.pairs.values()))
        if method in ("keys", "each_key"):
            return Items(owner.line, items=tuple(Text(owner.line, text=key) for key in owner.pairs))
        if method in ("merge", "reverse_merge"):
            other = self.value(passed[0]) if passed else keywords
            if isinstance(other, Table):
                first, second = (owner, other) if method == "merge" else (other, owner)
                return Table(owner.line, pairs={**first.pairs, **second.pairs})
            return choice([owner, UNKNOWN])
        return UNKNOWN

    def _of_items(self, owner: Items, method: str, passed: list[Node]) -> Value:
        if method in ("first", "last") and owner.items and not passed:
            return owner.items[0 if method == "first" else -1]
        if method in ("sample", "min", "max", "find", "detect"):
            return choice(list(owner.items))
        if method == "join":
            separator = self.value(passed[0]) if passed else Text(text="")
            parts = [part for item in owner.items for part in (separator, item)][1:]
            return joined(parts, owner.line)
        if method in ("compact", "uniq", "sort", "reverse", "map", "select", "reject"):
            return owner if method not in ("map",) else UNKNOWN
        return UNKNOWN
