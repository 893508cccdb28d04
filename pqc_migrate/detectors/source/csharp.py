"""C# source: what its calls, creations, set properties, templates and literals are known to be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    NOTHING,
    UNKNOWN,
    Call,
    Items,
    Name,
    Number,
    Octets,
    Text,
    Value,
    as_default,
    choice,
    options,
)
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import engine
from pqc_migrate.detectors.source.csharp_calls import CSharpCalls
from pqc_migrate.detectors.source.csharp_names import first
from pqc_migrate.detectors.source.csharp_projects import Project
from pqc_migrate.detectors.source.objects import Argument
from pqc_migrate.detectors.source.objects_values import sized
from pqc_migrate.detectors.source.unit import LOCAL
from pqc_migrate.model.target import SourceFile

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_PLACE = re.compile(r"\{(\d+)(?:[,:][^{}]*)?\}")
_SUFFIX = re.compile(r"[uUlL]+$")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_SAME_OBJECT = frozenset(
    {"ConfigureAwait", "ToArray", "ToList", "AsSpan", "AsMemory", "Clone", "GetAwaiter", "GetResult"}
)
_SAME_TEXT = frozenset({"ToString", "Trim", "TrimStart", "TrimEnd", "Normalize"})
_LOWER = frozenset({"ToLower", "ToLowerInvariant"})
_UPPER = frozenset({"ToUpper", "ToUpperInvariant"})
_LISTS = re.compile(r"^(?:System\.Collections\.Generic\.)?(?:List|HashSet|Collection|Queue|SortedSet)\s*<")
_MAPS = re.compile(r"^(?:System\.Collections\.\w+\.)?(?:\w*Dictionary)\s*<")
_MOST_ITEMS = 64


class CSharpUnit(CSharpCalls):
    """One C# file."""

    def _of_identifier(self, node: Node) -> Value:
        return self.named(node)

    def _of_member_access_expression(self, node: Node) -> Value:
        return self.accessed(node)

    _of_qualified_name = _of_conditional_access_expression = _of_member_access_expression

    def _of_alias_qualified_name(self, node: Node) -> Value:
        name = node.child_by_field_name("name")
        return Name(self.line(node), "literal", self.text(name), name.start_byte) if name is not None else UNKNOWN

    def _of_generic_name(self, node: Node) -> Value:
        return self.value(node.named_children[0]) if node.named_children else UNKNOWN

    def _of_this(self, node: Node) -> Value:
        scope = self.enclosing_class(node.start_byte)
        return Call(name=f"{LOCAL}{self.classes[scope].start_byte}", how="object") if scope is not None else UNKNOWN

    def any_of(self, nodes: list[Node]) -> Value:
        """Return a value that is any of several expressions; next to one from out of sight, others are defaults."""
        values = [self.value(node) for node in nodes]
        found = choice([value for value in values if value != UNKNOWN])
        return found if UNKNOWN not in values else as_default(found)

    def literal_member(self, owner: Value, name: str) -> Value:
        """Return the length of a byte array or list."""
        if name in ("Length", "Count", "LongLength") and isinstance(owner, Octets | Items):
            return Number(owner.line, owner.how, owner.length if isinstance(owner, Octets) else len(owner.items))
        return UNKNOWN

    # Calls and creations ----------------------------------------------------------------------

    def _of_invocation_expression(self, node: Node) -> Value:
        return self.called(node)

    def _of_object_creation_expression(self, node: Node) -> Value:
        kind = node.child_by_field_name("type")
        if kind is None:
            return UNKNOWN
        written, held = self.text(kind), node.child_by_field_name("initializer")
        if held is not None and _LISTS.match(written):
            return self.items(node, held.named_children)
        if held is not None and _MAPS.match(written):
            return self.table(node, self._pairs(held))
        name = self.type_name(written, node.start_byte)
        place = self.place_of(self.bare(kind))
        return self._created(name, place, node) if name else UNKNOWN

    def _created(self, name: str, place: Node, node: Node) -> Value:
        if name.startswith(LOCAL):
            return self.instance(name, self.arguments(node), node)
        if name in ("String", "System.String"):
            return UNKNOWN
        return self.called_as(name, None, place, node, self.arguments(node))

    def _of_implicit_object_creation_expression(self, node: Node) -> Value:
        """Return what ``new(…)`` makes: an object of the type that its variable is declared with."""
        parent = node.parent
        held = parent.parent if parent is not None and parent.type == "variable_declarator" else parent
        kind = held.child_by_field_name("type") if held is not None else None
        if kind is not None:
            name = self.type_name(self.text(kind), node.start_byte)
            return self._created(name, self.place_of(self.bare(kind)), node) if name else UNKNOWN
        left = parent.child_by_field_name("left") if parent is not None else None
        known = [option for option in options(self.value(left)) if isinstance(option, Call)]
        return self._created(self.type_of(known[0]), node, node) if known else UNKNOWN

    def _pairs(self, held: Node) -> list[tuple[Node, Node]]:
        """Return keys and values of ``{ ["a"] = b, { "c", d } }``."""
        found: list[tuple[Node, Node]] = []
        for child in held.named_children[:_MOST_ITEMS]:
            left, right = child.child_by_field_name("left"), child.child_by_field_name("right")
            argument = first(left, "argument")
            if argument is not None and right is not None and argument.named_children:
                found.append((argument.named_children[-1], right))
            elif child.type == "initializer_expression" and len(child.named_children) == 2:
                found.append((child.named_children[0], child.named_children[1]))
        return found

    def _of_assignment_expression(self, node: Node) -> Value:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return UNKNOWN
        made = self.initialized(node)
        if made is None:
            return self.put(left, right, node)
        found: list[Value] = []
        for option in options(self.value(made)):
            kind = self.type_of(option)
            full = f"{kind}.{self.text(left)}" if kind else f"*.{self.text(left)}"
            receiver = option if isinstance(option, Call) else None
            found.append(self.called_as(full, receiver, left, node, [Argument(right)]))
        return choice(found)

    def instance(self, name: str, passed: list[Argument], node: Node) -> Value:
        """Return an object of a class of this file, with what its creation sets."""
        held = node.child_by_field_name("initializer") or first(node, "initializer_expression")
        named = dict(self.labelled(passed))
        for child in held.named_children[:_MOST_ITEMS] if held is not None else ():
            left, right = child.child_by_field_name("left"), child.child_by_field_name("right")
            if left is not None and left.type == "identifier":
                named[self.text(left)] = self.value(right)
        return Call(self.line(node), "object", name, self.positional(passed), named)

    def known_call(self, owner: Node | None, method: str, passed: list[Argument], node: Node) -> Value | None:
        """Return what the few methods of .NET give that carry names and lengths on; None for any other."""
        if owner is None:
            return None
        written = self.text(owner)
        if method == "GetBytes" and "Encoding" in written and passed:
            texts = [o for o in options(self.value(passed[0].node)) if isinstance(o, Text)]
            return choice([Octets(t.line, t.how, len(t.text.encode("utf-8", "replace"))) for t in texts])
        if method in ("FromBase64String", "FromHexString") and passed:
            return _decoded(self.value(passed[0].node), "64" in method)
        if method in ("Format", "Concat", "Join") and written.lower() in ("string", "system.string"):
            return self._formatted(method, passed, node)
        if method in ("Parse", "ToInt32") and written in ("int", "Convert", "Int32") and passed:
            return choice([o for o in options(self.value(passed[0].node)) if isinstance(o, Number)])
        if method == "MapNameToOID" and passed:
            return self.value(passed[0].node)
        held = options(self.value(owner))
        if method in _SAME_OBJECT and not any(self.knows(f"{self.type_of(option)}.{method}") for option in held):
            return choice(list(held))
        if method in ("GetValueOrDefault", "TryGetValue") and passed:
            return self.looked_up(owner, passed[0].node)
        return _changed([option for option in held if isinstance(option, Text)], method)

    def _formatted(self, method: str, passed: list[Argument], node: Node) -> Value:
        if method == "Concat":
            return self.joined(self.line(node), [argument.node for argument in passed])
        if method != "Format" or not passed:
            return UNKNOWN
        found: list[Value] = []
        for pattern in options(self.value(passed[0].node)):
            if isinstance(pattern, Text):
                pieces = _PLACE.split(pattern.text)
                parts: list[str | Node | Value] = list(pieces)
                for index in range(1, len(pieces), 2):
                    place = int(pieces[index]) + 1
                    parts[index] = passed[place].node if place < len(passed) else UNKNOWN
                found.append(self.joined(self.line(node), parts))
        return choice([value for value in found if value != UNKNOWN])

    # Arrays -----------------------------------------------------------------------------------

    def _of_array_creation_expression(self, node: Node) -> Value:
        kind, held = node.child_by_field_name("type"), first(node, "initializer_expression")
        if kind is None:
            return UNKNOWN
        octets = self.text(kind).split("[", 1)[0].strip() in ("byte", "Byte", "System.Byte")
        if held is not None:
            return self._array(node, held.named_children, octets)
        rank = kind.child_by_field_name("rank")
        if octets and rank is not None and len(rank.named_children) == 1:
            return sized(self.value(rank.named_children[0]), self.line(node))
        return UNKNOWN

    _of_stackalloc_expression = _of_array_creation_expression

    def _array(self, node: Node, elements: list[Node], octets: bool) -> Value:
        listed = [child for child in elements if child.type != "comment"]
        return Octets(self.line(node), length=len(listed)) if octets else self.items(node, listed)

    def _of_initializer_expression(self, node: Node) -> Value:
        declaration = node.parent.parent if node.parent is not None else None
        written = self.written_type(declaration) if declaration is not None else ""
        return self._array(node, node.named_children, written.startswith("byte["))

    def _of_implicit_array_creation_expression(self, node: Node) -> Value:
        held = first(node, "initializer_expression")
        return self.items(node, held.named_children) if held is not None else UNKNOWN

    def _of_collection_expression(self, node: Node) -> Value:
        elements = [first(child, "expression_element") or child for child in node.named_children]
        inner = [element.named_children[0] for element in elements if element.named_children]
        declaration = node.parent.parent if node.parent is not None else None
        written = self.written_type(declaration) if declaration is not None else ""
        return self._array(node, inner, written.startswith("byte["))

    def _of_element_access_expression(self, node: Node) -> Value:
        owner, listed = node.child_by_field_name("expression"), node.child_by_field_name("subscript")
        argument = first(listed, "argument")
        if owner is None or argument is None or not argument.named_children:
            return UNKNOWN
        return self.looked_up(owner, argument.named_children[-1]) or UNKNOWN

    # Branches and conversions -----------------------------------------------------------------

    def _of_conditional_expression(self, node: Node) -> Value:
        sides = [node.child_by_field_name(side) for side in ("consequence", "alternative")]
        return self.any_of([side for side in sides if side is not None])

    def _of_switch_expression(self, node: Node) -> Value:
        arms = [child for child in node.named_children if child.type == "switch_expression_arm"]
        return self.any_of([arm.named_children[-1] for arm in arms])

    def _of_await_expression(self, node: Node) -> Value:
        return self.value(node.named_children[-1]) if node.named_children else UNKNOWN

    _of_parenthesized_expression = _of_arrow_expression_clause = _of_checked_expression = _of_await_expression
    _of_postfix_unary_expression = _of_ref_expression = _of_await_expression

    def _of_cast_expression(self, node: Node) -> Value:
        return self.of_type(self.value(node.child_by_field_name("value")), self.written_type(node), node.start_byte)

    def _of_as_expression(self, node: Node) -> Value:
        kind, left = node.child_by_field_name("right"), node.child_by_field_name("left")
        return self.of_type(self.value(left), self.text(kind) if kind is not None else "", node.start_byte)

    def _of_lambda_expression(self, node: Node) -> Value:
        body = node.child_by_field_name("body")
        return self.value(body) if body is not None and body.type != "block" else UNKNOWN

    def _of_binary_expression(self, node: Node) -> Value:
        left, right, sign = (node.child_by_field_name(field) for field in ("left", "right", "operator"))
        if sign is not None and sign.type == "??":
            return self.any_of([side for side in (left, right) if side is not None])
        if sign is not None and sign.type == "|" and left is not None and right is not None:
            return self._flags(node, left, right)
        return self.operated(sign.type if sign is not None else "", left, right)

    def _flags(self, node: Node, left: Node, right: Node) -> Value:
        """Return joined flags as a list of them."""
        found: list[Value] = []
        for side in (left, right):
            for option in options(self.value(side)):
                found += option.items if isinstance(option, Items) else [option]
        return Items(self.line(node), items=tuple(found[:_MOST_ITEMS]))

    # Literals ---------------------------------------------------------------------------------

    def _of_null_literal(self, node: Node) -> Value:
        return NOTHING

    _of_default_expression = _of_throw_expression = _of_null_literal

    def _of_boolean_literal(self, node: Node) -> Value:
        return Name(self.line(node), "literal", self.text(node))

    def _of_integer_literal(self, node: Node) -> Value:
        text = _SUFFIX.sub("", self.text(node).replace("_", ""))
        try:
            return Number(self.line(node), number=int(text, 0 if text[:2].lower() in ("0x", "0b") else 10))
        except ValueError:
            return UNKNOWN

    def _of_string_literal(self, node: Node) -> Value:
        body = self.text(node)
        body = body[1 : body.rindex('"')]
        return Text(self.line(node), text=_ESCAPE.sub(_unescaped, body) if "\\" in body else body)

    def _of_verbatim_string_literal(self, node: Node) -> Value:
        body = self.text(node)
        return Text(self.line(node), text=body[body.index('"') + 1 : body.rindex('"')].replace('""', '"'))

    def _of_raw_string_literal(self, node: Node) -> Value:
        content = first(node, "raw_string_content")
        return Text(self.line(node), text=self.text(content).strip() if content is not None else "")

    def _of_interpolated_string_expression(self, node: Node) -> Value:
        parts: list[str | Node | Value] = []
        for child in node.named_children:
            if child.type in ("string_content", "interpolation_string_content"):
                parts.append(self.text(child))
            elif child.type == "escape_sequence":
                parts.append(_ESCAPE.sub(_unescaped, self.text(child)))
            elif child.type == "interpolation":
                inner = [c for c in child.named_children if c.type != "interpolation_brace"]
                parts.append(inner[0] if len(inner) == 1 else UNKNOWN)
        return self.joined(self.line(node), parts)


def _changed(texts: list[Text], method: str) -> Value | None:
    """Return what a method without arguments makes of known texts; None when it is not one of these."""
    if not texts or method not in _SAME_TEXT | _LOWER | _UPPER:
        return None
    change = str.lower if method in _LOWER else str.upper if method in _UPPER else str.strip
    return choice([Text(text.line, text.how, change(text.text)) for text in texts])


def _decoded(value: Value, base64: bool) -> Value:
    """Return the length of the bytes that a hexadecimal or Base64 text stands for."""
    found: list[Value] = []
    for option in options(value):
        text = option.text.strip() if isinstance(option, Text) else ""
        if base64 and text and len(text) % 4 == 0 and _BASE64.fullmatch(text):
            found.append(Octets(option.line, option.how, len(text) // 4 * 3 - text.count("=")))
        elif not base64 and _HEX.fullmatch(text):
            found.append(Octets(option.line, option.how, len(text) // 2))
    return choice(found)


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    return chr(min(int(code, 16), 0x10FFFF)) if code else _ESCAPED.get(match[4], match[4])


@dataclass(frozen=True)
class _Make:
    """Makes the unit of a file, which looks into the files around it, and those of the others, which do not."""

    file: SourceFile = field(compare=False)

    def __call__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> CSharpUnit:
        unit = CSharpUnit(data, type_of, knows)
        if data is self.file.data:
            unit.project = Project(self.file)
        return unit

    def for_file(self, file: SourceFile) -> _Make:
        """Return what makes the unit of another file as one that looks into the files around it."""
        return _Make(file)


def _wants(file: SourceFile) -> bool:
    return file.language == "csharp" and engine.anchored(file, engine.anchors("csharp"))


def _detect(file: SourceFile) -> Iterator[Claim]:
    return engine.detect(file, "csharp", _Make(file))


DETECTOR = Detector("csharp", lambda: engine.anchors("csharp"), _wants, _detect)
