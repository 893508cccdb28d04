"""JavaScript and TypeScript source: which names a file binds, and to what."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import REST, Value
from pqc_migrate.detectors.source.javascript_modules import DECLARED, FUNCTIONS, JavaScriptModules
from pqc_migrate.detectors.source.unit import Binding

QUERY = """
(function_declaration) @scope @function
(generator_function_declaration) @scope @function
(function_expression) @scope @function
(generator_function) @scope @function
(arrow_function) @scope @function
(method_definition) @scope @function
(class_declaration) @scope @class
(class) @scope @class
(if_statement consequence: (_) @branch)
(else_clause) @branch
(for_statement body: (_) @branch)
(for_in_statement body: (_) @branch)
(while_statement body: (_) @branch)
(try_statement body: (_) @branch)
(catch_clause) @branch
(switch_case) @branch
(switch_default) @branch
(return_statement) @return
(import_statement) @import
(export_statement) @export
(variable_declarator) @declare
(assignment_expression) @assign
(augmented_assignment_expression) @augment
(for_in_statement) @loop
(call_expression function: (member_expression property: (property_identifier) @method (#eq? @method "set"))) @put
"""
JS_FIELDS = "(field_definition) @field"
TS_FIELDS = """
(public_field_definition) @field
(enum_declaration) @enum
(internal_module) @namespace
(type_alias_declaration value: [(union_type) (literal_type)]) @type
(abstract_class_declaration) @scope @class
"""
CLASSES = frozenset({"class_declaration", "class", "abstract_class_declaration"})
_PATH = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*){0,3}")
_PROTOTYPE = re.compile(r"([\w$.]+)\.prototype(?:\.([\w$]+))?")
_DEEPEST_PATTERN = 4
_FARTHEST_OWNER = 24


@dataclass(frozen=True, slots=True)
class Member(Binding):
    """A name bound to a member of a value: ``const { a: { b: c = 1 } } = value``."""

    path: tuple[str, ...] = ()
    default: Node | None = None
    whole: Node | None = None
    """The value that is taken apart; `node` is the name in the pattern, which an alias is told by."""


class JavaScriptNames(JavaScriptModules):
    """The bindings of one JavaScript file."""

    bind_last = ("assign", "augment", "put", "export", "type")

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self.patched: dict[tuple[int, str], set[str]] = {}
        """Members assigned to an object after it was made, by scope and name of its variable."""
        self.patched_names: set[str] = set()
        self.held: dict[int, tuple[str, Node]] = {}
        """Functions that an object of the file holds under a name (``const tool = { hash() {} }``), by offset."""
        super().__init__(data, type_of, knows)

    # Declarations and assignments -------------------------------------------------------------

    def _bind_declare(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None:
            return
        scope = self.scopes.innermost(node.start_byte)
        if name.type == "identifier" and value is not None:
            self._bind_value(scope, self.text(name), value, node)
            if value.type == "object":
                self._hold(self.text(name), value)
        elif name.type == "identifier":
            self._bind_declared(scope, self.text(name), node)
        elif value is not None:
            self._destructure(name, value, scope, node)

    def _bind_value(self, scope: int, name: str, value: Node, node: Node) -> None:
        inner = self.passed_through(value) or value
        module = self.required(inner)
        if module:
            self._import(name, module, node, scope)
            return
        kind = "function" if value.type in FUNCTIONS else "value"
        offset = value.start_byte if kind == "function" else node.end_byte
        self.add(scope, name, Binding(offset, inner, kind))

    def _hold(self, name: str, table: Node) -> None:
        """Note the functions that an object literal holds."""
        for member, value in self.pairs(table):
            if value.type in FUNCTIONS:
                self.held[value.start_byte] = (f"{name}.{member}", value)

    def is_held(self, function: Node) -> bool:
        """Whether a call of a function by a member shows which: it is declared by a name, or an object's own."""
        parent = function.parent
        declared = parent is not None and parent.type == "variable_declarator"
        return declared or function.type in DECLARED or function.start_byte in self.held

    def named_functions(self) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Yield the functions of this file, and those that objects at its top hold."""
        for members, node in super().named_functions():
            yield members, node
            if len(members) == 2:
                yield from (((exported, members[1]), node) for exported in self._exports_of(members[0]))
        for member, node in self.held.values():
            if (0, member.split(".", 1)[0]) in self.bindings:
                yield (member,), node

    def _exports_of(self, name: str) -> list[str]:
        """Return the names that a class of this file is exported under: as the default, as the whole module."""
        classes = [b for b in self.bindings.get((0, name), []) if b.kind == "class"]
        found: list[str] = []
        for exported in ("exports.default", "exports.module"):
            for binding in self.bindings.get((0, exported), []):
                node = binding.node
                named = node is not None and node.type == "identifier" and self.text(node) == name
                if classes and (named or binding in classes):
                    found.append(exported)
        return found

    def _bind_declared(self, scope: int, name: str, node: Node) -> None:
        """Bind a name that is declared without a value; what it may be is assigned later."""
        kind = "type" if self.written_type(node) else "nothing"
        self.add(scope, name, Binding(node.end_byte, None, kind, self.written_type(node)))

    def written_type(self, node: Node) -> str:
        """Return the name of a declared type, a promise's content for a promise; empty when it is no name."""
        annotation = node.child_by_field_name("type")
        written = annotation.named_children[0] if annotation is not None and annotation.named_children else None
        while written is not None and written.type == "generic_type" and len(written.named_children) == 2:
            outer, inner = written.named_children
            written = inner.named_children[0] if self.text(outer) == "Promise" and inner.named_children else outer
        named = written is not None and written.type in ("type_identifier", "nested_type_identifier")
        return self.text(written) if named and written is not None else ""

    def _destructure(self, pattern: Node, value: Node, scope: int, node: Node) -> None:
        """Bind ``const { a: b, c = 1 } = value`` and ``const [a, b] = [1, 2]`` to the members of the value."""
        module = self.required(value)
        for target, path, default in self.targets(pattern):
            name = self.text(target)
            if module:
                self._import(name, ".".join((module, *path)), node, scope)
            else:
                member = Member(node.end_byte, target, "value", path=path, default=default, whole=value)
                self.add(scope, name, member)

    def targets(
        self, pattern: Node, path: tuple[str, ...] = ()
    ) -> Iterator[tuple[Node, tuple[str, ...], Node | None]]:
        """Yield (word, path of the member, default) of everything a pattern binds; ``[0]`` leads into a list."""
        for key, part in self._parts(pattern):
            target = part.child_by_field_name("value") or part
            default = part.child_by_field_name("right")
            if part.type == "object_assignment_pattern":
                target = part.child_by_field_name("left") or part
            elif target.type == "assignment_pattern":
                default = target.child_by_field_name("right")
                target = target.child_by_field_name("left") or target
            elif target.type == "rest_pattern" and key == REST and target.named_children:
                yield target.named_children[0], path, None  # the object less what the pattern names
            if target.type in ("identifier", "shorthand_property_identifier_pattern"):
                yield target, (*path, key), default
            elif target.type in ("object_pattern", "array_pattern") and len(path) < _DEEPEST_PATTERN:
                yield from self.targets(target, (*path, key))

    def _parts(self, pattern: Node) -> Iterator[tuple[str, Node]]:
        """Yield (key or index, part) of an object or array pattern; ``...`` for the rest of an object."""
        if pattern.type == "object_pattern":
            for part in pattern.named_children:
                key = part.child_by_field_name("key") or part.child_by_field_name("left") or part
                yield (REST if part.type == "rest_pattern" else self.key(key)), part
        elif pattern.type == "array_pattern":
            index = 0
            for child in pattern.children:  # [, second]: a comma counts, what is left out does not stand there
                index += child.type == ","
                if child.is_named and child.type not in ("comment", "rest_pattern"):
                    yield f"[{index}]", child

    def _bind_assign(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        while right is not None and right.type == "assignment_expression":  # a = b = value
            right = right.child_by_field_name("right")
        if left is None or right is None:
            return
        if left.type == "identifier":
            self._bind_value(self._declaring(self.text(left), node.start_byte), self.text(left), right, node)
        elif left.type == "object_pattern":
            self._destructure(left, right, self.scopes.innermost(node.start_byte), node)
        elif left.type in ("member_expression", "subscript_expression"):
            self._assign_member(left, right, node)

    def _bind_augment(self, node: Node) -> None:
        left = node.child_by_field_name("left")
        if left is not None and left.type == "identifier":  # name += value
            scope = self._declaring(self.text(left), node.start_byte)
            self.add(scope, self.text(left), Binding(node.end_byte, node, "value"))

    def _assign_member(self, left: Node, right: Node, node: Node) -> None:
        """Bind what is assigned to a member: of ``this``, of a prototype, of the exports, of an object."""
        target, name = left.child_by_field_name("object"), self.member_name(left)
        if target is None or not name:
            return
        if target.type == "this":
            owner = self.enclosing_class(node.start_byte)
            label = self.constructor_function(node) if owner is None else ""
            if owner is not None:
                self._bind_value(owner, name, right, node)
            elif label:
                self._bind_value(0, f"{label}#{name}", right, node)
            return
        text = self.text(target)
        prototype = _PROTOTYPE.fullmatch(text)
        if self.text(left) == "module.exports":
            self._export_all(right, node)
        elif text in ("exports", "module.exports"):
            self._bind_value(0, f"exports.{name}", right, node)
        elif prototype is not None:
            self._bind_value(0, f"{prototype[1]}#{name}", right, node)
        elif _PATH.fullmatch(text):  # object.member.member = value
            root, _, inner = f"{text}.{name}".partition(".")
            owner = self.enclosing_class(node.start_byte) if root == "this" else None
            scope, root = (owner, root) if owner is not None else self._handed_in(root, node.start_byte)
            self._patch(scope, root, inner, right, node)

    def _bind_put(self, node: Node) -> None:
        """Bind what ``map.set("name", value)`` puts under a written name, as a member of the map."""
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        target = function.child_by_field_name("object") if function is not None else None
        given = [c for c in arguments.named_children if c.type != "comment"] if arguments is not None else []
        if target is None or target.type != "identifier" or len(given) != 2 or given[0].type != "string":
            return
        name, key = self.text(target), self.string(given[0])
        scope = self._declaring(name, node.start_byte)
        if "." not in key and (scope, name) in self.bindings:
            self._patch(scope, name, key, given[1], node)

    def _patch(self, scope: int, root: str, inner: str, value: Node, node: Node) -> None:
        """Bind a member that is assigned to an object after it was made."""
        self._bind_value(scope, f"{root}.{inner}", value, node)
        self.patched.setdefault((scope, root), set()).add(inner)
        self.patched_names.add(root)

    def _handed_in(self, root: str, offset: int) -> tuple[int, str]:
        """Return scope and name of an object; of the outer one where a compiled enum or namespace hands it in.

        ``(function (E) { E["A"] = 1; })(E || (E = {}))`` says what the outer ``E`` holds.
        """
        scope = self._declaring(root, offset)
        bound = self.bindings.get((scope, root), [])
        owner = bound[0].owner if bound and bound[0].kind == "parameter" else None
        around = owner.parent if owner is not None else None
        call = around.parent if around is not None and around.type == "parenthesized_expression" else None
        arguments = call.child_by_field_name("arguments") if call is not None else None
        given = arguments.named_children if arguments is not None else []
        outer = given[0].child_by_field_name("left") if len(given) == 1 else None
        if call is None or outer is None or outer.type != "identifier":
            return scope, root
        return self._declaring(self.text(outer), call.end_byte), self.text(outer)

    def _export_all(self, right: Node, node: Node) -> None:
        self._bind_value(0, "exports.module", right, node)
        self._bind_value(0, "exports.default", right, node)
        for member, held in self.pairs(right) if right.type == "object" else []:
            self.export(member, held, node)

    def constructor_function(self, node: Node) -> str:
        """Return the name under which a function and its prototype's methods share ``this``; empty: none."""
        current: Node | None = node
        for _ in range(_FARTHEST_OWNER):
            if current is None:
                return ""
            parent = current.parent
            if current.type == "function_declaration":
                name = current.child_by_field_name("name")
                return self.text(name) if name is not None else ""
            if current.type == "function_expression" and parent is not None:
                return self._prototype_label(parent)
            current = parent
        return ""

    def _prototype_label(self, parent: Node) -> str:
        left = parent.child_by_field_name("left") or parent.child_by_field_name("name")
        if parent.type == "pair" and parent.parent is not None and parent.parent.parent is not None:
            left = parent.parent.parent.child_by_field_name("left")  # A.prototype = { method: function () {} }
        if left is None:
            return ""
        matched = _PROTOTYPE.fullmatch(self.text(left))
        return matched[1] if matched is not None else self.text(left) if left.type == "identifier" else ""

    def _declaring(self, name: str, offset: int) -> int:
        """Return the scope around an offset that already binds a name, else the innermost."""
        chain = self.scopes.chain(offset)
        return next((scope for scope in chain if (scope, name) in self.bindings), chain[0])

    def _bind_loop(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        scope = self.scopes.innermost(node.start_byte)
        if left.type == "identifier":
            self.add(scope, self.text(left), Binding(node.start_byte, right, "loop"))
        for target, path, default in self.targets(left):  # for (const [key, value] of Object.entries(table))
            member = Member(node.start_byte, target, "loop", path=path, default=default, whole=right)
            self.add(scope, self.text(target), member)

    # Definitions ------------------------------------------------------------------------------

    def _bind_field(self, node: Node) -> None:
        name = node.child_by_field_name("property") or node.child_by_field_name("name")
        value, owner = node.child_by_field_name("value"), self.enclosing_class(node.start_byte)
        if name is None or owner is None:
            return
        if value is not None:
            self._bind_value(owner, self.text(name), value, node)
        elif self.written_type(node):
            self._bind_declared(owner, self.text(name), node)

    def _bind_enum(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(name), Binding(node.start_byte, node, "value"))

    def _bind_type(self, node: Node) -> None:
        """Bind the name of a type that is a list of literals; a value of the same name goes first."""
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        scope = self.scopes.innermost(node.start_byte)
        if name is not None and (scope, self.text(name)) not in self.bindings:
            self.add(scope, self.text(name), Binding(node.start_byte, value, "value"))

    def _bind_namespace(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None and name.type == "identifier":
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(name), Binding(node.start_byte, node, "value"))

    def _bind_class(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            scope = max(self.scopes.parents[self.scope_of(node)], 0)
            self.add(scope, self.text(name), Binding(node.start_byte, node, "class"))

    def _bind_function(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None and node.type != "method_definition":
            scope = max(self.scopes.parents[self.scope_of(node)], 0)
            self.add(scope, self.text(name), Binding(node.start_byte, node, "function"))
        elif name is not None:
            owner = node.parent.parent if node.parent is not None else None
            if owner is not None and owner.type in CLASSES:
                kind = "getter" if any(child.type == "get" for child in node.children) else "function"
                self.add(self.scope_of(owner), self.text(name), Binding(node.start_byte, node, kind))
        for index, parameter in enumerate(self.parameters(node)):
            self._bind_parameter(node, parameter, index)

    def _bind_parameter(self, node: Node, parameter: Node, index: int) -> None:
        label = parameter.child_by_field_name("pattern") or parameter.child_by_field_name("left") or parameter
        default = parameter.child_by_field_name("value") or parameter.child_by_field_name("right")
        scope, start = self.scope_of(node), node.start_byte
        if label.type == "identifier":
            written = self.written_type(parameter)
            binding = Binding(start, default, "parameter", written, index, node)
            self.add(scope, self.text(label), binding)
            owner = self.enclosing_class(start)
            # TypeScript's ``constructor(private key: …)`` makes a field, too.
            if owner is not None and any(c.type == "accessibility_modifier" for c in parameter.named_children):
                self.add(owner, self.text(label), binding)
        for target, path, given in self.targets(label):
            member = Member(start, default, "parameter", "", index, node, path, given)
            self.add(scope, self.text(target), member)

    def parameters(self, function: Node) -> list[Node]:
        """Return the parameters of a function, in order."""
        single = function.child_by_field_name("parameter")
        listed = function.child_by_field_name("parameters")
        found = listed.named_children if listed is not None else []
        return [single] if single is not None else [child for child in found if child.type != "comment"]
