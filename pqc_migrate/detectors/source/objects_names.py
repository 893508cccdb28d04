"""What Java, C#, Kotlin, Scala and Swift share about names: blocks, members without a qualifier, written types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    NOTHING,
    UNKNOWN,
    Call,
    Name,
    Text,
    Value,
    as_default,
    choice,
    options,
)
from pqc_migrate.detectors.source.ranges import Ranges
from pqc_migrate.detectors.source.unit import LOCAL, Binding, Unit, as_constant, members

_TYPE_WORDS = re.compile(r"[\w$]+(?:\s*\.\s*[\w$]+)*")
_DECLARES = rb"\b(?:class|interface|enum|record|object|trait|protocol|struct|extension|actor)\s+%s\b"
_MOST_CLASSES = 32
_MOST_BASES = 8
_DEEPEST_ALIAS = 4


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function, constructor or class."""

    name: str
    """What the body calls it."""
    label: str
    """What a caller may write before the argument; empty when only the position counts."""
    type: str
    """As written; empty when left out."""
    default: Node | None
    optional: bool = False
    """Whether a call may leave it out without a default: variable or implicit parameters."""


class ObjectNames(Unit):
    """Names and types of one file of a language with classes, objects and blocks."""

    bind_last: ClassVar[tuple[str, ...]] = ("assign",)
    class_scope_visible = True
    package = ""
    suffix: ClassVar[str] = ""
    """How a file named like the class it declares ends, where the language has that custom; else empty."""

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self._block_ranges: list[tuple[int, int]] = []
        self._definitions: dict[int, Node] = {}
        self._types: dict[tuple[str, int], str] = {}
        self._known_bases: dict[int, list[int]] = {}
        super().__init__(data, type_of, knows)

    # What a language says ---------------------------------------------------------------------

    def bases_written(self, scope: int) -> list[str]:
        """Return the types that a class extends, as written."""
        raise NotImplementedError

    def companions(self, scope: int) -> list[int]:
        """Return further scopes that hold members of a class: companion objects, extensions."""
        del scope
        return []

    # Bindings ---------------------------------------------------------------------------------

    def _bind_block(self, node: Node) -> None:
        self._block_ranges.append((node.start_byte, node.end_byte))

    @cached_property
    def blocks(self) -> Ranges:
        """What a local variable is declared in, and ends with."""
        return Ranges(len(self.data), self._block_ranges)

    def define(self, scope: int, name: str, node: Node, kind: str) -> None:
        """Record a class or function of this file; functions stand apart from variables of their name."""
        self._definitions[node.start_byte] = node
        label = f"{name}()" if kind == "function" else name
        self.add(scope, label, Binding(node.start_byte, node, kind))

    def declare_parameters(self, scope: int, owner: Node, listed: list[Parameter]) -> None:
        """Record what a function's or class's parameters bind."""
        for index, parameter in enumerate(listed):
            binding = Binding(owner.start_byte, parameter.default, "parameter", parameter.type, index, owner)
            self.add(scope, parameter.name, binding)

    def assign(self, name: str, node: Node, value: Node | None) -> None:
        """Record that an assignment sets the variable or member that a simple name stands for."""
        scope = self.declaring(name, node.start_byte)
        self.add(scope, name, Binding(node.end_byte, value, "value" if value is not None else "opaque"))

    def assign_member(self, name: str, node: Node, value: Node | None) -> None:
        """Record that ``this.name = value`` sets a member of the class around."""
        inside = self.enclosing_class(node.start_byte)
        if inside is not None:
            self.add(inside, name, Binding(node.end_byte, value, "value" if value is not None else "opaque"))

    def declaring(self, name: str, offset: int) -> int:
        """Return the scope that declares what a simple name stands for."""
        for scope in self.scopes.chain(offset):
            fields = scope == 0 or scope in self.classes
            if self.bindings.get((scope, name)) if fields else self._visible(scope, name, offset):
                return scope
        return self.enclosing_class(offset) or 0

    def locations(self, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the files that may declare a class's member: of this package, or of an imported one."""
        parts = tuple(name.split("."))
        first = next((index for index, part in enumerate(parts) if part[:1].isupper()), len(parts))
        members = parts[first:]
        if not self.suffix or not members:
            return
        root = "../" * (self.package.count(".") + 1 if self.package else 0)
        for package in [".".join(parts[:first])] if first else [self.package, *self.stars]:
            folder = "" if package == self.package else f"{root}{package.replace('.', '/')}/"
            yield f"{folder}{members[0]}{self.suffix}", members

    def declared_in(self, scope: int, name: str) -> list[Binding]:
        """Return what binds a name in a class: companions and bases included."""
        found = (self.bindings.get((part, name)) for part in (self.lineage(scope) if scope else [0]))
        return next((bindings for bindings in found if bindings), [])

    # What names are ---------------------------------------------------------------------------

    def identifier(self, name: str, offset: int) -> Value:
        """Return what a simple name is at an offset: locals in the order of the code, members over all of it."""
        for scope in self.scopes.chain(offset):
            if scope == 0:
                found = self.bindings.get((0, name))
            elif scope in self.classes:
                member = self.attribute(scope, name)
                if member is not None:
                    return member
                continue
            else:
                found = self._visible(scope, name, offset)
            if found:
                return self._any(self._reaching(found, offset, same=scope != 0))
        return self.unbound(name, offset)

    def _visible(self, scope: int, name: str, offset: int) -> list[Binding]:
        """Return what a function says of the local variable that is in scope at an offset."""
        found = self.bindings.get((scope, name), [])
        for declaration in reversed(found):
            if declaration.kind == "opaque" or declaration.offset > offset:
                continue
            block = self.blocks.innermost(declaration.offset)
            if self.blocks.holds(block, offset):
                return [b for b in found if self.blocks.holds(block, b.offset)]
        return []

    def _any(self, bindings: list[Binding]) -> Value:
        """Return what any of several bindings gives; next to one from out of sight, the others are defaults.

        A declaration without a value says nothing beside what is assigned, as long as all of that is seen.
        """
        bound = [(binding, self.bound(binding)) for binding in bindings]
        unseen = any((value == UNKNOWN and binding.kind != "type") or _passed(value) for binding, value in bound)
        assigned = any(binding.kind != "type" and value != NOTHING for binding, value in bound)
        known = [
            value
            for binding, value in bound
            if value not in (UNKNOWN, NOTHING) and (unseen or not assigned or binding.kind != "type")
        ]
        return choice([v if _passed(v) else as_default(v) for v in known] if unseen else known)

    def member(self, scope: int, name: str) -> Value | None:
        """Return what a member of one class scope is, over all its bindings; None when it has none."""
        found = self.bindings.get((scope, name))
        return self._any(found[:8]) if found else None

    def attribute(self, scope: int, name: str) -> Value | None:
        """Return what a member of a class is, its companions and the bases of this file included."""
        for part in self.lineage(scope):
            found = self.member(part, name)
            if found is not None:
                return found
        return None

    def lineage(self, scope: int) -> list[int]:
        """Return a class, its companions and those of its bases that this file holds, nearest first."""
        found: list[int] = []
        waiting = [scope]
        while waiting and len(found) < _MOST_CLASSES:
            current = waiting.pop(0)
            if current not in found:
                found.append(current)
                waiting.extend([*self.companions(current), *self.bases(current)])
        return found

    def bases(self, scope: int) -> list[int]:
        """Return the scopes of what a class extends, those that this file holds."""
        if scope not in self._known_bases:
            self._known_bases[scope] = []
            outside = self.scopes.starts[max(self.scopes.parents[scope], 0)]
            names = [self.type_name(text, outside) for text in self.bases_written(scope)[:_MOST_BASES]]
            self._known_bases[scope] = [s for s in map(self.local_class, names) if s is not None and s != scope]
        return self._known_bases[scope]

    def foreign_bases(self, scope: int) -> list[str]:
        """Return what a class extends or implements that is of another file, by its resolved name."""
        outside = self.scopes.starts[max(self.scopes.parents[scope], 0)]
        found = (self.type_name(text, outside) for text in self.bases_written(scope)[:_MOST_BASES])
        return [base for base in found if base and not base.startswith(LOCAL)]

    def declares(self, data: bytes, name: str) -> bool:
        """Whether a file declares a type, and does not only extend or use it."""
        return re.search(_DECLARES % re.escape(name.encode()), data) is not None

    def named_functions(self) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Yield the functions of this file by their names, also by those of the interfaces that they implement."""
        for names, node in super().named_functions():
            yield names, node
            scope = self.enclosing_class(node.start_byte)
            for base in self.foreign_bases(scope) if scope is not None and len(names) > 1 else ():
                yield (base.rsplit(".", 1)[-1], names[-1]), node

    def unbound(self, name: str, offset: int) -> Value:
        """Return what a name is that the file does not bind: of its own package, of a star import, or global."""
        del offset
        for module in (self.package, *self.stars):
            full = f"{module}.{name}"
            if module and (self.knows(full) or full in self.texts):
                return self.constant(full) or Name(name=full)
        return Name(name=name)

    def constant(self, name: str) -> Value | None:
        """Return the string that a library's constant is; None for any other name."""
        text = self.texts.get(name)
        return Text(how="constant", text=text) if text is not None else None

    def bound(self, binding: Binding) -> Value:
        """Return what one binding gives its name, at least the type it is declared with."""
        if binding.kind == "value":
            return self.typed(as_constant(self.value(binding.node)), binding)
        if binding.kind == "type":
            return self.declared(binding.name, binding.offset)
        if binding.kind == "computed":
            found = self.returned(binding.node) if binding.node is not None else UNKNOWN
            return self.typed(as_constant(found), binding)
        if binding.kind == "loop":
            return self.typed(super().bound(binding), binding)
        if binding.kind == "element":
            return choice([as_constant(item) for item in members(self.value(binding.node))])
        if binding.kind == "import":
            return self.constant(binding.name) or Name(name=binding.name, how="object")
        if binding.kind == "alias":
            name = self.type_name(binding.name, binding.offset)
            return Name(name=name, how="object") if name else UNKNOWN
        return super().bound(binding)

    def parameter(self, binding: Binding) -> Value:
        """Return what the callers in this file pass for a parameter, or else its declared type."""
        passed = super().parameter(replace(binding, name=""))
        return self.typed(passed, binding)

    # Types ------------------------------------------------------------------------------------

    def typed(self, value: Value, binding: Binding) -> Value:
        """Give a value whose type the catalog does not know the type that it is declared with."""
        return self.of_type(value, binding.name, binding.offset) if binding.name else value

    def of_type(self, value: Value, written: str, offset: int) -> Value:
        """Return a value seen as an object of a written type, where its own type says less."""
        declared = self.declared(written, offset)
        if declared == UNKNOWN:
            return value
        return choice([option if self._says(option) else declared for option in options(value)])

    def _says(self, option: Value) -> bool:
        if isinstance(option, Call):
            return option.name.startswith(LOCAL) or self.knows(option.name) or self.knows(self.type_of(option))
        return option not in (UNKNOWN, NOTHING) and not (isinstance(option, Name) and not self.knows(option.name))

    def declared(self, written: str, offset: int) -> Value:
        """Return an object of a written type, or UNKNOWN when neither file nor catalog knows it."""
        name = self.type_name(written, offset)
        known = name.startswith(LOCAL) or (name != "" and self.knows(name))
        return Call(name=name, how="object") if known else UNKNOWN

    def type_name(self, written: str, offset: int) -> str:
        """Return the resolved name of a type as written: type arguments and question marks are dropped."""
        key = (written, self.scopes.innermost(offset))
        if key not in self._types:
            self._types[key] = ""
            self._types[key] = self._resolved_type(written, offset)
        return self._types[key]

    def _resolved_type(self, written: str, offset: int) -> str:
        match = _TYPE_WORDS.match(written.strip())
        if match is None:
            return ""
        first, *rest = [part.strip() for part in match[0].split(".")]
        name = next((o.name for o in options(self._type_named(first, offset)) if isinstance(o, Name)), "")
        for part in rest:
            name = self._nested(name, part)
        return name

    def _type_named(self, name: str, offset: int) -> Value:
        """Return what a simple name is where a type is expected: variables of that name do not matter."""
        for scope in self.scopes.chain(offset):
            for part in self.lineage(scope) if scope in self.classes else [scope]:
                kinds = ("class", "import", "alias")
                found = [b for b in self.bindings.get((part, name), []) if b.kind in kinds]
                if found:
                    return self.bound(found[0])
        return self.unbound(name, offset)

    def _nested(self, name: str, part: str) -> str:
        if not name.startswith(LOCAL):
            return f"{name}.{part}" if name else ""
        scope = self.local_class(name)
        inner = self.attribute(scope, part) if scope is not None else None
        return inner.name if isinstance(inner, Name) else ""

    def local(self, name: str) -> Node | None:
        """Return the definition that a local name stands for."""
        return self._definitions.get(int(name.removeprefix(LOCAL)))

    def local_class(self, name: str) -> int | None:
        """Return the scope of a class of this file by its local name; None for anything else."""
        node = self.local(name) if name.startswith(LOCAL) else None
        scope = self.scope_of(node) if node is not None else 0
        return scope if scope in self.classes else None


def _passed(value: Value) -> bool:
    """Whether a value is what callers in the file pass, so that others may pass another."""
    return any(option.how == "argument" for option in options(value))
