"""Lines of words: the syntax of Apache httpd, HAProxy and Squid.

A line is words between blanks; quotes keep blanks together, a backslash takes the next character as it is and joins
the next line at a line's end; ``#`` behind a blank begins a comment. What the words mean is each program's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.detectors.config.document import Document, Word

_LINE = re.compile(r"(?:[^\n\\]++|\\\r?\n|\\)++")
_WORD = re.compile(
    r"""
    (?:[\ \t\r\f\v]++|\\\r?\n)*+
    (?:(?P<comment>\#)|(?P<word>(?:"(?:[^"\\]|\\.)*+"|'[^']*+'|\\\r?\n|\\.|[^\s"'\\]|["'\\])++))
    """,
    re.ASCII | re.VERBOSE,
)
_PIECE = re.compile(r""""((?:[^"\\]|\\.)*+)"|'([^']*+)'|\\\r?\n|\\(.)|([^"'\\]++)|(["'\\])""")
_ESCAPED = re.compile(r"\\(.)")


def lines(document: Document) -> Iterator[tuple[Word, ...]]:
    """Yield the words of each line that has some, in the order of the file."""
    for line in _LINE.finditer(document.text):
        if words := tuple(_words(line[0], line.start())):
            yield words


def _words(line: str, start: int) -> Iterator[Word]:
    position = 0
    while (match := _WORD.match(line, position)) is not None and match["comment"] is None:
        position = match.end()
        yield _word(match["word"], start + match.start("word"))


def _word(raw: str, offset: int) -> Word:
    """Return a word without its quotes; its parts keep their places where only quotes around it were dropped."""
    if not any(mark in raw for mark in "\"'\\"):
        return Word(raw, offset)
    pieces = list(_PIECE.finditer(raw))
    if len(pieces) == 1 and (pieces[0][1] or pieces[0][2]) and "\\" not in raw:
        return Word(raw[1:-1], offset + 1)
    return Word("".join(_piece(piece) for piece in pieces), offset, fixed=True)


def _piece(piece: re.Match[str]) -> str:
    if piece[1] is not None:
        return _ESCAPED.sub(r"\1", piece[1])
    return next((part for part in piece.groups()[1:] if part is not None), "")
