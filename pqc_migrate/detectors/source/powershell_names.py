"""What names stand for in one PowerShell script: variables, functions, .NET types; none of them minds its case."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from tree_sitter import Language, Node

from pqc_migrate.catalog import libraries
from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.calls.values import UNKNOWN, Name, Table, Value, choice, options
from pqc_migrate.detectors.source.unit import Binding, Unit

_QUERY = """
(function_statement) @scope @function
(class_method_definition) @scope
(class_statement) @scope @class
(if_statement (statement_block) @branch)
(elseif_clause (statement_block) @branch)
(else_clause (statement_block) @branch)
(while_statement (statement_block) @branch)
(for_statement (statement_block) @branch)
(foreach_statement (statement_block) @branch)
(switch_clause (statement_block) @branch)
(catch_clause (statement_block) @branch)
(trap_statement (statement_block) @branch)
(foreach_statement) @loop
(script_parameter) @parameter
(class_property_definition) @property
(assignment_expression) @assign
(command command_name: (command_name) @using (#match? @using "^[uU][sS][iI][nN][gG]$"))
"""
_VARIABLE = re.compile(r"[$@]\{?(?:(script|global|local|private|using|env|function):)?([^}]+?)\}?\Z", re.IGNORECASE)
_AUTOMATIC = frozenset({"_", "psitem", "args", "input", "this", "psboundparameters", "matches", "error", "host"})
PASSED_ON = frozenset(
    {
        "logical_expression", "bitwise_expression", "comparison_expression", "additive_expression",
        "multiplicative_expression", "format_expression", "range_expression", "array_literal_expression",
        "unary_expression", "pipeline", "pipeline_chain", "statement_list", "argument_expression",
        "logical_argument_expression", "bitwise_argument_expression", "comparison_argument_expression",
        "additive_argument_expression", "multiplicative_argument_expression", "format_argument_expression",
        "range_argument_expression", "left_assignment_expression", "expression_with_unary_operator",
    }
)  # fmt: skip
"""Nodes that only hold one other where no operator is written."""


class PowerShellNames(Unit):
    """The bindings of one PowerShell script."""

    query = _QUERY
    bind_last = ("assign",)

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self.namespaces: list[str] = ["System"]
        """Where types are looked for: System always, and what ``using namespace`` names."""
        self.members: dict[tuple[int, str], list[tuple[int, str, Node | None]]] = {}
        """What is put into a variable's hashtable, by scope and variable: place, key, value."""
        super().__init__(data, type_of, knows)

    def grammar(self) -> Language:
        """Return the PowerShell grammar."""
        return grammars.load("powershell")

    # Bindings ---------------------------------------------------------------------------------

    def _bind_using(self, name: Node) -> None:
        command = name.parent
        words = self.text(command).split() if command is not None else []
        if len(words) == 3 and words[1].lower() == "namespace":
            self.namespaces.append(words[2])

    def _bind_function(self, node: Node) -> None:
        name = next((child for child in node.named_children if child.type == "function_name"), None)
        if name is not None:
            self.add(
                0, f"{self.text(name).lower().rsplit(':', 1)[-1]}()", Binding(node.start_byte, node, "function")
            )

    def _bind_parameter(self, node: Node) -> None:
        """Bind a parameter to its default and to what the function's callers pass."""
        name = self._first(node, "variable")
        scope = self.scopes.innermost(node.start_byte)
        function = self.function_at(scope)
        if name is None:
            return
        default = self._first(node, "script_parameter_default")
        value = default.named_children[-1] if default is not None and default.named_children else None
        listed = self.parameters(function)
        index = listed.index(node) if node in listed else 0
        function = function if node in listed else None
        where = self.scopes.starts[scope]
        self.add(scope, self.variable_name(name)[1], Binding(where, value, "parameter", "", index, function))

    def parameters(self, function: Node | None) -> list[Node]:
        """Return the parameters of a function, in ``param(…)`` or behind its name."""
        found: list[Node] = []
        waiting = list(function.named_children) if function is not None else []
        while waiting:
            node = waiting.pop(0)
            if node.type == "script_parameter":
                found.append(node)
            elif node.type in ("script_block", "param_block", "parameter_list", "function_parameter_declaration"):
                waiting = [*node.named_children, *waiting]
        return found

    def function_at(self, scope: int) -> Node | None:
        """Return the function whose scope this is."""
        if scope == 0:
            return None
        start, end = self.scopes.starts[scope], self.scopes.ends[scope]
        node = self.root.descendant_for_byte_range(start, end - 1)
        return node if node is not None and node.type == "function_statement" else None

    def _bind_property(self, node: Node) -> None:
        name = self._first(node, "variable")
        if name is not None:
            value = node.named_children[-1] if node.named_children[-1] != name else None
            self._add(name, value, node)

    def _bind_loop(self, node: Node) -> None:
        parts = [child for child in node.named_children if child.type != "statement_block"]
        if len(parts) == 2 and parts[0].type == "variable":
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.variable_name(parts[0])[1], Binding(parts[0].end_byte, parts[1], "loop"))

    def _bind_assign(self, node: Node) -> None:
        left, value = self.sides(node)
        sign = self._first(node, "assignement_operator")
        plain = sign is not None and self.text(sign) == "="
        target = self.bare(left) if left is not None else None
        if target is not None and target.type == "cast_expression":  # [int]$size = 2048
            target = self.bare(target.named_children[-1])
        if target is None:
            return
        if target.type == "variable":
            self._add(target, value if plain else None, node)
        elif target.type in ("member_access", "element_access"):
            owner, key = target.named_children[0], target.named_children[-1]
            name = self.bare(key)
            if self.bare(owner).type == "variable":
                scope, variable = self._place(self.bare(owner), node)
                text = self.text(name.named_children[0] if name.named_child_count == 1 else name).strip("'\"")
                self.members.setdefault((scope, variable), []).append(
                    (node.end_byte, text, value if plain else None)
                )

    def _add(self, name: Node, value: Node | None, node: Node) -> None:
        scope, variable = self._place(name, node)
        kind = "value" if value is not None else "opaque"
        self.add(scope, variable, Binding(node.end_byte, value, kind))

    def _place(self, name: Node, node: Node) -> tuple[int, str]:
        """Return the scope that an assignment sets a variable in, and its name."""
        prefix, variable = self.variable_name(name)
        scope = 0 if prefix in ("script", "global") else self.scopes.innermost(node.start_byte)
        return scope, variable

    def sides(self, assignment: Node) -> tuple[Node | None, Node | None]:
        """Return what an assignment sets, and the expression it is set to."""
        left = self._first(assignment, "left_assignment_expression")
        return left, assignment.child_by_field_name("value")

    def _first(self, node: Node, kind: str) -> Node | None:
        return next((child for child in node.named_children if child.type == kind), None)

    def variable_name(self, node: Node) -> tuple[str, str]:
        """Return prefix (``script``, ``env``) and name of a variable, in lower case."""
        match = _VARIABLE.match(self.text(node))
        return ((match[1] or "").lower(), match[2].lower()) if match is not None else ("", "")

    def bare(self, node: Node) -> Node:
        """Return what a chain of expressions without an operator holds."""
        while node.type in PASSED_ON and node.named_child_count == 1:
            if node.type == "expression_with_unary_operator" and node.child_count > 1:
                break
            node = node.named_children[0]
        return node

    # What names are ---------------------------------------------------------------------------

    def variable(self, node: Node) -> Value:
        """Return what a variable is; one of the environment, and an automatic one, is not known."""
        prefix, name = self.variable_name(node)
        if prefix in ("env", "function", "using") or name in _AUTOMATIC:
            return UNKNOWN
        if name in ("true", "false"):
            return Name(self.line(node), "literal", name)
        at = len(self.data) if prefix in ("script", "global") and self.scopes.innermost(node.start_byte) else -1
        return self._with_members(self.identifier(name, at if at >= 0 else node.start_byte), name, node)

    def _with_members(self, value: Value, name: str, node: Node) -> Value:
        """Return a hashtable with what was put into it before a place."""
        scope = next((s for s in self.scopes.chain(node.start_byte) if (s, name) in self.members), None)
        if scope is None or not any(isinstance(option, Table) for option in options(value)):
            return value
        put = [
            (key, given) for at, key, given in self.members[(scope, name)] if at <= node.start_byte or scope == 0
        ]
        added = {key: self.value(given) for key, given in put}
        return choice(
            [
                Table(option.line, option.how, {**option.pairs, **added}) if isinstance(option, Table) else option
                for option in options(value)
            ]
        )

    def unbound(self, name: str, offset: int) -> Value:
        """Return what a variable is that the script does not set: it may come from whoever runs it."""
        del name, offset
        return UNKNOWN

    def type_named(self, text: str) -> str:
        """Return the full name of a type as the catalog spells it, or as written."""
        bare = text.strip("[]").split("[")[0].strip()
        for name in (bare, *(f"{namespace}.{bare}" for namespace in self.namespaces)):
            if name.lower() in self.spellings:
                return self.spellings[name.lower()]
        return bare

    def canonical(self, name: str) -> str:
        """Return a name as the catalog spells it."""
        return self.spellings.get(name.lower(), name)

    @cached_property
    def spellings(self) -> dict[str, str]:
        """The catalog's names by their lower case."""
        known = libraries.load("powershell")
        return {name.lower(): name for name in (*known.scopes, *known.types, *known.types.values(), *known.rules)}
