"""Java source: texts that methods of String, String.format and StringBuilder make of others."""

from __future__ import annotations

import re

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import Number, Octets, Text, Value, choice, options
from pqc_migrate.detectors.source.java_calls import JavaCalls, arguments

_FORMAT = re.compile(r"%(?:\d+\$)?[sd]")
_BUILDERS = frozenset({"StringBuilder", "StringBuffer"})


class JavaTexts(JavaCalls):
    """Texts of one Java file."""

    def text_call(self, method: str, owner: Node | None, passed: list[Node]) -> Value | None:
        """Return what a method of String gives."""
        if method == "format" and passed:
            return self._formatted(passed[0], passed[1:])
        if owner is None:
            return None
        if method == "join" and self.text(owner) == "String" and len(passed) > 2:
            return self._joined(passed[1:], passed[0])
        if method == "formatted":
            return self._formatted(owner, passed)
        texts = [option for option in options(self.value(owner)) if isinstance(option, Text)]
        given = [[o.text for o in options(self.value(p)) if isinstance(o, Text)] for p in passed]
        firsts = [options_[0] for options_ in given if options_]
        changed = [_change(text, method, firsts) for text in texts]
        return choice([value for value in changed if value is not None]) if any(changed) else None

    def _formatted(self, pattern: Node, passed: list[Node]) -> Value:
        """Return a pattern of ``%s`` with its arguments filled in, when all of them are known."""
        values = [options(self.value(argument))[0] for argument in passed]
        texts = [v.text if isinstance(v, Text) else str(v.number) for v in values if isinstance(v, Text | Number)]
        found: list[Value] = []
        for option in options(self.value(pattern)):
            if isinstance(option, Text) and len(_FORMAT.findall(option.text)) == len(texts) == len(passed):
                pieces = _FORMAT.split(option.text)
                filled = "".join(piece + text for piece, text in zip(pieces, [*texts, ""], strict=True))
                found.append(Text(option.line, option.how, filled))
        return choice(found)

    def _joined(self, parts: list[Node], between: Node | None) -> Value | None:
        """Return the text that parts make; None when one of them is not known for sure."""
        texts = [text for text in (_shown(options(self.value(part))) for part in parts) if text is not None]
        mark = self.value(between) if between is not None else Text()
        if len(texts) < len(parts) or not isinstance(mark, Text):
            return None
        return Text(self.line(parts[0]), text=mark.text.join(texts))

    def built(self, owner: Node) -> Value | None:
        """Return what ``new StringBuilder(a).append(b).toString()`` makes, written in one expression."""
        parts: list[Node] = []
        while owner.type == "method_invocation" and len(arguments(owner)) == 1:
            name, inner = owner.child_by_field_name("name"), owner.child_by_field_name("object")
            if name is None or inner is None or self.text(name) != "append":
                return None
            parts.append(arguments(owner)[0])
            owner = inner
        if owner.type != "object_creation_expression" or self.type_text(owner) not in _BUILDERS:
            return None
        first = arguments(owner)
        if not parts or any(not isinstance(option, Text) for part in first for option in options(self.value(part))):
            return None  # a builder of a number is one of that capacity
        return self._joined([*first, *reversed(parts)], None)


def _change(text: Text, method: str, passed: list[str]) -> Value | None:
    changes = {"toLowerCase": text.text.lower, "toUpperCase": text.text.upper}
    if method in changes:
        return Text(text.line, text.how, changes[method]())
    if method == "getBytes":
        return Octets(text.line, text.how, len(text.text.encode("utf-8", "replace")))
    if method == "concat" and len(passed) == 1:
        return Text(text.line, text.how, text.text + passed[0])
    if method in ("replace", "replaceAll") and len(passed) == 2 and passed[0]:
        return Text(text.line, text.how, text.text.replace(passed[0], passed[1]))
    return None


def _shown(values: tuple[Value, ...]) -> str | None:
    """Return a single value as it is written into a text; None for alternatives and what is no text or number."""
    value = values[0] if len(values) == 1 else None
    if isinstance(value, Number):
        return str(value.number)
    return value.text if isinstance(value, Text) else None
