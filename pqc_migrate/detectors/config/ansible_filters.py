"""Hashing filters of Ansible in expressions of tasks and templates: ``{{ secret | password_hash('sha512') }}``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pqc_migrate.catalog import notations
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.report import LIKELY, Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Diagnostic, Finding, Provenance
from pqc_migrate.model.target import SourceFile

_FILTERS: Mapping[str, tuple[str, str, str]] = {
    "password_hash": ("ansible-hashes", "sha512", "keyderive"),
    "hash": ("digests", "sha1", "digest"),
    "checksum": ("digests", "sha1", "digest"),
    "md5": ("digests", "md5", "digest"),
    "sha1": ("digests", "sha1", "digest"),
}
"""Filter → the notation of its type, the type when none is given, what it is for (ansible-core, plugins/filter)."""
_WITHOUT_TYPE = frozenset({"md5", "sha1"})
_ANCHORS = frozenset({b"password_hash", b"hash(", b"checksum", b"| md5", b"| sha1", b"|md5", b"|sha1"})
_EXPRESSION = re.compile(r"\{\{(?:[^{}]|\{[^{}]{0,200}\}){0,2000}\}\}")
"""An expression may hold texts and mappings in braces of their own: ``{{ "('{}')".format(…) }}``."""
_USE = re.compile(
    r"\|\s*(?:ansible\.builtin\.)?(?P<name>password_hash|hash|checksum|md5|sha1)\b"
    r"(?:\s*\(\s*(?:hashtype\s*=\s*)?(?:(?P<quote>['\"])(?P<type>[\w-]+)(?P=quote)|(?P<other>[^\s)])))?"
)
_COMMENT = re.compile(r"[ \t]*#")


def _wants(file: SourceFile) -> bool:
    is_template = file.language == "yaml" or file.name.endswith((".j2", ".jinja", ".jinja2"))
    return is_template and any(hit.anchor in _ANCHORS for hit in file.hits)


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    document = Document.of(file)
    text = file.data.decode("latin-1")
    for expression in _EXPRESSION.finditer(text):
        if _COMMENT.match(text, text.rfind("\n", 0, expression.start()) + 1):
            continue
        for use in _USE.finditer(expression[0]):
            yield _read(document, use, expression.start())


def _read(document: Document, use: re.Match[str], start: int) -> Finding | Diagnostic:
    notation, default, function = _FILTERS[use["name"]]
    setting = Setting(document, f"ansible-filters/{use['name'].replace('_', '-')}", use["name"])
    word = Word(use["name"], start + use.start("name"))
    if use["other"] is not None and use["name"] not in _WITHOUT_TYPE:
        return setting.unresolved(word, "the type is filled in elsewhere")
    named = notations.read(notation, use["type"] or default)
    if named is None:
        return setting.unresolved(word, "not a known type")
    found = setting.finding(
        word, named.asset, confidence=LIKELY, reason="filter in an expression", functions=(function,)
    )
    if use["type"] or use["name"] in _WITHOUT_TYPE:
        return found
    return replace(
        found, provenance=tuple(Provenance(one.parameter, "library default") for one in found.provenance)
    )


DETECTOR = Detector("ansible-filters", lambda: _ANCHORS, _wants, _detect)
