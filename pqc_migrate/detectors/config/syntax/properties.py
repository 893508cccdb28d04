"""Java properties: bytes of one file to keys and values with their places (java.util.Properties.load)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.syntax.leaf import Leaf

_LOGICAL_LINE = re.compile(r"[^\r\n\\]*+(?:\\(?:\r\n|.|\n|\Z)[^\r\n\\]*+)*+", re.DOTALL)
_COMMENT = re.compile(r"[ \t\f]*[#!][^\r\n]*")
_LINE_BREAK = re.compile(r"\\(?:\r\n|\r|\n)[ \t\f]*")
_PAIR = re.compile(r"[ \t\f]*((?:[^\s=:\\]++|\\.)++)[ \t\f]*[=:]?[ \t\f]*(.*)", re.DOTALL | re.ASCII)


def settings(document: Document) -> dict[str, Word]:
    """Return each key's value, the last one where a key stands twice; parts on further lines keep their places."""
    return dict(_pairs(document.text))


def read(document: Document) -> Iterator[tuple[Leaf, ...]]:
    """Yield the leaves of the file, in one tuple; the last value of a key holds."""
    yield tuple(Leaf(key, value) for key, value in settings(document).items())


def _pairs(text: str) -> Iterator[tuple[str, Word]]:
    position = 0
    while position < len(text):
        if comment := _COMMENT.match(text, position):
            position = comment.end() + 1
            continue
        line = _LOGICAL_LINE.match(text, position)
        end = line.end() if line else len(text)
        joined = _LINE_BREAK.sub(lambda match: " " * len(match[0]), text[position:end])
        if pair := _PAIR.match(joined):
            yield pair[1], Word(pair[2].rstrip(" \t\f"), position + pair.start(2))
        position = end + 1
