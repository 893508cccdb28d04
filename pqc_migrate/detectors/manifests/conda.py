"""Detector: conda environments, recipes, lock files and installed packages (conda documentation, "Package specs").

Environments and recipes are read line by line: recipes hold Jinja and are YAML only after it.
"""

from __future__ import annotations

import re

from pqc_migrate.detectors.manifests import requirement
from pqc_migrate.detectors.manifests.dependency import INSTALLED, Dependency, Entries, Text, detector
from pqc_migrate.detectors.manifests.places import json_document
from pqc_migrate.model.target import SourceFile

_ENVIRONMENT = re.compile(r"(?:.*/)?(?:environment|conda|env)[\w.-]*\.ya?ml")
_RECIPE = re.compile(r"(?:.*/)?(?:meta|recipe)\.yaml")
_LOCK = re.compile(r"(?:.*/)?(?:[\w.-]*\.)?conda-lock\.ya?ml")
_INSTALLED = re.compile(r"(?:.*/)?conda-meta/[^/]+\.json")
_LISTS = {
    "dependencies": "",
    "build": "build",
    "host": "",
    "run": "",
    "run_constrained": "optional",
    "requires": "test",
}
_HEADING = re.compile(r"^([ ]*)([\w-]+):[ \t]*(?:#.*)?$")
_ITEM = re.compile(r"^([ ]*)-[ \t]+(.*?)[ \t]*(?:\s#.*)?$")
_SPEC = re.compile(
    r"[\"']?(?:[\w./-]+::)?([A-Za-z0-9_][\w.-]*)(?:[ \t]*([=<>!~ ][^\"'\[{]*?))?(?:[ \t]*[\[{].*)?[\"']?$"
)
_EXACT = re.compile(r"==?\s*(\d[\w.!+]*)(?:=[\w.]+)?|\s+(\d[\w.!+]*)\s+[\w.]+")
_LOCKED = re.compile(r"^- name: ([\w.-]+)[ \t]*\r?$", re.MULTILINE)
_FIELD = re.compile(r"^  (version|manager|category): ['\"]?([^'\"\n]+?)['\"]?[ \t]*\r?$", re.MULTILINE)


def _wants_list(file: SourceFile) -> bool:
    if _ENVIRONMENT.fullmatch(file.path):
        return b"dependencies:" in file.data
    return _RECIPE.fullmatch(file.path) is not None and b"requirements:" in file.data


def _read_list(text: Text) -> Entries:
    heading, depth, index = "", -1, 0
    for line in text.text.split("\n"):
        row = line.rstrip("\r")
        if found := _HEADING.match(row):
            heading, depth = found[2], len(found[1])
        elif item := _ITEM.match(row):
            if item[2] in ("pip:", "pip: "):
                heading, depth = "pip", len(item[1])
            elif heading == "pip" and len(item[1]) <= depth:
                heading = "dependencies"
            entry = _item(heading, item[2], index + item.start(2))
            if entry is not None:
                yield entry
        elif row.strip() and not row.startswith((" ", "#", "\t")):
            heading = ""
        index += len(line) + 1


def _item(heading: str, written: str, index: int) -> Dependency | None:
    if heading == "pip":
        return requirement.dependency(written.strip("\"'"), index)
    spec = _SPEC.fullmatch(written) if heading in _LISTS else None
    if spec is None:
        return None
    constraint = (spec[2] or "").strip()
    exact = _EXACT.fullmatch(spec[2] or "")
    pinned = (exact[1] or exact[2]) if exact and (spec[2] or "").count("=") != 1 else ""
    return Dependency("conda", spec[1], index + spec.start(1), pinned, constraint, _LISTS[heading])


def _wants_lock(file: SourceFile) -> bool:
    return _LOCK.fullmatch(file.path) is not None


def _read_lock(text: Text) -> Entries:
    matches = list(_LOCKED.finditer(text.text))
    for position, match in enumerate(matches, start=1):
        stop = matches[position].start() if position < len(matches) else len(text.text)
        fields = dict(_FIELD.findall(text.text, match.end(), stop))
        ecosystem = "pypi" if fields.get("manager") == "pip" else "conda"
        version = fields.get("version", "")
        scope = "dev" if fields.get("category") == "dev" else "locked"
        yield Dependency(ecosystem, match[1], match.start(1), version, version, scope)


def _wants_installed(file: SourceFile) -> bool:
    return _INSTALLED.fullmatch(file.path) is not None


def _read_installed(text: Text) -> Entries:
    document = json_document(text.text)
    name, version = document.get("name"), document.get("version")
    if isinstance(name, str) and isinstance(version, str):
        found = re.search(r'"name"\s*:\s*"' + re.escape(name), text.text)
        yield Dependency("conda", name, found.end() - len(name) if found else 0, version, scope=INSTALLED)


CONDA = detector("conda", _wants_list, _read_list)
CONDA_LOCK = detector("conda-lock", _wants_lock, _read_lock)
CONDA_INSTALLED = detector("conda-installed", _wants_installed, _read_installed)
