"""Requirement specifiers of Python packages (PEP 508, PEP 440), wherever a manifest keeps them."""

from __future__ import annotations

import re

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet

from pqc_migrate.catalog import packages
from pqc_migrate.detectors.manifests.dependency import REFERENCE, Dependency

_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_BEFORE_VERSION = re.compile(r"^\s*[A-Za-z0-9._-]+\s*(?:\[[^\]]*\])?")
_NO_DRESS = str.maketrans("", "", " \t()")


def dependency(text: str, index: int, scope: str = "") -> Dependency | None:
    """Read one requirement that stands at `index`, or None when it is none of a listed package."""
    name = _NAME.match(text)
    if name is None or packages.lookup("pypi", name[1]) is None:
        return None  # Most lines are other packages, and parsing all of them would take most of the time.
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return None
    details = (("conditional", "yes"),) if requirement.marker else ()
    constraint = REFERENCE if requirement.url else _as_written(text)
    return Dependency("pypi", requirement.name, index, pinned(requirement.specifier), constraint, scope, details)


def _as_written(text: str) -> str:
    return _BEFORE_VERSION.sub("", text.split(";")[0]).translate(_NO_DRESS)


def pinned(specifier: SpecifierSet) -> str:
    """Return the one version that a specifier allows, or an empty string."""
    clauses = list(specifier)
    if len(clauses) == 1 and clauses[0].operator in ("==", "===") and not clauses[0].version.endswith(".*"):
        return clauses[0].version
    return ""
