"""Types that Python code states or checks, its classes, and what names are worth because of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    UNKNOWN,
    Call,
    Choice,
    Items,
    Name,
    Table,
    Text,
    Value,
    choice,
    options,
)
from pqc_migrate.detectors.source.python_names import PythonNames
from pqc_migrate.detectors.source.unit import LOCAL, Binding, as_constant

_LEAVES = ("raise_statement", "return_statement", "continue_statement", "break_statement")
_UNIONS = frozenset({"Optional", "Union", "Annotated", "Final", "ClassVar", "Required", "NotRequired"})
_QUOTED_UNION = re.compile(r"(?:typing\.|t\.)?(?:Optional|Union)\[(.*)\]")
_ENUMS = frozenset({"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"})
_MOST_CLASSES = 16
_DEEPEST_TYPE = 6


class PythonTypes(PythonNames):
    """The types and classes of one Python file."""

    def bound(self, binding: Binding) -> Value:
        """Return what one binding gives its name."""
        if binding.kind == "declared" and binding.node is not None:
            return self.typed(binding.node)
        if binding.kind == "part":
            return self._part(self.value(binding.node), binding.index)
        if binding.kind in ("loop", "each"):
            items = self.iterated(self.value(binding.node))
            found = items if binding.kind == "loop" else [self._part(item, binding.index) for item in items]
            return choice([as_constant(item) for item in found])
        found_value = super().bound(binding)
        if binding.kind == "value" and binding.owner is not None and not self.settled(found_value):
            stated = self.typed(binding.owner)
            return stated if stated != UNKNOWN else found_value
        return found_value

    def _part(self, value: Value, index: int) -> Value:
        """Return a member of a sequence; each of several results of one call is an object that the call made."""
        found: list[Value] = []
        for option in options(value):
            if isinstance(option, Items) and index < len(option.items):
                found.append(option.items[index])
            elif isinstance(option, Call) and self.knows(option.name):
                found.append(option)
        return choice(found)

    def iterated(self, value: Value) -> list[Value]:
        """Return what iterating over a value gives: members of sequences and of enumerations, keys of tables."""
        found: list[Value] = []
        for option in options(value):
            if isinstance(option, Items):
                found.extend(option.items)
            elif isinstance(option, Table):
                found.extend(Text(line=option.line, text=key) for key in option.pairs)
            elif isinstance(option, Name) and option.name.startswith(LOCAL):
                found.extend(self.enumerated(self.local_class(option.name)))
        return found[:32]

    # Types that the code states or checks -----------------------------------------------------

    @cached_property
    def _quoted(self) -> set[int]:
        """Quoted annotations that are being read."""
        return set()

    @cached_property
    def _checks(self) -> dict[str, list[tuple[int, int, Node]]]:
        """Spans of the file in which a name has been checked to be of a type, by that name."""
        return {}

    def _bind_check(self, node: Node) -> None:
        condition, block = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
        if condition is None or block is None:
            return
        for part in _conjuncts(condition):
            self._check(part, block.start_byte, block.end_byte)
        inner = condition.child_by_field_name("argument") if condition.type == "not_operator" else None
        leaves = bool(block.named_children) and block.named_children[-1].type in _LEAVES
        if inner is not None and leaves and node.parent is not None:
            self._check(inner, node.end_byte, node.parent.end_byte)

    def _bind_assert(self, node: Node) -> None:
        if node.named_children and node.parent is not None:
            for part in _conjuncts(node.named_children[0]):
                self._check(part, node.end_byte, node.parent.end_byte)

    def _check(self, call: Node, start: int, end: int) -> None:
        function, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
        if call.type == "call" and function is not None and arguments is not None:
            given = arguments.named_children
            if self.text(function) == "isinstance" and len(given) == 2 and given[0].type == "identifier":
                self._checks.setdefault(self.text(given[0]), []).append((start, end, given[1]))

    def identifier(self, name: str, offset: int) -> Value:
        """Return what a simple name is at an offset: by the scopes around it, and by a check of its type."""
        found = self.filled(super().identifier(name, offset), lambda: self.home(name, offset))
        for start, end, node in reversed(self._checks.get(name, ())):
            if start <= offset < end and not self._rebound(name, start, offset):
                checked = self.typed(node)
                names = {option.name for option in options(checked) if isinstance(option, Call)}
                same = [one for one in options(found) if isinstance(one, Call) and self.type_of(one) in names]
                return choice(list(same)) if same else checked if checked != UNKNOWN else found
        return found

    def filled(self, value: Value, home: Callable[[], tuple[int, str] | None]) -> Value:
        """Return lists and tables with what the file puts into them by the name that holds them.

        Where a part of that was not read nothing is added: of a register one known entry would pass for the whole.
        """
        held = (
            value.options if isinstance(value, Choice) else (value,)
        )  # asked for every name: nothing is flattened
        if not any(isinstance(option, Items | Table) for option in held):
            return value
        place = home()
        found = list(options(value))
        for node in self.fillings.get(place, ()) if place is not None else ():
            fuller = [self.with_filling(option, node) for option in found]
            if None in fuller:
                return value
            found = [option for option in fuller if option is not None]
        return choice(found)

    def with_filling(self, owner: Value, node: Node) -> Value | None:
        """Return a list or table with what one statement puts into it; None when that was not read."""
        raise NotImplementedError

    def _rebound(self, name: str, start: int, offset: int) -> bool:
        bindings = self.bindings.get((self.scopes.innermost(offset), name), ())
        return any(start < binding.offset <= offset for binding in bindings)

    def parameter(self, binding: Binding) -> Value:
        """Return what a parameter may be: its default and what callers pass, or else its annotated type."""
        found = super().parameter(binding)
        if self.settled(found) or binding.owner is None:
            return found
        listed = binding.owner.child_by_field_name("parameters")
        child = listed.named_children[binding.index] if listed is not None else None
        stated = child.child_by_field_name("type") if child is not None else None
        typed = self.typed(stated) if stated is not None else UNKNOWN
        return typed if typed != UNKNOWN else found

    def settled(self, value: Value) -> bool:
        """Whether a value says more than the name of something that the catalog does not know."""
        return any(
            type(option) is not Value
            and (not isinstance(option, Name | Call) or option.name.startswith(LOCAL) or self.knows(option.name))
            for option in options(value)
        )

    def typed(self, node: Node, depth: int = _DEEPEST_TYPE) -> Value:
        """Return an object of the type that an annotation or a check names, among the types that are known."""
        if node.type in ("identifier", "attribute"):
            return self._typed_by_name(options(self.value(node)))
        if node.type == "string":
            return self._typed_by_text(node)
        parts = node.named_children
        if depth == 0 or not parts:
            return UNKNOWN
        if node.type in ("generic_type", "subscript"):
            if self.text(parts[0]).rsplit(".", 1)[-1] not in _UNIONS:
                return UNKNOWN
            parts = parts[1:]
        elif node.type not in ("type", "type_parameter", "binary_operator", "tuple", "parenthesized_expression"):
            return UNKNOWN
        found = [self.typed(part, depth - 1) for part in parts]
        return choice([value for value in found if value != UNKNOWN])

    def _typed_by_text(self, node: Node) -> Value:
        if node.id in self._quoted:  # def f(date: "date"): the name is the parameter's own
            return UNKNOWN
        text = self.text(node).strip("\"'").strip()
        union = _QUOTED_UNION.fullmatch(text)
        found: list[Value] = []
        self._quoted.add(node.id)
        for part in re.split(r"[|,]", union[1] if union is not None else text):
            root, _, rest = part.strip().partition(".")
            named = options(self.identifier(root, node.start_byte)) if root.isidentifier() else ()
            found += [Name(name=f"{o.name}.{rest}") if rest and isinstance(o, Name) else o for o in named]
        self._quoted.discard(node.id)
        return self._typed_by_name(found)

    def _typed_by_name(self, found: Sequence[Value]) -> Value:
        names = [option.name for option in found if isinstance(option, Name)]
        known = [name for name in names if self.local_class(name) is not None or self.knows(name)]
        return choice([Call(name=name, how="object") for name in known])

    # Classes ----------------------------------------------------------------------------------

    def attribute_of_class(self, scope: int | None, name: str) -> Value | None:
        """Return an attribute as the methods of a class see it; None when nothing binds it.

        That is the class's own or else an inherited one, and what each subclass in the file puts in its place.
        """
        if scope is None:
            return None
        own = self.inherited([scope], name)
        below = (self.member(below, name) for below in self._descendants(scope))
        found = [value for value in (own, *below) if value is not None]
        return self.filled(choice(found), lambda: (scope, name)) if found else None

    def inherited(self, scopes: list[int], name: str) -> Value | None:
        """Return an attribute of the first of some classes, or else of their bases, nearest first."""
        waiting = list(scopes)
        for _ in range(_MOST_CLASSES):
            if not waiting:
                return None
            scope = waiting.pop(0)
            found = self.member(scope, name)
            if found is not None:
                return found
            for base in self.bases(scope):
                local = self.local_class(base.name)
                if local is not None:
                    waiting.append(local)
                elif (outer := self._foreign_member(base.name, name)) is not None:
                    return outer
        return None

    def _foreign_member(self, base: str, name: str) -> Value | None:
        """Return an attribute of a base class of another file, or of a class of the catalog."""
        full = f"{base}.{name}"
        if self.knows(full):
            return Name(name=full, how="object")
        found = self.elsewhere(self, full, False) if self.elsewhere is not None and "." in base else None
        return found if found != UNKNOWN else None

    def bases(self, scope: int) -> list[Name]:
        """Return the base classes of a class of this file, as far as they are named."""
        listed = self.classes[scope].child_by_field_name("superclasses")
        written = [c for c in (listed.named_children if listed is not None else []) if c.type != "keyword_argument"]
        return [option for base in written for option in options(self.value(base)) if isinstance(option, Name)]

    def is_below(self, scope: int, base: int) -> bool:
        """Whether a class of this file inherits from another one of it, by their scopes."""
        return scope in self._descendants(base)

    def _descendants(self, scope: int) -> Iterator[int]:
        waiting, seen = [scope], {scope}
        while waiting and len(seen) <= _MOST_CLASSES:
            for below in self._subclasses.get(waiting.pop(0), ()):
                if below not in seen:
                    seen.add(below)
                    waiting.append(below)
                    yield below

    @cached_property
    def _subclasses(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for scope in self.classes:
            for base in self.bases(scope):
                local = self.local_class(base.name)
                if local is not None:
                    found.setdefault(local, []).append(scope)
        return found

    def enumerated(self, scope: int | None) -> list[Value]:
        """Return the values of the members of an enumeration; nothing for another class."""
        if scope is None or not any(base.name.rsplit(".", 1)[-1] in _ENUMS for base in self.bases(scope)):
            return []
        found = [b for (held, _), bindings in self.bindings.items() if held == scope for b in bindings[:1]]
        return [self.bound(binding) for binding in found[:32] if binding.kind == "value"]

    def local_class(self, name: str) -> int | None:
        """Return the scope of the class of this file that a resolved name stands for."""
        node = self.local(name) if name.startswith(LOCAL) else None
        return self.scope_of(node) if node is not None and node.type == "class_definition" else None

    def local(self, name: str) -> Node | None:
        """Return the definition that a local name stands for."""
        offset = int(name.removeprefix(LOCAL).split(".", 1)[0])
        node = self.root.descendant_for_byte_range(offset, offset + 1)
        return node.parent if node is not None else None


def _conjuncts(condition: Node) -> list[Node]:
    """Return what must hold for a condition to hold: both sides of ``and``, parentheses taken away."""
    waiting: list[Node | None] = [condition]
    found: list[Node] = []
    while waiting and len(found) < 8:
        node = waiting.pop()
        if node is None:
            continue
        operator = node.child_by_field_name("operator")
        if node.type == "parenthesized_expression" and node.named_children:
            waiting.append(node.named_children[0])
        elif node.type == "boolean_operator" and operator is not None and operator.type == "and":
            waiting += [node.child_by_field_name("left"), node.child_by_field_name("right")]
        else:
            found.append(node)
    return found
