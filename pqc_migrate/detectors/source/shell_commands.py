"""A command line's words, divided into program, subcommand, options and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from pqc_migrate.catalog import notations
from pqc_migrate.catalog.commands import Command
from pqc_migrate.detectors.calls.values import UNKNOWN, Call, Name, Text, Value, choice, options


@dataclass(frozen=True, slots=True)
class Word:
    """One argument: its value, and where it stands when it is written out whole."""

    value: Value
    offset: int = -1
    open: bool = False
    """Whether it may be any number of words that were not read (``$OPTS``, ``"$@"``)."""

    @property
    def text(self) -> str:
        """The word as written, empty when it is not known."""
        return self.value.text if isinstance(self.value, Text) else ""


class Unread(dict[str, Value]):
    """Options of a command line that holds words which were not read: any other option may be among them."""

    def __contains__(self, key: object) -> bool:
        """Say of every option that it may be there."""
        return True

    def __missing__(self, key: str) -> Value:
        """Return of an option that was not seen that nothing is known."""
        return UNKNOWN


@dataclass(slots=True)
class _Line:
    named: dict[str, Value] = field(default_factory=dict)
    given: list[str] = field(default_factory=list)
    rest: list[Word] = field(default_factory=list)
    open: bool = False


def call_of(command: Command, head: Word, words: Sequence[Word], line: int) -> Call | None:
    """Return the call that a program with these words is, at the word that decides it; None without one."""
    parsed = _Line()
    subcommands: list[Word] = []
    _divide(command, words, parsed, subcommands)
    decisive = head
    if command.subcommands:
        if len(subcommands) < command.subcommands:
            return None
        decisive = subcommands[-1]
    path = [word.text for word in subcommands]
    if path and path[0]:
        _stand(command, path, parsed, line)
    modes = command.modes.get(path[-1] if path else "", ())
    mode = next((mode for mode in modes if mode in parsed.given), "")
    name = ".".join((command.name, *path, *([mode] if mode else [])))
    if not all(path) or decisive.offset < 0:
        return None
    named: Mapping[str, Value] = Unread(parsed.named) if parsed.open else parsed.named
    return Call(line, "literal", name, tuple(w.value for w in parsed.rest), named, offset=decisive.offset)


def merged(calls: Sequence[Call]) -> Call:
    """Return one call for the alternatives of one command line, each argument any of what it may be."""
    if len(calls) == 1:
        return calls[0]
    named = {
        key: choice(_distinct(c.named[key] for c in calls if key in list(c.named)))
        for c in calls
        for key in c.named
    }
    rows = zip_longest(*(call.args for call in calls), fillvalue=UNKNOWN)
    args = tuple(choice(_distinct(row)) for row in rows)
    unread = any(isinstance(call.named, Unread) for call in calls)
    return replace(calls[0], args=args, named=Unread(named) if unread else named)


def _distinct(values: Iterable[Value]) -> list[Value]:
    return list(dict.fromkeys(values))


def _stand(command: Command, path: list[str], parsed: _Line, line: int) -> None:
    """Read a subcommand that is an algorithm's name as the option of the subcommand it stands for."""
    for notation, subcommand in command.stands.items():
        if notations.read(notation, path[0]) is not None:
            parsed.named.setdefault(notation, Text(line, text=path[0]))
            path[0] = subcommand
            return


def _divide(command: Command, words: Sequence[Word], parsed: _Line, subcommands: list[Word]) -> None:
    """Sort words into options with their values, subcommands and the rest."""
    at = 0
    options_end = False
    while at < len(words):
        word = words[at]
        at += 1
        text = word.text
        options_end = options_end or (command.stops > 0 and len(parsed.rest) >= command.stops)
        if word.open:
            parsed.open = True
        elif text == "--":
            options_end = True
        elif len(text) > 1 and text.startswith("-") and not options_end:
            at += _option(command, text, words[at] if at < len(words) else None, word, parsed)
        elif len(subcommands) < command.subcommands:
            subcommands.append(word)
        else:
            parsed.rest.append(word)


def _option(command: Command, text: str, following: Word | None, word: Word, parsed: _Line) -> int:
    """Record one option; return how many of the words after it are its value."""
    name, equals, value = text.lstrip("-").partition("=")
    if not command.single and not text.startswith("--") and len(name) > 1 and not text[1:].isdigit():
        return _cluster(command, text[1:], following, word, parsed)
    if equals:
        _put(command, name, replace(word.value, text=value) if isinstance(word.value, Text) else UNKNOWN, parsed)
        return 0
    canonical = command.synonyms.get(name, name)
    for notation in command.notations if name not in command.valued else ():
        if notations.read(notation, name) is not None:
            parsed.named[notation] = replace(word.value, text=name) if isinstance(word.value, Text) else UNKNOWN
            return 0
    valued = name in command.valued
    if not valued and (name in command.flags or canonical in command.flags):
        _put(command, name, Name(word.value.line, name="true"), parsed)
        return 0
    if following is None or (following.text.startswith("-") and not valued):
        _put(command, name, Name(word.value.line, name="true"), parsed)
        return 0
    _put(command, name, UNKNOWN if following.open else following.value, parsed)
    return 0 if following.open else 1


def _cluster(command: Command, letters: str, following: Word | None, word: Word, parsed: _Line) -> int:
    """Record short options written together (``-sSf``, ``-b4096``)."""
    for index, letter in enumerate(letters):
        if letter in command.flags:
            _put(command, letter, Name(word.value.line, name="true"), parsed)
            continue
        rest = letters[index + 1 :]
        if rest:
            _put(command, letter, Text(word.value.line, word.value.how, rest), parsed)
            return 0
        if following is None or following.open:
            _put(command, letter, UNKNOWN, parsed)
            return 0
        _put(command, letter, following.value, parsed)
        return 1
    return 0


def _put(command: Command, name: str, value: Value, parsed: _Line) -> None:
    canonical = command.synonyms.get(name, name)
    parsed.given.append(canonical)
    if name not in command.pairs:
        parsed.named[canonical] = value
        return
    pairs = [pair for option in options(value) if (pair := _pair(option)) is not None]
    for key in dict.fromkeys(key for key, _ in pairs):
        parsed.named[command.synonyms.get(key, key)] = choice([v for k, v in pairs if k == key])
        parsed.given.append(command.synonyms.get(key, key))
    parsed.open = parsed.open or len(pairs) < len(options(value))


def _pair(value: Value) -> tuple[str, Value] | None:
    """Divide ``name=value``, ``name:value`` or ``name value``."""
    if not isinstance(value, Text):
        return None
    ends = [at for at in (value.text.find(sign) for sign in "=: ") if at > 0]
    if not ends:
        return None
    at = min(ends)
    return value.text[:at].strip().lower(), replace(value, text=value.text[at + 1 :].strip())
