"""The wheel as a user gets it: everything inside, nothing of the checkout needed."""

import shutil
import site
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

import pqc_migrate

ROOT = Path(pqc_migrate.__file__).parents[1]


def run(*command: str | Path, cwd: Path) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that the checkout stays clean."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "pqc_migrate", source / "pqc_migrate", ignore=shutil.ignore_patterns("__pycache__"))
    (source / "inventory").mkdir()  # a second top-level folder must not confuse the build
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", source / "dist", cwd=source)
    [built] = (source / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean environment in another folder that holds the wheel; its interpreter.

    The dependencies are those of the running environment, put on the path behind the wheel; the editable
    install there is not seen, because it needs that environment's own start-up files.
    """
    folder = tmp_path_factory.mktemp("a clean place") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    python = folder / "bin" / "python"
    run(
        *(sys.executable, "-m", "pip", "--python", python, "--no-cache-dir", "install", "--quiet"),
        *("--no-deps", "--no-index", wheel),
        cwd=folder.parent,
    )
    [packages] = (folder / "lib").glob("python*/site-packages")
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    return python


def files_of(package: Path, suffixes: Sequence[str]) -> set[str]:
    found = (path for path in package.rglob("*") if path.suffix in suffixes and "__pycache__" not in path.parts)
    return {path.relative_to(package.parent).as_posix() for path in found}


def test_every_module_and_every_data_file_is_in_the_wheel(wheel: Path) -> None:
    """What lies under the package is what is installed, and the tests and samples are not."""
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    wanted = files_of(ROOT / "pqc_migrate", (".py", ".toml", ".json", ".html", ".css", ".js", ".c", ".typed"))
    assert wanted <= names
    assert {name for name in names if not name.startswith("pqc_migrate/")} == set()


def test_the_metadata_names_license_and_dependencies(wheel: Path) -> None:
    """Nothing is dropped by a second source of metadata."""
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = archive.read(name).decode()
    for line in ("License-Expression: Apache-2.0", "Requires-Python: >=3.11", "Requires-Dist: click>=8.2"):
        assert line in metadata.splitlines()
    for extra in ("liboqs", "bench", "report", "fleet", "keys", "all", "dev"):
        assert f"Provides-Extra: {extra}" in metadata.splitlines()


def test_the_installed_program_scans(installed: Path, tmp_path: Path) -> None:
    """From another folder, with the data files of the wheel, both ways to start it."""
    (tmp_path / "pay.py").write_text("import hashlib\nhashlib.sha256(b'')\n")
    where = run(installed, "-c", "import pqc_migrate; print(pqc_migrate.__file__)", cwd=tmp_path).stdout
    assert where.startswith(str(installed.parents[1]))
    script = run(installed.with_name("pqc-migrate"), "scan", "pay.py", "--format", "csv", cwd=tmp_path).stdout
    module = run(installed, "-m", "pqc_migrate", "scan", "pay.py", "--format", "csv", cwd=tmp_path).stdout
    assert "SHA-256" in script
    assert script == module
