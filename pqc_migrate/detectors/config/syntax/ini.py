"""Sections in brackets, ``key = value`` or ``key: value`` or ``key value``; comments begin with ``#`` or ``;``.

The key of a leaf is ``section.key``. Also files without sections: PostgreSQL, Redis, .env (``export`` is dropped).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.syntax.leaf import MOST, Leaf, below

_LINE = re.compile(
    r"^[ \t]*(?:"
    r"\[[ \t]*(?P<section>[^\]\r\n]*?)[ \t]*\]"
    r"|(?:export[ \t]+)?(?P<key>[^\s=:#;\[][^\s=:]*)(?:[ \t]*[=:][ \t]*|[ \t]+)(?P<value>[^\r\n]*))",
    re.MULTILINE,
)
_COMMENT = re.compile(r"(?:^|[ \t])[#;].*")
_QUOTES = "\"'"


def read(document: Document) -> Iterator[tuple[Leaf, ...]]:
    """Yield the leaves of the file, in one tuple; lines that are no setting are passed over."""
    leaves: list[Leaf] = []
    section = ""
    for match in _LINE.finditer(document.text):
        if match["section"] is not None:
            section = match["section"].strip(_QUOTES)
            continue
        leaves.append(Leaf(below(section, match["key"]), _value(match["value"], match.start("value"))))
        if len(leaves) >= MOST:
            break
    yield tuple(leaves)


def _value(raw: str, offset: int) -> Word:
    quote = raw[:1]
    if quote and quote in _QUOTES and (end := raw.find(quote, 1)) > 0:
        return Word(raw[1:end], offset + 1)
    comment = _COMMENT.search(raw)
    return Word((raw[: comment.start()] if comment else raw).rstrip(), offset)
