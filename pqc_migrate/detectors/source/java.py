"""Java source: what its calls, constants and expressions are known to be."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import engine
from pqc_migrate.detectors.source.java_calls import arguments
from pqc_migrate.detectors.source.java_texts import JavaTexts
from pqc_migrate.detectors.source.operations import operate
from pqc_migrate.detectors.source.settings import Maker, Settings
from pqc_migrate.detectors.source.unit import LOCAL
from pqc_migrate.model.target import SourceFile

_ESCAPE = re.compile(r"\\(?:u+([0-9a-fA-F]{4})|([0-7]{1,3})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "s": " ", "\n": ""}
_HEX = re.compile(r"[0-9a-fA-F]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_SAME_VALUE = frozenset({
    "valueOf", "parseInt", "requireNonNull", "unmodifiableList", "unmodifiableSet", "unmodifiableMap",
    "unmodifiableCollection",
})  # fmt: skip
_SAME_OBJECT = frozenset({"trim", "strip", "intern", "toString", "getId", "clone", "toCharArray"})
_LISTS = frozenset({"asList", "List.of", "Set.of", "Stream.of", "newArrayList", "newHashSet", "ImmutableList.of"})
_MAPS = frozenset({"Map.of", "ImmutableMap.of", "singletonMap"})
_DECODERS = frozenset({
    "decode", "decodeStrict", "decodeHex", "decodeBase64", "parseHex", "parseHexBinary", "parseBase64Binary",
})  # fmt: skip
_SETTINGS = frozenset({"getProperty", "getRequiredProperty", "getString", "getOrDefault"})
_MOST_ITEMS = 64


class JavaUnit(JavaTexts):
    """One Java file."""

    # Names ------------------------------------------------------------------------------------

    def _of_identifier(self, node: Node) -> Value:
        return self.placed(self.identifier(self.text(node), node.start_byte), node)

    def _of_this(self, node: Node) -> Value:
        scope = self.enclosing_class(node.start_byte)
        return Call(name=f"{LOCAL}{self.classes[scope].start_byte}", how="object") if scope is not None else UNKNOWN

    def _of_field_access(self, node: Node) -> Value:
        owner, field = node.child_by_field_name("object"), node.child_by_field_name("field")
        if owner is None or field is None:
            return UNKNOWN
        if field.type == "this":
            return self._of_this(node)
        name = self.text(field)
        if owner.type in ("this", "super"):
            return self._field(self.enclosing_class(node.start_byte), name, field)
        return choice([self._field_of(option, name, field) for option in options(self.value(owner))])

    def _field_of(self, owner: Value, name: str, field: Node) -> Value:
        if isinstance(owner, Name | Call) and owner.name.startswith(LOCAL):
            return self._field(self.local_class(owner.name), name, field)
        if isinstance(owner, Name):
            return Name(self.line(field), "literal", f"{owner.name}.{name}", field.start_byte)
        if isinstance(owner, Octets) and name == "length":
            return Number(owner.line, owner.how, owner.length)
        if isinstance(owner, Items) and name == "length":
            return Number(owner.line, owner.how, len(owner.items))
        return UNKNOWN

    def _field(self, scope: int | None, name: str, field: Node) -> Value:
        if scope is None:
            return UNKNOWN
        found = self.attribute(scope, name)
        return self.placed(found, field) if found is not None else UNKNOWN

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
        found: list[Value] = []
        for callee in self.callee(node):
            if callee.name.startswith(LOCAL):
                found.append(self._returned(callee))
                continue
            known = self._known_call(node, callee.name)
            found.append(known if known is not None else self._call(node, name, callee))
        return choice([value for value in found if value != UNKNOWN])

    def _call(self, node: Node, name: Node, callee: Name | Call) -> Call:
        receiver = callee.receiver if isinstance(callee, Call) else None
        return Call(
            self.line(name), "object", callee.name, self._passed(node), {}, receiver,
            name.start_byte, node.start_byte, node.end_byte,
        )  # fmt: skip

    def _passed(self, node: Node) -> tuple[Value, ...]:
        return tuple(self.value(argument) for argument in arguments(node)[:_MOST_ITEMS])

    def _returned(self, callee: Name | Call) -> Value:
        """Return what a method of this file returns, at least an object of its declared type."""
        method = self.local(callee.name)
        if method is None:
            return UNKNOWN
        nodes = [node for node in self.returns.get(self.scope_of(method), [])[:8] if node.named_children]
        found = choice([self.value(node.named_children[0]) for node in nodes])
        return self.of_type(found, self.type_text(method), method.start_byte)

    def _of_object_creation_expression(self, node: Node) -> Value:
        written = self.type_text(node)
        name = self.type_name(written, node.start_byte)
        kind = node.child_by_field_name("type")
        if not name or kind is None:
            return UNKNOWN
        if name.startswith(LOCAL):
            return Call(self.line(node), "object", name)
        token = _last_type_name(kind)
        if name.endswith("String") and arguments(node):
            return self.value(arguments(node)[0])
        return Call(
            self.line(token), "object", name, self._passed(node), {}, None,
            token.start_byte, node.start_byte, node.end_byte,
        )  # fmt: skip

    def _of_enum_constant(self, node: Node) -> Value:
        scope = self.enclosing_class(node.start_byte)
        if scope is None:
            return UNKNOWN
        return Call(self.line(node), "object", f"{LOCAL}{self.classes[scope].start_byte}")

    def _known_call(self, node: Node, name: str) -> Value | None:
        """Return what the few methods of the JDK give that carry names and lengths on; None for any other."""
        method = name.rsplit(".", 1)[-1]
        passed, owner = arguments(node), node.child_by_field_name("object")
        if method in _SAME_OBJECT and owner is not None and not passed:
            built = self.built(owner) if method == "toString" else None
            return built if built is not None else _unless_call(self.value(owner))
        if method in _SAME_VALUE and len(passed) == 1:
            return self.value(passed[0])
        if _listed(name, _LISTS):
            return Items(self.line(node), items=self._passed(node))
        if _listed(name, _MAPS):
            return self._table(node, [(passed[i], passed[i + 1]) for i in range(0, len(passed) - 1, 2)])
        if method in ("get", "getOrDefault") and owner is not None and passed:
            return self._looked_up(owner, passed)
        if method in _SETTINGS and passed:
            kind = self.written_type(owner).rsplit(".", 1)[-1] if owner is not None else ""
            return self.setting(kind, self.value(passed[0]), self.value(passed[1]) if len(passed) == 2 else None)
        if method in _DECODERS and passed and ("Hex" in name or "Base64" in name or "Binary" in method):
            return _decoded(self.value(passed[0]), "64" in name)
        if method == "copyOf" and len(passed) == 2:
            return _sized(self.value(passed[1]), self.line(node))
        return self.text_call(method, owner, passed)

    # Lists and maps ---------------------------------------------------------------------------

    def _table(self, node: Node, pairs: list[tuple[Node, Node]]) -> Table:
        found: dict[str, Value] = {}
        for key, value in pairs[:_MOST_ITEMS]:
            for option in options(self.value(key)):
                if isinstance(option, Text | Name):
                    found[option.text if isinstance(option, Text) else option.name] = self.value(value)
        return Table(self.line(node), pairs=found)

    def _looked_up(self, owner: Node, passed: list[Node]) -> Value | None:
        """Return what a map or list gives: by the key where it is known, else anything in it."""
        tables = [o for o in options(self.value(owner)) if isinstance(o, Table | Items)]
        tables = tables or [self._puts(owner)]
        keys = options(self.value(passed[0]))
        found = [value for table in tables for value in _members(table, keys)]
        if len(passed) == 2:
            found += [as_default(self.value(passed[1]))]
        return choice(found) if found else None

    def _puts(self, owner: Node) -> Table:
        """Return what ``owner.put(key, value)`` puts into a map anywhere in the file."""
        name = self.text(owner.child_by_field_name("field") or owner)
        pairs: list[tuple[Node, Node]] = []
        for token in self.words(name.encode()) if name.isidentifier() else ():
            call = token.parent
            if call is not None and call.type == "field_access":
                call = call.parent
            if call is not None and call.type == "method_invocation" and len(arguments(call)) == 2:
                method = call.child_by_field_name("name")
                if method is not None and self.text(method) == "put" and method != token:
                    pairs.append((arguments(call)[0], arguments(call)[1]))
        return self._table(owner, pairs)

    def _of_array_access(self, node: Node) -> Value:
        array, index = node.child_by_field_name("array"), node.child_by_field_name("index")
        keys = options(self.value(index))
        found = [v for o in options(self.value(array)) if isinstance(o, Items) for v in _members(o, keys)]
        return choice(found)

    def _of_array_creation_expression(self, node: Node) -> Value:
        value = node.child_by_field_name("value")
        if value is not None:
            return self.value(value)
        kind = node.child_by_field_name("type")
        sizes = [child for child in node.named_children if child.type == "dimensions_expr"]
        if kind is None or self.text(kind) != "byte" or len(sizes) != 1 or not sizes[0].named_children:
            return UNKNOWN
        return _sized(self.value(sizes[0].named_children[-1]), self.line(node))

    def _of_array_initializer(self, node: Node) -> Value:
        children = [child for child in node.named_children if "comment" not in child.type]
        if _element_type(node) == b"byte":
            return Octets(self.line(node), length=len(children))
        return Items(self.line(node), items=tuple(self.value(child) for child in children[:_MOST_ITEMS]))

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
        return self.value(node.child_by_field_name("right"))

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


def _unless_call(value: Value) -> Value | None:
    """Return a value that ``x.toString()`` keeps; None where x is an object whose text is not known."""
    kept = [option for option in options(value) if not isinstance(option, Call) and option != UNKNOWN]
    return choice(kept) if kept else None


def _listed(name: str, names: frozenset[str]) -> bool:
    return name.rsplit(".", 1)[-1] in names or ".".join(name.rsplit(".", 2)[-2:]) in names


def _sized(count: Value, line: int) -> Value:
    """Return the byte array that has as many elements as a number says."""
    numbers = [option for option in options(count) if isinstance(option, Number)]
    return choice([Octets(line, number.how, number.number) for number in numbers if 0 <= number.number < 1 << 24])


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


def _members(owner: Value, keys: tuple[Value, ...]) -> list[Value]:
    if isinstance(owner, Table):
        wanted = [k.text if isinstance(k, Text) else k.name for k in keys if isinstance(k, Text | Name)]
        chosen = [key for key in wanted if key in owner.pairs]
        return [owner.pairs[key] for key in chosen or owner.pairs]
    if isinstance(owner, Items):
        indexes = [key.number for key in keys if isinstance(key, Number) and 0 <= key.number < len(owner.items)]
        return [owner.items[index] for index in indexes] if indexes else list(owner.items)
    return []


def _operands(left: Value, right: Value, sign: str) -> list[Value]:
    """Return the alternatives of an operand; a number joined to a text becomes one."""
    joined = sign == "+" and isinstance(left, Text)
    return [
        Text(option.line, option.how, str(option.number)) if joined and isinstance(option, Number) else option
        for option in options(right)
    ]


def _element_type(node: Node) -> bytes:
    """Return the element type that an array initializer is written for."""
    parent = node.parent
    if parent is not None and parent.type == "variable_declarator":
        parent = parent.parent
    kind = parent.child_by_field_name("type") if parent is not None else None
    element = kind.child_by_field_name("element") if kind is not None else None
    written = element if element is not None else kind
    return written.text or b"" if written is not None else b""


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
