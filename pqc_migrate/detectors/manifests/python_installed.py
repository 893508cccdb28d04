"""Detector: Python distributions that lie in a target installed (PyPA "Recording installed projects").

``*.dist-info/METADATA`` is written by installers and in wheels; ``*.egg-info`` counts only among installed
packages, since a project has one of its own beside its sources.
"""

from __future__ import annotations

import re

from pqc_migrate.detectors.manifests.dependency import INSTALLED, Dependency, Entries, Text, detector
from pqc_migrate.model.target import SourceFile

_DIST_INFO = re.compile(r"(?:.*/)?[^/]+\.dist-info/METADATA")
_EGG_INFO = re.compile(
    r"(?:.*/)?(?:site|dist)-packages/(?:[^/]+\.egg-info(?:/PKG-INFO)?|[^/]+\.egg/EGG-INFO/PKG-INFO)"
)
_NAME = re.compile(r"^Name:[ \t]*([A-Za-z0-9][A-Za-z0-9._-]*)[ \t]*\r?$", re.MULTILINE)
_VERSION = re.compile(r"^Version:[ \t]*(\S+)[ \t]*\r?$", re.MULTILINE)


def _wants(file: SourceFile) -> bool:
    return _DIST_INFO.fullmatch(file.path) is not None or _EGG_INFO.fullmatch(file.path) is not None


def _read(text: Text) -> Entries:
    """Read the header fields; the description follows the first empty line and may say anything."""
    end = re.search(r"\r?\n\r?\n", text.text)
    stop = end.start() + 1 if end else len(text.text)
    name = _NAME.search(text.text, 0, stop)
    version = _VERSION.search(text.text, 0, stop)
    if name:
        yield Dependency("pypi", name[1], name.start(1), version[1] if version else "", scope=INSTALLED)


DIST_INFO = detector("dist-info", _wants, _read)
