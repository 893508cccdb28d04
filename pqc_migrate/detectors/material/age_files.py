"""Detector: age keys and recipients in any text (key files, SOPS, agenix), and files encrypted with age.

An armored file is a PEM block and read as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.detectors.material import age
from pqc_migrate.detectors.material.der import Malformed
from pqc_migrate.detectors.material.item import Place
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Diagnostic, Finding, Skip
from pqc_migrate.model.target import SourceFile

MOST_KEYS = 10_000
"""Words tried in one file; the rest is reported as not looked at."""

_HEADER = 64 * 1024
_ANCHORS = frozenset({
    b"AGE-SECRET-KEY-", b"public key: age1", b"recipient: age1", b'"recipient": "age1', b'"recipient":"age1',
    b"age: age1", b'"age": "age1', b"  - age1", b' = "age1', b"RECIPIENTS=age1",
})  # fmt: skip
"""What stands before a recipient in key files, in SOPS and agenix, and in the environment."""

_WORD = re.compile(
    rb"(?<![A-Za-z0-9-])(?:age1[0-9a-z]{50,4000}|AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]{50,4000})(?![A-Za-z0-9])"
)


def _anchors() -> frozenset[bytes]:
    return _ANCHORS


def _wants(file: SourceFile) -> bool:
    if file.data.startswith((age.INTRODUCTION, b"age1")):
        return True
    return any(hit.anchor in _ANCHORS for hit in file.hits)


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    if file.data.startswith(age.INTRODUCTION):
        yield from _encrypted(file)
        return
    line, counted = 1, 0
    for count, match in enumerate(_WORD.finditer(file.data)):
        if count == MOST_KEYS:
            yield Diagnostic(file.path, Skip.TOO_LARGE, "more age keys than were decoded", rule="age")
            return
        line += file.data.count(b"\n", counted, match.start())
        counted = match.start()
        item = age.word(match[0].decode("ascii"))
        if item is not None:
            yield Place("age", file.path, line, match.start()).finding(item)


def _encrypted(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    place = Place("age", file.path, 1, 0)
    try:
        for item in age.header(file.data[:_HEADER]):
            yield place.finding(item)
    except Malformed as error:
        yield place.diagnostic(error, "age file")


DETECTOR = Detector("age", _anchors, _wants, _detect, parses=False)
