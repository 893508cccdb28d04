"""One file of a target as the detectors see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from pqc_migrate.model.inventory import Role

EXTENSION = "*"
"""Stands for the class of a function that is called on objects of other classes, as C# extension methods are."""


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """One anchor literal seen by the gate."""

    offset: int
    """Byte offset of its first byte."""
    anchor: bytes


@dataclass(frozen=True, slots=True, order=True)
class Offer:
    """A function of the target that hands out cryptography to whoever calls it."""

    libraries: str
    """Language whose libraries it is written with; only files of that language can call it."""
    path: str
    members: tuple[str, ...]
    """Its name inside the file, behind those of the classes around it."""
    level: int = 1
    """1: it calls a library itself; 2: it calls a function of level 1 in another file, and so on."""

    anywhere: bool = False
    """Whether files of its language call it without saying where it is defined (C: some header declares it)."""
    hands: bool = True
    """Whether a call of it may get something."""
    asks: bool = False
    """Whether a use in its file depends on what it is called with, or on what a subclass puts in its place."""

    def homes(self) -> set[bytes]:
        """Return words of which a file that calls it holds one: its class, else its file or folder; b"" for any.

        A class that is all that a file exports (``exports.default``) has no name that others have to use.
        """
        if self.anywhere and len(self.members) == 1:
            return {b""}
        if self.members[0] == EXTENSION:
            return {word(self.members[-1])}
        if len(self.members) > 1 and "." not in self.members[-2]:
            return {self.members[-2].encode()}
        parts = {part.split(".")[0] for part in self.path.split("/")[-2:]}
        return {part.encode() for part in (parts - _ANY_PLACE or parts)}


@dataclass(frozen=True, slots=True)
class Given:
    """What one file of the target decides for a function of another: it calls it so, or overrides it so."""

    libraries: str
    path: str
    """The file that holds the function."""
    members: tuple[str, ...]
    """Its name there; that of its class for a constructor."""
    origin: str
    """The file that decides."""
    arguments: tuple[object, ...] = ()
    """Values by position, as `detectors.calls.values` has them."""
    named: tuple[tuple[str, object], ...] = ()
    """Values by the name of the parameter."""
    result: object = None
    """What a method that takes the function's place gives; None for a call."""
    inherits: bool = False
    """Whether a class of that file inherits from the function's class, and decides by that."""

    def concerned(self) -> tuple[str, ...]:
        """Return the files that say more when this is known: a class that inherits gets more of its bases, too."""
        return (self.path, self.origin) if self.inherits else (self.path,)


class Givens:
    """What the files of a target decide for each other's functions."""

    def __init__(self, given: Iterable[Given]) -> None:
        self.all = tuple(given)
        self._by: dict[str, Givens] = {}

    def of(self, path: str) -> list[Given]:
        """Return what is decided for the functions of one file."""
        return [given for given in self.all if given.path == path]

    def by(self, origin: str) -> Givens:
        """Return what one file decides."""
        if origin not in self._by:
            self._by[origin] = Givens(given for given in self.all if given.origin == origin)
        return self._by[origin]


LAST_LEVEL = 2
"""How many functions may stand between a call and the library, each in another file."""
ANY_LEVEL = 0
"""Stands for the functions of every level."""
_ANY_PLACE = frozenset({"index", "__init__", "mod", "src", "lib", "dist", "build", "main"})
"""Names of files and folders that say nothing: nearly every file of a project holds one of them."""


class Offers:
    """The functions that a target's files offer each other, ready to be looked up."""

    def __init__(self, offers: Iterable[Offer], level: int) -> None:
        """`level` is that of the functions whose calls are looked for now."""
        self.level = level
        self.at = {(offer.path, offer.members): offer for offer in sorted(offers, reverse=True)}
        for offer in sorted(offers):
            known = self.at[offer.path, offer.members]
            if (offer.hands, offer.asks) != (known.hands, known.asks):
                both = replace(known, hands=known.hands or offer.hands, asks=known.asks or offer.asks)
                self.at[offer.path, offer.members] = both
        self.classes = {(path, members[:-1]) for path, members in self.at if len(members) > 1}
        self.class_names = frozenset(members[-1] for _, members in self.classes)
        self.named: dict[str, list[Offer]] = {}
        self._wanted: dict[bytes, set[bytes]] = {}
        for offer in self.at.values():
            self.named.setdefault(offer.members[-1], []).append(offer)
            if level in (offer.level, ANY_LEVEL):
                self._wanted.setdefault(word(offer.members[-1]), set()).update(offer.homes())

        self.called = frozenset(map(word, self.named))
        """The words that all the functions are called by."""

    def words(self) -> frozenset[bytes]:
        """Return those of the functions whose calls are looked for."""
        return frozenset(self._wanted)

    def wanted(self, data: bytes, hits: Iterable[Hit]) -> bool:
        """Whether a file names such a function and what it lies in."""
        return any(home in data for found in {hit.anchor for hit in hits} for home in self._wanted[found])


def word(name: str) -> bytes:
    """Return the word a function is called by (``exports.digest``: digest)."""
    return name.rsplit(".", 1)[-1].encode()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The bytes of one file with what is known before parsing it."""

    path: str
    """POSIX path relative to the target; inside an archive ``outer.jar!/inner``."""
    data: bytes
    language: str = ""
    """Language or notation by name, suffix or first line, as `catalog/languages.toml` spells it; empty: unknown."""
    role: Role = Role.PRODUCTION
    hits: tuple[Hit, ...] = ()
    """Every anchor in `data`, in the order of the offsets."""
    neighbor: Callable[[str], SourceFile | None] | None = field(default=None, compare=False, repr=False)
    """Read another file of the same target by its path relative to this file's folder; None when there is none."""
    listing: Callable[[str], tuple[str, ...]] | None = field(default=None, compare=False, repr=False)
    """Name the files in a folder of the same target by its path relative to this file's folder."""

    offers: Offers | None = field(default=None, compare=False, repr=False)
    """What to look for in a second reading: calls of functions that other files of the target offer."""

    given: Givens | None = None
    """What other files decide for the functions of this target, once that is known."""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]

    def line_at(self, offset: int) -> int:
        """Return the 1-based line that holds a byte offset."""
        return self.data.count(b"\n", 0, offset) + 1
