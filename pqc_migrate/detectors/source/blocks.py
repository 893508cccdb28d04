"""What Lua and Perl share: local variables that live in the block around them, and functions as plain values."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from pqc_migrate.detectors.source.unit import LOCAL, Binding, Unit
from pqc_migrate.detectors.source.values import UNKNOWN, Value, choice

MOST_BINDINGS = 8


class BlockUnit(Unit):
    """One file of a language with block scopes; its query captures ``function`` for what a ``return`` leaves."""

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self.definitions: dict[int, Node] = {}
        """Functions by where they start."""
        self._walls: set[int] = {0}
        """Scopes that are functions: what is set outside of them may be set at any time."""
        self._results: dict[int, list[Node]] = {}
        """What each function returns, by its scope."""
        super().__init__(data, type_of, knows)

    def expression(self, node: Node) -> Value:
        """Return what an expression is known to be."""
        method = getattr(self, f"_of_{node.type}", None)
        return method(node) if method is not None else UNKNOWN

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
