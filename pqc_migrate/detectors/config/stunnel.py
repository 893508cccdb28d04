"""Detector: stunnel (``stunnel.conf``): versions, cipher lists and curves of each service.

Source: stunnel(8) 5.68. What stands before the first section is the default of every service.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.detectors.config import files, lines, tls
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found, Reader
from pqc_migrate.detectors.config.report import NEGOTIATES, Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.target import SourceFile

_ANCHORS = frozenset({b"sslVersion", b"ciphersuites", b"ciphers", b"curves", b"accept", b"NO_SSLv"})
_PATH = re.compile(r"(?:.*/)?(?:[^/]*stunnel[^/]*|stunnel4?/[^/]+\.conf(?:\.[^/]+)?)")
_SERVICE = re.compile(rb"^[ \t]*accept[ \t]*=.*?^[ \t]*connect[ \t]*=", re.MULTILINE | re.DOTALL)
_SECTION = re.compile(r"[ \t]*\[([^\]]*)\][ \t]*")
_DISABLES = {
    "NO_SSLV2": "sslv2", "NO_SSLV3": "sslv3", "NO_TLSV1": "tlsv1", "NO_TLSV1.1": "tlsv1.1", "NO_TLSV1_1": "tlsv1.1",
    "NO_TLSV1.2": "tlsv1.2", "NO_TLSV1_2": "tlsv1.2", "NO_TLSV1.3": "tlsv1.3", "NO_TLSV1_3": "tlsv1.3",
}  # fmt: skip


def _version(setting: Setting, value: Word) -> Found:
    if value.text.lower() == "all":
        yield tls.runtime(setting, value, "version")
    else:
        bound = {"sslVersionMin": "minimum", "sslVersionMax": "maximum"}.get(setting.symbol, "")
        yield from tls.versions(setting, (value,), bound=bound)


def _accept(setting: Setting, value: Word) -> Found:
    yield tls.runtime(setting, value.part(0, ""), "group", details=(NEGOTIATES, tls.HYBRID_SINCE))


_READERS: dict[str, Reader] = {
    "sslVersion": _version,
    "sslVersionMin": _version,
    "sslVersionMax": _version,
    "ciphers": tls.cipher_string,
    "ciphersuites": tls.suite_list,
    "curves": tls.groups,
    "curve": tls.groups,
    "cert": tls.certificate,
    "accept": _accept,
}


def _wants(file: SourceFile) -> bool:
    if not files.may_be(file, "stunnel"):
        return False
    hit = any(files.starts_directive(file, one, re.compile(rb"[ \t]*")) for one in files.hits_of(file, _ANCHORS))
    return hit and _PATH.fullmatch(file.path) is not None and _SERVICE.search(file.data) is not None


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield from lines.wide(document, "stunnel", "stunnel")
        return
    off: dict[str, dict[str, Word]] = {}
    for section, name, value in _settings(document):
        disabled = _DISABLES.get(value.text.upper()) if name == "options" else None
        if disabled:
            off.setdefault(section, {})[disabled] = value
        yield from lines.read(document, "stunnel", _READERS, name, value)
    setting = Setting(document, "stunnel/options", "options")
    for versions in off.values():
        yield tls.excluded(setting, list(versions.values())[-1], versions)


def _settings(document: Document) -> Iterator[tuple[str, str, Word]]:
    section = ""
    for line in lines.physical(document, comments="#;"):
        if header := _SECTION.fullmatch(line.text):
            section = header[1]
        elif pair := lines.assignment(line):
            yield section, pair[0].text, pair[1]


DETECTOR = Detector("stunnel", lambda: _ANCHORS, _wants, _detect)
