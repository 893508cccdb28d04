"""JavaScript and TypeScript source: what a file takes from other modules and what it exports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import Value
from pqc_migrate.detectors.source.unit import Binding, Unit

DECLARED = frozenset({"function_declaration", "generator_function_declaration"})
FUNCTIONS = frozenset(
    {
        "arrow_function",
        "function_expression",
        "function_declaration",
        "generator_function",
        "generator_function_declaration",
        "method_definition",
    }
)
WRAPPING = frozenset(
    {
        "parenthesized_expression",
        "await_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
        "type_assertion",
    }
)
_WORDS = frozenset({"identifier", "shorthand_property_identifier"})
_LOADERS = frozenset({"require", "import", "__non_webpack_require__", "process.getBuiltinModule"})
_PASSING = re.compile(
    r"(?:.*\.)?(?:__importDefault|__importStar|__toESM|_?_interop\w*|promisify|pify|PassportStrategy)(?:\._)?"
)
"""Functions that hand out the module, function or class they are given: compilers' glue, promisify, mixins."""
_ESCAPE = re.compile(r"\\(?:u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\s\S])")
_MOST_HANDED_ON = 16
_SUFFIXES = (".ts", ".js", ".tsx", ".jsx", ".mjs", ".cjs", "/index.ts", "/index.js")


class JavaScriptModules(Unit):
    """The imports and exports of one JavaScript file."""

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self._handed_on: list[str] = []
        """Modules whose exports this file exports, too (``export * from "./other"``)."""
        super().__init__(data, type_of, knows)

    def declared_in(self, scope: int, name: str) -> list[Binding]:
        """Return what binds a name; what the file does not export itself may be in a module it hands on."""
        found = super().declared_in(scope, name)
        if found or scope or not name.startswith("exports.") or name.startswith("exports.default"):
            return found
        member = name.removeprefix("exports.")
        return [Binding(0, None, "import", f"{module}.{member}") for module in self._handed_on[:_MOST_HANDED_ON]]

    def _bind_import(self, node: Node) -> None:
        source = node.child_by_field_name("source")
        for clause in node.named_children:
            if clause.type == "import_require_clause":  # import x = require("y")
                source = clause.child_by_field_name("source")
            if source is None or clause == source:
                continue
            module = module_name(self.string(source))
            for part in [clause, *clause.named_children]:
                self._import_part(part, module, node)

    def _import_part(self, part: Node, module: str, node: Node) -> None:
        if part.type == "identifier":
            required = part.parent is not None and part.parent.type == "import_require_clause"
            self._import(self.text(part), module if required else _default(module), node)
        elif part.type == "namespace_import":
            self._import(self.text(part.named_children[-1]), module, node)
        elif part.type == "named_imports":
            for specifier in part.named_children:
                name, alias = specifier.child_by_field_name("name"), specifier.child_by_field_name("alias")
                if name is not None:
                    self._import(self.text(alias or name), self._exported(module, name), node)

    def _import(self, local: str, name: str, node: Node, scope: int = 0) -> None:
        self.add(scope, local, Binding(node.end_byte, None, "import", name))

    def _exported(self, module: str, name: Node) -> str:
        return _default(module) if self.text(name) == "default" else f"{module}.{self.text(name)}"

    def _bind_export(self, node: Node) -> None:
        source, value = node.child_by_field_name("source"), node.child_by_field_name("value")
        if value is not None:
            self.export("default", value, node)
        declared = node.child_by_field_name("declaration")
        if declared is not None and any(child.type == "default" for child in node.children):
            self._export_declared(declared)
        if source is not None and any(child.type == "*" for child in node.children):
            self._handed_on.append(module_name(self.string(source)))
        for clause in node.named_children:
            if clause.type == "namespace_export" and source is not None:
                self._import(self.text(clause.named_children[-1]), module_name(self.string(source)), node)
            for specifier in clause.named_children if clause.type == "export_clause" else []:
                name = specifier.child_by_field_name("name")
                alias = specifier.child_by_field_name("alias") or name
                if name is None or alias is None:
                    continue
                if source is not None:
                    self._import(self.text(alias), self._exported(module_name(self.string(source)), name), node)
                else:
                    self.export(self.text(alias), name, node)

    def _export_declared(self, node: Node) -> None:
        """Bind a function or class that a file declares as its default export."""
        name = node.child_by_field_name("name")
        kind = "function" if node.type in FUNCTIONS else "class"
        bound = self.bindings.get((0, self.text(name)), []) if name is not None else []
        for binding in bound or [Binding(node.start_byte, node, kind)]:
            self.add(0, "exports.default", binding)

    def export(self, name: str, value: Node, node: Node) -> None:
        """Bind what a file exports under a name, and the members of an object it exports as a whole."""
        named = self.bindings.get((0, self.text(value))) if value.type in _WORDS else None
        for binding in named or ():  # what is exported by its name is what that name is bound to
            self.add(0, f"exports.{name}", binding)
        if named is None:
            kind = "function" if value.type in FUNCTIONS else "value"
            offset = value.start_byte if kind == "function" else node.end_byte
            self.add(0, f"exports.{name}", Binding(offset, value, kind))
        for member, held in self.pairs(value) if name == "default" and value.type == "object" else []:
            self.add(0, f"exports.default.{member}", Binding(node.end_byte, held, "value"))

    def pairs(self, table: Node) -> Iterator[tuple[str, Node]]:
        """Yield (name, value) of the members of an object literal; a method is its own value."""
        for child in table.named_children:
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            if child.type == "pair" and key is not None and value is not None:
                yield self.key(key), value
            elif child.type == "shorthand_property_identifier":
                yield self.text(child), child
            elif child.type == "method_definition" and child.child_by_field_name("name") is not None:
                yield self.text(child.child_by_field_name("name") or child), child

    def locations(self, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the files beside this one that may export a name (``../config.default.ALGORITHM``)."""
        folder, slash, last = name.rpartition("/")
        if not name.startswith("."):
            return
        words = last.split(".")
        for count in range(1, min(len(words), 3)):
            file, members = ".".join(words[:-count]), ".".join(words[-count:])
            stem, written = re.sub(r"\.[cm]?[jt]sx?$", "", file), re.search(r"\.[cm]?[jt]sx?$", file)
            # TypeScript imports "./config.js" from config.ts.
            suffixes = (written[0], ".ts", ".tsx") if written is not None else _SUFFIXES
            for suffix in dict.fromkeys(suffixes if stem else ()):
                path = f"{folder}{slash}{stem}{suffix}"
                yield path, (f"exports.{members}",)
                yield path, (f"exports.{members.removeprefix('default.')}",)
                yield path, (members.removeprefix("default."),)
                if count == 1:  # a method of the class that is the whole module
                    yield path, ("exports.module", members)
                if count == 2:  # a method of a class
                    yield path, (words[-2], words[-1])
                    yield path, (f"exports.{words[-2]}", words[-1])

    # Syntax that names something --------------------------------------------------------------

    def required(self, node: Node) -> str:
        """Return the module of ``require("…")`` or ``await import("…")``, else an empty string."""
        while node.type in WRAPPING and node.named_children:
            node = node.named_children[0]
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if node.type != "call_expression" or function is None or arguments is None:
            return ""
        named = [child for child in arguments.named_children if child.type != "comment"]
        if self.text(function) in _LOADERS and named and named[0].type == "string":
            return module_name(self.string(named[0]))
        return ""

    def passed_through(self, node: Node) -> Node | None:
        """Return the module or function that a call only hands on (``promisify(crypto.scrypt)``, ``f.bind(o)``)."""
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if node.type != "call_expression" or function is None or arguments is None:
            return None
        if function.type == "member_expression" and self.member_name(function) == "bind":
            return function.child_by_field_name("object")
        passed = [child for child in arguments.named_children if child.type != "comment"]
        short = function.end_byte - function.start_byte < 80
        return passed[0] if short and passed and _PASSING.fullmatch(self.text(function)) else None

    def member_name(self, node: Node) -> str:
        """Return the name of the member that ``a.b`` or ``a["b"]`` takes; empty when it is computed."""
        name, index = node.child_by_field_name("property"), node.child_by_field_name("index")
        if name is not None:
            return self.text(name)
        return self.string(index) if index is not None and index.type == "string" else ""

    def string(self, node: Node) -> str:
        """Return the content of a string literal."""
        return unescaped(self.text(node)[1:-1])

    def key(self, node: Node) -> str:
        """Return the name a key of an object literal or pattern spells; a computed one by its source."""
        return self.string(node) if node.type == "string" else self.text(node)


def module_name(specifier: str) -> str:
    """Return the name of a package's module without its file suffix (``@noble/hashes/sha2.js``)."""
    depth = 2 if specifier.startswith("@") else 1
    inside = specifier.count("/") >= depth and not specifier.startswith(".")
    return re.sub(r"\.[cm]?js$", "", specifier) if inside else specifier


def unescaped(text: str) -> str:
    """Return a string literal's content with its escapes read."""
    return _ESCAPE.sub(_unescape, text) if "\\" in text else text


def _unescape(match: re.Match[str]) -> str:
    text = match[0]
    if text[1] in "xu" and len(text) > 2:
        return chr(min(int(text[2:].strip("{}"), 16), 0x10FFFF))
    return {"n": "\n", "t": "\t", "r": "\r", "\n": ""}.get(text[1], text[1])


def _default(module: str) -> str:
    """Return the name of a module's default export; a package's is the package."""
    return f"{module}.default" if module.startswith(".") else module
