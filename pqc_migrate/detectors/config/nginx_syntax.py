"""nginx's configuration syntax: bytes of one file to directives with their words and places.

Written for this program and not taken from `crossplane`: its public lexer opens the file by name, the private one
that takes an open file yields lines but no offsets, ends silently in an open quote and works character by character
in Python. This one follows ``ngx_conf_read_token``, never fails, includes nothing and runs at the speed of one
regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pqc_migrate.detectors.config.document import PLACEHOLDER, Document, Word

_TOKEN = re.compile(
    r"""
      (?P<space>\s++)
    | (?P<comment>\#[^\n]*+)
    | "(?P<double>[^"\\]*+(?:\\.[^"\\]*+)*+)"
    | '(?P<single>[^'\\]*+(?:\\.[^'\\]*+)*+)'
    | (?P<mark>[;{}])
    | (?P<word>(?:\$\{[^}\s]*+\}?|\\.|[^\s;{}\\$]++|\$)++|\\)
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
"""Total: some alternative matches at every place. A quote that is never closed is a letter of a word."""
_DEEPEST = 16
"""Blocks inside blocks that a scope tells apart; nginx itself knows about six."""
_LUA_BLOCK = re.compile(r"[a-z_]+_by_lua_block")
_LUA = re.compile(r"""--[^\n]*+|"(?:[^"\\\n]++|\\.)*+"?|'(?:[^'\\\n]++|\\.)*+'?|[{}]""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Directive:
    """One simple directive, or the head of a block."""

    name: Word
    arguments: tuple[Word, ...]
    scope: tuple[int, ...] = ()
    """The blocks around it, outermost first, each by its number in the file."""
    opens_block: bool = False
    complete: bool = True
    """False at the end of a file that breaks off."""


def directives(document: Document) -> Iterator[Directive]:
    """Yield every directive of every block in the order of the file; comments and Lua code are none."""
    text = document.text
    words: list[Word] = []
    scope: list[int] = []
    position = blocks = 0
    while (token := _TOKEN.match(text, position)) is not None:
        position = token.end()
        kind = token.lastgroup
        if kind in ("word", "double", "single"):
            _take(document, words, Word(token[kind], token.start(kind)))
        elif kind == "mark":
            if words:
                yield Directive(words[0], tuple(words[1:]), tuple(scope[:_DEEPEST]), opens_block=token[0] == "{")
            if token[0] == "{" and words and _LUA_BLOCK.fullmatch(words[0].text):
                position = _end_of_lua(text, position)
            elif token[0] == "{":
                blocks += 1
                scope.append(blocks)
            elif token[0] == "}" and scope:
                scope.pop()
            words = []
    if words:
        yield Directive(words[0], tuple(words[1:]), tuple(scope[:_DEEPEST]), complete=False)


def _take(document: Document, words: list[Word], word: Word) -> None:
    """Add a word; a placeholder alone on a line stands for directives of its own and is no part of the next one."""
    if len(words) == 1 and not words[0].text.strip(PLACEHOLDER) and _line_breaks_between(document, words[0], word):
        words.clear()
    words.append(word)


def _line_breaks_between(document: Document, first: Word, second: Word) -> bool:
    return document.line(first.offset + len(first.text) - 1) < document.line(second.offset)


def _end_of_lua(text: str, position: int) -> int:
    """Return the index behind the brace that closes a Lua block whose opening brace ends at `position`."""
    depth = 1
    for token in _LUA.finditer(text, position):
        if token[0] == "{":
            depth += 1
        elif token[0] == "}":
            depth -= 1
            if depth == 0:
                return token.end()
    return len(text)
