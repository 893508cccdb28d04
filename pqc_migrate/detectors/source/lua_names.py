"""What names stand for in one Lua file: local variables, the fields of tables, modules, methods and objects.

A field of a table is bound in the table's scope under its path (``M.name``); ``self`` and what ``setmetatable``
makes an object of a table have the fields of that table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import NOTHING, UNKNOWN, Value, choice
from pqc_migrate.detectors.source.blocks import MOST_BINDINGS, BlockUnit, Place
from pqc_migrate.detectors.source.operations import elements
from pqc_migrate.detectors.source.unit import Binding, as_constant

_QUERY = """
(function_declaration) @scope @function
(function_definition) @scope @function
(do_statement) @scope
(for_statement) @scope @branch
(while_statement) @scope @branch
(repeat_statement) @scope
(if_statement consequence: (block) @scope @branch)
(elseif_statement consequence: (block) @scope @branch)
(else_statement body: (block) @scope @branch)
(return_statement) @return
(variable_declaration) @declare
(for_generic_clause) @loop
(chunk) @methods
(assignment_statement) @assign @field
((function_call name: (identifier) @_f) @metatable (#eq? @_f "setmetatable"))
"""
_INDEXES = frozenset({"dot_index_expression", "bracket_index_expression", "method_index_expression"})
_HIGHEST_FOLDER = 5


class LuaNames(BlockUnit):
    """The bindings of one Lua file."""

    query = _QUERY
    bind_last = ("declare", "loop", "assign", "methods", "metatable", "field", "return")

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self._objects: dict[Place, Place] = {}
        """Variables that hold an object of a table: ``self``, and what ``setmetatable`` gives."""
        self._methods: list[Node] = []
        super().__init__(data, type_of, knows)

    # Bindings ---------------------------------------------------------------------------------

    def _bind_function(self, node: Node) -> None:
        scope, name = self.wall(node), node.child_by_field_name("name")
        if name is not None and name.type == "identifier":
            self.add(self._home(node), self.text(name), Binding(node.start_byte, node, "function"))
        elif name is not None:
            self._methods.append(node)
        for index, parameter in enumerate(self.parameters(node)):
            if parameter.type == "identifier":
                binding = Binding(node.start_byte, None, "parameter", "", index, node)
                self.add(scope, self.text(parameter), binding)

    def _home(self, function: Node) -> int:
        """Return the scope of a function's own name: a global one belongs to the file."""
        local = self.data[function.start_byte : function.start_byte + 6] == b"local "
        return self.around(function) if local else 0

    def parameters(self, function: Node) -> list[Node]:
        """Return the parameters of a function, without the ``self`` of a method."""
        listed = function.child_by_field_name("parameters")
        return [c for c in listed.named_children if c.type != "comment"] if listed is not None else []

    def _bind_declare(self, node: Node) -> None:
        """Bind ``local a, b`` to nothing yet."""
        for child in node.named_children:
            if child.type == "variable_list":
                for name in child.children_by_field_name("name"):
                    self.add(self._block(node), self.text(name), Binding(node.end_byte - 1, None, "nothing"))

    def _block(self, node: Node) -> int:
        return self.scopes.innermost(node.start_byte)

    def _bind_loop(self, node: Node) -> None:
        names = [n for c in node.named_children if c.type == "variable_list" for n in c.named_children]
        sources = [n for c in node.named_children if c.type == "expression_list" for n in c.named_children]
        source = sources[0] if len(sources) == 1 else None
        passed = self.passed(source) if source is not None and source.type == "function_call" else []
        for name, kind in zip(names, ("keys", "values"), strict=False):
            binding = Binding(node.start_byte, passed[0] if passed else None, kind if passed else "opaque")
            self.add(self._block(node), self.text(name), binding)

    def _assigned(self, node: Node) -> Iterator[tuple[Node, Node | None, int]]:
        """Yield (target, expression or None, index of the result of it) of an assignment."""
        targets = [n for c in node.named_children if c.type == "variable_list" for n in c.named_children]
        given = [n for c in node.named_children if c.type == "expression_list" for n in c.named_children]
        targets = [target for target in targets if target.type != "attribute"]
        given = [value for value in given if value.type != "comment"]
        for index, target in enumerate(targets):
            if index < len(given):
                yield target, given[index], 0
            elif given and given[-1].type == "function_call":
                yield target, given[-1], index - len(given) + 1
            else:
                yield target, None, 0

    def _bind_assign(self, node: Node) -> None:
        parent = node.parent
        declared = parent is not None and parent.type == "variable_declaration"
        for target, value, index in self._assigned(node):
            if target.type == "identifier":
                name = self.text(target)
                scope = self._block(node) if declared else self.declaring(name, node.start_byte)
                self.add(scope, name, self._binding(node, value, index))

    def _bind_field(self, node: Node) -> None:
        for target, value, index in self._assigned(node):
            place = self.place(target) if target.type in _INDEXES else None
            if place is not None:
                self.add_field(place, self._binding(node, value, index))

    def _binding(self, node: Node, value: Node | None, index: int) -> Binding:
        last = node.end_byte - 1  # still in its block, which ends with its last statement
        if value is None:
            return Binding(last, None, "opaque")
        if value.type == "function_definition":
            return Binding(value.start_byte, value, "function")
        return Binding(last, value, "result" if index else "value", "", index)

    def _bind_methods(self, node: Node) -> None:
        """Bind ``function M.name`` and ``function M:name``, whose ``self`` is an object of M."""
        for node in self._methods:
            name = node.child_by_field_name("name")
            table = name.child_by_field_name("table") if name is not None else None
            owner = self.place(table) if table is not None else None
            place = self.place(name) if name is not None else None
            if owner is not None and place is not None and name is not None:
                if name.type == "method_index_expression" or self._takes_self(node):
                    self._objects[(self.scope_of(node), "self")] = owner
                self.add_field(place, Binding(node.start_byte, node, "function"))

    def _takes_self(self, function: Node) -> bool:
        return any(self.text(parameter) == "self" for parameter in self.parameters(function)[:1])

    def _bind_metatable(self, node: Node) -> None:
        """Bind the fields of an object, and the variable it is put into, to the table it is an object of."""
        owner = self.metatable(node)
        passed = self.passed(node)
        if owner is None or not passed:
            return
        for field in passed[0].named_children if passed[0].type == "table_constructor" else []:
            name, value = field.child_by_field_name("name"), field.child_by_field_name("value")
            if name is not None and value is not None and name.type == "identifier":
                place = (owner[0], f"{owner[1]}.{self.text(name)}")
                self.add_field(place, Binding(node.start_byte, value, "value"))
        if passed[0].type == "identifier":
            self._objects[(self.declaring(self.text(passed[0]), node.start_byte), self.text(passed[0]))] = owner
        assignment = node.parent.parent if node.parent is not None else None
        for target, value, _ in self._assigned(assignment) if assignment is not None else ():
            if value is not None and value.id == node.id and target.type == "identifier":
                variable = self.text(target)
                self._objects[(self.declaring(variable, node.end_byte), variable)] = owner

    def metatable(self, node: Node) -> Place | None:
        """Return the table that ``setmetatable(object, table)`` takes the methods of the object from."""
        passed = self.passed(node)
        if len(passed) < 2:
            return None
        given = passed[1]
        if given.type == "identifier":
            found = self.reaching(self.text(given), given.start_byte)
            made = [b.node for b in found if b.node is not None and b.node.type == "table_constructor"]
            index = self._index(made[-1]) if made else None
            given = index if index is not None else given
        elif given.type == "table_constructor":
            index = self._index(given)
            if index is None:
                return None
            given = index
        return self.place(given)

    def _index(self, table: Node) -> Node | None:
        """Return what a table constructor holds under ``__index``."""
        for field in table.named_children:
            name = field.child_by_field_name("name")
            if name is not None and self.text(name) == "__index":
                return field.child_by_field_name("value")
        return None

    # Places and fields ------------------------------------------------------------------------

    def place(self, node: Node) -> Place | None:
        """Return the scope and the path of a variable or field; None for what is computed."""
        parts: list[str] = []
        while node.type in _INDEXES:
            table, key = node.child_by_field_name("table"), self._key(node)
            if table is None or key is None:
                return None
            parts.append(key)
            node = table
        if node.type != "identifier":
            return None
        name = self.text(node)
        known = (self.declaring(name, node.start_byte), name)
        if name == "self" and known not in self._objects:
            scope = self.function_at(node.start_byte)
            known = (scope, name) if (scope, name) in self._objects else known
        scope, root = self._objects.get(known, known)
        return scope, ".".join([root, *reversed(parts)])

    def _key(self, node: Node) -> str | None:
        field = node.child_by_field_name("method" if node.type == "method_index_expression" else "field")
        if field is None:
            return None
        if node.type != "bracket_index_expression":
            return self.text(field)
        content = field.child_by_field_name("content") if field.type == "string" else None
        return self.text(content) if content is not None else None

    def passed(self, call: Node) -> list[Node]:
        """Return the expressions that a call passes, in their order."""
        listed = call.child_by_field_name("arguments")
        return [c for c in listed.named_children if c.type != "comment"] if listed is not None else []

    # Values of bindings -----------------------------------------------------------------------

    def bound(self, binding: Binding) -> Value:
        """Return what one binding gives its name."""
        if binding.kind == "nothing":
            return NOTHING
        if binding.kind == "result" and binding.node is not None:
            return as_constant(self.result(binding.node, binding.index))
        if binding.kind in ("keys", "values"):
            found = elements(self.value(binding.node), binding.kind)
            return choice([as_constant(member) for member in found])
        return super().bound(binding)

    def result(self, call: Node, index: int) -> Value:
        """Return one of several results of a call."""
        raise NotImplementedError

    def returned(self, function: Node, index: int = 0) -> Value:
        """Return what a function of this file gives as one of its results."""
        found: list[Value] = []
        for node in self._results.get(self.scope_of(function), [])[:MOST_BINDINGS]:
            listed = [n for c in node.named_children if c.type == "expression_list" for n in c.named_children]
            if index < len(listed):
                found.append(self.value(listed[index]))
            elif len(listed) == 1 and listed[0].type == "function_call":
                found.append(self.result(listed[0], index))
        return choice([value for value in found if value not in (UNKNOWN, NOTHING)])

    # Modules ----------------------------------------------------------------------------------

    def locations(self, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the files that may hold a module: ``require "a.b"`` is a/b.lua or a/b/init.lua."""
        parts = tuple(name.split("."))
        for end in range(len(parts) - 1, max(0, len(parts) - 3), -1):
            module, member = "/".join(parts[:end]), (".".join(parts[end:]),)
            for up in range(_HIGHEST_FOLDER):
                yield f"{'../' * up}{module}.lua", member
                yield f"{'../' * up}{module}/init.lua", member

    def named_functions(self) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Yield (names, definition): fields of the table that is the file's module also without its name here."""
        modules = [self.text(n) for c in self._module() for n in c.named_children[:1] if n.type == "identifier"]
        for members, node in super().named_functions():
            yield members, node
            table, _, name = members[-1].partition(".")
            if name and table in modules:
                yield (name,), node

    def declared_in(self, scope: int, name: str) -> list[Binding]:
        """Return what binds a field of the table that the file returns as its module."""
        returned = [n for c in self._module() for n in c.named_children[:1]]
        if not returned or scope:
            return []
        place = self.place(returned[0]) if returned[0].type == "identifier" else None
        found = self.bindings.get((0, f"{place[1]}.{name}"), []) if place is not None else []
        tables = [returned[0]]
        if place is not None:
            tables = [b.node for b in self.bindings.get(place, []) if b.node is not None]
        return found or [b for table in tables for b in self._in_constructor(table, name)]

    def _module(self) -> list[Node]:
        last = self._results.get(0, [])[-1:]
        return [c for node in last for c in node.named_children if c.type == "expression_list"]

    def _in_constructor(self, table: Node, name: str) -> list[Binding]:
        first, _, rest = name.partition(".")
        for field in table.named_children if table.type == "table_constructor" else []:
            key, value = field.child_by_field_name("name"), field.child_by_field_name("value")
            if key is None or value is None or self.text(key) != first:
                continue
            if rest:
                return self._in_constructor(value, rest)
            if value.type == "identifier":
                return self.reaching(self.text(value), value.start_byte)
            return [self._binding(field, value, 0)]
        return []
