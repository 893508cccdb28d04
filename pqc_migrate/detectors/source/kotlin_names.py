"""Kotlin source: which nodes bind names, which are calls and members, and what takes which arguments."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Language, Node

from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.calls.values import Value
from pqc_migrate.detectors.source.objects import Argument, ObjectUnit
from pqc_migrate.detectors.source.objects_names import Parameter
from pqc_migrate.detectors.source.settings import SettingsUnit
from pqc_migrate.detectors.source.unit import LOCAL, Binding

_QUERY = """
(class_declaration) @scope @class @type
(object_declaration) @scope @class @type
(companion_object) @scope @class @companion
(object_literal) @scope @class
(enum_entry (class_body) @scope @class)
(enum_entry) @entry
(function_declaration) @scope @function
(anonymous_function) @scope
(secondary_constructor) @scope @function
(anonymous_initializer) @scope
(getter) @scope
(setter) @scope
(lambda_literal) @scope @lambda
(if_expression [(block) (assignment) (call_expression)] @branch)
(when_entry) @branch
(for_statement (block) @branch)
(while_statement (block) @branch)
(try_expression (block) @branch)
(catch_block) @branch
[(block) (lambda_literal) (for_statement) (catch_block)] @block
(return_expression) @return
(package_header) @package
(import) @import
(type_alias) @alias
(property_declaration) @declaration
(for_statement) @for
(constructor_invocation) @super
(enum_entry) @super
(assignment) @assign
"""
_TYPES = frozenset({"user_type", "nullable_type", "function_type", "parenthesized_type", "non_nullable_type"})
STANDING = frozenset({"apply", "run", "with"})
_OF_ELEMENTS = frozenset({
    "forEach", "map", "mapNotNull", "flatMap", "associateWith", "associate", "filter", "onEach",
})  # fmt: skip


class KotlinNames(SettingsUnit, ObjectUnit):
    """Names and calls of one Kotlin file; `kotlin.KotlinUnit` adds the expressions."""

    program_wide = True
    query = _QUERY
    suffix = ".kt"
    alias_nodes = frozenset({"identifier", "navigation_expression", "callable_reference"})
    name_types = frozenset({"identifier"})
    not_used = frozenset({
        "line_comment", "block_comment", "import", "package_header", "annotation", "user_type", "check_expression",
    })  # fmt: skip
    references = frozenset({
        "value_argument", "property_declaration", "assignment", "return_expression", "function_body", "when_entry",
        "block", "lambda_literal", "parenthesized_expression", "if_expression", "binary_expression",
        "as_expression", "unary_expression", "infix_expression", "parameter", "class_parameter",
        "collection_literal", "property_delegate", "interpolation", "callable_reference",
    })  # fmt: skip

    def grammar(self) -> Language:
        """Return the Kotlin grammar."""
        return grammars.load("kotlin")

    # Bindings ---------------------------------------------------------------------------------

    def _bind_package(self, node: Node) -> None:
        self.package = self.text(node.named_children[0]) if node.named_children else ""

    def _bind_import(self, node: Node) -> None:
        names = [child for child in node.named_children if child.type in ("qualified_identifier", "identifier")]
        if not names:
            return
        path = "".join(self.text(names[0]).split())
        if any(child.type == "*" for child in node.children):
            self.stars.append(path)
        else:
            local = self.text(names[1]) if len(names) > 1 else path.rsplit(".", 1)[-1]
            self.add(0, local, Binding(node.end_byte, None, "import", path))

    def _bind_alias(self, node: Node) -> None:
        name, written = node.child_by_field_name("type"), first(node, *_TYPES)
        if name is not None and written is not None:
            self.add(0, self.text(name), Binding(node.end_byte, None, "alias", self.text(written)))

    def _bind_type(self, node: Node) -> None:
        name, scope = node.child_by_field_name("name"), self.scope_of(node)
        if name is not None and scope:
            self.define(self.scopes.parents[scope], self.text(name), node, "class")
            self.declare_parameters(scope, node, self.parameters(node))
            listed = first(first(node, "primary_constructor"), "class_parameters")
            for child in listed.named_children if listed is not None else ():
                setting = _setting_of(child)
                if setting is not None:
                    label, written = self._declared(child)
                    self.add(scope, label, Binding(node.start_byte, setting, "setting", written))

    def bound(self, binding: Binding) -> Value:
        """Return what one binding gives its name; what is injected is what the settings beside the code say."""
        return self.injected(binding.node) if binding.kind == "setting" else super().bound(binding)

    def _bind_companion(self, node: Node) -> None:
        scope = self.scope_of(node)
        name = node.child_by_field_name("name")
        if scope:
            self.define(self.scopes.parents[scope], self.text(name) if name else "Companion", node, "class")

    def _bind_entry(self, node: Node) -> None:
        scope = self.enclosing_class(node.start_byte)
        if scope is not None and node.named_children:
            name = first(node, "identifier")
            if name is not None:
                self.add(scope, self.text(name), Binding(node.start_byte, node, "value"))

    def _bind_super(self, node: Node) -> None:
        self.supers.append(node)

    def _bind_function(self, node: Node) -> None:
        scope = self.scope_of(node)
        name = node.child_by_field_name("name")
        if not scope:
            return
        if name is not None:
            self.define(self.scopes.parents[scope], self.text(name), node, "function")
            before = name.prev_named_sibling
            if before is not None and before.type in _TYPES:
                binding = Binding(node.start_byte, node, "function")
                self.extensions.setdefault(self.text(name), []).append(binding)
        self.declare_parameters(scope, node, self.parameters(node))

    def _bind_lambda(self, node: Node) -> None:
        scope = self.scope_of(node)
        method, owner = self._standing_on(node)
        if owner is not None and method in STANDING:
            self.receivers[scope] = owner
        kind = "value" if method in ("also", "let", "use", "takeIf") else "element"
        node_of = owner if owner is not None and (kind == "value" or method in _OF_ELEMENTS) else None
        listed = first(node, "lambda_parameters")
        names = [self._declared(child) for child in listed.named_children] if listed is not None else [("it", "")]
        for name, written in names[:1]:
            self.add(scope, name, Binding(node.start_byte, node_of, kind if node_of else "type", written))
        for name, written in names[1:]:
            self.add(scope, name, Binding(node.start_byte, None, "type", written))

    def _standing_on(self, node: Node) -> tuple[str, Node | None]:
        """Return the function that a block is given to, and the object it works on."""
        call = node.parent.parent if node.parent is not None else None
        callee = self.callee(call) if call is not None else None
        if call is None or callee is None:
            return "", None
        parts = self.access(callee)
        if parts is not None:
            return self.text(parts[1]), parts[0]
        given = [argument.node for argument in self.arguments(call) if argument.node != node]
        method = self.text(callee)
        return method, given[0] if method == "with" and given else None

    def _declared(self, node: Node) -> tuple[str, str]:
        """Return name and written type of a variable declaration."""
        name, written = first(node, "identifier"), first(node, *_TYPES)
        return self.text(name) if name is not None else "", self.text(written) if written is not None else ""

    def _bind_declaration(self, node: Node) -> None:
        scope = self.scopes.innermost(node.start_byte)
        declared = first(node, "variable_declaration")
        value = _after(node, "=")
        if declared is None:
            several = first(node, "multi_variable_declaration")
            for child in several.named_children if several is not None else ():
                self.add(scope, self._declared(child)[0], Binding(node.end_byte, None, "opaque"))
            return
        name, written = self._declared(declared)
        kind = "value" if value is not None else "type"
        delegate, getter = first(node, "property_delegate"), first(node, "getter")
        if value is None and delegate is not None and delegate.named_children:
            kind, value = "value", delegate.named_children[0]
        elif value is None and getter is not None:
            kind, value = "computed", getter
        setting = _setting_of(node)
        if setting is not None:
            kind, value = "setting", setting
        self.add(scope, name, Binding(node.end_byte, value, kind, written))

    def _bind_for(self, node: Node) -> None:
        declared = first(node, "variable_declaration")
        if declared is not None and declared.next_named_sibling is not None:
            scope = self.scopes.innermost(node.start_byte)
            name, written = self._declared(declared)
            self.add(scope, name, Binding(declared.start_byte, declared.next_named_sibling, "loop", written))

    def _bind_assign(self, node: Node) -> None:
        left, right, sign = (node.child_by_field_name(field) for field in ("left", "right", "operator"))
        if left is None or right is None:
            return
        value = {"=": right, "+=": node}.get(sign.type if sign is not None else "")
        if left.type == "identifier":
            self.assign(self.text(left), node, value)
            return
        parts = self.access(left)
        if parts is not None and self.is_self(parts[0]):
            self.assign_member(self.text(parts[1]), node, value)

    # What is where ----------------------------------------------------------------------------

    def bases_written(self, scope: int) -> list[str]:
        """Return the types that a class extends, as written."""
        node = self.classes[scope]
        listed = first(node, "delegation_specifiers")
        written = [_deepest(child, "user_type") for child in listed.named_children] if listed is not None else []
        return [self.text(kind) for kind in written if kind is not None]

    def companions(self, scope: int) -> list[int]:
        """Return the companion objects of a class."""
        body = first(self.classes[scope], "class_body", "enum_class_body")
        found = [child for child in body.named_children if child.type == "companion_object"] if body else []
        return [self.scope_of(child) for child in found]

    def named_functions(self) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Yield the functions of this file; those of a companion are called by the name of its class."""
        for members, node in super().named_functions():
            yield tuple(name for name in members if name != "Companion"), node

    def access(self, node: Node) -> tuple[Node, Node] | None:
        """Return owner and name of ``owner.name``, ``owner?.name`` and ``Owner::name``."""
        if node.type == "navigation_expression" and len(node.named_children) >= 2:
            last = node.named_children[-1]
            return (node.named_children[0], last) if last.type == "identifier" else None
        return None

    def callee(self, node: Node) -> Node | None:
        """Return what a call calls; a call with a block behind it calls what stands before its arguments."""
        if node.type == "call_expression" and node.named_children:
            called = node.named_children[0]
            return self.callee(called) if called.type == "call_expression" and _has_block(node) else called
        return node.named_children[0].named_children[0] if is_generic_call(node) else None

    def arguments(self, node: Node) -> list[Argument]:
        """Return the arguments of a call, base class or enum entry, the block behind it last."""
        if node.type == "binary_expression":
            return [Argument(child) for child in node.named_children[-1].named_children]
        found: list[Argument] = []
        for index, child in enumerate(node.named_children):
            if child.type == "call_expression" and index == 0 and _has_block(node):
                found += self.arguments(child)
            elif child.type == "value_arguments":
                found += [self._argument(one) for one in child.named_children if one.type == "value_argument"]
            elif child.type == "annotated_lambda" and child.named_children:
                found.append(Argument(child.named_children[-1]))
        return found

    def _argument(self, node: Node) -> Argument:
        named = any(child.type == "=" for child in node.children) and len(node.named_children) > 1
        label = self.text(node.named_children[0]) if named else ""
        return Argument(node.named_children[-1] if node.named_children else node, label)

    def parameters(self, owner: Node) -> list[Parameter]:
        """Return the parameters of a function or of a class's first constructor."""
        listed = first(owner, "function_value_parameters")
        if listed is None:
            listed = first(first(owner, "primary_constructor"), "class_parameters")
        found: list[Parameter] = []
        for child in listed.named_children if listed is not None else ():
            if child.type in ("parameter", "class_parameter"):
                name, written = self._declared(child)
                default = _after(child, "=")
                if default is None and child.next_sibling is not None and child.next_sibling.type == "=":
                    default = child.next_named_sibling
                before = child.prev_named_sibling
                modifiers = self.text(before) if before is not None and before.type == "parameter_modifiers" else ""
                found.append(Parameter(name, name, written, default, "vararg" in modifiers))
        return found

    def made_by(self, node: Node) -> str:
        """Return the class that a base class list or an enum entry runs the constructor of."""
        if node.type == "enum_entry":
            scope = self.enclosing_class(node.start_byte)
            return f"{LOCAL}{self.classes[scope].start_byte}" if scope is not None else ""
        written = first(node, *_TYPES)
        return self.type_name(self.text(written), node.start_byte) if written is not None else ""

    def result_type(self, definition: Node) -> str:
        """Return the type that a function is declared to return."""
        name = definition.child_by_field_name("name")
        after = name.end_byte if name is not None else definition.end_byte
        written = [c for c in definition.named_children if c.type in _TYPES and c.start_byte > after]
        return self.text(written[-1]) if written else ""

    def results(self, definition: Node) -> list[Node]:
        """Return the expressions that a function or getter may give."""
        body = first(definition, "function_body")
        inner = body.named_children[0] if body is not None and body.named_children else None
        if inner is None or inner.type != "block":
            return [inner] if inner is not None else []
        returns = self.returns.get(self.scope_of(definition), [])
        return [node.named_children[-1] for node in returns if node.named_children]

    def is_self(self, node: Node) -> bool:
        """Whether an expression is ``this`` or ``super``."""
        return node.type in ("this_expression", "super_expression")

    def is_reference(self, node: Node, parent: Node) -> bool:
        """Whether a name is kept or passed on, and not compared, declared or a label."""
        if parent.type == "value_argument":
            call = parent.parent.parent if parent.parent is not None else None
            return parent.named_children[-1] == node and not self.is_check(call)
        if parent.type in ("property_declaration", "parameter", "class_parameter"):
            return _after(parent, "=") == node
        if parent.type == "assignment":
            return parent.child_by_field_name("right") == node
        if parent.type == "when_entry":
            return node not in parent.children_by_field_name("condition")
        if parent.type == "if_expression":
            return node != parent.child_by_field_name("condition")
        if parent.type == "binary_expression":
            sign = parent.child_by_field_name("operator")
            return sign is not None and sign.type in ("+", "?:")
        return True


def first(node: Node | None, *kinds: str) -> Node | None:
    """Return the first child of one of these types."""
    return next((child for child in node.named_children if child.type in kinds), None) if node is not None else None


def _setting_of(node: Node) -> Node | None:
    r"""Return the expression of ``@Value("\${key}")`` on a property or parameter; None when there is none."""
    modifiers = first(node, "modifiers")
    for child in modifiers.named_children if modifiers is not None else ():
        made = first(child, "constructor_invocation")
        kind, passed = first(made, "user_type"), first(made, "value_arguments")
        if kind is not None and passed is not None and kind.text == b"Value" and passed.named_children:
            return passed.named_children[0].named_children[-1]
    return None


def _after(node: Node, sign: str) -> Node | None:
    """Return what stands after a sign among the children of a node."""
    found = next((child for child in node.children if child.type == sign), None)
    return found.next_named_sibling if found is not None else None


def _deepest(node: Node, kind: str) -> Node | None:
    """Return the first node of a type, going down first children."""
    current: Node | None = node
    while current is not None and current.type != kind:
        current = current.named_children[0] if current.named_children else None
    return current


def _has_block(node: Node) -> bool:
    return node.named_children[-1].type == "annotated_lambda"


def is_generic_call(node: Node) -> bool:
    """Whether the grammar took ``arrayOf<String>("a")`` for two comparisons."""
    if node.type != "binary_expression" or node.named_children[-1].type != "parenthesized_expression":
        return False
    inner = node.named_children[0]
    outer_sign, inner_sign = (part.child_by_field_name("operator") for part in (node, inner))
    return [sign.type for sign in (outer_sign, inner_sign) if sign is not None] == [">", "<"]
