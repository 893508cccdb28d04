"""Detector: package.json and the lock files of npm, Yarn, pnpm and Bun."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pqc_migrate.detectors.manifests.dependency import INSTALLED, Dependency, Entries, Text, detector, named, reach
from pqc_migrate.detectors.manifests.places import json_document, json_keys

_SECTIONS = {
    "dependencies": "",
    "devDependencies": "dev",
    "optionalDependencies": "optional",
    "peerDependencies": "peer",
}
_EXACT = re.compile(r"[=v]*(\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)")
_ALIAS = re.compile(r"npm:(@?[^@]+)@(.*)")
_MODULES = "node_modules/"
_FOLDER = re.compile(r"(?:@[^/]+/)?[^/]+")
_BUN_PACKAGES = re.compile(r'^  "packages":', re.MULTILINE)
_BUN_PACKAGE = re.compile(r'^    "[^"\n]+": \["(@?[^"@\n]+)@(\d[^"\n]*)"', re.MULTILINE)
_YARN_BLOCK = re.compile(r'^(?P<quote>"?)(?P<key>@?[^@\s":#]+)@(?P<range>[^\n]*):[ \t]*\r?$', re.MULTILINE)
_YARN_VERSION = re.compile(r'^  version:? "?([^"\s]+)"?', re.MULTILINE)
_YARN_ALIAS = re.compile(r"npm:(@?[^@\s\",]+)@")
_PNPM_SECTION = re.compile(r"^([A-Za-z]+):[ \t]*\r?$", re.MULTILINE)
_PNPM_ASKED = re.compile(r"^(?: {2}| {6})'?(@?[^\s@':]+)'?:", re.MULTILINE)
_PNPM_PACKAGE = re.compile(
    r"^  '?/?(@[^/@\s']+/[^/@\s']+|[^/@\s':]+)[/@](\d[^(_:\s']*)[^\n]*:[ \t]*\r?$", re.MULTILINE
)


def _read_package(text: Text) -> Entries:
    """Read what a project asks for; of an installed package what it is: what it asks for lies beside it."""
    document = json_document(text.text)
    if _MODULES in text.path:
        yield from _installed(text, document)
        return
    places = {path: index for path, index in json_keys(text.text) if len(path) == 2}
    for section, scope in _SECTIONS.items():
        group = document.get(section)
        for name, written in group.items() if isinstance(group, dict) else ():
            if isinstance(written, str):
                real, constraint = _unaliased(name, written)
                exact = _EXACT.fullmatch(constraint.strip())
                index = places.get((section, name), 0)
                yield Dependency("npm", real, index, exact[1] if exact else "", constraint, scope)


def _installed(text: Text, document: dict[str, Any]) -> Iterator[Dependency]:
    """Yield a package by its own name; folders inside it may have manifests, too."""
    name, version = document.get("name"), document.get("version")
    folder = text.path.rsplit(_MODULES, 1)[-1].removesuffix("/package.json")
    if isinstance(name, str) and isinstance(version, str) and _FOLDER.fullmatch(folder):
        found = re.search(r'"name"\s*:\s*"(?=' + re.escape(name) + '")', text.text)
        yield Dependency("npm", name, found.end() if found else 0, version, scope=INSTALLED)


def _read_lock(text: Text) -> Entries:
    """Read package-lock.json: ``packages`` by folder (versions 2, 3), else nested ``dependencies`` (version 1)."""
    document = json_document(text.text)
    packages = document.get("packages")
    if isinstance(packages, dict):
        places = {path: index for path, index in json_keys(text.text) if len(path) == 2}
        direct = _asked_for(packages)
        for folder, entry in packages.items():
            if isinstance(entry, dict) and _MODULES in folder and not entry.get("link"):
                name = str(entry.get("name") or folder.rsplit(_MODULES, 1)[-1])
                index = _name_index(places.get(("packages", folder), 0), folder)
                own = folder.removeprefix(_MODULES) in direct
                yield from _locked(name, entry, index, reach(own))
        return
    yield from _nested(document, dict(json_keys(text.text)))


def _asked_for(packages: dict[str, Any]) -> set[str]:
    """Return what the projects of a lock file ask for themselves: theirs are the folders of no module."""
    projects = [entry for folder, entry in packages.items() if _MODULES not in folder and isinstance(entry, dict)]
    groups = [project.get(section) for project in projects for section in _SECTIONS]
    return {name for group in groups if isinstance(group, dict) for name in group}


def _nested(document: dict[str, Any], places: dict[tuple[str, ...], int]) -> Entries:
    pending: list[tuple[tuple[str, ...], dict[str, Any]]] = [((), document)]
    while pending:
        here, holder = pending.pop()
        group = holder.get("dependencies")
        for name, entry in group.items() if isinstance(group, dict) else ():
            if isinstance(entry, dict):
                below = (*here, "dependencies", name)
                yield from _locked(name, entry, places.get(below, 0))
                pending.append((below, entry))


def _name_index(index: int, folder: str) -> int:
    return index + folder.rfind(_MODULES) + len(_MODULES)


def _locked(
    name: str, entry: dict[str, Any], index: int, details: tuple[tuple[str, str], ...] = ()
) -> Iterator[Dependency]:
    version = entry.get("version")
    if isinstance(version, str):
        real, version = _unaliased(name, version)
        flags = [flag for flag in ("dev", "optional", "peer") if entry.get(flag) is True]
        exact = _EXACT.fullmatch(version)
        scope = flags[0] if flags else "locked"
        yield Dependency("npm", real, index, exact[1] if exact else "", version, scope, details)


def _unaliased(name: str, written: str) -> tuple[str, str]:
    """Return the package that is really installed and its constraint: ``npm:real@range`` renames it."""
    alias = _ALIAS.fullmatch(written.strip())
    return (alias[1], alias[2]) if alias else (name, written)


def _read_yarn(text: Text) -> Entries:
    """Read yarn.lock, both the classic form and the YAML of later versions, block by block."""
    for block, stop in _blocks(_YARN_BLOCK, text.text):
        version = _YARN_VERSION.search(text.text, block.end(), stop)
        alias = _YARN_ALIAS.match(block["range"])
        name = alias[1] if alias else block["key"]
        index = block.start("range") + alias.start(1) if alias else block.start("key")
        if version:
            yield Dependency("npm", name, index, version[1], version[1], "locked")


def _blocks(header: re.Pattern[str], text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Yield every header and where its block ends."""
    headers = list(header.finditer(text))
    for position, match in enumerate(headers, start=1):
        yield match, headers[position].start() if position < len(headers) else len(text)


def _read_pnpm(text: Text) -> Entries:
    """Read the ``packages`` section of pnpm-lock.yaml, whose keys are name and version in every version of it."""
    sections = {section[1]: (section.end(), stop) for section, stop in _blocks(_PNPM_SECTION, text.text)}
    direct: set[str] = set()
    for name in ("importers", *_SECTIONS):
        if name in sections:
            direct |= set(_PNPM_ASKED.findall(text.text, *sections[name]))
    if "packages" in sections:
        for match in _PNPM_PACKAGE.finditer(text.text, *sections["packages"]):
            own = reach(match[1] in direct)
            yield Dependency("npm", match[1], match.start(1), match[2], match[2], "locked", own)


def _read_bun(text: Text) -> Entries:
    """Read bun.lock line by line: JSON with trailing commas, one package a line."""
    section = _BUN_PACKAGES.search(text.text)
    for match in _BUN_PACKAGE.finditer(text.text, section.end()) if section else ():
        yield Dependency("npm", match[1], match.start(1), match[2], match[2], "locked")


PACKAGE_JSON = detector("package-json", named("package.json"), _read_package)
PACKAGE_LOCK = detector("package-lock", named("package-lock.json", "npm-shrinkwrap.json"), _read_lock)
YARN_LOCK = detector("yarn-lock", named("yarn.lock"), _read_yarn)
PNPM_LOCK = detector("pnpm-lock", named("pnpm-lock.yaml"), _read_pnpm)
BUN_LOCK = detector("bun-lock", named("bun.lock"), _read_bun)
