"""Another file of the same target, by its path relative to a file: what an import or an include leads to."""

from __future__ import annotations

import os
import posixpath
from functools import lru_cache

from pqc_migrate.catalog import languages
from pqc_migrate.model.inventory import Diagnostic
from pqc_migrate.model.target import SourceFile
from pqc_migrate.targets.read import read
from pqc_migrate.targets.walk import Entry

_KEPT = 512
"""Files of one process kept for the next importer, negative answers included."""


def neighbor(entry: Entry, relative: str) -> SourceFile | None:
    """Return a regular file inside the target, or None; links that lead out of it are not followed."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(entry.path), relative))
    if path.startswith(("../", "/")) or not entry.place.endswith(entry.path.replace("/", os.sep)):
        return None
    root = entry.place[: len(entry.place) - len(entry.path)]
    return _read(root, path)


@lru_cache(maxsize=_KEPT)
def _read(root: str, path: str) -> SourceFile | None:
    place = os.path.join(root, path)
    if not os.path.isfile(place) or not os.path.realpath(place).startswith(os.path.realpath(root) + os.sep):
        return None
    content = read(Entry(path, place))
    if isinstance(content, Diagnostic) or not content.whole:
        return None
    return SourceFile(path, content.data, languages.of(path.rsplit("/", 1)[-1], content.data))
