"""Lines of a configuration file, and lines that belong together, with their places.

What joins lines becomes spaces, so an index in a joined line is still the offset in the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from pqc_migrate.detectors.config.document import BLANKS, Document, Word
from pqc_migrate.detectors.config.report import Setting
from pqc_migrate.model.inventory import Diagnostic, Finding, Skip

Found = Iterator[Finding | Diagnostic]
Reader = Callable[[Setting, Word], Found]
"""Reads one value of one directive."""
_CONTINUATION = re.compile(r"\\[ \t]*\r?\n")
_ASSIGNMENT = re.compile(r"[ \t]*([^\s=#;{}\[\]\"']+)[ \t]*=[ \t]*(.*)", re.DOTALL)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_DIRECTIVE = re.compile(r"[ \t]*([^\s#;{}\"']+)[ \t]+(.*)", re.DOTALL)


def physical(document: Document, *, comments: str = "#") -> Iterator[Word]:
    """Yield every line that is neither empty nor a comment; line ends are left out."""
    return _lines(document.text, comments)


def backslashed(document: Document, *, comments: str = "#") -> Iterator[Word]:
    """Yield lines; one that ends in a backslash goes on in the next."""
    return _lines(_CONTINUATION.sub(lambda match: " " * len(match[0]), document.text), comments)


def indented(document: Document, *, comments: str = "#") -> Iterator[Word]:
    """Yield lines; one that begins with white space goes on with the line before, over empty lines and comments."""
    first: Word | None = None
    text = ""
    for line in _lines(document.text, comments):
        if first is not None and line.text[0] in " \t":
            text += " " * (line.offset - first.offset - len(text)) + line.text
            continue
        if first is not None:
            yield Word(text, first.offset)
        first, text = line, line.text
    if first is not None:
        yield Word(text, first.offset)


def _lines(text: str, comments: str) -> Iterator[Word]:
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end == -1 else end
        line = text[start:end].rstrip(BLANKS)
        if (bare := line.lstrip(BLANKS)) and bare[0] not in comments:
            yield Word(line, start)
        start = end + 1


def assignment(line: Word) -> tuple[Word, Word] | None:
    """Return name and value of ``name = value``."""
    return _pair(_ASSIGNMENT, line)


def directive(line: Word) -> tuple[Word, Word] | None:
    """Return the first word of a line and the rest."""
    return _pair(_DIRECTIVE, line)


def _pair(pattern: re.Pattern[str], line: Word) -> tuple[Word, Word] | None:
    match = pattern.fullmatch(line.text)
    if match is None:
        return None
    return line.part(match.start(1), match[1]), line.part(match.start(2), match[2])


def without_comment(value: Word, marks: str = "#") -> Word:
    """Return a value up to a comment that stands behind white space."""
    match = re.search(rf"(?:^|[ \t])[{marks}]", value.text)
    return value.part(0, value.text[: match.start()].rstrip(BLANKS)) if match else value


def unquoted(value: Word) -> Word:
    """Return what stands between quotes, when the whole value does."""
    text = value.text
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return value.part(1, text[1:-1])
    return value


def read(
    document: Document,
    detector: str,
    table: Mapping[str, Reader],
    name: str,
    value: Word,
    ceiling: tuple[float, str] = (1.0, ""),
) -> Found:
    """Read a directive's value as its `table` says; rules are named after directives.

    `ceiling` is the highest confidence with its reason, for what may not be in force.
    """
    reader = table.get(name)
    if reader is not None and value.text:
        yield from Setting(document, f"{detector}/{_kebab(name)}", name, *ceiling).read(reader, value)


def _kebab(name: str) -> str:
    """Return a directive's name as part of a rule: ``ServerSSLOptions`` is ``server-ssl-options``."""
    return _HUMP.sub("-", name.replace("_", "-")).lower()


def wide(document: Document, detector: str, product: str) -> Found:
    """Say that a file in UTF-16 is not read, as its program does not read it either."""
    yield Diagnostic(
        document.path, Skip.ENCODING, f"{product}: not read, the file is UTF-16", rule=f"{detector}/encoding"
    )
