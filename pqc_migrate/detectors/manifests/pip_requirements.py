"""Detector: pip requirement and constraint files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.detectors.manifests import requirement
from pqc_migrate.detectors.manifests.dependency import Entries, Text, detector
from pqc_migrate.model.inventory import Diagnostic, Skip
from pqc_migrate.model.target import SourceFile

_FILE = re.compile(
    r"(?:.*/)?(?:[^/]*(?:requirements|constraints)[^/]*\.(?:txt|in|pip)|(?:requirements|constraints)/[^/]+\.(?:txt|in|pip))"
)
_SUFFIXES = (".txt", ".in", ".pip")
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_OPTIONS = re.compile(r"\s--?(?:hash|config-settings?|global-option|install-option|C)\b.*$")
_INCLUDE = re.compile(r"(?:-r|-c|--requirement|--constraint)(?:\s+|=)?(\S+)")
_SCOPES = {
    "dev": "dev", "devel": "dev", "development": "dev", "lint": "dev", "test": "test", "tests": "test",
    "testing": "test", "doc": "docs", "docs": "docs",
}  # fmt: skip


def _wants(file: SourceFile) -> bool:
    return file.path.endswith(_SUFFIXES) and _FILE.fullmatch(file.path) is not None


def _read(text: Text) -> Entries:
    scope = _scope(text)
    for index, row in _logical_lines(text.text):
        included = _INCLUDE.match(row)
        if included:
            yield from _included(text, index, included[1])
        elif not row.startswith("-"):
            entry = requirement.dependency(_OPTIONS.sub("", row).strip(), index, scope)
            if entry is not None:
                yield entry


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield (start, content) of each line, continuations joined and comments gone, as pip reads them."""
    pending, start, index = "", 0, 0
    for row in text.split("\n"):
        content = row.removesuffix("\r")
        if not pending:
            start = index + len(content) - len(content.lstrip())
        index += len(row) + 1
        if content.endswith("\\") and not content.lstrip().startswith("#"):
            pending += content[:-1]
            continue
        joined = _COMMENT.sub("", pending + content).strip()
        pending = ""
        if joined:
            yield start, joined
    if pending.strip():
        yield start, _COMMENT.sub("", pending).strip()


def _included(text: Text, index: int, target: str) -> Iterator[Diagnostic]:
    """Say that an included file was not followed, unless its own name makes it a requirements file."""
    if not _FILE.fullmatch(target):
        message = "pip-requirements: includes a file whose name does not say that it holds requirements"
        yield Diagnostic(text.path, Skip.UNRESOLVED, message, text.line(index), "pip-requirements")


def _scope(text: Text) -> str:
    """Return the scope that a word of the file's name gives (``requirements-dev.txt``)."""
    words = re.split(r"[-_.]", text.name.lower())
    return next((_SCOPES[word] for word in words if word in _SCOPES), "")


DETECTOR = detector("pip-requirements", _wants, _read)
