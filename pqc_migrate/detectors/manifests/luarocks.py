"""Detector: rockspecs of LuaRocks, read as text and never run ("Rockspec format")."""

from __future__ import annotations

import re

from pqc_migrate.detectors.manifests.dependency import Dependency, Entries, Text, detector
from pqc_migrate.detectors.manifests.script import without_comments
from pqc_migrate.model.target import SourceFile

_TABLE = re.compile(r"^(dependencies|build_dependencies|test_dependencies)\s*=\s*\{([^{}]*)\}", re.MULTILINE)
_STRING = re.compile(r"[\"']([\w.-]+)(?:[ \t]*([<>=~!][^\"'\n]*|\d[^\"'\n]*))?[\"']")
_SCOPES = {"dependencies": "", "build_dependencies": "build", "test_dependencies": "test"}
_EXACT = re.compile(r"==?\s*(\d[\w.-]*)")


def _wants(file: SourceFile) -> bool:
    return file.name.endswith(".rockspec")


def _read(text: Text) -> Entries:
    source = without_comments(text.text, "--")
    for table in _TABLE.finditer(source):
        for found in _STRING.finditer(source, table.start(2), table.end(2)):
            constraint = (found[2] or "").strip()
            exact = _EXACT.fullmatch(constraint)
            scope = _SCOPES[table[1]]
            yield Dependency("luarocks", found[1], found.start(1), exact[1] if exact else "", constraint, scope)


ROCKSPEC = detector("rockspec", _wants, _read)
