import ctypes
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pqc_migrate.bench import placement
from pqc_migrate.bench.scheme import Call
from pqc_migrate.bench.timing import Timer

SOURCE = "unsigned long here(void) { return (unsigned long)__builtin_frame_address(0); }"


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="only CPython's C API can move the stack")
@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_batches_run_in_different_places_of_the_stack(tmp_path: Path) -> None:
    """As a C function sees it: as many addresses as places, on both halves of a cache line at least."""
    (tmp_path / "here.c").write_text(SOURCE)
    command = ["cc", "-shared", "-fPIC", "-o", str(tmp_path / "here.so"), str(tmp_path / "here.c")]
    subprocess.run(command, check=True, timeout=60)
    here = ctypes.CDLL(str(tmp_path / "here.so")).here
    here.restype = ctypes.c_ulong
    seen: list[int] = []
    timer = Timer(Call(lambda: seen.append(here()), [()], lambda result: True))
    for _ in range(2 * placement.PLACES):
        timer.batch(1, 0)
    assert seen[: placement.PLACES] == seen[placement.PLACES :], "the same places again"
    assert len(set(seen)) == placement.PLACES
    assert len({address % 64 for address in seen}) >= 2
    assert max(seen) - min(seen) > 1024


@pytest.mark.parametrize("place", range(placement.PLACES + 1))
def test_results_and_exceptions_pass_through(place: int) -> None:
    """Ctrl-C too."""

    def interrupted() -> int:
        raise KeyboardInterrupt

    assert placement.at(place, lambda: 12345678901) == 12345678901
    with pytest.raises(KeyboardInterrupt):
        placement.at(place, interrupted)


def test_other_interpreters_time_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without CPython's C API a batch is run as it is."""
    monkeypatch.setattr(placement, "_CALL", None)
    assert placement.at(3, lambda: 7) == 7
