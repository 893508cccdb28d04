"""Java source: objects of the file's own classes, their fields, and what their methods give for each object."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import UNKNOWN, Call, Items, Name, Number, Octets, Value, choice, options
from pqc_migrate.detectors.source.java_calls import arguments
from pqc_migrate.detectors.source.java_containers import MOST_ITEMS, JavaContainers
from pqc_migrate.detectors.source.java_names import CONSTRUCTOR, parameters
from pqc_migrate.detectors.source.unit import LOCAL, Called

_MOST_OBJECTS = 64
_MOST_RETURNS = 8


class JavaObjects(JavaContainers):
    """Objects of one Java file."""

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self._objects: dict[tuple[int, int], JavaObjects] = {}
        """This file as the methods of single objects see it, by where they are made."""
        super().__init__(data, type_of, knows)

    def made(self, name: str, node: Node) -> Call:
        """Return an object of a class of this file with what its constructor is given."""
        return Call(
            self.line(node), "object", name, self.passed(node), start=node.start_byte, end=node.end_byte
        )  # fmt: skip

    def passed(self, node: Node) -> tuple[Value, ...]:
        """Return the arguments of a call, creation or enum constant."""
        return tuple(self.value(argument) for argument in arguments(node)[:MOST_ITEMS])

    def _of_enum_constant(self, node: Node) -> Value:
        scope = self.enclosing_class(node.start_byte)
        return self.made(f"{LOCAL}{self.classes[scope].start_byte}", node) if scope is not None else UNKNOWN

    def _of_this(self, node: Node) -> Value:
        scope = self.enclosing_class(node.start_byte)
        return Call(name=f"{LOCAL}{self.classes[scope].start_byte}", how="object") if scope is not None else UNKNOWN

    # Fields -----------------------------------------------------------------------------------

    def _of_field_access(self, node: Node) -> Value:
        owner, field = node.child_by_field_name("object"), node.child_by_field_name("field")
        if owner is None or field is None:
            return UNKNOWN
        if field.type == "this":
            return self._of_this(node)
        name = self.text(field)
        if owner.type in ("this", "super"):
            return self.placed(self._attribute(self.enclosing_class(node.start_byte), name), field)
        return choice([self._field_of(option, name, field) for option in options(self.value(owner))])

    def _field_of(self, owner: Value, name: str, field: Node) -> Value:
        if isinstance(owner, Name | Call) and owner.name.startswith(LOCAL):
            return self.placed(self._held_by(owner, name), field)
        if isinstance(owner, Name):
            return Name(self.line(field), "literal", f"{owner.name}.{name}", field.start_byte)
        if isinstance(owner, Octets) and name == "length":
            return Number(owner.line, owner.how, owner.length)
        if isinstance(owner, Items) and name == "length":
            return Number(owner.line, owner.how, len(owner.items))
        return UNKNOWN

    def _held_by(self, owner: Name | Call, name: str) -> Value:
        """Return a field of a class, or of the object that a constructor made."""
        scope = self.local_class(owner.name)
        inside = self._inside(owner)
        return (inside if inside is not None else self)._attribute(scope, name)

    def _attribute(self, scope: int | None, name: str) -> Value:
        found = self.attribute(scope, name) if scope is not None else None
        return found if found is not None else UNKNOWN

    def components(self, node: Node, name: str) -> list[Value]:
        """Return the field that a call reads without a method: a record's ``size()``, Lombok's ``getSize()``."""
        owner = node.child_by_field_name("object")
        found: list[Value] = []
        for option in options(self.value(owner)) if owner is not None else ():
            scope = self.local_class(option.name) if isinstance(option, Name | Call) else None
            if scope is None or not isinstance(option, Call) or self.methods(scope, name, []):
                return []
            getter = name[3:4].lower() + name[4:] if name.startswith("get") and name[3:4].isupper() else ""
            is_record = self.classes[scope].type == "record_declaration"
            found.append(self._held_by(option, name if is_record else getter))
        return [value for value in found if value != UNKNOWN]

    # Methods ----------------------------------------------------------------------------------

    def result_of(self, callee: Name | Call) -> Value:
        """Return what a method of this file gives, at least an object of its declared type."""
        method = self.local(callee.name)
        if method is None:
            return UNKNOWN
        made = options(callee.receiver)[0] if isinstance(callee, Call) and callee.receiver is not None else None
        inside = self._inside(made) if isinstance(made, Call) else None
        unit = inside if inside is not None else self
        nodes = self.returns.get(self.scope_of(method), [])[:_MOST_RETURNS]
        found = choice([unit.value(node.named_children[0]) for node in nodes if node.named_children])
        if found == UNKNOWN:
            found = self.told_results(method)
        return self.of_type(found, self.type_text(method), method.start_byte)

    def given_to_bases(self) -> Iterator[tuple[str, Callable[[], tuple[Value, ...]], Callable[[], Value] | None]]:
        """Yield what classes give to base classes of other files: arguments of constructors, results of methods."""
        for scope in self.classes:
            bases = self.foreign_bases(scope)
            for (owner, name), bindings in self.bindings.items() if bases else ():
                for binding in bindings if owner == scope else ():
                    if binding.kind != "function" or binding.node is None:
                        continue
                    if name == f"{CONSTRUCTOR}()":
                        yield bases[0], partial(self._super_arguments, binding.node), None
                    else:
                        result = partial(self.result_of, Name(name=f"{LOCAL}{binding.offset}"))
                        yield from ((f"{base}.{name.removesuffix('()')}", tuple, result) for base in bases)

    def _super_arguments(self, constructor: Node) -> tuple[Value, ...]:
        body = constructor.child_by_field_name("body")
        for child in body.named_children[:1] if body is not None else ():
            called = child.child_by_field_name("constructor")
            if child.type == "explicit_constructor_invocation" and called is not None and called.type == "super":
                return self.passed(child)
        return ()

    def known_member(self, owner: Value, name: str, called: bool) -> Value | None:
        """Return a field of an object of this file, or what a method of it gives."""
        found: list[Value] = []
        for option in options(owner):
            scope = self.local_class(option.name) if isinstance(option, Name | Call) else None
            if scope is None or not isinstance(option, Call):
                return None
            methods = self.methods(scope, name, []) if called else []
            found += [self.result_of(Call(name=method.name, receiver=option)) for method in methods]
            if not called:
                found.append(self._held_by(option, name))
        return choice([value for value in found if value != UNKNOWN]) if found else None

    def _inside(self, made: Name | Call) -> JavaObjects | None:
        """Return this file as the methods of one object see it: its constructor was given what made it."""
        if not isinstance(made, Call) or made.start < 0 or not made.args:
            return None
        key = (made.start, self.through.function.start_byte if self.through is not None else -1)
        if key not in self._objects:
            if len(self._objects) >= _MOST_OBJECTS:
                return None
            constructor = self._constructor(made)
            if constructor is None:
                return None
            unit = self.fresh()
            given = made.args
            unit.through = Called(constructor, lambda b: given[b.index] if b.index < len(given) else None)
            self._objects[key] = unit
        unit = self._objects[key]
        unit._busy = set(self._busy)  # depth counts on
        return unit

    def _constructor(self, made: Call) -> Node | None:
        scope = self.local_class(made.name)
        if scope is None:
            return None
        node = self.classes[scope]
        if node.type == "record_declaration":
            return node
        declared = self.bindings.get((scope, f"{CONSTRUCTOR}()"), [])
        fitting = [b.node for b in declared if b.node is not None and len(parameters(b.node)) == len(made.args)]
        return fitting[0] if len(fitting) == 1 else None


def unless_call(value: Value) -> Value | None:
    """Return a value that ``x.toString()`` keeps; None where x is an object whose text is not known."""
    kept = [option for option in options(value) if not isinstance(option, Call) and option != UNKNOWN]
    return choice(kept) if kept else None
