"""What expressions of an SQL script are known to be: strings, numbers, variables of the script, nested calls."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pqc_migrate.detectors.calls.values import (
    UNKNOWN,
    Call,
    Number,
    Text,
    Value,
    as_default,
    choice,
    options,
)
from pqc_migrate.detectors.source.operations import joined
from pqc_migrate.detectors.source.sql_lexer import Kind, Token
from pqc_migrate.detectors.source.unit import as_constant

_OPEN, _CLOSE = "(", ")"
_MOST_ARGUMENTS = 64
_LONGEST = 400
"""Tokens of one expression."""
_DEEPEST = 24
_SAME = frozenset({"lower", "upper", "trim", "rtrim", "ltrim", "to_char"})
_CASTS = frozenset({"cast", "try_cast"})
_ENDS = frozenset(
    {
        "set", "select", "declare", "if", "begin", "exec", "execute", "insert", "update", "delete", "from", "where",
        "go", "create", "alter", "open", "end", "else", "while", "return", "print", "into", "when", "then",
    }
)  # fmt: skip
"""Words that end an assignment where no semicolon does."""
_ROUTINES = frozenset({"function", "procedure", "trigger", "body"})
_STATEMENTS = frozenset({";", "begin", "declare", "is", "as", "then", "else", "loop", "go"})


@dataclass(frozen=True, slots=True)
class _Binding:
    """One place where a variable gets a value."""

    at: int
    """Index of the token behind which it holds."""
    value: tuple[int, int]
    """The tokens of the expression."""
    parameter: bool
    """Whether it is a parameter's default, which a caller may replace."""


class Script:
    """The tokens of one script with what they are known to be."""

    def __init__(
        self, found: list[Token], line_at: Callable[[int], int], constants: Mapping[str, str] | None = None
    ) -> None:
        self.tokens = found
        self.line_at = line_at
        self.constants = constants or {}
        """Constants of packages by their names, as notations write them."""
        self.closing = _pairs(found)
        self.made: dict[str, Value] = {}
        """What the script's own statements made, by name: keys, certificates."""
        self._values: dict[tuple[int, int], Value] = {}
        self._depth = 0
        self._routines = [i for i, token in enumerate(found) if token.kind is Kind.WORD and token.text in _ROUTINES]
        self._bindings: dict[str, list[_Binding]] = {}
        for name, binding in self._assignments():
            self._bindings.setdefault(name, []).append(binding)

    def is_sign(self, index: int, text: str) -> bool:
        """Whether a token is a sign; false beyond the script."""
        if not 0 <= index < len(self.tokens):
            return False
        token = self.tokens[index]
        return token.text == text and token.kind is Kind.SIGN

    def word(self, index: int) -> str:
        """Return a word without quotes; empty for anything else and beyond the script."""
        if not 0 <= index < len(self.tokens):
            return ""
        token = self.tokens[index]
        return token.text if token.kind is Kind.WORD else token.text.lower() if token.kind is Kind.NAME else ""

    # Variables --------------------------------------------------------------------------------

    def _assignments(self) -> Iterator[tuple[str, _Binding]]:
        verb = ""
        for index, token in enumerate(self.tokens):
            if token.kind is Kind.WORD and token.text in ("set", "select", "declare", "update", "insert"):
                verb = token.text
            if token.kind is not Kind.SIGN or token.text not in (":=", "="):
                continue
            found = self._declared(index) if token.text == ":=" else self._variable(index, verb)
            if found is not None:
                yield found[0], _Binding(index, (index + 1, self._end(index + 1)), found[1])

    def _declared(self, index: int) -> tuple[str, bool] | None:
        """Return the name before ``:=``, looking over its type, and whether it is a parameter."""
        for at in range(index - 1, max(index - 12, -1), -1):
            token = self.tokens[at]
            first = at == 0 or self._begins(at - 1)
            if first and token.kind in (Kind.WORD, Kind.VARIABLE) and not self.is_sign(at + 1, "."):
                parameter = at > 0 and self.tokens[at - 1].text in (_OPEN, ",") and token.kind is Kind.WORD
                return token.text, parameter
            if token.kind is Kind.SIGN and token.text not in (_OPEN, _CLOSE, "%", "."):
                return None
        return None

    def _begins(self, index: int) -> bool:
        token = self.tokens[index]
        if token.kind is Kind.WORD:
            return token.text in _STATEMENTS or token.text == "set"
        return token.kind is Kind.SIGN and token.text in (";", ",", _OPEN)

    def _variable(self, index: int, verb: str) -> tuple[str, bool] | None:
        """Return the variable that ``SET @x = …`` or ``DECLARE @x type = …`` sets."""
        for at in range(index - 1, max(index - 8, -1), -1):
            token = self.tokens[at]
            if token.kind is Kind.VARIABLE:
                next_to = at == index - 1
                known = verb == "declare" or (next_to and verb in ("set", "select"))
                return (token.text, False) if known else None
            if token.kind is Kind.SIGN and token.text not in (_OPEN, _CLOSE, ","):
                return None
        return None

    def _end(self, start: int) -> int:
        """Return where an expression ends that begins at a token."""
        at = start
        while at < min(len(self.tokens), start + _LONGEST):
            token = self.tokens[at]
            if token.kind is Kind.SIGN and token.text == _OPEN:
                at = self.closing.get(at, at)
            elif (token.kind is Kind.SIGN and token.text in (";", ",", _CLOSE)) or (
                token.kind is Kind.WORD and token.text in _ENDS
            ):
                break
            at += 1
        return at

    def variable(self, name: str, index: int) -> Value:
        """Return what a variable holds at a token: what the routine around set last, else the script."""
        found = [binding for binding in self._bindings.get(name, ()) if binding.at < index]
        own = [binding for binding in found if self._routine(binding.at) == self._routine(index)]
        for binding in reversed(own or [b for b in found if self._is_shared(b)]):
            value = as_constant(self.value(*binding.value))
            return as_default(value) if binding.parameter else value
        return UNKNOWN

    def _is_shared(self, binding: _Binding) -> bool:
        """Whether a variable belongs to a package or the script, and not to another routine."""
        routine = self._routine(binding.at)
        return routine == 0 or self.tokens[self._routines[routine - 1]].text == "body"

    def _routine(self, index: int) -> int:
        return bisect_right(self._routines, index)

    # Expressions ------------------------------------------------------------------------------

    def value(self, start: int, end: int) -> Value:
        """Return what the expression of some tokens is known to be."""
        key = (start, end)
        if key not in self._values:
            if self._depth >= _DEEPEST or end - start > _LONGEST:
                return UNKNOWN
            self._values[key] = UNKNOWN  # for a variable that is set to itself
            self._depth += 1
            try:
                self._values[key] = self._value(start, end)
            finally:
                self._depth -= 1
        return self._values[key]

    def _value(self, start: int, end: int) -> Value:
        while end - start > 2 and self.is_sign(start, _OPEN) and self.closing.get(start) == end - 1:
            start, end = start + 1, end - 1
        parts = self._divided(start, end, ("::",))
        end = parts[0][1] if len(parts) > 1 else end
        if end - start == 1:
            return self._single(start)
        summed = self._divided(start, end, ("||", "+"))
        if len(summed) > 1:
            return self._sum(summed, start)
        call = self.call_over(start, end)
        if call is not None:
            return call
        if all(self.word(i) or self.is_sign(i, ".") for i in range(start, end)):
            name = "".join(self.tokens[i].text.lower() for i in range(start, end)).removeprefix("sys.")
            return Text(self._line(start), "literal", self.constants[name]) if name in self.constants else UNKNOWN
        return UNKNOWN

    def _single(self, index: int) -> Value:
        token = self.tokens[index]
        if token.kind is Kind.TEXT:
            return Text(self._line(index), text=token.text)
        if token.kind is Kind.NUMBER:
            return Number(self._line(index), number=int(token.text, 0)) if _is_whole(token.text) else UNKNOWN
        if token.kind is Kind.SIGN:
            return UNKNOWN
        return self.variable(token.text, index)

    def _sum(self, parts: list[tuple[int, int]], start: int) -> Value:
        """Return strings joined, or constants added up as their names with ``+`` between them."""
        values = [self.value(*part) for part in parts]
        numbers = [value.number for value in values if isinstance(value, Number)]
        if len(numbers) == len(values):
            return Number(self._line(start), number=sum(numbers))
        if any(isinstance(value, Text) and value.text in self._summands for value in values):
            words = [_constant(value) for value in values]
            return Text(self._line(start), text="+".join(words)) if all(words) else UNKNOWN
        return joined(values, self._line(start))

    @cached_property
    def _summands(self) -> frozenset[str]:
        return frozenset(self.constants.values())

    def call_over(self, start: int, end: int) -> Value | None:
        """Return the call that some tokens are from first to last; None when they are none."""
        opening = next((i for i in range(start + 1, end) if self.is_sign(i, _OPEN)), None)
        if opening is None or self.closing.get(opening) != end - 1:
            return None
        path = [self.word(i) for i in range(start, opening, 2)]
        dots = [i for i in range(start + 1, opening, 2) if self.is_sign(i, ".")]
        if not all(path) or len(path) != len(dots) + 1:
            return None
        last = path[-1]
        ranges = self.arguments(opening)
        if last in _SAME and ranges:
            return self.value(*ranges[0])
        if last in _CASTS and ranges:
            return self.value(ranges[0][0], self._before_word("as", *ranges[0]))
        if last == "concat":
            return joined([self.value(*part) for part in ranges], self._line(start))
        if last in ("key_guid", "key_id", "asymkey_id", "cert_id") and ranges:
            named = [o.text for o in options(self.value(*ranges[0])) if isinstance(o, Text)]
            return choice([self.made.get(name.lower().strip("[]"), UNKNOWN) for name in named])
        return self.called(".".join(path), opening)

    def called(self, name: str, opening: int) -> Call:
        """Return a call by its name and the parenthesis behind it."""
        args: list[Value] = []
        named: dict[str, Value] = {}
        for start, end in self.arguments(opening):
            if end - start > 2 and self.is_sign(start + 1, "=>"):
                named[self.word(start)] = self.value(start + 2, end)
            elif end > start:
                args.append(self.value(start, end))
        token = self.tokens[opening - 1]
        end = self.tokens[self.closing[opening]].start + 1
        return Call(
            self._line(opening - 1), "literal", name, tuple(args), named, None, token.start, token.start, end
        )

    def arguments(self, opening: int) -> list[tuple[int, int]]:
        """Return the tokens of each argument behind a parenthesis."""
        closing = self.closing.get(opening)
        if closing is None or closing == opening + 1:
            return []
        return self._divided(opening + 1, closing, (",",))[:_MOST_ARGUMENTS]

    def _divided(self, start: int, end: int, signs: tuple[str, ...]) -> list[tuple[int, int]]:
        """Return the parts of an expression between signs that stand in no parentheses of their own."""
        parts: list[tuple[int, int]] = []
        at = begin = start
        while at < end:
            token = self.tokens[at]
            if token.kind is Kind.SIGN and token.text == _OPEN:
                at = self.closing.get(at, at)
            elif token.kind is Kind.SIGN and token.text in signs:
                parts.append((begin, at))
                begin = at + 1
            at += 1
        return [*parts, (begin, end)]

    def _before_word(self, word: str, start: int, end: int) -> int:
        return next((i for i in range(start, end) if self.word(i) == word), end)

    def _line(self, index: int) -> int:
        return self.line_at(self.tokens[index].start)


def _pairs(found: list[Token]) -> dict[int, int]:
    """Return where each parenthesis closes; a statement's end closes those left open."""
    waiting: list[int] = []
    closing: dict[int, int] = {}
    for index, token in enumerate(found):
        if token.kind is not Kind.SIGN:
            continue
        if token.text == _OPEN:
            waiting.append(index)
        elif token.text == _CLOSE and waiting:
            closing[waiting.pop()] = index
        elif token.text == ";":
            waiting.clear()
    return closing


def _is_whole(text: str) -> bool:
    hexadecimal = text[:2].lower() == "0x" and len(text) < 20
    return hexadecimal or (text.isdigit() and (text == "0" or text[0] != "0") and len(text) < 20)


def _constant(value: Value) -> str:
    """Return a constant or a number as a sum of constants writes it; empty for anything else."""
    return str(value.number) if isinstance(value, Number) else value.text if isinstance(value, Text) else ""
