"""Kotlin source: what its calls, blocks, templates and literals are known to be; its libraries are Java's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    NOTHING,
    UNKNOWN,
    Call,
    Items,
    Number,
    Octets,
    Text,
    Value,
    choice,
    options,
)
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import engine, strings
from pqc_migrate.detectors.source.kotlin_names import KotlinNames, first, is_generic_call
from pqc_migrate.detectors.source.objects import Argument
from pqc_migrate.detectors.source.objects_values import sized
from pqc_migrate.detectors.source.operations import parsed
from pqc_migrate.detectors.source.settings import Maker, Settings
from pqc_migrate.detectors.source.unit import LOCAL
from pqc_migrate.model.target import SourceFile

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b"}
_ACCESSOR = re.compile(rb"[gs]et[A-Z]")
_TEMPLATE_NAME = re.compile(r"[A-Za-z_]\w*")
_SAME_OBJECT = frozenset({"apply", "also", "takeIf", "takeUnless", "onSuccess", "onFailure"})
_SAME_ARGUMENT = frozenset({"requireNotNull", "checkNotNull"})
_LAST_OF_BLOCK = frozenset({
    "run", "with", "let", "use", "lazy", "synchronized", "runCatching", "withContext", "runBlocking", "withLock",
})  # fmt: skip
_LISTS = frozenset({
    "listOf", "setOf", "arrayOf", "mutableListOf", "arrayListOf", "mutableSetOf", "hashSetOf", "sequenceOf",
    "asList", "listOfNotNull",
})  # fmt: skip
_MAPS = frozenset({"mapOf", "hashMapOf", "mutableMapOf", "linkedMapOf"})
_UNITS = {"bits": 1, "bytes": 8}
"""Properties that give a number a unit (``4096.bits``), in bits."""
_KEPT = frozenset({
    "getOrThrow", "getOrNull", "toTypedArray", "toList", "toSet", "toMutableList", "toString", "toInt", "toLong",
    "clone", "trim",
})  # fmt: skip


class KotlinUnit(KotlinNames):
    """One Kotlin file."""

    def _of_identifier(self, node: Node) -> Value:
        return NOTHING if self.text(node) == "null" else self.named(node)

    def _of_navigation_expression(self, node: Node) -> Value:
        parts = self.access(node)
        unit = _UNITS.get(self.text(parts[1])) if parts is not None else None
        counts = [o for o in options(self.value(parts[0])) if isinstance(o, Number)] if parts and unit else []
        if counts and unit:
            return choice([Number(count.line, count.how, count.number * unit) for count in counts])
        return self.accessed(node)

    def _of_this_expression(self, node: Node) -> Value:
        scope = self.enclosing_class(node.start_byte)
        return Call(name=f"{LOCAL}{self.classes[scope].start_byte}", how="object") if scope is not None else UNKNOWN

    def _of_callable_reference(self, node: Node) -> Value:
        return self.value(node.named_children[-1]) if node.named_children else UNKNOWN

    def spelled(self, words: frozenset[bytes]) -> frozenset[bytes]:
        """Return words of the catalog with the properties that stand for Java's getters and setters."""
        accessors = (word for word in words if _ACCESSOR.match(word))
        return words | {word[3:4].lower() + word[4:] for word in accessors}

    def setter(self, name: str) -> str:
        """Return the name of the method that sets a property."""
        return f"set{name[:1].upper()}{name[1:]}"

    def property_of(self, owner: Call, name: str, place: Node, node: Node) -> Value:
        """Return a property of a Java object: what its getter gives."""
        kind = self.type_of(owner)
        getter = f"{kind}.get{name[:1].upper()}{name[1:]}"
        return self.called_as(getter if self.knows(getter) else f"{kind}.{name}", owner, place, node, ())

    # Calls ------------------------------------------------------------------------------------

    def _of_call_expression(self, node: Node) -> Value:
        return self.called(node)

    def _of_enum_entry(self, node: Node) -> Value:
        return self.instance(self.made_by(node), self.arguments(node), node)

    def _of_object_literal(self, node: Node) -> Value:
        made = first(first(first(node, *_SPECIFIERS), *_SPECIFIERS), *_SPECIFIERS)
        return self.declared(self.text(made.named_children[0]), node.start_byte) if made is not None else UNKNOWN

    def known_call(self, owner: Node | None, method: str, passed: list[Argument], node: Node) -> Value | None:
        """Return what the standard functions give that carry names and lengths on; None for any other."""
        if method in _SAME_OBJECT and owner is not None:
            return self.value(owner)
        if method in _SAME_ARGUMENT and passed and owner is None:
            return self.value(passed[0].node)
        if method in _LAST_OF_BLOCK and passed and passed[-1].node.type == "lambda_literal":
            return self.value(passed[-1].node)
        if method in _LISTS:
            return self.items(node, [argument.node for argument in passed])
        if method in _MAPS:
            pairs = [a.node.named_children for a in passed if a.node.type == "infix_expression"]
            return self.table(node, [(pair[0], pair[2]) for pair in pairs if len(pair) == 3])
        if method == "ByteArray" and passed:
            return sized(self.value(passed[0].node), self.line(node))
        if method == "byteArrayOf":
            return Octets(self.line(node), length=len(passed))
        if owner is None and method in ("BigInteger", "String", "charArrayOf"):
            return self._made_of(method, list(self.positional(passed)), self.line(node))
        if method == "joinToString" and owner is not None:
            return self._joined_items(owner, list(self.positional(passed)), self.line(node))
        return self._on_literal(owner, method, passed) if owner is not None else None

    def _made_of(self, kind: str, passed: list[Value], line: int) -> Value | None:
        """Return the text or number that a constructor makes; None where it is another object."""
        if kind == "BigInteger":
            return parsed(passed)
        texts = [value for value in passed if isinstance(value, Text)]
        if not texts or len(texts) < len(passed):
            return None
        return texts[0] if kind == "String" else Text(line, text="".join(text.text for text in texts))

    def _joined_items(self, owner: Node, passed: list[Value], line: int) -> Value | None:
        """Return what ``listOf(a, b).joinToString(mark)`` makes of known texts."""
        items = [o.items for o in options(self.value(owner)) if isinstance(o, Items)]
        texts = [item.text for item in items[0] if isinstance(item, Text)] if len(items) == 1 else []
        marks = [value.text for value in passed if isinstance(value, Text)] or [", "]
        if not texts or len(texts) < len(items[0]) or len(passed) > 1:
            return None
        return Text(line, text=marks[0].join(texts))

    def _on_literal(self, owner: Node, method: str, passed: list[Argument]) -> Value | None:
        """Return what a method gives for strings, lists and maps; None on any other object."""
        if method in ("getProperty", "getString") and passed:
            made = [option.name for option in options(self.value(owner)) if isinstance(option, Call)]
            kind = next((kind for kind in ("Properties", "ResourceBundle") if kind in "".join(made)), "")
            default = self.value(passed[1].node) if len(passed) == 2 else None
            return self.setting(kind, self.value(passed[0].node), default) if kind else None
        if method in ("get", "getValue", "getOrDefault", "getOrElse") and passed:
            return self.looked_up(owner, passed[0].node)
        held = options(self.value(owner))
        if method in _KEPT and not any(isinstance(option, Call) for option in held):
            return choice([option for option in held if option != UNKNOWN])
        if method in ("copyOf", "copyOfRange") and passed:
            counts = [self.value(argument.node) for argument in passed]
            return sized(counts[0], self.line(owner)) if len(counts) == 1 else None
        texts = [option for option in held if isinstance(option, Text)]
        first_values = [options(self.value(argument.node))[0] for argument in passed]
        given = [value.text for value in first_values if isinstance(value, Text)]
        numbers = [value.number for value in first_values if isinstance(value, Number)]
        changed = [
            strings.split(text, given[0])
            if method == "split" and given
            else strings.changed(text, method, given) or strings.cut(text, method, numbers)
            for text in texts
        ]
        return choice([value for value in changed if value is not None]) if any(changed) else None

    # Blocks and conditions --------------------------------------------------------------------

    def _of_lambda_literal(self, node: Node) -> Value:
        return self.value(node.named_children[-1]) if node.named_children else UNKNOWN

    _of_block = _of_annotated_lambda = _of_getter = _of_lambda_literal

    def _of_parenthesized_expression(self, node: Node) -> Value:
        return self.value(node.named_children[0]) if node.named_children else UNKNOWN

    _of_value_argument = _of_lambda_literal

    def _of_if_expression(self, node: Node) -> Value:
        condition = node.child_by_field_name("condition")
        return self.any_of([child for child in node.named_children if child != condition])

    def _of_when_expression(self, node: Node) -> Value:
        entries = [child for child in node.named_children if child.type == "when_entry"]
        return self.any_of([entry.named_children[-1] for entry in entries if entry.named_children])

    def _of_try_expression(self, node: Node) -> Value:
        blocks = [child for child in node.named_children if child.type in ("block", "catch_block")]
        return self.any_of([block.named_children[-1] for block in blocks if block.named_children])

    def _of_unary_expression(self, node: Node) -> Value:
        return self.value(node.child_by_field_name("argument"))

    def _of_as_expression(self, node: Node) -> Value:
        kind = node.child_by_field_name("right")
        inner = self.value(node.child_by_field_name("left"))
        return self.of_type(inner, self.text(kind), node.start_byte) if kind is not None else inner

    def _of_assignment(self, node: Node) -> Value:
        left, right, sign = (node.child_by_field_name(field) for field in ("left", "right", "operator"))
        if sign is not None and sign.type == "+=":
            return self.operated("+", left, right)
        return self.put(left, right, node) if left is not None and right is not None else UNKNOWN

    def _of_return_expression(self, node: Node) -> Value:
        return self.value(node.named_children[-1]) if node.named_children else UNKNOWN

    def _of_throw_expression(self, node: Node) -> Value:
        return NOTHING

    # Operators and literals -------------------------------------------------------------------

    def _of_binary_expression(self, node: Node) -> Value:
        if is_generic_call(node):
            return self.called(node)
        left, right, sign = (node.child_by_field_name(field) for field in ("left", "right", "operator"))
        if sign is not None and sign.type == "?:":
            return self.any_of([side for side in (left, right) if side is not None])
        return self.operated(sign.type if sign is not None else "", left, right)

    def _of_infix_expression(self, node: Node) -> Value:
        if len(node.named_children) != 3:
            return UNKNOWN
        left, word, right = node.named_children
        return self.operated("<<" if self.text(word) == "shl" else "", left, right)

    def _of_index_expression(self, node: Node) -> Value:
        if len(node.named_children) < 2:
            return UNKNOWN
        return self.looked_up(node.named_children[0], node.named_children[1]) or UNKNOWN

    def _of_collection_literal(self, node: Node) -> Value:
        return self.items(node, node.named_children)

    def _of_number_literal(self, node: Node) -> Value:
        try:
            return Number(self.line(node), number=int(self.text(node).rstrip("uUlL").replace("_", ""), 0))
        except ValueError:
            return UNKNOWN

    def _of_character_literal(self, node: Node) -> Value:
        return Text(self.line(node), text=_ESCAPE.sub(_unescaped, self.text(node)[1:-1]))

    def _of_string_literal(self, node: Node) -> Value:
        raw = node.type == "multiline_string_literal"
        parts: list[str | Node | Value] = []
        dollar = False
        for child in node.named_children:
            text = self.text(child)
            match = _TEMPLATE_NAME.match(text) if dollar else None
            if dollar and match is None:
                parts.append("$")
            # The grammar does not see the name in "$NAME": it cuts the text behind the dollar.
            if match is not None:
                parts += [self.identifier(match[0], child.start_byte), text[match.end() :]]
            elif child.type == "interpolation":
                parts += child.named_children[:1]
            elif text != "$":
                parts.append(text if raw else _ESCAPE.sub(_unescaped, text))
            dollar = child.type == "string_content" and text == "$"
        return self.joined(self.line(node), parts)

    _of_multiline_string_literal = _of_string_literal


_SPECIFIERS = frozenset({"delegation_specifiers", "delegation_specifier", "constructor_invocation"})


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)) if match[1] else _ESCAPED.get(match[2], match[2])


def _wants(file: SourceFile) -> bool:
    return file.language == "kotlin" and engine.anchored(file, engine.anchors("java"))


def _detect(file: SourceFile) -> Iterator[Claim]:
    return engine.detect(file, "java", Maker(KotlinUnit, Settings.of(file)))


DETECTOR = Detector("kotlin", lambda: engine.anchors("java"), _wants, _detect)
