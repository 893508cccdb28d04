"""Rust source: what its calls and members are known to be, and which words are uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    NOTHING,
    UNKNOWN,
    Call,
    Items,
    Name,
    Number,
    Octets,
    Text,
    Value,
    choice,
    options,
)
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import engine
from pqc_migrate.detectors.source.rust_values import RustValues
from pqc_migrate.detectors.source.unit import LOCAL, Binding
from pqc_migrate.model.target import SourceFile

_SAME_OBJECT = frozenset({
    "unwrap", "expect", "unwrap_or_default", "unwrap_or_else", "unwrap_or", "clone", "cloned", "copied", "as_ref",
    "as_mut", "as_slice", "as_mut_slice", "as_str", "as_deref", "into", "try_into", "to_vec", "to_owned",
    "to_string", "into_boxed_slice", "ok_or", "ok_or_else", "ok", "map_err", "context", "with_context", "iter",
    "into_iter", "borrow", "borrow_mut", "lock", "read", "write", "deref", "chain_update", "into_inner", "get_mut",
    "as_bytes", "rev", "by_ref", "to_lowercase", "to_uppercase", "trim", "or_else", "inspect_err", "map_into",
    "parse",
})  # fmt: skip
"""Methods that give the value they are called on, when the catalog does not know them."""
_SAME_VALUE = frozenset({
    "Some", "Ok", "Box.new", "Arc.new", "Rc.new", "Mutex.new", "RwLock.new", "RefCell.new", "Cell.new",
    "String.from", "Zeroizing.new", "Lazy.new", "LazyLock.new", "Cow.Borrowed", "Cow.Owned", "Box.pin", "Vec.from",
    "Secret.new", "NonZeroU32.new", "hex", "dbg", "Key.from", "Key.from_slice", "GenericArray.from_slice",
    "Nonce.from_slice", "black_box",
})  # fmt: skip
_CHECKS = frozenset({"assert_eq", "assert_ne", "debug_assert_eq", "debug_assert_ne", "eq", "ne", "contains"})
_WRAPPING = frozenset({
    "scoped_identifier", "scoped_type_identifier", "generic_type", "generic_function",
    "generic_type_with_turbofish", "bracketed_type", "qualified_type",
})  # fmt: skip
_REFERENCES = frozenset({
    "arguments", "reference_expression", "let_declaration", "const_item", "static_item", "array_expression",
    "return_expression", "field_initializer", "block", "expression_statement", "match_arm", "tuple_expression",
    "assignment_expression", "parenthesized_expression", "type_cast_expression", "closure_expression",
    "try_expression", "else_clause", "unary_expression", "break_expression",
})  # fmt: skip
_DEEPEST = 16
_MOST_ITEMS = 64
_MOST_RETURNS = 8
_MOST_CALLERS = 32


class RustUnit(RustValues):
    """One Rust file."""

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self._callers: dict[int, list[Node]] = {}
        super().__init__(data, type_of, knows)

    # Calls ------------------------------------------------------------------------------------

    def _of_call_expression(self, node: Node) -> Value:
        function = node.child_by_field_name("function")
        if function is None:
            return UNKNOWN
        inner, generics = self._without_generics(function)
        if inner.type == "field_expression":
            return self._method(node, inner, generics)
        found = [self._associated(option, node) for option in options(self.value(function))]
        return choice([value for value in found if value != UNKNOWN])

    def _without_generics(self, function: Node) -> tuple[Node, Mapping[str, Value]]:
        """Return the callee of ``key.sign::<Sha256>`` without its type arguments, and these."""
        inner = function.child_by_field_name("function")
        if function.type != "generic_function" or inner is None or inner.type != "field_expression":
            return function, {}
        listed = function.child_by_field_name("type_arguments")
        kinds = [c for c in listed.named_children if c.type != "lifetime"] if listed is not None else []
        return inner, {f"<{index}>": self.value(kind) for index, kind in enumerate(kinds[:8])}

    def _associated(self, callee: Value, node: Node) -> Value:
        """Return a call of a path: of a function of a library or of this file, or what makes a library's type."""
        if not isinstance(callee, Name | Call):
            return UNKNOWN
        passed = self.arguments(node)
        if callee.name.startswith(LOCAL):
            return self._local_call(callee.name, node)
        short = ".".join(callee.name.split(".")[-2:])
        if (short in _SAME_VALUE or callee.name in _SAME_VALUE) and passed and not self.knows(callee.name):
            return self.value(passed[0])
        named = callee.named if isinstance(callee, Call) else {}
        named = named or self._expected(callee.name, node)
        name, offset = callee.name, callee.offset
        owner, dot, _ = name.rpartition(".")
        if dot and not self.knows(name) and self.knows(owner):
            name, offset = owner, self._owner_offset(node, offset)
        return self._call(name, named, None, offset, node)

    def _owner_offset(self, node: Node, offset: int) -> int:
        """Return where the type of ``Type::function(…)`` is named."""
        function = node.child_by_field_name("function")
        for _ in range(_DEEPEST):
            if function is None or function.type in ("identifier", "type_identifier"):
                break
            path = function.child_by_field_name("path")
            if path is not None and function.type == "scoped_identifier":
                return self._last_name(path)
            function = function.child_by_field_name("function")
        return offset

    def _last_name(self, path: Node) -> int:
        for _ in range(_DEEPEST):
            inner = path.child_by_field_name("name") or path.child_by_field_name("type")
            if path.type == "bracketed_type" and path.named_children:
                inner = path.named_children[0]
            if inner is None:
                break
            path = inner
        return path.start_byte

    def _expected(self, name: str, node: Node) -> Mapping[str, Value]:
        """Return the type arguments that the declared type of a variable gives what it is made from."""
        current: Node | None = node.parent
        for _ in range(6):
            if current is None or current.type == "let_declaration":
                break
            if current.type not in ("try_expression", "field_expression", "call_expression", "arguments"):
                return {}
            current = current.parent
        kind = current.child_by_field_name("type") if current is not None else None
        owner = name.rpartition(".")[0]
        for option in options(self.object_of(kind)):
            if isinstance(option, Call) and option.name in (owner, name):
                return option.named
        return {}

    def _call(self, name: str, named: Mapping[str, Value], receiver: Value | None, offset: int, node: Node) -> Call:
        args = tuple(self.value(argument) for argument in self.arguments(node)[:_MOST_ITEMS])
        line = self.data.count(b"\n", node.start_byte, max(offset, node.start_byte)) + self.line(node)
        return Call(line, "object", name, args, dict(named), receiver, offset, node.start_byte, node.end_byte)

    def _local_call(self, name: str, node: Node) -> Value:
        definitions = self.definitions.get(name.removeprefix(LOCAL), [])
        found = [self.returned(definition) for definition in definitions[:4]]
        return choice([value for value in found if value != UNKNOWN])

    def returned(self, function: Node) -> Value:
        """Return what a function of this file returns, at least an object of its declared type."""
        body = function.child_by_field_name("body")
        nodes = self.returns.get(self.scope_of(function), [])[:_MOST_RETURNS]
        found = [self.value(node.named_children[0]) for node in nodes if node.named_children]
        found = [value for value in (self.value(body), *found) if value not in (UNKNOWN, NOTHING)]
        return choice(found) if found else self.object_of(function.child_by_field_name("return_type"))

    def _method(self, node: Node, callee: Node, generics: Mapping[str, Value]) -> Value:
        """Return a method call, with the object it is called on."""
        owner, field = callee.child_by_field_name("value"), callee.child_by_field_name("field")
        if owner is None or field is None:
            return UNKNOWN
        name = self.text(field)
        found = [self._on(option, name, field, node, generics) for option in options(self.value(owner))]
        return choice([value for value in found if value != UNKNOWN])

    def _on(self, owner: Value, name: str, field: Node, node: Node, generics: Mapping[str, Value]) -> Value:
        kind = self.kind(owner)
        if kind.startswith(LOCAL):
            label = f"{kind}.{name}"
            if label.removeprefix(LOCAL) in self.definitions:
                return self._local_call(label, node)
        full = f"{kind}.{name}" if kind else f"*.{name}"
        if name in _SAME_OBJECT and not self.knows(full):
            return _octets_of(owner) if name == "as_bytes" else owner
        if name == "len" and isinstance(owner, Octets):
            return Number(owner.line, owner.how, owner.length)
        receiver = owner if isinstance(owner, Call | Name) else None
        named = {**(owner.named if isinstance(owner, Call) and owner.how != "struct" else {}), **generics}
        return self._call(full, named, receiver, field.start_byte, node)

    def kind(self, value: Value) -> str:
        """Return the type of an object: that of the catalog, or else the type whose function made it."""
        if isinstance(value, Name):
            return value.name
        if not isinstance(value, Call):
            return ""
        name = self.type_of(value)
        owner, _, last = name.rpartition(".")
        same = last == value.name.rpartition(".")[2]  # the crate may go by another name in the catalog
        made = same and last[:1].islower() and owner.rpartition(".")[2][:1].isupper()
        return owner if made else name

    def arguments(self, node: Node) -> list[Node]:
        """Return the arguments of a call, comments left out."""
        listed = node.child_by_field_name("arguments")
        return [c for c in listed.named_children if "comment" not in c.type] if listed is not None else []

    # Members ----------------------------------------------------------------------------------

    def _of_field_expression(self, node: Node) -> Value:
        owner, field = node.child_by_field_name("value"), node.child_by_field_name("field")
        if owner is None or field is None:
            return UNKNOWN
        name = self.text(field)
        found = [self._field_of(option, name, field) for option in options(self.value(owner))]
        return choice([value for value in found if value != UNKNOWN])

    def _field_of(self, owner: Value, name: str, field: Node) -> Value:
        if isinstance(owner, Items) and name.isdecimal():
            return owner.items[int(name)] if int(name) < len(owner.items) else UNKNOWN
        if not isinstance(owner, Call):
            return UNKNOWN
        if owner.how == "struct" and name in owner.named:
            return owner.named[name]
        kind = self.kind(owner)
        if kind.startswith(LOCAL):
            key = (kind.removeprefix(LOCAL), name)
            values = [self.value(node) for node in self.fields.get(key, [])[:8]]
            known = [value for value in values if value not in (UNKNOWN, NOTHING)]
            return choice(known) if known else self.object_of(self.field_types.get(key))
        return Call(self.line(field), "object", f"{kind}.{name}", receiver=owner, offset=field.start_byte)

    def _of_struct_expression(self, node: Node) -> Value:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is None or body is None:
            return UNKNOWN
        pairs = {field: self.value(value) for field, value in list(self.initializers(body))[:_MOST_ITEMS]}
        found: list[Value] = []
        for option in options(self.value(name)):
            if isinstance(option, Name | Call):
                place = (option.offset, node.start_byte, node.end_byte)
                found.append(Call(self.line(name), "struct", option.name, (), pairs, None, *place))
        return choice(found)

    # Uses -------------------------------------------------------------------------------------

    def use(self, token: Node) -> Node | None:
        """Return the call, struct or constant that a word decides; None in imports, types and patterns."""
        parent = token.parent
        if parent is None:
            return None
        if token.type == "field_identifier":
            return self._called(parent) if parent.type == "field_expression" else None
        if token.type not in ("identifier", "type_identifier"):
            return None
        node, outer = self._whole(token, parent)
        if outer is None:
            return None
        if outer.type == "call_expression" and outer.child_by_field_name("function") == node:
            return outer
        if outer.type == "struct_expression":
            return outer if outer.child_by_field_name("name") == node else None
        if outer.type == "type_arguments":
            return node if self._in_expression(outer) else None
        if node.type not in ("identifier", "scoped_identifier") or node.end_byte != token.end_byte:
            return None
        if outer.type == "field_expression":  # ES256.signer_from_pem(…): a constant or a type with one value
            return node if self.text(token)[:1].isupper() else None
        whole, around = node, node.parent
        while around is not None and around.type in ("reference_expression", "parenthesized_expression"):
            whole, around = around, around.parent
        return node if around is not None and self._is_reference(whole, around) else None

    def _called(self, node: Node) -> Node | None:
        outer = node.parent
        if outer is not None and outer.type == "generic_function":
            node, outer = outer, outer.parent
        called = outer is not None and outer.type == "call_expression"
        return outer if called and outer is not None and outer.child_by_field_name("function") == node else None

    def _whole(self, token: Node, parent: Node | None) -> tuple[Node, Node | None]:
        """Return the path that a word is part of, and what stands around it."""
        node = token
        for _ in range(_DEEPEST):
            if parent is None or parent.type not in _WRAPPING:
                break
            if parent.type == "qualified_type" and parent.child_by_field_name("type") != node:
                return node, None
            node, parent = parent, parent.parent
        return node, parent

    def _in_expression(self, arguments: Node) -> bool:
        """Whether type arguments stand in what is called, and not in a declaration."""
        node: Node | None = arguments
        for _ in range(_DEEPEST):
            node = node.parent if node is not None else None
            if node is None or node.type not in (*_WRAPPING, "type_arguments"):
                break
            if node.type in ("generic_function", "bracketed_type", "scoped_identifier"):
                return True
        return False

    def _is_reference(self, node: Node, parent: Node) -> bool:
        """Whether a name is kept or passed on, and not only compared, matched or declared."""
        if parent.type not in _REFERENCES:
            return False
        if parent.type in ("let_declaration", "const_item", "static_item", "field_initializer", "match_arm"):
            return parent.child_by_field_name("value") == node
        if parent.type == "assignment_expression":
            return parent.child_by_field_name("right") == node
        if parent.type == "closure_expression":
            return parent.child_by_field_name("body") == node
        if parent.type != "arguments" or parent.parent is None:
            return True
        called = parent.parent.child_by_field_name("function")
        name = called.child_by_field_name("field") or called if called is not None else None
        return name is None or self.text(name) not in _CHECKS

    # Callers ----------------------------------------------------------------------------------

    def callers(self, function: Node) -> Iterator[Node]:
        """Yield the calls of a function of this file."""
        if function.id not in self._callers:
            before = self._cut
            found = list(islice(self._calls_of(function), _MOST_CALLERS))
            if self._cut != before:
                yield from found
                return
            self._callers[function.id] = found
        yield from self._callers[function.id]

    def _calls_of(self, function: Node) -> Iterator[Node]:
        name = function.child_by_field_name("name")
        labels = [label for label, nodes in self.definitions.items() if function in nodes]
        for token in self.words(self.text(name).encode()) if name is not None and labels else ():
            call = self.use(token)
            if call is None or call.type != "call_expression":
                continue
            if not function.start_byte <= call.start_byte < function.end_byte and self._reaches(call, labels[0]):
                yield call

    def _reaches(self, call: Node, label: str) -> bool:
        callee = call.child_by_field_name("function")
        inner, _ = self._without_generics(callee) if callee is not None else (None, {})
        if inner is None:
            return False
        if inner.type == "field_expression":
            kinds = map(self.kind, options(self.value(inner.child_by_field_name("value"))))
            return any(f"{kind}.{label.rpartition('.')[2]}" == f"{LOCAL}{label}" for kind in kinds)
        found = options(self.value(inner))
        return any(isinstance(option, Name | Call) and option.name == f"{LOCAL}{label}" for option in found)

    def arguments_at(self, caller: Node, parameter: Binding) -> Node | None:
        """Return the argument a call passes for a parameter; ``Type::method(object, …)`` passes the object, too."""
        passed = self.arguments(caller)
        function = parameter.owner.child_by_field_name("parameters") if parameter.owner is not None else None
        has_self = function is not None and any(c.type == "self_parameter" for c in function.named_children)
        called = caller.child_by_field_name("function")
        shifted = has_self and called is not None and called.type == "scoped_identifier"
        index = parameter.index + shifted
        return passed[index] if index < len(passed) else None


def _octets_of(value: Value) -> Value:
    if isinstance(value, Text):
        return Octets(value.line, value.how, len(value.text.encode("utf-8", "replace")))
    return value


def _wants(file: SourceFile) -> bool:
    return file.language == "rust" and engine.anchored(file, engine.anchors("rust"))


def _detect(file: SourceFile) -> Iterator[Claim]:
    return engine.detect(file, "rust", RustUnit)


DETECTOR = Detector("rust", lambda: engine.anchors("rust"), _wants, _detect)
