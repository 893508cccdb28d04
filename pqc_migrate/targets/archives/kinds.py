"""What a file's first bytes say it is."""

from __future__ import annotations

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


def kind(head: bytes) -> str:
    """Return the format of an archive or compressed file by its first bytes, or an empty string."""
    return next((name for magic, offset, name in _MAGIC if head.startswith(magic, offset)), "")
