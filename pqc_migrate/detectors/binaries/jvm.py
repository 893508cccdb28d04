"""What class files and DEX files have in common: names, descriptors, calls and what they are passed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from pqc_migrate.detectors.calls.values import UNKNOWN, Number, Text, Value

PRIVATE, STATIC, FINAL = 0x0002, 0x0008, 0x0010
"""Access flags of fields and methods (JVMS tables 4.5-A and 4.6-A)."""
_LONGEST_TEXT = 4096


class Malformed(ValueError):
    """Not the format it should be, or cut short."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A field or method as code names it."""

    owner: str
    """Class in its internal form (``javax/crypto/Cipher``)."""
    name: str
    descriptor: str


class AnyMethod(Protocol):
    """One method with code."""

    @property
    def name(self) -> str: ...

    @property
    def descriptor(self) -> str: ...

    @property
    def flags(self) -> int: ...

    @property
    def offset(self) -> int:
        """Where the code begins in the file."""
        ...

    def line_at(self, position: int) -> int:
        """Return the line of the source file; 0 when the compiler did not keep it."""
        ...


@dataclass(frozen=True, slots=True)
class Made(Value):
    """An object between its ``new`` and its constructor."""

    at: int = -1


@dataclass(frozen=True, slots=True)
class Array(Value):
    """An array that is being filled, told apart by where it was made."""

    at: int = -1


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call, as the code makes it."""

    reference: Reference
    receiver: Value | None
    """None for a static method and for a constructor."""
    args: tuple[Value, ...]
    at: int
    start: int
    end: int
    """Positions in the code: of the instruction, of the first of those that made its operands, behind it."""
    constructor: bool = False


@dataclass(slots=True)
class Asks:
    """What the walk asks of whoever knows names and fields."""

    call: Callable[[AnyMethod, Invocation], Value]
    """Return what a call gives."""
    read_field: Callable[[AnyMethod, Reference, int], Value]
    """Return what a field holds that an instruction at a position reads."""
    write_field: Callable[[Reference, Value], None]
    give_back: Callable[[AnyMethod, Value], None]
    """Take what the method returns."""
    parameter: Callable[[AnyMethod, int], Value]
    """Return what callers pass for a parameter."""


def joined(recipe: str, args: Iterable[Value]) -> Value:
    """Return the string that a recipe makes; U+0001 stands in it for each argument (StringConcatFactory)."""
    waiting = iter(args)
    parts: list[str] = []
    for letter in recipe:
        value = next(waiting, UNKNOWN) if letter == "\1" else None
        parts.append(letter if value is None else text_of(value))
    text = "".join(parts)
    return Text(1, text=text) if len(text) <= _LONGEST_TEXT else UNKNOWN


def text_of(value: Value) -> str:
    """Return a value as it stands in a joined string; ``UNREAD`` when it is not known."""
    if isinstance(value, Text):
        return value.text
    return str(value.number) if isinstance(value, Number) else "\0"


def parameters(descriptor: str) -> list[str]:
    """Return the types of a method's parameters, as a descriptor writes them (JVMS section 4.3.3)."""
    found, at = [], 1
    while at < len(descriptor) and descriptor[at] != ")":
        start = at
        while descriptor[at : at + 1] == "[":
            at += 1
        end = descriptor.find(";", at) if descriptor[at : at + 1] == "L" else at
        if end < 0 or at >= len(descriptor):
            raise Malformed("a descriptor is cut short")
        at = end + 1
        found.append(descriptor[start:at])
    return found


def returned(descriptor: str) -> str:
    """Return the type that a method returns, or a field has."""
    return descriptor.rpartition(")")[2]


def is_wide(type_: str) -> bool:
    """Whether a value of a type takes two places on the stack."""
    return type_ in ("J", "D")


def dotted(name: str) -> str:
    """Return a class name as source writes it (``a/B$C``: a.B.C)."""
    return name.replace("/", ".").replace("$", ".")
