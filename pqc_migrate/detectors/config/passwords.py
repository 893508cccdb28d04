"""Detector: how a Unix system keeps passwords: ``login.defs``, PAM's ``pam_unix``, ``shadow`` and files like it.

Sources: login.defs(5), pam_unix(8), shadow(5), crypt(5). Of a shadow file only the schemes are said, how often
each is used and where first; no name and no hash is repeated.
"""

from __future__ import annotations

import re

from pqc_migrate.catalog import names
from pqc_migrate.detectors.config import files, lines
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found, Reader
from pqc_migrate.detectors.config.report import LIKELY, Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Kind
from pqc_migrate.model.target import SourceFile

_LOGIN_DEFS = re.compile(r"login\.defs(?:[._-].*)?")
_PAM_PATH = re.compile(r"(?:.*/)?(?:pam\.d/[^/]+|pam\.conf|(?:common-password|system-auth|password-auth)(?:-ac)?)")
_SHADOW = re.compile(r"g?shadow-?|master\.passwd|passwd-?|smbpasswd|\.?htpasswd|opasswd")
_HASH = re.compile(
    r"^[^:\s#][^:\n]{0,64}:!{0,2}(?P<hash>\$[a-zA-Z0-9]{1,10}\$|\$2[abxy]?\$|_?[./0-9A-Za-z]{13}(?=:|$))",
    re.MULTILINE,
)
_PAM_LINE = re.compile(r"-?(?:[\w.-]+[ \t]+)?password[ \t]+.*?pam_unix2?\.so\b(.*)")
_PAM_SCHEMES = {
    "md5": Asset.of(Kind.ALGORITHM, "MD5-crypt"),
    "sha256": Asset.of(Kind.ALGORITHM, "SHA-crypt", size=256),
    "sha512": Asset.of(Kind.ALGORITHM, "SHA-crypt", size=512),
    "blowfish": Asset.of(Kind.ALGORITHM, "bcrypt"),
    "yescrypt": Asset.of(Kind.ALGORITHM, "yescrypt"),
    "gost_yescrypt": Asset.of(Kind.ALGORITHM, "yescrypt"),
    "bigcrypt": Asset.of(Kind.ALGORITHM, "DES-crypt"),
}
"""pam_unix(8)."""
_METHODS = {
    "DES": "DES-crypt", "MD5": "MD5-crypt", "SHA256": "SHA-crypt", "SHA512": "SHA-crypt", "BCRYPT": "bcrypt",
    "YESCRYPT": "yescrypt",
}  # fmt: skip
_WORD = re.compile(r"\S+")
_ROUNDS = re.compile(r"\brounds=(\d{1,9})\b")


def _method(setting: Setting, value: Word) -> Found:
    for word in value.split(_WORD)[:1]:
        family = _METHODS.get(word.text.upper())
        if family:
            size = word.text[3:] if family == "SHA-crypt" else None
            yield setting.finding(word, Asset.of(Kind.ALGORITHM, family, size=size))
        else:
            yield setting.unresolved(
                word, "not a known method" if word.known else "the method is filled in elsewhere"
            )


def _md5(setting: Setting, value: Word) -> Found:
    if value.text.lower() == "yes":
        reason = "an old option, ENCRYPT_METHOD goes before it"
        yield setting.finding(value, _PAM_SCHEMES["md5"], confidence=LIKELY, reason=reason)


_READERS: dict[str, Reader] = {"ENCRYPT_METHOD": _method, "MD5_CRYPT_ENAB": _md5}


def _wants(file: SourceFile) -> bool:
    if not files.may_be(file, "login-defs"):
        return False
    return bool(
        _LOGIN_DEFS.fullmatch(file.name)
        or _SHADOW.fullmatch(file.name)
        or (_PAM_PATH.fullmatch(file.path) and b"pam_unix" in file.data)
    )


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield from lines.wide(document, "passwords", "password settings")
    elif _LOGIN_DEFS.fullmatch(file.name):
        for line in lines.physical(document):
            if pair := lines.directive(line):
                yield from lines.read(document, "passwords", _READERS, pair[0].text, pair[1])
    elif _SHADOW.fullmatch(file.name):
        yield from _shadow(document)
    else:
        for line in lines.physical(document):
            yield from _pam(document, line)


def _pam(document: Document, line: Word) -> Found:
    match = _PAM_LINE.fullmatch(line.text.split("#")[0].rstrip())
    if match is None:
        return
    rounds = _ROUNDS.search(match[1])
    details = (("rounds", rounds[1]),) if rounds else ()
    for word in line.part(match.start(1), match[1]).split(_WORD):
        if asset := _PAM_SCHEMES.get(word.text):
            yield Setting(document, "passwords/pam-unix", "pam_unix").finding(word, asset, details=details)


def _shadow(document: Document) -> Found:
    """Say of each scheme where it is used first and how often."""
    setting = Setting(document, "passwords/hash", "crypt")
    found: dict[Asset, list[int]] = {}
    for match in _HASH.finditer(document.text):
        if asset := _scheme(match["hash"]):
            found.setdefault(asset, []).append(match.start("hash"))
    for asset, offsets in found.items():
        yield setting.finding(
            Word("", offsets[0]),
            asset,
            reason="told by the form of a password's hash",
            details=(("hashes", str(len(offsets))),),
        )


def _scheme(prefix: str) -> Asset | None:
    if prefix.startswith("$"):
        return names.lookup("crypt", prefix)
    return Asset.of(Kind.ALGORITHM, "DES-crypt")


DETECTOR = Detector("passwords", frozenset, _wants, _detect)
