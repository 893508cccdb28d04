"""Detector: the version texts that cryptographic libraries carry, wherever they were linked into."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from pqc_migrate.catalog import binaries, languages
from pqc_migrate.catalog.binaries import VersionText
from pqc_migrate.catalog.languages import LanguageKind
from pqc_migrate.detectors.binaries import image
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Finding, Location, Technique
from pqc_migrate.model.target import SourceFile

_CONTAINS = ("contains", 0.9, "its version text stands in the file, and it is not loaded from outside")
_BUILT_AGAINST = (
    "built-against",
    0.9,
    "version text of the headers it was built with; the library itself is loaded from outside",
)
_UNDECIDED = ("contains or built-against", 0.8, "its version text stands in the file")
_LONGEST = 96


def _detect(file: SourceFile) -> Iterator[Finding]:
    said: set[tuple[str, str]] = set()
    linked: frozenset[str] | None = None
    for hit in file.hits:
        for text in _by_anchor().get(hit.anchor, ()):
            match = text.text.match(file.data, hit.offset, hit.offset + _LONGEST)
            if match is None:
                continue
            version = match[1].decode("ascii", "replace") if match.re.groups else ""
            if (text.library.name, version) in said:
                continue
            said.add((text.library.name, version))
            linked = _linked(file) if linked is None else linked
            yield _finding(file, text, version, hit.offset, linked)


def _finding(file: SourceFile, text: VersionText, version: str, offset: int, linked: frozenset[str]) -> Finding:
    relation, confidence, reason = _relation(text.library.name, linked)
    return Finding(
        rule="versions/embedded-library",
        asset=text.library.asset(version or None),
        location=Location(file.path, 1, offset, text.library.name),
        technique=Technique.TEXT,
        confidence=confidence,
        reason=reason,
        details=(("relation", relation),),
    )


def _relation(library: str, linked: frozenset[str]) -> tuple[str, float, str]:
    if "?" in linked:
        return _UNDECIDED
    return _BUILT_AGAINST if library in linked or "libcrypto" in linked else _CONTAINS


def _linked(file: SourceFile) -> frozenset[str]:
    """Return the names of the libraries that a file loads; ``?`` among them when that is not known."""
    if file.language not in image.FORMATS:
        return frozenset({"?"})
    try:
        needed = image.read(file.data, file.language).needed
    except image.Unread:
        return frozenset({"?"})
    found = (binaries.library_of(name) for name in needed)
    return frozenset(library.name for library in found if library is not None)


@cache
def _by_anchor() -> dict[bytes, tuple[VersionText, ...]]:
    found: dict[bytes, tuple[VersionText, ...]] = {}
    for text in binaries.versions():
        found[text.anchor] = (*found.get(text.anchor, ()), text)
    return found


def _anchors() -> frozenset[bytes]:
    return frozenset(_by_anchor())


def _wants(file: SourceFile) -> bool:
    if not file.language or languages.language(file.language).kind is not LanguageKind.BINARY:
        return False
    anchors = _by_anchor()
    return any(hit.anchor in anchors for hit in file.hits)


DETECTOR = Detector("versions", _anchors, _wants, _detect, parses=False)
