"""Detector: OpenVPN (``*.conf``, ``*.ovpn``).

Source: the manual of OpenVPN 2.6.14 (doc/man-sections), tls_crypt.c. ``cipher`` chooses the data channel's
cipher only with a static key or before 2.6, ``auth`` counts for ciphers that do not authenticate and for
``tls-auth``, ``tls-crypt`` always uses AES-256-CTR with HMAC-SHA-256. Keys inside the file are read by the
detectors of material.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from pqc_migrate.catalog import algorithms, evp, names
from pqc_migrate.detectors.config import files, installed, lines, tls
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found, Reader
from pqc_migrate.detectors.config.report import LIKELY, NEGOTIATES, SURE, UNSURE, Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Kind
from pqc_migrate.model.target import SourceFile

_ANCHORS = frozenset(
    {
        b"data-ciphers", b"ncp-ciphers", b"tls-version-min", b"tls-crypt", b"tls-auth", b"remote-cert-tls",
        b"dev tun", b"dev tap", b"tls-server", b"tls-client", b"auth-user-pass",
    }
)  # fmt: skip
_BEFORE = re.compile(rb"[ \t]*<?")
_DEVICE = re.compile(
    rb"^[ \t]*(?:dev[ \t]+(?:tun|tap)|dev-node[ \t]|remote[ \t]+\S+|client[ \t]*\r?$)", re.MULTILINE
)
_INLINE = re.compile(r"[ \t]*<(/?)([a-z0-9-]+)>[ \t]*")
_CIPHER = re.compile(r"[^\s:]+")
_WORD = re.compile(r"\S+")
_SWITCHES = frozenset({"client", "tls-client", "server", "tls-server", "server-bridge"})
_TLS_CRYPT = (
    Asset.of(Kind.ALGORITHM, "AES", size=256, mode="CTR"),
    Asset.of(Kind.ALGORITHM, "HMAC", digest="SHA-256"),
)
_SHA1 = Asset.of(Kind.ALGORITHM, "HMAC", digest="SHA-1")


def _data_ciphers(setting: Setting, value: Word) -> Found:
    for item in value.split(_CIPHER):
        text = item.text.lstrip("?")
        yield from _one_cipher(setting, item.part(len(item.text) - len(text), text), SURE, "negotiated data cipher")


def _one_cipher(setting: Setting, word: Word, confidence: float, reason: str) -> Found:
    if word.text.lower() == "none":
        yield setting.finding(word, tls.TLS, functions=(), details=(("unprotected", setting.symbol),))
    elif word.text.upper() == "DEFAULT":
        details = (NEGOTIATES, ("default-of", "OpenVPN 2.6: AES-256-GCM, AES-128-GCM, CHACHA20-POLY1305"))
        yield tls.runtime(setting, word, "cipher", details=details, reason="the program's own list of data ciphers")
    elif found := evp.cipher(word.text):
        yield setting.finding(word, found.asset, confidence=confidence, reason=reason)
    else:
        yield setting.unresolved(word, "not a known cipher" if word.known else "the cipher is filled in elsewhere")


def _cipher(setting: Setting, value: Word, release: str, static: bool) -> Found:
    for word in value.split(_WORD)[:1]:
        if static:
            yield from _one_cipher(setting, word, SURE, "the cipher of a tunnel with a static key")
        elif _at_least_26(release):
            yield setting.unresolved(word, "OpenVPN 2.6 and later take the data cipher from data-ciphers only")
        else:
            reason = "OpenVPN before 2.6 uses it where the peer does not negotiate, later ones ignore it"
            yield from _one_cipher(setting, word, UNSURE, reason)


def _at_least_26(release: str) -> bool:
    numbers = [int(part) for part in release.split(".")[:2] if part.isdigit()]
    return len(numbers) == 2 and numbers >= [2, 6]


def _auth(setting: Setting, value: Word) -> Found:
    for word in value.split(_WORD)[:1]:
        if asset := _hmac(word.text):
            reason = "for data ciphers that do not authenticate, and for tls-auth"
            yield setting.finding(word, asset, confidence=LIKELY, reason=reason)
        elif word.text.lower() != "none":
            yield setting.unresolved(word, "not a known hash" if word.known else "the hash is filled in elsewhere")


def _hmac(text: str) -> Asset | None:
    digest = names.lookup("digests", text)
    return Asset.of(Kind.ALGORITHM, "HMAC", digest=algorithms.name(digest)) if digest else None


def _tls_auth(setting: Setting, value: Word, hmac: Asset | None) -> Found:
    """Report the HMAC of the control channel: with the hash of ``auth``, SHA-1 where the file sets none."""
    yield setting.finding(
        value.part(0, ""), hmac or _SHA1, reason="control channel", how="" if hmac else "library default"
    )


def _tls_crypt(setting: Setting, value: Word) -> Found:
    for asset in _TLS_CRYPT:
        yield setting.finding(value.part(0, ""), asset, reason="tls-crypt has one suite", how="library default")


def _first(reader: Reader) -> Reader:
    return lambda setting, value: (one for word in value.split(_WORD)[:1] for one in reader(setting, word))


def _tls_cipher(setting: Setting, value: Word) -> Found:
    """Read an OpenSSL cipher string whose suites may have IANA names with hyphens (tls_translate_cipher_name)."""
    text = re.sub(r"TLS-[A-Z0-9-]+", lambda match: match[0].replace("-", "_"), value.text)
    yield from tls.cipher_string(setting, Word(text, value.offset, value.fixed))


def _suites(setting: Setting, value: Word) -> Found:
    text = re.sub(r"TLS-[A-Z0-9-]+", lambda match: match[0].replace("-", "_"), value.text)
    yield from tls.suite_list(setting, Word(text, value.offset, value.fixed))


def _version(setting: Setting, value: Word, bound: str) -> Found:
    for word in value.split(_WORD)[:1]:
        named = Word(f"TLSv{word.text}", word.offset, fixed=True)
        yield from tls.versions(setting, (named if word.known else word,), bound=bound)


def _dh(setting: Setting, value: Word) -> Found:
    if value.text.lower() != "none":
        yield from tls.dh_parameters(setting, value)


def _switch(setting: Setting, value: Word) -> Found:
    yield tls.runtime(setting, value.part(0, ""), "group", details=(NEGOTIATES, tls.HYBRID_SINCE))


def _table(static: bool, hmac: Asset | None, release: str) -> dict[str, Reader]:
    readers: dict[str, Reader] = {
        "data-ciphers": _first(_data_ciphers),
        "ncp-ciphers": _first(_data_ciphers),
        "data-ciphers-fallback": _first(_data_ciphers),
        "cipher": partial(_cipher, release=release, static=static),
        "auth": _auth,
        "tls-auth": partial(_tls_auth, hmac=hmac),
        "tls-crypt": _tls_crypt,
        "tls-crypt-v2": _tls_crypt,
        "tls-version-min": partial(_version, bound="minimum"),
        "tls-version-max": partial(_version, bound="maximum"),
        "tls-cipher": _first(_tls_cipher),
        "tls-ciphersuites": _first(_suites),
        "tls-groups": _first(tls.groups),
        "ecdh-curve": _first(tls.groups),
        "dh": _dh,
        "cert": tls.certificate,
    }
    return readers | dict.fromkeys(_SWITCHES, _switch)


def _wants(file: SourceFile) -> bool:
    if not files.may_be(file, "openvpn"):
        return False
    return _DEVICE.search(file.data) is not None and any(
        files.starts_directive(file, hit, _BEFORE) for hit in files.hits_of(file, _ANCHORS)
    )


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield from lines.wide(document, "openvpn", "OpenVPN")
        return
    options = _options(document)
    first: Mapping[str, Word] = dict(reversed(options))
    auth = first.get("auth")
    hmac = _hmac(auth.text.split()[0]) if auth and auth.text.split() else None
    release = installed.version(file, "openvpn") if "cipher" in first else ""
    table = _table("secret" in first, hmac, release)
    for name, value in options:
        yield from lines.read(document, "openvpn", table, name, value)


def _options(document: Document) -> list[tuple[str, Word]]:
    """Return name and value of every option outside of inline files; one without a value is its own value."""
    options: list[tuple[str, Word]] = []
    inline = ""
    for line in lines.physical(document, comments="#;"):
        tag = _INLINE.fullmatch(line.text)
        if tag:
            inline = "" if tag[1] else tag[2]
            if inline in ("tls-auth", "tls-crypt", "tls-crypt-v2", "secret"):
                options.append((inline, line))
        elif not inline:
            line = lines.without_comment(line, "#;")
            pair = lines.directive(line)
            bare = line.text.strip()
            word = line.part(line.text.find(bare), bare)
            options.append((pair[0].text, lines.unquoted(pair[1])) if pair else (bare, word))
    return options


DETECTOR = Detector("openvpn", lambda: _ANCHORS, _wants, _detect)
