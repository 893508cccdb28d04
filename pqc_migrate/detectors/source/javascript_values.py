"""JavaScript and TypeScript source: what expressions are known to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    NOTHING,
    REST,
    UNKNOWN,
    UNREAD,
    Call,
    Items,
    Name,
    Number,
    Table,
    Text,
    Value,
    choice,
    options,
)
from pqc_migrate.detectors.source import javascript_builtins as builtins
from pqc_migrate.detectors.source.javascript_modules import WRAPPING, unescaped
from pqc_migrate.detectors.source.javascript_names import CLASSES
from pqc_migrate.detectors.source.javascript_objects import SETTING, JavaScriptObjects, unseen
from pqc_migrate.detectors.source.operations import operate
from pqc_migrate.detectors.source.unit import LOCAL, Binding, as_constant, fallback

_MOST_SPREAD = 8
"""How many further arguments a spread of unknown length is taken to fill."""
_LONGEST_TABLE = 400
_MOST_PATCHES = 48
"""Members set later; an object with more is a namespace, whose members are looked up one by one."""
_MOST_BRANCHES = 8
"""Conditions under which members of one object are set that are told apart."""


class JavaScriptValues(JavaScriptObjects):
    """The expressions of one JavaScript file."""

    # Names and members ------------------------------------------------------------------------

    def expression(self, node: Node) -> Value:
        """Return what an expression is known to be."""
        if node.type in WRAPPING:
            inner = [child for child in node.named_children if child.type not in ("comment", "type_arguments")]
            return self.value(inner[0]) if inner else UNKNOWN
        return super().expression(node)

    def _of_identifier(self, node: Node) -> Value:
        name = self.text(node)
        found = self.identifier(name, node.start_byte)
        if name in self.patched_names:
            found = choice([self._patched(option, name, node.start_byte) for option in options(found)])
        return self.placed(found, node)

    _of_shorthand_property_identifier = _of_shorthand_property_identifier_pattern = _of_identifier

    def _patched(self, value: Value, name: str, offset: int) -> Value:
        """Return a table with the members that were assigned to it after it was made.

        What is assigned under one condition goes together: ``if (ec) { a.name = "ECDSA"; if (p384) a.hash = … }``
        makes three tables, and no fourth.
        """
        patches = self._patches(name, offset) if isinstance(value, Table) else []
        if not isinstance(value, Table) or not patches:
            return value
        branches = dict.fromkeys(self.branches.innermost(patch.offset) for patch, _, sure, _ in patches if not sure)
        made: list[Value] = []
        for branch in (None, *list(branches)[:_MOST_BRANCHES]):
            pairs = dict(value.pairs)
            for patch, member, sure, held in patches:
                inside = branch is not None and self._within(branch, self.branches.innermost(patch.offset))
                if sure or inside:
                    _put(pairs, member.split("."), held)
            made.append(replace(value, pairs=pairs))
        return choice(made)

    def _within(self, branch: int, other: int) -> bool:
        """Whether one branch lies in another, or is the same."""
        return self.branches.holds(other, self.branches.starts[branch])

    def _patches(self, name: str, offset: int) -> list[tuple[Binding, str, bool, Value]]:
        """Return (assignment, member, whether on every path, value) of what was assigned to an object, in order."""
        found: list[tuple[Binding, str, bool]] = []
        if sum(len(self.patched.get((scope, name), ())) for scope in self.scopes.chain(offset)) > _MOST_PATCHES:
            return []
        for scope in self.scopes.chain(offset):
            here = scope == self.scopes.innermost(offset)
            for member in self.patched.get((scope, name), ()):
                for patch in self.bindings[scope, f"{name}.{member}"]:
                    sure = here and self.branches.holds(self.branches.innermost(patch.offset), offset)
                    if not here or patch.offset <= offset:
                        found.append((patch, member, sure))
        found.sort(key=lambda one: one[0].offset)
        return [(patch, member, sure, self.bound(patch)) for patch, member, sure in found]

    def _of_member_expression(self, node: Node) -> Value:
        target, name = node.child_by_field_name("object"), node.child_by_field_name("property")
        if target is None or name is None:
            return UNKNOWN
        return self._taken(target, self.text(name), name)

    def _taken(self, target: Node, name: str, place: Node) -> Value:
        if target.type == "this":
            return self.of_self(target, name, place)
        text = self.text(target) if target.type in ("identifier", "member_expression") else ""
        label = f"{'exports' if text == 'module.exports' else text}.{name}"
        owner = self.enclosing_class(place.start_byte) if text.startswith("this.") else None
        patched = self.member(owner, label) if owner is not None else None
        if patched is not None:
            return self.placed(patched, place)
        at = next((s for s in self.scopes.chain(place.start_byte) if text and (s, label) in self.bindings), None)
        assigned = self.placed(self.identifier(label, place.start_byte), place) if at is not None else UNKNOWN
        if at is not None and (label.startswith("exports.") or self._surely(at, label, place.start_byte)):
            return assigned
        made = [self.member_of(option, name, place) for option in options(self.value(target))]
        return choice(made if at is None else [*(value for value in made if not unseen(value)), assigned])

    def _surely(self, scope: int, label: str, offset: int) -> bool:
        """Whether a member was assigned on every path to an offset, so that what it was made with is gone."""
        branches = (self.branches.innermost(b.offset) for b in self.bindings[scope, label] if b.offset <= offset)
        return any(self.branches.holds(branch, offset) for branch in branches)

    def _of_arrow_function(self, node: Node) -> Value:
        return Name(self.line(node), "object", f"{LOCAL}{node.start_byte}")

    _of_function_expression = _of_generator_function = _of_class = _of_method_definition = _of_arrow_function

    # Calls ------------------------------------------------------------------------------------

    def _of_call_expression(self, node: Node) -> Value:
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        module = self.required(node)
        if module:
            return Name(name=module)
        inner = self.passed_through(node)
        if inner is not None:
            return self.value(inner)
        if function is not None and function.type == "super":
            return self._constructed(node, function, arguments)
        return self._called(node, function, arguments) if function is not None else UNKNOWN

    def _constructed(self, node: Node, place: Node, arguments: Node | None) -> Value:
        """Return the object that ``super(…)`` makes of a class of a library."""
        owner = self.enclosing_class(node.start_byte)
        extended = options(self.extended(owner)) if owner is not None else ()
        names = [o.name for o in extended if isinstance(o, Name) and not o.name.startswith(LOCAL)]
        span, args = (place.start_byte, node.start_byte, node.end_byte), self.passed(arguments) if names else ()
        return choice([Call(self.line(place), "object", name, args, {}, None, *span) for name in names])

    def given_to_bases(self) -> Iterator[tuple[str, Callable[[], tuple[Value, ...]], Callable[[], Value] | None]]:
        """Yield what ``super(…)`` passes to the constructors of classes of other files."""
        for token in self.words(b"super"):
            call, scope = token.parent, self.enclosing_class(token.start_byte)
            if call is None or scope is None or call.type != "call_expression":
                continue
            passed = partial(self.passed, call.child_by_field_name("arguments"))
            for base in options(self.extended(scope)):
                if isinstance(base, Name) and not base.name.startswith(LOCAL):
                    yield base.name, passed, None

    def _of_new_expression(self, node: Node) -> Value:
        constructor, arguments = node.child_by_field_name("constructor"), node.child_by_field_name("arguments")
        return self._called(node, constructor, arguments) if constructor is not None else UNKNOWN

    def _called(self, node: Node, function: Node, arguments: Node | None) -> Value:
        args = self.passed(arguments)
        known = self._builtin(function, args)
        if known is not None:
            return known
        place = self.decisive(function)
        span = (place.start_byte, node.start_byte, node.end_byte)
        found: list[Value] = []
        for callee in options(self.value(function)):
            if isinstance(callee, Name | Call) and callee.name.startswith(LOCAL):
                found.append(self._local_call(callee.name, node))
            elif isinstance(callee, Name | Call):
                receiver = callee.receiver if isinstance(callee, Call) else self._unseen_receiver(callee, function)
                found.append(Call(self.line(place), "object", callee.name, args, {}, receiver, *span))
        return choice(found)

    def _unseen_receiver(self, callee: Name, function: Node) -> Value | None:
        """Return the object of a method whose type was not seen, for what it is made from."""
        target = function.child_by_field_name("object") if callee.name.startswith("*.") else None
        found = self.value(target) if target is not None else UNKNOWN
        return found if any(isinstance(option, Call) for option in options(found)) else None

    def passed(self, arguments: Node | None) -> tuple[Value, ...]:
        """Return the arguments of a call; a spread of unknown length makes those after it unknown."""
        args: list[Value] = []
        for child in arguments.named_children if arguments is not None else []:
            if child.type == "spread_element":
                inner = self.value(child.named_children[0]) if child.named_children else UNKNOWN
                args += inner.items if isinstance(inner, Items) else [UNKNOWN] * _MOST_SPREAD
            elif child.type != "comment":
                args.append(self.value(child))
        return tuple(args)

    def decisive(self, function: Node) -> Node:
        """Return the word of a callee that names what is called; ``(0, crypto_1.createHash)`` included."""
        while True:
            inner = self.passed_through(function)
            if function.type in ("parenthesized_expression", "sequence_expression", "non_null_expression"):
                inner = function.named_children[-1] if function.named_children else None
            if inner is None:
                break
            function = inner
        index = function.child_by_field_name("index")
        if index is not None and index.type == "string" and index.named_children:
            return index.named_children[0]
        return function.child_by_field_name("property") or function

    def _builtin(self, function: Node, args: tuple[Value, ...]) -> Value | None:
        """Return what the language's own functions give; None for any other."""
        text = self.text(function) if function.end_byte - function.start_byte < 40 else ""
        root = text.split(".", 1)[0]
        if root and function.type in ("identifier", "member_expression"):
            alternatives = [[first, *args[1:]] for first in options(args[0])] if args else [[]]
            made = [builtins.function(text, given) for given in alternatives]
            if any(value is not None for value in made):
                return choice([value for value in made if value is not None])
        target = function.child_by_field_name("object")
        if target is None or target.type in ("this", "super"):
            return None
        found_methods = [
            builtins.method(option, self.member_name(function), list(args))
            for option in options(self.value(target))
        ]
        known = [value for value in found_methods if value is not None]
        return choice(known) if known else None

    def _local_call(self, name: str, node: Node) -> Value:
        """Return what a function of this file returns, or an instance of a class of this file."""
        definition = self.local(name)
        if definition is None or definition.type in CLASSES or node.type == "new_expression":
            return Call(self.line(node), "object", name)
        return self.returned(definition)

    # Literals and operators -------------------------------------------------------------------

    def _of_sequence_expression(self, node: Node) -> Value:
        return self.value(node.named_children[-1]) if node.named_children else UNKNOWN

    def _of_assignment_expression(self, node: Node) -> Value:
        return self.value(node.child_by_field_name("right"))

    def _of_string(self, node: Node) -> Value:
        return Text(self.line(node), text=self.string(node))

    def _of_template_string(self, node: Node) -> Value:
        parts: list[Value] = [Text(self.line(node))]
        for child in node.named_children:
            if child.type != "template_substitution":
                parts.append(Text(self.line(node), text=unescaped(self.text(child))))
            else:
                parts.append(self.value(child.named_children[0]) if child.named_children else UNKNOWN)
        return builtins.joined(parts)

    def _of_null(self, node: Node) -> Value:
        del node
        return NOTHING

    _of_undefined = _of_null

    def _of_unary_expression(self, node: Node) -> Value:
        return NOTHING if self.text(node).startswith("void ") else UNKNOWN

    def _of_false(self, node: Node) -> Value:
        return Name(self.line(node), "literal", self.text(node))

    _of_true = _of_false

    def _of_number(self, node: Node) -> Value:
        text = self.text(node).replace("_", "").rstrip("n").lower()
        try:
            whole = int(float(text)) if "e" in text and "x" not in text else int(text, 0)
        except (ValueError, OverflowError):
            return UNKNOWN
        return Number(self.line(node), number=whole)

    def _of_binary_expression(self, node: Node) -> Value:
        left, right = (self.value(node.child_by_field_name(side)) for side in ("left", "right"))
        operator = node.child_by_field_name("operator")
        sign = self.text(operator).removesuffix("=") if operator is not None else ""
        if sign in ("||", "??"):
            return fallback(left, right)
        if sign == "&&":
            return choice([side for side in (left, right) if side != UNKNOWN])
        if sign == "+" and any(isinstance(o, Text) for side in (left, right) for o in options(side)):
            return builtins.joined([left, right])
        found = [operate(sign, a, b) for a in options(left) for b in options(right)]
        return choice([value for value in found if value != UNKNOWN])

    _of_augmented_assignment_expression = _of_binary_expression

    def _of_ternary_expression(self, node: Node) -> Value:
        return choice([self.value(node.child_by_field_name(side)) for side in ("consequence", "alternative")])

    def _of_array(self, node: Node) -> Value:
        items: list[Value] = []
        for child in node.named_children[:_LONGEST_TABLE]:
            if child.type == "spread_element" and child.named_children:
                inner = self.value(child.named_children[0])
                items += inner.items if isinstance(inner, Items) else [UNKNOWN]
            elif child.type != "comment":
                items.append(self.value(child))
        return Items(self.line(node), items=tuple(items))

    def _of_object(self, node: Node) -> Value:
        pairs: dict[str, Value] = {}
        for child in node.named_children[:_LONGEST_TABLE]:
            if child.type == "spread_element" and child.named_children:
                inner = self.value(child.named_children[0])
                merged = builtins.merged([Table(pairs=pairs), *options(inner)])
                pairs = dict(merged.pairs) if isinstance(merged, Table) else pairs
            key, held = child.child_by_field_name("key"), child.child_by_field_name("value")
            if child.type == "pair" and key is not None:
                pairs[self._key(key)] = self.value(held)
            elif child.type == "shorthand_property_identifier":
                pairs[self.text(child)] = self.value(child)
            elif child.type == "method_definition":
                pairs[self.text(child.child_by_field_name("name") or child)] = self.value(child)
        return Table(self.line(node), pairs=pairs)

    def _of_pair(self, node: Node) -> Value:
        """Return a member of an object literal as a call that is given the object: ``{}.minVersion(options)``."""
        key, around = node.child_by_field_name("key"), node.parent
        if key is None or around is None:
            return UNKNOWN
        place = key.named_children[0] if key.type == "string" and key.named_children else key
        name, span = f"{SETTING}{self.key(key)}", (place.start_byte, node.start_byte, node.end_byte)
        return Call(self.line(key), "object", name, (self.value(around),), {}, None, *span)

    def _of_property_identifier(self, node: Node) -> Value:
        """Return a member that is set as if it stood in an object literal (`set_member`)."""
        name, value = self.text(node), self.set_member(node)
        if value is None:
            return UNKNOWN
        table = Table(self.line(node), pairs={name: self.value(value)})
        span = (node.start_byte, node.start_byte, value.end_byte)
        return Call(self.line(node), "object", f"{SETTING}{name}", (table,), {}, None, *span)

    def _key(self, node: Node) -> str:
        """Return the name of a key; a computed one by its value, ``...`` when that was not read."""
        if node.type != "computed_property_name":
            return self.key(node)
        known = self.value(node.named_children[0]) if node.named_children else UNKNOWN
        return known.text if isinstance(known, Text) and UNREAD not in known.text else REST

    def _of_enum_declaration(self, node: Node) -> Value:
        body, pairs = node.child_by_field_name("body"), dict[str, Value]()
        for member in body.named_children if body is not None else []:
            name, value = member.child_by_field_name("name"), member.child_by_field_name("value")
            if name is not None and value is not None:
                pairs[self.key(name)] = self.value(value)
        return Table(self.line(node), pairs=pairs)

    def _of_union_type(self, node: Node) -> Value:
        """Return the literals of a union type; UNKNOWN when it has another member."""
        found = [self.value(child) for child in node.named_children if child.type != "comment"]
        return choice([as_constant(value) for value in found]) if UNKNOWN not in found else UNKNOWN

    def _of_literal_type(self, node: Node) -> Value:
        return as_constant(self.value(node.named_children[0])) if node.named_children else UNKNOWN

    def _of_type_identifier(self, node: Node) -> Value:
        """Return the literals of a type that this file declares or imports under a name."""
        found = [self.replaced(option) for option in options(self.identifier(self.text(node), node.start_byte))]
        return UNKNOWN if any(isinstance(option, Name | Call) for option in found) else choice(found)

    def _of_internal_module(self, node: Node) -> Value:
        """Return what a namespace exports, under its names."""
        body, pairs = node.child_by_field_name("body"), dict[str, Value]()
        for statement in body.named_children if body is not None else []:
            declared = statement.child_by_field_name("declaration")
            for one in declared.named_children if declared is not None else []:
                name, value = one.child_by_field_name("name"), one.child_by_field_name("value")
                if one.type == "variable_declarator" and name is not None and value is not None:
                    pairs[self.text(name)] = self.value(value)
        return Table(self.line(node), pairs={**pairs, REST: UNKNOWN})

    def _of_regex(self, node: Node) -> Value:
        parts = (node.child_by_field_name(part) for part in ("pattern", "flags"))
        written = tuple(Text(text=self.text(part)) if part is not None else Text() for part in parts)
        return Call(self.line(node), "literal", "RegExp", written)

    def _of_subscript_expression(self, node: Node) -> Value:
        owner, index = node.child_by_field_name("object"), node.child_by_field_name("index")
        if owner is None or index is None:
            return UNKNOWN
        place = self.decisive(node)
        key, found = self.value(index), list[Value]()
        if owner.type == "this" and isinstance(key, Text):
            return self.of_self(owner, key.text, place)
        for option in options(self.value(owner)):
            if isinstance(option, Name) and option.name.startswith("."):
                option = self.replaced(Name(name=f"{option.name}.module"))
            if isinstance(option, Table | Items):
                found.append(builtins.element(option, key))
            elif isinstance(option, Name | Call):
                texts = (o for o in options(key) if isinstance(o, Text) and UNREAD not in o.text)
                found += [self.member_of(option, text.text, place) for text in texts]
        return choice(found)


def _put(pairs: dict[str, Value], path: list[str], value: Value) -> None:
    """Set a member of a table, or of the tables that a member of it may be."""
    name, *inner = path
    held = pairs.get(name)
    if not inner:
        pairs[name] = value
        return
    made: list[Value] = []
    for option in options(held) if held is not None else ():
        if isinstance(option, Table):
            deeper = dict(option.pairs)
            _put(deeper, inner, value)
            option = replace(option, pairs=deeper)
        made.append(option)
    if made:
        pairs[name] = choice(made)
