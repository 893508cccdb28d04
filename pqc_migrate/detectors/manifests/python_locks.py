"""Detector: lock files of Python projects (Pipenv, Poetry, PDM, uv, PEP 751)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.detectors.manifests.dependency import Dependency, Entries, Text, detector, named, reach
from pqc_migrate.detectors.manifests.places import json_document, json_keys
from pqc_migrate.model.target import SourceFile

_TOML_LOCKS = frozenset({"poetry.lock", "uv.lock", "pdm.lock"})
_BLOCK = re.compile(r"^\[\[packages?\]\][ \t]*\r?$", re.MULTILINE)
_NEXT = re.compile(r"^\[", re.MULTILINE)
_NAME = re.compile(r"^name = \"([A-Za-z0-9._-]+)\"", re.MULTILINE)
_PROJECT = re.compile(r"^source = \{ (?:editable|virtual|directory) = ", re.MULTILINE)
_LIST = re.compile(r"^(?:dependencies|[\w-]+) = \[\n(.*?)^\]", re.MULTILINE | re.DOTALL)
_LISTED = re.compile(r"\{ name = \"([A-Za-z0-9._-]+)\"")
_VERSION = re.compile(r"^version = \"([^\"\n]+)\"", re.MULTILINE)


def _wants_toml(file: SourceFile) -> bool:
    name = file.name
    return name in _TOML_LOCKS or (name.startswith("pylock.") and name.endswith(".toml"))


def _read_toml(text: Text) -> Entries:
    """Read the blocks of a lock file line by line: their tools write one shape, and a parser would be slow."""
    direct = _asked_for(text.text)
    for start, stop in _spans(text.text):
        name = _NAME.search(text.text, start, stop)
        version = _VERSION.search(text.text, start, stop)
        if name and not _PROJECT.search(text.text, start, stop):
            pinned = version[1] if version else ""
            own = () if direct is None else reach(name[1] in direct)
            yield Dependency("pypi", name[1], name.start(1), pinned, pinned, "locked", own)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for block in _BLOCK.finditer(text):
        following = _NEXT.search(text, block.end())
        yield block.end(), following.start() if following else len(text)


def _asked_for(text: str) -> set[str] | None:
    """Return what the projects in uv's lock file ask for; None where the file does not say (Poetry, PDM)."""
    projects = [span for span in _spans(text) if _PROJECT.search(text, *span)]
    lists = [found[1] for span in projects for found in _LIST.finditer(text, *span)]
    return {name for each in lists for name in _LISTED.findall(each)} if projects else None


def _read_pipfile_lock(text: Text) -> Entries:
    document = json_document(text.text)
    places = {path: index for path, index in json_keys(text.text) if len(path) == 2}
    for section, scope in (("default", "locked"), ("develop", "dev")):
        group = document.get(section)
        for name, entry in group.items() if isinstance(group, dict) else ():
            version = entry.get("version") if isinstance(entry, dict) else None
            pinned = version.removeprefix("==") if isinstance(version, str) else ""
            yield Dependency("pypi", name, places.get((section, name), 0), pinned, pinned, scope)


TOML_LOCK = detector("python-lock", _wants_toml, _read_toml)
PIPFILE_LOCK = detector("pipfile-lock", named("Pipfile.lock"), _read_pipfile_lock)
