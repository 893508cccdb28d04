"""Rust source: what its names, types and paths resolve to.

Resolved names are written with dots (``aes_gcm.Aes256Gcm``). A type argument is a keyword argument of the
call or type: ``<0>``, ``<1>`` …
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    NOTHING,
    UNKNOWN,
    Call,
    Name,
    Number,
    Octets,
    Value,
    choice,
    options,
)
from pqc_migrate.detectors.source.elsewhere import cuts
from pqc_migrate.detectors.source.rust_names import RustNames
from pqc_migrate.detectors.source.unit import LOCAL, Binding, as_constant, members

_HOLDERS = frozenset({
    "Result", "Option", "Box", "Arc", "Rc", "Mutex", "RwLock", "RefCell", "Cell", "Cow", "Pin", "Vec", "Zeroizing",
    "OnceCell", "Lazy", "LazyLock", "OnceLock", "Secret", "SecretBox",
})  # fmt: skip
"""Generic types that only hold what their first argument is."""
_STRIPPED = frozenset({"reference_type", "pointer_type", "dynamic_type", "abstract_type", "bracketed_type"})
_DEEPEST_PATH = 16
_HIGHEST_FOLDER = 5


class RustPaths(RustNames):
    """Names, types and paths of one Rust file."""

    # What names are ---------------------------------------------------------------------------

    def bound(self, binding: Binding) -> Value:
        """Return what one binding gives its name."""
        if binding.kind == "import" and binding.node is not None:
            return self.value(binding.node)
        if binding.kind == "import":
            return self._own(binding.name) or Name(name=binding.name, how="object")
        if binding.kind in ("function", "class"):
            return Name(name=f"{LOCAL}{binding.name}", how="object")
        if binding.kind == "type":
            return self.object_of(binding.node)
        if binding.kind == "value":
            return as_constant(self.value(binding.node))
        if binding.kind == "loop":
            return choice([as_constant(item) for item in members(self.value(binding.node))])
        return super().bound(binding)

    def _own(self, name: str) -> Value | None:
        """Return what ``super::X`` or ``crate::X`` is where this file itself holds X outside of its modules."""
        first, _, rest = name.partition(".")
        if first not in ("self", "super", "crate") or not rest:
            return None
        found = [b for b in self.bindings.get((0, rest), []) if b.kind != "import" or b.node is not None]
        if not found and rest.partition(".")[0] in self.crates:
            return Name(name=rest, how="object")
        return choice([self.bound(binding) for binding in found[:4]]) if found else None

    def parameter(self, binding: Binding) -> Value:
        """Return what the callers in this file pass for a parameter, or else an object of its declared type."""
        found = super().parameter(replace(binding, name=""))
        if found != UNKNOWN or binding.owner is None:
            return found
        scope = self.scope_of(binding.owner)
        pattern = self.parameters(binding.owner)[binding.index][0]
        names = [self.text(target) for target in self.targets(pattern)]
        return self.object_of(self.parameter_types.get((scope, names[0]))) if len(names) == 1 else UNKNOWN

    def object_of(self, kind: Node | None) -> Value:
        """Return an object of a written type, its holders left out; UNKNOWN when nothing knows the type."""
        for _ in range(_DEEPEST_PATH):
            if kind is None:
                return UNKNOWN
            inner = kind.child_by_field_name("type")
            if kind.type in _STRIPPED:
                kind = inner or (kind.named_children[-1] if kind.named_children else None)
            elif kind.type == "generic_type" and inner is not None and self._simple_type(inner) in _HOLDERS:
                listed = kind.child_by_field_name("type_arguments")
                held = [child for child in listed.named_children if child.type != "lifetime"] if listed else []
                kind = held[0] if held else None
            else:
                break
        if kind is None:
            return UNKNOWN
        if kind.type == "array_type":
            return self._array_of(kind)
        return choice([self._object(option) for option in options(self.value(kind))])

    def _object(self, kind: Value) -> Value:
        if not isinstance(kind, Name | Call) or not (kind.name.startswith(LOCAL) or self.knows(kind.name)):
            return UNKNOWN
        named = kind.named if isinstance(kind, Call) else {}
        return Call(kind.line, "object", kind.name, named=named)

    def _array_of(self, kind: Node) -> Value:
        element, length = kind.child_by_field_name("element"), kind.child_by_field_name("length")
        count = self.value(length)
        if element is not None and self.text(element) == "u8" and isinstance(count, Number):
            return Octets(self.line(kind), "constant", max(count.number, 0))
        return UNKNOWN

    # Paths ------------------------------------------------------------------------------------

    def _of_identifier(self, node: Node) -> Value:
        name = self.text(node).removeprefix("r#")
        if name == "None":
            return NOTHING
        if name == "Self":
            return self._of_own_type(node)
        return self._placed_type(self.identifier(name, node.start_byte), node)

    _of_type_identifier = _of_identifier

    def _of_own_type(self, node: Node) -> Value:
        """Return the type that ``Self`` stands for."""
        kind = self.self_type(node.start_byte)
        if "." in kind:
            return self.placed(Name(name=kind, how="object"), node)
        return self.placed(self.identifier(kind, node.start_byte), node) if kind else UNKNOWN

    def _placed_type(self, value: Value, node: Node) -> Value:
        """Give a name, or a type with its arguments, the place it is written at."""
        placed: list[Value] = []
        for option in options(self.placed(value, node)):
            if isinstance(option, Call) and option.how == "type":
                place = (node.start_byte, node.start_byte, node.end_byte)
                placed.append(self._typed(option.name, option.named, self.line(node), place))
            else:
                placed.append(option)
        return choice(placed)

    def _typed(self, name: str, named: Mapping[str, Value], line: int, place: tuple[int, int, int]) -> Call:
        """Return a type with arguments."""
        return Call(line, "type", name, (), dict(named), None, *place)

    def _of_crate(self, node: Node) -> Value:
        return Name(self.line(node), "literal", self.text(node))

    _of_super = _of_crate

    def _of_self(self, node: Node) -> Value:
        kind = self.self_type(node.start_byte)
        local = "" if "." in kind else LOCAL
        return Call(self.line(node), "object", f"{local}{kind}") if kind else Name(name="self")

    def _of_scoped_identifier(self, node: Node) -> Value:
        path, name = node.child_by_field_name("path"), node.child_by_field_name("name")
        if name is None:
            return UNKNOWN
        written = self.text(name).removeprefix("r#")
        if path is None:
            return Name(self.line(name), "literal", written, name.start_byte)
        if path.type == "self":
            return self._member_of(Name(name="self"), written, name)
        owner = self._root(path, written) if path.type == "identifier" else self.value(path)
        return choice([self._member_of(option, written, name) for option in options(owner)])

    _of_scoped_type_identifier = _of_scoped_identifier

    def _root(self, node: Node, member: str) -> Value:
        """Return what the first name of a path is: variables, and functions with a crate's name, do not matter."""
        name = self.text(node)
        for scope in self.scopes.chain(node.start_byte):
            found = [b for b in self.bindings.get((scope, name), []) if b.kind in ("import", "class")]
            if found and (self.knows(f"{found[0].name}.{member}") or not self.knows(f"{name}.{member}")):
                return self._placed_type(self.bound(found[0]), node)
        return self.value(node) if name == "Self" else self.placed(self.unbound(name, node.start_byte), node)

    def _member_of(self, owner: Value, name: str, place: Node) -> Value:
        """Return an item of a module or an associated item of a type."""
        if not isinstance(owner, Name | Call):
            return Name(self.line(place), "literal", f"*.{name}", place.start_byte)
        full = f"{owner.name}.{name}"
        own = self._own(full)
        if own is None and owner.name.startswith(LOCAL):
            found = self.bindings.get((0, full.removeprefix(LOCAL)), [])
            own = choice([self.bound(binding) for binding in found[:8]]) if found else None
        if own is not None:
            return self._placed_type(own, place)
        if isinstance(owner, Call) and owner.named:
            where = (place.start_byte, owner.start, place.end_byte)
            return self._typed(full, owner.named, self.line(place), where)
        return Name(self.line(place), "literal", full, place.start_byte)

    def _of_generic_type(self, node: Node) -> Value:
        """Return a type or function with its type arguments."""
        inner = node.child_by_field_name("type") or node.child_by_field_name("function")
        listed = node.child_by_field_name("type_arguments")
        if inner is None or listed is None:
            return UNKNOWN
        held = [child for child in listed.named_children if child.type not in ("lifetime", "line_comment")]
        found: list[Value] = []
        for option in options(self.value(inner)):
            if not isinstance(option, Name | Call):
                continue
            named = dict(option.named) if isinstance(option, Call) else {}
            for child in held[:8]:
                named[f"<{len(named)}>"] = self.value(child)
            place = (option.offset, node.start_byte, node.end_byte)
            found.append(self._typed(option.name, named, self.line(inner), place))
        return choice(found)

    _of_generic_function = _of_generic_type_with_turbofish = _of_generic_type

    def _of_bracketed_type(self, node: Node) -> Value:
        """Return the type of ``<T as Trait>``."""
        inner = node.named_children[0] if node.named_children else None
        kind = inner.child_by_field_name("type") if inner is not None and inner.type == "qualified_type" else inner
        return self.value(kind)

    def _of_reference_type(self, node: Node) -> Value:
        return self.value(node.child_by_field_name("type"))

    # Other files ------------------------------------------------------------------------------

    def locations(self, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the files that may hold ``crate::a::b``, ``super::b`` or an item of a module declared here."""
        parts = tuple(name.split("."))
        if parts[0] not in ("crate", "super", "self") and parts[0] not in self.modules:
            return
        rest = tuple(part for part in parts if part not in ("crate", "super", "self"))
        ups = ["../" * up for up in range(_HIGHEST_FOLDER if parts[0] == "crate" else 2)]
        for module, inner in cuts(rest):
            for up in ups if module else ():
                yield f"{up}{'/'.join(module)}.rs", inner
                yield f"{up}{'/'.join(module)}/mod.rs", inner
        for up in ups if 0 < len(rest) < 3 else ():
            for root in ("mod", "lib", "main"):
                yield f"{up}{root}.rs", rest
