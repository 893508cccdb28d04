"""Detector: rsyslog and syslog-ng: TLS of the log's transport.

Sources: rsyslog's reference of imtcp (gnutlsPriorityString, streamDriver.name) and imrelp (tls.priorityString);
syslog-ng's release notes of 3.12.1 (ecdh-curve-list) and its pull request 3907 (cipher-suite by version). A
priority string of rsyslog is one of GnuTLS, or commands of SSL_CONF_cmd(3) when the driver is OpenSSL.
"""

from __future__ import annotations

import re

from pqc_migrate.detectors.config import files, gnutls, lines, tls
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found
from pqc_migrate.detectors.config.report import Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.target import SourceFile

_PATH = re.compile(
    r"(?:.*/)?(?:r?syslog(?:-ng)?[^/]*\.conf[^/]*|(?:rsyslog|syslog-ng)(?:\.d|/conf\.d)?/[^/]+\.conf)"
)
_ANCHORS = frozenset(
    {b"riorityString", b"riorityString".lower(), b"treamDriver", b"treamdriver", b"cipher-suite", b"ssl-options",
     b"ecdh-curve-list"}
)  # fmt: skip
_COMMENT = re.compile(r"#[^\n]*")
_PRIORITY = re.compile(r"\b(gnutlsPriorityString|tls\.priorityString)[ \t]*=[ \t]*\"([^\"]*)\"", re.IGNORECASE)
_DRIVER = re.compile(
    r"\b((?:Default)?(?:Netstream|Stream)Driver(?:\.Name)?)(?:[ \t]*=[ \t]*\"|[ \t]+)(gtls|ossl)\b", re.IGNORECASE
)
_COMMAND = re.compile(r"([A-Za-z]+)[ \t]*=[ \t]*([^\n\\;]+)")
_OPTION = re.compile(r"\b(cipher-suite|ecdh-curve-list|ssl-options)[ \t]*\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
_TLS13 = re.compile(r"\b(tls13|tls12-and-older)[ \t]*\([ \t]*\"([^\"]*)\"")
_NO_VERSION = re.compile(r"no-(sslv2|sslv3|tlsv1[0-3]?)")
_VERSIONS = {"tlsv10": "tlsv1", "tlsv11": "tlsv1.1", "tlsv12": "tlsv1.2", "tlsv13": "tlsv1.3"}


def _wants(file: SourceFile) -> bool:
    return (
        files.may_be(file, "syslog")
        and _PATH.fullmatch(file.path) is not None
        and any(True for _ in files.hits_of(file, _ANCHORS))
    )


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield from lines.wide(document, "syslog", "syslog")
        return
    text = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), document.text)
    for match in _DRIVER.finditer(text):
        setting = Setting(document, "syslog/stream-driver", match[1])
        yield tls.runtime(setting, Word("", match.start(2)), "group")
    for match in _PRIORITY.finditer(text):
        setting = Setting(document, "syslog/priority-string", match[1])
        yield from setting.read(_priority, Word(match[2], match.start(2)))
    for match in _OPTION.finditer(text):
        setting = Setting(document, f"syslog/{match[1]}", match[1])
        yield from setting.read(_option, Word(match[2], match.start(2)))


def _priority(setting: Setting, value: Word) -> Found:
    """Read a priority string of GnuTLS, or commands of OpenSSL a line each."""
    commands = list(_COMMAND.finditer(value.text))
    if not commands:
        yield from gnutls.priority(setting, value)
    for match in commands:
        if found := tls.COMMANDS.get(match[1].lower()):
            yield from found[1](setting, value.part(match.start(2), match[2].strip()))


def _option(setting: Setting, value: Word) -> Found:
    if setting.symbol == "ssl-options":
        off = {_VERSIONS.get(name, name) for name in _NO_VERSION.findall(value.text)}
        if off:
            yield tls.excluded(setting, value, off)
        return
    suites = list(_TLS13.finditer(value.text))
    for match in suites:
        read = tls.suite_list if match[1] == "tls13" else tls.cipher_string
        yield from read(setting, value.part(match.start(2), match[2]))
    if not suites:
        start = len(value.text) - len(value.text.lstrip(" \t\n\"'"))
        word = value.part(start, value.text.strip(" \t\n\"'"))
        yield from (tls.groups if setting.symbol == "ecdh-curve-list" else tls.cipher_string)(setting, word)


DETECTOR = Detector("syslog", lambda: _ANCHORS, _wants, _detect)
