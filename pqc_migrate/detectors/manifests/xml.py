"""XML manifests whose facts stand in attributes and short texts, with the lines they stand on.

Expat knows lines and opens no other file; entity declarations stop the reading, so there is nothing to expand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from pqc_migrate.detectors.manifests.dependency import Text, Unreadable

_DEEPEST = 100


@dataclass(slots=True)
class Element:
    """One element, without its namespace prefix."""

    tag: str
    attributes: Mapping[str, str]
    line: int
    children: dict[str, str] = field(default_factory=dict)
    """Texts of the elements in it, by tag."""


def elements(text: Text, tags: frozenset[str]) -> Iterator[Element]:
    """Yield the elements with one of these tags, in the order of their ends; `Unreadable` when it is not XML."""
    found: list[Element] = []
    open_: list[Element] = []
    texts: list[str] = [""]
    parser = expat.ParserCreate()

    def start(tag: str, attributes: dict[str, str]) -> None:
        if len(open_) >= _DEEPEST:
            raise Unreadable("nested too deeply")
        open_.append(Element(tag.rpartition(":")[2], attributes, parser.CurrentLineNumber))
        texts.append("")

    def characters(data: str) -> None:
        texts[-1] += data

    def end(_: str) -> None:
        element, content = open_.pop(), texts.pop().strip()
        if open_ and open_[-1].tag in tags:
            open_[-1].children.setdefault(element.tag, content)
        if element.tag in tags:
            found.append(element)

    def refuse(*_: object) -> None:
        raise Unreadable("declares entities: not read")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(text.text, True)
    except expat.ExpatError:
        raise Unreadable("not well-formed XML") from None
    yield from found


def place(text: Text, line: int, word: str) -> int:
    """Return where a word stands from a line on; else where the line begins."""
    start = text.start(line)
    return max(text.text.find(word, start), start)
