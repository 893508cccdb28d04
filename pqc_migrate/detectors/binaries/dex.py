"""Detector: what the classes of an Android app call, resolved with the catalog of Java libraries.

Only classes that name something of the catalog are walked (`dalvik`); calls then mean what they mean in source
(`jvm_calls`). Lines of the source are not read.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from pqc_migrate.catalog import libraries
from pqc_migrate.detectors.binaries import jvm_calls
from pqc_migrate.detectors.binaries.dalvik import Walk
from pqc_migrate.detectors.binaries.dex_file import DexClass, DexFile, DexMethod
from pqc_migrate.detectors.binaries.jvm import AnyMethod, Asks, Malformed, Reference
from pqc_migrate.detectors.binaries.jvm_calls import ClassCalls, ClassInfo
from pqc_migrate.detectors.calls.interpret import Interpreter
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.model.inventory import Diagnostic, Skip
from pqc_migrate.model.target import SourceFile

_MOST_CODE = 2_000_000
"""Bytes of code of one class that are walked."""
_MOST_IN_ALL = 8_000_000
"""Bytes of code of one file that are walked."""


def _detect(file: SourceFile) -> Iterator[Claim]:
    interpreter = Interpreter(libraries.load("java"))
    calls = ClassCalls(interpreter)
    try:
        yield from _read(file, DexFile(file.data), calls)
    except Malformed as error:
        yield Diagnostic(file.path, Skip.MALFORMED, f"DEX: {error}", rule="dex")
    yield from jvm_calls.claims(file.path, calls, interpreter)


def _read(file: SourceFile, dex: DexFile, calls: ClassCalls) -> Iterator[Diagnostic]:
    """Walk the classes that use what the catalog knows; one that cannot be read costs only itself."""

    def walk(method: AnyMethod, asks: Asks) -> None:
        assert isinstance(method, DexMethod), "as given below"
        Walk(dex, method, asks).run()

    places = _places(dex, calls)
    left = _MOST_IN_ALL
    broken = 0
    for one in dex.classes() if places else ():
        size = sum(method.size for method in one.methods)
        if size > min(left, _MOST_CODE) or not _uses(one, places):
            continue
        left -= size
        info = ClassInfo(one.name, one.super_name, one.methods, one.fields, lambda name: None)
        try:
            calls.read(info, walk, one.methods)
        except Malformed:
            broken += 1
    if broken:
        yield Diagnostic(
            file.path, Skip.MALFORMED, f"DEX: the code of {broken} classes could not be read", rule="dex"
        )


def _places(dex: DexFile, calls: ClassCalls) -> list[int]:
    """Return where code may name a method or a field of the catalog, sorted."""
    fields, methods = dex.members
    found: list[int] = []
    for references, opcodes in ((methods, b"[\x6e-\x72\x74-\x78]"), (fields, b"[\x60-\x66]")):
        wanted = [index for index, reference in references.items() if _wanted(calls, reference)]
        if wanted:
            pattern = re.compile(b"(?s:" + opcodes + b".(?:" + _either(wanted) + b"))")
            found += [match.start() for match in pattern.finditer(dex.data)]
    return sorted(found)


def _wanted(calls: ClassCalls, reference: Reference) -> bool:
    return jvm_calls.is_known(calls.known, reference)


def _either(indices: list[int]) -> bytes:
    """Return an expression for any of some indices of two bytes, the lower one first."""
    by_low: dict[int, list[int]] = {}
    for index in indices:
        by_low.setdefault(index & 0xFF, []).append(index >> 8)
    return b"|".join(
        re.escape(bytes([low])) + b"[" + b"".join(re.escape(bytes([high])) for high in highs) + b"]"
        for low, highs in sorted(by_low.items())
    )


def _uses(one: DexClass, places: list[int]) -> bool:
    for method in one.methods:
        at = bisect_left(places, method.offset)
        if at < len(places) and places[at] < method.offset + method.size:
            return True
    return False


def _wants(file: SourceFile) -> bool:
    if file.language != "dex":
        return False
    anchors = jvm_calls.anchors()
    return any(hit.anchor in anchors for hit in file.hits)


DETECTOR = Detector("dex", jvm_calls.anchors, _wants, _detect)
