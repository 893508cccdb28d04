"""The bytes of one file as text detectors want them, or why there are none."""

from __future__ import annotations

import codecs
import os
import stat
from dataclasses import dataclass

from pqc_migrate.model.inventory import Diagnostic, Skip
from pqc_migrate.targets.resolve import kind_of, reason
from pqc_migrate.targets.walk import Entry

LARGEST = 16 * 1024 * 1024
"""Bytes up to which a file is read and parsed whole."""
HEAD = 1024 * 1024
"""Bytes read of a larger file: enough for keys and certificates at its start, which is all that is looked for."""
_PSEUDO_FILE = 64 * 1024

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a pipe that took the file's place must not hold the scan up
    | getattr(os, "O_BINARY", 0)
)
_BYTE_ORDER_MARKS = (  # UTF-32 first: its little-endian mark begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Content:
    """What was read of one file."""

    data: bytes
    """UTF-8 where a byte order mark said otherwise, without the mark; else the file's own bytes."""
    size: int
    """Bytes of the file that were read."""
    shift: int | None = 0
    """What to add to an offset in `data` to get one in the file; None when the text was transcoded."""
    whole: bool = True
    """False: only the head was read."""
    diagnostic: Diagnostic | None = None


def read(entry: Entry) -> Content | Diagnostic:
    """Read one file without following links or waiting; a Diagnostic when nothing could be read."""
    try:
        descriptor = os.open(entry.place, _FLAGS)
    except OSError as error:
        return Diagnostic(entry.path, Skip.UNREADABLE, reason(error))
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return Diagnostic(entry.path, Skip.NOT_REGULAR, kind_of(status.st_mode))
        whole = status.st_size <= LARGEST
        raw = _read(descriptor, status.st_size if whole else HEAD)
    except OSError as error:
        return Diagnostic(entry.path, Skip.UNREADABLE, reason(error))
    finally:
        os.close(descriptor)
    if whole:
        return _as_text(entry, raw)
    message = f"{status.st_size} bytes; only the first {HEAD} were searched for keys and certificates"
    return Content(raw, len(raw), whole=False, diagnostic=Diagnostic(entry.path, Skip.TOO_LARGE, message))


def _read(descriptor: int, size: int) -> bytes:
    """Read `size` bytes; a pseudo-file that claims none is read up to `_PSEUDO_FILE`.

    One call is the rule, network file systems make more.
    """
    parts = []
    left = size or _PSEUDO_FILE
    while left > 0 and (part := os.read(descriptor, left)):
        parts.append(part)
        left -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _as_text(entry: Entry, raw: bytes) -> Content:
    if raw.startswith(codecs.BOM_UTF8):
        return Content(raw[len(codecs.BOM_UTF8) :], len(raw), shift=len(codecs.BOM_UTF8))
    for mark, encoding in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return _transcode(entry, raw, encoding)
    return Content(raw, len(raw))


def _transcode(entry: Entry, raw: bytes, encoding: str) -> Content:
    try:
        return Content(raw.decode(encoding).encode(), len(raw), shift=None)
    except UnicodeError:
        message = f"begins with the byte order mark of {encoding.upper()} but is not; searched as bytes"
        return Content(raw, len(raw), diagnostic=Diagnostic(entry.path, Skip.ENCODING, message))
