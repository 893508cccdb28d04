"""Constants of a Go package that are a protocol's name for an algorithm, where they stand in a table.

``[]string{kexAlgoECDH256, KeyAlgoRSASHA512}`` offers what the constants name, wherever the package declares
them; a comparison, a case or an argument does not. Names of JOSE count as literals, too:
``{"RS256", crypto.SHA256}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from tree_sitter import Node, Parser

from pqc_migrate.catalog import names, notations
from pqc_migrate.catalog.names import Named
from pqc_migrate.detectors import grammars
from pqc_migrate.detectors.source.go_packages import Packages, texts
from pqc_migrate.model.inventory import Finding, Location, Provenance, Technique
from pqc_migrate.model.target import SourceFile

_WORD = re.compile(rb"[A-Za-z_]\w*")
_JOSE = re.compile(
    rb"\"((?:HS|RS|PS|ES)(?:256|384|512)|ES256K|EdDSA|RSA-OAEP(?:-256)?|RSA1_5|ECDH-ES(?:\+A\d+KW)?|A\d{3}GCM)\""
)
_IMPORT = re.compile(rb"^(?:import)?[ \t]+(?:([A-Za-z_]\w*)[ \t]+)?\"([\w.\-/~]+/[\w.\-/~]+)\"", re.MULTILINE)
_EXCLUDED = re.compile(
    r"forbid|disallow|blocked|blacklist|denied|denylist|unsupported|excluded|rejected|disabled", re.I
)
"""Words in the name of a table that lists what is not offered."""
_MOST_IMPORTS = 24
_MOST_FINDINGS = 400
_FARTHEST = 12


def detect(file: SourceFile) -> Iterator[Finding]:
    """Yield the algorithms that constants of the package, or JOSE literals, name in the tables of a file."""
    packages = Packages(file)
    constants = _constants(file, packages)
    words = {name.rsplit(".", 1)[-1].encode() for name in constants}
    places = [match.start() for match in _WORD.finditer(file.data) if match[0] in words] if words else []
    literals = [match.start(1) for match in _JOSE.finditer(file.data)]
    if not places and not literals:
        return
    root = Parser(grammars.load("go")).parse(file.data).root_node
    for count, offset in enumerate(sorted([*places, *literals])):
        if count >= _MOST_FINDINGS:
            return
        node = root.descendant_for_byte_range(offset, offset + 1)
        if node is not None and node.type == "interpreted_string_literal_content":
            node = node.parent
        if node is not None and _is_member(node, file.data):
            yield from _finding(file, node, offset, constants)


def _constants(file: SourceFile, packages: Packages) -> dict[str, tuple[Named, str, int]]:
    """Return what the constants in sight of a file name, as they are written in it (``alg.RS256``)."""
    found: dict[str, tuple[Named, str, int]] = {}
    sources = [("", (file, *packages.files("")))]
    for match in list(_IMPORT.finditer(file.data))[:_MOST_IMPORTS]:
        package = match[2].decode()
        folder = packages.folder(package)
        if folder:
            alias = match[1].decode() if match[1] else package.rsplit("/", 1)[-1]
            sources.append((f"{alias}.", packages.files(folder)))
    for prefix, files in sources:
        for other in files:
            for name, (text, line) in texts(other.data).items():
                named = _named(text)
                if named is not None:
                    found.setdefault(f"{prefix}{name}", (named, other.path, line))
    return found


@cache
def _named(text: str) -> Named | None:
    """Return what a name of SSH, JOSE or TLS stands for, when it can mean nothing else."""
    if "-" in text and len(text) >= 7 and text in names.table("ssh"):
        return notations.read("ssh", text)
    if _JOSE.fullmatch(f'"{text}"'.encode()):
        return notations.read("jose", text)
    return notations.read("tls_suites", text) if text.startswith("TLS_") else None


def _is_member(node: Node, data: bytes) -> bool:
    """Whether a name or a literal is a key, a value or an element of a composite literal that offers it."""
    outer = node.parent if node.type != "field_identifier" else node.parent and node.parent.parent
    if outer is None or outer.type != "literal_element":
        return False
    for _ in range(_FARTHEST):
        outer = outer.parent if outer is not None else None
        if outer is None or outer.type in ("block", "source_file"):
            break
        if outer.type == "argument_list" and "string" in node.type:  # what a call is given, its rule reads
            return False
    return not excludes(node, data)


def excludes(node: Node, data: bytes) -> bool:
    """Whether a node stands in a table whose name says that it lists what is not offered."""
    outer: Node | None = node.parent
    for _ in range(_FARTHEST):
        if outer is None or outer.type in ("block", "source_file"):
            return False
        label = outer.child_by_field_name("name") or outer.child_by_field_name("left")
        if label is not None and _EXCLUDED.search(
            data[label.start_byte : label.end_byte].decode("utf-8", "replace")
        ):
            return True
        outer = outer.parent
    return False


def _finding(
    file: SourceFile, node: Node, offset: int, constants: dict[str, tuple[Named, str, int]]
) -> Iterator[Finding]:
    whole = node.parent if node.type == "field_identifier" and node.parent is not None else node
    text = file.data[whole.start_byte : whole.end_byte].decode("utf-8", "replace")
    line = file.line_at(offset)
    if "string" in node.type:
        named, path, at, how = _named(text.strip('"')), file.path, line, "literal"
    else:
        named, path, at = constants.get(text, (None, "", 0))
        how = "constant"
    if named is not None:
        yield Finding(
            rule="tables/constant" if how == "constant" else "tables/jose-name",
            asset=named.asset,
            location=Location(file.path, line, offset, text if how == "constant" else "protocol name"),
            technique=Technique.AST,
            confidence=0.8,
            reason="protocol name in a table; whether it is offered is decided where the table is used",
            provenance=(Provenance("algorithm", how, path, at),),
            details=named.details,
        )
