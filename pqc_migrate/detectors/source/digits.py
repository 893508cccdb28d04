r"""Numbers as they are written in any language: read from bytes, not from syntax.

``0x63``, ``(byte)99``, ``-29u8``, ``UINT64_C(0x428a2f98d728ae22)``, ``\x63\x7c``, ``"637c777b"`` and
``16#63#`` are all numbers; a comment between them is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SUFFIX = rb"(?:_?[uUiI](?:8|16|32|64|128)|[uUlLnN]{1,3}|#)?"
_COMMENT = rb"/\*.*?(?:\*/|\Z)|//[^\n]*"
_PREFIXED = re.compile(
    rb"(?P<comment>" + _COMMENT + rb")"
    rb"|\\x(?P<escape>[0-9A-Fa-f]{2})"
    rb"|(?<![0-9A-Za-z_.])(?P<sign>-)?"
    rb"(?:(?:0[xX]|\$|&[hH]|#[xX]|16\#)(?P<hex>[0-9A-Fa-f][0-9A-Fa-f_']*)|(?P<decimal>[0-9][0-9_]*))"
    + _SUFFIX
    + rb"(?![0-9A-Za-z_.])",
    re.DOTALL,
)
_BARE = re.compile(
    rb"(?P<comment>" + _COMMENT + rb")|(?:\\x|0[xX]|(?<![0-9A-Za-z_.]))(?P<hex>[0-9A-Fa-f]+)(?![0-9A-Za-z_.])",
    re.DOTALL,
)
_START = re.compile(rb"(?:0[xX]|\\x|\$|&[hH]|#[xX]|16#)?[0-9A-Fa-f_']*\Z")
_PREFIXES = (b"x", b"X", b"$", b"h", b"H", b"#")
_LONGEST_TOKEN = 40


@dataclass(frozen=True, slots=True)
class Digits:
    """One number with its place."""

    start: int
    end: int
    text: str
    """Its digits, separators left out."""
    hexadecimal: bool
    negative: bool = False

    @property
    def value(self) -> int:
        """The number itself."""
        number = int(self.text, 16 if self.hexadecimal else 10)
        return -number if self.negative else number


def read(data: bytes, start: int, end: int, bare: bool) -> Iterator[Digits]:
    """Yield the numbers between two offsets; bare: hexadecimal digits have no prefix."""
    for match in (_BARE if bare else _PREFIXED).finditer(data, start, end):
        found = _digits(match)
        if found is not None:
            yield found


def begin(data: bytes, offset: int, decimal: bool) -> tuple[int, bool]:
    """Return where the number begins that some digits at an offset belong to, and whether it has no prefix."""
    if decimal:
        return (offset - 1 if data[offset - 1 : offset] == b"-" else offset), False
    window = data[max(0, offset - _LONGEST_TOKEN) : offset + 1]  # an anchor may itself begin with the ``x``
    if window[-1:] in (b"x", b"X"):
        return offset - 1, False
    prefix = _START.search(window[:-1])
    head = prefix[0] if prefix is not None else b""
    marked = (
        head[:2] in (b"0x", b"0X", b"\\x", b"&h", b"&H", b"#x", b"#X") or head[:1] == b"$" or head[:3] == b"16#"
    )
    return (offset - len(head), False) if marked else (offset, True)


def before(data: bytes, offset: int, count: int, bare: bool) -> list[Digits]:
    """Return the last numbers before an offset."""
    found = list(read(data, max(0, offset - count * _LONGEST_TOKEN - 2 * _LONGEST_TOKEN), offset, bare))
    return found[-count:] if count else []


def _digits(match: re.Match[bytes]) -> Digits | None:
    groups = match.groupdict()
    if groups["comment"] is not None:
        return None
    decimal = groups.get("decimal")
    text = decimal or groups.get("escape") or groups["hex"]
    return Digits(
        match.start(),
        match.end(),
        text.decode("ascii").replace("_", "").replace("'", ""),
        decimal is None,
        bool(groups.get("sign")),
    )
