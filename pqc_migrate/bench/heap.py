"""How much memory a C function allocates at its peak: the library's own calls to malloc are counted, to the byte.

The pointers through which a mapped library calls ``malloc`` and its like lead, while counting, to functions of
ours that keep count and call the real ones. What the C library allocates for itself is not seen.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pqc_migrate.bench import elf, mapped
from pqc_migrate.errors import ProviderUnavailable

KIND = "bytes allocated"
MOST_CALLS = 200_000
"""Allocations that are counted in one call; each costs about a microsecond."""
_POINTER, _SIZE, _INT = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
_PROTOTYPES: dict[str, tuple[Any, ...]] = {
    "malloc": (_POINTER, _SIZE),
    "calloc": (_POINTER, _SIZE, _SIZE),
    "realloc": (_POINTER, _POINTER, _SIZE),
    "aligned_alloc": (_POINTER, _SIZE, _SIZE),
    "memalign": (_POINTER, _SIZE, _SIZE),
    "posix_memalign": (_INT, _POINTER, _SIZE, _SIZE),
    "free": (None, _POINTER),
}


class TooManyAllocations(Exception):
    """More than `MOST_CALLS` in one call: counting stopped."""


class Heap:
    """Counts what a library, and those it needs whose name contains ``crypto``, allocate.

    `ProviderUnavailable` where their import slots cannot be read.
    """

    def __init__(self, path: str) -> None:
        if sys.platform != "linux" or ctypes.sizeof(_POINTER) != 8:
            raise ProviderUnavailable("allocations are counted on 64-bit Linux only")
        self._libc = ctypes.CDLL(None)
        self._libc.mprotect.argtypes = [_POINTER, _SIZE, _INT]
        self._slots = list(_slots(path))
        if not self._slots:
            raise ProviderUnavailable(f"{path} imports none of {', '.join(_PROTOTYPES)}")
        real = {name: self._real(name) for name in {name for name, _ in self._slots}}
        ours = {
            name: ctypes.PYFUNCTYPE(*_PROTOTYPES[name])(getattr(self, f"_{name}")(function))
            for name, function in real.items()
        }
        self._ours = ours  # ctypes keeps no reference
        self._original = {address: _word(address).value for _, address in self._slots}
        self._addresses = {name: ctypes.cast(function, _POINTER).value for name, function in ours.items()}
        self._live: dict[int, int] = {}
        self._current = self._peak = self._calls = 0

    def peak(self, call: Callable[[], object]) -> int:
        """Return the bytes that were allocated and not yet given back at the worst moment of a call.

        `TooManyAllocations` when there are more of them than are counted.
        """
        self._live, self._current, self._peak, self._calls = {}, 0, 0, 0
        with self._counting():
            call()
        if self._calls > MOST_CALLS:
            raise TooManyAllocations
        return self._peak

    @contextmanager
    def _counting(self) -> Iterator[None]:
        for name, address in self._slots:
            self._set(address, self._addresses[name])
        try:
            yield
        finally:
            self._restore()

    def _restore(self) -> None:
        for address, value in self._original.items():
            self._set(address, value)

    def _set(self, address: int, value: int | None) -> None:
        page = address & ~(mmap.PAGESIZE - 1)  # it may have been made read-only after loading
        if self._libc.mprotect(page, mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_WRITE):
            raise ProviderUnavailable("the system refuses to change import slots")
        _word(address).value = value or 0

    def _real(self, name: str) -> Any:
        function = ctypes.PyDLL(None)[name]
        function.restype, function.argtypes = _PROTOTYPES[name][0], _PROTOTYPES[name][1:]
        return function

    def _took(self, pointer: int | None, size: int) -> int | None:
        if pointer:
            self._live[pointer] = size
            self._current += size
            self._peak = max(self._peak, self._current)
        self._calls += 1
        if self._calls > MOST_CALLS:
            self._restore()
        return pointer

    def _gave(self, pointer: int | None) -> None:
        self._current -= self._live.pop(pointer or 0, 0)

    def _malloc(self, real: Any) -> Any:
        return lambda size: self._took(real(size), size)

    def _calloc(self, real: Any) -> Any:
        return lambda count, size: self._took(real(count, size), count * size)

    def _aligned_alloc(self, real: Any) -> Any:
        return lambda alignment, size: self._took(real(alignment, size), size)

    _memalign = _aligned_alloc

    def _realloc(self, real: Any) -> Any:
        def realloc(pointer: int | None, size: int) -> int | None:
            moved = real(pointer, size)
            if moved or not size:
                self._gave(pointer)
            return self._took(moved, size)

        return realloc

    def _posix_memalign(self, real: Any) -> Any:
        def posix_memalign(out: int, alignment: int, size: int) -> int:
            status: int = real(out, alignment, size)
            if not status:
                self._took(_word(out).value, size)
            return status

        return posix_memalign

    def _free(self, real: Any) -> Any:
        def free(pointer: int | None) -> None:
            self._gave(pointer)
            real(pointer)

        return free


def _slots(path: str) -> Iterator[tuple[str, int]]:
    """Yield (function, address of the pointer) of the library and of the cryptographic ones it needs."""
    own = elf.imports(path)
    needed = {os.path.basename(name) for name in own.needed if "crypto" in name}
    others = [file for file in mapped.files("crypto") if os.path.basename(file) in needed]
    for file, read in [(path, own), *((other, elf.imports(other)) for other in others)]:
        start = mapped.start_of(file)
        if start is not None:
            base = start - read.first
            yield from ((name, base + address) for name, address in read.slots if name in _PROTOTYPES)


def _word(address: int) -> ctypes.c_size_t:
    return ctypes.c_size_t.from_address(address)
