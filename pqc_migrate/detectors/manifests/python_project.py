"""What a project needs by its pyproject.toml, wherever a tool keeps it: PEP 621 and 735, Poetry, PDM, uv, Hatch."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from pqc_migrate.catalog import packages
from pqc_migrate.detectors.manifests.dependency import Text, Unreadable

_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


def asked_for(text: Text) -> set[str] | None:
    """Return the normalized names of what a project asks for itself; None when the file cannot be read."""
    try:
        parsed = document(text)
    except Unreadable:
        return None
    names = {
        name
        for group, _, _ in poetry_tables(at(parsed, "tool", "poetry"))
        if isinstance(group, dict)
        for name in group
    }
    for group, _, _ in requirement_lists(parsed):
        found = [
            _NAME.match(entry) for entry in (group if isinstance(group, list) else ()) if isinstance(entry, str)
        ]
        names |= {match[1] for match in found if match}
    return {packages.normalized("pypi", name) for name in names}


def document(text: Text) -> dict[str, Any]:
    """Parse a TOML document; `Unreadable` when it is none."""
    try:
        return tomllib.loads(text.text)
    except (tomllib.TOMLDecodeError, RecursionError):
        raise Unreadable("not valid TOML") from None


def at(document: Any, *path: str) -> Mapping[str, Any]:
    """Return the table at a path, an empty one where there is none."""
    for key in path:
        document = document.get(key) if isinstance(document, dict) else None
    return document if isinstance(document, dict) else {}


def requirement_lists(document: Mapping[str, Any]) -> Iterator[tuple[Any, str, str]]:
    """Yield (list of requirement strings, scope, table that holds it) in the order tools document them."""
    project = at(document, "project")
    yield project.get("dependencies"), "", "project"
    for group in at(project, "optional-dependencies").values():
        yield group, "optional", "project.optional-dependencies"
    for name, group in at(document, "dependency-groups").items():
        yield group, group_scope(name), "dependency-groups"
    yield at(document, "build-system").get("requires"), "build", "build-system"
    for group in at(document, "tool", "pdm", "dev-dependencies").values():
        yield group, "dev", "tool.pdm.dev-dependencies"
    yield at(document, "tool", "uv").get("dev-dependencies"), "dev", "tool.uv"
    for name, environment in at(document, "tool", "hatch", "envs").items():
        for key in ("dependencies", "extra-dependencies"):
            yield at(environment).get(key), group_scope(name), f"tool.hatch.envs.{name}"


def poetry_tables(poetry: Mapping[str, Any]) -> Iterator[tuple[Any, str, str]]:
    """Yield (table of name = version, scope, its path) of Poetry."""
    yield poetry.get("dependencies"), "", "tool.poetry.dependencies"
    yield poetry.get("dev-dependencies"), "dev", "tool.poetry.dev-dependencies"
    for name in at(poetry, "group"):
        table = f"tool.poetry.group.{name}.dependencies"
        yield at(poetry, "group", name, "dependencies"), group_scope(name), table


def group_scope(name: str) -> str:
    """Return the scope that the name of a dependency group says."""
    return {"test": "test", "tests": "test", "docs": "docs", "doc": "docs"}.get(name, "dev")
