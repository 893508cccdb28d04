"""YAML (1.1 as PyYAML reads it), several documents in a file, aliases and merge keys followed.

Read from libyaml's events and not from its nodes: building nodes recurses in C and ends the process on
deeply nested input. Bytes stay one to one with characters, so marks are offsets in the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from pqc_migrate.detectors.config.document import PLACEHOLDER, Document, Word
from pqc_migrate.detectors.config.syntax.leaf import DEEPEST, MOST, Leaf, Malformed, below

_FILLED_IN = "\xa4"
"""Stands for `PLACEHOLDER` while libyaml reads, which refuses control characters."""
_UNPRINTABLE = {code: "?" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\r"}
_PRINTABLE = str.maketrans(_UNPRINTABLE | {ord(PLACEHOLDER): _FILLED_IN})
_CHOICES = frozenset({"!", "!If"})
"""Tags of collections whose parts are values: none, and CloudFormation's choice."""
_PLAIN_TAGS = frozenset({"!", "!Sub"})
"""Tags of texts that stand for themselves; any other tag of an application stands for what that makes of it."""
_PARAMETERS = "Parameters"
"""Where ``!Ref`` of CloudFormation finds the default of a parameter."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(document: Document) -> Iterator[tuple[Leaf, ...]]:
    """Yield the leaves of each YAML document; `Malformed` where the text stops being YAML."""
    builder = _Builder(document)
    text = document.text.translate(_PRINTABLE)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
            if isinstance(event, yaml.DocumentEndEvent):
                yield builder.finish()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise Malformed("not YAML", line) from error
    except yaml.YAMLError as error:
        raise Malformed("not YAML") from error


@dataclass(slots=True)
class _Open:
    """A collection that is being read."""

    place: str
    is_list: bool
    since: int
    """How many leaves there were before it."""
    anchor: str | None
    index: int = 0
    key: str | None = None
    """The key whose value comes next; None: a key comes next."""


@dataclass(slots=True)
class _Builder:
    document: Document
    leaves: list[Leaf] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[str, list[Leaf]]] = field(default_factory=dict)
    skipped: int = 0
    """Depth inside a key that is no scalar, which has no name here, or inside what an application computes."""
    computed: int = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._begin(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end(event)

    def finish(self) -> tuple[Leaf, ...]:
        leaves = tuple(self.leaves)
        self.leaves.clear()
        self.anchors.clear()
        return leaves

    def _is_key(self) -> bool:
        return bool(self.open) and not self.open[-1].is_list and self.open[-1].key is None

    def _next_place(self) -> str:
        """Return where the next value stands, and be ready for the one after it."""
        if not self.open:
            return ""
        top = self.open[-1]
        if top.is_list:
            top.index += 1
            return f"{top.place}[{top.index - 1}]"
        place = below(top.place, top.key or "")
        top.key = None
        return place

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if self.skipped:
            return
        if self._is_key():
            self.open[-1].key = event.value
            return
        leaf = Leaf(self._next_place(), self._word(event))
        self._add([leaf])
        if event.anchor:
            self.anchors[event.anchor] = (leaf.place, [leaf])

    def _word(self, event: yaml.ScalarEvent) -> Word:
        if event.tag is not None and event.tag not in _PLAIN_TAGS and event.tag.startswith("!"):
            refers = f"{_PARAMETERS}.{event.value}.Default" if event.tag == "!Ref" else ""
            return Word(PLACEHOLDER, _index(event.start_mark), refers=refers)
        start, end = _index(event.start_mark), _index(event.end_mark)
        text = event.value.replace(_FILLED_IN, PLACEHOLDER)
        if event.style in ("'", '"'):
            start, end = start + 1, end - 1
        elif event.style in ("|", ">"):
            newline = self.document.text.find("\n", start, end)
            start = start if newline < 0 else newline + 1
        return Word(text, start, fixed=text != self.document.text[start:end])

    def _alias(self, event: yaml.AliasEvent) -> None:
        if self.skipped:
            return
        if self._is_key():
            self.open[-1].key = ""
            return
        merged = bool(self.open) and self.open[-1].key == "<<"
        place = self.open[-1].place if merged else ""
        place = place if merged else self._next_place()
        if merged:
            self.open[-1].key = None
        origin, leaves = self.anchors.get(event.anchor or "", ("", []))
        self._add([Leaf((place + leaf.place[len(origin) :]).lstrip("."), leaf.value) for leaf in leaves])

    def _begin(self, event: yaml.CollectionStartEvent) -> None:
        if self.skipped or self._is_key():
            self.skipped += 1
            return
        if event.tag is not None and event.tag.startswith("!") and event.tag not in _CHOICES:
            self._add([Leaf(self._next_place(), Word(PLACEHOLDER, _index(event.start_mark)))])
            self.computed = self.skipped = 1
            return
        if len(self.open) >= DEEPEST:
            raise Malformed("nested deeper than any setting", self.document.line(_index(event.start_mark)))
        is_list = isinstance(event, yaml.SequenceStartEvent)
        self.open.append(_Open(self._next_place(), is_list, len(self.leaves), event.anchor))

    def _end(self, event: yaml.Event) -> None:
        if self.skipped:
            self.skipped -= 1
            if not self.skipped and self.computed:
                self.computed = 0
            elif not self.skipped:
                self.open[-1].key = ""
            return
        done = self.open.pop()
        if len(self.leaves) == done.since and done.place:
            self._add([Leaf(done.place, Word("", _index(event.start_mark)))])
        if done.anchor:
            self.anchors[done.anchor] = (done.place, self.leaves[done.since :])

    def _add(self, leaves: list[Leaf]) -> None:
        self.leaves.extend(leaves)
        if len(self.leaves) > MOST:
            raise Malformed("more values than any setting has")


def _index(mark: Any) -> int:
    """Return the offset of a mark, which is of another class with libyaml than without."""
    return int(mark.index)
