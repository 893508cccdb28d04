"""One file of a target as the detectors see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pqc_migrate.model.inventory import Role


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """One anchor literal seen by the gate."""

    offset: int
    """Byte offset of its first byte."""
    anchor: bytes


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

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[-1]

    def line_at(self, offset: int) -> int:
        """Return the 1-based line that holds a byte offset."""
        return self.data.count(b"\n", 0, offset) + 1
