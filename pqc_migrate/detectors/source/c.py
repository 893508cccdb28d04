"""C and C++ source: calls, constants, macros and fields, resolved inside one file.

C has no imports: a function's own name is its resolved name. Macro bodies are parsed as a second view of
the file in which everything else is blank, so that offsets and lines stay those of the file.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from tree_sitter import Language, Node, Parser

from pqc_migrate.detectors.registry import Detector
from pqc_migrate.detectors.source import engine, grammars
from pqc_migrate.detectors.source.operations import operate
from pqc_migrate.detectors.source.unit import LOCAL, Binding, Unit
from pqc_migrate.detectors.source.values import (
    UNKNOWN,
    Call,
    Items,
    Name,
    Number,
    Octets,
    Text,
    Value,
    choice,
    options,
)
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile

_QUERY = """
(function_definition) @scope @function
(if_statement consequence: (_) @branch)
(else_clause) @branch
(for_statement body: (_) @branch)
(while_statement body: (_) @branch)
(do_statement body: (_) @branch)
(case_statement) @branch
(return_statement) @return
(init_declarator) @declare
(array_declarator) @array
(assignment_expression) @assign
(enumerator) @enumerator
(preproc_def) @macro
(preproc_function_def) @macro
"""
_NOT_USED = frozenset(
    {
        "function_declarator",
        "preproc_ifdef",
        "preproc_defined",
        "preproc_def",
        "preproc_call",
        "preproc_params",
        "enumerator",
        "parameter_declaration",
        "array_declarator",
        "field_designator",
        "goto_statement",
        "labeled_statement",
    }
)
_NAMING = frozenset({"qualified_identifier", "template_function", "field_expression", "parenthesized_expression"})
_COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">="})
_NUMBER = re.compile(r"^(0[xX][0-9a-fA-F']+|0[bB][01']+|[0-9][0-9']*)[uUlLzZ]*$")
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_FIELD = "->"
"""Prefix under which a field's assignments are kept: one name for all objects of a file."""


class CUnit(Unit):
    """One C file."""

    query = _QUERY
    alias_nodes = frozenset({"identifier"})

    def __init__(self, *arguments: object) -> None:
        self.macros: dict[str, tuple[int, int]] = {}
        """Object-like and function-like macros: the bytes of their bodies."""
        super().__init__(*arguments)  # type: ignore[arg-type]
        self._newlines = [match.start() for match in re.finditer(b"\n", self.data)]
        self._macro_root = self._parse_macros()

    def grammar(self) -> Language:
        """Return the C grammar."""
        return grammars.load("c")

    def line(self, node: Node) -> int:
        """Return the 1-based line of a node; the view of the macros has lost some line ends."""
        return bisect_left(self._newlines, node.start_byte) + 1

    def token(self, start: int, end: int) -> Node | None:
        """Return the node of a word, in a macro's body too."""
        node = super().token(start, end)
        if node is not None and node.type == "preproc_arg" and self._macro_root is not None:
            return self._macro_root.descendant_for_byte_range(start, end)
        return node

    def _parse_macros(self) -> Node | None:
        """Parse the bodies of all macros at their places, each closed as a statement."""
        if not self.macros:
            return None
        view = bytearray(re.sub(rb"[^\n]", b" ", self.data))
        for start, end in self.macros.values():
            view[start:end] = self.data[start:end].replace(b"\\\n", b" \n").replace(b"\\\r\n", b" \r\n")
            if end < len(view):
                view[end : end + 1] = b";"
        return Parser(self.grammar()).parse(bytes(view)).root_node

    # Bindings ---------------------------------------------------------------------------------

    def bind(self, capture: str, node: Node) -> None:
        """Record what declarations, assignments, enumerators, functions and macros bind."""
        binder = getattr(self, f"_bind_{capture}", None)
        if binder is not None:
            binder(node)

    def _bind_macro(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is not None and value is not None:
            self.macros[self.text(name)] = (value.start_byte, value.end_byte)

    def _bind_declare(self, node: Node) -> None:
        declarator, value = node.child_by_field_name("declarator"), node.child_by_field_name("value")
        name = _declared(declarator)
        if name is not None and value is not None:
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(name), Binding(node.end_byte, value, "value"))

    def _bind_array(self, node: Node) -> None:
        name, parent = _declared(node), node.parent
        if name is not None and parent is not None and parent.type == "declaration":
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(name), Binding(node.end_byte, node, "value"))

    def _bind_assign(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        if left.type == "identifier":
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(left), Binding(node.end_byte, right, "value"))
        elif left.type == "field_expression":
            field = left.child_by_field_name("field")
            if field is not None:
                self.add(0, _FIELD + self.text(field), Binding(node.end_byte, right, "value"))

    def _bind_enumerator(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is not None and value is not None:
            self.add(0, self.text(name), Binding(node.end_byte, value, "value"))

    def _bind_function(self, node: Node) -> None:
        declarator = _function(node)
        if declarator is None:
            return
        name = _declared(declarator.child_by_field_name("declarator"))
        if name is not None:
            self.add(0, self.text(name), Binding(node.start_byte, node, "function"))
        scope, index = self.scope_of(node), 0
        listed = declarator.child_by_field_name("parameters")
        for parameter in listed.named_children if listed is not None else []:
            label = _declared(parameter.child_by_field_name("declarator"))
            if label is not None:
                binding = Binding(node.start_byte, None, "parameter", index=index, owner=node)
                self.add(scope, self.text(label), binding)
            index += parameter.type != "comment"

    def unbound(self, name: str, offset: int) -> Value:
        """Return what a macro of this file stands for, else the global of that name."""
        span = self.macros.get(name)
        if span is None or self._macro_root is None or span[0] <= offset < span[1]:
            return Name(name=name)
        # The body starts at the first byte that is not blank.
        start = (
            span[0] + len(self.data[span[0] : span[1]]) - len(self.data[span[0] : span[1]].lstrip(b" \t\\\r\n("))
        )
        node = self._macro_root.descendant_for_byte_range(start, min(start + 1, span[1]))
        while node is not None and node.parent is not None and node.parent.start_byte == node.start_byte:
            if node.parent.type in ("expression_statement", "translation_unit", "ERROR"):
                break
            node = node.parent
        found = self.value(node)
        return found if found != UNKNOWN else Name(name=name)

    # Expressions ------------------------------------------------------------------------------

    def expression(self, node: Node) -> Value:
        """Return what an expression is known to be."""
        method = getattr(self, f"_of_{node.type}", None)
        return method(node) if method is not None else UNKNOWN

    def _of_identifier(self, node: Node) -> Value:
        found = self.identifier(self.text(node), node.start_byte)
        return self.placed(found, node)

    def _of_qualified_identifier(self, node: Node) -> Value:
        name = node.child_by_field_name("name")
        scope = node.child_by_field_name("scope")
        if name is None:
            return UNKNOWN
        if scope is None:
            return self.value(name)
        return Name(self.line(name), "literal", self.text(node).replace("::", "."), _last(node).start_byte)

    def _of_field_expression(self, node: Node) -> Value:
        field = node.child_by_field_name("field")
        found = self.bindings.get((0, _FIELD + self.text(field))) if field is not None else None
        return choice([self.bound(binding) for binding in found[:8]]) if found else UNKNOWN

    def _of_call_expression(self, node: Node) -> Value:
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None:
            return UNKNOWN
        passed = [c for c in arguments.named_children if c.type != "comment"] if arguments is not None else []
        place = _last(function)
        span = (place.start_byte, node.start_byte, node.end_byte)
        found: list[Value] = []
        for callee in options(self.value(function)):
            if isinstance(callee, Name) and callee.name.startswith(LOCAL):
                found.append(self._returned(callee))
            elif isinstance(callee, Name):
                args = tuple(self.value(child) for child in passed)
                found.append(Call(self.line(place), "object", callee.name, args, {}, None, *span))
        return choice(found)

    def _returned(self, callee: Name) -> Value:
        """Return what a function of this file returns."""
        start = int(callee.name.removeprefix(LOCAL))
        index = next((i for i, at in enumerate(self.scopes.starts) if at == start and i), 0)
        returned = [node.named_children[0] for node in self.returns.get(index, [])[:8] if node.named_children]
        return choice([value for value in map(self.value, returned) if value != UNKNOWN])

    def _inner(self, node: Node) -> Value:
        inner = node.child_by_field_name("value") or node.child_by_field_name("argument")
        if inner is None and node.named_children:
            inner = node.named_children[0]
        return self.value(inner)

    _of_cast_expression = _of_pointer_expression = _of_parenthesized_expression = _inner

    def _of_comma_expression(self, node: Node) -> Value:
        return self.value(node.child_by_field_name("right"))

    def _of_conditional_expression(self, node: Node) -> Value:
        return choice([self.value(node.child_by_field_name(side)) for side in ("consequence", "alternative")])

    def _of_binary_expression(self, node: Node) -> Value:
        left, right = (self.value(node.child_by_field_name(side)) for side in ("left", "right"))
        operator = node.child_by_field_name("operator")
        sign = self.text(operator) if operator is not None else ""
        found = [operate(sign, a, b) for a in options(left) for b in options(right)]
        return choice([value for value in found if value != UNKNOWN])

    def _of_number_literal(self, node: Node) -> Value:
        match = _NUMBER.match(self.text(node))
        if match is None:
            return UNKNOWN
        text = match[1].replace("'", "")
        octal = len(text) > 1 and text[0] == "0" and text.isdigit()
        try:
            return Number(self.line(node), number=int(text, 8 if octal else 0))
        except ValueError:
            return UNKNOWN

    def _of_string_literal(self, node: Node) -> Value:
        text = self.text(node)
        start = text.find('"')
        return Text(self.line(node), text=_ESCAPE.sub(_unescape, text[start + 1 : -1])) if start >= 0 else UNKNOWN

    def _of_concatenated_string(self, node: Node) -> Value:
        parts = [self.value(child) for child in node.named_children if child.type != "comment"]
        if not all(isinstance(part, Text) for part in parts):
            return UNKNOWN
        return Text(self.line(node), text="".join(part.text for part in parts if isinstance(part, Text)))

    def _of_initializer_list(self, node: Node) -> Value:
        children = [child for child in node.named_children if child.type not in ("comment", "initializer_pair")]
        return Items(self.line(node), items=tuple(self.value(child) for child in children[:256]))

    def _of_array_declarator(self, node: Node) -> Value:
        size = self.value(node.child_by_field_name("size"))
        return Octets(self.line(node), "constant", size.number) if isinstance(size, Number) else UNKNOWN

    def _of_subscript_expression(self, node: Node) -> Value:
        owner = self.value(node.child_by_field_name("argument"))
        return choice(list(owner.items)) if isinstance(owner, Items) else UNKNOWN

    # Uses -------------------------------------------------------------------------------------

    def use(self, token: Node) -> Node | None:
        """Return the call or bare name that a word decides; None in declarations, directives and comparisons."""
        if token.type not in ("identifier", "type_identifier"):
            return None
        node, parent = token, token.parent
        while parent is not None and parent.type in ("qualified_identifier", "template_function"):
            node, parent = parent, parent.parent
        if parent is None or parent.type in _NOT_USED or (token.type == "type_identifier" and node == token):
            return None
        if parent.type == "call_expression" and parent.child_by_field_name("function") == node:
            return parent
        return node if self._is_reference(node, parent) else None

    def _is_reference(self, node: Node, parent: Node) -> bool:
        if parent.type == "init_declarator" and parent.child_by_field_name("declarator") == node:
            return False
        if parent.type in ("declaration", "pointer_declarator", "field_expression"):
            return False
        if parent.type == "assignment_expression" and parent.child_by_field_name("left") == node:
            return False
        if parent.type == "case_statement":
            return parent.child_by_field_name("value") != node
        if parent.type == "binary_expression":
            operator = parent.child_by_field_name("operator")
            return operator is None or self.text(operator) not in _COMPARISONS
        return True

    def callers(self, function: Node) -> Iterator[Node]:
        """Yield the calls of a function of this file."""
        declarator = _function(function)
        name = _declared(declarator.child_by_field_name("declarator")) if declarator is not None else None
        for token in self.words(self.text(name).encode()) if name is not None else ():
            used = self.use(token)
            if used is not None and used.type == "call_expression":
                yield used

    def arguments_at(self, caller: Node, parameter: Binding) -> Node | None:
        """Return the argument a call passes for a parameter."""
        arguments = caller.child_by_field_name("arguments")
        passed = [c for c in arguments.named_children if c.type != "comment"] if arguments is not None else []
        return passed[parameter.index] if parameter.index < len(passed) else None


class CppUnit(CUnit):
    """One C++ file, or a header that may be either."""

    query = _QUERY + "(lambda_expression) @scope\n(class_specifier) @scope\n(catch_clause) @branch\n"

    def grammar(self) -> Language:
        """Return the C++ grammar."""
        return grammars.load("cpp")


def _declared(node: Node | None) -> Node | None:
    """Return the identifier inside a declarator."""
    while node is not None and node.type not in ("identifier", "field_identifier"):
        inner = node.child_by_field_name("declarator")
        if inner is None and node.type in ("qualified_identifier",):
            inner = node.child_by_field_name("name")
        if inner is None and node.type in ("reference_declarator", "parenthesized_declarator"):
            inner = node.named_children[0] if node.named_children else None
        node = inner
    return node


def _function(node: Node) -> Node | None:
    """Return the declarator of a definition that holds its parameters."""
    declarator = node.child_by_field_name("declarator")
    while declarator is not None and declarator.type != "function_declarator":
        declarator = declarator.child_by_field_name("declarator")
    return declarator


def _last(node: Node) -> Node:
    """Return the word of a callee that names what is called."""
    while node.type in (
        "qualified_identifier",
        "template_function",
        "field_expression",
        "parenthesized_expression",
    ):
        inner = node.child_by_field_name("name") or node.child_by_field_name("field")
        if inner is None:
            inner = node.named_children[-1] if node.named_children else None
        if inner is None:
            return node
        node = inner
    return node


def _unescape(match: re.Match[str]) -> str:
    text = match[0][1:]
    if text[0] == "x" and len(text) > 1:
        return chr(int(text[1:], 16))
    return chr(int(text, 8)) if text[0].isdigit() else {"n": "\n", "t": "\t", "\n": ""}.get(text, text)


def _wants(file: SourceFile) -> bool:
    return file.language in ("c", "cpp") and engine.anchored(file, engine.anchors("c"))


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    return engine.detect(file, "c", CppUnit if file.language == "cpp" else CUnit)


DETECTOR = Detector("c", lambda: engine.anchors("c"), _wants, _detect)
