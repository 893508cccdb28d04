"""Detector: NuGet: project files, packages.config, central versions, lock files and what a build wrote down.

A bare version of a ``PackageReference`` is a minimum; ``[1.2.3]`` is exact ("NuGet Package Version Reference").
"""

from __future__ import annotations

import re

from pqc_migrate.detectors.manifests.dependency import (
    INSTALLED,
    Dependency,
    Entries,
    Text,
    detector,
    named,
    reach,
)
from pqc_migrate.detectors.manifests.places import json_document, json_keys
from pqc_migrate.detectors.manifests.xml import elements, place
from pqc_migrate.model.target import SourceFile

_PROJECTS = (".csproj", ".fsproj", ".vbproj")
_REFERENCES = frozenset({"PackageReference", "PackageVersion", "GlobalPackageReference"})
_SHARED = frozenset({"Directory.Packages.props", "Directory.Build.props", "Directory.Build.targets"})
_EXACT = re.compile(r"\[\s*(\d[\w.+-]*)\s*\]")
_PLAIN = re.compile(r"\d[\w.+-]*")


def _read_project(text: Text) -> Entries:
    for element in elements(text, _REFERENCES):
        name = element.attributes.get("Include") or element.attributes.get("Update") or ""
        version = (
            element.attributes.get("Version")
            or element.attributes.get("VersionOverride")
            or element.children.get("Version", "")
        ).strip()
        private = (element.attributes.get("PrivateAssets") or element.children.get("PrivateAssets", "")).lower()
        scope = "managed" if element.tag == "PackageVersion" else "dev" if private == "all" else ""
        exact = _EXACT.fullmatch(version)
        at_least = f">={version}" if _PLAIN.fullmatch(version) else version
        index = place(text, element.line, name)
        yield Dependency("nuget", name, index, exact[1] if exact else "", at_least, scope)


def _read_config(text: Text) -> Entries:
    for element in elements(text, frozenset({"package"})):
        name, version = element.attributes.get("id", ""), element.attributes.get("version", "")
        scope = "dev" if element.attributes.get("developmentDependency") == "true" else ""
        yield Dependency("nuget", name, place(text, element.line, name), version, version, scope)


def _read_lock(text: Text) -> Entries:
    frameworks = json_document(text.text).get("dependencies")
    places = {path: index for path, index in json_keys(text.text) if len(path) == 3}
    for framework, group in frameworks.items() if isinstance(frameworks, dict) else ():
        for name, entry in group.items() if isinstance(group, dict) else ():
            version = entry.get("resolved") if isinstance(entry, dict) else None
            if isinstance(version, str):
                index = places.get(("dependencies", framework, name), 0)
                direct = reach(entry.get("type") == "Direct")
                yield Dependency("nuget", name, index, version, version, "locked", direct)


def _read_libraries(text: Text) -> Entries:
    """Read the ``libraries`` of project.assets.json and of an application's ``.deps.json``: ``name/version``."""
    libraries = json_document(text.text).get("libraries")
    places = {path: index for path, index in json_keys(text.text) if len(path) == 2}
    scope = INSTALLED if text.path.endswith(".deps.json") else "locked"
    for key, entry in libraries.items() if isinstance(libraries, dict) else ():
        name, _, version = key.partition("/")
        if isinstance(entry, dict) and entry.get("type") == "package" and version:
            yield Dependency("nuget", name, places.get(("libraries", key), 0), version, scope=scope)


def _read_nuspec(text: Text) -> Entries:
    """Read the dependencies of a package's own description."""
    for element in elements(text, frozenset({"dependency"})):
        name, version = element.attributes.get("id", ""), element.attributes.get("version", "").strip()
        exact = _EXACT.fullmatch(version)
        at_least = f">={version}" if _PLAIN.fullmatch(version) else version
        yield Dependency("nuget", name, place(text, element.line, name), exact[1] if exact else "", at_least)


def _wants_project(file: SourceFile) -> bool:
    return file.name.endswith(_PROJECTS) or file.name in _SHARED


def _wants_libraries(file: SourceFile) -> bool:
    return file.name == "project.assets.json" or file.name.endswith(".deps.json")


def _wants_nuspec(file: SourceFile) -> bool:
    return file.name.endswith(".nuspec")


PROJECT = detector("msbuild", _wants_project, _read_project)
PACKAGES_CONFIG = detector("packages-config", named("packages.config"), _read_config)
PACKAGES_LOCK = detector("nuget-lock", named("packages.lock.json"), _read_lock)
LIBRARIES = detector("dotnet-libraries", _wants_libraries, _read_libraries)
NUSPEC = detector("nuspec", _wants_nuspec, _read_nuspec)
