"""Files inside a YAML file: literal blocks.

They stand under a key that is a file's name or says that it configures something, or beside the path they go to:

``data`` of a ConfigMap, values of a Helm chart, ``write_files`` of cloud-init, ``content`` of Ansible's copy. The
block is handed to the notations as the file that it becomes, and what they say is moved back to where it stands.
Blocks are found by their lines: a chart's template is often no YAML before it is filled in.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from pqc_migrate.catalog import languages
from pqc_migrate.detectors.registry import Claim, Detector
from pqc_migrate.model.inventory import Diagnostic, Finding, Provenance
from pqc_migrate.model.target import Hit, SourceFile

_HEADER = re.compile(
    rb"^([ ]*(?:-[ ]+)*)[\"']?([\w./-]+)[\"']?:[ ]+\|[-+\d]*[ \t]*(?:#[^\r\n]*)?\r?$", re.MULTILINE
)
_LINE = re.compile(rb"[^\n]*\n?")
_WRITTEN_TO = re.compile(rb"(?:-[ ]+)*(?:path|dest):[ ]+[\"']?([^\s\"'#]+)")
_CONFIGURES = re.compile(
    rb"config|conf(?![a-z])|settings?(?![a-z])|options(?![a-z])|snippet|directives|extra(?![a-z])", re.I
)
"""What keys say whose block is a part of some program's configuration."""
_CONTENT = frozenset({b"content", b"contents"})
_MOST_BLOCKS = 200
_NEAR, _FAR = 2048, 1 << 16
"""Bytes in front of ``content`` and behind it in which its path is looked for."""


@dataclass(frozen=True, slots=True)
class Block:
    """A file inside a file."""

    name: str
    """The path it is written to, or the key it stands under."""
    text: bytes
    """Without the indentation."""
    starts: tuple[int, ...]
    """Where each line begins in the file around it, behind the indentation."""
    inner_starts: tuple[int, ...]
    """Where each line begins in `text`."""

    def outer(self, offset: int) -> int:
        """Return the offset in the file around it."""
        line = bisect_right(self.inner_starts, offset) - 1
        return self.starts[line] + offset - self.inner_starts[line]

    def inner(self, offset: int) -> int | None:
        """Return the offset in the block, or None for what lies outside."""
        line = bisect_right(self.starts, offset) - 1
        if line < 0 or offset >= self.outer(len(self.text)):
            return None
        return self.inner_starts[line] + offset - self.starts[line]


def detector(notations: Sequence[Detector]) -> Detector:
    """Return a detector that hands the files inside YAML to `notations`."""
    anchors = partial(_anchors, notations)
    return Detector("embedded", anchors, partial(_wants, notations), partial(_detect, notations), parses=False)


def _anchors(notations: Sequence[Detector]) -> frozenset[bytes]:
    return frozenset().union(*(notation.anchors() for notation in notations))


def _wants(notations: Sequence[Detector], file: SourceFile) -> bool:
    return file.language == "yaml" and bool(file.hits) and b": |" in file.data


def _detect(notations: Sequence[Detector], file: SourceFile) -> Iterator[Claim]:
    for block in blocks(file.data):
        inside = _inside(file, block)
        for notation in notations:
            if notation.wants(inside):
                yield from (_moved(claim, file, block) for claim in notation.detect(inside))


def blocks(data: bytes) -> Iterator[Block]:
    """Yield the literal blocks of a YAML file that are files."""
    for header in islice(_HEADER.finditer(data), _MOST_BLOCKS):
        column = len(header[1])
        name = _written_to(data, header, column) if header[2] in _CONTENT else header[2]
        if b"." in name or _CONFIGURES.search(name):
            block = _block(name.decode("ascii", "replace"), data, header.end() + 1, column)
            if block is not None:
                yield block


def _block(name: str, data: bytes, position: int, column: int) -> Block | None:
    """Return the lines from a position on that are indented deeper than a column."""
    lines: list[tuple[int, bytes]] = []
    indent = 0
    while position < len(data) and (match := _LINE.match(data, position)) and match[0]:
        depth = len(match[0]) - len(match[0].lstrip(b" "))
        blank = not match[0].strip()
        if not blank and depth < (indent or column + 1):
            break
        indent = indent or (0 if blank else depth)
        lines.append((position + min(indent, depth), match[0][min(indent, depth) :]))
        position = match.end()
    if not indent:
        return None
    starts, inner = [], [0]
    for start, text in lines:
        starts.append(start)
        inner.append(inner[-1] + len(text))
    return Block(name, b"".join(text for _, text in lines), tuple(starts), tuple(inner[:-1]))


def _written_to(data: bytes, header: re.Match[bytes], column: int) -> bytes:
    """Return the path that stands beside ``content``, in front of it or behind the block."""
    before = data[max(0, header.start() - _NEAR) : header.start()].split(b"\n")[-2::-1]
    behind = data[header.end() + 1 : header.end() + _FAR].split(b"\n")
    for lines in ((), behind) if b"-" in header[1] else (before, behind):
        for line in lines:
            depth = len(line) - len(line.lstrip(b" -"))
            if line.strip() and depth < column:
                break
            if depth == column and (match := _WRITTEN_TO.match(line.strip())):
                return match[1]
            if depth == column and line.lstrip().startswith(b"-"):
                break
    return b""


def _inside(file: SourceFile, block: Block) -> SourceFile:
    hits = ((block.inner(hit.offset), hit.anchor) for hit in file.hits)
    name = block.name.lstrip("/")
    return SourceFile(
        name,
        block.text,
        languages.of(name.rsplit("/", 1)[-1], block.text),
        hits=tuple(Hit(offset, anchor) for offset, anchor in hits if offset is not None),
    )


def _moved(claim: Claim, file: SourceFile, block: Block) -> Claim:
    """Return a claim about the file inside as one about the file around it."""
    before = file.line_at(block.starts[0]) - 1
    if isinstance(claim, Diagnostic):
        return replace(claim, path=file.path, line=claim.line + before if claim.line else 0)
    if not isinstance(claim, Finding):
        return claim
    place = claim.location
    offset = block.outer(place.offset) if place.offset is not None else None
    provenance = tuple(_moved_origin(one, file, place.path, before) for one in claim.provenance)
    location = replace(place, path=file.path, line=place.line + before, offset=offset)
    return replace(claim, location=location, provenance=provenance)


def _moved_origin(origin: Provenance, file: SourceFile, inside: str, before: int) -> Provenance:
    if origin.path != inside:
        return origin
    return replace(origin, path=file.path, line=origin.line + before if origin.line else 0)
