"""What names stand for in one Ruby file: constants, variables, methods, attributes and the blocks around them.

Names of Ruby are written with dots (``OpenSSL.Cipher``). In a scope, ``f()`` is a method, ``@x`` an attribute,
and a bare word a constant or a local variable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import NOTHING, UNKNOWN, Call, Name, Value, choice, options
from pqc_migrate.detectors.source.kin import KinUnit
from pqc_migrate.detectors.source.unit import LOCAL, Binding

_QUERY = """
(class) @scope @class
(module) @scope @class
(method) @scope @method
(singleton_method) @scope @method
(block) @scope @block
(do_block) @scope @block
(lambda) @scope @lambda
(if consequence: (_) @branch)
(unless consequence: (_) @branch)
(elsif) @branch
(else) @branch
(when) @branch
(in_clause) @branch
(rescue) @branch
(while body: (_) @branch)
(until body: (_) @branch)
(for body: (_) @branch)
(if_modifier) @branch
(unless_modifier) @branch
(rescue_modifier) @branch
(return) @return
(assignment) @assign
(operator_assignment) @operate
(for) @loop
((call method: (identifier) @_m arguments: (argument_list)) @include (#any-of? @_m "include" "extend" "prepend"))
((call method: (identifier) @_m arguments: (argument_list)) @attribute
  (#any-of? @_m "attr_reader" "attr_accessor" "attr_writer"))
((call method: (identifier) @_m arguments: (argument_list) block: (_)) @named_block
  (#any-of? @_m "let" "let!" "define_method" "subject"))
"""
_MOST_BINDINGS = 8
_MOST_PARTS = 16
_BRANCHES = frozenset({"then", "else", "body_statement", "block_body", "begin", "parenthesized_statements", "do"})
_CLAUSES = frozenset({"rescue", "ensure", "comment", "heredoc_body", "empty_statement"})
_COLLECTING = frozenset({"splat_parameter", "hash_splat_parameter", "block_parameter"})
_ITERATORS = frozenset(
    {"each", "map", "flat_map", "each_with_index", "each_with_object", "select", "any?", "find", "collect"}
)
_YIELDERS = frozenset({"tap", "then", "yield_self", "instance_eval", "new", "start", "open", "create"})


class RubyNames(KinUnit):
    """The bindings of one Ruby file."""

    program_wide = True
    query = _QUERY
    bind_last = ("include", "attribute", "named_block", "lambda", "block", "loop", "assign", "operate")

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self.attributes: set[tuple[int, str]] = set()
        """Class scope and name of each attribute with a reader or writer of its own."""
        self.setters: dict[int, Node] = {}
        """What is assigned to ``object.name =``, by the node of the left side."""
        self._walls: set[int] = {0}
        """Scopes that do not see the local variables around them."""
        super().__init__(data, type_of, knows)

    # Bindings ---------------------------------------------------------------------------------

    def _bind_class(self, node: Node) -> None:
        name, scope = node.child_by_field_name("name"), self.scope_of(node)
        self._walls.add(scope)
        self.definitions[node.start_byte] = node
        # A library's module that is opened again stays the library's.
        if name is not None and not self.knows(self._full_name(scope)):
            around = max(self.scopes.parents[scope], 0)
            self.add(around, self.text(name).rsplit("::", 1)[-1], Binding(node.start_byte, node, "class"))

    def _full_name(self, scope: int) -> str:
        """Return the name of a class with those of the modules it is written in."""
        around = [self.classes[s] for s in self.scopes.chain(self.scopes.starts[scope]) if s in self.classes]
        names = [node.child_by_field_name("name") for node in around]
        return ".".join(self.text(n).lstrip(":").replace("::", ".") for n in reversed(names) if n is not None)

    def _bind_method(self, node: Node) -> None:
        scope, name = self.scope_of(node), node.child_by_field_name("name")
        self._walls.add(scope)
        self.definitions[node.start_byte] = node
        owner = self.enclosing_class(node.start_byte) or 0
        if name is not None:
            self.add(owner, f"{self.text(name)}()", Binding(node.start_byte, node, "function"))
        self._bind_parameters(node, scope)

    def _bind_lambda(self, node: Node) -> None:
        self.definitions[node.start_byte] = node
        self._bind_parameters(node, self.scope_of(node))

    def _bind_parameters(self, function: Node, scope: int) -> None:
        for index, parameter in enumerate(self.parameters(function)):
            label = parameter.child_by_field_name("name") or parameter
            if label.type == "identifier" and parameter.type not in _COLLECTING:
                default = parameter.child_by_field_name("value")
                binding = Binding(function.start_byte, default, "parameter", "", index, function)
                self.add(scope, self.text(label), binding)

    def parameters(self, function: Node) -> list[Node]:
        """Return the parameters of a method, block or lambda."""
        listed = function.child_by_field_name("parameters")
        return [c for c in listed.named_children if c.type != "comment"] if listed is not None else []

    def _bind_block(self, node: Node) -> None:
        """Bind the first parameter of a block to what its call hands it: the object, or each of its members."""
        call, labels = node.parent, self.parameters(node)
        method = call.child_by_field_name("method") if call is not None else None
        if call is None or method is None or not labels:
            return
        word, receiver = self.text(method), call.child_by_field_name("receiver")
        scope = self.scope_of(node)
        for index, label in enumerate(labels):
            if label.type != "identifier":
                continue
            kind, source = "opaque", None
            if index == 0 and word in _ITERATORS and receiver is not None:
                kind, source = "loop", receiver
            elif index == 0 and word in _YIELDERS and receiver is not None:
                kind, source = "value", receiver if word in ("tap", "then", "yield_self", "instance_eval") else call
            self.add(scope, self.text(label), Binding(node.start_byte, source, kind))

    def _bind_loop(self, node: Node) -> None:
        pattern, source = node.child_by_field_name("pattern"), node.child_by_field_name("value")
        if pattern is not None and source is not None and pattern.type == "identifier" and source.named_children:
            scope = self._declaring(self.text(pattern), node.start_byte)
            self.add(scope, self.text(pattern), Binding(node.start_byte, source.named_children[0], "loop"))

    def _bind_include(self, node: Node) -> None:
        for argument in self._listed(node):
            if argument.type in ("constant", "scope_resolution"):
                self.stars.append(self.text(argument).lstrip(":").replace("::", "."))

    def _bind_attribute(self, node: Node) -> None:
        owner = self.enclosing_class(node.start_byte)
        for argument in self._listed(node):
            if owner is not None and argument.type == "simple_symbol":
                self.attributes.add((owner, self.text(argument).lstrip(":")))

    def _bind_named_block(self, node: Node) -> None:
        """Bind ``let(:key) { … }`` and ``define_method(:key) { … }`` like a method of that name."""
        block, listed = node.child_by_field_name("block"), self._listed(node)
        if block is not None and listed and listed[0].type == "simple_symbol":
            self.definitions[block.start_byte] = block
            name = f"{self.text(listed[0]).lstrip(':')}()"
            chain = self.scopes.chain(node.start_byte)
            self.add(chain[0], name, Binding(block.start_byte, block, "function"))

    def _listed(self, call: Node) -> list[Node]:
        listed = call.child_by_field_name("arguments")
        return listed.named_children if listed is not None else []

    def _bind_assign(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        if left.type == "left_assignment_list":
            parts = right.named_children if right.type in ("right_assignment_list", "array") else []
            for index, target in enumerate(left.named_children):
                known = len(parts) == len(left.named_children)
                self._assign(target, parts[index] if known else None, node)
        else:
            self._assign(left, right, node)

    def _bind_operate(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is not None and operator is not None:
            self._assign(left, right if self.text(operator) == "||=" else None, node)

    def _assign(self, left: Node, right: Node | None, node: Node) -> None:
        kind = "opaque" if right is None else "value"
        binding = Binding(node.end_byte, right, kind)
        text = self.text(left)
        if left.type == "identifier":
            self.add(self._declaring(text, node.start_byte), text, binding)
        elif left.type == "constant":
            self.add(self.enclosing_class(node.start_byte) or 0, text, binding)
        elif left.type in ("instance_variable", "class_variable"):
            self.add(self.enclosing_class(node.start_byte) or 0, text.replace("@@", "@"), binding)
        elif left.type == "global_variable":
            self.add(0, text, binding)
        elif left.type == "call" and right is not None:
            self.setters[left.id] = right
            target, method = left.child_by_field_name("receiver"), left.child_by_field_name("method")
            owner = self.enclosing_class(node.start_byte)
            if target is not None and method is not None and target.type == "self" and owner is not None:
                self.add(owner, f"@{self.text(method)}", binding)

    def _declaring(self, name: str, offset: int) -> int:
        """Return the scope that a local variable belongs to: blocks share those that are there before them."""
        chain = self.scopes.chain(offset)
        for scope in chain:
            if (scope, name) in self.bindings:
                return scope
            if scope in self._walls:
                break
        return chain[0]

    # Names ------------------------------------------------------------------------------------

    def local(self, name: str, offset: int) -> Value | None:
        """Return what a local variable is at an offset; None when there is none of that name."""
        for scope in self.scopes.chain(offset):
            found = self.bindings.get((scope, name))
            if found:
                # A block runs where it stands: what reaches it is what reaches its place.
                return choice([self.bound(binding) for binding in self._reaching(found, offset, same=True)])
            if scope in self._walls:
                return None
        return None

    def constant(self, name: str, offset: int) -> Value:
        """Return what an unqualified constant is: of the modules around it, of an included one, or a library's."""
        for scope in self.scopes.chain(offset):
            found = self.bindings.get((scope, name))
            if found:
                return choice([self.bound(binding) for binding in found[:_MOST_BINDINGS]])
        own = self.enclosing_class(offset)
        for scope in self.lineage(own)[1:] if own is not None else ():
            found = self.bindings.get((scope, name))
            if found:
                return choice([self.bound(binding) for binding in found[:_MOST_BINDINGS]])
        return self.unbound(name, offset)

    def parents(self, scope: int) -> Iterator[str]:
        """Yield the resolved names that the superclass of a class may have."""
        base = self.classes[scope].child_by_field_name("superclass")
        for node in base.named_children if base is not None else []:
            yield from (option.name for option in options(self.value(node)) if isinstance(option, Name))

    def foreign_bases(self, scope: int) -> Iterator[str]:
        """Yield the library classes that a class of this file extends."""
        for current in self.lineage(scope):
            base = self.classes[current].child_by_field_name("superclass")
            for node in base.named_children if base is not None else []:
                for option in options(self.value(node)):
                    if isinstance(option, Name) and not option.name.startswith(LOCAL):
                        yield option.name

    def inherited(self, scope: int, name: str) -> Value | None:
        """Return a constant, attribute or method of a class of this file, or of what it inherits from here."""
        for owner in self.lineage(scope) if scope in self.classes else [scope]:
            found = self.bindings.get((owner, name), [])
            if found:
                return choice([self.bound(binding) for binding in found[:_MOST_BINDINGS]])
        return None

    def method_named(self, name: str, offset: int) -> Value | None:
        """Return the method or attribute that a call without receiver reaches."""
        for scope in self.scopes.chain(offset):
            found = self.inherited(scope, f"{name}()")
            if found is not None:
                return found
            if any((owner, name) in self.attributes for owner in self._kin(scope)):
                return self.inherited(scope, f"@{name}") or UNKNOWN
        return None

    def _kin(self, scope: int) -> list[int]:
        return self.lineage(scope) if scope in self.classes else []

    def returned(self, function: Node) -> Value:
        """Return what a method or block of this file gives."""
        found = [self.value(result) for result in self.results(function)]
        return choice([value for value in found if value not in (UNKNOWN, NOTHING)])

    def results(self, function: Node) -> list[Node]:
        """Return what a method or block gives: its last expression, and what it returns before."""
        body = function.child_by_field_name("body")
        early = self.returns.get(self.scope_of(function), [])[:_MOST_BINDINGS]
        results = [part for node in early for part in node.named_children[:1]]
        results = [part.named_children[0] for part in results if part.named_children]
        return results + (self.last(body) if body is not None else [])

    def last(self, body: Node) -> list[Node]:
        """Return the expressions whose value a body may have, through its branches."""
        results: list[Node] = []
        waiting = [body]
        for _ in range(4 * _MOST_PARTS):
            if not waiting or len(results) >= _MOST_PARTS:
                break
            node = waiting.pop()
            if node.type in _BRANCHES:
                inner = [child for child in node.named_children if child.type not in _CLAUSES]
                waiting.extend(inner[-1:])
            elif node.type in ("if", "unless", "elsif", "case", "when", "in_clause"):
                waiting.extend(reversed(self._arms(node)))
            elif node.type in ("if_modifier", "unless_modifier", "rescue_modifier"):
                arm = node.child_by_field_name("body")
                waiting.extend([arm] if arm is not None else [])
            elif node.type != "return":
                results.append(node)
        return results

    def _arms(self, node: Node) -> list[Node]:
        kinds = ("consequence", "alternative", "body")
        named = [child for kind in kinds if (child := node.child_by_field_name(kind)) is not None]
        return named or [child for child in node.named_children if child.type in ("when", "else", "in_clause")]

    def unbound(self, name: str, offset: int) -> Value:
        """Return what a constant is that the file does not bind: of an included module, else a library's."""
        del offset
        for module in self.stars:
            if self.knows(f"{module}.{name}"):
                return Name(name=f"{module}.{name}")
        return Name(name=name)

    def instance(self, scope: int) -> Call:
        """Return an object of a class of this file."""
        return Call(name=f"{LOCAL}{self.classes[scope].start_byte}", how="object")
