"""Perl source: which words are uses, and what calls pass to the subs of the file."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Language, Node

from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.calls.values import Name, Text, options
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import engine
from pqc_migrate.detectors.source.perl_calls import PerlCalls
from pqc_migrate.detectors.source.unit import Binding
from pqc_migrate.model.target import SourceFile

_CALLS = frozenset(
    {
        "function_call_expression", "ambiguous_function_call_expression", "method_call_expression",
        "func1op_call_expression",
    }
)  # fmt: skip
_NO_REFERENCE = frozenset(
    {
        "use_statement", "require_expression", "package_statement", "subroutine_declaration_statement",
        "equality_expression", "relational_expression", "unary_expression", "method_call_expression",
        "hash_element_expression", "expression_statement",
    }
)  # fmt: skip


class PerlUnit(PerlCalls):
    """One Perl file."""

    alias_nodes = frozenset({"bareword"})

    def grammar(self) -> Language:
        """Return the Perl grammar."""
        return grammars.load("perl")

    def begins(self, token: Node, offset: int) -> bool:
        """Whether a word is the last part of a token: of a name with its package, the sub is what is called."""
        return token.start_byte == offset or (
            token.type in ("function", "bareword", "method", "varname")
            and self.data[offset - 2 : offset] == b"::"
            and b"::" not in self.data[offset : token.end_byte].removesuffix(b"::")
        )

    # Uses -------------------------------------------------------------------------------------

    def use(self, token: Node) -> Node | None:
        """Return the call or bare name that a word decides; None where it is only defined, checked or imported."""
        if not token.is_named and token.parent is not None:  # a word that the grammar knows, like crypt
            token = token.parent
        parent = token.parent
        if parent is None:
            return None
        if token.type == "method" and parent.type == "method_call_expression":
            return parent
        if token.type == "function" and parent.type in _CALLS:
            return None if self._discarded(parent) and self._is_foreign_import(token) else parent
        if parent.type == "func1op_call_expression" and parent.child_by_field_name("function") == token:
            return parent
        if token.type == "varname" and parent.type == "function":  # \&name, &name(…)
            outer = parent.parent
            named = outer if outer is not None and outer.type in _CALLS else parent
            return None if self._is_asked_for(named) else named
        if token.type == "bareword":
            return token if parent.type not in _NO_REFERENCE else None
        return None

    def _is_asked_for(self, named: Node) -> bool:
        """Whether a sub is only asked for: ``defined &name``, ``exists &name``."""
        around = named.parent
        function = around.child_by_field_name("function") if around is not None else None
        asks = function is not None and self.text(function) in ("defined", "exists")
        return asks and named.child_by_field_name("arguments") is None

    def _is_foreign_import(self, token: Node) -> bool:
        """Whether a word is a sub that another file of the project exports."""
        name = f"{self.package_at(token.start_byte)}.{self.text(token)}()"
        return any(b.kind == "import" and not self.knows(b.name) for b in self.bindings.get((0, name), []))

    def callers(self, function: Node) -> Iterator[Node]:
        """Yield the calls that reach a sub of this file."""
        label = function.child_by_field_name("name")
        if label is None:
            return
        name, package = self.text(label).rsplit("::", 1)[-1], self.package_at(function.start_byte)
        for token in self.words(name.encode()):
            used = self.use(token)
            if (
                used is None
                or used.type not in _CALLS
                or function.start_byte <= used.start_byte < function.end_byte
            ):
                continue
            if self._reaches(used, name, package):
                yield used

    def _reaches(self, call: Node, name: str, package: str) -> bool:
        """Whether a call is one of a package's own sub."""
        owner = call.child_by_field_name("invocant")
        if owner is None:
            return self.package_at(call.start_byte) == package
        for option in options(self._invocant(owner)):
            made = self.owner_of(option)
            if isinstance(option, Text):
                option = Name(name=self.class_named(option.text))
            known = made[1] if made is not None else option.name if isinstance(option, Name) else ""
            if known and self.is_local(known) and package in self.lineage(known):
                return True
        return False

    def arguments_at(self, caller: Node, parameter: Binding) -> Node | None:
        """Return the argument a call passes for a parameter; a method's first one is its object."""
        index = parameter.index
        passed = self.passed(caller)
        if caller.type == "method_call_expression":
            return caller.child_by_field_name("invocant") if index == 0 else self._at(passed, index - 1)
        return self._at(passed, index)

    def _at(self, passed: list[Node], index: int) -> Node | None:
        several = any(node.type in ("array", "hash", "quoted_word_list") for node in passed[: index + 1])
        return passed[index] if index < len(passed) and not several else None


def _wants(file: SourceFile) -> bool:
    return file.language == "perl" and engine.anchored(file, engine.anchors("perl"))


def _detect(file: SourceFile) -> Iterator[Claim]:
    return engine.detect(file, "perl", PerlUnit)


DETECTOR = Detector("perl", lambda: engine.anchors("perl"), _wants, _detect)
