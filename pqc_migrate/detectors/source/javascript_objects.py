"""JavaScript and TypeScript source: what bindings give, and what the members of objects and classes are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    NOTHING,
    UNKNOWN,
    Call,
    Items,
    Name,
    Number,
    Table,
    Text,
    Value,
    choice,
    options,
)
from pqc_migrate.detectors.source import javascript_builtins as builtins
from pqc_migrate.detectors.source.javascript_modules import FUNCTIONS, WRAPPING
from pqc_migrate.detectors.source.javascript_names import CLASSES, JavaScriptNames, Member
from pqc_migrate.detectors.source.unit import LOCAL, Binding, members

SETTING = "{}."
"""Begins the name of a member of an object literal, which the catalog knows as a call (``{}.minVersion``)."""
_FARTHEST_OBJECT = 16
BUNDLE = 400_000
"""Bytes from which on a file is a bundle: its functions pass each other everything by one-letter names."""
_HOLDING = WRAPPING | frozenset(
    {"arguments", "pair", "object", "array", "spread_element", "ternary_expression", "binary_expression"}
)
"""What may stand around an object literal that a call is given, as a whole or in part."""
_MOST_DERIVED = 8
LITERAL_TYPES = frozenset({"union_type", "literal_type"})
_CALLBACK_RESULTS = frozenset({"then", "finally"})


class JavaScriptObjects(JavaScriptNames):
    """The objects and classes of one JavaScript file."""

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        super().__init__(data, type_of, knows)
        self._bases: dict[int, int | None] = {}

    # What bindings give -----------------------------------------------------------------------

    def bound(self, binding: Binding) -> Value:
        """Return what one binding gives its name, members of a destructured value included."""
        if isinstance(binding, Member) and binding.kind != "parameter":
            whole = self.value(binding.whole)
            return self._members_bound(binding, members(whole) if binding.kind == "loop" else [whole])
        if binding.kind == "nothing":
            return NOTHING
        if binding.kind == "type":
            return self._typed(binding.name, binding.offset)
        if binding.kind == "getter" and binding.node is not None:
            return self.returned(binding.node)
        return super().bound(binding)

    def parameter(self, binding: Binding) -> Value:
        """Return what a parameter may be: default, what callers pass, what its callback is given, its type."""
        if isinstance(binding, Member):
            plain = Binding(binding.offset, binding.node, "parameter", "", binding.index, binding.owner)
            return self._members_bound(binding, [self.parameter(plain)])
        given = self._called_with(binding) if binding.owner is not None else UNKNOWN
        if given != UNKNOWN:
            return given
        found = super().parameter(replace(binding, name=""))
        if all(option == UNKNOWN or option.how == "default argument" for option in options(found)):
            listed = self.listed(binding)
            if listed != UNKNOWN:
                return choice([listed, found]) if found != UNKNOWN else listed
        return self._typed(binding.name, binding.offset) if found == UNKNOWN and binding.name else found

    def listed(self, binding: Binding) -> Value:
        """Return the literals that the type of a parameter allows; UNKNOWN where it allows others, too."""
        found = self.parameters(binding.owner)[binding.index : binding.index + 1] if binding.owner else []
        annotation = found[0].child_by_field_name("type") if found else None
        written = annotation.named_children[0] if annotation is not None and annotation.named_children else None
        if written is None or written.type not in LITERAL_TYPES | {"type_identifier"}:
            return UNKNOWN
        value = self.value(written)
        literal = all(isinstance(option, Text | Number) or option == NOTHING for option in options(value))
        return value if literal else UNKNOWN

    def _members_bound(self, binding: Member, owners: list[Value]) -> Value:
        found = owners
        for name in binding.path:
            inner = [option for owner in found for option in options(owner)]
            found = [self._part_of(option, name, binding.node) for option in inner]
        default = self.value(binding.default) if binding.default is not None else UNKNOWN
        if default == UNKNOWN:
            return choice(found)
        how = "default argument" if binding.kind == "parameter" else "constant"
        marked = default if builtins.is_name(default) else replace(default, how=how)
        return choice([marked, *(value for value in found if not unseen(value))])

    def _part_of(self, owner: Value, key: str, place: Node | None) -> Value:
        """Return the member of an object, or the element of a list, that a pattern takes."""
        if not key.startswith("["):
            return self.member_of(owner, key, place)
        return builtins.element(owner, Number(number=int(key[1:-1]))) if isinstance(owner, Items) else UNKNOWN

    def _typed(self, written: str, offset: int) -> Value:
        """Return an object of a declared type, when the catalog knows its type."""
        root, _, rest = written.partition(".")
        for option in options(self.identifier(root, offset)):
            name = f"{option.name}.{rest}" if rest and isinstance(option, Name) else ""
            resolved = name or (option.name if isinstance(option, Name) else "")
            if resolved and resolved != written and self.knows(resolved):
                return Call(name=resolved, how="object")
        return UNKNOWN

    def _called_with(self, binding: Binding) -> Value:
        """Return what a callback is called with: members of a list, the result of a promise or of the call."""
        owner = binding.owner
        arguments = owner.parent if owner is not None else None
        call = arguments.parent if arguments is not None and arguments.type == "arguments" else None
        function = call.child_by_field_name("function") if call is not None else None
        if call is None or function is None or arguments is None:
            return UNKNOWN
        target, name = function.child_by_field_name("object"), self.member_name(function)
        if target is not None and builtins.iterates(name):
            return choice(members(self.value(target))) if binding.index == 0 else UNKNOWN
        if target is not None and name in _CALLBACK_RESULTS:
            return self.value(target) if binding.index == 0 else UNKNOWN
        if function.type == "identifier" and self.text(function) in ("define", "require", "requirejs"):
            return self._module_given(arguments, binding.index)
        # Node's convention: the last argument is called with an error and what the call made.
        last = [child for child in arguments.named_children if child.type != "comment"][-1:]
        return self._result_given(call, function) if binding.index > 0 and last == [owner] else UNKNOWN

    def _module_given(self, arguments: Node, index: int) -> Value:
        """Return the module that AMD's ``define(["a", "b"], function (a, b) {})`` hands to a parameter."""
        for listed in arguments.named_children:
            if listed.type == "array":
                modules = [child for child in listed.named_children if child.type == "string"]
                return Name(name=self.string(modules[index]), how="object") if index < len(modules) else UNKNOWN
        return UNKNOWN

    def _result_given(self, call: Node, function: Node) -> Value:
        known = any(isinstance(o, Name | Call) and self.knows(o.name) for o in options(self.value(function)))
        return self.value(call) if known else UNKNOWN

    def setting(self, token: Node) -> Node | None:
        """Return the object whose member a word is the key of, unless a call that the catalog knows is given it."""
        pair = token.parent
        if token.type != "property_identifier" or pair is None or pair.type != "pair":
            return None
        table = pair.parent if pair.child_by_field_name("key") == token and len(self.data) < BUNDLE else None
        return table if table is not None and not self._given_to_known(table) else None

    def set_member(self, token: Node) -> Node | None:
        """Return the value that the member a word names is set to: ``options.minVersion = "TLSv1.3"``."""
        member = token.parent
        if token.type != "property_identifier" or member is None or member.type != "member_expression":
            return None
        assigned = member.parent if len(self.data) < BUNDLE else None
        if assigned is None or assigned.type != "assignment_expression":
            return None
        return assigned.child_by_field_name("right") if assigned.child_by_field_name("left") == member else None

    def _given_to_known(self, node: Node) -> bool:
        for _ in range(_FARTHEST_OBJECT):
            around = node.parent
            if around is None or around.type not in _HOLDING:
                return False
            if around.type == "arguments":
                return self._calls_known(around.parent)
            node = around
        return False

    def _calls_known(self, call: Node | None) -> bool:
        function = call.child_by_field_name("function") if call is not None else None
        called = self.value(function or (call.child_by_field_name("constructor") if call is not None else None))
        names = [option.name for option in options(called) if isinstance(option, Name | Call)]
        return any(self.knows(name) or self.knows(f"*.{name.rsplit('.', 1)[-1]}") for name in names)

    # Members ----------------------------------------------------------------------------------

    def of_self(self, this: Node, name: str, place: Node) -> Value:
        """Return a member of ``this``: of a class, of a constructor function, of an object literal."""
        table = self._object_around(this)
        if table is not None:
            held = self.value(table)
            if isinstance(held, Table) and name in held.pairs:
                return self.placed(held.pairs[name], place)
        owner = self.enclosing_class(this.start_byte)
        label = self.constructor_function(this) if owner is None else ""
        bound = self.bindings.get((0, f"{label}#{name}")) if label else None
        if bound:
            return self.placed(choice([self.bound(binding) for binding in bound[:8]]), place)
        if owner is None:
            return self._own(None, name, place)
        derived = [scope for scope in self.classes if self.base(scope) == owner] if len(self.classes) > 1 else []
        overrides = [scope for scope in derived[:_MOST_DERIVED] if (scope, name) in self.bindings]
        if not overrides:
            return self._own(owner, name, place)
        own = [owner] if (owner, name) in self.bindings or self.base(owner) is not None else []
        return choice([self._own(scope, name, place) for scope in (*own, *overrides)])

    def _object_around(self, this: Node) -> Node | None:
        """Return the object literal whose method ``this`` stands in."""
        current: Node | None = this
        for _ in range(_FARTHEST_OBJECT):
            parent = current.parent if current is not None else None
            if current is None or parent is None or current.type in CLASSES:
                return None
            if current.type == "method_definition":
                return parent if parent.type == "object" else None
            if current.type == "function_expression":
                return parent.parent if parent.type == "pair" else None
            current = parent
        return None

    def member_of(self, owner: Value, name: str, place: Node | None) -> Value:
        line, offset = (self.line(place), place.start_byte) if place is not None else (0, -1)
        if isinstance(owner, Name | Call) and owner.name.startswith(LOCAL):
            return self._own(self.local_class(owner.name), name, place)
        if isinstance(owner, Name):
            whole = name == "default" and not owner.name.startswith(".")
            return owner if whole else Name(line, "literal", f"{owner.name}.{name}", offset)
        if isinstance(owner, Call):
            return Call(line, "object", f"{self.type_of(owner)}.{name}", receiver=owner, offset=offset)
        if isinstance(owner, Table) and owner.pairs.get(name, UNKNOWN) != UNKNOWN:
            return owner.pairs[name]
        return Name(line, "literal", f"*.{name}", offset)

    def _own(self, scope: int | None, name: str, place: Node | None) -> Value:
        """Return a member of a class of this file, or of the classes of this file that it extends."""
        found, seen = None, set[int]()
        while scope is not None and scope not in seen and found is None:
            seen.add(scope)
            found = self.member(scope, name)
            scope = self.base(scope)
        if found is None or place is None:
            line, offset = (self.line(place), place.start_byte) if place is not None else (0, -1)
            return Name(line, "literal", f"*.{name}", offset)
        return self.placed(found, place)

    def base(self, scope: int) -> int | None:
        """Return the class of this file that a class extends."""
        if scope not in self._bases:
            self._bases[scope] = None  # a class that extends itself
            self._bases[scope] = self._written_base(scope)
        return self._bases[scope]

    def _written_base(self, scope: int) -> int | None:
        for option in options(self.extended(scope)):
            if isinstance(option, Name) and option.name.startswith(LOCAL):
                return self.local_class(option.name)
        return None

    def extended(self, scope: int) -> Value:
        """Return what a class extends, as it is written."""
        heritage = next((c for c in self.classes[scope].children if c.type == "class_heritage"), None)
        while heritage is not None and heritage.type in ("class_heritage", "extends_clause"):
            heritage = heritage.named_children[0] if heritage.named_children else None
        return self.value(heritage) if heritage is not None else UNKNOWN

    def local_class(self, name: str) -> int | None:
        """Return the scope of the class of this file that a local name stands for."""
        node = self.local(name)
        return self.scope_of(node) if node is not None and node.type in CLASSES else None

    def local(self, name: str) -> Node | None:
        """Return the function or class of this file that a local name stands for."""
        offset = int(name.removeprefix(LOCAL).split(".", 1)[0])
        node = self.root.descendant_for_byte_range(offset, offset + 1)
        while node is not None and not (node.is_named and node.type in FUNCTIONS | CLASSES):
            node = node.parent if node.start_byte == offset else None
        return node


def unseen(value: Value) -> bool:
    """Whether a value is only the name of a member of something that was not seen."""
    return isinstance(value, Name) and value.name.startswith("*.")
