"""An archive → its members, whatever it is packed with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

from pqc_migrate.model.inventory import Diagnostic
from pqc_migrate.targets.archives import ar, cpio, image, kinds, streams, tars, zips
from pqc_migrate.targets.archives.member import Budget, Member

Found = Iterator[Member | Diagnostic]
_READERS: dict[str, Callable[[BinaryIO, str, Budget], Found]] = {
    "zip": zips.members,
    "tar": tars.members,
    "ar": ar.members,
    "cpio": cpio.members,
    "rpm": cpio.of_rpm,
}


def opened(file: BinaryIO, path: str, name: str, budget: Budget) -> Found:
    """Yield the members of an archive; `BadArchive` where it ends being one, `LimitReached` at a bound.

    `file` is seekable. A member has to be read before the next one is asked for.
    """
    if name in streams.DECOMPRESSORS:
        plain = streams.Forward(streams.DECOMPRESSORS[name](file), budget)
        inner = kinds.kind(plain.peek(kinds.LONGEST_MAGIC))
        if inner in ("tar", "cpio"):
            yield from _READERS[inner](cast(BinaryIO, plain), path, budget)
        else:
            yield streams.single(plain, path)
    elif name == "tar" and (found := image.of_archive(file, path, budget)) is not None:
        yield from found
    else:
        yield from _READERS[name](file, path, budget)
