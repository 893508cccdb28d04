"""What Perl's literals, operators, lists, hashes and built-in functions give."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    NOTHING,
    REST,
    UNKNOWN,
    UNREAD,
    Items,
    Name,
    Number,
    Octets,
    Table,
    Text,
    Value,
    choice,
    options,
)
from pqc_migrate.detectors.source.operations import joined, operate
from pqc_migrate.detectors.source.perl_names import PerlNames
from pqc_migrate.detectors.source.strings import formatted
from pqc_migrate.detectors.source.unit import LOCAL, Binding, fallback

_MOST_ITEMS = 256
_SEVERAL = frozenset({"hash", "array", "function_call_expression", "ambiguous_function_call_expression"})
"""What may stand for any number of keys and values in a list."""
_MOST_OCTETS = 1 << 20
_MOST_CALLERS = 24
_TEXT_FUNCTIONS: Mapping[str, Callable[[str], str]] = {
    "lc": str.lower, "uc": str.upper, "lcfirst": lambda text: text[:1].lower() + text[1:],
    "ucfirst": lambda text: text[:1].upper() + text[1:], "fc": str.lower,
}  # fmt: skip
_ESCAPE = re.compile(r"\\(?:x\{[0-9A-Fa-f]+\}|x[0-9A-Fa-f]{1,2}|0[0-7]{0,2}|c.|.)", re.DOTALL)
_SPECIAL = frozenset("0abefnrtxcN")


class PerlValues(PerlNames):
    """The literals, operators and lists of one Perl file."""

    # Literals ---------------------------------------------------------------------------------

    def _of_string_literal(self, node: Node) -> Value:
        content = node.child_by_field_name("content")
        text = self.text(content) if content is not None else ""
        return Text(self.line(node), text=text.replace("\\'", "'").replace("\\\\", "\\"))

    def _of_interpolated_string_literal(self, node: Node) -> Value:
        content = node.child_by_field_name("content")
        if content is None:
            return Text(self.line(node))
        parts: list[Value] = []
        at = content.start_byte
        for child in content.named_children:
            parts += [Text(text=self._between(at, child.start_byte)), self._part(child)]
            at = child.end_byte
        return joined([*parts, Text(text=self._between(at, content.end_byte))], self.line(node))

    def _between(self, start: int, end: int) -> str:
        return self.data[start:end].decode("utf-8", "replace")

    def _part(self, node: Node) -> Value:
        if node.type != "escape_sequence":
            return self.value(node)
        text = self.text(node)
        return Text(text="?" if text[1:2] in _SPECIAL else text[1:])

    def _of_autoquoted_bareword(self, node: Node) -> Value:
        return Text(self.line(node), text=self.text(node))

    def _of_number(self, node: Node) -> Value:
        text = self.text(node).replace("_", "").lower()
        octal = len(text) > 1 and text.isdigit() and text[0] == "0"
        try:
            return Number(self.line(node), number=int(text, 8) if octal else int(text, 0))
        except ValueError:
            return UNKNOWN

    def _of_undef_expression(self, node: Node) -> Value:
        return NOTHING

    def _of_quoted_word_list(self, node: Node) -> Value:
        content = node.child_by_field_name("content")
        words = self.text(content).split() if content is not None else []
        return Items(self.line(node), items=tuple(Text(self.line(node), text=word) for word in words))

    def _of_anonymous_subroutine_expression(self, node: Node) -> Value:
        return Name(self.line(node), "object", f"{LOCAL}{node.start_byte}")

    # Lists and hashes -------------------------------------------------------------------------

    def _of_list_expression(self, node: Node) -> Value:
        return Items(self.line(node), items=tuple(self.flat(node)[:_MOST_ITEMS]))

    def _of_parenthesized_expression(self, node: Node) -> Value:
        inner = [child for child in node.named_children if child.type != "comment"]
        if len(inner) == 1 and inner[0].type != "list_expression":
            return self.value(inner[0])
        return self._of_list_expression(node)

    def _of_anonymous_array_expression(self, node: Node) -> Value:
        items = [value for child in node.named_children for value in self.flat(child)]
        return Items(self.line(node), items=tuple(items[:_MOST_ITEMS]))

    def _of_anonymous_hash_expression(self, node: Node) -> Value:
        return self.table(node.named_children, self.line(node))

    def _of_eval_expression(self, node: Node) -> Value:
        block = next((child for child in node.named_children if child.type == "block"), None)
        found = [self.value(result) for result in self.last(block)] if block is not None else []
        return choice([value for value in found if value != UNKNOWN])

    _of_do_expression = _of_eval_expression

    def table(self, nodes: list[Node], line: int) -> Table:
        """Return a hash made of a list of keys and values; ``%other`` in it gives all of its own."""
        pairs: dict[str, Value] = {}
        waiting: list[str] | None = None
        for element in [e for node in nodes if node.type != "comment" for e in self.elements(node)][:_MOST_ITEMS]:
            if waiting is not None:
                pairs.update(dict.fromkeys(waiting, self.value(element)))
                waiting = None
            elif element.type in (
                "hash",
                "array",
                "function_call_expression",
                "ambiguous_function_call_expression",
            ):
                self._spread_into(pairs, self.value(element))
            elif element.type == "quoted_word_list":
                words = [word.text for word in self.flat(element) if isinstance(word, Text)]
                pairs.update(zip(words[::2], [Text(line, text=word) for word in words[1::2]], strict=False))
            else:
                waiting = self.keys(element)
        return Table(line, pairs=pairs)

    def _spread_into(self, pairs: dict[str, Value], value: Value) -> None:
        known = [option for option in options(value) if isinstance(option, Table)]
        for option in known:
            pairs.update(option.pairs)
        if len(known) != len(options(value)) or not known:
            pairs[REST] = UNKNOWN

    def keys(self, node: Node) -> list[str]:
        """Return the names that a hash's key may be: words, strings, numbers, constants by their own name."""
        known = options(self.value(node))
        found = [k.text if isinstance(k, Text) else k.name for k in known if isinstance(k, Text | Name)]
        numbers = [str(k.number) for k in known if isinstance(k, Number)]
        return [name for name in (*found, *numbers) if UNREAD not in name]

    def gathered(self, binding: Binding) -> Value:
        """Return a hash made of a list, of the parameters that are left, or a default."""
        if binding.kind == "rest":
            return self._rest(binding)
        if binding.node is None:
            return UNKNOWN
        if binding.kind == "fallback":
            return fallback(UNKNOWN, self.value(binding.node))
        if binding.node.type in ("parenthesized_expression", "list_expression"):
            return self.table([binding.node], self.line(binding.node))
        return choice([option for option in options(self.value(binding.node)) if isinstance(option, Table)])

    def _rest(self, binding: Binding) -> Value:
        """Return what callers pass by name after the parameters before a hash; others may pass more."""
        key = (binding.offset, -1 - binding.index)
        if key not in self._memo_of_parameters:
            self._memo_of_parameters[key] = UNKNOWN  # for a sub that calls itself
            self._memo_of_parameters[key] = self._named_by_callers(binding)
        return self._memo_of_parameters[key]

    def _named_by_callers(self, binding: Binding) -> Value:
        found: list[Value] = []
        for count, caller in enumerate(self.callers(binding.owner) if binding.owner is not None else ()):
            if count >= _MOST_CALLERS:
                break
            rest = self.passed_for(caller, binding.index)
            found.append(self.table(rest, self.line(caller)) if rest else Table(pairs={REST: UNKNOWN}))
        return choice(found)

    def passed_for(self, caller: Node, index: int) -> list[Node]:
        """Return what a call passes from a parameter on; a method's first one is its object."""
        shift = 1 if caller.type == "method_call_expression" else 0
        return self.passed(caller)[max(0, index - shift) :]

    def _of_hash_element_expression(self, node: Node) -> Value:
        place = self.place(node)
        found, alone = self.field(place, node.start_byte)
        given = [self.bound(binding) for binding in found]
        owner, key = self.owner_and_key(node)
        if not alone and owner is not None and key is not None:
            given += [self.element(option, key) for option in options(self._held(owner))]
        value = choice([value for value in given if value not in (UNKNOWN, NOTHING)])
        return self.filled(value, place, node.start_byte)

    def _held(self, owner: Node) -> Value:
        """Return the hash or the reference that an element is taken from."""
        if owner.type != "container_variable":
            return self.value(owner)
        name = self.root_name(owner)
        return self.variable(name, owner.start_byte) if name else UNKNOWN

    def element(self, owner: Value, key: Node) -> Value:
        """Return what a hash holds under a key; a key that was not read may be any of them."""
        if not isinstance(owner, Table):
            made = self.owner_of(owner)
            text = self.literal(key)
            found = self.inherited(made[1], text) if made is not None and text is not None else []
            return choice([self.bound(binding) for binding in found[:8]])
        names = self.keys(key)
        wanted = names if len(names) == len(options(self.value(key))) else list(owner.pairs)
        return choice([owner.pairs[name] for name in wanted if name in owner.pairs])

    def _of_array_element_expression(self, node: Node) -> Value:
        container, index = node.child_by_field_name("array"), node.child_by_field_name("index")
        number = self.value(index)
        if container is not None and self.text(container) == "$_":
            taken = self.taken_before(node.start_byte)
            if taken is None or not isinstance(number, Number):
                return UNKNOWN
            binding = Binding(node.start_byte, None, "parameter", "", taken[1] + number.number, taken[0])
            return self.parameter(binding)
        name = container.named_children[0] if container is not None and container.named_children else None
        held = self.variable(f"@{self.text(name)}", node.start_byte) if name is not None else UNKNOWN
        if container is None and node.named_children:
            held = self.value(node.named_children[0])
        found: list[Value] = []
        for option in options(held):
            if isinstance(option, Items):
                numbers = [n.number if isinstance(n, Number) else None for n in options(number)]
                found += [item for at, item in enumerate(option.items) if None in numbers or at in numbers]
        return choice(found)

    # Operators --------------------------------------------------------------------------------

    def _of_binary_expression(self, node: Node) -> Value:
        left, right = (self.value(node.child_by_field_name(side)) for side in ("left", "right"))
        operator = node.child_by_field_name("operator")
        sign = self.text(operator) if operator is not None else ""
        if sign in ("||", "//", "or"):
            return fallback(left, right)
        if sign in ("&&", "and"):
            return right
        if sign == ".":
            return joined([left, right], self.line(node))
        if sign == "|":
            flags = [side.items if isinstance(side, Items) else (side,) for side in (left, right)]
            return Items(self.line(node), items=(*flags[0], *flags[1]))
        found = [self._operated(sign, a, b) for a in options(left) for b in options(right)]
        return choice([value for value in found if value != UNKNOWN])

    def _of_lowprec_logical_expression(self, node: Node) -> Value:
        """Return the left side of ``open(…) or die``."""
        operator = node.child_by_field_name("operator")
        if operator is not None and self.text(operator) == "or":
            return self.value(node.child_by_field_name("left"))
        return UNKNOWN

    def _operated(self, sign: str, left: Value, right: Value) -> Value:
        if sign == "x" and isinstance(left, Text) and isinstance(right, Number):
            length = len(left.text) * right.number
            return Octets(left.line, left.how, length) if 0 <= length < _MOST_OCTETS else UNKNOWN
        return operate(sign, left, right) if sign != "x" else UNKNOWN

    def _of_conditional_expression(self, node: Node) -> Value:
        sides = [self.value(node.child_by_field_name(side)) for side in ("consequent", "alternative")]
        return choice([side for side in sides if side != UNKNOWN])

    def _of_assignment_expression(self, node: Node) -> Value:
        return self.value(node.child_by_field_name("right"))

    def _of_refgen_expression(self, node: Node) -> Value:
        r"""Return what a reference refers to: ``\%table``, ``\&name``."""
        return self.value(node.named_children[0]) if node.named_children else UNKNOWN

    # Functions --------------------------------------------------------------------------------

    def builtin(self, name: str, passed: list[Node], line: int) -> Value | None:
        """Return what Perl's own functions give that carry names, lengths and lists on; None for any other."""
        if name == "join" and len(passed) > 1:
            parts = [value for node in passed[1:] for value in self.flat(node)]
            separator = self.value(passed[0])
            return joined([piece for part in parts for piece in (separator, part)][1:], line)
        if name == "sprintf" and passed:
            return self._formatted(passed, line)
        if name in ("keys", "values") and passed:
            known = [option for option in options(self.value(passed[0])) if isinstance(option, Table)]
            lists = [[Text(text=k) for k in t.pairs] if name == "keys" else list(t.pairs.values()) for t in known]
            return choice([Items(items=tuple(items)) for items in lists])
        if name in _TEXT_FUNCTIONS and passed:
            texts = [option for option in options(self.value(passed[0])) if isinstance(option, Text)]
            return choice([Text(text.line, text.how, _TEXT_FUNCTIONS[name](text.text)) for text in texts])
        return None

    def _formatted(self, passed: list[Node], line: int) -> Value:
        pattern = self.value(passed[0])
        given = [self.value(argument) for argument in passed[1:]]
        texts = [
            one.text if isinstance(one, Text) else str(one.number)
            for one in given
            if isinstance(one, Text | Number)
        ]
        made = formatted(pattern, texts) if isinstance(pattern, Text) and len(texts) == len(given) else None
        return made if made is not None else UNKNOWN

    def variable(self, name: str, offset: int) -> Value:
        """Return what a variable is at an offset: a local one, else one of its package."""
        raise NotImplementedError
