"""Detector: Elixir's mix and Erlang's rebar3: files of terms, read as text and never run."""

from __future__ import annotations

import re

from pqc_migrate.detectors.manifests.dependency import Dependency, Entries, Text, detector, named, reach
from pqc_migrate.detectors.manifests.script import without_comments

_MIX = re.compile(r"\{\s*:([a-z_][a-z0-9_]*)\s*,\s*(?:\"([^\"\n]*)\")?([^{}]*(?:\[[^\]]*\])?[^{}]*)\}")
_ONLY = re.compile(r"\bonly:\s*(\[[^\]]*\]|:\w+)")
_MIX_LOCK = re.compile(
    r"^\s*\"([a-z_][a-z0-9_]*)\":\s*\{:hex,\s*:([a-z_][a-z0-9_]*),\s*\"([^\"\n]+)\"", re.MULTILINE
)
_REBAR = re.compile(r"\{\s*([a-z_][a-z0-9_]*)\s*,\s*\"([^\"\n]*)\"")
_REBAR_LOCK = re.compile(
    r"<<\"([a-z_][a-z0-9_]*)\">>,\s*\{pkg,\s*<<\"([a-z_][a-z0-9_]*)\">>,\s*<<\"([^\"\n]+)\">>[^}]*\},\s*(\d+)"
)
_DEPS = re.compile(r"\{\s*deps\s*,\s*\[")
_EXACT = re.compile(r"(?:==\s*)?(\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)")


def _read_mix(text: Text) -> Entries:
    source = without_comments(text.text, "#")
    for found in _MIX.finditer(source):
        if found[2] is not None or re.search(r"\b(?:git|github|path|in_umbrella):", found[3]):
            constraint = found[2] or ""
            exact = _EXACT.fullmatch(constraint)
            yield Dependency(
                "hex", found[1], found.start(1), exact[1] if exact else "", constraint, _only(found[3])
            )


def _only(options: str) -> str:
    found = _ONLY.search(options)
    names = set(re.findall(r":(\w+)", found[1])) if found else set()
    if names and names <= {"dev", "test"}:
        return "test" if names == {"test"} else "dev"
    return ""


def _read_mix_lock(text: Text) -> Entries:
    for found in _MIX_LOCK.finditer(text.text):
        yield Dependency("hex", found[2], found.start(1), found[3], found[3], "locked")


def _read_rebar(text: Text) -> Entries:
    source = without_comments(text.text, "%")
    for deps in _DEPS.finditer(source):
        end = source.find("]}", deps.end())
        for found in _REBAR.finditer(source, deps.end(), end if end >= 0 else len(source)):
            exact = _EXACT.fullmatch(found[2])
            yield Dependency("hex", found[1], found.start(1), exact[1] if exact else "", found[2])


def _read_rebar_lock(text: Text) -> Entries:
    """Read rebar.lock: the number behind a package is its depth, 0 for what the project asks for."""
    for found in _REBAR_LOCK.finditer(text.text):
        yield Dependency("hex", found[2], found.start(1), found[3], found[3], "locked", reach(found[4] == "0"))


MIX = detector("mix", named("mix.exs"), _read_mix)
MIX_LOCK = detector("mix-lock", named("mix.lock"), _read_mix_lock)
REBAR = detector("rebar", named("rebar.config"), _read_rebar)
REBAR_LOCK = detector("rebar-lock", named("rebar.lock"), _read_rebar_lock)
