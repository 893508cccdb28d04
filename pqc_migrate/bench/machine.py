"""The machine a benchmark was made on. What a system does not tell is None, never a guess."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from pqc_migrate.model.bench import Cpu

# Extensions that cryptographic code has special versions for.
_FLAGS = frozenset({
    "adx", "aes", "avx", "avx2", "avx512bw", "avx512f", "avx512ifma", "avx512vl", "bmi1", "bmi2", "gfni",
    "pclmulqdq", "popcnt", "sha_ni", "sse4_2", "ssse3", "vaes", "vpclmulqdq",
    "asimd", "pmull", "sha1", "sha2", "sha3", "sha512", "sm3", "sm4", "sve", "sve2",
})  # fmt: skip
_SYS = Path("/sys")
_PROC = Path("/proc")


def cpu() -> Cpu:
    """Return the processor as the system describes it."""
    if sys.platform == "darwin":
        return _darwin_cpu()
    if sys.platform == "win32":
        return Cpu(model=platform.processor() or None, architecture=_architecture(), logical=os.cpu_count())
    fields = _cpuinfo(_read(_PROC / "cpuinfo"))
    flags = fields.get("flags") or fields.get("Features") or fields.get("isa") or ""
    numbers = [fields.get(key, "") for key in ("cpu family", "model", "stepping")]
    return Cpu(
        model=fields.get("model name") or fields.get("Model") or fields.get("cpu model") or None,
        family=" ".join(numbers) if all(numbers) else None,
        architecture=_architecture(),
        logical=os.cpu_count(),
        flags=tuple(sorted(_FLAGS & set(flags.split()))),
        governor=_read(_SYS / "devices/system/cpu/cpu0/cpufreq/scaling_governor").strip() or None,
        hypervisor=_hypervisor(flags.split()),
    )


def load() -> float | None:
    """Return the load average over one minute, or None."""
    try:
        return round(os.getloadavg()[0], 2)
    except (AttributeError, OSError):
        return None


def stolen_and_total() -> tuple[int, int] | None:
    """Return the ticks of all CPUs that the hypervisor gave to others, and all ticks; None where unknown."""
    first = _read(_PROC / "stat").partition("\n")[0].split()
    # proc_stat(5): user nice system idle iowait irq softirq steal (guest times are within user)
    if len(first) < 9 or first[0] != "cpu":
        return None
    ticks = [int(field) for field in first[1:9]]
    return ticks[7], sum(ticks)


def system() -> str:
    """Return the operating system in words."""
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (AttributeError, KeyError, OSError):
        return f"{platform.system()} {platform.release()}".strip() or "unknown"


def kernel() -> str:
    """Return kernel name and release."""
    return f"{platform.system()} {platform.release()}".strip() or "unknown"


def python() -> str:
    """Return interpreter, version and compiler."""
    return f"{platform.python_implementation()} {platform.python_version()} ({platform.python_compiler()})"


def _architecture() -> str | None:
    return platform.machine() or None


def _cpuinfo(text: str) -> Mapping[str, str]:
    """Return the fields of the first processor, and those that stand once for all."""
    fields: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip(), value.strip())
    return fields


def _hypervisor(flags: list[str]) -> str | None:
    xen = _read(_SYS / "hypervisor/type").strip()
    if "hypervisor" in flags or xen:
        return xen or _read(_SYS / "class/dmi/id/sys_vendor").strip() or "present, unnamed"
    return "none seen" if "fpu" in flags else None  # only x86 processors show a guest its hypervisor


def _darwin_cpu() -> Cpu:
    def ask(name: str) -> str | None:
        try:
            done = subprocess.run(
                ["/usr/sbin/sysctl", "-n", name], capture_output=True, text=True, timeout=5, check=False
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return done.stdout.strip() or None

    guest = ask("kern.hv_vmm_present")
    return Cpu(
        model=ask("machdep.cpu.brand_string"),
        architecture=_architecture(),
        logical=os.cpu_count(),
        hypervisor={"0": "none seen", "1": "present, unnamed"}.get(guest or ""),
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
