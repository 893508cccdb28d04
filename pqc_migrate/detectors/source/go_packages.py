"""Where the names of a Go file come from: the other files of its package, and packages of the same module.

A Go package is a folder whose files name each other nowhere. They are searched, by plain text, only for a
name that the file itself does not bind, and only the file that declares it is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.model.target import SourceFile

_TOP = re.compile(rb"^(?:func|var|const|type)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)
_BLOCK = re.compile(rb"^(?:const|var|type)[ \t]*\(\n(.*?)^\)", re.MULTILINE | re.DOTALL)
_MEMBER = re.compile(rb"^\t([A-Za-z_]\w*(?:, *[A-Za-z_]\w*)*)(?=[\s=\[])", re.MULTILINE)
_TEXT = re.compile(
    rb"^(?:\t|const[ \t]+|var[ \t]+)([A-Za-z_]\w*)[ \t]*(?:[A-Za-z_][\w.]*[ \t]*)?=[ \t]*"
    rb"(?:[A-Za-z_][\w.]*\()?\"([^\"\\\n]{2,64})\"\)?[ \t]*(?://.*)?$",
    re.MULTILINE,
)
_MODULE = re.compile(rb"^module[ \t]+\"?([^\s\"]+)", re.MULTILINE)
_MOST_LEVELS = 12
_MOST_FILES = 200
"""Files of one folder that are searched for a name."""
_MOST_DECLARING = 3
_MOST_SUMMARIES = 4096
_LARGEST = 1 << 19


class Packages:
    """The folders of the target that a Go file's names may come from."""

    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._folders: dict[str, tuple[SourceFile, ...]] = {}
        self._relatives: dict[str, str] = {}
        self._module: tuple[str, str] | None = None

    def locations(self, package: str, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield (path relative to the file's folder, members) of files that declare a name of a package.

        An empty package is the file's own; the name may lead into a struct (``config.digest``).
        """
        folder = self.folder(package) if package else ""
        parts = name.split(".")
        if folder is None or not parts[0]:
            return
        wanted, count = parts[0].encode(), 0
        for file in self.files(folder):
            if wanted in declared(file.data):
                yield f"{folder}{file.name}", tuple(parts)
                count += 1
                if count >= _MOST_DECLARING:
                    return

    def files(self, folder: str) -> tuple[SourceFile, ...]:
        """Return the Go files of a folder, this file and (unless it is one) tests left out."""
        if folder not in self._folders:
            self._folders[folder] = tuple(self._read(folder))
        return self._folders[folder]

    def _read(self, folder: str) -> Iterator[SourceFile]:
        if self._file.listing is None or self._file.neighbor is None:
            return
        is_test = self._file.name.endswith("_test.go")
        names = [name for name in self._file.listing(folder or ".") if name.endswith(".go")]
        for name in names[:_MOST_FILES]:
            if name.endswith("_test.go") and not is_test:
                continue
            other = self._file.neighbor(f"{folder}{name}")
            if other is not None and other.path != self._file.path and len(other.data) <= _LARGEST:
                yield other

    def folder(self, package: str) -> str | None:
        """Return the folder of a package of the same module or its vendor folder, relative, with a slash."""
        if self._module is None:
            self._module = self._find_module()
        up, module = self._module
        if not module:
            return self._internal(package)
        if package == module or package.startswith(f"{module}/"):
            inner = package[len(module) + 1 :]
            return f"{up}{inner}/" if inner else up
        return f"{up}vendor/{package}/" if "." in package.split("/", 1)[0] else None

    def _internal(self, package: str) -> str | None:
        """Return the folder of a package that only files around it may import, where no go.mod is in sight."""
        _, internal, rest = f"{package}/".rpartition("/internal/")
        for level in range(min(self._file.path.count("/") + 1, _MOST_LEVELS) if internal else 0):
            folder = f"{'../' * level}internal/{rest}"
            if self.files(folder):
                return folder
        return None

    def _find_module(self) -> tuple[str, str]:
        """Return (way up to the folder of go.mod, module path); two empty strings when there is none."""
        for level in range(min(self._file.path.count("/") + 1, _MOST_LEVELS) if self._file.neighbor else 0):
            found = self._file.neighbor(f"{'../' * level}go.mod") if self._file.neighbor else None
            match = _MODULE.search(found.data) if found is not None else None
            if match is not None:
                return "../" * level, match[1].decode("utf-8", "replace")
        return "", ""


def declared(data: bytes) -> frozenset[bytes]:
    """Return the names that a file declares at its top, as gofmt lays it out."""
    return _summary(data)[0]


def texts(data: bytes) -> dict[str, tuple[str, int]]:
    """Return the constants and variables at the top of a file that are a string, with their lines."""
    return _summary(data)[1]


_Summary = tuple[frozenset[bytes], dict[str, tuple[str, int]]]
_SUMMARIES: dict[tuple[int, int], _Summary] = {}
"""By length and hash: keeping the bytes of every file of a large package would cost its size in memory."""


def _summary(data: bytes) -> _Summary:
    key = (len(data), hash(data))
    if key not in _SUMMARIES:
        if len(_SUMMARIES) >= _MOST_SUMMARIES:
            _SUMMARIES.clear()
        names = frozenset(_declared(data))
        _SUMMARIES[key] = (names, dict(_texts(data, names)))
    return _SUMMARIES[key]


def _declared(data: bytes) -> Iterator[bytes]:
    for match in _TOP.finditer(data):
        yield match[1]
    for block in _BLOCK.finditer(data):
        for match in _MEMBER.finditer(block[1]):
            yield from (name.strip() for name in match[1].split(b","))


def _texts(data: bytes, names: frozenset[bytes]) -> Iterator[tuple[str, tuple[str, int]]]:
    for match in _TEXT.finditer(data):
        if match[1] in names:
            line = data.count(b"\n", 0, match.start(1)) + 1
            yield match[1].decode(), (match[2].decode("utf-8", "replace"), line)
