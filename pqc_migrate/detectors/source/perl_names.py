"""What names stand for in one Perl file: variables with their sigils, subs, parameters, the fields of objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import NOTHING, UNKNOWN, Table, Value, choice
from pqc_migrate.detectors.source.blocks import MOST_BINDINGS, Place
from pqc_migrate.detectors.source.perl_packages import LISTS, PerlPackages
from pqc_migrate.detectors.source.unit import Binding, as_constant

_QUERY = """
(subroutine_declaration_statement) @scope @function
(method_declaration_statement) @scope @function
(anonymous_subroutine_expression) @scope @function
(block) @scope
(block_statement) @scope
(try_statement try_block: (block) @branch)
(try_statement catch_block: (block) @branch)
(conditional_statement block: (block) @branch)
(elsif block: (block) @branch)
(else block: (block) @branch)
(for_statement) @scope @branch
(cstyle_for_statement) @scope @branch
(loop_statement) @branch
(postfix_conditional_expression) @branch
(postfix_for_expression) @branch
(return_expression) @return
(package_statement) @package
(use_statement) @use
(variable_declaration) @declare
(assignment_expression) @assign @field
(for_statement) @loop
((func1op_call_expression) @shift)
((function_call_expression function: (function) @_f) @bless (#eq? @_f "bless"))
((ambiguous_function_call_expression function: (function) @_f) @bless (#eq? @_f "bless"))
((function_call_expression function: (function) @_f) @attribute (#any-of? @_f "has" "extends" "with"))
((ambiguous_function_call_expression function: (function) @_f) @attribute (#any-of? @_f "has" "extends" "with"))
"""
_SIGILS = {"scalar": "$", "array": "@", "hash": "%"}
OBJECTS = frozenset({"$self", "$this"})


class PerlNames(PerlPackages):
    """The bindings of one Perl file."""

    query = _QUERY
    bind_last = (
        "package",
        "use",
        "function",
        "shift",
        "declare",
        "loop",
        "assign",
        "bless",
        "attribute",
        "field",
        "return",
    )

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self._shifts: dict[int, tuple[Node, int]] = {}
        """The sub and the parameter that each ``shift`` takes."""
        self._taken: dict[int, int] = {}
        """How many parameters of a sub, by its scope, are taken off by ``shift``; -1 when that depends."""
        super().__init__(data, type_of, knows)

    # Subs and parameters ----------------------------------------------------------------------

    def _bind_function(self, node: Node) -> None:
        scope, name = self.wall(node), node.child_by_field_name("name")
        if name is not None:
            package = self.package_at(node.start_byte)
            full = self.dotted(self.text(name)) if "::" in self.text(name) else f"{package}.{self.text(name)}"
            self.add(0, f"{full}()", Binding(node.start_byte, node, "function"))
        signature = next((child for child in node.named_children if child.type == "signature"), None)
        for index, parameter in enumerate(signature.named_children if signature is not None else []):
            variable = next((c for c in parameter.named_children if c.type in _SIGILS), None)
            if variable is not None:
                default = parameter.child_by_field_name("default")
                self._bind_parameter(variable, node, index, default, scope, node.start_byte)

    def _bind_parameter(
        self, variable: Node, function: Node, index: int, default: Node | None, scope: int, offset: int
    ) -> None:
        kind = {"scalar": "parameter", "array": "opaque", "hash": "rest"}[variable.type]
        self.add(scope, self.variable_name(variable), Binding(offset, default, kind, "", index, function))

    def _bind_shift(self, node: Node) -> None:
        function, given = node.child_by_field_name("function"), node.named_children[1:]
        if function is None or self.text(function) != "shift" or (given and self.text(given[0]) != "@_"):
            return
        scope = self.function_at(node.start_byte)
        owner = self.definitions.get(self.scopes.starts[scope]) if scope else None
        if owner is None:
            return
        taken = self._taken.get(scope, 0)
        # What comes after a shift that some calls skip is counted no more.
        skipped = self.branches.innermost(node.start_byte)
        sure = not skipped or self.branches.holds(skipped, owner.start_byte)
        if taken >= 0:
            self._shifts[node.start_byte] = (owner, taken)
        self._taken[scope] = taken + 1 if taken >= 0 and sure else -1

    def taken_before(self, offset: int) -> tuple[Node, int] | None:
        """Return the sub around an offset and how many of its parameters ``shift`` has taken there."""
        scope = self.function_at(offset)
        owner = self.definitions.get(self.scopes.starts[scope]) if scope else None
        if owner is None or self._taken.get(scope, 0) < 0:
            return None
        inside = [at for at, (sub, _) in self._shifts.items() if sub == owner and at < offset]
        return owner, len(inside)

    # Variables --------------------------------------------------------------------------------

    def variable_name(self, node: Node) -> str:
        """Return a variable with its sigil; empty for what is dereferenced."""
        name = next((child for child in node.named_children if child.type == "varname"), None)
        if name is None or name.named_children:
            return ""
        return f"{_SIGILS.get(node.type, '$')}{self.text(name)}"

    def _declared(self, node: Node) -> list[Node]:
        """Return the variables of ``my $x`` or ``my ($x, %y)``."""
        return [child for child in node.named_children if child.type in _SIGILS]

    def _bind_declare(self, node: Node) -> None:
        """Bind ``my $x;`` to nothing yet; with a value, the assignment around it binds it."""
        parent = node.parent
        if parent is not None and parent.type == "assignment_expression":
            return
        for variable in self._declared(node):
            kind = "nothing" if variable.type == "scalar" else "empty"
            self._set(variable, Binding(node.end_byte, None, kind), declared=True)

    def _set(self, variable: Node, binding: Binding, declared: bool) -> None:
        name = self.variable_name(variable)
        if not name or "::" in name:
            if name:
                package, _, last = self.dotted(name[1:]).rpartition(".")
                self.add(0, f"{package}.{name[0]}{last}", binding)
            return
        scope = (
            self.scopes.innermost(variable.start_byte) if declared else self.declaring(name, variable.start_byte)
        )
        self.add(scope, name, binding)
        around = variable.parent
        lexical = declared and around is not None and self.data.startswith((b"my", b"state"), around.start_byte)
        if not lexical and (scope == 0 or declared):
            self.add(0, f"{self.package_at(variable.start_byte)}.{name}", binding)

    def _bind_loop(self, node: Node) -> None:
        variable, source = node.child_by_field_name("variable"), node.child_by_field_name("list")
        if source is None:
            return
        name = self.variable_name(variable) if variable is not None else "$_"
        self.add(self.scope_of(node), name, Binding(node.start_byte, source, "each"))

    def _bind_assign(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None or operator is None:
            return
        declared = left.type == "variable_declaration"
        single = left.child_by_field_name("variable") if declared else left
        if left.type == "localization_expression" and left.named_children:
            single = left.named_children[0]
        if single is not None and single.type in _SIGILS:
            self._assign(single, right, node, self.text(operator), declared)
        elif self.text(operator) == "=":
            targets = self._declared(left) if declared else self.elements(left)
            self._assign_list(targets, right, node, declared)

    def _assign(self, variable: Node, right: Node, node: Node, operator: str, declared: bool) -> None:
        if operator == "=" and right.type == "array" and self.text(right) == "@_":
            self._assign_list([variable], right, node, declared)
            return
        kind = {"=": "value", "||=": "fallback", "//=": "fallback"}.get(operator, "opaque")
        if kind == "value" and variable.type == "hash":
            kind = "pairs"
        known = right if kind != "opaque" else None
        self._set(variable, Binding(node.end_byte, known, kind), declared)
        package = self.package_at(node.start_byte)
        if variable.type == "array" and self.variable_name(variable) == "@ISA":
            self.parents.setdefault(package, []).extend(self.dotted(word) for word in self._words_of([right]))
        if self.variable_name(variable) in OBJECTS and right.type == "anonymous_hash_expression":
            self._bind_fields(right, package, node.end_byte)

    def _assign_list(self, targets: list[Node], right: Node, node: Node, declared: bool) -> None:
        taken = self.taken_before(node.start_byte) if right.type == "array" and self.text(right) == "@_" else None
        parts = self.elements(right) if right.type in LISTS else []
        plain = len(parts) == len(targets) and all(target.type == "scalar" for target in targets)
        for index, target in enumerate(targets):
            if target.type not in _SIGILS:
                continue
            if taken is not None:
                owner, before = taken
                kind = {"scalar": "parameter", "array": "opaque", "hash": "rest"}[target.type]
                binding = Binding(node.end_byte, None, kind, "", before + index, owner)
            else:
                binding = Binding(node.end_byte, parts[index] if plain else None, "value" if plain else "opaque")
            self._set(target, binding, declared)

    # Objects and fields -----------------------------------------------------------------------

    def _bind_bless(self, node: Node) -> None:
        """Bind the members of ``bless { … }, $class`` as fields of the package's objects."""
        passed = self.passed(node)
        if passed and passed[0].type == "anonymous_hash_expression":
            self._bind_fields(passed[0], self.package_at(node.start_byte), node.start_byte)

    def _bind_fields(self, made: Node, package: str, offset: int) -> None:
        for key, value in self.members(made):
            if key and package != "main":
                self.add_field((0, f"{package}.{key}"), Binding(offset, value, "value"))

    def _bind_attribute(self, node: Node) -> None:
        """Bind what Moose, Moo and Mojo declare: ``has name => (default => …)``, ``extends "Base"``."""
        function, passed = node.child_by_field_name("function"), self.passed(node)
        package = self.package_at(node.start_byte)
        if function is None or not passed:
            return
        if self.text(function) != "has":
            self.parents.setdefault(package, []).extend(self.dotted(word) for word in self._words_of(passed))
            return
        rest = passed[1:]
        given = dict(self.members(rest[0])) if len(rest) == 1 else self._default(rest)
        default = given.get("default") or given.get("builder")
        value = (
            default if default is not None else rest[0] if len(rest) == 1 and rest[0].type not in LISTS else None
        )
        for word in self._words_of(passed[:1]):
            name = word.lstrip("+")
            if value is not None:
                kind = "result" if value.type == "anonymous_subroutine_expression" else "value"
                self.add_field((0, f"{package}.{name}"), Binding(node.start_byte, value, kind))

    def _default(self, rest: list[Node]) -> dict[str, Node]:
        pairs = zip(rest[::2], rest[1::2], strict=False)
        return {self.text(key).strip("'\""): value for key, value in pairs}

    def _bind_field(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None or operator is None or left.type != "hash_element_expression":
            return
        place = self.place(left)
        kind = {"=": "value", "||=": "fallback", "//=": "fallback"}.get(self.text(operator), "opaque")
        if place is not None:
            self.add_field(place, Binding(node.end_byte, right if kind != "opaque" else None, kind))

    def place(self, node: Node) -> Place | None:
        """Return the scope and the path of a variable or of an element under a known key; None for any other."""
        parts: list[str] = []
        while node.type == "hash_element_expression":
            owner, key = self.owner_and_key(node)
            text = self.literal(key) if key is not None else None
            if owner is None or text is None:
                return None
            parts.append(text.replace(".", "_"))
            node = owner
        name = self.root_name(node)
        if not name:
            return None
        package = self.package_at(node.start_byte)
        if name in OBJECTS and package != "main":
            return 0, ".".join([package, *reversed(parts)])
        return self.declaring(name, node.start_byte), ".".join([name, *reversed(parts)])

    def owner_and_key(self, node: Node) -> tuple[Node | None, Node | None]:
        """Return what an element is taken from, and the key."""
        owner = node.child_by_field_name("hash") or (node.named_children[0] if node.named_children else None)
        return owner, node.child_by_field_name("key")

    def root_name(self, node: Node) -> str:
        """Return the variable that an element is taken from: ``%x`` for ``$x{…}``, ``$x`` for ``$x->{…}``."""
        if node.type == "scalar":
            return self.variable_name(node)
        if node.type != "container_variable":
            return ""
        name = node.named_children[0] if node.named_children else None
        inner = name.named_children[0] if name is not None and name.named_children else None
        if inner is not None:  # $$x{…}, ${$x}{…}
            while inner.type in ("block", "expression_statement") and inner.named_children:
                inner = inner.named_children[0]
            return self.variable_name(inner) if inner.type == "scalar" else ""
        return f"%{self.text(name)}" if name is not None else ""

    # Values of bindings -----------------------------------------------------------------------

    def bound(self, binding: Binding) -> Value:
        """Return what one binding gives its name."""
        if binding.kind == "nothing":
            return NOTHING
        if binding.kind == "empty":
            return Table()
        if binding.kind == "result" and binding.node is not None:
            return as_constant(self.returned(binding.node))
        if binding.kind == "each" and binding.node is not None:
            return choice([as_constant(item) for item in self.flat(binding.node)[:32]])
        if binding.kind in ("pairs", "rest", "fallback"):
            return as_constant(self.gathered(binding))
        return super().bound(binding)

    def gathered(self, binding: Binding) -> Value:
        """Return a hash made of a list, of the parameters that are left, or a default."""
        raise NotImplementedError

    def returned(self, function: Node) -> Value:
        """Return what a sub of this file gives: what it returns, and its last expression."""
        body = function.child_by_field_name("body")
        results = [
            n for r in self._results.get(self.scope_of(function), [])[:MOST_BINDINGS] for n in r.named_children
        ]
        results += self.last(body) if body is not None else []
        return choice([v for v in map(self.value, results) if v not in (UNKNOWN, NOTHING)])

    def last(self, block: Node) -> list[Node]:
        """Return the expressions whose value a block may have, through its branches."""
        statements = [child for child in block.named_children if child.type not in ("comment", "pod")]
        if not statements:
            return []
        end = statements[-1]
        if end.type == "expression_statement" and end.named_children:
            inner = end.named_children[0]
            return [] if inner.type in ("return_expression", "postfix_conditional_expression") else [inner]
        if end.type == "conditional_statement":
            return [e for branch in self._arms(end) for e in self.last(branch)]
        return []

    def _arms(self, node: Node) -> Iterator[Node]:
        block = node.child_by_field_name("block")
        if block is not None:
            yield block
        for child in node.named_children:
            if child.type in ("elsif", "else"):
                yield from self._arms(child)
