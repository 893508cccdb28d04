"""Squid: TLS of its ports, of connections to peers and servers, and digest authentication.

Source: squid.conf.documented of Squid 5.7. ``options=NO_TLSv1_1`` excludes and is no finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from pqc_migrate.catalog import names
from pqc_migrate.detectors.config import files, tls
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.report import LONGEST, NEGOTIATES, TOO_LONG, Setting
from pqc_migrate.detectors.config.words_syntax import lines
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind, Skip
from pqc_migrate.model.target import SourceFile

Found = Iterator[Finding | Diagnostic]
_ANCHORS = frozenset(
    {
        b"https_port", b"tls_outgoing_options", b"tls-cert=", b"sslcert=", b"sslcipher=", b"auth_param digest",
        b"sslproxy_cipher", b"tls-min-version=", b"cache_peer",
    }
)  # fmt: skip
_OWN = frozenset({b"https_port", b"tls_outgoing_options", b"sslproxy_cipher", b"auth_param digest", b"cache_peer"})
_NAME = re.compile(r"squid.*\.conf(?:\..*)?")
_NAME_BEFORE = re.compile(rb"[ \t]*")
_VERSIONS: Mapping[str, Asset] = {
    number: Asset.of(Kind.PROTOCOL, "TLS", version=number) for number in ("1.0", "1.1", "1.2", "1.3")
}
_PORTS = ("http_port", "https_port")
_LINES = (*_PORTS, "cache_peer", "tls_outgoing_options", "icap_service")
_KNOWN = frozenset({*_LINES, "sslproxy_cipher", "auth_param"})


def _minimum(setting: Setting, value: Word) -> Found:
    yield from tls.versions(setting, (value,), bound="minimum", words=_VERSIONS)


def _parameters(setting: Setting, value: Word) -> Found:
    """Read ``tls-dh=[curve:]file``."""
    curve, separator, _ = value.text.partition(":")
    if separator and names.curve(curve):
        yield from tls.groups(setting, value.part(0, curve))
    yield from tls.dh_parameters(setting, value)


def _flags(setting: Setting, value: Word) -> Found:
    if "DONT_VERIFY_PEER" in re.split(r"[,:|]", value.text):
        yield tls.unverified(setting, value)


_OPTIONS: Mapping[str, Callable[[Setting, Word], Found]] = {
    "tls-cert": tls.certificate,
    "cert": tls.certificate,
    "sslcert": tls.certificate,
    "tls-cafile": tls.certificate,
    "cafile": tls.certificate,
    "sslcafile": tls.certificate,
    "clientca": tls.certificate,
    "cipher": tls.cipher_string,
    "sslcipher": tls.cipher_string,
    "tls-cipher": tls.cipher_string,
    "min-version": _minimum,
    "tls-min-version": _minimum,
    "tls-dh": _parameters,
    "dhparams": tls.dh_parameters,
    "flags": _flags,
    "sslflags": _flags,
    "tls-flags": _flags,
}


def _line(document: Document, words: tuple[Word, ...]) -> Found:
    """Read a line with TLS options, and TLS itself where the line switches it on."""
    name = words[0].text
    rule = f"squid/{name.replace('_', '-')}"
    texts = [word.text for word in words]
    if name == "https_port" or (name == "cache_peer" and ("tls" in texts or "ssl" in texts)):
        without = any("NO_TLSv1_3" in text for text in texts)
        hybrid = ("hybrid", "not without TLS 1.3, which the options leave out") if without else tls.HYBRID_SINCE
        place = words[0] if name == "https_port" else next(word for word in words if word.text in ("tls", "ssl"))
        yield tls.runtime(Setting(document, rule, name), place.part(0, ""), "group", details=(NEGOTIATES, hybrid))
    for word in words[1:]:
        key, separator, value = word.text.partition("=")
        if separator and (reader := _OPTIONS.get(key)):
            setting = Setting(document, f"{rule}-{key}", f"{name} {key}")
            yield from setting.read(reader, word.part(len(key) + 1, value))


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield Diagnostic(file.path, Skip.ENCODING, "squid: not read, the file is UTF-16", rule="squid/encoding")
        return
    for words in lines(document, _KNOWN.__contains__):
        name = words[0].text
        if sum(len(word.text) + 1 for word in words) > LONGEST:
            yield Setting(document, f"squid/{name.replace('_', '-')}", name).unresolved(words[0], TOO_LONG)
        elif name in _LINES:
            yield from _line(document, words)
        elif name == "sslproxy_cipher":
            for value in words[1:2]:
                yield from tls.cipher_string(Setting(document, "squid/sslproxy-cipher", name), value)
        elif [word.text for word in words[1:3]] == ["digest", "program"]:
            setting = Setting(document, "squid/auth-param-digest", "auth_param digest")
            md5 = Asset.of(Kind.ALGORITHM, "MD5")
            reason = "Squid's digest authentication hashes with MD5 (RFC 2617)"
            yield setting.finding(words[1].part(0, ""), md5, reason=reason, functions=("digest",))


def _wants(file: SourceFile) -> bool:
    if not files.may_be(file, "squid"):
        return False
    hits = list(files.hits_of(file, _ANCHORS))
    if _NAME.fullmatch(file.name):
        return bool(hits)
    own = {hit.anchor for hit in hits if hit.anchor in _OWN and files.starts_directive(file, hit, _NAME_BEFORE)}
    return bool(own - {b"cache_peer"})


DETECTOR = Detector("squid", lambda: _ANCHORS, _wants, _detect)
