"""Detector: Kerberos (``krb5.conf``, ``kdc.conf``): encryption types, SPAKE groups, limits of PKINIT.

Source: krb5.conf(5) and kdc.conf(5) of MIT krb5 1.21.3. A list works from left to right: names and families
add, a minus takes away, ``DEFAULT`` is the release's own list.
"""

from __future__ import annotations

import re

from pqc_migrate.catalog import names
from pqc_migrate.detectors.config import files, lines
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found, Reader
from pqc_migrate.detectors.config.report import LIKELY, NEGOTIATES, UNSURE, Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Kind
from pqc_migrate.model.target import SourceFile

_ANCHORS = frozenset(
    {
        b"permitted_enctypes", b"default_tgs_enctypes", b"default_tkt_enctypes", b"supported_enctypes",
        b"master_key_type", b"allow_weak_crypto", b"allow_rc4", b"allow_des3", b"spake_preauth_groups",
        b"pkinit_dh_min_bits",
    }
)  # fmt: skip
_BEFORE = re.compile(rb"[ \t]*")
_BEHIND = re.compile(rb"[ \t]*=")
_ITEM = re.compile(r"[^\s,]+")
_KERBEROS = Asset.of(Kind.PROTOCOL, "Kerberos")
_FAMILIES = {
    "des3": ("des3-cbc-sha1",),
    "aes": ("aes256-cts-hmac-sha1-96", "aes128-cts-hmac-sha1-96", "aes256-cts-hmac-sha384-192",
            "aes128-cts-hmac-sha256-128"),
    "rc4": ("arcfour-hmac",),
    "camellia": ("camellia256-cts-cmac", "camellia128-cts-cmac"),
    "des": ("des-cbc-crc", "des-cbc-md4", "des-cbc-md5"),
}  # fmt: skip
_TRUE = frozenset({"true", "yes", "y", "t", "1", "on"})
_SPAKE = {
    "edwards25519": Asset.of(Kind.ALGORITHM, "EC", curve="Ed25519"),
    "P-256": Asset.of(Kind.ALGORITHM, "EC", curve="P-256"),
    "P-384": Asset.of(Kind.ALGORITHM, "EC", curve="P-384"),
    "P-521": Asset.of(Kind.ALGORITHM, "EC", curve="P-521"),
}


def _types(setting: Setting, value: Word) -> Found:
    """Read a list of types, each maybe with a salt behind a colon."""
    held: dict[str, Word] = {}
    for item in value.split(_ITEM):
        sign = item.text[0] if item.text[0] in "+-" else ""
        word = item.part(len(sign), item.text[len(sign) :].split(":")[0])
        members = _FAMILIES.get(word.text.lower(), (word.text.lower(),))
        if sign == "-":
            for one in members:
                held.pop(one, None)
        elif word.text.upper() == "DEFAULT":
            reason = "the release's own list of encryption types"
            yield setting.finding(
                word, _KERBEROS, reason=reason, details=(NEGOTIATES,), runtime=("encryption types",)
            )
        else:
            for one in members:
                held.setdefault(one, word)
    for name, word in held.items():
        yield from _type(setting, word, name)


def _type(setting: Setting, word: Word, name: str) -> Found:
    cipher, integrity = names.lookup("kerberos", name), names.lookup("kerberos-integrity", name)
    if cipher is None:
        yield setting.unresolved(word, "not a known encryption type" if word.known else "filled in elsewhere")
        return
    yield setting.finding(word, cipher)
    if integrity is not None:
        yield setting.finding(word, integrity)


def _weak(setting: Setting, value: Word) -> Found:
    if value.text.lower() in _TRUE:
        details = (("weak-types", "allowed"), NEGOTIATES)
        yield setting.finding(
            value, _KERBEROS, reason="types that the release calls weak are allowed", details=details
        )


def _allowed(setting: Setting, value: Word) -> Found:
    if value.text.lower() in _TRUE:
        asset = names.lookup("kerberos", "des3-cbc-sha1" if setting.symbol == "allow_des3" else "arcfour-hmac")
        if asset is not None:
            reason = "allowed for session keys, used where a client asks for it"
            yield setting.finding(value, asset, confidence=UNSURE, reason=reason)


def _spake(setting: Setting, value: Word) -> Found:
    for item in value.split(_ITEM):
        if asset := _SPAKE.get(item.text):
            yield setting.finding(item, asset, functions=("keyderive",), details=(("protocol", "SPAKE"),))
        else:
            yield setting.unresolved(item, "not a known group of SPAKE")


def _least_group(setting: Setting, value: Word) -> Found:
    if value.text.isascii() and value.text.isdigit():
        yield setting.finding(
            value,
            Asset.of(Kind.ALGORITHM, "FFDH"),
            confidence=LIKELY,
            reason="a lower limit for the groups of PKINIT",
            details=(("minimum-size", value.text[:6]),),
        )


_READERS: dict[str, Reader] = {
    "permitted_enctypes": _types,
    "default_tgs_enctypes": _types,
    "default_tkt_enctypes": _types,
    "supported_enctypes": _types,
    "master_key_type": _types,
    "allow_weak_crypto": _weak,
    "allow_rc4": _allowed,
    "allow_des3": _allowed,
    "spake_preauth_groups": _spake,
    "pkinit_dh_min_bits": _least_group,
}


def _wants(file: SourceFile) -> bool:
    return files.may_be(file, "kerberos") and any(
        files.starts_directive(file, hit, _BEFORE)
        and _BEHIND.match(file.data, hit.offset + len(hit.anchor)) is not None
        for hit in files.hits_of(file, _ANCHORS)
    )


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield from lines.wide(document, "kerberos", "Kerberos")
        return
    for line in lines.physical(document, comments="#;"):
        if pair := lines.assignment(line):
            yield from lines.read(document, "kerberos", _READERS, pair[0].text, lines.unquoted(pair[1]))


DETECTOR = Detector("kerberos", lambda: _ANCHORS, _wants, _detect)
