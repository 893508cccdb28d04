"""Pairs of name and text in Puppet's and Chef's languages: ``name => 'text'``, ``default['a']['name'] = 'text'``.

Not a parser of either: what is computed is passed over, and a variable in a text leaves the text unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.detectors.config.document import PLACEHOLDER, Document, Word
from pqc_migrate.detectors.config.syntax.leaf import MOST, Leaf

_PAIR = re.compile(
    r"^(?P<before>[^#\n'\"]*?|[^#\n]*\[)['\"]?(?P<name>[A-Za-z_]\w*)['\"]?\]?[ \t]*(?:=>|=(?!=|~))[ \t]*"
    r"(?P<quote>['\"])(?P<text>(?:[^\\\n'\"]|\\.)*)(?P=quote)",
    re.MULTILINE | re.ASCII,
)
_VARIABLE = re.compile(r"\$\{[^}]*\}|#\{[^}]*\}|\$::\w[\w:]*|\$[a-z_]\w*")


def read(document: Document) -> Iterator[tuple[Leaf, ...]]:
    """Yield the pairs of the file, in one tuple, under their last names."""
    leaves: list[Leaf] = []
    for match in _PAIR.finditer(document.text):
        text = match["text"]
        if match["quote"] == '"':
            text = _VARIABLE.sub(lambda found: PLACEHOLDER * len(found[0]), text)
        leaves.append(Leaf(match["name"], Word(text, match.start("text"))))
        if len(leaves) >= MOST:
            break
    yield tuple(leaves)
