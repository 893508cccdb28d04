"""One parsed source file: its scopes, its bindings and what its expressions are known to be.

`Unit` is what every language shares; a language module subclasses it, says which nodes bind names
and how each kind of expression becomes a value. Nothing here knows cryptography.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, replace
from itertools import islice
from typing import ClassVar, Self

from tree_sitter import Language, Node, Parser, Query, QueryCursor

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
    as_default,
    choice,
    options,
)
from pqc_migrate.detectors.source.ranges import Ranges
from pqc_migrate.model.target import Given

LOCAL = "local:"
"""Prefix of the resolved name of a function or class defined in the file itself."""
_DEEPEST = 24
_MOST_EVALUATIONS = 10_000
"""Expressions of one file; beyond, a value that was cut short is kept as it is."""
_MOST_BINDINGS = 200
_DEEPEST_CLASS = 4
_WORD_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$")
_MOST_CALLERS = 24
_MOST_TOLD = 8
_FARTHEST_ANCESTOR = 48
"""Asking for a parent costs a walk from the root; deeper nesting than this is not written by hand."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One place where a name gets a meaning."""

    offset: int
    """Byte offset after which the meaning holds."""
    node: Node | None
    """The expression, definition or parameter, or None when only `name` or `kind` says something."""
    kind: str
    """``value``, ``import``, ``parameter``, ``loop``, ``function``, ``class``, ``type`` or ``opaque``."""
    name: str = ""
    """Resolved name of an import or a declared type."""
    index: int = 0
    """Position of a parameter, or of a name in an unpacked sequence."""
    owner: Node | None = None
    """The function a parameter belongs to."""


@dataclass(slots=True, eq=False)
class Called:
    """One call through which a function is looked at."""

    function: Node
    passed: Callable[[Binding], Value | None]
    """What the call passes for a parameter: UNKNOWN where that was not read, None where it leaves it out."""


class Unit:
    """Base of the language modules; see `python.PythonUnit` for the shape of one."""

    query: ClassVar[str]
    """Captures: ``scope``, ``class``, ``branch``, ``return`` and whatever `bind` understands."""
    alias_nodes: ClassVar[frozenset[str]] = frozenset()
    """Types of expressions that only name something; a variable bound to one is an alias of it."""
    program_wide: ClassVar[bool] = False
    """Whether a file uses the functions and classes of others without saying which file they are in."""
    constructor_names: ClassVar[frozenset[str]] = frozenset({"<init>", "__init__", "constructor", "__construct"})
    """What the language calls a function that makes an object of the class around it."""
    bind_last: ClassVar[tuple[str, ...]] = ()
    """Captures to bind after all others, in this order (assignments, where declarations decide their scope)."""

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self.data = data
        self.elsewhere: Callable[[Unit, str, bool], Value | None] | None = None
        """Asks other files of the target for an imported name; set once the file itself is read."""
        self.texts: Mapping[str, str] = {}
        """Constants of libraries that are strings, by resolved name; set once the file itself is read."""
        self.told: dict[int, list[Given]] = {}
        """What other files call a function with, or put in its place, by where it begins."""
        self.through: Called | None = None
        """Look at one function as one call of it sees it; None: as all calls of this file together do."""
        self.type_of = type_of
        self.knows = knows
        language = self.grammar()
        self.root = Parser(language).parse(data).root_node
        captures = _captures(language, self.query, self.root)
        self.scopes = Ranges(len(data), ((n.start_byte, n.end_byte) for n in captures.get("scope", [])))
        self.branches = Ranges(len(data), ((n.start_byte, n.end_byte) for n in captures.get("branch", [])))
        self.classes = {self._scope(node): node for node in captures.get("class", [])}
        self.returns: dict[int, list[Node]] = {}
        for node in captures.get("return", []):
            self.returns.setdefault(self.scopes.innermost(node.start_byte), []).append(node)
        self.bindings: dict[tuple[int, str], list[Binding]] = {}
        self.stars: list[str] = []
        for capture in [*(c for c in captures if c not in self.bind_last), *self.bind_last]:
            for node in captures.get(capture, []):
                self.bind(capture, node)
        for found in self.bindings.values():
            found.sort(key=lambda binding: binding.offset)
        self._values: dict[int, Value] = {}
        self._starts: dict[int, int] = {}
        self._busy: set[int] = set()
        self._words: dict[bytes, list[Node]] = {}
        self._memo_of_parameters: dict[tuple[int, int], Value] = {}
        self._asked_for: set[tuple[int, int]] = set()
        self._asked_results: set[int] = set()
        self._cut = 0
        self._evaluated = 0

    # What a language says ---------------------------------------------------------------------

    def grammar(self) -> Language:
        """Return the language's grammar, the same object each time."""
        raise NotImplementedError

    def bind(self, capture: str, node: Node) -> None:
        """Record the names that one captured node binds: a language has a ``_bind_<capture>`` that calls `add`."""
        binder = getattr(self, f"_bind_{capture}", None)
        if binder is not None:
            binder(node)

    def expression(self, node: Node) -> Value:
        """Return what an expression is known to be: a language has an ``_of_<type>`` for each type it reads."""
        method: Callable[[Node], Value] | None = getattr(self, f"_of_{node.type}", None)
        return method(node) if method is not None else UNKNOWN

    def use(self, token: Node) -> Node | None:
        """Return the whole expression that a word is the decisive name of, or None when it is no use."""
        raise NotImplementedError

    def arguments_at(self, caller: Node, parameter: Binding) -> Node | None:
        """Return what a call of a local function passes for one of its parameters."""
        raise NotImplementedError

    def callers(self, function: Node) -> Iterator[Node]:
        """Yield the calls of a function of this file."""
        raise NotImplementedError

    def called_by(self, caller: Node) -> Node | None:
        """Return the word a call names its function by where that is another name of it (``let f = g; f()``)."""
        del caller
        return None

    def named_functions(self) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Yield (names from the file inwards, definition) of the functions of this file, methods included."""
        names = {
            self.scope_of(binding.node): (scope, name)
            for (scope, name), bindings in self.bindings.items()
            for binding in bindings
            if binding.kind == "class" and binding.node is not None and self.scope_of(binding.node)
        }
        for (scope, name), bindings in self.bindings.items():
            for binding in bindings:
                if binding.kind == "function" and binding.node is not None:
                    members = [name.removesuffix("()")]
                    around = scope
                    for _ in range(_DEEPEST_CLASS):
                        if around in names:
                            around, outer = names[around]
                            members.insert(0, outer)
                    yield tuple(members), binding.node

    def named_owners(self) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Yield (names, definition) of what has parameters: functions, and constructors by their class's name."""
        for members, node in self.named_functions():
            owner = members[:-1] if members[-1] in self.constructor_names else members
            if owner:
                yield owner, node

    def tell(self, given: Iterable[Given]) -> None:
        """Take what other files decide for the functions of this one."""
        by_name: dict[tuple[str, ...], list[Given]] = {}
        for one in given:
            by_name.setdefault(one.members, []).append(one)
        for members, node in self.named_owners() if by_name else ():
            self.told.setdefault(node.start_byte, []).extend(by_name.get(members, ()))

    def told_results(self, function: Node) -> Value:
        """Return what methods of other files give that take a function's place."""
        self._asked_results.add(function.start_byte)
        results = (given.result for given in self.told.get(function.start_byte, ()))
        return choice([result for result in results if isinstance(result, Value)])

    def decided_by(self, places: Iterable[int], evaluate: Callable[[Self, int], object]) -> frozenset[int]:
        """Return where the functions begin whose callers or overriding methods decide what is evaluated."""
        other = self.fresh()
        other._asked_for, other._asked_results = set(), set()
        for place in places:
            evaluate(other, place)
        return frozenset({offset for offset, _ in other._asked_for} | other._asked_results)

    def declares(self, data: bytes, name: str) -> bool:
        """Whether a file of this language may declare a type; where that costs much, it may."""
        del data, name
        return True

    def given_to_bases(self) -> Iterator[tuple[str, Callable[[], tuple[Value, ...]], Callable[[], Value] | None]]:
        """Yield what classes give to base classes of other files: (name of the function, arguments, result)."""
        yield from ()

    def is_visible(self, function: Node) -> bool:
        """Whether other files can call a function of this file."""
        del function
        return True

    def implicit(self, function: Node) -> int:
        """Return how many of a function's first parameters a call does not pass (``self``)."""
        del function
        return 0

    def parameter_named(self, parameter: Binding) -> str:
        """Return the name of a parameter."""
        scope = self.scope_of(parameter.owner) if parameter.owner is not None else 0
        named = ((name, b) for (at, name), found in self.bindings.items() if at == scope for b in found)
        return next((name for name, b in named if b.kind == "parameter" and b.index == parameter.index), "")

    def spelled(self, words: frozenset[bytes]) -> frozenset[bytes]:
        """Return words of the catalog as this language may write them (``getPublic`` as ``public``)."""
        return words

    def begins(self, token: Node, offset: int) -> bool:
        """Whether a word at an offset is the beginning of a token, as a name must be."""
        return token.start_byte == offset

    def aliases(self, node: Node) -> bool:
        """Whether an expression only names something, so that a variable bound to it is an alias of it."""
        return node.type in self.alias_nodes

    def fresh(self) -> Self:
        """Return this unit with nothing evaluated yet: one asker must not change another's answer."""
        other = copy(self)
        other._values, other._memo_of_parameters, other._busy = {}, {}, set()
        other._cut = other._evaluated = 0
        return other

    def seen_through(self, called: Called, caller: Node | None) -> Self:
        """Return this unit as one call of a function sees it: the call and the function are read anew."""
        other = self.fresh()
        inside = range(called.function.start_byte, called.function.end_byte)
        other._values = {key: value for key, value in self._values.items() if self._starts[key] not in inside}
        if caller is not None:
            other._values.pop(caller.id, None)
        other._memo_of_parameters = dict(self._memo_of_parameters)
        other._starts = dict(self._starts)
        other.through = called
        return other

    # What every language shares ---------------------------------------------------------------

    def token(self, start: int, end: int) -> Node | None:
        """Return the node that spans a word of the file."""
        return self.root.descendant_for_byte_range(start, end)

    def text(self, node: Node) -> str:
        """Return the source text of a node."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def line(self, node: Node) -> int:
        """Return the 1-based line of a node."""
        return int(node.start_point.row) + 1

    def add(self, scope: int, name: str, binding: Binding) -> None:
        """Record that a name is bound in a scope."""
        self.bindings.setdefault((scope, name), []).append(binding)

    def value(self, node: Node | None) -> Value:
        """Return what a node's expression is known to be; cycles and great depth end in UNKNOWN."""
        if node is None:
            return UNKNOWN
        key = node.id
        if key in self._values:
            return self._values[key]
        if key in self._busy or len(self._busy) >= _DEEPEST:
            self._cut += 1
            return UNKNOWN
        before = self._cut
        self._busy.add(key)
        self._evaluated += 1
        try:
            found = self._seen_elsewhere(self.expression(node))
        finally:
            self._busy.discard(key)
        # What a cycle or the depth limit cut short is worked out again from another side, within bounds.
        if self._cut == before or not self._busy or self._evaluated > _MOST_EVALUATIONS:
            self._values[key] = found
            self._starts[key] = node.start_byte
        return found

    def _seen_elsewhere(self, value: Value) -> Value:
        """Replace a name, or a call, that this file only imports by what the other file says of it."""
        if self.elsewhere is None or not any(self.is_foreign(option) for option in options(value)):
            return value
        return choice([self.replaced(option) for option in options(value)])

    def is_foreign(self, value: Value) -> bool:
        """Whether a value is a name that neither this file nor the catalog explains."""
        return (
            isinstance(value, Name | Call)
            and not value.name.startswith((LOCAL, "*."))
            and not self.knows(value.name)
        )

    def replaced(self, value: Value) -> Value:
        """Return what another file says of a foreign name or call, else the value itself."""
        if self.elsewhere is None or not isinstance(value, Name | Call) or not self.is_foreign(value):
            return value
        found = self.elsewhere(self, value.name, isinstance(value, Call))
        return value if found is None or found == UNKNOWN else found

    def locations(self, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield (path relative to this file's folder, members) of files that may define an imported name."""
        del name
        yield from ()

    def declared_in(self, scope: int, name: str) -> list[Binding]:
        """Return what binds a name in the file (scope 0) or in one of its classes."""
        return self.bindings.get((scope, name), [])

    def returned(self, function: Node) -> Value:
        """Return what a function of this file returns, over its first few returns."""
        found = [self.value(node) for node in self.results(function)]
        return found[0] if len(found) == 1 else choice([value for value in found if value != UNKNOWN])

    def results(self, function: Node) -> list[Node]:
        """Return the expressions that a function of this file returns, the first few."""
        body = function.child_by_field_name("body")
        if function.type == "arrow_function" and body is not None and body.type != "statement_block":
            return [body]
        nodes = self.returns.get(self.scope_of(function), [])[:8]
        return [node.named_children[0] for node in nodes if node.named_children]

    def identifier(self, name: str, offset: int) -> Value:
        """Return what a simple name is at an offset, by the scopes around it."""
        chain = self.scopes.chain(offset)
        for depth, scope in enumerate(chain):
            if depth and scope in self.classes and not self.class_scope_visible:
                continue
            found = self.bindings.get((scope, name))
            if found:
                return choice([self.bound(b) for b in self._reaching(found, offset, same=depth == 0)])
        return self.unbound(name, offset)

    class_scope_visible: ClassVar[bool] = False
    """Whether a method sees its class's names without a qualifier."""

    def unbound(self, name: str, offset: int) -> Value:
        """Return what a name is that the file does not bind: from a star import, else a global."""
        del offset
        for module in self.stars:
            if self.knows(f"{module}.{name}"):
                return Name(name=f"{module}.{name}")
        return Name(name=name)

    def bound(self, binding: Binding) -> Value:
        """Return what one binding gives its name."""
        if binding.kind == "import":
            return Name(name=binding.name, how="object")
        if binding.kind == "type":
            return Call(name=binding.name, how="object")
        if binding.kind in ("function", "class"):
            return Name(name=f"{LOCAL}{binding.offset}", how="object")
        if binding.kind == "value":
            return as_constant(self.value(binding.node))
        if binding.kind == "loop":
            return choice([as_constant(item) for item in members(self.value(binding.node))])
        if binding.kind == "parameter":
            return self.parameter(binding)
        return UNKNOWN

    def parameter(self, binding: Binding) -> Value:
        """Return what a parameter may be: its default, and what the callers in this file pass.

        Asked once: functions that pass their parameters on to each other would be walked through again and again.
        """
        if self.through is not None and binding.owner is not None and binding.owner == self.through.function:
            return self._from_one_call(self.through, binding)
        key = (binding.offset, binding.index)
        self._asked_for.add(key)
        if key not in self._memo_of_parameters:
            before = self._cut
            self._memo_of_parameters[key] = UNKNOWN  # for a function that calls itself
            found = self._memo_of_parameters[key] = self._from_callers(binding)
            if self._cut != before and self._busy and self._evaluated <= _MOST_EVALUATIONS:
                del self._memo_of_parameters[key]  # cut short: worked out again from another side
            return found
        return self._memo_of_parameters[key]

    def asked(self, function: Node) -> list[Binding]:
        """Return the parameters of a function that something known so far depends on."""
        scope = self.scope_of(function)
        bound = (
            b for (at, _), found in self.bindings.items() if at == scope for b in found if b.kind == "parameter"
        )
        return [b for b in bound if b.owner == function and (b.offset, b.index) in self._asked_for]

    def _from_one_call(self, called: Called, binding: Binding) -> Value:
        given = called.passed(binding)
        if given is None:
            given = as_default(self.value(binding.node)) if binding.node is not None else UNKNOWN
        return Call(name=binding.name, how="object") if given == UNKNOWN and binding.name else given

    def _from_callers(self, binding: Binding) -> Value:
        found = [as_default(self.value(binding.node))] if binding.node is not None else []
        if binding.owner is not None:
            for count, caller in enumerate(self.callers(binding.owner)):
                if count >= _MOST_CALLERS:
                    break
                for passed in options(self.value(self.arguments_at(caller, binding))):
                    if passed != UNKNOWN:
                        found.append(passed if isinstance(passed, Call | Name) else replace(passed, how="argument"))
            found.extend(self._from_elsewhere(binding, binding.owner))
        if binding.name and not found:
            return Call(name=binding.name, how="object")
        return choice(found)

    def _from_elsewhere(self, binding: Binding, owner: Node) -> Iterator[Value]:
        """Yield what calls in other files pass for a parameter."""
        for given in self.told.get(owner.start_byte, ())[:_MOST_TOLD]:
            value = dict(given.named).get(self.parameter_named(binding)) if given.named else None
            index = binding.index - self.implicit(owner)
            if value is None and 0 <= index < len(given.arguments):
                value = given.arguments[index]
            for option in options(value) if isinstance(value, Value) else ():
                if option != UNKNOWN:
                    yield option if isinstance(option, Call | Name) else replace(option, how="argument")

    def placed(self, value: Value, node: Node) -> Value:
        """Give a name the place it is written at, so that it can be a use."""
        placed: list[Value] = []
        for option in options(value):
            if isinstance(option, Name):
                placed.append(Name(self.line(node), option.how, option.name, node.start_byte))
            else:
                placed.append(option)
        return choice(placed)

    def member(self, scope: int, name: str) -> Value | None:
        """Return what an attribute of a class of this file is, over all its bindings; None when unbound."""
        found = self.bindings.get((scope, name))
        return choice([self.bound(b) for b in found[:8]]) if found else None

    def known_member(self, owner: Value, name: str, called: bool) -> Value | None:
        """Return an attribute of an object of this file, or what its method gives; None when it is not known."""
        del owner, name, called
        return None

    def enclosing_class(self, offset: int) -> int | None:
        """Return the scope of the class around an offset."""
        return next((scope for scope in self.scopes.chain(offset) if scope in self.classes), None)

    def words(self, word: bytes) -> list[Node]:
        """Return the nodes at every whole-word occurrence of a name, the first few hundred."""
        if word not in self._words:
            nodes = [(at, self.token(at, at + len(word))) for at in islice(self._places(word), _MOST_BINDINGS)]
            self._words[word] = [n for at, n in nodes if n is not None and n.start_byte == at]
        return self._words[word]

    def _places(self, word: bytes, start: int = 0, end: int | None = None) -> Iterator[int]:
        # A plain search and a look at its neighbors is many times faster than a pattern with a lookbehind.
        at = self.data.find(word, start, end)
        while at >= 0:
            around = self.data[at - 1 : at] + self.data[at + len(word) : at + len(word) + 1]
            if not any(byte in _WORD_BYTES for byte in around):
                yield at
            at = self.data.find(word, at + 1, end)

    def passes(self, first: int, second: int) -> bool:
        """Whether every path to the second offset has come through the first, both in one function."""
        if first >= second or self.scopes.innermost(first) != self.scopes.innermost(second):
            return False
        return self.branches.holds(self.branches.innermost(first), second)

    def inside(self, node: Node, kinds: frozenset[str]) -> bool:
        """Whether a node or one of its nearer ancestors is of one of these types."""
        current: Node | None = node
        for _ in range(_FARTHEST_ANCESTOR):
            if current is None:
                return False
            if current.type in kinds:
                return True
            current = current.parent
        return False

    def _scope(self, node: Node) -> int:
        return self.scopes.starting_at(node.start_byte, node.end_byte)

    def scope_of(self, node: Node) -> int:
        """Return the scope a node opens, or 0 for the file."""
        return self._scope(node)

    def is_below(self, scope: int, base: int) -> bool:
        """Whether a class of this file inherits from another one of it, by their scopes."""
        del scope, base
        return False

    def _reaching(self, found: list[Binding], offset: int, same: bool) -> list[Binding]:
        """Return the bindings whose value may stand at an offset.

        That is the last one that every path passes and the conditional ones after it; from another
        function any binding may be the one.
        """
        if not same:
            return found[:8]
        before = [binding for binding in found if binding.offset <= offset]
        reaching: list[Binding] = []
        for binding in reversed(before or found):
            reaching.append(binding)
            branch = self.branches.innermost(binding.offset)
            if self.branches.holds(branch, offset) or len(reaching) >= 8:
                break
        return list(reversed(reaching))


def as_constant(value: Value) -> Value:
    """Mark a literal as read through a name; calls and names keep their own place."""
    if isinstance(value, Call | Name) or value == UNKNOWN:
        return value
    return replace(value, how="constant") if value.how == "literal" else value


def fallback(given: Value, other: Value) -> Value:
    """Return what ``given || other`` may be; where `given` was not read, the other is only a default."""
    read = any(isinstance(option, Text | Number | Octets | Items | Table) for option in options(given))
    sides = [given, other if read else as_default(other)]
    return choice([side for side in sides if side not in (UNKNOWN, NOTHING)])


def members(value: Value) -> list[Value]:
    """Return what iterating over a value gives."""
    found: list[Value] = []
    for option in options(value):
        if isinstance(option, Items):
            found.extend(option.items)
        elif isinstance(option, Table):
            found.extend(Text(line=option.line, text=key) for key in option.pairs)
    return found[:32]


def _captures(language: Language, text: str, root: Node) -> dict[str, list[Node]]:
    """Return the nodes of each capture in the order of the file; tree-sitter's own order is another on each run."""
    found = QueryCursor(_query(language, text)).captures(root)
    return {name: sorted(nodes, key=lambda n: (n.start_byte, -n.end_byte)) for name, nodes in found.items()}


_QUERIES: dict[tuple[int, str], Query] = {}


def _query(language: Language, text: str) -> Query:
    key = (id(language), text)
    if key not in _QUERIES:
        _QUERIES[key] = Query(language, text)
    return _QUERIES[key]
