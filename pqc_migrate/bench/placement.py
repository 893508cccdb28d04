"""Move the C stack between batches, so that no figure rests on one lucky or unlucky place of it.

Where a function's local arrays lie relative to cache lines and pages depends on the stack's address, which the
system draws anew for every process and which differs from caller to caller. Classic McEliece and Falcon take up to
7 and 3 % more or less with it (Mytkowicz et al., "Producing wrong data without doing anything obviously wrong",
ASPLOS 2009, on this kind of error). Batches therefore go through `PLACES` places in turn.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

T = TypeVar("T")

PLACES = 16


def _padding(size: int) -> Any:
    return type(f"Padding{size}", (ctypes.Structure,), {"_fields_": [("bytes", ctypes.c_char * size)]})()


# What is passed by value lies on the stack, once for ctypes and once for the call. 24 or 32 bytes and one call more
# or less move it between the positions within a cache line that CPython's ctypes can reach; the rest over the page.
_PADDINGS = tuple(_padding((24, 32)[place % 2] + 352 * (place // 4)) for place in range(PLACES))
_CALL: Any = ctypes.pythonapi["PyObject_CallNoArgs"] if sys.implementation.name == "cpython" else None
if _CALL is not None:
    _CALL.restype = ctypes.py_object


def at(place: int, function: Callable[[], T]) -> T:
    """Call a function with the stack moved to the place of this number; places repeat after `PLACES`."""
    if _CALL is None:
        return function()
    if place // 2 % 2:
        function = partial(next, map(_run, (function,)))
    # The callee takes one argument and ignores the padding.
    result: T = _CALL(ctypes.py_object(function), _PADDINGS[place % PLACES])
    return result


def _run(function: Callable[[], T]) -> T:
    return function()
