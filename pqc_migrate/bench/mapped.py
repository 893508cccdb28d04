"""Which file a loaded native library really is: asked of the operating system, not of the name it was loaded by."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from pathlib import Path

_MAPS = Path("/proc/self/maps")


def file_of(address: int) -> str | None:
    """Return the file whose mapping holds an address of this process; None where the system does not tell."""
    if _MAPS.exists():
        return next((path for start, end, path in _mappings() if start <= address < end), None)
    if sys.platform == "win32":
        return _windows_module(address)
    return _dladdr(address)


def address_of(library: ctypes.CDLL, symbol: str) -> int | None:
    """Return the address of an exported function, or None when the library has none of that name."""
    try:
        return ctypes.cast(library[symbol], ctypes.c_void_p).value
    except AttributeError:
        return None


def start_of(file: str) -> int | None:
    """Return the address at which the first segment of a mapped file begins; None when it is not mapped."""
    if not _MAPS.exists():
        return None
    return min((start for start, _, path in _mappings() if path == file), default=None)


def files(part: str) -> list[str]:
    """Return the mapped files whose name contains `part`, sorted; empty where the system does not tell."""
    if not _MAPS.exists():
        return []
    return sorted({path for _, _, path in _mappings() if part in os.path.basename(path)})


def _mappings() -> Iterator[tuple[int, int, str]]:
    for line in _MAPS.read_text(errors="surrogateescape").splitlines():
        fields = line.split(maxsplit=5)
        if len(fields) == 6 and fields[5].startswith("/"):
            start, _, end = fields[0].partition("-")
            yield int(start, 16), int(end, 16), fields[5]


class _DlInfo(ctypes.Structure):
    # dladdr(3)
    _fields_ = (
        ("dli_fname", ctypes.c_char_p),
        ("dli_fbase", ctypes.c_void_p),
        ("dli_sname", ctypes.c_char_p),
        ("dli_saddr", ctypes.c_void_p),
    )


def _dladdr(address: int) -> str | None:
    try:
        dladdr = ctypes.CDLL(None)["dladdr"]
    except (AttributeError, OSError):
        return None
    dladdr.argtypes = [ctypes.c_void_p, ctypes.POINTER(_DlInfo)]
    info = _DlInfo()
    if not dladdr(address, ctypes.byref(info)) or not info.dli_fname:
        return None
    return os.path.realpath(os.fsdecode(info.dli_fname))


def _windows_module(address: int) -> str | None:
    if sys.platform == "win32":
        kernel = ctypes.WinDLL("kernel32")
        module = ctypes.c_void_p()
        # GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT
        if kernel.GetModuleHandleExW(6, ctypes.c_void_p(address), ctypes.byref(module)):
            buffer = ctypes.create_unicode_buffer(32768)
            if kernel.GetModuleFileNameW(module, buffer, len(buffer)):
                return buffer.value
    return None
