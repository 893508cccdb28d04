"""Detector: pyproject.toml (PEP 621, PEP 735, build requirements, Poetry, PDM, uv, Hatch) and Pipfile."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from pqc_migrate.detectors.manifests import requirement
from pqc_migrate.detectors.manifests.dependency import (
    REFERENCE,
    Dependency,
    Entries,
    Text,
    Unreadable,
    detector,
    named,
)
from pqc_migrate.detectors.manifests.places import TomlPlaces


def _read_pyproject(text: Text) -> Entries:
    document = _document(text)
    places = TomlPlaces(text.text)
    for group, scope, table in _requirement_lists(document):
        for entry in group if isinstance(group, list) else ():
            if isinstance(entry, str):
                found = requirement.dependency(entry, places.find(entry, table), scope)
                if found is not None:
                    yield found
    for group, scope, table in _poetry_tables(_at(document, "tool", "poetry")):
        yield from _named_versions(group, scope, table, places)


def _read_pipfile(text: Text) -> Entries:
    document = _document(text)
    places = TomlPlaces(text.text)
    for table, scope in (("packages", ""), ("dev-packages", "dev")):
        yield from _named_versions(document.get(table), scope, table, places)


def _document(text: Text) -> dict[str, Any]:
    try:
        return tomllib.loads(text.text)
    except (tomllib.TOMLDecodeError, RecursionError):
        raise Unreadable("not valid TOML") from None


def _at(document: Any, *path: str) -> Mapping[str, Any]:
    for key in path:
        document = document.get(key) if isinstance(document, dict) else None
    return document if isinstance(document, dict) else {}


def _requirement_lists(document: Mapping[str, Any]) -> Iterator[tuple[Any, str, str]]:
    """Yield (list of requirement strings, scope, table that holds it) in the order tools document them."""
    project = _at(document, "project")
    yield project.get("dependencies"), "", "project"
    for group in _at(project, "optional-dependencies").values():
        yield group, "optional", "project.optional-dependencies"
    for name, group in _at(document, "dependency-groups").items():
        yield group, _group_scope(name), "dependency-groups"
    yield _at(document, "build-system").get("requires"), "build", "build-system"
    for group in _at(document, "tool", "pdm", "dev-dependencies").values():
        yield group, "dev", "tool.pdm.dev-dependencies"
    yield _at(document, "tool", "uv").get("dev-dependencies"), "dev", "tool.uv"
    for name, environment in _at(document, "tool", "hatch", "envs").items():
        for key in ("dependencies", "extra-dependencies"):
            yield _at(environment).get(key), _group_scope(name), f"tool.hatch.envs.{name}"


def _poetry_tables(poetry: Mapping[str, Any]) -> Iterator[tuple[Any, str, str]]:
    yield poetry.get("dependencies"), "", "tool.poetry.dependencies"
    yield poetry.get("dev-dependencies"), "dev", "tool.poetry.dev-dependencies"
    for name in _at(poetry, "group"):
        table = f"tool.poetry.group.{name}.dependencies"
        yield _at(poetry, "group", name, "dependencies"), _group_scope(name), table


def _group_scope(name: str) -> str:
    return {"test": "test", "tests": "test", "docs": "docs", "doc": "docs"}.get(name, "dev")


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
