"""C, C++ and Objective-C source: which grammar reads a file, and what a scan asks of it.

Names stand in `c_names`, expressions and uses in `c_values`, what C++ adds in `cpp_values`,
what Objective-C adds in `objc_values`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import engine
from pqc_migrate.detectors.source.analysis import MakeUnit
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
    return file.language in ("c", "cpp", "objective-c") and engine.anchored(file, engine.anchors("c"))


def _detect(file: SourceFile) -> Iterator[Claim]:
    return engine.detect(file, "c", _unit(file))


def _unit(file: SourceFile) -> MakeUnit:
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
