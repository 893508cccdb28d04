"""Shell scripts: commands as calls, options as named arguments, variables of the same file as values.

Text that is quoted, echoed or fed to a program (heredocs) is no command. A variable that the caller's
environment may set has the default written in the script (``${SIZE:-2048}``), else it is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice, product

from tree_sitter import Language, Node

from pqc_migrate.catalog import commands, libraries, notations
from pqc_migrate.catalog.commands import Command
from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.calls.values import UNKNOWN, Call, Items, Text, Value, choice, options
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.detectors.source import engine, scripts, yaml_scripts
from pqc_migrate.detectors.source.shell_commands import Word, call_of, merged
from pqc_migrate.detectors.source.shell_keys import KeyFiles
from pqc_migrate.detectors.source.unit import Binding, Unit, as_constant
from pqc_migrate.model.target import Given, Offer, SourceFile

_WRAPPERS = frozenset(
    {
        "sudo", "doas", "env", "exec", "nohup", "time", "nice", "ionice", "xargs", "command", "builtin", "eval",
        "chronic", "run", "setsid", "stdbuf", "timeout", "fakeroot", "busybox", "winpty", "gosu", "su-exec",
    }
)  # fmt: skip
_VALUED_WRAPPER_OPTIONS = frozenset({"-u", "-n", "-g", "-s", "-k", "-I", "-P", "-L", "-c", "-d"})
_LOCALS = frozenset({"local", "declare", "typeset"})
_EXPANSIONS = frozenset({"simple_expansion", "expansion"})
_DEFAULTS = frozenset({":-", "-", ":=", "="})
_WRITTEN = frozenset({"word", "number", "string", "raw_string", "concatenation", "ansi_c_string"})
_RUN_BY_ANOTHER = "openssl"
"""The one program looked for among words: what stands behind it is told by its subcommand."""
_MOST_VARIANTS = 6
_MOST_TEXTS = 8
_MOST_WORDS = 400
_POSITION = re.compile(r"[1-9]")
_IN_FOLDER = re.compile(r"/([\w.-]+)[\"'}]*\Z")


class ShellUnit(Unit):
    """One script of a Bourne-like shell."""

    query = """
      (function_definition) @scope
      (function_definition body: (_) @branch)
      (if_statement) @branch
      (elif_clause) @branch
      (else_clause) @branch
      (case_item) @branch
      (while_statement body: (_) @branch)
      (for_statement) @loop
      (list (_) . "&&" (_) @branch)
      (list (_) . "||" (_) @branch)
      (subshell) @branch
      (command_substitution) @branch
      (function_definition) @function
      (declaration_command) @declaration
      (variable_assignment) @assignment
      (command name: (command_name) @command_name (#any-of? @command_name "read" "getopts" "mapfile")) @reader
      (command name: (command_name) @sourcing (#any-of? @sourcing "." "source"))
    """
    bind_last = ("assignment",)
    _sourced = False
    """Whether the script reads another file into itself, which may set every variable of it anew."""

    def grammar(self) -> Language:
        """Return the grammar of Bash, which reads the other Bourne-like shells too."""
        return grammars.load("bash")

    # Names ------------------------------------------------------------------------------------

    def bind(self, capture: str, node: Node) -> None:
        """Record functions, variables, and the names that ``local`` makes a function's own."""
        if capture == "function":
            name = node.child_by_field_name("name")
            if name is not None:
                self.add(0, self.text(name), Binding(node.start_byte, node, "function"))
        elif capture == "declaration":
            self._declare(node)
        elif capture == "assignment":
            self._assign(node)
        elif capture == "loop":
            variable = node.child_by_field_name("variable")
            if variable is not None:
                self._add_variable(self.text(variable), Binding(variable.end_byte, node, "loop"))
        elif capture == "sourcing":
            self._sourced = True
        elif capture == "reader":
            for argument in node.children_by_field_name("argument"):
                if argument.type == "word" and not self.text(argument).startswith("-"):
                    self._add_variable(self.text(argument), Binding(node.end_byte, None, "opaque"))

    def _declare(self, node: Node) -> None:
        if node.child_count == 0 or self.text(node.children[0]) not in _LOCALS:
            return
        scope = self.scopes.innermost(node.start_byte)
        for child in node.named_children if scope else ():
            name = child.child_by_field_name("name") if child.type == "variable_assignment" else child
            if name is not None and name.type == "variable_name":
                self.add(scope, self.text(name), Binding(node.start_byte, None, "declared"))

    def _assign(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None or name.type != "variable_name":
            return
        if node.parent is not None and node.parent.type == "command":  # X=1 program: seen by that program only
            return
        appended = any(child.type == "+=" for child in node.children)
        known = value is not None and not appended
        binding = Binding(node.end_byte, value if known else None, "value" if known else "opaque")
        self._add_variable(self.text(name), binding)

    def _add_variable(self, name: str, binding: Binding) -> None:
        """Bind in the function, whose later lines see it; in the whole file too unless it is the function's own."""
        scope = self.scopes.innermost(binding.offset - 1)
        own = any(b.kind == "declared" for b in self.bindings.get((scope, name), ()))
        self.add(scope, name, binding)
        if scope and not own:
            self.add(0, name, binding)

    def identifier(self, name: str, offset: int) -> Value:
        """Return what a variable is: what the function set on every path, else what the file sets anywhere."""
        scope = self.scopes.innermost(offset)
        found = [b for b in self.bindings.get((scope, name), ()) if b.kind != "declared"]
        declared = scope and len(found) < len(self.bindings.get((scope, name), ()))
        before = [b for b in found if b.offset <= offset]
        sure = any(self.branches.holds(self.branches.innermost(b.offset - 1), offset) for b in before)
        if scope and not declared and not sure:
            found = self.bindings.get((0, name), [])
            return self._any(found[:_MOST_TEXTS])
        if not before:
            return UNKNOWN if scope == 0 or declared else self._any(found)
        return self._any(self._last(before, offset))

    def _last(self, before: list[Binding], offset: int) -> list[Binding]:
        reaching: list[Binding] = []
        for binding in reversed(before):
            reaching.append(binding)
            sure = self.branches.holds(self.branches.innermost(binding.offset - 1), offset)
            if sure or len(reaching) >= _MOST_TEXTS:
                break
        return reaching[::-1]

    def _any(self, found: list[Binding]) -> Value:
        values = [option for binding in found for option in options(self.bound(binding))]
        if not self._sourced or any(self.scopes.innermost(b.offset - 1) for b in found):
            return choice(values)
        return choice([replace(v, how="default argument") if isinstance(v, Text) else v for v in values])

    # Values -----------------------------------------------------------------------------------

    def expression(self, node: Node) -> Value:
        """Return what a word is, or the calls that a command is."""
        if node.type in (
            "word",
            "number",
            "variable_name",
            "string_content",
            "test_operator",
            "special_variable_name",
        ):
            return Text(self.line(node), text=self.text(node).replace("\\", ""))
        if node.type == "raw_string":
            return Text(self.line(node), text=self.text(node)[1:-1])
        if node.type in ("string", "concatenation"):
            return self._joined(node)
        if node.type in _EXPANSIONS:
            return self._expanded(node)
        if node.type == "array":
            return Items(
                self.line(node), items=tuple(self.value(child) for child in node.named_children[:_MOST_WORDS])
            )
        if node.type == "for_statement":
            values = node.children_by_field_name("value")[:_MOST_TEXTS]
            parts = [part for value in values for part in self._alternatives(value)[0]]
            return Items(self.line(node), items=tuple(word.value for word in parts))
        return self._command(node) if node.type == "command" else UNKNOWN

    def _joined(self, node: Node) -> Value:
        parts = node.named_children
        if len(parts) == 1:
            return self.value(parts[0])
        found = [options(self.value(part), _MOST_TEXTS) for part in parts[:16]]
        if node.type == "string" and self._has_gaps(node, parts):
            return UNKNOWN
        texts: list[Value] = []
        for combination in islice(product(*found), _MOST_TEXTS):
            if not all(isinstance(part, Text) for part in combination) or len(parts) > 16:
                return self._known_part(combination)
            whole = "".join(part.text for part in combination if isinstance(part, Text))
            how = next((part.how for part in combination if part.how != "literal"), "literal")
            texts.append(Text(self.line(node), how, whole))
        return choice(texts) if texts else Text(self.line(node))

    def _known_part(self, parts: tuple[Value, ...]) -> Value:
        """Return what stands before the first unknown part, where a colon ends it (``rsa:$BITS`` is RSA)."""
        first = parts[0]
        if isinstance(first, Text) and first.text.endswith(":") and first.text != ":":
            return first
        return UNKNOWN

    def _has_gaps(self, node: Node, parts: list[Node]) -> bool:
        """Whether a string holds white space that the grammar gives no node."""
        at = node.start_byte + 1
        for part in parts:
            if part.start_byte != at:
                return True
            at = part.end_byte
        return at != node.end_byte - 1

    def _expanded(self, node: Node) -> Value:
        children = node.named_children
        operator = node.child_by_field_name("operator")
        first = children[0] if children else None
        if first is None or first.type not in ("variable_name", "special_variable_name", "subscript"):
            return UNKNOWN
        if first.type == "subscript":
            name = first.child_by_field_name("name")
            index = first.child_by_field_name("index")
            whole = index is not None and self.text(index) in ("@", "*") and operator is None
            return self.identifier(self.text(name), node.start_byte) if whole and name is not None else UNKNOWN
        known = self._variable(self.text(first), node)
        if operator is None:
            return known
        if self.text(operator) not in _DEFAULTS:
            return UNKNOWN
        default = self.value(children[1]) if len(children) > 1 else Text(self.line(node))
        marked = [Text(o.line, "default argument", o.text) for o in options(default) if isinstance(o, Text)]
        return choice([*(o for o in options(known) if o != UNKNOWN), *marked]) if marked else UNKNOWN

    def _variable(self, name: str, node: Node) -> Value:
        if not _POSITION.fullmatch(name):
            return self.identifier(name, node.start_byte)
        function = self._function_around(node)
        if function is None or b"shift" in self.data[function.start_byte : node.start_byte]:
            return UNKNOWN
        binding = Binding(node.start_byte, None, "parameter", index=int(name) - 1, owner=function)
        return self.parameter(binding)

    def _function_around(self, node: Node) -> Node | None:
        scope = self.scopes.innermost(node.start_byte)
        start, end = self.scopes.starts[scope], self.scopes.ends[scope]
        found = self.root.descendant_for_byte_range(start, end - 1) if scope else None
        while found is not None and found.type != "function_definition":
            found = found.parent
        return found

    # Commands ---------------------------------------------------------------------------------

    def _alternatives(self, node: Node) -> list[list[Word]]:
        """Return the alternatives of what one argument is: each any number of words."""
        value = self.value(node)
        offset = node.start_byte
        if (
            node.type == "string"
            and node.named_child_count == 1
            and node.named_children[0].type == "string_content"
        ):
            offset += 1
        written = self.text(node)
        whole_array = node.type == "string" and node.named_child_count == 1 and "[@]" in written
        found: list[list[Word]] = []
        for option in options(value, _MOST_TEXTS):
            if isinstance(option, Items) and (node.type in _EXPANSIONS or whole_array):
                found.append([Word(item, open=item == UNKNOWN) for item in option.items])
            elif isinstance(option, Text) and node.type in _EXPANSIONS:
                parts = option.text.split()
                found.append([Word(as_constant(Text(option.line, option.how, part))) for part in parts])
            elif isinstance(option, Text):
                found.append([Word(option, offset)])
            else:
                found.append([Word(UNKNOWN, open=self._may_be_several(node))])
        return self._merged(found)

    def _merged(self, found: list[list[Word]]) -> list[list[Word]]:
        """Make one word of alternatives that cannot be options: they are values of one place."""
        single = all(len(words) == 1 and not words[0].open for words in found)
        if len(found) > 1 and single and not any(words[0].text.startswith("-") for words in found):
            return [[Word(choice([words[0].value for words in found]))]]
        return found

    def _may_be_several(self, node: Node) -> bool:
        text = self.text(node)
        return node.type in _EXPANSIONS or text in ('"$@"', '"${@}"') or "[@]" in text

    def _command(self, node: Node) -> Value:
        name = node.child_by_field_name("name")
        if name is None or not name.named_children:
            return UNKNOWN
        nodes = [name.named_children[0], *node.children_by_field_name("argument")[:_MOST_WORDS]]
        calls: list[Value] = []
        for at, command in self._programs(nodes):
            calls.extend(self._calls(command, nodes[at], nodes[at + 1 :]))
        return choice(calls)

    def _calls(self, command: Command, head: Node, arguments: list[Node]) -> Iterator[Value]:
        alternatives = [self._alternatives(argument) for argument in arguments]
        written = Word(Text(self.line(head)), self._head_offset(head))
        found: dict[tuple[str, int], list[Call]] = {}
        for combination in islice(product(*alternatives), _MOST_VARIANTS):
            words = [word for words in combination for word in words]
            call = call_of(command, written, words, self.line(head))
            if call is not None:
                found.setdefault((call.name, call.offset), []).append(call)
        yield from (self._located(self.keys.signed(command, merged(c), arguments)) for c in found.values())

    @cached_property
    def keys(self) -> KeyFiles:
        """The key files that the script makes."""
        return KeyFiles(self, self._last)

    def _located(self, call: Call) -> Call:
        line = self.data.count(b"\n", 0, call.offset) + 1
        return Call(line, "literal", call.name, call.args, call.named, offset=call.offset)

    def _head_offset(self, head: Node) -> int:
        """Return where a program's own name begins, behind its folder or a variable's sign."""
        token = head
        while token.named_child_count and token.type not in ("word", "string_content", "simple_expansion"):
            token = token.named_children[-1]
        return token.start_byte + self.text(token).rfind("/") + 1

    def _programs(self, nodes: list[Node]) -> Iterator[tuple[int, Command]]:
        """Yield the known program a command runs, looking through ``sudo``, ``xargs`` and the like."""
        at = 0
        while at < len(nodes):
            text = self.text(nodes[at]) if nodes[at].type in _WRITTEN else ""
            command = self._program(nodes[at], nodes[at + 1 :])
            if command is not None:
                yield at, command
                if not command.stops:
                    return
            if command is not None or (at == 0 and nodes[at].type in _EXPANSIONS):  # ssh host … or $SUDO …
                yield from self._run_by_another(nodes, at + 1)
                return
            base = text.rsplit("/", 1)[-1]
            if base == "find":
                after = [i + 1 for i, n in enumerate(nodes) if self.text(n) in ("-exec", "-execdir", "-ok")]
                if not after:
                    return
                at = after[0]
                continue
            if at == 0 and base not in _WRAPPERS:
                return
            if base == "command" and len(nodes) > at + 1 and self.text(nodes[at + 1]) in ("-v", "-V", "-pv"):
                return
            if at and not (text.startswith("-") or "=" in text or base in _WRAPPERS or base.isdigit()):
                return
            at += 2 if text in _VALUED_WRAPPER_OPTIONS else 1

    def _run_by_another(self, nodes: list[Node], start: int) -> Iterator[tuple[int, Command]]:
        """Yield the openssl among the words that another program is given to run, with a subcommand behind it."""
        for at in range(start, len(nodes) - 1):
            if nodes[at].type == "word" and self.text(nodes[at]).rsplit("/", 1)[-1] == _RUN_BY_ANOTHER:
                yield at, commands.commands()[_RUN_BY_ANOTHER]
                return

    def _program(self, node: Node, arguments: list[Node]) -> Command | None:
        known = commands.commands()
        for base in self._names(node):
            if base in known and "function" not in self._kinds(base):
                return known[base]
        # A variable or function called after openssl runs it, when what follows is one of its subcommands.
        if "openssl" in self.text(node).lower() and node.type != "raw_string" and arguments:
            word = self.text(arguments[0]).strip("\"'")
            spelled = word.encode() in commands.words() or word.encode() in libraries.load("shell").tokens
            if spelled or any(notations.read(n, word) is not None for n in known["openssl"].notations):
                return known["openssl"]
        return None

    def _names(self, node: Node) -> list[str]:
        """Return the names of what a command word runs; its folder need not be known."""
        found = [option.text for option in options(self.value(node), 4) if isinstance(option, Text)]
        match = _IN_FOLDER.search(self.text(node))
        if not found and node.type in _EXPANSIONS:
            binding = self._only(node)
            match = _IN_FOLDER.search(self.text(binding)) if binding is not None else match
        names = found or ([match[1]] if match is not None else [])
        return [name.strip().rsplit("/", 1)[-1].removesuffix(".exe") for name in names]

    def _only(self, node: Node) -> Node | None:
        """Return what is written where a variable gets its only value."""
        names = [child for child in node.named_children if child.type == "variable_name"]
        found = self.bindings.get((0, self.text(names[0])), []) if len(names) == 1 else []
        return found[0].node if len(found) == 1 else None

    def _kinds(self, name: str) -> set[str]:
        return {binding.kind for binding in self.bindings.get((0, name), ())}

    # Uses -------------------------------------------------------------------------------------

    def spelled(self, words: frozenset[bytes]) -> frozenset[bytes]:
        """Return the first parts of the catalog's words, programs, and variables that hold a program's name."""
        programs = frozenset(name.encode() for name in commands.commands())
        held: set[bytes] = set()
        for (_, name), bindings in self.bindings.items():
            for binding in bindings[:4]:
                node = binding.node if binding.kind == "value" else None
                if node is None or node.end_byte - node.start_byte > 80:
                    continue
                match = re.search(rb"([\w-]+)[\"'}]*\Z", self.data[node.start_byte : node.end_byte])
                if match is not None and match[1] in programs:
                    held |= {name.encode(), b"$" + name.encode()}
        return frozenset(word.split(b"-")[0] for word in words) | commands.words() | held

    def begins(self, token: Node, offset: int) -> bool:
        """Whether a word stands at the beginning of a token, or behind a program's folder."""
        return token.start_byte == offset or self.data[offset - 1 : offset] == b"/"

    def use(self, token: Node) -> Node | None:
        """Return the command that a word may be the program or the subcommand of."""
        current: Node | None = token
        for _ in range(6):
            if current is None or current.type == "command":
                break
            current = current.parent
        return current if current is not None and current.type == "command" else None

    def callers(self, function: Node) -> Iterator[Node]:
        """Yield the commands that call a function of this file."""
        name = function.child_by_field_name("name")
        for token in self.words(self.text(name).encode()) if name is not None else ():
            parent = token.parent
            command = parent.parent if parent is not None and parent.type == "command_name" else None
            if command is not None and not function.start_byte <= command.start_byte < function.end_byte:
                yield command

    def arguments_at(self, caller: Node, parameter: Binding) -> Node | None:
        """Return the word a command passes at a position; None behind words that may be several."""
        passed = caller.children_by_field_name("argument")
        if parameter.index >= len(passed) or any(n.type in _EXPANSIONS for n in passed[: parameter.index]):
            return None
        return passed[parameter.index]


_PIECES = {**scripts.PIECES, "yaml": yaml_scripts.pieces}


def _wants(file: SourceFile) -> bool:
    return (file.language == "shell" or file.language in _PIECES) and engine.anchored(file, engine.anchors("shell"))


def _detect(file: SourceFile) -> Iterator[Claim]:
    if file.language == "shell":
        yield from engine.detect(file, "shell", ShellUnit)
    elif (script := scripts.script(file, _PIECES[file.language])) is not None:
        for claim in engine.detect(script.file, "shell", ShellUnit):
            if not isinstance(claim, Offer | Given):  # nobody can call the functions of a step
                yield script.placed(claim)


DETECTOR = Detector("shell", lambda: engine.anchors("shell"), _wants, _detect)
