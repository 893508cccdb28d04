"""Solidity source: built-in functions, precompiled contracts, and libraries attached with ``using``.

Precompiled contracts have no names: a call of ``address(1)``, in Solidity or in the assembly inside it, is
written ``precompile.1`` in the catalog.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tree_sitter import Language, Node

from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.calls.values import UNKNOWN, Call, Name, Number, Value, choice, options
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import engine
from pqc_migrate.detectors.source.operations import operate
from pqc_migrate.detectors.source.unit import LOCAL, Binding, Unit
from pqc_migrate.model.target import SourceFile

_USING = re.compile(r"using\s+(?:\{([^}]*)\}|([\w.]+))\s+for\b")
_CALLERS = frozenset({"staticcall", "call", "callcode", "delegatecall"})
"""Members of an address, and instructions, that run the code at it."""
_WRAPPING = frozenset({"expression", "struct_expression"})
"""Nodes around a name that change nothing of what it names: ``f{gas: 1}(…)``."""
_NAMES = frozenset({"identifier", "yul_identifier", "yul_path"})
_HIGHEST_PRECOMPILE = 0x1FF


class SolidityUnit(Unit):
    """One Solidity file."""

    query = """
      (function_definition) @scope
      (modifier_definition) @scope
      (constructor_definition) @scope
      (fallback_receive_definition) @scope
      (contract_declaration) @scope @class
      (library_declaration) @scope @class
      (interface_declaration) @scope @class
      (if_statement body: (_) @branch)
      (for_statement body: (_) @branch)
      (while_statement body: (_) @branch)
      (yul_if_statement (yul_block) @branch)
      (import_directive) @import
      (using_directive) @using
      (contract_declaration name: (identifier) @definition)
      (library_declaration name: (identifier) @definition)
      (interface_declaration name: (identifier) @definition)
      (struct_declaration name: (identifier) @definition)
      (function_definition name: (identifier) @definition)
      (parameter name: (identifier) @unknown)
      (variable_declaration name: (identifier) @unknown)
      (state_variable_declaration) @variable
      (constant_variable_declaration) @variable
      (variable_declaration_statement) @local
      (yul_variable_declaration) @assembly
      (yul_assignment) @assembly
      (assignment_expression) @assignment
    """
    bind_last = ("local", "assembly", "assignment")
    class_scope_visible = True

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self.attached: list[str] = []
        """Libraries (``ECDSA``) and functions (``ECDSA.recover``) that may be called on values."""
        super().__init__(data, type_of, knows)

    def grammar(self) -> Language:
        """Return the Solidity grammar."""
        return grammars.load("solidity")

    # Names ------------------------------------------------------------------------------------

    def _bind_import(self, node: Node) -> None:
        """Bind the names of ``import {A as B} from "…"``; a file imported whole binds names nobody sees here."""
        names = node.children_by_field_name("import_name")
        for name in names:
            after = name.next_sibling
            renamed = after is not None and after.type == "as" and after.next_sibling is not None
            local = after.next_sibling if renamed and after is not None else name
            if local is not None:
                self.add(0, self.text(local), Binding(node.start_byte, None, "import", self.text(name)))

    def _bind_using(self, node: Node) -> None:
        match = _USING.match(self.text(node))
        if match is not None:
            listed = match[1].split(",") if match[1] else [match[2]]
            self.attached += [name.split()[0] for name in listed if name.strip()]

    def _bind_definition(self, name: Node) -> None:
        """Keep what the file itself defines apart from a library's function of that name."""
        owner = name.parent
        around = self.scopes.chain(owner.start_byte)[1:] if owner is not None else []
        self.add(around[0] if around else 0, self.text(name), Binding(name.start_byte, None, "class"))

    def _bind_unknown(self, name: Node) -> None:
        scope = self.scopes.innermost(name.start_byte)
        self.add(scope, self.text(name), Binding(name.end_byte, None, "opaque"))

    def _bind_variable(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is not None:
            kind = "value" if value is not None else "opaque"
            self.add(self.scopes.innermost(node.start_byte), self.text(name), Binding(node.end_byte, value, kind))

    def _bind_local(self, node: Node) -> None:
        value = node.child_by_field_name("value")
        declared = [child for child in node.named_children if child.type == "variable_declaration"]
        name = declared[0].child_by_field_name("name") if len(declared) == 1 else None
        if name is not None and value is not None:
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(name), Binding(node.end_byte, value, "value"))

    def _bind_assembly(self, node: Node) -> None:
        """Bind what ``let x := value`` and ``x := value`` set; the latter's parts have no names in the grammar."""
        sides = node.named_children
        if len(sides) == 2:
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(sides[0]), Binding(node.end_byte, sides[1], "value"))

    def _bind_assignment(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        name = self.text(left) if left is not None else ""
        for scope in self.scopes.chain(node.start_byte) if name.isidentifier() else ():
            if (scope, name) in self.bindings:
                self.add(scope, name, Binding(node.end_byte, right, "value"))
                return

    # Values -----------------------------------------------------------------------------------

    def expression(self, node: Node) -> Value:
        """Return what an expression is known to be."""
        if node.type in ("expression", "call_argument", "parenthesized_expression"):
            return self.value(node.named_children[-1]) if node.named_children else UNKNOWN
        if node.type in _NAMES:
            return self.placed(self.identifier(self.text(node), node.start_byte), node)
        if node.type in ("number_literal", "yul_decimal_number", "yul_hex_number"):
            return self._number(node)
        if node.type == "type_cast_expression":
            return choice([o for o in options(self.value(node.named_children[-1])) if isinstance(o, Number)])
        if node.type == "member_expression":
            return self._member(node)
        if node.type == "binary_expression":
            return self._operated(node)
        if node.type == "ternary_expression":
            return choice([self.value(child) for child in node.named_children[1:]])
        if node.type == "user_defined_type":  # a contract that another one extends
            return self._extended(node)
        return self._called(node) if node.type in ("call_expression", "yul_function_call") else UNKNOWN

    def _number(self, node: Node) -> Value:
        try:
            return Number(self.line(node), number=int(self.text(node).replace("_", ""), 0))
        except ValueError:
            return UNKNOWN

    def _operated(self, node: Node) -> Value:
        left, right = (self.value(node.child_by_field_name(side)) for side in ("left", "right"))
        sign = node.child_by_field_name("operator")
        found = [operate(self.text(sign), a, b) for a in options(left) for b in options(right) if sign is not None]
        return choice([value for value in found if value != UNKNOWN])

    def _member(self, node: Node) -> Value:
        owner, place = node.child_by_field_name("object"), node.child_by_field_name("property")
        if owner is None or place is None:
            return UNKNOWN
        named = [o for o in options(self.value(owner)) if isinstance(o, Name) and not o.name.startswith(LOCAL)]
        return choice(
            [Name(self.line(place), "literal", f"{o.name}.{self.text(place)}", place.start_byte) for o in named]
        )

    def _extended(self, node: Node) -> Value:
        parts = node.named_children
        return self.value(parts[0]) if len(parts) == 1 and parts[0].type == "identifier" else UNKNOWN

    # Calls ------------------------------------------------------------------------------------

    def _called(self, node: Node) -> Value:
        callee = node.child_by_field_name("function")
        while callee is not None and callee.type in _WRAPPING:
            callee = callee.child_by_field_name("type") or callee.named_children[0]
        if callee is None:
            return UNKNOWN
        passed = [child for child in node.named_children if child.type != "comment"][1:]
        place = callee
        if callee.type == "member_expression":
            place = callee.child_by_field_name("property") or callee
            names = self._method_names(callee, self.text(place))
        elif callee.type == "yul_evm_builtin":
            names = self._instruction(self.text(callee), passed)
        else:
            known = options(self.value(callee))
            names = [o.name for o in known if isinstance(o, Name) and not o.name.startswith(LOCAL)]
        span = (place.start_byte, node.start_byte, node.end_byte)
        args = tuple(self.value(argument) for argument in passed)
        return choice([Call(self.line(place), "literal", name, args, {}, None, *span) for name in names])

    def _method_names(self, callee: Node, method: str) -> list[str]:
        """Return what a call on something may reach: a library's function, an attached one, or a precompile."""
        owner = callee.child_by_field_name("object")
        named = [option.name for option in options(self.value(callee)) if isinstance(option, Name)]
        known = [name for name in named if self.knows(name)]
        if known or owner is None:
            return known
        if method in _CALLERS:
            return list(_precompiles(self.value(owner)))
        candidates = [name if name.endswith(f".{method}") else f"{name}.{method}" for name in self.attached]
        return [name for name in dict.fromkeys(map(self._imported, candidates)) if self.knows(name)][:1]

    def _imported(self, name: str) -> str:
        """Return the name of an attached library as its own file spells it."""
        first, _, rest = name.partition(".")
        named = [o.name for o in options(self.identifier(first, len(self.data))) if isinstance(o, Name)]
        return f"{named[0]}.{rest}" if named else name

    def _instruction(self, name: str, passed: list[Node]) -> list[str]:
        if name in _CALLERS:
            return list(_precompiles(self.value(passed[1]))) if len(passed) > 1 else []
        return [name] if self.knows(name) else []

    # Uses -------------------------------------------------------------------------------------

    def spelled(self, words: frozenset[bytes]) -> frozenset[bytes]:
        """Return the catalog's words, and those that call an address."""
        return words | {word.encode() for word in _CALLERS}

    def use(self, token: Node) -> Node | None:
        """Return the call whose callee a word decides, or the contract that another one extends."""
        node, parent = token, token.parent
        if parent is not None and parent.type == "yul_evm_builtin":
            return parent.parent
        if token.type != "identifier" or parent is None:
            return None
        if parent.type == "user_defined_type":
            extended = parent.parent is not None and parent.parent.type == "inheritance_specifier"
            return parent if extended else None
        if parent.type == "member_expression":
            if parent.child_by_field_name("property") != token:
                return None
            node, parent = parent, parent.parent
        while parent is not None and parent.type in _WRAPPING:
            node, parent = parent, parent.parent
        if parent is None or parent.type not in ("call_expression", "yul_function_call"):
            return None
        return parent if parent.child_by_field_name("function") == node else None


def _precompiles(address: Value) -> Iterator[str]:
    for option in options(address):
        if isinstance(option, Number) and 0 < option.number <= _HIGHEST_PRECOMPILE:
            yield f"precompile.{option.number}"


def _wants(file: SourceFile) -> bool:
    return file.language == "solidity" and engine.anchored(file, engine.anchors("solidity"))


def _detect(file: SourceFile) -> Iterator[Claim]:
    return engine.detect(file, "solidity", SolidityUnit)


DETECTOR = Detector("solidity", lambda: engine.anchors("solidity"), _wants, _detect)
