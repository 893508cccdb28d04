"""ZIP archives: JAR, WAR, EAR, APK, wheels, NuGet packages, office documents and plain ones (APPNOTE.TXT)."""

from __future__ import annotations

import lzma
import stat
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, BinaryIO

from pqc_migrate.model.inventory import Diagnostic, Skip
from pqc_migrate.targets.archives.member import DAMAGED, BadArchive, Budget, Member, place

_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(OSError, EOFError, ValueError, NotImplementedError, RuntimeError),
)
_ENCRYPTED = 1


def members(file: BinaryIO, path: str, budget: Budget) -> Iterator[Member | Diagnostic]:
    """Yield the regular files in the order of the central directory."""
    try:
        archive = zipfile.ZipFile(file)
    except _ERRORS as error:
        raise BadArchive("damaged: no central directory of a ZIP archive") from error
    with archive:
        for info in archive.infolist():
            budget.member()
            if info.is_dir() or stat.S_ISLNK(info.external_attr >> 16):
                continue
            try:
                where = place(path, info.filename)
            except BadArchive as error:
                yield Diagnostic(path, Skip.HOSTILE, str(error))
                continue
            if info.flag_bits & _ENCRYPTED:
                yield Diagnostic(where, Skip.UNREADABLE, "encrypted with a password")
                continue
            reader = _Reader(archive, info, budget)
            yield Member(where, info.file_size, reader)
            reader.close()


class _Reader:
    """Reads one file, opened when the first byte is asked for."""

    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> None:
        self._archive = archive
        self._info = info
        self._budget = budget
        self._file: IO[bytes] | None = None

    def __call__(self, size: int) -> bytes:
        try:
            if self._file is None:
                self._file = self._archive.open(self._info)
            data = self._file.read(size)
        except _ERRORS as error:
            raise BadArchive(DAMAGED) from error
        self._budget.unpack(len(data))
        return data

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
