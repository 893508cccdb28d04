"""Read the presentation language of TLS (RFC 8446 section 3): numbers and length-prefixed vectors."""

from __future__ import annotations


class Reader:
    """Reads from the front of some bytes; `ValueError` when they end too early or too late."""

    __slots__ = ("_data", "_place")

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    @property
    def left(self) -> int:
        """Bytes not read yet."""
        return len(self._data) - self._place

    def number(self, width: int) -> int:
        """Return an unsigned integer of `width` bytes, the most significant first."""
        return int.from_bytes(self._take(width), "big")

    def vector(self, width: int) -> bytes:
        """Return a vector whose length stands before it in `width` bytes."""
        return self._take(self.number(width))

    def skip(self, count: int) -> None:
        """Pass over bytes."""
        self._take(count)

    def end(self) -> None:
        """Make sure that nothing is left."""
        if self.left:
            raise ValueError(f"{self.left} bytes too many")

    def _take(self, count: int) -> bytes:
        if count > self.left:
            raise ValueError(f"{count} bytes announced, {self.left} there")
        taken = self._data[self._place : self._place + count]
        self._place += count
        return taken
