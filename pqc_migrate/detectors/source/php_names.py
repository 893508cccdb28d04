"""What names stand for in one PHP file: namespaces, imports, variables, constants, functions and classes.

Names of PHP are written with dots (``phpseclib3.Crypt.RSA``). In a scope, ``$x`` is a variable or a property,
``f()`` a function or method, and a bare word a class or constant.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import replace

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    UNKNOWN,
    UNREAD,
    Call,
    Items,
    Name,
    Table,
    Text,
    Value,
    choice,
    options,
)
from pqc_migrate.detectors.source.kin import KinUnit
from pqc_migrate.detectors.source.operations import elements
from pqc_migrate.detectors.source.unit import LOCAL, Binding, as_constant

_QUERY = """
(namespace_definition) @namespace
(namespace_use_declaration) @use
(class_declaration) @scope @class
(interface_declaration) @scope @class
(trait_declaration) @scope @class
(enum_declaration) @scope @class
(anonymous_class) @scope @class
(function_definition) @scope @function
(method_declaration) @scope @method
(anonymous_function) @scope @closure
(arrow_function) @scope @closure
(if_statement body: (_) @branch)
(else_if_clause) @branch
(else_clause) @branch
(case_statement) @branch
(default_statement) @branch
(foreach_statement body: (_) @branch)
(for_statement body: (_) @branch)
(while_statement body: (_) @branch)
(try_statement body: (_) @branch)
(catch_clause) @branch
(return_statement) @return
(const_declaration) @const
(property_declaration) @property
(enum_case) @case
(assignment_expression) @assign
(augmented_assignment_expression) @augment
(static_variable_declaration) @static
(global_declaration) @global
(foreach_statement) @loop
((function_call_expression function: (name) @_called) @define (#match? @_called "^(?i:define)$"))
"""
_MOST_BINDINGS = 8
_MOST_ENTRIES = 256
_PRIMITIVE = frozenset({"primitive_type", "optional_type", "union_type", "intersection_type"})


class PhpNames(KinUnit):
    """The bindings of one PHP file."""

    program_wide = True
    query = _QUERY
    bind_last = (
        "class", "function", "method", "closure", "const", "property", "case", "define",
        "global", "static", "assign", "augment", "loop",
    )  # fmt: skip

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self.namespaces: list[tuple[int, str]] = [(-1, "")]
        self._walls: set[int] = {0}
        """Scopes that do not see the variables around them."""
        self._entries: dict[tuple[int, str], list[tuple[int, Node | None, Node]]] = {}
        """Offset, key and value of ``$array[key] = value``, by scope and variable."""
        self._fields: dict[str, list[tuple[Node, Node]]] = {}
        """Object and value of ``$object->name = value``, by the property's name; ``$this`` left out."""
        super().__init__(data, type_of, knows)

    # Bindings ---------------------------------------------------------------------------------

    def _bind_namespace(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        self.namespaces.append((node.start_byte, self._dotted(name) if name is not None else ""))

    def _bind_use(self, node: Node) -> None:
        prefix = next((self._dotted(c) + "." for c in node.named_children if c.type == "namespace_name"), "")
        group = node.child_by_field_name("body")
        for clause in (group or node).named_children:
            if clause.type == "namespace_use_clause" and clause.named_children:
                alias, named = clause.child_by_field_name("alias"), clause.named_children[0]
                full = prefix + self._dotted(named)
                local = self.text(alias) if alias is not None else full.rsplit(".", 1)[-1]
                self.add(0, local, Binding(node.end_byte, None, "import", full))

    def _dotted(self, node: Node) -> str:
        return self.text(node).strip("\\").replace("\\", ".")

    def _bind_class(self, node: Node) -> None:
        self.definitions[node.start_byte] = node
        name = node.child_by_field_name("name")
        if name is not None:
            self.add(0, self.text(name), Binding(node.start_byte, node, "class"))

    def _bind_function(self, node: Node) -> None:
        self._callable(node, 0)

    def _bind_method(self, node: Node) -> None:
        owner = self.enclosing_class(node.start_byte)
        if owner is not None:
            self._callable(node, owner)

    def _bind_closure(self, node: Node) -> None:
        self._callable(node, None)

    def _callable(self, node: Node, owner: int | None) -> None:
        self.definitions[node.start_byte] = node
        name, scope = node.child_by_field_name("name"), self.scope_of(node)
        if owner is not None and name is not None:
            self._walls.add(scope)
            self.add(owner, f"{self.text(name).lower()}()", Binding(node.start_byte, node, "function"))
        for index, parameter in enumerate(self.parameters(node)):
            label, default = (parameter.child_by_field_name(field) for field in ("name", "default_value"))
            if label is None:
                continue
            declared = self._declared(parameter)
            binding = Binding(node.start_byte, default, "parameter", declared, index, node)
            self.add(scope, self.text(label), binding)
            if parameter.type == "property_promotion_parameter" and owner is not None:
                self.add(owner, self.text(label), binding)

    def label(self, method: str) -> str:
        """Return the name under which a method is bound: case does not matter."""
        return f"{method.lower()}()"

    def named_functions(self) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Yield the functions of this file by their names as written, which are bound in lower case."""
        for members, node in super().named_functions():
            name = node.child_by_field_name("name")
            yield (*members[:-1], self.text(name) if name is not None else members[-1]), node

    def parameters(self, function: Node) -> list[Node]:
        """Return the parameters of a function, comments left out."""
        listed = function.child_by_field_name("parameters")
        return [c for c in listed.named_children if c.type != "comment"] if listed is not None else []

    def _declared(self, node: Node) -> str:
        """Return the class that a parameter or property is declared with; empty when there is none, or several."""
        declared = node.child_by_field_name("type")
        if declared is not None and declared.type == "optional_type" and declared.named_children:
            declared = declared.named_children[0]
        if declared is None or declared.type in _PRIMITIVE or not declared.named_children:
            return ""
        found = self.class_named(declared.named_children[0])
        return found.name if isinstance(found, Name) else ""

    def _bind_const(self, node: Node) -> None:
        owner = self.enclosing_class(node.start_byte) or 0
        for element in node.named_children:
            if element.type == "const_element" and len(element.named_children) >= 2:
                name, value = element.named_children[0], element.named_children[-1]
                self.add(owner, self.text(name), Binding(node.start_byte, value, "value"))

    def _bind_case(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        owner = self.enclosing_class(node.start_byte)
        if name is not None and value is not None and owner is not None:
            self.add(owner, self.text(name), Binding(node.start_byte, value, "value"))

    def _bind_define(self, node: Node) -> None:
        passed = self.passed(node)
        name = self.literal(passed[0]) if len(passed) >= 2 else None
        if name is not None and node.type == "function_call_expression":
            self.add(0, name.rsplit("\\", 1)[-1], Binding(node.start_byte, passed[1], "value"))

    def _bind_property(self, node: Node) -> None:
        owner = self.enclosing_class(node.start_byte)
        declared = self._declared(node)
        for element in node.named_children if owner is not None else []:
            name, value = (element.child_by_field_name(field) for field in ("name", "default_value"))
            if element.type != "property_element" or name is None or owner is None:
                continue
            if value is not None:
                self.add(owner, self.text(name), Binding(node.start_byte, value, "value"))
            elif declared:
                self.add(owner, self.text(name), Binding(node.start_byte, None, "declared", declared))

    def _bind_global(self, node: Node) -> None:
        scope = self.scopes.innermost(node.start_byte)
        for name in node.named_children if scope else []:
            self.add(scope, self.text(name), Binding(node.end_byte, None, "global", self.text(name)))

    def _bind_static(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is not None and value is not None:
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(name), Binding(node.end_byte, value, "value"))

    def _bind_assign(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        if left.type == "list_literal":
            self._destructure(left, right, node)
            return
        place = self._place(left, node.start_byte)
        if place is not None:
            self.add(*place, Binding(node.end_byte, right, "value"))
        elif left.type == "subscript_expression" and left.named_children:
            place = self._place(left.named_children[0], node.start_byte)
            key = left.named_children[1] if len(left.named_children) > 1 else None
            if place is not None:
                self._entries.setdefault(place, []).append((node.end_byte, key, right))
        elif left.type == "member_access_expression":
            target, name = left.child_by_field_name("object"), left.child_by_field_name("name")
            if target is not None and name is not None and name.type == "name":
                self._fields.setdefault(self.text(name), []).append((target, right))

    def _bind_augment(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        place = self._place(left, node.start_byte) if left is not None else None
        if place is not None and operator is not None:
            kind = "value" if self.text(operator) == "??=" else "opaque"
            self.add(*place, Binding(node.end_byte, right if kind == "value" else None, kind))

    def _place(self, left: Node, offset: int) -> tuple[int, str] | None:
        """Return scope and name of an assigned variable or own property."""
        if left.type == "variable_name":
            return self.scopes.innermost(offset), self.text(left)
        owner = self.enclosing_class(offset)
        name = left.child_by_field_name("name")
        if owner is None or name is None:
            return None
        if left.type == "member_access_expression" and name.type == "name":
            target = left.child_by_field_name("object")
            return (owner, f"${self.text(name)}") if target is not None and self.text(target) == "$this" else None
        if left.type == "scoped_property_access_expression":
            scope = left.child_by_field_name("scope")
            return (owner, self.text(name)) if scope is not None and scope.type == "relative_scope" else None
        return None

    def _destructure(self, left: Node, right: Node, node: Node) -> None:
        targets = left.named_children
        parts = self._plain_elements(right)
        for index, target in enumerate(targets):
            place = self._place(target, node.start_byte)
            if place is None:
                continue
            known = len(parts) == len(targets)
            kind = "value" if known else "opaque"
            self.add(*place, Binding(node.end_byte, parts[index] if known else None, kind))

    def _plain_elements(self, node: Node) -> list[Node]:
        """Return the elements of an array written without keys."""
        if node.type != "array_creation_expression":
            return []
        elements = [c for c in node.named_children if c.type == "array_element_initializer"]
        return [e.named_children[0] for e in elements if len(e.named_children) == 1]

    def _bind_loop(self, node: Node) -> None:
        if len(node.named_children) < 2:
            return
        source, target = node.named_children[0], node.named_children[1]
        scope = self.scopes.innermost(node.start_byte)
        parts = target.named_children if target.type == "pair" else [target]
        kinds = ("keys", "values") if len(parts) == 2 else ("values",)
        for part, kind in zip(parts, kinds, strict=False):
            if part.type == "by_ref" and part.named_children:
                part = part.named_children[0]
            if part.type == "variable_name":
                self.add(scope, self.text(part), Binding(node.start_byte, source, kind))

    # Names ------------------------------------------------------------------------------------

    def bound(self, binding: Binding) -> Value:
        """Return what one binding gives its name."""
        if binding.kind == "global":
            return choice([self.bound(b) for b in self.bindings.get((0, binding.name), [])[:_MOST_BINDINGS]])
        if binding.kind in ("keys", "values"):
            found = elements(self.value(binding.node), binding.kind)
            return choice([as_constant(member) for member in found])
        if binding.kind == "declared":
            return Call(name=binding.name, how="object")
        return super().bound(binding)

    def variable(self, name: str, offset: int) -> Value:
        """Return what a variable is at an offset; a function sees only its own."""
        for depth, scope in enumerate(self.scopes.chain(offset)):
            found = self.bindings.get((scope, name), [])
            if found:
                reaching = self._reaching(found, offset, same=depth == 0)
                value = choice([self.bound(binding) for binding in reaching])
                return self.filled(value, (scope, name), reaching[0].offset, offset if depth == 0 else None)
            if (scope, name) in self._entries:
                return self.filled(Table(), (scope, name), -1, offset if depth == 0 else None)
            if scope in self._walls:
                return UNKNOWN
        return UNKNOWN

    def filled(self, value: Value, place: tuple[int, str], after: int, before: int | None) -> Value:
        """Return an array with what was written into it between two offsets; an unread array stays unread, too."""
        written = [
            (key, held)
            for offset, key, held in self._entries.get(place, [])[:_MOST_ENTRIES]
            if after <= offset and (before is None or offset <= before)
        ]
        if not written:
            return value
        pairs: dict[str, list[Value]] = {}
        for node, held in written:
            for key in self.keys(node):
                pairs.setdefault(key, []).append(self.value(held))
        known = {key: choice(values) for key, values in pairs.items()}
        filled: list[Value] = []
        for option in options(value):
            if isinstance(option, Table):
                filled.append(replace(option, pairs={**option.pairs, **known}))
            elif isinstance(option, Items) and not option.items:
                filled.append(Table(option.line, pairs=known))
            else:
                filled += [Table(pairs=known), option]
        return choice(filled)

    def keys(self, node: Node | None) -> list[str]:
        """Return the names that an array's key may be: strings, and constants by their own name."""
        known = options(self.value(node)) if node is not None else ()
        named = [k.text if isinstance(k, Text) else k.name for k in known if isinstance(k, Text | Name)]
        return [name for name in named if UNREAD not in name]

    def class_named(self, node: Node) -> Value:
        """Return the class that a name, a qualified name or ``self`` stands for."""
        place = node.named_children[-1] if node.type == "qualified_name" and node.named_children else node
        text = self.text(node)
        if node.type == "relative_scope" or text.lower() in ("self", "static", "parent"):
            return self._relative(text.lower(), node.start_byte)
        if text.startswith("\\"):
            full = self._dotted(node)
        else:
            first, *rest = self._dotted(node).split(".")
            found = self.bindings.get((0, first), [])
            if found and found[-1].kind == "class" and not rest:
                return Name(self.line(place), "object", f"{LOCAL}{found[-1].offset}", place.start_byte)
            imported = [binding.name for binding in found if binding.kind == "import"]
            full = ".".join([imported[-1] if imported else self._qualified(first, node.start_byte), *rest])
        return Name(self.line(place), "literal", full, place.start_byte)

    def _qualified(self, name: str, offset: int) -> str:
        at = bisect_right(self.namespaces, offset, key=lambda entry: entry[0]) - 1
        namespace = self.namespaces[at][1]
        return f"{namespace}.{name}" if namespace else name

    def _relative(self, word: str, offset: int) -> Value:
        scope = self.enclosing_class(offset)
        if scope is None:
            return UNKNOWN
        if word == "parent":
            base = next(self._base_nodes(self.classes[scope]), None)
            return self.class_named(base) if base is not None else UNKNOWN
        return Name(name=f"{LOCAL}{self.classes[scope].start_byte}", how="object")

    def _base_nodes(self, node: Node) -> Iterator[Node]:
        """Yield the names of the parent and of the traits of a class."""
        body = node.child_by_field_name("body")
        clauses = [c for c in node.named_children if c.type == "base_clause"]
        traits = [c for c in body.named_children if c.type == "use_declaration"] if body is not None else []
        for clause in (*clauses, *traits):
            yield from (c for c in clause.named_children if c.type in ("name", "qualified_name"))

    def parents(self, scope: int) -> Iterator[str]:
        """Yield the resolved names of the parent and the traits of a class."""
        for node in self._base_nodes(self.classes[scope]):
            base = self.class_named(node)
            if isinstance(base, Name):
                yield base.name

    def inherited(self, scope: int | None, name: str) -> Value | None:
        """Return a constant, property or method of a class of this file, or of what it inherits from here."""
        for owner in self.lineage(scope) if scope is not None else ():
            found = self.bindings.get((owner, name), [])
            # A declared type says what a property is only where nothing shows what is put into it.
            shown = [binding for binding in found if binding.kind != "declared"] or found
            if shown:
                value = choice([self.bound(binding) for binding in shown[:_MOST_BINDINGS]])
                return self.filled(value, (owner, name), -1, None)
            if (owner, name) in self._entries:
                return self.filled(Table(), (owner, name), -1, None)
        return None

    def field(self, owner: Call, name: str) -> Value:
        """Return what this file writes into a property of objects of another file's class."""
        kind = self.type_of(owner)
        written = [
            right
            for target, right in self._fields.get(name, [])[:_MOST_BINDINGS]
            if any(isinstance(o, Call) and self.type_of(o) == kind for o in options(self.value(target)))
        ]
        found = [as_constant(self.value(right)) for right in written]
        return choice([value for value in found if value != UNKNOWN])

    def passed(self, call: Node) -> list[Node]:
        """Return the expressions that a call passes, in their order."""
        return [node for _, node in self.arguments(call)]

    def arguments(self, call: Node) -> list[tuple[str, Node]]:
        """Return (parameter's name or empty, expression) of each argument of a call or creation."""
        listed = call.child_by_field_name("arguments") or next(
            (child for child in call.named_children if child.type == "arguments"), None
        )
        found: list[tuple[str, Node]] = []
        for argument in listed.named_children if listed is not None else []:
            inner = [c for c in argument.named_children if c.type not in ("comment", "reference_modifier")]
            if argument.type == "argument" and inner:
                name = argument.child_by_field_name("name")
                found.append((self.text(name) if name is not None else "", inner[-1]))
        return found

    def literal(self, node: Node) -> str | None:
        """Return the text of a plain string literal."""
        if node.type not in ("string", "encapsed_string"):
            return None
        parts = node.named_children
        return self.text(parts[0]) if len(parts) == 1 and parts[0].type == "string_content" else None
