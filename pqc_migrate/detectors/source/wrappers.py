"""Calls of a project's own functions that hand out cryptography: ``digest(data)`` where digest returns SHA-256.

A function counts when what it returns comes from a call that the catalog knows. A call of it is then a
use, too, at its own line, less sure than the one inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from tree_sitter import Node

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.source.interpret import Interpreter
from pqc_migrate.detectors.source.meaning import Meaning
from pqc_migrate.detectors.source.unit import Unit
from pqc_migrate.detectors.source.values import Call, Name, Value, options
from pqc_migrate.model.inventory import Kind

_MOST_FUNCTIONS = 60
_MOST_CALLERS = 50
_DEEPEST = 4
_ENCODERS = frozenset(
    {"b64encode", "urlsafe_b64encode", "hexlify", "EncodeToString", "Sprintf", "from", "encode", "decode", "btoa"}
)
"""Functions whose result is still the digest, signature or key that went in, spelled otherwise."""


def wrapped(unit: Unit, offsets: Iterable[int], interpreter: Interpreter) -> Iterator[tuple[Call, Meaning]]:
    """Yield (call of a function of this file, what it returns was made with); `offsets` are the known uses."""
    functions = {
        unit.scope_of(binding.node): binding.node
        for bindings in unit.bindings.values()
        for binding in bindings
        if binding.kind == "function" and binding.node is not None
    }
    known = frozenset(offsets)
    waiting = list(dict.fromkeys(_around(unit, functions, offset) for offset in sorted(known)))
    seen: set[int] = {0}
    while waiting and len(seen) < _MOST_FUNCTIONS:
        scope = waiting.pop(0)
        if scope in seen:
            continue
        seen.add(scope)
        for caller in islice(unit.callers(functions[scope]), _MOST_CALLERS):
            place = _place(unit, functions[scope], caller)
            meaning = _single(unit, caller, interpreter) if place is not None else None
            if place is not None and meaning is not None and place.offset not in known:
                yield place, meaning
                waiting.append(_around(unit, functions, place.offset))


def imported(unit: Unit, interpreter: Interpreter) -> Iterator[tuple[Call, Meaning]]:
    """Yield (call of a function that another file of the target defines, what it returns was made with)."""
    for (_, local), bindings in unit.bindings.items():
        names = {binding.name for binding in bindings if binding.kind == "import"}
        meaning = _single_of([Call(name=name) for name in sorted(names)], unit, interpreter)
        for token in unit.words(local.encode()) if meaning is not None else ():
            used = unit.use(token)
            if used is not None and "call" in used.type and meaning is not None:
                span = (token.start_byte, used.start_byte, used.end_byte)
                yield Call(unit.line(token), "object", local, (), {}, None, *span), meaning


def _single_of(calls: list[Call], unit: Unit, interpreter: Interpreter) -> Meaning | None:
    seen = [unit.replaced(call) for call in calls if unit.is_foreign(call)]
    return _one(seen, interpreter)


def _around(unit: Unit, functions: dict[int, Node], offset: int) -> int:
    """Return the scope of the function around an offset, 0 when there is none."""
    return next((scope for scope in unit.scopes.chain(offset) if scope in functions), 0)


def _place(unit: Unit, function: Node, caller: Node) -> Call | None:
    """Return the call by the word that names the function in it."""
    label = function.child_by_field_name("name")
    if label is None and function.parent is not None:  # const digest = (data) => …
        label = function.parent.child_by_field_name("name")
    if label is None:
        return None
    name = unit.text(label)
    offset = unit.data.find(name.encode(), caller.start_byte, caller.end_byte)
    if offset < 0:  # called under another name: an object's apply, a constructor
        return None
    line = unit.data.count(b"\n", 0, offset) + 1
    return Call(line, "object", name, offset=offset, start=caller.start_byte, end=caller.end_byte)


def _single(unit: Unit, caller: Node, interpreter: Interpreter) -> Meaning | None:
    """Return what a call's result was made with, when that is one asset and not one of several."""
    return _one([unit.value(caller)], interpreter)


def _one(values: list[Value], interpreter: Interpreter) -> Meaning | None:
    """Return the one asset that values come from; None when there is none, or when there are several.

    A function most of whose results come from other calls is not a wrapper of the one that is known.
    """
    found: dict[tuple[object, ...], Meaning] = {}
    known = others = 0
    for option in (option for value in values for option in options(value)):
        meanings = list(_made_with(option, interpreter, _DEEPEST))
        known += bool(meanings)
        others += not meanings and isinstance(option, Call)
        for meaning in meanings:
            asset = meaning.asset
            # A random token is no longer cryptography where a helper's helper hands it out.
            if asset is not None and not meaning.rule.silent and algorithms.primitive(asset) != "drbg":
                found.setdefault((meaning.family, meaning.parameters), meaning)
    return next(iter(found.values())) if len(found) == 1 and others <= known else None


def _made_with(value: Value, interpreter: Interpreter, depth: int) -> Iterator[Meaning]:
    """Yield the meanings of the calls a value comes from: itself, its object, what it encodes."""
    if not isinstance(value, Call | Name) or depth == 0:
        return
    meanings = interpreter.meanings(value)
    if meanings:
        yield from meanings
        return
    if not isinstance(value, Call):
        return
    parts = value.args[:2] if value.name.rsplit(".", 1)[-1] in _ENCODERS else ()
    for part in (value.receiver, *parts):
        for option in options(part) if part is not None else ():
            for meaning in _made_with(option, interpreter, depth - 1):
                # What is asked of a connection is no longer the protocol.
                if meaning.asset is None or meaning.asset.kind is not Kind.PROTOCOL:
                    yield meaning
