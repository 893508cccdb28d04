"""What a file's first bytes say it is."""

from __future__ import annotations

import re
import tarfile

LONGEST_MAGIC = 512
"""Bytes of a file's beginning that tell what it is."""
_MAGIC = (
    (b"PK\x03\x04", 0, "zip"),
    (b"PK\x05\x06", 0, "zip"),
    (b"\x1f\x8b\x08", 0, "gzip"),
    (b"BZh", 0, "bzip2"),
    (b"\xfd7zXZ\x00", 0, "xz"),
    (b"\x28\xb5\x2f\xfd", 0, "zstd"),
    (b"ustar", 257, "tar"),
    (b"!<arch>\n", 0, "ar"),
    (b"070701", 0, "cpio"),
    (b"070702", 0, "cpio"),
    (b"\xed\xab\xee\xdb", 0, "rpm"),
)


_CHECKSUM = re.compile(rb"[ 0]*[0-7]+[\0 ]+")
"""How the checksum of a tar header is written, in 8 bytes from `_CHECKSUM_AT` on (POSIX.1-1988 section 10.1.1)."""
_CHECKSUM_AT = 148


def kind(head: bytes) -> str:
    """Return the format of an archive or compressed file by its first bytes, or an empty string."""
    found = next((name for magic, offset, name in _MAGIC if head.startswith(magic, offset)), "")
    return found or ("tar" if _is_old_tar(head) else "")


def _is_old_tar(head: bytes) -> bool:
    """Whether a tar archive begins here whose format, that of Unix version 7, has no magic: its checksum tells."""
    if _CHECKSUM.fullmatch(head, _CHECKSUM_AT, _CHECKSUM_AT + 8) is None:
        return False
    try:
        tarfile.TarInfo.frombuf(head[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True
