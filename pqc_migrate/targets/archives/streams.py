"""Compressed streams: gzip, bzip2, xz, Zstandard; read forward only, with bounded memory."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, cast

from pqc_migrate.targets.archives.member import DAMAGED, INSIDE, BadArchive, Budget, Member
from pqc_migrate.targets.limits import MIB

_CHUNK = 1 << 16
_LONGEST_READ = 64 * MIB
"""No reader of a format asks for more at once, unless a header lies about a length."""
_WINDOW = 256 * MIB
"""Memory that a decompressor may take: what `xz -9` and `zstd --ultra` need, and not more."""
_ERRORS = (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError)
_SUFFIXES = {".tgz": ".tar", ".svgz": ".svg", ".gz": "", ".bz2": "", ".xz": "", ".zst": ""}


class _Chained(io.RawIOBase):
    """Streams of one compression behind each other as one; for decompressors of the form of `bz2`'s."""

    def __init__(self, file: BinaryIO, make: Callable[[], Any]) -> None:
        self._file = file
        self._make = make
        self._decompressor = make()
        self._left = b""
        self._begun = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while True:
            if self._decompressor.eof:
                self._left = self._decompressor.unused_data or self._file.read(_CHUNK)
                if not self._left.strip(b"\0"):
                    return 0
                self._decompressor, self._begun = self._make(), False
            elif self._decompressor.needs_input and not self._left:
                self._left = self._file.read(_CHUNK)
                if not self._left:
                    raise EOFError("ends in the middle")
            data = self._decompressor.decompress(self._left, len(buffer))
            self._left = b""
            if data:
                buffer[: len(data)] = data
                return len(data)


class _Zstd:
    """A decompressor of Zstandard whose errors are those of the other ones."""

    def __init__(self) -> None:
        self._module = _zstd_module()
        options = {self._module.DecompressionParameter.window_log_max: _WINDOW.bit_length() - 1}
        self._decompressor = self._module.ZstdDecompressor(options=options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._decompressor, name)

    def decompress(self, data: bytes, most: int) -> bytes:
        try:
            return bytes(self._decompressor.decompress(data, most))
        except self._module.ZstdError as error:
            raise ValueError("no Zstandard frame") from error


def _zstd_module() -> Any:
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        try:
            from backports import zstd
        except ImportError:
            raise BadArchive("Zstandard is not read here; install backports.zstd") from None
    return zstd


def _chained(make: Callable[[], Any]) -> Callable[[BinaryIO], BinaryIO]:
    return lambda file: cast(BinaryIO, io.BufferedReader(_Chained(file, make)))


DECOMPRESSORS: Mapping[str, Callable[[BinaryIO], BinaryIO]] = {
    "gzip": lambda file: cast(BinaryIO, gzip.GzipFile(fileobj=file)),
    "bzip2": _chained(bz2.BZ2Decompressor),
    "xz": _chained(lambda: lzma.LZMADecompressor(memlimit=_WINDOW)),
    "zstd": _chained(_Zstd),
}


class Forward(io.RawIOBase):
    """An unpacked stream that is only ever read forward; every byte is counted, errors become `BadArchive`."""

    def __init__(self, source: BinaryIO, budget: Budget) -> None:
        super().__init__()
        self._source = source
        self._budget = budget
        self._position = 0
        self._ahead = b""

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be sought in: forward."""
        return True

    def peek(self, size: int) -> bytes:
        """Return the next bytes without moving on."""
        while len(self._ahead) < size and (more := self._pull(size - len(self._ahead))):
            self._ahead += more
        return self._ahead[:size]

    def read(self, size: int | None = -1) -> bytes:
        """Return up to so many bytes, fewer only at the end."""
        if size is None or size < 0 or size > _LONGEST_READ:
            raise BadArchive("a length in it is larger than any real one")
        parts = [self._ahead[:size]]
        self._ahead = self._ahead[size:]
        left = size - len(parts[0])
        while left > 0 and (part := self._pull(left)):
            parts.append(part)
            left -= len(part)
        data = b"".join(parts)
        self._position += len(data)
        return data

    def tell(self) -> int:
        """Return how many bytes were read."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move on to an offset from the start; what lies behind cannot be read again."""
        if whence == io.SEEK_CUR:
            offset += self._position
        if whence == io.SEEK_END or offset < self._position:
            raise BadArchive("is packed in a form that is read forward only")
        while self._position < offset and self.read(min(_CHUNK, offset - self._position)):
            pass
        return self._position

    def _pull(self, size: int) -> bytes:
        try:
            data = self._source.read(size)
        except _ERRORS as error:
            raise BadArchive(DAMAGED) from error
        self._budget.unpack(len(data))
        return data


def single(stream: Forward, path: str) -> Member:
    """Return what a compressed file that is no archive holds."""
    name = path.rpartition("/")[2]
    for suffix, replacement in _SUFFIXES.items():
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            name = name[: -len(suffix)] + replacement
            break
    return Member(f"{path}{INSIDE}{name}", -1, stream.read)
