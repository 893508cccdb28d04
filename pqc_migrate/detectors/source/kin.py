"""Classes of PHP and Ruby by what they are defined as: their definitions, and their kin in the same file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import Value
from pqc_migrate.detectors.source.unit import LOCAL, Binding, Unit

_MOST_BASES = 8


class KinUnit(Unit):
    """One file of a language whose classes inherit from others by name."""

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self.definitions: dict[int, Node] = {}
        """Functions, methods, closures and classes by where they start."""
        self._lineages: dict[int, list[int]] = {}
        super().__init__(data, type_of, knows)

    def parents(self, scope: int) -> Iterator[str]:
        """Yield the resolved names of what a class inherits from."""
        raise NotImplementedError

    def definition(self, name: str) -> Node | None:
        """Return the function or class of this file that a resolved name stands for."""
        offset = name.removeprefix(LOCAL)
        return self.definitions.get(int(offset)) if name != offset and offset.isdecimal() else None

    def local_class(self, name: str) -> int | None:
        """Return the scope of a class of this file by its resolved name."""
        node = self.definition(name)
        scope = self.scope_of(node) if node is not None else None
        return scope if scope in self.classes else None

    def parameters(self, function: Node) -> list[Node]:
        """Return the parameters of a function."""
        raise NotImplementedError

    def declared_in(self, scope: int, name: str) -> list[Binding]:
        """Return what binds a name in the file or a class; a method only where all its calls give the same."""
        found = super().declared_in(scope, name)
        methods = self.bindings.get((scope, self.label(name)), []) if not found else []
        return found or [m for m in methods if m.node is not None and not self.parameters(m.node)]

    def label(self, method: str) -> str:
        """Return the name under which a method is bound."""
        return f"{method}()"

    def lineage(self, scope: int) -> list[int]:
        """Return a class with those of this file that it inherits from, itself first."""
        if scope not in self._lineages:
            self._lineages[scope] = [scope]  # while it is looked for, a class is its own only kin
            self._lineages[scope] = self._found_lineage(scope)
        return self._lineages[scope]

    def _found_lineage(self, scope: int) -> list[int]:
        found = [scope]
        for current in found:
            for name in self.parents(current):
                other = self.local_class(name)
                if other is not None and other not in found and len(found) < _MOST_BASES:
                    found.append(other)
        return found
