"""Constants that stand where a value is expected: looked up in the same file, else in the module around it.

A Terraform module is the folder: a variable's default stands in another of its files, and ``terraform.tfvars`` or
an ``*.auto.tfvars`` beside them sets it. Whoever calls the module may set it too, which the confidence says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from pqc_migrate.detectors.config.document import PLACEHOLDER, Document, Word
from pqc_migrate.detectors.config.syntax import READERS
from pqc_migrate.detectors.config.syntax.leaf import Leaf, Malformed
from pqc_migrate.model.target import SourceFile

OVERRIDABLE = "the default of a variable, which whoever calls the module may set"
_VARIABLE = re.compile(r"variable\.([^.\[\]]+)\[\]\.default")
_PARAMETER = re.compile(r"Parameters\..*\.Default|parameters\..*\.defaultValue")
_IN_MODULE = ("variable.", "locals[].")
"""Keys that other files of a folder may hold, too."""
_SETS = re.compile(r"terraform\.tfvars|.+\.auto\.tfvars")
_MOST_FILES = 40
_LARGEST = 1 << 20
_MOST_STEPS = 4


@dataclass(frozen=True, slots=True)
class Constants:
    """The constants that one file may name."""

    file: SourceFile
    document: Document
    documents: tuple[tuple[Leaf, ...], ...]

    def resolve(self, word: Word) -> Word:
        """Return the value that a word names, at the word's own place; the word itself when it names none."""
        found = word
        for _ in range(_MOST_STEPS):
            if not found.refers:
                break
            target = self._find(found.refers)
            if target is None:
                return word
            found = target
        if found is word or found.refers or PLACEHOLDER in found.text:
            return word
        return replace(found, offset=word.offset, fixed=True, refers="")

    def is_overridable(self, word: Word) -> bool:
        """Whether a word is a variable's default and not a value that the module sets."""
        if _PARAMETER.fullmatch(word.refers):
            return True
        match = _VARIABLE.fullmatch(word.refers)
        return match is not None and self._set_in_module(match[1]) is None

    def _find(self, key: str) -> Word | None:
        match = _VARIABLE.fullmatch(key)
        if match is not None and (value := self._set_in_module(match[1])) is not None:
            return value
        for leaf in _leaves(self.documents, key):
            return replace(leaf.value, defined_at=leaf.value.offset)
        if not key.startswith(_IN_MODULE):
            return None
        return next(self._elsewhere(key, lambda name: name.endswith(".tf")), None)

    def _set_in_module(self, name: str) -> Word | None:
        return next(self._elsewhere(name, lambda file: bool(_SETS.fullmatch(file))), None)

    def _elsewhere(self, key: str, wanted: Callable[[str], bool]) -> Iterator[Word]:
        """Yield what other files of the folder say of a key."""
        if self.file.listing is None or self.file.neighbor is None:
            return
        names = [name for name in sorted(self.file.listing(".")) if wanted(name) and name != self.file.name]
        for name in names[:_MOST_FILES]:
            other = self.file.neighbor(name)
            if other is None or len(other.data) > _LARGEST:
                continue
            document = Document.of(other, own_substitution=True)
            for leaf in _leaves(_read(document), key):
                yield replace(leaf.value, defined_in=(other.path, document.line(leaf.value.offset)))


def _leaves(documents: Iterable[tuple[Leaf, ...]], key: str) -> Iterator[Leaf]:
    return (leaf for leaves in documents for leaf in leaves if leaf.key == key)


@lru_cache(maxsize=16)
def _read(document: Document) -> tuple[tuple[Leaf, ...], ...]:
    try:
        return tuple(READERS["hcl"](document))
    except Malformed:
        return ()
