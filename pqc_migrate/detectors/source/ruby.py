"""Ruby source: what its names, calls and objects are known to be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from tree_sitter import Language, Node

from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.calls.values import UNKNOWN, Call, Items, Name, Table, Text, Value, choice, options
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import engine
from pqc_migrate.detectors.source.ruby_values import RubyValues
from pqc_migrate.detectors.source.unit import LOCAL, Binding
from pqc_migrate.model.target import SourceFile

_TEMPLATE_CODE = re.compile(rb"<%(?![#%])[-=]?(.*?)-?%>", re.DOTALL)
_CLASS = re.compile(r"\w+(?:::\w+)*")
_REQUIRED = re.compile(rb"^[ \t]*require_relative[ (]{1,4}[\"']([\w./-]{1,200})[\"']", re.MULTILINE)
_MOST_REQUIRED = 24
_MOST_INCLUDED = 4
_HIGHEST_FOLDER = 5
_MOST_ITEMS = 256
_MOST_UNPACKED = 8
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PATHS = frozenset({"constant", "scope_resolution"})
_CHECKS = frozenset(
    {
        "is_a?", "kind_of?", "instance_of?", "respond_to?", "defined?", "include", "extend", "prepend", "require",
        "raise", "rescue_from", "==", "eql?", "include?", "expect", "be_a", "be_kind_of", "raise_error", "describe",
        "instance_double", "class_double",
    }
)  # fmt: skip
_NO_REFERENCE = frozenset(
    {
        "superclass", "class", "module", "exceptions", "pattern", "when", "scope_resolution", "singleton_class",
        "method_parameters", "block_parameters", "lambda_parameters", "left_assignment_list", "method", "alias",
        "undef", "optional_parameter", "keyword_parameter", "in_clause", "body_statement", "program", "then",
        "block_body", "keyword_pattern", "setter", "singleton_method",
    }
)  # fmt: skip
_COMPARISONS = frozenset({"==", "===", "!=", "=~", "<", "<=", ">", ">=", "<=>", "equal?"})


class RubyUnit(RubyValues):
    """One Ruby file."""

    alias_nodes = frozenset({"constant", "scope_resolution"})

    def grammar(self) -> Language:
        """Return the Ruby grammar."""
        return grammars.load("ruby")

    def spelled(self, words: frozenset[bytes]) -> frozenset[bytes]:
        """Return the catalog's words, and those that stand for a class: ``new`` and ``super``."""
        return words | {b"new", b"super"}

    # Names ------------------------------------------------------------------------------------

    def _of_constant(self, node: Node) -> Value:
        return self.placed(self.constant(self.text(node), node.start_byte), node)

    def _of_scope_resolution(self, node: Node) -> Value:
        scope, name = node.child_by_field_name("scope"), node.child_by_field_name("name")
        if name is None:
            return UNKNOWN
        if scope is None:  # ::OpenSSL
            return self.placed(Name(name=self.text(name)), name)
        found: list[Value] = []
        for option in options(self.value(scope)):
            if isinstance(option, Name | Call) and option.name.startswith(LOCAL):
                owner = self.local_class(option.name)
                inner = self.inherited(owner, self.text(name)) if owner is not None else None
                found.append(self.placed(inner, name) if inner is not None else UNKNOWN)
            elif isinstance(option, Name):
                full = f"{option.name}.{self.text(name)}"
                found.append(Name(self.line(name), "literal", full, name.start_byte))
        return choice(found)

    def _of_identifier(self, node: Node) -> Value:
        """Return a local variable, else what a method of that name gives."""
        name = self.text(node)
        found = self.local(name, node.start_byte)
        if found is not None:
            return self.placed(found, node)
        return self._unqualified(name, node, node)

    def _of_instance_variable(self, node: Node) -> Value:
        name = self.text(node).replace("@@", "@")
        scope = self.enclosing_class(node.start_byte) or 0
        return self.placed(self.inherited(scope, name) or UNKNOWN, node)

    _of_class_variable = _of_instance_variable

    def _of_global_variable(self, node: Node) -> Value:
        return self.placed(self.inherited(0, self.text(node)) or UNKNOWN, node)

    def _of_self(self, node: Node) -> Value:
        scope = self.enclosing_class(node.start_byte)
        return self.instance(scope) if scope is not None else UNKNOWN

    def _of_lambda(self, node: Node) -> Value:
        return Name(self.line(node), "object", f"{LOCAL}{node.start_byte}")

    # Calls ------------------------------------------------------------------------------------

    def _of_call(self, node: Node) -> Value:
        place, receiver = node.child_by_field_name("method"), node.child_by_field_name("receiver")
        if place is None:  # callable.(argument)
            called = [option for option in options(self.value(receiver)) if isinstance(option, Name)]
            return choice([self._local_call(option.name) for option in called])
        if receiver is None:
            return self._unqualified(self.text(place), place, node)
        found = [self._on(option, receiver, place, node) for option in options(self.value(receiver))]
        return choice([value for value in found if value != UNKNOWN])

    def _unqualified(self, name: str, place: Node, node: Node) -> Value:
        """Return what a call without receiver gives: of a method of the class or file, else of Ruby."""
        known = self.method_named(name, node.start_byte)
        if known is not None:
            called = [option for option in options(known) if isinstance(option, Name)]
            local = [self._local_call(option.name) for option in called if option.name.startswith(LOCAL)]
            return choice(local) if local else known
        own = self.enclosing_class(node.start_byte)
        if name == "new" and own is not None:
            return self.instance(own)
        if place.type == "super" and own is not None:
            return self._super(own, place, node)
        for base in self.foreign_bases(own) if own is not None else ():
            if self.knows(f"{base}.{name}"):
                return self._called(f"{base}.{name}", None, place, node)
        return self._called(name, None, place, node)

    def _super(self, own: int, place: Node, node: Node) -> Value:
        known = [base for base in self.foreign_bases(own) if self.knows(base)]
        return choice([self._called(base, None, place, node) for base in known[:1]])

    def _on(self, owner: Value, receiver: Node, place: Node, node: Node) -> Value:
        """Return what a call on one known object or class gives."""
        method, passed = self.text(place), self.passed(node)
        if isinstance(owner, Name | Call) and owner.name.startswith(LOCAL):
            return self._on_local(owner, method, place, node)
        known = self.builtin(owner, method, passed, self._keywords(node))
        if known is not None:
            return known
        if isinstance(owner, Name):
            if method == "new":
                return self._created(owner.name, receiver, place, node)
            if method == "const_get" and passed:
                named = [
                    o for o in options(self.value(passed[0])) if isinstance(o, Text) and _CLASS.fullmatch(o.text)
                ]
                return choice([Name(name=f"{owner.name}.{option.text.replace('::', '.')}") for option in named])
            return self._called(f"{owner.name}.{method}", None, place, node)
        if isinstance(owner, Call):
            return self._called(f"{self.type_of(owner)}.{method}", owner, place, node)
        return self._called(f"*.{method}", None, place, node)

    def _created(self, name: str, receiver: Node, place: Node, node: Node) -> Call:
        """Return a new object; its name is its class's, where that is written, else ``new``."""
        written = receiver.child_by_field_name("name") if receiver.type == "scope_resolution" else receiver
        if written is None or written.type != "constant" or self.text(written) != name.rsplit(".", 1)[-1]:
            written = place
        return self._called(name, None, written, node)

    def _on_local(self, owner: Name | Call, method: str, place: Node, node: Node) -> Value:
        scope = self.local_class(owner.name)
        if scope is None:  # a lambda
            return self._local_call(owner.name) if method in ("call", "()", "yield") else UNKNOWN
        if method == "new":
            return self.instance(scope)
        if method in ("class", "freeze", "tap", "dup"):
            return owner
        found = self.inherited(scope, f"{method}()")
        if found is not None:
            return choice([self._local_call(option.name) for option in options(found) if isinstance(option, Name)])
        if any((kin, method) in self.attributes for kin in self.lineage(scope)):
            return self.inherited(scope, f"@{method}") or UNKNOWN
        for base in self.foreign_bases(scope):
            if self.knows(f"{base}.{method}"):
                return self._called(f"{base}.{method}", None, place, node)
        return self._called(f"*.{method}", None, place, node)

    def _local_call(self, name: str) -> Value:
        definition = self.definition(name)
        return self.returned(definition) if definition is not None else UNKNOWN

    def _called(self, name: str, receiver: Value | None, place: Node, node: Node) -> Call:
        """Return a call; ``object.name = value`` is one with the value as its argument."""
        span = (place.start_byte, node.start_byte, node.end_byte)
        given = self.setters.get(node.id)
        if given is not None:
            span = (place.start_byte, node.start_byte, given.end_byte)
            return Call(self.line(place), "object", name, (self.value(given),), {}, receiver, *span)
        args = [value for child in self.passed(node)[:_MOST_ITEMS] for value in self._spread(child)]
        keywords = self._keywords(node)
        if keywords != UNKNOWN:
            args.append(keywords)
        # { a: 1 } may be passed where keywords are meant.
        tables = [option for option in options(args[-1]) if isinstance(option, Table)] if args else []
        named = dict(tables[0].pairs) if tables else {}
        return Call(self.line(place), "object", name, tuple(args), named, receiver, *span)

    def _spread(self, node: Node) -> tuple[Value, ...]:
        """Return what an argument stands for: ``*rest`` for several, which may be out of sight."""
        if node.type != "splat_argument" or not node.named_children:
            return (self.value(node),)
        inner = self.value(node.named_children[0])
        return inner.items if isinstance(inner, Items) else (UNKNOWN,) * _MOST_UNPACKED

    def _keywords(self, call: Node) -> Value:
        """Return a call's keywords as a hash; UNKNOWN when there are none."""
        children = self._listed(call)
        if not any(child.type in ("pair", "hash_splat_argument") for child in children):
            return UNKNOWN
        pairs, read = self.pairs(children)
        table = Table(self.line(call), pairs=pairs)
        return table if read else choice([table, UNKNOWN])

    def passed(self, call: Node) -> list[Node]:
        """Return the positional arguments of a call."""
        unwanted = ("pair", "hash_splat_argument", "block_argument", "comment")
        return [child for child in self._listed(call) if child.type not in unwanted]

    def locations(self, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the files that may define a constant: those required by their place, or by the autoloader's rule.

        ``A::BigName`` is in a/big_name.rb. A constant without its module is one of an included module.
        """
        parts = tuple(name.split("."))
        if len(parts) == 1 and parts[0][:1].isupper():
            for module in self.stars[:_MOST_INCLUDED]:
                if not self.knows(module):
                    yield from self.locations(f"{module}.{name}")
            return
        if parts[0][:1].isupper():
            yield from ((f"{path.removesuffix('.rb')}.rb", parts) for path in self._required[:_MOST_REQUIRED])
        for end in range(len(parts) - 1, 0, -1):
            path = "/".join(_WORD_START.sub("_", part).lower() for part in parts[:end])
            for up in range(_HIGHEST_FOLDER):
                yield f"{'../' * up}{path}.rb", parts

    @cached_property
    def _required(self) -> list[str]:
        """The files that this one requires by their place, relative to its folder."""
        return [match[1].decode("utf-8", "replace") for match in _REQUIRED.finditer(self.data)]

    # Uses -------------------------------------------------------------------------------------

    def use(self, token: Node) -> Node | None:
        """Return the call, creation or bare name that a word decides; None in definitions, types and checks."""
        if token.type not in ("identifier", "constant", "super"):
            return None
        node, parent = token, token.parent
        if parent is not None and parent.type == "scope_resolution" and parent.child_by_field_name("name") == token:
            node, parent = parent, parent.parent
        if parent is None:
            return None
        if parent.type == "call":
            return self._use_in_call(node, parent)
        if token.type == "identifier":
            return node if self._is_reference(node, parent) or self._is_statement(node, parent) else None
        return node if self._is_reference(node, parent) else None

    def _use_in_call(self, node: Node, call: Node) -> Node | None:
        if call.child_by_field_name("method") == node:
            return call
        if call.child_by_field_name("receiver") != node:
            return None
        method = call.child_by_field_name("method")
        return call if method is not None and self.text(method) == "new" and node.type in _PATHS else None

    def _is_statement(self, node: Node, parent: Node) -> bool:
        """Whether a word stands alone as a statement, which for a method is its call."""
        return parent.type in ("body_statement", "program", "then", "block_body", "else")

    def _is_reference(self, node: Node, parent: Node) -> bool:
        if parent.type in _NO_REFERENCE or parent.child_by_field_name("name") == node:
            return False
        if parent.type in ("assignment", "operator_assignment"):
            return parent.child_by_field_name("left") != node
        if parent.type == "binary":
            operator = parent.child_by_field_name("operator")
            return operator is None or self.text(operator) not in _COMPARISONS
        asked = parent.parent if parent.type == "parenthesized_statements" else parent
        if asked is not None and asked.type == "unary":  # defined?(Name)
            return False
        if parent.type == "argument_list" and parent.parent is not None:
            method = parent.parent.child_by_field_name("method")
            return method is None or self.text(method) not in _CHECKS
        if parent.type == "pair":
            return parent.child_by_field_name("key") != node
        return True

    def callers(self, function: Node) -> Iterator[Node]:
        """Yield the calls of a method by its name, of a constructor by its class."""
        name = function.child_by_field_name("name")
        if name is None:
            return
        word, owner = self.text(name), self.enclosing_class(function.start_byte)
        created = word == "initialize" and owner is not None
        if created and owner is not None:
            class_name = self.classes[owner].child_by_field_name("name")
            word = self.text(class_name).rsplit("::", 1)[-1] if class_name is not None else word
        for token in self.words(word.rstrip("?!=").encode()):
            used = self.use(token)
            outside = used is not None and not function.start_byte <= used.start_byte < function.end_byte
            if used is not None and outside and self._calls(used) and not self._is_on_library(used):
                yield used

    def _calls(self, used: Node) -> bool:
        """Whether a method is called: with arguments or a receiver, or by its bare name."""
        if used.type == "identifier":
            return self.local(self.text(used), used.start_byte) is None
        return used.type == "call"

    def _is_on_library(self, call: Node) -> bool:
        """Whether a call is one of an object or class that the catalog knows, and of nothing else."""
        receiver = call.child_by_field_name("receiver")
        found = options(self.value(receiver)) if receiver is not None and receiver.type != "self" else ()
        return bool(found) and all(isinstance(option, Call | Name) and self.knows(option.name) for option in found)

    def arguments_at(self, caller: Node, parameter: Binding) -> Node | None:
        """Return the argument a call passes for a parameter, by its keyword or its position."""
        if parameter.owner is None:
            return None
        listed = self.parameters(parameter.owner)
        declared = listed[parameter.index] if parameter.index < len(listed) else None
        if declared is not None and declared.type == "keyword_parameter":
            label = declared.child_by_field_name("name")
            for child in self._listed(caller):
                key = child.child_by_field_name("key") if child.type == "pair" else None
                if key is not None and label is not None and self.text(key) == self.text(label):
                    return child.child_by_field_name("value")
            return None
        passed = self.passed(caller)
        return passed[parameter.index] if parameter.index < len(passed) else None


def _wants(file: SourceFile) -> bool:
    return file.language == "ruby" and engine.anchored(file, engine.anchors("ruby"))


def _detect(file: SourceFile) -> Iterator[Claim]:
    if file.name.endswith(".erb"):
        file = replace(file, data=_code_of_template(file.data))
    return engine.detect(file, "ruby", RubyUnit)


def _code_of_template(data: bytes) -> bytes:
    """Return a template with all but its Ruby code blanked out, at the same offsets."""
    kept = bytearray(re.sub(rb"[^\n]", b" ", data))
    for match in _TEMPLATE_CODE.finditer(data):
        kept[match.start(1) : match.end(1) + 1] = match[1] + b";"
    return bytes(kept)


DETECTOR = Detector("ruby", lambda: engine.anchors("ruby"), _wants, _detect)
