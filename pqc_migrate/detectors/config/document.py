"""The text of one configuration file as every notation of this package reads it.

Bytes become characters one to one (Latin-1): every directive and every algorithm name is ASCII, so an index
in the text is the byte's offset in the file whatever its encoding, and no byte can fail to decode. What a
template fills in later is blanked out before reading, so the same reader serves ``nginx.conf`` and
``nginx.conf.j2``; findings of a template are `Technique.TEXT` and less sure.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pqc_migrate.model.inventory import Technique
from pqc_migrate.model.target import SourceFile

PLACEHOLDER = "\x01"
"""Stands for each character of a value that a template fills in; such a value is not known."""
BLANKS = " \t\r\f\v"
"""ASCII only: ``str.strip()`` would also take 0x85 and 0xA0, which are parts of UTF-8 letters here."""
_UTF8_BOM = "\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
_EXPRESSIONS = (("{{", "}}"), ("<%=", "%>"))
_STATEMENTS = (("{%", "%}"), ("{#", "#}"), ("<%", "%>"))
_STATEMENT_WORD = re.compile(
    r"\{\{[-~ \t]*(?:/\*|[#/^!]|(?:if|else|end|range|with|define|block|template|break|continue)\b)"
)
_VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_:?.-]*\}")
_SUBSTITUTION = re.compile(r"(?<![A-Za-z0-9])@[A-Z][A-Z0-9_]*@|%%[A-Z][A-Z0-9_]*%%")
_SET = re.compile(r"\{%-?\s*set\s+(\w+)\s*=\s*(?:'([^'{}\n]*)'|\"([^\"{}\n]*)\")\s*-?%\}")
_ANY_SET = re.compile(r"\{%-?\s*set\s+(\w+)\b")
_NAMED = re.compile(r"\{\{-?\s*(\w+)\s*-?\}\}")
_NOT_LINE_BREAK = re.compile(r"[^\r\n]")


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of a file's text and where it starts."""

    text: str
    offset: int
    fixed: bool = False
    """The text was put together from elsewhere (a variable): parts of it stand at the whole's offset."""
    defined_at: int | None = None
    """Offset of the variable that the text came from, when it did."""
    defined_in: tuple[str, int] | None = None
    """Path and line of that variable, when it stands in another file."""
    refers: str = ""
    """Key of the constant that stands here instead of a text (``variable.bits[].default``), which is not known."""

    def part(self, start: int, text: str) -> Word:
        """Return a piece of this word that begins `start` characters into it."""
        offset = self.offset if self.fixed else self.offset + start
        return Word(text, offset, self.fixed, self.defined_at, self.defined_in)

    def split(self, pattern: re.Pattern[str]) -> list[Word]:
        """Return every match of `pattern` as a word of its own."""
        return [self.part(match.start(), match[0]) for match in pattern.finditer(self.text)]

    @property
    def known(self) -> bool:
        """False when a template or a variable that cannot be resolved here decides the text."""
        return PLACEHOLDER not in self.text


@dataclass(frozen=True, slots=True)
class Document:
    """One file, ready to be read."""

    path: str
    text: str
    """As long as the file in bytes; a byte order mark and template statements are spaces."""
    technique: Technique
    readable: bool = True
    """False for UTF-16 and the like, which none of these programs reads either."""
    lines: tuple[int, ...] = field(default=(), repr=False)
    literals: tuple[tuple[int, int, str, int], ...] = ()
    """What a template itself sets (``{% set x = '…' %}``) and names again: from, to, the text, where it is set."""

    @classmethod
    def of(cls, file: SourceFile, *, own_substitution: bool = False) -> Document:
        """Decode a file; `own_substitution` leaves ``${name}`` alone because the notation defines it."""
        text = file.data.decode("latin-1")
        if text.startswith(_UTF8_BOM):
            text = "   " + text[3:]
        masked = _mask(text, own_substitution)
        return cls(
            path=file.path,
            text=masked,
            technique=Technique.CONFIG if masked == text else Technique.TEXT,
            readable=not file.data.startswith(_WIDE_BOMS),
            lines=tuple(match.end() for match in re.finditer("\n", text)),
            literals=tuple(_literals(text)) if "{%" in text else (),
        )

    def filled(self, word: Word) -> Word:
        """Return a word with the texts put in that the template itself sets; the word when there are none."""
        if word.known or word.fixed or not self.literals:
            return word
        pieces, done, origin = [], 0, None
        for start, end, text, at in self.literals:
            start, end = start - word.offset, end - word.offset
            if done <= start and end <= len(word.text):
                pieces += [word.text[done:start], text]
                done, origin = end, at
        if origin is None:
            return word
        return Word("".join((*pieces, word.text[done:])), word.offset, fixed=True, defined_at=origin)

    def line(self, offset: int) -> int:
        """Return the 1-based line of an offset."""
        return bisect_right(self.lines, offset) + 1

    @property
    def is_template(self) -> bool:
        """True when something in the file is filled in later; branches of one value may then stand side by side."""
        return self.technique is Technique.TEXT


def _literals(text: str) -> Iterator[tuple[int, int, str, int]]:
    """Yield the places of names that are set once in the whole template, to a text."""
    often = Counter(match[1] for match in _ANY_SET.finditer(text))
    known = {match[1]: match for match in _SET.finditer(text) if often[match[1]] == 1}
    for named in _NAMED.finditer(text) if known else ():
        if (match := known.get(named[1])) is not None and match.end() <= named.start():
            group = 2 if match[2] is not None else 3
            yield named.start(), named.end(), match[group], match.start(group)


def _mask(text: str, own_substitution: bool) -> str:
    templated = "{{" in text or "{%" in text or "<%" in text
    if templated:
        for opener, closer in _EXPRESSIONS:
            text = _fill(text, opener, closer)
        for opener, closer in _STATEMENTS:
            text = _fill(text, opener, closer, " ")
    if not own_substitution:
        text = _VARIABLE.sub(_placeholder, text)
    return _SUBSTITUTION.sub(_placeholder, text)


def _placeholder(match: re.Match[str]) -> str:
    return PLACEHOLDER * len(match[0])


def _fill(text: str, opener: str, closer: str, filler: str = PLACEHOLDER) -> str:
    """Overwrite every opener…closer but its line breaks; one pass, an opener that is never closed ends it."""
    pieces: list[str] = []
    done = 0
    while (start := text.find(opener, done)) != -1:
        end = text.find(closer, start + len(opener))
        if end == -1:
            break
        end += len(closer)
        inside = text[start:end]
        pieces += [text[done:start], _NOT_LINE_BREAK.sub(_filler_of(inside, filler), inside)]
        done = end
    return "".join((*pieces, text[done:]))


def _filler_of(inside: str, filler: str) -> str:
    return " " if _STATEMENT_WORD.match(inside) else filler
