"""The words of an SQL script: every dialect's strings, comments and quoted names, and the bodies of routines.

A grammar of one dialect reads the others badly (tree-sitter-sql loses a third of real scripts, and none of
PL/SQL and T-SQL's keys); the words are the same in all of them. Bodies of functions that are written as
strings (``AS $$ … $$``) are code and are read like the rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

_MYSQL = re.compile(r"`|\bauto_increment\b|\bengine\s*=|^\s*delimiter\s", re.IGNORECASE | re.MULTILINE)
_SPACE = re.compile(r"\s+")
_LINE = re.compile(r"^[ \t]*(?:\\(?!\.)|(?:rem|remark|prompt)\b)[^\n]*", re.IGNORECASE | re.MULTILINE)
"""Commands of psql and SQL*Plus, and their comments: they end with the line."""
_LINE_COMMENT = re.compile(r"(?:--|#(?=[ \t!]|\s*\n))[^\n]*")
_EXECUTED = re.compile(r"/\*[!M]+\d*|\*/")
"""MySQL executes what stands in such a comment."""
_WORD = re.compile(r"[^\W\d][\w$#]*")
_VARIABLE = re.compile(r"@{1,2}[\w$.]+")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?")
_TEXT = re.compile(r"[nNbBxX]?'([^']*(?:''[^']*)*)'")
_ESCAPED = re.compile(r"[nNbBxXeE]?'([^'\\]*(?:(?:\\.|'')[^'\\]*)*)'", re.DOTALL)
_QUOTED = re.compile(r'"([^"]*(?:""[^"]*)*)"')
_BACKQUOTED = re.compile(r"`([^`\n]*)`")
_BRACKETED = re.compile(r"\[([^\W\d][^\]\n]*)\]")
_ORACLE = re.compile(r"[nN]?[qQ]'([^\s\w'])")
_DOLLAR = re.compile(r"\$(?:[^\W\d]\w*)?\$")
_SIGN = re.compile(r":=|=>|\|\||::|[<>!]=|<>|.", re.DOTALL)
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


@dataclass(frozen=True, slots=True)
class Token:
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
        self._routine = False
        """Whether the statement makes a function or procedure, so that a string behind AS is its body."""
        self._unclosed: set[str] = set()

    def read(self, at: int, end: int, depth: int) -> None:
        """Read a part of the file; a string that is a body is read as a part of its own."""
        while at < end:
            at = self._next(at, end, depth)

    def _next(self, at: int, end: int, depth: int) -> int:
        text = self.text
        first = text[at]
        if first.isspace():
            space = _SPACE.match(text, at, end)
            return space.end() if space is not None else at + 1
        skipped = self._skipped(at, end, first)
        if skipped > at:
            return skipped
        if first == "$" and (match := _DOLLAR.match(text, at, end)) is not None:
            return self._dollar(match, end, depth)
        if first in "nNqQ" and (match := _ORACLE.match(text, at, end)) is not None:
            return self._oracle(match, end)
        if first in "'nNbBxXeE":
            pattern = _ESCAPED if self.mysql or first in "eE" else _TEXT
            if (match := pattern.match(text, at, end)) is not None:
                return self._string(match, depth)
        return self._simple(at, end, first)

    def _skipped(self, at: int, end: int, first: str) -> int:
        """Return where a comment ends that begins here; the same place when none does."""
        if first == "/" and self.text.startswith("/*", at):
            executed = _EXECUTED.match(self.text, at, end)
            if executed is not None:
                return executed.end()
            closing = self.text.find("*/", at + 2, end)
            return closing + 2 if closing >= 0 else end
        if first == "*" and self.text.startswith("*/", at):
            return at + 2
        match = _LINE_COMMENT.match(self.text, at, end) if first in "-#" else _LINE.match(self.text, at, end)
        return match.end() if match is not None else at

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
        closing = self.text.find(_CLOSING.get(match[1], match[1]) + "'", match.end(), end)
        if closing < 0:
            return match.end()
        self._add(Kind.TEXT, self.text[match.end() : closing], match.start())
        return closing + 2

    def _string(self, match: re.Match[str], depth: int) -> int:
        content = match[1]
        before = self.found[-1].text if self.found else ""
        if self._routine and before in ("as", "do") and depth < _MOST_NESTED and re.search(r"\s", content):
            # Two quotes stand for one in it: the places stay those of the file.
            inner = _Lexer(" " * match.start(1) + _unquoted(content), self.mysql)
            inner._body(match.start(1), match.end(1), depth)
            self.found += inner.found
        else:
            self._add(Kind.TEXT, content.replace("''", "'"), match.start(1))
        return match.end()

    def _simple(self, at: int, end: int, first: str) -> int:
        for kind, pattern in (
            (Kind.WORD, _WORD),
            (Kind.NUMBER, _NUMBER),
            (Kind.VARIABLE, _VARIABLE),
        ):
            if (match := pattern.match(self.text, at, end)) is not None:
                return self._word(kind, match, end)
        quoted = {'"': _QUOTED, "`": _BACKQUOTED, "[": _BRACKETED}.get(first)
        if quoted is not None and (match := quoted.match(self.text, at, end)) is not None:
            self._add(Kind.TEXT if first == '"' and self.mysql else Kind.NAME, match[1], match.start(1))
            return match.end()
        sign = _SIGN.match(self.text, at, end)
        self._add(Kind.SIGN, sign[0] if sign is not None else first, at)
        return sign.end() if sign is not None else at + 1

    def _word(self, kind: Kind, match: re.Match[str], end: int) -> int:
        word = match[0].lower()
        data = word == "stdin" and bool(self.found) and self.found[-1].text == "from"
        self._add(kind, word, match.start())
        if word in ("function", "procedure"):
            self._routine = True
        if not data:
            return match.end()
        # COPY … FROM stdin; and then rows of data up to a line that is \.
        closing = self.text.find("\n\\.", match.end(), end)
        line = self.text.find("\n", match.end(), end)
        self._add(Kind.SIGN, ";", match.end())
        return closing + 3 if closing >= 0 and line >= 0 else match.end()

    def _add(self, kind: Kind, text: str, start: int) -> None:
        if text == ";" and kind is Kind.SIGN:
            self._routine = False
        self.found.append(Token(kind, text, start))


def _unquoted(text: str) -> str:
    """Return a string's content with each doubled quote made one, in as much space."""
    parts = text.split("''")
    joints = [" '" if index % 2 == 0 else "' " for index in range(len(parts) - 1)]
    return "".join(part + joint for part, joint in zip(parts, [*joints, ""], strict=True))
