"""C and C++ source: which grammar reads a file, and what a scan asks of it.

Names stand in `c_names`, expressions and uses in `c_values`, what C++ adds in `cpp_values`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import engine
from pqc_migrate.detectors.source.c_values import CUnit
from pqc_migrate.detectors.source.cpp_values import CppUnit
from pqc_migrate.model.target import SourceFile

_CPP = re.compile(
    rb"^\s*(?:using\s+\w|namespace\s+\w|template\s*<|class\s+\w+[^;(]*$|#\s*include\s*<\w+>)|^[^/*\"#\n]*\w::\w",
    re.MULTILINE,
)
"""Lines that only C++ has; headers named like C's may be either."""


def _wants(file: SourceFile) -> bool:
    return file.language in ("c", "cpp") and engine.anchored(file, engine.anchors("c"))


def _detect(file: SourceFile) -> Iterator[Claim]:
    cpp = file.language == "cpp" or (not file.name.endswith(".c") and _CPP.search(file.data) is not None)
    return engine.detect(file, "c", CppUnit if cpp else CUnit)


DETECTOR = Detector("c", lambda: engine.anchors("c"), _wants, _detect)
