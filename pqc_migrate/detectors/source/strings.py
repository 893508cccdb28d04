"""What the string methods of Kotlin, Scala and Swift make of a known text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pqc_migrate.detectors.calls.values import Octets, Text, Value

_SAME: Callable[[str], str] = str.strip
_CHANGES: Mapping[str, Callable[[str], str]] = {
    "toLowerCase": str.lower, "lowercase": str.lower, "lowercased": str.lower,
    "toUpperCase": str.upper, "uppercase": str.upper, "uppercased": str.upper,
    "trim": _SAME, "strip": _SAME, "trimIndent": _SAME, "stripMargin": _SAME,
    "toString": str, "intern": str, "toCharArray": str,
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
