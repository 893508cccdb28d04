"""What names mean in C: declarations, assignments, enumerators, macros, struct fields, and arguments filled in.

C has no imports: a function's own name is its resolved name. Macro bodies are parsed as a second view of
the file in which everything else is blank, so that offsets and lines stay those of the file.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from tree_sitter import Language, Node, Parser

from pqc_migrate.catalog import libraries
from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.calls.values import UNKNOWN, Name, Table, Value, choice
from pqc_migrate.detectors.source import c_switches
from pqc_migrate.detectors.source.c_headers import Headers
from pqc_migrate.detectors.source.c_paths import Paths
from pqc_migrate.detectors.source.unit import Binding, Unit

QUERY = """
(function_definition) @scope @function
(if_statement consequence: (_) @branch)
(else_clause) @branch
(for_statement body: (_) @branch)
(while_statement body: (_) @branch)
(do_statement body: (_) @branch)
(case_statement) @branch
(switch_statement) @switch
(return_statement) @return
(if_statement) @path
(case_statement) @path
(for_statement) @path
(while_statement) @path
(do_statement) @path
(init_declarator) @declare
(array_declarator) @array
(assignment_expression) @assign
(enumerator) @enumerator
(initializer_pair) @pair
(preproc_def) @macro
(preproc_function_def) @scope @macro
(call_expression function: (identifier) @callee)
"""
ELEMENTS = "[]"
"""Suffix under which what is assigned to an array's elements is kept."""
FIELD = "->"
"""Prefix under which a field's assignments are kept: one name for all objects of a file."""
OCTET = re.compile(
    r"\b(?:(?:u_|u)?char|u?int8_t|u_int8_t|(?:__)?u8|byte|guint8|(?:CK_|WC_)?BYTE|(?:SGD_)?U?CHAR|UINT8)\b"
)
_CAST = ("pointer_expression", "cast_expression", "parenthesized_expression")
_MOST_MACROS = 4
_MOST_FIELDS = 24
_MOST_HELD = 4
_MOST_NEAR = 32


class CNames(Unit):
    """The bindings of one C file."""

    program_wide = True
    query = QUERY
    alias_nodes = frozenset({"identifier"})

    def __init__(self, *arguments: object) -> None:
        self.headers: Headers | None = None
        """The headers that the file includes; set once the file itself is read."""
        self.macros: dict[str, list[tuple[int, int]]] = {}
        """Object-like and function-like macros: the bytes of their bodies, one for each definition."""
        self.function_macros: dict[str, list[Node]] = {}
        self.structs: dict[tuple[int, str], list[str]] = {}
        """Fields that are assigned on a variable of a scope."""
        self.pointers: dict[tuple[int, str], list[str]] = {}
        """Variables of a scope that are declared to point into an array of it."""
        self.held: frozenset[bytes] = frozenset()
        """Fields that hold a function of the catalog: words to look at where they are called."""
        self.cases: dict[str, list[tuple[int, int, list[Node]]]] = {}
        """Variable → (start, end, labels) of the cases of its switches."""
        self._paths = Paths(sys.maxsize)
        known = libraries.load("c")
        self._fills, self._queries = known.fills, known.queries
        super().__init__(*arguments)  # type: ignore[arg-type]
        self._newlines = [match.start() for match in re.finditer(b"\n", self.data)]
        self._macro_root = self._parse_macros()
        self._spans = sorted((start, end, name) for name, spans in self.macros.items() for start, end in spans)

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
        for start, end in (span for spans in self.macros.values() for span in spans):
            view[start:end] = self.data[start:end].replace(b"\\\n", b" \n").replace(b"\\\r\n", b" \r\n")
            if end < len(view):
                view[end : end + 1] = b";"
        return Parser(self.grammar()).parse(bytes(view)).root_node

    def _bind_path(self, node: Node) -> None:
        self._paths.add(node)

    def _reaching(self, found: list[Binding], offset: int, same: bool) -> list[Binding]:
        """Return the bindings whose value may stand at an offset; not those of the other arm of a condition."""
        if same and len(found) > 1:
            last_before = bisect_right(found, offset, key=lambda binding: binding.offset)
            near = found[max(0, last_before - _MOST_NEAR) : last_before]
            found = [b for b in near if self._paths.reaches(b.offset, offset)] or near or found
        return super()._reaching(found, offset, same)

    def _bind_switch(self, node: Node) -> None:
        condition, body = node.child_by_field_name("condition"), node.child_by_field_name("body")
        asked = condition.named_children[-1:] if condition is not None else []
        if body is not None and asked and asked[0].type == "identifier":
            self.cases.setdefault(self.text(asked[0]), []).extend(c_switches.cases(body))

    def in_case(self, name: str, offset: int) -> list[Node]:
        """Return the labels of the case, of a switch over a variable, around an offset; none where it is set."""
        around = [case for case in self.cases.get(name, ()) if case[0] <= offset < case[1]]
        if not around:
            return []
        start, _, labels = around[-1]
        bound = self.bindings.get((self.scopes.innermost(offset), name), ())
        return [] if any(start <= binding.offset <= offset for binding in bound) else labels

    def _bind_macro(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None or value is None:
            return
        self.macros.setdefault(self.text(name), []).append((value.start_byte, value.end_byte))
        listed = node.child_by_field_name("parameters")
        if listed is None:
            return
        self.function_macros.setdefault(self.text(name), []).append(node)
        scope = self.scope_of(node)
        for index, label in enumerate(listed.named_children):
            self.add(scope, self.text(label), Binding(node.start_byte, None, "parameter", index=index, owner=node))

    def _bind_declare(self, node: Node) -> None:
        declarator, value = node.child_by_field_name("declarator"), node.child_by_field_name("value")
        name = declared(declarator)
        if name is None or value is None or declarator is None:
            return
        if declarator.type == "array_declarator" and value.type == "initializer_list" and self.of_octets(node):
            value = declarator
        scope = self.scopes.innermost(node.start_byte)
        self.add(scope, self.text(name), Binding(node.end_byte, value, "value"))
        if declarator.type == "pointer_declarator" and value.type == "identifier":
            self.pointers.setdefault((scope, self.text(value)), []).append(self.text(name))

    def _bind_array(self, node: Node) -> None:
        name, parent = declared(node), node.parent
        if name is not None and parent is not None and parent.type == "declaration":
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(name), Binding(node.end_byte, node, "value"))

    def of_octets(self, declarator: Node) -> bool:
        """Whether what is declared has elements of one octet."""
        owner = declarator.parent
        kind = owner.child_by_field_name("type") if owner is not None else None
        return kind is not None and OCTET.search(self.text(kind)) is not None

    def _bind_assign(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None:
            return
        plain = operator is None or operator.type == "="
        self._assigned(left, Binding(node.end_byte, right, "value" if plain else "opaque"))

    def _bind_callee(self, callee: Node) -> None:
        """Bind the variable that a call fills in (``gcry_cipher_open(&handle, …)``) to the call."""
        index, call = self._fills.get(self.text(callee)), callee.parent
        arguments = call.child_by_field_name("arguments") if call is not None else None
        if index is None or call is None or arguments is None:
            return
        passed = [child for child in arguments.named_children if child.type != "comment"]
        if index < len(passed):
            self._assigned(passed[index], Binding(call.end_byte, call, "value"))

    def _assigned(self, target: Node, binding: Binding) -> None:
        """Bind a variable, or a field by its name alone, and by its object where that is a variable."""
        while target.type in _CAST and target.named_children:
            target = target.named_children[-1]
        scope = self.scopes.innermost(target.start_byte)
        if target.type == "identifier":
            self.add(scope, self.text(target), binding)
        elif target.type in ("subscript_expression", "update_expression"):
            owner = target.child_by_field_name("argument")
            called = binding.node is not None and binding.node.type == "call_expression"
            if owner is not None and owner.type == "identifier" and called:
                self.add(scope, self.text(owner) + ELEMENTS, binding)
        elif target.type == "field_expression":
            owner, field = target.child_by_field_name("argument"), target.child_by_field_name("field")
            if field is None or owner is None:
                return
            self.add(0, FIELD + self.text(field), binding)
            if owner.type == "identifier":
                self.field(scope, self.text(owner), self.text(field), binding)

    def field(self, scope: int, name: str, field: str, binding: Binding) -> None:
        """Record that a member of a variable is set."""
        fields = self.structs.setdefault((scope, name), [])
        if field not in fields and len(fields) < _MOST_FIELDS:
            fields.append(field)
        self.add(scope, f"{name}.{field}", binding)

    def struct(self, name: str, offset: int) -> Table | None:
        """Return the fields that were assigned on a variable up to an offset, or None."""
        scope = self.scopes.innermost(offset)
        fields = self.structs.get((scope, name))
        if not fields:
            return None
        pairs: dict[str, Value] = {}
        for field in fields:
            reached = self._reaching(self.bindings[(scope, f"{name}.{field}")], offset, same=True)
            pairs[field] = choice([self.bound(binding) for binding in reached])
        return Table(pairs=pairs)

    def elements(self, name: str, offset: int) -> list[Value]:
        """Return what was assigned to the elements of an array of the function, through pointers into it too."""
        scope = self.scopes.innermost(offset)
        names = [name, *self.pointers.get((scope, name), ())]
        found = [b for n in names for b in self.bindings.get((scope, n + ELEMENTS), ()) if b.offset <= offset]
        return [self.bound(binding) for binding in found[:_MOST_FIELDS]]

    def _bind_enumerator(self, node: Node) -> None:
        """Bind an enumerator; one without a value is of this file all the same, and no library's constant."""
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is not None:
            self.add(0, self.text(name), Binding(node.end_byte, value, "value" if value is not None else "opaque"))

    def _bind_pair(self, node: Node) -> None:
        """Bind a field to what ``.field = NAME`` of an initializer gives it; numbers are of one object only."""
        field, value = node.child_by_field_name("designator"), node.child_by_field_name("value")
        if field is None or field.type != "field_designator" or value is None:
            return
        if value.type in ("identifier", "call_expression"):
            self.add(0, FIELD + self.text(field).lstrip(". "), Binding(node.end_byte, value, "value"))

    def spelled(self, words: frozenset[bytes]) -> frozenset[bytes]:
        """Return the catalog's words and the fields that hold one of a few of its functions (``c->hash = SHA256``).

        Where a table gives a field many functions, its rows say what is there.
        """
        held: dict[bytes, set[bytes]] = {}
        for (_, name), bindings in self.bindings.items():
            if name.startswith(FIELD):
                nodes = (binding.node for binding in bindings)
                functions = {self.text(n).encode() for n in nodes if n is not None and n.type == "identifier"}
                held[name.removeprefix(FIELD).encode()] = functions & words
        few = frozenset(field for field, functions in held.items() if 0 < len(functions) <= _MOST_HELD)
        self.held = few - words
        macros = self.headers.standing_for(words) if self.headers is not None else frozenset()
        return words | self.held | macros

    def locations(self, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the included headers that define a name."""
        if self.headers is not None:
            yield from self.headers.locations(name)

    def declared_in(self, scope: int, name: str) -> list[Binding]:
        """Return what binds a name in the file, its macros included."""
        found = super().declared_in(scope, name)
        if found or scope != 0:
            return found
        functions = [Binding(node.start_byte, node, "function") for node in self.function_macros.get(name, ())]
        return functions or [Binding(start, None, "macro", name) for start, _ in self.macros.get(name, ())[:1]]

    def bound(self, binding: Binding) -> Value:
        """Return what one binding gives its name; a macro, what its bodies are."""
        return self.unbound(binding.name, -1) if binding.kind == "macro" else super().bound(binding)

    def _bind_function(self, node: Node) -> None:
        declarator = _function(node)
        if declarator is None:
            return
        name = declared(declarator.child_by_field_name("declarator"))
        if name is not None:
            self.add(0, self.text(name), Binding(node.start_byte, node, "function"))
        scope, index = self.scope_of(node), 0
        listed = declarator.child_by_field_name("parameters")
        for parameter in listed.named_children if listed is not None else []:
            label = declared(parameter.child_by_field_name("declarator"))
            if label is not None:
                binding = Binding(node.start_byte, None, "parameter", index=index, owner=node)
                self.add(scope, self.text(label), binding)
            index += parameter.type != "comment"

    def unbound(self, name: str, offset: int) -> Value:
        """Return what a macro of this file stands for, else the global of that name.

        A constant of a library whose header the file repeats (``#define SGD_SM4_CBC 0x402``) stays that constant.
        """
        if self.knows(name):
            return Name(name=name)
        spans = [span for span in self.macros.get(name, ()) if not span[0] <= offset < span[1]]
        found = [value for value in map(self._body, spans[:_MOST_MACROS]) if value != UNKNOWN]
        return choice(found) if found else Name(name=name)

    def macro_around(self, offset: int) -> str | None:
        """Return the name of the macro in whose body an offset lies, or None."""
        index = bisect_right(self._spans, (offset, len(self.data), "")) - 1
        if index < 0 or not self._spans[index][0] <= offset < self._spans[index][1]:
            return None
        return self._spans[index][2]

    def _body(self, span: tuple[int, int]) -> Value:
        """Return what a macro's body is known to be."""
        if self._macro_root is None:
            return UNKNOWN
        body = self.data[span[0] : span[1]]
        start = span[0] + len(body) - len(body.lstrip(b" \t\\\r\n("))
        node = self._macro_root.descendant_for_byte_range(start, min(start + 1, span[1]))
        while node is not None and node.parent is not None and node.parent.start_byte == node.start_byte:
            if node.parent.type in ("expression_statement", "translation_unit", "ERROR"):
                break
            node = node.parent
        return self.value(node)

    def named_functions(self) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Yield (names, definition) of the functions, and of the macros that are called like functions."""
        yield from super().named_functions()
        yield from (((name,), node) for name, nodes in self.function_macros.items() for node in nodes)

    def returned(self, function: Node) -> Value:
        """Return what a function of this file returns, or what a macro stands for."""
        body = function.child_by_field_name("value") if function.type == "preproc_function_def" else None
        return self._body((body.start_byte, body.end_byte)) if body is not None else super().returned(function)

    def is_visible(self, function: Node) -> bool:
        """Whether other files can call a function of this file: not one with internal linkage (C17, 6.2.2)."""
        kinds = (child for child in function.named_children if child.type == "storage_class_specifier")
        return not any(self.text(kind) == "static" for kind in kinds)

    def callers(self, function: Node) -> Iterator[Node]:
        """Yield the calls of a function of this file."""
        declarator = _function(function)
        name = declared(declarator.child_by_field_name("declarator")) if declarator is not None else None
        if function.type == "preproc_function_def":
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


def declared(node: Node | None) -> Node | None:
    """Return the identifier inside a declarator."""
    while node is not None and node.type not in ("identifier", "field_identifier"):
        inner = node.child_by_field_name("declarator")
        if inner is None and node.type in ("qualified_identifier",):
            inner = node.child_by_field_name("name")
        if inner is None and node.type in ("reference_declarator", "parenthesized_declarator"):
            inner = node.named_children[0] if node.named_children else None
        node = inner
    return node


def last(node: Node) -> Node:
    """Return the word of a callee or type that names what is called."""
    while node.type in (
        "qualified_identifier",
        "template_function",
        "template_type",
        "template_method",
        "field_expression",
        "parenthesized_expression",
        "pointer_expression",
    ):
        inner = node.child_by_field_name("name") or node.child_by_field_name("field")
        if inner is None:
            inner = node.named_children[-1] if node.named_children else None
        if inner is None:
            return node
        node = inner
    return node


def _function(node: Node) -> Node | None:
    """Return the declarator of a definition that holds its parameters."""
    declarator = node.child_by_field_name("declarator")
    while declarator is not None and declarator.type != "function_declarator":
        declarator = declarator.child_by_field_name("declarator")
    return declarator
