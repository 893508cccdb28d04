"""JavaScript and TypeScript source: what names, calls, objects and classes are known to be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tree_sitter import Language, Node

from pqc_migrate.detectors.registry import Detector
from pqc_migrate.detectors.source import engine, grammars
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
(function_declaration) @scope @function
(generator_function_declaration) @scope @function
(function_expression) @scope @function
(arrow_function) @scope @function
(method_definition) @scope @function
(class_declaration) @scope @class
(class) @scope @class
(if_statement consequence: (_) @branch)
(else_clause) @branch
(for_statement body: (_) @branch)
(for_in_statement body: (_) @branch)
(while_statement body: (_) @branch)
(try_statement body: (_) @branch)
(catch_clause) @branch
(switch_case) @branch
(switch_default) @branch
(return_statement) @return
(import_statement) @import
(variable_declarator) @declare
(assignment_expression) @assign
(for_in_statement) @loop
"""
_JS_FIELDS = "(field_definition) @field"
_TS_FIELDS = """
(public_field_definition) @field
(enum_declaration) @enum
(abstract_class_declaration) @scope @class
"""
_INTEROP = frozenset(
    {"__importDefault", "__importStar", "_interopRequireDefault", "_interopRequireWildcard", "__toESM", "promisify"}
)
_ESCAPE = re.compile(r"\\(?:u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\s\S])")
_WRAPPING = frozenset(
    {
        "parenthesized_expression",
        "await_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
        "type_assertion",
    }
)
_FUNCTIONS = frozenset({"arrow_function", "function_expression", "function_declaration", "method_definition"})
_PLAIN_ENCODINGS = frozenset({"utf8", "utf-8", "ascii", "latin1", "binary"})
_CASE_CHANGES: dict[str, Callable[[str], str]] = {
    "toLowerCase": str.lower,
    "toUpperCase": str.upper,
    "trim": str.strip,
    "toString": str,
}
_COMPARISONS = frozenset({"==", "===", "!=", "!==", "instanceof", "in"})


class JavaScriptUnit(Unit):
    """One JavaScript file."""

    query = _QUERY + _JS_FIELDS
    alias_nodes = frozenset({"identifier", "member_expression"})

    def grammar(self) -> Language:
        """Return the JavaScript grammar."""
        return grammars.load("javascript")

    # Bindings ---------------------------------------------------------------------------------

    def bind(self, capture: str, node: Node) -> None:
        """Record what imports, declarations, assignments, parameters and loops bind."""
        binder = getattr(self, f"_bind_{capture}", None)
        if binder is not None:
            binder(node)

    def _bind_import(self, node: Node) -> None:
        source = node.child_by_field_name("source")
        for clause in node.named_children:
            if clause.type == "import_require_clause":  # import x = require("y")
                source = clause.child_by_field_name("source")
            if source is None or clause == source:
                continue
            module = self._string(source)
            for part in [clause, *clause.named_children]:
                self._import_part(part, module, node)

    def _import_part(self, part: Node, module: str, node: Node) -> None:
        if part.type == "identifier":
            self.add(0, self.text(part), Binding(node.end_byte, None, "import", module))
        elif part.type == "namespace_import":
            self.add(0, self.text(part.named_children[-1]), Binding(node.end_byte, None, "import", module))
        elif part.type == "named_imports":
            for specifier in part.named_children:
                name, alias = specifier.child_by_field_name("name"), specifier.child_by_field_name("alias")
                if name is not None:
                    local = self.text(alias if alias is not None else name)
                    full = module if self.text(name) == "default" else f"{module}.{self.text(name)}"
                    self.add(0, local, Binding(node.end_byte, None, "import", full))

    def _bind_declare(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None or value is None:
            return
        scope = self.scopes.innermost(node.start_byte)
        if name.type == "identifier":
            kind = "function" if value.type in _FUNCTIONS else "value"
            offset = value.start_byte if kind == "function" else node.end_byte
            self.add(scope, self.text(name), Binding(offset, value, kind))
        elif name.type == "object_pattern":
            self._destructure(name, value, scope, node)
        elif name.type == "array_pattern" and value.type == "array":
            for target, part in zip(name.named_children, value.named_children, strict=False):
                if target.type == "identifier":
                    self.add(scope, self.text(target), Binding(node.end_byte, part, "value"))

    def _destructure(self, pattern: Node, value: Node, scope: int, node: Node) -> None:
        """Bind ``const { a: b, c } = value`` to the members of the value."""
        module = self._required(value)
        for part in pattern.named_children:
            key = part.child_by_field_name("key") or part.child_by_field_name("left") or part
            target = part.child_by_field_name("value") or key
            if target.type not in ("identifier", "shorthand_property_identifier_pattern"):
                continue
            if module:
                full = f"{module}.{self.text(key)}"
                self.add(scope, self.text(target), Binding(node.end_byte, None, "import", full))
            else:
                binding = Binding(node.end_byte, value, "member", self.text(key))
                self.add(scope, self.text(target), binding)

    def _required(self, node: Node) -> str:
        """Return the module of ``require("…")`` or ``await import("…")``, else an empty string."""
        while node.type in _WRAPPING and node.named_children:
            node = node.named_children[0]
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if node.type != "call_expression" or function is None or arguments is None:
            return ""
        named = arguments.named_children
        if self.text(function) in ("require", "import") and named and named[0].type == "string":
            return self._string(named[0])
        return ""

    def _bind_assign(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        if left.type == "identifier":
            scope = self._declaring(self.text(left), node.start_byte)
            self.add(scope, self.text(left), Binding(node.end_byte, right, "value"))
        elif left.type == "member_expression":
            target, name = left.child_by_field_name("object"), left.child_by_field_name("property")
            owner = self.enclosing_class(node.start_byte)
            if target is not None and name is not None and target.type == "this" and owner is not None:
                self.add(owner, self.text(name), Binding(node.end_byte, right, "value"))

    def _declaring(self, name: str, offset: int) -> int:
        """Return the scope around an offset that already binds a name, else the innermost."""
        chain = self.scopes.chain(offset)
        return next((scope for scope in chain if (scope, name) in self.bindings), chain[0])

    def _bind_field(self, node: Node) -> None:
        name = node.child_by_field_name("property") or node.child_by_field_name("name")
        value, owner = node.child_by_field_name("value"), self.enclosing_class(node.start_byte)
        if name is not None and value is not None and owner is not None:
            self.add(owner, self.text(name), Binding(node.end_byte, value, "value"))

    def _bind_enum(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(name), Binding(node.start_byte, node, "value"))

    def _bind_loop(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None and left.type == "identifier":
            scope = self.scopes.innermost(node.start_byte)
            self.add(scope, self.text(left), Binding(node.start_byte, right, "loop"))

    def _bind_class(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            scope = max(self.scopes.parents[self.scope_of(node)], 0)
            self.add(scope, self.text(name), Binding(node.start_byte, node, "class"))

    def _bind_function(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None and node.type != "method_definition":
            scope = max(self.scopes.parents[self.scope_of(node)], 0)
            self.add(scope, self.text(name), Binding(node.start_byte, node, "function"))
        elif name is not None:
            owner = self.enclosing_class(node.start_byte)
            if owner is not None:
                self.add(owner, self.text(name), Binding(node.start_byte, node, "function"))
        scope = self.scope_of(node)
        for index, parameter in enumerate(self._parameters(node)):
            label = parameter.child_by_field_name("pattern") or parameter.child_by_field_name("left") or parameter
            default = parameter.child_by_field_name("value") or parameter.child_by_field_name("right")
            if label.type == "identifier":
                binding = Binding(node.start_byte, default, "parameter", index=index, owner=node)
                self.add(scope, self.text(label), binding)
                self._parameter_property(parameter, binding, node)

    def _parameter_property(self, parameter: Node, binding: Binding, node: Node) -> None:
        """Bind TypeScript's ``constructor(private key: …)`` as a field too."""
        owner = self.enclosing_class(node.start_byte)
        modified = any(child.type == "accessibility_modifier" for child in parameter.named_children)
        label = parameter.child_by_field_name("pattern")
        if owner is not None and modified and label is not None:
            self.add(owner, self.text(label), binding)

    def _parameters(self, function: Node) -> list[Node]:
        single = function.child_by_field_name("parameter")
        listed = function.child_by_field_name("parameters")
        return [single] if single is not None else listed.named_children if listed is not None else []

    def bound(self, binding: Binding) -> Value:
        """Return what one binding gives its name, members of a destructured value included."""
        if binding.kind == "member":
            owner = self.value(binding.node)
            return choice([self._member_of(option, binding.name, binding.node) for option in options(owner)])
        return super().bound(binding)

    # Expressions ------------------------------------------------------------------------------

    def expression(self, node: Node) -> Value:
        """Return what an expression is known to be."""
        if node.type in _WRAPPING:
            inner = [child for child in node.named_children if child.type not in ("comment", "type_arguments")]
            return self.value(inner[0]) if inner else UNKNOWN
        method = getattr(self, f"_of_{node.type}", None)
        return method(node) if method is not None else UNKNOWN

    def _of_identifier(self, node: Node) -> Value:
        return self.placed(self.identifier(self.text(node), node.start_byte), node)

    _of_shorthand_property_identifier = _of_identifier

    def _of_member_expression(self, node: Node) -> Value:
        target, name = node.child_by_field_name("object"), node.child_by_field_name("property")
        if target is None or name is None:
            return UNKNOWN
        if target.type == "this":
            return self._own(self.enclosing_class(node.start_byte), self.text(name), name)
        return choice([self._member_of(option, self.text(name), name) for option in options(self.value(target))])

    def _member_of(self, owner: Value, name: str, place: Node | None) -> Value:
        line, offset = (self.line(place), place.start_byte) if place is not None else (0, -1)
        if name == "default" and isinstance(owner, Name):
            return owner
        if isinstance(owner, Name | Call) and owner.name.startswith(LOCAL):
            return self._own(self._local_class(owner.name), name, place)
        if isinstance(owner, Name):
            return Name(line, "literal", f"{owner.name}.{name}", offset)
        if isinstance(owner, Call):
            return Call(line, "object", f"{self.type_of(owner)}.{name}", receiver=owner, offset=offset)
        if isinstance(owner, Table) and name in owner.pairs:
            return owner.pairs[name]
        return Name(line, "literal", f"*.{name}", offset)

    def _own(self, scope: int | None, name: str, place: Node | None) -> Value:
        found = self.member(scope, name) if scope is not None else None
        if found is None or place is None:
            line, offset = (self.line(place), place.start_byte) if place is not None else (0, -1)
            return Name(line, "literal", f"*.{name}", offset)
        return self.placed(found, place)

    def _local_class(self, name: str) -> int | None:
        offset = int(name.removeprefix(LOCAL).split(".", 1)[0])
        return next((scope for scope, node in self.classes.items() if node.start_byte == offset), None)

    def _of_call_expression(self, node: Node) -> Value:
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None:
            return UNKNOWN
        module = self._required(node)
        if module:
            return Name(name=module)
        passed = arguments.named_children if arguments is not None else []
        if self.text(function).rsplit(".", 1)[-1] in _INTEROP and passed:
            return self.value(passed[0])
        return self._called(node, function, passed)

    def _of_new_expression(self, node: Node) -> Value:
        constructor, arguments = node.child_by_field_name("constructor"), node.child_by_field_name("arguments")
        if constructor is None:
            return UNKNOWN
        return self._called(node, constructor, arguments.named_children if arguments is not None else [])

    def _called(self, node: Node, function: Node, passed: list[Node]) -> Value:
        place = self._decisive(function)
        known = self._builtin(function, passed)
        if known is not None:
            return known
        args = tuple(self.value(child) for child in passed if child.type != "comment")
        span = (place.start_byte, node.start_byte, node.end_byte)
        found: list[Value] = []
        for callee in options(self.value(function)):
            if isinstance(callee, Name | Call) and callee.name.startswith(LOCAL):
                found.append(self._local_call(callee.name, node))
            elif isinstance(callee, Name | Call):
                receiver = callee.receiver if isinstance(callee, Call) else None
                found.append(Call(self.line(place), "object", callee.name, args, {}, receiver, *span))
        return choice(found)

    def _decisive(self, function: Node) -> Node:
        """Return the word of a callee that names what is called; ``(0, crypto_1.createHash)`` included."""
        while function.type in ("parenthesized_expression", "sequence_expression") and function.named_children:
            function = function.named_children[-1]
        return function.child_by_field_name("property") or function

    def _builtin(self, function: Node, passed: list[Node]) -> Value | None:
        """Return what the few built-ins that carry names and lengths give."""
        if function.type != "member_expression":
            return None
        target, method = function.child_by_field_name("object"), function.child_by_field_name("property")
        name = self.text(method) if method is not None else ""
        if target is None:
            return None
        if name in _CASE_CHANGES:
            texts = [option for option in options(self.value(target)) if isinstance(option, Text)]
            return choice([Text(t.line, t.how, _CASE_CHANGES[name](t.text)) for t in texts]) if texts else None
        if self.text(target) == "Buffer" and name in ("alloc", "allocUnsafe", "from") and passed:
            return self._buffer(name, passed)
        if name == "freeze" and self.text(target) == "Object" and passed:
            return self.value(passed[0])
        return None

    def _buffer(self, name: str, passed: list[Node]) -> Value:
        first, encoding = self.value(passed[0]), self.value(passed[1]) if len(passed) > 1 else UNKNOWN
        if name != "from":
            return Octets(first.line, first.how, first.number) if isinstance(first, Number) else UNKNOWN
        if isinstance(first, Text):
            if isinstance(encoding, Text) and encoding.text == "hex":
                return Octets(first.line, first.how, len(first.text) // 2)
            if len(passed) == 1 or (
                isinstance(encoding, Text) and encoding.text in ("utf8", "utf-8", "ascii", "latin1")
            ):
                return Octets(first.line, first.how, len(first.text.encode("utf-8", "replace")))
        return first if isinstance(first, Octets | Call) else UNKNOWN

    def _local_call(self, name: str, node: Node) -> Value:
        """Return what a function of this file returns, or an instance of a class of this file."""
        offset = int(name.removeprefix(LOCAL).split(".", 1)[0])
        definition = self.root.descendant_for_byte_range(offset, offset + 1)
        while definition is not None and (
            definition.type not in _FUNCTIONS and definition.type != "class_declaration"
        ):
            definition = definition.parent if definition.start_byte == offset else None
        if definition is None or definition.type == "class_declaration":
            return Call(self.line(node), "object", name)
        body = definition.child_by_field_name("body")
        if body is not None and body.type != "statement_block":
            return self.value(body)
        returned = self.returns.get(self.scope_of(definition), [])
        return choice([self.value(r.named_children[0]) for r in returned[:8] if r.named_children])

    def _of_sequence_expression(self, node: Node) -> Value:
        return self.value(node.named_children[-1]) if node.named_children else UNKNOWN

    def _of_string(self, node: Node) -> Value:
        return Text(self.line(node), text=self._string(node))

    def _string(self, node: Node) -> str:
        return _ESCAPE.sub(_unescape, self.text(node)[1:-1])

    def _of_template_string(self, node: Node) -> Value:
        parts: list[str] = []
        for child in node.named_children:
            if child.type != "template_substitution":
                parts.append(_ESCAPE.sub(_unescape, self.text(child)))
                continue
            inner = self.value(child.named_children[0]) if child.named_children else UNKNOWN
            if not isinstance(inner, Text | Number):
                return UNKNOWN
            parts.append(inner.text if isinstance(inner, Text) else str(inner.number))
        return Text(self.line(node), text="".join(parts))

    def _of_null(self, node: Node) -> Value:
        return NOTHING

    _of_undefined = _of_null

    def _of_number(self, node: Node) -> Value:
        text = self.text(node).replace("_", "").rstrip("n").lower()
        try:
            return Number(
                self.line(node), number=int(float(text)) if "e" in text and "x" not in text else int(text, 0)
            )
        except (ValueError, OverflowError):
            return UNKNOWN

    def _of_binary_expression(self, node: Node) -> Value:
        left, right = (self.value(node.child_by_field_name(side)) for side in ("left", "right"))
        operator = node.child_by_field_name("operator")
        sign = self.text(operator) if operator is not None else ""
        if sign in ("||", "??", "&&"):
            return choice([side for side in (left, right) if side != UNKNOWN])
        found = [operate(sign, a, b) for a in options(left) for b in options(right)]
        return choice([value for value in found if value != UNKNOWN])

    def _of_ternary_expression(self, node: Node) -> Value:
        return choice([self.value(node.child_by_field_name(side)) for side in ("consequence", "alternative")])

    def _of_array(self, node: Node) -> Value:
        children = [child for child in node.named_children if child.type != "comment"]
        return Items(self.line(node), items=tuple(self.value(child) for child in children))

    def _of_object(self, node: Node) -> Value:
        pairs: dict[str, Value] = {}
        for child in node.named_children:
            if child.type == "pair":
                key = child.child_by_field_name("key")
                if key is not None:
                    label = self._string(key) if key.type == "string" else self.text(key)
                    pairs[label] = self.value(child.child_by_field_name("value"))
            elif child.type == "shorthand_property_identifier":
                pairs[self.text(child)] = self.value(child)
            elif child.type == "spread_element" and child.named_children:
                inner = self.value(child.named_children[0])
                pairs.update(inner.pairs if isinstance(inner, Table) else {})
        return Table(self.line(node), pairs=pairs)

    def _of_enum_declaration(self, node: Node) -> Value:
        body, pairs = node.child_by_field_name("body"), {}
        for member in body.named_children if body is not None else []:
            name, value = member.child_by_field_name("name"), member.child_by_field_name("value")
            if name is not None and value is not None:
                pairs[self.text(name)] = self.value(value)
        return Table(self.line(node), pairs=pairs)

    def _of_subscript_expression(self, node: Node) -> Value:
        owner, index = self.value(node.child_by_field_name("object")), node.child_by_field_name("index")
        key = self.value(index)
        found: list[Value] = []
        for option in options(owner):
            if isinstance(option, Table):
                keys = [k.text if isinstance(k, Text) else None for k in options(key)]
                wanted = list(option.pairs) if None in keys else [k for k in keys if k in option.pairs]
                found.extend(option.pairs[k] for k in wanted if k is not None)
            elif isinstance(option, Items):
                numbers = [n.number if isinstance(n, Number) else None for n in options(key)]
                found.extend(i for at, i in enumerate(option.items) if None in numbers or at in numbers)
            elif isinstance(option, Name) and isinstance(key, Text) and index is not None:
                found.append(Name(self.line(index), "literal", f"{option.name}.{key.text}", index.start_byte))
        return choice(found)

    # Uses -------------------------------------------------------------------------------------

    def use(self, token: Node) -> Node | None:
        """Return the call, construction or bare name that a word decides; None in imports, types and checks."""
        node = token
        parent = node.parent
        if token.type == "property_identifier" and parent is not None and parent.type == "member_expression":
            node, parent = parent, parent.parent
        elif token.type not in ("identifier", "shorthand_property_identifier"):
            return None
        if parent is None or parent.type in _DECLARING or self._is_target(node, parent):
            return None
        while parent.parent is not None and (
            parent.type in _WRAPPING or (parent.type == "sequence_expression" and parent.named_children[-1] == node)
        ):
            node, parent = parent, parent.parent
        if parent.type == "call_expression" and parent.child_by_field_name("function") == node:
            return parent
        if parent.type == "new_expression" and parent.child_by_field_name("constructor") == node:
            return parent
        return node if self._is_reference(node, parent) else None

    def _is_target(self, node: Node, parent: Node) -> bool:
        if parent.type == "variable_declarator":
            return parent.child_by_field_name("name") == node
        if parent.type in ("assignment_expression", "assignment_pattern", "for_in_statement"):
            return parent.child_by_field_name("left") == node
        return False

    def _is_reference(self, node: Node, parent: Node) -> bool:
        if parent.type == "member_expression":
            return False
        if parent.type == "binary_expression":
            operator = parent.child_by_field_name("operator")
            return operator is None or self.text(operator) not in _COMPARISONS
        return not (parent.type == "switch_case" and parent.child_by_field_name("value") == node)

    def callers(self, function: Node) -> Iterator[Node]:
        """Yield the calls of a function of this file by the name it is declared, assigned or defined under."""
        name = function.child_by_field_name("name")
        if name is None and function.parent is not None and function.parent.type == "variable_declarator":
            name = function.parent.child_by_field_name("name")
        if name is None:
            return
        word = self.text(name)
        owner = self.enclosing_class(function.start_byte)
        if word == "constructor" and owner is not None:
            label = self.classes[owner].child_by_field_name("name")
            word = self.text(label) if label is not None else word
        for token in self.words(word.encode()):
            used = self.use(token)
            if used is not None and used.type in ("call_expression", "new_expression"):
                yield used

    def arguments_at(self, caller: Node, parameter: Binding) -> Node | None:
        """Return the argument a call passes for a parameter."""
        arguments = caller.child_by_field_name("arguments")
        passed = [c for c in arguments.named_children if c.type != "comment"] if arguments is not None else []
        return passed[parameter.index] if parameter.index < len(passed) else None


_DECLARING = frozenset(
    {
        "import_specifier",
        "import_clause",
        "namespace_import",
        "export_specifier",
        "function_declaration",
        "class_declaration",
        "class_heritage",
        "method_definition",
        "formal_parameters",
        "required_parameter",
        "optional_parameter",
        "object_pattern",
        "pair_pattern",
    }
)


class TypeScriptUnit(JavaScriptUnit):
    """One TypeScript file."""

    query = _QUERY + _TS_FIELDS

    def grammar(self) -> Language:
        """Return the TypeScript grammar."""
        return grammars.load("typescript")


class TsxUnit(TypeScriptUnit):
    """One TypeScript file with JSX in it."""

    def grammar(self) -> Language:
        """Return the TSX grammar."""
        return grammars.load("tsx")


def _unescape(match: re.Match[str]) -> str:
    text = match[0]
    if text[1] in "xu" and len(text) > 2:
        return chr(min(int(text[2:].strip("{}"), 16), 0x10FFFF))
    return {"n": "\n", "t": "\t", "r": "\r", "\n": ""}.get(text[1], text[1])


def _wants(file: SourceFile) -> bool:
    return file.language in ("javascript", "typescript") and engine.anchored(file, engine.anchors("javascript"))


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    unit: type[JavaScriptUnit] = JavaScriptUnit
    if file.language == "typescript":
        unit = TsxUnit if file.name.endswith(".tsx") else TypeScriptUnit
    return engine.detect(file, "javascript", unit)


DETECTOR = Detector("javascript", lambda: engine.anchors("javascript"), _wants, _detect)
