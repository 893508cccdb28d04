"""C# source: which nodes bind names, which are calls and members, and what takes which arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tree_sitter import Language, Node

from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.calls.values import Call, Value, as_default, choice, options
from pqc_migrate.detectors.source.csharp_projects import Project
from pqc_migrate.detectors.source.objects import Argument, ObjectUnit
from pqc_migrate.detectors.source.objects_names import Parameter
from pqc_migrate.detectors.source.unit import Binding
from pqc_migrate.model.target import EXTENSION

_QUERY = """
(class_declaration) @scope @class @type
(struct_declaration) @scope @class @type
(record_declaration) @scope @class @type
(interface_declaration) @scope @class @type
(enum_declaration) @scope @class @type
(method_declaration) @scope @function
(local_function_statement) @scope @function
(constructor_declaration) @scope @constructor
(operator_declaration) @scope
(accessor_declaration) @scope
(lambda_expression) @scope @lambda
(anonymous_method_expression) @scope @lambda
(if_statement consequence: (_) @branch)
(if_statement alternative: (_) @branch)
(switch_section) @branch
(switch_expression_arm) @branch
(for_statement body: (_) @branch)
(foreach_statement body: (_) @branch)
(while_statement body: (_) @branch)
(try_statement body: (_) @branch)
(catch_clause) @branch
[(block) (switch_section) (for_statement) (foreach_statement) (using_statement) (catch_clause)] @block
(return_statement) @return
(using_directive) @using
(namespace_declaration) @namespace
(file_scoped_namespace_declaration) @namespace
(variable_declaration) @declaration
(property_declaration) @property
(foreach_statement) @for
(declaration_pattern) @typed
(declaration_expression) @typed
(constructor_initializer) @super
(assignment_expression) @assign
(argument ["out" "ref"] [(identifier) (member_access_expression)] @handed)
"""
_MEMBERS = frozenset({"member_access_expression", "qualified_name", "conditional_access_expression"})
CREATIONS = frozenset({"object_creation_expression"})
_HOLDER = re.compile(r"^(?:Task|ValueTask|Lazy|Nullable|IOptions)\s*<(.+)>\s*\??$", re.DOTALL)
_SPACES = re.compile(r"\s+")


class CSharpNames(ObjectUnit):
    """Names of one C# file; `csharp_calls` adds the overloads, `csharp` the expressions."""

    program_wide = True
    query = _QUERY
    bind_last = ("assign", "handed")
    alias_nodes = frozenset({"identifier", "member_access_expression"})
    name_types = frozenset({"identifier"})
    wrapping = frozenset({"generic_name"})
    not_used = frozenset({
        "comment", "using_directive", "attribute", "attribute_list", "global_attribute", "constant_pattern",
        "declaration_pattern", "recursive_pattern", "typeof_expression", "base_list", "type_argument_list",
        "type_parameter_constraints_clause",
    })  # fmt: skip
    references = frozenset({
        "argument", "variable_declarator", "assignment_expression", "return_statement", "arrow_expression_clause",
        "switch_expression_arm", "initializer_expression", "conditional_expression", "parenthesized_expression",
        "binary_expression", "cast_expression", "property_declaration", "expression_element", "yield_statement",
        "lambda_expression", "interpolation", "element_access_expression", "parameter",
    })  # fmt: skip

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self.project: Project | None = None
        """The files around this one; set once the file itself is read."""
        self.statics: list[str] = []
        """Classes whose members are named without them (``using static``)."""
        self.partials: list[str] = []
        """Classes of which other files may declare a part."""
        self.constructors: dict[int, list[Binding]] = {}
        """Scope of a class → its constructors."""
        super().__init__(data, type_of, knows)

    def grammar(self) -> Language:
        """Return the C# grammar."""
        return grammars.load("csharp")

    # Bindings ---------------------------------------------------------------------------------

    def _bind_namespace(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None and not self.package:
            self.package = _SPACES.sub("", self.text(name))

    def _bind_using(self, node: Node) -> None:
        alias = node.child_by_field_name("name")
        written = [child for child in node.named_children if child != alias]
        if not written:
            return
        path = _SPACES.sub("", self.text(written[-1])).removeprefix("global::")
        if alias is not None:
            self.add(0, self.text(alias), Binding(node.end_byte, None, "import", path))
        else:
            self.stars.append(path)
            if any(child.type == "static" for child in node.children):
                self.statics.append(path)

    def _bind_type(self, node: Node) -> None:
        name, scope = node.child_by_field_name("name"), self.scope_of(node)
        if name is not None and any(c.type == "modifier" and self.text(c) == "partial" for c in node.children):
            self.partials.append(self.text(name))
        if name is not None and scope:
            self.define(self.scopes.parents[scope], self.text(name), node, "class")
            self.declare_parameters(scope, node, self.parameters(node))

    def _bind_function(self, node: Node) -> None:
        scope, name = self.scope_of(node), node.child_by_field_name("name")
        if not scope or name is None:
            return
        self.define(self.scopes.parents[scope], self.text(name), node, "function")
        extended = self._extended(node)
        if extended is not None:
            self.extensions.setdefault(self.text(name), []).append(Binding(node.start_byte, node, "function"))
            self.add(scope, extended.name, Binding(node.start_byte, None, "type", extended.type))
        self.declare_parameters(scope, node, self.parameters(node))

    def _bind_constructor(self, node: Node) -> None:
        scope = self.scope_of(node)
        if scope:
            binding = Binding(node.start_byte, node, "function")
            self._definitions[node.start_byte] = node
            self.constructors.setdefault(self.scopes.parents[scope], []).append(binding)
            self.declare_parameters(scope, node, self.parameters(node))

    def _bind_lambda(self, node: Node) -> None:
        scope = self.scope_of(node)
        listed = node.child_by_field_name("parameters")
        single = listed is not None and listed.type == "implicit_parameter"
        names = [self.text(listed)] if listed is not None and single else [p.name for p in self.parameters(node)]
        types = [""] if single else [p.type for p in self.parameters(node)]
        for name, written in zip(names, types, strict=True):
            self.add(scope, name, Binding(node.start_byte, None, "type", written))

    def _bind_declaration(self, node: Node) -> None:
        scope = self.scopes.innermost(node.start_byte)
        written = self.written_type(node)
        for declarator in node.named_children:
            name = declarator.child_by_field_name("name")
            if declarator.type != "variable_declarator" or name is None:
                continue
            value = last_value(declarator, name)
            self.add(
                scope, self.text(name), Binding(declarator.end_byte, value, "value" if value else "type", written)
            )

    def _bind_property(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None:
            return
        computed = (value is not None and value.type == "arrow_expression_clause") or bool(self._getter(node))
        kind = "computed" if computed else "value" if value is not None else "type"
        scope = self.scopes.innermost(node.start_byte)
        binding = Binding(node.start_byte, node if computed else value, kind, self.written_type(node))
        self.add(scope, self.text(name), binding)

    def _bind_for(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None:
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(left), Binding(left.start_byte, right, "loop", self.written_type(node)))

    def _bind_typed(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(name), Binding(node.end_byte, None, "type", self.written_type(node)))

    def _bind_super(self, node: Node) -> None:
        self.supers.append(node)

    def _bind_assign(self, node: Node) -> None:
        left, right, sign = (node.child_by_field_name(field) for field in ("left", "right", "operator"))
        if left is None or right is None or self.initialized(node) is not None:
            return
        value = right if sign is not None and sign.type in ("=", "??=") else None
        if left.type == "identifier":
            self.assign(self.text(left), node, value)
            return
        parts = self.access(left)
        if parts is not None and self.is_self(parts[0]):
            self.assign_member(self.text(parts[1]), node, value)

    def _bind_handed(self, node: Node) -> None:
        """Record that ``out`` and ``ref`` let another method set a variable or member."""
        parts = self.access(node)
        if node.type == "identifier":
            self.assign(self.text(node), node, None)
        elif parts is not None and self.is_self(parts[0]):
            self.assign_member(self.text(parts[1]), node, None)

    def named_functions(self) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Yield (names, definition) of the functions; extensions are called on objects, too."""
        for members, node in super().named_functions():
            yield members, node
            if self._extended(node) is not None:
                yield (EXTENSION, members[-1]), node

    def locations(self, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the files that may declare a member of a class: named, used statically, or partly declared here."""
        *path, member = name.split(".")
        if self.project is None or not member[:1].isupper():
            return
        around = tuple(dict.fromkeys(filter(None, (self.package, *self.stars))))
        if path:
            named = ".".join(path[:-1])
            spaces = (named, *(f"{space}.{named}" for space in around)) if named else around
            yield from ((near, (path[-1], member)) for near in self.project.declaring(path[-1], spaces))
            return
        for static in self.statics:
            space, _, owner = static.rpartition(".")
            yield from (
                (near, (owner, member)) for near in self.project.declaring(owner, (space,) if space else ())
            )
        for owner in self.partials:
            yield from ((near, (owner, member)) for near in self.project.declaring(owner, ()))

    def declared_in(self, scope: int, name: str) -> list[Binding]:
        """Return what binds a name in a class; a method only where all its calls give the same."""
        methods = super().declared_in(scope, f"{name}()")
        alike = [method for method in methods if method.node is not None and not self.parameters(method.node)]
        return super().declared_in(scope, name) or alike

    # What is where ----------------------------------------------------------------------------

    def _any(self, bindings: list[Binding]) -> Value:
        """Return what any of several bindings gives; next to a call of something unseen, others are defaults."""
        found = super()._any(bindings)
        unseen = any(isinstance(option, Call) and not self._says(option) for option in options(found))
        return choice([as_default(option) for option in options(found)]) if unseen else found

    def written_type(self, node: Node) -> str:
        """Return the type that a declaration writes; empty for ``var``."""
        kind = node.child_by_field_name("type") or node.child_by_field_name("returns")
        return self.text(kind) if kind is not None and kind.type != "implicit_type" else ""

    def type_name(self, written: str, offset: int) -> str:
        """Return the resolved name of a type as written; what only holds another type gives that one."""
        held = _HOLDER.match(written.strip())
        return super().type_name(held[1] if held else written.removeprefix("global::"), offset)

    def initialized(self, node: Node) -> Node | None:
        """Return the creation that an assignment inside of ``new T { A = b }`` completes."""
        held = node.parent
        made = held.parent if held is not None and held.type == "initializer_expression" else None
        kinds = (*CREATIONS, "implicit_object_creation_expression", "with_expression")
        return made if made is not None and made.type in kinds else None

    def bases_written(self, scope: int) -> list[str]:
        """Return the types that a class extends, as written."""
        listed = first(self.classes[scope], "base_list")
        kinds = [child for child in listed.named_children if child.type != "argument_list"] if listed else []
        return [self.text(kind.named_children[0] if "primary" in kind.type else kind) for kind in kinds]

    def access(self, node: Node) -> tuple[Node, Node] | None:
        """Return owner and name of ``owner.name``, ``owner?.name`` and of qualified types."""
        if node.type not in _MEMBERS:
            return None
        owner = next(filter(None, map(node.child_by_field_name, ("expression", "qualifier", "condition"))), None)
        name = node.child_by_field_name("name")
        if node.type == "conditional_access_expression":
            bound = node.named_children[-1]
            name = bound.child_by_field_name("name") if bound.type == "member_binding_expression" else None
        name = self.bare(name) if name is not None else None
        return (owner, name) if owner is not None and name is not None else None

    def holder(self, token: Node) -> Node | None:
        """Return what a word is a part of: type arguments and ``?.`` stand between it and its owner."""
        parent = token.parent
        for kind in ("generic_name", "member_binding_expression"):
            if parent is not None and parent.type == kind and parent.parent is not None:
                outer = parent.parent
                parts = self.access(outer)
                parent = outer if parts is not None and parts[1] == token else parent
        return parent

    def callee(self, node: Node) -> Node | None:
        """Return what a call or creation calls."""
        if node.type == "invocation_expression":
            return node.child_by_field_name("function")
        return node.child_by_field_name("type") if node.type in CREATIONS else None

    def arguments(self, node: Node) -> list[Argument]:
        """Return the arguments of a call, creation or constructor initializer."""
        listed = node.child_by_field_name("arguments") or first(node, "argument_list")
        found: list[Argument] = []
        for child in listed.named_children if listed is not None else ():
            if child.type == "argument" and child.named_children:
                label = child.child_by_field_name("name")
                found.append(Argument(child.named_children[-1], self.text(label) if label is not None else ""))
        return found

    def parameters(self, owner: Node) -> list[Parameter]:
        """Return the parameters of a function, constructor or class, ``this`` of an extension left out."""
        return [parameter for node, parameter in self._listed(owner) if not self._is_extended(node)]

    def _listed(self, owner: Node) -> Iterator[tuple[Node, Parameter]]:
        listed = owner.child_by_field_name("parameters") or first(owner, "parameter_list")
        for child in listed.named_children if listed is not None else ():
            name = child.child_by_field_name("name")
            if child.type == "parameter" and name is not None:
                label = self.text(name)
                yield child, Parameter(label, label, self.written_type(child), last_value(child, name))
        rest = listed.child_by_field_name("name") if listed is not None else None
        if listed is not None and rest is not None:  # params string[] names
            label = self.text(rest)
            yield listed, Parameter(label, label, self.written_type(listed), None, True)

    def _is_extended(self, node: Node) -> bool:
        return any(child.type == "modifier" and self.text(child) == "this" for child in node.children)

    def _extended(self, function: Node) -> Parameter | None:
        return next((parameter for node, parameter in self._listed(function) if self._is_extended(node)), None)

    def result_type(self, definition: Node) -> str:
        """Return the type that a function is declared to return."""
        return self.written_type(definition)

    def results(self, definition: Node) -> list[Node]:
        """Return the expressions that a method or property may give."""
        body = definition.child_by_field_name("body") or definition.child_by_field_name("value")
        if definition.type == "property_declaration" and body is None:
            return self._getter(definition)
        if body is not None and body.type == "arrow_expression_clause":
            return body.named_children[:1]
        returns = self.returns.get(self.scope_of(definition), [])
        return [node.named_children[0] for node in returns if node.named_children]

    def _getter(self, definition: Node) -> list[Node]:
        """Return the expressions that the ``get`` of a property may give."""
        listed = definition.child_by_field_name("accessors")
        found: list[Node] = []
        for accessor in listed.named_children if listed is not None else ():
            name, body = accessor.child_by_field_name("name"), accessor.child_by_field_name("body")
            if name is None or name.type != "get" or body is None:
                continue
            if body.type == "arrow_expression_clause":
                found += body.named_children[:1]
            returns = self.returns.get(self.scope_of(accessor), [])
            found += [node.named_children[0] for node in returns if node.named_children]
        return found

    def is_self(self, node: Node) -> bool:
        """Whether an expression is ``this`` or ``base``."""
        return node.type in ("this", "base", "this_expression", "base_expression")


def first(node: Node | None, *kinds: str) -> Node | None:
    """Return the first child of one of these types."""
    return next((child for child in node.named_children if child.type in kinds), None) if node is not None else None


def last_value(node: Node, name: Node) -> Node | None:
    """Return what stands behind the ``=`` of a declarator or parameter."""
    found = next((child for child in node.children if child.type == "="), None)
    value = found.next_named_sibling if found is not None else None
    return value if value is not None and value.start_byte > name.start_byte else None
