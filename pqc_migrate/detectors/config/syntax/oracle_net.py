"""Oracle Net parameter files (Net Services Reference, Syntax Rules): ``NAME = value``, further lines indented.

A value in parentheses keeps them; its lines and the comments between them are one value at its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.syntax.leaf import MOST, Leaf

_PARAMETER = re.compile(
    r"^(?P<key>[A-Za-z_][\w.]*)[ \t]*=(?P<value>[^\r\n]*(?:\r?\n(?:[ \t)][^\r\n]*|#[^\r\n]*(?=\r?\n[ \t)])))*)",
    re.MULTILINE | re.ASCII,
)
_COMMENT = re.compile(r"#[^\r\n]*")


def read(document: Document) -> Iterator[tuple[Leaf, ...]]:
    """Yield the leaves of the file, in one tuple."""
    leaves: list[Leaf] = []
    for match in _PARAMETER.finditer(document.text):
        raw = _COMMENT.sub(lambda comment: " " * len(comment[0]), match["value"])
        start = match.start("value") + len(raw) - len(raw.lstrip())
        leaves.append(Leaf(match["key"], Word(raw.strip(), start, fixed="#" in match["value"])))
        if len(leaves) >= MOST:
            break
    yield tuple(leaves)
