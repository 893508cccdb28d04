"""Java source: which names a file binds, what they are called in full, and which words are uses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, cached_property

import tree_sitter_java
from tree_sitter import Language, Node

from pqc_migrate.detectors.calls.values import Call, Name, Value
from pqc_migrate.detectors.source.objects_names import ObjectNames, Parameter
from pqc_migrate.detectors.source.settings import SettingsUnit
from pqc_migrate.detectors.source.unit import LOCAL, Binding

_QUERY = """
(class_declaration) @scope @class @type
(interface_declaration) @scope @class @type
(enum_declaration) @scope @class @type
(record_declaration) @scope @class @type
(annotation_type_declaration) @scope @class @type
(object_creation_expression (class_body) @scope @class)
(enum_constant (class_body) @scope @class)
(method_declaration) @scope @method
(constructor_declaration) @scope @method
(compact_constructor_declaration) @scope
(lambda_expression) @scope @lambda
(static_initializer) @scope
(class_body (block) @scope)
(if_statement consequence: (_) @branch)
(if_statement alternative: (_) @branch)
(switch_block_statement_group) @branch
(switch_rule) @branch
(for_statement body: (_) @branch)
(enhanced_for_statement body: (_) @branch)
(while_statement body: (_) @branch)
(catch_clause) @branch
(try_statement body: (block) @branch)
(try_with_resources_statement body: (block) @branch)
[(block) (constructor_body) (switch_block) (for_statement) (enhanced_for_statement) (lambda_expression)] @block
(try_with_resources_statement) @block
(return_statement) @return
(package_declaration) @package
(import_declaration) @import
(local_variable_declaration) @declaration
(field_declaration) @declaration
(constant_declaration) @declaration
(enum_constant) @constant
(enhanced_for_statement) @for
(resource) @resource
(instanceof_expression) @pattern
(assignment_expression) @assign
"""
CONSTRUCTOR = "<init>"
_CONSTANT = re.compile(r"[A-Z][A-Z0-9_]{2,}")
_MOST_OWNERS = 8


@cache
def _grammar() -> Language:
    return Language(tree_sitter_java.language())


class JavaNames(SettingsUnit, ObjectNames):
    """Names, types, calls and uses of one Java file; `java.JavaUnit` adds the expressions."""

    program_wide = True
    query = _QUERY

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self._callers: dict[int, list[Node]] = {}
        super().__init__(data, type_of, knows)

    def grammar(self) -> Language:
        """Return the Java grammar."""
        return _grammar()

    # Bindings ---------------------------------------------------------------------------------

    def _bind_package(self, node: Node) -> None:
        self.package = self.text(node.named_children[-1]) if node.named_children else ""

    def _bind_import(self, node: Node) -> None:
        named = [child for child in node.named_children if child.type in ("scoped_identifier", "identifier")]
        if not named:
            return
        name = "".join(self.text(named[0]).split())
        if any(child.type == "asterisk" for child in node.named_children):
            self.stars.append(name)
        else:
            self.add(0, name.rsplit(".", 1)[-1], Binding(node.end_byte, None, "import", name))

    def _bind_type(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        scope = self.scope_of(node)
        if name is None or scope == 0:
            return
        self.define(self.scopes.parents[scope], self.text(name), node, "class")
        if node.type == "record_declaration":
            self._parameters(node, scope)

    def _bind_method(self, node: Node) -> None:
        scope = self.scope_of(node)
        name = node.child_by_field_name("name")
        if name is None or scope == 0:
            return
        key = self.text(name) if node.type == "method_declaration" else CONSTRUCTOR
        self.define(self.scopes.parents[scope], key, node, "function")
        self._parameters(node, scope)

    def _parameters(self, owner: Node, scope: int) -> None:
        named = [(_parameter_name(child), self.type_text(child)) for child in parameters(owner)]
        listed = [Parameter(self.text(name) if name is not None else "", "", kind, None) for name, kind in named]
        self.declare_parameters(scope, owner, listed)
        for child, parameter in zip(parameters(owner), listed, strict=True):
            setting = self.setting_of(child)
            if setting is not None:
                self.add(scope, parameter.name, Binding(owner.start_byte, setting, "setting", parameter.type))

    def _bind_lambda(self, node: Node) -> None:
        listed = node.child_by_field_name("parameters")
        scope = self.scope_of(node)
        if listed is None:
            return
        for child in [listed] if listed.type == "identifier" else listed.named_children:
            name = child if child.type == "identifier" else _parameter_name(child)
            if name is not None:
                self.add(scope, self.text(name), Binding(node.start_byte, None, "type", self.type_text(child)))

    def _bind_declaration(self, node: Node) -> None:
        scope = self.scopes.innermost(node.start_byte)
        written = self.type_text(node)
        setting = self.setting_of(node)
        for child in node.children_by_field_name("declarator"):
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            if name is not None:
                kind = "setting" if setting is not None else "type" if value is None else "value"
                self.add(scope, self.text(name), Binding(child.end_byte, setting or value, kind, written))

    def bound(self, binding: Binding) -> Value:
        """Return what one binding gives its name; what is injected is what the settings beside the code say."""
        return self.injected(binding.node) if binding.kind == "setting" else super().bound(binding)

    def setting_of(self, node: Node) -> Node | None:
        """Return the expression of ``@Value("${key}")`` on a field or parameter; None when there is none."""
        modifiers = next((child for child in node.children if child.type == "modifiers"), None)
        for child in modifiers.named_children if modifiers is not None else ():
            name, passed = child.child_by_field_name("name"), child.child_by_field_name("arguments")
            if name is not None and passed is not None and self.text(name).rsplit(".", 1)[-1] == "Value":
                return passed.named_children[0] if passed.named_children else None
        return None

    def _bind_constant(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(name), Binding(node.start_byte, node, "value"))

    def _bind_for(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is not None:
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(name), Binding(name.start_byte, value, "loop", self.type_text(node)))

    def _bind_resource(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is not None:
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(name), Binding(node.end_byte, value, "value", self.type_text(node)))

    def _bind_pattern(self, node: Node) -> None:
        name, kind = node.child_by_field_name("name"), node.child_by_field_name("right")
        if name is not None and kind is not None:
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(name), Binding(node.end_byte, None, "type", self.text(kind)))

    def _bind_assign(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None:
            return
        sign = operator.type if operator is not None else ""
        value = right if sign == "=" else node if sign == "+=" else None
        if left.type == "identifier":
            self.assign(self.text(left), node, value)
        elif left.type == "field_access":
            owner, field = left.child_by_field_name("object"), left.child_by_field_name("field")
            if owner is not None and owner.type == "this" and field is not None:
                self.assign_member(self.text(field), node, value)

    def type_text(self, node: Node) -> str:
        """Return the type that a declaration, parameter, creation or cast is written with, or an empty text."""
        kind = node.child_by_field_name("type")
        if kind is None and node.type == "spread_parameter":
            kind = next((child for child in node.named_children if child.type.endswith("type")), None)
        written = self.text(kind) if kind is not None else ""
        return written if written != "var" else ""

    def written_type(self, node: Node) -> str:
        """Return the type that an expression is declared with, as written; empty when it is not seen."""
        if node.type == "string_literal":
            return "String"
        if node.type in ("object_creation_expression", "cast_expression"):
            return self.type_text(node)
        if node.type == "identifier":
            name = self.text(node)
            found = (self.bindings.get((scope, name)) for scope in self.scopes.chain(node.start_byte))
            return next((binding.name for listed in found if listed for binding in listed if binding.name), "")
        return ""

    def bases_written(self, scope: int) -> list[str]:
        """Return the superclass and interfaces of a class, as written; what an anonymous class makes one of."""
        node = self.classes[scope]
        written: list[str] = []
        for child in node.named_children:
            if child.type in ("superclass", "super_interfaces", "extends_interfaces"):
                listed = (
                    child.named_children[0].named_children if "interfaces" in child.type else child.named_children
                )
                written.extend(self.text(item) for item in listed)
        if node.type == "class_body" and node.parent is not None:
            written.append(self.type_text(node.parent))
        return written

    # Constants of other files -----------------------------------------------------------------

    def is_foreign(self, value: Value) -> bool:
        """Whether a value is of a class that neither this file nor the catalog holds (``Names.CIPHER``)."""
        parts = value.name.split(".") if isinstance(value, Name | Call) else []
        if len(parts) == 1 and isinstance(value, Name):  # of a class imported by a static star, or of a base class
            return bool(self._owners) and _CONSTANT.fullmatch(parts[0]) is not None and super().is_foreign(value)
        return len(parts) > 1 and parts[-2][:1].isupper() and super().is_foreign(value)

    @cached_property
    def _owners(self) -> list[str]:
        """Foreign classes whose constants stand without a qualifier: of static stars, extended or implemented."""
        bases = [self.type_name(text, 0) or text for scope in self.classes for text in self.bases_written(scope)]
        owners = [star for star in self.stars if star.rsplit(".", 1)[-1][:1].isupper()]
        owners += [base for base in bases if not base.startswith(LOCAL) and not self.knows(base)]
        return list(dict.fromkeys(owners))[:_MOST_OWNERS]

    def locations(self, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the files that may declare a field: of this package, of an imported one, of the main sources."""
        if "." not in name:
            for owner in self._owners:
                yield from self.locations(f"{owner}.{name}")
            return
        parts = tuple(name.split("."))
        first = next((index for index, part in enumerate(parts) if part[:1].isupper()), len(parts))
        folder, members = "/".join(parts[:first]), parts[first:]
        if not members:
            return
        root = "../" * (self.package.count(".") + 1 if self.package else 0)
        folders = (
            [folder] if folder else [self.package.replace(".", "/"), *(s.replace(".", "/") for s in self.stars)]
        )
        for packaged in folders:
            for sources in (root, f"{root}../../main/java/"):
                yield f"{sources}{packaged}/{members[0]}.java", members


def parameters(owner: Node) -> list[Node]:
    """Return the parameters of a method, constructor or record."""
    listed = owner.child_by_field_name("parameters")
    kinds = ("formal_parameter", "spread_parameter")
    return [child for child in listed.named_children if child.type in kinds] if listed is not None else []


def _parameter_name(node: Node) -> Node | None:
    name = node.child_by_field_name("name")
    if name is None and node.type == "spread_parameter" and node.named_children:
        name = node.named_children[-1].child_by_field_name("name")
    return name
