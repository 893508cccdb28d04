"""The ready-made liboqs: which wheel carries it for which platform, and the digests of its files."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pqc_migrate.catalog import toml
from pqc_migrate.errors import CatalogError

_FILE = "liboqs.toml"


@dataclass(frozen=True, slots=True)
class Wheel:
    """The wheel for one platform."""

    package: str
    version: str
    module: str
    """Top-level package its files lie under; it is located, never imported."""
    python: str
    """CPython version whose wheel is fetched; the library inside is the same for all."""
    liboqs: str
    """Version of the liboqs inside."""
    tag: str
    """Platform tag."""
    library: str
    """Path of the library inside the wheel."""
    files: Mapping[str, str]
    """SHA-256 by path inside the wheel: the library and what it is linked to."""

    @property
    def requirement(self) -> str:
        """What to ask pip for."""
        return f"{self.package}=={self.version}"

    @property
    def label(self) -> str:
        """What stands beside every figure made with this library."""
        return f"third-party build ({self.package} {self.version})"


def wheel(system: str = "", machine: str = "") -> Wheel | None:
    """Return the wheel for a platform as `platform` names it (by default this one), or None."""
    system, machine = system or platform.system(), machine or platform.machine()
    return next((w for systems, machines, w in _wheels() if systems == system and machine in machines), None)


def label(digest: str) -> str:
    """Return the label of a library file by its SHA-256; empty when it is not one of ours to know."""
    return next((w.label for _, _, w in _wheels() if w.files[w.library] == digest), "")


@cache
def symbols() -> tuple[str, ...]:
    """Return the functions a liboqs must export for liboqs-python to load it."""
    return tuple(toml.read(toml.root() / _FILE)["symbols"])


@cache
def _wheels() -> tuple[tuple[str, tuple[str, ...], Wheel], ...]:
    raw = toml.read(toml.root() / _FILE)
    shared = {"package", "version", "module", "python", "liboqs"}
    toml.check_keys(_FILE, raw, shared | {"symbols", "platform"}, set())
    loaded = []
    for record in raw["platform"]:
        where = f"{_FILE}: platform {record.get('system', '?')!r}"
        toml.check_keys(where, record, {"system", "machine", "wheel", "library", "files"}, set())
        if record["library"] not in record["files"]:
            raise CatalogError(f"{where}: no digest for {record['library']}")
        found = Wheel(
            **{key: raw[key] for key in shared},
            tag=record["wheel"],
            library=record["library"],
            files=record["files"],
        )
        loaded.append((record["system"], tuple(record["machine"]), found))
    return tuple(loaded)
