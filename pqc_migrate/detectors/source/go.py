"""Go source: the uses in a file, and the detector."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

from pqc_migrate.catalog import algorithms
from pqc_migrate.detectors.calls.values import Value
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import engine, go_tables
from pqc_migrate.detectors.source.go_packages import Packages
from pqc_migrate.detectors.source.go_values import CONVERSIONS, GoValues
from pqc_migrate.detectors.source.unit import Binding
from pqc_migrate.model.inventory import Finding
from pqc_migrate.model.target import SourceFile


class GoUnit(GoValues):
    """One Go file."""

    # Uses -------------------------------------------------------------------------------------

    def use(self, token: Node) -> Node | None:
        """Return the call, literal or bare name that a word decides; None in imports, types and declarations."""
        parent = token.parent
        if parent is None:
            return None
        if token.type == "type_identifier":
            return self._literal_of(token, parent)
        node = token
        if token.type == "field_identifier":
            if parent.type != "selector_expression":
                return None
            node, parent = parent, parent.parent
        elif token.type != "identifier" or parent.type in _DECLARING or self._is_target(token, parent):
            return None
        if parent is None or (
            parent.type == "selector_expression" and parent.child_by_field_name("operand") == node
        ):
            return None
        if parent.type == "call_expression" and parent.child_by_field_name("function") == node:
            return parent
        if parent.type == "argument_list" and parent.parent is not None and self._converts(parent.parent):
            around = parent.parent.parent
            if around is not None and around.type in _COMPARING and self._compares(around):
                return None
        listed = parent.parent if parent.type == "expression_list" and parent.parent is not None else parent
        if listed.type == "assignment_statement" and listed.child_by_field_name("left") == parent:
            return listed
        if listed.type in _COMPARING and self._compares(listed):
            return None
        return None if parent.type == "literal_element" and go_tables.excludes(node, self.data) else node

    def _converts(self, call: Node) -> bool:
        """Whether a call only converts its argument (``string(jose.RS256)``)."""
        return self._is(call.child_by_field_name("function"), *CONVERSIONS)

    def _literal_of(self, token: Node, parent: Node) -> Node | None:
        kind = parent if parent.type == "qualified_type" else token
        literal = kind.parent
        return literal if literal is not None and literal.type == "composite_literal" else None

    def _is_target(self, token: Node, parent: Node) -> bool:
        if parent.type == "expression_list" and parent.parent is not None:
            return parent.parent.child_by_field_name("left") == parent
        return parent.type == "literal_element" and self._is_key(parent)

    def _is_key(self, element: Node) -> bool:
        return element.parent is not None and element.parent.child_by_field_name("key") == element

    def _compares(self, node: Node) -> bool:
        return self._is(node.child_by_field_name("operator"), *_COMPARISONS) or node.type == "expression_case"

    def callers(self, function: Node) -> Iterator[Node]:
        """Yield the calls of a function or method of this file by its name."""
        name = function.child_by_field_name("name")
        for token in self.words(self.text(name).encode()) if name is not None else ():
            used = self.use(token)
            if used is not None and used.type == "call_expression":
                yield used

    def arguments_at(self, caller: Node, parameter: Binding) -> Node | None:
        """Return the argument a call passes for a parameter."""
        arguments = caller.child_by_field_name("arguments")
        passed = [c for c in arguments.named_children if c.type != "comment"] if arguments is not None else []
        return passed[parameter.index] if parameter.index < len(passed) else None


_DECLARING = frozenset(
    {"const_spec", "var_spec", "function_declaration", "parameter_declaration", "import_spec", "field_declaration"}
)
_COMPARING = frozenset({"binary_expression", "expression_case"})
_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")


def _wants(file: SourceFile) -> bool:
    return file.language == "go" and engine.anchored(file, engine.anchors("go"))


@dataclass(frozen=True)
class _Make:
    """Makes the unit of a file, which looks into other files, and those of the others, which do not."""

    file: SourceFile = field(compare=False)

    def __call__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> GoUnit:
        unit = GoUnit(data, type_of, knows)
        if data is self.file.data:
            unit.packages = Packages(self.file)
        return unit

    def for_file(self, file: SourceFile) -> _Make:
        """Return what makes the unit of another file as one that looks into the files around it."""
        return _Make(file)


def _detect(file: SourceFile) -> Iterator[Claim]:
    found: set[tuple[int, str]] = set()
    for one in engine.detect(file, "go", _Make(file)):
        if isinstance(one, Finding):
            found.add((one.location.line, algorithms.name(one.asset)))
        yield one
    for other in go_tables.detect(file) if file.offers is None else ():
        if (other.location.line, algorithms.name(other.asset)) not in found:
            yield other


DETECTOR = Detector("go", lambda: engine.anchors("go"), _wants, _detect)
