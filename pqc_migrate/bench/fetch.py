"""Get the wheel that carries liboqs into the user's cache: on request only, and by digest.

For interpreters the wheel was not made for: its library file does not depend on the Python version.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from pqc_migrate.bench.library import cached_root, verify
from pqc_migrate.catalog import liboqs as catalog
from pqc_migrate.catalog.liboqs import Wheel
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable
from pqc_migrate.output import write_atomic


def fetch() -> Path:
    """Download the wheel with pip, unpack its library into the cache, and return the library's path.

    `BenchmarkError` when this platform has no such wheel, pip fails, or a digest is not the catalog's.
    """
    wheel = catalog.wheel()
    if wheel is None:
        raise BenchmarkError(
            "there is no ready-made liboqs for this platform",
            hint="build liboqs 0.16 with cmake -DBUILD_SHARED_LIBS=ON, then set OQS_INSTALL_PATH to its prefix",
        )
    root = cached_root(wheel)
    if root is None:
        raise BenchmarkError("there is no cache folder", hint="set XDG_CACHE_HOME to a folder you can write to")
    try:
        verify(root, wheel)
    except ProviderUnavailable:
        with tempfile.TemporaryDirectory(prefix="pqc-migrate-") as folder:
            unpack(_download(wheel, Path(folder)), wheel, root)
    return root / wheel.library


def unpack(archive: Path, wheel: Wheel, root: Path) -> None:
    """Unpack the files that get loaded, in the wheel's own layout: the library finds its own by relative path."""
    try:
        with zipfile.ZipFile(archive) as content:
            files = {name: content.read(name) for name in wheel.files}
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        raise BenchmarkError(f"{archive.name} is not the expected wheel: {error}") from error
    for name, data in files.items():
        write_atomic(root / name, data)
    try:
        verify(root, wheel)
    except ProviderUnavailable as error:
        for name in files:
            (root / name).unlink(missing_ok=True)
        raise BenchmarkError(f"{archive.name} holds another library: {error}") from error


def command(wheel: Wheel, folder: str) -> list[str]:
    """Return the pip command that downloads the wheel."""
    return [
        sys.executable, "-m", "pip", "download", wheel.requirement, "--dest", folder, "--no-deps", "--only-binary",
        ":all:", "--implementation", "cp", "--python-version", wheel.python, "--platform", wheel.tag,
    ]  # fmt: skip


def _download(wheel: Wheel, folder: Path) -> Path:
    asked = command(wheel, str(folder))
    by_hand = f"run it yourself and see: {' '.join(asked)}"
    try:
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
    except OSError as error:
        raise BenchmarkError(f"pip cannot be started: {error}", hint=by_hand) from error
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise BenchmarkError(f"pip could not download {wheel.requirement}: {last}", hint=by_hand)
    archive = next(folder.glob("*.whl"), None)
    if archive is None:
        raise BenchmarkError(f"pip downloaded nothing for {wheel.requirement}", hint=by_hand)
    return archive
