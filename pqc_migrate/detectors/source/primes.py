"""Primes of named Diffie–Hellman groups written out in code: an implementation that names no algorithm.

Reads digits, not syntax, so it serves every language: one long literal, a string over several lines or
an array of bytes. A group is reported only when every digit of its prime is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pqc_migrate.catalog import languages
from pqc_migrate.catalog.groups import Group, groups
from pqc_migrate.catalog.languages import LanguageKind
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Finding, Kind, Location, Provenance, Role, Technique
from pqc_migrate.model.target import SourceFile

_CHUNK = re.compile(rb"(?:0[xX])?([0-9A-Fa-f]{2,})")
_BETWEEN = re.compile(rb"[\s,_\"'\\+:;.]*|[uUlLnN]+[\s,]*")
_LEADING = re.compile(rb"(?:(?:0[xX])?[fF]{2,}[\s,_\"'\\+:;.]*)+$")
_COMMENT = re.compile(rb"^\s*(?:#|//|/?\*|;|--)")
_SRP = re.compile(rb"(?<![A-Za-z])(?:srp|Srp|SRP)(?![a-z])")
_DIFFIE_HELLMAN = re.compile(rb"(?i)diffie|(?<![a-z])dh(?![a-z])")
_MOST_DIGITS = 8192 // 4
_READ = frozenset({LanguageKind.CODE, LanguageKind.CONFIG})
"""Prose quotes primes without using them."""


def _detect(file: SourceFile) -> Iterator[Finding]:
    wanted = _anchors()
    behind = -1
    for hit in file.hits:
        if hit.anchor not in wanted or hit.offset < behind:
            continue
        digits, behind = _digits(file.data, hit.offset)
        group = _group(digits)
        if group is not None:
            start = _start(file.data, hit.offset)
            if not _COMMENT.match(file.data[file.data.rfind(b"\n", 0, start) + 1 :][:80]):
                yield _finding(file, start, group)


def in_context(asset: Asset, data: bytes) -> Asset:
    """Return what a group is used for: SRP shares its groups (RFC 5054), and its code names it and no other."""
    if asset.family != "FFDH" or _SRP.search(data) is None or _DIFFIE_HELLMAN.search(data) is not None:
        return asset
    return Asset.of(asset.kind, "SRP", group=dict(asset.parameters)["group"])


def _digits(data: bytes, offset: int) -> tuple[str, int]:
    """Return the hexadecimal digits from an offset on, separators skipped, and where they end."""
    found: list[str] = []
    length = 0
    while length < _MOST_DIGITS:
        chunk = _CHUNK.match(data, offset)
        if chunk is None:
            break
        found.append(chunk[1].decode("ascii").upper())
        length += len(chunk[1])
        between = _BETWEEN.match(data, chunk.end())
        offset = between.end() if between is not None else chunk.end()
    return "".join(found), offset


def _group(digits: str) -> Group | None:
    """Return the group whose prime has exactly these digits behind its 64 leading ones."""
    return next((group for tail, group in _tails() if digits.startswith(tail)), None)


def _start(data: bytes, offset: int) -> int:
    """Return where the leading ones before an anchor begin."""
    window = max(0, offset - 160)
    leading = _LEADING.search(data, window, offset)
    return leading.start() if leading is not None else offset


@cache
def _tails() -> tuple[tuple[str, Group], ...]:
    found = [(f"{group.prime:X}"[16:], group) for group in groups().values()]
    return tuple(sorted(found, key=lambda pair: -len(pair[0])))


@cache
def _anchors() -> frozenset[bytes]:
    heads = {tail[:8] for tail, _ in _tails()}
    found: set[str] = set()
    for head in heads:
        octets = [head[i : i + 2] for i in range(0, 8, 2)]
        for spelled in (head, *(joint.join(f"0x{octet}" for octet in octets) for joint in (", ", ","))):
            found |= {spelled, spelled.lower().replace("0X", "0x")}
    return frozenset(text.encode() for text in found)


def _finding(file: SourceFile, start: int, group: Group) -> Finding:
    line = file.line_at(start)
    asset = Asset.of(Kind.ALGORITHM, "FFDH", group=group.name, size=group.size)
    return Finding(
        rule="primes/named-group",
        asset=in_context(asset, file.data),
        location=Location(file.path, line, start, group.name),
        technique=Technique.PARSER,
        confidence=0.98,
        reason=f"every digit of the prime of {group.source}",
        role=Role.IMPLEMENTATION,
        functions=("keyderive",),
        provenance=(Provenance("group", "literal", file.path, line),),
    )


def _wants(file: SourceFile) -> bool:
    if not file.language or languages.language(file.language).kind not in _READ:
        return False
    return any(hit.anchor in _anchors() for hit in file.hits)


DETECTOR = Detector("primes", _anchors, _wants, _detect, parses=False)
