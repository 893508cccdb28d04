"""What PHP's literals, operators, arrays and the functions that carry names on give."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    NOTHING,
    UNKNOWN,
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
from pqc_migrate.detectors.source.php_names import PhpNames
from pqc_migrate.detectors.source.unit import fallback

_ESCAPE = re.compile(r"\\([\\'\"$ntr])")
_MOST_ITEMS = 256
_TEXT_FUNCTIONS: Mapping[str, Callable[[str], str]] = {
    "strtolower": str.lower, "strtoupper": str.upper, "mb_strtolower": str.lower, "mb_strtoupper": str.upper,
    "trim": str.strip, "strval": str, "lcfirst": lambda text: text[:1].lower() + text[1:],
    "ucfirst": lambda text: text[:1].upper() + text[1:],
}  # fmt: skip


class PhpValues(PhpNames):
    """The literals, constants and operators of one PHP file."""

    def _of_name(self, node: Node) -> Value:
        """Return a constant of the file, else of PHP: what a namespace does not define is global."""
        return self._constant(self.text(node), node)

    def _of_qualified_name(self, node: Node) -> Value:
        return self._constant(self.text(node).strip("\\").replace("\\", "."), node.named_children[-1])

    def _constant(self, name: str, place: Node) -> Value:
        bindings = self.bindings.get((0, name), [])
        found = choice([self.bound(b) for b in bindings if b.kind in ("value", "import")][:8])
        return self.placed(found if found != UNKNOWN else Name(name=name), place)

    # Literals and operators -------------------------------------------------------------------

    def _of_string(self, node: Node) -> Value:
        return Text(self.line(node), text=_ESCAPE.sub(r"\1", self.text(node)[1:-1]))

    def _of_encapsed_string(self, node: Node) -> Value:
        return joined([self._part(child) for child in node.named_children], self.line(node))

    def _of_heredoc(self, node: Node) -> Value:
        body = node.child_by_field_name("value")
        parts = body.named_children if body is not None else []
        return joined([self._part(child) for child in parts], self.line(node))

    def _part(self, node: Node) -> Value:
        if node.type == "escape_sequence":
            return Text(text=_ESCAPE.sub(r"\1", self.text(node)))
        return Text(text=self.text(node)) if node.type == "string_content" else self.value(node)

    def _of_integer(self, node: Node) -> Value:
        text = self.text(node).replace("_", "").lower()
        octal = len(text) > 1 and text.isdigit() and text[0] == "0"
        try:
            return Number(self.line(node), number=int(text, 8) if octal else int(text, 0))
        except ValueError:
            return UNKNOWN

    def _of_boolean(self, node: Node) -> Value:
        return Name(self.line(node), "literal", self.text(node).lower())

    def _of_null(self, node: Node) -> Value:
        return NOTHING

    def _of_binary_expression(self, node: Node) -> Value:
        left, right = (self.value(node.child_by_field_name(side)) for side in ("left", "right"))
        operator = node.child_by_field_name("operator")
        sign = self.text(operator) if operator is not None else ""
        if sign == ".":
            return joined([left, right], self.line(node))
        if sign in ("??", "||", "or"):
            return fallback(left, right)
        if sign == "|":
            flags = [side.items if isinstance(side, Items) else (side,) for side in (left, right)]
            return Items(self.line(node), items=(*flags[0], *flags[1]))
        found = [self._operated(sign, a, b) for a in options(left) for b in options(right)]
        return choice([value for value in found if value != UNKNOWN])

    def _operated(self, sign: str, left: Value, right: Value) -> Value:
        if sign == "+" and isinstance(left, Table) and isinstance(right, Table):
            return Table(left.line, pairs={**right.pairs, **left.pairs})
        return operate(sign, left, right)

    def _of_conditional_expression(self, node: Node) -> Value:
        body, other = node.child_by_field_name("body"), self.value(node.child_by_field_name("alternative"))
        if body is None:  # $given ?: "default"
            return fallback(self.value(node.child_by_field_name("condition")), other)
        return choice([side for side in (self.value(body), other) if side != UNKNOWN])

    def _of_match_expression(self, node: Node) -> Value:
        block = node.child_by_field_name("body")
        arms = block.named_children[:16] if block is not None else []
        found = [self.value(arm.child_by_field_name("return_expression")) for arm in arms]
        return choice([value for value in found if value != UNKNOWN])

    def _of_parenthesized_expression(self, node: Node) -> Value:
        return self.value(node.named_children[-1]) if node.named_children else UNKNOWN

    _of_error_suppression_expression = _of_clone_expression = _of_parenthesized_expression
    _of_cast_expression = _of_reference_modifier = _of_parenthesized_expression

    def _of_assignment_expression(self, node: Node) -> Value:
        return self.value(node.child_by_field_name("right"))

    _of_augmented_assignment_expression = _of_assignment_expression

    def _of_array_creation_expression(self, node: Node) -> Value:
        elements = [c for c in node.named_children if c.type == "array_element_initializer"][:_MOST_ITEMS]
        items: list[Value] = []
        pairs: dict[str, Value] = {}
        for element in elements:
            parts = [child for child in element.named_children if child.type not in ("comment", "by_ref")]
            if len(parts) == 2:
                for key in self.keys(parts[0]):
                    pairs[key] = self.value(parts[1])
            elif parts and parts[0].type == "variadic_unpacking" and parts[0].named_children:
                inner = self.value(parts[0].named_children[0])
                pairs.update(inner.pairs if isinstance(inner, Table) else {})
                items.extend(inner.items if isinstance(inner, Items) else ())
            elif parts:
                items.append(self.value(parts[0]))
        keyed = any(len(element.named_children) == 2 for element in elements) or bool(pairs)
        if keyed or not items:
            return Table(self.line(node), pairs=pairs)
        return Items(self.line(node), items=tuple(items))

    def _of_subscript_expression(self, node: Node) -> Value:
        if len(node.named_children) < 2:
            return UNKNOWN
        owner, key = self.value(node.named_children[0]), self.value(node.named_children[1])
        found: list[Value] = []
        for option in options(owner):
            if isinstance(option, Table):
                # A key that was not read may be any of them.
                known = self.keys(node.named_children[1])
                wanted = known if len(known) == len(options(key)) else list(option.pairs)
                found.extend(option.pairs[k] for k in wanted if k in option.pairs)
            elif isinstance(option, Items):
                numbers = [n.number if isinstance(n, Number) else None for n in options(key)]
                found.extend(item for at, item in enumerate(option.items) if None in numbers or at in numbers)
        return choice(found)

    # Functions that carry names, lengths and arrays on -----------------------------------------

    def builtin(self, name: str, passed: list[Node]) -> Value | None:
        """Return what the functions of PHP give that carry names, lengths and arrays on; None for any other."""
        if not passed:
            return None
        if name in _TEXT_FUNCTIONS:
            texts = [option for option in options(self.value(passed[0])) if isinstance(option, Text)]
            changed = [Text(text.line, text.how, _TEXT_FUNCTIONS[name](text.text)) for text in texts]
            return choice([*changed]) if changed else UNKNOWN
        if name == "constant" and len(passed) == 1:
            named = [
                option.text.strip("\\") for option in options(self.value(passed[0])) if isinstance(option, Text)
            ]
            return choice([self._constant(name, passed[0]) for name in named if name.isidentifier()])
        if name == "sprintf":
            return self._formatted(passed)
        if name in ("array_merge", "array_replace"):
            return self._merged([self.value(argument) for argument in passed])
        if name in ("hex2bin", "str_repeat", "base64_decode"):
            return self._octets(name, passed)
        return None

    def _formatted(self, passed: list[Node]) -> Value:
        pattern = self.value(passed[0])
        if not isinstance(pattern, Text):
            return UNKNOWN
        pieces = re.split(r"%[sdu]", pattern.text)
        if len(pieces) != len(passed):
            return UNKNOWN
        parts: list[Value] = [Text(text=pieces[0])]
        for argument, piece in zip(passed[1:], pieces[1:], strict=True):
            parts += [self.value(argument), Text(text=piece)]
        return joined(parts, pattern.line)

    def _merged(self, arrays: list[Value]) -> Value:
        """Return several arrays as one; when one of them was not read, others may hold under its keys."""
        tables = [option for array in arrays for option in options(array) if isinstance(option, Table)]
        pairs = {key: held for table in tables for key, held in table.pairs.items()}
        merged = Table(tables[0].line if tables else 0, pairs=pairs)
        read = all(isinstance(option, Table) for array in arrays for option in options(array))
        return merged if read else choice([merged, UNKNOWN])

    def _octets(self, name: str, passed: list[Node]) -> Value:
        text = self.value(passed[0])
        if not isinstance(text, Text):
            return UNKNOWN
        if name == "hex2bin":
            return Octets(text.line, text.how, len(text.text) // 2)
        if name == "base64_decode":
            return Octets(text.line, text.how, len(text.text.rstrip("=")) * 3 // 4)
        count = self.value(passed[1]) if len(passed) > 1 else UNKNOWN
        if isinstance(count, Number) and len(text.text) == 1 and 0 <= count.number < 1 << 20:
            return Octets(text.line, text.how, count.number)
        return UNKNOWN
