"""Detector: cfssl's certificate requests and configurations (JSON): the key that a request asks for.

Source: cfssl (``csr.CertificateRequest``, ``csr.KeyRequest``): ``{"CN": …, "key": {"algo": "ecdsa", "size":
256}}``. A file is cfssl's when it is an object with a ``key`` of such a form beside a name or hosts.
"""

from __future__ import annotations

import json
import re

from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found
from pqc_migrate.detectors.config.report import LONGEST, Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Kind, Skip
from pqc_migrate.model.target import SourceFile

_ANCHORS = frozenset({b'"algo"'})
_LARGEST = 1024 * 1024
_KEY = re.compile(r'"key"\s*:\s*\{[^{}]*\}')
_ALGORITHM = re.compile(r'"algo"\s*:\s*"([^"]{0,40})"')
_SIZE = re.compile(r'"size"\s*:\s*(\d{1,5})\b')
_BESIDE = frozenset({"CN", "hosts", "names", "ca", "serialnumber"})
_CURVES = {"256": "P-256", "384": "P-384", "521": "P-521"}


def _wants(file: SourceFile) -> bool:
    return (
        file.language == "json" and len(file.data) <= _LARGEST and any(hit.anchor == b'"algo"' for hit in file.hits)
    )


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    try:
        content = json.loads(file.data)
    except (ValueError, RecursionError):
        if document.is_template:
            return
        yield Diagnostic(file.path, Skip.MALFORMED, "cfssl: not valid JSON", rule="cfssl/key")
        return
    if not _is_request(content):
        return
    for block in _KEY.finditer(document.text):
        algorithm, size = _ALGORITHM.search(block[0][:LONGEST]), _SIZE.search(block[0][:LONGEST])
        if algorithm:
            word = Word(algorithm[1], block.start() + algorithm.start(1))
            yield from _key(Setting(document, "cfssl/key", "key.algo"), word, size[1] if size else None)


def _is_request(content: object) -> bool:
    if not isinstance(content, dict):
        return False
    request = content.get("request", content)
    return isinstance(request, dict) and isinstance(request.get("key"), dict) and not _BESIDE.isdisjoint(request)


def _key(setting: Setting, word: Word, size: str | None) -> Found:
    name = word.text.lower()
    if name == "rsa":
        yield setting.finding(word, Asset.of(Kind.ALGORITHM, "RSA", size=size), functions=("keygen",))
    elif name == "ecdsa":
        curve = _CURVES.get(size or "")
        yield setting.finding(word, Asset.of(Kind.ALGORITHM, "ECDSA", curve=curve), functions=("keygen", "sign"))
    elif name == "ed25519":
        yield setting.finding(word, Asset.of(Kind.ALGORITHM, "Ed25519"), functions=("keygen", "sign"))
    else:
        yield setting.unresolved(word, "not a known kind of key")


DETECTOR = Detector("cfssl", lambda: _ANCHORS, _wants, _detect)
