"""What a release of OpenSSH offers where its configuration leaves the list to the program.

Reads `openssh_defaults.toml`, which knows only releases whose source was read: there is no answer for others.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pqc_migrate.catalog import toml
from pqc_migrate.errors import CatalogError

_LISTS = {"kex-server", "kex-client", "ciphers", "macs", "signatures", "ca-signatures"}


def defaults(version: str, of: str, *, server: bool | None = None) -> tuple[str, ...] | None:
    """Return the names of one list of a release (`version` is ``9.2``), or None when that release was not read.

    Lists are ``kex``, ``ciphers``, ``macs``, ``signatures`` and ``ca-signatures``. Key exchanges may
    differ between server and client; without the side there is then no answer.
    """
    release = _releases().get(version)
    if release is None:
        return None
    if of != "kex":
        return release[of]
    ours, theirs = release["kex-server"], release["kex-client"]
    if server is None:
        return ours if ours == theirs else None
    return ours if server else theirs


@cache
def _releases() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    name = "openssh_defaults.toml"
    raw = toml.read(toml.root() / name)
    toml.check_keys(name, raw, {"lists", "release"}, set())
    lists = {key: tuple(record["names"]) for key, record in raw["lists"].items()}
    releases = {}
    for record in raw["release"]:
        where = f"{name}: release {record.get('version', '?')!r}"
        toml.check_keys(where, record, {"version", "source"} | _LISTS, set())
        if missing := {record[key] for key in _LISTS} - lists.keys():
            raise CatalogError(f"{where}: no list {', '.join(sorted(missing))}")
        releases[record["version"]] = {key: lists[record[key]] for key in sorted(_LISTS)}
    return releases
