"""Detector: what C and C++ builds look for on the system: CMake, Meson and its wraps.

They name libraries, not packages: the package URL has type ``generic``, and a version is a minimum.
"""

from __future__ import annotations

import re

from pqc_migrate.detectors.manifests.dependency import Dependency, Entries, Text, detector, named
from pqc_migrate.detectors.manifests.script import calls, without_comments
from pqc_migrate.model.target import SourceFile

_CMAKE_WORD = re.compile(r"[^\s()\"]+")
_CMAKE_VERSION = re.compile(r"\d+(?:\.\d+){0,3}")
_MODULE = re.compile(r"([A-Za-z][\w.+-]*?)(?:([<>=]{1,2})(\d[\w.]*))?")
_KEYWORDS = frozenset(
    {"REQUIRED", "QUIET", "IMPORTED_TARGET", "GLOBAL", "NO_CMAKE_PATH", "NO_CMAKE_ENVIRONMENT_PATH"}
)
_NAMED = re.compile(r"'([\w.+-]+)'")
_VERSIONS = re.compile(r"\bversion\s*:\s*(\[[^\]]*\]|'[^']*')")
_WRAP_FOLDER = re.compile(r"^directory\s*=\s*([A-Za-z][\w+-]*?)-v?(\d[\w.]*)[ \t]*\r?$", re.MULTILINE)


def _wants_cmake(file: SourceFile) -> bool:
    return file.name == "CMakeLists.txt" or file.name.endswith(".cmake")


def _read_cmake(text: Text) -> Entries:
    source = without_comments(text.text, "#")
    for arguments, index in calls(source, "find_package", ignore_case=True):
        words = list(_CMAKE_WORD.finditer(arguments))
        if words:
            version = words[1][0] if words[1:] and _CMAKE_VERSION.fullmatch(words[1][0]) else ""
            scope = "" if any(word[0] == "REQUIRED" for word in words) else "optional"
            exact = version if any(word[0] == "EXACT" for word in words) else ""
            least = exact or (f">={version}" if version else "")
            yield Dependency("generic", words[0][0], index + words[0].start(), exact, least, scope)
    for arguments, index in calls(source, "pkg_check_modules", "pkg_search_module", ignore_case=True):
        words = list(_CMAKE_WORD.finditer(arguments))
        scope = "" if any(word[0] == "REQUIRED" for word in words) else "optional"
        for word in words[1:]:
            found = _MODULE.fullmatch(word[0]) if word[0] not in _KEYWORDS else None
            if found:
                constraint = f"{found[2]}{found[3]}" if found[3] else ""
                yield Dependency("generic", found[1], index + word.start(), "", constraint, scope)


def _read_meson(text: Text) -> Entries:
    source = without_comments(text.text, "#")
    for arguments, index in calls(source, "dependency"):
        names = list(_NAMED.finditer(re.split(r"\b\w+\s*:", arguments, maxsplit=1)[0]))
        versions = _VERSIONS.search(arguments)
        constraint = ", ".join(re.findall(r"'([^']*)'", versions[1])) if versions else ""
        scope = "optional" if re.search(r"\brequired\s*:\s*(?!true)", arguments) else ""
        for name in names:
            yield Dependency("generic", name[1], index + name.start(1), "", constraint.replace(" ", ""), scope)


def _read_wrap(text: Text) -> Entries:
    if found := _WRAP_FOLDER.search(text.text):
        yield Dependency("generic", found[1], found.start(1), found[2], found[2])


def _wants_wrap(file: SourceFile) -> bool:
    return file.name.endswith(".wrap") and file.path.rsplit("/", 2)[-2:-1] == ["subprojects"]


CMAKE = detector("cmake", _wants_cmake, _read_cmake)
MESON = detector("meson", named("meson.build"), _read_meson)
WRAP = detector("meson-wrap", _wants_wrap, _read_wrap)
