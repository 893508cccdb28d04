"""JavaScript and TypeScript source: which words are uses, and which calls are of the file's own functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice

from tree_sitter import Language, Node

from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.calls.values import UNKNOWN, Call, Name, Value, options
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import engine
from pqc_migrate.detectors.source.javascript_modules import WRAPPING
from pqc_migrate.detectors.source.javascript_names import JS_FIELDS, QUERY, TS_FIELDS
from pqc_migrate.detectors.source.javascript_objects import BUNDLE, SETTING
from pqc_migrate.detectors.source.javascript_values import JavaScriptValues
from pqc_migrate.detectors.source.unit import LOCAL, Binding
from pqc_migrate.model.inventory import Finding
from pqc_migrate.model.target import SourceFile

_DECLARATIONS = frozenset({"function_declaration", "generator_function_declaration", "class_declaration"})
_MOST_MENTIONS = 200
_QUESTIONS = frozenset({"includes", "indexOf"})
_COMPARISONS = frozenset({"==", "===", "!=", "!==", "instanceof", "in"})
_PATTERNS = frozenset({"pair_pattern", "array_pattern", "assignment_pattern", "rest_pattern"})
_DECLARING = frozenset(
    {
        "import_specifier",
        "import_clause",
        "namespace_import",
        "export_specifier",
        "function_declaration",
        "class_declaration",
        "class_heritage",
        "extends_clause",
        "implements_clause",
        "nested_identifier",
        "nested_type_identifier",
        "type_query",
        "method_definition",
        "formal_parameters",
        "required_parameter",
        "optional_parameter",
        "object_pattern",
        "pair_pattern",
    }
)


class JavaScriptUnit(JavaScriptValues):
    """One JavaScript file."""

    query = QUERY + JS_FIELDS
    alias_nodes = frozenset({"identifier", "member_expression", "subscript_expression"})

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        super().__init__(data, type_of, knows)
        self._mentioned: dict[tuple[int, bytes], list[Node]] = {}

    def grammar(self) -> Language:
        """Return the JavaScript grammar."""
        return grammars.load("javascript")

    def spelled(self, words: frozenset[bytes]) -> frozenset[bytes]:
        """Return the catalog's words and the one by which a class calls the constructor of its base."""
        return words | {b"super"}

    def aliases(self, node: Node) -> bool:
        """Whether an expression only names something; in a bundle, something that is not a mere parameter."""
        if node.type not in self.alias_nodes or len(self.data) < BUNDLE:
            return node.type in self.alias_nodes
        if node.parent is not None and node.parent.type in _PATTERNS:
            return False
        root: Node | None = node
        while root is not None and root.type != "identifier":
            root = root.child_by_field_name("object")
        if root is None:
            return False
        name, chain = self.text(root), self.scopes.chain(root.start_byte)
        found = next((self.bindings[scope, name] for scope in chain if (scope, name) in self.bindings), [])
        return not any(binding.kind == "parameter" for binding in found)

    def use(self, token: Node) -> Node | None:
        """Return the call, construction or bare name that a word decides; None in imports, types and checks."""
        if self.setting(token) is not None:
            return token.parent
        if self.set_member(token) is not None:
            return token
        node, parent = self._named(token)
        if node is None or parent is None or parent.type in _DECLARING or self._is_target(node, parent):
            return None
        while parent.parent is not None and self._is_around(node, parent):
            if parent.type == "arguments":
                parent = parent.parent
            if parent.parent is None:
                return None
            node, parent = parent, parent.parent
        if parent.type == "call_expression" and parent.child_by_field_name("function") == node:
            return parent
        if parent.type == "new_expression" and parent.child_by_field_name("constructor") == node:
            return parent
        return node if self._is_reference(node, parent) else None

    def _named(self, token: Node) -> tuple[Node | None, Node | None]:
        """Return the expression whose last word a token is, and what it stands in."""
        parent = token.parent
        if token.type == "string_fragment" and parent is not None:  # crypto["createHash"]
            owner = parent.parent
            indexed = owner is not None and owner.type == "subscript_expression"
            if owner is not None and indexed and owner.child_by_field_name("index") == parent:
                return owner, owner.parent
            return None, None
        if token.type == "property_identifier" and parent is not None and parent.type == "member_expression":
            return parent, parent.parent
        if token.type in ("identifier", "shorthand_property_identifier", "super"):
            return token, parent
        return None, None

    def _is_around(self, node: Node, parent: Node) -> bool:
        """Whether what is around a name only hands it on: parentheses, ``(0, f)``, ``promisify(f)``, ``f.bind``."""
        if parent.type in WRAPPING:
            return True
        if parent.type == "sequence_expression":
            return parent.named_children[-1] == node
        if parent.type == "arguments" and parent.parent is not None:
            called = parent.parent.parent
            handed = self.passed_through(parent.parent) == node
            return handed and called is not None and called.child_by_field_name("function") == parent.parent
        return False

    def _is_target(self, node: Node, parent: Node) -> bool:
        if parent.type == "variable_declarator":
            return parent.child_by_field_name("name") == node
        if parent.type in ("assignment_expression", "assignment_pattern", "for_in_statement"):
            return parent.child_by_field_name("left") == node
        return False

    def _is_reference(self, node: Node, parent: Node) -> bool:
        if parent.type == "member_expression":
            return False
        if parent.type == "array" and parent.parent is not None:  # [A, B].includes(name) asks
            return self.member_name(parent.parent) not in _QUESTIONS
        if parent.type == "binary_expression":
            operator = parent.child_by_field_name("operator")
            return operator is None or self.text(operator) not in _COMPARISONS
        return not (parent.type == "switch_case" and parent.child_by_field_name("value") == node)

    def callers(self, function: Node) -> Iterator[Node]:
        """Yield the calls of a function of this file by the name it is declared, assigned or defined under."""
        yield from self._immediate(function)
        yield from self._handed(function)
        word, owner = self._label(function), self.enclosing_class(function.start_byte)
        if word == "constructor" and owner is not None:
            yield from self._super_calls(owner)
            label = self.classes[owner].child_by_field_name("name") or self._named_by(self.classes[owner])
            word = self.text(label) if label is not None else ""
            yield from self._calls(word, self.classes[owner])
        elif word:
            yield from self._calls(word, function)
            for other in self._other_names(word, function):
                yield from self._calls(other, function)

    def _other_names(self, word: str, function: Node) -> list[str]:
        """Return the variables that a function is assigned to by its name: ``let hash = nativeHash``."""
        found: dict[str, None] = {}
        for token in self._mentions(word.encode(), function):
            around = token.parent
            if token.type != "identifier" or around is None:
                continue
            held = around.child_by_field_name("value") or around.child_by_field_name("right")
            left = around.child_by_field_name("name") or around.child_by_field_name("left")
            binds = around.type in ("variable_declarator", "assignment_expression")
            if binds and held == token and left is not None and left.type == "identifier":
                found[self.text(left)] = None
        found.pop(word, None)
        return list(found)

    def called_by(self, caller: Node) -> Node | None:
        """Return the name that a call of a function of this file is written with, when it is a mere name."""
        function = caller.child_by_field_name("function")
        return function if function is not None and function.type == "identifier" else None

    def _immediate(self, function: Node) -> Iterator[Node]:
        """Yield the call that a function expression stands in as its callee: ``(function (a) { … })(value)``."""
        around = function.parent
        while around is not None and around.type == "parenthesized_expression":
            around = around.parent
        called = around.child_by_field_name("function") if around is not None else None
        if around is not None and called is not None and called.start_byte <= function.start_byte < called.end_byte:
            yield around

    def _handed(self, function: Node) -> Iterator[Node]:
        """Yield the calls of a function that another function of this file is given for a parameter."""
        passed, arguments = function, function.parent
        while arguments is not None and arguments.type == "parenthesized_expression":
            passed, arguments = arguments, arguments.parent
        call = arguments.parent if arguments is not None and arguments.type == "arguments" else None
        callee = call.child_by_field_name("function") if call is not None else None
        if callee is None or arguments is None:
            return
        index = [c.id for c in arguments.named_children if c.type != "comment"].index(passed.id)
        for option in options(self.value(callee)):
            taker = self.local(option.name) if isinstance(option, Name) and option.name.startswith(LOCAL) else None
            taken = self.parameters(taker)[index : index + 1] if taker is not None else []
            labels = [parameter.child_by_field_name("pattern") or parameter for parameter in taken]
            for token in self.words(self.text(labels[0]).encode()) if labels else ():
                used = self.use(token)
                inside = taker is not None and taker.start_byte <= token.start_byte < taker.end_byte
                if inside and used is not None and used.type == "call_expression":
                    yield used

    def _label(self, function: Node) -> str:
        name = function.child_by_field_name("name") or self._named_by(function)
        return self.text(name) if name is not None else ""

    def _named_by(self, value: Node) -> Node | None:
        """Return the word that a function or class expression is bound to."""
        parent = value.parent
        if parent is None:
            return None
        left = parent.child_by_field_name("left")
        name = parent.child_by_field_name("key") or parent.child_by_field_name("property")
        name = name or parent.child_by_field_name("name") or left
        if name is not None and name.type == "member_expression":
            name = name.child_by_field_name("property")
        held = parent.child_by_field_name("value") or parent.child_by_field_name("right")
        return name if held == value else None

    def _super_calls(self, owner: int) -> Iterator[Node]:
        for token in self.words(b"super"):
            derived = self.enclosing_class(token.start_byte)
            call = token.parent
            called = call is not None and call.type == "call_expression"
            if derived is not None and called and call is not None and self.base(derived) == owner:
                yield call

    def _calls(self, word: str, definition: Node) -> Iterator[Node]:
        for token in self._mentions(word.encode(), definition) if word else ():
            used = self.use(token)
            if used is not None and used.type in ("call_expression", "new_expression"):
                function = used.child_by_field_name("function") or used.child_by_field_name("constructor")
                if function is not None and self._may_be(function, definition):
                    yield used

    def _mentions(self, word: bytes, definition: Node) -> Iterable[Node]:
        """Return the nodes at a word, within the scope that a declared function or variable is seen in."""
        parent = definition.parent
        declared = definition.type in _DECLARATIONS or (parent is not None and parent.type == "variable_declarator")
        scope = max(self.scopes.parents[self.scope_of(definition)], 0)
        if not declared or scope == 0:
            return self.words(word)
        key = (scope, word)
        if key not in self._mentioned:
            places = self._places(word, self.scopes.starts[scope], self.scopes.ends[scope])
            nodes = [self.token(at, at + len(word)) for at in islice(places, _MOST_MENTIONS)]
            self._mentioned[key] = [node for node in nodes if node is not None]
        return self._mentioned[key]

    def _may_be(self, function: Node, definition: Node) -> bool:
        """Whether a callee is a function of this file, or a method of an object that was not seen."""
        name = f"{LOCAL}{definition.start_byte}"
        if function.type == "identifier":
            found = options(self.identifier(self.text(function), function.start_byte))
            return any(isinstance(option, Name) and option.name == name for option in found)
        seen = self.is_held(definition)
        for option in options(self.value(function)):
            if isinstance(option, Name | Call) and option.name == name:
                return True
            if not seen and (option == UNKNOWN or (isinstance(option, Name | Call) and option.name[:1] == "*")):
                return True
        return False

    def arguments_at(self, caller: Node, parameter: Binding) -> Node | None:
        """Return the argument a call passes for a parameter."""
        arguments = caller.child_by_field_name("arguments")
        passed = [c for c in arguments.named_children if c.type != "comment"] if arguments is not None else []
        return passed[parameter.index] if parameter.index < len(passed) else None


class TypeScriptUnit(JavaScriptUnit):
    """One TypeScript file."""

    query = QUERY + TS_FIELDS

    def grammar(self) -> Language:
        """Return the TypeScript grammar."""
        return grammars.load("typescript")


class TsxUnit(TypeScriptUnit):
    """One TypeScript file with JSX in it."""

    def grammar(self) -> Language:
        """Return the TSX grammar."""
        return grammars.load("tsx")


_COMPONENTS = frozenset({"vue", "svelte"})
_SCRIPT = re.compile(rb"<script\b([^>]*)>(.*?)</script\s*>", re.DOTALL | re.IGNORECASE)
_TYPED = re.compile(rb"\blang\s*=\s*[\"']?tsx?\b")
_NOT_BREAK = re.compile(rb"[^\r\n]")


def _wants(file: SourceFile) -> bool:
    read = file.language in ("javascript", "typescript") or file.language in _COMPONENTS
    return read and engine.anchored(file, engine.anchors("javascript"))


def _script(file: SourceFile) -> SourceFile:
    """Return the scripts of a Vue or Svelte component at their places; everything else is spaces."""
    blank = bytearray(_NOT_BREAK.sub(b" ", file.data))
    typed = False
    for match in _SCRIPT.finditer(file.data):
        blank[match.start(2) : match.end(2)] = match[2]
        typed = typed or _TYPED.search(match[1]) is not None
    masked = bytes(blank)
    hits = tuple(hit for hit in file.hits if masked.startswith(hit.anchor, hit.offset))
    return replace(file, data=masked, language="typescript" if typed else "javascript", hits=hits)


def _detect(file: SourceFile) -> Iterator[Claim]:
    if file.language in _COMPONENTS:
        file = _script(file)
        if not engine.anchored(file, engine.anchors("javascript")):
            return iter(())
    unit: type[JavaScriptUnit] = JavaScriptUnit
    if file.language == "typescript":
        unit = TsxUnit if file.name.endswith(".tsx") else TypeScriptUnit
    found = list(engine.detect(file, "javascript", unit))
    told = {place for one in found if not _is_setting(one) for place in _read_from(one)}
    settings = {_place(one) for one in found if isinstance(one, Finding) and _is_setting(one)}
    return (
        one
        for one in found
        if not isinstance(one, Finding)
        or not _is_setting(one)
        or (told | settings - {_place(one)}).isdisjoint(_read_from(one))  # one setting may be copied to another
    )


def _is_setting(one: Claim) -> bool:
    return isinstance(one, Finding) and one.location.symbol.startswith(SETTING)


def _place(one: Finding) -> tuple[str, int]:
    return one.location.path, one.location.line


def _read_from(one: Claim) -> set[tuple[str, int]]:
    """Return where the names and sizes of a finding were read: what a call has read of an object is said there."""
    return {(p.path, p.line) for p in one.provenance} if isinstance(one, Finding) else set()


DETECTOR = Detector("javascript", lambda: engine.anchors("javascript"), _wants, _detect)
