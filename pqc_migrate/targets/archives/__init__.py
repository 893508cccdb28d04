"""What lies in archives and images, read member by member in memory: nothing is ever written to the disk.

* `kind`: what a file's first bytes say it is
* `opened`: an archive → its `Member`s and what could not be looked at
* `member`: what every format gives, and the budget that bounds it
* `zips`, `tars`, `ar`, `cpio`, `streams`: one format each, `image` puts the layers of a container image together
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

from pqc_migrate.model.inventory import Diagnostic
from pqc_migrate.targets.archives import ar, cpio, image, streams, tars, zips
from pqc_migrate.targets.archives.member import BadArchive, Budget, Member

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

Found = Iterator[Member | Diagnostic]
_READERS: dict[str, Callable[[BinaryIO, str, Budget], Found]] = {
    "zip": zips.members,
    "tar": tars.members,
    "ar": ar.members,
    "cpio": cpio.members,
    "rpm": cpio.of_rpm,
}


def kind(head: bytes) -> str:
    """Return the format of an archive or compressed file by its first bytes, or an empty string."""
    return next((name for magic, offset, name in _MAGIC if head.startswith(magic, offset)), "")


def opened(file: BinaryIO, path: str, name: str, budget: Budget) -> Found:
    """Yield the members of an archive; `BadArchive` where it ends being one, `LimitReached` at a bound.

    `file` is seekable. A member has to be read before the next one is asked for.
    """
    if name in streams.DECOMPRESSORS:
        plain = streams.Forward(streams.DECOMPRESSORS[name](file), budget)
        inner = kind(plain.peek(LONGEST_MAGIC))
        if inner in ("tar", "cpio"):
            yield from _READERS[inner](cast(BinaryIO, plain), path, budget)
        else:
            yield streams.single(plain, path)
    elif name == "tar" and (found := image.of_archive(file, path, budget)) is not None:
        yield from found
    else:
        yield from _READERS[name](file, path, budget)


__all__ = ["LONGEST_MAGIC", "BadArchive", "Budget", "Member", "kind", "opened"]
