"""Key files that a script makes and signs with: ``genrsa -out ca.key``, then ``req -x509 -key ca.key -sha256``.

A file is known by how its name is written: what its variables hold does not matter, as long as it is the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from tree_sitter import Node

from pqc_migrate.catalog.commands import Command
from pqc_migrate.detectors.calls.values import UNKNOWN, Call, Text, Value, choice, options
from pqc_migrate.detectors.source.unit import Binding, Unit

SIGNED = "signs"
"""Last part of the name of a call that signs with a key whose kind is known; its option of that name is the key."""
_KIND = ("algorithm", "newkey")
"""Options that say which kind of key is made; a subcommand without them is for one kind."""
_PADDING = "rsa_padding_mode"
_NAME = re.compile(r"[\"'{}]")
_MOST_STEPS = 4


class KeyFiles:
    """The key files that one script makes, by their names as they are written."""

    def __init__(self, unit: Unit, reaching: Callable[[list[Binding], int], list[Binding]]) -> None:
        self._unit = unit
        self._reaching = reaching
        self._made: dict[str, dict[str, list[Binding]]] = {}

    def signed(self, command: Command, call: Call, arguments: Sequence[Node]) -> Call:
        """Return a call that signs with the key that it signs with, where this script makes it."""
        wanted = command.signs.get(call.name.partition(".")[2])
        if wanted is None or dict.get(dict(call.named), _PADDING) is not None:
            return call
        own = call.name.partition(".")[2] in command.makes
        key = _only_key(call) if own else self._key(command, arguments, wanted, call.offset, _MOST_STEPS)
        if not any(_is_of_known_kind(option) for option in options(key)):
            return call
        return replace(call, name=f"{call.name}.{SIGNED}", named={**call.named, SIGNED: key})

    def _key(
        self, command: Command, arguments: Sequence[Node], wanted: Sequence[str], offset: int, steps: int
    ) -> Value:
        """Return what made the file that one of some options names."""
        names = (self._named(arguments, option) for option in wanted)
        name = next((name for name in names if name), "")
        found: list[Value] = []
        before = [b for b in self._files(command).get(name, ()) if b.offset < offset]
        for maker in self._reaching(before, offset) if name and steps else ():
            name = f"{command.name}.{maker.name}"
            made = [option for option in options(self._unit.value(maker.node)) if _is_call_of(option, name)]
            source = _arguments(maker.node) if made else ()
            copied = self._key(command, source, ("in",), maker.offset, steps - 1)
            found += [copied] if copied != UNKNOWN else made
        return choice(found)

    def _files(self, command: Command) -> Mapping[str, list[Binding]]:
        """Return the commands that write a key to a file, by the file's name."""
        if command.name not in self._made:
            found: dict[str, list[Binding]] = {}
            self._made[command.name] = found
            for path, option in command.makes.items():
                for token in self._unit.words(path.partition(".")[0].encode()):
                    node = self._unit.use(token)
                    name = self._written(node, option) if node is not None else ""
                    if node is not None and name:
                        found.setdefault(name, []).append(Binding(node.start_byte, node, "value", path))
            for bindings in found.values():
                bindings.sort(key=lambda binding: binding.offset)
        return self._made[command.name]

    def _written(self, node: Node, option: str) -> str:
        """Return the name of the file that an option, or else the shell's ``>``, writes to."""
        name = self._named(_arguments(node), option)
        around = node.parent
        if name or around is None or around.type != "redirected_statement":
            return name
        targets = [c.child_by_field_name("destination") for c in around.children_by_field_name("redirect")]
        return next((self._spelled(target) for target in targets if target is not None), "")

    def _named(self, arguments: Sequence[Node], option: str) -> str:
        for at, argument in enumerate(arguments[:-1]):
            if self._unit.text(argument) == f"-{option}":
                return self._spelled(arguments[at + 1])
        return ""

    def _spelled(self, node: Node) -> str:
        return _NAME.sub("", self._unit.text(node)).removeprefix("./")


def _arguments(node: Node | None) -> list[Node]:
    return node.children_by_field_name("argument") if node is not None else []


def _is_call_of(value: Value, name: str) -> bool:
    return isinstance(value, Call) and value.name.removesuffix(f".{SIGNED}") == name


def _only_key(call: Call) -> Call:
    """Return what a command that makes its own key says of the key."""
    kept = {key: value for key, value in call.named.items() if key in ("newkey", "algorithm", "bits", "curve")}
    return replace(call, named=kept, offset=-1)


def _is_of_known_kind(value: Value) -> bool:
    if not isinstance(value, Call):
        return False
    said = [value.named[key] for key in _KIND if key in list(value.named)]
    return all(isinstance(option, Text) for one in said for option in options(one)) and (
        bool(said) or not value.name.endswith(("genpkey", "newkey", "pkey"))
    )
