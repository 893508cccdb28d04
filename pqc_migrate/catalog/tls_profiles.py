"""TLS policies of cloud services: a name to the versions, suites and groups it stands for (`tls_profiles.toml`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pqc_migrate.catalog import toml
from pqc_migrate.errors import CatalogError


@dataclass(frozen=True, slots=True)
class Profile:
    """What one policy allows, in OpenSSL's words; an empty part is not known here, the service decides it."""

    versions: tuple[str, ...] = ()
    suites: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


def find(service: str, name: str) -> Profile | None:
    """Return what a policy of a service stands for, case ignored, or None when the catalog does not hold it."""
    return _table().get((service, name.lower()))


def profiles() -> Mapping[tuple[str, str], Profile]:
    """Return every profile by service and name in lower case."""
    return _table()


@cache
def _table() -> Mapping[tuple[str, str], Profile]:
    path = toml.root() / "tls_profiles.toml"
    found: dict[tuple[str, str], Profile] = {}
    for record in toml.read(path)["profile"]:
        where = f"{path.name}: {record.get('names', ['?'])[0]!r}"
        toml.check_keys(where, record, {"service", "source", "names"}, {"versions", "suites", "groups"})
        parts = (tuple(record.get(part, ())) for part in ("versions", "suites", "groups"))
        profile = Profile(*parts)
        for name in record["names"]:
            if found.setdefault((record["service"], name.lower()), profile) is not profile:
                raise CatalogError(f"{path.name}: {name!r} stands twice")
    return found
