"""Run one language over one file: words → uses → meanings → findings.

Only words that the catalog knows, and names bound to them, are looked up in the syntax tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pqc_migrate.catalog import algorithms, libraries
from pqc_migrate.catalog.libraries import Libraries, Rule
from pqc_migrate.detectors.source.interpret import Interpreter, Meaning
from pqc_migrate.detectors.source.unit import Unit
from pqc_migrate.detectors.source.values import Call, Name, Value, options
from pqc_migrate.model.inventory import (
    Diagnostic,
    Finding,
    Location,
    Provenance,
    Role,
    Skip,
    Technique,
)
from pqc_migrate.model.target import SourceFile

_WORD = re.compile(rb"[A-Za-z_$][A-Za-z0-9_$]*")
_MOST_ALIASES = 400


@dataclass(frozen=True, slots=True)
class _Use:
    """One place where the catalog knows what is used, with everything it may mean."""

    value: Call | Name
    meanings: tuple[Meaning, ...]


MakeUnit = Callable[[bytes, Callable[[Value], str], Callable[[str], bool]], Unit]


def detect(file: SourceFile, language: str, make: MakeUnit) -> Iterator[Finding | Diagnostic]:
    """Yield what a source file uses, and where an algorithm is decided out of its sight."""
    known = libraries.load(language)
    interpreter = Interpreter(known)
    unit = make(file.data, interpreter.type_of, known.knows)
    uses = _uses(unit, interpreter, known)
    for offset, meanings in _composed(uses):
        for meaning in meanings:
            yield _finding(file, uses[offset].value, meaning, _rivals(meaning, meanings))
    for offset, rule in sorted(interpreter.unresolved.items()):
        if offset in uses and not uses[offset].meanings:
            yield _unresolved(file, uses[offset].value, rule)


def _uses(unit: Unit, interpreter: Interpreter, known: Libraries) -> dict[int, _Use]:
    uses: dict[int, _Use] = {}
    imported, assigned = _aliases(unit, known)
    words = known.tokens | imported | assigned
    for match in _WORD.finditer(unit.data):
        if match[0] not in words:
            continue
        token = unit.root.descendant_for_byte_range(match.start(), match.end())
        if token is None or token.start_byte != match.start():
            continue
        node = unit.use(token)
        if node is None:
            continue
        # A variable that stands for an algorithm is a use where it is called, not where it is passed on.
        wanted = Call | Name if match[0] in known.tokens or match[0] in imported else Call
        for option in options(unit.value(node)):
            if isinstance(option, wanted) and option.offset == match.start():
                _record(uses, option, interpreter)
    return uses


def _record(uses: dict[int, _Use], value: Call | Name, interpreter: Interpreter) -> None:
    meanings = interpreter.meanings(value)
    if not meanings and value.offset not in interpreter.unresolved:
        return
    earlier = uses.get(value.offset)
    if earlier is not None:
        meanings = tuple(dict.fromkeys((*earlier.meanings, *meanings)))
    uses[value.offset] = _Use(value, meanings)


def _aliases(unit: Unit, known: Libraries) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """Return the local names that stand for a name of the catalog: by import, and by assignment."""
    imported: set[bytes] = set()
    assigned: set[bytes] = set()
    for (_, name), bindings in unit.bindings.items():
        if len(assigned) >= _MOST_ALIASES:
            break
        for binding in bindings[:4]:
            if binding.kind == "import" and known.canonical(binding.name) in known.rules:
                imported.add(name.encode())
            elif binding.kind == "value" and binding.node is not None and binding.node.type in unit.alias_nodes:
                for option in options(unit.value(binding.node)):
                    if isinstance(option, Name) and known.canonical(option.name) in known.rules:
                        assigned.add(name.encode())
    return frozenset(imported), frozenset(assigned)


def _composed(uses: dict[int, _Use]) -> Iterator[tuple[int, list[Meaning]]]:
    """Yield each use's whole meanings, completed by the calls it is part of and left to those around it."""
    outer: dict[int, list[tuple[int, Meaning]]] = {}
    for offset, use in uses.items():
        for meaning in use.meanings:
            for part in meaning.parts:
                outer.setdefault(part, []).append((offset, meaning))
    for offset in sorted(uses):
        found: list[Meaning] = []
        for meaning in uses[offset].meanings:
            if meaning.asset is None or meaning.rule.silent:
                continue
            wholes = [(at, whole) for at, whole in outer.get(offset, ()) if _same(whole, meaning)]
            if not any(_encloses(uses[at].value, offset) for at, _ in wholes):
                found.extend(_complete(meaning, [whole for _, whole in wholes]))
        yield (
            offset,
            [
                meaning
                for index, meaning in enumerate(found)
                if not any(_says_less(meaning, other, index, at) for at, other in enumerate(found))
            ],
        )


def _rivals(meaning: Meaning, meanings: list[Meaning]) -> int:
    """Return how many assets of one family the same call may be."""
    return sum(1 for other in meanings if other.family == meaning.family)


def _says_less(meaning: Meaning, other: Meaning, index: int, at: int) -> bool:
    """Whether another meaning of the same place says all that this one says, and more or earlier."""
    if meaning.family != other.family or index == at:
        return False
    mine, theirs = set(meaning.parameters), set(other.parameters)
    return mine < theirs or (mine == theirs and at < index)


def _same(whole: Meaning, part: Meaning) -> bool:
    if not whole.family or not part.family or whole.rule.silent:
        return False
    return whole.family == part.family or algorithms.family(whole.family).base == part.family


def _complete(meaning: Meaning, wholes: list[Meaning]) -> list[Meaning]:
    """Add to a meaning what later calls on the same object say of it."""
    completed = [
        Meaning(
            meaning.rule,
            meaning.family,
            tuple(sorted({**dict(whole.parameters), **dict(meaning.parameters)}.items())),
            meaning.details,
            tuple(dict.fromkeys((*meaning.provenance, *whole.provenance))),
            meaning.parts,
            meaning.sure,
        )
        for whole in wholes
        if whole.family == meaning.family
    ]
    return completed or [meaning]


def _encloses(value: Call | Name, offset: int) -> bool:
    return isinstance(value, Call) and value.start <= offset < value.end and value.offset != offset


def _finding(file: SourceFile, value: Call | Name, meaning: Meaning, rivals: int) -> Finding:
    asset = meaning.asset
    assert asset is not None, "parts are filtered by _composed"
    confidence, reason = _confidence(value, meaning, rivals)
    return Finding(
        rule=meaning.rule.id,
        asset=asset,
        location=Location(file.path, value.line, value.offset, _symbol(value.name)),
        technique=Technique.AST,
        confidence=confidence,
        reason=reason,
        role=Role.IMPLEMENTATION if meaning.rule.implementation else Role.PRODUCTION,
        functions=meaning.rule.functions,
        provenance=tuple(
            Provenance(p.parameter, p.how, p.path or file.path, p.line or value.line) for p in meaning.provenance
        ),
        details=tuple((key, text) for key, text in meaning.details if key != "octets"),
    )


def _confidence(value: Call | Name, meaning: Meaning, rivals: int) -> tuple[float, str]:
    if rivals > 1:
        return 0.8, f"one of {rivals} values that this call can take"
    if meaning.rule.wildcard:
        return 0.85, "method of an object whose type was not seen, told by its arguments"
    if isinstance(value, Name):
        return 0.85, "resolved name, referenced and not called here"
    if meaning.sure < 1:
        return round(0.95 * meaning.sure, 2), "resolved call; a value comes from a default or a caller"
    return 0.95, "resolved call"


def _symbol(name: str) -> str:
    return name.removeprefix("*.")


def _unresolved(file: SourceFile, value: Call | Name, rule: Rule) -> Diagnostic:
    message = f"{_symbol(value.name)}: the algorithm is decided at run time or in another file"
    return Diagnostic(file.path, Skip.UNRESOLVED, message, value.line, rule.id)


def anchors(language: str) -> frozenset[bytes]:
    """Return the literals of a language's libraries."""
    return libraries.load(language).anchors


def anchored(file: SourceFile, wanted: Iterable[bytes]) -> bool:
    """Whether the gate saw one of these literals in a file."""
    literals = frozenset(wanted)
    return any(hit.anchor in literals for hit in file.hits)
