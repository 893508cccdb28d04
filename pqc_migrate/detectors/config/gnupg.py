"""Detector: GnuPG (``gpg.conf``): algorithms that are chosen or preferred, and the kind of new keys.

Source: gpg(1) of GnuPG 2.2; preferences by number are those of RFC 4880, sections 9.2 and 9.4. An algorithm
that an option disables or calls weak is not one that is used.
"""

from __future__ import annotations

import re

from pqc_migrate.catalog import names
from pqc_migrate.detectors.config import files, lines
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found, Reader
from pqc_migrate.detectors.config.report import Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Kind
from pqc_migrate.model.target import SourceFile

_NAMES = re.compile(r"gpg(?:sm|-agent)?\.conf(?:[._-].*)?")
_ITEM = re.compile(r"[^\s,]+")
_NUMBERS = {
    "S1": "IDEA", "S2": "3DES", "S3": "CAST5", "S4": "BLOWFISH", "S7": "AES", "S8": "AES192", "S9": "AES256",
    "S10": "TWOFISH", "S11": "CAMELLIA128", "S12": "CAMELLIA192", "S13": "CAMELLIA256",
    "H1": "MD5", "H2": "SHA1", "H3": "RIPEMD160", "H8": "SHA256", "H9": "SHA384", "H10": "SHA512", "H11": "SHA224",
}  # fmt: skip
_NOTHING = frozenset({"none", "uncompressed", "zip", "zlib", "bzip2"})
_COMPRESSION = re.compile(r"Z\d", re.IGNORECASE)
_RSA = re.compile(r"(rsa|elg|dsa)(\d{3,5})", re.IGNORECASE)
_PUBLIC = {"rsa": "RSA", "elg": "ElGamal", "dsa": "DSA"}


def _algorithms(setting: Setting, value: Word) -> Found:
    for item in lines.unquoted(value).split(_ITEM):
        text = _NUMBERS.get(item.text.upper(), item.text)
        if text.lower() in _NOTHING or _COMPRESSION.fullmatch(text):
            continue
        if asset := names.lookup("gpg", text) or names.lookup("digests", text):
            yield setting.finding(item, asset)
        else:
            yield setting.unresolved(item, "not a known algorithm" if item.known else "filled in elsewhere")


def _new_key(setting: Setting, value: Word) -> Found:
    """Read ``ed25519/cert,sign+cv25519/encr`` or ``rsa3072``."""
    for part in lines.unquoted(value).text.split("+"):
        offset = value.text.find(part)
        name = part.split("/")[0].strip()
        word = value.part(offset, name)
        if name.lower() in ("default", "future-default"):
            yield setting.unresolved(word, "the version of GnuPG decides the kind of new keys")
        elif asset := _public(name):
            yield setting.finding(word, asset, functions=("keygen",))
        else:
            yield setting.unresolved(word, "not a known kind of key")


def _public(name: str) -> Asset | None:
    if match := _RSA.fullmatch(name):
        return Asset.of(Kind.ALGORITHM, _PUBLIC[match[1].lower()], size=match[2])
    if name.lower() in ("ed25519", "ed448"):
        return Asset.of(Kind.ALGORITHM, name.capitalize())
    if name.lower() in ("cv25519", "cv448"):
        return Asset.of(Kind.ALGORITHM, "X" + name[2:])
    curve = names.curve(name)
    return Asset.of(Kind.ALGORITHM, "EC", curve=curve) if curve else None


_READERS: dict[str, Reader] = {
    "cipher-algo": _algorithms,
    "digest-algo": _algorithms,
    "cert-digest-algo": _algorithms,
    "s2k-cipher-algo": _algorithms,
    "s2k-digest-algo": _algorithms,
    "personal-cipher-preferences": _algorithms,
    "personal-digest-preferences": _algorithms,
    "default-preference-list": _algorithms,
    "default-new-key-algo": _new_key,
}


def _wants(file: SourceFile) -> bool:
    return files.may_be(file, "gnupg") and _NAMES.fullmatch(file.name) is not None


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield from lines.wide(document, "gnupg", "GnuPG")
        return
    for line in lines.physical(document):
        if pair := lines.directive(line):
            name, value = pair[0].text.removeprefix("--"), lines.without_comment(pair[1])
            yield from lines.read(document, "gnupg", _READERS, name, value)


DETECTOR = Detector("gnupg", frozenset, _wants, _detect)
