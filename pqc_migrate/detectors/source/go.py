"""Go source: what its names, calls, literals and typed variables are known to be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Language, Node

from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import engine, grammars
from pqc_migrate.detectors.source.operations import operate
from pqc_migrate.detectors.source.unit import LOCAL, Binding, Unit
from pqc_migrate.detectors.source.values import (
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
from pqc_migrate.model.target import SourceFile

_QUERY = """
(function_declaration) @scope @function
(method_declaration) @scope @function
(func_literal) @scope @function
(type_spec) @struct
(if_statement consequence: (block) @branch)
(if_statement alternative: (_) @branch)
(for_statement body: (block) @branch)
(expression_case) @branch
(default_case) @branch
(type_case) @branch
(communication_case) @branch
(return_statement) @return
(import_spec) @import
(short_var_declaration) @assign
(assignment_statement) @assign
(var_spec) @declare
(const_spec) @declare
(range_clause) @range
(type_switch_statement) @switch
"""
_MAJOR_VERSION = re.compile(r"/v\d+$")
_ESCAPE = re.compile(r"\\(?:[abfnrtv\\'\"]|x[0-9a-fA-F]{2}|[0-7]{3}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})")


class GoUnit(Unit):
    """One Go file."""

    query = _QUERY
    alias_nodes = frozenset({"identifier", "selector_expression"})

    def __init__(self, *arguments: object) -> None:
        self.fields: dict[tuple[str, str], str] = {}
        """(struct, field) → declared type."""
        self.functions: dict[str, list[Node]] = {}
        super().__init__(*arguments)  # type: ignore[arg-type]

    def grammar(self) -> Language:
        """Return the Go grammar."""
        return grammars.load("go")

    # Bindings ---------------------------------------------------------------------------------

    def _bind_import(self, node: Node) -> None:
        path_node, name = node.child_by_field_name("path"), node.child_by_field_name("name")
        if path_node is None:
            return
        path = _MAJOR_VERSION.sub("", self.text(path_node).strip('"`'))
        local = self.text(name) if name is not None else _package(path)
        if local == ".":
            self.stars.append(path)
        elif local != "_":
            self.add(0, local, Binding(node.end_byte, None, "import", path))

    def _bind_assign(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None:
            self._pairs(left.named_children, right.named_children, node)

    def _bind_declare(self, node: Node) -> None:
        value, declared = node.child_by_field_name("value"), node.child_by_field_name("type")
        names = node.children_by_field_name("name")
        if value is not None:
            self._pairs(names, value.named_children, node)
        elif declared is not None:
            for name in names:
                self._add_typed(name, declared, node.end_byte)

    def _pairs(self, targets: list[Node], values: list[Node], node: Node) -> None:
        scope = self.scopes.innermost(node.start_byte)
        for index, target in enumerate(targets):
            if target.type != "identifier":
                continue
            # Of several results of one call the first is the one that has a meaning.
            value = values[index] if len(values) == len(targets) else values[0] if index == 0 and values else None
            kind = "value" if value is not None else "opaque"
            self.add(scope, self.text(target), Binding(node.end_byte, value, kind))

    def _bind_range(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        scope = self.scopes.innermost(node.start_byte)
        for index, target in enumerate(left.named_children):
            kind = "loop" if index == 1 else "opaque"
            self.add(scope, self.text(target), Binding(node.end_byte, right if index == 1 else None, kind))

    def _bind_switch(self, node: Node) -> None:
        alias = node.child_by_field_name("alias")
        if alias is None:
            return
        scope = self.scopes.innermost(node.start_byte)
        for case in node.named_children:
            kinds = case.children_by_field_name("type") if case.type == "type_case" else []
            for kind in kinds[:1]:
                name = self.type_name(kind)
                self.add(scope, self.text(alias.named_children[0]), Binding(case.start_byte, None, "type", name))

    def _bind_struct(self, node: Node) -> None:
        name, kind = node.child_by_field_name("name"), node.child_by_field_name("type")
        if name is None or kind is None or kind.type != "struct_type":
            return
        for listed in kind.named_children:
            for field in listed.named_children:
                declared = field.child_by_field_name("type")
                for label in field.children_by_field_name("name"):
                    if declared is not None:
                        self.fields[self.text(name), self.text(label)] = self.type_name(declared)

    def _bind_function(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            self.functions.setdefault(self.text(name), []).append(node)
            if node.type == "function_declaration":
                self.add(0, self.text(name), Binding(name.start_byte, node, "function"))
        scope = self.scope_of(node)
        for listed in (node.child_by_field_name("receiver"), node.child_by_field_name("parameters")):
            index = 0
            for declaration in listed.named_children if listed is not None else []:
                declared = declaration.child_by_field_name("type")
                for label in declaration.children_by_field_name("name"):
                    kind = self.type_name(declared) if declared is not None else ""
                    owner = node if name is not None and listed == node.child_by_field_name("parameters") else None
                    binding = Binding(node.start_byte, None, "parameter", kind, index, owner)
                    self.add(scope, self.text(label), binding)
                    index += 1

    def _add_typed(self, name: Node, declared: Node, offset: int) -> None:
        scope = self.scopes.innermost(name.start_byte)
        self.add(scope, self.text(name), Binding(offset, None, "type", self.type_name(declared)))

    def type_name(self, node: Node) -> str:
        """Return a type's resolved name (``crypto/rsa.PrivateKey``), pointers left out; empty when unnamed."""
        while node.type in ("pointer_type", "parenthesized_type") and node.named_children:
            node = node.named_children[0]
        if node.type == "qualified_type":
            package, name = node.child_by_field_name("package"), node.child_by_field_name("name")
            if package is not None and name is not None:
                return f"{self._path(self.text(package))}.{self.text(name)}"
        return self.text(node) if node.type == "type_identifier" else ""

    def _path(self, package: str) -> str:
        found = self.bindings.get((0, package), [])
        return next((b.name for b in found if b.kind == "import"), package)

    # Expressions ------------------------------------------------------------------------------

    def expression(self, node: Node) -> Value:
        """Return what an expression is known to be."""
        method = getattr(self, f"_of_{node.type}", None)
        return method(node) if method is not None else UNKNOWN

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
            declared = self.fields.get((kind, name))
            if declared:
                return Call(line, "object", declared)
            if name in owner.named:
                return owner.named[name]
            return Call(line, "object", f"{kind}.{name}", receiver=owner, offset=offset)
        return Name(line, "literal", f"*.{name}", offset)

    def _of_call_expression(self, node: Node) -> Value:
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None:
            return UNKNOWN
        passed = arguments.named_children if arguments is not None else []
        if function.type == "identifier" and self.text(function) == "make":
            return self._made(passed, node)
        found: list[Value] = []
        for callee in options(self.value(function)):
            if isinstance(callee, Name) and callee.name.startswith(LOCAL):
                found.append(self._returned(self._definition(callee)))
            elif isinstance(callee, Name | Call):
                found.append(self._call(callee, node, function, passed))
        return choice(found)

    def _made(self, passed: list[Node], node: Node) -> Value:
        length = self.value(passed[1]) if len(passed) > 1 and self.text(passed[0]) == "[]byte" else UNKNOWN
        return Octets(self.line(node), length.how, length.number) if isinstance(length, Number) else UNKNOWN

    def _call(self, callee: Name | Call, node: Node, function: Node, passed: list[Node]) -> Value:
        place = function.child_by_field_name("field") or function
        receiver = callee.receiver if isinstance(callee, Call) else None
        known = [
            method for method in self.functions.get(self.text(place), []) if method.type == "method_declaration"
        ]
        if len(known) == 1 and not self.knows(callee.name):
            return self._returned(known[0])
        args = tuple(self.value(child) for child in passed if child.type != "comment")
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

    def _definition(self, callee: Name) -> Node | None:
        offset = int(callee.name.removeprefix(LOCAL).split(".", 1)[0])
        node = self.root.descendant_for_byte_range(offset, offset + 1)
        return node.parent if node is not None else None

    def _returned(self, definition: Node | None) -> Value:
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
        pairs = self._pairs_of(elements)
        if kind.type == "map_type":
            return Table(self.line(node), pairs=pairs)
        place = kind.child_by_field_name("name") or kind
        name = self.type_name(kind)
        return Call(
            self.line(place), "object", name, (), pairs, None, place.start_byte, node.start_byte, node.end_byte
        )

    def _sequence(self, kind: Node, elements: list[Node], node: Node) -> Value:
        element = kind.child_by_field_name("element")
        if element is not None and self.text(element) in ("byte", "uint8"):
            return Octets(self.line(node), length=len(elements))
        values = []
        for child in elements:
            part = child.child_by_field_name("value") if child.type == "keyed_element" else child
            values.append(self.value(part))
        return Items(self.line(node), items=tuple(values))

    def _pairs_of(self, elements: list[Node]) -> dict[str, Value]:
        pairs: dict[str, Value] = {}
        for child in elements:
            if child.type != "keyed_element":
                continue
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            if key is None or value is None or not key.named_children:
                continue
            label = key.named_children[0]
            known = self.value(label) if label.type != "identifier" else UNKNOWN
            pairs[known.text if isinstance(known, Text) else self.text(label)] = self.value(value)
        return pairs

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
        key = self.value(node.child_by_field_name("index"))
        if isinstance(owner, Table):
            return (
                owner.pairs.get(key.text, UNKNOWN) if isinstance(key, Text) else choice(list(owner.pairs.values()))
            )
        if isinstance(owner, Items):
            if isinstance(key, Number):
                return owner.items[key.number] if 0 <= key.number < len(owner.items) else UNKNOWN
            return choice(list(owner.items))
        return UNKNOWN

    def _of_interpreted_string_literal(self, node: Node) -> Value:
        body = self.text(node)[1:-1]
        return Text(self.line(node), text=_ESCAPE.sub(_unescape, body))

    def _of_raw_string_literal(self, node: Node) -> Value:
        return Text(self.line(node), text=self.text(node)[1:-1])

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

    # Uses -------------------------------------------------------------------------------------

    def use(self, token: Node) -> Node | None:
        """Return the call, literal or bare name that a word decides; None in imports, types and declarations."""
        parent = token.parent
        if parent is None:
            return None
        if token.type == "type_identifier":
            return self._literal_of(token, parent)
        node = token
        if token.type == "field_identifier":
            if parent.type != "selector_expression":
                return None
            node, parent = parent, parent.parent
        elif token.type != "identifier" or parent.type in _DECLARING or self._is_target(token, parent):
            return None
        if parent is None or (
            parent.type == "selector_expression" and parent.child_by_field_name("operand") == node
        ):
            return None
        if parent.type == "call_expression" and parent.child_by_field_name("function") == node:
            return parent
        listed = parent.parent if parent.type == "expression_list" and parent.parent is not None else parent
        return None if listed.type in _COMPARING and self._compares(listed) else node

    def _literal_of(self, token: Node, parent: Node) -> Node | None:
        kind = parent if parent.type == "qualified_type" else token
        literal = kind.parent
        return literal if literal is not None and literal.type == "composite_literal" else None

    def _is_target(self, token: Node, parent: Node) -> bool:
        if parent.type == "expression_list" and parent.parent is not None:
            return parent.parent.child_by_field_name("left") == parent
        return parent.type == "literal_element" and self._is_key(parent)

    def _is_key(self, element: Node) -> bool:
        return element.parent is not None and element.parent.child_by_field_name("key") == element

    def _compares(self, node: Node) -> bool:
        return self._is(node.child_by_field_name("operator"), "==", "!=") or node.type == "expression_case"

    def callers(self, function: Node) -> Iterator[Node]:
        """Yield the calls of a function or method of this file by its name."""
        name = function.child_by_field_name("name")
        for token in self.words(self.text(name).encode()) if name is not None else ():
            used = self.use(token)
            if used is not None and used.type == "call_expression":
                yield used

    def arguments_at(self, caller: Node, parameter: Binding) -> Node | None:
        """Return the argument a call passes for a parameter."""
        arguments = caller.child_by_field_name("arguments")
        passed = [c for c in arguments.named_children if c.type != "comment"] if arguments is not None else []
        return passed[parameter.index] if parameter.index < len(passed) else None


_DECLARING = frozenset(
    {"const_spec", "var_spec", "function_declaration", "parameter_declaration", "import_spec", "field_declaration"}
)
_COMPARING = frozenset({"binary_expression", "expression_case"})


def _package(path: str) -> str:
    """Return the name a package goes by when its import gives none: the last part, ``go-`` and dots dropped."""
    return path.rsplit("/", 1)[-1].split(".", 1)[0].removeprefix("go-").replace("-", "_")


def _unescape(match: re.Match[str]) -> str:
    text = match[0]
    if text[1] in "xuU":
        return chr(min(int(text[2:], 16), 0x10FFFF))
    return chr(int(text[1:], 8)) if text[1].isdigit() else text[1]


def _wants(file: SourceFile) -> bool:
    return file.language == "go" and engine.anchored(file, engine.anchors("go"))


def _detect(file: SourceFile) -> Iterator[Claim]:
    return engine.detect(file, "go", GoUnit)


DETECTOR = Detector("go", lambda: engine.anchors("go"), _wants, _detect)
