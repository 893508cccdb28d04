"""A time limit for work in this process, where no other process could stop it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

Result = TypeVar("Result")


class TookTooLong(BaseException):
    """Raised inside the work; no `Exception`, so that nothing on the way takes it for a mistake of its own."""


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """Return what `work` returns; `TookTooLong` when it takes longer.

    Without alarm signals (Windows, another thread than the first) there is no limit here.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return work()
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return work()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _ring(_signal: int, _frame: FrameType | None) -> None:
    raise TookTooLong
