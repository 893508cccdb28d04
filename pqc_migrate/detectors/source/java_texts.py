"""Java source: texts that methods of String, String.format and StringBuilder make of others."""

from __future__ import annotations

import re

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import Number, Text, Value, choice, options
from pqc_migrate.detectors.source import strings
from pqc_migrate.detectors.source.java_calls import JavaCalls, arguments

_PLACE = re.compile(r"\{(\d)\}")
_FORMAT = re.compile(r"%(?:\d+\$)?[sd]")
_BUILDERS = frozenset({"StringBuilder", "StringBuffer"})


class JavaTexts(JavaCalls):
    """Texts of one Java file."""

    def text_call(self, method: str, owner: Node | None, passed: list[Node]) -> Value | None:
        """Return what a method of String gives."""
        if method == "format" and passed:
            if owner is not None and self.text(owner).endswith("MessageFormat"):
                return self._filled(passed[0], passed[1:])
            return self._formatted(passed[0], passed[1:])
        if owner is None:
            return None
        if method == "join" and self.text(owner) == "String" and len(passed) > 2:
            return self._joined(passed[1:], passed[0])
        if method == "formatted":
            return self._formatted(owner, passed)
        texts = [option for option in options(self.value(owner)) if isinstance(option, Text)]
        if not texts:
            return None
        given = [[o.text for o in options(self.value(p)) if isinstance(o, Text)] for p in passed]
        firsts = [options_[0] for options_ in given if options_]
        numbers = [o.number for p in passed for o in options(self.value(p))[:1] if isinstance(o, Number)]
        changed = [_change(text, method, firsts) or strings.cut(text, method, numbers) for text in texts]
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

    def _filled(self, pattern: Node, passed: list[Node]) -> Value | None:
        """Return a pattern of ``{0}`` with its arguments filled in, when all of them are known."""
        given = [_shown(options(self.value(argument))) for argument in passed]
        text = self.value(pattern)
        if not isinstance(text, Text) or None in given or "'" in text.text:
            return None
        known = [one for one in given if one is not None]
        if any(int(match[1]) >= len(known) for match in _PLACE.finditer(text.text)):
            return None
        return Text(text.line, text.how, _PLACE.sub(lambda match: known[int(match[1])], text.text))

    def _joined(self, parts: list[Node], between: Node | None) -> Value | None:
        """Return the text that parts make; None when one of them is not known for sure."""
        texts = [text for text in (_shown(options(self.value(part))) for part in parts) if text is not None]
        mark = self.value(between) if between is not None else Text()
        if len(texts) < len(parts) or not isinstance(mark, Text):
            return None
        return Text(self.line(parts[0]), text=mark.text.join(texts))

    def built(self, owner: Node) -> Value | None:
        """Return the text in a builder: what its constructor and each ``append`` to it give."""
        parts: list[Node] = []
        backwards = False
        while owner.type == "method_invocation":
            name, inner = owner.child_by_field_name("name"), owner.child_by_field_name("object")
            method, passed = self.text(name) if name is not None else "", arguments(owner)
            if inner is None or (method, len(passed)) not in (("append", 1), ("reverse", 0)):
                return None
            if method == "reverse" and parts:
                return None  # what stands behind it is not turned round
            backwards ^= method == "reverse"
            parts = [*passed, *parts]
            owner = inner
        if owner.type == "identifier":
            before = self._appended(owner)
            if before is None:
                return None
            owner, parts = before[0], [*before[1], *parts]
        if owner.type != "object_creation_expression" or self.type_text(owner) not in _BUILDERS:
            return None
        first = arguments(owner)
        if not first and not parts:
            return None
        if any(not isinstance(option, Text) for part in first for option in options(self.value(part))):
            return None  # a builder of a number is one of that capacity
        joined = self._joined([*first, *parts], None)
        return Text(joined.line, text=joined.text[::-1]) if backwards and isinstance(joined, Text) else joined

    def _appended(self, variable: Node) -> tuple[Node, list[Node]] | None:
        """Return what makes the builder in a local variable, and what is appended to it on every way to a place."""
        name = self.text(variable)
        scope = self.declaring(name, variable.start_byte)
        made = [b.node for b in self._visible(scope, name, variable.start_byte) if b.kind == "value"]
        if scope in self.classes or len(made) != 1 or made[0] is None:
            return None
        parts: list[Node] = []
        for token in self.words(name.encode()):
            if token.start_byte >= variable.start_byte or self.declaring(name, token.start_byte) != scope:
                continue
            call = token.parent
            whole: list[Node] = []
            while call is not None and call.type == "method_invocation":
                method = call.child_by_field_name("name")
                if call.child_by_field_name("object") != (whole[-1] if whole else token) or method is None:
                    break
                if self.text(method) != "append" or not self.passes(call.start_byte, variable.start_byte):
                    return None
                parts += arguments(call)[:1]
                whole.append(call)
                call = call.parent
            if not whole and (call is None or call.type != "variable_declarator"):
                return None  # handed to somebody who may write into it
        return made[0], parts


def _change(text: Text, method: str, passed: list[str]) -> Value | None:
    if method in ("toString", "intern", "toCharArray"):
        return None
    if method == "split" and len(passed) == 1:
        return strings.split(text, passed[0])
    return strings.changed(text, method, passed)


def _shown(values: tuple[Value, ...]) -> str | None:
    """Return a single value as it is written into a text; None for alternatives and what is no text or number."""
    value = values[0] if len(values) == 1 else None
    if isinstance(value, Number):
        return str(value.number)
    return value.text if isinstance(value, Text) else None
