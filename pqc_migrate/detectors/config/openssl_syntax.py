"""OpenSSL's configuration syntax (config(5)): sections of name = value, with variables resolved inside the file.

A later value of a name replaces an earlier one, as NCONF does. Nothing outside the file is read: the environment
and included files are not here, and a value that needs them is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pqc_migrate.detectors.config.document import BLANKS, PLACEHOLDER, Document, Word

DEFAULT = "default"
"""The section in front of the first bracket."""
_CONTINUATION = re.compile(r"(?<!\\)((?:\\\\)*)\\\r?\n")
_SECTION = re.compile(r"[ \t\f\v]*+\[([^\]\r\n]*+)\]")
_ENTRY = re.compile(r"[ \t\f\v]*+([^\s=;\"'#\[\\$]++)[ \t]*+=[ \t]*+([^\r\n]*+)", re.ASCII)
_DIRECTIVE = re.compile(r"[ \t]*\.(include|pragma)\b[ \t]*=?[ \t]*([^\r\n]*)")
_PIECE = re.compile(
    r"""(?P<comment>\#.*+)|"(?P<double>[^"]*+)"?|'(?P<single>[^']*+)'?|`(?P<back>[^`]*+)`?|\\(?P<escaped>.)"""
    r"""|(?P<plain>[^#"'`\\]++)|(?P<lone>\\)""",
    re.DOTALL,
)
_VARIABLE = re.compile(
    r"\$(?:\{(?:(?P<s1>[^:}$]*)::)?(?P<n1>[^}$:]+)\}|\((?:(?P<s2>[^:)$]*)::)?(?P<n2>[^)$:]+)\)"
    r"|(?:(?P<s3>\w+)::)?(?P<n3>\w+))",
    re.ASCII,
)
_BUDGET = 1_000_000
"""Characters that the variables of one file may grow to; then values that need one are not known."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One name of one section and its value."""

    name: str
    value: Word


@dataclass(frozen=True, slots=True)
class Configuration:
    """One file's sections; each maps a name to the value that holds."""

    sections: Mapping[str, Mapping[str, Entry]]
    includes: tuple[Word, ...] = ()

    def get(self, section: str, name: str) -> Entry | None:
        """Return a name's entry in a section or else in the default section, as NCONF_get_string does."""
        return self.sections.get(section, {}).get(name) or self.sections.get(DEFAULT, {}).get(name)


@dataclass(slots=True)
class _Reader:
    sections: dict[str, dict[str, Entry]] = field(default_factory=lambda: {DEFAULT: {}})
    includes: list[Word] = field(default_factory=list)
    current: str = DEFAULT
    budget: int = _BUDGET


def read(document: Document) -> Configuration:
    """Read a file; lines that are no section and no entry are passed over."""
    text = _CONTINUATION.sub(lambda match: " " * len(match[0]), document.text)
    reader = _Reader()
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end == -1 else end
        _line(reader, text, start, end)
        start = end + 1
    return Configuration(reader.sections, tuple(reader.includes))


def _line(reader: _Reader, text: str, start: int, end: int) -> None:
    if section := _SECTION.match(text, start, end):
        reader.current = section[1].strip(BLANKS)
        reader.sections.setdefault(reader.current, {})
    elif directive := _DIRECTIVE.match(text, start, end):
        if directive[1] == "include":
            reader.includes.append(_plain(directive[2], directive.start(2)))
    elif entry := _ENTRY.match(text, start, end):
        section_name, _, name = entry[1].rpartition("::")
        section_name = section_name or reader.current
        value = _resolve(reader, section_name, _plain(entry[2], entry.start(2)))
        reader.sections.setdefault(section_name, {})[name] = Entry(name, value)


def _plain(raw: str, offset: int) -> Word:
    """Take quotes, escapes and the comment out of a value; it keeps its places when none of them moves a letter."""
    pieces: list[str] = []
    for piece in _PIECE.finditer(raw):
        if piece.lastgroup == "comment":
            break
        pieces.append(piece[piece.lastgroup or 0])
    text = "".join(pieces)
    shift = raw.find(text) if text else 0
    if shift == -1:
        return Word(text.strip(BLANKS), offset, fixed=True)
    stripped = text.lstrip(BLANKS)
    return Word(stripped.rstrip(BLANKS), offset + shift + len(text) - len(stripped))


def _resolve(reader: _Reader, section: str, value: Word) -> Word:
    """Replace every variable; values are resolved when they are read, so one pass is enough and no cycle can be."""
    if "$" not in value.text:
        return value
    defined_at: int | None = None
    pieces: list[str] = []
    done = 0
    for match in _VARIABLE.finditer(value.text):
        found = _variable(reader, section, match)
        reader.budget -= len(found.text) if found else 0
        pieces += [value.text[done : match.start()], found.text if found and reader.budget > 0 else PLACEHOLDER]
        done = match.end()
        if found:
            defined_at = found.offset if found.defined_at is None else found.defined_at
    text = "".join((*pieces, value.text[done:]))
    return Word(text, value.offset, fixed=True, defined_at=defined_at)


def _variable(reader: _Reader, section: str, match: re.Match[str]) -> Word | None:
    where = match["s1"] or match["s2"] or match["s3"] or section
    name = match["n1"] or match["n2"] or match["n3"]
    entry = reader.sections.get(where, {}).get(name) or reader.sections[DEFAULT].get(name)
    return entry.value if entry and where != "ENV" else None


def sections_under(configuration: Configuration, start: str, name: str) -> Iterator[str]:
    """Yield the section that an entry of `start` names, when there is one."""
    entry = configuration.get(start, name)
    if entry and entry.value.text in configuration.sections:
        yield entry.value.text
