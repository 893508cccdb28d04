"""Options of Python's command lines: ``args.digest`` is what ``add_argument("--digest", default=…)`` says.

The same for the parameters of a function with click's decorators. A value is the default or one of the choices.
"""

from __future__ import annotations

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import NOTHING, UNKNOWN, Call, Items, Value, as_default, choice, options
from pqc_migrate.detectors.source.python_settings import PythonSettings
from pqc_migrate.detectors.source.unit import Binding

_PARSED = frozenset({"parse_args", "parse_known_args"})
_DECLARED = frozenset({"option", "argument"})


class PythonOptions(PythonSettings):
    """The command line of one Python file."""

    def parsed_option(self, owner: Value, name: str) -> Value | None:
        """Return what an attribute of parsed arguments is; None for any other object."""
        if not isinstance(owner, Call) or owner.name.rsplit(".", 1)[-1] not in _PARSED:
            return None
        calls = [
            attribute.parent for token in self.words(b"add_argument") if (attribute := token.parent) is not None
        ]
        found = [self._option(call, name) for call in calls if call is not None and call.type == "call"]
        return choice([value for value in found if value != UNKNOWN])

    def parameter(self, binding: Binding) -> Value:
        """Return what a parameter may be, that of a function with click's options included."""
        found = super().parameter(binding)
        definition = binding.owner.parent if binding.owner is not None else None
        if definition is None or definition.type != "decorated_definition" or self.settled(found):
            return found
        name = self.parameter_name(binding)
        calls = [
            c.named_children[0] for c in definition.named_children if c.type == "decorator" and c.named_children
        ]
        given = [self._option(call, name) for call in calls if self._called(call) in _DECLARED]
        return choice([value for value in given if value != UNKNOWN] or [found])

    def parameter_name(self, binding: Binding) -> str:
        """Return the name of a parameter."""
        listed = binding.owner.child_by_field_name("parameters") if binding.owner is not None else None
        child = listed.named_children[binding.index] if listed is not None else None
        return self.text(child).split(":", 1)[0].split("=", 1)[0].strip() if child is not None else ""

    def _called(self, call: Node) -> str:
        function = call.child_by_field_name("function") if call.type == "call" else None
        return self.text(function).rsplit(".", 1)[-1] if function is not None else ""

    def _option(self, call: Node, name: str) -> Value:
        """Return the default and the choices of an option, when it is the one of that name."""
        arguments = call.child_by_field_name("arguments")
        children = arguments.named_children if arguments is not None else []
        flags = [self.text(child).strip("\"'") for child in children if child.type == "string"]
        given = [child for child in children if child.type == "keyword_argument"]
        named = {
            self.text(k): c.child_by_field_name("value") for c in given if (k := c.child_by_field_name("name"))
        }
        stated = named.get("dest")
        names = [self.text(stated).strip("\"'")] if stated is not None else [_plain(flag) for flag in flags]
        if name not in names:
            return UNKNOWN
        default = as_default(self.value(named.get("default")))
        listed = [*self._choices(named.get("choices")), *self._choices_of_type(named.get("type"))]
        return choice(
            [value for value in (default, *listed) if value not in (UNKNOWN, NOTHING) and self.settled(value)]
        )

    def _choices(self, node: Node | None) -> list[Value]:
        return [
            as_default(o) for value in options(self.value(node)) if isinstance(value, Items) for o in value.items
        ]

    def _choices_of_type(self, node: Node | None) -> list[Value]:
        """Return the members of ``click.Choice([…])``."""
        arguments = node.child_by_field_name("arguments") if node is not None else None
        if node is None or arguments is None or self._called(node) != "Choice" or not arguments.named_children:
            return []
        return self._choices(arguments.named_children[0])


def _plain(flag: str) -> str:
    return flag.lstrip("-").replace("-", "_")
