"""What Kotlin, Scala and Swift share about values: operators, string templates, lists and maps."""

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
    choice,
    options,
)
from pqc_migrate.detectors.source.objects_names import ObjectNames
from pqc_migrate.detectors.source.operations import operate

_MOST_ITEMS = 64
_MOST_TEXTS = 8


class ObjectValues(ObjectNames):
    """Operators, templates, lists and maps of one file."""

    def operated(self, sign: str, left: Node | None, right: Node | None) -> Value:
        """Return what an operator gives; a number joined to a text becomes one."""
        found: list[Value] = []
        for a in options(self.value(left)):
            for b in options(self.value(right)):
                if sign == "+" and isinstance(a, Text) and isinstance(b, Number):
                    b = Text(b.line, b.how, str(b.number))
                found.append(operate(sign, a, b))
        return choice([value for value in found if value != UNKNOWN])

    def joined(self, line: int, parts: list[str | Node | Value]) -> Value:
        """Return a string template, when all that stands in it is known; each alternative of one part."""
        texts = [""]
        for part in parts:
            if isinstance(part, str):
                pieces = [part]
            else:
                known = options(part if isinstance(part, Value) else self.value(part))
                pieces = [_shown(option) for option in known if isinstance(option, Text | Number)]
            texts = [text + piece for text in texts for piece in pieces][:_MOST_TEXTS]
        return choice([Text(line, text=text) for text in texts])

    def any_of(self, nodes: list[Node]) -> Value:
        """Return a value that is any of several expressions."""
        return choice([value for value in map(self.value, nodes) if value != UNKNOWN])

    def items(self, node: Node, nodes: list[Node]) -> Items:
        """Return a list literal."""
        return Items(self.line(node), items=tuple(self.value(child) for child in nodes[:_MOST_ITEMS]))

    def table(self, node: Node, pairs: list[tuple[Node, Node]]) -> Table:
        """Return a mapping with constant keys."""
        found: dict[str, Value] = {}
        for key, value in pairs[:_MOST_ITEMS]:
            for option in options(self.value(key)):
                if isinstance(option, Text | Name):
                    found[option.text if isinstance(option, Text) else option.name] = self.value(value)
        return Table(self.line(node), pairs=found)

    def looked_up(self, owner: Node, key: Node) -> Value | None:
        """Return what a map or list gives: by the key where it is known, else anything in it."""
        keys = options(self.value(key))
        found: list[Value] = []
        for option in options(self.value(owner)):
            if isinstance(option, Table):
                wanted = [k.text if isinstance(k, Text) else k.name for k in keys if isinstance(k, Text | Name)]
                chosen = [name for name in wanted if name in option.pairs]
                found += [option.pairs[name] for name in chosen or option.pairs]
            elif isinstance(option, Items):
                indexes = [k.number for k in keys if isinstance(k, Number) and 0 <= k.number < len(option.items)]
                found += [option.items[index] for index in indexes] if indexes else option.items
        if not found:
            found = [
                self.value(value)
                for other, value in self._put_into(owner)
                if _alike(options(self.value(other)), keys)
            ]
        return choice(found) if found else None

    def _put_into(self, owner: Node) -> Iterator[tuple[Node, Node]]:
        """Yield key and value of each ``owner[key] = value`` on the same variable."""
        name = self.text(owner)
        scope = self.declaring(name, owner.start_byte) if name.isidentifier() else -1
        for token in self.words(name.encode()) if scope >= 0 else ():
            place = token.parent
            store = place.parent if place is not None and place.type == "index_expression" else None
            if place is None or store is None or store.type != "assignment" or len(place.named_children) < 2:
                continue
            value = store.child_by_field_name("right")
            first = place.named_children[0] == token and store.child_by_field_name("left") == place
            if first and value is not None and self.declaring(name, token.start_byte) == scope:
                yield place.named_children[1], value


def _alike(one: tuple[Value, ...], other: tuple[Value, ...]) -> bool:
    """Whether two keys may be the same: one of them is not known, or they have a text or number in common."""
    known = [
        {o.text if isinstance(o, Text) else o.number for o in k if isinstance(o, Text | Number)}
        for k in (one, other)
    ]
    return not all(known) or bool(known[0] & known[1])


def sized(count: Value, line: int) -> Value:
    """Return the byte array that has as many elements as a number says."""
    numbers = [option for option in options(count) if isinstance(option, Number)]
    return choice([Octets(line, number.how, number.number) for number in numbers if 0 <= number.number < 1 << 24])


def _shown(value: Text | Number) -> str:
    return value.text if isinstance(value, Text) else str(value.number)
