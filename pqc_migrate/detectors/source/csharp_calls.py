"""C# source: which constructors and overloads its calls reach, and which words are uses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import UNKNOWN, Call, Name, Value
from pqc_migrate.detectors.source.csharp_names import CREATIONS, CSharpNames, first
from pqc_migrate.detectors.source.objects import Argument
from pqc_migrate.detectors.source.unit import LOCAL, Binding

_ASKED = frozenset({
    "nameof", "Equals", "HasFlag", "Contains", "ReferenceEquals", "IsInstanceOfType", "Equal", "NotEqual",
    "AreEqual", "AreNotEqual", "AreSame",
})  # fmt: skip
_LITERAL_TYPES = {"string_literal": "string", "verbatim_string_literal": "string", "integer_literal": "int"}


class CSharpCalls(CSharpNames):
    """Calls and uses of one C# file."""

    # Constructors -----------------------------------------------------------------------------

    def targets(self, node: Node) -> list[Name | Call]:
        """Return what a call may reach; a creation reaches the class, and the constructors that fit."""
        kind = node.child_by_field_name("type")
        if node.type not in CREATIONS or kind is None:
            return super().targets(node)
        name = self.type_name(self.text(kind), node.start_byte)
        scope = self.local_class(name)
        fitting = self._fitting(self.constructors.get(scope, []), self.arguments(node)) if scope is not None else []
        return [Name(name=name), *fitting] if name else []

    def called(self, node: Node) -> Value:
        """Return what a call gives; one of a class used statically, of the file that declares it."""
        found, callee = super().called(node), self.callee(node)
        if callee is None or callee.type != "identifier" or not (self.statics or self.partials):
            return found
        unknown = isinstance(found, Call) and found.name == f"*.{self.text(callee)}" and not self.knows(found.name)
        given = self.elsewhere(self, self.text(callee), True) if unknown and self.elsewhere is not None else None
        return found if given is None or given == UNKNOWN else given

    def made_by(self, node: Node) -> str:
        """Return the class whose constructor ``this(…)`` or ``base(…)`` runs."""
        inside = self.enclosing_class(node.start_byte)
        if inside is None:
            return ""
        scope = (
            inside if any(child.type == "this" for child in node.children) else next(iter(self.bases(inside)), None)
        )
        return f"{LOCAL}{self.classes[scope].start_byte}" if scope is not None else ""

    def _calls_of(self, function: Node) -> Iterator[Node]:
        """Yield calls whose overload is certain; of several that could be meant, none is called for sure."""
        for call in super()._calls_of(function):
            if sum(1 for target in self.targets(call) if self.local_class(target.name) is None) <= 1:
                yield call
        if function.type == "constructor_declaration":
            around = self.enclosing_class(function.start_byte)
            local = f"{LOCAL}{self.classes[around].start_byte}" if around is not None else ""
            for node in self.supers:
                fits = len(self.arguments(node)) <= len(self.parameters(function))
                if fits and not function.start_byte <= node.start_byte < function.end_byte:
                    yield from [node] if self.made_by(node) == local else []

    def _fitting(self, overloads: list[Binding], passed: list[Argument]) -> list[Name]:
        """Return the overloads whose parameters are written with the types of the arguments, or else all."""
        found = super()._fitting(overloads, passed)
        if len(found) < 2:
            return found
        types = [self._written_for(argument.node) for argument in passed]
        decided = []
        for name in found:
            definition = self.local(name.name)
            listed = self.parameters(definition) if definition is not None else []
            if all(not t or t == p.type for t, p in zip(types, listed, strict=False)):
                decided.append(name)
        return decided or found

    def _written_for(self, node: Node) -> str:
        """Return the type that an argument is written with; empty when only its value could tell."""
        if node.type in _LITERAL_TYPES:
            return _LITERAL_TYPES[node.type]
        if node.type in ("cast_expression", "object_creation_expression", "array_creation_expression"):
            return re.sub(r"\[\w*\]", "[]", self.written_type(node))
        if node.type == "as_expression":
            kind = node.child_by_field_name("right")
            return self.text(kind) if kind is not None else ""
        if node.type != "identifier":
            return ""
        name = self.text(node)
        scopes = self.scopes.chain(node.start_byte)
        return next((b.name for scope in scopes for b in self.bindings.get((scope, name), []) if b.name), "")

    # Uses -------------------------------------------------------------------------------------

    def use(self, token: Node) -> Node | None:
        """Return the call, creation, constant or set property that a word decides."""
        set_by = self.assignment_to(token)
        if set_by is not None and self.initialized(set_by) is not None:
            return set_by
        whole = self._whole(token)
        declared = whole.parent if whole is not None else None
        if declared is not None and declared.child_by_field_name("type") == whole:
            made = self.made_implicitly(declared)
            if made is not None:
                return made
        return super().use(token)

    def made_implicitly(self, declaration: Node) -> Node | None:
        """Return the ``new(…)`` that a declaration's type names."""
        inner = first(declaration, "variable_declarator") or declaration
        return first(inner, "implicit_object_creation_expression")

    def assignment_to(self, member: Node) -> Node | None:
        """Return the assignment that sets a member."""
        parent = member.parent
        held = parent is not None and parent.type == "assignment_expression"
        return parent if held and parent is not None and parent.child_by_field_name("left") == member else None

    def is_reference(self, node: Node, parent: Node) -> bool:
        """Whether a name is kept or passed on, and not compared, declared, asked for or a label."""
        if parent.type == "argument":
            call = parent.parent.parent if parent.parent is not None else None
            callee = self.callee(call) if call is not None else None
            asked = callee is not None and self.text(self.place_of(callee)) in _ASKED
            return parent.named_children[-1] == node and not asked
        if parent.type in ("variable_declarator", "parameter"):
            return parent.child_by_field_name("name") != node and parent.child_by_field_name("type") != node
        if parent.type == "assignment_expression":
            return parent.child_by_field_name("right") == node
        if parent.type == "property_declaration":
            return parent.child_by_field_name("value") == node
        if parent.type in ("cast_expression", "parenthesized_expression") and parent.parent is not None:
            compared = parent.parent.type == "binary_expression" and not self.is_reference(parent, parent.parent)
            return not compared and parent.child_by_field_name("type") != node
        if parent.type in ("conditional_expression", "element_access_expression"):
            return node not in (parent.child_by_field_name("condition"), parent.child_by_field_name("expression"))
        if parent.type == "binary_expression":
            sign = parent.child_by_field_name("operator")
            return sign is not None and sign.type in ("+", "|", "??")
        if parent.type == "switch_expression_arm":
            return parent.named_children[-1] == node
        return True
