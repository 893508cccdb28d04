"""Detector: what compiled Java, Kotlin and Scala classes call, resolved with the catalog of Java libraries.

The code of each method that names something of the catalog is walked (`bytecode`), twice: what the class's own
fields hold, its methods return and are passed is known the second time. Calls then mean what they mean in source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from pqc_migrate.catalog import libraries
from pqc_migrate.catalog.libraries import Libraries
from pqc_migrate.detectors.binaries import class_file, java_runtime
from pqc_migrate.detectors.binaries.bytecode import Asks, Invocation, Walk, constant_value
from pqc_migrate.detectors.binaries.class_file import ClassFile, Malformed, Method, Reference, dotted
from pqc_migrate.detectors.calls import findings, uses
from pqc_migrate.detectors.calls.interpret import Interpreter
from pqc_migrate.detectors.calls.uses import Use
from pqc_migrate.detectors.calls.values import UNKNOWN, Call, Name, Value, choice
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.model.inventory import Diagnostic, Finding, Role, Skip, Technique
from pqc_migrate.model.target import SourceFile

_PRIVATE, _STATIC, _FINAL = 0x0002, 0x0008, 0x0010
_MOST_CODE = 2_000_000
"""Bytes of code of one class that are walked."""
_LONGEST_CHAIN = 48
"""Calls on the result of a call that are followed."""
_ROOTS = frozenset(
    {b"android", b"androidx", b"cn", b"com", b"dev", b"io", b"java", b"javax", b"net", b"org", b"software"}
)
"""How package names of libraries begin; the other anchors are names of settings."""
_SOURCE_NAME = re.compile(r"[\w$.-]{1,120}")


@dataclass(slots=True)
class _Known:
    """What the class says of itself: what its fields hold, its methods return and its calls pass them."""

    fields: dict[str, list[Value]] = field(default_factory=dict)
    returned: dict[tuple[str, str], list[Value]] = field(default_factory=dict)
    passed: dict[tuple[str, str], list[tuple[Value, ...]]] = field(default_factory=dict)


class _Class:
    """One class whose methods are being read."""

    def __init__(self, file: ClassFile, known: Libraries, interpreter: Interpreter) -> None:
        self.file = file
        self.known = known
        self.type_of = interpreter.type_of
        self.hidden = {
            m.name + m.descriptor for m in file.methods if m.flags & (_PRIVATE | _FINAL) or m.name[0] == "<"
        }
        self.own = {m.name + m.descriptor for m in file.methods}
        self.closed = {f.name for f in file.fields if f.flags & (_PRIVATE | _FINAL)}
        self.before, self.now = _Known(), _Known()
        self.values: dict[int, Call | Name] = {}
        self.lines: dict[int, int] = {}
        self._depth: dict[int, int] = {}

    def read(self) -> None:
        """Walk the methods that matter, twice."""
        methods = list(self._telling())
        for _ in range(2):
            self.before, self.now = self.now, _Known()
            self.values.clear()
            asks = Asks(self._call, self._field, self._write, self._return, self._parameter)
            for method in methods:
                Walk(self.file, method, asks).run()

    def _telling(self) -> Iterator[Method]:
        """Yield the methods that name something of the catalog or touch what is the class's own."""
        wanted = [
            index.to_bytes(2)
            for index, reference in self.file.pool.references().items()
            if reference.owner == self.file.name or self._is_known(reference)
        ]
        telling = re.compile(b"[\\xb2-\\xb9](?:" + b"|".join(map(re.escape, wanted)) + b")", re.DOTALL)
        left = _MOST_CODE
        for method in self.file.methods if wanted else ():
            left -= len(method.code)
            if left > 0 and telling.search(method.code):
                yield method

    def _is_known(self, reference: Reference) -> bool:
        name = self._name(reference)
        return self.known.canonical(name) in self.known.rules or name in self.known.types

    def _name(self, reference: Reference) -> str:
        owner = dotted(reference.owner)
        return owner if reference.name == "<init>" else f"{owner}.{reference.name}"

    # What a walk asks -----------------------------------------------------------------------------

    def _call(self, method: Method, made: Invocation) -> Value:
        reference = made.reference
        if reference.owner == self.file.name and reference.name + reference.descriptor in self.own:
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
            name = f"{self.type_of(made.receiver)}.{reference.name}"
            if self.known.canonical(name) in self.known.rules:
                return name
        owner = self.file.super_name if reference.owner == self.file.name else reference.owner
        name = f"{dotted(owner)}.{reference.name}"
        known = self.known.canonical(name) in self.known.rules or name in self.known.types
        return name if known else f"{name}()"  # not to be taken for a method of an object of unseen type

    def _receiver(self, made: Invocation) -> Value | None:
        value = made.receiver
        return value if self._depth.get(_offset(value), 0) < _LONGEST_CHAIN and _is_made(value) else None

    def _own_call(self, reference: Reference, made: Invocation) -> Value:
        key = (reference.name, reference.descriptor)
        self.now.passed.setdefault(key, []).append(made.args)
        closed = reference.name + reference.descriptor in self.hidden
        return choice(self.before.returned.get(key, [])) if closed and not made.constructor else UNKNOWN

    def _field(self, method: Method, reference: Reference, at: int) -> Value:
        if reference.owner != self.file.name:
            name = Name(1, name=f"{dotted(reference.owner)}.{reference.name}", offset=method.offset + at)
            return self._seen(method, at, name)
        if (constant := self.file.constants.get(reference.name)) is not None:
            return constant_value(self.file, constant)
        return choice(self.before.fields.get(reference.name, [])) if reference.name in self.closed else UNKNOWN

    def _write(self, reference: Reference, value: Value) -> None:
        if reference.owner == self.file.name:
            self.now.fields.setdefault(reference.name, []).append(value)

    def _return(self, method: Method, value: Value) -> None:
        self.now.returned.setdefault((method.name, method.descriptor), []).append(value)

    def _parameter(self, method: Method, index: int) -> Value:
        if not method.flags & _PRIVATE:
            return UNKNOWN
        calls = self.before.passed.get((method.name, method.descriptor), [])
        return choice([_as_argument(args[index]) for args in calls if index < len(args)]) if calls else UNKNOWN

    def _seen(self, method: Method, at: int, value: Call | Name) -> Call | Name:
        if self.known.canonical(value.name) in self.known.rules:
            self.values[value.offset] = value
            self.lines[value.offset] = method.line_at(at)
        return value


def _as_argument(value: Value) -> Value:
    return value if isinstance(value, Call | Name) else replace(value, how="argument")


def _is_made(value: Value | None) -> bool:
    return value is not None and value != UNKNOWN and not (isinstance(value, Name) and value.name == "this")


def _offset(value: Value | None) -> int:
    return value.offset if isinstance(value, Call | Name) else -1


def _detect(file: SourceFile) -> Iterator[Claim]:
    known = libraries.load("java")
    interpreter = Interpreter(known)
    try:
        read = _Class(class_file.read(file.data), known, interpreter)
        read.read()
    except Malformed as error:
        yield Diagnostic(file.path, Skip.MALFORMED, f"Java class: {error}", rule="java-class")
        return
    used = uses.read([read.values[offset] for offset in sorted(read.values)], interpreter)
    for offset, meanings in uses.compose(used):
        for meaning in meanings:
            found = findings.finding(
                file.path, used[offset].value, meaning, findings.rivals(meaning, meanings, used[offset])
            )
            yield _placed(found, read, offset)
    yield from _gaps(file, read, interpreter, used)


def _placed(found: Finding, read: _Class, offset: int) -> Finding:
    """Return a finding as one of a compiled class; a library's own classes are the library's business."""
    place = _source_line(read, offset)
    details = (*found.details, ("source-line", place)) if place else found.details
    own = found.role is Role.PRODUCTION and read.file.name.startswith(_packages())
    role = Role.VENDORED if own else found.role
    return replace(found, technique=Technique.PARSER, role=role, details=details)


def _gaps(file: SourceFile, read: _Class, interpreter: Interpreter, used: dict[int, Use]) -> Iterator[Diagnostic]:
    for offset, rule in sorted(interpreter.unresolved.items()):
        if offset in used and not used[offset].meanings:
            gap = findings.unresolved(file.path, used[offset].value, rule, offset in interpreter.unlisted)
            place = _source_line(read, offset)
            yield replace(gap, message=f"{gap.message} ({place})") if place else gap


def _source_line(read: _Class, offset: int) -> str:
    """Return the place in the source as the compiler kept it; empty when it did not."""
    line = read.lines.get(offset, 0)
    return f"{read.file.source}:{line}" if line and _SOURCE_NAME.fullmatch(read.file.source) else ""


@cache
def _anchors() -> frozenset[bytes]:
    """Return the packages and classes of the catalog's libraries as class files write them."""
    names = (anchor.removesuffix(b".*") for anchor in libraries.anchors("java") if b"." in anchor.strip(b"."))
    return frozenset(name.replace(b".", b"/") for name in names)


@cache
def _packages() -> tuple[str, ...]:
    """Return those of the packages that are a library's own, from the root on."""
    return tuple(f"{name.decode()}/" for name in _anchors() if b"/" in name and name.split(b"/")[0] in _ROOTS)


def _wants(file: SourceFile) -> bool:
    if file.language != "java-class":
        return False
    anchors = _anchors()
    return any(hit.anchor in anchors for hit in file.hits)


DETECTOR = Detector("java-class", _anchors, _wants, _detect)
