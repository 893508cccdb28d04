"""nginx's includes inside the target: what a file sets where it is included, and what is set around a file.

nginx resolves a relative path against the folder of ``nginx.conf``; here that is the including file's folder or
the one above it (``conf.d``, ``sites-enabled``, ``snippets``). Files outside the target are not read.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import replace
from fnmatch import fnmatchcase

from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.nginx_syntax import Directive, directives
from pqc_migrate.model.target import SourceFile

_PREFIXES = ("/etc/nginx/", "/usr/local/nginx/conf/", "/opt/nginx/conf/", "/usr/local/openresty/nginx/conf/")
"""Where nginx.conf lies in packages and builds; a path that begins so is looked for beside the file, too."""
_DEEPEST = 4
_MOST = 64
"""Files that are read for one include."""
_ENABLED = {"sites-available": "sites-enabled"}
"""Debian's links: what lies in the one folder is included from the other."""


def resolved(file: SourceFile, word: Word) -> list[SourceFile]:
    """Return the files of the target that an ``include`` names; empty when none of them is in it."""
    if file.neighbor is None or not word.known or "$" in word.text:
        return []
    for path in _candidates(file, word.text):
        if found := list(_matching(file, path)):
            return found[:_MOST]
    return []


def settings(file: SourceFile, known: list[Directive]) -> Iterator[Directive]:
    """Yield what included files set on their top level, as if it stood where they are included."""
    budget = [_MOST]
    for one in known:
        if one.name.text == "include" and one.arguments:
            yield from _included(file, one, budget, _DEEPEST)


def around(file: SourceFile) -> list[Directive]:
    """Return what the nginx.conf of the target sets in the blocks where it includes this file, outermost first."""
    if file.neighbor is None or file.name == "nginx.conf":
        return []
    for path in ("../nginx.conf", "../../nginx.conf"):
        if (main := file.neighbor(path)) is not None:
            known = list(_directives(main))
            scope = next((one.scope for one in known if one.name.text == "include" and _names(one, file)), None)
            if scope is None:
                return []
            inside = (one for one in known if not one.opens_block and one.scope == scope[: len(one.scope)])
            return sorted(inside, key=lambda one: len(one.scope))
    return []


def _included(file: SourceFile, include: Directive, budget: list[int], depth: int) -> Iterator[Directive]:
    for other in resolved(file, include.arguments[0]) if depth else ():
        budget[0] -= 1
        if budget[0] < 0:
            return
        for one in _directives(other):
            if one.scope or one.opens_block:
                continue
            if one.name.text == "include" and one.arguments:
                below = replace(other, neighbor=_from(file, other))
                yield from _included(below, replace(one, scope=include.scope), budget, depth - 1)
            else:
                yield replace(one, scope=include.scope)


def _from(file: SourceFile, other: SourceFile) -> Callable[[str], SourceFile | None]:
    """Return how `other`, which has no neighbors of its own, reaches the files around it."""
    folder = posixpath.relpath(posixpath.dirname(other.path) or ".", posixpath.dirname(file.path) or ".")
    neighbor = file.neighbor
    return lambda path: neighbor(posixpath.normpath(posixpath.join(folder, path))) if neighbor else None


def _directives(file: SourceFile) -> Iterator[Directive]:
    yield from directives(Document.of(file, own_substitution=True))


def _candidates(file: SourceFile, text: str) -> Iterator[str]:
    """Yield where the path may lie, relative to the file's folder."""
    if text.startswith("/"):
        yield "../" * file.path.count("/") + text.lstrip("/")
        text = next((text.removeprefix(prefix) for prefix in _PREFIXES if text.startswith(prefix)), "")
    if text:
        yield text
        yield "../" + text


def _matching(file: SourceFile, path: str) -> Iterator[SourceFile]:
    folder, _, pattern = path.rpartition("/")
    if file.neighbor is None:
        return
    names = [pattern]
    if any(sign in pattern for sign in "*?["):
        listed = file.listing(folder or ".") if file.listing is not None and "*" not in folder else ()
        names = [name for name in listed if fnmatchcase(name, pattern)]
    for name in names[:_MOST]:
        if (found := file.neighbor(f"{folder}/{name}" if folder else name)) is not None:
            yield found


def _names(include: Directive, file: SourceFile) -> bool:
    """Whether an ``include`` of nginx.conf takes in this file, told by folder and name."""
    if not include.arguments:
        return False
    folder, _, pattern = include.arguments[0].text.rpartition("/")
    own = posixpath.basename(posixpath.dirname(file.path))
    return posixpath.basename(folder) in (own, _ENABLED.get(own)) and fnmatchcase(file.name, pattern)
