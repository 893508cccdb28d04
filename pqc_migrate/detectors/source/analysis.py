"""One source file read completely: its uses, what is said of them elsewhere in it, and what they compose.

Only words that the catalog knows, and names bound to them, are looked up in the syntax tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Protocol, runtime_checkable

from pqc_migrate.catalog import libraries
from pqc_migrate.catalog.libraries import Libraries
from pqc_migrate.detectors.calls import uses
from pqc_migrate.detectors.calls.interpret import Interpreter
from pqc_migrate.detectors.calls.meaning import Meaning
from pqc_migrate.detectors.calls.values import Call, Name, Value, options
from pqc_migrate.detectors.source.elsewhere import Elsewhere
from pqc_migrate.detectors.source.unit import Unit
from pqc_migrate.model.target import SourceFile

_WORD = re.compile(rb"[A-Za-z_$][A-Za-z0-9_$]*")
_MOST_ALIASES = 400
_NEIGHBORS_KEPT = 48

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
        self.uses = uses.read(values, self.interpreter)

    @cached_property
    def composed(self) -> dict[int, list[Meaning]]:
        """The whole meanings of each use, by its offset."""
        return dict(uses.compose(self.uses))


def new_unit(file: SourceFile, make: MakeUnit, interpreter: Interpreter) -> Unit:
    unit = make(file.data, interpreter.type_of, interpreter.libraries.knows)
    unit.texts = interpreter.libraries.texts
    if file.given is not None:
        unit.tell(file.given.of(file.path))
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
