"""One source file read completely: its uses, what is said of them elsewhere in it, and what they compose.

Only words that the catalog knows, and names bound to them, are looked up in the syntax tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Protocol, runtime_checkable

from pqc_migrate.catalog import algorithms, libraries
from pqc_migrate.catalog.libraries import Libraries
from pqc_migrate.detectors.source.elsewhere import Elsewhere
from pqc_migrate.detectors.source.interpret import Interpreter
from pqc_migrate.detectors.source.meaning import Meaning, Refinement, completed, said
from pqc_migrate.detectors.source.unit import Unit
from pqc_migrate.detectors.source.values import Call, Name, Value, options
from pqc_migrate.model.target import SourceFile

_WORD = re.compile(rb"[A-Za-z_$][A-Za-z0-9_$]*")
_MOST_ALIASES = 400
_NEIGHBORS_KEPT = 48
_MOST_RECEIVERS = 16
_MOST_REFINEMENTS = 32
_MOST_ROUNDS = 4
"""A round carries what one call says of an object to the objects made from it."""

MakeUnit = Callable[[bytes, Callable[[Value], str], Callable[[str], bool]], Unit]


@runtime_checkable
class FileMaker(Protocol):
    """What makes units that know where their file lies."""

    def for_file(self, file: SourceFile) -> MakeUnit:
        """Return what makes the unit of another file."""
        ...


def made_for(make: MakeUnit, file: SourceFile) -> MakeUnit:
    """Return what makes the unit of a file, when another file of the same language is known to be made so."""
    return make.for_file(file) if isinstance(make, FileMaker) else make


@dataclass(frozen=True, slots=True)
class Use:
    """One place where the catalog knows what is used, with everything it may mean."""

    value: Call | Name
    meanings: tuple[Meaning, ...]
    names: frozenset[str] = frozenset()
    """What may stand there: several where a function, a class or a type is one of several."""


class Analysis:
    """One file with its uses."""

    def __init__(self, file: SourceFile, language: str, make: MakeUnit) -> None:
        self.file = file
        self.language = language
        known = libraries.load(language)
        self.interpreter = Interpreter(known)
        self.unit = new_unit(file, make, self.interpreter)
        elsewhere = Elsewhere(file, lambda other: new_neighbor(other, language, make))
        self.unit.elsewhere = elsewhere.find
        self.interpreter.passes = self.unit.passes
        values = _values(self.unit, known)
        self.uses = _uses(values, self.interpreter)
        for _ in range(_MOST_ROUNDS):
            refinements = _refinements(self.uses)
            if refinements == self.interpreter.refinements:
                break
            self.interpreter.refine(refinements)
            self.uses = _uses(values, self.interpreter)

    @cached_property
    def composed(self) -> dict[int, list[Meaning]]:
        """The whole meanings of each use, by its offset."""
        return dict(compose(self.uses))


def new_unit(file: SourceFile, make: MakeUnit, interpreter: Interpreter) -> Unit:
    unit = make(file.data, interpreter.type_of, interpreter.libraries.knows)
    unit.texts = interpreter.libraries.texts
    return unit


@lru_cache(maxsize=_NEIGHBORS_KEPT)
def _neighbor(path: str, data: bytes, language: str, make: MakeUnit) -> Unit:
    """Return another file of the target; many files of a package import the same few."""
    return new_unit(SourceFile(path, data, language), make, Interpreter(libraries.load(language)))


def new_neighbor(file: SourceFile, language: str, make: MakeUnit) -> Unit:
    """Return another file of the target, parsed and with nothing evaluated."""
    return _neighbor(file.path, file.data, language, make).fresh()


def _values(unit: Unit, known: Libraries) -> list[Call | Name]:
    """Return every call and name that stands at a word of the catalog or at an alias of one."""
    found: list[Call | Name] = []
    imported, assigned = _aliases(unit, known)
    tokens = unit.spelled(known.tokens)
    words = tokens | imported | assigned
    for match in _WORD.finditer(unit.data):
        if match[0] not in words:
            continue
        token = unit.token(match.start(), match.end())
        if token is None or not unit.begins(token, match.start()):
            continue
        node = unit.use(token)
        if node is None:
            continue
        # A variable that stands for an algorithm is a use where it is called, not where it is passed on.
        wanted = Call | Name if match[0] in tokens or match[0] in imported else Call
        for option in options(unit.value(node)):
            if isinstance(option, wanted) and option.offset == match.start():
                found.append(option)
    return found


def values_at(unit: Unit, offset: int) -> list[Call | Name]:
    """Return the calls and names that stand at the word that begins at an offset."""
    match = _WORD.match(unit.data, offset)
    token = unit.token(match.start(), match.end()) if match is not None else None
    node = unit.use(token) if token is not None else None
    found = options(unit.value(node)) if node is not None else ()
    return [option for option in found if isinstance(option, Call | Name) and option.offset == offset]


def _uses(values: list[Call | Name], interpreter: Interpreter) -> dict[int, Use]:
    uses: dict[int, Use] = {}
    for value in values:
        _record(uses, value, interpreter)
    return uses


def _refinements(uses: dict[int, Use]) -> dict[int, tuple[Refinement, ...]]:
    """Return what calls on objects say of them, by the offset of the call that made the object."""
    found: dict[int, dict[tuple[object, ...], Refinement]] = {}
    for offset in sorted(uses):
        saying = [meaning for meaning in uses[offset].meanings if meaning.rule.refines]
        for made in _objects(uses[offset].value, uses) if saying else ():
            said_of = found.setdefault(made, {})
            for meaning in saying:
                if len(said_of) < _MOST_REFINEMENTS:
                    said_of[(offset, *said(meaning))] = Refinement(offset, meaning)
    return {made: tuple(said_of.values()) for made, said_of in found.items()}


def _objects(value: Call | Name, uses: dict[int, Use]) -> Iterator[int]:
    """Yield the offsets of the calls that made the object a method is called on, through its own fluent calls."""
    waiting = [value]
    for _ in range(_MOST_RECEIVERS):
        current = waiting.pop() if waiting else None
        if not isinstance(current, Call) or current.receiver is None:
            return
        for receiver in options(current.receiver):
            if isinstance(receiver, Call) and receiver.offset >= 0:
                yield receiver.offset
                use = uses.get(receiver.offset)
                if use is None or any(meaning.rule.refines for meaning in use.meanings):
                    waiting.append(receiver)


def _record(uses: dict[int, Use], value: Call | Name, interpreter: Interpreter) -> None:
    meanings = interpreter.meanings(value)
    if not meanings and value.offset not in interpreter.unresolved:
        return
    earlier = uses.get(value.offset)
    if earlier is not None:
        meanings = tuple(dict.fromkeys((*earlier.meanings, *meanings)))
    names = earlier.names if earlier is not None else frozenset()
    uses[value.offset] = Use(value, meanings, names | {value.name})


def _aliases(unit: Unit, known: Libraries) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """Return the local names that stand for a name of the catalog: by import, and by assignment."""
    imported: set[bytes] = set()
    assigned: set[bytes] = set()
    for (_, name), bindings in unit.bindings.items():
        if len(assigned) >= _MOST_ALIASES:
            break
        for binding in bindings[:4]:
            if binding.kind == "import" and _may_name(binding.name, known):
                imported.add(name.encode())
            elif binding.kind == "value" and binding.node is not None and unit.aliases(binding.node):
                for option in options(unit.value(binding.node)):
                    if isinstance(option, Name | Call) and known.canonical(option.name) in known.rules:
                        assigned.add(name.encode())
    return frozenset(imported), frozenset(assigned)


def _may_name(name: str, known: Libraries) -> bool:
    """Whether an import is of a name of the catalog, or of one that a file beside this one may hand on."""
    if known.canonical(name) in known.rules:
        return True
    return name.startswith(".") and name.rsplit(".", 1)[-1].encode() in known.tokens


def compose(uses: dict[int, Use]) -> Iterator[tuple[int, list[Meaning]]]:
    """Yield each use's whole meanings, completed by the calls it is part of and left to those around it."""
    outer: dict[int, list[tuple[int, Meaning]]] = {}
    for offset, use in uses.items():
        for meaning in use.meanings:
            for part in meaning.parts:
                outer.setdefault(part, []).append((offset, meaning))
    for offset in sorted(uses):
        found: list[Meaning] = []
        for meaning in uses[offset].meanings:
            if meaning.asset is None or meaning.rule.silent or meaning.rule.refines:
                continue
            wholes = [(at, whole) for at, whole in outer.get(offset, ()) if _same(whole, meaning)]
            if not any(_encloses(uses[at].value, offset) for at, _ in wholes):
                found.extend(completed(meaning, [whole for _, whole in wholes]))
        yield (
            offset,
            [
                meaning
                for index, meaning in enumerate(found)
                if not any(_says_less(meaning, other, index, at) for at, other in enumerate(found))
            ],
        )


def _says_less(meaning: Meaning, other: Meaning, index: int, at: int) -> bool:
    """Whether another meaning of the same place says all that this one says, and more or earlier."""
    if index == at:
        return False
    if is_hash_of(meaning, other):
        return True
    mine, theirs = set(meaning.parameters), set(other.parameters)
    if meaning.family != other.family:  # the bare base of a scheme, as RSA beside RSAES-OAEP
        base = algorithms.family(other.family).base == meaning.family
        return base and mine <= theirs and not _is_apart(meaning, other)
    return mine < theirs or (mine == theirs and at < index)


def is_hash_of(meaning: Meaning, other: Meaning) -> bool:
    """Whether a hash is only the one that a signature scheme at the same place names, too."""
    asset, signed = meaning.asset, other.asset
    if asset is None or signed is None or meaning.rule.alone or algorithms.primitive(asset) != "hash":
        return False
    return algorithms.primitive(signed) == "signature" and other.get("digest") == algorithms.name(asset)


def _is_apart(meaning: Meaning, other: Meaning) -> bool:
    """Whether a place does both: two values of one argument (``ecdsa``, ``ed25519``), or make a key and sign."""
    makes = "keygen" in meaning.rule.functions and "sign" in other.rule.functions
    return meaning.rule == other.rule or makes


def _same(whole: Meaning, part: Meaning) -> bool:
    if not whole.family or not part.family or whole.rule.silent or whole.rule.refines:
        return False
    return whole.family == part.family or algorithms.family(whole.family).base == part.family


def _encloses(value: Call | Name, offset: int) -> bool:
    return isinstance(value, Call) and value.start <= offset < value.end and value.offset != offset
