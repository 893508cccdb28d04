"""File names that every output can carry, whatever bytes a disk holds."""

from __future__ import annotations

import unicodedata


def visible(name: str) -> str:
    r"""Return a name with everything that cannot be shown or encoded spelled out.

    Bytes that are not UTF-8 become ``\xff``; control, direction and other unprintable characters
    become ``\n`` or ``\u202e``, so that a name can neither break a line nor turn a terminal round.
    """
    if name.isprintable():
        return name
    return "".join(char if _harmless(char) else _escape(char) for char in name)


def _harmless(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) == "Zs"


def _escape(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # PEP 383: an undecodable byte
        return f"\\x{code - 0xDC00:02x}"
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")
