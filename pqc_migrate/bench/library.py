"""Find liboqs: where it may be, in which order, and why a file is or is not taken.

The order is: an explicit path, ``OQS_INSTALL_PATH``, the system's library, the file inside the third-party
wheel, the user's cache. What the user names must work or it is an error; what is found by looking may be
passed over, with its reason. A file taken from the wheel or the cache must have the digest in the catalog.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import hashlib
import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pqc_migrate.bench import cache, mapped
from pqc_migrate.catalog import liboqs as catalog
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable

EXPLICIT, INSTALL_PATH, SYSTEM, WHEEL, CACHE = "explicit", "OQS_INSTALL_PATH", "system", "wheel", "cache"
_FILE_NAMES = {"win32": ("oqs.dll", "liboqs.dll"), "darwin": ("liboqs.dylib",)}.get(sys.platform, ("liboqs.so",))
_FOLDERS = ("lib", "lib64", "bin", "")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where liboqs may be."""

    origin: str
    path: str
    """A file; for the system's library possibly a bare name that the loader resolves."""
    root: Path | None = None
    """Unpacked wheel the file lies in; its files are checked against the catalog's digests."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A candidate that was not taken, and why."""

    origin: str
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """The library that is mapped into this process."""

    origin: str
    path: str
    """As the operating system reports the mapping."""
    handle: ctypes.CDLL
    version: str


@dataclass(frozen=True, slots=True)
class Search:
    """The outcome of looking for liboqs."""

    chosen: Chosen | None
    rejected: tuple[Rejected, ...]


def find(explicit: Path | None = None) -> Search:
    """Load the first candidate that is a usable liboqs.

    `BenchmarkError` when `explicit` or ``OQS_INSTALL_PATH`` names something that is not one.
    """
    rejected: list[Rejected] = []
    for candidate in candidates(explicit):
        try:
            return Search(_load(candidate), tuple(rejected))
        except ProviderUnavailable as error:
            rejected.append(Rejected(candidate.origin, candidate.path, str(error)))
    asked = [r for r in rejected if r.origin in (EXPLICIT, INSTALL_PATH)]
    if asked:
        raise BenchmarkError(
            "; ".join(f"{r.path}: {r.reason}" for r in asked),
            hint="name a liboqs shared library or the folder it was installed to, or leave the setting out",
        )
    return Search(None, tuple(rejected))


def candidates(explicit: Path | None = None) -> Iterator[Candidate]:
    """Yield the places to look, best first. When the user names one, nothing else is looked at."""
    named = os.environ.get("OQS_INSTALL_PATH", "")
    if explicit is not None:
        yield from _in_folder(EXPLICIT, explicit)
    elif named:
        yield from _in_folder(INSTALL_PATH, Path(named))
    else:
        yield from _system()
        yield from _unpacked()


def digest(path: str | Path) -> str:
    """Return the SHA-256 of a file in hex."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cached_root(wheel: catalog.Wheel) -> Path | None:
    """Return the folder that `fetch` unpacks the wheel's files into; None without a cache folder."""
    folder = cache.user_folder()
    return folder / "liboqs" / f"{wheel.liboqs}-{wheel.files[wheel.library][:12]}" if folder else None


def verify(root: Path, wheel: catalog.Wheel) -> None:
    """Raise `ProviderUnavailable` unless every file of the wheel that gets loaded has its digest."""
    for name, expected in wheel.files.items():
        path = root / name
        if not path.is_file():
            raise ProviderUnavailable(f"{path} is missing")
        found = digest(path)
        if found != expected:
            raise ProviderUnavailable(f"SHA-256 of {path} is {found}, not {expected}: not loaded")


def _in_folder(origin: str, path: Path) -> Iterator[Candidate]:
    path = path.expanduser().absolute()
    if not path.is_dir():
        yield Candidate(origin, str(path))
        return
    found = [path / folder / name for folder in _FOLDERS for name in _FILE_NAMES]
    existing = [p for p in found if p.exists()]
    yield from (Candidate(origin, str(p)) for p in existing or [path])


def _system() -> Iterator[Candidate]:
    for name in ("oqs", "liboqs"):
        found = ctypes.util.find_library(name)
        if found:
            yield Candidate(SYSTEM, found)
    try:
        home = [Path.home() / "_oqs"]  # where liboqs-python installs its own build
    except RuntimeError:
        home = []
    for prefix in (*home, Path("/usr/local"), Path("/opt/homebrew"), Path("/opt/local")):
        for path in (prefix / folder / name for folder in ("lib", "lib64") for name in _FILE_NAMES):
            if path.exists():
                yield Candidate(SYSTEM, str(path))


def _unpacked() -> Iterator[Candidate]:
    wheel = catalog.wheel()
    if wheel is None:
        return
    spec = importlib.util.find_spec(wheel.module)  # locates a top-level package without importing it
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        root = Path(folder).parent
        yield Candidate(WHEEL, str(root / wheel.library), root)
    cached = cached_root(wheel)
    if cached is not None and cached.exists():
        yield Candidate(CACHE, str(cached / wheel.library), cached)


def _load(candidate: Candidate) -> Chosen:
    wheel = catalog.wheel()
    if candidate.root is not None and wheel is not None:
        verify(candidate.root, wheel)
    if os.path.isabs(candidate.path) and not os.path.exists(candidate.path):
        raise ProviderUnavailable("there is no such file")
    if os.path.isdir(candidate.path):
        raise ProviderUnavailable(f"no {' or '.join(_FILE_NAMES)} in this folder or its {_FOLDERS[0]}")
    try:
        handle = ctypes.CDLL(candidate.path)
    except OSError as error:
        raise ProviderUnavailable(f"cannot be loaded: {error}") from error
    missing = _missing(handle, catalog.symbols())
    if missing:
        version = _version(handle)
        _unload(handle)
        raise ProviderUnavailable(
            f"liboqs {version} is too old for the installed liboqs-python: it lacks {', '.join(missing)}"
            if version
            else "is not liboqs: it has no OQS_version"
        )
    address = mapped.address_of(handle, "OQS_version") or 0
    path = mapped.file_of(address) or os.path.realpath(candidate.path)
    return Chosen(candidate.origin, path, handle, _version(handle))


def _missing(handle: ctypes.CDLL, names: Iterable[str]) -> list[str]:
    return [name for name in names if mapped.address_of(handle, name) is None]


def _version(handle: ctypes.CDLL) -> str:
    try:
        function = handle["OQS_version"]
    except AttributeError:
        return ""
    function.restype, function.argtypes = ctypes.c_char_p, []
    return (function() or b"").decode("utf-8", "replace")


def _unload(handle: ctypes.CDLL) -> None:
    """Undo a load, so that a rejected library neither stays mapped nor answers for the one taken later."""
    if sys.platform == "win32":
        return
    try:
        dlclose = ctypes.CDLL(None)["dlclose"]
    except (AttributeError, OSError):
        return
    dlclose.argtypes = [ctypes.c_void_p]
    dlclose(handle._handle)
