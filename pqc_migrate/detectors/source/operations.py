"""Operators on known values: sums, products and joins of literals, the same in every language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice, product

from pqc_migrate.detectors.calls.values import (
    UNKNOWN,
    UNREAD,
    Items,
    Number,
    Octets,
    Table,
    Text,
    Value,
    choice,
    options,
)

_MOST_JOINS = 8
_DIGITS = {10: re.compile(r"[0-9]{1,4000}"), 16: re.compile(r"[0-9a-fA-F]+")}
"""Python turns no longer decimal text into a number."""


def operate(sign: str, left: Value, right: Value) -> Value:
    """Return the sum, product or join of two known values."""
    if isinstance(left, Number) and isinstance(right, Number):
        return _arithmetic(sign, left, right)
    if sign == "+" and isinstance(left, Text) and isinstance(right, Text):
        return Text(left.line, text=left.text + right.text)
    if sign == "+" and isinstance(left, Items) and isinstance(right, Items):
        return Items(left.line, items=left.items + right.items)
    if isinstance(left, Octets) and isinstance(right, Octets) and sign == "+":
        return Octets(left.line, length=left.length + right.length)
    if sign == "*" and isinstance(left, Octets) and isinstance(right, Number) and 0 <= right.number < 1 << 20:
        return Octets(left.line, length=left.length * right.number)
    if sign == "%" and isinstance(left, Text) and isinstance(right, Text | Number):
        inner = right.text if isinstance(right, Text) else str(right.number)
        if left.text.count("%") == 1:
            return Text(left.line, text=re.sub(r"%[sd]", lambda _: inner, left.text))
    return UNKNOWN


def _arithmetic(sign: str, left: Number, right: Number) -> Value:
    a, b = left.number, right.number
    if sign == "+":
        return Number(left.line, number=a + b)
    if sign == "-":
        return Number(left.line, number=a - b)
    if sign == "*" and abs(a) < 1 << 64 and abs(b) < 1 << 64:
        return Number(left.line, number=a * b)
    if sign in ("/", "//") and b:
        return Number(left.line, number=a // b)
    if sign == "<<" and 0 <= b < 64 and abs(a) < 1 << 64:
        return Number(left.line, number=a << b)
    if sign == "**" and 0 <= b < 64 and abs(a) < 64:
        return Number(left.line, number=a**b)
    return UNKNOWN


def joined(parts: list[Value], line: int) -> Value:
    """Return the strings that parts make together; what was not read of them stays `UNREAD` in it."""
    known = [[option for option in options(part) if isinstance(option, Text | Number)] for part in parts]
    if parts and not any(known):
        return UNKNOWN
    made: list[Value] = []
    for combination in islice(product(*(part or [Text(text=UNREAD)] for part in known)), _MOST_JOINS):
        text = "".join(part.text if isinstance(part, Text) else str(part.number) for part in combination)
        made.append(Text(line, text=text))
    return choice(made)


def elements(value: Value, kind: str) -> list[Value]:
    """Return what a loop over ``keys`` or ``values`` gives its variable, for a list or a table."""
    found: list[Value] = []
    for option in options(value):
        if isinstance(option, Items) and kind == "values":
            found.extend(option.items)
        elif isinstance(option, Table):
            found.extend(option.pairs.values() if kind == "values" else (Text(text=key) for key in option.pairs))
    return found[:32]


def parsed(passed: Sequence[Value]) -> Value:
    """Return the number that a text and, behind it, its radix stand for (``new BigInteger(text, 16)``)."""
    radix = passed[1].number if len(passed) == 2 and isinstance(passed[1], Number) else 10
    digits = _DIGITS.get(radix)
    found: list[Value] = []
    for option in options(passed[0]) if digits is not None and 1 <= len(passed) <= 2 else ():
        text = option.text.strip() if isinstance(option, Text) else ""
        if digits is not None and digits.fullmatch(text):
            found.append(Number(option.line, option.how, int(text, radix)))
    return choice(found)
