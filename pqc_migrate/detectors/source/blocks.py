"""What Lua and Perl share: local variables that live in the block around them, and functions as plain values."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import UNKNOWN, Call, Table, Value, choice, options
from pqc_migrate.detectors.source.unit import LOCAL, Binding, Unit

MOST_BINDINGS = 8
_MOST_MEMBERS = 64
_OBJECT = f"{LOCAL}@"

Place = tuple[int, str]
"""Scope and path of a variable or of a field (``M.name``)."""


class BlockUnit(Unit):
    """One file of a language with block scopes; its query captures ``function`` for what a ``return`` leaves."""

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self.definitions: dict[int, Node] = {}
        """Functions by where they start."""
        self._walls: set[int] = {0}
        """Scopes that are functions: what is set outside of them may be set at any time."""
        self._results: dict[int, list[Node]] = {}
        """What each function returns, by its scope."""
        self._fields: dict[Place, dict[str, None]] = {}
        """The names of the fields that are assigned to a table or object."""
        super().__init__(data, type_of, knows)

    def _bind_return(self, node: Node) -> None:
        self._results.setdefault(self.function_at(node.start_byte), []).append(node)

    def wall(self, node: Node) -> int:
        """Record a function and return its scope."""
        scope = self.scope_of(node)
        self._walls.add(scope)
        self.definitions[node.start_byte] = node
        return scope

    def function_at(self, offset: int) -> int:
        """Return the scope of the function around an offset, 0 for the file."""
        return next(scope for scope in self.scopes.chain(offset) if scope in self._walls)

    def declaring(self, name: str, offset: int) -> int:
        """Return the scope that a variable in sight belongs to, 0 for a global one."""
        return next((scope for scope in self.scopes.chain(offset) if (scope, name) in self.bindings), 0)

    def around(self, node: Node) -> int:
        """Return the scope that a function is written in."""
        return max(self.scopes.parents[self.scope_of(node)], 0)

    def reaching(self, name: str, offset: int) -> list[Binding]:
        """Return the bindings of a variable whose value may stand at an offset; none when there is no such one."""
        crossed = False
        for scope in self.scopes.chain(offset):
            found = self.bindings.get((scope, name), [])
            if crossed and found:
                return found[:MOST_BINDINGS]
            if any(binding.offset <= offset or binding.kind == "function" for binding in found):
                return self._reaching(found, offset, same=True)
            crossed = crossed or scope in self._walls
        return []

    def local(self, name: str, offset: int) -> Value | None:
        """Return what a variable is at an offset; None when the file binds none of that name in sight."""
        found = self.reaching(name, offset)
        return choice([self.bound(binding) for binding in found]) if found else None

    def passes(self, first: int, second: int) -> bool:
        """Whether every path to the second offset has come through the first, both in one function."""
        if first >= second or self.function_at(first) != self.function_at(second):
            return False
        return self.branches.holds(self.branches.innermost(first), second)

    def definition(self, name: str) -> Node | None:
        """Return the function of this file that a resolved name stands for."""
        offset = name.removeprefix(LOCAL)
        return self.definitions.get(int(offset)) if name != offset and offset.isdecimal() else None

    def called_here(self, name: str) -> Value:
        """Return what the call of a function of this file gives."""
        definition = self.definition(name)
        return self.returned(definition) if definition is not None else UNKNOWN

    # Fields -----------------------------------------------------------------------------------

    def add_field(self, place: Place, binding: Binding) -> None:
        """Record what is assigned to a field."""
        scope, path = place
        table, _, name = path.rpartition(".")
        self._fields.setdefault((scope, table), {})[name] = None
        self.add(scope, path, binding)

    def field(self, place: Place | None, offset: int) -> tuple[list[Binding], bool]:
        """Return what is assigned to a field and may stand at an offset, and whether nothing else can stand there.

        What the same function assigns comes before what others do.
        """
        found = self.bindings.get(place, []) if place is not None else []
        function = self.function_at(offset)
        here = [b for b in found if b.offset <= offset and self.function_at(b.offset) == function]
        if not here:
            return found[:MOST_BINDINGS], False
        reaching = self._reaching(here, offset, same=True)
        return reaching, self.branches.holds(self.branches.innermost(reaching[0].offset), offset)

    def filled(self, value: Value, place: Place | None, offset: int) -> Value:
        """Return a table with what was assigned to its fields before an offset."""
        names = self._fields.get(place) if place is not None else None
        if place is None or not names or not any(isinstance(option, Table) for option in options(value)):
            return value
        return choice([self._filled(o, place, names, offset) for o in options(value)])

    def _filled(self, table: Value, place: Place, names: dict[str, None], offset: int) -> Value:
        if not isinstance(table, Table):
            return table
        pairs = dict(table.pairs)
        for name in islice(names, _MOST_MEMBERS):
            found, alone = self.field((place[0], f"{place[1]}.{name}"), offset)
            given = [self.bound(binding) for binding in found]
            pairs[name] = choice(given if alone or name not in pairs else [pairs[name], *given])
        return Table(table.line, table.how, pairs, path=table.path)

    def object_of(self, place: Place) -> Call:
        """Return an object whose fields and methods are those of a table or package of this file."""
        return Call(name=f"{_OBJECT}{place[0]}/{place[1]}", how="object")

    def owner_of(self, value: Value) -> Place | None:
        """Return the table or package that an object has its fields and methods from."""
        if not isinstance(value, Call) or not value.name.startswith(_OBJECT):
            return None
        scope, _, path = value.name.removeprefix(_OBJECT).partition("/")
        return int(scope), path
