"""TLS cipher suites in the here-documents of shell scripts: configuration that a script writes for another program.

A suite counts where it stands as a whole word of a list, in quotes or between separators; what is commented out, or
stands under a key that says that it is refused, does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node, Parser

from pqc_migrate.catalog import notations
from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.detectors.source import table_places
from pqc_migrate.model.inventory import Asset, Finding, Location, Provenance, Technique
from pqc_migrate.model.target import SourceFile

_ANCHORS = frozenset(
    {
        b"TLS_ECDHE_",
        b"TLS_DHE_",
        b"TLS_RSA_WITH_",
        b"TLS_AES_",
        b"TLS_CHACHA20_",
        b"TLS_SM4_",
        b"ECDHE-",
        b"DHE-RSA-",
    }
)
_SUITE = re.compile(
    rb"(?<![\w!+-])(?:TLS_(?:ECDHE|DHE|RSA|AES|CHACHA20|SM4)_\w+|(?:ECDHE|DHE)-[A-Z0-9]+(?:-[A-Z0-9]+)+)(?![\w-])"
)
_COMMENT = re.compile(rb"\s*(?:#|//|;)")
_KEY = re.compile(rb"^\s*[\"']?([A-Za-z][\w.-]*)[\"']?\s*(?:[=:\[]|\s[\"']?(?:[A-Z]|$))")
_FARTHEST = 4000


def _detect(file: SourceFile) -> Iterator[Finding]:
    root = Parser(grammars.load("bash")).parse(file.data).root_node
    seen: set[int] = set()
    for hit in file.hits:
        body = _body_around(root, hit.offset) if hit.anchor in _ANCHORS else None
        if body is not None and body.start_byte not in seen:
            seen.add(body.start_byte)
            yield from _suites(file, body)


def _body_around(root: Node, offset: int) -> Node | None:
    node: Node | None = root.descendant_for_byte_range(offset, offset + 1)
    while node is not None and node.type != "heredoc_body":
        node = node.parent
    return node


def _suites(file: SourceFile, body: Node) -> Iterator[Finding]:
    for match in _SUITE.finditer(file.data, body.start_byte, body.end_byte):
        named = notations.read("tls_suites", match[0].decode("ascii"))
        start = file.data.rfind(b"\n", 0, match.start()) + 1
        if named is None or _COMMENT.match(file.data, start) or _is_refused(file.data, match.start(), body):
            continue
        yield _finding(file, match.start(), named.asset)


def _is_refused(data: bytes, offset: int, body: Node) -> bool:
    """Whether the nearest key above a suite says that its value is not accepted."""
    first = max(body.start_byte, offset - _FARTHEST)
    for line in reversed(data[first:offset].split(b"\n")):
        key = _KEY.match(line)
        if key is not None:
            return table_places.says_refused(key[1].decode("ascii"))
    return False


def _finding(file: SourceFile, offset: int, asset: Asset) -> Finding:
    line = file.line_at(offset)
    return Finding(
        rule="tables/tls-suite",
        asset=asset,
        location=Location(file.path, line, offset, "protocol name"),
        technique=Technique.AST,
        confidence=0.8,
        reason="cipher suite in configuration that a script writes; whether it is negotiated depends on both sides",
        provenance=(Provenance("algorithm", "literal", file.path, line),),
    )


def _wants(file: SourceFile) -> bool:
    return file.language == "shell" and b"<<" in file.data and any(hit.anchor in _ANCHORS for hit in file.hits)


DETECTOR = Detector("here-documents", lambda: _ANCHORS, _wants, _detect, parses=True)
