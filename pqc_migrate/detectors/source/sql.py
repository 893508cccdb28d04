"""SQL scripts of every dialect: functions, settings and the clauses of statements that name algorithms.

Reads words, not one dialect's syntax (see `sql_lexer`): a function is a name before a parenthesis where no
table, index, key or routine is being named. What a session sets (``SET block_encryption_mode``) holds for the
calls behind it. Columns, comments and strings that are called like a function are none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from pqc_migrate.catalog import libraries
from pqc_migrate.catalog.clauses import Clause, clauses
from pqc_migrate.catalog.libraries import Libraries
from pqc_migrate.detectors.calls.interpret import Interpreter
from pqc_migrate.detectors.calls.meaning import Meaning
from pqc_migrate.detectors.calls.values import UNKNOWN, Call, Text, Value
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.detectors.source.sql_lexer import Kind, tokens
from pqc_migrate.detectors.source.sql_values import Script
from pqc_migrate.model.inventory import Diagnostic, Finding, Location, Provenance, Skip, Technique
from pqc_migrate.model.target import SourceFile

_NAMING = frozenset(
    {
        "function", "procedure", "aggregate", "table", "into", "index", "key", "references", "constraint", "view",
        "exists", "type", "trigger", "update", "with", "using", "domain", "sequence", "operator", "column", "join",
        "unique", "package", "fulltext", "partition", "tablespace", "cursor", "rename", "to", "replace",
    }
)  # fmt: skip
"""Words before a name that is being given or looked up, and not called."""
_SCHEMAS = frozenset({"public", "pg_catalog", "extensions", "pgcrypto", "sys", "sysibm", "safe", "ext", "crypto"})
"""Schemas that hold functions of the database or of an extension; in another one a name is the project's own."""
_MODIFIERS = frozenset({"global", "session", "local", "persist", "persist_only"})
_UPDATING = frozenset({"update", "merge", "insert"})
_STARTS = frozenset({";", "begin", "then", "else", "do", "go", "loop"})
_LONGEST_STATEMENT = 400


class _Reader:
    """One script on its way to calls that the catalog explains."""

    def __init__(self, file: SourceFile, known: Libraries) -> None:
        lines = [at for at, byte in enumerate(file.data) if byte == 10]
        self.known = known
        self.script = Script(tokens(file.data), lambda offset: bisect_right(lines, offset - 1) + 1, known.texts)
        self.defined = self._defined()
        self.settings: dict[str, list[tuple[int, Value]]] = {}

    def calls(self) -> Iterator[Call]:
        """Yield clauses and settings first, for what they make and set is asked for by functions."""
        found = [*self._clauses(), *self._settings()]
        yield from found
        for index in range(len(self.script.tokens) - 1):
            if self.script.is_sign(index + 1, "("):
                yield from self._function(index)

    # Functions --------------------------------------------------------------------------------

    def _function(self, index: int) -> Iterator[Call]:
        """Yield the call of a function whose name ends at a token."""
        name, first = self._name(index)
        if not name or index + 1 not in self.script.closing or self._is_named(first):
            return
        call = self.script.called(name, index + 1)
        offset = self.script.tokens[index].start
        held = {key: value for key, values in self.settings.items() for at, value in values if at < offset}
        yield replace(call, named={**held, **call.named}) if held else call

    def _name(self, index: int) -> tuple[str, int]:
        """Return the catalog's name for a function and its first token; empty when it has none."""
        last = self.script.word(index)
        if not last or last in self.defined:
            return "", index
        path = [last]
        while self.script.is_sign(index - 1, ".") and self.script.word(index - 2):
            index -= 2
            path.insert(0, self.script.word(index))
        for start in range(len(path)):
            name = ".".join(path[start:])
            if name in self.known.rules and all(part in _SCHEMAS for part in path[:start]):
                return name, index
        return "", index

    def _is_named(self, first: int) -> bool:
        """Whether a name stands where something is named: a table, an index, a routine, a column."""
        if self.script.is_sign(first - 1, ".") or self.script.is_sign(first - 1, "@"):
            return True
        before = self.script.word(first - 1)
        if before == "on":
            head = [self.script.word(i) for i in range(max(0, first - 12), first)]
            return "index" in head or "trigger" in head
        return before in _NAMING

    def _defined(self) -> frozenset[str]:
        """Return the names of the functions that the script itself makes."""
        found: set[str] = set()
        script = self.script
        for index, token in enumerate(script.tokens):
            if token.kind is not Kind.WORD or token.text not in ("function", "procedure"):
                continue
            if script.word(index - 1) in ("on", "drop", "alter", "execute", "comment"):
                continue
            at = index + 1
            while script.word(at) in ("if", "not", "exists"):
                at += 1
            while script.is_sign(at + 1, "."):
                at += 2
            found.add(script.word(at))
        return frozenset(found)

    # Settings ---------------------------------------------------------------------------------

    def _settings(self) -> Iterator[Call]:
        verbs: set[str] = set()
        for index, token in enumerate(self.script.tokens):
            if token.text in _STARTS:
                verbs = set()
            elif token.kind is Kind.WORD and token.text == "set" and not verbs & _UPDATING:
                yield from self._set(index + 1)
            elif token.kind is Kind.WORD and token.text == "pragma":
                yield from self._pragma(index + 1)
            if token.kind is Kind.WORD:
                verbs.add(token.text)

    def _set(self, at: int) -> Iterator[Call]:
        """Yield ``SET name = value``, also several of them."""
        script = self.script
        for _ in range(8):
            while script.word(at) in _MODIFIERS:
                at += 1
            if at >= len(script.tokens):
                return
            name = script.tokens[at].text.lower().lstrip("@").rsplit(".", 1)[-1]
            at += 1
            while script.is_sign(at, "."):
                name, at = script.word(at + 1), at + 2
            if not (script.is_sign(at, "=") or script.is_sign(at, ":=") or script.word(at) == "to"):
                return
            call = self._setting(f"set.{name}", at + 1)
            if call is not None:
                self.settings.setdefault(name, []).append((call.offset, call.args[0]))
                yield call
            at += 2
            if not script.is_sign(at, ","):
                return
            at += 1

    def _pragma(self, at: int) -> Iterator[Call]:
        """Yield ``PRAGMA name = value`` and ``PRAGMA name(value)``."""
        script = self.script
        while script.is_sign(at + 1, "."):
            at += 2
        if script.is_sign(at + 1, "=") or script.is_sign(at + 1, "("):
            call = self._setting(f"pragma.{script.word(at)}", at + 2)
            if call is not None:
                yield call

    def _setting(self, name: str, at: int) -> Call | None:
        if name not in self.known.rules or at >= len(self.script.tokens):
            return None
        return self._at(name, at)

    # Clauses ----------------------------------------------------------------------------------

    def _clauses(self) -> Iterator[Call]:
        known = clauses()
        for index, token in enumerate(self.script.tokens):
            for clause in known.get(token.text, ()) if token.kind is Kind.WORD else ():
                yield from self._clause(clause, index)

    def _clause(self, clause: Clause, index: int) -> Iterator[Call]:
        if not clause.begins:
            if self._stands(clause.words, index):
                yield from self._valued(clause, index + len(clause.words))
            return
        if not self._stands(clause.begins, index):
            return
        start = index + len(clause.begins)
        for at in range(start, min(start + _LONGEST_STATEMENT, len(self.script.tokens))):
            if self.script.is_sign(at, ";") or self.script.word(at) == "go" or self._stands(clause.begins[:2], at):
                return
            if self._stands(clause.words, at):
                for call in self._valued(clause, at + len(clause.words)):
                    if clause.keeps:
                        self.script.made[self.script.word(start)] = call
                    yield call

    def _stands(self, words: tuple[str, ...], index: int) -> bool:
        found = self.script.tokens[index : index + len(words)]
        return len(found) == len(words) and all(
            token.text == word and token.kind in (Kind.WORD, Kind.SIGN)
            for token, word in zip(found, words, strict=True)
        )

    def _valued(self, clause: Clause, at: int) -> Iterator[Call]:
        if at < len(self.script.tokens):
            yield self._at(clause.name, at)

    def _at(self, name: str, at: int) -> Call:
        """Return a call at the value that is its one argument; a word there is a text."""
        token = self.script.tokens[at]
        line = self.script.line_at(token.start)
        value = self.script.value(at, at + 1)
        if value == UNKNOWN and token.kind in (Kind.WORD, Kind.NAME):
            value = Text(line, text=token.text)
        return Call(line, "literal", name, (value,), offset=token.start, start=token.start, end=token.start + 1)


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    if not _may_use(file.data.lower()):
        return
    known = libraries.load("sql")
    interpreter = Interpreter(known)
    found: dict[int, tuple[Call, list[Meaning]]] = {}
    for call in _Reader(file, known).calls():
        meanings = [meaning for meaning in interpreter.meanings(call) if meaning.asset is not None]
        found[call.offset] = (call, meanings)
    said = [(call, meaning) for call, meanings in found.values() for meaning in meanings]
    inner = {(part, meaning.family) for call, meaning in said for part in meaning.parts if _holds(call, part)}
    for offset, (call, meanings) in sorted(found.items()):
        if any((offset, meaning.family) in inner for meaning in meanings):  # gen_salt() inside crypt()
            continue
        for meaning in meanings:
            if not meaning.rule.silent:
                yield _finding(file, call, meaning, len({(m.family, m.parameters) for m in meanings}))
        if not meanings and offset in interpreter.unresolved:
            message = f"{call.name}: the algorithm is decided at run time or in another file"
            rule = interpreter.unresolved[offset].id
            yield Diagnostic(file.path, Skip.UNRESOLVED, message, call.line, rule)


def _holds(call: Call, offset: int) -> bool:
    return call.start < offset < call.end


def _finding(file: SourceFile, call: Call, meaning: Meaning, rivals: int) -> Finding:
    asset = meaning.asset
    assert asset is not None, "parts are left out by _detect"
    sure = 0.8 if rivals > 1 else round(0.95 * meaning.sure, 2)
    reason = f"one of {rivals} values that this call can take" if rivals > 1 else "function or clause by its name"
    places = (Provenance(p.parameter, p.how, file.path, p.line or call.line) for p in meaning.provenance)
    return Finding(
        rule=meaning.rule.id,
        asset=asset,
        location=Location(file.path, call.line, call.offset, call.name),
        technique=Technique.AST,
        confidence=sure,
        reason=reason,
        functions=meaning.rule.functions,
        provenance=tuple(places),
        details=meaning.details,
    )


_CALLED = re.compile(rb"\b[a-z]\w*+(?=\s*\()")


def _may_use(lowered: bytes) -> bool:
    """Whether a script in lower case holds a function, setting or clause of the catalog: most hold none."""
    functions, others = _wanted()
    return not functions.isdisjoint(_CALLED.findall(lowered)) or any(other.search(lowered) for other in others)


@cache
def _wanted() -> tuple[frozenset[bytes], tuple[re.Pattern[bytes], ...]]:
    """Return the catalog's functions, and what settings and clauses look like."""
    names = libraries.load("sql").rules
    settings = {name.partition(".")[2] for name in names if name.startswith(("set.", "pragma."))}
    heads = {clause.begins or clause.words for listed in clauses().values() for clause in listed}
    spelled = {re.escape(name) for name in settings} | {r"\s+".join(map(re.escape, head)) for head in heads}
    functions = frozenset(name.rpartition(".")[2].encode() for name in names)
    return functions, tuple(re.compile(text.encode()) for text in sorted(spelled))


DETECTOR = Detector("sql", frozenset, lambda file: file.language == "sql", _detect)
