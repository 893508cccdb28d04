"""Erlang terms (``sys.config``, RabbitMQ's advanced.config): ``{Key, Value}`` in a list is a key with its value.

``[{rabbit, [{ssl_options, [{versions, ['tlsv1.2']}]}]}].`` gives ``rabbit.ssl_options.versions[0]``. A tuple that
does not begin with an atom is a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.syntax.leaf import DEEPEST, MOST, Leaf, Malformed, below

_TOKEN = re.compile(
    r"%[^\r\n]*"
    r"|\"(?P<string>[^\"\\]*+(?:\\.[^\"\\]*+)*+)\""
    r"|'(?P<quoted>[^'\\\r\n]*+)'"
    r"|(?P<atom>[a-z][\w@]*)"
    r"|(?P<mark>[\[\]{},])"
    r"|(?P<other>[^\s\[\]{},%\"']+)",
    re.ASCII | re.DOTALL,
)


@dataclass(slots=True)
class _Open:
    place: str
    closer: str
    index: int = 0
    key: str | None = None
    """Of a tuple: the atom it begins with, until a second value makes it a key."""


@dataclass(slots=True)
class _Reader:
    leaves: list[Leaf] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)

    def place(self) -> str:
        """Return where the next value stands."""
        if not self.open:
            return ""
        top = self.open[-1]
        if top.closer == "}" and top.key is not None:
            return below(top.place, top.key)
        return f"{top.place}[{top.index}]" if top.place else ""


def read(document: Document) -> Iterator[tuple[Leaf, ...]]:
    """Yield the leaves of the file, in one tuple; `Malformed` where brackets do not match."""
    reader = _Reader()
    for match in _TOKEN.finditer(document.text):
        if match["mark"] == ",":
            if reader.open:
                reader.open[-1].index += 1
        elif match["mark"] in ("[", "{"):
            _begin(document, reader, match)
        elif match["mark"]:
            if not reader.open or reader.open.pop().closer != match["mark"]:
                raise Malformed("not Erlang terms", document.line(match.start()))
        elif match.lastgroup and len(reader.leaves) < MOST:
            _value(reader, match, match.lastgroup)
    yield tuple(reader.leaves)


def _begin(document: Document, reader: _Reader, match: re.Match[str]) -> None:
    if len(reader.open) >= DEEPEST:
        raise Malformed("nested deeper than any setting", document.line(match.start()))
    # A list of pairs is a mapping: its own position says nothing, that of a pair in it neither.
    place = reader.place()
    if match["mark"] == "{" and place.endswith("]"):
        place = place[: place.rindex("[")]
    reader.open.append(_Open(place, "]" if match["mark"] == "[" else "}"))


def _value(reader: _Reader, match: re.Match[str], group: str) -> None:
    top = reader.open[-1] if reader.open else None
    if top is not None and top.closer == "}" and top.index == 0 and group in ("atom", "quoted"):
        top.key = match[group]
        return
    if place := reader.place():
        text = match[group]
        reader.leaves.append(Leaf(place, Word(text, match.start(group), fixed="\\" in text)))
