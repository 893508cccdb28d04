"""The headers of the target that a C, C++ or Objective-C file includes, and the names that they define.

Headers are found beside the file, in ``include`` and ``src`` folders of the folders above it, and in each other.
They are searched by plain text; only one that defines a name that the file does not is parsed.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property

from pqc_migrate.model.target import SourceFile

_INCLUDE = re.compile(
    rb"^[ \t]*#[ \t]*(?:include|import)[ \t]*(?:\"(?=[\w.])|<(?=\w+/))([\w./+-]{1,200})[\">]", re.MULTILINE
)
_MACRO = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)(?:\([^()\n]*\))?[ \t]+([^\n]*)", re.MULTILINE)
_GIVEN = re.compile(rb"\b([A-Za-z_]\w*)[ \t]*(?:\[\w*\][ \t]*)?[={][ \t]*[^=\s]")
"""A constant, an enumerator or an alias that is given a value."""
_DEFINED = re.compile(
    rb"^[\w \t*&:<>]{0,100}\b([A-Za-z_]\w{0,80})[ \t]*\([^;{}()]{0,600}\)\s{0,20}(?:const\s{0,20})?\{", re.MULTILINE
)
_ALIAS = re.compile(
    rb"^[ \t]*(?:template[^=;\n]{0,100}>[ \t]*)?using[ \t]+([A-Za-z_]\w*)[ \t]*=([^;]{1,200});", re.MULTILINE
)
_WORD = re.compile(rb"[A-Za-z_]\w*")
_FOLDERS = ("", "include", "src", "lib")
_MOST_LEVELS = 3
_DEEPEST = 2
_MOST_HEADERS = 24
_MOST_SUMMARIES = 4096
_LARGEST = 1 << 19


class Headers:
    """The headers around one file."""

    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._here = posixpath.dirname(file.path)
        self._names: dict[str, frozenset[str]] = {}
        self._around: dict[str, tuple[str, ...]] = {}
        self._tried: set[tuple[str, bytes]] = set()

    @cached_property
    def _included(self) -> tuple[SourceFile, ...]:
        """The headers that the file includes, nearest first, those that they include behind them."""
        found: dict[str, SourceFile] = {}
        waiting = [(self._file, 1)]
        while waiting and len(found) < _MOST_HEADERS:
            current, depth = waiting.pop(0)
            folder = posixpath.dirname(current.path)
            for match in _INCLUDE.finditer(current.data):
                header = None if (folder, match[1]) in self._tried else self._header(match[1].decode(), folder)
                self._tried.add((folder, match[1]))
                if header is not None and header.path not in found and header.path != self._file.path:
                    found[header.path] = header
                    waiting += [(header, depth + 1)] if depth < _DEEPEST else []
        return tuple(found.values())

    def _header(self, written: str, folder: str) -> SourceFile | None:
        """Return an included header of the target: beside the file that includes it, or in a folder above that."""
        inner, _, name = written.rpartition("/")
        for base in self._folders(folder):
            place = posixpath.normpath(posixpath.join(base, inner)) if inner else base
            if name in self._listed(place) and self._file.neighbor is not None:
                other = self._file.neighbor(posixpath.relpath(posixpath.join(place, name), self._here or "."))
                return other if other is not None and len(other.data) <= _LARGEST else None
        return None

    def _folders(self, folder: str) -> tuple[str, ...]:
        """Return the folders whose headers a file of a folder may include."""
        if folder not in self._around:
            ups = [folder]
            while ups[-1] and len(ups) <= _MOST_LEVELS:
                ups.append(posixpath.dirname(ups[-1]))
            places = (posixpath.join(up, inner) for up in ups for inner in _FOLDERS)
            self._around[folder] = tuple(dict.fromkeys(place.rstrip("/") for place in places))
        return self._around[folder]

    def _listed(self, folder: str) -> frozenset[str]:
        if folder not in self._names:
            listing = self._file.listing
            near = posixpath.relpath(folder or ".", self._here or ".")
            self._names[folder] = frozenset(listing(near)) if listing is not None else frozenset()
        return self._names[folder]

    def locations(self, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield (path relative to the file's folder, members) of the headers that define a name."""
        word = name.rsplit(".", 1)[-1].encode()
        for header in self._included:
            if word in _summary(header.data)[0]:
                yield posixpath.relpath(header.path, self._here or "."), (word.decode(),)

    def standing_for(self, words: frozenset[bytes]) -> frozenset[bytes]:
        """Return the macros that stand for one of these words, or a call of it, and the aliases of such types."""
        return frozenset(
            name
            for header in self._included
            for name, meant in _summary(header.data)[1]
            if not words.isdisjoint(meant)
        )


_Summary = tuple[frozenset[bytes], tuple[tuple[bytes, tuple[bytes, ...]], ...]]
_SUMMARIES: dict[tuple[int, int], _Summary] = {}


def _summary(data: bytes) -> _Summary:
    """Return the names a header defines; macros with their first word, aliases with all of theirs."""
    key = (len(data), hash(data))
    if key not in _SUMMARIES:
        if len(_SUMMARIES) >= _MOST_SUMMARIES:
            _SUMMARIES.clear()
        macros = [(match[1], match[2]) for match in _MACRO.finditer(data)]
        names = {name for name, _ in macros}
        names.update(match[1] for pattern in (_GIVEN, _DEFINED) for match in pattern.finditer(data))
        meant = [(name, tuple(_WORD.findall(body))[:1]) for name, body in macros]
        meant += [(match[1], tuple(_WORD.findall(match[2]))) for match in _ALIAS.finditer(data)]
        _SUMMARIES[key] = (frozenset(names), tuple(meant))
    return _SUMMARIES[key]
