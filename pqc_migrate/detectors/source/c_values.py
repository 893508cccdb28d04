"""What expressions of C are known to be, and which words of a file are uses."""

from __future__ import annotations

import re
from dataclasses import replace

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    NOTHING,
    UNKNOWN,
    Call,
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
from pqc_migrate.detectors.source.c_names import FIELD, CNames, last
from pqc_migrate.detectors.source.operations import operate
from pqc_migrate.detectors.source.unit import LOCAL

_NOT_USED = frozenset(
    {
        "function_declarator",
        "preproc_if",
        "preproc_elif",
        "preproc_ifdef",
        "preproc_defined",
        "preproc_def",
        "preproc_function_def",
        "preproc_call",
        "preproc_params",
        "enumerator",
        "parameter_declaration",
        "array_declarator",
        "field_designator",
        "goto_statement",
        "labeled_statement",
        "using_declaration",
    }
)
_COMPARING = frozenset({"IN_SET", "strcmp", "strcasecmp", "wcscmp", "_wcsicmp", "lstrcmpW", "lstrcmpiW", "memcmp"})
"""Calls that compare their arguments."""
_SAYING = re.compile(
    r"(?i)(?:^|_)(?:\w?s?n?printf|log|debug|dbg|trace|warnx?|warning|errx?|error|fatal|msg|message|print|perror|assert\w*)$"
)
"""Names of functions that only print what they are given."""
_STATUSES = frozenset({"number_literal", "unary_expression", "null", "true", "false"})
"""What a call is compared with that tells how it went, not what it gave."""
_COMPARISONS = frozenset({"==", "!=", "<", ">", "<=", ">="})
_NUMBER = re.compile(r"^(0[xX][0-9a-fA-F']+|0[bB][01']+|[0-9][0-9']*)[uUlLzZ]*$")
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)", re.DOTALL)
_QUOTE = re.compile(rb"(?<![\\'])\"")
_LONGEST_LINE = 400
_MOST_MEMBERS = 256


class CUnit(CNames):
    """One C file."""

    def _of_identifier(self, node: Node) -> Value:
        name = self.text(node)
        labels = [self.value(label) for label in self.in_case(name, node.start_byte)]
        if labels and all(isinstance(label, Name) and self.knows(label.name) for label in labels):
            return self.placed(choice(labels), node)
        found = self.placed(self.identifier(name, node.start_byte), node)
        struct, elements = self.struct(name, node.start_byte), self.elements(name, node.start_byte)
        filled: list[Value] = [struct] if struct is not None else []
        if elements:
            filled.append(Items(self.line(node), items=tuple(elements)))
        return choice([*filled, found]) if filled else found

    def _of_field_expression(self, node: Node) -> Value:
        field = node.child_by_field_name("field")
        found = self.bindings.get((0, FIELD + self.text(field))) if field is not None else None
        return choice([self.bound(binding) for binding in found[:8]]) if found else UNKNOWN

    def _of_call_expression(self, node: Node) -> Value:
        function = node.child_by_field_name("function")
        if function is None:
            return UNKNOWN
        found: list[Value] = []
        for callee in options(self._callee(function)):
            if isinstance(callee, Name) and callee.name.startswith(LOCAL):
                found.append(self._returned(callee))
            elif isinstance(callee, Name):
                found.append(self.call(callee.name, last(function), node))
        return choice(found)

    def _callee(self, function: Node) -> Value:
        """Return what is called; a function pointer named like a function of the catalog is that function."""
        word = last(function)
        if word.type == "field_identifier" and "_" in self.text(word) and self.knows(self.text(word)):
            return Name(name=self.text(word))
        return self.value(function)

    def call(self, name: str, place: Node, node: Node, receiver: Value | None = None) -> Call:
        """Return a call of a name that stands at one word, with the arguments of its node."""
        # What nobody knows is not asked for its arguments.
        args = tuple(self.value(child) for child in self.passed(node)) if self.means(name) else ()
        span = (place.start_byte, node.start_byte, node.end_byte)
        return Call(self.line(place), "object", name, args, {}, receiver, *span)

    def means(self, name: str) -> bool:
        """Whether the catalog has rules for calls of a name."""
        return self.knows(name) or self.knows(f"*.{name.rsplit('.', 1)[-1]}")

    def passed(self, node: Node) -> list[Node]:
        """Return the nodes of a call's arguments."""
        arguments = node.child_by_field_name("arguments")
        return [c for c in arguments.named_children if c.type != "comment"] if arguments is not None else []

    def _returned(self, callee: Name) -> Value:
        """Return what a function of this file returns."""
        start = int(callee.name.removeprefix(LOCAL))
        index = next((i for i, at in enumerate(self.scopes.starts) if at == start and i), 0)
        returned = [node.named_children[0] for node in self.returns.get(index, [])[:8] if node.named_children]
        values = [self.value(node) for node in returned]
        known = [value for value in values if value != UNKNOWN]
        if len(known) < len(values):  # it may return something else, too
            known = [v if isinstance(v, Call | Name) else replace(v, how="argument") for v in known]
        looks_up = len(known) < len(values) or any(map(self._is_unread, known))
        picked = {v.name for v in known if isinstance(v, Name) and self.knows(v.name)}
        if looks_up and len(picked) > 1:  # some of many: which others, the looked up name decides
            known = [v for v in known if not isinstance(v, Name) or v.name not in picked]
        return choice(known)

    def _is_unread(self, value: Value) -> bool:
        """Whether a value may come from a call of which nothing is known (``OBJ_txt2nid(name)``)."""
        calls = (v for v in options(value) if isinstance(v, Call))
        return any(not self.means(call.name) or (call.args and not any(map(_is_read, call.args))) for call in calls)

    def _inner(self, node: Node) -> Value:
        inner = node.child_by_field_name("value") or node.child_by_field_name("argument")
        if inner is None and node.named_children:
            inner = node.named_children[0]
        return self.value(inner)

    _of_cast_expression = _of_parenthesized_expression = _inner

    def _of_pointer_expression(self, node: Node) -> Value:
        found = self._inner(node)
        operator = node.child_by_field_name("operator")
        taken = operator is not None and operator.type == "&"
        return UNKNOWN if found == NOTHING and taken else found  # the place of a null pointer is none

    def _of_compound_literal_expression(self, node: Node) -> Value:
        return self.value(node.child_by_field_name("value"))

    def _of_comma_expression(self, node: Node) -> Value:
        return self.value(node.child_by_field_name("right"))

    def _of_conditional_expression(self, node: Node) -> Value:
        return choice([self.value(node.child_by_field_name(side)) for side in ("consequence", "alternative")])

    def _of_binary_expression(self, node: Node) -> Value:
        left, right = (self.value(node.child_by_field_name(side)) for side in ("left", "right"))
        operator = node.child_by_field_name("operator")
        sign = self.text(operator) if operator is not None else ""
        if sign == "|" and not isinstance(left, Number):  # flags
            return Items(self.line(node), items=tuple(part for side in (left, right) for part in _flags(side)))
        found = [operate(sign, a, b) for a in options(left) for b in options(right)]
        return choice([value for value in found if value != UNKNOWN])

    def _of_sizeof_expression(self, node: Node) -> Value:
        lengths = [option for option in options(self._inner(node)) if isinstance(option, Octets)]
        return choice([Number(self.line(node), "constant", length.length) for length in lengths])

    def _of_null(self, node: Node) -> Value:
        return NOTHING

    def _of_number_literal(self, node: Node) -> Value:
        match = _NUMBER.match(self.text(node))
        if match is None:
            return UNKNOWN
        text = match[1].replace("'", "")
        octal = len(text) > 1 and text[0] == "0" and text.isdigit()
        try:
            return Number(self.line(node), number=int(text, 8 if octal else 0))
        except ValueError:
            return UNKNOWN

    def _of_string_literal(self, node: Node) -> Value:
        text = self.text(node)
        start = text.find('"')
        return Text(self.line(node), text=_ESCAPE.sub(_unescape, text[start + 1 : -1])) if start >= 0 else UNKNOWN

    def _of_concatenated_string(self, node: Node) -> Value:
        parts = [self.value(child) for child in node.named_children if child.type != "comment"]
        if not all(isinstance(part, Text) for part in parts):
            return UNKNOWN
        return Text(self.line(node), text="".join(part.text for part in parts if isinstance(part, Text)))

    def _of_initializer_list(self, node: Node) -> Value:
        children = [child for child in node.named_children if child.type != "comment"][:_MOST_MEMBERS]
        named = [child for child in children if child.type == "initializer_pair"]
        if named:
            return Table(self.line(node), pairs=dict(filter(None, map(self._pair, named))))
        items = tuple(self.value(child) for child in children)
        keyed = _keyed(items)
        return Table(self.line(node), pairs=keyed) if keyed else Items(self.line(node), items=items)

    def _pair(self, node: Node) -> tuple[str, Value] | None:
        """Return field and value of ``.field = value``."""
        designator = node.child_by_field_name("designator")
        if designator is None or designator.type != "field_designator":
            return None
        return self.text(designator).lstrip(". "), self.value(node.child_by_field_name("value"))

    def _of_array_declarator(self, node: Node) -> Value:
        owner = node.parent if node.parent is not None and node.parent.type == "init_declarator" else node
        if not self.of_octets(owner):
            return UNKNOWN
        size = self.value(node.child_by_field_name("size"))
        if isinstance(size, Number):
            return Octets(self.line(node), "constant", size.number)
        listed = owner.child_by_field_name("value") if owner != node else None
        count = listed.named_child_count if listed is not None and node.child_by_field_name("size") is None else 0
        return Octets(self.line(node), "constant", count) if count else UNKNOWN

    def _of_subscript_expression(self, node: Node) -> Value:
        owner = self.value(node.child_by_field_name("argument"))
        return choice(list(owner.items)) if isinstance(owner, Items) else UNKNOWN

    def use(self, token: Node) -> Node | None:
        """Return the call or bare name that a word decides; None in declarations, directives and comparisons."""
        if token.type == "field_identifier":
            return self._pointed(token)
        if token.type not in ("identifier", "type_identifier") or self._quoted(token):
            return None
        node, parent = token, token.parent
        while parent is not None and parent.type in ("qualified_identifier", "template_function"):
            node, parent = parent, parent.parent
        if parent is None or parent.type in _NOT_USED or token.type == "type_identifier" or self._defines(token):
            return None
        if parent.type == "call_expression" and parent.child_by_field_name("function") == node:
            return None if self._asked(parent) else parent
        if self.text(token).encode() in self.held:
            return None
        return node if self._is_reference(node, parent) else None

    def _quoted(self, token: Node) -> bool:
        """Whether a word stands inside a string that the grammar lost its way in."""
        nearest = max(0, token.start_byte - _LONGEST_LINE)
        start = self.data.rfind(b"\n", nearest, token.start_byte) + 1
        if start == 0 and nearest:  # a generated line
            return False
        return len(_QUOTE.findall(self.data, start, token.start_byte)) % 2 == 1

    def _pointed(self, token: Node) -> Node | None:
        """Return the call through a function pointer (``(*list->C_SignInit)(…)``)."""
        node, parent = token, token.parent
        while parent is not None and parent.type in (
            "field_expression",
            "parenthesized_expression",
            "pointer_expression",
        ):
            node, parent = parent, parent.parent
        if parent is None or parent.type != "call_expression" or parent.child_by_field_name("function") != node:
            return None
        return parent if last(node) == token else None

    def _is_reference(self, node: Node, parent: Node) -> bool:
        if parent.type == "init_declarator" and parent.child_by_field_name("declarator") == node:
            return False
        if parent.type in ("declaration", "pointer_declarator", "field_expression"):
            return False
        if parent.type == "assignment_expression" and parent.child_by_field_name("left") == node:
            return False
        if parent.type == "case_statement":
            return parent.child_by_field_name("value") != node
        if parent.type == "initializer_list":
            return not self._names_itself(node, parent.named_children[:8])
        if parent.type == "subscript_expression":
            row = parent.parent.named_children if parent.parent is not None else []
            return not self._names_itself(node, row)
        if parent.type == "subscript_argument_list":  # C++ wraps the index
            whole = parent.parent.parent if parent.parent is not None else None
            return not self._names_itself(node, whole.named_children if whole is not None else [])
        if parent.type == "argument_list":
            taker = self._taker(parent)
            return taker not in self._queries and taker not in _COMPARING and not _SAYING.search(taker)
        if parent.type == "parenthesized_expression":
            return parent.parent is None or parent.parent.type != "sizeof_expression"
        return parent.type != "binary_expression" or not self._compared(parent)

    def _compared(self, expression: Node) -> bool:
        """Whether flags or a sum are only compared with something, by an operator or by a ``case``."""
        node, parent = expression, expression.parent
        while node.type in ("binary_expression", "parenthesized_expression") and parent is not None:
            operator = node.child_by_field_name("operator")
            if operator is not None and self.text(operator) in _COMPARISONS:
                return True
            node, parent, inner = parent, parent.parent, node
            if node.type == "case_statement":
                return node.child_by_field_name("value") == inner
        return False

    def _names_itself(self, node: Node, row: list[Node]) -> bool:
        """Whether a table gives a constant its own name: what is printed of it, not a use."""
        name = self.text(node)
        shown = {name, name.partition("_")[2]} if name.isupper() else {name}
        texts = (child for child in row if child.type == "string_literal")
        return any(self.text(text)[1:-1].strip().replace("-", "_") in shown for text in texts)

    def _asked(self, call: Node) -> bool:
        """Whether a result is only asked about (``EVP_MD_size(EVP_md5())``, ``method == TLSv1_method()``)."""
        around = call.parent
        while around is not None and around.type in ("cast_expression", "parenthesized_expression"):
            around = around.parent
        if around is None:
            return False
        if around.type == "binary_expression":
            operator = around.child_by_field_name("operator")
            is_status = any(child.type in _STATUSES for child in around.named_children)
            equal = operator is not None and self.text(operator) in ("==", "!=")
            return equal and not is_status and not self.passed(call)
        return around.type == "argument_list" and self._taker(around) in self._queries

    def _taker(self, arguments: Node) -> str:
        """Return the name of the function that takes these arguments."""
        call = arguments.parent
        function = call.child_by_field_name("function") if call is not None else None
        return self.text(function) if function is not None else ""

    def _defines(self, token: Node) -> bool:
        """Whether a constant only defines another of its kind (``#define SP_PROT_TLS1_0 SP_PROT_TLS1``)."""
        name = self.macro_around(token.start_byte)
        return name is not None and name.split("_")[:2] == self.text(token).split("_")[:2] and name.count("_") > 1


def _is_read(value: Value) -> bool:
    return any(isinstance(v, Text | Number | Name) for v in options(value))


def _flags(value: Value) -> tuple[Value, ...]:
    return value.items if isinstance(value, Items) else (value,)


def _keyed(items: tuple[Value, ...]) -> dict[str, Value]:
    """Return an array of ``{ NAME, value, … }`` as a mapping; empty when it is none."""
    found: dict[str, Value] = {}
    for item in items:
        if not isinstance(item, Items) or len(item.items) < 2 or not isinstance(item.items[0], Name):
            return {}
        found[item.items[0].name] = item.items[1]
    return found


def _unescape(match: re.Match[str]) -> str:
    text = match[0][1:]
    if text[0] == "x" and len(text) > 1:
        return chr(int(text[1:], 16))
    return chr(int(text, 8)) if text[0].isdigit() else {"n": "\n", "t": "\t", "\n": ""}.get(text, text)
