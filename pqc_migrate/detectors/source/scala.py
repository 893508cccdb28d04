"""Scala source: what its calls, blocks, interpolations and literals are known to be; its libraries are Java's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    NOTHING,
    UNKNOWN,
    Call,
    Name,
    Number,
    Octets,
    Text,
    Value,
    choice,
    options,
)
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import engine, strings
from pqc_migrate.detectors.source.objects import Argument
from pqc_migrate.detectors.source.objects_values import sized
from pqc_migrate.detectors.source.scala_names import ScalaNames
from pqc_migrate.detectors.source.unit import LOCAL
from pqc_migrate.model.target import SourceFile

_ESCAPE = re.compile(r"\\(?:u+([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b"}
_CONVERSION = re.compile(r"%[-\d.]*[sd]")
_LISTS = frozenset({"Seq", "List", "Set", "Vector", "IndexedSeq", "Array", "Stream", "LazyList", "Iterator"})
_HOLDERS = frozenset({"Some", "Option", "Try", "Right", "Success"})
_MAPS = frozenset({"Map", "HashMap", "ListMap"})
_KEPT = frozenset({"get", "toArray", "toList", "toSeq", "toSet", "clone", "head", "toInt", "toLong"})


class ScalaUnit(ScalaNames):
    """One Scala file."""

    def _of_identifier(self, node: Node) -> Value:
        if self.text(node) == "this":
            scope = self.enclosing_class(node.start_byte)
            local = f"{LOCAL}{self.classes[scope].start_byte}" if scope is not None else ""
            return Call(name=local, how="object") if local else UNKNOWN
        return self.named(node)

    _of_type_identifier = _of_identifier

    def _of_stable_identifier(self, node: Node) -> Value:
        name = self.type_name(self.text(node), node.start_byte)
        return Name(name=name) if name else UNKNOWN

    def _of_field_expression(self, node: Node) -> Value:
        return self.accessed(node)

    def _of_generic_function(self, node: Node) -> Value:
        function, types = node.child_by_field_name("function"), node.child_by_field_name("type_arguments")
        parts = self.access(function) if function is not None else None
        if parts is not None and types is not None and self.text(parts[1]) == "asInstanceOf":
            return self.of_type(self.value(parts[0]), self.text(types).strip("[]"), node.start_byte)
        return self.value(function)

    def literal_member(self, owner: Value, name: str) -> Value:
        """Return what a method without arguments gives for a string; lists and options keep what they hold."""
        if isinstance(owner, Text):
            return strings.changed(owner, name, []) or (owner if name in _KEPT else UNKNOWN)
        return owner if name in _KEPT else UNKNOWN

    # Calls ------------------------------------------------------------------------------------

    def _of_call_expression(self, node: Node) -> Value:
        found, callee = self.called(node), self.callee(node)
        passed = self.arguments(node)
        if found != UNKNOWN or callee is None or callee.type == "call_expression" or len(passed) != 1:
            return found
        return self.looked_up(callee, passed[0].node) or UNKNOWN

    _of_instance_expression = _of_call_expression

    def _of_simple_enum_case(self, node: Node) -> Value:
        scope, clause = self.enclosing_class(node.start_byte), node.child_by_field_name("extend")
        if scope is None:
            return UNKNOWN
        passed = self.arguments(clause) if clause is not None else []
        return self.instance(f"{LOCAL}{self.classes[scope].start_byte}", passed, node)

    def known_call(self, owner: Node | None, method: str, passed: list[Argument], node: Node) -> Value | None:
        """Return what the standard functions give that carry names and lengths on; None for any other."""
        given = [argument.node for argument in passed]
        if owner is None:
            return self._built(method, given, node)
        if self.text(owner) == "Array" and method in ("ofDim", "fill") and given:
            return sized(self.value(given[0]), self.line(node))
        if method == "apply":
            built = self._built(self.text(owner), given, node)
            return built if built is not None or not given else self.looked_up(owner, given[0])
        if method in ("getOrElse", "get", "orElse") and given:
            held = self.looked_up(owner, given[0]) if len(given) > 1 or method == "get" else self.value(owner)
            known = [option for option in options(held or UNKNOWN) if option != UNKNOWN]
            return choice([*known, *options(self.value(given[-1]))]) if known and method != "get" else held
        return self._on_literal(owner, method, given)

    def _built(self, method: str, given: list[Node], node: Node) -> Value | None:
        if method == "Array" and node.type == "instance_expression" and given:
            return sized(self.value(given[0]), self.line(node))
        if method == "Array" and "[Byte]" in self.text(node)[:16]:
            return Octets(self.line(node), length=len(given))
        if method in _LISTS:
            return self.items(node, given)
        if method in _HOLDERS and len(given) == 1:
            return self.value(given[0])
        if method in _MAPS:
            pairs = [_pair(argument) for argument in given]
            return self.table(node, [pair for pair in pairs if pair is not None])
        if method == "String" and node.type == "instance_expression" and given:
            return self.value(given[0])
        return None

    def _on_literal(self, owner: Node, method: str, given: list[Node]) -> Value | None:
        """Return what a method gives for a string; None on any other object."""
        held = options(self.value(owner))
        if method in _KEPT and not given and not any(isinstance(option, Call) for option in held):
            return choice([option for option in held if option != UNKNOWN])
        texts = [option for option in held if isinstance(option, Text)]
        first = [options(self.value(argument))[0] for argument in given]
        known = [value.text for value in first if isinstance(value, Text)]
        changed = [strings.changed(text, method, known) for text in texts]
        return choice([value for value in changed if value is not None]) if any(changed) else None

    def _of_method_value(self, node: Node) -> Value:
        return self.value(node.named_children[0]) if node.named_children else UNKNOWN

    # Blocks and conditions --------------------------------------------------------------------

    def _of_block(self, node: Node) -> Value:
        return self.value(node.named_children[-1]) if node.named_children else UNKNOWN

    _of_indented_block = _of_lambda_expression = _of_block

    def _of_parenthesized_expression(self, node: Node) -> Value:
        return self.value(node.named_children[0]) if node.named_children else UNKNOWN

    _of_return_expression = _of_parenthesized_expression

    def _of_if_expression(self, node: Node) -> Value:
        sides = (node.child_by_field_name(field) for field in ("consequence", "alternative"))
        return self.any_of([side for side in sides if side is not None])

    def _of_match_expression(self, node: Node) -> Value:
        return self.value(node.child_by_field_name("body"))

    def _of_case_block(self, node: Node) -> Value:
        return self.any_of([child for child in node.named_children if child.type == "case_clause"])

    _of_indented_cases = _of_case_block

    def _of_case_clause(self, node: Node) -> Value:
        bodies = [body for body in node.children_by_field_name("body") if body.is_named]
        return self.value(bodies[-1]) if bodies else UNKNOWN

    def _of_try_expression(self, node: Node) -> Value:
        caught = [child.named_children[0] for child in node.named_children if child.type == "catch_clause"]
        body = node.child_by_field_name("body")
        return self.any_of([*([body] if body is not None else []), *caught])

    def _of_throw_expression(self, node: Node) -> Value:
        return NOTHING

    _of_null_literal = _of_wildcard = _of_throw_expression

    # Operators and literals -------------------------------------------------------------------

    def _of_infix_expression(self, node: Node) -> Value:
        left, sign, right = (node.child_by_field_name(field) for field in ("left", "operator", "right"))
        operator = self.text(sign) if sign is not None else ""
        return self.operated("+" if operator == "++" else operator, left, right)

    def _of_tuple_expression(self, node: Node) -> Value:
        return self.items(node, node.named_children)

    def _of_integer_literal(self, node: Node) -> Value:
        try:
            return Number(self.line(node), number=int(self.text(node).rstrip("lL").replace("_", ""), 0))
        except ValueError:
            return UNKNOWN

    def _of_string(self, node: Node) -> Value:
        raw = self.text(node)
        if raw.startswith('"""'):
            return Text(self.line(node), text=raw[3:-3])
        return Text(self.line(node), text=_ESCAPE.sub(_unescaped, raw[1:-1]))

    def _of_interpolated_string_expression(self, node: Node) -> Value:
        body, kind = node.named_children[-1], self.text(node.named_children[0])
        quotes = 3 if self.text(body).startswith('"""') else 1
        at, parts = body.start_byte + quotes, list[str | Node | Value]()
        for child in [*body.named_children, None]:
            end = child.start_byte if child is not None else body.end_byte - quotes
            text = self.data[at:end].decode("utf-8", "replace").replace("$$", "$")
            if kind == "f" and parts:
                text = _CONVERSION.sub("", text, count=1)
            parts.append(text if quotes == 3 or kind == "raw" else _ESCAPE.sub(_unescaped, text))
            if child is not None:
                parts += child.named_children[:1]
                at = child.end_byte
        return self.joined(self.line(node), parts)


def _pair(node: Node) -> tuple[Node, Node] | None:
    """Return key and value of ``key -> value`` or ``(key, value)``."""
    if node.type == "tuple_expression" and len(node.named_children) == 2:
        return node.named_children[0], node.named_children[1]
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    return (left, right) if left is not None and right is not None else None


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else _ESCAPED.get(match[2], match[2])


def _wants(file: SourceFile) -> bool:
    return file.language == "scala" and engine.anchored(file, engine.anchors("java"))


def _detect(file: SourceFile) -> Iterator[Claim]:
    return engine.detect(file, "java", ScalaUnit)


DETECTOR = Detector("scala", lambda: engine.anchors("java"), _wants, _detect)
