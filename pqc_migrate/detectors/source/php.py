"""PHP source: what its names, calls, arrays and objects are known to be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Language, Node

from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.calls.values import (
    UNKNOWN,
    Call,
    Items,
    Name,
    Number,
    Text,
    Value,
    choice,
    options,
)
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import engine
from pqc_migrate.detectors.source.php_values import PhpValues
from pqc_migrate.detectors.source.unit import LOCAL, Binding
from pqc_migrate.model.target import SourceFile

_WORD = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")
_CLASS = re.compile(r"\\?\w+(?:\\\w+)*")
_HIGHEST_FOLDER = 5
_MOST_ITEMS = 256
_MOST_UNPACKED = 8
_METHOD_CALLS = frozenset({"member_call_expression", "nullsafe_member_call_expression"})
_CALLS = _METHOD_CALLS | {"function_call_expression", "scoped_call_expression", "object_creation_expression"}
_CALLBACKS = frozenset({"call_user_func", "call_user_func_array", "array_map"})
_QUESTIONS = frozenset(
    {
        "in_array", "array_search", "mcrypt_get_iv_size", "mcrypt_get_key_size", "mcrypt_get_block_size",
        "mcrypt_get_cipher_name", "mcrypt_module_self_test", "password_needs_rehash",
    }
)  # fmt: skip
"""Functions that only ask about an algorithm."""
_COMPARISONS = frozenset({"==", "===", "!=", "!==", "<>", "instanceof", "<", ">", "<=", ">=", "&"})
_NO_REFERENCE = frozenset(
    {
        "namespace_use_clause", "namespace_name", "namespace_definition", "const_element", "named_type",
        "type_list",
        "base_clause", "class_interface_clause", "use_declaration", "class_declaration", "interface_declaration",
        "trait_declaration", "enum_declaration", "function_definition", "method_declaration", "attribute",
        "variable_name", "enum_case", "member_access_expression", "nullsafe_member_access_expression",
        "match_condition_list", "unset_statement", "optional_type", "union_type", "goto_statement",
        "scoped_property_access_expression", "namespace_use_group", "named_label_statement",
    }
)  # fmt: skip


class PhpUnit(PhpValues):
    """One PHP file."""

    alias_nodes = frozenset({"name", "qualified_name", "class_constant_access_expression", "variable_name"})

    def grammar(self) -> Language:
        """Return the PHP grammar."""
        return grammars.load("php")

    def spelled(self, words: frozenset[bytes]) -> frozenset[bytes]:
        """Return the catalog's words as this file writes them: PHP ignores the case of functions."""
        return words | {word for word in set(_WORD.findall(self.data)) if word.lower() in words}

    # Expressions ------------------------------------------------------------------------------

    def _of_variable_name(self, node: Node) -> Value:
        if self.text(node) == "$this":
            scope = self.enclosing_class(node.start_byte)
            return Call(name=self._local_name(scope), how="object") if scope is not None else UNKNOWN
        return self.placed(self.variable(self.text(node), node.start_byte), node)

    def _local_name(self, scope: int) -> str:
        return f"{LOCAL}{self.classes[scope].start_byte}"

    def _of_class_constant_access_expression(self, node: Node) -> Value:
        if len(node.named_children) < 2:
            return UNKNOWN
        owner, member = node.named_children[0], node.named_children[-1]
        found: list[Value] = []
        for option in self._classes(owner):
            if self.text(member).lower() == "class":
                found.append(option)
            elif option.name.startswith(LOCAL):
                found.append(self._own_constant(self.local_class(option.name), member))
            else:
                full = f"{option.name}.{self.text(member)}"
                found.append(Name(self.line(member), "literal", full, member.start_byte))
        return choice(found)

    def _own_constant(self, scope: int | None, member: Node) -> Value:
        """Return a constant of a class of this file, or else of the class of another file that it extends."""
        inner = self.inherited(scope, self.text(member))
        if inner is not None:
            return self.placed(inner, member)
        bases = list(self._foreign_bases(scope)) if scope is not None else []
        if len(bases) != 1:
            return UNKNOWN
        return Name(self.line(member), "literal", f"{bases[0]}.{self.text(member)}", member.start_byte)

    def _classes(self, node: Node) -> list[Name | Call]:
        """Return the classes that the left side of ``::`` or the operand of ``new`` may be."""
        if node.type in ("name", "qualified_name", "relative_scope"):
            return [option for option in options(self.class_named(node)) if isinstance(option, Name)]
        found: list[Name | Call] = []
        for option in options(self.value(node)):
            if isinstance(option, Text) and _CLASS.fullmatch(option.text):
                option = Name(option.line, option.how, option.text.strip("\\").replace("\\", "."))
            if isinstance(option, Name | Call):
                found.append(option)
        return found

    def _of_member_access_expression(self, node: Node) -> Value:
        target, name = node.child_by_field_name("object"), node.child_by_field_name("name")
        if target is None or name is None or name.type != "name":
            return UNKNOWN
        found: list[Value] = []
        for option in options(self.value(target)):
            if isinstance(option, Call | Name) and option.name.startswith(LOCAL):
                inner = self.inherited(self.local_class(option.name), f"${self.text(name)}")
                found.append(self.placed(inner, name) if inner is not None else UNKNOWN)
            elif isinstance(option, Call):
                found.append(self.placed(self.field(option, self.text(name)), name))
            elif isinstance(option, Text | Number) and self.text(name) == "value":  # of an enum's case
                found.append(option)
        return choice(found)

    _of_nullsafe_member_access_expression = _of_member_access_expression

    def _of_scoped_property_access_expression(self, node: Node) -> Value:
        owner, name = node.child_by_field_name("scope"), node.child_by_field_name("name")
        if owner is None or name is None:
            return UNKNOWN
        inner = [self.inherited(self.local_class(o.name), self.text(name)) for o in self._classes(owner)]
        return self.placed(choice([value for value in inner if value is not None]), name)

    # Calls ------------------------------------------------------------------------------------

    def _of_function_call_expression(self, node: Node) -> Value:
        function = node.child_by_field_name("function")
        if function is None:
            return UNKNOWN
        if function.type not in ("name", "qualified_name"):
            return self._dynamic_call(function, node)
        name = self._function_name(function)
        place = function.named_children[-1] if function.type == "qualified_name" else function
        if name.startswith(LOCAL):
            return self._local_call(name)
        passed = self.passed(node)
        called = self.literal(passed[0]) if name.lower() in _CALLBACKS and passed else None
        if called is not None and self.knows(called.strip("\\").lower()):
            return self._callback(called.strip("\\").lower(), passed, node)
        simple = self.builtin(name.lower(), passed)
        return simple if simple is not None else self._called(name, None, place, node)

    def _function_name(self, function: Node) -> str:
        text = self.text(function)
        own = self.bindings.get((0, f"{text.lower()}()"), [])
        imported = self.bindings.get((0, text), [])
        if own and "\\" not in text:
            return f"{LOCAL}{own[-1].offset}"
        if imported and imported[-1].kind == "import":
            return imported[-1].name
        name = text.strip("\\").replace("\\", ".")
        return name if "." in name or not self.knows(name.lower()) else name.lower()

    def _dynamic_call(self, function: Node, node: Node) -> Value:
        """Return what the call of a closure, or of a function named by a string, gives."""
        found: list[Value] = []
        for option in options(self.value(function)):
            if isinstance(option, Name) and option.name.startswith(LOCAL):
                found.append(self._local_call(option.name))
            elif isinstance(option, Text) and self.knows(option.text.lower()):
                found.append(self._called(option.text.lower(), None, function, node))
        return choice(found)

    def _callback(self, name: str, passed: list[Node], node: Node) -> Value:
        place = passed[0].named_children[0] if passed[0].named_children else passed[0]
        args = tuple(self.value(argument) for argument in passed[1:])
        span = (place.start_byte, node.start_byte, node.end_byte)
        return Call(self.line(place), "object", name, args, {}, None, *span)

    def _called(self, name: str, receiver: Value | None, place: Node, node: Node) -> Call:
        arguments = self.arguments(node)[:_MOST_ITEMS]
        args = tuple(value for label, inner in arguments if not label for value in self._spread(inner))
        named = {label: self.value(inner) for label, inner in arguments if label}
        span = (place.start_byte, node.start_byte, node.end_byte)
        return Call(self.line(place), "object", name, args, named, receiver, *span)

    def _spread(self, node: Node) -> tuple[Value, ...]:
        """Return what an argument stands for: ``...$rest`` for several, which may be out of sight."""
        if node.type != "variadic_unpacking" or not node.named_children:
            return (self.value(node),)
        inner = self.value(node.named_children[0])
        return inner.items if isinstance(inner, Items) else (UNKNOWN,) * _MOST_UNPACKED

    def _of_member_call_expression(self, node: Node) -> Value:
        target, place = node.child_by_field_name("object"), node.child_by_field_name("name")
        if target is None or place is None or place.type != "name":
            return UNKNOWN
        name = self.text(place)
        found: list[Value] = []
        for option in options(self.value(target)):
            if isinstance(option, Call | Name) and option.name.startswith(LOCAL):
                found.append(self._method_call(option.name, name, option, place, node))
            elif isinstance(option, Call):
                found.append(self._called(f"{self.type_of(option)}.{name}", option, place, node))
            else:
                found.append(self._called(f"*.{name}", None, place, node))
        return choice(found)

    _of_nullsafe_member_call_expression = _of_member_call_expression

    def _of_scoped_call_expression(self, node: Node) -> Value:
        owner, place = node.child_by_field_name("scope"), node.child_by_field_name("name")
        if owner is None or place is None or place.type != "name":
            return UNKNOWN
        found: list[Value] = []
        for option in self._classes(owner):
            if option.name.startswith(LOCAL):
                found.append(self._method_call(option.name, self.text(place), None, place, node))
            else:
                found.append(self._called(f"{option.name}.{self.text(place)}", None, place, node))
        return choice(found)

    def _method_call(self, owner: str, name: str, receiver: Value | None, place: Node, node: Node) -> Value:
        """Return what a method of this file gives, or else the call of the library's class that it extends."""
        scope = self.local_class(owner)
        method = self.inherited(scope, f"{name.lower()}()") if scope is not None else None
        if method is not None:
            return choice([self._local_call(m.name) for m in options(method) if isinstance(m, Name)])
        for base in self._foreign_bases(scope) if scope is not None else ():
            if self.knows(f"{base}.{name}"):
                return self._called(f"{base}.{name}", receiver, place, node)
        return self._called(f"*.{name}", None, place, node)

    def _foreign_bases(self, scope: int) -> Iterator[str]:
        for owner in self.lineage(scope):
            for base in self._base_nodes(self.classes[owner]):
                found = self.class_named(base)
                if isinstance(found, Name) and not found.name.startswith(LOCAL):
                    yield found.name

    def _of_object_creation_expression(self, node: Node) -> Value:
        created = next((c for c in node.named_children if c.type not in ("arguments", "comment")), None)
        if created is None:
            return UNKNOWN
        if created.type == "anonymous_class":
            return Call(self.line(node), "object", f"{LOCAL}{created.start_byte}")
        place = created.named_children[-1] if created.type == "qualified_name" else created
        return choice([self._called(option.name, None, place, node) for option in self._classes(created)])

    def _local_call(self, name: str) -> Value:
        definition = self.definition(name)
        return self.returned(definition) if definition is not None else UNKNOWN

    def _of_anonymous_function(self, node: Node) -> Value:
        return Name(self.line(node), "object", f"{LOCAL}{node.start_byte}")

    _of_arrow_function = _of_anonymous_function

    def locations(self, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the files that may define a constant of a class: by PSR-4, its path ends like its name."""
        *parts, member = name.split(".")
        if not parts:
            return
        for first in range(len(parts)):
            for up in range(_HIGHEST_FOLDER):
                yield f"{'../' * up}{'/'.join(parts[first:])}.php", (parts[-1], member)

    # Uses -------------------------------------------------------------------------------------

    def use(self, token: Node) -> Node | None:
        """Return the call, creation or bare name that a word decides; None in imports, types and checks."""
        if token.type == "string_content":
            return self._named_in_callback(token)
        if token.type not in ("name", "variable_name"):
            return None
        node, parent = token, token.parent
        if parent is not None and parent.type == "qualified_name" and parent.named_children[-1] == token:
            node, parent = parent, parent.parent
        if parent is None:
            return None
        if parent.type in _CALLS:
            decisive = parent.child_by_field_name("function") or parent.child_by_field_name("name")
            if decisive == node or (parent.type == "object_creation_expression" and decisive is None):
                return parent
            return None
        if parent.type == "class_constant_access_expression":
            named = parent.named_children[-1]
            if named != node and self.text(named).lower() != "class":
                return None
            node, parent = parent, parent.parent
        return node if parent is not None and self._is_reference(node, parent) else None

    def _named_in_callback(self, token: Node) -> Node | None:
        current: Node | None = token
        for _ in range(4):
            current = current.parent if current is not None else None
            if current is not None and current.type == "function_call_expression":
                passed = self.passed(current)
                function = current.child_by_field_name("function")
                first = bool(passed) and passed[0].start_byte <= token.start_byte < passed[0].end_byte
                named = function is not None and self.text(function).strip("\\").lower() in _CALLBACKS
                return current if first and named else None
        return None

    def _is_reference(self, node: Node, parent: Node) -> bool:
        if parent.type in _NO_REFERENCE or parent.child_by_field_name("name") == node:
            return False
        if parent.type == "binary_expression":
            operator = parent.child_by_field_name("operator")
            return operator is None or self.text(operator) not in _COMPARISONS
        if parent.type in ("case_statement", "subscript_expression"):
            return False
        if parent.type == "assignment_expression":
            return parent.child_by_field_name("left") != node
        if parent.type == "argument" and parent.parent is not None and parent.parent.parent is not None:
            function = parent.parent.parent.child_by_field_name("function")
            return function is None or self.text(function).strip("\\").lower() not in _QUESTIONS
        if parent.type == "array_element_initializer":
            return len(parent.named_children) < 2 or parent.named_children[0] != node
        return True

    def callers(self, function: Node) -> Iterator[Node]:
        """Yield the calls of a function, of a method by its name, of a constructor by its class."""
        name = function.child_by_field_name("name")
        if name is None:
            return
        words = [self.text(name)]
        owner = self.enclosing_class(function.start_byte)
        if words[0].lower() == "__construct" and owner is not None:
            class_name = self.classes[owner].child_by_field_name("name")
            words = [self.text(class_name)] if class_name is not None else []
        for token in (token for word in words for token in self.words(word.encode())):
            used = self.use(token)
            outside = used is not None and not function.start_byte <= used.start_byte < function.end_byte
            if used is not None and used.type in _CALLS and outside and self._may_reach(used, owner):
                yield used

    def _may_reach(self, call: Node, owner: int | None) -> bool:
        """Whether a call can be one of a function, or of a method of that class, by what stands before its name."""
        if owner is None or call.type == "object_creation_expression":
            return call.type != "object_creation_expression" or owner is not None
        if call.type == "function_call_expression":
            return False
        target = call.child_by_field_name("object") or call.child_by_field_name("scope")
        if target is not None and (target.type == "relative_scope" or self.text(target) == "$this"):
            around = self.enclosing_class(call.start_byte)
            return around is not None and (around == owner or owner in self.lineage(around))
        return True

    def arguments_at(self, caller: Node, parameter: Binding) -> Node | None:
        """Return the argument a call passes for a parameter, by its name or its position."""
        if parameter.owner is None:
            return None
        listed = self.parameters(parameter.owner)
        label = listed[parameter.index].child_by_field_name("name") if parameter.index < len(listed) else None
        name = self.text(label).lstrip("$") if label is not None else ""
        arguments = self.arguments(caller)
        for given, node in arguments:
            if given and given == name:
                return node
        positional = [node for given, node in arguments if not given]
        return positional[parameter.index] if parameter.index < len(positional) else None


def _wants(file: SourceFile) -> bool:
    return file.language == "php" and engine.anchored(file, engine.anchors("php"))


def _detect(file: SourceFile) -> Iterator[Claim]:
    return engine.detect(file, "php", PhpUnit)


DETECTOR = Detector("php", lambda: engine.anchors("php"), _wants, _detect)
