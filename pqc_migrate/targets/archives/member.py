"""One file inside an archive, and the budget that all files of an archive share."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass

from pqc_migrate.model.escape import visible
from pqc_migrate.targets.limits import MIB, Limits

INSIDE = "!/"
"""Stands between an archive's path and that of a file in it, as in Java's jar: URLs."""
DAMAGED = "damaged or cut off: it cannot be unpacked to its end"
_UNSUSPICIOUS = 64 * MIB
"""Unpacked bytes up to which no ratio is suspicious: a file of zeros packs well."""


class BadArchive(Exception):
    """The archive is damaged, encrypted or in a form that is not read; the message says which."""


class LimitReached(Exception):
    """A bound of `Limits` was reached; the rest of the archive is not looked at."""


@dataclass(frozen=True, slots=True)
class Member:
    """One regular file of an archive."""

    path: str
    """Archive's path, ``!/`` and the path inside, as outputs spell it."""
    size: int
    """As the archive says; -1 where only reading tells."""
    read: Callable[[int], bytes]
    """Return up to so many further bytes; only until the next member is asked for. Raises `BadArchive`."""
    layer: str = ""
    """Digest of the image layer that it comes from."""
    hidden_by: str = ""
    """Digest of the first later layer that replaces or removes it: no container sees it, owners of the image do."""


class Budget:
    """What is left of an archive's bounds; archives inside it draw on the same budget."""

    def __init__(self, limits: Limits, packed: int) -> None:
        """`packed` is the size of the outermost archive in bytes."""
        self.limits = limits
        self._members = limits.archive_members
        self._most = min(limits.archive_bytes, max(_UNSUSPICIOUS, packed * limits.archive_ratio))
        self._by_ratio = self._most < limits.archive_bytes
        self._unpacked = 0

    def member(self) -> None:
        """Count one more member."""
        self._members -= 1
        if self._members < 0:
            raise LimitReached(f"more than {self.limits.archive_members} files; the rest was not looked at")

    def unpack(self, size: int) -> None:
        """Count so many unpacked bytes."""
        self._unpacked += size
        if self._unpacked <= self._most:
            return
        if self._by_ratio:
            ratio = self.limits.archive_ratio
            raise LimitReached(f"unpacks to more than {ratio} times its size; the rest was not looked at")
        raise LimitReached(f"unpacks to more than {self._most} bytes; the rest was not looked at")


def place(archive: str, name: str) -> str:
    """Return where a member stands for outputs; `BadArchive` for a name that leads out of the archive."""
    path = posixpath.normpath(name.replace("\\", "/"))
    if path.startswith(("/", "../")) or path in ("..", ".", "") or path[1:3] == ":/":
        raise BadArchive("the name of a file in it leads out of the archive; that file was not looked at")
    return f"{archive}{INSIDE}{visible(path)}"
