"""Settings of libraries in Python: what gives a value to a name that the catalog knows is a call of that name.

``context.minimum_version = …``, ``PASSWORD_HASHERS = […]``, ``app.config["NAME"] = …``, ``{"NAME": …}``,
``configure(NAME=…)``, ``options.setdefault("NAME", …)``.
"""

from __future__ import annotations

from tree_sitter import Node

from pqc_migrate.detectors.calls.values import UNKNOWN, Call, Name, Value, choice, options
from pqc_migrate.detectors.source.python_types import PythonTypes
from pqc_migrate.detectors.source.unit import LOCAL


class PythonSettings(PythonTypes):
    """The settings that one Python file makes."""

    def is_setting(self, name: str) -> bool:
        """Whether the catalog has a setting of this name."""
        return "." not in name and self.knows(name)

    def setting_key(self, left: Node) -> Node | None:
        """Return the name that an assignment sets, when it can be a setting of a library."""
        if left.type == "identifier":
            return left
        written = left.child_by_field_name("subscript") if left.type == "subscript" else None
        inner = [c for c in written.named_children if c.type == "string_content"] if written is not None else []
        return inner[0] if len(inner) == 1 else None

    def sets_default(self, arguments: Node) -> bool:
        """Whether arguments are those of ``setdefault(name, value)``."""
        function = arguments.parent.child_by_field_name("function") if arguments.parent is not None else None
        named = function is not None and self.text(function).endswith(".setdefault")
        return named and len(arguments.named_children) == 2

    def _of_assignment(self, node: Node) -> Value:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return UNKNOWN
        if left.type != "attribute":
            return self._set(self.setting_key(left), right, node)
        target, attribute = left.child_by_field_name("object"), left.child_by_field_name("attribute")
        if target is None or attribute is None:
            return UNKNOWN
        given = (self.value(right),)
        return choice([self._set_on(owner, attribute, given, node) for owner in options(self.value(target))])

    _of_augmented_assignment = _of_assignment

    def _of_keyword_argument(self, node: Node) -> Value:
        return self._set(node.child_by_field_name("name"), node.child_by_field_name("value"), node)

    def _of_pair(self, node: Node) -> Value:
        return self._set(self._content(node.child_by_field_name("key")), node.child_by_field_name("value"), node)

    def _of_argument_list(self, node: Node) -> Value:
        key, value = node.named_children[:2]
        return self._set(self._content(key), value, node)

    def _content(self, string: Node | None) -> Node | None:
        return next((c for c in string.named_children if c.type == "string_content"), None) if string else None

    def _set(self, key: Node | None, value: Node | None, node: Node) -> Value:
        if key is None or value is None:
            return UNKNOWN
        span = (key.start_byte, node.start_byte, node.end_byte)
        return Call(self.line(key), "object", self.text(key), (self.value(value),), {}, None, *span)

    def _set_on(self, owner: Value, attribute: Node, given: tuple[Value, ...], node: Node) -> Value:
        """Return an assignment to an attribute as a call of the object's, by the name of the attribute."""
        if not isinstance(owner, Name | Call) or owner.name.startswith((LOCAL, "*.")):
            return UNKNOWN
        receiver = owner if isinstance(owner, Call) else None
        name = f"{self.type_of(owner) if receiver is not None else owner.name}.{self.text(attribute)}"
        span = (attribute.start_byte, node.start_byte, node.end_byte)
        return Call(self.line(attribute), "object", name, given, {}, receiver, *span)
