"""Swift source: what its calls, conditions, dictionaries and literals are known to be."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    choice,
    options,
)
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import engine, strings
from pqc_migrate.detectors.source.objects import Argument
from pqc_migrate.detectors.source.objects_values import sized
from pqc_migrate.detectors.source.swift_names import SwiftNames, c_constant, first, generic_call
from pqc_migrate.detectors.source.unit import LOCAL, Binding
from pqc_migrate.model.target import SourceFile

_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,8})\}|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_CONVERSIONS = frozenset({
    "CCHmacAlgorithm", "CCAlgorithm", "CCOperation", "CCOptions", "CCMode", "CCPadding", "CCPBKDFAlgorithm",
    "CCPseudoRandomAlgorithm", "CC_LONG", "Int", "Int32", "UInt", "UInt32", "UInt64", "size_t", "String",
    "NSString", "CFString", "NSNumber", "Data", "Array", "SSLProtocol",
})  # fmt: skip
_SAME = frozenset({"self", "rawValue", "bytes"})
TYPE_ARGUMENT = "<>"
"""The name under which a call carries the first type argument of the type it is called on."""


class SwiftUnit(SwiftNames):
    """One Swift file."""

    def _of_simple_identifier(self, node: Node) -> Value:
        return self._filled(node, self.named(node))

    def _filled(self, node: Node, value: Value) -> Value:
        """Return a dictionary with what is put into it later, as far as it is the same variable."""
        name = self.text(node)
        put = self.puts.get(name)
        if not put or not any(isinstance(option, Table | Items) for option in options(value)):
            return value
        declared = self.declaring(name, node.start_byte)
        pairs = [pair for pair in put if self.declaring(name, pair[0].start_byte) == declared]
        if not pairs:
            return value
        tables = [option for option in options(value) if isinstance(option, Table)] or [Table(value.line)]
        later = self.table(pairs[0][0], pairs).pairs
        return choice([replace(table, pairs={**table.pairs, **later}) for table in tables])

    def _of_user_type(self, node: Node) -> Value:
        name = self.type_name(self.text(node), node.start_byte)
        return Name(name=name) if name else UNKNOWN

    def _of_self_expression(self, node: Node) -> Value:
        scope = self.enclosing_class(node.start_byte)
        local = f"{LOCAL}{self.classes[scope].start_byte}" if scope is not None else ""
        return Call(name=local, how="object") if local else UNKNOWN

    def _of_navigation_expression(self, node: Node) -> Value:
        parts = self.access(node)
        if parts is not None and self.text(parts[1]) in _SAME:
            held = [option for option in options(self.value(parts[0])) if not isinstance(option, Call)]
            if held:
                return choice(held)
        return self.accessed(node)

    def literal_member(self, owner: Value, name: str) -> Value:
        """Return a property of a string."""
        if isinstance(owner, Text):
            if name == "utf8":
                return Octets(owner.line, owner.how, len(owner.text.encode("utf-8", "replace")))
            return owner if name == "description" else UNKNOWN
        return owner if name == "data" else UNKNOWN

    def bound(self, binding: Binding) -> Value:
        """Return what one binding gives its name; a case of an enum is an object with its raw value."""
        if binding.kind != "entry":
            return super().bound(binding)
        scope = self.enclosing_class(binding.offset)
        if scope is None:
            return UNKNOWN
        local = f"{LOCAL}{self.classes[scope].start_byte}"
        plain = "String" in self.bases_written(scope)
        implied = Text(text=binding.name) if plain else UNKNOWN
        raw = self.value(binding.node) if binding.node is not None else implied
        return Call(name=local, how="object", named={"rawValue": raw})

    # Calls ------------------------------------------------------------------------------------

    def _of_call_expression(self, node: Node) -> Value:
        called = self.callee(node)
        if called is None:
            return UNKNOWN
        if called.type == "lambda_literal":
            return self.returned(called)
        if called.type in ("array_literal", "dictionary_literal"):
            return self._typed_literal(called, node)
        held = options(self.value(called)) if called.type == "simple_identifier" else ()
        passed = self.arguments(node)
        if len(passed) == 1 and any(isinstance(option, Table | Items) for option in held):
            return self.looked_up(called, passed[0].node) or UNKNOWN
        return self.called(node)

    _of_constructor_expression = _of_call_expression

    def _typed_literal(self, called: Node, node: Node) -> Value:
        """Return what ``[UInt8](repeating: 0, count: 16)`` and ``[String: Any]()`` make."""
        if called.type == "dictionary_literal":
            return Table(self.line(node))
        passed = {argument.label: argument.node for argument in self.arguments(node)}
        if "count" in passed:
            return sized(self.value(passed["count"]), self.line(node))
        return self.value(passed[""]) if "" in passed else Items(self.line(node))

    def called_as(
        self, name: str, receiver: Value | None, place: Node, node: Node, passed: list[Argument] | tuple[()]
    ) -> Call:
        """Return a call of a library's function with its arguments, the type's own argument among them."""
        made = super().called_as(name, receiver, place, node, passed)
        kind = self._type_argument(node)
        return replace(made, named={**made.named, TYPE_ARGUMENT: self.value(kind)}) if kind is not None else made

    def positional(self, passed: list[Argument] | tuple[()]) -> tuple[Value, ...]:
        """Return all arguments in their order: labels do not change a position."""
        return tuple(self.value(argument.node) for argument in passed)

    def _type_argument(self, node: Node) -> Node | None:
        callee, made = self.callee(node), generic_call(node)
        if callee is None or made is not None:
            return made[0] if made is not None else None
        if callee.type == "prefix_expression":
            generic = self.generic(callee)
            return generic[1] if generic is not None else None
        written = callee if callee.type == "user_type" else callee.child_by_field_name("target")
        listed = first(written, "type_arguments") if written is not None and written.type == "user_type" else None
        return first(listed, "user_type")

    def known_call(self, owner: Node | None, method: str, passed: list[Argument], node: Node) -> Value | None:
        """Return what the standard functions give that carry names and lengths on; None for any other."""
        labels = {argument.label: argument.node for argument in passed}
        if owner is None:
            if "count" in labels and method in ("Data", "Array"):
                return sized(self.value(labels["count"]), self.line(node))
            if method == "String" and "format" in labels:
                return self._on_texts(labels["format"], "format", passed[1:])
            if method in _CONVERSIONS and len(passed) == 1 and passed[0].label in ("", "value", "utf8String"):
                return self.value(passed[0].node)
            return None
        if method == "data" and "using" in labels:
            return self._on_texts(owner, "getBytes", [])
        return self._on_texts(owner, method, passed)

    def _on_texts(self, owner: Node, method: str, passed: list[Argument]) -> Value | None:
        """Return what a method gives for a string; None on any other object."""
        texts = [option for option in options(self.value(owner)) if isinstance(option, Text)]
        firsts = [options(self.value(argument.node))[0] for argument in passed]
        given = [value.text for value in firsts if isinstance(value, Text)]
        changed = [strings.changed(text, method, given) for text in texts]
        return choice([value for value in changed if value is not None]) if any(changed) else None

    # Blocks and conditions --------------------------------------------------------------------

    def _of_statements(self, node: Node) -> Value:
        return self.value(node.named_children[-1]) if node.named_children else UNKNOWN

    def _of_if_statement(self, node: Node) -> Value:
        kinds = ("statements", "if_statement")
        return self.any_of([child for child in node.named_children if child.type in kinds])

    def _of_switch_statement(self, node: Node) -> Value:
        entries = [first(child, "statements") for child in node.named_children if child.type == "switch_entry"]
        return self.any_of([entry for entry in entries if entry is not None])

    def _of_ternary_expression(self, node: Node) -> Value:
        sides = (node.child_by_field_name(field) for field in ("if_true", "if_false"))
        return self.any_of([side for side in sides if side is not None])

    def _of_nil_coalescing_expression(self, node: Node) -> Value:
        sides = (node.child_by_field_name(field) for field in ("value", "if_nil"))
        return self.any_of([side for side in sides if side is not None])

    def _of_control_transfer_statement(self, node: Node) -> Value:
        return self.value(node.child_by_field_name("result"))

    def _of_try_expression(self, node: Node) -> Value:
        return self.value(node.child_by_field_name("expr"))

    _of_await_expression = _of_try_expression

    def _of_as_expression(self, node: Node) -> Value:
        kind = node.child_by_field_name("name")
        inner = self.value(node.child_by_field_name("expr"))
        return self.of_type(inner, self.text(kind), node.start_byte) if kind is not None else inner

    def _of_postfix_expression(self, node: Node) -> Value:
        return self.value(node.child_by_field_name("target"))

    def _of_prefix_expression(self, node: Node) -> Value:
        sign, target = node.child_by_field_name("operation"), node.child_by_field_name("target")
        if target is None or sign is None or sign.type != ".":
            return self.value(target) if sign is not None and sign.type == "&" else UNKNOWN
        name = self.text(target)
        constant = c_constant(name)
        full = constant if self.knows(constant) else f"*.{name}"
        return Name(self.line(target), "literal", full, target.start_byte)

    def _of_tuple_expression(self, node: Node) -> Value:
        values = node.children_by_field_name("value") or node.named_children
        return self.value(values[0]) if len(values) == 1 else UNKNOWN

    def _of_assignment(self, node: Node) -> Value:
        target, result = node.child_by_field_name("target"), node.child_by_field_name("result")
        left = target.named_children[0] if target is not None and target.named_children else None
        return self.put(left, result, node) if left is not None and result is not None else UNKNOWN

    # Operators and literals -------------------------------------------------------------------

    def _of_comparison_expression(self, node: Node) -> Value:
        if generic_call(node) is not None:
            return self.called(node)
        inner = node.child_by_field_name("rhs")
        call = inner.child_by_field_name("rhs") if inner is not None and inner.type == node.type else None
        return self.value(call)

    def _of_additive_expression(self, node: Node) -> Value:
        left, sign, right = (node.child_by_field_name(field) for field in ("lhs", "op", "rhs"))
        return self.operated(self.text(sign) if sign is not None else "", left, right)

    _of_multiplicative_expression = _of_additive_expression

    def _of_bitwise_operation(self, node: Node) -> Value:
        left, sign, right = (node.child_by_field_name(field) for field in ("lhs", "op", "rhs"))
        if sign is None or sign.type != "|" or left is None or right is None:
            return self._of_additive_expression(node)
        found = [option for side in (left, right) for option in options(self.value(side))]
        flags = [flag for one in found for flag in (one.items if isinstance(one, Items) else (one,))]
        return Items(self.line(node), items=tuple(flags))

    def _of_array_literal(self, node: Node) -> Value:
        return self.items(node, node.children_by_field_name("element"))

    def _of_dictionary_literal(self, node: Node) -> Value:
        keys, values = node.children_by_field_name("key"), node.children_by_field_name("value")
        return self.table(node, list(zip(keys, values, strict=False)))

    def _of_integer_literal(self, node: Node) -> Value:
        try:
            return Number(self.line(node), number=int(self.text(node).replace("_", ""), 0))
        except ValueError:
            return UNKNOWN

    def _of_nil_literal(self, node: Node) -> Value:
        return NOTHING

    def _of_line_string_literal(self, node: Node) -> Value:
        parts: list[str | Node | Value] = []
        for child in node.named_children:
            if child.type == "interpolated_expression":
                value = child.child_by_field_name("value")
                parts += [value] if value is not None else [UNKNOWN]
            else:
                text = self.text(child)
                parts.append(_ESCAPE.sub(_unescaped, text) if child.type == "str_escaped_char" else text)
        return self.joined(self.line(node), parts)

    _of_multi_line_string_literal = _of_line_string_literal

    def _of_raw_string_literal(self, node: Node) -> Value:
        return Text(self.line(node), text=self.text(node).strip("#")[1:-1])


def _unescaped(match: re.Match[str]) -> str:
    return chr(min(int(match[1], 16), 0x10FFFF)) if match[1] else _ESCAPED.get(match[2], match[2])


def _wants(file: SourceFile) -> bool:
    return file.language == "swift" and engine.anchored(file, engine.anchors("swift"))


def _detect(file: SourceFile) -> Iterator[Claim]:
    return engine.detect(file, "swift", SwiftUnit)


DETECTOR = Detector("swift", lambda: engine.anchors("swift"), _wants, _detect)
