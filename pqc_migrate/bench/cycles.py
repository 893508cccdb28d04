"""CPU cycles where the kernel counts them, else reference ticks, else nothing: no frequency is ever guessed.

Cycles of the core are counted through ``perf_event_open(2)``, in user mode only. Without such a counter (most
virtual machines have none) a time can be told in ticks of the x86 time stamp counter, which runs at a fixed rate
that is not the core's: a core that runs faster does more cycles than ticks. Its rate comes from the kernel, by the
page that ``perf_event_open(2)`` maps (``time_mult``, ``time_shift``) or by the event ``msr/tsc``.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import platform
import struct
import sys
import time
from dataclasses import dataclass
from pathlib import Path

USER_CYCLES, REFERENCE_TICKS = "user cycles", "reference ticks"
HARDWARE, SOFTWARE = 0, 1
CPU_CYCLES = 0
TASK_CLOCK, _DUMMY = 1, 9
_SYSTEM_CALL = {"x86_64": 298, "aarch64": 241, "riscv64": 241, "loongarch64": 241}
_EXCLUDE_KERNEL_AND_HYPERVISOR = 0x60
_CLOSE_ON_EXEC = 8
_ATTRIBUTE_BYTES = 64  # PERF_ATTR_SIZE_VER0
_CAPABILITIES, _WIDTH_SHIFT_MULT = 40, 48
_USER_TIME = 1 << 3
_MSR = Path("/sys/bus/event_source/devices/msr/type")
_WINDOW_NS = 30_000_000


class Counter:
    """Counts an event of this thread while it lives; `OSError` where the kernel does not count it."""

    def __init__(self, kind: int, event: int, exclude: int = _EXCLUDE_KERNEL_AND_HYPERVISOR) -> None:
        number = _SYSTEM_CALL.get(platform.machine()) if sys.platform == "linux" else None
        if number is None:
            raise OSError("this system has no perf_event_open")
        packed = struct.pack("IIQQQQQ", kind, _ATTRIBUTE_BYTES, event, 0, 0, 0, exclude).ljust(
            _ATTRIBUTE_BYTES, b"\0"
        )
        libc = ctypes.CDLL(None, use_errno=True)
        this_thread, any_cpu, no_group = ctypes.c_int(0), ctypes.c_int(-1), ctypes.c_int(-1)
        flags = ctypes.c_ulong(_CLOSE_ON_EXEC)
        self.descriptor = libc.syscall(ctypes.c_long(number), packed, this_thread, any_cpu, no_group, flags)
        if self.descriptor < 0:
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error))

    def read(self) -> int:
        """Return the count so far."""
        return int.from_bytes(os.read(self.descriptor, 8), sys.byteorder)

    def close(self) -> None:
        """Stop counting."""
        os.close(self.descriptor)


@dataclass(frozen=True, slots=True)
class Source:
    """Where cycles come from."""

    kind: str
    """`USER_CYCLES`, `REFERENCE_TICKS`, or empty: neither can be had."""
    counter: Counter | None
    ticks_per_ns: float | None
    about: str
    """The source in words, or why there is none."""

    def close(self) -> None:
        """Stop counting."""
        if self.counter is not None:
            self.counter.close()


NONE = Source("", None, None, "none: not looked for")


def source() -> Source:
    """Return the best source there is; it is open until it is closed."""
    try:
        counter = _counting(Counter(HARDWARE, CPU_CYCLES))
    except OSError as error:
        why = f"the kernel counts no CPU cycles here ({error.strerror or error})"
        rate, how = _ticks_per_ns()
        if rate is None:
            return Source("", None, None, f"none: {why}; {how}")
        return Source(REFERENCE_TICKS, None, rate, f"reference ticks: ns × {rate:.3f} GHz, {how}; {why}")
    return Source(USER_CYCLES, counter, None, "CPU cycles in user mode, counted by the kernel")


def _counting(counter: Counter) -> Counter:
    """Return a counter that moves: some hypervisors offer one that never does."""
    before = counter.read()
    if sum(range(1000)) and counter.read() > before:
        return counter
    counter.close()
    raise OSError("the counter stands still")


def _ticks_per_ns() -> tuple[float | None, str]:
    if platform.machine() not in ("x86_64", "AMD64"):
        return None, "reference ticks are those of x86"
    rate = _by_mapped_page()
    if rate is not None:
        return rate, "the rate by which the kernel converts its time stamp counter"
    rate = _by_counting()
    if rate is not None:
        return rate, "the rate of its time stamp counter by the kernel's event msr/tsc"
    return None, "the rate of the time stamp counter is not told either"


def _by_mapped_page() -> float | None:
    """Return ticks per ns: the kernel computes ns = ticks × time_mult >> time_shift."""
    try:
        counter = Counter(SOFTWARE, _DUMMY)
    except OSError:
        return None
    try:
        with mmap.mmap(counter.descriptor, mmap.PAGESIZE, mmap.MAP_SHARED, mmap.PROT_READ) as page:
            (capabilities,) = struct.unpack_from("Q", page, _CAPABILITIES)
            _, shift, multiplier = struct.unpack_from("HHI", page, _WIDTH_SHIFT_MULT)
    except (OSError, ValueError):
        return None
    finally:
        counter.close()
    return float(1 << shift) / multiplier if capabilities & _USER_TIME and multiplier else None


def _by_counting() -> float | None:
    """Return ticks per ns of CPU time: both stand still while others run, so a busy machine does not matter."""
    try:
        counter = Counter(int(_MSR.read_text()), 0, exclude=0)
    except (OSError, ValueError):
        return None
    try:
        clock = Counter(SOFTWARE, TASK_CLOCK)
    except OSError:
        counter.close()
        return None
    try:
        ticks, ns = counter.read(), clock.read()
        end = time.perf_counter_ns() + _WINDOW_NS
        while time.perf_counter_ns() < end:
            pass
        ticks, ns = counter.read() - ticks, clock.read() - ns
        return ticks / ns if ns > 0 else None
    finally:
        counter.close()
        clock.close()
