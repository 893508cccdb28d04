"""Detector: what compiled Java, Kotlin and Scala classes call, resolved with the catalog of Java libraries.

The code of each method that names something of the catalog is walked (`bytecode`); calls then mean what they mean
in source (`jvm_calls`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.catalog import libraries
from pqc_migrate.catalog.libraries import Libraries
from pqc_migrate.detectors.binaries import class_file, jvm_calls
from pqc_migrate.detectors.binaries.bytecode import Walk, constant_value
from pqc_migrate.detectors.binaries.class_file import ClassFile, Method
from pqc_migrate.detectors.binaries.jvm import AnyMethod, Asks, Malformed
from pqc_migrate.detectors.binaries.jvm_calls import ClassCalls, ClassInfo
from pqc_migrate.detectors.calls.interpret import Interpreter
from pqc_migrate.detectors.calls.values import Value
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.model.inventory import Diagnostic, Skip
from pqc_migrate.model.target import SourceFile

_MOST_CODE = 2_000_000
"""Bytes of code of one class that are walked."""


def _detect(file: SourceFile) -> Iterator[Claim]:
    interpreter = Interpreter(libraries.load("java"))
    calls = ClassCalls(interpreter)
    try:
        _read(class_file.read(file.data), calls)
    except Malformed as error:
        yield Diagnostic(file.path, Skip.MALFORMED, f"Java class: {error}", rule="java-class")
        return
    yield from jvm_calls.claims(file.path, calls, interpreter)


def _read(file: ClassFile, calls: ClassCalls) -> None:
    def constant(name: str) -> Value | None:
        index = file.constants.get(name)
        return constant_value(file, index) if index is not None else None

    def walk(method: AnyMethod, asks: Asks) -> None:
        assert isinstance(method, Method), "as given below"
        Walk(file, method, asks).run()

    fields = [(one.name, one.flags) for one in file.fields]
    info = ClassInfo(file.name, file.super_name, file.methods, fields, constant, file.source)
    calls.read(info, walk, _telling(file, calls.known))


def _telling(file: ClassFile, known: Libraries) -> Iterator[Method]:
    """Yield the methods that name something of the catalog or touch what is the class's own."""
    wanted = [
        index.to_bytes(2)
        for index, reference in file.pool.references().items()
        if reference.owner == file.name or jvm_calls.is_known(known, reference)
    ]
    telling = re.compile(b"[\\xb2-\\xb9](?:" + b"|".join(map(re.escape, wanted)) + b")", re.DOTALL)
    left = _MOST_CODE
    for method in file.methods if wanted else ():
        left -= len(method.code)
        if left > 0 and telling.search(method.code):
            yield method


def _wants(file: SourceFile) -> bool:
    if file.language != "java-class":
        return False
    anchors = jvm_calls.anchors()
    return any(hit.anchor in anchors for hit in file.hits)


DETECTOR = Detector("java-class", jvm_calls.anchors, _wants, _detect)
