"""Detector: Swift packages, CocoaPods and Carthage. Swift and Ruby are read as text and never run.

A Swift package is named by its repository, which is also how the package URL names it.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from pqc_migrate.detectors.manifests.dependency import Dependency, Entries, Text, detector, named, reach
from pqc_migrate.detectors.manifests.places import json_document
from pqc_migrate.detectors.manifests.script import calls, without_comments

_URL = re.compile(r"\burl\s*:\s*\"([^\"\n]+)\"")
_FROM = re.compile(r"\bfrom\s*:\s*\"(\d[\w.-]*)\"|\.upToNextMajor\s*\(\s*from\s*:\s*\"(\d[\w.-]*)\"")
_MINOR = re.compile(r"\.upToNextMinor\s*\(\s*from\s*:\s*\"(\d[\w.-]*)\"")
_EXACT = re.compile(r"\bexact\s*[:(]\s*\"(\d[\w.-]*)\"")
_BETWEEN = re.compile(r"\"(\d[\w.-]*)\"\s*(\.\.<|\.\.\.)\s*\"(\d[\w.-]*)\"")
_SSH = re.compile(r"(?:[\w.-]+@)([\w.-]+):(?!\d+/)(.+)")
_POD = re.compile(r"^[ \t]*pod\s*\(?\s*['\"]([\w+./-]+)['\"]([^\n#]*)", re.MULTILINE)
_REQUIREMENT = re.compile(r"['\"]((?:[<>=~]{1,2}\s*)?\d[\w.]*)['\"]")
_LOCKED_POD = re.compile(r"^  - \"?([\w+.-]+)(/[^ (\"]+)? \((\d[^)\s]*)\)\"?:?[ \t]*\r?$", re.MULTILINE)
_POD_SECTION = re.compile(r"^DEPENDENCIES:\r?\n((?:  [^\n]*\n?)*)", re.MULTILINE)
_NEEDED = re.compile(r"^  - \"?([\w+.-]+)", re.MULTILINE)
_CART = re.compile(
    r"^github[ \t]+\"([\w.-]+/[\w.-]+)\"(?:[ \t]+(?:(~>|>=|==)[ \t]*)?\"?v?(\d[\w.-]*)\"?)?", re.MULTILINE
)


def repository(address: str) -> str:
    """Return host and path of a repository's address, without user and password; empty when it is none."""
    short = _SSH.fullmatch(address)
    if short:
        host, path = short[1], short[2]
    else:
        try:
            parts = urlsplit(address)
            host, path = parts.hostname or "", parts.path
        except ValueError:
            return ""
    path = path.strip("/").removesuffix(".git")
    return f"{host}/{path}" if host and re.fullmatch(r"[\w.-]+(?:/[\w.-]+)+", path) else ""


def _read_package(text: Text) -> Entries:
    source = without_comments(text.text, "//")
    for arguments, index in calls(source.replace(".package", " package"), "package"):
        url = _URL.search(arguments)
        name = repository(url[1]) if url else ""
        if url and name:
            exact, constraint = _swift_version(arguments)
            yield Dependency("swift", name, index + url.start(1) + _last(url[1]), exact, constraint)


def _last(address: str) -> int:
    return address.rstrip("/").rfind("/") + 1


def _swift_version(arguments: str) -> tuple[str, str]:
    """Return (exact version, constraint) in the words of other ecosystems: ``from`` keeps the major."""
    if found := _EXACT.search(arguments):
        return found[1], found[1]
    if found := _BETWEEN.search(arguments):
        return "", f">={found[1]},{'<' if found[2] == '..<' else '<='}{found[3]}"
    if found := _MINOR.search(arguments):
        return "", f"~{found[1]}"
    found = _FROM.search(arguments)
    return "", f"^{found[1] or found[2]}" if found else ""


def _read_resolved(text: Text) -> Entries:
    """Read Package.resolved: version 1 nests the pins and says ``repositoryURL``, later ones ``location``."""
    document = json_document(text.text)
    nested = document.get("object")
    pins = nested.get("pins") if isinstance(nested, dict) else document.get("pins")
    for pin in pins if isinstance(pins, list) else ():
        address = (pin.get("location") or pin.get("repositoryURL")) if isinstance(pin, dict) else None
        name = repository(address) if isinstance(address, str) else ""
        if isinstance(address, str) and name:
            version = _pinned(pin.get("state"))
            index = max(text.text.find(address.replace("/", "\\/")), text.text.find(address), 0)
            yield Dependency("swift", name, index + _last(address), version, version, "locked")


def _pinned(state: Any) -> str:
    version = state.get("version") if isinstance(state, dict) else None
    return version if isinstance(version, str) else ""


def _read_podfile(text: Text) -> Entries:
    for pod in _POD.finditer(text.text):
        parts = _REQUIREMENT.findall(pod[2])
        exact = parts[0] if len(parts) == 1 and parts[0][0].isdigit() else ""
        yield Dependency("cocoapods", pod[1].split("/")[0], pod.start(1), exact, ", ".join(parts))


def _read_pod_lock(text: Text) -> Entries:
    section = _POD_SECTION.search(text.text)
    direct = set(_NEEDED.findall(section[1])) if section else set()
    seen: set[str] = set()
    for pod in _LOCKED_POD.finditer(text.text, 0, section.start() if section else len(text.text)):
        if pod[1] not in seen:  # parts of a pod ("subspecs") are lines of their own
            seen.add(pod[1])
            yield Dependency("cocoapods", pod[1], pod.start(1), pod[3], pod[3], "locked", reach(pod[1] in direct))


def _read_cartfile(text: Text) -> Entries:
    resolved = text.name.endswith(".resolved")
    for entry in _CART.finditer(text.text):
        version, operator = entry[3] or "", entry[2] or ""
        exact = version if resolved or operator == "==" else ""
        name = f"github.com/{entry[1]}"
        index = entry.start(1) + entry[1].find("/") + 1
        yield Dependency("swift", name, index, exact, f"{operator}{version}", "locked" if resolved else "")


PACKAGE_SWIFT = detector("package-swift", named("Package.swift"), _read_package)
PACKAGE_RESOLVED = detector("package-resolved", named("Package.resolved"), _read_resolved)
PODFILE = detector("podfile", named("Podfile"), _read_podfile)
PODFILE_LOCK = detector("podfile-lock", named("Podfile.lock"), _read_pod_lock)
CARTFILE = detector("cartfile", named("Cartfile", "Cartfile.private", "Cartfile.resolved"), _read_cartfile)
