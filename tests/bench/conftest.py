import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pqc_migrate.bench import library, native, schedule
from pqc_migrate.bench.plan import Plan
from pqc_migrate.bench.providers.liboqs import LiboqsProvider
from pqc_migrate.bench.providers.openssl import OpenSslProvider
from pqc_migrate.catalog import liboqs as catalog
from pqc_migrate.catalog.liboqs import Wheel
from pqc_migrate.errors import ProviderUnavailable


@pytest.fixture(scope="session")
def liboqs() -> LiboqsProvider:
    """The liboqs of this environment; the extra `liboqs` puts one there on CPython 3.11 and 3.12."""
    try:
        return LiboqsProvider(native.load())
    except ProviderUnavailable as error:
        pytest.skip(f"{error}; {error.hint}")


@pytest.fixture(scope="session")
def openssl() -> OpenSslProvider:
    return OpenSslProvider()


@pytest.fixture(scope="session")
def wheel() -> Wheel:
    found = catalog.wheel()
    if found is None:
        pytest.skip("there is no ready-made liboqs for this platform")
    return found


@pytest.fixture(scope="session")
def installed_root(wheel: Wheel) -> Path:
    """The folder the wheel's files lie in: site-packages, or the user's cache."""
    roots = [c.root for c in library.candidates() if c.root is not None]
    root = next((r for r in roots if (r / wheel.library).exists()), None)
    if root is None:
        pytest.skip("the wheel that carries liboqs is not installed")
    return root


@pytest.fixture
def plant(tmp_path: Path, wheel: Wheel, installed_root: Path) -> Callable[[str], Path]:
    """Copy the wheel's files to another place and return the library there: same content, another file."""

    def copy(name: str) -> Path:
        for part in wheel.files:
            target = tmp_path / name / part
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(installed_root / part, target)
        return tmp_path / name / wheel.library

    return copy


@pytest.fixture
def quick() -> Plan:
    """A real plan that takes half a second."""
    return schedule.plan(algorithms=["X25519", "ML-KEM-768", "ML-DSA-44"], seconds=0.01)


@pytest.fixture
def in_process() -> Callable[[str], str]:
    """Run Python code in a process of its own, where nothing is mapped yet, and return its stdout."""

    def run(code: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
