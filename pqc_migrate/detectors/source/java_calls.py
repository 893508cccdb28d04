"""Java source: which methods and constructors its calls reach, and which words are uses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import Call, Name, options
from pqc_migrate.detectors.source.java_names import JavaNames, parameters
from pqc_migrate.detectors.source.unit import LOCAL, Binding

_CHECKS = frozenset(
    {"equals", "equalsIgnoreCase", "contains", "containsKey", "compareTo", "startsWith", "endsWith"}
)
_NOT_USED = frozenset({
    "line_comment", "block_comment", "import_declaration", "package_declaration", "annotation", "marker_annotation",
    "switch_label", "instanceof_expression", "class_literal",
})  # fmt: skip
_MOST_DECLARED = 40
_MOST_OVERLOADS = 8
_MOST_CALLERS = 32


class JavaCalls(JavaNames):
    """Calls and uses of one Java file."""

    def methods(self, scope: int | None, name: str, passed: list[Node]) -> list[Name]:
        """Return the methods of a class, or else of its bases, that take these arguments."""
        seen: set[int] = set()
        waiting = [scope] if scope is not None else []
        while waiting:
            current = waiting.pop(0)
            if current in seen:
                continue
            seen.add(current)
            overloads = self.bindings.get((current, f"{name}()"), [])[:_MOST_DECLARED]
            found = [b for b in overloads if _takes(b.node, len(passed))]
            if found:
                chosen = self._fitting(found, passed) if len(found) > 1 else found
                return [Name(name=f"{LOCAL}{b.offset}", how="object") for b in chosen[:_MOST_OVERLOADS]]
            waiting.extend(self.bases(current))
        return []

    def _fitting(self, overloads: list[Binding], passed: list[Node]) -> list[Binding]:
        """Return the overload whose parameters are written with the types of the arguments, or else all of them."""
        types = [self.written_type(argument) for argument in passed]
        fitting = [
            overload
            for overload in overloads
            if overload.node is not None
            and all(not t or t == self.type_text(p) for t, p in zip(types, parameters(overload.node), strict=False))
        ]
        return fitting or overloads

    def callee(self, node: Node) -> list[Name | Call]:
        """Return what a method invocation may call, with the object it is called on."""
        owner, name_node = node.child_by_field_name("object"), node.child_by_field_name("name")
        if name_node is None:
            return []
        name, passed = self.text(name_node), arguments(node)
        if owner is None or owner.type in ("this", "super"):
            return self._unqualified(name, passed, node.start_byte)
        found: list[Name | Call] = []
        for option in options(self.value(owner)):
            if isinstance(option, Name | Call) and option.name.startswith(LOCAL):
                methods = self.methods(self.local_class(option.name), name, passed)
                made = isinstance(option, Call) and option.start >= 0
                found.extend(Call(name=m.name, receiver=option) if made else m for m in methods)
            elif isinstance(option, Call):
                found.append(Call(name=f"{self.type_of(option)}.{name}", receiver=option))
            elif isinstance(option, Name):
                found.append(Name(name=f"{option.name}.{name}"))
        return found or [Name(name=f"*.{name}")]

    def _unqualified(self, name: str, passed: list[Node], offset: int) -> list[Name | Call]:
        for scope in self.scopes.chain(offset):
            methods = self.methods(scope, name, passed) if scope in self.classes else []
            if methods:
                return [*methods, *self._overriding(scope, methods, name, passed)]
        bases = (base for part in self.scopes.chain(offset) if part in self.classes for base in self._above(part))
        inherited = [full for base in bases if self.knows(full := f"{base}.{name}")]
        if inherited:
            return [Name(name=inherited[0])]
        imported = [b for b in self.bindings.get((0, name), []) if b.kind == "import"]
        if imported:
            return [Name(name=binding.name) for binding in imported]
        other = self.unbound(name, offset)
        return [other] if isinstance(other, Name) and "." in other.name else [Name(name=f"*.{name}")]

    def _above(self, scope: int) -> list[str]:
        """Return the foreign bases of a class and of those of this file that it inherits from."""
        return [base for part in self.lineage(scope) if part in self.classes for base in self.foreign_bases(part)]

    def _overriding(self, scope: int, methods: list[Name], name: str, passed: list[Node]) -> list[Name]:
        """Return the methods of subclasses in this file that may run where a class calls a method of its own."""
        called = self.local(methods[0].name)
        modifiers = called.named_children[0] if called is not None and called.named_children else None
        words = self.text(modifiers).split() if modifiers is not None and modifiers.type == "modifiers" else []
        if any(word in ("private", "static", "final") for word in words):
            return []
        below = [other for other in self.classes if other != scope and scope in self.lineage(other)]
        found = (one for other in below[:_MOST_OVERLOADS] for one in self.methods(other, name, passed))
        return [one for one in dict.fromkeys(found) if one not in methods]

    def callers(self, function: Node) -> Iterator[Node]:
        """Yield the calls of a method, or the creations that run a constructor or fill a record."""
        if function.id not in self._callers:
            before = self._cut
            found = list(islice(self._found_callers(function), _MOST_CALLERS))
            if self._cut != before:
                yield from found
                return
            self._callers[function.id] = found
        yield from self._callers[function.id]

    def _found_callers(self, function: Node) -> Iterator[Node]:
        name = function.child_by_field_name("name")
        if name is None:
            return
        if function.type == "method_declaration":
            for token in self.words(self.text(name).encode()):
                used = token.parent
                if used is None or used.type != "method_invocation" or _within(used, function):
                    continue
                if not _takes(function, len(arguments(used))):
                    continue
                if used.child_by_field_name("name") == token and self._calls(used, function.start_byte):
                    yield used
            return
        scope = self.enclosing_class(name.start_byte)
        if scope is not None:
            count = len(parameters(function))
            yield from (node for node in self._creations(scope) if len(arguments(node)) == count)

    def _calls(self, node: Node, offset: int) -> bool:
        return any(callee.name == f"{LOCAL}{offset}" for callee in self.callee(node))

    def _creations(self, scope: int) -> Iterator[Node]:
        """Yield what creates an instance of a class: ``new``, enum constants, ``this(…)``, ``super(…)`` below."""
        node = self.classes[scope]
        name = node.child_by_field_name("name")
        if name is None:
            return
        for token in self.words(self.text(name).encode()):
            used = self.use(token)
            if used is None or used.type != "object_creation_expression":
                continue
            if self.type_name(self.type_text(used), used.start_byte) == f"{LOCAL}{node.start_byte}":
                yield used
        body = node.child_by_field_name("body")
        if node.type == "enum_declaration" and body is not None:
            yield from (child for child in body.named_children if child.type == "enum_constant")
        for word in (b"this", b"super"):
            for token in self.words(word):
                call = token.parent
                if call is not None and call.type == "explicit_constructor_invocation":
                    inside = self.enclosing_class(call.start_byte)
                    if inside is not None and (scope == inside if word == b"this" else scope in self.bases(inside)):
                        yield call

    def arguments_at(self, caller: Node, parameter: Binding) -> Node | None:
        """Return the argument a call passes for a parameter."""
        passed = arguments(caller)
        return passed[parameter.index] if parameter.index < len(passed) else None

    # Uses -------------------------------------------------------------------------------------

    def use(self, token: Node) -> Node | None:
        """Return the call, creation or constant that a word decides; None in imports, types and comparisons."""
        parent = token.parent
        if parent is None or self.inside(parent, _NOT_USED):
            return None
        if token.type == "type_identifier":
            return self._creation(token, parent)
        if token.type != "identifier":
            return None
        if parent.type == "method_invocation" and parent.child_by_field_name("name") == token:
            return parent
        if parent.type == "method_reference":
            return parent if parent.children[-1] in (token, *_new(parent)) else None
        node = token
        if parent.type == "field_access":
            if parent.child_by_field_name("field") != token or parent.parent is None:
                return None
            node, parent = parent, parent.parent
        return node if self._is_reference(node, parent) else None

    def _creation(self, token: Node, parent: Node) -> Node | None:
        node, outer = token, parent
        while outer.type in ("scoped_type_identifier", "generic_type"):
            if outer.type == "scoped_type_identifier" and outer.named_children[-1] != node:
                return None
            if outer.type == "generic_type" and outer.named_children[0] != node:
                return None
            if outer.parent is None:
                return None
            node, outer = outer, outer.parent
        created = outer.type == "object_creation_expression" and outer.child_by_field_name("type") == node
        return outer if created else None

    def _is_reference(self, node: Node, parent: Node) -> bool:
        if parent.type in ("method_invocation", "field_access", "scoped_identifier", "scoped_type_identifier"):
            return False
        if parent.type in ("variable_declarator", "assignment_expression"):
            return node in (parent.child_by_field_name("value"), parent.child_by_field_name("right"))
        if parent.type == "binary_expression":
            return not _compares(parent)
        if parent.type == "argument_list" and parent.parent is not None:
            name = parent.parent.child_by_field_name("name")
            return name is None or self.text(name) not in _CHECKS
        return parent.type in (
            "array_initializer", "return_statement", "ternary_expression", "parenthesized_expression",
            "cast_expression", "expression_statement", "lambda_expression", "yield_statement",
        )  # fmt: skip


def arguments(node: Node) -> list[Node]:
    """Return the arguments of a call, creation or enum constant, comments left out."""
    listed = node.child_by_field_name("arguments")
    return [child for child in listed.named_children if "comment" not in child.type] if listed is not None else []


def _takes(function: Node | None, count: int) -> bool:
    listed = parameters(function) if function is not None else []
    if listed and listed[-1].type == "spread_parameter":
        return count >= len(listed) - 1
    return len(listed) == count


def _new(node: Node) -> list[Node]:
    """Return the ``new`` of a constructor reference."""
    return [node.children[-1]] if node.children[-1].type == "new" else []


def _compares(node: Node) -> bool:
    operator = node.child_by_field_name("operator")
    return operator is not None and operator.type in ("==", "!=", "<", ">", "<=", ">=")


def _within(node: Node, outer: Node) -> bool:
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte
