"""The one place that imports liboqs-python, and only after a library was found.

Left alone, ``import oqs`` takes the system's library over the one it was told, prints on stdout, and clones
and compiles liboqs when it finds none. Here it gets exactly the file that `library` chose, cannot write to
stdout, and cannot install anything; afterwards the system is asked which file its calls really go to.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import importlib
import importlib.metadata
import io
import os
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from pqc_migrate.bench import build, mapped
from pqc_migrate.bench.library import Chosen, Rejected, digest, find
from pqc_migrate.catalog import liboqs as catalog
from pqc_migrate.catalog import mechanisms
from pqc_migrate.errors import BenchmarkError, ProviderUnavailable
from pqc_migrate.model.bench import Library, Role


@dataclass(frozen=True, slots=True)
class Liboqs:
    """liboqs as it is loaded in this process."""

    module: Any
    """The module ``oqs``."""
    handle: ctypes.CDLL
    """The native handle of the wrapper: what its calls go through, and ours."""
    library: Library
    rejected: tuple[Rejected, ...]
    warnings: tuple[str, ...]
    """What liboqs-python warned about when it was imported."""

    def function(self, name: str, result: Any, *arguments: Any) -> Any:
        """Return an exported function with its prototype set, apart from the wrapper's own object for it."""
        function = self.handle[name]
        function.restype, function.argtypes = result, list(arguments)
        return function

    def timed(self, name: str) -> Any:
        """Return an exported function of `int` for arguments that are ctypes objects of the right kinds already.

        Without a prototype they are not checked again on each call, and the interpreter lock is kept: a quarter
        of the cost of calling less, and what is left depends less on what the call did to the caches.
        """
        function = ctypes.PyDLL(self.library.path, handle=self.handle._handle)[name]
        function.restype = ctypes.c_int
        return function


def load(explicit: Path | None = None) -> Liboqs:
    """Find and load liboqs.

    `ProviderUnavailable` when there is none (its hint says how to get one), `BenchmarkError` when the one
    that was named is not usable.
    """
    search = find(explicit)
    if search.chosen is None:
        passed_over = "; ".join(f"{r.path} ({r.origin}): {r.reason}" for r in search.rejected)
        raise ProviderUnavailable(
            f"no usable liboqs: {passed_over}" if passed_over else "liboqs is not installed",
            hint=how_to_get(),
        )
    module, said = _import_wrapper(search.chosen)
    loaded = Liboqs(module, module.native(), _describe(search.chosen), search.rejected, said)
    _check_target(loaded)
    _check_layout(loaded)
    return loaded


def how_to_get() -> str:
    """Return the command that gets liboqs for this interpreter and platform."""
    wheel = catalog.wheel()
    if wheel is None:
        return "build liboqs 0.16 with cmake -DBUILD_SHARED_LIBS=ON, then set OQS_INSTALL_PATH to its prefix"
    if sys.version_info < (3, 13) and sys.implementation.name == "cpython":
        return f"pip install {wheel.requirement}"
    return "pqc-migrate doctor --fetch-liboqs"


def _import_wrapper(chosen: Chosen) -> tuple[ModuleType, tuple[str, ...]]:
    loaded = sys.modules.get("oqs")
    if loaded is not None and _target(loaded.native()) == _target(chosen.handle):
        return loaded, ()
    for name in [name for name in sys.modules if name == "oqs" or name.startswith("oqs.")]:
        del sys.modules[name]
    try:
        with _only(chosen.path), warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            # Its log handler keeps the stdout it finds here, so later messages end in this buffer too.
            with contextlib.redirect_stdout(io.StringIO()):
                module = importlib.import_module("oqs")
    except ModuleNotFoundError as error:
        raise ProviderUnavailable("liboqs-python is not installed", hint="pip install liboqs-python") from error
    except (SystemExit, AttributeError, OSError, RuntimeError, ValueError) as error:
        raise ProviderUnavailable(
            f"liboqs-python cannot use {chosen.path} (liboqs {chosen.version}): {error}", hint=how_to_get()
        ) from error
    return module, tuple(str(warning.message) for warning in said)


@contextlib.contextmanager
def _only(path: str) -> Iterator[None]:
    """Make liboqs-python see one library and make its installer refuse to start.

    It tries what `find_library` returns before anything else. Its installer checks ``PYOQS_VERSION`` before
    it does anything, and stops with ValueError at a version it cannot read.
    """
    original, setting = ctypes.util.find_library, os.environ.get("PYOQS_VERSION")

    def find_library(name: str) -> str | None:
        return path if name == "oqs" else None

    ctypes.util.find_library = find_library
    os.environ["PYOQS_VERSION"] = "never-install"
    try:
        yield
    finally:
        ctypes.util.find_library = original
        if setting is None:
            del os.environ["PYOQS_VERSION"]
        else:
            os.environ["PYOQS_VERSION"] = setting


def _describe(chosen: Chosen) -> Library:
    sha256 = digest(chosen.path)
    return Library(
        name="liboqs",
        version=chosen.version,
        path=chosen.path,
        sha256=sha256,
        origin=chosen.origin,
        label=catalog.label(sha256),
        build=build.options(chosen.path),
    )


def _target(handle: ctypes.CDLL) -> int | None:
    return mapped.address_of(handle, "OQS_version")


def _check_target(loaded: Liboqs) -> None:
    address = _target(loaded.handle)
    actual = mapped.file_of(address) if address else None
    if actual is not None and actual != loaded.library.path:
        raise BenchmarkError(
            f"liboqs-python calls {actual}, but {loaded.library.path} was chosen",
            hint="start a new process, or name the library with --liboqs",
        )


def _check_layout(loaded: Liboqs) -> None:
    """Compare lengths read through liboqs-python's structures with the standards' tables.

    The structures changed between releases of liboqs; a wrong layout would hand out buffers of wrong length.
    """
    for role, kind in ((Role.KEM, "KeyEncapsulation"), (Role.SIGNATURE, "Signature")):
        prefix = "KEM" if role is Role.KEM else "SIG"
        new = loaded.function(f"OQS_{prefix}_new", ctypes.POINTER(getattr(loaded.module, kind)), ctypes.c_char_p)
        free = loaded.function(f"OQS_{prefix}_free", None, ctypes.c_void_p)
        for mechanism in mechanisms.mechanisms():
            if mechanism.role is not role or not mechanism.liboqs or mechanism.status != "standard":
                continue
            scheme = new(mechanism.liboqs.encode())
            if not scheme:
                continue
            length = scheme.contents.length_public_key
            free(scheme)
            if mechanism.sizes is not None and length != mechanism.sizes.public_key:
                raise ProviderUnavailable(
                    f"liboqs {loaded.library.version} and liboqs-python {_wrapper_version()} do not fit together: "
                    f"{mechanism.name} has public keys of {length} bytes by their structures",
                    hint="install a liboqs of the same version as liboqs-python",
                )
            break


def _wrapper_version() -> str:
    return importlib.metadata.version("liboqs-python")
