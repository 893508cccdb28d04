import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pqc_migrate.bench import build, library, mapped, native
from pqc_migrate.bench.library import Candidate
from pqc_migrate.catalog import liboqs as catalog
from pqc_migrate.catalog.liboqs import Wheel
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable

InProcess = Callable[[str], str]
Plant = Callable[[str], Path]

# With a system library of our choice: the chosen file, what the wrapper's calls go to, every mapped liboqs.
REPORT = """
import ctypes.util, json, pathlib
ctypes.util.find_library = lambda name: {system!r} if name == "oqs" else None
from pqc_migrate.bench import mapped, native
loaded = native.load({explicit})
address = mapped.address_of(loaded.module.native(), "OQS_version")
print(json.dumps([loaded.library.path, loaded.library.origin, mapped.file_of(address), mapped.files("liboqs")]))
"""


def report(in_process: InProcess, system: Path | None, explicit: Path | None = None) -> list[object]:
    asked = f"pathlib.Path({str(explicit)!r})" if explicit else "None"
    told = in_process(REPORT.format(system=str(system) if system else None, explicit=asked))
    return list(json.loads(told))


@pytest.fixture
def nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OQS_INSTALL_PATH", raising=False)


@pytest.mark.usefixtures("nothing_named")
def test_a_named_file_wins_over_a_foreign_system_library(plant: Plant, in_process: InProcess) -> None:
    """What is named is mapped, what is mapped is reported, and the foreign library is not touched."""
    foreign, own = plant("foreign"), plant("own")
    assert report(in_process, foreign, own) == [str(own), "explicit", str(own), [str(own)]]


def test_the_environment_variable_wins_over_a_foreign_system_library(
    plant: Plant, in_process: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """liboqs-python itself would take the system's library here."""
    foreign, own = plant("foreign"), plant("own")
    monkeypatch.setenv("OQS_INSTALL_PATH", str(own.parent.parent))
    assert report(in_process, foreign) == [str(own), "OQS_INSTALL_PATH", str(own), [str(own)]]


@pytest.mark.usefixtures("nothing_named")
def test_the_systems_library_wins_over_the_wheel(plant: Plant, in_process: InProcess) -> None:
    """An administrator's library is the one that servers of this machine use."""
    system = plant("system")
    assert report(in_process, system) == [str(system), "system", str(system), [str(system)]]


@pytest.mark.usefixtures("nothing_named")
def test_the_wheels_library_is_taken_without_importing_the_package(
    wheel: Wheel, installed_root: Path, in_process: InProcess
) -> None:
    """The third-party package runs no code in this process."""
    code = REPORT.format(system=None, explicit="None") + f"\nimport sys; print({wheel.module!r} in sys.modules)"
    first, second = in_process(code).splitlines()
    assert json.loads(first)[:2] == [str(installed_root / wheel.library), "wheel"]
    assert second == "False"


@pytest.mark.usefixtures("nothing_named")
def test_an_unusable_system_library_is_passed_over_with_its_reason(
    tmp_path: Path, installed_root: Path, in_process: InProcess
) -> None:
    """A broken file on the system does not cost the benchmark, and is not hidden either."""
    broken = tmp_path / "liboqs.so"
    broken.write_bytes(b"not a library")
    code = (
        REPORT.format(system=str(broken), explicit="None") + "\nprint(loaded.rejected[0].origin, loaded.rejected)"
    )
    told, rejected = in_process(code).splitlines()
    assert json.loads(told)[1] == "wheel"
    assert rejected.startswith("system ")
    assert "cannot be loaded" in rejected


def test_what_was_named_must_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another library in its place would be measured under the wrong name."""
    with pytest.raises(BenchmarkError, match="there is no such file"):
        library.find(tmp_path / "nowhere.so")
    monkeypatch.setenv("OQS_INSTALL_PATH", str(tmp_path))
    with pytest.raises(BenchmarkError, match=r"no .* in this folder"):
        library.find()


def test_the_loaders_own_words_are_shown(tmp_path: Path) -> None:
    """`invalid ELF header` tells more than `not found`."""
    broken = tmp_path / "liboqs.so"
    broken.write_bytes(b"\x7fELF and nothing else")
    with pytest.raises(BenchmarkError, match=r"cannot be loaded: .*liboqs\.so"):
        library.find(broken)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which files are mapped")
def test_a_library_that_is_not_liboqs_is_said_to_be_none() -> None:
    """Any shared object can be named by mistake, here the C library."""
    with pytest.raises(BenchmarkError, match="is not liboqs: it has no OQS_version"):
        library.find(Path(mapped.files("libc.")[0]))


@pytest.mark.parametrize("lost", ["OQS_SIG_supports_ctx_str", "OQS_SIG_STFL_sigs_total"])
def test_a_liboqs_that_is_too_old_is_named_so(plant: Plant, in_process: InProcess, lost: str) -> None:
    """liboqs-python would end in an AttributeError; the version and what it lacks are said instead."""
    old = plant("old")
    content = old.read_bytes()
    # Another spelling in the table of names: the loader no longer finds the function.
    old.write_bytes(content.replace(b"\0" + lost.encode() + b"\0", b"\0" + lost.lower().encode() + b"\0"))
    code = f"""
import pathlib
from pqc_migrate.bench import library, mapped
from pqc_migrate.errors import BenchmarkError
try:
    library.find(pathlib.Path({str(old)!r}))
except BenchmarkError as error:
    print(error)
print(mapped.files("liboqs"))
"""
    said, still_mapped = in_process(code).splitlines()
    assert "too old for the installed liboqs-python" in said
    assert "liboqs 0.16.0" in said
    assert lost in said
    assert still_mapped == "[]", "a rejected library must not answer for the one taken later"


def test_a_changed_wheel_is_not_loaded(plant: Plant, wheel: Wheel) -> None:
    """One byte is enough; the library and what it is linked to are both checked."""
    for name in wheel.files:
        root = plant(f"changed-{len(name)}").parents[len(Path(wheel.library).parts) - 1]
        path = root / name
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        with pytest.raises(ProviderUnavailable, match=r"SHA-256 of .* not loaded"):
            library.verify(root, wheel)
        path.unlink()
        with pytest.raises(ProviderUnavailable, match="is missing"):
            library.verify(root, wheel)


@pytest.mark.usefixtures("nothing_named")
def test_the_places_are_looked_at_in_order(
    tmp_path: Path, wheel: Wheel, installed_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """System, wheel, cache; and nothing else once something is named."""
    monkeypatch.setattr("ctypes.util.find_library", lambda name: "liboqs.so.9" if name == "oqs" else None)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    if sys.platform == "linux":
        cached = library.cached_root(wheel)
        assert cached is not None
        assert cached.is_relative_to(tmp_path)
        cached.mkdir(parents=True)
        origins = [candidate.origin for candidate in library.candidates()]
        assert [origins[0], *origins[-2:]] == ["system", "wheel", "cache"]
    named = tmp_path / "lib" / "liboqs.so"
    assert list(library.candidates(named)) == [Candidate("explicit", str(named))]


def test_importing_the_wrapper_leaves_stdout_alone(in_process: InProcess, installed_root: Path) -> None:
    """stdout is the artefact; liboqs-python prints there when it is imported by hand."""
    assert in_process("from pqc_migrate.bench import native; native.load()") == ""


def test_the_wrapper_can_install_nothing(tmp_path: Path, in_process: InProcess, wheel: Wheel) -> None:
    """Even when it cannot load what it is given, git and cmake are not started."""
    trace = tmp_path / "started"
    for tool in ("git", "cmake"):
        fake = tmp_path / tool
        fake.write_text(f"#!/bin/sh\necho {tool} >> {trace}\nexit 1\n")
        fake.chmod(fake.stat().st_mode | stat.S_IEXEC)
    code = f"""
import ctypes, os
os.environ["PATH"] = {str(tmp_path)!r} + os.pathsep + os.environ["PATH"]
os.environ["HOME"] = {str(tmp_path)!r}
os.environ.pop("OQS_INSTALL_PATH", None)
from pqc_migrate.bench import native
from pqc_migrate.bench.library import Chosen
from pqc_migrate.errors import ProviderUnavailable
try:
    native._import_wrapper(Chosen("explicit", {str(tmp_path / "gone.so")!r}, ctypes.CDLL(None), "0.16.0"))
except ProviderUnavailable as error:
    print(error)
assert "PYOQS_VERSION" not in os.environ
"""
    assert "liboqs-python cannot use" in in_process(code)
    assert not trace.exists()


def test_the_build_is_described_as_far_as_it_shows(tmp_path: Path, installed_root: Path, wheel: Wheel) -> None:
    """From the header that is installed with the library, else from strings in the file; never guessed."""
    found = build.options(str(installed_root / wheel.library))
    assert found["read_from"] == "library file"
    assert "compiler" in found or sys.platform != "linux"
    (tmp_path / "lib").mkdir()
    (tmp_path / "include/oqs").mkdir(parents=True)
    (tmp_path / "lib/liboqs.so").write_bytes(b"\0" * 64)
    (tmp_path / "include/oqs/oqsconfig.h").write_text(
        '#define OQS_OPT_TARGET "auto"\n#define OQS_DIST_BUILD 1\n#define OQS_USE_OPENSSL 1\n#define OTHER 1\n'
    )
    found = build.options(str(tmp_path / "lib/liboqs.so"))
    assert found == {"dist": "1", "openssl": "1", "optimized_for": "auto", "read_from": "oqsconfig.h"}
    assert build.options(str(tmp_path / "nothing.so")) == {}


def test_loading_again_gives_the_same_wrapper(liboqs: object) -> None:
    """A second run in one process does not map anything twice."""
    first, second = native.load(), native.load()
    assert first.module is second.module
    assert first.library == second.library


def test_the_label_follows_the_file_not_the_way_it_was_found(
    plant: Plant, in_process: InProcess, wheel: Wheel
) -> None:
    """The third-party file is called so also when it is named explicitly."""
    own = plant("own")
    code = REPORT.format(system=None, explicit=f"pathlib.Path({str(own)!r})") + "\nprint(loaded.library.label)"
    assert in_process(code).splitlines()[1] == wheel.label
    assert catalog.label("0" * 64) == ""


def test_an_address_of_no_file_is_of_no_file() -> None:
    """Address 0 is mapped by nothing."""
    assert mapped.file_of(0) is None
    assert os.path.basename(sys.executable) not in (mapped.files("liboqs"))
