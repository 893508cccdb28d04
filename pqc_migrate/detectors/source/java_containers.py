"""Java source: lists, maps, arrays and builders of texts, with what the code puts into them later."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    UNKNOWN,
    Items,
    Name,
    Number,
    Octets,
    Table,
    Text,
    Value,
    as_default,
    choice,
    options,
)
from pqc_migrate.detectors.source.java_calls import arguments
from pqc_migrate.detectors.source.java_texts import JavaTexts
from pqc_migrate.detectors.source.objects_values import sized
from pqc_migrate.detectors.source.unit import Binding, members

MOST_ITEMS = 64
_PUTS = frozenset({"put", "putIfAbsent", "setProperty"})
_ADDS = frozenset({"add", "addLast", "offer"})


class JavaContainers(JavaTexts):
    """What the lists, maps and arrays of one Java file hold."""

    def table(self, node: Node, pairs: list[tuple[Node, Node]]) -> Table:
        """Return a map of expressions to expressions."""
        found: dict[str, Value] = {}
        for key, value in pairs[:MOST_ITEMS]:
            for option in options(self.value(key)):
                written = _key(option)
                if written is not None:
                    found[written] = self.value(value)
        return Table(self.line(node), pairs=found)

    def looked_up(self, owner: Node, passed: list[Node]) -> Value | None:
        """Return what a map or list gives: by the key where it is known, else anything in it."""
        held = self._held(owner)
        keys = options(self.value(passed[0]))
        found = [value for container in held for value in _members(container, keys)]
        if len(passed) == 2:
            found += [as_default(self.value(passed[1]))]
        return choice(found) if found else None

    def put_under(self, owner: Node, key: Node) -> Value:
        """Return what the code puts into a map under a key."""
        keys = [written for written in map(_key, options(self.value(key))) if written is not None]
        tables = [held for held in self._held(owner) if isinstance(held, Table)]
        return choice([table.pairs[key] for table in tables for key in keys if key in table.pairs])

    def bound(self, binding: Binding) -> Value:
        """Return what one binding gives its name; a loop runs over what was added to a list, too."""
        if binding.kind != "loop" or binding.node is None:
            return super().bound(binding)
        held = [item for container in self._held(binding.node) for item in members(container)]
        return self.typed(choice(held), binding)

    def _held(self, owner: Node) -> list[Table | Items]:
        """Return what a container was made with, else what the code puts into it."""
        made = [option for option in options(self.value(owner)) if isinstance(option, Table | Items)]
        if any(one.pairs if isinstance(one, Table) else one.items for one in made):
            return made
        pairs: list[tuple[Node, Node]] = []
        added: list[Node] = []
        for token in self._tokens(owner):
            call = _user(token)
            method = call.child_by_field_name("name") if call is not None else None
            if call is not None and method is not None and method != token:
                name, passed = self.text(method), arguments(call)
                if name in _PUTS and len(passed) == 2:
                    pairs.append((passed[0], passed[1]))
                elif name in _ADDS and len(passed) == 1:
                    added.append(passed[0])
        filled = Items(self.line(owner), items=tuple(self.value(node) for node in added[:MOST_ITEMS]))
        return [self.table(owner, pairs), *([filled] if added else [])]

    def _tokens(self, owner: Node) -> Iterator[Node]:
        """Yield the places of a variable's or field's name where it can be the one that is meant."""
        name = self.text(owner.child_by_field_name("field") or owner)
        if not name.isidentifier():
            return
        scope = self.declaring(name, owner.start_byte) if owner.type == "identifier" else 0
        local = scope != 0 and scope not in self.classes
        for token in self.words(name.encode()):
            if not local or self.declaring(name, token.start_byte) == scope:
                yield token

    # Arrays -----------------------------------------------------------------------------------

    def _of_array_access(self, node: Node) -> Value:
        array, index = node.child_by_field_name("array"), node.child_by_field_name("index")
        keys = options(self.value(index))
        found = [v for o in options(self.value(array)) if isinstance(o, Items) for v in _members(o, keys)]
        if not found and array is not None:
            found = _members(self.table(array, list(self._stores(array))), keys)
        return choice(found)

    def _stores(self, array: Node) -> Iterator[tuple[Node, Node]]:
        """Yield index and value of each ``array[index] = value``."""
        for token in self._tokens(array):
            place = token.parent
            if place is not None and place.type == "field_access":
                place = place.parent
            store = place.parent if place is not None and place.type == "array_access" else None
            if place is None or store is None or store.type != "assignment_expression":
                continue
            index, value = place.child_by_field_name("index"), store.child_by_field_name("right")
            if store.child_by_field_name("left") == place and index is not None and value is not None:
                yield index, value

    def _of_array_creation_expression(self, node: Node) -> Value:
        value = node.child_by_field_name("value")
        if value is not None:
            return self.value(value)
        kind = node.child_by_field_name("type")
        sizes = [child for child in node.named_children if child.type == "dimensions_expr"]
        if kind is None or self.text(kind) != "byte" or len(sizes) != 1 or not sizes[0].named_children:
            return UNKNOWN
        return sized(self.value(sizes[0].named_children[-1]), self.line(node))

    def _of_array_initializer(self, node: Node) -> Value:
        children = [child for child in node.named_children if "comment" not in child.type]
        element = _element_type(node)
        if element == b"byte":
            return Octets(self.line(node), length=len(children))
        items = tuple(self.value(child) for child in children[:MOST_ITEMS])
        if element == b"char" and all(isinstance(item, Text) for item in items):
            return Text(self.line(node), text="".join(item.text for item in items if isinstance(item, Text)))
        return Items(self.line(node), items=items)


def _key(value: Value) -> str | None:
    """Return a map's key as a text; None for one that is not known."""
    if isinstance(value, Text | Number):
        return value.text if isinstance(value, Text) else str(value.number)
    return value.name if isinstance(value, Name) else None


def _members(owner: Value, keys: tuple[Value, ...]) -> list[Value]:
    if isinstance(owner, Table):
        chosen = [key for key in map(_key, keys) if key is not None and key in owner.pairs]
        return [owner.pairs[key] for key in chosen or owner.pairs]
    if isinstance(owner, Items):
        indexes = [key.number for key in keys if isinstance(key, Number) and 0 <= key.number < len(owner.items)]
        return [owner.items[index] for index in indexes] if indexes else list(owner.items)
    return []


def _user(token: Node) -> Node | None:
    """Return the method invocation whose object a name is, by itself or behind ``this``."""
    call = token.parent
    if call is not None and call.type == "field_access":
        call = call.parent
    return call if call is not None and call.type == "method_invocation" else None


def _element_type(node: Node) -> bytes:
    """Return the element type that an array initializer is written for."""
    parent = node.parent
    if parent is not None and parent.type == "variable_declarator":
        parent = parent.parent
    kind = parent.child_by_field_name("type") if parent is not None else None
    element = kind.child_by_field_name("element") if kind is not None else None
    written = element if element is not None else kind
    return written.text or b"" if written is not None else b""
