"""Lua source: what its names, calls, tables and objects are known to be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from tree_sitter import Language, Node

from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.calls.values import UNKNOWN, Call, Name, Text, Value, choice, options
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import engine
from pqc_migrate.detectors.source.lua_values import LuaValues
from pqc_migrate.detectors.source.unit import LOCAL, Binding
from pqc_migrate.model.target import SourceFile

_SCRIPT = re.compile(rb"\b\w+_by_lua(?:(_block)\s*\{|\s+(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"))", re.DOTALL)
_BRACE = re.compile(rb"[{}]")
_NO_NEWLINE = re.compile(rb"[^\n]")
_MOST_SCRIPTS = 200
_MOST_ITEMS = 256
_MOST_UNPACKED = 8
_INDEXES = frozenset({"dot_index_expression", "bracket_index_expression"})
_PROTECTED = frozenset({"pcall", "xpcall"})
_CHECKS = frozenset({"type", "assert", "require", "pcall", "xpcall", "tostring", "print", "error"})
_NO_REFERENCE = frozenset(
    {
        "variable_list", "parameters", "if_statement", "elseif_statement", "while_statement", "repeat_statement",
        "unary_expression", "binary_expression", "function_declaration", "goto_statement", "label_statement",
        "attribute", "method_index_expression", "for_numeric_clause", "assignment_statement",
    }
)  # fmt: skip


class LuaUnit(LuaValues):
    """One Lua file."""

    alias_nodes = frozenset({"identifier", "dot_index_expression"})

    def grammar(self) -> Language:
        """Return the Lua grammar."""
        return grammars.load("lua")

    def aliases(self, node: Node) -> bool:
        """Whether an expression only names something: a variable, a field, or a module that is required."""
        if node.type == "function_call":
            callee = node.child_by_field_name("name")
            return callee is not None and self.text(callee).endswith("require")
        return super().aliases(node)

    # Names ------------------------------------------------------------------------------------

    def _of_identifier(self, node: Node) -> Value:
        place = self.place(node)
        if place is not None and place[1] != self.text(node):  # self, or another object of a table
            return self.object_of(place)
        found = self._plain(node)
        return self.placed(self.filled(found, place, node.start_byte), node)

    def _plain(self, node: Node) -> Value:
        """Return what a variable itself was set to, without what was put into its fields later."""
        found = self.local(self.text(node), node.start_byte)
        return found if found is not None else self.unbound(self.text(node), node.start_byte)

    def _of_dot_index_expression(self, node: Node) -> Value:
        name = node.child_by_field_name("field")
        return self._indexed(node, name) if name is not None else UNKNOWN

    def _of_method_index_expression(self, node: Node) -> Value:
        name = node.child_by_field_name("method")
        return self._indexed(node, name) if name is not None else UNKNOWN

    def _indexed(self, node: Node, name: Node) -> Value:
        """Return a field: what was assigned to it, else what its table was made with."""
        place = self.place(node)
        found, alone = self.field(place, node.start_byte)
        given = [self.bound(binding) for binding in found]
        if not alone:
            made = [self.field_of(owner, self.text(name), name) for owner in options(self._owner(node))]
            # What was assigned to a field of a library's table is not what the library has under that name.
            given += [value for value in made if value != UNKNOWN and not (given and isinstance(value, Name))]
        value = choice(given)
        return self.placed(self.filled(value, place, node.start_byte), name)

    def _owner(self, index: Node) -> Value:
        table = index.child_by_field_name("table")
        if table is None:
            return UNKNOWN
        return (
            self._plain(table) if table.type == "identifier" and self.text(table) != "self" else self.value(table)
        )

    def _of_bracket_index_expression(self, node: Node) -> Value:
        table, key = node.child_by_field_name("table"), node.child_by_field_name("field")
        if table is None or key is None:
            return UNKNOWN
        found, alone = self.field(self.place(node), node.start_byte)
        given = [self.bound(binding) for binding in found]
        if not alone:
            given += [self._element(owner, key) for owner in options(self.value(table))]
        return choice([value for value in given if value != UNKNOWN])

    def _element(self, owner: Value, key: Node) -> Value:
        """Return what a table, or a module by a known name, holds under a computed key."""
        if not isinstance(owner, Name) or owner.name.startswith(LOCAL):
            return self.element(owner, key)
        names = [option.text for option in options(self.value(key)) if isinstance(option, Text)]
        return choice([Name(self.line(key), "object", f"{owner.name}.{name}", key.start_byte) for name in names])

    # Calls ------------------------------------------------------------------------------------

    def _of_function_call(self, node: Node) -> Value:
        callee = node.child_by_field_name("name")
        if callee is None:
            return UNKNOWN
        if callee.type == "method_index_expression":
            return self._method_call(callee, node)
        if self.text(callee) == "setmetatable":
            place = self.metatable(node)
            return self.object_of(place) if place is not None else UNKNOWN
        place_of_name = callee.child_by_field_name("field") or callee
        found = [self._of_called(option, place_of_name, node) for option in options(self.value(callee))]
        return choice([value for value in found if value != UNKNOWN])

    def _of_called(self, callee: Value, place: Node, node: Node) -> Value:
        if not isinstance(callee, Name):
            return UNKNOWN
        if callee.name.startswith(LOCAL):
            return self.called_here(callee.name)
        known = self.builtin(callee.name, self.passed(node))
        return known if known is not None else self._called(callee.name, None, place, node)

    def _method_call(self, callee: Node, node: Node) -> Value:
        table, place = callee.child_by_field_name("table"), callee.child_by_field_name("method")
        if table is None or place is None:
            return UNKNOWN
        name = self.text(place)
        own = self.bindings.get(self.place(callee) or (0, ""), [])
        if own:
            return choice([self.called_here(f"{LOCAL}{b.offset}") for b in own[:8] if b.kind == "function"])
        found = [self._on(option, name, table, place, node) for option in options(self.value(table))]
        return choice([value for value in found if value != UNKNOWN])

    def _on(self, owner: Value, name: str, table: Node, place: Node, node: Node) -> Value:
        """Return what a method gives on one known object or module."""
        made = self.owner_of(owner)
        if made is not None:
            methods = self.bindings.get((made[0], f"{made[1]}.{name}"), [])
            local = [self.called_here(f"{LOCAL}{b.offset}") for b in methods[:8] if b.kind == "function"]
            return choice(local) if local else self._called(f"*.{name}", None, place, node)
        if isinstance(owner, Text):
            return self.on_text(owner, name, self.passed(node))
        if isinstance(owner, Call):
            return self._called(f"{self.type_of(owner)}.{name}", owner, place, node)
        if isinstance(owner, Name) and not owner.name.startswith(LOCAL):
            return self._called(f"{owner.name}.{name}", None, place, node)
        written = table.child_by_field_name("field") or table
        word = self.text(written) if written.type == "identifier" else ""
        return self._called(f"*.{word}.{name}" if word else f"*.{name}", None, place, node)

    def _called(self, name: str, receiver: Value | None, place: Node, node: Node) -> Call:
        args = tuple(value for child in self.passed(node)[:_MOST_ITEMS] for value in self._spread(child))
        span = (place.start_byte, node.start_byte, node.end_byte)
        return Call(self.line(place), "object", name, args, {}, receiver, *span)

    def _spread(self, node: Node) -> tuple[Value, ...]:
        """Return what an argument stands for: ``...`` for several, which may be out of sight."""
        return (UNKNOWN,) * _MOST_UNPACKED if node.type == "vararg_expression" else (self.value(node),)

    def result(self, call: Node, index: int) -> Value:
        """Return one of several results of a call; ``pcall(f, …)`` puts those of ``f`` after its own."""
        callee, passed = call.child_by_field_name("name"), self.passed(call)
        if callee is None:
            return UNKNOWN
        if self.text(callee) in _PROTECTED and passed:
            skipped = 2 if self.text(callee) == "xpcall" else 1
            return self._protected(passed[0], passed[skipped:], call) if index == 1 else UNKNOWN
        found = [o for o in options(self.value(callee)) if isinstance(o, Name) and o.name.startswith(LOCAL)]
        definitions = [self.definition(option.name) for option in found]
        return choice([self.returned(d, index) for d in definitions if d is not None])

    def _protected(self, function: Node, passed: list[Node], call: Node) -> Value:
        found: list[Value] = []
        for option in options(self.value(function)):
            if not isinstance(option, Name):
                continue
            if option.name.startswith(LOCAL):
                found.append(self.called_here(option.name))
                continue
            known = self.builtin(option.name, passed)
            args = tuple(self.value(argument) for argument in passed)
            place = function.child_by_field_name("field") or function
            span = (place.start_byte, call.start_byte, call.end_byte)
            found.append(known or Call(self.line(place), "object", option.name, args, {}, None, *span))
        return choice(found)

    # Uses -------------------------------------------------------------------------------------

    def use(self, token: Node) -> Node | None:
        """Return the call or bare name that a word decides; None where it is only defined, checked or renamed."""
        if token.type != "identifier" or token.parent is None:
            return None
        node, parent = token, token.parent
        named = parent.child_by_field_name("field") if parent.type in _INDEXES else None
        if named == token or (named is None and parent.child_by_field_name("method") == token):
            node = parent
        outer = node.parent
        if outer is None:
            return None
        if outer.type == "function_call" and outer.child_by_field_name("name") == node:
            return outer
        # A variable that is passed on is no use, what a module's table holds is.
        return node if node is not token and self._is_reference(node, outer) else None

    def _is_reference(self, node: Node, parent: Node) -> bool:
        if parent.type in _NO_REFERENCE or parent.child_by_field_name("table") == node:
            return False
        if parent.type == "field":
            return parent.child_by_field_name("value") == node
        if parent.type == "expression_list":  # local md5 = ngx.md5 only names it anew
            return parent.parent is not None and parent.parent.type == "return_statement"
        if parent.type == "arguments" and parent.parent is not None:
            callee = parent.parent.child_by_field_name("name")
            return callee is None or self.text(callee) not in _CHECKS
        return True

    def callers(self, function: Node) -> Iterator[Node]:
        """Yield the calls that reach a function of this file."""
        word, wanted = self._word(function), f"{LOCAL}{function.start_byte}"
        for token in self.words(word.encode()) if word else ():
            used = self.use(token)
            callee = used.child_by_field_name("name") if used is not None else None
            if used is None or used.type != "function_call" or callee is None:
                continue
            if function.start_byte <= used.start_byte < function.end_byte:
                continue
            if any(isinstance(o, Name) and o.name == wanted for o in options(self.value(callee))):
                yield used

    def _word(self, function: Node) -> str:
        """Return the name that a function is called by: its own, or that of what it is put into."""
        name = function.child_by_field_name("name")
        if name is None and function.parent is not None:
            field = function.parent
            assignment = field.parent if field.type == "expression_list" else None
            name = field.child_by_field_name("name")
            for target, value, _ in self._assigned(assignment) if assignment is not None else ():
                name = target if value is not None and value.id == function.id else name
        if name is None:
            return ""
        last = name.child_by_field_name("method") or name.child_by_field_name("field") or name
        return self.text(last) if last.type == "identifier" else ""

    def arguments_at(self, caller: Node, parameter: Binding) -> Node | None:
        """Return the argument a call passes for a parameter; a colon passes or takes one more."""
        callee, function = caller.child_by_field_name("name"), parameter.owner
        if callee is None or function is None:
            return None
        name = function.child_by_field_name("name")
        takes = name is not None and name.type == "method_index_expression"
        gives = callee.type == "method_index_expression"
        index = parameter.index + int(takes) - int(gives)
        passed = self.passed(caller)
        return passed[index] if 0 <= index < len(passed) else None


def _wants(file: SourceFile) -> bool:
    embedded = file.language == "nginx" and b"_by_lua" in file.data
    return (file.language == "lua" or embedded) and engine.anchored(file, engine.anchors("lua"))


def _detect(file: SourceFile) -> Iterator[Claim]:
    if file.language != "nginx":
        yield from engine.detect(file, "lua", LuaUnit)
        return
    for start, end in islice(_scripts(file.data), _MOST_SCRIPTS):
        yield from engine.detect(replace(file, data=_alone(file.data, start, end)), "lua", LuaUnit)


def _scripts(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the Lua code of an nginx configuration stands: in braces, or in quotes as it once was."""
    for match in _SCRIPT.finditer(data):
        if match[2] is not None:
            yield match.span(2)
        elif match[3] is not None:
            yield match.span(3)
        else:
            depth, start = 1, match.end()
            for brace in _BRACE.finditer(data, start):
                depth += 1 if brace[0] == b"{" else -1
                if not depth:
                    yield start, brace.start()
                    break


def _alone(data: bytes, start: int, end: int) -> bytes:
    """Return a file with all but one piece of it blanked out, at the same offsets."""
    blank = [_NO_NEWLINE.sub(b" ", part) for part in (data[:start], data[end:])]
    return blank[0] + data[start:end] + blank[1]


DETECTOR = Detector("lua", lambda: engine.anchors("lua"), _wants, _detect)
