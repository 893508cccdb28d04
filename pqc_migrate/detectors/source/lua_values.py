"""What Lua's literals, operators, tables and standard functions give."""

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
from pqc_migrate.detectors.source.lua_names import LuaNames
from pqc_migrate.detectors.source.operations import joined, operate
from pqc_migrate.detectors.source.strings import formatted
from pqc_migrate.detectors.source.unit import LOCAL, fallback

_MOST_ITEMS = 256
_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|\d{1,3}|z\s*|u\{[0-9A-Fa-f]+\}|.)", re.DOTALL)
_TEXT_FUNCTIONS: Mapping[str, Callable[[str], str]] = {"lower": str.lower, "upper": str.upper}
_SAME = frozenset({"tostring", "assert", "string.lower", "string.upper"})
_MOST_OCTETS = 1 << 20


class LuaValues(LuaNames):
    """The literals, operators and tables of one Lua file."""

    # Literals ---------------------------------------------------------------------------------

    def _of_string(self, node: Node) -> Value:
        content = node.child_by_field_name("content")
        text = self.text(content) if content is not None else ""
        if text and self.text(node)[0] in "'\"":
            text = _ESCAPE.sub(lambda found: found[0][1] if found[0][1] in "\\\"'" else "?", text)
        return Text(self.line(node), text=text)

    def _of_number(self, node: Node) -> Value:
        try:
            return Number(self.line(node), number=int(self.text(node), 0))
        except ValueError:
            return UNKNOWN

    def _of_true(self, node: Node) -> Value:
        return Name(self.line(node), "literal", self.text(node))

    _of_false = _of_true

    def _of_nil(self, node: Node) -> Value:
        return NOTHING

    def _of_function_definition(self, node: Node) -> Value:
        return Name(self.line(node), "object", f"{LOCAL}{node.start_byte}")

    def _of_parenthesized_expression(self, node: Node) -> Value:
        inner = [child for child in node.named_children if child.type != "comment"]
        return self.value(inner[0]) if inner else UNKNOWN

    def _of_table_constructor(self, node: Node) -> Value:
        items: list[Value] = []
        pairs: dict[str, Value] = {}
        for field in [c for c in node.named_children if c.type == "field"][:_MOST_ITEMS]:
            key, value = field.child_by_field_name("name"), self.value(field.child_by_field_name("value"))
            if key is None:
                items.append(value)
                continue
            # { name = … } is a word, { [name] = … } an expression.
            computed = self.data[field.start_byte : field.start_byte + 1] == b"["
            for name in self.keys(key) if computed else [self.text(key)]:
                pairs[name] = value
        if items and not pairs:
            return Items(self.line(node), items=tuple(items))
        numbered = {str(index): item for index, item in enumerate(items, 1)}
        return Table(self.line(node), pairs={**numbered, **pairs})

    def keys(self, node: Node | None) -> list[str]:
        """Return the names that a table's key may be: strings, numbers, and constants by their own name."""
        known = options(self.value(node)) if node is not None else ()
        found = [k.text if isinstance(k, Text) else k.name for k in known if isinstance(k, Text | Name)]
        numbers = [str(k.number) for k in known if isinstance(k, Number)]
        return [name for name in (*found, *numbers) if UNREAD not in name]

    # Operators --------------------------------------------------------------------------------

    def _of_binary_expression(self, node: Node) -> Value:
        first, second = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        sign = self.text(operator) if operator is not None else ""
        left, right = self.value(first), self.value(second)
        if sign == "or":  # condition and one or other
            either = first is not None and self._is_conjunction(first)
            return choice([s for s in (left, right) if s != UNKNOWN]) if either else fallback(left, right)
        if sign == "and":
            return right
        if sign == "..":
            return joined([left, right], self.line(node))
        sign = "**" if sign == "^" else sign
        found = [operate(sign, a, b) for a in options(left) for b in options(right)]
        return choice([value for value in found if value != UNKNOWN])

    def _is_conjunction(self, node: Node) -> bool:
        while node.type == "parenthesized_expression" and node.named_children:
            node = node.named_children[0]
        operator = node.child_by_field_name("operator")
        return node.type == "binary_expression" and operator is not None and self.text(operator) == "and"

    def element(self, owner: Value, key: Node) -> Value:
        """Return what a table holds under a computed key; a key that was not read may be any of them."""
        known = options(self.value(key))
        if isinstance(owner, Table):
            names = self.keys(key)
            foreign = any(isinstance(k, Name) and k.name not in owner.pairs for k in known)  # a global, unread
            wanted = names if len(names) == len(known) and not foreign else list(owner.pairs)
            return choice([owner.pairs[name] for name in wanted if name in owner.pairs])
        if isinstance(owner, Items):
            numbers = [n.number if isinstance(n, Number) else None for n in known]
            return choice([item for at, item in enumerate(owner.items, 1) if None in numbers or at in numbers])
        return UNKNOWN

    # Standard functions -----------------------------------------------------------------------

    def builtin(self, name: str, passed: list[Node]) -> Value | None:
        """Return what Lua's own functions give that carry names, lengths and tables on; None for any other."""
        if name.endswith("require"):  # and what is built on it: stdnse.silent_require, prequire
            modules = [o.text for o in options(self.value(passed[0])) if isinstance(o, Text)] if passed else []
            named = [module.replace("/", ".") for module in modules if UNREAD not in module]
            return choice([Name(name=module, how="object") for module in named])
        if name in _SAME and passed:
            return self.on_text(self.value(passed[0]), name.rsplit(".", 1)[-1], passed[1:])
        if name in ("string.format", "string.rep") and passed:
            return self.on_text(self.value(passed[0]), name.rsplit(".", 1)[-1], passed[1:])
        if name in ("bit.bor", "bit32.bor"):
            return Items(items=tuple(self.value(argument) for argument in passed))
        if name == "table.concat" and passed:
            return self._concatenated(self.value(passed[0]), passed[1:])
        return None

    def on_text(self, value: Value, method: str, passed: list[Node]) -> Value:
        """Return what a function or method of strings gives."""
        if method in ("tostring", "assert"):
            return value
        found = [self._changed(option, method, passed) for option in options(value) if isinstance(option, Text)]
        return choice([one for one in found if one != UNKNOWN])

    def _changed(self, text: Text, method: str, passed: list[Node]) -> Value:
        if method in _TEXT_FUNCTIONS:
            return Text(text.line, text.how, _TEXT_FUNCTIONS[method](text.text))
        given = [self.value(argument) for argument in passed]
        if method == "format":
            texts = [
                str(g.number) if isinstance(g, Number) else g.text for g in given if isinstance(g, Number | Text)
            ]
            made = formatted(text, texts) if len(texts) == len(given) else None
            return made if made is not None else UNKNOWN
        if method == "rep" and given and isinstance(given[0], Number) and 0 <= given[0].number < _MOST_OCTETS:
            return Octets(text.line, text.how, len(text.text) * given[0].number)
        return UNKNOWN

    def _concatenated(self, value: Value, rest: list[Node]) -> Value:
        separator = self.value(rest[0]) if rest else Text(text="")
        made: list[Value] = []
        for option in options(value):
            if isinstance(option, Items) and option.items:
                made.append(joined([p for item in option.items for p in (separator, item)][1:], option.line))
        return choice(made)

    def field_of(self, owner: Value, name: str, place: Node) -> Value:
        """Return what a dotted name gives on a known table, module or object."""
        if isinstance(owner, Table):
            return owner.pairs.get(name, UNKNOWN)
        if isinstance(owner, Name) and not owner.name.startswith(LOCAL):
            return Name(self.line(place), "literal", f"{owner.name}.{name}", place.start_byte)
        made = self.owner_of(owner)
        if isinstance(owner, Call) and made is not None:
            found = self.bindings.get((made[0], f"{made[1]}.{name}"), [])[:8]
            return choice([self.bound(binding) for binding in found])
        return UNKNOWN
