"""Detector: Rust crates linked into a program, by the paths of their sources that panics carry.

``…/registry/src/<index>/ring-0.17.8/src/aead.rs`` names a crate with its version. A program built with
``cargo auditable`` lists every crate in a section; that list is read as well.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from itertools import islice

from pqc_migrate.catalog import binaries, languages, packages
from pqc_migrate.catalog.languages import LanguageKind
from pqc_migrate.detectors.binaries import image
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Finding, Kind, Location, Provenance, Role, Technique
from pqc_migrate.model.target import SourceFile

_ANCHORS = frozenset({b"registry/", b"registry\\"})
_CRATE = re.compile(
    rb"registry[/\\](?:src[/\\][\w.-]{1,80}[/\\])?"
    rb"([a-z][a-z0-9_-]{0,63}?)-(\d+\.\d+\.\d+[0-9A-Za-z.+-]{0,40})[/\\]"
)
_LIST = ".dep-v0"
_LONGEST_LIST = 8 * 1024 * 1024
_MOST_CRATES = 20_000
_PATHS = "path of its source in the program, as the compiler wrote it"
_LISTED = "list of the crates it was built with, written by cargo-auditable; not each of them has to be in it"


def _detect(file: SourceFile) -> Iterator[Finding]:
    said: set[tuple[str, str]] = set()
    algorithms: set[Asset] = set()
    for name, version, offset, reason in (*_in_paths(file), *_listed(file)):  # the path says more
        if packages.lookup("cargo", name) is not None and (name, version) not in said:
            said.add((name, version))
            yield _finding(file, name, version, offset, reason)
            asset = binaries.crate_algorithm(name)
            if asset is not None and reason == _PATHS and asset not in algorithms:
                algorithms.add(asset)
                yield _algorithm(file, name, asset, offset)


def _in_paths(file: SourceFile) -> Iterator[tuple[str, str, int, str]]:
    for hit in file.hits:
        if hit.anchor in _ANCHORS and (match := _CRATE.match(file.data, hit.offset)) is not None:
            yield match[1].decode("ascii"), match[2].decode("ascii"), match.start(1), _PATHS


def _listed(file: SourceFile) -> Iterator[tuple[str, str, int, str]]:
    """Yield what ``cargo auditable`` wrote: zlib-compressed JSON in a section of its own."""
    if file.language not in image.FORMATS or _LIST.encode() not in file.data:
        return
    try:
        sections = image.read(file.data, file.language).sections
        offset, size = next((start, size) for start, size, name in sections if name == _LIST)
        raw = zlib.decompressobj().decompress(file.data[offset : offset + size], _LONGEST_LIST)
        crates = json.loads(raw)["packages"]
        kinds = ((one, one.get("kind", "runtime")) for one in islice(crates, _MOST_CRATES))
        found = [(one["name"], one["version"], kind) for one, kind in kinds]
    except (
        image.Unread,
        StopIteration,
        zlib.error,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        return
    for name, version, kind in found:
        if isinstance(name, str) and isinstance(version, str) and kind != "build" and len(version) < 64:
            yield name, version, offset, _LISTED


def _finding(file: SourceFile, name: str, version: str, offset: int, reason: str) -> Finding:
    return Finding(
        rule="rust-crates/crate",
        asset=Asset.of(Kind.LIBRARY, name, name=name, purl=packages.purl("cargo", name, version), version=version),
        location=Location(file.path, 1, offset, name),
        technique=Technique.TEXT if reason == _PATHS else Technique.PARSER,
        confidence=0.95 if reason == _PATHS else 0.8,
        reason=reason,
        details=(("relation", "contains" if reason == _PATHS else "built-with"),),
    )


def _algorithm(file: SourceFile, name: str, asset: Asset, offset: int) -> Finding:
    return Finding(
        rule="rust-crates/algorithm",
        asset=asset,
        location=Location(file.path, 1, offset, name),
        technique=Technique.TEXT,
        confidence=0.85,
        reason=f"code of a crate that is one algorithm: {_PATHS}",
        role=Role.IMPLEMENTATION,
        provenance=(Provenance("algorithm", "decoded", file.path, 1),),
    )


def _anchors() -> frozenset[bytes]:
    return _ANCHORS


def _wants(file: SourceFile) -> bool:
    if not file.language or languages.language(file.language).kind is not LanguageKind.BINARY:
        return False
    return file.language in image.FORMATS or any(hit.anchor in _ANCHORS for hit in file.hits)


DETECTOR = Detector("rust-crates", _anchors, _wants, _detect, parses=False)
