"""What Kotlin, Scala and Swift share about calls: members, named arguments, receivers of blocks, callers, uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import ClassVar

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    NOTHING,
    UNKNOWN,
    Call,
    Items,
    Name,
    Number,
    Octets,
    Value,
    choice,
    options,
)
from pqc_migrate.detectors.source.objects_names import Parameter
from pqc_migrate.detectors.source.objects_values import ObjectValues
from pqc_migrate.detectors.source.unit import LOCAL, Binding

_MOST_OVERLOADS = 8
_MOST_CALLERS = 32
_MOST_ITEMS = 64
_MOST_RETURNS = 8
_MOST_LISTS = 4
_LENGTHS = frozenset({"size", "length", "count"})
_CHECKS = frozenset({
    "equals", "equalsIgnoreCase", "contains", "containsKey", "startsWith", "endsWith", "hasPrefix", "hasSuffix",
    "SecKeyIsAlgorithmSupported",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call."""

    node: Node
    label: str = ""
    """The parameter it is written for; empty when only its position says so."""


class ObjectUnit(ObjectValues):
    """Calls, members and uses of one file; a language module says which nodes they are."""

    name_types: ClassVar[frozenset[str]]
    """Nodes that are one simple name."""
    not_used: ClassVar[frozenset[str]]
    """Nodes in which a name is no use: imports, comments, annotations, patterns."""
    wrapping: ClassVar[frozenset[str]] = frozenset()
    """Nodes that only add type arguments to the name that is their first child."""
    references: ClassVar[frozenset[str]]
    """Nodes in which a name may stand without a call, so that it is kept or passed on."""

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self.receivers: dict[int, Node] = {}
        """Scopes of blocks that stand on an object (``apply { … }``), and the expression that gives it."""
        self.supers: list[Node] = []
        """What runs a constructor without being a call: lists of base classes, enum entries."""
        self.extensions: dict[str, list[Binding]] = {}
        """Functions that are called on objects of foreign types, by name."""
        self._found_callers: dict[int, list[Node]] = {}
        self._asked: set[int] = set()
        super().__init__(data, type_of, knows)

    # What a language says ---------------------------------------------------------------------

    def access(self, node: Node) -> tuple[Node, Node] | None:
        """Return owner and name of ``owner.name``; None for any other node."""
        raise NotImplementedError

    def callee(self, node: Node) -> Node | None:
        """Return what a call or creation calls; None for any other node."""
        raise NotImplementedError

    def arguments(self, node: Node) -> list[Argument]:
        """Return the arguments of a call, creation, list of base classes or enum entry."""
        raise NotImplementedError

    def parameters(self, owner: Node) -> list[Parameter]:
        """Return the parameters of a function, constructor or class."""
        raise NotImplementedError

    def name_of(self, definition: Node) -> Node | None:
        """Return the name of a function or class."""
        return definition.child_by_field_name("name")

    def made_by(self, node: Node) -> str:
        """Return the local name of the class whose constructor one of `supers` runs; empty when it is not here."""
        raise NotImplementedError

    def known_call(self, owner: Node | None, method: str, passed: list[Argument], node: Node) -> Value | None:
        """Return what the few standard functions give that carry names and lengths on; None for any other."""
        raise NotImplementedError

    def result_type(self, definition: Node) -> str:
        """Return the type that a function is declared to return, as written."""
        raise NotImplementedError

    def results(self, definition: Node) -> list[Node]:
        """Return the expressions that a function or computed property may give."""
        raise NotImplementedError

    def is_self(self, node: Node) -> bool:
        """Whether an expression is the object itself (``this``, ``self``)."""
        raise NotImplementedError

    # Members ----------------------------------------------------------------------------------

    def named(self, node: Node) -> Value:
        """Return what a simple name is."""
        return self.placed(self.identifier(self.text(node), node.start_byte), node)

    def accessed(self, node: Node) -> Value:
        """Return what ``owner.name`` is, not being called."""
        parts = self.access(node)
        if parts is None:
            return UNKNOWN
        owner, place = parts
        name = self.text(place)
        if self.is_self(owner):
            scope = self.enclosing_class(node.start_byte)
            found = self.attribute(scope, name) if scope is not None else None
            return self.placed(found, place) if found is not None else UNKNOWN
        known = [self._member_of(option, name, place, node) for option in options(self.value(owner))]
        return choice([value for value in known if value != UNKNOWN])

    def _member_of(self, owner: Value, name: str, place: Node, node: Node) -> Value:
        if isinstance(owner, Name | Call) and owner.name.startswith(LOCAL):
            return self._local_member(owner, name, place)
        if isinstance(owner, Name):
            full = self.full_name(owner.name, name)
            return self.constant(full) or Name(self.line(place), "literal", full, place.start_byte)
        if isinstance(owner, Call):
            return self.property_of(owner, name, place, node)
        if name in _LENGTHS and isinstance(owner, Octets | Items):
            return Number(owner.line, owner.how, owner.length if isinstance(owner, Octets) else len(owner.items))
        return self.literal_member(owner, name)

    def full_name(self, owner: str, name: str) -> str:
        """Return the resolved name of a member of a library's type."""
        return f"{owner}.{name}"

    def _local_member(self, owner: Name | Call, name: str, place: Node) -> Value:
        return self.placed(self._held_by(owner, name), place)

    def known_member(self, owner: Value, name: str, called: bool) -> Value | None:
        """Return an attribute of an object of this file, as an entry of an enumeration has them."""
        held = [o for o in options(owner) if isinstance(o, Name | Call) and o.name.startswith(LOCAL)]
        return None if called or not held else choice([self._held_by(option, name) for option in held])

    def _held_by(self, owner: Name | Call, name: str) -> Value:
        """Return what a class or an object of this file has under a name."""
        scope = self.local_class(owner.name)
        if scope is None:
            return UNKNOWN
        if isinstance(owner, Call) and (owner.args or owner.named):
            if name in owner.named:
                return owner.named[name]
            for index, parameter in enumerate(self.parameters(self.classes[scope])):
                if parameter.name == name:
                    given = owner.named.get(parameter.label)
                    if given is None and index < len(owner.args):
                        given = owner.args[index]
                    return given if given is not None else self.value(parameter.default)
        return self.attribute(scope, name) or UNKNOWN

    def property_of(self, owner: Call, name: str, place: Node, node: Node) -> Value:
        """Return a property of an object of a library."""
        full = f"{self.type_of(owner)}.{name}"
        return self.called_as(full, owner, place, node, ())

    def put(self, left: Node, right: Node, node: Node) -> Value:
        """Return what ``owner.name = value`` calls: the setter of a library's object."""
        parts = self.access(left)
        if parts is None:
            return self.value(right)
        name = self.setter(self.text(parts[1]))
        found: list[Value] = []
        for option in options(self.value(parts[0])):
            kind = option.name if isinstance(option, Name) else self.type_of(option) or "*"
            if not kind.startswith(LOCAL):
                full = f"{kind}.{name}" if self.knows(f"{kind}.{name}") else f"*.{name}"
                receiver = option if isinstance(option, Call) else None
                found.append(self.called_as(full, receiver, parts[1], node, [Argument(right)]))
        return choice(found)

    def setter(self, name: str) -> str:
        """Return the name of the method that sets a property."""
        return name

    def assignment_to(self, member: Node) -> Node | None:
        """Return the assignment that sets a member."""
        parent = member.parent
        held = parent is not None and parent.type == "assignment" and parent.child_by_field_name("left") == member
        return parent if held else None

    def literal_member(self, owner: Value, name: str) -> Value:
        """Return a property of a string, number or list."""
        del owner, name
        return UNKNOWN

    # Calls ------------------------------------------------------------------------------------

    def called(self, node: Node) -> Value:
        """Return what a call or creation gives."""
        called = self.callee(node)
        if called is None:
            return UNKNOWN
        callee = self.bare(called)
        parts = self.access(callee)
        owner, place = parts[0] if parts is not None else None, self.place_of(callee)
        passed = self.arguments(node)
        found: list[Value] = []
        for target in self.targets(node):
            if target.name.startswith(LOCAL):
                found.append(self._local_call(target, passed, node))
                continue
            known = self.known_call(owner, self.text(place), passed, node)
            receiver = target.receiver if isinstance(target, Call) else None
            found.append(known if known is not None else self.called_as(target.name, receiver, place, node, passed))
        return choice([value for value in found if value != UNKNOWN])

    def place_of(self, callee: Node) -> Node:
        """Return the word of a callee that names what is called."""
        parts = self.access(callee)
        return parts[1] if parts is not None else callee

    def called_as(
        self, name: str, receiver: Value | None, place: Node, node: Node, passed: list[Argument] | tuple[()]
    ) -> Call:
        """Return a call of a library's function with its arguments."""
        return Call(
            self.line(place), "object", name, self.positional(passed), self.labelled(passed), receiver,
            place.start_byte, node.start_byte, node.end_byte,
        )  # fmt: skip

    def positional(self, passed: list[Argument] | tuple[()]) -> tuple[Value, ...]:
        """Return the arguments without a label."""
        return tuple(self.value(argument.node) for argument in passed[:_MOST_ITEMS] if not argument.label)

    def labelled(self, passed: list[Argument] | tuple[()]) -> Mapping[str, Value]:
        """Return the arguments with a label."""
        return {argument.label: self.value(argument.node) for argument in passed[:_MOST_ITEMS] if argument.label}

    def _local_call(self, target: Name | Call, passed: list[Argument], node: Node) -> Value:
        """Return what a function of this file gives, or an object of a class of this file with its arguments."""
        if self.local_class(target.name) is not None:
            return self.instance(target.name, passed, node)
        definition = self.local(target.name)
        if definition is None:
            return UNKNOWN
        return self.of_type(self.returned(definition), self.result_type(definition), definition.start_byte)

    def instance(self, name: str, passed: list[Argument], node: Node) -> Value:
        """Return an object of a class of this file."""
        return Call(self.line(node), "object", name, self.positional(passed), self.labelled(passed))

    def returned(self, definition: Node) -> Value:
        """Return what a function or computed property of this file gives, or what takes its place elsewhere."""
        found = [self.value(node) for node in self.results(definition)[:_MOST_RETURNS]]
        known = [value for value in found if value not in (UNKNOWN, NOTHING)]
        return choice(known) if known else self.told_results(definition)

    def named_owners(self) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Yield (names, definition) of what has parameters: functions, and classes with a constructor."""
        yield from super().named_owners()
        for (_, name), bindings in self.bindings.items():
            yield from (((name,), b.node) for b in bindings if b.kind == "class" and b.node is not None)

    def given_to_bases(self) -> Iterator[tuple[str, Callable[[], tuple[Value, ...]], Callable[[], Value] | None]]:
        """Yield what classes give to base classes of other files: arguments of constructors, results of methods."""
        for node in self.supers:
            base = self.made_by(node)
            if base and not base.startswith(LOCAL):
                yield base, partial(self.positional, self.arguments(node)), None
        for scope in self.classes:
            bases = self.foreign_bases(scope)
            for (owner, name), bindings in self.bindings.items() if bases else ():
                for binding in bindings if owner == scope else ():
                    if binding.kind == "function" and binding.node is not None:
                        result = partial(self.returned, binding.node)
                        yield from ((f"{base}.{name.removesuffix('()')}", tuple, result) for base in bases)

    def targets(self, node: Node) -> list[Name | Call]:
        """Return what a call may reach, with the object it is called on."""
        called = self.callee(node)
        if called is None:
            return []
        callee = self.bare(called)
        passed = self.arguments(node)
        parts = self.access(callee)
        if parts is not None:
            return self._on_object(parts[0], self.text(parts[1]), passed, node)
        if callee.type in self.name_types:
            return self._unqualified(self.text(callee), passed, node)
        return [option for option in options(self.value(callee)) if isinstance(option, Name)]

    def _on_object(self, owner: Node, name: str, passed: list[Argument], node: Node) -> list[Name | Call]:
        if self.is_self(owner):
            return list(self.methods(self.enclosing_class(node.start_byte), name, passed))
        found: list[Name | Call] = []
        for option in options(self.value(owner)):
            if isinstance(option, Name | Call) and option.name.startswith(LOCAL):
                found.extend(self._of_local(option.name, name, passed))
            elif isinstance(option, Call):
                found.append(Call(name=f"{self.type_of(option)}.{name}", receiver=option))
            elif isinstance(option, Name):
                found.append(Name(name=f"{option.name}.{name}"))
        if not any(target.name.startswith(LOCAL) or self.knows(target.name) for target in found):
            extending = self._fitting(self.extensions.get(name, []), passed)
            if extending:
                return list(extending)
        return found or [Name(name=f"*.{name}")]

    def _of_local(self, owner: str, name: str, passed: list[Argument]) -> list[Name | Call]:
        scope = self.local_class(owner)
        methods = self.methods(scope, name, passed)
        if methods or scope is None:
            return list(methods)
        inner = self.attribute(scope, name)
        return [option for option in options(inner) if isinstance(option, Name)] if inner is not None else []

    def _unqualified(self, name: str, passed: list[Argument], node: Node) -> list[Name | Call]:
        for scope in self.scopes.chain(node.start_byte):
            if scope in self.classes:
                methods = self.methods(scope, name, passed)
            else:
                methods = self._fitting(self.bindings.get((scope, f"{name}()"), []), passed)
            if methods:
                return list(methods)
            if scope in self.receivers:
                standing = [o for o in options(self.value(self.receivers[scope])) if isinstance(o, Call)]
                on_it = [Call(name=f"{self.type_of(option)}.{name}", receiver=option) for option in standing]
                known = [target for target in on_it if self.knows(target.name)]
                if known:
                    return list(known)
        inherited = self._inherited(name, node)
        if inherited:
            return list(inherited)
        found = options(self.identifier(name, node.start_byte))
        named = [option for option in found if isinstance(option, Name)]
        return [n if n.name != name or self.knows(name) else Name(name=f"*.{name}") for n in named]

    def _inherited(self, name: str, node: Node) -> list[Name]:
        """Return the function of a base class of another file that a simple name calls, where one is known."""
        around = [scope for scope in self.scopes.chain(node.start_byte) if scope in self.classes]
        parts = (part for scope in around for part in self.lineage(scope) if part in self.classes)
        bases = (base for part in parts for base in self.foreign_bases(part))
        return [Name(name=full) for base in bases if self.knows(full := f"{base}.{name}")][:1]

    def methods(self, scope: int | None, name: str, passed: list[Argument]) -> list[Name]:
        """Return the functions of a class, its companions or its bases that take these arguments."""
        for part in self.lineage(scope) if scope is not None else ():
            found = self._fitting(self.bindings.get((part, f"{name}()"), []), passed)
            if found:
                return found
        return []

    def _fitting(self, overloads: list[Binding], passed: list[Argument]) -> list[Name]:
        fitting = [b for b in overloads if b.node is not None and _takes(self.parameters(b.node), passed)]
        chosen = fitting or (overloads if len(overloads) == 1 else [])
        return [Name(name=f"{LOCAL}{binding.offset}", how="object") for binding in chosen[:_MOST_OVERLOADS]]

    # Callers ----------------------------------------------------------------------------------

    def callers(self, function: Node) -> Iterator[Node]:
        """Yield the calls of a function, or what makes an object of a class."""
        if function.id in self._found_callers:
            yield from self._found_callers[function.id]
            return
        if function.id in self._asked:  # a function that is looked for in its own arguments
            self._cut += 1
            return
        before = self._cut
        self._asked.add(function.id)
        try:
            found = list(islice(self._calls_of(function), _MOST_CALLERS))
        finally:
            self._asked.discard(function.id)
        if self._cut == before:
            self._found_callers[function.id] = found
        yield from found

    def _calls_of(self, function: Node) -> Iterator[Node]:
        local = f"{LOCAL}{function.start_byte}"
        for token in (token for name in self.called_names(function) for token in self.words(name.encode())):
            call = self.call_at(token)
            if call is not None and any(target.name == local for target in self.targets(call)):
                yield call
        if self.scope_of(function) in self.classes:
            yield from (node for node in self.supers if self.made_by(node) == local)

    def called_names(self, function: Node) -> list[str]:
        """Return the words that a function or class is called by."""
        name = self.name_of(function)
        return [self.text(name)] if name is not None else []

    def call_at(self, token: Node) -> Node | None:
        """Return the call whose callee a word names."""
        node = self._whole(token)
        parent = node.parent if node is not None else None
        return self._all_lists(parent) if parent is not None and self.callee(parent) == node else None

    def _all_lists(self, call: Node) -> Node:
        """Return a call with the further argument lists and blocks behind it."""
        callee, parent = self.callee(call), call.parent
        for _ in range(_MOST_LISTS):
            if parent is None or self.callee(parent) != callee:
                break
            call, parent = parent, parent.parent
        return call

    def _whole(self, token: Node) -> Node | None:
        """Return a name with the owner before it and type arguments behind it; None where it is only an owner."""
        node, parent = token, self.holder(token)
        parts = self.access(parent) if parent is not None else None
        if parts is not None and parent is not None:
            if parts[1] != token:
                return None
            node, parent = parent, parent.parent
        while parent is not None and parent.type in self.wrapping and parent.named_children[0] == node:
            node, parent = parent, parent.parent
        return node

    def holder(self, token: Node) -> Node | None:
        """Return what a word is a part of."""
        return token.parent

    def bare(self, node: Node) -> Node:
        """Return a callee without its type arguments."""
        while node.type in self.wrapping and node.named_children:
            node = node.named_children[0]
        return node

    def arguments_at(self, caller: Node, parameter: Binding) -> Node | None:
        """Return the argument a call passes for a parameter: by its label, else by its position."""
        listed = self.parameters(parameter.owner) if parameter.owner is not None else []
        label = listed[parameter.index].label if parameter.index < len(listed) else ""
        for index, argument in enumerate(self.arguments(caller)):
            if argument.label == label if argument.label else index == parameter.index:
                return argument.node
        return None

    # Uses -------------------------------------------------------------------------------------

    def use(self, token: Node) -> Node | None:
        """Return the call, creation or constant that a word decides; None in imports, types and comparisons."""
        if token.type not in self.name_types or token.parent is None or self.inside(token.parent, self.not_used):
            return None
        node = self._whole(token)
        parent = node.parent if node is not None else None
        if node is None or parent is None:
            return None
        if self.callee(parent) == node:
            return self._all_lists(parent)
        parts = self.access(parent)
        if parts is not None and parts[0] == node:
            return None
        if node != token and self.access(node) is not None and self.assignment_to(node) is not None:
            return self.assignment_to(node)
        return node if parent.type in self.references and self.is_reference(node, parent) else None

    def is_reference(self, node: Node, parent: Node) -> bool:
        """Whether a name that is not called is kept or passed on, and not only compared or declared."""
        del node, parent
        return True

    def is_check(self, call: Node | None) -> bool:
        """Whether a call only compares its arguments."""
        callee = self.callee(call) if call is not None else None
        return callee is not None and self.text(self.place_of(callee)) in _CHECKS


def _takes(parameters: list[Parameter], passed: list[Argument]) -> bool:
    labels = {parameter.label for parameter in parameters}
    needed = sum(1 for parameter in parameters if parameter.default is None and not parameter.optional)
    known = all(argument.label in labels for argument in passed if argument.label)
    open_ended = any(parameter.optional for parameter in parameters)
    return known and needed <= len(passed) and (open_ended or len(passed) <= len(parameters))
