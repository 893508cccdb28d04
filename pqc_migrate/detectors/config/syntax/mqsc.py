"""IBM MQ commands (MQSC): ``DEFINE CHANNEL(A) CHLTYPE(SVRCONN) + SSLCIPH(ANY_TLS12)``; ``*`` begins a comment.

Each attribute is a leaf under its command: ``command[3].SSLCIPH``. A line that ends in ``+`` or ``-`` goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.syntax.leaf import MOST, Leaf

_LINE = re.compile(r"[^\r\n]+")
_ATTRIBUTE = re.compile(r"\b([A-Za-z]{2,12})[ \t]*\(([^()\r\n]*)\)", re.ASCII)


def read(document: Document) -> Iterator[tuple[Leaf, ...]]:
    """Yield the leaves of the file, in one tuple; attributes in upper case."""
    leaves: list[Leaf] = []
    command, goes_on = -1, False
    for line in _LINE.finditer(document.text):
        if line[0].lstrip().startswith("*"):
            continue
        command += not goes_on
        goes_on = line[0].rstrip().endswith(("+", "-"))
        for match in _ATTRIBUTE.finditer(document.text, line.start(), line.end()):
            value = match[2].strip()
            start = match.start(2) + match[2].find(value)
            quoted = len(value) > 1 and value[0] == value[-1] == "'"
            word = Word(value[1:-1], start + 1) if quoted else Word(value, start)
            leaves.append(Leaf(f"command[{command}].{match[1].upper()}", word))
        if len(leaves) >= MOST:
            break
    yield tuple(leaves)
