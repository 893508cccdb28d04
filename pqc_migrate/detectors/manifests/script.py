"""Build scripts read as text: comments blanked out so that places stay, and the arguments of calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_LONGEST_CALL = 4000
_STRINGS = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'"


def without_comments(text: str, marks: str) -> str:
    """Blank out comments from any of these marks (separated by spaces) to the end of the line, and ``/* */``."""
    return _comments(marks).sub(lambda m: m[0] if m["string"] else re.sub(r"[^\n]", " ", m[0]), text)


@cache
def _comments(marks: str) -> re.Pattern[str]:
    to_line_end = "|".join(re.escape(mark) + r"[^\n]*" for mark in marks.split(" "))
    block = r"|/\*.*?(?:\*/|\Z)" if "//" in marks else ""
    return re.compile(f"(?P<string>{_STRINGS})|{to_line_end}{block}", re.DOTALL)


def calls(source: str, *names: str, ignore_case: bool = False) -> Iterator[tuple[str, int]]:
    """Yield what stands between the parentheses of each call of one of these names, and where that begins."""
    flags = re.IGNORECASE if ignore_case else 0
    for match in re.finditer(rf"(?<![\w.])(?:{'|'.join(map(re.escape, names))})\s*\(", source, flags):
        end = _closing(source, match.end())
        if end >= 0:
            yield source[match.end() : end], match.end()


def _closing(source: str, start: int) -> int:
    """Return where the parenthesis that is open at `start` closes, or -1."""
    depth = 1
    for match in re.compile(rf"{_STRINGS}|[()]").finditer(source, start, min(len(source), start + _LONGEST_CALL)):
        if match[0] == "(":
            depth += 1
        elif match[0] == ")":
            depth -= 1
            if depth == 0:
                return match.start()
    return -1
