"""What every syntax of key and value gives: leaves, each with the way to it from the top."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pqc_migrate.detectors.config.document import Word

DEEPEST = 64
"""Levels that are read; what lies deeper is no setting that a person wrote."""
MOST = 200_000
"""Leaves of one file that are read, aliases counted each time they are used."""
_INDEX = re.compile(r"\[\d+\]")


class Malformed(Exception):
    """The document is not what its syntax asks for; `line` (1-based, 0: unknown) says from where on."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scalar, or a collection that holds nothing (then `value` is empty)."""

    place: str
    """The way from the top, lists with their indices: ``spec.tls[0].hosts[1]``. A key may hold dots itself."""
    value: Word

    @property
    def key(self) -> str:
        """The way from the top whatever the position in a list: ``spec.tls[].hosts[]``."""
        return _INDEX.sub("[]", self.place) if "[" in self.place else self.place

    @property
    def parent(self) -> str:
        """The place of the mapping or list that holds the leaf; empty at the top."""
        return parent_of(self.place)


def parent_of(place: str) -> str:
    """Return the place that holds a place: ``a.b[0]`` → ``a.b`` → ``a`` → an empty string."""
    if place.endswith("]"):
        return place[: place.rindex("[")]
    return place.rpartition(".")[0]


def below(place: str, key: str) -> str:
    """Return the place of a key inside a mapping."""
    return f"{place}.{key}" if place else key
