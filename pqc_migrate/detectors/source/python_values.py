"""What Python's expressions are known to be, calls left out: literals, tables, operators, attributes."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice, product

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
from pqc_migrate.detectors.source import python_strings
from pqc_migrate.detectors.source.operations import operate
from pqc_migrate.detectors.source.python_options import PythonOptions
from pqc_migrate.detectors.source.unit import LOCAL

_QUOTES = re.compile(r"^([A-Za-z]*)('''|\"\"\"|'|\")(.*)\2$", re.DOTALL)
_PROPERTIES = re.compile(rb"@(?:\w+\.)*(?:cached_)?(?:class)?property\b")
UNREAD_KEY = "\0"
"""Begins the key of a table's entry whose key was not read; no name of an algorithm does."""
_MOST_PAIRS = 36
_MOST_COPIES = 256
_MOST_DIGITS = 3500
"""Of a number: Python prints none of more than 4300 decimal digits."""


class PythonValues(PythonOptions):
    """The expressions of one Python file."""

    # Names and attributes ---------------------------------------------------------------------

    def _of_identifier(self, node: Node) -> Value:
        found = self.identifier(self.text(node), node.start_byte)
        return self.placed(found, node)

    def _of_attribute(self, node: Node) -> Value:
        target, attribute = node.child_by_field_name("object"), node.child_by_field_name("attribute")
        if target is None or attribute is None:
            return UNKNOWN
        name = self.text(attribute)
        if target.type == "identifier" and self.text(target) in ("self", "cls"):
            scope = self.enclosing_class(node.start_byte)
            return self._member_value(self.attribute_of_class(scope, name), name, attribute)
        if target.type == "call" and self.text(target).startswith("super("):
            scope = self.enclosing_class(node.start_byte)
            above = [self.local_class(base.name) for base in self.bases(scope)] if scope is not None else []
            found = self.inherited([base for base in above if base is not None], name)
            return self._member_value(found, name, attribute)
        return choice([self.attribute_of(option, name, attribute) for option in options(self.value(target))])

    def attribute_of(self, owner: Value, name: str, attribute: Node) -> Value:
        """Return an attribute of a value; `attribute` is where it is written."""
        line, offset = self.line(attribute), attribute.start_byte
        if isinstance(owner, Name | Call) and owner.name.startswith(LOCAL):
            return self._attribute_of_local(owner, name, attribute)
        if isinstance(owner, Name):
            return Name(line, "literal", f"{owner.name}.{name}", offset)
        if isinstance(owner, Call):
            option = self.parsed_option(owner, name)
            other = Call(line, "object", f"{self.type_of(owner)}.{name}", receiver=owner, offset=offset)
            return other if option is None or option == UNKNOWN else option
        if isinstance(owner, Table) and name in owner.pairs:
            return owner.pairs[name]
        if name == "value" and owner not in (UNKNOWN, NOTHING):  # of a member of an enumeration
            return owner
        return Name(line, "literal", f"*.{name}", offset)

    def _attribute_of_local(self, owner: Name | Call, name: str, attribute: Node) -> Value:
        scope = self.local_class(owner.name)
        found = self.attribute_of_class(scope, name)
        if found is None and name == "value":
            members = self.enumerated(scope)
            return choice(members) if members else UNKNOWN
        return self._member_value(found, name, attribute)

    def _member_value(self, found: Value | None, name: str, attribute: Node) -> Value:
        if found is None:
            return Name(self.line(attribute), "literal", f"*.{name}", attribute.start_byte)
        return choice([self._of_property(option) for option in options(self.placed(found, attribute))])

    def _of_property(self, member: Value) -> Value:
        """Return what a property gives; any other member is itself."""
        node = self.local(member.name) if isinstance(member, Name) and member.name.startswith(LOCAL) else None
        if node is None or node.type != "function_definition" or node.parent is None:
            return member
        decorated = node.parent if node.parent.type == "decorated_definition" else None
        if decorated is None or not _PROPERTIES.search(self.data, decorated.start_byte, node.start_byte):
            return member
        return self.returned(node)

    # Literals ---------------------------------------------------------------------------------

    def _of_string(self, node: Node) -> Value:
        match = _QUOTES.match(self.text(node))
        if match is None:
            return UNKNOWN
        prefix = match[1].lower()
        if "f" in prefix:
            return self._formatted(node)
        return python_strings.literal(self.line(node), prefix, match[3])

    def _formatted(self, node: Node) -> Value:
        pieces, values = [""], []
        for child in node.named_children:
            if child.type == "string_content":
                pieces[-1] += self.text(child)
            elif child.type == "interpolation":
                values.append(self.value(child.named_children[0]) if child.named_children else UNKNOWN)
                pieces.append("")
        return python_strings.filled(Text(self.line(node)), pieces, values)

    def _of_concatenated_string(self, node: Node) -> Value:
        parts = [self.value(child) for child in node.named_children if child.type == "string"]
        total: Value = parts[0] if parts else UNKNOWN
        for part in parts[1:]:
            total = _each("+", total, part)
        return total

    def _of_none(self, node: Node) -> Value:
        return NOTHING

    def _of_true(self, node: Node) -> Value:
        return Name(self.line(node), name="True")

    def _of_false(self, node: Node) -> Value:
        return Name(self.line(node), name="False")

    def _of_integer(self, node: Node) -> Value:
        text = self.text(node).rstrip("lL")
        try:
            return Number(self.line(node), number=int(text, 0)) if len(text) <= _MOST_DIGITS else UNKNOWN
        except ValueError:
            return UNKNOWN

    # Operators --------------------------------------------------------------------------------

    def _of_binary_operator(self, node: Node) -> Value:
        left, right = (self.value(node.child_by_field_name(side)) for side in ("left", "right"))
        operator = node.child_by_field_name("operator")
        sign = self.text(operator) if operator is not None else ""
        return _each(sign, left, right)

    def _of_unary_operator(self, node: Node) -> Value:
        inner = self.value(node.child_by_field_name("argument"))
        negative = isinstance(inner, Number) and self.text(node).startswith("-")
        return replace(inner, number=-inner.number) if negative and isinstance(inner, Number) else UNKNOWN

    def _of_parenthesized_expression(self, node: Node) -> Value:
        return self.value(node.named_children[0]) if node.named_children else UNKNOWN

    _of_await = _of_parenthesized_expression

    def _of_named_expression(self, node: Node) -> Value:
        return self.value(node.child_by_field_name("value"))

    def _of_conditional_expression(self, node: Node) -> Value:
        children = [child for child in node.named_children if child.type != "comment"]
        return choice([self.value(children[0]), self.value(children[-1])]) if len(children) == 3 else UNKNOWN

    def _of_boolean_operator(self, node: Node) -> Value:
        left, right = (self.value(node.child_by_field_name(side)) for side in ("left", "right"))
        if left == UNKNOWN and isinstance(right, Text | Number):
            return replace(right, how="default argument")  # what holds when nothing else was chosen
        return choice([side for side in (left, right) if side != UNKNOWN])

    # Sequences and tables ---------------------------------------------------------------------

    def _of_list(self, node: Node) -> Value:
        items: list[Value] = []
        for child in node.named_children:
            if child.type == "list_splat":
                items.extend(self.iterated(self.value(child.named_children[0])) if child.named_children else [])
            elif child.type != "comment":
                items.append(self.value(child))
        return Items(self.line(node), items=tuple(items))

    _of_tuple = _of_set = _of_expression_list = _of_list

    def _of_list_comprehension(self, node: Node) -> Value:
        body = self.value(node.child_by_field_name("body"))
        return Items(self.line(node), items=options(body))

    _of_set_comprehension = _of_generator_expression = _of_list_comprehension

    def _of_dictionary(self, node: Node) -> Value:
        pairs: dict[str, Value] = {}
        for index, child in enumerate(node.named_children):
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            if key is not None and value is not None:
                pairs[_key(self.value(key), index)] = self.value(value)
            elif child.type == "dictionary_splat" and child.named_children:
                for option in options(self.value(child.named_children[0])):
                    pairs.update(option.pairs if isinstance(option, Table) else {})
        return Table(self.line(node), pairs=pairs)

    def _of_dictionary_comprehension(self, node: Node) -> Value:
        pair = node.child_by_field_name("body")
        value = self.value(pair.child_by_field_name("value")) if pair is not None else UNKNOWN
        return Table(self.line(node), pairs={UNREAD_KEY: value})

    def _of_subscript(self, node: Node) -> Value:
        owner, index = self.value(node.child_by_field_name("value")), node.child_by_field_name("subscript")
        if index is not None and index.type == "slice":
            return choice([self._sliced(option, index) for option in options(owner)])
        key = self.value(index) if index is not None else UNKNOWN
        return choice([found for option in options(owner) for found in self.entries(option, key)])

    def entries(self, owner: Value, key: Value) -> list[Value]:
        """Return what stands under a key of a table or sequence; a key that was not read may be any of them."""
        if isinstance(owner, Table):
            wanted = {_key(option, -1) for option in options(key)} & owner.pairs.keys()
            several = UNREAD_KEY in owner.pairs or any(_is_open(option, wanted) for option in options(key))
            return [found for k, found in owner.pairs.items() if k in wanted or several]
        if isinstance(owner, Items):
            numbers = [option.number for option in options(key) if isinstance(option, Number)]
            return [owner.items[n] for n in numbers if -len(owner.items) <= n < len(owner.items)]
        if isinstance(owner, Name):  # Algorithm["SHA256"], ssl.TLSVersion["TLSv1_2"]
            names = [option.text for option in options(key) if isinstance(option, Text)]
            scope = self.local_class(owner.name)
            if scope is None:
                known = [name for name in names if self.knows(f"{owner.name}.{name}")]
                return [Name(owner.line, "object", f"{owner.name}.{name}") for name in known]
            found = [self.attribute_of_class(scope, name) for name in names]
            return [value for value in found if value is not None]
        return []

    def with_filling(self, owner: Value, node: Node) -> Value | None:
        """Return a list or table with what ``append``, ``update``, ``+=`` or a subscript's assignment puts in."""
        if node.type == "subscript":
            return self._with_entry(owner, node)
        if node.type == "augmented_assignment":
            return self._with_members(owner, node.child_by_field_name("right"), whole=True)
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        given = [c for c in (arguments.named_children if arguments is not None else []) if c.type != "comment"]
        if function is None or not given:
            return owner
        if given[-1].type == "keyword_argument":  # table.update(name=value)
            pairs = [(c.child_by_field_name("name"), c.child_by_field_name("value")) for c in given]
            named = {self.text(name): self.value(value) for name, value in pairs if name is not None}
            return replace(owner, pairs={**owner.pairs, **named}) if isinstance(owner, Table) else owner
        return self._with_members(owner, given[-1], self.text(function).endswith((".extend", ".update")))

    def _with_entry(self, owner: Value, subscript: Node) -> Value | None:
        statement, written = subscript.parent, subscript.child_by_field_name("subscript")
        right = statement.child_by_field_name("right") if statement is not None else None
        if not isinstance(owner, Table) or written is None:
            return owner
        key, entry = self.value(written), self.value(right)
        if not isinstance(key, Text | Number | Name) or not self.settled(entry):
            return None
        return replace(owner, pairs={**owner.pairs, _key(key, subscript.start_byte): entry})

    def _with_members(self, owner: Value, given: Node | None, whole: bool) -> Value | None:
        """Return a sequence with one more member, or either kind with all the members of another."""
        added = self.value(given)
        if not self.settled(added):
            return None
        if isinstance(owner, Items):
            return replace(owner, items=(*owner.items, *(self.iterated(added) if whole else [added])))
        if isinstance(owner, Table) and whole:
            tables = [option.pairs for option in options(added) if isinstance(option, Table)]
            return replace(owner, pairs={**owner.pairs, **{k: v for pairs in tables for k, v in pairs.items()}})
        return owner

    def _sliced(self, owner: Value, index: Node) -> Value:
        bounds = [self.value(child) for child in index.named_children]
        text = self.text(index).replace(" ", "")
        if not isinstance(owner, Octets | Items | Text) or not all(isinstance(bound, Number) for bound in bounds):
            return UNKNOWN
        numbers = [bound.number for bound in bounds if isinstance(bound, Number)]
        if len(numbers) == 1 and ":" in text and text.count(":") == 1:
            cut = slice(None, numbers[0]) if text.startswith(":") else slice(numbers[0], None)
        elif len(numbers) == 2 and text.count(":") == 1:
            cut = slice(*numbers)
        else:
            return UNKNOWN
        if isinstance(owner, Octets):
            return replace(owner, length=len(range(owner.length)[cut]))
        if isinstance(owner, Text):
            return replace(owner, text=owner.text[cut])
        return replace(owner, items=owner.items[cut])


def _is_open(key: Value, wanted: set[str]) -> bool:
    """Whether a key may be another one: a default is there for those who choose nothing, ``""`` for later."""
    if isinstance(key, Text | Number):
        return key.how == "default argument" or (isinstance(key, Text) and not key.text)
    return _key(key, -1) not in wanted


def _each(sign: str, left: Value, right: Value) -> Value:
    """Return what an operator makes of each pair of alternatives."""
    found = [_combined(sign, a, b) for a, b in islice(product(options(left), options(right)), _MOST_PAIRS)]
    return choice([value for value in found if value != UNKNOWN])


def _combined(sign: str, left: Value, right: Value) -> Value:
    if sign == "%" and isinstance(left, Text):
        return python_strings.interpolated(left, right)
    if sign == "*" and isinstance(left, Text) and isinstance(right, Number) and 0 < right.number < _MOST_COPIES:
        return replace(left, text=left.text * right.number)
    if sign == "|" and isinstance(left, Table) and isinstance(right, Table):
        return Table(left.line, pairs={**left.pairs, **right.pairs})
    if sign == "+" and isinstance(left, Items) != isinstance(right, Items):
        return left if isinstance(left, Items) else right  # what is known of a list that another part extends
    if sign in ("|", "-", "^") and isinstance(left, Items) and isinstance(right, Items):
        return Items(left.line, items=left.items + (right.items if sign == "|" else ()))
    return operate(sign, left, right)


def _key(value: Value, index: int) -> str:
    if isinstance(value, Text):
        return value.text
    if isinstance(value, Number):
        return str(value.number)
    return value.name if isinstance(value, Name) else f"{UNREAD_KEY}{index}"
