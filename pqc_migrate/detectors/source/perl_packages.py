"""Packages of one Perl file: what they import, extend and declare as constants, and the lists this is written in.

Names of Perl are written with dots (``Digest.SHA.sha256_hex``). What a package holds is bound at the top under
its full name: ``Package.name()`` a sub or constant, ``Package.$name`` a variable, ``Package.name`` a field.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import Items, Value
from pqc_migrate.detectors.source.blocks import BlockUnit
from pqc_migrate.detectors.source.unit import Binding

LISTS = frozenset({"list_expression", "parenthesized_expression"})
_CLASS = re.compile(r"[A-Za-z_]\w*(?:(?:::|')\w+)*")
_MOST_BASES = 8
_HIGHEST_FOLDER = 5


class PerlPackages(BlockUnit):
    """The packages of one Perl file."""

    def __init__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> None:
        self._packages: list[tuple[int, int, str]] = []
        """(first byte, end, name) of each package, in order; an inner one comes after the outer."""
        self.parents: dict[str, list[str]] = {}
        """The base classes of each package of the file."""
        super().__init__(data, type_of, knows)

    # Packages and imports ---------------------------------------------------------------------

    def _bind_package(self, node: Node) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            inner = any(child.type == "block" for child in node.named_children)
            end = node.end_byte if inner else len(self.data) + 1
            self._packages.append((node.start_byte, end, self.dotted(self.text(name))))

    def package_at(self, offset: int) -> str:
        """Return the package that an offset lies in, ``main`` where none is named."""
        last = bisect_right(self._packages, offset, key=lambda package: package[0])
        return next((name for _, end, name in reversed(self._packages[:last]) if offset < end), "main")

    def dotted(self, name: str) -> str:
        """Return a package's or sub's name with dots."""
        return name.removesuffix("::").removeprefix("::").replace("::", ".").replace("'", ".")

    def is_local(self, package: str) -> bool:
        """Whether a package is one of this file."""
        return any(name == package for _, _, name in self._packages)

    def _bind_use(self, node: Node) -> None:
        module = node.child_by_field_name("module")
        if module is None:
            return
        name, package = self.dotted(self.text(module)), self.package_at(node.start_byte)
        given = [child for child in node.named_children if child != module and child.type != "comment"]
        if name == "constant":
            self._bind_constants(given, package)
        elif name in ("parent", "base"):
            self.parents.setdefault(package, []).extend(self.dotted(word) for word in self._words_of(given))
        elif not any(child.type == "stub_expression" for child in given):
            self._bind_import(name, self._words_of(given), package, node)

    def _bind_import(self, module: str, words: list[str], package: str, node: Node) -> None:
        tags = [word for word in words if word.startswith((":", "-", "/"))]
        if not words or tags:  # what it exports by itself, or a whole group of names
            self.stars.append(module)
        for word in words:
            if word not in tags and word.lstrip("&").isidentifier():
                word = word.lstrip("&")
                binding = Binding(node.start_byte, None, "import", f"{module}.{word}")
                self.add(0, f"{package}.{word}()", binding)
                self.add(0, word, binding)  # where the engine looks for aliases

    def _words_of(self, nodes: list[Node]) -> list[str]:
        """Return the strings that a list of literals holds, before anything has a value."""
        found: list[str] = []
        for element in (e for node in nodes for e in self.elements(node)):
            content = element.child_by_field_name("content")
            if element.type == "quoted_word_list" and content is not None:
                found += self.text(content).split()
            elif (text := self.literal(element)) is not None:
                found.append(text)
        return found

    def _bind_constants(self, given: list[Node], package: str) -> None:
        """Bind ``use constant NAME => value`` and ``use constant { NAME => value, … }``."""
        for node in given:
            several = node.type == "anonymous_hash_expression"
            parts = self.elements(node.named_children[0] if several and node.named_children else node)
            pairs = [parts[at : at + 2] for at in range(0, len(parts) - 1, 2)] if several else [parts[:2]]
            for pair in pairs:
                if len(pair) == 2 and pair[0].type in ("autoquoted_bareword", "string_literal", "bareword"):
                    word = self.text(pair[0]).strip("'\"")
                    self.add(0, f"{package}.{word}()", Binding(pair[1].end_byte, pair[1], "value"))

    # Classes ----------------------------------------------------------------------------------

    def lineage(self, package: str) -> list[str]:
        """Return a package with its base classes, those of this file followed on; itself first."""
        found = [package]
        for current in found:
            for base in self.parents.get(current, []):
                if base not in found and len(found) < _MOST_BASES:
                    found.append(base)
        return found

    def inherited(self, package: str, name: str) -> list[Binding]:
        """Return what binds a sub, constant or field of a package of this file or of its bases here."""
        return next(
            (found for kin in self.lineage(package) if (found := self.bindings.get((0, f"{kin}.{name}")))), []
        )

    def class_named(self, text: str) -> str:
        """Return the package that a string names, dotted; empty when it cannot be one."""
        return self.dotted(text) if _CLASS.fullmatch(text.removesuffix("::")) else ""

    def locations(self, name: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the files that may define a package: ``A::B`` is A/B.pm, often below lib."""
        package, _, member = name.rpartition(".")
        if not package:
            return
        path = package.replace(".", "/")
        for up in range(_HIGHEST_FOLDER):
            for folder in ("", "lib/"):
                yield f"{'../' * up}{folder}{path}.pm", (f"{package}.{member}",)

    def declared_in(self, scope: int, name: str) -> list[Binding]:
        """Return what binds a sub, constant or variable of one of the file's packages."""
        return self.bindings.get((0, f"{name}()")) or self.bindings.get((scope, name), [])

    # Lists ------------------------------------------------------------------------------------

    def elements(self, node: Node) -> list[Node]:
        """Return the expressions of a list, through its parentheses."""
        if node.type not in LISTS:
            return [node]
        return [e for child in node.named_children if child.type != "comment" for e in self.elements(child)]

    def members(self, node: Node) -> list[tuple[str, Node]]:
        """Return (key, expression) of a hash written with constant keys; an empty key for any other."""
        inner = node.named_children[0] if node.type == "anonymous_hash_expression" and node.named_children else node
        parts = self.elements(inner)
        if inner == node and node.type not in LISTS:
            return []
        return [(self.literal(key) or "", value) for key, value in zip(parts[::2], parts[1::2], strict=False)]

    def literal(self, node: Node) -> str | None:
        """Return the text of a word or plain string."""
        if node.type == "autoquoted_bareword":
            return self.text(node)
        content = node.child_by_field_name("content") if node.type.endswith("string_literal") else None
        return self.text(content) if content is not None and not content.named_children else None

    def flat(self, node: Node) -> list[Value]:
        """Return what a list holds, with the lists in it taken apart."""
        found: list[Value] = []
        for element in self.elements(node):
            value = self.value(element)
            found.extend(value.items if isinstance(value, Items) and self.is_list(element) else [value])
        return found

    def is_list(self, node: Node) -> bool:
        """Whether an expression stands for several values in a list."""
        return node.type in ("quoted_word_list", "array", *LISTS)

    def passed(self, call: Node) -> list[Node]:
        """Return the expressions that a call passes, in their order."""
        listed = call.child_by_field_name("arguments")
        return self.elements(listed) if listed is not None else []
