"""Rust source: what its imports, items, patterns and assignments bind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tree_sitter import Language, Node

from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.calls.values import Value
from pqc_migrate.detectors.source.unit import Binding, Unit

_QUERY = """
(function_item) @scope @function
(closure_expression) @scope @closure
(impl_item) @scope @impl
(trait_item) @scope
(mod_item) @scope @module
(if_expression consequence: (block) @branch)
(else_clause) @branch
(match_arm) @branch
(for_expression body: (block) @branch)
(while_expression body: (block) @branch)
(loop_expression body: (block) @branch)
(return_expression) @return
(use_declaration) @use
(extern_crate_declaration) @crate
(let_declaration) @let
(let_condition) @let
(match_expression) @match
(assignment_expression) @assign
(const_item) @constant
(static_item) @constant
(type_item) @alias
(struct_item) @struct
(enum_item) @struct
(struct_expression) @literal
(for_expression) @loop
"""
_WRITTEN_OUT = (
    rb"vec|s?print(?:ln)?|eprint(?:ln)?|format|write(?:ln)?|(?:debug_)?assert(?:_eq|_ne)?|panic|unreachable|todo"
    rb"|dbg|trace|debug|info|warn|error|bail|ensure|anyhow|hex|join|try_join|black_box|lazy_static|thread_local"
)
_MACRO = re.compile(rb"\b((?:\w+::)*(?:" + _WRITTEN_OUT + rb"))!(\s*)([(\[{])")
_STATIC_REF = re.compile(rb"\bstatic(\s+)ref\b")
_OWN_PATH = re.compile(r"(?:crate|self|super)\b")
_PATHS = frozenset({"identifier", "type_identifier", "self", "crate", "super", "metavariable"})
_DEEPEST_PATH = 16


def readable(data: bytes) -> bytes:
    """Return the code, as long as before, with the calls inside well-known macros written as plain code.

    A macro's arguments are a heap of tokens to the grammar: ``println!(…)`` becomes a call, ``vec![…]`` an
    array and ``lazy_static! { … }`` a block.
    """

    def written_out(match: re.Match[bytes]) -> bytes:
        name, gap, bracket = match.groups()
        if bracket == b"(":
            return name + b" " + gap + bracket
        return b" " * (len(name) + 1) + gap + bracket

    if b"!" not in data:
        return data
    data = _STATIC_REF.sub(lambda match: b"static" + match[1] + b"   ", data)
    return _MACRO.sub(written_out, data)


class RustNames(Unit):
    """Names and types of one Rust file."""

    query = _QUERY
    bind_last = (
        "crate", "use", "struct", "module", "impl", "alias", "constant", "function", "closure", "let", "match",
        "loop", "assign", "literal",
    )  # fmt: skip

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self.definitions: dict[str, list[Node]] = {}
        """Functions by name; methods by ``Type.name``."""
        self.fields: dict[tuple[str, str], list[Node]] = {}
        """(struct, field) → what is put into it."""
        self.field_types: dict[tuple[str, str], Node] = {}
        self.impls: dict[int, str] = {}
        """Scope of an impl block → its type: by its last name, or by its path where that leads out of the file."""
        self.modules: set[str] = set()
        self.crates: set[str] = set()
        """What ``extern crate`` brings in as a name of the module."""
        self.parameter_types: dict[tuple[int, str], Node] = {}
        """(scope of a function, parameter) → its declared type."""
        super().__init__(readable(data), type_of, knows)
        self.data = data

    def grammar(self) -> Language:
        """Return the Rust grammar."""
        return grammars.load("rust")

    # Bindings ---------------------------------------------------------------------------------

    def _bind_crate(self, node: Node) -> None:
        name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
        if name is not None:
            self.crates.add(self.text(name))
        if name is not None and alias is not None:
            self.add(0, self.text(alias), Binding(node.end_byte, None, "import", self.text(name)))

    def _bind_use(self, node: Node) -> None:
        argument = node.child_by_field_name("argument")
        if argument is not None:
            self._import(argument, "", self.scopes.innermost(node.start_byte))

    def _import(self, node: Node, prefix: str, scope: int, depth: int = 0) -> None:
        """Bind the names of one tree of a use declaration."""
        if depth > _DEEPEST_PATH:
            return
        path = node.child_by_field_name("path")
        if node.type == "scoped_use_list":
            inner = self._joined(prefix, self._written(path)) if path is not None else prefix
            listed = node.child_by_field_name("list")
            for child in listed.named_children if listed is not None else []:
                self._import(child, inner, scope, depth + 1)
        elif node.type == "use_list":
            for child in node.named_children:
                self._import(child, prefix, scope, depth + 1)
        elif node.type == "use_wildcard":
            self.stars.append(
                self._joined(prefix, self._written(node.named_children[0]) if node.named_children else "")
            )
        elif node.type == "use_as_clause" and path is not None:
            alias = node.child_by_field_name("alias")
            if alias is not None:
                self._bind_import(self.text(alias), self._imported(prefix, path), scope, node)
        elif node.type in (*_PATHS, "scoped_identifier"):
            name = self._imported(prefix, node)
            self._bind_import(name.rsplit(".", 1)[-1], name, scope, node)

    def _imported(self, prefix: str, node: Node) -> str:
        return prefix if node.type == "self" and prefix else self._joined(prefix, self._written(node))

    def _bind_import(self, local: str, name: str, scope: int, node: Node) -> None:
        self.add(scope, local, Binding(node.end_byte, None, "import", name))

    def _joined(self, prefix: str, written: str) -> str:
        """Return a path behind a prefix; without one, its first part may be an import or an alias itself."""
        if prefix:
            return f"{prefix}.{written}" if written else prefix
        first, _, rest = written.partition(".")
        found = [b.name for b in self.bindings.get((0, first), []) if b.kind == "import" and b.name != first]
        return ".".join(part for part in (found[0] if found else first, rest) if part)

    def _written(self, node: Node) -> str:
        return re.sub(r"\s", "", self.text(node)).replace("::", ".").lstrip(".").replace("r#", "")

    def _bind_struct(self, node: Node) -> None:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is None:
            return
        scope, label = self.scopes.innermost(node.start_byte), self.text(name)
        self.add(scope, label, Binding(node.start_byte, node, "class", label))
        for field in body.named_children if body is not None else []:
            kind, title = field.child_by_field_name("type"), field.child_by_field_name("name")
            if field.type == "field_declaration" and kind is not None and title is not None:
                self.field_types[label, self.text(title)] = kind

    def _bind_module(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None and node.child_by_field_name("body") is None:
            self.modules.add(self.text(name))

    def _bind_impl(self, node: Node) -> None:
        kind = node.child_by_field_name("type")
        if kind is not None:
            foreign = kind.type == "scoped_type_identifier" and not _OWN_PATH.match(self.text(kind))
            label = self._joined("", self._written(kind)) if foreign else self._simple_type(kind)
            self.impls[self.scope_of(node)] = label

    def _simple_type(self, node: Node) -> str:
        """Return the last name of a written type, without its arguments."""
        return self._written(node).split("<", 1)[0].rsplit(".", 1)[-1].lstrip("&")

    def _bind_alias(self, node: Node) -> None:
        name, kind = node.child_by_field_name("name"), node.child_by_field_name("type")
        if name is None or kind is None:
            return
        scope = self.scopes.innermost(node.start_byte)
        label = self.text(name)
        resolved = self._joined("", self._written(kind).split("<", 1)[0])
        binding = Binding(node.end_byte, kind, "import", resolved)
        self.add(scope, label, binding)
        if scope in self.impls:
            self.add(0, f"{self.impls[scope]}.{label}", binding)

    def _bind_constant(self, node: Node) -> None:
        name, value, kind = (node.child_by_field_name(field) for field in ("name", "value", "type"))
        if name is None:
            return
        binding = Binding(node.end_byte, value or kind, "value" if value is not None else "type")
        scope = self.scopes.innermost(node.start_byte)
        self.add(scope, self.text(name), binding)
        if scope in self.impls:
            self.add(0, f"{self.impls[scope]}.{self.text(name)}", binding)

    def _bind_function(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is None:
            return
        around = max(self.scopes.parents[self.scope_of(node)], 0)
        owner = self.impls.get(around)
        label = f"{owner}.{self.text(name)}" if owner is not None else self.text(name)
        self.definitions.setdefault(label, []).append(node)
        self.add(0 if owner is not None else around, label, Binding(node.start_byte, node, "function", label))
        for index, (pattern, kind) in enumerate(self.parameters(node)):
            for target in self.targets(pattern):
                binding = Binding(node.start_byte, None, "parameter", "", index, node)
                self.add(self.scope_of(node), self.text(target), binding)
                self.parameter_types[self.scope_of(node), self.text(target)] = kind

    def named_functions(self) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Yield (names, definition) of the functions, those of an impl behind the name of their type."""
        for members, node in super().named_functions():
            yield tuple(members[-1].split(".")), node

    def parameters(self, function: Node) -> list[tuple[Node, Node]]:
        """Return pattern and type of each parameter, ``self`` left out."""
        listed = function.child_by_field_name("parameters")
        found = []
        for child in listed.named_children if listed is not None else []:
            pattern, kind = child.child_by_field_name("pattern"), child.child_by_field_name("type")
            if pattern is not None and kind is not None:
                found.append((pattern, kind))
        return found

    def _bind_closure(self, node: Node) -> None:
        listed = node.child_by_field_name("parameters")
        for child in listed.named_children if listed is not None else []:
            for target in self.targets(child.child_by_field_name("pattern") or child):
                self.add(self.scope_of(node), self.text(target), Binding(node.start_byte, None, "opaque"))

    def _bind_let(self, node: Node) -> None:
        pattern, value, kind = (node.child_by_field_name(field) for field in ("pattern", "value", "type"))
        if pattern is not None:
            self._bind_pattern(pattern, value, kind, node)

    def _bind_pattern(self, pattern: Node, value: Node | None, kind: Node | None, node: Node) -> None:
        """Bind the names of a pattern to the value, or to its parts where both are written as tuples."""
        scope = self.scopes.innermost(node.start_byte)
        if pattern.type == "tuple_pattern" and value is not None and value.type == "tuple_expression":
            for part, inner in zip(pattern.named_children, value.named_children, strict=False):
                self._bind_pattern(part, inner, None, node)
            return
        bound = value or kind
        how = "value" if value is not None else "type" if kind is not None else "opaque"
        for target in self.targets(pattern):
            self.add(scope, self.text(target), Binding(node.end_byte, bound, how))

    def targets(self, pattern: Node) -> Iterator[Node]:
        """Yield the names that a pattern binds."""
        waiting = [pattern]
        for _ in range(64):
            if not waiting:
                return
            node = waiting.pop()
            if node.type in ("identifier", "shorthand_field_identifier"):
                if not self.text(node)[:1].isupper():
                    yield node
            elif node.type not in ("scoped_identifier", "scoped_type_identifier", "type_identifier"):
                named = node.child_by_field_name("type")
                waiting.extend(child for child in reversed(node.named_children) if child != named)

    def _bind_match(self, node: Node) -> None:
        value, body = node.child_by_field_name("value"), node.child_by_field_name("body")
        for arm in body.named_children if body is not None else []:
            pattern = arm.child_by_field_name("pattern")
            inner = pattern.named_children[0] if pattern is not None and pattern.named_children else None
            if inner is None or inner.type not in ("tuple_struct_pattern", "identifier"):
                continue
            holding = inner.type == "identifier" or self.text(inner).startswith(("Some(", "Ok("))
            scope = self.scopes.innermost(arm.start_byte)
            for target in self.targets(inner):
                binding = Binding(arm.start_byte, value if holding else None, "value" if holding else "opaque")
                self.add(scope, self.text(target), binding)

    def _bind_loop(self, node: Node) -> None:
        pattern, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
        scope = self.scopes.innermost(node.start_byte)
        for target in self.targets(pattern) if pattern is not None else ():
            kind = "loop" if pattern is not None and pattern.type == "identifier" else "opaque"
            self.add(scope, self.text(target), Binding(node.start_byte, value, kind))

    def _bind_assign(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        if left.type == "identifier":
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(left), Binding(node.end_byte, right, "value"))
        elif left.type == "field_expression":
            owner, field = left.child_by_field_name("value"), left.child_by_field_name("field")
            kind = self.self_type(node.start_byte)
            if owner is not None and owner.type == "self" and field is not None and kind:
                self.fields.setdefault((kind, self.text(field)), []).append(right)

    def _bind_literal(self, node: Node) -> None:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is None or body is None:
            return
        label = self._simple_type(name)
        label = self.self_type(node.start_byte) if label == "Self" else label
        for field, value in self.initializers(body):
            self.fields.setdefault((label, field), []).append(value)

    def initializers(self, body: Node) -> Iterator[tuple[str, Node]]:
        """Yield (field, expression) of a struct expression."""
        for child in body.named_children:
            if child.type == "shorthand_field_initializer" and child.named_children:
                yield self.text(child.named_children[-1]), child.named_children[-1]
            field, value = child.child_by_field_name("field"), child.child_by_field_name("value")
            if field is not None and value is not None:
                yield self.text(field), value

    def self_type(self, offset: int) -> str:
        """Return the type of the impl block around an offset; empty outside of one."""
        return next((self.impls[scope] for scope in self.scopes.chain(offset) if scope in self.impls), "")
