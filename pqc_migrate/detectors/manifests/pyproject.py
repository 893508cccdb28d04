"""Detector: pyproject.toml (PEP 621, PEP 735, build requirements, Poetry, PDM, uv, Hatch) and Pipfile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from pqc_migrate.detectors.manifests import requirement
from pqc_migrate.detectors.manifests.dependency import (
    REFERENCE,
    Dependency,
    Entries,
    Text,
    detector,
    named,
)
from pqc_migrate.detectors.manifests.places import TomlPlaces
from pqc_migrate.detectors.manifests.python_project import at, document, poetry_tables, requirement_lists


def _read_pyproject(text: Text) -> Entries:
    parsed = document(text)
    places = TomlPlaces(text.text)
    for group, scope, table in requirement_lists(parsed):
        for entry in group if isinstance(group, list) else ():
            if isinstance(entry, str):
                found = requirement.dependency(entry, places.find(entry, table), scope)
                if found is not None:
                    yield found
    for group, scope, table in poetry_tables(at(parsed, "tool", "poetry")):
        yield from _named_versions(group, scope, table, places)


def _read_pipfile(text: Text) -> Entries:
    parsed = document(text)
    places = TomlPlaces(text.text)
    for table, scope in (("packages", ""), ("dev-packages", "dev")):
        yield from _named_versions(parsed.get(table), scope, table, places)


def _named_versions(group: Any, scope: str, table: str, places: TomlPlaces) -> Iterator[Dependency]:
    """Yield a table of name = version or name = {version, optional, …}, as Poetry and Pipenv write it."""
    for name, value in group.items() if isinstance(group, dict) else ():
        variants = value if isinstance(value, list) else [value]
        index = places.find(name, table)
        for variant in variants:
            options = variant if isinstance(variant, dict) else {"version": variant}
            written = options.get("version", REFERENCE)
            if isinstance(written, str):
                own = "optional" if options.get("optional") is True and not scope else scope
                yield Dependency("pypi", name, index, _pinned(written), written, own)


def _pinned(written: str) -> str:
    """Return the one version that a Poetry or Pipenv constraint allows; a bare version is exact in Poetry."""
    try:
        return requirement.pinned(SpecifierSet(f"=={written}" if written[:1].isdigit() else written))
    except InvalidSpecifier:
        return ""


PYPROJECT = detector("pyproject", named("pyproject.toml"), _read_pyproject)
PIPFILE = detector("pipfile", named("Pipfile"), _read_pipfile)
