"""Calls of a project's own functions that hand out cryptography: ``digest(data)`` where digest returns SHA-256.

A function counts when what it returns comes from a call that the catalog knows, or when its name says what
that call does (`catalog.purposes`): a C function fills a buffer, and ``check_signature`` returns whether one
verifies. A call of it is then a use, too, at its own line, less sure than the one inside. The function is
read anew for what each call passes to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

from tree_sitter import Node

from pqc_migrate.catalog import algorithms, purposes
from pqc_migrate.detectors.calls.interpret import Interpreter
from pqc_migrate.detectors.calls.meaning import Meaning
from pqc_migrate.detectors.calls.uses import Use, compose
from pqc_migrate.detectors.calls.values import Call, Name, Value, options
from pqc_migrate.detectors.source import own_implementations
from pqc_migrate.detectors.source.analysis import Analysis, values_at
from pqc_migrate.detectors.source.unit import Binding, Called, Unit
from pqc_migrate.model.inventory import Kind

_MOST_FUNCTIONS = 120
_MOST_CALLERS = 50
_MOST_ASSETS = 4
"""Assets that one call may hand out; of more, only the families are known."""
_WORD = re.compile(rb"[A-Za-z_$][A-Za-z0-9_$]*")
_DEEPEST = 6
"""Calls between a result and what it was made with: base64url takes an encoder and three replacements."""
_ENCODERS = frozenset({
    "b64encode", "urlsafe_b64encode", "hexlify", "EncodeToString", "Sprintf", "from", "encode", "decode", "btoa",
    "ToBase64String", "ToHexString", "EncodeToBase64String", "EncodeToHexString", "encode_string",
    "bin2hex", "base64_encode", "unpack1", "encode64", "strict_encode64", "urlsafe_encode64",
})  # fmt: skip
"""Functions whose result is still the digest, signature or key that went in, spelled otherwise."""


@dataclass(frozen=True, slots=True)
class HandedOut:
    """One call of a wrapper and what comes from it."""

    call: Call
    meaning: Meaning
    path: str
    """The file that defines the wrapper."""
    line: int
    """Where its definition begins."""


@dataclass(eq=False)
class Wrappers:
    """The functions of one file that hand out cryptography."""

    analysis: Analysis
    names: dict[int, str] = field(default_factory=dict)
    functions: dict[int, Node] = field(default_factory=dict)
    found: dict[int, list[Meaning]] = field(default_factory=dict)
    """What calls of wrappers hand out, by the offset of the call."""
    _handed: dict[tuple[object, ...], list[Meaning]] = field(default_factory=dict)
    _seen: list[int] = field(default_factory=list)
    _spans: dict[tuple[int, int], int] = field(default_factory=dict)
    """Offset of a call of a wrapper by where the call begins and ends."""
    _callees: dict[int, tuple[int, Node]] = field(default_factory=dict)
    """Scope of the wrapper and node of each of its calls in this file, by the offset of the call."""
    _busy: set[int] = field(default_factory=set)
    _members: dict[int, list[tuple[str, ...]]] = field(default_factory=dict)
    """The names that others call a function by."""

    @cached_property
    def _implementing(self) -> Mapping[int, Meaning]:
        """The functions that implement an algorithm, by their scope."""
        analysis = self.analysis
        listed = analysis.language in own_implementations.LANGUAGES
        return own_implementations.functions(analysis.file, analysis.unit) if listed else {}

    def __post_init__(self) -> None:
        for members, node in self.analysis.unit.named_functions():
            scope = self.analysis.unit.scope_of(node)
            self.functions.setdefault(scope, node)
            self.names.setdefault(scope, members[-1].rsplit(".", 1)[-1])
            self._members.setdefault(scope, []).append(members)

    def calls(self, places: Iterable[int]) -> Iterator[HandedOut]:
        """Yield the calls, in this file, of the wrappers around places in it, wrappers of wrappers included."""
        unit = self.analysis.unit
        waiting = list(dict.fromkeys(self._around(offset) for offset in sorted(places)))
        while waiting and len(self._seen) < _MOST_FUNCTIONS:
            scope = waiting.pop(0)
            if scope in self._seen or scope == 0:
                continue
            self._seen.append(scope)
            for caller in islice(unit.callers(self.functions[scope]), _MOST_CALLERS):
                place = _place(unit, self.names[scope], caller)
                if place is None or self.analysis.composed.get(place.offset) or place.offset in self.found:
                    continue
                handed = [m for m in self._handed_to(scope, caller, unit) if not self._is_said(m, place)]
                self.hand(place, handed)
                self._callees[place.offset] = scope, caller
                for meaning in handed:
                    yield HandedOut(place, meaning, self.analysis.file.path, unit.line(self.functions[scope]))
                if handed:
                    waiting.append(self._around(place.offset))

    def hand(self, place: Call, meanings: list[Meaning]) -> None:
        """Record what a call of a wrapper hands out, to the function around it too.

        What a project implements itself goes no further: a function that falls back on it has another one at hand.
        """
        others = [m for m in meanings if m.rule.id != own_implementations.RULE]
        self.found.setdefault(place.offset, []).extend(others)
        self._spans[place.start, place.end] = place.offset

    def offered(self) -> Iterator[tuple[str, ...]]:
        """Yield the names of the functions looked at that hand out something to a call from elsewhere."""
        for scope in dict.fromkeys((*self._seen, *self._implementing)):
            if self.analysis.unit.is_visible(self.functions[scope]) and self._hands_out(scope):
                yield from self._members[scope]

    def _hands_out(self, scope: int) -> bool:
        """Whether a call may get something: for certain, or when it names the algorithm."""
        if scope in self._implementing:
            return True
        handed = _few(self._as_read(scope, None), self._most(scope, None))
        return bool(handed) or any(self._encloses(scope, at) for at in self.analysis.interpreter.unresolved)

    def _is_said(self, meaning: Meaning, place: Call) -> bool:
        """Whether it is said already: among the arguments, by what takes its hash, by the object it completes."""
        is_hash = _is_hash(meaning)
        for offset, meanings in self.analysis.composed.items():
            use = self.analysis.uses[offset].value
            if place.start <= offset < place.end:
                if any((m.family, m.parameters) == (meaning.family, meaning.parameters) for m in meanings):
                    return True
            elif isinstance(use, Call) and use.start < place.offset < use.end and meanings and is_hash:
                return True
        return self._completes(meaning, place)

    def _completes(self, meaning: Meaning, place: Call) -> bool:
        """Whether another call is given this one to say what an object is: ``cipher.init(mode, key, spec())``."""
        around = (
            use
            for use in self.analysis.uses.values()
            if isinstance(use.value, Call) and use.value.start < place.offset < use.value.end
        )
        said = (m for use in around for m in use.meanings if m.rule.refines)
        return any((m.family, m.parameters) == (meaning.family, meaning.parameters) for m in said)

    def _around(self, offset: int) -> int:
        """Return the scope of the function around an offset, 0 when there is none."""
        return next((scope for scope in self.analysis.unit.scopes.chain(offset) if scope in self.functions), 0)

    def _handed_to(self, scope: int, caller: Node, unit: Unit) -> list[Meaning]:
        """Return what one call in this file hands out; `unit` knows what it passes."""

        def passed(parameter: Binding) -> Value | None:
            argument = unit.arguments_at(caller, parameter)
            return unit.value(argument) if argument is not None else None

        return self.handed_out(scope, Called(self.functions[scope], passed), caller)

    def handed_out(self, scope: int, called: Called, caller: Node | None = None) -> list[Meaning]:
        """Return what a function hands out to one call of it, which stands at `caller` or in another file."""
        asked = self.analysis.unit.asked(self.functions[scope])
        most = self._most(scope, caller)
        key = (scope, most, *(repr(called.passed(parameter)) for parameter in asked))
        if key not in self._handed:
            found = self._read(scope, called, caller) if asked else self._as_read(scope, caller)
            handed = _few(found if most > 1 else self._decided(scope, found), most)
            own = self._implementing.get(scope)
            self._handed[key] = handed if handed or own is None else [own]
        return self._handed[key]

    def _decided(self, scope: int, found: list[Meaning]) -> list[Meaning]:
        """Leave out what only a default of a constructor says, where the object was made out of sight."""
        function = self.functions[scope]
        first, last = self.analysis.unit.line(function), int(function.end_point.row) + 1
        return [
            meaning
            for meaning in found
            if all(p.how != "default argument" or first <= p.line <= last for p in meaning.provenance)
        ]

    def _most(self, scope: int, caller: Node | None) -> int:
        """Return how many assets a call may hand out.

        Which of several a method uses is decided by its object, which only the methods of that object see; a base
        class calls what its subclasses each put in the place of one method.
        """
        unit = self.analysis.unit
        owner = unit.enclosing_class(self.functions[scope].start_byte)
        around = unit.enclosing_class(caller.start_byte) if caller is not None else None
        within = around is not None and (around == owner or (owner is not None and unit.is_below(owner, around)))
        return _MOST_ASSETS if owner is None or within else 1

    def _as_read(self, scope: int, caller: Node | None) -> list[Meaning]:
        """Return what a function hands out whose calls are all alike."""
        analysis = self.analysis
        inside = {at: ms for at, ms in analysis.composed.items() if self._holds(scope, at)}
        result = self._result(analysis.unit, scope, caller)
        inside.update({at: self.found[at] for at in self._calls_in(scope)})
        return self._chosen(scope, inside, result, analysis.interpreter)

    def _read(self, scope: int, called: Called, caller: Node | None) -> list[Meaning]:
        """Return what a function hands out when it is read anew for what one call passes."""
        unit = self.analysis.unit.seen_through(called, caller)
        interpreter = self.analysis.interpreter.anew()
        uses = {
            offset: _evaluated(unit, interpreter, offset)
            for offset in sorted(self.analysis.uses)
            if self._holds(scope, offset)
        }
        result = self._result(unit, scope, caller)
        inside = dict(compose(uses))
        inside.update({at: self._again(at, unit) for at in self._calls_in(scope)})
        return self._chosen(scope, inside, result, interpreter)

    def _holds(self, scope: int, offset: int) -> bool:
        """Whether a place is in the body of a function; the default of a parameter is not."""
        body = self.functions[scope].child_by_field_name("body")
        inside = body is None or body.start_byte <= offset < body.end_byte
        return inside and self._encloses(scope, offset)

    def _encloses(self, scope: int, offset: int) -> bool:
        return scope in self.analysis.unit.scopes.chain(offset)

    def _calls_in(self, scope: int) -> list[int]:
        """Return the offsets of the calls of wrappers in a function."""
        return [at for at in self.found if self._encloses(scope, at)]

    def _again(self, at: int, unit: Unit) -> list[Meaning]:
        """Return what a call of a wrapper hands out where the function around it is given something else."""
        if at not in self._callees or at in self._busy:
            return self.found[at]
        scope, caller = self._callees[at]
        self._busy.add(at)
        try:
            return self._handed_to(scope, caller, unit)
        finally:
            self._busy.discard(at)

    def _result(self, unit: Unit, scope: int, caller: Node | None) -> Value:
        return unit.value(caller) if caller is not None else unit.returned(self.functions[scope])

    def _chosen(
        self, scope: int, inside: dict[int, list[Meaning]], result: Value, interpreter: Interpreter
    ) -> list[Meaning]:
        """Return those of the uses in a function that it is named for, and those its result comes from."""
        found = self._named_for(self.names[scope], inside)
        if found:
            said = purposes.said_by(self.names[scope])
            return [] if self._leaves_open(scope, said, inside, interpreter) else found
        found = self._handed_on(scope, inside) or self._returned(result, interpreter, inside)
        # A random token is no longer cryptography where a function hands it out that neither its own name nor its
        # class's name speaks of.
        left_out = () if "generate" in purposes.said_by(self._class_of(scope)) else ("drbg",)
        return [m for m in found if m.asset is None or algorithms.primitive(m.asset) not in left_out]

    def _named_for(self, name: str, inside: dict[int, list[Meaning]]) -> list[Meaning]:
        """Return those of the uses in a function that its name speaks of; not the hash of an HMAC beside it."""
        said = purposes.said_by(name)
        named = [
            (at, m)
            for at, meanings in inside.items()
            for m in meanings
            if said & purposes.of(m.functions or m.rule.functions)
            and m.asset is not None
            and purposes.speaks_of(name, m.asset)
        ]
        parts = {part for _, m in named for part in m.parts}
        return _less_hashes([m for at, m in named if at not in parts or not _is_hash(m)])

    def _leaves_open(
        self, scope: int, said: frozenset[str], inside: dict[int, list[Meaning]], interpreter: Interpreter
    ) -> bool:
        """Whether a function does what it is named for with an algorithm that was not read, too."""
        return any(
            self._encloses(scope, at) and not inside.get(at) and said & purposes.of(rule.functions)
            for at, rule in interpreter.unresolved.items()
        )

    def _class_of(self, scope: int) -> str:
        """Return the name of the class around a function, empty where there is none."""
        unit = self.analysis.unit
        owner = unit.enclosing_class(self.functions[scope].start_byte)
        name = unit.classes[owner].child_by_field_name("name") if owner is not None else None
        return unit.text(name) if name is not None else ""

    def _handed_on(self, scope: int, inside: dict[int, list[Meaning]]) -> list[Meaning]:
        """Return what the calls of wrappers that a function returns hand out.

        What was decrypted is plain data where a function that is not named for it hands it out.
        """
        returned = self.analysis.unit.results(self.functions[scope])
        places = [self._spans.get((node.start_byte, node.end_byte)) for node in returned]
        kept = [place for place in places if place is not None and not self._decrypts(place)]
        return [meaning for place in kept for meaning in inside.get(place, ())]

    def _decrypts(self, place: int) -> bool:
        match = _WORD.match(self.analysis.unit.data, place)
        said = purposes.said_by(match[0].decode()) if match is not None else frozenset()
        return said & {"encrypt", "decrypt"} == {"decrypt"}

    def _returned(self, value: Value, interpreter: Interpreter, inside: dict[int, list[Meaning]]) -> list[Meaning]:
        """Return what a result was made with.

        A function most of whose results come from other calls is no wrapper of the one that is known.
        """
        found: list[Meaning] = []
        known = others = 0
        for option in options(value):
            made = list(_made_with(option, interpreter, _DEEPEST))
            known += bool(made)
            others += not made and isinstance(option, Call)
            for offset, meanings in made:
                whole = inside.get(offset) or self.analysis.composed.get(offset) or meanings
                found.extend(m for m in whole if m.asset is not None)
        return found if others <= known else []


def _less_hashes(meanings: list[Meaning]) -> list[Meaning]:
    """Return meanings less the hashes where something is signed: ``hashAndSign`` hands out a signature."""
    primitives = [algorithms.primitive(m.asset) if m.asset is not None else "" for m in meanings]
    if "signature" not in primitives:
        return meanings
    return [meaning for meaning, primitive in zip(meanings, primitives, strict=True) if primitive != "hash"]


def _is_hash(meaning: Meaning) -> bool:
    return meaning.asset is not None and algorithms.primitive(meaning.asset) == "hash"


def _evaluated(unit: Unit, interpreter: Interpreter, offset: int) -> Use:
    found = values_at(unit, offset)
    meanings = tuple(dict.fromkeys(meaning for value in found for meaning in interpreter.meanings(value)))
    return Use(found[0] if found else Name(), meanings, frozenset(value.name for value in found))


def _few(meanings: Iterable[Meaning], most: int) -> list[Meaning]:
    """Return at most so many assets, each once; where there are more, what those of a family have in common.

    Where that is still too much, the function serves many purposes and a call of it says nothing.
    """
    found: dict[tuple[str, tuple[tuple[str, str], ...]], Meaning] = {}
    for meaning in meanings:
        asset = meaning.asset
        if asset is not None and asset.kind is Kind.ALGORITHM and not meaning.rule.implementation:
            found.setdefault((meaning.family, meaning.parameters), meaning)
    if len(found) <= most:
        return list(found.values())
    families = {meaning.family: meaning for meaning in found.values()}
    common = [
        replace(meaning, parameters=tuple(sorted(set.intersection(*(set(p) for f, p in found if f == family)))))
        for family, meaning in families.items()
    ]
    return common if len(common) <= most else []


def _place(unit: Unit, name: str, caller: Node) -> Call | None:
    """Return the call by the word that names the function in it."""
    callee = unit.called_by(caller)
    if callee is not None:
        name, offset = unit.text(callee), callee.start_byte
    else:
        offset = unit.data.find(name.encode(), caller.start_byte, caller.end_byte)
    if offset < 0:  # called under another name: an object's apply, a constructor
        return None
    line = unit.data.count(b"\n", 0, offset) + 1
    return Call(line, "object", name, offset=offset, start=caller.start_byte, end=caller.end_byte)


def _made_with(
    value: Value, interpreter: Interpreter, depth: int, methods: tuple[str, ...] = ()
) -> Iterator[tuple[int, tuple[Meaning, ...]]]:
    """Yield (offset, meanings) of the calls a value comes from: itself, its object, what it encodes.

    `methods` are those that were called on it.
    """
    if not isinstance(value, Call | Name) or depth == 0:
        return
    meanings = tuple(m for m in interpreter.meanings(value) if m.rule.carries or not m.rule.silent)
    if meanings:
        if not all(_gives_plain_data(meaning, methods) for meaning in meanings):
            yield value.offset, meanings
        return
    if not isinstance(value, Call):
        return
    name = value.name.rsplit(".", 1)[-1]
    for option in options(value.receiver) if value.receiver is not None else ():
        yield from _made_with(option, interpreter, depth - 1, (*methods, name))
    for part in value.args[:2] if name in _ENCODERS else ():
        for option in options(part):
            yield from _made_with(option, interpreter, depth - 1, methods)


def _gives_plain_data(meaning: Meaning, methods: tuple[str, ...]) -> bool:
    """Whether methods of a cipher may have decrypted: none of them says that it encrypts."""
    functions = set(meaning.functions or meaning.rule.functions)
    encrypts = any("encrypt" in name.lower() or "encrypt" in purposes.said_by(name) for name in methods)
    return bool(methods) and "decrypt" in functions and functions <= {"encrypt", "decrypt"} and not encrypts
