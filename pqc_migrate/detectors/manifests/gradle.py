"""Detector: Gradle build scripts, read as text and never run, and version catalogs."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from pqc_migrate.detectors.manifests.dependency import Dependency, Entries, Text, Unreadable, detector, named
from pqc_migrate.detectors.manifests.places import TomlPlaces
from pqc_migrate.model.target import SourceFile

_COMMENT_OR_STRING = re.compile(
    r"//[^\n]*|/\*.*?(?:\*/|\Z)|(?P<string>\"\"\".*?\"\"\"|'''.*?'''|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')",
    re.DOTALL,
)
_COORDINATES = re.compile(r"([\w.-]+):([\w.-]+)(?::([^:@\s]+))?(?:[:@][\w.-]+)*")
_CONFIGURATION = re.compile(r"(\w+)\s*\(?\s*(?:(?:platform|enforcedPlatform|testFixtures)\s*\(\s*)?$")
_MAP_NOTATION = re.compile(
    r"\bgroup\s*[:=]\s*['\"](?P<group>[\w.-]+)['\"]\s*,\s*name\s*[:=]\s*['\"](?P<name>[\w.-]+)['\"]"
    r"(?:\s*,\s*version\s*[:=]\s*['\"](?P<version>[^'\"\s]+)['\"])?"
)
_VARIABLE = re.compile(r"\$(?:\{)?([\w.]+)(?:\})?")
_BINDING = re.compile(r"\b(\w+)['\"]?\s*[:=]\s*['\"]([\w.+-]+)['\"]")
_DYNAMIC = re.compile(r"[\[(,+$]|^latest\.")


def _wants(file: SourceFile) -> bool:
    return file.name.endswith((".gradle", ".gradle.kts"))


def _read(text: Text) -> Entries:
    source = _without_comments(text.text)
    bound = _bindings(source)
    for match in _COMMENT_OR_STRING.finditer(text.text):
        literal = match["string"]
        content = literal.strip("\"'") if literal else ""
        found = _COORDINATES.fullmatch(content)
        if found:
            before = source[max(0, match.start() - 120) : match.start()]
            index = match.start() + literal.find(content) + found.start(2)
            yield _dependency(f"{found[1]}:{found[2]}", found[3] or "", index, _scope(before), bound)
    for match in _MAP_NOTATION.finditer(source):
        before = source[max(0, match.start() - 120) : match.start()]
        name = f"{match['group']}:{match['name']}"
        yield _dependency(name, match["version"] or "", match.start("name"), _scope(before), bound)


def _dependency(name: str, written: str, index: int, scope: str, bound: dict[str, str]) -> Dependency:
    version = _VARIABLE.sub(lambda match: bound.get(match[1].rsplit(".", 1)[-1], match[0]), written)
    exact = "" if _DYNAMIC.search(version) else version
    return Dependency("maven", name, index, exact, version, scope)


def _bindings(source: str) -> dict[str, str]:
    """Return the names that the script binds to one literal only, and that literal."""
    found: dict[str, set[str]] = {}
    for name, value in _BINDING.findall(source):
        found.setdefault(name, set()).add(value)
    return {name: values.pop() for name, values in found.items() if len(values) == 1}


def _scope(before: str) -> str:
    """Return the scope of a configuration name (``testImplementation``) that stands before a coordinate."""
    found = _CONFIGURATION.search(before)
    name = found[1].lower() if found else ""
    if "test" in name:
        return "test"
    if name in ("classpath", "annotationprocessor", "kapt", "ksp"):
        return "build"
    return {"compileonly": "provided", "runtimeonly": "runtime", "developmentonly": "dev"}.get(name, "")


def _without_comments(text: str) -> str:
    """Blank comments out, so that places stay what they were."""
    return _COMMENT_OR_STRING.sub(
        lambda match: match[0] if match["string"] else re.sub(r"[^\n]", " ", match[0]), text
    )


def _read_catalog(text: Text) -> Entries:
    """Read the libraries of a version catalog (libs.versions.toml)."""
    try:
        document = tomllib.loads(text.text)
    except (tomllib.TOMLDecodeError, RecursionError):
        raise Unreadable("not valid TOML") from None
    versions = document.get("versions")
    libraries = document.get("libraries")
    places = TomlPlaces(text.text)
    for alias, entry in libraries.items() if isinstance(libraries, dict) else ():
        module, version = _library(entry, versions if isinstance(versions, dict) else {})
        if module:
            exact = "" if _DYNAMIC.search(version) else version
            yield Dependency("maven", module, places.find(alias, "libraries"), exact, version)


def _library(entry: Any, versions: dict[str, Any]) -> tuple[str, str]:
    """Return (group:artifact, version) of one library in any of the three notations."""
    if isinstance(entry, str):
        found = _COORDINATES.fullmatch(entry)
        return (f"{found[1]}:{found[2]}", found[3] or "") if found else ("", "")
    if not isinstance(entry, dict):
        return "", ""
    module = entry.get("module") or f"{entry.get('group', '')}:{entry.get('name', '')}"
    version = entry.get("version", "")
    if isinstance(version, dict):
        version = versions.get(str(version.get("ref")), "")
    if isinstance(version, dict):
        version = version.get("strictly") or version.get("require") or version.get("prefer") or ""
    return str(module), version if isinstance(version, str) else ""


GRADLE = detector("gradle", _wants, _read)
GRADLE_CATALOG = detector("gradle-catalog", named("libs.versions.toml"), _read_catalog)
