"""Files appear whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from pqc_migrate.errors import PqcMigrateError


def make_folder(path: Path) -> Path:
    """Make a folder unless it is there, and return it; `PqcMigrateError` when that is refused."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(path, error) from error
    return path


def write_atomic(path: Path, data: bytes) -> None:
    """Replace a file by its complete new version, making its folder when that is missing.

    The data is written beside the file, flushed to the disk and renamed over it, so that neither an
    interruption nor a full disk leaves half a file or costs the old one. A device or pipe is written
    to directly. `PqcMigrateError` says what the system refused.
    """
    try:
        if path.exists() and not path.is_file():
            _write_through(path, data)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(Path(os.path.realpath(path)), data)
    except OSError as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: OSError) -> PqcMigrateError:
    reason = (error.strerror or type(error).__name__).lower()
    return PqcMigrateError(f"cannot write {path}: {reason}", hint="give another place with --output")


def _write_through(path: Path, data: bytes) -> None:
    with path.open("wb") as file:  # a folder fails here with the system's own words
        file.write(data)


def _replace(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name[:64]}.{secrets.token_hex(4)}.tmp")
    try:
        with open(beside, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            os.chmod(beside, path.stat().st_mode & 0o7777)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
