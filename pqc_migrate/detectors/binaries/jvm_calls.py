"""The calls of compiled classes: names as source writes them, and what the class itself says of its own values."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from pqc_migrate.catalog import libraries
from pqc_migrate.catalog.libraries import Libraries
from pqc_migrate.detectors.binaries import java_runtime
from pqc_migrate.detectors.binaries.jvm import (
    FINAL,
    PRIVATE,
    STATIC,
    AnyMethod,
    Asks,
    Invocation,
    Reference,
    dotted,
)
from pqc_migrate.detectors.calls import findings, uses
from pqc_migrate.detectors.calls.interpret import Interpreter
from pqc_migrate.detectors.calls.values import UNKNOWN, Call, Name, Value, choice
from pqc_migrate.detectors.registry import Claim
from pqc_migrate.model.inventory import Finding, Role, Technique

_LONGEST_CHAIN = 48
"""Calls on the result of a call that are followed."""
_ROOTS = frozenset(b"android androidx cn com dev io java javax net org software".split())
"""How package names of libraries begin; the other anchors are names of settings."""
_SOURCE_NAME = re.compile(r"[\w$.-]{1,120}")


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """What is known of a class before its code is read."""

    name: str
    """In the internal form, as `Reference` has it."""
    super_name: str
    methods: Collection[AnyMethod]
    fields: Collection[tuple[str, int]]
    """(name, access flags)"""
    constant: Callable[[str], Value | None]
    """Return the constant value of one of its static fields."""
    source: str = ""
    """File it was compiled from."""


@dataclass(slots=True)
class _Known:
    """What the class says of itself: what its fields hold, its methods return and its calls pass them."""

    fields: dict[str, list[Value]] = field(default_factory=dict)
    returned: dict[tuple[str, str], list[Value]] = field(default_factory=dict)
    passed: dict[tuple[str, str], list[tuple[Value, ...]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was seen."""

    owner: str
    """The class, in its internal form."""
    source_line: str = ""
    """``Cipher.java:12``, as the compiler kept it; empty when it did not."""


class ClassCalls:
    """One class whose methods are being read; what is seen stays when the next class begins."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.known = interpreter.libraries
        self.values: dict[int, Call | Name] = {}
        self.places: dict[int, Place] = {}
        self._type_of = interpreter.type_of
        self._depth: dict[int, int] = {}

    def read(self, info: ClassInfo, walk: Callable[[AnyMethod, Asks], None], methods: Iterable[AnyMethod]) -> None:
        """Walk methods of a class, twice: the second time what it says of itself is known."""
        self.info = info
        self._own = {m.name + m.descriptor for m in info.methods}
        self._hidden = {m.name + m.descriptor for m in info.methods if m.flags & (PRIVATE | FINAL | STATIC)}
        self._closed = {name for name, flags in info.fields if flags & (PRIVATE | FINAL)}
        self._before, self._now = _Known(), _Known()
        chosen = list(methods)
        for _ in range(2):
            self._before, self._now = self._now, _Known()
            asks = Asks(self._call, self._field, self._write, self._return, self._parameter)
            for method in chosen:
                walk(method, asks)

    def _call(self, method: AnyMethod, made: Invocation) -> Value:
        reference = made.reference
        if reference.owner == self.info.name and reference.name + reference.descriptor in self._own:
            return self._own_call(reference, made)
        runtime = java_runtime.call(made)
        if runtime is not None:
            return runtime
        call = Call(
            1,
            "object",
            self._resolved(reference, made),
            made.args,
            receiver=self._receiver(made),
            offset=method.offset + made.at,
            start=method.offset + made.start,
            end=method.offset + made.end,
        )
        self._depth[call.offset] = self._depth.get(_offset(call.receiver), 0) + 1
        return self._seen(method, made.at, call)

    def _resolved(self, reference: Reference, made: Invocation) -> str:
        """Return the name of a call by the class of the object where that is known, else by the one it names."""
        if made.constructor:
            return dotted(reference.owner)
        if made.receiver is not None:
            name = f"{self._type_of(made.receiver)}.{reference.name}"
            if self.known.canonical(name) in self.known.rules:
                return name
        owner = self.info.super_name if reference.owner == self.info.name else reference.owner
        name = f"{dotted(owner)}.{reference.name}"
        # any other is not to be taken for a method of an object of unseen type
        return name if _is_named(self.known, name) else f"{name}()"

    def _receiver(self, made: Invocation) -> Value | None:
        value = made.receiver
        return value if self._depth.get(_offset(value), 0) < _LONGEST_CHAIN and _is_made(value) else None

    def _own_call(self, reference: Reference, made: Invocation) -> Value:
        key = (reference.name, reference.descriptor)
        self._now.passed.setdefault(key, []).append(made.args)
        closed = reference.name + reference.descriptor in self._hidden
        return choice(self._before.returned.get(key, [])) if closed and not made.constructor else UNKNOWN

    def _field(self, method: AnyMethod, reference: Reference, at: int) -> Value:
        if reference.owner != self.info.name:
            name = Name(1, name=f"{dotted(reference.owner)}.{reference.name}", offset=method.offset + at)
            return self._seen(method, at, name)
        if (constant := self.info.constant(reference.name)) is not None:
            return constant
        return choice(self._before.fields.get(reference.name, [])) if reference.name in self._closed else UNKNOWN

    def _write(self, reference: Reference, value: Value) -> None:
        if reference.owner == self.info.name:
            self._now.fields.setdefault(reference.name, []).append(value)

    def _return(self, method: AnyMethod, value: Value) -> None:
        self._now.returned.setdefault((method.name, method.descriptor), []).append(value)

    def _parameter(self, method: AnyMethod, index: int) -> Value:
        if not method.flags & PRIVATE:
            return UNKNOWN
        calls = self._before.passed.get((method.name, method.descriptor), [])
        return choice([_as_argument(args[index]) for args in calls if index < len(args)]) if calls else UNKNOWN

    def _seen(self, method: AnyMethod, at: int, value: Call | Name) -> Call | Name:
        if self.known.canonical(value.name) in self.known.rules:
            line = method.line_at(at)
            source = self.info.source if line and _SOURCE_NAME.fullmatch(self.info.source) else ""
            self.values[value.offset] = value
            self.places[value.offset] = Place(self.info.name, f"{source}:{line}" if source else "")
        return value


def is_known(known: Libraries, reference: Reference) -> bool:
    """Whether the catalog has a rule or a type for what code names."""
    owner = dotted(reference.owner)
    return _is_named(known, owner if reference.name == "<init>" else f"{owner}.{reference.name}")


def claims(path: str, read: ClassCalls, interpreter: Interpreter) -> Iterator[Claim]:
    """Yield what the calls mean, and where an algorithm is decided out of sight."""
    used = uses.read([read.values[offset] for offset in sorted(read.values)], interpreter)
    for offset, meanings in uses.compose(used):
        for meaning in meanings:
            rivals = findings.rivals(meaning, meanings, used[offset])
            found = findings.finding(path, used[offset].value, meaning, rivals)
            yield _placed(found, read.places[offset])
    for offset, rule in sorted(interpreter.unresolved.items()):
        if offset in used and not used[offset].meanings:
            gap = findings.unresolved(path, used[offset].value, rule, offset in interpreter.unlisted)
            line = read.places[offset].source_line
            yield replace(gap, message=f"{gap.message} ({line})") if line else gap


def _placed(found: Finding, place: Place) -> Finding:
    """Return a finding as one of a compiled class; a library's own classes are the library's business."""
    line = place.source_line
    details = (*found.details, ("source-line", line)) if line else found.details
    own = found.role is Role.PRODUCTION and place.owner.startswith(_packages())
    return replace(found, technique=Technique.PARSER, role=Role.VENDORED if own else found.role, details=details)


@cache
def anchors() -> frozenset[bytes]:
    """Return the packages and classes of the catalog's libraries as compiled classes write them."""
    names = (anchor.removesuffix(b".*") for anchor in libraries.anchors("java") if b"." in anchor.strip(b"."))
    return frozenset(name.replace(b".", b"/") for name in names)


@cache
def _packages() -> tuple[str, ...]:
    """Return those of the packages that are a library's own, from the root on."""
    return tuple(f"{name.decode()}/" for name in anchors() if b"/" in name and name.split(b"/")[0] in _ROOTS)


def _is_named(known: Libraries, name: str) -> bool:
    return known.canonical(name) in known.rules or name in known.types


def _as_argument(value: Value) -> Value:
    return value if isinstance(value, Call | Name) else replace(value, how="argument")


def _is_made(value: Value | None) -> bool:
    return value is not None and value != UNKNOWN and not (isinstance(value, Name) and value.name == "this")


def _offset(value: Value | None) -> int:
    return value.offset if isinstance(value, Call | Name) else -1
