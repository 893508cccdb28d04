"""Detector: Exim (``exim.conf``, Debian's ``exim4.conf.template`` and ``conf.d``): TLS and DKIM.

Source: the Exim specification, chapters 14 (main options), 30 (smtp transport), 43 (encrypted connections) and 58
(DKIM). Macros of the file are put in; what is expanded at run time (``${if …}``) is not known. A cipher string is
GnuTLS's or OpenSSL's, which its first word tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pqc_migrate.catalog import groups, names
from pqc_migrate.detectors.config import files, gnutls, lines, tls
from pqc_migrate.detectors.config.document import PLACEHOLDER, Document, Word
from pqc_migrate.detectors.config.lines import Found, Reader
from pqc_migrate.detectors.config.report import UNSURE, Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Kind
from pqc_migrate.model.target import SourceFile

_ANCHORS = frozenset({b"tls_require_ciphers", b"dane_require_tls_ciphers", b"openssl_options", b"tls_dhparam",
                      b"tls_eccurve", b"tls_advertise_hosts", b"dkim_hash"})  # fmt: skip
_BEFORE = re.compile(rb"[ \t]*(?:hide[ \t]+)?")
_BEHIND = re.compile(rb"[ \t]*=")
_MACRO = re.compile(r"[A-Z][A-Za-z0-9_]*")
_MACRO_NAME = re.compile(r"[A-Z][A-Z0-9]*_[A-Z0-9_]*")
_OPEN = "in a block that a macro of another file switches on"
_OPTION = re.compile(r"[+-][a-z0-9_]+")
_DISABLES = {
    "no_sslv2": "sslv2", "no_sslv3": "sslv3", "no_tlsv1": "tlsv1", "no_tlsv1_1": "tlsv1.1", "no_tlsv1_2": "tlsv1.2",
    "no_tlsv1_3": "tlsv1.3",
}  # fmt: skip
"""SSL_CTX_set_options(3) without SSL_OP_, in lower case."""


def _ciphers(setting: Setting, value: Word) -> Found:
    """Read a string whose library its first word tells."""
    if "$" in value.text or not value.known:
        yield setting.unresolved(value, "the cipher string is filled in elsewhere")
    else:
        yield from (gnutls.priority if gnutls.is_priority(value.text) else tls.cipher_string)(setting, value)


def _options(setting: Setting, value: Word) -> Found:
    off = set()
    for item in value.split(_OPTION):
        name = _DISABLES.get(item.text[1:])
        if name and item.text[0] == "+":
            off.add(name)
        elif name:
            off.discard(name)
    if off:
        yield tls.excluded(setting, value, off)


def _curves(setting: Setting, value: Word) -> Found:
    if "$" in value.text:
        yield setting.unresolved(value, "the curve is filled in elsewhere")
    else:
        yield from tls.groups(setting, value)


def _dh(setting: Setting, value: Word) -> Found:
    text = value.text.lower()
    name = text.replace("ike", "group", 1) if text.startswith("ike") else text
    group = next((one for one in groups.groups().values() if name in (one.name, *one.aliases)), None)
    if group:
        yield setting.finding(value, Asset.of(Kind.ALGORITHM, "FFDH", group=group.name, size=group.size))
    elif text.startswith("/"):
        yield from tls.dh_parameters(setting, value)
    elif text not in ("none", "false"):
        yield setting.unresolved(value, "the version of Exim decides the group")


def _advertised(setting: Setting, value: Word) -> Found:
    if "$" not in value.text and value.known:
        yield tls.runtime(setting, value.part(0, ""), "group")


def _certificate(setting: Setting, value: Word) -> Found:
    if value.known and not _MACRO_NAME.fullmatch(value.text):
        yield from tls.certificate(setting, value)


def _dkim_hash(setting: Setting, value: Word) -> Found:
    if asset := names.lookup("digests", value.text):
        yield setting.finding(value, asset, functions=("digest", "sign"))
    else:
        yield setting.unresolved(value, "not a known hash" if value.known else "the hash is filled in elsewhere")


_READERS: dict[str, Reader] = {
    "tls_require_ciphers": _ciphers,
    "dane_require_tls_ciphers": _ciphers,
    "openssl_options": _options,
    "tls_eccurve": _curves,
    "tls_dhparam": _dh,
    "tls_advertise_hosts": _advertised,
    "tls_certificate": _certificate,
    "dkim_hash": _dkim_hash,
}


def _wants(file: SourceFile) -> bool:
    return files.may_be(file, "exim") and any(
        files.starts_directive(file, hit, _BEFORE)
        and _BEHIND.match(file.data, hit.offset + len(hit.anchor)) is not None
        for hit in files.hits_of(file, _ANCHORS)
    )


def _detect(file: SourceFile) -> Found:
    document = Document.of(file, own_substitution=True)
    if not document.readable:
        yield from lines.wide(document, "exim", "Exim")
        return
    macros: dict[str, str] = {}
    conditions: list[str] = []
    for line in lines.backslashed(document):
        _follow_condition(conditions, line.text.split())
        for name, value in _assignment(line):
            if _MACRO.fullmatch(name):
                macros[name] = value.text
            elif name in _READERS:
                open_ = any(not _holds(condition, macros) for condition in conditions)
                ceiling = (UNSURE, _OPEN) if open_ else (1.0, "")
                yield from lines.read(document, "exim", _READERS, name, _expanded(value, macros), ceiling)


def _follow_condition(conditions: list[str], words: list[str]) -> None:
    """Keep the conditions around a line (``.ifdef NAME`` … ``.endif``); ``.else`` makes one the other way round."""
    if words[0] in (".ifdef", ".ifndef") and len(words) > 1:
        conditions.append(("" if words[0] == ".ifdef" else "!") + words[1])
    elif words[0] in (".else", ".elifdef", ".elifndef") and conditions:
        last = conditions.pop()
        conditions.append(last[1:] if last.startswith("!") else "!" + last)
    elif words[0] == ".endif" and conditions:
        conditions.pop()


def _holds(condition: str, macros: Mapping[str, str]) -> bool:
    """Return whether a condition is met as far as this file tells; a macro can be defined in another one."""
    return condition[1:] not in macros if condition.startswith("!") else condition in macros


def _assignment(line: Word) -> Iterator[tuple[str, Word]]:
    text = line.text.lstrip()
    if text.startswith("hide "):
        line = line.part(len(line.text) - len(text) + 5, text[5:])
    if pair := lines.assignment(line):
        yield pair[0].text, lines.unquoted(pair[1])


def _expanded(value: Word, macros: Mapping[str, str]) -> Word:
    """Put a macro's text in where it is the whole value; one that is defined elsewhere is not known."""
    if value.text in macros:
        return Word(macros[value.text], value.offset, fixed=True)
    if _MACRO_NAME.fullmatch(value.text) and names.lookup("tls_groups", value.text) is None:
        return Word(PLACEHOLDER, value.offset, fixed=True)
    return value


DETECTOR = Detector("exim", lambda: _ANCHORS, _wants, _detect)
