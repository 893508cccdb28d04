"""XML 1.0: elements are lists under their name, attributes stand under ``@name``, text under the element itself.

``Server[0].Service[0].Connector[1].@ciphers``. An element that holds nothing at all is a leaf without value.
Namespace prefixes are dropped. Entities of the document's own are refused: none of the settings read here needs
them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.syntax.leaf import DEEPEST, MOST, Leaf, Malformed, below

_UNREADABLE = re.compile(r"[^\t\n\r\x20-\x7e]")
_DECLARED = re.compile(r"(<\?xml[^>]*?)(\s+encoding\s*=\s*(?:\"[^\"]*\"|'[^']*'))")
_LATE_DECLARATION = re.compile(r"\s+<\?xml\s[^>]*\?>")
"""A declaration behind blanks, which programs that strip a text before they parse it let pass."""
_ATTRIBUTE = re.compile(r"([^\s=<>/\"']+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_LARGEST_TAG = 1 << 16


def read(document: Document) -> Iterator[tuple[Leaf, ...]]:
    """Yield the leaves of the file, in one tuple; `Malformed` where the text stops being XML."""
    reader = _Reader(document)
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _attributes: reader.start(name, parser.CurrentByteIndex)
    parser.EndElementHandler = lambda _name: reader.end()
    parser.CharacterDataHandler = lambda text: reader.text(text, parser.CurrentByteIndex)
    parser.EntityDeclHandler = _refuse
    # Every character that is not ASCII becomes one question mark: a byte stays a byte, whatever the encoding is.
    text = _DECLARED.sub(lambda match: match[1] + " " * len(match[2]), document.text, count=1)
    if late := _LATE_DECLARATION.match(text):
        text = re.sub(r"[^\r\n]", " ", late[0]) + text[late.end() :]
    try:
        parser.Parse(_UNREADABLE.sub("?", text).encode("ascii"), True)
    except expat.ExpatError as error:
        raise Malformed("not XML", error.lineno) from error
    yield tuple(reader.leaves)


def _refuse(*_arguments: object) -> None:
    raise Malformed("defines entities of its own")


@dataclass(slots=True)
class _Open:
    place: str
    seen: Counter[str] = field(default_factory=Counter)
    starts_at: int = 0
    text_at: int | None = None
    has_children: bool = False
    has_attributes: bool = False


@dataclass(slots=True)
class _Reader:
    document: Document
    leaves: list[Leaf] = field(default_factory=list)
    open: list[_Open] = field(default_factory=lambda: [_Open("")])

    def start(self, name: str, offset: int) -> None:
        if len(self.open) > DEEPEST or len(self.leaves) > MOST:
            raise Malformed("nested deeper or longer than any setting", self.document.line(offset))
        outer = self.open[-1]
        outer.has_children = True
        local = name.rpartition(":")[2]
        place = f"{below(outer.place, local)}[{outer.seen[local]}]"
        outer.seen[local] += 1
        self.open.append(_Open(place, starts_at=offset))
        for key, value in self._attributes(offset):
            self.leaves.append(Leaf(f"{place}.@{key}", value))
            self.open[-1].has_attributes = True

    def _attributes(self, offset: int) -> Iterator[tuple[str, Word]]:
        """Yield the attributes of the tag that begins at an offset, as they are written."""
        position = offset + 1
        while position < len(self.document.text) and not self.document.text[position].isspace():
            if self.document.text[position] in ">/":
                return
            position += 1
        end = offset + _LARGEST_TAG
        while position < end:
            match = _ATTRIBUTE.match(self.document.text, _after_space(self.document.text, position))
            if match is None:
                return
            group = 2 if match[2] is not None else 3
            yield match[1].rpartition(":")[2], _word(match[group], match.start(group))
            position = match.end()

    def text(self, text: str, offset: int) -> None:
        if self.open[-1].text_at is None and text.strip():
            self.open[-1].text_at = offset

    def end(self) -> None:
        done = self.open.pop()
        if done.text_at is not None and not done.has_children:
            self.leaves.append(Leaf(done.place, self._content(done.text_at)))
        elif not done.has_children and not done.has_attributes:
            self.leaves.append(Leaf(done.place, Word("", done.starts_at)))

    def _content(self, start: int) -> Word:
        """Return an element's text, up to the next tag or the end of its CDATA section."""
        text = self.document.text
        is_cdata = text.endswith("<![CDATA[", 0, start)
        end = text.find("]]>" if is_cdata else "<", start)
        raw = text[start : end if end >= 0 else None]
        start += len(raw) - len(raw.lstrip())
        return Word(raw.strip(), start) if is_cdata else _word(raw.strip(), start)


def _after_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}


def _word(raw: str, offset: int) -> Word:
    if "&" not in raw:
        return Word(raw, offset)
    for entity, character in _ENTITIES.items():
        raw = raw.replace(entity, character)
    return Word(raw, offset, fixed=True)
