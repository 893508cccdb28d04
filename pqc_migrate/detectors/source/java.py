"""Java source: what its calls, constants and expressions are known to be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    NOTHING,
    UNKNOWN,
    Call,
    Choice,
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
from pqc_migrate.detectors.source import engine
from pqc_migrate.detectors.source.java_calls import arguments
from pqc_migrate.detectors.source.java_objects import JavaObjects, unless_call
from pqc_migrate.detectors.source.objects_values import sized
from pqc_migrate.detectors.source.operations import operate, parsed
from pqc_migrate.detectors.source.settings import Maker, Settings
from pqc_migrate.detectors.source.unit import LOCAL, fallback
from pqc_migrate.model.target import SourceFile

_ESCAPE = re.compile(r"\\(?:u+([0-9a-fA-F]{4})|([0-7]{1,3})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "s": " ", "\n": ""}
_HEX = re.compile(r"[0-9a-fA-F]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_SAME_VALUE = frozenset({
    "valueOf", "copyValueOf", "parseInt", "requireNonNull", "unmodifiableList", "unmodifiableSet",
    "unmodifiableMap", "unmodifiableCollection",
})  # fmt: skip
_SAME_OBJECT = frozenset({
    "intern", "toString", "getId", "clone", "toCharArray", "get", "orElseThrow", "intValue", "longValue",
})  # fmt: skip
_HELD = frozenset({"get", "orElseThrow"})
"""Methods of holders, which read nothing out of a name that is not known."""
_HOLDERS = frozenset({"Optional.of", "Optional.ofNullable"})
_WRAPPERS = frozenset({"String", "Integer", "Long", "Short"})
_COPIES = frozenset({
    "ArrayList", "LinkedList", "Vector", "ArrayDeque", "HashSet", "LinkedHashSet", "TreeSet", "HashMap",
    "LinkedHashMap", "TreeMap", "ConcurrentHashMap",
})  # fmt: skip
"""Collections whose constructor copies another one."""
_LISTS = frozenset({"asList", "List.of", "Set.of", "Stream.of", "newArrayList", "newHashSet", "ImmutableList.of"})
_MAPS = frozenset({"Map.of", "ImmutableMap.of", "singletonMap"})
_DECODERS = frozenset({
    "decode", "decodeStrict", "decodeHex", "decodeBase64", "parseHex", "parseHexBinary", "parseBase64Binary",
})  # fmt: skip
_SETTINGS = frozenset({"getProperty", "getRequiredProperty", "getString", "getOrDefault"})


class JavaUnit(JavaObjects):
    """One Java file."""

    # Names ------------------------------------------------------------------------------------

    def _of_identifier(self, node: Node) -> Value:
        return self.placed(self.identifier(self.text(node), node.start_byte), node)

    def _of_method_reference(self, node: Node) -> Value:
        first, last = node.children[0], node.children[-1]
        owner = self.type_name(self.text(first), node.start_byte)
        if not owner or owner.startswith(LOCAL):
            return UNKNOWN
        if last.type == "new":
            return Name(self.line(first), "literal", owner, first.start_byte)
        return Name(self.line(last), "literal", f"{owner}.{self.text(last)}", last.start_byte)

    # Calls and creations ----------------------------------------------------------------------

    def _of_method_invocation(self, node: Node) -> Value:
        name = node.child_by_field_name("name")
        if name is None:
            return UNKNOWN
        found: list[Value] = [] if arguments(node) else self.components(node, self.text(name))
        for callee in self.callee(node) if not found else ():
            if callee.name.startswith(LOCAL):
                found.append(self.result_of(callee))
                continue
            known = self._known_call(node, callee.name)
            found.append(known if known is not None else self._call(node, name, callee))
        return choice([value for value in found if value != UNKNOWN])

    def _call(self, node: Node, name: Node, callee: Name | Call) -> Call:
        receiver = callee.receiver if isinstance(callee, Call) else None
        return Call(
            self.line(name), "object", callee.name, self.passed(node), {}, receiver,
            name.start_byte, node.start_byte, node.end_byte,
        )  # fmt: skip

    def _of_object_creation_expression(self, node: Node) -> Value:
        written = self.type_text(node)
        name = self.type_name(written, node.start_byte)
        kind = node.child_by_field_name("type")
        if not name or kind is None:
            return UNKNOWN
        if name.startswith(LOCAL):
            return self.made(name, node)
        token = _last_type_name(kind)
        passed = arguments(node)
        simple = self.text(token)
        if passed and (simple in _WRAPPERS or (simple in _COPIES and self._is_container(passed[0]))):
            return self.value(passed[0])
        if simple == "BigInteger":
            return parsed(self.passed(node))
        return Call(
            self.line(token), "object", name, self.passed(node), {}, None,
            token.start_byte, node.start_byte, node.end_byte,
        )  # fmt: skip

    def _is_container(self, node: Node) -> bool:
        return any(isinstance(option, Items | Table) for option in options(self.value(node)))

    def _known_call(self, node: Node, name: str) -> Value | None:
        """Return what the few methods of the JDK give that carry names and lengths on; None for any other."""
        method = name.rsplit(".", 1)[-1]
        passed, owner = arguments(node), node.child_by_field_name("object")
        if method in _SAME_OBJECT and owner is not None and not passed:
            built = self.built(owner) if method == "toString" else None
            kept = built if built is not None else unless_call(self.value(owner))
            return kept if method not in _HELD or isinstance(kept, Text | Number | Octets | Choice) else None
        if (method in _SAME_VALUE or _listed(name, _HOLDERS)) and len(passed) == 1:
            return self.value(passed[0])
        if method == "orElse" and len(passed) == 1 and owner is not None:
            return fallback(unless_call(self.value(owner)) or UNKNOWN, self.value(passed[0]))
        if _listed(name, _LISTS):
            return Items(self.line(node), items=self.passed(node))
        if _listed(name, _MAPS):
            return self.table(node, [(passed[i], passed[i + 1]) for i in range(0, len(passed) - 1, 2)])
        if method in ("get", "getOrDefault") and owner is not None and passed:
            return self.looked_up(owner, passed)
        if method in _SETTINGS and passed:
            kind = self.written_type(owner).rsplit(".", 1)[-1] if owner is not None else ""
            other = self.setting(kind, self.value(passed[0]), self.value(passed[1]) if len(passed) == 2 else None)
            put = self.put_under(owner, passed[0]) if owner is not None and kind in ("Properties", "") else UNKNOWN
            return other if put == UNKNOWN else choice([put, *([other] if other is not None else [])])
        if method in _DECODERS and passed and ("Hex" in name or "Base64" in name or "Binary" in method):
            return _decoded(self.value(passed[0]), "64" in name)
        if method == "copyOf" and len(passed) == 2:
            return sized(self.value(passed[1]), self.line(node))
        return self.text_call(method, owner, passed)

    # Literals and operators -------------------------------------------------------------------

    def _of_null_literal(self, node: Node) -> Value:
        return NOTHING

    def _of_string_literal(self, node: Node) -> Value:
        raw = self.text(node)
        body = raw[3:-3].lstrip(" \t\f").lstrip("\r\n") if raw.startswith('"""') else raw[1:-1]
        return Text(self.line(node), text=_ESCAPE.sub(_unescaped, body) if "\\" in body else body)

    def _of_character_literal(self, node: Node) -> Value:
        body = self.text(node)[1:-1]
        return Text(self.line(node), text=_ESCAPE.sub(_unescaped, body) if "\\" in body else body)

    def _of_decimal_integer_literal(self, node: Node) -> Value:
        text = self.text(node).rstrip("lL").replace("_", "")
        if re.fullmatch(r"0[0-7]+", text):
            text = f"0o{text[1:]}"
        try:
            return Number(self.line(node), number=int(text, 0))
        except ValueError:
            return UNKNOWN

    _of_hex_integer_literal = _of_octal_integer_literal = _of_binary_integer_literal = _of_decimal_integer_literal

    def _of_binary_expression(self, node: Node) -> Value:
        operator = node.child_by_field_name("operator")
        left, right = (self.value(node.child_by_field_name(side)) for side in ("left", "right"))
        sign = operator.type if operator is not None else ""
        found = [operate(sign, a, b) for a in options(left) for b in _operands(a, right, sign)]
        return choice([value for value in found if value != UNKNOWN])

    def _of_parenthesized_expression(self, node: Node) -> Value:
        return self.value(node.named_children[0]) if node.named_children else UNKNOWN

    def _of_ternary_expression(self, node: Node) -> Value:
        sides = [self.value(node.child_by_field_name(side)) for side in ("consequence", "alternative")]
        return choice([side for side in sides if side != UNKNOWN])

    def _of_cast_expression(self, node: Node) -> Value:
        inner = self.value(node.child_by_field_name("value"))
        return self.of_type(inner, self.type_text(node), node.start_byte)

    def _of_assignment_expression(self, node: Node) -> Value:
        operator, left = node.child_by_field_name("operator"), node.child_by_field_name("left")
        right = self.value(node.child_by_field_name("right"))
        if operator is None or operator.type != "+=":
            return right if operator is None or operator.type == "=" else UNKNOWN
        before = self.value(left) if left is not None else UNKNOWN
        found = [operate("+", a, b) for a in options(before) for b in _operands(a, right, "+")]
        return choice([value for value in found if value != UNKNOWN])

    def _of_switch_expression(self, node: Node) -> Value:
        body = node.child_by_field_name("body")
        found: list[Value] = []
        for rule in body.named_children if body is not None else []:
            last = rule.named_children[-1] if rule.named_children else None
            if last is None or rule.type not in ("switch_rule", "switch_block_statement_group"):
                continue
            if last.type == "block":
                last = last.named_children[-1] if last.named_children else last
            if last.type in ("expression_statement", "yield_statement") and last.named_children:
                found.append(self.value(last.named_children[0]))
        return choice([value for value in found if value != UNKNOWN])


def _listed(name: str, names: frozenset[str]) -> bool:
    return name.rsplit(".", 1)[-1] in names or ".".join(name.rsplit(".", 2)[-2:]) in names


def _decoded(value: Value, base64: bool) -> Value | None:
    """Return the length of the bytes that a hexadecimal or Base64 text stands for; None when it is not known."""
    found: list[Value] = []
    for option in options(value):
        text = option.text.strip() if isinstance(option, Text) else ""
        if base64 and len(text) % 4 == 0 and _BASE64.fullmatch(text):
            found.append(Octets(option.line, option.how, len(text) // 4 * 3 - text.count("=")))
        elif not base64 and len(text) % 2 == 0 and _HEX.fullmatch(text):
            found.append(Octets(option.line, option.how, len(text) // 2))
    return choice(found) if found else None


def _operands(left: Value, right: Value, sign: str) -> list[Value]:
    """Return the alternatives of an operand; a number joined to a text becomes one."""
    joined = sign == "+" and isinstance(left, Text)
    return [
        Text(option.line, option.how, str(option.number)) if joined and isinstance(option, Number) else option
        for option in options(right)
    ]


def _last_type_name(node: Node) -> Node:
    """Return the last simple name of a written type, generics left out."""
    while node.type in ("generic_type", "scoped_type_identifier") and node.named_children:
        node = node.named_children[0] if node.type == "generic_type" else node.named_children[-1]
    return node


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    if match[2]:
        return chr(int(match[2], 8))
    return _ESCAPED.get(match[3], match[3])


def _wants(file: SourceFile) -> bool:
    return file.language == "java" and engine.anchored(file, engine.anchors("java"))


def _detect(file: SourceFile) -> Iterator[Claim]:
    return engine.detect(file, "java", Maker(JavaUnit, Settings.of(file)))


DETECTOR = Detector("java", lambda: engine.anchors("java"), _wants, _detect)
