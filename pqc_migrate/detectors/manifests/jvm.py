"""Detector: sbt, Ivy and the lock files of Gradle. Scala is read as text and never run."""

from __future__ import annotations

import re

from pqc_migrate.detectors.manifests.dependency import Dependency, Entries, Text, detector, named
from pqc_migrate.detectors.manifests.script import without_comments
from pqc_migrate.detectors.manifests.xml import elements, place
from pqc_migrate.model.target import SourceFile

_SBT = re.compile(
    r"\"([\w.-]+)\"\s*%{1,3}\s*\"([\w.-]+)\"\s*%\s*(?:\"([^\"\n]+)\"|([A-Za-z_][\w.]*))(?:\s*%\s*(?:\"([\w,>-]+)\"|(\w+)))?"
)
_BINDING = re.compile(r"\bval\s+(\w+)(?:\s*:\s*String)?\s*=\s*\"([\w.+-]+)\"")
_LOCKED = re.compile(r"^([\w.-]+:[\w.-]+):([^=\s]+)=([^\n]*)$", re.MULTILINE)
_DYNAMIC = re.compile(r"[\[(,+]|^latest\.")


def _wants_sbt(file: SourceFile) -> bool:
    return file.name.endswith(".sbt") or file.path.endswith(("project/Dependencies.scala", "project/Deps.scala"))


def _read_sbt(text: Text) -> Entries:
    source = without_comments(text.text, "//")
    bound: dict[str, set[str]] = {}
    for name, value in _BINDING.findall(source):
        bound.setdefault(name, set()).add(value)
    for found in _SBT.finditer(source):
        values = bound.get((found[4] or "").rsplit(".", 1)[-1], set())
        version = found[3] or (next(iter(values)) if len(values) == 1 else "")
        scope = (found[5] or found[6] or "").lower().split("->")[0]
        exact = "" if _DYNAMIC.search(version) else version
        kind = scope if scope in ("test", "provided", "runtime", "optional") else ""
        yield Dependency("maven", f"{found[1]}:{found[2]}", found.start(2), exact, version, kind)


def _read_lock(text: Text) -> Entries:
    """Read gradle.lockfile: ``group:name:version=configurations`` ("Locking dependency versions")."""
    for found in _LOCKED.finditer(text.text):
        names = [name.strip().lower() for name in found[3].split(",")]
        test = all(name.startswith("test") or "test" in name for name in names if name)
        index = found.start(1) + found[1].find(":") + 1
        yield Dependency("maven", found[1], index, found[2], found[2], "test" if test else "locked")


def _wants_ivy(file: SourceFile) -> bool:
    return file.name == "ivy.xml" or (file.name.endswith(".ivy") and b"<ivy-module" in file.data)


def _read_ivy(text: Text) -> Entries:
    for element in elements(text, frozenset({"dependency"})):
        name, revision = element.attributes.get("name", ""), element.attributes.get("rev", "")
        configuration = element.attributes.get("conf", "").split("->")[0]
        exact = "" if _DYNAMIC.search(revision) or "${" in revision else revision
        scope = "test" if configuration == "test" else ""
        full = f"{element.attributes.get('org', '')}:{name}"
        yield Dependency("maven", full, place(text, element.line, name), exact, revision, scope)


SBT = detector("sbt", _wants_sbt, _read_sbt)
GRADLE_LOCK = detector("gradle-lock", named("gradle.lockfile", "buildscript-gradle.lockfile"), _read_lock)
IVY = detector("ivy", _wants_ivy, _read_ivy)
