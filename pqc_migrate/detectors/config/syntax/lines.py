"""``key: value`` by lines and indentation: for YAML templates that are no YAML before they are filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.syntax.leaf import MOST, Leaf, below

_LINE = re.compile(
    r"^(?P<indent>[ ]*)(?P<dash>(?:-[ ]+)*)"
    r"(?:(?P<key>[A-Za-z_\"'][\w./\"'-]*):(?:[ \t]+|$)|(?=\S))(?P<value>[^\r\n#]*)",
    re.MULTILINE,
)


def read(document: Document) -> Iterator[tuple[Leaf, ...]]:
    """Yield the leaves of the file, in one tuple; every item of a list stands at index 0."""
    leaves: list[Leaf] = []
    open_keys: list[tuple[int, str]] = []
    for match in _LINE.finditer(document.text):
        if match["key"] is None and not match["dash"]:
            continue
        column = len(match["indent"]) + len(match["dash"])
        least = len(match["indent"]) + 1 if match["dash"] else column
        while open_keys and open_keys[-1][0] >= least:
            open_keys.pop()
        place = open_keys[-1][1] if open_keys else ""
        if match["dash"]:
            place = f"{place}[0]"
            open_keys.append((least, place))
        if match["key"] is not None:
            place = below(place, match["key"].strip("\"'"))
            open_keys.append((column, place))
        value = match["value"].strip()
        if value and len(leaves) < MOST:
            start = match.start("value") + match["value"].index(value[0])
            quote = value[0] if value[0] in "\"'" and value.endswith(value[0]) and len(value) > 1 else ""
            leaves.append(Leaf(place, Word(value[1:-1], start + 1) if quote else Word(value, start)))
    yield tuple(leaves)
