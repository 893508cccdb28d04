"""Detector: pubspec.yaml and pubspec.lock of Dart and Flutter, read line by line ("Pub dependencies", dart.dev)."""

from __future__ import annotations

import re

from pqc_migrate.detectors.manifests.dependency import REFERENCE, Dependency, Entries, Text, detector, named, reach

_SECTIONS = {"dependencies": "", "dev_dependencies": "dev", "dependency_overrides": "override"}
_SECTION = re.compile(r"([a-z_]+):[ \t]*(?:#.*)?")
_ENTRY = re.compile(r"( {2,4})([a-z_][a-z0-9_]*):[ \t]*([^#\n]*?)[ \t]*(?:#.*)?")
_HOSTED = re.compile(r"[ \t]+version:[ \t]*([^#\n]+?)[ \t]*(?:#.*)?")
_EXACT = re.compile(r"\d+\.\d+\.\d+(?:[-+][\w.+-]+)?")
_LOCKED = re.compile(r"^  ([a-z_][a-z0-9_]*):[ \t]*\r?$", re.MULTILINE)
_FIELD = re.compile(r"^    (dependency|version): \"?([^\"\n]+?)\"?[ \t]*\r?$", re.MULTILINE)


def _read_spec(text: Text) -> Entries:
    scope: str | None = None
    depth = index = 0
    for line in text.text.split("\n"):
        row = line.rstrip("\r")
        if section := _SECTION.fullmatch(row):
            scope, depth = _SECTIONS.get(section[1]), 0
        elif scope is not None and (entry := _ENTRY.fullmatch(row)):
            depth = depth or len(entry[1])
            if len(entry[1]) == depth:  # what is further in belongs to the entry above
                written = entry[3].strip("\"'") or _version_below(text.text, index + len(line) + 1)
                yield _wanted(entry[2], index + entry.start(2), written, scope)
        index += len(line) + 1


def _version_below(text: str, start: int) -> str:
    """Return the version of an entry that is a map: the lines below it that are further in."""
    for line in text[start : start + 1000].split("\n"):
        if not line.startswith("    "):
            break
        if found := _HOSTED.fullmatch(line.rstrip("\r")):
            return found[1].strip("\"'")
    return REFERENCE


def _wanted(name: str, index: int, written: str, scope: str) -> Dependency:
    exact = written if _EXACT.fullmatch(written) else ""
    return Dependency("pub", name, index, exact, "" if written == "any" else written, scope)


def _read_lock(text: Text) -> Entries:
    entries = list(_LOCKED.finditer(text.text))
    for position, match in enumerate(entries, start=1):
        stop = entries[position].start() if position < len(entries) else len(text.text)
        fields = dict(_FIELD.findall(text.text, match.end(), stop))
        kind, version = fields.get("dependency", ""), fields.get("version", "")
        scope = "dev" if kind == "direct dev" else "locked"
        yield Dependency("pub", match[1], match.start(1), version, version, scope, reach(kind.startswith("direct")))


PUBSPEC = detector("pubspec", named("pubspec.yaml"), _read_spec)
PUBSPEC_LOCK = detector("pubspec-lock", named("pubspec.lock"), _read_lock)
