import sys
from pathlib import Path

import pytest

from pqc_migrate.bench import machine
from pqc_migrate.model.bench import Cpu

X86 = """\
processor\t: 0
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 143
model name\t: Intel(R) Xeon(R) Platinum 8480+
stepping\t: 8
flags\t\t: fpu vme aes avx2 sha_ni hypervisor unheard_of

processor\t: 1
model name\t: another
"""
ARM = """\
processor\t: 0
BogoMIPS\t: 50.00
Features\t: fp asimd aes pmull sha1 sha2 sm3 sm4
CPU implementer\t: 0x48
"""


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Linux whose /proc and /sys the test writes."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(machine, "_PROC", tmp_path / "proc")
    monkeypatch.setattr(machine, "_SYS", tmp_path / "sys")
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_an_x86_guest_is_described(system: Path) -> None:
    """Model, numbers, extensions that matter, governor and hypervisor; of the first processor."""
    write(system / "proc/cpuinfo", X86)
    write(system / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n")
    write(system / "sys/class/dmi/id/sys_vendor", "QEMU\n")
    found = machine.cpu()
    assert found.model == "Intel(R) Xeon(R) Platinum 8480+"
    assert found.family == "6 143 8"
    assert found.flags == ("aes", "avx2", "sha_ni")
    assert (found.governor, found.hypervisor) == ("powersave", "QEMU")


def test_an_arm_server_does_not_tell_everything(system: Path) -> None:
    """What it does not say is unknown: Arm processors do not show a guest its hypervisor."""
    write(system / "proc/cpuinfo", ARM)
    found = machine.cpu()
    assert (found.model, found.family, found.governor, found.hypervisor) == (None, None, None, None)
    assert found.flags == ("aes", "asimd", "pmull", "sha1", "sha2", "sm3", "sm4")


def test_a_machine_that_tells_nothing_is_unknown(system: Path) -> None:
    """A container without /proc and /sys costs the fingerprint, not the run."""
    found = machine.cpu()
    assert (found.model, found.flags, found.governor) == (None, (), None)
    assert machine.stolen_and_total() is None


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_other_systems_degrade_politely(system: Path, monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    """Fields that only Linux has are empty."""
    monkeypatch.setattr(sys, "platform", platform)
    found = machine.cpu()
    assert isinstance(found, Cpu)
    assert (found.flags, found.governor) == ((), None)


def test_stolen_time_is_read_from_the_right_column(system: Path) -> None:
    """proc_stat(5): the eighth number; guest times after it are already within user time."""
    write(system / "proc/stat", "cpu  10 20 30 40 50 60 70 80 900 1000\ncpu0 1 2 3\n")
    assert machine.stolen_and_total() == (80, 360)
    write(system / "proc/stat", "cpu 1 2 3\n")
    assert machine.stolen_and_total() is None


def test_this_machine_has_a_name_for_everything() -> None:
    """Words, not empty strings."""
    assert machine.system()
    assert machine.kernel()
    assert machine.python()
