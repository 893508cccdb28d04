"""Java source: which names a file binds, what they are called in full, and which words are uses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, cached_property

import tree_sitter_java
from tree_sitter import Language, Node

from pqc_migrate.detectors.source.ranges import Ranges
from pqc_migrate.detectors.source.unit import LOCAL, Binding, Unit, as_constant
from pqc_migrate.detectors.source.values import UNKNOWN, Call, Name, Value, as_default, choice, options

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
_TYPE_WORDS = re.compile(r"[\w$]+(?:\s*\.\s*[\w$]+)*")
CONSTRUCTOR = "<init>"
_MOST_BASES = 8


@cache
def _grammar() -> Language:
    return Language(tree_sitter_java.language())


class JavaNames(Unit):
    """Names, types, calls and uses of one Java file; `java.JavaUnit` adds the expressions."""

    query = _QUERY
    bind_last = ("assign",)
    class_scope_visible = True
    package = ""

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self._known_bases: dict[int, list[int]] = {}
        self._callers: dict[int, list[Node]] = {}
        self._types: dict[tuple[str, int], str] = {}
        self._block_ranges: list[tuple[int, int]] = []
        super().__init__(data, type_of, knows)

    def grammar(self) -> Language:
        """Return the Java grammar."""
        return _grammar()

    # Bindings ---------------------------------------------------------------------------------

    def _bind_block(self, node: Node) -> None:
        self._block_ranges.append((node.start_byte, node.end_byte))

    @cached_property
    def blocks(self) -> Ranges:
        """What a local variable is declared in, and ends with."""
        return Ranges(len(self.data), self._block_ranges)

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
        self.add(self.scopes.parents[scope], self.text(name), Binding(name.start_byte, node, "class"))
        if node.type == "record_declaration":
            self._parameters(node, scope)

    def _bind_method(self, node: Node) -> None:
        scope = self.scope_of(node)
        name = node.child_by_field_name("name")
        if name is None or scope == 0:
            return
        key = self.text(name) if node.type == "method_declaration" else CONSTRUCTOR
        self.add(self.scopes.parents[scope], f"{key}()", Binding(name.start_byte, node, "function"))
        self._parameters(node, scope)

    def _parameters(self, owner: Node, scope: int) -> None:
        for index, child in enumerate(parameters(owner)):
            name = _parameter_name(child)
            if name is not None:
                binding = Binding(owner.start_byte, None, "parameter", self.type_text(child), index, owner)
                self.add(scope, self.text(name), binding)

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
        for child in node.children_by_field_name("declarator"):
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            if name is not None:
                kind = "type" if value is None else "value"
                self.add(scope, self.text(name), Binding(child.end_byte, value, kind, written))

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
        kind, value = ("value", right) if operator is not None and operator.type == "=" else ("opaque", None)
        if left.type == "identifier":
            scope = self._declaring(self.text(left), node.start_byte)
            self.add(scope, self.text(left), Binding(node.end_byte, value, kind))
        elif left.type == "field_access":
            owner, field = left.child_by_field_name("object"), left.child_by_field_name("field")
            inside = self.enclosing_class(node.start_byte)
            if owner is not None and owner.type == "this" and field is not None and inside is not None:
                self.add(inside, self.text(field), Binding(node.end_byte, value, kind))

    def _declaring(self, name: str, offset: int) -> int:
        """Return the scope that declares a variable; an inherited field belongs to the class around."""
        for scope in self.scopes.chain(offset):
            fields = scope in self.classes
            if self.bindings.get((scope, name)) if fields else self._visible(scope, name, offset):
                return scope
        return self.enclosing_class(offset) or 0

    def type_text(self, node: Node) -> str:
        """Return the type that a declaration, parameter, creation or cast is written with, or an empty text."""
        kind = node.child_by_field_name("type")
        if kind is None and node.type == "spread_parameter":
            kind = next((child for child in node.named_children if child.type.endswith("type")), None)
        return self.text(kind) if kind is not None else ""

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

    # What names are ---------------------------------------------------------------------------

    def identifier(self, name: str, offset: int) -> Value:
        """Return what a simple name is at an offset: locals in the order of the code, fields over all of it."""
        for scope in self.scopes.chain(offset):
            in_order = scope != 0 and scope not in self.classes
            found = self._visible(scope, name, offset) if in_order else self.bindings.get((scope, name))
            if found:
                return self._any(self._reaching(found, offset, same=in_order))
            inherited = self.inherited(scope, name) if scope in self.classes else None
            if inherited is not None:
                return inherited
        return self.unbound(name, offset)

    def _visible(self, scope: int, name: str, offset: int) -> list[Binding]:
        """Return what a method says of the local variable that is in scope at an offset."""
        found = self.bindings.get((scope, name), [])
        for declaration in reversed(found):
            block = self.blocks.innermost(declaration.offset)
            if declaration.name and declaration.offset <= offset and self.blocks.holds(block, offset):
                return [b for b in found if b.offset >= declaration.offset and self.blocks.holds(block, b.offset)]
        return []

    def _any(self, bindings: list[Binding]) -> Value:
        """Return what any of several bindings gives; next to one from out of sight, the others are defaults."""
        bound = [(binding, self.bound(binding)) for binding in bindings]
        known = [value for _, value in bound if value != UNKNOWN]
        if any(value == UNKNOWN and not _says_nothing(binding) for binding, value in bound):
            known = [as_default(value) for value in known]
        return choice(known)

    def member(self, scope: int, name: str) -> Value | None:
        """Return what a field of a class of this file is, over all its bindings; None when it has none."""
        found = self.bindings.get((scope, name))
        return self._any(found[:8]) if found else None

    def inherited(self, scope: int, name: str) -> Value | None:
        """Return what a field is that a superclass or interface of this file declares."""
        seen = {scope}
        waiting = self.bases(scope)
        while waiting:
            base = waiting.pop(0)
            if base in seen:
                continue
            seen.add(base)
            found = self.member(base, name)
            if found is not None:
                return found
            waiting.extend(self.bases(base))
        return None

    def bases(self, scope: int) -> list[int]:
        """Return the scopes of the superclass and interfaces of a class, those that this file holds."""
        if scope not in self._known_bases:
            self._known_bases[scope] = []
            found = (self.local_class(self.type_name(text, at)) for text, at in self._written_bases(scope))
            self._known_bases[scope] = [base for base in found if base is not None and base != scope]
        return self._known_bases[scope]

    def _written_bases(self, scope: int) -> list[tuple[str, int]]:
        node = self.classes[scope]
        outside = self.scopes.starts[max(self.scopes.parents[scope], 0)]
        written: list[str] = []
        for child in node.named_children:
            if child.type in ("superclass", "super_interfaces", "extends_interfaces"):
                listed = (
                    child.named_children[0].named_children if "interfaces" in child.type else child.named_children
                )
                written.extend(self.text(item) for item in listed)
        if node.type == "class_body" and node.parent is not None:
            written.append(self.type_text(node.parent))
        return [(text, outside) for text in written[:_MOST_BASES]]

    def unbound(self, name: str, offset: int) -> Value:
        """Return what a name is that the file does not bind: of its own package, of a star import, or global."""
        del offset
        for module in (self.package, *self.stars):
            if module and self.knows(f"{module}.{name}"):
                return Name(name=f"{module}.{name}")
        return Name(name=name)

    def bound(self, binding: Binding) -> Value:
        """Return what one binding gives its name, at least the type it is declared with."""
        if binding.kind == "value":
            value = self.value(binding.node)
            return self.typed(as_constant(value) if value != UNKNOWN else value, binding)
        if binding.kind == "type":
            return self.declared(binding.name, binding.offset)
        if binding.kind == "loop":
            return self.typed(super().bound(binding), binding)
        return super().bound(binding)

    def parameter(self, binding: Binding) -> Value:
        """Return what the callers in this file pass for a parameter, or else its declared type."""
        passed = super().parameter(Binding(binding.offset, None, "parameter", "", binding.index, binding.owner))
        return self.typed(passed, binding)

    def typed(self, value: Value, binding: Binding) -> Value:
        """Give a value whose type the catalog does not know the type that it is declared with."""
        if not binding.name:
            return value
        return self.of_type(value, binding.name, binding.offset)

    def of_type(self, value: Value, written: str, offset: int) -> Value:
        """Return a value seen as an object of a written type, where its own type says less."""
        declared = self.declared(written, offset)
        if declared == UNKNOWN:
            return value
        return choice([option if self._says(option) else declared for option in options(value)])

    def _says(self, option: Value) -> bool:
        if isinstance(option, Call):
            return option.name.startswith(LOCAL) or self.knows(option.name) or self.knows(self.type_of(option))
        return option != UNKNOWN and not (isinstance(option, Name) and not self.knows(option.name))

    def declared(self, written: str, offset: int) -> Value:
        """Return an object of a written type, or UNKNOWN when neither file nor catalog knows it."""
        name = self.type_name(written, offset)
        known = name.startswith(LOCAL) or (name != "" and self.knows(name))
        return Call(name=name, how="object") if known else UNKNOWN

    def type_name(self, written: str, offset: int) -> str:
        """Return the resolved name of a type as written: generics and array brackets are dropped."""
        key = (written, self.scopes.innermost(offset))
        if key not in self._types:
            self._types[key] = ""
            self._types[key] = self._resolved_type(written, offset)
        return self._types[key]

    def _resolved_type(self, written: str, offset: int) -> str:
        match = _TYPE_WORDS.match(written)
        if match is None or written == "var":
            return ""
        first, *rest = [part.strip() for part in match[0].split(".")]
        name = next((o.name for o in options(self._type_named(first, offset)) if isinstance(o, Name)), "")
        for part in rest:
            name = self._nested(name, part)
        return name

    def _type_named(self, name: str, offset: int) -> Value:
        """Return what a simple name is where a type is expected: variables of that name do not matter."""
        for scope in self.scopes.chain(offset):
            found = [b for b in self.bindings.get((scope, name), []) if b.kind in ("class", "import")]
            if found:
                return self.bound(found[0])
            for base in self.bases(scope) if scope in self.classes else []:
                inner = [b for b in self.bindings.get((base, name), []) if b.kind == "class"]
                if inner:
                    return self.bound(inner[0])
        return self.unbound(name, offset)

    def _nested(self, name: str, part: str) -> str:
        if not name.startswith(LOCAL):
            return f"{name}.{part}" if name else ""
        scope = self.local_class(name)
        inner = self.member(scope, part) if scope is not None else None
        return inner.name if isinstance(inner, Name) else ""

    # Constants of other files -----------------------------------------------------------------

    def is_foreign(self, value: Value) -> bool:
        """Whether a value is a field of a class that neither this file nor the catalog holds (``Names.CIPHER``)."""
        parts = value.name.split(".") if isinstance(value, Name) else []
        return len(parts) > 1 and parts[-2][:1].isupper() and super().is_foreign(value)

    def locations(self, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the files that may declare a field: of this package, of an imported one, of the main sources."""
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

    def local(self, name: str) -> Node | None:
        """Return the definition that a local name stands for."""
        offset = int(name.removeprefix(LOCAL))
        node = self.root.descendant_for_byte_range(offset, offset + 1)
        return node.parent if node is not None else None

    def local_class(self, name: str) -> int | None:
        """Return the scope of a class of this file by its local name; None for anything else."""
        node = self.local(name) if name.startswith(LOCAL) else None
        scope = self.scope_of(node) if node is not None else 0
        return scope if scope in self.classes else None


def parameters(owner: Node) -> list[Node]:
    """Return the parameters of a method, constructor or record."""
    listed = owner.child_by_field_name("parameters")
    kinds = ("formal_parameter", "spread_parameter")
    return [child for child in listed.named_children if child.type in kinds] if listed is not None else []


def _says_nothing(binding: Binding) -> bool:
    """Whether a binding only declares its name, or sets it to null."""
    return binding.kind == "type" or (binding.node is not None and binding.node.type == "null_literal")


def _parameter_name(node: Node) -> Node | None:
    name = node.child_by_field_name("name")
    if name is None and node.type == "spread_parameter" and node.named_children:
        name = node.named_children[-1].child_by_field_name("name")
    return name
