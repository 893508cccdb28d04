"""The names of a Go file: imports, declarations, parameters, and what the fields of its structs hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tree_sitter import Language, Node

from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.calls.values import NOTHING, UNKNOWN, Call, Name, Number, Octets, Value, choice, options
from pqc_migrate.detectors.source.go_packages import Packages
from pqc_migrate.detectors.source.unit import Binding, Unit, as_constant

_QUERY = """
(function_declaration) @scope @function
(method_declaration) @scope @function
(func_literal) @scope @function
(type_spec) @struct
(if_statement consequence: (block) @branch)
(if_statement alternative: (_) @branch)
(for_statement body: (block) @branch)
(expression_case) @branch
(default_case) @branch
(type_case) @branch
(communication_case) @branch
(return_statement) @return
(import_spec) @import
(short_var_declaration) @assign
(assignment_statement) @assign
(var_spec) @declare
(const_spec) @declare
(range_clause) @range
(type_switch_statement) @switch
(composite_literal type: (type_identifier)) @composite
"""
_MAJOR_VERSION = re.compile(r"/v(?:[2-9]|[1-9]\d)(?=/|$)")
_NO_RESULT = frozenset({"_", "err", "e", "ok", "rest", "found", "exists"})
"""Names of second results that say how a call went."""
_ARRAY = re.compile(r"\[(\d+|[A-Za-z_]\w*)\]byte")
_MOST_VALUES = 8


class GoNames(Unit):
    """What the names of one Go file are bound to."""

    query = _QUERY
    alias_nodes = frozenset({"identifier", "selector_expression"})

    def __init__(self, *arguments: object) -> None:
        self.fields: dict[tuple[str, str], str] = {}
        """(struct, field) → declared type."""
        self.order: dict[str, list[str]] = {}
        """Fields of each struct of the file in their order."""
        self.embedded: dict[str, list[str]] = {}
        """Structs that each struct of the file embeds, and so has the fields of."""
        self.structs: dict[str, Node] = {}
        self.types: set[str] = set()
        """Names of the types of this file."""
        self.given: dict[tuple[str, str], list[Node]] = {}
        """(struct, field) → what literals of that struct give it."""
        self.stored: dict[str, list[tuple[Node, Node]]] = {}
        """Field → (object, value) of the assignments to a field of that name."""
        self.functions: dict[str, list[Node]] = {}
        self.written: dict[str, str] = {}
        """Path of an imported package without its major version → as it is written."""
        self.nicknames: dict[str, str] = {}
        """Other names that imported packages may go by, for names that nothing else binds."""
        self.packages: Packages | None = None
        super().__init__(*arguments)  # type: ignore[arg-type]

    def grammar(self) -> Language:
        """Return the Go grammar."""
        return grammars.load("go")

    # Bindings ---------------------------------------------------------------------------------

    def _bind_import(self, node: Node) -> None:
        path_node, name = node.child_by_field_name("path"), node.child_by_field_name("name")
        if path_node is None:
            return
        written = self.text(path_node).strip('"`')
        path = _MAJOR_VERSION.sub("", written)
        self.written[path] = written
        local = self.text(name) if name is not None else _package(path)
        if name is None:
            self.nicknames.update(dict.fromkeys(_nicknames(path), path))
        if local == ".":
            self.stars.append(path)
        elif local != "_":
            self.add(0, local, Binding(node.end_byte, None, "import", path))

    def _bind_assign(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None:
            self._pairs(left.named_children, right.named_children, node)

    def _bind_declare(self, node: Node) -> None:
        value, declared = node.child_by_field_name("value"), node.child_by_field_name("type")
        names = node.children_by_field_name("name")
        if value is not None:
            self._pairs(names, value.named_children, node)
        elif declared is not None:
            for name in names:
                self._add_typed(name, declared, node.end_byte)

    def _pairs(self, targets: list[Node], values: list[Node], node: Node) -> None:
        scope = self.scopes.innermost(node.start_byte)
        for index, target in enumerate(targets):
            if target.type == "selector_expression" and len(values) >= index + 1:
                self._store(target, values[index])
            if target.type != "identifier":
                continue
            value = self._value_of(index, self.text(target), len(targets), values)
            kind = "value" if value is not None else "opaque"
            self.add(scope, self.text(target), Binding(node.end_byte, value, kind))

    def _value_of(self, index: int, name: str, count: int, values: list[Node]) -> Node | None:
        """Return what a target gets; of several results of one call the first, and a second that is no status."""
        if len(values) == count:
            return values[index]
        if index == 0 or (index == 1 and name not in _NO_RESULT and _makes_pair(values, self.text)):
            return values[0] if values else None
        return None

    def _store(self, target: Node, value: Node) -> None:
        operand, field = target.child_by_field_name("operand"), target.child_by_field_name("field")
        if operand is not None and field is not None:
            self.stored.setdefault(self.text(field), []).append((operand, value))

    def _bind_composite(self, node: Node) -> None:
        """Remember what a literal of a struct of this file gives its fields."""
        kind, body = node.child_by_field_name("type"), node.child_by_field_name("body")
        elements = [child for child in body.named_children if child.type != "comment"] if body is not None else []
        for index, element in enumerate(elements if kind is not None else []):
            key, value = element.child_by_field_name("key"), element.child_by_field_name("value")
            label = self.text(key) if key is not None else str(index)
            given = value if element.type == "keyed_element" else element
            if kind is not None and given is not None:
                self.given.setdefault((self.text(kind), label), []).append(given)

    def _bind_range(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        scope = self.scopes.innermost(node.start_byte)
        for index, target in enumerate(left.named_children):
            kind = "loop" if index == 1 else "opaque"
            self.add(scope, self.text(target), Binding(node.end_byte, right if index == 1 else None, kind))

    def _bind_switch(self, node: Node) -> None:
        alias = node.child_by_field_name("alias")
        if alias is None:
            return
        scope = self.scopes.innermost(node.start_byte)
        for case in node.named_children:
            kinds = case.children_by_field_name("type") if case.type == "type_case" else []
            for kind in kinds[:1]:
                name = self.type_name(kind)
                self.add(scope, self.text(alias.named_children[0]), Binding(case.start_byte, None, "type", name))

    def _bind_struct(self, node: Node) -> None:
        name, kind = node.child_by_field_name("name"), node.child_by_field_name("type")
        if name is None or kind is None:
            return
        struct = self.text(name)
        self.types.add(struct)
        if kind.type != "struct_type":
            return
        self.structs[struct] = node
        order = self.order.setdefault(struct, [])
        for field in (field for listed in kind.named_children for field in listed.named_children):
            declared = field.child_by_field_name("type")
            labels = [self.text(label) for label in field.children_by_field_name("name")]
            if declared is not None and not labels:  # embedded: it goes by its type's name
                labels = [self.type_name(declared).rsplit(".", 1)[-1]]
                self.embedded.setdefault(struct, []).extend(labels)
            for label in labels:
                order.append(label)
                if declared is not None:
                    self.fields[struct, label] = self.type_name(declared)

    def _bind_function(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            self.functions.setdefault(self.text(name), []).append(node)
            if node.type == "function_declaration":
                self.add(0, self.text(name), Binding(name.start_byte, node, "function"))
        scope = self.scope_of(node)
        for listed in (node.child_by_field_name("receiver"), node.child_by_field_name("parameters")):
            index = 0
            for declaration in listed.named_children if listed is not None else []:
                declared = declaration.child_by_field_name("type")
                for label in declaration.children_by_field_name("name"):
                    kind = self.type_name(declared) if declared is not None else ""
                    owner = node if name is not None and listed == node.child_by_field_name("parameters") else None
                    binding = Binding(node.start_byte, None, "parameter", kind, index, owner)
                    self.add(scope, self.text(label), binding)
                    index += 1

    def _add_typed(self, name: Node, declared: Node, offset: int) -> None:
        scope = self.scopes.innermost(name.start_byte)
        self.add(scope, self.text(name), Binding(offset, None, "type", self.type_name(declared)))

    def named_functions(self) -> Iterator[tuple[tuple[str, ...], Node]]:
        """Yield (names, definition) of the functions, and of the methods behind the name of their type."""
        for name, found in self.functions.items():
            for node in found:
                method = node.type == "method_declaration"
                yield (self.receiver_type(node), name) if method else (name,), node

    def receiver_type(self, method: Node) -> str:
        """Return the type a method belongs to."""
        receiver = method.child_by_field_name("receiver")
        declared = receiver.named_children[0].child_by_field_name("type") if receiver is not None else None
        return self.type_name(declared) if declared is not None else ""

    def type_name(self, node: Node) -> str:
        """Return a type's resolved name (``crypto/rsa.PrivateKey``), pointers left out; empty when unnamed."""
        while node.type in ("pointer_type", "parenthesized_type") and node.named_children:
            node = node.named_children[0]
        if node.type == "qualified_type":
            package, name = node.child_by_field_name("package"), node.child_by_field_name("name")
            if package is not None and name is not None:
                return f"{self._path(self.text(package))}.{self.text(name)}"
        if node.type == "array_type":
            element, length = node.child_by_field_name("element"), node.child_by_field_name("length")
            octets = element is not None and self.text(element) in ("byte", "uint8")
            return f"[{self.text(length)}]byte" if octets and length is not None else ""
        return self.text(node) if node.type == "type_identifier" else ""

    def typed(self, name: str) -> Value:
        """Return a value of which only the type is known; an array of octets has its length in it."""
        array = _ARRAY.fullmatch(name)
        if array is None:
            return Call(name=name, how="object")
        if array[1].isdigit():
            return Octets(length=int(array[1]))
        found = [o.number for o in options(self.identifier(array[1], 0)) if isinstance(o, Number)]
        return Octets(how="constant", length=found[0]) if len(found) == 1 else UNKNOWN

    # Fields -----------------------------------------------------------------------------------

    def field_of(self, struct: str, name: str) -> Value | None:
        """Return what a field of a struct of this file holds: what is put into it everywhere, or its type."""
        declared = self.fields.get((struct, name))
        if declared is None:
            promoted = (self.field_of(inner, name) for inner in self.embedded.get(struct, ()) if inner != struct)
            return next((held for held in promoted if held is not None), None)
        if struct[0].isupper() and name[0].isupper():  # anybody may set it
            return self.typed(declared)
        place = self.order[struct].index(name)
        nodes = [*self.given.get((struct, name), []), *self.given.get((struct, str(place)), [])]
        nodes += [node for owner, node in self.stored.get(name, [])[:_MOST_VALUES] if self._is_a(owner, struct)]
        found = [value for value in map(self.value, nodes[:_MOST_VALUES]) if value != NOTHING]
        # What is put in by others may be of another kind: then only the type is known.
        if found and all(option != UNKNOWN for value in found for option in options(value)):
            return choice([as_constant(value) for value in found])
        return self.typed(declared)

    def _is_a(self, node: Node, struct: str) -> bool:
        return any(isinstance(option, Call) and option.name == struct for option in options(self.value(node)))

    # Other files ------------------------------------------------------------------------------

    def locations(self, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the files of this package, or of another one of the target, that declare a name."""
        head, slash, last = name.rpartition("/")
        package, dot, members = last.partition(".")
        path = f"{head}{slash}{package}"
        if self.packages is not None and slash:
            yield from self.packages.locations(self.written.get(path, path), members)
        elif self.packages is not None:
            yield from self.packages.locations("", f"{package}{dot}{members}")

    def declared_in(self, scope: int, name: str) -> list[Binding]:
        """Return what binds a name in the file (scope 0), or a field in one of its structs (a negative scope)."""
        if scope < 0:
            struct = next((name for name, node in self.structs.items() if self.scope_of(node) == scope), "")
            return [Binding(0, self.structs[struct], "field", name)] if (struct, name) in self.fields else []
        if scope == 0 and name in self.structs:
            return [Binding(0, self.structs[name], "class")]
        return super().declared_in(scope, name)

    def scope_of(self, node: Node) -> int:
        """Return the scope a node opens; a struct's is negative, as no name is looked up in it."""
        return -node.start_byte if node.type == "type_spec" else super().scope_of(node)

    def bound(self, binding: Binding) -> Value:
        """Return what one binding gives its name."""
        if binding.kind == "field" and binding.node is not None:
            struct = binding.node.child_by_field_name("name")
            held = self.field_of(self.text(struct), binding.name) if struct is not None else None
            return held if held is not None else UNKNOWN
        if binding.kind in ("type", "parameter") and binding.name.startswith("["):
            return self.typed(binding.name)
        return super().bound(binding)

    def _path(self, package: str) -> str:
        found = self.bindings.get((0, package), [])
        return next((b.name for b in found if b.kind == "import"), self.nicknames.get(package, package))

    def unbound(self, name: str, offset: int) -> Value:
        """Return what a name is that the file does not bind: a package under its own name, or a global."""
        if name in self.nicknames:
            return Name(name=self.nicknames[name], how="object")
        return super().unbound(name, offset)


def _package(path: str) -> str:
    """Return the name a package goes by when its import gives none: the last part, ``go-`` and dots dropped."""
    return path.rsplit("/", 1)[-1].split(".", 1)[0].removeprefix("go-").replace("-", "_")


def _makes_pair(values: list[Node], text: Callable[[Node], str]) -> bool:
    """Whether a call makes a key pair, whose halves it returns."""
    function = values[0].child_by_field_name("function") if values else None
    return function is not None and "Generate" in text(function)


def _nicknames(path: str) -> set[str]:
    """Return the words of a path's last part, one of which its package may be called (``sha256-simd``)."""
    last = path.rsplit("/", 1)[-1]
    return {part for part in last.split("-") if part not in ("go", "")} if "-" in last else set()
