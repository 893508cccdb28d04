"""Swift source: which nodes bind names, which are calls and members, and what takes which arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tree_sitter import Language, Node

from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.calls.values import Call, Name, Value, options
from pqc_migrate.detectors.source.objects import Argument, ObjectUnit
from pqc_migrate.detectors.source.objects_names import Parameter
from pqc_migrate.detectors.source.unit import LOCAL, Binding

_QUERY = """
(class_declaration) @scope @class @type
(protocol_declaration) @scope @class
(function_declaration) @scope @function
(init_declaration) @scope @function
(deinit_declaration) @scope
(subscript_declaration) @scope
(computed_property) @scope
(computed_getter) @scope
(computed_setter) @scope
(lambda_literal) @scope @lambda
(if_statement (statements) @branch)
(guard_statement (statements) @branch)
(switch_entry) @branch
(for_statement (statements) @branch)
(while_statement (statements) @branch)
(catch_block) @branch
[(statements) (for_statement) (lambda_literal)] @block
(control_transfer_statement result: (_)) @return
(import_declaration) @import
(typealias_declaration) @alias
(property_declaration) @declaration
(enum_entry) @entry
[(if_statement) (guard_statement) (while_statement)] @condition
(for_statement) @for
(value_argument (prefix_expression operation: "&" target: (simple_identifier) @out))
(assignment) @assign
"""
_MOST_NESTED = 12
_FARTHEST_CALL = 5
"""From ``&name`` over its argument, the list of them and its suffix to the call."""
FOREIGN_KEYS = "kSecKeyAlgorithm"
"""Prefix of the C constants that Swift knows as members of SecKeyAlgorithm."""
_CAPITALS = ("rsa", "ecdsa", "ecies", "ecdh")


class SwiftNames(ObjectUnit):
    """Names and calls of one Swift file; `swift.SwiftUnit` adds the expressions."""

    program_wide = True
    bind_last = ("assign", "out")
    query = _QUERY
    alias_nodes = frozenset({"simple_identifier", "navigation_expression"})
    name_types = frozenset({"simple_identifier", "type_identifier"})
    wrapping = frozenset({"prefix_expression"})
    not_used = frozenset({
        "comment", "multiline_comment", "import_declaration", "attribute", "type_arguments", "type_annotation",
        "switch_pattern", "inheritance_specifier", "value_argument_label",
    })  # fmt: skip
    references = frozenset({
        "value_argument", "property_declaration", "assignment", "control_transfer_statement", "statements",
        "ternary_expression", "array_literal", "dictionary_literal", "nil_coalescing_expression", "as_expression",
        "tuple_expression", "function_declaration", "enum_entry", "init_declaration", "function_body",
    })  # fmt: skip

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self.extended: list[tuple[int, str]] = []
        """Scopes of extensions with the type they extend, as written."""
        self.puts: dict[str, list[tuple[Node, Node]]] = {}
        """What ``name[key] = value`` puts into dictionaries anywhere in the file."""
        super().__init__(data, type_of, knows)

    def grammar(self) -> Language:
        """Return the Swift grammar."""
        return grammars.load("swift")

    def spelled(self, words: frozenset[bytes]) -> frozenset[bytes]:
        """Return words of the catalog with the members of SecKeyAlgorithm that stand for C's constants."""
        prefix = FOREIGN_KEYS.encode()
        members = (swift_member(word.decode()) for word in words if word.startswith(prefix))
        return words | {member.encode() for member in members}

    # Bindings ---------------------------------------------------------------------------------

    def _bind_import(self, node: Node) -> None:
        path = first(node, "identifier")
        if path is None:
            return
        name = "".join(self.text(path).split())
        if len(path.named_children) > 1 and any(child.type in _KINDS for child in node.children):
            self.add(0, name.rsplit(".", 1)[-1], Binding(node.end_byte, None, "import", name))
        else:
            self.stars.append(name)

    def _bind_alias(self, node: Node) -> None:
        names = node.children_by_field_name("name")
        if len(names) >= 2:
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(names[0]), Binding(node.end_byte, None, "alias", self.text(names[-1])))

    def _bind_type(self, node: Node) -> None:
        name, scope = node.child_by_field_name("name"), self.scope_of(node)
        if name is None or not scope:
            return
        if name.type == "user_type":
            self.extended.append((scope, self.text(name)))
        else:
            self.define(self.scopes.parents[scope], self.text(name), node, "class")

    def _bind_function(self, node: Node) -> None:
        scope, name = self.scope_of(node), node.child_by_field_name("name")
        if not scope or name is None:
            return
        outside = self.scopes.parents[scope]
        self.define(outside, self.text(name), node, "function")
        self.declare_parameters(scope, node, self.parameters(node))
        around = self.classes.get(outside)
        if around is not None and any(child.type == "extension" for child in around.children):
            self.extensions.setdefault(self.text(name), []).append(Binding(node.start_byte, node, "function"))

    def _bind_lambda(self, node: Node) -> None:
        listed = first(first(node, "lambda_function_type"), "lambda_function_type_parameters")
        for child in listed.named_children if listed is not None else ():
            names = child.children_by_field_name("name")
            if names:
                written = self.text(names[-1]) if len(names) > 1 else ""
                self.add(self.scope_of(node), self.text(names[0]), Binding(node.start_byte, None, "type", written))

    def _bind_declaration(self, node: Node) -> None:
        scope = self.scopes.innermost(node.start_byte)
        names, values = node.children_by_field_name("name"), node.children_by_field_name("value")
        annotation, computed = first(node, "type_annotation"), node.child_by_field_name("computed_value")
        kind = annotation.child_by_field_name("name") if annotation is not None else None
        written = self.text(kind) if kind is not None else ""
        for index, pattern in enumerate(names):
            name = pattern.child_by_field_name("bound_identifier")
            if name is None:
                self._parts(pattern, scope, node.end_byte)
            elif computed is not None and not values:
                getter = first(computed, "computed_getter") or computed
                self.add(scope, self.text(name), Binding(node.end_byte, getter, "computed", written))
            else:
                value = values[index] if len(values) == len(names) else None
                kind_of = "value" if value is not None else "type"
                self.add(scope, self.text(name), Binding(node.end_byte, value, kind_of, written))

    def _parts(self, pattern: Node, scope: int, offset: int) -> None:
        for child in pattern.named_children:
            if child.named_children and child.named_children[0].type == "simple_identifier":
                self.add(scope, self.text(child.named_children[0]), Binding(offset, None, "type"))

    def _bind_entry(self, node: Node) -> None:
        scope = self.enclosing_class(node.start_byte)
        names, raws = node.children_by_field_name("name"), node.children_by_field_name("raw_value")
        for index, name in enumerate(names if scope is not None else ()):
            raw = raws[index] if len(raws) == len(names) else None
            self.add(scope or 0, self.text(name), Binding(name.start_byte, raw, "entry", self.text(name)))

    def _bind_condition(self, node: Node) -> None:
        """Record what ``if let name = value`` and its like bind."""
        scope = self.scopes.innermost(node.start_byte)
        name: Node | None = None
        for index, child in enumerate(node.children):
            if node.field_name_for_child(index) == "bound_identifier":
                name = child
            elif name is not None and child.type == "=":
                value = child.next_named_sibling
                self.add(scope, self.text(name), Binding(child.end_byte, value, "value" if value else "type"))
                name = None

    def _bind_for(self, node: Node) -> None:
        item, collection = node.child_by_field_name("item"), node.child_by_field_name("collection")
        name = item.child_by_field_name("bound_identifier") if item is not None else None
        if name is not None and collection is not None:
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(name), Binding(name.start_byte, collection, "loop"))

    def _bind_assign(self, node: Node) -> None:
        target, result = node.child_by_field_name("target"), node.child_by_field_name("result")
        sign = node.child_by_field_name("operator")
        left = target.named_children[0] if target is not None and target.named_children else None
        if left is None or result is None:
            return
        value = result if sign is not None and sign.type == "=" else None
        parts = self.access(left)
        if left.type == "simple_identifier":
            self.assign(self.text(left), node, value)
        elif left.type == "call_expression" and value is not None and left.named_children:
            keys = self.arguments(left)
            owner = left.named_children[0]
            if len(keys) == 1 and owner.type == "simple_identifier":
                self.puts.setdefault(self.text(owner), []).append((keys[0].node, value))
        elif parts is not None and self.is_self(parts[0]):
            self.assign_member(self.text(parts[1]), node, value)

    def _bind_out(self, node: Node) -> None:
        """Record that a call fills a variable that was declared without a value: ``var item: CFTypeRef?``."""
        name, call = self.text(node), _call_around(node)
        declared = self.bindings.get((self.declaring(name, node.start_byte), name), [])
        plain = all(binding.kind == "type" for binding in declared)
        if call is not None and declared and plain and not any("Error" in binding.name for binding in declared):
            self.assign(name, call, call)

    # What is where ----------------------------------------------------------------------------

    def full_name(self, owner: str, name: str) -> str:
        """Return the resolved name of a member; those of SecKeyAlgorithm are named as in C."""
        return c_constant(name) if owner.endswith("SecKeyAlgorithm") else f"{owner}.{name}"

    def bases_written(self, scope: int) -> list[str]:
        """Return the types that a class or enum names behind its colon, as written."""
        listed = [child for child in self.classes[scope].named_children if child.type == "inheritance_specifier"]
        return [self.text(child) for child in listed]

    def companions(self, scope: int) -> list[int]:
        """Return the extensions of a type of this file."""
        local = f"{LOCAL}{self.classes[scope].start_byte}"
        return [at for at, written in self.extended if self.type_name(written, self.scopes.starts[at]) == local]

    def access(self, node: Node) -> tuple[Node, Node] | None:
        """Return owner and name of ``owner.name``, also where the grammar took ``A<B>.name()`` for comparisons."""
        if node.type == "navigation_expression":
            owner, suffix = node.child_by_field_name("target"), node.child_by_field_name("suffix")
            name = suffix.child_by_field_name("suffix") if suffix is not None else None
            return (owner, name) if owner is not None and name is not None else None
        generic = self.generic(node) if node.type == "prefix_expression" else None
        target = node.child_by_field_name("target")
        return (generic[0], target) if generic is not None and target is not None else None

    def holder(self, token: Node) -> Node | None:
        """Return what a word is a part of: behind a dot that is the whole ``owner.name``."""
        parent = token.parent
        return parent.parent if parent is not None and parent.type == "navigation_suffix" else parent

    def place_of(self, callee: Node) -> Node:
        """Return the word of a callee that names what is called; of ``Type.init`` that is the type."""
        if callee.type == "user_type":
            return _last_word(callee)
        parts = self.access(callee)
        if parts is None:
            return callee
        return self.place_of(parts[0]) if self._is_init(callee) else parts[1]

    def _is_init(self, node: Node) -> bool:
        parts = self.access(node)
        return parts is not None and self.text(parts[1]) == "init" and not self.is_self(parts[0])

    def _whole(self, token: Node) -> Node | None:
        if token.type == "type_identifier":
            kind = token.parent
            return kind if kind is not None and kind.type == "user_type" and _last_word(kind) == token else None
        node = super()._whole(token)
        parent = node.parent if node is not None else None
        return parent if parent is not None and self._is_init(parent) else node

    def assignment_to(self, member: Node) -> Node | None:
        """Return the assignment that sets a member."""
        held = member.parent is not None and member.parent.type == "directly_assignable_expression"
        return member.parent.parent if held and member.parent is not None else None

    def generic(self, node: Node) -> tuple[Node, Node] | None:
        """Return type and type argument of ``A<B>.name`` where a node is its ``.name``; None for a plain one."""
        current, parent = node, node.parent
        for _ in range(_MOST_NESTED):
            if parent is None or parent.type not in ("call_expression", "navigation_expression"):
                break
            if parent.named_children[0] != current:
                return None
            current, parent = parent, parent.parent
        outer = parent.parent if parent is not None and parent.type == "comparison_expression" else None
        if parent is None or outer is None or outer.type != "comparison_expression":
            return None
        argument, kind = parent.child_by_field_name("lhs"), outer.child_by_field_name("lhs")
        fits = parent.child_by_field_name("rhs") == current and outer.child_by_field_name("rhs") == parent
        return (kind, argument) if fits and kind is not None and argument is not None else None

    def callee(self, node: Node) -> Node | None:
        """Return what a call or creation calls; of a call with a block behind it, what stands before both."""
        if node.type == "constructor_expression":
            return node.child_by_field_name("constructed_type")
        if node.type == "comparison_expression" and generic_call(node) is not None:
            return node.child_by_field_name("lhs")
        if node.type != "call_expression" or not node.named_children:
            return None
        called = node.named_children[0]
        return self.callee(called) if called.type == "call_expression" and _is_block(node) else called

    def arguments(self, node: Node) -> list[Argument]:
        """Return the arguments of a call, the block behind it last."""
        found: list[Argument] = []
        given = generic_call(node)
        if given is not None:
            return [self._labelled(value) for value in given[1].children_by_field_name("value")]
        called = node.named_children[0] if node.named_children else None
        if called is not None and called.type == "call_expression" and _is_block(node):
            found += self.arguments(called)
        suffix = first(node, "call_suffix", "constructor_suffix")
        for child in suffix.named_children if suffix is not None else ():
            if child.type == "lambda_literal":
                found.append(Argument(child))
            for one in child.named_children if child.type == "value_arguments" else ():
                label, value = one.child_by_field_name("name"), one.child_by_field_name("value")
                if value is not None:
                    found.append(Argument(value, self.text(label) if label is not None else ""))
        return found

    def _labelled(self, value: Node) -> Argument:
        colon = value.prev_sibling
        label = colon.prev_sibling if colon is not None and colon.type == ":" else None
        return Argument(value, self.text(label) if label is not None else "")

    def parameters(self, owner: Node) -> list[Parameter]:
        """Return the parameters of a function, or of the initializer of a class, written or by its members."""
        if owner.type in ("class_declaration", "protocol_declaration"):
            body = owner.child_by_field_name("body")
            members = body.named_children if body is not None else []
            made = next((child for child in members if child.type == "init_declaration"), None)
            return self.parameters(made) if made is not None else self._stored(members)
        found: list[Parameter] = []
        for child in owner.named_children:
            if child.type == "parameter":
                names, label = child.children_by_field_name("name"), child.child_by_field_name("external_name")
                shown = self.text(label if label is not None else names[0]) if names else "_"
                written = self.text(names[-1]) if len(names) > 1 else ""
                follows = child.next_sibling is not None and child.next_sibling.type == "="
                default = child.next_named_sibling if follows else None
                called = self.text(names[0]) if names else ""
                found.append(Parameter(called, "" if shown == "_" else shown, written, default, "..." in written))
        return found

    def _stored(self, members: list[Node]) -> list[Parameter]:
        found: list[Parameter] = []
        for child in members:
            pattern = child.child_by_field_name("name") if child.type == "property_declaration" else None
            name = pattern.child_by_field_name("bound_identifier") if pattern is not None else None
            if name is not None and child.child_by_field_name("computed_value") is None:
                label = self.text(name)
                found.append(Parameter(label, label, "", child.child_by_field_name("value")))
        return found

    def arguments_at(self, caller: Node, parameter: Binding) -> Node | None:
        """Return the argument a call passes for a parameter: by its label, or among those without one."""
        listed = self.parameters(parameter.owner) if parameter.owner is not None else []
        if parameter.index >= len(listed):
            return None
        label = listed[parameter.index].label
        place = sum(1 for one in listed[: parameter.index] if one.label == label)
        passed = [argument.node for argument in self.arguments(caller) if argument.label == label]
        return passed[place] if place < len(passed) else None

    def callers(self, function: Node) -> Iterator[Node]:
        """Yield the calls of a function; an initializer is called by its class's name."""
        if function.type == "init_declaration":
            around = self.enclosing_class(function.start_byte)
            if around is not None and self.classes[around].start_byte in self._definitions:
                yield from super().callers(self.classes[around])
            return
        yield from super().callers(function)

    def targets(self, node: Node) -> list[Name | Call]:
        """Return what a call may reach; ``Type.init(…)`` and ``Type<Argument>(…)`` are ``Type(…)``."""
        called = self.callee(node)
        if called is not None and called.type == "user_type":
            return [Name(name=self.type_name(self.text(called), called.start_byte))]
        parts = self.access(called) if called is not None and self._is_init(called) else None
        if parts is not None:
            return [option for option in options(self.value(parts[0])) if isinstance(option, Name)]
        return super().targets(node)

    def bare(self, node: Node) -> Node:
        """Return a callee as it is: its type arguments are part of it."""
        return node

    def made_by(self, node: Node) -> str:
        """Return nothing: Swift names no constructor but in calls."""
        del node
        return ""

    def result_type(self, definition: Node) -> str:
        """Return the type that a function is declared to return."""
        names = definition.children_by_field_name("name")
        return self.text(names[-1]) if definition.type == "function_declaration" and len(names) > 1 else ""

    def results(self, definition: Node) -> list[Node]:
        """Return the expressions that a function or computed property may give."""
        returns = self.returns.get(self.scope_of(definition), [])
        if returns:
            return [node.named_children[-1] for node in returns]
        body = definition.child_by_field_name("body") or definition
        last = first(body, "statements")
        return [last] if last is not None else []

    def is_self(self, node: Node) -> bool:
        """Whether an expression is ``self``, ``Self`` or ``super``."""
        return node.type in ("self_expression", "super_expression") or self.text(node) == "Self"

    def is_reference(self, node: Node, parent: Node) -> bool:
        """Whether a name is kept or passed on, and not compared, declared or a type."""
        if node.type in ("user_type", "type_identifier"):
            return False
        if parent.type == "as_expression":
            around = parent.parent
            return around is None or around.type not in _COMPARING
        if parent.type == "value_argument":
            call = parent.parent.parent.parent if parent.parent is not None and parent.parent.parent else None
            return parent.child_by_field_name("value") == node and not self.is_check(call)
        if parent.type == "property_declaration":
            return node in parent.children_by_field_name("value")
        if parent.type == "assignment":
            return parent.child_by_field_name("result") == node
        if parent.type == "dictionary_literal":
            return node in parent.children_by_field_name("value")
        if parent.type in ("function_declaration", "init_declaration"):
            return node in parent.children_by_field_name("default_value")
        return parent.type != "ternary_expression" or node != parent.child_by_field_name("condition")


_COMPARING = frozenset({
    "equality_expression", "comparison_expression", "disjunction_expression", "conjunction_expression",
})  # fmt: skip
_KINDS = frozenset({"struct", "class", "enum", "protocol", "typealias", "func", "let", "var"})


def first(node: Node | None, *kinds: str) -> Node | None:
    """Return the first child of one of these types."""
    return next((child for child in node.named_children if child.type in kinds), None) if node is not None else None


def _call_around(node: Node) -> Node | None:
    """Return the call that a node is an argument of."""
    current: Node | None = node
    for _ in range(_FARTHEST_CALL):
        current = current.parent if current is not None else None
        if current is not None and current.type == "call_expression":
            return current
    return None


def swift_member(constant: str) -> str:
    """Return ``kSecKeyAlgorithmRSAEncryptionPKCS1`` as Swift writes it: ``rsaEncryptionPKCS1``."""
    name = constant.removeprefix(FOREIGN_KEYS)
    word = next((word for word in _CAPITALS if name.startswith(word.upper())), "")
    return word + name[len(word) :]


def c_constant(member: str) -> str:
    """Return ``rsaEncryptionPKCS1`` as C writes it."""
    word = next((word for word in _CAPITALS if member.startswith(word)), "")
    return f"{FOREIGN_KEYS}{word.upper()}{member[len(word) :]}"


def generic_call(node: Node) -> tuple[Node, Node] | None:
    """Return type argument and arguments of ``A<B>(…)`` where the grammar took it for comparisons."""
    inner = node.child_by_field_name("rhs") if node.type == "comparison_expression" else None
    if inner is None or inner.type != "comparison_expression":
        return None
    argument, given = inner.child_by_field_name("lhs"), inner.child_by_field_name("rhs")
    fits = given is not None and given.type == "tuple_expression" and given.start_byte == inner.children[1].end_byte
    return (argument, given) if fits and argument is not None and given is not None else None


def _last_word(kind: Node) -> Node:
    """Return the last simple name of a written type."""
    words = [child for child in kind.named_children if child.type == "type_identifier"]
    return words[-1] if words else kind


def _is_block(node: Node) -> bool:
    last = node.named_children[-1]
    inner = last.named_children[0] if last.type == "call_suffix" and last.named_children else None
    return inner is not None and inner.type == "lambda_literal"
