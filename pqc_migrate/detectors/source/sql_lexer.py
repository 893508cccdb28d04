"""The words of an SQL script: every dialect's strings, comments and quoted names, and the bodies of routines.

A grammar of one dialect reads the others badly (tree-sitter-sql loses a third of real scripts, and none of
PL/SQL and T-SQL's keys); the words are the same in all of them. Bodies of functions that are written as
strings (``AS $$ … $$``) are code and are read like the rest.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

_MYSQL = re.compile(r"`|\bauto_increment\b|\bengine\s*=|^[ \t]*delimiter\s", re.IGNORECASE | re.MULTILINE)
_PARTS = r"""
  (?P<line>^[ \t]*(?:\\(?!\.)|(?:rem|remark|prompt)\b)[^\n]*)  # psql and SQL*Plus: commands end with the line
 |(?P<space>\s+)
 |(?P<comment>(?:--|\#(?=[ \t!]|\s*\n))[^\n]*|/\*(?![!M])(?:(?!\*/).)*(?:\*/|\Z))
 |(?P<executed>/\*[!M]+\d*|\*/)  # MySQL executes what stands in such a comment
 |(?P<oracle>n?q'(?P<fence>[^\s\w']))
 |(?P<string>%s)
 |(?P<word>[^\W\d][\w$#]*)
 |(?P<number>0x[0-9a-f]+|\d+(?:\.\d+)?)
 |(?P<variable>@{1,2}[\w$.]+)
 |(?P<quoted>"[^"]*(?:""[^"]*)*")
 |(?P<name>`[^`\n]*`|\[[^\W\d][^\]\n]*\])
 |(?P<dollar>\$(?:[^\W\d]\w*)?\$)
 |(?P<sign>:=|=>|\|\||::|[<>!]=|<>|.)
"""
_PLAIN = r"[nbx]?'[^']*(?:''[^']*)*'|e'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'"
_ESCAPING = r"[nbxe]?'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'"
_FLAGS = re.VERBOSE | re.IGNORECASE | re.MULTILINE | re.DOTALL
_STANDARD_TOKEN = re.compile(_PARTS % _PLAIN, _FLAGS)
_MYSQL_TOKEN = re.compile(_PARTS % _ESCAPING, _FLAGS)
_CLOSING = {"[": "]", "{": "}", "(": ")", "<": ">"}
_BODIES = frozenset({"as", "do", "is"})
_MOST_NESTED = 3


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    """A keyword or a name, in lower case."""
    NAME = "name"
    """A quoted name."""
    TEXT = "text"
    NUMBER = "number"
    VARIABLE = "variable"
    """``@name``, ``@@name``, in lower case."""
    SIGN = "sign"


class Token(NamedTuple):
    """One word of a script."""

    kind: Kind
    text: str
    start: int
    """Byte offset in the file."""


def tokens(data: bytes) -> list[Token]:
    """Return the tokens of a script, those of its routines' bodies among them."""
    text = data.decode("latin-1")  # so that a position in it is one in the file
    lexer = _Lexer(text, _MYSQL.search(text) is not None)
    lexer.read(0, len(text), 0)
    return lexer.found


class _Lexer:
    """The state of reading one file."""

    def __init__(self, text: str, mysql: bool) -> None:
        self.text = text
        self.mysql = mysql
        self.found: list[Token] = []
        self._pattern = _MYSQL_TOKEN if mysql else _STANDARD_TOKEN
        self._routine = False
        """Whether the statement makes a function or procedure, so that a string behind AS is its body."""
        self._unclosed: set[str] = set()

    def read(self, at: int, end: int, depth: int) -> None:
        """Read a part of the file; a string that is a body is read as a part of its own."""
        take, text = self._pattern.match, self.text
        while at < end:
            match = take(text, at, end)
            kind = match.lastgroup if match is not None else None
            if match is None or kind is None:
                at += 1
            elif kind in _IGNORED:
                at = match.end()
            elif kind in _SIMPLE:
                at = self._simple(_SIMPLE[kind], match, end)
            else:
                at = self._quoted(kind, match, end, depth)

    def _simple(self, kind: Kind, match: re.Match[str], end: int) -> int:
        word = match[0].lower()
        if kind is Kind.SIGN and word == ";":
            self._routine = False
        elif word in ("function", "procedure"):
            self._routine = True
        rows = word == "stdin" and bool(self.found) and self.found[-1].text == "from"
        self._add(kind, word, match.start())
        return self._behind_rows(match.end(), end) if rows else match.end()

    def _behind_rows(self, at: int, end: int) -> int:
        """Return where the data behind ``COPY … FROM stdin;`` ends: at a line that is a backslash and a period."""
        closing = self.text.find("\n\\.", at, end)
        self._add(Kind.SIGN, ";", at)
        return closing + 3 if closing >= 0 else at

    def _quoted(self, kind: str, match: re.Match[str], end: int, depth: int) -> int:
        if kind == "dollar":
            return self._dollar(match, end, depth)
        if kind == "oracle":
            return self._oracle(match, end)
        if kind == "string":
            return self._string(match, depth)
        text = match[0][1:-1]
        self._add(Kind.TEXT if kind == "quoted" and self.mysql else Kind.NAME, text, match.start() + 1)
        return match.end()

    def _dollar(self, match: re.Match[str], end: int, depth: int) -> int:
        closing = self.text.find(match[0], match.end(), end) if match[0] not in self._unclosed else -1
        if closing < 0:
            self._unclosed.add(match[0])
            self._add(Kind.SIGN, "$", match.start())
            return match.start() + 1
        if depth < _MOST_NESTED and self.found and self.found[-1].text in _BODIES:
            self._body(match.end(), closing, depth)
        else:
            self._add(Kind.TEXT, self.text[match.end() : closing], match.start())
        return closing + len(match[0])

    def _body(self, start: int, end: int, depth: int) -> None:
        """Read the body of a routine, apart from the statement around it."""
        self._add(Kind.SIGN, ";", start)
        self.read(start, end, depth + 1)
        self._add(Kind.SIGN, ";", end)

    def _oracle(self, match: re.Match[str], end: int) -> int:
        """Read ``q'[…]'``."""
        fence = match["fence"]
        closing = self.text.find(_CLOSING.get(fence, fence) + "'", match.end(), end)
        if closing < 0:
            return match.end()
        self._add(Kind.TEXT, self.text[match.end() : closing], match.start())
        return closing + 2

    def _string(self, match: re.Match[str], depth: int) -> int:
        start = match.start() + match[0].index("'") + 1
        content = match[0][start - match.start() : -1]
        before = self.found[-1].text if self.found else ""
        if self._routine and before in ("as", "do") and depth < _MOST_NESTED and re.search(r"\s", content):
            # Two quotes stand for one in it: the places stay those of the file.
            inner = _Lexer(" " * start + _unquoted(content), self.mysql)
            inner._body(start, start + len(content), depth)
            self.found += inner.found
        else:
            self._add(Kind.TEXT, content.replace("''", "'"), start)
        return match.end()

    def _add(self, kind: Kind, text: str, start: int) -> None:
        self.found.append(Token(kind, text, start))


_IGNORED = frozenset({"line", "space", "comment", "executed"})
_SIMPLE = {"word": Kind.WORD, "number": Kind.NUMBER, "variable": Kind.VARIABLE, "sign": Kind.SIGN}


def _unquoted(text: str) -> str:
    """Return a string's content with each doubled quote made one, in as much space."""
    parts = text.split("''")
    joints = [" '" if index % 2 == 0 else "' " for index in range(len(parts) - 1)]
    return "".join(part + joint for part, joint in zip(parts, [*joints, ""], strict=True))
