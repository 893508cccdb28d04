"""Detector: Cargo.toml and Cargo.lock.

A bare version is a caret requirement (The Cargo Book, "Specifying Dependencies"). A package of a lock file
without a ``source`` is one of the workspace: what it lists is needed directly.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from pqc_migrate.detectors.manifests.dependency import (
    REFERENCE,
    Dependency,
    Entries,
    Text,
    Unreadable,
    detector,
    named,
    reach,
)
from pqc_migrate.detectors.manifests.places import TomlPlaces

_TABLES = {"dependencies": "", "dev-dependencies": "dev", "build-dependencies": "build"}
_PACKAGE = re.compile(r"^\[\[package\]\][ \t]*\r?$", re.MULTILINE)
_NEXT = re.compile(r"^\[", re.MULTILINE)
_FIELD = re.compile(r'^(name|version|source) = "([^"\n]*)"', re.MULTILINE)
_LIST = re.compile(r"^dependencies = \[([^\]]*)\]", re.MULTILINE)
_LISTED = re.compile(r'"([^" ]+)')
_EXACT = re.compile(r"=\s*(\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)")


def _read_manifest(text: Text) -> Entries:
    try:
        document = tomllib.loads(text.text)
    except (tomllib.TOMLDecodeError, RecursionError):
        raise Unreadable("not valid TOML") from None
    places = TomlPlaces(text.text)
    for table, path in _tables(document):
        scope = "managed" if path.startswith("workspace.") else _TABLES[path.rsplit(".", 1)[-1]]
        yield from _dependencies(table, scope, path, places)


def _tables(document: Mapping[str, Any]) -> Iterator[tuple[Any, str]]:
    """Yield every table of dependencies with its path: the package's, the workspace's and those of targets."""
    for key in _TABLES:
        yield document.get(key), key
    workspace = document.get("workspace")
    if isinstance(workspace, dict):
        yield workspace.get("dependencies"), "workspace.dependencies"
    targets = document.get("target")
    for name, target in targets.items() if isinstance(targets, dict) else ():
        for key in _TABLES if isinstance(target, dict) else ():
            yield target.get(key), f"target.{name.replace(' ', '')}.{key}"


def _dependencies(table: Any, scope: str, path: str, places: TomlPlaces) -> Iterator[Dependency]:
    for alias, value in table.items() if isinstance(table, dict) else ():
        options = value if isinstance(value, dict) else {"version": value}
        index = places.find(alias, path) or places.heading(f"{path}.{alias}")
        name = options.get("package", alias)
        version = options.get("version", "" if options.get("workspace") is True else REFERENCE)
        if isinstance(name, str) and isinstance(version, str):
            exact = _EXACT.fullmatch(version.strip())
            own = "optional" if options.get("optional") is True and not scope else scope
            yield Dependency("cargo", name, index, exact[1] if exact else "", version, own)


def _read_lock(text: Text) -> Entries:
    """Read the blocks of a lock file line by line: Cargo writes one shape."""
    blocks = [_block(text.text, match) for match in _PACKAGE.finditer(text.text)]
    own = {fields["name"][0] for fields, _ in blocks if "name" in fields and "source" not in fields}
    direct = {name for fields, needs in blocks if "name" in fields and "source" not in fields for name in needs}
    for fields, _ in blocks:
        if "name" in fields and not (fields["name"][0] in own and "source" not in fields):
            name, index = fields["name"]
            version = fields.get("version", ("", 0))[0]
            yield Dependency("cargo", name, index, version, version, "locked", reach(name in direct))


def _block(text: str, match: re.Match[str]) -> tuple[dict[str, tuple[str, int]], list[str]]:
    following = _NEXT.search(text, match.end())
    stop = following.start() if following else len(text)
    listed = _LIST.search(text, match.end(), stop)
    fields = {found[1]: (found[2], found.start(2)) for found in _FIELD.finditer(text, match.end(), stop)}
    return fields, _LISTED.findall(listed[1]) if listed else []


CARGO_TOML = detector("cargo-toml", named("Cargo.toml"), _read_manifest)
CARGO_LOCK = detector("cargo-lock", named("Cargo.lock"), _read_lock)
