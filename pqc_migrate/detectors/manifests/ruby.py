"""Detector: Gemfile, Gemfile.lock, gemspecs of a project and of installed gems, read as text and never run."""

from __future__ import annotations

import re

from pqc_migrate.detectors.manifests.dependency import (
    INSTALLED,
    Dependency,
    Entries,
    Text,
    detector,
    named,
    reach,
)
from pqc_migrate.model.target import SourceFile

_STRING = r"(?:\"([^\"#\n]*)\"|'([^'\n]*)')"
_GEM = re.compile(r"^[ \t]*gem[ \t(]+" + _STRING + r"([^\n#]*)", re.MULTILINE)
_ADDED = re.compile(
    r"^[ \t]*\w+\.add_(runtime_|development_)?dependency[ \t(]+(?:%q<([^>\n]+)>|" + _STRING + r")([^\n#]*)",
    re.MULTILINE,
)
_REQUIREMENT = re.compile(r"[\"'<]((?:[<>=~!]{1,2}\s*)?\d[\w.]*)[\"'>]")
_GROUP = re.compile(r"^[ \t]*group[ \t(]+([^\n]*?)[ \t]+do\b")
_GROUPS = re.compile(r"groups?:\s*(\[[^\]]*\]|:\w+)|:group(?:s)?\s*=>\s*(\[[^\]]*\]|:\w+)")
_END = re.compile(r"^[ \t]*end\b")
_OPENS = re.compile(r"\bdo\b(?:\s*\|[^|]*\|)?\s*$|^[ \t]*(?:if|unless|case|begin)\b")
_EXACT = re.compile(r"(?:=\s*)?(\d[\w.]*)")
_LOCKED = re.compile(r"^    ([\w.-]+) \(([^)\s]+)\)", re.MULTILINE)
_NEEDED = re.compile(r"^  ([\w.-]+)!?(?: \([^)]*\))?$", re.MULTILINE)
_SECTION = re.compile(r"^DEPENDENCIES\r?\n((?:  [^\n]*\n?)*)", re.MULTILINE)
_INSTALLED = re.compile(r"(?:.*/)?specifications/(?:default/)?[^/]+\.gemspec")
_OWN = re.compile(r"^\s*\w+\.(name|version) = \"([^\"\n]+)\"", re.MULTILINE)
_PLATFORM = re.compile(r"-(?:x86|x86_64|x64|arm|arm64|aarch64|java|universal|ruby)\b.*$")


def _read_gemfile(text: Text) -> Entries:
    groups: list[str] = []
    index = 0
    for line in text.text.split("\n"):
        if opened := _GROUP.match(line):
            groups.append(_scope(opened[1]))
        elif _OPENS.search(line):
            groups.append(groups[-1] if groups else "")
        elif _END.match(line) and groups:
            groups.pop()
        elif found := _GEM.match(line):
            own = _GROUPS.search(found[3])
            scope = _scope(own[1] or own[2]) if own else groups[-1] if groups else ""
            name = found[1] or found[2] or ""
            yield _required(name, index + found.start(1 if found[1] else 2), found[3], scope)
        index += len(line) + 1


def _scope(groups: str) -> str:
    names = set(re.findall(r"\w+", groups))
    if names and names <= {"test", "development"}:
        return "test" if names == {"test"} else "dev"
    return ""


def _required(name: str, index: int, rest: str, scope: str) -> Dependency:
    """Return a dependency with the requirements that follow it; ``"1.2"`` alone means exactly that."""
    parts = _REQUIREMENT.findall(rest.split("require")[0])
    exact = _EXACT.fullmatch(parts[0].strip()) if len(parts) == 1 else None
    return Dependency("gem", name, index, exact[1] if exact else "", ", ".join(parts), scope)


def _read_gemspec(text: Text) -> Entries:
    if _INSTALLED.fullmatch(text.path):
        own = {match[1]: match for match in reversed(list(_OWN.finditer(text.text)))}
        if "name" in own:
            version = own["version"][2] if "version" in own else ""
            yield Dependency("gem", own["name"][2], own["name"].start(2), version, scope=INSTALLED)
        return
    for found in _ADDED.finditer(text.text):
        group = next(number for number in (2, 3, 4) if found[number] is not None)
        scope = "dev" if found[1] == "development_" else ""
        yield _required(found[group], found.start(group), found[5], scope)


def _read_lock(text: Text) -> Entries:
    section = _SECTION.search(text.text)
    direct = set(_NEEDED.findall(section[1])) if section else set()
    seen: set[tuple[str, str]] = set()
    for found in _LOCKED.finditer(text.text):
        version = _PLATFORM.sub("", found[2])
        if (found[1], version) in seen:  # the same gem for another platform
            continue
        seen.add((found[1], version))
        yield Dependency("gem", found[1], found.start(1), version, version, "locked", reach(found[1] in direct))


def _wants_gemspec(file: SourceFile) -> bool:
    return file.name.endswith(".gemspec")


GEMFILE = detector("gemfile", named("Gemfile", "gems.rb"), _read_gemfile)
GEMFILE_LOCK = detector("gemfile-lock", named("Gemfile.lock", "gems.locked"), _read_lock)
GEMSPEC = detector("gemspec", _wants_gemspec, _read_gemspec)
