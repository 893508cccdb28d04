"""Python source: what its names, calls and constants are known to be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Language, Node

from pqc_migrate.detectors.registry import Detector
from pqc_migrate.detectors.source import engine, grammars
from pqc_migrate.detectors.source.elsewhere import cuts
from pqc_migrate.detectors.source.operations import operate
from pqc_migrate.detectors.source.unit import LOCAL, Binding, Unit
from pqc_migrate.detectors.source.values import (
    NOTHING,
    UNKNOWN,
    Call,
    Items,
    Name,
    Number,
    Octets,
    Table,
    Text,
    Value,
    choice,
    options,
)
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile

_QUERY = """
(function_definition) @scope @function
(lambda) @scope @lambda
(class_definition) @scope @class
(if_statement consequence: (block) @branch)
(elif_clause) @branch
(else_clause) @branch
(except_clause) @branch
(case_clause) @branch
(for_statement body: (block) @branch)
(while_statement body: (block) @branch)
(try_statement body: (block) @branch)
(return_statement) @return
(assignment) @assign
(named_expression) @named
(import_statement) @import
(import_from_statement) @from
(for_statement) @for
(for_in_clause) @for
(as_pattern) @as
"""
_NOT_USED = frozenset(
    {"comment", "import_statement", "import_from_statement", "future_import_statement", "type", "global_statement"}
)
_HIGHEST_FOLDER = 5
_CHECKS = frozenset({"isinstance", "issubclass", "hasattr", "getattr", "type"})
_QUOTES = re.compile(r"^([A-Za-z]*)('''|\"\"\"|'|\")(.*)\2$", re.DOTALL)
_SIMPLE_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\\\": "\\", "\\'": "'", '\\"': '"', "\\\n": ""}


class PythonUnit(Unit):
    """One Python file."""

    query = _QUERY
    alias_nodes = frozenset({"identifier", "attribute"})

    def grammar(self) -> Language:
        """Return the Python grammar."""
        return grammars.load("python")

    # Bindings ---------------------------------------------------------------------------------

    def bind(self, capture: str, node: Node) -> None:
        """Record what imports, assignments, loops and definitions bind."""
        binder = getattr(self, f"_bind_{capture}", None)
        if binder is not None:
            binder(node)

    def _bind_import(self, node: Node) -> None:
        scope = self.scopes.innermost(node.start_byte)
        for child in node.named_children:
            if child.type == "aliased_import":
                name, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
                if name is not None and alias is not None:
                    self._import(scope, self.text(alias), self.text(name), node)
            elif child.type == "dotted_name":
                root = self.text(child).split(".", 1)[0]
                self._import(scope, root, root, node)

    def _bind_from(self, node: Node) -> None:
        scope = self.scopes.innermost(node.start_byte)
        module_node = node.child_by_field_name("module_name")
        module = self.text(module_node) if module_node is not None else ""
        joint = "" if module.endswith(".") else "."
        for child in node.named_children:
            if child.type == "wildcard_import":
                self.stars.append(module)
            elif child.type == "aliased_import":
                name, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
                if name is not None and alias is not None:
                    self._import(scope, self.text(alias), f"{module}{joint}{self.text(name)}", node)
            elif child.type == "dotted_name" and child != module_node:
                self._import(scope, self.text(child), f"{module}{joint}{self.text(child)}", node)

    def _import(self, scope: int, local: str, name: str, node: Node) -> None:
        self.add(scope, local, Binding(node.end_byte, None, "import", name))

    def _bind_assign(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None:
            self._assign(left, right, node)

    def _bind_named(self, node: Node) -> None:
        left, right = node.child_by_field_name("name"), node.child_by_field_name("value")
        if left is not None and right is not None:
            self._assign(left, right, node)

    def _assign(self, left: Node, right: Node, node: Node) -> None:
        while right.type == "assignment":  # a = b = value
            inner = right.child_by_field_name("right")
            if inner is None:
                return
            right = inner
        if left.type == "identifier":
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(left), Binding(node.end_byte, right, "value"))
        elif left.type == "attribute":
            self._assign_attribute(left, right, node)
        elif left.type in ("pattern_list", "tuple_pattern", "list_pattern"):
            parts = right.named_children if right.type in ("expression_list", "tuple", "list") else []
            for index, target in enumerate(left.named_children):
                if index < len(parts) and len(parts) == len(left.named_children):
                    self._assign(target, parts[index], node)
                elif target.type == "identifier":
                    scope = self.scopes.innermost(node.start_byte)
                    self.add(scope, self.text(target), Binding(node.end_byte, None, "opaque"))
                elif target.type == "attribute":
                    self._assign_attribute(target, None, node)

    def _assign_attribute(self, left: Node, right: Node | None, node: Node) -> None:
        target, attribute = left.child_by_field_name("object"), left.child_by_field_name("attribute")
        if target is None or attribute is None or self.text(target) not in ("self", "cls"):
            return
        owner = self.enclosing_class(node.start_byte)
        if owner is not None:
            kind = "opaque" if right is None else "value"
            self.add(owner, self.text(attribute), Binding(node.end_byte, right, kind))

    def _bind_for(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        scope = self.scopes.innermost(node.start_byte)
        if left.type == "identifier":
            self.add(scope, self.text(left), Binding(node.start_byte, right, "loop"))
        else:
            for target in left.named_children:
                if target.type == "identifier":
                    self.add(scope, self.text(target), Binding(node.start_byte, None, "opaque"))

    def _bind_as(self, node: Node) -> None:
        alias = node.child_by_field_name("alias")
        if alias is not None and node.named_children and alias.named_children:
            self._assign(alias.named_children[0], node.named_children[0], node)

    def _bind_class(self, node: Node) -> None:
        self._definition(node, "class")

    def _bind_function(self, node: Node) -> None:
        self._definition(node, "function")
        self._parameters(node)

    def _bind_lambda(self, node: Node) -> None:
        self._parameters(node)

    def _definition(self, node: Node, kind: str) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            scope = self.scopes.parents[self.scope_of(node)]
            self.add(max(scope, 0), self.text(name), Binding(name.start_byte, node, kind))

    def _parameters(self, function: Node) -> None:
        listed = function.child_by_field_name("parameters")
        scope = self.scope_of(function)
        for index, child in enumerate(listed.named_children if listed is not None else []):
            name = child if child.type == "identifier" else child.child_by_field_name("name")
            if name is None and child.type == "typed_parameter" and child.named_children:
                name = child.named_children[0]
            if name is not None:
                default = child.child_by_field_name("value")
                binding = Binding(function.start_byte, default, "parameter", index=index, owner=function)
                self.add(scope, self.text(name), binding)

    # Expressions ------------------------------------------------------------------------------

    def expression(self, node: Node) -> Value:
        """Return what an expression is known to be."""
        method = getattr(self, f"_of_{node.type}", None)
        return method(node) if method is not None else UNKNOWN

    def _of_identifier(self, node: Node) -> Value:
        found = self.identifier(self.text(node), node.start_byte)
        return self.placed(found, node)

    def _of_attribute(self, node: Node) -> Value:
        target, attribute = node.child_by_field_name("object"), node.child_by_field_name("attribute")
        if target is None or attribute is None:
            return UNKNOWN
        name = self.text(attribute)
        if target.type == "identifier" and self.text(target) in ("self", "cls"):
            return self._of_member(self.enclosing_class(node.start_byte), name, attribute)
        found: list[Value] = []
        for option in options(self.value(target)):
            found.append(self._attribute_of(option, name, attribute))
        return choice(found)

    def _attribute_of(self, owner: Value, name: str, attribute: Node) -> Value:
        line, offset = self.line(attribute), attribute.start_byte
        if isinstance(owner, Name):
            if owner.name.startswith(LOCAL):
                return self._of_member(self._local_class(owner.name), name, attribute)
            return Name(line, "literal", f"{owner.name}.{name}", offset)
        if isinstance(owner, Call):
            if owner.name.startswith(LOCAL):
                return self._of_member(self._local_class(owner.name), name, attribute)
            return Call(line, "object", f"{self.type_of(owner)}.{name}", receiver=owner, offset=offset)
        if isinstance(owner, Table) and name in owner.pairs:
            return owner.pairs[name]
        return Name(line, "literal", f"*.{name}", offset)

    def _of_member(self, scope: int | None, name: str, attribute: Node) -> Value:
        found = self.member(scope, name) if scope is not None else None
        seen = {scope}
        while found is None and scope is not None:
            scope = next((base for base in self._bases(scope) if base not in seen), None)
            seen.add(scope)
            found = self.member(scope, name) if scope is not None else None
        if found is None:
            return Name(self.line(attribute), "literal", f"*.{name}", attribute.start_byte)
        return self.placed(found, attribute)

    def _bases(self, scope: int) -> list[int | None]:
        listed = self.classes[scope].child_by_field_name("superclasses")
        found: list[int | None] = []
        for base in listed.named_children if listed is not None else []:
            for option in options(self.value(base)):
                if isinstance(option, Name) and option.name.startswith(LOCAL):
                    found.append(self._local_class(option.name))
        return found

    def _local_class(self, name: str) -> int | None:
        node = self._local(name)
        return self.scope_of(node) if node is not None and node.type == "class_definition" else None

    def _local(self, name: str) -> Node | None:
        """Return the definition that a local name stands for."""
        offset = int(name.removeprefix(LOCAL).split(".", 1)[0])
        node = self.root.descendant_for_byte_range(offset, offset + 1)
        return node.parent if node is not None else None

    def _of_call(self, node: Node) -> Value:
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None:
            return UNKNOWN
        found: list[Value] = []
        for callee in options(self.value(function)):
            if isinstance(callee, Name) and callee.name.startswith(LOCAL):
                found.append(self._local_call(callee, node))
            elif isinstance(callee, Name | Call):
                found.append(self._call(callee, node, function, arguments))
        return choice(found) if found else UNKNOWN

    def _call(self, callee: Name | Call, node: Node, function: Node, arguments: Node | None) -> Value:
        simple = self._builtin(callee, function, arguments)
        if simple is not None:
            return simple
        name_node = function.child_by_field_name("attribute") if function.type == "attribute" else function
        place = name_node if name_node is not None else function
        args, named = self._arguments(arguments)
        receiver = callee.receiver if isinstance(callee, Call) else None
        if isinstance(callee, Name) and callee.name.startswith("*.") and function.type == "attribute":
            receiver = self.value(function.child_by_field_name("object"))
        return Call(
            self.line(place), "object", callee.name, args, named, receiver,
            place.start_byte, node.start_byte, node.end_byte,
        )  # fmt: skip

    def _local_call(self, callee: Name, node: Node) -> Value:
        """Return what a function of this file returns, or an instance of a class of this file."""
        definition = self._local(callee.name)
        if definition is None or definition.type != "function_definition":
            return Call(self.line(node), "object", callee.name)
        returned = self.returns.get(self.scope_of(definition), [])
        return choice([self.value(r.named_children[0]) for r in returned[:8] if r.named_children])

    def _builtin(self, callee: Name | Call, function: Node, arguments: Node | None) -> Value | None:
        """Return what the few built-ins that carry names and lengths give: case changes, bytes, getattr."""
        if function.type == "attribute" and callee.name.rsplit(".", 1)[-1] in ("lower", "upper", "strip", "encode"):
            owner = self.value(function.child_by_field_name("object"))
            changed = [
                Text(option.line, option.how, _change(option.text, callee.name.rsplit(".", 1)[-1]))
                for option in options(owner)
                if isinstance(option, Text)
            ]
            return choice(list(changed)) if changed else None
        if callee.name == "getattr" and arguments is not None and len(arguments.named_children) >= 2:
            owner, name = (self.value(child) for child in arguments.named_children[:2])
            place = arguments.named_children[1]
            pairs = [(o, n) for o in options(owner) for n in options(name) if isinstance(n, Text)]
            return choice([self._attribute_of(o, n.text, place) for o, n in pairs]) if pairs else None
        if callee.name in ("str", "int", "bytes", "bytearray", "list", "tuple", "set", "frozenset"):
            children = arguments.named_children if arguments is not None else []
            inner = self.value(children[0]) if children else UNKNOWN
            if callee.name in ("bytes", "bytearray") and isinstance(inner, Number):
                return Octets(inner.line, inner.how, inner.number)
            return inner
        return None

    def _arguments(self, arguments: Node | None) -> tuple[tuple[Value, ...], dict[str, Value]]:
        args: list[Value] = []
        named: dict[str, Value] = {}
        for child in arguments.named_children if arguments is not None else []:
            if child.type == "keyword_argument":
                name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
                if name is not None:
                    named[self.text(name)] = self.value(value)
            elif child.type == "dictionary_splat":
                inner = self.value(child.named_children[0]) if child.named_children else UNKNOWN
                if isinstance(inner, Table):
                    named.update(inner.pairs)
            elif child.type == "list_splat":
                inner = self.value(child.named_children[0]) if child.named_children else UNKNOWN
                args.extend(inner.items if isinstance(inner, Items) else [])
            elif child.type != "comment":
                args.append(self.value(child))
        return tuple(args), named

    def _of_string(self, node: Node) -> Value:
        match = _QUOTES.match(self.text(node))
        if match is None:
            return UNKNOWN
        prefix, body = match[1].lower(), match[3]
        if "f" in prefix:
            return self._formatted(node)
        if "r" not in prefix and "\\" in body:
            body = re.sub(r"\\(?:[ntabfvr\\'\"\n]|x[0-9a-fA-F]{2})", _unescape, body)
        if "b" in prefix:
            return Octets(self.line(node), length=len(body.encode("utf-8", "replace")))
        return Text(self.line(node), text=body)

    def _formatted(self, node: Node) -> Value:
        parts = []
        for child in node.named_children:
            if child.type == "string_content":
                parts.append(self.text(child))
            elif child.type == "interpolation":
                inner = self.value(child.named_children[0]) if child.named_children else UNKNOWN
                if not isinstance(inner, Text | Number):
                    return UNKNOWN
                parts.append(inner.text if isinstance(inner, Text) else str(inner.number))
        return Text(self.line(node), text="".join(parts))

    def _of_concatenated_string(self, node: Node) -> Value:
        parts = [self.value(child) for child in node.named_children if child.type == "string"]
        if all(isinstance(part, Octets) for part in parts):
            return Octets(self.line(node), length=sum(p.length for p in parts if isinstance(p, Octets)))
        if all(isinstance(part, Text) for part in parts):
            return Text(self.line(node), text="".join(p.text for p in parts if isinstance(p, Text)))
        return UNKNOWN

    def _of_none(self, node: Node) -> Value:
        return NOTHING

    def _of_integer(self, node: Node) -> Value:
        try:
            return Number(self.line(node), number=int(self.text(node).rstrip("lL"), 0))
        except ValueError:
            return UNKNOWN

    def _of_binary_operator(self, node: Node) -> Value:
        left, right = (self.value(node.child_by_field_name(side)) for side in ("left", "right"))
        operator = node.child_by_field_name("operator")
        sign = self.text(operator) if operator is not None else ""
        found = [operate(sign, a, b) for a in options(left) for b in options(right)]
        return choice([value for value in found if value != UNKNOWN])

    def _of_parenthesized_expression(self, node: Node) -> Value:
        return self.value(node.named_children[0]) if node.named_children else UNKNOWN

    def _of_conditional_expression(self, node: Node) -> Value:
        children = [child for child in node.named_children if child.type != "comment"]
        return choice([self.value(children[0]), self.value(children[-1])]) if len(children) == 3 else UNKNOWN

    def _of_boolean_operator(self, node: Node) -> Value:
        sides = [self.value(node.child_by_field_name(side)) for side in ("left", "right")]
        return choice([side for side in sides if side != UNKNOWN])

    def _of_list(self, node: Node) -> Value:
        children = [child for child in node.named_children if child.type != "comment"]
        return Items(self.line(node), items=tuple(self.value(child) for child in children))

    _of_tuple = _of_set = _of_expression_list = _of_list

    def _of_dictionary(self, node: Node) -> Value:
        pairs: dict[str, Value] = {}
        for child in node.named_children:
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            known = self.value(key) if key is not None else UNKNOWN
            if isinstance(known, Text):
                pairs[known.text] = self.value(value)
        return Table(self.line(node), pairs=pairs)

    def _of_subscript(self, node: Node) -> Value:
        owner, index = self.value(node.child_by_field_name("value")), node.child_by_field_name("subscript")
        key = self.value(index) if index is not None else UNKNOWN
        found: list[Value] = []
        for option in options(owner):
            if isinstance(option, Table):
                keys = [k.text if isinstance(k, Text) else None for k in options(key)]
                # A key that was not read may be any of them.
                wanted = list(option.pairs) if None in keys else [k for k in keys if k in option.pairs]
                found.extend(option.pairs[k] for k in wanted if k is not None)
            elif isinstance(option, Items):
                numbers = [n.number for n in options(key) if isinstance(n, Number)]
                found.extend(option.items[n] for n in numbers if n < len(option.items))
        return choice(found)

    def locations(self, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the modules that may define a name: relative to this one, or from the folders above it."""
        dots = len(name) - len(name.lstrip("."))
        ups = ["../" * (dots - 1)] if dots else ["../" * up for up in range(_HIGHEST_FOLDER)]
        for module, members in cuts(tuple(name.lstrip(".").split("."))):
            for up in ups:
                yield f"{up}{'/'.join(module)}.py", members
                yield f"{up}{'/'.join(module)}/__init__.py", members
        if dots:  # from . import name
            yield f"{ups[0]}__init__.py", tuple(name.lstrip(".").split("."))

    # Uses -------------------------------------------------------------------------------------

    def use(self, token: Node) -> Node | None:
        """Return the call, or else the bare name, that a word decides; None in imports, types and checks."""
        if token.type != "identifier":
            return None
        node = token
        parent = node.parent
        if parent is not None and parent.type == "attribute":
            if parent.child_by_field_name("attribute") != token:
                return None
            node, parent = parent, parent.parent
        if parent is None or not self._is_expression(node, parent):
            return None
        if parent.type == "call" and parent.child_by_field_name("function") == node:
            return parent
        return node if self._is_reference(node, parent) else None

    def _is_expression(self, node: Node, parent: Node) -> bool:
        if parent.type == "keyword_argument" and parent.child_by_field_name("name") == node:
            return False
        if parent.type in ("assignment", "named_expression") and node in (
            parent.child_by_field_name("left"),
            parent.child_by_field_name("name"),
        ):
            return False
        if parent.type in ("function_definition", "class_definition", "parameters", "default_parameter"):
            return parent.type == "default_parameter" and parent.child_by_field_name("value") == node
        return not self.inside(node, _NOT_USED)

    def _is_reference(self, node: Node, parent: Node) -> bool:
        if parent.type in ("attribute", "comparison_operator", "except_clause", "del_statement", "pattern_list"):
            return False
        if parent.type == "argument_list" and parent.parent is not None:
            owner = parent.parent
            function = owner.child_by_field_name("function")
            if owner.type == "class_definition" or (function is not None and self.text(function) in _CHECKS):
                return False
        if parent.type == "tuple" and parent.parent is not None and parent.parent.type == "argument_list":
            call = parent.parent.parent
            function = call.child_by_field_name("function") if call is not None else None
            return function is None or self.text(function) not in _CHECKS
        return True

    def callers(self, function: Node) -> Iterator[Node]:
        """Yield the calls of a function, of a method by its name, of a constructor by its class."""
        name = function.child_by_field_name("name")
        if name is None:
            return
        word = self.text(name)
        owner = self.enclosing_class(function.start_byte)
        if word == "__init__" and owner is not None:
            class_name = self.classes[owner].child_by_field_name("name")
            word = self.text(class_name) if class_name is not None else word
        for token in self.words(word.encode()):
            used = self.use(token)
            if used is not None and used.type == "call" and not _within(used, function):
                yield used

    def arguments_at(self, caller: Node, parameter: Binding) -> Node | None:
        """Return the argument a call passes for a parameter, by keyword or by position."""
        arguments = caller.child_by_field_name("arguments")
        if arguments is None or parameter.owner is None:
            return None
        listed = parameter.owner.child_by_field_name("parameters")
        child = listed.named_children[parameter.index] if listed is not None else None
        name_node = (child.child_by_field_name("name") or child) if child is not None else None
        name = self.text(name_node) if name_node is not None else ""
        first = listed.named_children[0] if listed is not None and listed.named_children else None
        shift = 1 if first is not None and self.text(first) in ("self", "cls") else 0
        positional = [c for c in arguments.named_children if c.type not in ("keyword_argument", "comment")]
        for passed in arguments.named_children:
            keyword = passed.child_by_field_name("name") if passed.type == "keyword_argument" else None
            if keyword is not None and self.text(keyword) == name:
                return passed.child_by_field_name("value")
        index = parameter.index - shift
        return positional[index] if 0 <= index < len(positional) else None


def _within(node: Node, outer: Node) -> bool:
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte


def _unescape(match: re.Match[str]) -> str:
    text = match[0]
    return chr(int(text[2:], 16)) if text[1] == "x" else _SIMPLE_ESCAPES.get(text, "?")


def _change(text: str, method: str) -> str:
    changes = {"lower": text.lower(), "upper": text.upper(), "strip": text.strip()}
    return changes.get(method, text)


def _wants(file: SourceFile) -> bool:
    return file.language == "python" and engine.anchored(file, engine.anchors("python"))


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    return engine.detect(file, "python", PythonUnit)


DETECTOR = Detector("python", lambda: engine.anchors("python"), _wants, _detect)
