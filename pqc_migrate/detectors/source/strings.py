"""What the string methods of Kotlin, Scala and Swift make of a known text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pqc_migrate.detectors.calls.values import Items, Octets, Text, Value

_SAME: Callable[[str], str] = str.strip
_CHANGES: Mapping[str, Callable[[str], str]] = {
    "toLowerCase": str.lower, "lowercase": str.lower, "lowercased": str.lower,
    "toUpperCase": str.upper, "uppercase": str.upper, "uppercased": str.upper,
    "trim": _SAME, "strip": _SAME, "trimIndent": _SAME, "stripMargin": _SAME,
    "reversed": lambda text: text[::-1], "toString": str, "intern": str, "toCharArray": str,
}  # fmt: skip
_ENCODERS = frozenset({"getBytes", "toByteArray", "encodeToByteArray"})
_REPLACERS = frozenset({"replace", "replaceAll", "replacingOccurrences", "replaceFirst"})
_FORMAT = re.compile(r"%(?:\d+\$)?[sd@]")


def changed(text: Text, method: str, given: list[str]) -> Value | None:
    """Return what a method gives for a text and the texts it is called with; None when it is not known here."""
    if method in _CHANGES:
        return Text(text.line, text.how, _CHANGES[method](text.text))
    if method in _ENCODERS:
        return Octets(text.line, text.how, len(text.text.encode("utf-8", "replace")))
    if method in ("concat", "plus", "appending") and len(given) == 1:
        return Text(text.line, text.how, text.text + given[0])
    if method in _REPLACERS and len(given) == 2 and given[0]:
        return Text(text.line, text.how, text.text.replace(given[0], given[1]))
    if method in ("format", "formatted"):
        return formatted(text, given)
    return None


def formatted(pattern: Text, given: list[str]) -> Value | None:
    """Return a pattern of ``%s`` with all its places filled in; None when their number does not fit."""
    pieces = _FORMAT.split(pattern.text)
    if len(pieces) != len(given) + 1:
        return None
    filled = "".join(piece + text for piece, text in zip(pieces, [*given, ""], strict=True))
    return Text(pattern.line, pattern.how, filled)


def cut(text: Text, method: str, numbers: list[int]) -> Value | None:
    """Return the part of a text that a method gives for one or two positions; None when it is not known here."""
    size = len(text.text)
    if not numbers or any(not 0 <= number <= size for number in numbers):
        return None
    first, last = numbers[0], numbers[1] if len(numbers) > 1 else size
    parts = {
        "substring": text.text[first:last],
        "subSequence": text.text[first:last],
        "charAt": text.text[first : first + 1],
        "drop": text.text[first:],
        "take": text.text[:first],
    }
    return Text(text.line, text.how, parts[method]) if method in parts else None


def split(text: Text, mark: str) -> Value | None:
    """Return the parts of a text around a mark; None where the mark may be a pattern that means another."""
    plain = mark[1:] if len(mark) == 2 and mark[0] == "\\" and not mark[1].isalnum() else mark
    if not plain or (plain == mark and any(letter in "\\^$.|?*+()[{" for letter in plain)):
        return None
    return Items(text.line, items=tuple(Text(text.line, text.how, part) for part in text.text.split(plain)[:64]))
