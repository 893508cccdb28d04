"""Detector: what a Java archive says it is: Maven's pom.properties, or the manifest of an OSGi bundle.

Archives of one library may hold others (shaded); each has its own pom.properties. Some are published without one:
their bundle's symbolic name is in the catalog.
"""

from __future__ import annotations

import re

from pqc_migrate.catalog import packages
from pqc_migrate.detectors.manifests.dependency import INSTALLED, Dependency, Entries, Text, detector
from pqc_migrate.model.target import SourceFile

_PROPERTIES = re.compile(r"(?:.*[/!])?META-INF/maven/[^/]+/[^/]+/pom\.properties")
_MANIFEST = re.compile(r"(?:.*[/!])?META-INF/MANIFEST\.MF")
_ENTRY = re.compile(r"^[ \t]*(groupId|artifactId|version)[ \t]*[=:][ \t]*([\w.+-]{1,200})[ \t]*\r?$", re.MULTILINE)
_ATTRIBUTE = re.compile(r"^([A-Za-z0-9_-]+): ?([^\r\n]*)", re.MULTILINE)
_CONTINUED = re.compile(r"\r?\n ")
_ARCHIVE = re.compile(r"([^/!]+)\.jar!?/META-INF/MANIFEST\.MF$")


def _wants_properties(file: SourceFile) -> bool:
    return file.name == "pom.properties" and _PROPERTIES.fullmatch(file.path) is not None


def _wants_manifest(file: SourceFile) -> bool:
    return file.name == "MANIFEST.MF" and _MANIFEST.fullmatch(file.path) is not None


def _read_properties(text: Text) -> Entries:
    found = {match[1]: match for match in _ENTRY.finditer(text.text)}
    if {"groupId", "artifactId"} <= found.keys():
        name = f"{found['groupId'][2]}:{found['artifactId'][2]}"
        version = found["version"][2] if "version" in found else ""
        yield Dependency("maven", name, found["artifactId"].start(2), version, scope=INSTALLED)


def _read_manifest(text: Text) -> Entries:
    """Read the main section only: the others tell of single entries (JAR File Specification)."""
    end = re.search(r"\r?\n\r?\n", text.text)
    main = text.text[: end.start()] if end else text.text
    found = {match[1]: (match, _value(main, match)) for match in _ATTRIBUTE.finditer(main)}
    place, symbolic = found.get("Bundle-SymbolicName", (None, ""))
    symbolic = symbolic.split(";")[0].strip()
    package = packages.bundle(symbolic)
    if package and place is not None:
        version = next((found[key][1] for key in ("Bundle-Version", "Implementation-Version") if key in found), "")
        group, _, artifact = package.partition(":")
        name = f"{group}:{_published(text.path, artifact, version)}"
        yield Dependency("maven", name, place.start(2), version.strip(), scope=INSTALLED)


def _value(main: str, match: re.Match[str]) -> str:
    """Return an attribute's value with its continuation lines."""
    stop = match.end()
    while more := _CONTINUED.match(main, stop):
        line = re.compile(r"[^\r\n]*").match(main, more.end())
        stop = line.end() if line else more.end()
    return _CONTINUED.sub("", main[match.start(2) : stop])


def _published(path: str, artifact: str, version: str) -> str:
    """Return the artifact as the archive's name has it: ``bcprov-jdk18on-1.81.jar`` says for which Java."""
    archive = _ARCHIVE.search(path)
    name = archive[1].removesuffix(f"-{version}") if archive and version else ""
    return name if name.startswith(f"{artifact}-") and archive and name != archive[1] else artifact


POM_PROPERTIES = detector("pom-properties", _wants_properties, _read_properties)
BUNDLE = detector("java-manifest", _wants_manifest, _read_manifest)
