"""The files inside one archive or image, ready to be examined in their order."""

from __future__ import annotations

import io
import os
import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from pqc_migrate.catalog import languages
from pqc_migrate.model.inventory import Diagnostic, Skip
from pqc_migrate.model.target import SourceFile
from pqc_migrate.targets import git
from pqc_migrate.targets.archives import image, opening
from pqc_migrate.targets.archives.member import INSIDE, BadArchive, Budget, LimitReached, Member
from pqc_migrate.targets.limits import MIB, Limits
from pqc_migrate.targets.read import Content, content
from pqc_migrate.targets.resolve import reason
from pqc_migrate.targets.walk import Entry

_HELD = 64 * MIB
"""Unpacked size up to which the files of an archive are held together, so that they can look at each other."""


@dataclass(frozen=True, slots=True)
class Inner:
    """One file of an archive with its content, or what is said instead of it."""

    path: str
    content: Content | Diagnostic
    layer: str = ""
    hidden_by: str = ""
    """The later image layer that replaces or removes it."""
    around: Around | None = None


@dataclass(slots=True)
class Around:
    """The files of one archive that are held together."""

    data: dict[str, bytes] = field(default_factory=dict)

    def neighbor(self, path: str, relative: str) -> SourceFile | None:
        """Return a file by its path relative to that of another one; None outside the archive."""
        wanted = self._joined(path, relative)
        found = self.data.get(wanted)
        if found is None:
            return None
        return SourceFile(wanted, found, languages.of(posixpath.basename(wanted), found))

    def listing(self, path: str, relative: str) -> tuple[str, ...]:
        """Return the names of the files in a folder given relative to a file."""
        folder = self._joined(path, relative).rstrip("/") + "/"
        inside = (name.removeprefix(folder) for name in self.data if name.startswith(folder))
        return tuple(sorted(name for name in inside if "/" not in name))

    @staticmethod
    def _joined(path: str, relative: str) -> str:
        archive, _, inner = path.rpartition(INSIDE)
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(inner), relative))
        return f"{archive}{INSIDE}{'' if wanted == '.' else wanted}" if not wanted.startswith(("../", "/")) else ""


def files_in(entry: Entry, kind: str, limits: Limits) -> Iterator[Inner]:
    """Yield every file inside an archive, those of archives inside it too; a Diagnostic where one ends early."""
    if limits.archive_depth == 0:
        yield Inner(entry.path, Diagnostic(entry.path, Skip.LIMIT, "archives are not opened, as asked"))
        return
    if entry.is_layout:
        budget = Budget(limits, _size_of_folder(entry.place))
        yield from _guarded(entry.path, _each(image.of_folder(entry.place, entry.path, budget), budget, 1))
        return
    if entry.blob:
        data = git.blob(entry.place, entry.blob) or b""
        yield from _archive(io.BytesIO(data), entry.path, kind, Budget(limits, len(data)), 1)
        return
    try:
        with open(entry.place, "rb") as file:
            budget = Budget(limits, os.fstat(file.fileno()).st_size)
            yield from _archive(file, entry.path, kind, budget, 1)
    except OSError as error:
        yield Inner(entry.path, Diagnostic(entry.path, Skip.UNREADABLE, reason(error)))


def _archive(file: BinaryIO, path: str, kind: str, budget: Budget, depth: int) -> Iterator[Inner]:
    yield from _guarded(path, _each(opening.opened(file, path, kind, budget), budget, depth))


def _guarded(path: str, found: Iterator[Inner]) -> Iterator[Inner]:
    """Yield what is found until the archive is damaged; a limit of the whole ends all archives around it."""
    try:
        yield from _together(found)
    except BadArchive as error:
        yield Inner(path, Diagnostic(path, Skip.MALFORMED, str(error)))
    except LimitReached as error:
        yield Inner(path, Diagnostic(path, Skip.LIMIT, str(error)))


def _each(found: Iterable[Member | Diagnostic], budget: Budget, depth: int) -> Iterator[Inner]:
    for member in found:
        if isinstance(member, Diagnostic):
            yield Inner(member.path, member)
            continue
        try:
            read = content(member.path, member.size, member.read, budget.limits)
            yield Inner(member.path, read, member.layer, member.hidden_by)
            if read.archive:
                yield from _nested(member, read, budget, depth)
        except BadArchive as error:
            yield Inner(member.path, Diagnostic(member.path, Skip.MALFORMED, str(error)))


def _nested(member: Member, begun: Content, budget: Budget, depth: int) -> Iterator[Inner]:
    """Yield the files of an archive inside an archive, which is unpacked in memory."""
    limits = budget.limits
    if depth >= limits.archive_depth:
        message = f"{depth} archives inside each other; what this one holds was not looked at"
        yield Inner(member.path, Diagnostic(member.path, Skip.LIMIT, message))
        return
    parts = [begun.data]
    size = len(begun.data)
    while size <= limits.nested_bytes and (part := member.read(MIB)):
        parts.append(part)
        size += len(part)
    if size > limits.nested_bytes:
        message = f"an archive inside another one of more than {limits.nested_bytes} bytes; it was not looked at"
        yield Inner(member.path, Diagnostic(member.path, Skip.LIMIT, message))
        return
    for inner in _archive(io.BytesIO(b"".join(parts)), member.path, begun.archive, budget, depth + 1):
        yield Inner(inner.path, inner.content, member.layer, member.hidden_by, inner.around)


def _together(found: Iterator[Inner]) -> Iterator[Inner]:
    """Hold an archive's files back until all are there, so that they see each other; a large one goes through."""
    held: list[Inner] = []
    around = Around()
    size = 0
    ending: Exception | None = None
    try:
        for inner in found:
            if inner.around is not None or size > _HELD:
                yield inner  # seen by those of its own archive, or one of too many
                continue
            held.append(inner)
            if isinstance(inner.content, Content) and inner.content.whole:
                around.data[inner.path] = inner.content.data
                size += len(inner.content.data)
            if size > _HELD:
                yield from held
                held.clear()
                around.data.clear()
    except (BadArchive, LimitReached) as error:
        ending = error
    yield from (replace(inner, around=around) for inner in held)
    if ending is not None:
        raise ending


def _size_of_folder(folder: str) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size
            except OSError:
                continue
    return total
