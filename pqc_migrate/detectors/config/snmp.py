"""Detector: Net-SNMP (``snmpd.conf``, ``snmp.conf``): how SNMPv3 users authenticate and encrypt.

Sources: snmpd.conf(5) and snmp.conf(5) of Net-SNMP 5.9; RFC 3414 (HMAC-MD5, HMAC-SHA-1, DES-CBC), RFC 3826
(AES-128-CFB), RFC 7860 (HMAC-SHA-2). No pass phrase is repeated.
"""

from __future__ import annotations

import re

from pqc_migrate.detectors.config import files, lines
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found, Reader
from pqc_migrate.detectors.config.report import Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Kind
from pqc_migrate.model.target import SourceFile

_ANCHORS = frozenset({b"createUser", b"defAuthType", b"defPrivType"})
_NAMES = re.compile(r"snmp[^/]*\.conf[^/]*|snmpv3.*", re.IGNORECASE)
_WORD = re.compile(r"\"[^\"]*\"|\S+")
_AUTHENTICATION = {
    "MD5": "MD5", "SHA": "SHA-1", "SHA-224": "SHA-224", "SHA-256": "SHA-256", "SHA-384": "SHA-384",
    "SHA-512": "SHA-512",
}  # fmt: skip
_PRIVACY = {
    "DES": Asset.of(Kind.ALGORITHM, "DES", mode="CBC"),
    "AES": Asset.of(Kind.ALGORITHM, "AES", size=128, mode="CFB"),
    "AES-128": Asset.of(Kind.ALGORITHM, "AES", size=128, mode="CFB"),
    "AES-192": Asset.of(Kind.ALGORITHM, "AES", size=192, mode="CFB"),
    "AES-256": Asset.of(Kind.ALGORITHM, "AES", size=256, mode="CFB"),
}


def _user(setting: Setting, value: Word) -> Found:
    """Read ``[-e ENGINEID] name SHA-256 phrase [AES [phrase]]``; phrases are passed over by position."""
    words = value.split(_WORD)
    if words and words[0].text == "-e":
        words = words[2:]
    if len(words) > 1:
        yield from _authentication(setting, words[1])
    rest = [word for word in words[2:] if word.text not in ("-m", "-l", "-k")]
    if len(rest) > 1:
        yield from _privacy(setting, rest[1])


def _authentication(setting: Setting, word: Word) -> Found:
    if digest := _AUTHENTICATION.get(word.text.upper()):
        yield setting.finding(word, Asset.of(Kind.ALGORITHM, "HMAC", digest=digest))
    else:
        yield setting.unresolved(word, "not a known authentication type")


def _privacy(setting: Setting, word: Word) -> Found:
    if asset := _PRIVACY.get(word.text.upper()):
        yield setting.finding(word, asset)
    else:
        yield setting.unresolved(word, "not a known privacy protocol")


_READERS: dict[str, Reader] = {"createUser": _user, "defAuthType": _authentication, "defPrivType": _privacy}


def _wants(file: SourceFile) -> bool:
    return (
        files.may_be(file, "snmp")
        and _NAMES.fullmatch(file.name) is not None
        and any(files.starts_directive(file, hit, re.compile(rb"[ \t]*")) for hit in files.hits_of(file, _ANCHORS))
    )


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield from lines.wide(document, "snmp", "Net-SNMP")
        return
    for line in lines.physical(document):
        if pair := lines.directive(line):
            yield from lines.read(document, "snmp", _READERS, pair[0].text, pair[1])


DETECTOR = Detector("snmp", lambda: _ANCHORS, _wants, _detect)
