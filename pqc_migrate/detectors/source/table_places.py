"""Where in the syntax a string stands: what only hands it on, what asks with it, and which call is given it."""

from __future__ import annotations

import re
from itertools import islice

from tree_sitter import Node

from pqc_migrate.catalog import libraries

_HANDING = frozenset(
    {
        "parenthesized_expression", "concatenated_string", "as_expression", "satisfies_expression",
        "ternary_expression", "conditional_expression",
    }
)  # fmt: skip
_FALLBACKS = frozenset({"||", "??", "or"})
_HOLDERS = _HANDING | frozenset(
    {"array", "object", "pair", "list", "tuple", "dictionary", "keyword_argument", "spread_element", "hash"}
)
_ARGUMENTS = frozenset({"arguments", "argument_list"})
_QUESTIONS = frozenset({"includes", "indexOf", "include?", "contains"})
_SUFFIXES = frozenset({b".contains", b".firstIndex"})
_LISTINGS = frozenset({
    b"listOf", b"setOf", b"arrayOf", b"mutableListOf", b"mutableSetOf", b"arrayListOf", b"hashSetOf",
    b"listOfNotNull",
})  # fmt: skip
_SHARED = {"typescript": "javascript", "tsx": "javascript"}
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_REFUSED = frozenset(
    {
        "insecure", "unsafe", "weak", "forbidden", "disallowed", "prohibited", "rejected", "banned", "blocked",
        "denied", "blacklist", "blocklist", "denylist", "unsupported", "disabled",
    }
)  # fmt: skip
"""Words in the name of a list whose members are refused."""
_NAMES = frozenset({"identifier", "shorthand_property_identifier"})
_MOST_MENTIONS = 24
_FARTHEST = 12


def hands_on(node: Node, parent: Node) -> bool:
    """Whether an expression only hands on what stands in it: parentheses, a cast, ``given || "value"``."""
    if parent.type in ("binary_expression", "boolean_operator"):
        operator = parent.child_by_field_name("operator")
        sign = operator.text.decode() if operator is not None and operator.text is not None else ""
        return sign in _FALLBACKS and parent.child_by_field_name("right") == node
    return parent.type in _HANDING and parent.child_by_field_name("condition") != node


def is_listed(argument: Node) -> bool:
    """Whether an argument is a member of what Kotlin lists with a call: ``listOf("a")``, the entry of an enum."""
    passed = argument.parent
    call = passed.parent if passed is not None and passed.type == "value_arguments" else None
    if call is None or call.type == "enum_entry":
        return call is not None
    callee, around = call.named_children[0] if call.named_children else None, call.parent
    asked = around is not None and around.type in ("navigation_expression", "in_expression")
    return callee is not None and callee.text in _LISTINGS and not asked


def is_asked(node: Node) -> bool:
    """Whether a list serves only to ask whether something is in it: ``x in ("a", "b")``, ``["a"].includes(x)``."""
    around = node.parent
    if around is None or around.parent is None:
        return False
    if around.parent.type == "comparison_operator":
        return True
    if around.type == "array_literal" and around.parent.type == "navigation_expression":  # Swift
        return around.parent.named_children[-1].text in _SUFFIXES
    name = around.parent.child_by_field_name("property") or around.parent.child_by_field_name("method")
    owner = around.parent.child_by_field_name("object") or around.parent.child_by_field_name("receiver")
    return owner == around and name is not None and name.text is not None and name.text.decode() in _QUESTIONS


def is_refused(node: Node) -> bool:
    """Whether a list's name says that what it holds is not accepted: ``insecureAlgorithms = ["…"]``."""
    current: Node | None = node
    for _ in range(_FARTHEST):
        current = current.parent if current is not None else None
        if current is None:
            return False
        name = current.child_by_field_name("name") or current.child_by_field_name("left")
        if name is not None:
            return says_refused((name.text or b"").decode("utf-8", "replace"))
        if current.type not in _HOLDERS and current.type not in ("set", "arguments", "new_expression"):
            return False
    return False


def says_refused(name: str) -> bool:
    """Whether a name says that what it holds is not accepted: ``disabled_ciphers``."""
    return not _REFUSED.isdisjoint(word.lower() for word in _WORDS.findall(name))


def is_constant_of_known_call(node: Node, language: str) -> bool:
    """Whether a string is a constant that a call the catalog may know is given: the finding stands at the call."""
    declared = node.parent
    name = declared.child_by_field_name("name") if declared is not None else None
    if declared is None or declared.type != "variable_declarator" or name is None or name.type != "identifier":
        return False
    root = declared
    while root.parent is not None:
        root = root.parent
    data, word = root.text or b"", name.text or b""
    for match in islice(re.finditer(rb"(?<![\w$])" + re.escape(word) + rb"(?![\w$])", data), _MOST_MENTIONS):
        token = root.descendant_for_byte_range(match.start(), match.end())
        if token is not None and token.type in _NAMES and is_given_to_known_call(token, language):
            return True
    return False


def is_given_to_known_call(node: Node, language: str) -> bool:
    """Whether a call that the catalog may know is given the string, which that call's rules then read."""
    for _ in range(_FARTHEST):
        around = node.parent
        if around is None or (around.type not in _HOLDERS and around.type not in _ARGUMENTS):
            return False
        if around.type in _ARGUMENTS:
            return around.parent is not None and _may_be_known(around.parent, _SHARED.get(language, language))
        node = around
    return False


def _may_be_known(call: Node, language: str) -> bool:
    names = ("function", "constructor", "name", "method", "type")
    callee = next((found for name in names if (found := call.child_by_field_name(name)) is not None), None)
    words = _WORD.findall((callee.text or b"").decode("utf-8", "replace")) if callee is not None else []
    known = libraries.load(language).tokens if language in libraries.languages() else frozenset()
    return bool(words) and words[-1].encode() in known
