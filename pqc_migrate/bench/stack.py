"""How deep a C function digs into its stack: it runs on a painted one, and the paint tells what it touched.

``makecontext(3)`` starts the function itself on memory of our own, so nothing of Python stands on that stack.
Byte-exact: down to the lowest byte whose paint is gone.
"""

from __future__ import annotations

import ctypes
import mmap
import platform
import sys
from collections.abc import Sequence
from typing import Any

from pqc_migrate.errors import ProviderUnavailable

SIZE = 32 << 20
"""Four times what Linux gives a thread: what needs more could hardly be used anywhere."""
_GUARD = 1 << 16
"""Not writable: a function that needs more than `SIZE` ends the process instead of corrupting it."""
_CONTEXT_BYTES = 1 << 16
"""More than ``ucontext_t`` takes anywhere; on AArch64 it is 4560 bytes."""
_COLORS = (0xA5, 0x5A)
_STEP = 1 << 20
_WORD_BYTES = 8
# ucontext_t begins alike on all 64-bit Linux: uc_flags, uc_link, uc_stack (ss_sp, ss_flags, ss_size).
_LINK, _STACK_BASE, _STACK_SIZE = 8, 16, 32


class PaintedStack:
    """A stack of `size` bytes in each of two colors, with a guard below it.

    `ProviderUnavailable` where the system's C library cannot switch stacks.
    """

    def __init__(self, size: int = SIZE) -> None:
        if not _switches_stacks():
            raise ProviderUnavailable("stack depth is measured on 64-bit Linux with glibc only")
        self._stacks = [_Stack(size, color) for color in _COLORS]

    def depth(self, function: Any, arguments: Sequence[Any]) -> int:
        """Return the bytes of stack that a call touches, those that starting it takes included.

        Bytes that happen to be written in the color of the paint are seen in the other one. What the function
        returns is lost: make the same call elsewhere and look there.
        """
        return max(stack.depth(function, arguments) for stack in self._stacks)


class _Stack:
    def __init__(self, size: int, color: int) -> None:
        self._libc = ctypes.CDLL(None)
        self._libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        self._libc.memcmp.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
        self._size, self._color = size, color
        self._memory = mmap.mmap(-1, _GUARD + size)
        start = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
        self._base = start + _GUARD
        if self._libc.mprotect(start, _GUARD, mmap.PROT_READ):
            raise ProviderUnavailable("the system refuses a guard below the painted stack")
        self._here = ctypes.create_string_buffer(_CONTEXT_BYTES)
        self._there = ctypes.create_string_buffer(_CONTEXT_BYTES)
        ctypes.memset(self._base, color, size)

    def depth(self, function: Any, arguments: Sequence[Any]) -> int:
        self._run(function, arguments)
        untouched = self._untouched()
        ctypes.memset(self._base + untouched, self._color, self._size - untouched)
        return self._size - untouched

    def _run(self, function: Any, arguments: Sequence[Any]) -> None:
        libc, here, there = self._libc, self._here, self._there
        if libc.getcontext(there):
            raise ProviderUnavailable("getcontext failed")
        for place, value in ((_LINK, ctypes.addressof(here)), (_STACK_BASE, self._base), (_STACK_SIZE, self._size)):
            ctypes.c_size_t.from_buffer(there, place).value = value
        libc.makecontext(there, ctypes.cast(function, ctypes.c_void_p), len(arguments), *arguments)
        libc.swapcontext(here, there)

    def _untouched(self) -> int:
        """Return how many bytes from the low end still have their paint."""
        low = 0
        while low < self._size and self._painted(low, min(_STEP, self._size - low)):
            low += _STEP
        if low >= self._size:
            return self._size
        length = 0
        step = _STEP
        while step:  # the longest painted run, found bit by bit
            if length + step <= self._size - low and self._painted(low, length + step):
                length += step
            step //= 2
        return low + length

    def _painted(self, offset: int, length: int) -> bool:
        # Every byte equals its neighbor, and the first is of the color.
        start = self._base + offset
        first = ctypes.c_ubyte.from_address(start).value == self._color
        return first and not self._libc.memcmp(start, start + 1, length - 1)


def _switches_stacks() -> bool:
    return (
        sys.platform == "linux"
        and ctypes.sizeof(ctypes.c_void_p) == _WORD_BYTES
        and platform.libc_ver()[0] == "glibc"
    )
