"""Python source: what is a use in it, and where its functions are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import Call, Name, Table, options
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import engine
from pqc_migrate.detectors.source.elsewhere import cuts
from pqc_migrate.detectors.source.python_calls import WORDS, PythonCalls
from pqc_migrate.detectors.source.python_values import UNREAD_KEY
from pqc_migrate.detectors.source.unit import LOCAL, Binding
from pqc_migrate.model.target import SourceFile

_NOT_USED = frozenset(
    {"comment", "import_statement", "import_from_statement", "future_import_statement", "type", "global_statement"}
)
_HIGHEST_FOLDER = 5
_CHECKS = frozenset({"isinstance", "issubclass", "hasattr", "getattr", "type"})
_ASSIGNMENTS = frozenset({"assignment", "augmented_assignment"})
_NO_REFERENCE = frozenset(
    {"attribute", "comparison_operator", "except_clause", "del_statement", "pattern_list", "interpolation"}
)
_OPERATORS = frozenset({"boolean_operator", "parenthesized_expression"})
_TESTS = frozenset({"not_operator", "assert_statement"})
_NAMING = frozenset({"identifier", "attribute", "subscript", "conditional_expression", "boolean_operator"})
"""Expressions that choose or look up a function without calling it."""
_LOOKUPS = WORDS | {b"get"}


_GIVEN = frozenset({"argument_list", "keyword_argument"})
_CALLED_ENTRY = re.compile(rb"\b([A-Za-z_]\w*)(?:\[[^\[\]\n]{1,80}\]){1,3}\(")
_ASKED = frozenset({"digest_size", "block_size", "key_size"})
"""Attributes for which an object is only made to be asked: ``chosen().digest_size`` digests nothing."""


class PythonUnit(PythonCalls):
    """One Python file."""

    def spelled(self, words: frozenset[bytes]) -> frozenset[bytes]:
        """Return words of the catalog and the built-ins whose calls can stand for them."""
        return words | WORDS | self._tables_called

    @cached_property
    def _tables_called(self) -> frozenset[bytes]:
        """The words of which an entry is called: ``TABLE`` of ``TABLE[name](data)``."""
        return frozenset(match[1] for match in _CALLED_ENTRY.finditer(self.data))

    def locations(self, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the modules that may define a name: relative to this one, or from the folders above it."""
        dots = len(name) - len(name.lstrip("."))
        ups = ["../" * (dots - 1)] if dots else ["../" * up for up in range(_HIGHEST_FOLDER)]
        for module, members in cuts(tuple(name.lstrip(".").split("."))):
            for up in ups:
                yield f"{up}{'/'.join(module)}.py", members
                yield f"{up}{'/'.join(module)}/__init__.py", members
        if dots:  # from . import name
            yield f"{ups[0]}__init__.py", tuple(name.lstrip(".").split("."))

    # Uses -------------------------------------------------------------------------------------

    def use(self, token: Node) -> Node | None:
        """Return the call, setting or bare name that a word decides; None in imports, types and checks."""
        if token.type == "string_content":
            return self._setting_of(token)
        if token.type != "identifier":
            return None
        node = token
        parent = node.parent
        if parent is not None and parent.type == "attribute":
            if parent.child_by_field_name("attribute") != token:
                return None
            node, parent = parent, parent.parent
        if parent is not None and parent.type == "subscript" and self.text(token).encode() in self._tables_called:
            return self._called_entry(node)
        if parent is None:
            return None
        if parent.type in _ASSIGNMENTS and parent.child_by_field_name("left") == node:
            return parent if not self.inside(node, _NOT_USED) else None
        if parent.type == "keyword_argument" and parent.child_by_field_name("name") == node:
            return parent if self.is_setting(self.text(node)) else None
        if not self._is_expression(node, parent):
            return None
        if parent.type == "call" and parent.child_by_field_name("function") == node:
            return self._outer_call(token, parent) if not self._is_asked(parent) else None
        return node if self._is_reference(node, parent) else None

    def _called_entry(self, table: Node) -> Node | None:
        """Return the call of an entry of a table, however deep: ``info["mode"](iv)``.

        An object that is made where another call is given it is that call's.
        """
        node, parent = table, table.parent
        while parent is not None and parent.type == "subscript" and parent.child_by_field_name("value") == node:
            node, parent = parent, parent.parent
        if parent is None or parent.type != "call" or parent.child_by_field_name("function") != node:
            return None
        given = parent.parent is not None and parent.parent.type in _GIVEN
        return None if given or self._is_computed(node) else parent

    def _is_computed(self, entry: Node) -> bool:
        """Whether an entry is one of a table whose keys were not read: a fixed key picks one of many values."""
        index = entry.child_by_field_name("subscript")
        owners = options(self.value(entry.child_by_field_name("value")))
        computed = any(isinstance(owner, Table) and UNREAD_KEY in owner.pairs for owner in owners)
        return computed and index is not None and index.type == "string"

    def _is_asked(self, call: Node) -> bool:
        """Whether one of several objects is only made to be asked for its length."""
        attribute = call.parent.child_by_field_name("attribute") if call.parent is not None else None
        asked = attribute is not None and self.text(attribute) in _ASKED
        return asked and len(options(self.value(call.child_by_field_name("function")))) > 1

    def _outer_call(self, token: Node, call: Node) -> Node:
        """Return the call of what ``getattr(hashlib, name)`` gives, where that is called at once."""
        outer = call.parent if self.text(token).encode() in WORDS else None
        called = outer is not None and outer.type == "call" and outer.child_by_field_name("function") == call
        return outer if called and outer is not None else call

    def _setting_of(self, content: Node) -> Node | None:
        """Return what sets a setting by the word in its string.

        That is ``app.config["NAME"] = value``, ``{"NAME": value}`` or ``options.setdefault("NAME", value)``.
        """
        string = content.parent
        left = string.parent if string is not None else None
        if left is None or not self.is_setting(self.text(content)):
            return None
        if left.type == "pair":
            return left if left.child_by_field_name("key") == string else None
        if left.type == "argument_list":
            return left if left.named_children[0] == string and self.sets_default(left) else None
        node = left.parent if left.type == "subscript" else None
        named = self.setting_key(left) == content
        return node if node is not None and named and node.type in _ASSIGNMENTS else None

    def _is_expression(self, node: Node, parent: Node) -> bool:
        if parent.type == "keyword_argument" and parent.child_by_field_name("name") == node:
            return False
        if parent.type == "named_expression" and parent.child_by_field_name("name") == node:
            return False
        if parent.type in ("function_definition", "class_definition", "parameters", "default_parameter"):
            return parent.type == "default_parameter" and parent.child_by_field_name("value") == node
        return not self.inside(node, _NOT_USED)

    def _is_tested(self, node: Node, parent: Node) -> bool:
        """Whether it is only asked if something is there: ``if not md5``."""
        while parent.type in _OPERATORS and parent.parent is not None:
            node, parent = parent, parent.parent
        if parent.type == "conditional_expression":
            return [c for c in parent.named_children if c.type != "comment"][1:2] == [node]
        return parent.type in _TESTS or parent.child_by_field_name("condition") == node

    def _is_reference(self, node: Node, parent: Node) -> bool:
        if parent.type in ("tuple", "list", "set") and parent.parent is not None:
            parent = parent.parent if parent.parent.type in ("comparison_operator", "argument_list") else parent
        if self._is_tested(node, parent):
            return False
        if parent.type in _NO_REFERENCE or parent.child_by_field_name("subscript") == node:
            return False
        if parent.type == "argument_list" and parent.parent is not None:
            owner = parent.parent
            function = owner.child_by_field_name("function")
            word = self.text(function).rsplit(".", 1)[-1] if function is not None else ""
            given = word.encode() in WORDS and node == parent.named_children[0]  # the call around it stands for it
            return owner.type != "class_definition" and word not in _CHECKS and not given
        return True

    def aliases(self, node: Node) -> bool:
        """Whether an expression only names something, so that a variable bound to it is an alias of it."""
        if node.type in _NAMING:
            return True
        function = node.child_by_field_name("function") if node.type == "call" else None
        return function is not None and self.text(function).rsplit(".", 1)[-1].encode() in _LOOKUPS

    def callers(self, function: Node) -> Iterator[Node]:
        """Yield the calls of a function, of a method by its name, of a constructor by its class."""
        name = function.child_by_field_name("name")
        if name is None and function.type == "lambda" and function.parent is not None:
            name = function.parent.child_by_field_name("left")
        if name is None or name.type != "identifier":
            return
        word = self.text(name)
        owner = self.scopes.parents[self.scope_of(function)]
        made = word == "__init__" and owner in self.classes
        if made:
            class_name = self.classes[owner].child_by_field_name("name")
            word = self.text(class_name) if class_name is not None else word
        through = "attribute" if owner in self.classes and not made else "identifier"
        for token in self.words(word.encode()):
            used = self.use(token)
            called = used.child_by_field_name("function") if used is not None and used.type == "call" else None
            if used is None or called is None or _within(used, function):
                continue
            if made or (called.type == through and (through == "identifier" or self._calls_method(called, name))):
                yield used

    def _calls_method(self, called: Node, name: Node) -> bool:
        """Whether ``object.method`` is the method of that name, as far as the object is known.

        Of an object that is not, it is when the file has no other function of that name and the name says enough.
        """
        word = self.text(name)
        found = options(self.value(called))
        if any(isinstance(option, Name) and option.name == f"{LOCAL}{name.start_byte}" for option in found):
            return True
        read = any(isinstance(option, Name | Call) and not option.name.startswith("*.") for option in found)
        return not read and "_" in word.strip("_") and self._function_names[word] == 1

    @cached_property
    def _function_names(self) -> Counter[str]:
        """How many functions of the file have a name."""
        return Counter(
            name for (_, name), found in self.bindings.items() for binding in found if binding.kind == "function"
        )

    def arguments_at(self, caller: Node, parameter: Binding) -> Node | None:
        """Return the argument a call passes for a parameter, by keyword or by position."""
        arguments = caller.child_by_field_name("arguments")
        if arguments is None or parameter.owner is None:
            return None
        listed = parameter.owner.child_by_field_name("parameters")
        child = listed.named_children[parameter.index] if listed is not None else None
        name_node = (child.child_by_field_name("name") or child) if child is not None else None
        name = self.text(name_node) if name_node is not None else ""
        first = listed.named_children[0] if listed is not None and listed.named_children else None
        shift = 1 if first is not None and self.text(first) in ("self", "cls") else 0
        positional = [c for c in arguments.named_children if c.type not in ("keyword_argument", "comment")]
        for passed in arguments.named_children:
            keyword = passed.child_by_field_name("name") if passed.type == "keyword_argument" else None
            if keyword is not None and self.text(keyword) == name:
                return passed.child_by_field_name("value")
        index = parameter.index - shift
        return positional[index] if 0 <= index < len(positional) else None


def _within(node: Node, outer: Node) -> bool:
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte


def _wants(file: SourceFile) -> bool:
    return file.language == "python" and engine.anchored(file, engine.anchors("python"))


def _detect(file: SourceFile) -> Iterator[Claim]:
    return engine.detect(file, "python", PythonUnit)


DETECTOR = Detector("python", lambda: engine.anchors("python"), _wants, _detect)
