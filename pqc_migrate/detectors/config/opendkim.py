"""Detector: OpenDKIM (``opendkim.conf``): what mail is signed with, and the smallest key that is accepted.

Source: opendkim.conf(5) 2.11 (SignatureAlgorithm, MinimumKeyBits); names of RFC 6376 and RFC 8463.
"""

from __future__ import annotations

import re

from pqc_migrate.catalog import names
from pqc_migrate.detectors.config import files, lines
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found, Reader
from pqc_migrate.detectors.config.report import UNSURE, Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Kind
from pqc_migrate.model.target import SourceFile

_NAMES = re.compile(r"opendkim[^/]*\.conf[^/]*", re.IGNORECASE)


def _signature(setting: Setting, value: Word) -> Found:
    if asset := names.lookup("dkim", value.text):
        yield setting.finding(value, asset, functions=("sign",))
    else:
        yield setting.unresolved(value, "not a known signature algorithm" if value.known else "filled in elsewhere")


def _least(setting: Setting, value: Word) -> Found:
    if value.text.isascii() and value.text.isdigit() and value.text != "0":
        yield setting.finding(
            value,
            Asset.of(Kind.ALGORITHM, "RSA"),
            confidence=UNSURE,
            reason="a lower limit for keys of signatures, not a key",
            functions=("verify",),
            details=(("minimum-size", value.text[:6]),),
        )


_READERS: dict[str, Reader] = {"SignatureAlgorithm": _signature, "MinimumKeyBits": _least}


def _wants(file: SourceFile) -> bool:
    return files.may_be(file, "opendkim") and _NAMES.fullmatch(file.name) is not None


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield from lines.wide(document, "opendkim", "OpenDKIM")
        return
    for line in lines.physical(document):
        if pair := lines.directive(line):
            value = lines.without_comment(pair[1])
            yield from lines.read(document, "opendkim", _READERS, pair[0].text, value)


DETECTOR = Detector("opendkim", frozenset, _wants, _detect)
