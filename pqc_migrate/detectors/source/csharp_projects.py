"""Which files of a C# project declare a class: named like it, in the folder of its namespace, or beside the file.

The files of a folder are searched by plain text, and only one that declares a class that is asked for is parsed.
"""

from __future__ import annotations

import re
from functools import cached_property

from pqc_migrate.model.target import SourceFile

_TYPE = re.compile(rb"\b(?:class|struct|record|interface)\s{1,8}([A-Za-z_]\w*)")
_FRAMEWORK = frozenset({"System", "Microsoft", "Windows"})
"""First words of namespaces that no project declares."""
_MOST_LEVELS = 6
_MOST_FILES = 60
"""Files of one folder that are searched for the classes they declare."""
_MOST_DECLARING = 4
_MOST_SUMMARIES = 4096
_LARGEST = 1 << 19


class Project:
    """The files around one file whose classes it may name."""

    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._names: dict[str, tuple[str, ...]] = {}
        self._files: dict[str, dict[str, str]] = {}
        """Names and relative paths of files by namespace."""

    def declaring(self, name: str, namespaces: tuple[str, ...]) -> tuple[str, ...]:
        """Return the files, relative to this one's folder, that may declare a class of one of these namespaces."""
        near = self._beside.get(name.encode(), ())
        if near:
            return tuple(near)
        found = (self._in(namespace).get(f"{name}.cs") for namespace in namespaces)
        return tuple(dict.fromkeys(path for path in found if path is not None))[:_MOST_DECLARING]

    def _in(self, namespace: str) -> dict[str, str]:
        """Return the files that a namespace may consist of: its root often has no folder of its own."""
        if namespace not in self._files:
            self._files[namespace] = {}
            parts = namespace.split(".") if namespace.split(".")[0] not in _FRAMEWORK else []
            for first in range(len(parts)):
                inner = "".join(f"{part}/" for part in parts[first:])
                for up in range(min(self._file.path.count("/"), _MOST_LEVELS) + 1):
                    folder = f"{'../' * up}{inner}"
                    for file in self._listed(folder):
                        self._files[namespace].setdefault(file, f"{folder}{file}")
        return self._files[namespace]

    def _listed(self, folder: str) -> tuple[str, ...]:
        if folder not in self._names:
            listing = self._file.listing
            listed = listing(folder or ".") if listing is not None else ()
            self._names[folder] = tuple(name for name in listed if name.endswith(".cs"))
        return self._names[folder]

    @cached_property
    def _beside(self) -> dict[bytes, list[str]]:
        """The other files of the folder by the classes that they declare."""
        found: dict[bytes, list[str]] = {}
        names = [name for name in self._listed("") if name != self._file.name]
        for name in names[:_MOST_FILES]:
            other = self._file.neighbor(name) if self._file.neighbor is not None else None
            for declared in _declared(other.data) if other is not None and len(other.data) <= _LARGEST else ():
                if len(found.setdefault(declared, [])) < _MOST_DECLARING:
                    found[declared].append(name)
        return found


_SUMMARIES: dict[tuple[int, int], frozenset[bytes]] = {}
"""By length and hash of a file's text, which is not kept."""


def _declared(data: bytes) -> frozenset[bytes]:
    key = (len(data), hash(data))
    if key not in _SUMMARIES:
        if len(_SUMMARIES) >= _MOST_SUMMARIES:
            _SUMMARIES.clear()
        _SUMMARIES[key] = frozenset(match[1] for match in _TYPE.finditer(data))
    return _SUMMARIES[key]
