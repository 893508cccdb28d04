"""Detector: composer.json, composer.lock and Composer's list of what is installed ("The composer.json schema")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pqc_migrate.detectors.manifests.dependency import (
    INSTALLED,
    Dependency,
    Entries,
    Text,
    detector,
    named,
)
from pqc_migrate.detectors.manifests.places import json_document, json_keys
from pqc_migrate.model.target import SourceFile

_EXACT = re.compile(r"v?(\d+(?:\.\d+){1,3}(?:-[\w.]+)?)")
_NAME = re.compile(r'"name"\s*:\s*"([^"\\\n]+)"')


def _read_manifest(text: Text) -> Entries:
    document = json_document(text.text)
    places = {path: index for path, index in json_keys(text.text) if len(path) == 2}
    for section, scope in (("require", ""), ("require-dev", "dev")):
        group = document.get(section)
        for name, written in group.items() if isinstance(group, dict) else ():
            if isinstance(written, str):
                exact = _EXACT.fullmatch(written.strip())
                index = places.get((section, name), 0)
                yield Dependency("composer", name, index, exact[1] if exact else "", written, scope)


def _read_lock(text: Text) -> Entries:
    document = json_document(text.text)
    names = {match[1]: match.start(1) for match in reversed(list(_NAME.finditer(text.text)))}
    yield from _packages(document.get("packages"), "locked", names)
    yield from _packages(document.get("packages-dev"), "dev", names)


def _read_installed(text: Text) -> Entries:
    names = {match[1]: match.start(1) for match in reversed(list(_NAME.finditer(text.text)))}
    yield from _packages(json_document(text.text).get("packages"), INSTALLED, names)


def _packages(group: Any, scope: str, names: dict[str, int]) -> Iterator[Dependency]:
    for entry in group if isinstance(group, list) else ():
        name, version = (entry.get("name"), entry.get("version")) if isinstance(entry, dict) else (None, None)
        if isinstance(name, str) and isinstance(version, str):
            exact = _EXACT.fullmatch(version)
            pinned = exact[1] if exact else ""
            yield Dependency("composer", name, names.get(name, 0), pinned, pinned or version, scope)


def _wants_installed(file: SourceFile) -> bool:
    return file.path.endswith("vendor/composer/installed.json")


COMPOSER_JSON = detector("composer-json", named("composer.json"), _read_manifest)
COMPOSER_LOCK = detector("composer-lock", named("composer.lock"), _read_lock)
COMPOSER_INSTALLED = detector("composer-installed", _wants_installed, _read_installed)
