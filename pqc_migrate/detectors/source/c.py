"""C, C++ and Objective-C source: which grammar reads a file, and what a scan asks of it.

Names stand in `c_names`, expressions and uses in `c_values`, what C++ adds in `cpp_values`,
what Objective-C adds in `objc_values`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pqc_migrate.detectors.calls.values import Value
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import engine, own_implementations
from pqc_migrate.detectors.source.c_headers import Headers
from pqc_migrate.detectors.source.c_values import CUnit
from pqc_migrate.detectors.source.cpp_values import CppUnit
from pqc_migrate.detectors.source.objc_values import ObjcUnit
from pqc_migrate.model.target import SourceFile

_CPP = re.compile(
    rb"^\s*(?:using\s+\w|namespace\s+\w|template\s*<|class\s+\w+[^;(]*$|#\s*include\s*<\w+>)|^[^/*\"#\n]*\w::\w",
    re.MULTILINE,
)
"""Lines that only C++ has; headers named like C's may be either."""
_OBJC = re.compile(rb"^\s*(?:@(?:interface|implementation|protocol|class)\b|#\s*import\b)", re.MULTILINE)
"""Lines that only Objective-C has."""


def _wants(file: SourceFile) -> bool:
    if file.language not in ("c", "cpp", "objective-c"):
        return False
    return engine.anchored(file, engine.anchors("c")) or own_implementations.are_in(file)


def _detect(file: SourceFile) -> Iterator[Claim]:
    return engine.detect(file, "c", _Make(file, _unit(file)))


@dataclass(frozen=True)
class _Make:
    """Makes the unit of a file, which looks into the headers it includes, and those of the headers."""

    file: SourceFile = field(compare=False)
    kind: type[CUnit]

    def __call__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> CUnit:
        unit = self.kind(data, type_of, knows)
        if data is self.file.data:
            unit.headers = Headers(self.file)
        return unit

    def for_file(self, file: SourceFile) -> _Make:
        """Return what makes the unit of another file as one that looks into its own headers."""
        return _Make(file, _unit(file))


def _unit(file: SourceFile) -> type[CUnit]:
    """Return the reader of a file: by its suffix; a header's by what it says."""
    if file.language == "objective-c":
        return ObjcUnit
    if file.language == "cpp":
        return CppUnit
    if file.name.endswith(".c"):
        return CUnit
    if _OBJC.search(file.data) is not None:
        return ObjcUnit
    return CppUnit if _CPP.search(file.data) is not None else CUnit


DETECTOR = Detector("c", lambda: engine.anchors("c"), _wants, _detect)
