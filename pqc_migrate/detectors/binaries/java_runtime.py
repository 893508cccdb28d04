"""What a few calls of the JDK give that carry names, numbers and lengths on (java.lang, java.util)."""

from __future__ import annotations

from dataclasses import dataclass

from pqc_migrate.detectors.binaries.bytecode import Invocation, joined
from pqc_migrate.detectors.calls.values import UNKNOWN, Items, Number, Text, Value

_SAME_VALUE = frozenset({
    "java/lang/Integer.valueOf", "java/lang/Long.valueOf", "java/lang/Short.valueOf",
    "java/lang/String.valueOf", "java/lang/Integer.parseInt", "java/util/Objects.requireNonNull",
    "java/util/Collections.unmodifiableList", "java/util/Collections.unmodifiableSet",
    "java/util/Collections.singletonList", "java/util/Collections.singleton",
})  # fmt: skip
_SAME_OBJECT = frozenset({
    "java/lang/String.toString", "java/lang/String.intern", "java/lang/String.trim", "java/lang/String.strip",
    "java/lang/String.toCharArray", "java/lang/Integer.intValue", "java/lang/Object.toString",
    "java/lang/Object.clone",
})  # fmt: skip
_LISTS = frozenset({
    "java/util/Arrays.asList", "java/util/List.of", "java/util/Set.of", "java/util/stream/Stream.of",
})  # fmt: skip
_BUILDERS = frozenset({"java/lang/StringBuilder", "java/lang/StringBuffer"})


@dataclass(frozen=True, slots=True)
class Builder(Value):
    """A string that is still being joined; in a variable it is not known any more."""

    text: str = ""


def call(made: Invocation) -> Value | None:
    """Return what a call gives, or None for any that is not known here."""
    reference = made.reference
    name = f"{reference.owner}.{reference.name}"
    if reference.owner in _BUILDERS:
        return _build(made)
    if name in _SAME_VALUE and len(made.args) == 1 and made.receiver is None:
        return made.args[0]
    if name in _SAME_OBJECT and not made.args and isinstance(made.receiver, Text | Number | Items):
        return made.receiver
    if name in _LISTS:
        only = made.args[0] if len(made.args) == 1 else None
        return only if isinstance(only, Items) else Items(1, items=made.args)
    if reference.owner == "java/lang/String":
        return _text(made)
    return None


def _build(made: Invocation) -> Value:
    if made.constructor:
        return Builder(text=_piece(made.args[0]) if made.args and isinstance(made.args[0], Text) else "")
    if not isinstance(made.receiver, Builder):
        return UNKNOWN
    if made.reference.name == "append" and len(made.args) == 1:
        whole = joined("\1\1", (Text(text=made.receiver.text), made.args[0]))
        return Builder(text=whole.text) if isinstance(whole, Text) else UNKNOWN
    if made.reference.name == "toString":
        return Text(1, text=made.receiver.text)
    return UNKNOWN


def _text(made: Invocation) -> Value | None:
    """Return what a method of String gives."""
    if not isinstance(made.receiver, Text):
        return None
    if made.reference.name == "concat" and len(made.args) == 1:
        return joined("\1\1", (made.receiver, made.args[0]))
    if made.reference.name == "toUpperCase":
        return Text(1, text=made.receiver.text.upper())
    if made.reference.name == "toLowerCase":
        return Text(1, text=made.receiver.text.lower())
    return None


def _piece(value: Value) -> str:
    return value.text if isinstance(value, Text) else ""
