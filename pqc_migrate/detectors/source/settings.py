"""Settings that JVM code reads by key: the properties and YAML files that lie beside it in the same project.

A key is looked for only in files that its reader can mean: Spring's application files for ``@Value`` and
``Environment``, the files that the source file itself names for ``Properties`` and resource bundles. What is
found is a default: the program may run with other files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import yaml
from tree_sitter import Node

from pqc_migrate.detectors.calls.values import UNKNOWN, Text, Value, as_default, choice, options
from pqc_migrate.detectors.source.unit import Unit
from pqc_migrate.model.target import SourceFile

_SOURCES = re.compile(r"(?P<set>.*\bsrc/[^/]+/)(?:java|kotlin|scala)/")
_NAMED = re.compile(rb"\"(?:classpath\*?:)?/?([\w./-]{1,80}\.(?:properties|ya?ml))\"")
_BUNDLE = re.compile(rb"getBundle\(\s*\"([\w./-]{1,80})\"")
_SPRING = ("application.properties", "application.yml", "application.yaml", "config/application.yml",
           "config/application.properties", "bootstrap.yml", "bootstrap.properties")  # fmt: skip
_PLACEHOLDER = re.compile(r"\$\{([\w.\[\]-]+)(?::([^${}]*))?\}")
_PROPERTY = re.compile(r"[ \t\f]*([^\s=:#!\\][^\s=:\\]*)(?:[ \t\f]*[=:][ \t\f]*|[ \t\f]+)(.*)")
_MOST_NAMED = 8
_LARGEST = 1 << 16
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class Found:
    """The text that a file gives to a key."""

    text: str
    path: str
    line: int


@dataclass(frozen=True)
class Settings:
    """The settings files that one source file can read; equal for all files of one folder of sources."""

    root: str
    folder: str = field(compare=False)
    neighbor: Callable[[str], SourceFile | None] | None = field(compare=False, repr=False)

    @classmethod
    def of(cls, file: SourceFile) -> Settings:
        """Return the settings beside a source file: in the resources of its sources, or in its own folder."""
        folder = file.path.rpartition("/")[0]
        match = _SOURCES.match(f"{file.path}/")
        return cls(match["set"] if match else f"{folder}/", folder, file.neighbor)

    def spring(self, key: str) -> Value | None:
        """Return what Spring's application files give to a key; None when none of them does."""
        return self._value(key, _SPRING)

    def named(self, key: str, data: bytes) -> Value | None:
        """Return what the files that a source file names give to a key; None when none of them does."""
        names = [match[1].decode() for match in _NAMED.finditer(data)]
        names += [f"{match[1].decode().replace('.', '/')}.properties" for match in _BUNDLE.finditer(data)]
        return self._value(key, tuple(dict.fromkeys(names))[:_MOST_NAMED])

    def filled(self, text: str) -> Value | None:
        """Return what a Spring expression (``${key:default}``) may be; None when it is not known."""
        match = _PLACEHOLDER.fullmatch(text.strip())
        if match is None:
            return None
        values = [value for value in (self.spring(match[1]), self._default(match[2])) if value is not None]
        return choice(values) if values else None

    def _default(self, text: str | None) -> Value | None:
        return Text(how="default argument", text=text) if text else None

    def _value(self, key: str, names: tuple[str, ...], depth: int = _DEEPEST) -> Value | None:
        found = [read[key] for read in map(self._read, names) if key in read]
        values: list[Value] = []
        for one in found:
            match = _PLACEHOLDER.fullmatch(one.text)
            if match is None:
                values.append(Text(one.line, "default argument", one.text, path=one.path))
            elif depth:
                inner = self._value(match[1], names, depth - 1) or self._default(match[2])
                values += [inner] if inner is not None else []
        return choice(values) if values else None

    @cached_property
    def _kept(self) -> dict[str, dict[str, Found]]:
        return {}

    def _read(self, name: str) -> dict[str, Found]:
        if name not in self._kept:
            self._kept[name] = self._parsed(name)
        return self._kept[name]

    def _parsed(self, name: str) -> dict[str, Found]:
        up = "../" * (self.folder[len(self.root) :].count("/") + 1) if len(self.folder) > len(self.root) else ""
        for place in (f"{up}resources/", "") if up else ("",):
            file = self.neighbor(f"{place}{name}") if self.neighbor is not None else None
            if file is not None and len(file.data) <= _LARGEST:
                return dict(_yaml(file) if name.endswith(("yml", "yaml")) else _properties(file))
        return {}


class SettingsUnit(Unit):
    """A file of a JVM language that can read settings; `settings` is set by what makes the unit."""

    settings: Settings | None = None

    def injected(self, expression: Node | None) -> Value:
        """Return what ``@Value("${key:default}")`` gives to the field or parameter that it stands on."""
        texts = [option.text for option in options(self.value(expression)) if isinstance(option, Text)]
        found = self.settings.filled(texts[0]) if texts and self.settings is not None else None
        return found if found is not None else UNKNOWN

    def setting(self, kind: str, key: Value, default: Value | None) -> Value | None:
        """Return what an object of a written type gives to a key: a file beside the code, or else the default."""
        found: list[Value] = [as_default(default)] if default is not None else []
        keys = [option.text for option in options(key) if isinstance(option, Text)]
        if len(keys) == 1 and self.settings is not None:
            value = None
            if kind.endswith("Environment"):
                value = self.settings.spring(keys[0])
            elif kind in ("Properties", "ResourceBundle"):
                value = self.settings.named(keys[0], self.data)
            found = [value, *found] if value is not None else found
        return choice(found) if found else None


@dataclass(frozen=True)
class Maker:
    """Makes the units of one source file and of those it asks, all with the settings beside it."""

    unit: Callable[[bytes, Callable[[Value], str], Callable[[str], bool]], SettingsUnit]
    settings: Settings

    def __call__(self, data: bytes, type_of: Callable[[Value], str], knows: Callable[[str], bool]) -> SettingsUnit:
        """Return one parsed file that knows its settings."""
        made = self.unit(data, type_of, knows)
        made.settings = self.settings
        return made

    def for_file(self, file: SourceFile) -> Maker:
        """Return what makes the units of another source file, with the settings beside that one."""
        return Maker(self.unit, Settings.of(file))


def _properties(file: SourceFile) -> Iterator[tuple[str, Found]]:
    """Yield the keys of a properties file; those whose value goes on over several lines are not read."""
    for number, line in enumerate(file.data.decode("latin-1").splitlines(), 1):
        match = _PROPERTY.fullmatch(line)
        if match is not None and not match[2].endswith("\\"):
            yield match[1], Found(match[2].rstrip(), file.path, number)


def _yaml(file: SourceFile) -> Iterator[tuple[str, Found]]:
    try:
        documents = list(yaml.compose_all(file.data, Loader=yaml.SafeLoader))
    except (yaml.YAMLError, UnicodeDecodeError, ValueError):
        return
    for document in documents[:_MOST_NAMED]:
        if document is not None:
            yield from _flat(document, "", file.path, 16)


def _flat(node: yaml.Node, key: str, path: str, depth: int) -> Iterator[tuple[str, Found]]:
    if isinstance(node, yaml.ScalarNode):
        yield key, Found(node.value, path, node.start_mark.line + 1)
    elif isinstance(node, yaml.MappingNode) and depth:
        for name, value in node.value:
            if isinstance(name, yaml.ScalarNode):
                yield from _flat(value, f"{key}.{name.value}" if key else name.value, path, depth - 1)
