"""Detector: Perl's cpanfile and META.json. Modules are named; the package URL has the distribution of that name."""

from __future__ import annotations

import re

from pqc_migrate.catalog import packages
from pqc_migrate.detectors.manifests.dependency import Dependency, Entries, Text, detector, named
from pqc_migrate.detectors.manifests.places import json_document, json_keys
from pqc_migrate.detectors.manifests.script import without_comments

_WORDS = "requires|recommends|suggests|test_requires|build_requires|configure_requires|author_requires"
_ENTRY = re.compile(
    rf"\b({_WORDS})\s*\(?\s*['\"]([\w:]+)['\"](?:\s*(?:,|=>)\s*['\"]?([^'\";)\n]*)['\"]?)?|\bon\s+['\"]?(\w+)['\"]?\s*=>\s*sub|(\}})"
)
_SCOPES = {
    "test_requires": "test", "build_requires": "build", "configure_requires": "build", "author_requires": "dev",
    "recommends": "optional", "suggests": "optional", "test": "test", "develop": "dev", "build": "build",
    "configure": "build",
}  # fmt: skip
_EXACT = re.compile(r"==\s*(v?\d[\d._]*)")


def _read_cpanfile(text: Text) -> Entries:
    source = without_comments(text.text, "#")
    phase = ""
    for found in _ENTRY.finditer(source):
        if found[4]:
            phase = _SCOPES.get(found[4], "")
        elif found[5]:
            phase = ""
        else:
            scope = phase or _SCOPES.get(found[1], "")
            yield _module(found[2], found.start(2), (found[3] or "").strip(), scope)


def _read_meta(text: Text) -> Entries:
    """Read the prerequisites of META.json (CPAN::Meta::Spec, version 2)."""
    document = json_document(text.text)
    phases = document.get("prereqs")
    places = {path: index for path, index in json_keys(text.text) if len(path) == 4}
    for phase, kinds in phases.items() if isinstance(phases, dict) else ():
        for kind, modules in kinds.items() if isinstance(kinds, dict) else ():
            for module, version in modules.items() if isinstance(modules, dict) else ():
                scope = _SCOPES.get(phase, "") or _SCOPES.get(kind, "")
                index = places.get(("prereqs", phase, kind, module), 0)
                yield _module(module, index, str(version), scope)


def _module(module: str, index: int, written: str, scope: str) -> Dependency:
    """Return a requirement: a bare version is a minimum, and 0 is any."""
    exact = _EXACT.fullmatch(written)
    least = f">={written}" if written[:1].isdigit() or written[:1] == "v" else written
    constraint = "" if written == "0" else least
    name = packages.distribution(module)
    return Dependency("cpan", name, index, exact[1] if exact else "", constraint, scope)


CPANFILE = detector("cpanfile", named("cpanfile"), _read_cpanfile)
META_JSON = detector("cpan-meta", named("META.json", "MYMETA.json"), _read_meta)
