"""Shell commands in YAML: steps of CI workflows, tasks of Ansible, commands of containers, cloud-init, scripts.

Told by the key they stand under. ``script`` and its like hold one command an item, ``command`` and its like hold
the words of one command, of which one may be a script itself (``sh -c``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from pqc_migrate.detectors.source.scripts import Piece

_SCRIPTS = frozenset(
    {
        "run", "script", "before_script", "after_script", "commands", "cmds", "cmd", "bash", "sh", "inlineScript",
        "runcmd", "bootcmd", "install", "before_install", "after_success", "pre_build", "post_build", "sources",
        "shell", "ansible.builtin.shell", "ansible.builtin.command", "ansible.builtin.raw", "raw", "entry",
    }
)  # fmt: skip
_WORDS = frozenset({"command", "args", "entrypoint", "test", "argv"})
_ENDINGS = ("_commands", ".sh")
_SHELLS = frozenset({"", "bash", "sh", "dash", "zsh", "ksh", "busybox"})
_GIVES_SCRIPT = re.compile(rb"-[a-z]*c|CMD-SHELL")
_KEY = re.compile(
    rf"(?:{'|'.join(map(re.escape, sorted(_SCRIPTS | _WORDS)))}|_commands|\.sh)[\"']?\s*:|#!".encode()
)
_FIRST_LINE = re.compile(r"\s*#!\s*\S*/(?:env\s+)?(?:ba|da|k|z)?sh\b")
_STATEMENT = re.compile(r"^([ \t]*)((?:\{\{[^\n]*\}\}|\{%[^\n]*%\}|\{#[^\n]*#\})[ \t]*)$", re.MULTILINE)
_EXPRESSION = re.compile(r"\{\{[^\n]*?\}\}|\{%[^\n]*?%\}|\{#[^\n]*?#\}")
_DEEPEST = 64
_UNPRINTABLE = {code: "?" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\r"}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class _Open:
    key: str
    """The key it stands under; items of a list have that of the list."""
    is_list: bool
    held: list[Piece] = field(default_factory=list)
    next_key: str | None = None
    shell: str = ""


def pieces(data: bytes) -> Iterator[Piece]:
    """Yield the commands of a YAML file, in order as far as it is YAML."""
    if _KEY.search(data) is None:
        return
    text = data.decode("latin-1")
    reader = _Reader(text)
    try:
        for event in yaml.parse(_without_templates(text).translate(_UNPRINTABLE), Loader=_LOADER):
            yield from reader.take(event)
    except yaml.YAMLError:
        yield from (piece for open_ in reader.open for piece in open_.held)


def _without_templates(text: str) -> str:
    """Return a template as YAML of the same length: statements are comments, expressions are words."""
    if "{{" not in text and "{%" not in text:
        return text
    text = _STATEMENT.sub(lambda match: match[1] + "#" * len(match[2]), text)
    return _EXPRESSION.sub(lambda match: "_" * len(match[0]), text)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.open: list[_Open] = []
        self.deeper = 0

    def take(self, event: yaml.Event) -> list[Piece]:
        """Return the pieces that are complete with an event."""
        if isinstance(event, yaml.CollectionStartEvent):
            self._begin(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            return self._end()
        elif isinstance(event, yaml.ScalarEvent) and not self.deeper:
            self._scalar(event)
        elif isinstance(event, yaml.AliasEvent) and not self.deeper:
            self._key()
        return []

    def _key(self) -> str | None:
        """Return the key that a value stands under; None when it is a key itself."""
        top = self.open[-1] if self.open else None
        if top is None or top.is_list:
            return top.key if top else ""
        key, top.next_key = top.next_key, None if top.next_key is not None else ""
        return key

    def _begin(self, event: yaml.Event) -> None:
        if self.deeper or len(self.open) >= _DEEPEST:
            self.deeper += 1
            return
        key = self._key() or ""
        self.open.append(_Open(key, isinstance(event, yaml.SequenceStartEvent)))

    def _end(self) -> list[Piece]:
        if self.deeper:
            self.deeper -= 1
            return []
        done = self.open.pop()
        held = done.held if done.shell in _SHELLS else []
        if done.is_list and (done.key in _WORDS or (self.open and self.open[-1].is_list)):
            held = _sentence(held, self.text)
        if not self.open:
            return held
        self.open[-1].held += held
        return []

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        top = self.open[-1] if self.open else None
        if top is None:
            return
        if not top.is_list and top.next_key is None:
            top.next_key = event.value
            return
        key = self._key() or ""
        if key in ("shell", "executable") and " " not in event.value and "\n" not in event.value:
            top.shell = event.value.rsplit("/", 1)[-1]
        if key in _SCRIPTS or key in _WORDS or key.endswith(_ENDINGS) or _FIRST_LINE.match(event.value):
            piece = self._piece(event)
            if piece is not None:
                top.held.append(piece)

    def _piece(self, event: yaml.ScalarEvent) -> Piece | None:
        start, end = _index(event.start_mark), _index(event.end_mark)
        joined = event.style not in ("|", ">")
        if event.style in ("'", '"'):
            start, end = start + 1, end - 1
        elif event.style in ("|", ">"):
            newline = self.text.find("\n", start, end)
            if newline < 0:
                return None
            start, joined = newline + 1, event.style == ">"
        text = self.text[start:end]
        if event.style == '"':
            text = text.replace("\\n", " ;").replace('\\"', '" ')
        elif event.style == "'":
            text = text.replace("''", "' ")
        raw = text.rstrip().encode("latin-1")
        return Piece(start, raw, joined and b"\n" in raw) if raw else None


def _sentence(held: list[Piece], text: str) -> list[Piece]:
    """Return the words of a command as one piece; the script that a shell among them is given is its own."""
    if any(_GIVES_SCRIPT.fullmatch(piece.text) for piece in held):
        return [piece for piece in held if any(blank in piece.text.strip() for blank in b" \n")]
    held = held[1:] if held and held[0].text == b"CMD" else held
    if len(held) < 2:
        return held
    start, end = held[0].start - 1, held[-1].start + len(held[-1].text) + 1
    line = bytearray(b" " * (end - start))
    for piece in held:
        word = b'"' + piece.text + b'"' if b" " in piece.text else b" " + piece.text + b" "
        line[piece.start - 1 - start : piece.start - 1 - start + len(word)] = word
    return [Piece(start, bytes(line[: len(text) - start]), joined=True)]


def _index(mark: Any) -> int:
    """Return the offset of a mark, which is of another class with libyaml than without."""
    return int(mark.index)
