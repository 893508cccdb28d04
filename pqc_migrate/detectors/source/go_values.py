"""What the expressions of a Go file are known to be."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    NOTHING,
    UNKNOWN,
    Call,
    Items,
    Name,
    Number,
    Octets,
    Table,
    Text,
    Value,
    as_default,
    choice,
    options,
)
from pqc_migrate.detectors.source.go_names import GoNames
from pqc_migrate.detectors.source.operations import operate
from pqc_migrate.detectors.source.unit import LOCAL

_ESCAPE = re.compile(r"\\(?:[abfnrtv\\'\"]|x[0-9a-fA-F]{2}|[0-7]{3}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})")


_FLAGS = {
    f"{package}.{kind}{suffix}": place
    for package in ("flag", "github.com/spf13/pflag")
    for kind in ("Int", "Int64", "Uint", "Uint64", "String")
    for suffix, place in (("", 1), ("P", 2))
}
"""Functions that declare an option of the command line, and the position of its default."""
CONVERSIONS = frozenset(
    {"string", "byte", "int", "uint", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"}
)


_POINTER = re.compile(
    r"^(?:to|aws|tea|common|proto|utils?|ptr|pointer)\.(?:To|To_)?(?:Ptr|String|StringPtr|StringRef|Int|Int32|Int64|Int64Ptr|Pointer)$"
)
"""Helpers of cloud SDKs that return a pointer to what they are given."""


class GoValues(GoNames):
    """The expressions of one Go file."""

    # Expressions ------------------------------------------------------------------------------

    def _of_identifier(self, node: Node) -> Value:
        return self.placed(self.identifier(self.text(node), node.start_byte), node)

    def _of_selector_expression(self, node: Node) -> Value:
        operand, field = node.child_by_field_name("operand"), node.child_by_field_name("field")
        if operand is None or field is None:
            return UNKNOWN
        name = self.text(field)
        return choice([self._member_of(option, name, field) for option in options(self.value(operand))])

    def _member_of(self, owner: Value, name: str, field: Node) -> Value:
        line, offset = self.line(field), field.start_byte
        if isinstance(owner, Name):
            return Name(line, "literal", f"{owner.name}.{name}", offset)
        if isinstance(owner, Call):
            kind = self.type_of(owner)
            if name in owner.named:
                return owner.named[name]
            held = self.field_of(kind, name)
            if held is not None:
                return held
            return Call(line, "object", f"{kind}.{name}", receiver=owner, offset=offset)
        return Name(line, "literal", f"*.{name}", offset)

    def _of_call_expression(self, node: Node) -> Value:
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None:
            return UNKNOWN
        passed = [c for c in arguments.named_children if c.type != "comment"] if arguments is not None else []
        plain = self.text(function) if function.type == "identifier" else ""
        if plain == "make":
            return self._made(passed, node)
        if plain == "new" and passed:
            return Call(self.line(node), "object", self.type_name(passed[0]))
        if len(passed) == 1 and (plain in CONVERSIONS or plain in self.types):
            return self.value(passed[0])
        if len(passed) == 1 and _POINTER.search(self.text(function)):
            return self.value(passed[0])
        found: list[Value] = []
        for callee in options(self.value(function)):
            if isinstance(callee, Name) and callee.name.startswith(LOCAL):
                found.append(self.returned(self._definition(callee)))
            elif isinstance(callee, Name | Call):
                found.append(self._call(callee, node, function, passed))
        return choice(found)

    def _of_assignment_statement(self, node: Node) -> Value:
        """Return ``object.Field = value`` as a call of the field with the value."""
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None or len(left.named_children) != 1 or len(right.named_children) != 1:
            return UNKNOWN
        target, field = left.named_children[0], left.named_children[0].child_by_field_name("field")
        operand = target.child_by_field_name("operand")
        if operand is None or field is None:
            return UNKNOWN
        span = (field.start_byte, node.start_byte, node.end_byte)
        args = (self.value(right.named_children[0]),)
        owners = [owner for owner in options(self.value(operand)) if isinstance(owner, Call)]
        names = [f"{self.type_of(owner)}.{self.text(field)}" for owner in owners]
        made = [Call(self.line(field), "object", n, args, {}, o, *span) for n, o in zip(names, owners, strict=True)]
        return choice([one for one in made if self.knows(one.name)])

    def _made(self, passed: list[Node], node: Node) -> Value:
        length = self.value(passed[1]) if len(passed) > 1 and self.text(passed[0]) == "[]byte" else UNKNOWN
        if isinstance(length, Name) and self.texts.get(length.name, "").isdigit():
            return Octets(self.line(node), "constant", int(self.texts[length.name]))
        return Octets(self.line(node), length.how, length.number) if isinstance(length, Number) else UNKNOWN

    def _call(self, callee: Name | Call, node: Node, function: Node, passed: list[Node]) -> Value:
        place = function.child_by_field_name("field") or function
        receiver = callee.receiver if isinstance(callee, Call) else None
        known = [] if self.knows(callee.name) else self._methods(callee, self.text(place))
        if len(known) == 1:
            return self.returned(known[0])
        args = tuple(self.value(child) for child in passed)
        default = _FLAGS.get(callee.name)
        if default is not None and default < len(args):
            return as_default(args[default])
        return Call(
            self.line(place),
            "object",
            callee.name,
            args,
            {},
            receiver,
            place.start_byte,
            node.start_byte,
            node.end_byte,
        )

    def _methods(self, callee: Name | Call, name: str) -> list[Node]:
        """Return the methods of this file that a call may mean; none for what another package makes or defines."""
        found = [method for method in self.functions.get(name, []) if method.type == "method_declaration"]
        owner = callee.name.rpartition(".")[0]
        if isinstance(callee, Name):
            return [] if "/" in owner else found
        if owner not in self.types:
            return [] if "." in owner else found
        own = [method for method in found if self.receiver_type(method) == owner]
        return own or found  # promoted from an embedded struct, or an interface of this file

    def _definition(self, callee: Name) -> Node | None:
        offset = int(callee.name.removeprefix(LOCAL).split(".", 1)[0])
        node = self.root.descendant_for_byte_range(offset, offset + 1)
        return node.parent if node is not None else None

    def returned(self, definition: Node | None) -> Value:
        """Return what a function of this file returns first: its value, or else its declared type."""
        if definition is None:
            return UNKNOWN
        firsts = [
            listed.named_children[0]
            for node in self.returns.get(self.scope_of(definition), [])[:8]
            for listed in node.named_children[:1]
            if listed.named_children
        ]
        found = [value for value in map(self.value, firsts) if value != UNKNOWN]
        if found:
            return choice(found)
        result = definition.child_by_field_name("result")
        if result is not None and result.type == "parameter_list" and result.named_children:
            result = result.named_children[0].child_by_field_name("type")
        name = self.type_name(result) if result is not None else ""
        return Call(name=name, how="object") if name else UNKNOWN

    def _of_composite_literal(self, node: Node) -> Value:
        kind, body = node.child_by_field_name("type"), node.child_by_field_name("body")
        if kind is None or body is None:
            return UNKNOWN
        elements = [child for child in body.named_children if child.type != "comment"]
        if kind.type in ("slice_type", "array_type", "implicit_length_array_type"):
            return self._sequence(kind, elements, node)
        if kind.type == "map_type":
            return Table(self.line(node), pairs=self._pairs_of(elements, self._key))
        place = kind.child_by_field_name("name") or kind
        return self._struct(self.type_name(kind), elements, place, node)

    def _struct(self, name: str, elements: list[Node], place: Node, node: Node) -> Call:
        pairs = self._pairs_of(elements, self.text)
        args = tuple(self.value(child) for child in elements if child.type == "literal_element")
        if args and len(args) == len(self.order.get(name, ())):
            pairs, args = dict(zip(self.order[name], args, strict=True)), ()
        span = (place.start_byte, node.start_byte, node.end_byte)
        return Call(self.line(place), "object", name, args, pairs, None, *span)

    def _sequence(self, kind: Node, elements: list[Node], node: Node) -> Value:
        element = kind.child_by_field_name("element")
        if element is not None and self.text(element) in ("byte", "uint8"):
            return Octets(self.line(node), length=len(elements))
        values = []
        for child in elements:
            part = child.child_by_field_name("value") if child.type == "keyed_element" else child
            values.append(self._element(part, element))
        return Items(self.line(node), items=tuple(values))

    def _element(self, part: Node | None, kind: Node | None) -> Value:
        """Return a member of a list; ``{…}`` alone is of the list's own type."""
        inner = part.named_children[0] if part is not None and part.named_children else None
        if inner is None or kind is None or inner.type != "literal_value":
            return self.value(part)
        name = self.type_name(kind)
        elements = [child for child in inner.named_children if child.type != "comment"]
        return replace(self._struct(name, elements, inner, inner), offset=-1) if name else UNKNOWN

    def _pairs_of(self, elements: list[Node], spelled: Callable[[Node], str]) -> dict[str, Value]:
        pairs: dict[str, Value] = {}
        for child in elements:
            if child.type != "keyed_element":
                continue
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            if key is not None and value is not None and key.named_children:
                pairs[spelled(key.named_children[0])] = self.value(value)
        return pairs

    def _key(self, node: Node) -> str:
        """Return the key of a map as it is looked up by: the text or number behind a constant, else its name."""
        known = self.value(node)
        return (
            known.text
            if isinstance(known, Text)
            else str(known.number)
            if isinstance(known, Number)
            else self.text(node)
        )

    def _of_literal_element(self, node: Node) -> Value:
        return self.value(node.named_children[0]) if node.named_children else UNKNOWN

    _of_parenthesized_expression = _of_literal_element

    def _of_unary_expression(self, node: Node) -> Value:
        operator = node.child_by_field_name("operator")
        return self.value(node.child_by_field_name("operand")) if self._is(operator, "&", "*") else UNKNOWN

    def _is(self, node: Node | None, *texts: str) -> bool:
        return node is not None and self.text(node) in texts

    def _of_binary_expression(self, node: Node) -> Value:
        left, right = (self.value(node.child_by_field_name(side)) for side in ("left", "right"))
        operator = node.child_by_field_name("operator")
        sign = self.text(operator) if operator is not None else ""
        found = [operate(sign, a, b) for a in options(left) for b in options(right)]
        return choice([value for value in found if value != UNKNOWN])

    def _of_type_conversion_expression(self, node: Node) -> Value:
        kind, operand = node.child_by_field_name("type"), node.child_by_field_name("operand")
        value = self.value(operand)
        if kind is not None and self.text(kind) == "[]byte" and isinstance(value, Text):
            return Octets(value.line, value.how, len(value.text.encode("utf-8", "replace")))
        return value

    def _of_type_assertion_expression(self, node: Node) -> Value:
        kind = node.child_by_field_name("type")
        name = self.type_name(kind) if kind is not None else ""
        return Call(name=name, how="object") if name else UNKNOWN

    def _of_slice_expression(self, node: Node) -> Value:
        owner = self.value(node.child_by_field_name("operand"))
        start, end = node.child_by_field_name("start"), node.child_by_field_name("end")
        if start is None and end is None:
            return owner
        first, last = self.value(start), self.value(end)
        low = first.number if isinstance(first, Number) else 0 if start is None else None
        high = last.number if isinstance(last, Number) else None
        if high is None and end is None and isinstance(owner, Octets):
            high = owner.length
        return Octets(self.line(node), length=high - low) if low is not None and high is not None else UNKNOWN

    def _of_index_expression(self, node: Node) -> Value:
        owner = self.value(node.child_by_field_name("operand"))
        index = node.child_by_field_name("index")
        key = self.value(index)
        if isinstance(owner, Table):
            named = self._key(index) if index is not None else ""
            if isinstance(key, Text | Number) or named in owner.pairs:
                return owner.pairs.get(named, UNKNOWN)
            return _any(list(owner.pairs.values()))
        if isinstance(owner, Items):
            if isinstance(key, Number):
                return owner.items[key.number] if 0 <= key.number < len(owner.items) else UNKNOWN
            return _any(list(owner.items))
        return UNKNOWN

    def _of_interpreted_string_literal(self, node: Node) -> Value:
        body = self.text(node)[1:-1]
        return Text(self.line(node), text=_ESCAPE.sub(_unescape, body))

    def _of_raw_string_literal(self, node: Node) -> Value:
        return Text(self.line(node), text=self.text(node)[1:-1])

    def _of_func_literal(self, node: Node) -> Value:
        """Return what a function without parameters returns: ``func() hash.Hash { return sha256.New() }``."""
        parameters = node.child_by_field_name("parameters")
        return UNKNOWN if parameters is None or parameters.named_children else self.returned(node)

    def _of_nil(self, node: Node) -> Value:
        return NOTHING

    def _of_int_literal(self, node: Node) -> Value:
        text = self.text(node).replace("_", "").lower()
        if len(text) > 1 and text[0] == "0" and text[1].isdigit():
            text = f"0o{text[1:]}"
        try:
            return Number(self.line(node), number=int(text, 0))
        except ValueError:
            return UNKNOWN


def _unescape(match: re.Match[str]) -> str:
    text = match[0]
    if text[1] in "xuU":
        return chr(min(int(text[2:], 16), 0x10FFFF))
    return chr(int(text[1:], 8)) if text[1].isdigit() else text[1]


def _any(values: list[Value]) -> Value:
    """Return an entry of a table that is not known: its entries are uses, looking one of them up is none."""
    found = choice(values)
    return found if len(options(found)) == 1 else UNKNOWN
