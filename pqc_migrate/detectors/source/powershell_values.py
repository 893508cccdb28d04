"""What PowerShell's literals, operators, hashtables and .NET expressions give."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    NOTHING,
    UNKNOWN,
    Call,
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
from pqc_migrate.detectors.source.operations import joined, operate
from pqc_migrate.detectors.source.powershell_names import PASSED_ON, PowerShellNames

_MOST_ITEMS = 256
_TEXT_METHODS: Mapping[str, Callable[[str], str]] = {
    "toupper": str.upper,
    "tolower": str.lower,
    "trim": str.strip,
    "tostring": str,
}
_PLACE = re.compile(r"\{(\d)\}")
_LONGEST_RANGE = 4096


class PowerShellValues(PowerShellNames):
    """The values of one PowerShell script."""

    def value(self, node: Node | None) -> Value:
        """Return what an expression is known to be; a dozen levels of the grammar hold each without saying more."""
        return super().value(self.bare(node) if node is not None else None)

    def expression(self, node: Node) -> Value:
        """Return what an expression is known to be."""
        if hasattr(self, f"_of_{node.type}") or node.type not in PASSED_ON or not node.named_children:
            return super().expression(node)
        if node.named_child_count == 1:
            unary = node.type == "expression_with_unary_operator" and node.children[0].type not in (",",)
            cast = self.bare(node.named_children[0]).type == "cast_expression"
            return self.value(node.named_children[0]) if not unary or cast else UNKNOWN
        return self._operated(node)

    # Literals ---------------------------------------------------------------------------------

    def _of_variable(self, node: Node) -> Value:
        return NOTHING if self.text(node).lower() == "$null" else self.variable(node)

    def _of_string_literal(self, node: Node) -> Value:
        inner = node.named_children[0] if node.named_children else None
        if inner is None:
            return UNKNOWN
        text = self.text(inner)
        quoted = text[2:-2].strip("\r\n") if text[:1] == "@" else text[1:-1]
        if inner.type.startswith("verbatim") or not inner.named_children:
            return Text(self.line(node), text=quoted.replace("''", "'"))
        parts: list[Value] = []
        at = inner.start_byte + (2 if text[:1] == "@" else 1)
        for child in inner.named_children:
            parts.append(self._piece(at, child.start_byte))
            parts.append(self.value(child))
            at = child.end_byte
        parts.append(self._piece(at, inner.end_byte - (2 if text[:1] == "@" else 1)))
        return joined(parts, self.line(node))

    def _piece(self, start: int, end: int) -> Text:
        return Text(text=self.data[start:end].decode("utf-8", "replace"))

    def _of_integer_literal(self, node: Node) -> Value:
        try:
            return Number(self.line(node), number=int(self.text(node).lower().rstrip("l"), 0))
        except ValueError:
            return UNKNOWN

    def _of_generic_token(self, node: Node) -> Value:
        return Text(self.line(node), text=self.text(node))

    def _of_path_command_name(self, node: Node) -> Value:
        """Return the program that a path with variables in it names."""
        parts = [
            Text(text=self.text(c)) if c.type.endswith("_token") else self.value(c) for c in node.named_children
        ]
        return joined(parts, self.line(node))

    def _of_sub_expression(self, node: Node) -> Value:
        return self.value(node.named_children[0]) if node.named_child_count == 1 else UNKNOWN

    _of_parenthesized_expression = _of_sub_expression

    def _of_array_expression(self, node: Node) -> Value:
        if node.named_child_count != 1:
            return UNKNOWN if node.named_children else Items(self.line(node))
        statements = node.named_children[0]
        listed = statements.named_children if statements.type == "statement_list" else [statements]
        found = [self.value(child) for child in listed[:_MOST_ITEMS]]
        items = [part for value in found for part in (value.items if isinstance(value, Items) else (value,))]
        return Items(self.line(node), items=tuple(items))

    def _of_hash_literal_expression(self, node: Node) -> Value:
        pairs: dict[str, Value] = {}
        body = self._first(node, "hash_literal_body")
        for entry in body.named_children[:_MOST_ITEMS] if body is not None else ():
            key = self._first(entry, "key_expression")
            if key is not None and entry.named_children[-1] != key:
                pairs[self.text(key).strip("'\"")] = self.value(entry.named_children[-1])
        return Table(self.line(node), pairs=pairs)

    def _of_if_statement(self, node: Node) -> Value:
        """Return what the arms of ``$x = if (…) { … } else { … }`` give."""
        blocks = [child for child in node.named_children if child.type == "statement_block"]
        clauses = [child for child in node.named_children if child.type in ("else_clause", "elseif_clause")]
        blocks += [b for clause in clauses for b in clause.named_children if b.type == "statement_block"]
        lists = [self._first(block, "statement_list") for block in blocks]
        found = [
            self.value(listed.named_children[-1])
            for listed in lists
            if listed is not None and listed.named_children
        ]
        return choice([value for value in found if value != UNKNOWN])

    # Operators --------------------------------------------------------------------------------

    def _operated(self, node: Node) -> Value:
        parts = [child for child in node.named_children if not child.type.endswith("_operator")]
        signs = [child for child in node.children if child not in parts and child.type != "comment"]
        sign = self.text(signs[0]).strip().lower() if signs else ""
        if node.type == "pipeline_chain":  # what the last command makes of the others' output
            return UNKNOWN
        if node.type.startswith("array_literal"):
            return Items(self.line(node), items=tuple(self.value(part) for part in parts[:_MOST_ITEMS]))
        if sign == "-bor":
            sides = [self.value(part) for part in parts]
            flags = [item for side in sides for item in (side.items if isinstance(side, Items) else (side,))]
            return Items(self.line(node), items=tuple(flags))
        if sign == "..":
            return self._range(parts, node)
        if sign == "-f":
            return self._formatted(parts, node)
        if sign == "+" and len(parts) == 2:
            sides = [self.value(part) for part in parts]
            if any(isinstance(option, Text) for side in sides for option in options(side)):
                return joined(sides, self.line(node))
        if len(parts) != 2 or sign not in ("+", "-", "*", "/"):
            return UNKNOWN
        left, right = (self.value(part) for part in parts)
        found = [operate(sign, a, b) for a in options(left) for b in options(right)]
        return choice([value for value in found if value != UNKNOWN])

    def _range(self, parts: list[Node], node: Node) -> Value:
        ends = [value.number for value in (self.value(part) for part in parts) if isinstance(value, Number)]
        return self.numbers(ends[0], ends[1], node) if len(ends) == 2 else UNKNOWN

    def numbers(self, first: int, last: int, node: Node) -> Value:
        """Return the list that ``first..last`` is."""
        if not 0 <= last - first < _LONGEST_RANGE:
            return UNKNOWN
        return Items(
            self.line(node), items=tuple(Number(self.line(node), number=n) for n in range(first, last + 1))
        )

    def _formatted(self, parts: list[Node], node: Node) -> Value:
        """Return ``'{0}-{1}' -f a, b`` with its places filled in."""
        pattern, given = self.value(parts[0]), self.value(parts[-1])
        listed = given.items if isinstance(given, Items) else (given,)
        if not isinstance(pattern, Text) or len(parts) != 2:
            return UNKNOWN
        pieces = _PLACE.split(pattern.text)
        filled: list[Value] = [Text(text=pieces[0])]
        for index, piece in zip(pieces[1::2], pieces[2::2], strict=True):
            filled += [listed[int(index)] if int(index) < len(listed) else UNKNOWN, Text(text=piece)]
        return joined(filled, self.line(node))

    def _of_cast_expression(self, node: Node) -> Value:
        """Return ``[T]value``: the value, seen as T where T is one of the catalog's."""
        kind, inner = self.text(node.named_children[0]), self.value(node.named_children[-1])
        if kind.lower() in ("[byte[]]", "[system.byte[]]"):
            return self.bytes_of(kind, (inner,), node)
        return inner

    # .NET -------------------------------------------------------------------------------------

    def _of_type_literal(self, node: Node) -> Value:
        return Name(self.line(node), "object", self.type_named(self.text(node)))

    def _of_member_access(self, node: Node) -> Value:
        owner, place = node.named_children[0], self._member(node)
        if place is None:
            return UNKNOWN
        found: list[Value] = []
        for option in options(self.value(owner)):
            if isinstance(option, Table):
                pairs = {key.lower(): value for key, value in option.pairs.items()}
                found.append(pairs.get(self.text(place).lower(), UNKNOWN))
            elif isinstance(option, Name):
                name = self.canonical(f"{option.name}.{self.text(place)}")
                found.append(Name(self.line(place), "literal", name, place.start_byte))
            elif isinstance(option, Call):
                found.append(self._called(f"{self.type_of(option)}.{self.text(place)}", option, (), place, node))
        return choice([value for value in found if value != UNKNOWN])

    def _member(self, node: Node) -> Node | None:
        """Return the word that names a member; None when it is an expression."""
        name = self._first(node, "member_name")
        inner = name.named_children[0] if name is not None and name.named_children else None
        return inner if inner is not None and inner.type == "simple_name" else None

    def _of_invokation_expression(self, node: Node) -> Value:
        return self.invoked(node, self._passed_to(node), node)

    def invoked(self, access: Node, args: tuple[Value, ...], node: Node) -> Value:
        """Return what calling a member gives."""
        owner, place = access.named_children[0], self._member(access)
        if place is None:
            return UNKNOWN
        found = [self._invoked(option, owner, place, args, node) for option in options(self.value(owner))]
        return choice([value for value in found if value != UNKNOWN])

    def _invoked(self, owner: Value, written: Node, place: Node, args: tuple[Value, ...], node: Node) -> Value:
        method = self.text(place)
        if isinstance(owner, Text) and method.lower() in _TEXT_METHODS and not args:
            return Text(owner.line, owner.how, _TEXT_METHODS[method.lower()](owner.text))
        if isinstance(owner, Name):
            if method.lower() == "new":
                text = self.text(written)
                return self.bytes_of(text, args, node) if "[]" in text else self.created(text, args, written, node)
            if owner.name.lower() in ("enum", "system.enum") and method.lower() in ("toobject", "parse") and args:
                return args[-1]
            return self._called(f"{owner.name}.{method}", None, args, place, node)
        if isinstance(owner, Call):
            return self._called(f"{self.type_of(owner)}.{method}", owner, args, place, node)
        return self._called(f"*.{method}", None, args, place, node)

    def _passed_to(self, node: Node) -> tuple[Value, ...]:
        arguments = self._first(node, "argument_list")
        return self.listed(arguments) if arguments is not None else ()

    def listed(self, arguments: Node) -> tuple[Value, ...]:
        """Return the values of a list of arguments in parentheses."""
        inner = self._first(arguments, "argument_expression_list")
        given = inner.named_children if inner is not None else []
        return tuple(self.value(child) for child in given[:_MOST_ITEMS])

    def _called(self, name: str, owner: Value | None, args: tuple[Value, ...], place: Node, node: Node) -> Call:
        span = (place.start_byte, node.start_byte, node.end_byte)
        return Call(self.line(place), "object", self.canonical(name), args, {}, owner, *span)

    def created(self, written: str, args: tuple[Value, ...], place: Node, node: Node) -> Value:
        """Return a new object of a type, at the last part of its written name."""
        name = self.type_named(written)
        last = re.split(r"[.\]]", written.strip("[]"))[-1]
        start = self.data.rfind(last.encode(), place.start_byte, place.end_byte)
        if start < 0:
            start = place.start_byte
        line = self.data.count(b"\n", 0, start) + 1
        return Call(line, "object", name, args, {}, None, start, node.start_byte, node.end_byte)

    def bytes_of(self, written: str, args: tuple[Value, ...], node: Node) -> Value:
        """Return the bytes that ``[byte[]]::new(32)`` makes, or a list of numbers is; UNKNOWN for other arrays."""
        if "byte" not in written.lower() or len(args) != 1:
            return UNKNOWN
        found = [_length(option) for option in options(args[0])]
        return choice([Octets(self.line(node), length=length) for length in found if length is not None])

    def _of_assignment_expression(self, node: Node) -> Value:
        """Return what ``$object.Property = value`` calls: the property's setter."""
        left, value = self.sides(node)
        target = self.bare(left) if left is not None else None
        if target is None or target.type != "member_access" or value is None:
            return self.value(value)
        place = self._member(target)
        found: list[Value] = []
        for option in options(self.value(target.named_children[0])) if place is not None else ():
            if place is not None and isinstance(option, Name | Call):
                owner = option.name if isinstance(option, Name) else self.type_of(option)
                receiver = option if isinstance(option, Call) else None
                name = f"{owner}.{self.text(place)}"
                found.append(self._called(name, receiver, (self.value(value),), place, node))
        return choice(found)


def _length(value: Value) -> int | None:
    if isinstance(value, Number):
        return value.number if 0 <= value.number < 1 << 20 else None
    if isinstance(value, Items):
        return len(value.items)
    return value.length if isinstance(value, Octets) else None
