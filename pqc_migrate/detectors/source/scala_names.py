"""Scala source: which nodes bind names, which are calls and members, and what takes which arguments."""

from __future__ import annotations

import re

from tree_sitter import Language, Node

from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.calls.values import Call, Name, Value
from pqc_migrate.detectors.source.objects import Argument, ObjectUnit
from pqc_migrate.detectors.source.objects_names import Parameter
from pqc_migrate.detectors.source.unit import Binding

_QUERY = """
(class_definition) @scope @class @type
(object_definition) @scope @class @type
(package_object) @scope @class @type
(trait_definition) @scope @class @type
(enum_definition) @scope @class @type
(instance_expression (template_body) @scope @class)
(function_definition) @scope @function
(lambda_expression) @scope @lambda
(if_expression consequence: (_) @branch)
(if_expression alternative: (_) @branch)
(case_clause) @branch @case
(for_expression body: (_) @branch)
(while_expression body: (_) @branch)
(try_expression body: (_) @branch)
[(block) (indented_block) (case_clause) (for_expression) (lambda_expression)] @block
(return_expression) @return
(package_clause) @package
(import_declaration) @import
(type_definition) @alias
(val_definition) @declaration
(var_definition) @declaration
(var_declaration) @declaration
(val_declaration) @declaration
(enumerator) @enumerator
(simple_enum_case) @entry
(full_enum_case) @entry
(extends_clause) @super
(assignment_expression) @assign
"""
_CLAUSE = re.compile(r"(?:[^,{}]|\{[^}]*\})+")
_OF_ELEMENTS = frozenset({"foreach", "map", "flatMap", "filter", "collect", "withFilter"})
_PATTERN_NAME = re.compile(r"[a-z]\w*")
_BLOCKS = frozenset({"block", "case_block", "indented_block"})


class ScalaNames(ObjectUnit):
    """Names and calls of one Scala file; `scala.ScalaUnit` adds the expressions."""

    program_wide = True
    query = _QUERY
    suffix = ".scala"
    alias_nodes = frozenset({"identifier", "field_expression", "method_value"})
    name_types = frozenset({"identifier", "type_identifier"})
    wrapping = frozenset({"generic_function", "generic_type"})
    not_used = frozenset({
        "comment", "block_comment", "import_declaration", "package_clause", "annotation", "type_arguments",
    })  # fmt: skip
    references = frozenset({
        "arguments", "val_definition", "var_definition", "assignment_expression", "return_expression", "block",
        "indented_block", "function_definition", "case_clause", "parenthesized_expression", "if_expression",
        "infix_expression", "lambda_expression", "tuple_expression", "method_value", "interpolation", "parameter",
        "class_parameter", "template_body",
    })  # fmt: skip

    def grammar(self) -> Language:
        """Return the Scala grammar."""
        return grammars.load("scala")

    # Bindings ---------------------------------------------------------------------------------

    def _bind_package(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            self.package = f"{self.package}.{self.text(name)}" if self.package else self.text(name)

    def _bind_import(self, node: Node) -> None:
        for clause in _CLAUSE.findall(self.text(node).removeprefix("import")):
            path, brace, inner = clause.strip().partition("{")
            if not brace:
                written, renamed, local = path.partition(" as ")
                path, _, last = written.strip().rpartition(".")
                inner = f"{last}{renamed}{local}"
            for one in inner.rstrip("} \n").split(","):
                self._selected("".join(path.split()).rstrip("."), one.strip(), node)

    def _selected(self, path: str, one: str, node: Node) -> None:
        if one in ("_", "*", "given"):
            self.stars.append(path)
            return
        name, _, local = one.partition("=>") if "=>" in one else one.partition(" as ")
        if name and local.strip() != "_":
            self._imported(f"{path}.{name.strip()}", local.strip() or name.strip(), node)

    def _imported(self, path: str, local: str, node: Node) -> None:
        self.add(0, local.strip("`"), Binding(node.end_byte, None, "import", path.removeprefix("_root_.")))

    def _bind_alias(self, node: Node) -> None:
        name, written = node.child_by_field_name("name"), node.child_by_field_name("type")
        if name is not None and written is not None:
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(name), Binding(node.end_byte, None, "alias", self.text(written)))

    def _bind_type(self, node: Node) -> None:
        name, scope = node.child_by_field_name("name"), self.scope_of(node)
        if name is not None and scope:
            self.define(self.scopes.parents[scope], self.text(name), node, "class")
            self.declare_parameters(scope, node, self.parameters(node))

    def _bind_entry(self, node: Node) -> None:
        name, scope = node.child_by_field_name("name"), self.enclosing_class(node.start_byte)
        if name is not None and scope is not None:
            self.add(scope, self.text(name), Binding(node.start_byte, node, "value"))

    def _bind_super(self, node: Node) -> None:
        self.supers.append(node)

    def _bind_function(self, node: Node) -> None:
        name, scope = node.child_by_field_name("name"), self.scope_of(node)
        if name is None or not scope:
            return
        outside = self.scopes.parents[scope]
        self.define(outside, self.text(name), node, "function")
        self.declare_parameters(scope, node, self.parameters(node))
        if node.child_by_field_name("parameters") is None:
            self.add(outside, self.text(name), Binding(node.start_byte, node, "computed", self.result_type(node)))
        around = self.classes.get(outside)
        if (around is not None and self._is_implicit(around)) or _is_extension(node):
            self.extensions.setdefault(self.text(name), []).append(Binding(node.start_byte, node, "function"))

    def _is_implicit(self, node: Node) -> bool:
        first = node.named_children[0] if node.named_children else None
        return first is not None and first.type == "modifiers" and "implicit" in self.text(first)

    def _bind_lambda(self, node: Node) -> None:
        listed, scope = node.child_by_field_name("parameters"), self.scope_of(node)
        if listed is None or not scope:
            return
        owner = self._iterated(node)
        for index, child in enumerate([listed] if listed.type == "identifier" else listed.named_children):
            name, written = child.child_by_field_name("name") or child, child.child_by_field_name("type")
            kind = "element" if owner is not None and index == 0 else "type"
            node_of = owner if kind == "element" else None
            binding = Binding(node.start_byte, node_of, kind, self.text(written) if written is not None else "")
            self.add(scope, self.text(name), binding)

    def _iterated(self, node: Node) -> Node | None:
        """Return the collection whose elements a function is called with."""
        call = node.parent.parent if node.parent is not None else None
        callee = self.callee(call) if call is not None else None
        parts = self.access(self.bare(callee)) if callee is not None else None
        return parts[0] if parts is not None and self.text(parts[1]) in _OF_ELEMENTS else None

    def _bind_declaration(self, node: Node) -> None:
        scope = self.scopes.innermost(node.start_byte)
        pattern, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
        pattern = pattern or node.child_by_field_name("name")
        written = node.child_by_field_name("type")
        declared = self.text(written) if written is not None else ""
        if pattern is not None and pattern.type == "identifier":
            kind = "value" if value is not None else "type"
            self.add(scope, self.text(pattern), Binding(node.end_byte, value, kind, declared))
        elif pattern is not None:
            self._pattern(pattern, scope, node.end_byte)

    def _bind_case(self, node: Node) -> None:
        pattern = node.child_by_field_name("pattern")
        if pattern is not None:
            self._pattern(pattern, self.scopes.innermost(node.start_byte), pattern.end_byte)

    def _pattern(self, pattern: Node, scope: int, offset: int) -> None:
        """Record the names that a pattern takes apart; their values come from out of sight."""
        waiting = [pattern]
        while waiting:
            current = waiting.pop()
            if current.type == "identifier" and _PATTERN_NAME.fullmatch(self.text(current)):
                self.add(scope, self.text(current), Binding(offset, None, "type"))
            waiting.extend(current.named_children[:16])

    def _bind_enumerator(self, node: Node) -> None:
        if len(node.named_children) < 2:
            return
        name, value = node.named_children[0], node.named_children[1]
        kind = "value" if any(child.type == "=" for child in node.children) else "loop"
        scope = self.scopes.innermost(node.start_byte)
        if name.type == "identifier":
            self.add(scope, self.text(name), Binding(node.end_byte, value, kind))
        else:
            self._pattern(name, scope, node.end_byte)

    def _bind_assign(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or (node.parent is not None and node.parent.type == "arguments"):
            return
        if left.type == "identifier":
            self.assign(self.text(left), node, right)
            return
        parts = self.access(left)
        if parts is not None and self.is_self(parts[0]):
            self.assign_member(self.text(parts[1]), node, right)

    # What is where ----------------------------------------------------------------------------

    def unbound(self, name: str, offset: int) -> Value:
        """Return what a name is that the file does not bind; ``import Names._`` may bring an object's member."""
        for path in self.stars:
            local = self.local_class(self.type_name(path, offset)) if path != name else None
            found = self.attribute(local, name) if local is not None else None
            if found is not None:
                return found
        return super().unbound(name, offset)

    def bases_written(self, scope: int) -> list[str]:
        """Return the types that a class extends, as written."""
        clause = self.classes[scope].child_by_field_name("extend")
        types = clause.children_by_field_name("type") if clause is not None else []
        return [self.text(kind) for kind in types if kind.is_named]

    def access(self, node: Node) -> tuple[Node, Node] | None:
        """Return owner and name of ``owner.name``, in expressions and in types behind ``new``."""
        if node.type == "field_expression":
            owner, name = node.child_by_field_name("value"), node.child_by_field_name("field")
            return (owner, name) if owner is not None and name is not None else None
        if node.type == "stable_type_identifier" and len(node.named_children) == 2:
            return node.named_children[0], node.named_children[1]
        return None

    def callee(self, node: Node) -> Node | None:
        """Return what a call calls or ``new`` creates; of ``f(a)(b)`` it is ``f``."""
        if node.type == "call_expression":
            function = node.child_by_field_name("function")
            curried = function is not None and function.type == "call_expression"
            return self.callee(function) if curried and function is not None else function
        if node.type == "instance_expression" and node.named_children:
            first = node.named_children[0]
            kinds = ("type_identifier", "generic_type", "stable_type_identifier")
            return first if first.type in kinds else None
        return None

    def arguments(self, node: Node) -> list[Argument]:
        """Return the arguments of a call, creation or extended class, of all its lists."""
        function = node.child_by_field_name("function")
        found = self.arguments(function) if function is not None and function.type == "call_expression" else []
        listed = [child for child in node.named_children if child.type == "arguments"]
        last = node.child_by_field_name("arguments")
        for one in listed:
            found += [self._argument(child) for child in one.named_children if "comment" not in child.type]
        return [*found, Argument(last)] if last is not None and last.type in _BLOCKS else found

    def _argument(self, node: Node) -> Argument:
        if node.type != "assignment_expression":
            return Argument(node)
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        return Argument(right or node, self.text(left) if left is not None else "")

    def parameters(self, owner: Node) -> list[Parameter]:
        """Return the parameters of a function or class, of all its lists."""
        found: list[Parameter] = []
        for field in ("parameters", "class_parameters"):
            for listed in owner.children_by_field_name(field):
                given = any(child.type in ("implicit", "using") for child in listed.children)
                for child in listed.named_children:
                    name, written = child.child_by_field_name("name"), child.child_by_field_name("type")
                    if name is not None:
                        kind, label = self.text(written) if written is not None else "", self.text(name)
                        several = given or kind.endswith("*")
                        default = child.child_by_field_name("default_value")
                        found.append(Parameter(label, label, kind, default, several))
        return found

    def made_by(self, node: Node) -> str:
        """Return the class whose constructor an extends clause runs."""
        kind = node.child_by_field_name("type")
        return self.type_name(self.text(kind), node.start_byte) if kind is not None else ""

    def result_type(self, definition: Node) -> str:
        """Return the type that a function is declared to return."""
        written = definition.child_by_field_name("return_type")
        return self.text(written) if written is not None else ""

    def results(self, definition: Node) -> list[Node]:
        """Return the expressions that a function may give."""
        body = definition.child_by_field_name("body")
        returns = self.returns.get(self.scope_of(definition), [])
        return [*([body] if body is not None else []), *(n.named_children[0] for n in returns if n.named_children)]

    def is_self(self, node: Node) -> bool:
        """Whether an expression is ``this``, ``super`` or ``Class.this``."""
        if node.type == "identifier":
            return self.text(node) in ("this", "super")
        parts = self.access(node)
        return parts is not None and self.text(parts[1]) == "this"

    def is_reference(self, node: Node, parent: Node) -> bool:
        """Whether a name is kept or passed on, and not compared, declared or matched."""
        if node.type in ("type_identifier", "stable_type_identifier", "generic_type"):
            return False
        if parent.type == "arguments":
            return not self.is_check(parent.parent)
        if parent.type == "infix_expression":
            operator = parent.child_by_field_name("operator")
            return operator is not None and self.text(operator) in ("+", "++", "->", "::", ":+")
        if parent.type == "assignment_expression":
            return parent.child_by_field_name("right") == node
        if parent.type in ("val_definition", "var_definition"):
            return parent.child_by_field_name("value") == node
        if parent.type in ("function_definition", "case_clause"):
            return node in parent.children_by_field_name("body")
        if parent.type in ("parameter", "class_parameter"):
            return parent.child_by_field_name("default_value") == node
        if parent.type == "lambda_expression":
            return node not in parent.children_by_field_name("parameters")
        return parent.type != "if_expression" or node != parent.child_by_field_name("condition")

    def targets(self, node: Node) -> list[Name | Call]:
        """Return what a call may reach; calling an object is calling its ``apply``."""
        found: list[Name | Call] = []
        for target in super().targets(node):
            scope = self.local_class(target.name) if node.type == "call_expression" else None
            found += self.methods(scope, "apply", self.arguments(node)) or [target]
        return found

    def called_names(self, function: Node) -> list[str]:
        """Return the words that a function or class is called by: an ``apply`` by its object's name, too."""
        found = super().called_names(function)
        around = self.enclosing_class(function.start_byte - 1) if found == ["apply"] else None
        name = self.name_of(self.classes[around]) if around is not None else None
        return [*found, self.text(name)] if name is not None else found


def _is_extension(node: Node) -> bool:
    parent = node.parent
    return parent is not None and parent.type == "extension_definition"
