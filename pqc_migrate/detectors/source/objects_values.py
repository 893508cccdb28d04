"""What Kotlin, Scala and Swift share about values: operators, string templates, lists and maps."""

from __future__ import annotations

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
        return choice(found) if found else None


def sized(count: Value, line: int) -> Value:
    """Return the byte array that has as many elements as a number says."""
    numbers = [option for option in options(count) if isinstance(option, Number)]
    return choice([Octets(line, number.how, number.number) for number in numbers if 0 <= number.number < 1 << 24])


def _shown(value: Text | Number) -> str:
    return value.text if isinstance(value, Text) else str(value.number)
