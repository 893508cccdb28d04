"""OpenSSH's configuration line by line, with blocks and what is included: which value of a keyword holds.

Sources: ssh_config(5), sshd_config(5); servconf.c and readconf.c of OpenSSH 9.2 (`process_server_config_line`,
`read_config_file_depth`). The first value that holds wins; a block that a file opens ends with that file.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from fnmatch import fnmatchcase

from pqc_migrate.detectors.config.document import BLANKS, Document, Word
from pqc_migrate.model.target import SourceFile

_LINE = re.compile(r"[ \t]*([A-Za-z][A-Za-z0-9]*)(?:[ \t]*=[ \t]*|[ \t]+)([^\r\n]*)")
_OPTION = re.compile(r"-o[ \t]*([A-Za-z0-9]+)=([^ \t\r\n'\"]*)")
_COMMENT = re.compile(r"(?:^|[ \t])#")
_PATTERN = re.compile(r"\"[^\"]*\"|[^\s\"]+")
_DROP_IN = re.compile(r"(?:.*/)?(sshd?_config)\.d/[^/]+")
_SERVER = re.compile(r"(?:.*/)?(?:sshd[^/]*|sshd_config\.d/[^/]+|opensshserver[^/]*)", re.IGNORECASE)
_CLIENT = re.compile(r"(?:.*/)?(?:ssh_config[^/]*|\.ssh/config|\.ssh/config\.d/[^/]+|openssh\.(?:config|txt))")
_DEEPEST = 16
"""SERVCONF_MAX_DEPTH and READCONF_MAX_DEPTH."""
_MOST_FILES = 200


class Side(Enum):
    """Whose configuration a file is."""

    SERVER = "server"
    CLIENT = "client"
    UNKNOWN = "unknown"


def side(path: str) -> Side:
    """Tell from a file's path whether the server or the client reads it."""
    if _SERVER.fullmatch(path):
        return Side.SERVER
    return Side.CLIENT if _CLIENT.fullmatch(path) else Side.UNKNOWN


@dataclass(frozen=True, slots=True)
class Line:
    """One keyword that holds, or an include that was not followed."""

    keyword: str
    """In lower case."""
    value: Word
    conditional: bool = False
    """It stands in a ``Host`` or ``Match`` block that does not match everything."""


@dataclass(slots=True)
class _Walk:
    """The files of one configuration in the order in which OpenSSH reads them."""

    file: SourceFile
    side: Side
    up: str
    """From the file's folder to the folder of the configuration that is read first."""
    keywords: frozenset[str]
    documents: dict[str, Document | None] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    """Keywords that hold whatever the connection is."""
    held: dict[int, Line] = field(default_factory=dict)
    """What holds of `file`, by offset."""
    files: int = 0
    reached: bool = False


def settings(file: SourceFile, document: Document, keywords: frozenset[str]) -> Iterator[Line]:
    """Yield what holds of a file's `keywords`, and each ``include`` of it that leads to no file of the target.

    A drop-in (``sshd_config.d/x``) is read where its ``sshd_config`` includes it, so that what stands there before
    it counts; a value that another file sets first is not yielded.
    """
    if document.is_template:
        yield from (Line(name, value) for name, value in _lines(document) if name in keywords)
        return
    kind = side(file.path)
    parent = _parent(file)
    if parent is not None:
        walk = _Walk(file, kind, "../", keywords)
        walk.documents[file.path] = document
        _read(walk, Document.of(parent), conditional=False, depth=0)
        if walk.reached:
            yield from walk.held.values()
            return
    walk = _Walk(file, kind, "", keywords)
    _read(walk, document, conditional=False, depth=0)
    yield from walk.held.values()


def _parent(file: SourceFile) -> SourceFile | None:
    match = _DROP_IN.fullmatch(file.path)
    return file.neighbor("../" + match[1]) if match and file.neighbor is not None else None


def _read(walk: _Walk, document: Document, *, conditional: bool, depth: int) -> None:
    walk.files += 1
    own = document.path == walk.file.path
    walk.reached = walk.reached or own
    in_block: set[str] = set()
    for name, value in _lines(document):
        if name in ("host", "match"):
            conditional = not _matches_all(walk.side, name, value)
            in_block = set()
        elif name == "include":
            if not _follow(walk, value, conditional, depth) and own and name in walk.keywords:
                walk.held.setdefault(value.offset, Line(name, value, conditional))
        elif name in walk.keywords and name not in in_block and not _is_settled(walk, name, conditional):
            in_block.add(name)
            if not conditional:
                walk.settled.add(name)
            if own:
                walk.held.setdefault(value.offset, Line(name, value, conditional))


def _is_settled(walk: _Walk, name: str, conditional: bool) -> bool:
    """Return whether an earlier value holds; blocks of the server go before what stands outside of them."""
    return name in walk.settled and (not conditional or walk.side is Side.CLIENT)


def _matches_all(kind: Side, name: str, value: Word) -> bool:
    if kind is not Side.CLIENT:
        return False
    return value.text.strip() == "*" if name == "host" else value.text.strip().lower() == "all"


def _follow(walk: _Walk, value: Word, conditional: bool, depth: int) -> bool:
    """Read what an include names; False when some pattern leads to nothing in the target."""
    found_all = True
    for pattern in _PATTERN.findall(value.text):
        documents = list(_included(walk, pattern.strip('"')))
        found_all = found_all and bool(documents)
        for document in documents:
            if depth < _DEEPEST and walk.files < _MOST_FILES:
                _read(walk, document, conditional=conditional, depth=depth + 1)
            else:
                found_all = False
    return found_all


def _included(walk: _Walk, pattern: str) -> Iterator[Document]:
    near, listing = walk.file.neighbor, walk.file.listing
    path = _relative(walk, pattern)
    if near is None or listing is None or path is None:
        return
    folder, name = posixpath.split(path)
    if "*" in folder or "?" in folder or "[" in folder:
        return
    names = [name]
    if "*" in name or "?" in name or "[" in name:
        names = [one for one in listing(folder or ".") if fnmatchcase(one, name) and not one.startswith(".")]
    for one in sorted(names):
        inside = posixpath.normpath(posixpath.join(posixpath.dirname(walk.file.path), folder, one))
        if inside not in walk.documents:
            file = near(posixpath.join(folder, one))
            walk.documents[inside] = Document.of(file) if file is not None else None
        if document := walk.documents[inside]:
            yield document


def _relative(walk: _Walk, pattern: str) -> str | None:
    """Return an include's path relative to the folder of the file that is scanned."""
    home = ".ssh" in walk.file.path.split("/")
    if pattern.startswith("~/.ssh/") and home:
        return walk.up + pattern.removeprefix("~/.ssh/")
    if pattern.startswith("/etc/ssh/") and not home:
        return walk.up + pattern.removeprefix("/etc/ssh/")
    if pattern.startswith("/"):
        folder = posixpath.normpath(posixpath.join(posixpath.dirname(walk.file.path), walk.up))
        return f"{walk.up}../..{pattern}" if folder.endswith("etc/ssh") else None
    return None if pattern.startswith("~") else walk.up + pattern


def _lines(document: Document) -> Iterator[tuple[str, Word]]:
    """Yield keyword (lower case) and value of every line, and of ``-oKeyword=value`` in crypto-policies' files."""
    start = 0
    while start < len(document.text):
        end = document.text.find("\n", start)
        end = len(document.text) if end == -1 else end
        yield from _line(document.text, start, end)
        start = end + 1


def _line(text: str, start: int, end: int) -> Iterator[tuple[str, Word]]:
    if match := _LINE.match(text, start, end):
        value = match[2]
        if comment := _COMMENT.search(value):
            value = value[: comment.start()]
        if value := value.rstrip(BLANKS):
            yield match[1].lower(), Word(value, match.start(2))
    elif text.startswith("CRYPTO_POLICY=", start):
        for option in _OPTION.finditer(text, start, end):
            yield option[1].lower(), Word(option[2], option.start(2))
