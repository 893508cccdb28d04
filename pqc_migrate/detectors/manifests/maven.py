"""Detector: Maven's pom.xml.

Properties of the same file and of parents that lie in the target are put in; other parents and imported BOMs are
not fetched.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from pqc_migrate.detectors.manifests.dependency import (
    Dependency,
    Entries,
    Text,
    Unreadable,
    decoded,
    detector,
)
from pqc_migrate.model.inventory import Diagnostic, Skip
from pqc_migrate.model.target import SourceFile

_DEEPEST = 100
_MOST_PARENTS = 8
_LONGEST_TEXT = 1000
_PLACEHOLDER = re.compile(r"\$\{([^${}]{1,200})\}")
_RANGE = re.compile(r"[\[(,]")
_COORDINATES = ("groupId", "artifactId", "version", "scope", "optional", "type")


@dataclass(slots=True)
class _Element:
    """A ``dependency`` element while it is read."""

    scope: str
    values: dict[str, str] = field(default_factory=dict)
    line: int = 0


@dataclass(slots=True)
class _Reader:
    """Expat handlers that collect dependencies and properties; an entity declaration stops the reading.

    Expat knows lines, never opens another file, and without declared entities there is nothing to expand.
    """

    path: list[str] = field(default_factory=list)
    dependencies: list[_Element] = field(default_factory=list)
    properties: dict[str, str] = field(default_factory=dict)
    profiled: dict[str, set[str]] = field(default_factory=dict)
    """Properties that profiles set: known only where every profile that sets one agrees."""
    current: _Element | None = None
    text: str = ""
    line: int = 0

    def start(self, tag: str, _: dict[str, str]) -> None:
        self.path.append(tag.rpartition(":")[2])
        self.text, self.line = "", 0
        if len(self.path) > _DEEPEST:
            raise Unreadable("nested too deeply")
        if self.path[-2:] == ["dependencies", "dependency"]:
            self.current = _Element(self._place())

    def characters(self, data: str, line: int) -> None:
        if len(self.text) < _LONGEST_TEXT:
            self.text += data
        if not self.line and data.strip():
            self.line = line

    def end(self, _: str) -> None:
        text, parent, tag = self.text.strip(), self.path[:-1], self.path[-1]
        if self.current is not None:
            if parent[-1] == "dependency" and tag in _COORDINATES:
                self.current.values[tag] = text
                if tag == "artifactId":
                    self.current.line = self.line
            elif self.path[-2:] == ["dependencies", "dependency"]:
                self.dependencies.append(self.current)
                self.current = None
        elif parent == ["project", "properties"]:
            self.properties[tag] = text
        elif parent[-1:] == ["properties"] and "profile" in parent:
            self.profiled.setdefault(tag, set()).add(text)
        elif parent in (["project"], ["project", "parent"]) and tag in (*_COORDINATES, "relativePath"):
            self.properties[".".join(self.path)] = text
        self.path.pop()
        self.text = ""

    @property
    def parent(self) -> dict[str, str]:
        """What the ``parent`` element says; empty without one."""
        prefix = "project.parent."
        return {key.removeprefix(prefix): v for key, v in self.properties.items() if key.startswith(prefix)}

    def known(self) -> dict[str, str]:
        """Return the properties whose value does not depend on which profile is active."""
        agreed = {name: next(iter(values)) for name, values in self.profiled.items() if len(values) == 1}
        return {**agreed, **self.properties}

    def _place(self) -> str:
        """Return the scope that a dependency has by where it stands."""
        if "dependencyManagement" in self.path:
            return "managed"
        return "build" if "plugin" in self.path else ""


def _refuse_entity(*_: object) -> None:
    raise Unreadable("declares entities: not read")


def _parse(text: Text) -> _Reader:
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.EntityDeclHandler = _refuse_entity

    def characters(data: str) -> None:
        reader.characters(data, parser.CurrentLineNumber)

    parser.CharacterDataHandler = characters
    try:
        parser.Parse(text.text, True)
    except expat.ExpatError:
        raise Unreadable("not well-formed XML") from None
    return reader


def _read(text: Text) -> Entries:
    reader = _parse(text)
    above = _inherited(text, reader)
    properties = {**above[0], **reader.known()}
    for name in ("version", "groupId"):
        properties.setdefault(f"project.{name}", properties.get(f"project.parent.{name}", ""))
    managed = {**above[1], **dict(_managed(reader.dependencies, properties))}
    for element in reader.dependencies:
        group, artifact, version = (
            _resolved(element.values.get(key, ""), properties) for key in ("groupId", "artifactId", "version")
        )
        if "${" in group + artifact:
            yield _unresolved(text, element)
            continue
        version = version or managed.get(f"{group}:{artifact}", "")
        exact = "" if _RANGE.search(version) or "${" in version else version
        yield Dependency("maven", f"{group}:{artifact}", _index(text, element), exact, version, _scope(element))


def _inherited(text: Text, child: _Reader) -> tuple[dict[str, str], dict[str, str]]:
    """Return the properties and managed versions of the parents that lie in the target, the nearest one first.

    A parent counts only where its coordinates are those that the child names ("Project Inheritance").
    """
    readers: list[_Reader] = []
    place = ""
    while child.parent and len(readers) < _MOST_PARENTS and text.neighbor is not None:
        relative = child.parent.get("relativePath", "../pom.xml") or "../pom.xml"
        relative = relative if relative.endswith((".xml", ".pom")) else f"{relative.rstrip('/')}/pom.xml"
        place = posixpath.normpath(posixpath.join(posixpath.dirname(place), relative))
        file = text.neighbor(place)
        found = _parent(file, child) if file is not None else None
        if found is None:
            break
        readers.append(found)
        child = found
    properties: dict[str, str] = {}
    managed: dict[str, str] = {}
    for reader in reversed(readers):
        properties.update(reader.known())
        managed.update(_managed(reader.dependencies, properties))
    inherited = {name: value for name, value in properties.items() if not name.startswith("project.")}
    return inherited, managed


def _parent(file: SourceFile, child: _Reader) -> _Reader | None:
    try:
        found = _parse(decoded(file))
    except (Unreadable, UnicodeDecodeError):
        return None
    same = found.properties.get("project.artifactId") == child.parent.get("artifactId")
    return found if same else None


def _unresolved(text: Text, element: _Element) -> Diagnostic:
    message = "maven-pom: the name of a dependency stands in a property that this file does not define"
    return Diagnostic(text.path, Skip.UNRESOLVED, message, element.line, "maven-pom")


def _managed(elements: list[_Element], properties: dict[str, str]) -> Iterator[tuple[str, str]]:
    for element in elements:
        if element.scope == "managed":
            group, artifact, version = (
                _resolved(element.values.get(key, ""), properties) for key in ("groupId", "artifactId", "version")
            )
            yield f"{group}:{artifact}", version


def _scope(element: _Element) -> str:
    """Return test, provided, runtime, … as written; ``compile`` is the default and says nothing."""
    written = element.values.get("scope", "").strip()
    if element.scope:
        return element.scope
    if element.values.get("optional", "").strip() == "true":
        return "optional"
    return "" if written == "compile" or not written.isalpha() else written


def _resolved(value: str, properties: dict[str, str]) -> str:
    """Put in the properties of this file; what it does not define stays a placeholder."""
    value = value.strip()
    for _ in range(8):
        replaced = _PLACEHOLDER.sub(lambda match: properties.get(match[1]) or match[0], value)[:500]
        if replaced == value:
            break
        value = replaced
    return value


def _index(text: Text, element: _Element) -> int:
    """Return where the artifact's name stands: expat tells the line."""
    start = text.start(element.line)
    name = element.values.get("artifactId", "").strip()
    return max(text.text.find(name, start), start)


def _wants(file: SourceFile) -> bool:
    return file.name == "pom.xml" or file.name.endswith(".pom")


POM = detector("maven-pom", _wants, _read)
