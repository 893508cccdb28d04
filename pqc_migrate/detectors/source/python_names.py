"""What Python code binds: imports, assignments, loops, parameters and definitions."""

from __future__ import annotations

import builtins
from functools import cached_property

from tree_sitter import Language, Node

from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.calls.values import Name, Value
from pqc_migrate.detectors.source.unit import Binding, Unit

_QUERY = """
(function_definition) @scope @function
(lambda) @scope @lambda
(class_definition) @scope @class
(if_statement consequence: (block) @branch) @check
(elif_clause consequence: (block) @branch) @check
(else_clause) @branch
(except_clause) @branch
(case_clause) @branch
(for_statement body: (block) @branch)
(while_statement body: (block) @branch)
(try_statement body: (block) @branch)
(return_statement) @return
(assignment) @assign
(named_expression) @named
(import_statement) @import
(import_from_statement) @from
(for_statement) @for
(for_in_clause) @for
(as_pattern) @as
(assert_statement) @assert
(global_statement) @global
(augmented_assignment operator: "+=") @augment
(call function: (attribute attribute: (identifier) @filling) (#any-of? @filling
  "append" "appendleft" "add" "insert" "extend" "update"))
"""
_BUILTINS = frozenset(dir(builtins))
_MOST_FILLINGS = 32
_SEQUENCES = ("pattern_list", "tuple_pattern", "list_pattern", "tuple")


class PythonNames(Unit):
    """The names of one Python file."""

    query = _QUERY
    bind_last = ("assign", "named", "for", "as")

    def grammar(self) -> Language:
        """Return the Python grammar."""
        return grammars.load("python")

    # Imports and definitions ------------------------------------------------------------------

    def _bind_import(self, node: Node) -> None:
        scope = self.scopes.innermost(node.start_byte)
        for child in node.named_children:
            if child.type == "aliased_import":
                name, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
                if name is not None and alias is not None:
                    self._import(scope, self.text(alias), self.text(name), node)
            elif child.type == "dotted_name":
                root = self.text(child).split(".", 1)[0]
                self._import(scope, root, root, node)

    def _bind_from(self, node: Node) -> None:
        scope = self.scopes.innermost(node.start_byte)
        module_node = node.child_by_field_name("module_name")
        module = self.text(module_node) if module_node is not None else ""
        joint = "" if module.endswith(".") else "."
        for child in node.named_children:
            if child.type == "wildcard_import":
                self.stars.append(module)
            elif child.type == "aliased_import":
                name, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
                if name is not None and alias is not None:
                    self._import(scope, self.text(alias), f"{module}{joint}{self.text(name)}", node)
            elif child.type == "dotted_name" and child != module_node:
                self._import(scope, self.text(child), f"{module}{joint}{self.text(child)}", node)

    def _import(self, scope: int, local: str, name: str, node: Node) -> None:
        self.add(scope, local, Binding(_after(node), None, "import", name))

    def _bind_class(self, node: Node) -> None:
        self._definition(node, "class")

    def _bind_function(self, node: Node) -> None:
        self._definition(node, "function")
        self._parameters(node)

    def _bind_lambda(self, node: Node) -> None:
        self._parameters(node)

    def _definition(self, node: Node, kind: str) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            scope = self.scopes.parents[self.scope_of(node)]
            self.add(max(scope, 0), self.text(name), Binding(name.start_byte, node, kind))

    def _parameters(self, function: Node) -> None:
        listed = function.child_by_field_name("parameters")
        scope = self.scope_of(function)
        for index, child in enumerate(listed.named_children if listed is not None else []):
            name = child if child.type == "identifier" else child.child_by_field_name("name")
            if name is None and child.type == "typed_parameter" and child.named_children:
                name = child.named_children[0]
            if name is not None:
                default = child.child_by_field_name("value")
                binding = Binding(function.start_byte, default, "parameter", index=index, owner=function)
                self.add(scope, self.text(name), binding)

    @cached_property
    def _globals(self) -> set[tuple[int, str]]:
        """Names that a function says are the module's."""
        return set()

    def _bind_global(self, node: Node) -> None:
        scope = self.scopes.innermost(node.start_byte)
        self._globals.update((scope, self.text(name)) for name in node.named_children)

    # Assignments and loops --------------------------------------------------------------------

    def _bind_assign(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        stated = node.child_by_field_name("type")
        if left is not None and right is not None:
            self._assign(left, right, node, stated)
        elif left is not None and stated is not None and left.type == "identifier":
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(left), Binding(_after(node), stated, "declared"))

    def _bind_named(self, node: Node) -> None:
        left, right = node.child_by_field_name("name"), node.child_by_field_name("value")
        if left is not None and right is not None:
            self._assign(left, right, node)

    def _assign(self, left: Node, right: Node, node: Node, stated: Node | None = None) -> None:
        while right.type == "assignment":  # a = b = value
            inner = right.child_by_field_name("right")
            if inner is None:
                return
            right = inner
        if left.type in _SEQUENCES:
            self._unpack(left, right, node)
        else:
            kind = "function" if right.type == "lambda" else "value"
            offset = right.start_byte if right.type == "lambda" else _after(node)
            self._target(left, Binding(offset, right, kind, owner=stated))

    def _unpack(self, left: Node, right: Node, node: Node) -> None:
        parts = right.named_children if right.type in ("expression_list", "tuple", "list") else []
        for index, target in enumerate(left.named_children):
            if len(parts) == len(left.named_children):
                self._assign(target, parts[index], node)
            else:
                self._target(target, Binding(_after(node), right, "part", index=index))

    def _target(self, left: Node, binding: Binding) -> None:
        """Bind a simple name, or an attribute of the object that the method is called on."""
        if left.type == "identifier":
            scope = self.scopes.innermost(left.start_byte)
            name = self.text(left)
            self.add(0 if (scope, name) in self._globals else scope, name, binding)
        elif left.type == "attribute":
            target, attribute = left.child_by_field_name("object"), left.child_by_field_name("attribute")
            owner = self.enclosing_class(left.start_byte)
            if target is None or attribute is None or owner is None or self.text(target) not in ("self", "cls"):
                return
            self.add(owner, self.text(attribute), binding)
        elif left.type == "subscript":
            self._fillings.append((left.child_by_field_name("value"), left))

    # What is put into lists and tables ----------------------------------------------------------

    @cached_property
    def _fillings(self) -> list[tuple[Node | None, Node]]:
        """(List or table, call or subscript that puts something into it) over the file."""
        return []

    def _bind_filling(self, node: Node) -> None:
        attribute = node.parent
        if attribute is not None and attribute.parent is not None:
            self._fillings.append((attribute.child_by_field_name("object"), attribute.parent))

    def _bind_augment(self, node: Node) -> None:
        self._fillings.append((node.child_by_field_name("left"), node))

    @cached_property
    def fillings(self) -> dict[tuple[int, str], list[Node]]:
        """What puts something into a list or table, by the scope and the name that hold it."""
        found: dict[tuple[int, str], list[Node]] = {}
        for owner, node in self._fillings:
            home = self._home(owner) if owner is not None else None
            if home is not None and len(found.setdefault(home, [])) < _MOST_FILLINGS:
                found[home].append(node)
        return found

    def _home(self, owner: Node) -> tuple[int, str] | None:
        """Return the scope in which a name, or an attribute of ``self``, is bound."""
        if owner.type == "attribute":
            target, attribute = owner.child_by_field_name("object"), owner.child_by_field_name("attribute")
            scope = self.enclosing_class(owner.start_byte)
            mine = target is not None and self.text(target) in ("self", "cls")
            return (scope, self.text(attribute)) if mine and scope is not None and attribute is not None else None
        return self.home(self.text(owner), owner.start_byte) if owner.type == "identifier" else None

    def home(self, name: str, offset: int) -> tuple[int, str] | None:
        """Return the nearest scope that binds a simple name."""
        return next(((s, name) for s in self.scopes.chain(offset) if (s, name) in self.bindings), None)

    def _bind_for(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        # What a comprehension makes stands before the loop that binds its names.
        around = node.parent if node.type == "for_in_clause" else node
        offset = around.start_byte if around is not None else node.start_byte
        if left.type == "identifier":
            self._target(left, Binding(offset, right, "loop"))
        else:
            for index, target in enumerate(left.named_children):
                self._target(target, Binding(offset, right, "each", index=index))

    def _bind_as(self, node: Node) -> None:
        alias = node.child_by_field_name("alias")
        if alias is not None and node.named_children and alias.named_children:
            self._assign(alias.named_children[0], node.named_children[0], node)

    def unbound(self, name: str, offset: int) -> Value:
        """Return what a name is that the file does not bind: from a star import of a library or of the target."""
        found = super().unbound(name, offset)
        if self.elsewhere is None or name in _BUILTINS or not isinstance(found, Name) or found.name != name:
            return found
        for module in self.stars:
            full = f"{module}{'' if module.endswith('.') else '.'}{name}"
            if any(self.elsewhere(self, full, called) is not None for called in (False, True)):
                return Name(name=full)
        return found


def _after(node: Node) -> int:
    """Return where what a statement binds begins to hold: at its last byte, which its block still holds."""
    return node.end_byte - 1
