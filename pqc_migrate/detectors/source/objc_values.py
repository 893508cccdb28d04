"""What Objective-C adds to C: methods, messages, boxed literals and dictionaries that are filled in.

Nearly all cryptography of Objective-C is calls of C functions (CommonCrypto, Security.framework, OpenSSL),
so that C's names and rules hold; a message is only read for the value that it carries.
"""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Language, Node

from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.calls.values import UNKNOWN, Call, Items, Name, Table, Value, options
from pqc_migrate.detectors.source.c_names import QUERY, last
from pqc_migrate.detectors.source.c_values import CUnit
from pqc_migrate.detectors.source.unit import LOCAL, Binding

_SETTING = frozenset({("setObject", "forKey"), ("setValue", "forKey"), ("setObject", "forKeyedSubscript")})
"""Messages that put a value into a dictionary: value first, key second."""
_PAIRED = frozenset({"dictionaryWithObjectsAndKeys", "initWithObjectsAndKeys"})
_BOXING = ("numberWith", "initWith", "stringWith", "dictionaryWith", "arrayWith", "dataWith")
_SAME = frozenset({"copy", "mutableCopy", "autorelease", "retain", "UTF8String", "intValue", "integerValue"})
"""Messages whose result is what they are sent to, spelled otherwise."""


class ObjcUnit(CUnit):
    """One Objective-C file, or a header with Objective-C declarations."""

    query = (
        QUERY
        + """
(method_definition) @scope @method
(message_expression) @message
"""
    )

    def grammar(self) -> Language:
        """Return the Objective-C grammar."""
        return grammars.load("objc")

    # Bindings ---------------------------------------------------------------------------------

    def _bind_method(self, node: Node) -> None:
        scope = self.scope_of(node)
        self.add(0, _definition(self, node), Binding(node.start_byte, node, "function"))
        for index, parameter in enumerate(c for c in node.named_children if c.type == "method_parameter"):
            label = parameter.named_children[-1] if parameter.named_children else None
            if label is not None and label.type == "identifier":
                binding = Binding(node.start_byte, None, "parameter", index=index, owner=node)
                self.add(scope, self.text(label), binding)

    def _bind_message(self, node: Node) -> None:
        """Bind what ``[dictionary setObject:value forKey:key]`` puts under a constant key."""
        passed = self.passed(node)
        if len(passed) == 2 and tuple(self._selector(node)) in _SETTING:
            self._put(node.child_by_field_name("receiver"), passed[1], passed[0], node)

    def _bind_assign(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None and left.type == "subscript_expression":
            self._put(left.child_by_field_name("argument"), left.child_by_field_name("index"), right, node)
        else:
            super()._bind_assign(node)

    def _put(self, owner: Node | None, key: Node | None, value: Node, statement: Node) -> None:
        while key is not None and key.type in ("cast_expression", "parenthesized_expression"):
            key = key.named_children[-1] if key.named_children else None
        if owner is not None and owner.type == "identifier" and key is not None and key.type == "identifier":
            scope = self.scopes.innermost(owner.start_byte)
            self.field(scope, self.text(owner), self.text(key), Binding(statement.end_byte, value, "value"))

    # Expressions ------------------------------------------------------------------------------

    def _of_at_expression(self, node: Node) -> Value:
        return self.value(node.named_children[0]) if node.named_children else UNKNOWN

    def _of_array_literal(self, node: Node) -> Value:
        return Items(self.line(node), items=tuple(self.value(child) for child in node.named_children[:64]))

    def _of_dictionary_literal(self, node: Node) -> Value:
        rows = [pair.named_children for pair in node.named_children if pair.type == "dictionary_pair"]
        return self._table(node, [(row[0], row[-1]) for row in rows if len(row) > 1])

    def _of_message_expression(self, node: Node) -> Value:
        words, passed = self._selector(node), self.passed(node)
        receiver = node.child_by_field_name("receiver")
        if not words:
            return UNKNOWN
        if words[0] in _PAIRED:
            return self._table(node, list(zip(passed[1::2], passed[::2], strict=False)))
        if words[0] in _SAME and not passed:
            return self.value(receiver)
        if words[0].startswith(_BOXING) and len(passed) == 1:
            return self.value(passed[0])
        local = self.bindings.get((0, ":".join(words)))
        if local and receiver is not None and self.text(receiver) in ("self", "super"):
            return self._returned(Name(name=f"{LOCAL}{local[0].offset}"))
        return UNKNOWN

    def _of_assignment_expression(self, node: Node) -> Value:
        """Return the call of a setter: ``configuration.TLSMinimumSupportedProtocol = kTLSProtocol12``."""
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None or left.type != "field_expression":
            return UNKNOWN
        word = last(left)
        span = (word.start_byte, node.start_byte, node.end_byte)
        return Call(self.line(word), "object", f"*.{self.text(word)}", (self.value(right),), {}, None, *span)

    def _table(self, node: Node, rows: list[tuple[Node, Node]]) -> Value:
        pairs: dict[str, Value] = {}
        for key, value in rows[:64]:
            for named in options(self.value(key)):
                if isinstance(named, Name):
                    pairs[named.name] = self.value(value)
        return Table(self.line(node), pairs=pairs)

    def passed(self, node: Node) -> list[Node]:
        """Return the nodes of a call's or a message's arguments."""
        if node.type != "message_expression":
            return super().passed(node)
        named = set(self._labels(node))
        receiver = node.child_by_field_name("receiver")
        return [c for c in node.named_children if c not in named and c != receiver and c.type != "comment"]

    def _labels(self, message: Node) -> list[Node]:
        return message.children_by_field_name("method")

    def _selector(self, message: Node) -> list[str]:
        return [self.text(label) for label in self._labels(message)]

    # Uses -------------------------------------------------------------------------------------

    def callers(self, function: Node) -> Iterator[Node]:
        """Yield the calls of a function, or the messages that name a method of this file."""
        if function.type != "method_definition":
            yield from super().callers(function)
            return
        selector = _definition(self, function)
        for token in self.words(selector.partition(":")[0].encode()):
            parent = token.parent
            message = parent is not None and parent.type == "message_expression"
            if parent is not None and message and ":".join(self._selector(parent)) == selector:
                yield parent

    def arguments_at(self, caller: Node, parameter: Binding) -> Node | None:
        """Return what a call or a message passes for a parameter."""
        if caller.type != "message_expression":
            return super().arguments_at(caller, parameter)
        passed = self.passed(caller)
        return passed[parameter.index] if parameter.index < len(passed) else None

    def use(self, token: Node) -> Node | None:
        """Return the call or bare name that a word decides; a selector or the receiver of a message is none."""
        parent = token.parent
        kind = parent.type if parent is not None else ""
        if parent is None or kind in ("method_definition", "method_parameter"):
            return None
        named = (
            [*self._labels(parent), parent.child_by_field_name("receiver")] if kind == "message_expression" else []
        )
        if kind == "field_expression" and token.type == "field_identifier":
            setter = parent.parent
            if setter is not None and setter.type == "assignment_expression":
                return setter if setter.child_by_field_name("left") == parent else None
        if token in named or (kind == "dictionary_pair" and parent.named_children[0] == token):
            return None
        return super().use(token)


def _definition(unit: ObjcUnit, method: Node) -> str:
    """Return the selector of a method definition."""
    return ":".join(unit.text(child) for child in method.named_children if child.type == "identifier")
