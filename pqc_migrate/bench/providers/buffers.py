"""Memory that is handed to native functions, and what they answer."""

from __future__ import annotations

import ctypes
from typing import Any


class Buffer:
    """Bytes for C, with the pointer made once; whoever holds the pointer keeps the bytes."""

    __slots__ = ("at", "data", "size")

    def __init__(self, content: int | bytes) -> None:
        size = content if isinstance(content, int) else len(content)
        self.data = ctypes.create_string_buffer(max(size, 1))
        if isinstance(content, bytes):
            ctypes.memmove(self.data, content, size)
        self.size = size
        self.at = ctypes.cast(self.data, ctypes.c_void_p)  # the result of cast keeps what it points to

    def read(self, length: int | None = None) -> bytes:
        """Return the content, or the first `length` bytes of it."""
        return self.data.raw[: self.size if length is None else length]


def at(content: bytes) -> Any:
    """Return a pointer to a copy of `content`; whoever holds the pointer keeps the copy."""
    return Buffer(content).at


def succeeded(status: Any) -> bool:
    """Return whether a status of liboqs is ``OQS_SUCCESS``."""
    return bool(status == 0)
