"""Detector: ProFTPD's mod_tls: versions, cipher lists, curves, parameters and certificates of FTP over TLS.

Source: doc/contrib/mod_tls.html of proftpd 1.3.8. Directives ignore the case of their letters; mod_tls itself puts
``!EXPORT`` in front of every cipher list.
"""

from __future__ import annotations

import re

from pqc_migrate.detectors.config import files, lines, tls
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found, Reader
from pqc_migrate.detectors.config.report import NEGOTIATES, Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.target import SourceFile

_ANCHORS = frozenset({b"TLSEngine", b"TLSRequired", b"TLSRSACertificateFile", b"TLSECCertificateFile"})
"""Directives that no other program has; ``TLSCipherSuite`` is OpenLDAP's too."""
_NAME_BEFORE = re.compile(rb"[ \t]*")
_WORD = re.compile(r"\S+")
_TLS13 = "tlsv1.3"
_ALL = frozenset({"all", "sslv23"})


def _protocol(setting: Setting, value: Word) -> Found:
    """Read ``TLSv1.2 TLSv1.3``, or ``ALL -SSLv3 -TLSv1``, which leaves a lowest version."""
    words = value.split(_WORD)
    off = [word.text[1:].lower() for word in words if word.text.startswith("-")]
    if words and words[0].text.lower() in _ALL and off:
        yield tls.excluded(setting, words[-1], off)
    elif words and words[0].text.lower() in _ALL:
        yield tls.runtime(setting, words[0], "version")
    else:
        yield from tls.versions(setting, (value,))


def _cipher_suite(setting: Setting, value: Word) -> Found:
    """Read a cipher list, behind the protocol that it is for where one stands there."""
    words = [lines.unquoted(word) for word in value.split(_WORD)]
    if len(words) > 1 and words[0].text.lower() == _TLS13:
        yield from tls.suite_list(setting, words[1])
    elif words:
        yield from tls.cipher_string(setting, words[-1])


def _engine(setting: Setting, value: Word) -> Found:
    if value.text.lower() == "on":
        yield tls.runtime(setting, value.part(0, ""), "version", details=(NEGOTIATES,))


def _verify_server(setting: Setting, value: Word) -> Found:
    if value.text.lower() == "off":
        yield tls.unverified(setting, value)
    elif value.text.lower() == "noreversedns":
        yield tls.unverified(setting, value, "hostname")


_READERS: dict[str, tuple[str, str, Reader]] = {
    name.lower(): (name, rule, reader)
    for name, rule, reader in (
        ("TLSEngine", "engine", _engine),
        ("TLSProtocol", "protocol", _protocol),
        ("TLSCipherSuite", "cipher-suite", _cipher_suite),
        ("TLSECDHCurve", "ecdh-curve", tls.groups),
        ("TLSDHParamFile", "dh-param-file", tls.dh_parameters),
        ("TLSRSACertificateFile", "rsa-certificate-file", tls.certificate),
        ("TLSDSACertificateFile", "dsa-certificate-file", tls.certificate),
        ("TLSECCertificateFile", "ec-certificate-file", tls.certificate),
        ("TLSPKCS12File", "pkcs12-file", tls.certificate),
        ("TLSCACertificateFile", "ca-certificate-file", tls.certificate),
        ("TLSVerifyServer", "verify-server", _verify_server),
    )
}


def _wants(file: SourceFile) -> bool:
    if not files.may_be(file, "apache"):  # sections and directives are written alike
        return False
    return any(files.starts_directive(file, hit, _NAME_BEFORE) for hit in files.hits_of(file, _ANCHORS))


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield from lines.wide(document, "proftpd", "ProFTPD")
        return
    for line in lines.backslashed(document):
        if (pair := lines.directive(line)) and (known := _READERS.get(pair[0].text.lower())):
            name, rule, reader = known
            yield from Setting(document, f"proftpd/{rule}", name).read(reader, lines.unquoted(pair[1]))


DETECTOR = Detector("proftpd", lambda: _ANCHORS, _wants, _detect)
