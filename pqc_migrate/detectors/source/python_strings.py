"""What Python's methods of strings and byte strings make of known values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product

from pqc_migrate.detectors.calls.values import UNKNOWN, Items, Number, Octets, Text, Value, choice, options

_CHANGES: Mapping[str, Callable[[str], str]] = {
    "lower": str.lower, "upper": str.upper, "strip": str.strip, "casefold": str.casefold,
    "capitalize": str.capitalize, "title": str.title, "lstrip": str.lstrip, "rstrip": str.rstrip,
}  # fmt: skip
_ONE_PLACE = re.compile(r"\{(\w*)(?:![rsa])?(?::[^{}]*)?\}")
_PERCENT = re.compile(r"%(?:\((\w+)\))?[0-9.]*[sdr]")
_NAME = re.compile(r"[A-Za-z][\w+!@:=.,/ -]{2,1000}", re.ASCII)
_MOST = 16
_MOST_DIGITS = 3500
"""Of a number in hexadecimal: Python prints none of more than 4300 decimal digits."""
_SIMPLE_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\\\": "\\", "\\'": "'", '\\"': '"', "\\\n": ""}
_ESCAPE = re.compile(r"\\(?:[ntabfvr\\'\"\n]|x[0-9a-fA-F]{2})")
_PARTS: Mapping[str, int] = {"replace": 2, "removeprefix": 1, "removesuffix": 1}
METHODS = frozenset({*_CHANGES, *_PARTS, "split", "rsplit", "join", "format", "encode", "decode"})


def method(owner: Text | Octets, name: str, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
    """Return what a method of a literal gives; UNKNOWN where an argument that decides was not read."""
    if isinstance(owner, Octets):
        return owner if name == "decode" else UNKNOWN
    given = [[option.text for option in options(arg) if isinstance(option, Text)] for arg in args]
    if name == "decode":
        return owner
    if name in _CHANGES:
        return replace(owner, text=_CHANGES[name](owner.text)) if not args else UNKNOWN
    if name == "encode":
        return encoded(owner)
    if name == "join":
        return _joined(owner, args)
    if name == "format":
        return formatted(owner, args, named)
    if name in ("split", "rsplit"):
        separator = given[0][0] if given and given[0] else None
        parts = owner.text.split(separator or None)
        return Items(owner.line, items=tuple(replace(owner, text=part) for part in parts))
    if name in _PARTS and all(given) and len(given) == _PARTS[name]:
        found = [replace(owner, text=getattr(owner.text, name)(*texts)) for texts in islice(product(*given), _MOST)]
        return choice(list(found))
    return UNKNOWN


def formatted(pattern: Text, args: Sequence[Value], named: Mapping[str, Value]) -> Value:
    """Return a pattern of ``{}`` with all of its places filled in, over the alternatives of what fills them."""
    values: list[Value] = []
    for count, match in enumerate(_ONE_PLACE.finditer(pattern.text)):
        place = match[1]
        if place and not place.isdigit():
            values.append(named.get(place, UNKNOWN))
        else:
            index = int(place) if place else count
            values.append(args[index] if index < len(args) else UNKNOWN)
    return filled(pattern, _ONE_PLACE.split(pattern.text)[::2], values)


def interpolated(pattern: Text, value: Value) -> Value:
    """Return ``pattern % value`` with all of its places filled in."""
    places = len(_PERCENT.findall(pattern.text))
    values = list(value.items) if isinstance(value, Items) else [value]
    if not places or len(values) != places:
        return UNKNOWN
    return filled(pattern, _PERCENT.split(pattern.text)[::2], values)


def filled(pattern: Value, pieces: Sequence[str], values: Sequence[Value]) -> Value:
    """Return pieces of text with values between them, one text for each combination of alternatives."""
    spelled: list[list[str]] = []
    for value in values:
        known = [_spelled(option) for option in options(value)]
        if None in known:
            return UNKNOWN
        spelled.append([text for text in known if text is not None])
    found: list[Value] = []
    for combination in islice(product(*spelled), _MOST):
        text = "".join(piece + filler for piece, filler in zip(pieces, [*combination, ""], strict=True))
        found.append(Text(pattern.line, "literal", text))
    return choice(found)


def _spelled(value: Value) -> str | None:
    if isinstance(value, Text):
        return value.text
    return str(value.number) if isinstance(value, Number) else None


def _joined(separator: Text, args: Sequence[Value]) -> Value:
    listed = args[0] if args else UNKNOWN
    if not isinstance(listed, Items) or not listed.items:
        return UNKNOWN
    pieces = ["", *([separator.text] * (len(listed.items) - 1)), ""]
    return filled(separator, pieces, listed.items)


def literal(line: int, prefix: str, body: str) -> Value:
    """Return the text of a string literal, or the length of a byte string; `prefix` in lower case."""
    if "r" not in prefix and "\\" in body:
        body = _ESCAPE.sub(_unescape, body)
    text = Text(line, text=body)
    return encoded(text) if "b" in prefix else text


def encoded(text: Text) -> Value:
    """Return a text as octets: their length, and the text too where it can be a name (``b"ECDHE+AESGCM"``)."""
    octets = Octets(text.line, text.how, len(text.text.encode("utf-8", "replace")), path=text.path)
    return choice([octets, text]) if _NAME.fullmatch(text.text) else octets


def decoded(value: Value, encoding: str) -> Value:
    """Return the octets that a text spells in ``hex`` or ``base64``."""
    if not isinstance(value, Text | Octets):
        return UNKNOWN
    if isinstance(value, Octets):  # of a byte string only the length is kept
        return Octets(value.line, value.how, value.length // 2) if encoding == "hex" else UNKNOWN
    text = "".join(value.text.split())
    length = len(text) // 2 if encoding == "hex" else len(text.rstrip("=")) * 6 // 8
    return Octets(value.line, value.how, length, path=value.path)


def in_base(value: Value, base: int) -> Value:
    """Return the integer that a text spells in a base (``int("FFFF FFFF", 16)``)."""
    if not isinstance(value, Text):  # of a digest it is still the digest
        return value
    if base not in (0, 2, 8, 10, 16) or len(value.text) > _MOST_DIGITS:
        return UNKNOWN
    try:
        return Number(value.line, value.how, int("".join(value.text.split()), base), path=value.path)
    except ValueError:
        return UNKNOWN


def _unescape(match: re.Match[str]) -> str:
    text = match[0]
    return chr(int(text[2:], 16)) if text[1] == "x" else _SIMPLE_ESCAPES.get(text, "?")
