"""Detector: C and C++ package managers: Conan, vcpkg and Bazel modules. Scripts are read as text and never run."""

from __future__ import annotations

import re
from typing import Any

from pqc_migrate.detectors.manifests.dependency import Dependency, Entries, Text, detector, named
from pqc_migrate.detectors.manifests.places import json_document
from pqc_migrate.detectors.manifests.script import calls, without_comments

_REFERENCE = re.compile(r"([a-z0-9_][a-z0-9_+.-]{1,100})/(\[[^\]\n]*\]|[\w.+-]+)")
_SECTIONS = {
    "requires": "", "build_requires": "build", "tool_requires": "build", "test_requires": "test",
    "python_requires": "build",
}  # fmt: skip
_CALL = re.compile(r"self\.(requires|build_requires|tool_requires|test_requires)\s*\(\s*f?[\"']([^\"'\n]+)[\"']")
_FIELD = re.compile(
    r"^[ \t]*(requires|build_requires|tool_requires|test_requires)\s*=\s*([^\n(\[]*(?:[(\[][^)\]]*[)\]])?)", re.M
)
_STRING = re.compile(r"[\"']([^\"'\n]+)[\"']")
_LOCK_REFERENCE = re.compile(r"\"([a-z0-9_][a-z0-9_+.-]{1,100}/[^\"#@\n]+)[^\"\n]*\"")
_PORT = re.compile(r"\"([a-z0-9][a-z0-9-]*)\"")


def _read_conan_text(text: Text) -> Entries:
    scope: str | None = None
    index = 0
    for line in text.text.split("\n"):
        row = line.strip()
        if row.startswith("["):
            scope = _SECTIONS.get(row.strip("[]"))
        elif scope is not None and not row.startswith("#") and (found := _REFERENCE.match(row)):
            yield _conan(found, index + line.find(row), scope)
        index += len(line) + 1


def _read_conan_script(text: Text) -> Entries:
    source = without_comments(text.text, "#")
    for call in _CALL.finditer(source):
        if found := _REFERENCE.match(call[2]):
            yield _conan(found, call.start(2), _SECTIONS[call[1]])
    for field in _FIELD.finditer(source):
        for string in _STRING.finditer(field[2]):
            if found := _REFERENCE.match(string[1]):
                yield _conan(found, field.start(2) + string.start(1), _SECTIONS[field[1]])


def _conan(found: re.Match[str], index: int, scope: str) -> Dependency:
    ranged = found[2].startswith("[")
    constraint = found[2].strip("[]").split(",")[0].strip() if ranged else found[2]
    return Dependency("conan", found[1], index + found.start(1), "" if ranged else found[2], constraint, scope)


def _read_conan_lock(text: Text) -> Entries:
    json_document(text.text)
    build = text.text.find('"build_requires"')
    for match in _LOCK_REFERENCE.finditer(text.text):
        found = _REFERENCE.fullmatch(match[1])
        if found:
            scope = "build" if 0 <= build < match.start() else "locked"
            yield Dependency("conan", found[1], match.start(1), found[2], found[2], scope)


def _read_vcpkg(text: Text) -> Entries:
    document = json_document(text.text)
    places: dict[str, int] = {}
    for match in _PORT.finditer(text.text):
        places.setdefault(match[1], match.start(1))
    overrides = {
        entry["name"]: entry.get("version") or entry.get("version-string") or entry.get("version-semver") or ""
        for entry in _list(document.get("overrides"))
        if isinstance(entry, dict) and isinstance(entry.get("name"), str)
    }
    features = document.get("features")
    optional = [
        entry
        for feature in (features.values() if isinstance(features, dict) else ())
        if isinstance(feature, dict)
        for entry in _list(feature.get("dependencies"))
    ]
    for entries, scope in ((_list(document.get("dependencies")), ""), (optional, "optional")):
        for entry in entries:
            options = entry if isinstance(entry, dict) else {"name": entry}
            name, least = options.get("name"), options.get("version>=", "")
            if isinstance(name, str) and isinstance(least, str):
                exact = str(overrides.get(name, "")).partition("#")[0]
                constraint = exact or (f">={least.partition('#')[0]}" if least else "")
                own = "build" if options.get("host") is True and not scope else scope
                yield Dependency("vcpkg", name, places.get(name, 0), exact, constraint, own)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _read_bazel(text: Text) -> Entries:
    source = without_comments(text.text, "#")
    for arguments, index in calls(source, "bazel_dep"):
        name = re.search(r"\bname\s*=\s*\"([\w.-]+)\"", arguments)
        version = re.search(r"\bversion\s*=\s*\"([\w.+-]+)\"", arguments)
        if name:
            scope = "dev" if re.search(r"\bdev_dependency\s*=\s*True\b", arguments) else ""
            least = version[1] if version else ""
            constraint = f">={least}" if least else ""
            yield Dependency("bazel", name[1], index + name.start(1), "", constraint, scope)


CONANFILE_TXT = detector("conanfile-txt", named("conanfile.txt"), _read_conan_text)
CONANFILE_PY = detector("conanfile-py", named("conanfile.py"), _read_conan_script)
CONAN_LOCK = detector("conan-lock", named("conan.lock"), _read_conan_lock)
VCPKG = detector("vcpkg", named("vcpkg.json"), _read_vcpkg)
BAZEL = detector("bazel-module", named("MODULE.bazel"), _read_bazel)
