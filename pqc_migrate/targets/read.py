"""The bytes of one file as text detectors want them, or why there are none."""

from __future__ import annotations

import codecs
import io
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from pqc_migrate.model.inventory import Diagnostic, Skip
from pqc_migrate.targets import git
from pqc_migrate.targets.archives import kinds
from pqc_migrate.targets.archives.image import OCI_LAYOUT
from pqc_migrate.targets.limits import Limits
from pqc_migrate.targets.resolve import kind_of, reason
from pqc_migrate.targets.walk import Entry

DEFAULT = Limits()
HEAD = 1024 * 1024
"""Bytes read of a file that is over its limit: enough for keys and certificates at its start, which is all that is
looked for."""
_PSEUDO_FILE = 64 * 1024
_PIECE = 16 * 1024 * 1024

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a pipe that took the file's place must not hold the scan up
    | getattr(os, "O_BINARY", 0)
)
_MACHO = (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_PROGRAMS = (b"\x7fELF", b"MZ", b"dex\n", *_MACHO)
"""How ELF, PE, DEX, Mach-O and Java class files begin."""
_PACKAGE_DATABASE = re.compile(r"(?:.*/)?lib/(?:sysimage/)?rpm/(?:rpmdb\.sqlite|Packages(?:\.db)?)")
"""Databases of installed packages, which a server outgrows the bound of text with."""
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
    archive: str = ""
    """Which kind of archive it is; then `data` is its beginning; what it holds is read file by file."""


def read(entry: Entry, limits: Limits = DEFAULT) -> Content | Diagnostic:
    """Read one file without following links or waiting; a Diagnostic when nothing could be read."""
    if entry.is_layout:
        return Content(b"", 0, archive=OCI_LAYOUT)
    if entry.blob:
        return _read_blob(entry, limits)
    try:
        descriptor = os.open(entry.place, _FLAGS)
    except OSError as error:
        return Diagnostic(entry.path, Skip.UNREADABLE, reason(error))
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return Diagnostic(entry.path, Skip.NOT_REGULAR, kind_of(status.st_mode))
        # A pseudo-file claims to be empty; it is read up to a bound of its own.
        return content(entry.path, status.st_size or _PSEUDO_FILE, partial(os.read, descriptor), limits)
    except OSError as error:
        return Diagnostic(entry.path, Skip.UNREADABLE, reason(error))
    finally:
        os.close(descriptor)


def _read_blob(entry: Entry, limits: Limits) -> Content | Diagnostic:
    data = git.blob(entry.place, entry.blob)
    if data is None:
        return Diagnostic(entry.path, Skip.UNREADABLE, "the repository does not hold this version of the file")
    return content(entry.path, len(data), io.BytesIO(data).read, limits)


def content(path: str, size: int, pull: Callable[[int], bytes], limits: Limits = DEFAULT) -> Content:
    """Return what `pull` gives of a file, as much as its kind may have; `size` -1: only reading tells.

    `pull` returns the next so many bytes, fewer at the end; what it raises passes through.
    """
    is_small = 0 <= size <= limits.file_bytes
    head = _pulled(pull, size if is_small else kinds.LONGEST_MAGIC)
    if name := kinds.kind(head):
        return Content(head, max(size, len(head)), whole=False, archive=name)
    if is_small:
        return _as_text(path, head)
    is_binary = head.startswith(_PROGRAMS) or _PACKAGE_DATABASE.fullmatch(path) is not None
    most = limits.binary_bytes if is_binary else limits.file_bytes
    if size <= most:
        raw = head + _pulled(pull, most + 1 - len(head))
        if len(raw) <= most:
            return _as_text(path, raw)
        raw, shown = raw[:HEAD], f"more than {most} bytes"
    else:
        raw, shown = head + _pulled(pull, HEAD - len(head)), f"{size} bytes"
    message = f"{shown}; only the first {len(raw)} were searched for keys and certificates"
    return Content(raw, len(raw), whole=False, diagnostic=Diagnostic(path, Skip.TOO_LARGE, message))


def _pulled(pull: Callable[[int], bytes], size: int) -> bytes:
    """Return up to so many bytes. One call is the rule; network file systems and unpackers need more."""
    parts = []
    while size > 0 and (part := pull(min(size, _PIECE))):
        parts.append(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _as_text(path: str, raw: bytes) -> Content:
    if raw.startswith(codecs.BOM_UTF8):
        return Content(raw[len(codecs.BOM_UTF8) :], len(raw), shift=len(codecs.BOM_UTF8))
    for mark, encoding in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return _transcode(path, raw, encoding)
    return Content(raw, len(raw))


def _transcode(path: str, raw: bytes, encoding: str) -> Content:
    try:
        return Content(raw.decode(encoding).encode(), len(raw), shift=None)
    except UnicodeError:
        message = f"begins with the byte order mark of {encoding.upper()} but is not; searched as bytes"
        return Content(raw, len(raw), diagnostic=Diagnostic(path, Skip.ENCODING, message))
