"""Other files of the same target, by their path relative to a file: what an import or an include leads to.

And the names of a folder's files, for languages whose files share one package without naming each other.
"""

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
_FOLDERS_KEPT = 4096
"""Folders of one process whose names are kept; most that are asked for do not exist."""
_MOST_NAMES = 400


def neighbor(entry: Entry, relative: str) -> SourceFile | None:
    """Return a regular file inside the target, or None; links that lead out of it are not followed."""
    inside = _inside(entry, relative)
    return _read(*inside) if inside is not None else None


def listing(entry: Entry, relative: str) -> tuple[str, ...]:
    """Return the names of the first files in a folder of the target, sorted; links are left out."""
    inside = _inside(entry, relative)
    return _names(*inside) if inside is not None else ()


def _inside(entry: Entry, relative: str) -> tuple[str, str] | None:
    """Return (root of the target, path in it), or None for what leads out of it."""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(entry.path), relative))
    if (
        entry.blob
        or path.startswith(("../", "/"))
        or path == ".."
        or not entry.place.endswith(entry.path.replace("/", os.sep))
    ):
        return None
    return entry.place[: len(entry.place) - len(entry.path)], path


@lru_cache(maxsize=_FOLDERS_KEPT)
def _names(root: str, path: str) -> tuple[str, ...]:
    place = os.path.join(root, path)
    inside = (os.path.realpath(place) + os.sep).startswith(os.path.realpath(root) + os.sep)
    if not inside or not os.path.isdir(place):
        return ()
    with os.scandir(place) as found:
        names = sorted(entry.name for entry in found if entry.is_file(follow_symlinks=False))
    return tuple(names[:_MOST_NAMES])


@lru_cache(maxsize=_KEPT)
def _read(root: str, path: str) -> SourceFile | None:
    place = os.path.join(root, path)
    if not os.path.isfile(place) or not os.path.realpath(place).startswith(os.path.realpath(root) + os.sep):
        return None
    content = read(Entry(path, place))
    if isinstance(content, Diagnostic) or not content.whole:
        return None
    return SourceFile(path, content.data, languages.of(path.rsplit("/", 1)[-1], content.data))
