"""What C++ adds to C: namespaces, aliases, template arguments, constructions and methods.

A template argument is a keyword argument of the call: ``<0>``, ``<1>`` …
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tree_sitter import Language, Node

from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.calls.values import UNKNOWN, Call, Name, Number, Octets, Text, Value, choice, options
from pqc_migrate.detectors.source.c_names import FIELD, OCTET, QUERY, declared, last
from pqc_migrate.detectors.source.c_values import CUnit
from pqc_migrate.detectors.source.unit import Binding

_SCOPED = ("qualified_identifier", "template_type", "template_function")
_TYPES = ("type_identifier", "qualified_identifier", "template_type")
_SIMPLE = ("identifier", "type_identifier", "namespace_identifier")
_OWNING = frozenset({"std.unique_ptr", "std.shared_ptr", "unique_ptr", "shared_ptr", "bssl.UniquePtr", "UniquePtr"})
_TEXTS = frozenset(
    {"std.string", "string", "std.string_view", "string_view", "std.wstring", "QString", "QByteArray"}
)
"""Classes whose objects are the text they are made of."""
_SHOWING = frozenset({"c_str", "data", "str", "toStdString", "toLatin1", "toUtf8", "constData", "get"})
"""Methods that hand out what an object holds."""
_MAKING = frozenset({"std.make_unique", "std.make_shared", "make_unique", "make_shared"})
_CASTS = frozenset({"static_cast", "const_cast", "reinterpret_cast"})
_PASSING = frozenset({"std.move", "std.ref", "std.forward", "std.addressof", "QStringLiteral", *_CASTS})
_DEEPEST_NAME = 8


class CppUnit(CUnit):
    """One C++ file, or a header written in C++."""

    query = (
        QUERY
        + """
(lambda_expression) @scope
(catch_clause) @branch
(using_declaration) @using
(namespace_alias_definition) @namespace
(alias_declaration) @alias
(type_definition) @alias
(declaration) @declaration
(field_declaration) @member
"""
    )
    alias_nodes = frozenset({"identifier", *_TYPES})

    def grammar(self) -> Language:
        """Return the C++ grammar."""
        return grammars.load("cpp")

    # Bindings ---------------------------------------------------------------------------------

    def _bind_using(self, node: Node) -> None:
        if not node.named_children:
            return
        name = self.text(node.named_children[0]).replace("::", ".").lstrip(".")
        if any(child.type == "namespace" for child in node.children):
            self.stars.append(name)
        else:
            binding = Binding(node.end_byte, None, "import", name=name)
            self.add(self.scopes.innermost(node.start_byte), name.rsplit(".", 1)[-1], binding)

    def _bind_namespace(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None and len(node.named_children) > 1:
            target = self.text(node.named_children[-1]).replace("::", ".").lstrip(".")
            self.add(0, self.text(name), Binding(node.end_byte, None, "import", name=target))

    def _bind_alias(self, node: Node) -> None:
        name = node.child_by_field_name("name") or node.child_by_field_name("declarator")
        kind = node.child_by_field_name("type")
        if kind is not None and kind.type == "type_descriptor":
            kind = kind.child_by_field_name("type")
        if name is not None and kind is not None and name.type == "type_identifier" and kind.type in _TYPES:
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(name), Binding(node.end_byte, kind, "value"))

    def _bind_declare(self, node: Node) -> None:
        if _assigns(node):
            super()._bind_declare(node)

    def _bind_declaration(self, node: Node) -> None:
        for declarator in self._constructed(node):
            name = declared(declarator)
            if name is not None:
                scope = self.scopes.innermost(node.start_byte)
                self.add(scope, self.text(name), Binding(declarator.end_byte, declarator, "object", owner=node))

    def _bind_member(self, node: Node) -> None:
        name, kind = node.child_by_field_name("declarator"), node.child_by_field_name("type")
        value = node.child_by_field_name("default_value")
        if name is None or name.type != "field_identifier":
            return
        if value is not None and _fixed(node):
            self.add(0, FIELD + self.text(name), Binding(node.end_byte, value, "value"))
        elif kind is not None and kind.type in _TYPES:
            self.add(0, FIELD + self.text(name), Binding(node.end_byte, kind, "member"))

    def _assigned(self, target: Node, binding: Binding) -> None:
        if target.type == "call_expression" and not self.passed(target):  # ``context.get()`` is the context
            function = target.child_by_field_name("function")
            owner = function.child_by_field_name("argument") if function is not None else None
            target = owner if owner is not None else target
        super()._assigned(target, binding)
        if target.type == "identifier":  # a member, where no local variable has the name
            self.add(0, FIELD + self.text(target), binding)

    def bound(self, binding: Binding) -> Value:
        """Return what one binding gives its name; a declared object is the call of its constructor."""
        if binding.kind == "object" and binding.node is not None and binding.owner is not None:
            return self._object(binding.owner, binding.node)
        if binding.kind == "member" and binding.node is not None:
            name, named = self._named(binding.node)
            return Call(self.line(binding.node), "object", name, (), named)
        if binding.kind == "value" and binding.node is not None and binding.node.type in _TYPES:
            alias, given = self._named(binding.node)
            return Call(self.line(binding.node), "object", alias, (), given) if given else super().bound(binding)
        return super().bound(binding)

    def unbound(self, name: str, offset: int) -> Value:
        """Return a member of the file's classes, a macro, a name of a namespace in use, or the global."""
        members = self.bindings.get((0, FIELD + name))
        if members:
            return choice([self.bound(binding) for binding in members[:8]])
        for module in self.stars:
            if self.knows(f"{module}.{name}"):
                return Name(name=f"{module}.{name}")
        return super().unbound(name, offset)

    # Names and constructions ------------------------------------------------------------------

    def _named(self, node: Node, depth: int = 0) -> tuple[str, Mapping[str, Value]]:
        """Return the dotted name of a type or function, aliases followed, and its template arguments."""
        if depth > _DEEPEST_NAME:
            return "", {}
        name = node.child_by_field_name("name")
        if node.type in ("template_type", "template_function") and name is not None:
            arguments = node.child_by_field_name("arguments")
            listed = arguments.named_children if arguments is not None else []
            passed = {f"<{index}>": self._template_argument(child) for index, child in enumerate(listed[:4])}
            return self._named(name, depth + 1)[0], passed
        if node.type == "qualified_identifier" and name is not None:
            scope = node.child_by_field_name("scope")
            if scope is None:
                return self._named(name, depth + 1)
            outer, given = self._named(scope, depth + 1)
            inner, more = self._unscoped(name, depth + 1)
            if not self.means(f"{outer}.{inner}") and name.type in _SIMPLE:
                alias, inherited = self._alias_of_header(inner)
                if alias != inner:
                    return alias, {**given, **inherited}
            return f"{outer}.{inner}", {**given, **more}
        if node.type in _SIMPLE:
            return self._alias(node, depth)
        return "", {}

    def _unscoped(self, node: Node, depth: int) -> tuple[str, Mapping[str, Value]]:
        """Return a name behind ``::``: aliases of the same spelling are not meant."""
        if node.type in _SIMPLE or depth > _DEEPEST_NAME:
            return self.text(node), {}
        scope, name = node.child_by_field_name("scope"), node.child_by_field_name("name")
        if node.type == "qualified_identifier" and scope is not None and name is not None:
            outer, given = self._unscoped(scope, depth + 1)
            inner, more = self._unscoped(name, depth + 1)
            return f"{outer}.{inner}", {**given, **more}
        if name is None:
            return self.text(node), {}
        return self._unscoped(name, depth + 1)[0], self._named(node, depth + 1)[1]

    def _alias(self, node: Node, depth: int) -> tuple[str, Mapping[str, Value]]:
        text = self.text(node)
        for scope in self.scopes.chain(node.start_byte):
            for binding in self.bindings.get((scope, text), ())[:1]:
                if binding.kind == "import":
                    return binding.name, {}
                if binding.node is not None and binding.node.type in _TYPES:
                    return self._named(binding.node, depth + 1)
        known = next((f"{module}.{text}" for module in self.stars if self.knows(f"{module}.{text}")), text)
        return (known, {}) if known != text else self._alias_of_header(text)

    def _alias_of_header(self, text: str) -> tuple[str, Mapping[str, Value]]:
        """Return what a name is an alias of in an included header; the name itself where it is none."""
        found = (
            self.elsewhere(self, text, False) if self.elsewhere is not None and text not in self.macros else None
        )
        if isinstance(found, Call):
            return found.name, found.named
        return (found.name if isinstance(found, Name) else text), {}

    def _template_argument(self, node: Node) -> Value:
        kind = node.child_by_field_name("type") if node.type == "type_descriptor" else None
        if kind is None:
            return self.value(node)
        name, named = self._named(kind)
        if not named:
            return self.value(kind)
        word = last(kind)
        return Call(self.line(word), "object", name, (), named, None, word.start_byte)

    def _type(self, node: Node) -> Value:
        word = last(node)
        return Name(self.line(word), "literal", self._named(node)[0], word.start_byte)

    _of_type_identifier = _of_template_type = _of_template_function = _type

    def _of_qualified_identifier(self, node: Node) -> Value:
        word = last(node)
        if node.child_by_field_name("scope") is None:
            return self.value(node.child_by_field_name("name"))
        named = self._type(node)
        constant = self.bindings.get((0, self.text(word))) or self.bindings.get((0, FIELD + self.text(word)))
        if not constant or (isinstance(named, Name) and self.knows(named.name)):
            return named
        found = choice([self.bound(binding) for binding in constant[:4] if binding.kind == "value"])
        return named if found == UNKNOWN else found

    def _construct(self, kind: Node, passed: list[Node], node: Node) -> Value:
        """Return the object that a type makes of arguments."""
        name, named = self._named(kind)
        args = tuple(self._argument(child) for child in passed)
        if name in _OWNING or name in _TEXTS:
            return args[0] if args else UNKNOWN
        length = named.get("<1>") if name in ("std.array", "array") else None
        if isinstance(length, Number) and OCTET.search(self.text(kind)):
            return Octets(self.line(kind), "constant", length.number)
        word = last(kind)
        span = (word.start_byte, node.start_byte, node.end_byte)
        return Call(self.line(word), "object", name, args, named, None, *span)

    def _argument(self, node: Node) -> Value:
        """Return what is passed; in what reads like a function's declaration a variable reads like a type."""
        if node.type == "type_identifier":
            return self.placed(self.identifier(self.text(node), node.start_byte), node)
        return self.value(node)

    def _of_parameter_declaration(self, node: Node) -> Value:
        """Return the call that reads like a parameter: ``Pointer<KEY> key(make(TYPE, nullptr));``."""
        kind, declarator = node.child_by_field_name("type"), node.child_by_field_name("declarator")
        if kind is None or declarator is None or declarator.type != "abstract_function_declarator":
            return UNKNOWN
        name, word = self._named(kind)[0], last(kind)
        args = tuple(self._argument(child) for child in _read_as_types(declarator)) if self.means(name) else ()
        span = (word.start_byte, node.start_byte, node.end_byte)
        return Call(self.line(word), "object", name, args, {}, None, *span)

    def _constructed(self, node: Node) -> Iterator[Node]:
        """Yield the declarators of a declaration that make an object of a class, by arguments or by none."""
        kind = node.child_by_field_name("type")
        if kind is None or kind.type not in _TYPES:
            return
        for declarator in node.children_by_field_name("declarator"):
            shape = declarator.type
            plain = shape == "identifier" or (shape == "init_declarator" and not _assigns(declarator))
            if plain or (shape == "function_declarator" and _in_function(node)):
                yield declarator

    def _object(self, declaration: Node, declarator: Node) -> Value:
        kind = declaration.child_by_field_name("type")
        value = declarator.child_by_field_name("value")
        passed = [child for child in value.named_children if child.type != "comment"] if value is not None else []
        if declarator.type == "function_declarator":  # ``Signer signer(key);`` reads like the declaration of one
            passed = _read_as_types(declarator)
        return self._construct(kind, passed, declaration) if kind is not None else UNKNOWN

    def _of_declaration(self, node: Node) -> Value:
        return choice([self._object(node, declarator) for declarator in self._constructed(node)])

    def _of_new_expression(self, node: Node) -> Value:
        kind = node.child_by_field_name("type")
        return self._construct(kind, self.passed(node), node) if kind is not None else UNKNOWN

    def _of_compound_literal_expression(self, node: Node) -> Value:
        kind, value = node.child_by_field_name("type"), node.child_by_field_name("value")
        if kind is None or kind.type not in _TYPES or value is None:
            return super()._of_compound_literal_expression(node)
        return self._construct(kind, value.named_children, node)

    # Calls ------------------------------------------------------------------------------------

    def _of_call_expression(self, node: Node) -> Value:
        function = node.child_by_field_name("function")
        if function is None:
            return UNKNOWN
        if function.type == "field_expression":
            return self._method(function, node)
        if function.type in _SCOPED:
            name, named = self._named(function)
            if name in _PASSING and self.passed(node):
                return self.value(self.passed(node)[0])
            made = self._made(function, node) if name in _MAKING else None
            if made is not None:
                return made
            call = self.call(name, last(function), node)
            return Call(call.line, "object", name, call.args, named, None, call.offset, call.start, call.end)
        return super()._of_call_expression(node)

    def _made(self, function: Node, node: Node) -> Value | None:
        """Return what ``make_unique<T>(…)`` makes."""
        arguments = (function.child_by_field_name("name") or function).child_by_field_name("arguments")
        if arguments is None:
            arguments = function.child_by_field_name("arguments")
        kind = arguments.named_children[0] if arguments is not None and arguments.named_children else None
        kind = kind.child_by_field_name("type") if kind is not None else None
        return self._construct(kind, self.passed(node), node) if kind is not None else None

    def _method(self, function: Node, node: Node) -> Value:
        field, owner = function.child_by_field_name("field"), function.child_by_field_name("argument")
        if field is None:
            return UNKNOWN
        name = self.text(last(field))
        found: list[Value] = []
        for receiver in options(self.value(owner)):
            if isinstance(receiver, Call | Text) and name in _SHOWING and not self.passed(node):
                found.append(receiver)
            elif isinstance(receiver, Octets) and name in ("size", "length"):
                found.append(Number(self.line(node), "constant", receiver.length))
            elif isinstance(receiver, Call):
                found.append(self.call(f"{self.type_of(receiver)}.{name}", last(field), node, receiver))
        if found:
            return choice(found)
        pointer = super()._of_call_expression(node)
        return pointer if pointer != UNKNOWN else self.call(f"*.{name}", last(field), node)

    # Uses -------------------------------------------------------------------------------------

    def use(self, token: Node) -> Node | None:
        """Return the call, construction or bare name that a word decides."""
        if token.type == "type_identifier":
            return self._used_type(token)
        return super().use(token)

    def _used_type(self, token: Node) -> Node | None:
        """Return what makes an object of a type: a declaration without ``=``, new, ``T{…}``, make_unique<T>."""
        parent = token.parent
        while parent is not None and parent.type in _SCOPED and last(parent) == token:
            parent = parent.parent
        if parent is None:
            return None
        if parent.type == "declaration":
            return parent if next(self._constructed(parent), None) is not None else None
        if parent.type == "parameter_declaration":
            return parent if _is_call(parent) else None
        if parent.type in ("new_expression", "compound_literal_expression"):
            return parent
        return self._maker(parent) if parent.type == "type_descriptor" else None

    def _maker(self, descriptor: Node) -> Node | None:
        """Return the call of ``make_unique<T>`` around its template argument."""
        arguments = descriptor.parent
        function = arguments.parent if arguments is not None else None
        while function is not None and function.type in _SCOPED:
            name = self._named(function)[0]
            if function.parent is not None and function.parent.type == "call_expression":
                return function.parent if name in _MAKING else None
            function = function.parent
        return None


def _fixed(member: Node) -> bool:
    """Whether a member is declared a constant of its class."""
    return any(child.type == "type_qualifier" for child in member.named_children)


def _read_as_types(declarator: Node) -> list[Node]:
    """Return the arguments of what reads like the declaration of a function: types, or calls like parameters."""
    listed = declarator.child_by_field_name("parameters")
    found: list[Node] = []
    for child in listed.named_children if listed is not None else []:
        kind, inner = child.child_by_field_name("type"), child.child_by_field_name("declarator")
        called = inner is not None and inner.type == "abstract_function_declarator"
        if kind is not None:
            found.append(child if called else kind)
    return found


def _is_call(parameter: Node) -> bool:
    """Whether a parameter stands in what is no declaration of a function: an object made inside a function."""
    inner, node = parameter.child_by_field_name("declarator"), parameter.parent
    if inner is None or inner.type != "abstract_function_declarator":
        return False
    for _ in range(_DEEPEST_NAME):
        if node is None or node.type == "declaration":
            break
        node = node.parent
    return node is not None and node.type == "declaration" and _in_function(node)


def _assigns(declarator: Node) -> bool:
    """Whether a variable is initialized with ``=``, not by constructor arguments."""
    return any(child.type == "=" for child in declarator.children)


def _in_function(declaration: Node) -> bool:
    return declaration.parent is not None and declaration.parent.type == "compound_statement"
