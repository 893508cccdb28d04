"""Calls of functions that other files of the target offer: ``crypto.digest(data)`` of the project's own crypto.py.

Names are resolved as for values of other files (`elsewhere`). The function is then looked at in its own file,
for what this call passes to it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property, lru_cache

from tree_sitter import Node

from pqc_migrate.catalog import libraries
from pqc_migrate.catalog.roles import role_of
from pqc_migrate.detectors.calls.interpret import Interpreter
from pqc_migrate.detectors.calls.values import UNKNOWN, Call, Items, Name, Number, Table, Text, Value, options
from pqc_migrate.detectors.source import demands, own_implementations
from pqc_migrate.detectors.source.analysis import Analysis, MakeUnit, made_for, new_neighbor, new_unit
from pqc_migrate.detectors.source.elsewhere import Elsewhere, detached
from pqc_migrate.detectors.source.unit import Binding, Called, Unit
from pqc_migrate.detectors.source.wrappers import HandedOut, Wrappers
from pqc_migrate.model.inventory import Role
from pqc_migrate.model.target import ANY_LEVEL, EXTENSION, Given, Offer, Offers, SourceFile, word

_KEPT = 32
_LEVELS = 3
_NAME_OF_WORDS = re.compile(r"[a-z0-9]_[A-Za-z0-9]|[a-z0-9][A-Z]")
"""``scram_hmac`` or ``hashPassword``; what is called ``hash`` in one program is another function in the next."""
_MOST_REEXPORTS = 3
_MOST_CALLS = 400
_MOST_ARGUMENTS = 16
_MOST_DEFINITIONS = 6
"""Definitions of one name, of which a build takes one."""


class Callers:
    """One file and the functions of other files that it calls."""

    def __init__(self, file: SourceFile, offers: Offers, language: str, make: MakeUnit) -> None:
        self._file = file
        self._offers = offers
        self._language = language
        self._make = make
        self._found: dict[str, tuple[Offer, ...]] = {}
        self._known: dict[str, bool] = {}
        told = file.given.by(file.path).all if file.given is not None else ()
        self._hands = offers.level != ANY_LEVEL or any(one.inherits for one in told)
        """Whether calls are to be followed: a file that is read again hands out something new where it inherits."""
        self._met: dict[int, tuple[Node, Call, tuple[Offer, ...]]] = {}
        """Calls of functions that uses depend on, by their offset: the word, the call and the functions."""
        self._interpreter = Interpreter(libraries.load(language))
        self._unit = new_unit(file, make, self._interpreter)
        self._catalog = self._unit.knows
        self._unit.knows = self._knows

    @cached_property
    def wrappers(self) -> Wrappers:
        """The file's own functions, some of which hand on what they are given."""
        return Wrappers(Analysis(self._file, self._language, self._make))

    def calls(self, level: int) -> Iterator[HandedOut]:
        """Yield the calls of offered functions of a level, each with what it hands out."""
        count = 0
        for name in self._names():
            for token in self._unit.words(name):
                for call in self._called_at(token):
                    offers = self._offers_of(call.name)
                    if all(level not in (offer.level, ANY_LEVEL) for offer in offers):
                        continue
                    if any(offer.asks for offer in offers):
                        self._met[call.offset] = token, call, offers
                    if not any(offer.hands for offer in offers) or not self._hands:
                        continue
                    count += 1
                    if count <= _MOST_CALLS:
                        yield from self._handed(call, offers)

    def given(self) -> Iterator[Given]:
        """Yield what is decided here for functions of other files: arguments, and methods that override theirs."""
        unit = self._reader
        for token, met, offers in self._met.values():
            if not any(map(_may_say, (*met.args, *met.named.values()))):
                continue
            for call in options(unit.value(unit.use(token))):
                if isinstance(call, Call) and call.offset == token.start_byte:
                    yield from self._decided(offers, call.args, call.named)
        for name, arguments, result in unit.given_to_bases():
            offers = tuple(offer for offer in self._offers_of(name) if offer.asks)
            if offers:
                found = result() if result is not None else None
                for given in self._decided(offers, arguments(), {}, found):
                    yield replace(given, inherits=True)

    def _decided(
        self,
        offers: tuple[Offer, ...],
        args: tuple[Value, ...],
        named: Mapping[str, Value],
        result: Value | None = None,
    ) -> Iterator[Given]:
        path = self._file.path
        arguments = tuple(detached(self._deciding(value), path) for value in args[:_MOST_ARGUMENTS])
        pairs = ((key, detached(self._deciding(value), path)) for key, value in sorted(named.items()))
        labelled = tuple((key, value) for key, value in pairs if value != UNKNOWN)[:_MOST_ARGUMENTS]
        given = detached(self._deciding(result), path) if result is not None else None
        if all(value == UNKNOWN for value in arguments) and not labelled and given in (None, UNKNOWN):
            return
        for offer in offers:
            if offer.asks and offer.path != path and self._counts_for(offer.path):
                yield Given(self._language, offer.path, offer.members, path, arguments, labelled, given)

    def _counts_for(self, path: str) -> bool:
        """Whether what is decided here holds for a file: tests and examples decide nothing for production code."""
        role = role_of(self._file.path, self._file.language, self._file.data)
        return role not in (Role.TEST, Role.EXAMPLE) or role_of(path, self._file.language, b"") is role

    def _deciding(self, value: Value) -> Value:
        return demands.deciding(value, self._interpreter)

    def asking(self) -> frozenset[int]:
        """Return where the functions begin whose callers decide what this one passes on."""

        def read(unit: Unit, offset: int) -> object:
            return unit.value(unit.use(self._met[offset][0]))

        unread = [at for at, (_, call, _) in self._met.items() if any(map(_may_be_handed, call.args))]
        return self._unit.decided_by(unread, read) if unread else frozenset()

    @cached_property
    def _reader(self) -> Unit:
        """The file once more, with what the files beside it say."""
        unit = self._unit.fresh()
        unit.elsewhere = Elsewhere(self._file, lambda other: new_neighbor(other, self._language, self._make)).find
        return unit

    def _called_at(self, token: Node) -> list[Call]:
        """Return the functions that a word may call; none when one that it names cannot be told from the others."""
        node = self._unit.use(token)
        found = options(self._unit.value(node)) if node is not None else ()
        calls = [call for call in found if isinstance(call, Call) and call.offset == token.start_byte]
        named = [call for call in calls if not call.name.startswith("*.")]
        known = [call for call in named if self._catalog(call.name) or self._offers_of(call.name)]
        return calls if len(named) < 2 or len(known) == len(named) else []

    def _names(self) -> list[bytes]:
        """Return the words that the functions may be called by here: their names, and what imports call them."""
        words = set(self._offers.called)
        for (_, local), bindings in self._unit.bindings.items():
            words.update(local.encode() for b in bindings if b.kind == "import" and word(b.name) in words)
        return sorted(words)

    def _handed(self, call: Call, offers: tuple[Offer, ...]) -> list[HandedOut]:
        """Return what a call hands out; of several definitions, one a platform, what all that are read agree on."""
        read = [handed for offer in offers if (handed := self._handed_by(call, offer))]
        read.sort(key=_is_own)  # a library's stands for what a build without it falls back on
        if not read or any(_assets(handed) != _assets(read[0]) for handed in read):
            return []
        self.wrappers.hand(call, [handed.meaning for handed in read[0]])
        return read[0]

    def _handed_by(self, call: Call, offer: Offer) -> list[HandedOut]:
        home = self._neighbor(offer.path)
        if home is None:
            return []
        theirs = _wrappers(home, offer.level, self._offers, self._language, made_for(self._make, home))
        for members, node in theirs.analysis.unit.named_functions():
            if members == offer.members:
                scope = theirs.analysis.unit.scope_of(node)
                passed = _Passed(theirs.analysis.unit, call, self._file.path)
                handed = theirs.handed_out(scope, Called(node, passed.value))
                line = theirs.analysis.unit.line(node)
                return [HandedOut(call, meaning, offer.path, line) for meaning in handed]
        return []

    # Which function a name stands for ---------------------------------------------------------

    def _knows(self, name: str) -> bool:
        """Whether the catalog or the target explains a name: a function, or a class with such a method."""
        if name not in self._known:
            self._known[name] = self._catalog(name) or bool(self._offers_of(name)) or self._is_class(name)
        return self._known[name]

    def _is_class(self, name: str) -> bool:
        if name.rsplit(".", 1)[-1] not in self._offers.class_names:
            return False
        if self._unit.program_wide:
            parts = tuple(name.split("."))
            return any(parts[-len(members) :] == members for _, members in self._offers.classes)
        return any(place in self._offers.classes for place in self._places(self._unit, name, ""))

    def _offers_of(self, name: str) -> tuple[Offer, ...]:
        if name not in self._found:
            self._found[name] = ()
            if word(name) in self._offers.called and self._is_looked_up(name):
                found = self._follow(self._unit, name, "", _MOST_REEXPORTS)
                self._found[name] = tuple(offer for offer in found if self._is_meant(offer, name))
        return self._found[name]

    def _is_meant(self, offer: Offer, name: str) -> bool:
        """Whether a function is of the type that is named, or in the place of one that the type declares."""
        if len(offer.members) < 2 or offer.members[0] == EXTENSION:
            return True
        home = self._neighbor(offer.path)
        if home is None or self._unit.declares(home.data, offer.members[-2]):
            return True
        near = (self._neighbor(path) for path, _ in self._places(self._unit, name, ""))
        return any(one is not None and word(name) in one.data for one in near)

    def _is_looked_up(self, name: str) -> bool:
        """Whether a name says enough: on an object of unknown type, only that of an extension, in several words."""
        return not name.startswith("*.") or (self._unit.program_wide and _NAME_OF_WORDS.search(name) is not None)

    def _follow(self, unit: Unit, name: str, folder: str, depth: int) -> tuple[Offer, ...]:
        """Return the function that a name stands for in a file of a folder, through files that hand it on."""
        for path, members in self._places(unit, name, folder):
            offer = self._offers.at.get((path, members))
            if offer is not None and offer.libraries == self._language:
                return (offer,)
        if unit.program_wide and not folder:
            return self._program_wide(name)
        for relative, members in unit.locations(name) if depth else ():
            near = posixpath.join(folder, relative)
            home = self._file.neighbor(near) if self._file.neighbor is not None else None
            if home is None or not members:
                continue
            other = new_neighbor(home, self._language, self._make)
            for binding in other.declared_in(0, members[0]):
                if binding.kind == "import":
                    inner = ".".join((binding.name, *members[1:]))
                    found = self._follow(other, inner, posixpath.dirname(near), depth - 1)
                    if found:
                        return found
        return ()

    def _program_wide(self, name: str) -> tuple[Offer, ...]:
        """Return the functions of the target that have a name: behind their class's, or a name of several words."""
        if self._catalog(name):  # said already, by the library's rule
            return ()
        parts = tuple(name.split("."))
        if parts[0] == EXTENSION:  # whatever the object comes from: text.Trim().ToSha256()
            parts = (EXTENSION, parts[-1])
        fitting = [
            offer
            for offer in self._offers.named.get(parts[-1], ())
            if offer.libraries == self._language and offer.path != self._file.path
            and _ends_alike(offer.members, parts)
            and (len(offer.members) > 1 or (len(parts) == 1 and _NAME_OF_WORDS.search(name)))
        ]  # fmt: skip
        folder = posixpath.dirname(self._file.path)
        near = [offer for offer in fitting if posixpath.dirname(offer.path) == folder]
        chosen = near if len(near) == 1 else fitting
        return tuple(chosen) if len(chosen) <= _MOST_DEFINITIONS else ()

    def _places(self, unit: Unit, name: str, folder: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        here = posixpath.dirname(self._file.path)
        for relative, members in unit.locations(name):
            yield posixpath.normpath(posixpath.join(here, folder, relative)), members

    def _neighbor(self, path: str) -> SourceFile | None:
        """Return a file of the target by its path, with its own neighbors."""
        here = posixpath.dirname(self._file.path)
        near = self._file.neighbor
        found = near(posixpath.relpath(path, here or ".")) if near is not None else None
        folder = posixpath.dirname(path)
        if found is None:
            return None
        return replace(
            found,
            given=self._file.given.by(self._file.path) if self._file.given is not None else None,
            neighbor=lambda relative: self._neighbor(posixpath.normpath(posixpath.join(folder, relative))),
            listing=lambda relative: self._listing(posixpath.normpath(posixpath.join(folder, relative))),
        )

    def _listing(self, folder: str) -> tuple[str, ...]:
        here = posixpath.dirname(self._file.path)
        names = self._file.listing
        return names(posixpath.relpath(folder, here or ".")) if names is not None else ()


def _may_say(value: Value) -> bool:
    """Whether a value is more than an object of a known type: a literal, or a name or call that is written here."""
    return any(
        o.offset >= 0 if isinstance(o, Call) else isinstance(o, Text | Number | Items | Table | Name)
        for o in options(value)
    )


def _may_be_handed(value: Value) -> bool:
    """Whether a value may come from a parameter: nothing is known of it but its type."""
    return any(o == UNKNOWN or (isinstance(o, Call) and o.offset < 0) for o in options(value))


def _ends_alike(members: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    """Whether a name is that of a function; of the modules around its class, a call may name only the last."""
    least = min(len(members), len(parts))
    return members[-least:] == parts[-least:] and (least > 1 or len(members) == 1)


class _Passed:
    """What a call in one file passes to a function of another."""

    def __init__(self, unit: Unit, call: Call, path: str) -> None:
        self._unit = unit
        self._call = call
        self._path = path

    def value(self, parameter: Binding) -> Value | None:
        """Return the argument for a parameter, by its name, else by its position; None when it is left out."""
        named = self._call.named.get(self._unit.parameter_named(parameter))
        index = parameter.index - (self._unit.implicit(parameter.owner) if parameter.owner is not None else 0)
        if named is None and 0 <= index < len(self._call.args):
            named = self._call.args[index]
        return detached(named, self._path) if named is not None else None


def _is_own(handed: list[HandedOut]) -> bool:
    return any(one.meaning.rule.id == own_implementations.RULE for one in handed)


def _assets(handed: list[HandedOut]) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    return {(one.meaning.family, one.meaning.parameters) for one in handed}


@lru_cache(maxsize=_KEPT)
def _wrappers(file: SourceFile, level: int, offers: Offers, language: str, make: MakeUnit) -> Wrappers:
    """Return the wrappers of another file, those that call others included below their level."""
    callers = Callers(file, offers, language, make)
    wrappers = callers.wrappers
    list(wrappers.calls(wrappers.analysis.composed))
    places = [h.call.offset for below in range(1, level or _LEVELS) for h in callers.calls(below)]
    list(wrappers.calls(places))
    return wrappers
