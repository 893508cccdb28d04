"""What is used at each place of one file: what calls mean, what they say of each other and what they compose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.calls.interpret import Interpreter
from pqc_migrate.detectors.calls.meaning import Meaning, Refinement, completed, said
from pqc_migrate.detectors.calls.values import Call, Name, options

_MOST_RECEIVERS = 16
_MOST_REFINEMENTS = 32
_MOST_ROUNDS = 4
"""A round carries what one call says of an object to the objects made from it."""


@dataclass(frozen=True, slots=True)
class Use:
    """One place where the catalog knows what is used, with everything it may mean."""

    value: Call | Name
    meanings: tuple[Meaning, ...]
    names: frozenset[str] = frozenset()
    """What may stand there: several where a function, a class or a type is one of several."""


def read(values: list[Call | Name], interpreter: Interpreter) -> dict[int, Use]:
    """Return the uses by their offset, after every call has said of the objects of others what it says."""
    uses = _read(values, interpreter)
    for _ in range(_MOST_ROUNDS):
        refinements = _refinements(uses)
        if refinements == interpreter.refinements:
            break
        interpreter.refine(refinements)
        uses = _read(values, interpreter)
    return uses


def _read(values: list[Call | Name], interpreter: Interpreter) -> dict[int, Use]:
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
