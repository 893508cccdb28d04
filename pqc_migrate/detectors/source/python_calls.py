"""What Python's calls are known to be: with resolved names, or the value itself where a built-in makes one."""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    UNKNOWN,
    Call,
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
from pqc_migrate.detectors.source import python_strings
from pqc_migrate.detectors.source.python_values import PythonValues
from pqc_migrate.detectors.source.unit import LOCAL

_SAME = frozenset({
    "list", "tuple", "set", "frozenset", "sorted", "iter", "reversed", "memoryview", "copy.copy",
    "copy.deepcopy", "types.MappingProxyType", "collections.OrderedDict", "OrderedDict", "deepcopy",
    "asyncio.run", "json.dumps", "jwcrypto.common.json_encode",
})  # fmt: skip
"""Built-ins whose result is, for what is asked of it here, their first argument."""
_FIELDS = frozenset({
    "dataclasses.field", "attr.ib", "attr.attrib", "attr.field", "attrs.field", "pydantic.Field",
    "pydantic.PrivateAttr",
})  # fmt: skip
_PARTIALS = frozenset({"functools.partial", "functools.partialmethod"})
_GETTERS = frozenset({"get", "pop", "setdefault", "getenv"})
_TEXT_DECODERS = {
    "bytes.fromhex": "hex", "bytearray.fromhex": "hex", "binascii.unhexlify": "hex", "binascii.a2b_hex": "hex",
    "base64.b64decode": "base64", "base64.urlsafe_b64decode": "base64", "base64.standard_b64decode": "base64",
    "base64.b16decode": "hex",
}  # fmt: skip
_UNREAD = "?"
"""Name of an attribute that is decided at run time, in the catalog's rules."""
WORDS = frozenset({b"getattr", b"partial", b"partialmethod"})
"""Functions whose calls stand for what they are given: ``getattr(hashlib, name)(data)``."""


def looked_up_in(function: Node) -> Node:
    """Return what a called entry of a table is looked up in: ``TABLE`` of ``TABLE[name](data)``, else itself."""
    while function.type == "subscript":
        owner = function.child_by_field_name("value")
        if owner is None:
            break
        function = owner
    return function


@dataclass(frozen=True, slots=True)
class Partial(Call):
    """A function with some of its arguments given (functools.partial): calling it is calling that function."""


class PythonCalls(PythonValues):
    """The calls of one Python file."""

    def _of_call(self, node: Node) -> Value:
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None:
            return UNKNOWN
        found: list[Value] = []
        callees = options(self.value(function))
        for callee in callees:
            if isinstance(callee, Name) and callee.name.startswith(LOCAL):
                found.append(self._local_call(callee, node))
            elif isinstance(callee, Name | Call):
                found.append(self._call(callee, node, function, arguments))
            elif isinstance(callee, Text | Octets | Items | Table) and function.type == "attribute":
                found.append(UNKNOWN)
        return choice(found) if found else UNKNOWN

    def _call(self, callee: Name | Call, node: Node, function: Node, arguments: Node | None) -> Value:
        args, named = self._arguments(arguments)
        simple = self._builtin(callee, function, arguments, args, named)
        if simple is not None:
            return simple
        receiver = callee.receiver if isinstance(callee, Call) else None
        if isinstance(callee, Partial):
            args, named = callee.args + args, {**callee.named, **named}
        elif isinstance(callee, Call) and callee.start >= 0:  # an object that is called, not a method
            return UNKNOWN
        if isinstance(callee, Name) and callee.name.startswith("*.") and function.type == "attribute":
            receiver = self.value(function.child_by_field_name("object"))
        return self._made(Call, callee.name, args, named, node, function, receiver)

    def _made(
        self, kind: type[Call], name: str, args: tuple[Value, ...], named: dict[str, Value],
        node: Node, function: Node, receiver: Value | None = None,
    ) -> Call:  # fmt: skip
        named_by = looked_up_in(function)
        attribute = named_by.child_by_field_name("attribute") if named_by.type == "attribute" else None
        place = attribute if attribute is not None else named_by
        span = (place.start_byte, node.start_byte, node.end_byte)
        return kind(self.line(place), "object", name, args, named, receiver, *span)

    def _local_call(self, callee: Name, node: Node) -> Value:
        """Return what a function of this file returns, or an instance of a class of this file."""
        definition = self.local(callee.name)
        if definition is not None and definition.type == "lambda":
            return self.value(definition.child_by_field_name("body"))
        if definition is None or definition.type != "function_definition":
            members = self.enumerated(self.local_class(callee.name))
            return choice(members) if members else Call(self.line(node), "object", callee.name)
        found = self.returned(definition)
        stated = definition.child_by_field_name("return_type")
        if stated is not None and not self.settled(found):
            typed = self.typed(stated)
            return typed if typed != UNKNOWN else found
        return found

    def _arguments(self, arguments: Node | None) -> tuple[tuple[Value, ...], dict[str, Value]]:
        args: list[Value] = []
        named: dict[str, Value] = {}
        placed = True
        for child in arguments.named_children if arguments is not None else []:
            if child.type == "keyword_argument":
                name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
                if name is not None:
                    named[self.text(name)] = self.value(value)
            elif child.type == "dictionary_splat":
                inner = self.value(child.named_children[0]) if child.named_children else UNKNOWN
                for option in options(inner):
                    named.update(option.pairs if isinstance(option, Table) else {})
            elif child.type == "list_splat":
                inner = self.value(child.named_children[0]) if child.named_children else UNKNOWN
                args.extend(inner.items if isinstance(inner, Items) else [])
                placed = placed and isinstance(inner, Items)
            elif child.type != "comment" and placed:
                args.append(self.value(child))
        return tuple(args), named

    # Built-ins --------------------------------------------------------------------------------

    def _builtin(
        self, callee: Name | Call, function: Node, arguments: Node | None,
        args: tuple[Value, ...], named: dict[str, Value],
    ) -> Value | None:  # fmt: skip
        """Return the value that a built-in makes of names, lengths and tables; None for any other call."""
        if function.type == "attribute" and not self.knows(callee.name):
            found = self._method(self.value(function.child_by_field_name("object")), callee, args, named)
            if found is not None:
                return found
        name = callee.name
        if name == "getattr" and arguments is not None and len(args) >= 2:
            return self._attribute_by_name(args, function)
        if name in _PARTIALS and args and arguments is not None and function.parent is not None:
            return self._partial(args, named, function)
        if name in _TEXT_DECODERS and args:
            return choice([python_strings.decoded(option, _TEXT_DECODERS[name]) for option in options(args[0])])
        if name in ("bytes", "bytearray") and args:
            return choice([_octets(option) for option in options(args[0])])
        if name == "int" and len(args) == 2 and isinstance(args[1], Number):
            return choice([python_strings.in_base(option, args[1].number) for option in options(args[0])])
        if name in ("str", "int") and args:
            return choice([_cast(name, option) for option in options(args[0])])
        if name == "dict":
            first = args[0] if args else UNKNOWN
            return Table(self.line(function), pairs={**(first.pairs if isinstance(first, Table) else {}), **named})
        if name == "next" and args:
            return choice(self.iterated(args[0]))
        if name in ("importlib.import_module", "__import__") and args and isinstance(args[0], Text):
            return Name(self.line(function), "object", args[0].text)
        if name in _FIELDS:
            return self._field(args, named)
        if name == "typing.cast" and arguments is not None and len(args) == 2:
            typed = self.typed(arguments.named_children[0])
            return typed if typed != UNKNOWN else args[1]
        return args[0] if name in _SAME and args else None

    def _method(
        self, owner: Value, callee: Name | Call, args: tuple[Value, ...], named: dict[str, Value]
    ) -> Value | None:
        """Return what a method of a literal or table gives, or the fallback of a look-up in something unknown."""
        name = callee.name.rsplit(".", 1)[-1]
        found: list[Value] = []
        for option in options(owner):
            if isinstance(option, Text | Octets) and name in python_strings.METHODS:
                found.append(python_strings.method(option, name, args, named))
            elif isinstance(option, Table | Items):
                found.extend(self._of_collection(option, name, args))
        if found:
            return choice(found)
        fallback = named.get("default", named.get("fallback", args[1] if len(args) > 1 else None))
        if name in _GETTERS and fallback is not None and not isinstance(callee, Call):
            return as_default(fallback)
        return None

    def _of_collection(self, owner: Table | Items, name: str, args: tuple[Value, ...]) -> list[Value]:
        if isinstance(owner, Items):
            return [owner] if name == "copy" else self.iterated(owner) if name == "pop" else []
        if name in ("get", "pop", "setdefault") and args:
            return [*self.entries(owner, args[0]), *(as_default(arg) for arg in args[1:2])]
        values = tuple(owner.pairs.values())
        if name == "values":
            return [Items(owner.line, items=values)]
        if name == "items":
            pairs = [Items(v.line, items=(Text(owner.line, text=k), v)) for k, v in owner.pairs.items()]
            return [Items(owner.line, items=tuple(pairs))]
        if name == "keys":
            return [Items(owner.line, items=tuple(Text(owner.line, text=key) for key in owner.pairs))]
        return [owner] if name == "copy" else []

    def _attribute_by_name(self, args: tuple[Value, ...], function: Node) -> Value | None:
        pairs = [(o, n.text) for o in options(args[0]) for n in options(args[1]) if isinstance(n, Text)]
        found = [self.attribute_of(owner, name, function) for owner, name in pairs if name.isidentifier()]
        if not found:
            found = [self.attribute_of(o, _UNREAD, function) for o in options(args[0]) if _module_knows(self, o)]
        if len(args) > 2 and not any(self.settled(value) for value in found):
            return as_default(args[2])
        return choice(found) if found else None

    def _partial(self, args: tuple[Value, ...], named: dict[str, Value], function: Node) -> Value:
        found: list[Value] = []
        node = function.parent if function.parent is not None else function
        for option in options(args[0]):
            if isinstance(option, Name) and option.name.startswith(LOCAL):
                found.append(option)
            elif isinstance(option, Name | Call):
                receiver = option.receiver if isinstance(option, Call) else None
                found.append(self._made(Partial, option.name, args[1:], named, node, function, receiver))
        return choice(found)

    def _field(self, args: tuple[Value, ...], named: dict[str, Value]) -> Value:
        factory = named.get("default_factory", named.get("factory"))
        if factory is None:
            return as_default(named.get("default", args[0] if args else UNKNOWN))
        made = [
            self._local_call(option, self.root) if option.name.startswith(LOCAL) else Call(name=option.name)
            for option in options(factory)
            if isinstance(option, Name)
        ]
        return choice(list(made))


def _module_knows(unit: PythonCalls, value: Value) -> bool:
    """Whether the catalog has a rule for what a module gives under a name that was not read."""
    return isinstance(value, Name) and unit.knows(f"{value.name}.{_UNREAD}")


def _cast(name: str, value: Value) -> Value:
    if name == "str" and isinstance(value, Number):
        return Text(value.line, value.how, str(value.number), path=value.path)
    if name == "int" and isinstance(value, Text) and value.text.isascii() and value.text.isdigit():
        return Number(value.line, value.how, int(value.text), path=value.path)
    return value


def _octets(value: Value) -> Value:
    if isinstance(value, Number):
        return Octets(value.line, value.how, value.number)
    if isinstance(value, Items):
        return Octets(value.line, value.how, len(value.items))
    if isinstance(value, Text):
        return Octets(value.line, value.how, len(value.text.encode("utf-8", "replace")))
    return value
