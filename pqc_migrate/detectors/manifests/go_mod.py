"""Detector: go.mod and vendor/modules.txt.

The minimum version that go.mod names is the one that a build selects or a newer one. go.sum is not read: it lists
versions that were only looked at, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

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

_BLOCK_START = re.compile(r"(require|replace|exclude|retract|tool|godebug|ignore)\s*\(")
_REQUIRE = re.compile(r"\"?([^\s\"]+)\"?\s+(v[^\s\"/]+)")
_REPLACE = re.compile(r"\"?([^\s\"]+)\"?(?:\s+(v\S+))?\s+=>\s+\"?([^\s\"]+)\"?(?:\s+(v\S+))?")
_VENDORED = re.compile(r"^# (\S+) (v\S+)(?: => (\S+) (v\S+))?[ \t]*\r?$(?:\n## ([^\n]*))?", re.MULTILINE)


def _read(text: Text) -> Entries:
    required: list[Dependency] = []
    replaced: dict[str, tuple[str, str]] = {}
    for directive, row, index, comment in _rows(text.text):
        if directive == "require" and (match := _REQUIRE.match(row)):
            scope = "indirect" if comment.strip() == "indirect" else ""
            at = index + match.start(1)
            required.append(Dependency("golang", match[1], at, match[2], match[2], scope))
        elif directive == "replace" and (match := _REPLACE.match(row)):
            replaced[match[1]] = (match[3], match[4] or "")
            if match[4]:
                at = index + match.start(3)
                required.append(Dependency("golang", match[3], at, match[4], match[4], "replacement"))
    for entry in required:
        yield _with_replacement(entry, replaced)


def _with_replacement(entry: Dependency, replaced: dict[str, tuple[str, str]]) -> Dependency:
    target = replaced.get(entry.name)
    if target is None or entry.scope == "replacement":
        return entry
    path, version = target
    told = f"{path} {version}" if version else "a local folder"
    return Dependency(
        entry.ecosystem, entry.name, entry.index, entry.version, entry.constraint, entry.scope,
        (("replaced-by", told),),
    )  # fmt: skip


def _rows(text: str) -> Iterator[tuple[str, str, int, str]]:
    """Yield (directive, what follows it, where that stands, comment) of each line, blocks unfolded."""
    block, index = "", 0
    for line in text.split("\n"):
        code, _, comment = line.partition("//")
        stripped = code.strip()
        if block:
            if stripped == ")":
                block = ""
            elif stripped:
                yield block, stripped, index + line.find(stripped), comment
        elif start := _BLOCK_START.fullmatch(stripped):
            block = start[1]
        elif stripped:
            directive, _, rest = stripped.partition(" ")
            rest = rest.strip()
            if rest:
                yield directive, rest, index + line.find(rest, line.find(directive) + len(directive)), comment
        index += len(line) + 1


def _wants_vendored(file: SourceFile) -> bool:
    return file.name == "modules.txt" and file.path.endswith("vendor/modules.txt")


def _read_vendored(text: Text) -> Entries:
    """Read vendor/modules.txt, which lists the modules that are really built, and marks those asked for."""
    for match in _VENDORED.finditer(text.text):
        name, version = match[3] or match[1], match[4] or match[2]
        direct = reach(match[5] is not None and "explicit" in match[5])
        yield Dependency("golang", name, match.start(3 if match[3] else 1), version, version, INSTALLED, direct)


GO_MOD = detector("go-mod", named("go.mod"), _read)
GO_VENDOR = detector("go-vendor", _wants_vendored, _read_vendored)
