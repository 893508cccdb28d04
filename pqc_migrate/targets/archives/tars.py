"""Tar archives in any of its forms (POSIX ustar and pax, GNU), through the standard library's reader."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import BinaryIO

from pqc_migrate.model.inventory import Diagnostic, Skip
from pqc_migrate.targets.archives.member import BadArchive, Budget, Member, place


def members(file: BinaryIO, path: str, budget: Budget) -> Iterator[Member | Diagnostic]:
    """Yield the regular files; links lead to files that are met anyway or lie outside, and are passed over."""
    for info, archive in entries(file):
        budget.member()
        if info.isdir() or info.issym() or info.islnk():
            continue
        try:
            where = place(path, info.name)
        except BadArchive as error:
            yield Diagnostic(path, Skip.HOSTILE, str(error))
            continue
        if not info.isreg():
            yield Diagnostic(where, Skip.NOT_REGULAR, "device or pipe")
            continue
        yield Member(where, info.size, reader(archive, info))


def entries(file: BinaryIO) -> Iterator[tuple[tarfile.TarInfo, tarfile.TarFile]]:
    """Yield every header with the archive to read its content from; `BadArchive` where the archive is damaged."""
    try:
        # Alpine's packages are several archives behind each other, only the last of them with an end.
        with tarfile.open(fileobj=file, mode="r:", ignore_zeros=True) as archive:
            for info in archive:
                yield info, archive
                archive.members.clear()  # type: ignore[attr-defined]  # it keeps every header otherwise
    except (tarfile.TarError, ValueError, EOFError, OverflowError, RecursionError) as error:
        raise BadArchive("damaged: no tar header where one must be") from error


def reader(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Reader:
    """Return what reads one file's content."""
    return Reader(archive, info)


class Reader:
    """Reads one file of an archive, opened when the first byte is asked for."""

    def __init__(self, archive: tarfile.TarFile, info: tarfile.TarInfo) -> None:
        self._archive = archive
        self._info = info
        self._file: object | None = None

    def __call__(self, size: int) -> bytes:
        """Return up to so many bytes."""
        if self._file is None:
            self._file = self._archive.extractfile(self._info)
        try:
            return self._file.read(size)  # type: ignore[no-any-return,attr-defined]
        except (tarfile.TarError, OSError, ValueError) as error:
            raise BadArchive("damaged: ends in the middle of a file") from error
