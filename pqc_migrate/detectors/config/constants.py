"""Constants that stand where a value is expected: looked up in the same file, else in the module around it.

A Terraform module is the folder: a variable's default stands in another of its files, and ``terraform.tfvars`` or
an ``*.auto.tfvars`` beside them sets it. Whoever calls the module may set it too, which the confidence says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property, lru_cache

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


class Constants:
    """The constants that one file may name."""

    def __init__(self, file: SourceFile, document: Document, documents: tuple[tuple[Leaf, ...], ...]) -> None:
        self.document = document
        self._file = file
        self._documents = documents

    @cached_property
    def _own(self) -> Mapping[str, Word]:
        """The first value of each key of the file."""
        return {leaf.key: leaf.value for leaves in reversed(self._documents) for leaf in reversed(leaves)}

    @cached_property
    def _module(self) -> tuple[Mapping[str, Word], Mapping[str, Word]]:
        """What the other files of the folder hold, and what they set."""
        return self._around(lambda name: name.endswith(".tf")), self._around(
            lambda name: bool(_SETS.fullmatch(name))
        )

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
        return match is not None and match[1] not in self._module[1]

    def _find(self, key: str) -> Word | None:
        match = _VARIABLE.fullmatch(key)
        if match is not None and match[1] in self._module[1]:
            return self._module[1][match[1]]
        if (own := self._own.get(key)) is not None:
            return replace(own, defined_at=own.offset)
        return self._module[0].get(key) if key.startswith(_IN_MODULE) else None

    def _around(self, wanted: Callable[[str], bool]) -> Mapping[str, Word]:
        """Return the values of some files of the folder by their keys, the first of each key."""
        found: dict[str, Word] = {}
        if self._file.listing is None or self._file.neighbor is None:
            return found
        names = [name for name in sorted(self._file.listing(".")) if wanted(name) and name != self._file.name]
        for name in names[:_MOST_FILES]:
            other = self._file.neighbor(name)
            if other is not None and len(other.data) <= _LARGEST:
                for key, value in _read(Document.of(other, own_substitution=True)).items():
                    found.setdefault(key, value)
        return found


@lru_cache(maxsize=64)
def _read(document: Document) -> Mapping[str, Word]:
    """Return the constants of a file: its values that say where they stand, by their keys."""
    try:
        leaves = [leaf for leaves in READERS["hcl"](document) for leaf in leaves]
    except Malformed:
        return {}
    return {
        leaf.key: replace(leaf.value, defined_in=(document.path, document.line(leaf.value.offset)))
        for leaf in reversed(leaves)
        if leaf.key.startswith(_IN_MODULE) or "." not in leaf.key
    }
