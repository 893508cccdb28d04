"""What words, calls, classes and objects of Perl are known to be."""

from __future__ import annotations

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import (
    REST,
    UNKNOWN,
    UNREAD,
    Call,
    Items,
    Name,
    Table,
    Text,
    Value,
    choice,
    options,
)
from pqc_migrate.detectors.source.perl_names import OBJECTS
from pqc_migrate.detectors.source.perl_values import PerlValues
from pqc_migrate.detectors.source.unit import LOCAL, Binding

_MOST_ITEMS = 256
_MOST_UNPACKED = 8
_MOST_CLASSES = 3
_DEEPEST_BLOCK = 16
_LOOPS = frozenset({"for_statement", "cstyle_for_statement", "loop_statement", "phaser_statement", "try_statement"})
_CLASSES = frozenset({"bareword", "function_call_expression", "ambiguous_function_call_expression"})
"""How a class is written behind ``new``, with and without arguments."""


class PerlCalls(PerlValues):
    """The names and calls of one Perl file."""

    # Names ------------------------------------------------------------------------------------

    def _of_scalar(self, node: Node) -> Value:
        name, package = self.variable_name(node), self.package_at(node.start_byte)
        if name in OBJECTS and package != "main":
            return self.object_of((0, package))
        return self.variable(name, node.start_byte) if name else self._dereferenced(node)

    def _of_hash(self, node: Node) -> Value:
        name = self.variable_name(node)
        return self.variable(name, node.start_byte) if name else self._dereferenced(node)

    _of_array = _of_hash

    def _dereferenced(self, node: Node) -> Value:
        """Return what ``%$name`` or ``@{ … }`` refers to."""
        inner = node.named_children[0] if node.named_children else None
        inner = inner.named_children[0] if inner is not None and inner.named_children else None
        while inner is not None and inner.type in ("block", "expression_statement") and inner.named_children:
            inner = inner.named_children[0]
        return self.value(inner)

    def variable(self, name: str, offset: int) -> Value:
        """Return what a variable is at an offset: a local one, else one of its package."""
        found = self.local(name, offset)
        if found is None:
            package, _, last = self.dotted(name[1:]).rpartition(".")
            full = f"{package or self.package_at(offset)}.{name[0]}{last}"
            held = self.bindings.get((0, full), [])[:8]
            found = choice([self.bound(binding) for binding in held])
            if not held and package and not self.is_local(package):
                return Name(name=full)  # of another file
        if name == "$class" and found == UNKNOWN:
            return Name(name=self.package_at(offset))
        return self.filled(found, (self.declaring(name, offset), name), offset)

    def _of_bareword(self, node: Node) -> Value:
        """Return a constant, a sub that is called without arguments, or a class by its name."""
        text = self.dotted(self.text(node))
        if text == "__PACKAGE__":
            return Name(name=self.package_at(node.start_byte))
        return self._named(text, node, node, [])

    def _named(self, text: str, place: Node, node: Node, passed: list[Node]) -> Value:
        """Return what a word that is no variable stands for."""
        offset = self._last_part(place)
        package = self.package_at(node.start_byte)
        full = text if "." in text else f"{package}.{text}"
        found = self.bindings.get((0, f"{full}()"), [])[:8]
        if found:
            return choice([self._of_sub(b, place, node, passed, offset) for b in found])
        if "." not in text:
            star = next((f"{module}.{text}" for module in self.stars if self.knows(f"{module}.{text}")), text)
            text = star
        if node.type == "bareword" or passed is None:
            return Name(self.line(place), "literal", text, offset)
        return self._called(text, None, offset, node, passed)

    def _result(self, sub: Binding, call: Node) -> Value:
        """Return what a call of a sub of this file gives, where somebody takes it."""
        return UNKNOWN if self._discarded(call) else self.called_here(f"{LOCAL}{sub.offset}")

    def _discarded(self, call: Node) -> bool:
        """Whether nobody takes what a call returns: it stands alone, and is no last statement of a sub."""
        statement = call.parent
        if statement is not None and statement.type == "postfix_conditional_expression":
            statement = statement.parent
        if statement is None or statement.type != "expression_statement":
            return False
        for _ in range(_DEEPEST_BLOCK):
            around = statement.parent if statement is not None else None
            if around is None or around.type != "block" or around.named_children[-1] != statement:
                return True
            owner = around.parent
            while owner is not None and owner.type in ("elsif", "else"):
                owner = owner.parent
            if owner is None or owner.type != "conditional_statement":
                return owner is None or owner.type in _LOOPS
            statement = owner
        return True

    def _of_sub(self, binding: Binding, place: Node, node: Node, passed: list[Node], offset: int) -> Value:
        if binding.kind == "function":
            return self._result(binding, node)
        if binding.kind == "import":
            if node.type == "bareword" and not self.knows(binding.name):
                return Call(self.line(place), "object", binding.name)
            if node.type == "bareword":
                return Name(self.line(place), "literal", binding.name, offset)
            return self._called(binding.name, None, offset, node, passed)
        return self.bound(binding)

    def _last_part(self, place: Node) -> int:
        """Return where the last part of a name with its package begins."""
        text = self.data[place.start_byte : place.end_byte]
        return place.start_byte + text.rfind(b"::") + 2 if b"::" in text else place.start_byte

    # Calls ------------------------------------------------------------------------------------

    def _of_function_call_expression(self, node: Node) -> Value:
        function = node.child_by_field_name("function")
        if function is None:
            return UNKNOWN
        variable = next(iter(function.named_children), None)
        if variable is not None and variable.type == "varname" and variable.named_children:  # &$code(…)
            return self._called_value(self.value(variable.named_children[0]))
        text = self.dotted(self.text(function).removeprefix("&"))
        function = variable if variable is not None and variable.type == "varname" else function
        passed = self.passed(node)
        if text == "new" or (text and passed and self._is_indirect(text, passed)):
            return self._indirect(text, function, node, passed)
        if text == "bless":
            return self._blessed(node, passed)
        known = self.builtin(text, passed, self.line(node))
        return known if known is not None else self._named(text, function, node, passed)

    _of_ambiguous_function_call_expression = _of_function_call_expression

    def _is_indirect(self, text: str, passed: list[Node]) -> bool:
        return text.startswith("new_") and passed[0].type == "bareword"

    def _indirect(self, method: str, place: Node, node: Node, passed: list[Node]) -> Value:
        """Return ``new Class(arguments)``."""
        if not passed or passed[0].type not in (
            "bareword",
            "function_call_expression",
            "ambiguous_function_call_expression",
        ):
            return self._named(method, place, node, passed)
        first = passed[0]
        named = first if first.type == "bareword" else first.child_by_field_name("function")
        given = passed[1:] if first.type == "bareword" else self.passed(first)
        owner = self.dotted(self.text(named)) if named is not None else ""
        return self._on_class(owner, method, place, node, given)

    def _blessed(self, node: Node, passed: list[Node]) -> Value:
        package = self.package_at(node.start_byte)
        named = [o.text for o in options(self.value(passed[1])) if isinstance(o, Text)] if len(passed) > 1 else []
        owner = self.class_named(named[0]) if named else package
        return self.object_of((0, owner)) if owner != "main" else UNKNOWN

    def _of_func1op_call_expression(self, node: Node) -> Value:
        function = node.child_by_field_name("function")
        given = [child for child in node.named_children if child != function and child.type != "comment"]
        name = self.text(function) if function is not None else ""
        if name == "shift":
            taken = self._shifts.get(node.start_byte)
            if taken is None:
                return UNKNOWN
            value = self.parameter(Binding(node.start_byte, None, "parameter", "", taken[1], taken[0]))
            package = self.package_at(node.start_byte)
            is_method = taken[1] == 0 and package != "main" and value == UNKNOWN
            return self.object_of((0, package)) if is_method and self._is_owner(node) else value
        known = self.builtin(name, [e for child in given for e in self.elements(child)], self.line(node))
        if known is not None:
            return known
        passed = [e for child in given for e in self.elements(child)]
        return self._called(name, None, function.start_byte, node, passed) if function is not None else UNKNOWN

    def _is_owner(self, node: Node) -> bool:
        """Whether a method is called on what an expression gives, or a field of it is taken."""
        parent = node.parent
        return parent is not None and (
            parent.child_by_field_name("invocant") == node or parent.type == "hash_element_expression"
        )

    def _of_func0op_call_expression(self, node: Node) -> Value:
        return Name(name=self.package_at(node.start_byte)) if self.text(node) == "__PACKAGE__" else UNKNOWN

    def _of_function(self, node: Node) -> Value:
        r"""Return the sub that ``\&name`` refers to."""
        text = self.dotted(self.text(node).removeprefix("&"))
        place = next((child for child in node.named_children if child.type == "varname"), node)
        full = text if "." in text else f"{self.package_at(node.start_byte)}.{text}"
        offset = self._last_part(place)
        for binding in self.bindings.get((0, f"{full}()"), [])[:1]:
            if binding.kind == "function":
                return Name(self.line(place), "object", f"{LOCAL}{binding.offset}")
            return Name(self.line(place), "literal", binding.name, offset)
        known = next((f"{module}.{text}" for module in self.stars if self.knows(f"{module}.{text}")), text)
        return Name(self.line(place), "literal", known, offset)

    def _of_coderef_call_expression(self, node: Node) -> Value:
        return self._called_value(self.value(node.named_children[0])) if node.named_children else UNKNOWN

    def _called_value(self, value: Value) -> Value:
        found = [
            self.called_here(o.name) for o in options(value) if isinstance(o, Name) and o.name.startswith(LOCAL)
        ]
        return choice([one for one in found if one != UNKNOWN])

    def _of_method_call_expression(self, node: Node) -> Value:
        owner, method = node.child_by_field_name("invocant"), node.child_by_field_name("method")
        if owner is None or method is None:
            return UNKNOWN
        passed = self.passed(node)
        found: list[Value] = []
        for name in self._method_names(method):
            if name.startswith("SUPER::"):
                found.append(self._super(name.removeprefix("SUPER::"), method, node, passed))
                continue
            invocants = options(self._invocant(owner))
            if len(invocants) <= _MOST_CLASSES:  # one of many that a table names says nothing of this call
                found += [self._on(option, name, method, node, passed) for option in invocants]
        return choice([value for value in found if value != UNKNOWN])

    def _method_names(self, method: Node) -> list[str]:
        if not method.named_children:
            return [self.text(method)]
        named = [o.text for o in options(self.value(method.named_children[0])) if isinstance(o, Text)]
        return [name for name in named if name.isidentifier()]

    def _invocant(self, owner: Node) -> Value:
        if owner.type == "bareword":
            text = self.dotted(self.text(owner))
            package = self.package_at(owner.start_byte)
            bound = self.bindings.get((0, f"{package}.{text}()"), [])
            constant = [b for b in bound if b.kind == "value"]  # use constant CLASS => "Digest::SHA"
            return choice([self.bound(b) for b in constant]) if constant else Name(name=text)
        return self.value(owner)

    def _on(self, owner: Value, name: str, place: Node, node: Node, passed: list[Node]) -> Value:
        """Return what a method gives on one known class or object."""
        if isinstance(owner, Text) and UNREAD not in owner.text and self.class_named(owner.text):
            owner = Name(name=self.class_named(owner.text))
        made = self.owner_of(owner)
        if made is not None:
            return self._on_local(made[1], name, place, node, passed, owner)
        if isinstance(owner, Name) and not owner.name.startswith(LOCAL):
            return self._on_class(owner.name, name, place, node, passed)
        offset = self._last_part(place)
        if isinstance(owner, Call) and not owner.name.startswith(LOCAL):
            return self._called(f"{self._class_of(owner)}.{name}", owner, offset, node, passed)
        return self._called(f"*.{name}", None, offset, node, passed)

    def _class_of(self, made: Call) -> str:
        """Return the class of an object: what the catalog says, else that whose ``new`` made it."""
        known = self.type_of(made)
        return known.removesuffix(".new") if known == made.name else known

    def _on_class(self, owner: str, name: str, place: Node, node: Node, passed: list[Node]) -> Value:
        if self.is_local(owner) or owner == "main":
            return self._on_local(owner, name, place, node, passed, None)
        return self._called(f"{owner}.{name}", None, self._last_part(place), node, passed)

    def _on_local(
        self, package: str, name: str, place: Node, node: Node, passed: list[Node], receiver: Value | None
    ) -> Value:
        """Return what a method of a package of this file gives, or else that of the library's class it extends."""
        found = self.inherited(package, f"{name}()")
        if found:
            called = [self._result(b, node) if b.kind == "function" else self.bound(b) for b in found[:8]]
            value = choice([one for one in called if one != UNKNOWN])
            return self.object_of((0, package)) if value == UNKNOWN and name == "new" else value
        field = self.inherited(package, name) if not passed else []
        if field:  # an accessor
            return choice([self.bound(binding) for binding in field[:8]])
        for base in self.lineage(package)[1:]:
            if self.knows(f"{base}.{name}"):
                return self._called(f"{base}.{name}", None, self._last_part(place), node, passed)
        if name == "new":
            return self.object_of((0, package))
        return (
            self._called(f"*.{name}", None, self._last_part(place), node, passed)
            if receiver is not None
            else UNKNOWN
        )

    def _super(self, name: str, place: Node, node: Node, passed: list[Node]) -> Value:
        package = self.package_at(node.start_byte)
        for base in self.lineage(package)[1:]:
            if self.knows(f"{base}.{name}"):
                return self._called(f"{base}.{name}", None, self._last_part(place), node, passed)
        return self.object_of((0, package)) if name == "new" and package != "main" else UNKNOWN

    def _called(self, name: str, receiver: Value | None, offset: int, node: Node, passed: list[Node]) -> Call:
        args: list[Value] = []
        for element in passed[:_MOST_ITEMS]:
            value = self.value(element)
            if isinstance(value, Items) and self.is_list(element):
                args.extend(value.items)
            elif element.type in ("hash", "array"):  # how many they are is decided elsewhere
                args.extend((UNKNOWN,) * _MOST_UNPACKED)
            else:
                args.append(value)
        line = self.data.count(b"\n", 0, offset) + 1
        return Call(
            line, "object", name, tuple(args), self._pairs(passed), receiver, offset, node.start_byte, node.end_byte
        )

    def _pairs(self, passed: list[Node]) -> dict[str, Value]:
        """Return what a call passes by name: ``key => value``, ``-key => value``, ``%options``."""
        named: dict[str, Value] = {}
        for at, element in enumerate(passed):
            if element.type == "hash":
                for option in options(self.value(element)):
                    pairs = option.pairs if isinstance(option, Table) else {}
                    named.update({key.lstrip("-"): held for key, held in pairs.items() if key != REST})
            key = self.literal(element) if at + 1 < len(passed) and self._is_key(element) else None
            if key is not None:
                named[key.lstrip("-")] = self.value(passed[at + 1])
        return named

    def _is_key(self, element: Node) -> bool:
        following = element.next_sibling
        return following is not None and self.text(following) == "=>"
