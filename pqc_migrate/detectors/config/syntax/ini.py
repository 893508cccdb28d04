"""Sections in brackets, ``key = value`` or ``key: value`` or ``key value``; comments begin with ``#`` or ``;``.

The key of a leaf is ``section.key``. Also files without sections: PostgreSQL, Redis, .env (``export`` is dropped).
Where keys are of several words (``server min protocol = SMB3``, Samba), an equals sign ends them: `read_words`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.detectors.config.document import BLANKS, Document, Word
from pqc_migrate.detectors.config.syntax.leaf import MOST, Leaf, below

_LINE = re.compile(
    r"^[ \t]*(?:"
    r"\[(?P<section>[^\]\r\n]*)\]"
    r"|(?:export[ \t]+)?(?P<key>[^\s=:#;\[][^\s=:]*)(?:[ \t]*[=:][ \t]*|[ \t]+)(?P<value>[^\r\n]*))",
    re.MULTILINE,
)
_LINE_OF_WORDS = re.compile(
    r"^[ \t]*(?:"
    r"\[(?P<section>[^\]\r\n]*)\]"
    r"|(?P<key>[^\s=#;\[][^\r\n=]*)=[ \t]*(?P<value>[^\r\n]*))",
    re.MULTILINE,
)
_COMMENT = re.compile(r"(?:^|[ \t])[#;].*")
_QUOTES = "\"'"


def read(document: Document) -> Iterator[tuple[Leaf, ...]]:
    """Yield the leaves of the file, in one tuple; lines that are no setting are passed over."""
    yield _read(document, _LINE)


def read_words(document: Document) -> Iterator[tuple[Leaf, ...]]:
    """Yield the leaves of a file whose keys may hold blanks."""
    yield _read(document, _LINE_OF_WORDS)


def _read(document: Document, line: re.Pattern[str]) -> tuple[Leaf, ...]:
    leaves: list[Leaf] = []
    section = ""
    for match in line.finditer(document.text):
        if match["section"] is not None:
            section = match["section"].strip(BLANKS).strip(_QUOTES)
            continue
        leaves.append(
            Leaf(below(section, match["key"].rstrip(BLANKS)), _value(match["value"], match.start("value")))
        )
        if len(leaves) >= MOST:
            break
    return tuple(leaves)


def _value(raw: str, offset: int) -> Word:
    quote = raw[:1]
    if quote and quote in _QUOTES and (end := raw.find(quote, 1)) > 0:
        return Word(raw[1:end], offset + 1)
    comment = _COMMENT.search(raw)
    return Word((raw[: comment.start()] if comment else raw).rstrip(), offset)
