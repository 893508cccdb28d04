"""Detector: sendmail (``sendmail.cf``, ``sendmail.mc``): the TLS options of STARTTLS.

Sources: cf/m4/proto.m4 of sendmail (options and the macros that set them); sendmail/tls.c, inittls (DHParameters:
only the first character counts).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.detectors.config import files, lines, tls
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found, Reader
from pqc_migrate.detectors.config.report import Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Kind
from pqc_migrate.model.target import SourceFile

_ANCHORS = frozenset(
    {b"CipherList", b"ServerSSLOptions", b"ClientSSLOptions", b"confCIPHER_LIST",
     b"confSERVER_SSL_OPTIONS", b"confCLIENT_SSL_OPTIONS", b"DHParameters", b"confDH_PARAMETERS", b"ServerCertFile",
     b"confSERVER_CERT"}
)  # fmt: skip
_BEFORE = re.compile(rb"O[ \t]+|[ \t]*define\([`'\"]?")
_OPTION = re.compile(r"O[ \t]+(\w+)=(.*)")
_DEFINE = re.compile(r"[ \t]*define\([`'\"]?(conf\w+)['\"]?[ \t]*,[ \t]*[`'\"]?([^'`\")]*)")
_FLAG = re.compile(r"[+-]SSL_OP_[A-Za-z0-9_]+")
_DISABLES = {
    "NO_SSLV2": "sslv2", "NO_SSLV3": "sslv3", "NO_TLSV1": "tlsv1", "NO_TLSV1_1": "tlsv1.1", "NO_TLSV1_2": "tlsv1.2",
    "NO_TLSV1_3": "tlsv1.3",
}  # fmt: skip
_BITS = {"5": 512, "1": 1024, "2": 2048}


def _ssl_options(setting: Setting, value: Word) -> Found:
    flags = [item.text.upper() for item in value.split(_FLAG)]
    off = {
        name for flag, name in _DISABLES.items() if f"+SSL_OP_{flag}" in flags and f"-SSL_OP_{flag}" not in flags
    }
    if off:
        yield tls.excluded(setting, value, off)


def _dh(setting: Setting, value: Word) -> Found:
    """Read the size that a digit stands for, ``i`` (built in) or a file."""
    text = value.text.strip()
    if text[:1] in _BITS and not text.startswith("/"):
        yield setting.finding(value, Asset.of(Kind.ALGORITHM, "FFDH", size=_BITS[text[0]]))
    elif text.startswith("/"):
        yield from tls.dh_parameters(setting, value)
    elif text.lower() != "none":
        yield setting.unresolved(value, "the version of sendmail decides the group")


_READERS: dict[str, Reader] = {
    "CipherList": tls.cipher_string,
    "ServerSSLOptions": _ssl_options,
    "ClientSSLOptions": _ssl_options,
    "DHParameters": _dh,
    "ServerCertFile": tls.certificate,
    "ClientCertFile": tls.certificate,
}
_MACROS = {
    "confCIPHER_LIST": "CipherList", "confSERVER_SSL_OPTIONS": "ServerSSLOptions",
    "confCLIENT_SSL_OPTIONS": "ClientSSLOptions", "confDH_PARAMETERS": "DHParameters",
    "confSERVER_CERT": "ServerCertFile", "confCLIENT_CERT": "ClientCertFile",
}  # fmt: skip


def _wants(file: SourceFile) -> bool:
    return files.may_be(file, "sendmail") and any(
        files.starts_directive(file, hit, _BEFORE) for hit in files.hits_of(file, _ANCHORS)
    )


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield from lines.wide(document, "sendmail", "sendmail")
        return
    for name, value in _options(document):
        yield from lines.read(document, "sendmail", _READERS, name, value)


def _options(document: Document) -> Iterator[tuple[str, Word]]:
    for line in lines.physical(document):
        if line.text.lstrip().startswith("dnl"):
            continue
        if match := _OPTION.match(line.text):
            yield match[1], line.part(match.start(2), match[2])
        elif match := _DEFINE.match(line.text):
            yield _MACROS.get(match[1], ""), line.part(match.start(2), match[2])


DETECTOR = Detector("sendmail", lambda: _ANCHORS, _wants, _detect)
