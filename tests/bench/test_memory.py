import ctypes
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pqc_migrate
from pqc_migrate.bench import elf, memory, schedule, stack
from pqc_migrate.bench import run as runner
from pqc_migrate.bench.heap import Heap, TooManyAllocations
from pqc_migrate.bench.plan import Plan
from pqc_migrate.bench.providers.liboqs import LiboqsProvider
from pqc_migrate.bench.stack import PaintedStack
from pqc_migrate.errors import ProviderUnavailable
from pqc_migrate.model.bench import BenchmarkRun, MemoryUse

SCHEMA = json.loads((Path(pqc_migrate.__file__).parent / "schema/bench.v1.json").read_text(encoding="utf-8"))
DIG = """
#include <alloca.h>
void dig(unsigned long count) { volatile char *low = alloca(count); low[0] = 1; }
"""


@pytest.fixture
def painted() -> PaintedStack:
    try:
        return PaintedStack(4 << 20)
    except ProviderUnavailable as error:
        pytest.skip(str(error))


@pytest.fixture
def heap(liboqs: LiboqsProvider) -> Heap:
    assert liboqs.library.path is not None
    try:
        return Heap(liboqs.library.path)
    except ProviderUnavailable as error:
        pytest.skip(str(error))


def measured(*algorithms: str) -> BenchmarkRun:
    return runner.run(schedule.plan(algorithms=algorithms, part_names=("memory",)))


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_the_depth_is_exact(painted: PaintedStack, tmp_path: Path) -> None:
    """A function that asks for so many bytes more digs so many bytes deeper, whatever lies between untouched."""
    (tmp_path / "dig.c").write_text(DIG)
    command = ["cc", "-O1", "-shared", "-fPIC", "-o", str(tmp_path / "dig.so"), str(tmp_path / "dig.c")]
    subprocess.run(command, check=True, timeout=60)
    dig = ctypes.CDLL(str(tmp_path / "dig.so")).dig
    least = painted.depth(dig, [ctypes.c_size_t(4096)])
    assert 4096 < least < 4096 + 512
    for more in (16, 4096, 1 << 20, 3 << 20):
        assert painted.depth(dig, [ctypes.c_size_t(4096 + more)]) == least + more
    assert painted.depth(dig, [ctypes.c_size_t(4096)]) == least, "paint is put back"


@pytest.mark.usefixtures("painted")
def test_a_stack_as_deep_as_measured_is_enough_and_a_page_less_is_not(
    liboqs: LiboqsProvider, in_process: Callable[[str], str]
) -> None:
    """The figure is what a thread must be given: one page less ends the process."""
    code = """
import sys
from pqc_migrate.bench import native
from pqc_migrate.bench.providers.liboqs import LiboqsProvider
from pqc_migrate.bench.scheme import Material
from pqc_migrate.bench.stack import PaintedStack
from pqc_migrate.catalog import mechanisms
scheme = LiboqsProvider(native.load()).open(mechanisms.lookup("ML-KEM-768").mechanism)
call = list(scheme.calls(Material(1, [b"m"], 1)).values())[2]
print(PaintedStack({size}).depth(call.function, call.arguments[0]))
"""
    depth = int(in_process(code.format(size=1 << 20)))
    enough = -(-depth // 4096) * 4096
    assert int(in_process(code.format(size=enough))) <= enough
    with pytest.raises(AssertionError):
        in_process(code.format(size=enough - 4096))


@pytest.mark.usefixtures("liboqs", "painted")
def test_a_run_knows_stack_and_heap() -> None:
    """Known sizes: an ML-KEM-768 call needs 10 to 25 kB of stack, a Classic McEliece key hundreds."""
    result = measured("ML-KEM-768", "Classic-McEliece-348864", "X25519")
    found = {(use.algorithm, str(use.operation)): use for use in result.memory}
    assert list(found) == [
        (name, op)
        for name in ("ML-KEM-768", "Classic-McEliece-348864")
        for op in ("keygen", "encaps", "decaps")
    ]  # fmt: skip
    for operation in ("keygen", "encaps", "decaps"):
        assert 10_000 < (found["ML-KEM-768", operation].stack_bytes or 0) < 25_000
    assert (found["Classic-McEliece-348864", "keygen"].stack_bytes or 0) > 300_000
    assert all(use.heap_bytes is not None and use.heap_kind == "bytes allocated" for use in result.memory)
    jsonschema.validate(json.loads(runner.dump(result)), SCHEMA)


@pytest.mark.usefixtures("liboqs", "painted")
def test_the_figures_do_not_move() -> None:
    """Two processes, the same bytes: nothing here depends on how busy the machine is."""
    figures = [[(use.stack_bytes, use.heap_bytes) for use in measured("ML-KEM-768").memory] for _ in range(2)]
    assert figures[0] == figures[1]


@pytest.mark.usefixtures("liboqs", "painted")
def test_an_operation_that_digs_too_deep_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends with a fault, which is reported; what comes after is measured in another one."""
    monkeypatch.setattr(stack, "SIZE", 256 * 1024)
    result = measured("Classic-McEliece-348864", "ML-KEM-768")
    (missed,) = result.skipped
    assert (missed.algorithm, missed.operation) == ("Classic-McEliece-348864", "keygen")
    assert missed.reason == "memory not measured: the process that measured it ended with SIGSEGV"
    assert [(use.algorithm, str(use.operation)) for use in result.memory] == [
        ("Classic-McEliece-348864", "encaps"),
        ("Classic-McEliece-348864", "decaps"),
        ("ML-KEM-768", "keygen"),
        ("ML-KEM-768", "encaps"),
        ("ML-KEM-768", "decaps"),
    ]


def test_a_library_that_went_away_is_said_once_for_each_operation(quick: Plan, tmp_path: Path) -> None:
    """The loader's own words, and no endless restarting."""
    plan = schedule.plan(algorithms=["ML-KEM-768"], part_names=("memory",))
    if not plan.available.get("liboqs"):
        pytest.skip("there is no liboqs")
    job = next(job for job in plan.subjects if job.provider.name == "liboqs")
    kept = job.provider.library
    try:
        job.provider.library = type(kept)("liboqs", kept.version, path=str(tmp_path / "gone.so"))
        result = runner.run(plan)
    finally:
        job.provider.library = kept
    assert result.memory == ()
    assert [s.operation for s in result.skipped] == ["keygen", "encaps", "decaps"]
    assert all("gone.so" in s.reason and "no such file" in s.reason for s in result.skipped)


def test_without_liboqs_there_is_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty table alone would look like a mistake."""
    monkeypatch.setattr("pqc_migrate.bench.library.candidates", lambda explicit: iter(()))
    result = measured("X25519")
    assert [s.reason for s in result.skipped] == ["memory not measured: no liboqs mechanism is in this run"]


def test_the_heap_is_counted_to_the_byte(liboqs: LiboqsProvider, heap: Heap) -> None:
    """What is given back no longer counts; afterwards the library calls the C library directly again."""
    allocate = liboqs.loaded.function("OQS_MEM_malloc", ctypes.c_void_p, ctypes.c_size_t)
    free = liboqs.loaded.function("OQS_MEM_insecure_free", None, ctypes.c_void_p)
    kept: list[int] = []

    def work() -> None:
        free(allocate(5000))
        first, second = allocate(3000), allocate(1000)
        free(first)
        kept.append(second)

    assert heap.peak(work) == 5000
    assert heap.peak(lambda: kept.append(allocate(7))) == 7
    assert heap.peak(lambda: None) == 0
    for pointer in kept:
        free(pointer)


def test_counting_gives_up_on_what_allocates_all_the_time(
    liboqs: LiboqsProvider, heap: Heap, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each count costs time; a call with millions of them runs on uncounted."""
    monkeypatch.setattr("pqc_migrate.bench.heap.MOST_CALLS", 10)
    allocate = liboqs.loaded.function("OQS_MEM_malloc", ctypes.c_void_p, ctypes.c_size_t)
    free = liboqs.loaded.function("OQS_MEM_insecure_free", None, ctypes.c_void_p)
    with pytest.raises(TooManyAllocations):
        heap.peak(lambda: [free(allocate(8)) for _ in range(20)])
    assert heap.peak(lambda: free(allocate(8))) == 8


def test_import_slots_are_those_of_the_file(liboqs: LiboqsProvider) -> None:
    """Of a library that uses libc: its name among the needed ones, and its functions among the imported."""
    assert liboqs.library.path is not None
    if not Path("/proc/self/maps").exists():
        pytest.skip("not Linux")
    found = elf.imports(liboqs.library.path)
    assert any(name.startswith("libc.") for name in found.needed)
    assert "memcpy" in {name for name, _ in found.slots}
    assert all(address > 0 for _, address in found.slots)


@given(st.binary(max_size=200), st.integers(0, 200))
def test_any_other_file_is_refused(content: bytes, cut: int) -> None:
    """Never a traceback, whatever stands after the magic number."""
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        for data in (content, b"\x7fELF\x02\x01" + content[:cut]):
            Path(file.name).write_bytes(data)
            with pytest.raises(ProviderUnavailable):
                elf.imports(file.name)


def test_memory_has_a_table() -> None:
    """A dash where nothing was measured, with the reason beside it."""
    from pqc_migrate.bench import tables_memory
    from pqc_migrate.model.bench import Operation

    uses = [
        MemoryUse("ML-KEM-768", Operation.KEYGEN, "liboqs", 13496, 864, "bytes allocated"),
        MemoryUse("ML-KEM-768", Operation.ENCAPS, "liboqs", None, None, "", "64-bit Linux only"),
    ]
    lines = tables_memory.memory_table(uses).splitlines()
    assert lines[2].split() == ["ML-KEM-768", "liboqs", "keygen", "13", "496", "864"]
    assert lines[3].split(maxsplit=3) == ["encaps", "-", "-", "64-bit Linux only"]


def test_the_part_is_short() -> None:
    """Ten seconds at most of the standard set's minute and a half."""
    assert memory.expected_seconds(schedule.plan("standard")) <= 10
