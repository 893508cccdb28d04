"""PowerShell: cmdlets with their parameters, .NET classes, and the programs that a script runs.

What .NET's classes mean is the C# catalog's, what programs mean the shell's. Parameters may stand in a hashtable
(``@params``); a script that hands on parameters nobody has seen is not taken to leave them out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import islice

from tree_sitter import Node

from pqc_migrate.catalog import commands, libraries
from pqc_migrate.detectors.calls.values import (
    UNKNOWN,
    Call,
    Items,
    Name,
    Octets,
    Table,
    Text,
    Value,
    choice,
    options,
)
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import engine
from pqc_migrate.detectors.source.powershell_values import PowerShellValues
from pqc_migrate.detectors.source.shell_commands import Word, call_of
from pqc_migrate.detectors.source.unit import Binding
from pqc_migrate.model.target import SourceFile

_WORD = re.compile(rb"[A-Za-z_$][A-Za-z0-9_$]*")
_OPTION = re.compile(rb"-[A-Za-z0-9_.:=-]+")
_RANGE = re.compile(r"(\d{1,5})\.\.(\d{1,5})")
_PARAMETERS = re.compile(rb"\bparam\s*\(", re.IGNORECASE)
_ALIASES = {
    "iwr": "Invoke-WebRequest", "wget": "Invoke-WebRequest", "irm": "Invoke-RestMethod", "sp": "Set-ItemProperty",
}  # fmt: skip
_NO_REFERENCE = frozenset({"comparison_expression", "comparison_argument_expression", "switch_condition"})
_REMOVING = frozenset({"-band", "-bnot", "-bxor"})
_MOST_ELEMENTS = 200


class Parameters(dict[str, Value]):
    """The named arguments of a cmdlet: their case does not matter."""

    def __init__(self, given: Mapping[str, Value], open_: bool) -> None:
        super().__init__({name.lower(): value for name, value in given.items()})
        self.open = open_
        """Whether others may be given that were not read (``@PSBoundParameters``)."""

    def __contains__(self, key: object) -> bool:
        """Say whether a parameter is given, or may be."""
        return self.open or (isinstance(key, str) and super().__contains__(key.lower()))

    def __getitem__(self, key: str) -> Value:
        """Return a parameter's argument; nothing is known of one that was not seen."""
        return self.get(key.lower(), UNKNOWN)


class PowerShellUnit(PowerShellValues):
    """One PowerShell script."""

    # Commands ---------------------------------------------------------------------------------

    def _of_command(self, node: Node) -> Value:
        head = self._head(node)
        name = self._command_name(head) if head is not None else ""
        if head is None or not name:
            return UNKNOWN
        ends = _RANGE.fullmatch(name)
        if ends is not None:  # which the grammar takes for a command
            return self.numbers(int(ends[1]), int(ends[2]), node)
        if name.lower() == "new-object":
            return self._new_object(node, head)
        program = commands.commands().get(name.lower())
        if program is not None and f"{name.lower()}()" not in {n for _, n in self.bindings}:
            call = call_of(
                program,
                Word(Text(self.line(head)), head.start_byte),
                self._line_of_words(node, head),
                self.line(node),
            )
            return self._located(call) if call is not None else UNKNOWN
        if (0, f"{name.lower()}()") in self.bindings:
            return UNKNOWN
        named, args, open_ = self._arguments(node)
        start = head.start_byte + max(self.text(head).rfind("\\"), self.text(head).rfind("/")) + 1
        span = (start, node.start_byte, node.end_byte)
        return Call(
            self.line(head), "literal", self.canonical(name), tuple(args), Parameters(named, open_), None, *span
        )

    def _head(self, command: Node) -> Node | None:
        return next((c for c in command.named_children if c.type in ("command_name", "command_name_expr")), None)

    def _command_name(self, head: Node) -> str:
        """Return the name of what a command runs, without its folder; of a module's cmdlet without the module."""
        if head.type == "command_name":
            text = self.text(head)
        else:
            known = [o.text for o in options(self.value(head.named_children[0])) if isinstance(o, Text)]
            text = known[0] if head.named_children and len(known) == 1 else ""
        name = re.split(r"[\\/]", text.strip("'\""))[-1].removesuffix(".exe").removesuffix(".EXE")
        return _ALIASES.get(name.lower(), name)

    def _elements(self, command: Node) -> list[Node]:
        inner = next((child for child in command.named_children if child.type == "command_elements"), None)
        listed = inner.named_children if inner is not None else []
        kept = [node for node in listed if node.type not in ("redirection", "comment")][:_MOST_ELEMENTS]
        return [node for node in kept if not self._is_called_with(node)]

    def _is_called_with(self, node: Node) -> bool:
        """Whether these are arguments of a method in the element before, which the grammar keeps apart."""
        before = node.prev_named_sibling if node.type == "argument_list" else None
        adjacent = before is not None and before.end_byte == node.start_byte
        return adjacent and before is not None and self.bare(before).type == "member_access"

    def _arguments(self, command: Node) -> tuple[dict[str, Value], list[Value], bool]:
        """Return named and positional arguments, and whether there may be more that were not read."""
        named: dict[str, Value] = {}
        args: list[Value] = []
        waiting = ""
        open_ = False
        for node in self._elements(command):
            if node.type == "command_argument_sep":
                continue
            if node.type == "command_parameter":
                waiting = self.text(node).lstrip("-").rstrip(":")
                named[waiting] = Name(self.line(node), "literal", "true")
                continue
            bare = self.bare(node)
            if bare.type == "variable" and self.text(bare).startswith("@"):
                given, read = self._splatted(bare)
                named.update(given)
                open_ = open_ or not read
                continue
            value = self._passed(node)
            if waiting:
                named[waiting] = _octets(value) if waiting.lower() == "key" else value
                waiting = ""
            else:
                args.append(value)
        return named, args, open_

    def _passed(self, node: Node) -> Value:
        if node.type == "argument_list":  # New-Object Type(1024)
            return Items(self.line(node), items=self.listed(node))
        following, bare = node.next_named_sibling, self.bare(node)
        if bare.type == "member_access" and following is not None and following.start_byte == node.end_byte:
            return (
                self.invoked(bare, self.listed(following), node) if following.type == "argument_list" else UNKNOWN
            )
        if node.type == "generic_token":
            return Text(self.line(node), text=self.text(node).strip("'\""))
        return self.value(node)

    def _splatted(self, variable: Node) -> tuple[Mapping[str, Value], bool]:
        known = [option for option in options(self.variable(variable)) if isinstance(option, Table)]
        whole = len(known) == len(options(self.variable(variable)))
        pairs: dict[str, Value] = {}
        for table in known:
            for key, value in table.pairs.items():
                pairs[key] = choice([pairs[key], value]) if key in pairs else value
        return pairs, whole and bool(known)

    def _line_of_words(self, command: Node, head: Node) -> list[Word]:
        """Return the words that a program is given."""
        found: list[Word] = []
        for node in self._elements(command):
            if node.type == "command_argument_sep":
                continue
            if node.type == "command_parameter":
                # The grammar takes the digits of -sha256 for a redirection.
                whole = _OPTION.match(self.data, node.start_byte)
                text = whole[0].decode() if whole is not None else self.text(node)
                found.append(Word(Text(self.line(node), text=text), node.start_byte))
                continue
            value = self._passed(node)
            written = node.type == "generic_token" or self.bare(node).type in ("string_literal", "integer_literal")
            offset = node.start_byte + (self.text(node)[:1] in "'\"") if written else -1
            for item in value.items if isinstance(value, Items) else (value,):
                place = head.start_byte if isinstance(value, Items) else offset
                found.append(Word(_word(item), place, open=item == UNKNOWN))
        return found

    def _located(self, call: Call) -> Call:
        line = self.data.count(b"\n", 0, call.offset) + 1
        return Call(line, "literal", call.name, call.args, call.named, offset=call.offset)

    # Objects ----------------------------------------------------------------------------------

    def _new_object(self, command: Node, head: Node) -> Value:
        named, args, _ = self._arguments(command)
        given = Parameters(named, open_=False)
        kind = given["TypeName"] if "TypeName" in given else args[0] if args else UNKNOWN
        rest = given["ArgumentList"] if "ArgumentList" in given else args[1] if len(args) > 1 else None
        written = [o for o in options(kind) if isinstance(o, Text)]
        if len(written) != 1:
            return UNKNOWN
        text = written[0].text
        passed = rest.items if isinstance(rest, Items) else (rest,) if rest is not None else ()
        if "[" in text:  # New-Object byte[] 32
            return self.bytes_of(text, tuple(passed), command)
        return self.created(text, tuple(passed), self._type_place(command, text) or head, command)

    def _type_place(self, command: Node, text: str) -> Node | None:
        return next((n for n in self._elements(command) if self.text(n).strip("'\"").lower() == text.lower()), None)

    # Uses -------------------------------------------------------------------------------------

    def spelled(self, words: frozenset[bytes]) -> frozenset[bytes]:
        """Return the catalog's words as this script writes them."""
        wanted = {word.split(b"-")[0].lower() for word in words | commands.words()}
        wanted |= {alias.encode() for alias in _ALIASES}
        return frozenset(word for word in _WORD.findall(self.data) if word.lower() in wanted)

    def begins(self, token: Node, offset: int) -> bool:
        """Whether a word begins a token, or is the last part of a type's or a program's name in it."""
        if token.start_byte == offset:
            return True
        return token.start_byte < offset and self.data[offset - 1 : offset] in (b".", b"/", b"\\", b"'", b'"')

    def use(self, token: Node) -> Node | None:
        """Return the command, call, constant or set property that a word decides."""
        current: Node | None = token
        for _ in range(12):
            if current is None or current.type in ("command", "invokation_expression"):
                return current
            if current.type == "member_access":
                return self._accessed_use(token, current)
            if current.type in ("comment", "function_name", "hash_entry", "script_parameter", "attribute"):
                return None
            current = current.parent
        return None

    def _accessed_use(self, token: Node, access: Node) -> Node | None:
        """Return the property that a word sets, or the constant it is where that is not only compared."""
        place = access.named_children[-1]
        if not place.start_byte <= token.start_byte < place.end_byte:
            return None
        around: Node | None = access.parent
        for _ in range(24):
            if around is None or around.type == "command":
                break
            if around.type == "left_assignment_expression":
                return around.parent
            if around.type in _NO_REFERENCE and around.named_child_count > 1:
                return None
            if any(child.type in _REMOVING for child in around.children):
                return None
            around = around.parent
        return access

    def callers(self, function: Node) -> Iterator[Node]:
        """Yield the commands that call a function of this script."""
        name = next((child for child in function.named_children if child.type == "function_name"), None)
        word = self.text(name) if name is not None else ""
        for token in self.words(word.encode()) if word else ():
            parent = token.parent
            inside = function.start_byte <= token.start_byte < function.end_byte
            if token.type == "command_name" and parent is not None and not inside:
                yield parent

    def arguments_at(self, caller: Node, parameter: Binding) -> Node | None:
        """Return the argument a command passes for a parameter, by its name or its position."""
        listed = self.parameters(parameter.owner)
        if parameter.index >= len(listed):
            return None
        label = self._first(listed[parameter.index], "variable")
        wanted = self.variable_name(label)[1] if label is not None else ""
        elements = [node for node in self._elements(caller) if node.type != "command_argument_sep"]
        positional: list[Node] = []
        named: set[int] = set()
        for index, node in enumerate(elements):
            if node.type != "command_parameter":
                positional += [node] if index not in named else []
                continue
            follows = index + 1 < len(elements) and elements[index + 1].type != "command_parameter"
            if follows and self.text(node).lower() == f"-{wanted}":
                return elements[index + 1]
            named.add(index + 1)
        return positional[parameter.index] if not named and parameter.index < len(positional) else None


def _octets(value: Value) -> Value:
    """Return a list of numbers as the bytes that a key parameter makes of it."""
    return Octets(value.line, value.how, len(value.items)) if isinstance(value, Items) else value


def _word(value: Value) -> Value:
    number = getattr(value, "number", None)
    return Text(value.line, value.how, str(number)) if number is not None else value


@cache
def _anchors() -> tuple[bytes, ...]:
    """Return the literals of the libraries in lower case: PowerShell does not mind the case of names."""
    return tuple(sorted(anchor.lower() for anchor in libraries.anchors("powershell")))


def _detect(file: SourceFile) -> Iterator[Claim]:
    lowered = file.data.lower()
    if any(anchor in lowered for anchor in _anchors()):
        yield from engine.detect(replace(file, data=_divided(file.data)), "powershell", PowerShellUnit)


def _divided(data: bytes) -> bytes:
    """Return a script with a semicolon behind ``param(…)`` where the grammar wants one, at the same offsets."""
    found = bytearray(data)
    for match in islice(_PARAMETERS.finditer(data), _MOST_PARAMETER_LISTS):
        depth = 1
        for bracket in _BRACKET.finditer(data, match.end(), match.end() + _LONGEST_PARAMETERS):
            depth += 1 if bracket[0] == b"(" else -1
            if depth == 0:
                if _SAME_LINE.match(data, bracket.end()) is not None:
                    found[bracket.end()] = ord(";")
                break
    return bytes(found)


_BRACKET = re.compile(rb"[()]")
_MOST_PARAMETER_LISTS = 300
_LONGEST_PARAMETERS = 8_000
_SAME_LINE = re.compile(rb"[ \t]+[^\s;}#]")


DETECTOR = Detector("powershell", frozenset, lambda file: file.language == "powershell", _detect)
