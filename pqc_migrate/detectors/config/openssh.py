"""OpenSSH client and server configuration: ssh_config(5) and sshd_config(5), and files that they include.

A list names what is offered. A list with ``+``, ``-`` or ``^`` changes the program's own list, whose content its
version decides: what is added is a finding, what is removed is not, and one finding says that the rest depends on
the runtime. So does a pattern (``*``). The first value of a keyword in a block holds, as in OpenSSH; later ones are
not used. Paths of keys say nothing sure about the algorithm of a key and are not findings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pqc_migrate.catalog import algorithms, names
from pqc_migrate.detectors.config import files
from pqc_migrate.detectors.config.document import BLANKS, Document, Word
from pqc_migrate.detectors.config.report import LIKELY, NEGOTIATES, NOT_FOLLOWED, UNSURE, Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind, Skip
from pqc_migrate.model.target import SourceFile

Found = Iterator[Finding | Diagnostic]
SSH = Asset.of(Kind.PROTOCOL, "SSH")
_HYBRID_SINCE = ("hybrid-by-default-since", "OpenSSH 9.0")
"""OpenSSH 9.0 put sntrup761x25519-sha512@openssh.com first in its key exchanges (release notes, 2022-04-08)."""
_LINE = re.compile(r"[ \t]*([A-Za-z][A-Za-z0-9]*)(?:[ \t]*=[ \t]*|[ \t]+)([^\r\n]*)")
_OPTION = re.compile(r"-o[ \t]*([A-Za-z0-9]+)=([^ \t\r\n'\"]*)")
_COMMENT = re.compile(r"(?:^|[ \t])#")
_ITEM = re.compile(r"[^\s,\"]+", re.ASCII)
_HASH = re.compile(r"-sha(1|224|256|384|512)(?:[@-]|$)")
_GSS = re.compile(r"gss-(?:[a-z0-9]+-)?[a-z0-9]+-")
_NONE = frozenset({"none", "null"})


@dataclass(frozen=True, slots=True)
class _Keyword:
    symbol: str
    rule: str
    read: Callable[[Setting, Word], Found]


def _names(
    setting: Setting, value: Word, functions: tuple[str, ...] | None, details: tuple[tuple[str, str], ...]
) -> Found:
    sign = value.text.lstrip('"')[:1]
    items = value.split(_ITEM)
    changes = sign in ("+", "-", "^")
    if changes or any("*" in item.text or "?" in item.text for item in items):
        yield setting.finding(
            value,
            SSH,
            confidence=LIKELY,
            reason="changes the program's own list, which its version decides" if changes
            else "a pattern over the names that the program's version knows",
            details=details,
            runtime=("algorithms",),
        )  # fmt: skip
    if sign == "-":
        return
    for item in items:
        text = item.text.lstrip("+^")
        word = item.part(len(item.text) - len(text), text)
        if "*" in text or "?" in text or text.startswith("!"):
            continue
        yield from _name(setting, word, functions)


def _name(setting: Setting, word: Word, functions: tuple[str, ...] | None) -> Found:
    if not word.known:
        yield setting.unresolved(word, "the name is filled in elsewhere")
    elif word.text in _NONE:
        yield setting.finding(word, SSH, details=(("unprotected", setting.symbol),))
    elif asset := _lookup(word.text):
        match = _HASH.search(word.text) if algorithms.primitive(asset) in ("key-agree", "pke") else None
        digest = names.lookup("digests", "sha" + match[1]) if match else None
        details = (("exchange-hash", algorithms.name(digest)),) if digest else ()
        yield setting.finding(word, asset, functions=functions, details=details)
    else:
        yield setting.unresolved(word, "not a known SSH algorithm name")


def _lookup(text: str) -> Asset | None:
    if asset := names.lookup("ssh", text):
        return asset
    gss = _GSS.match(text)
    return names.lookup("ssh", gss[0]) if gss else None


def _key_exchange(setting: Setting, value: Word) -> Found:
    return _names(setting, value, None, (NEGOTIATES, _HYBRID_SINCE))


def _protection(setting: Setting, value: Word) -> Found:
    return _names(setting, value, None, (NEGOTIATES,))


def _signatures(setting: Setting, value: Word) -> Found:
    return _names(setting, value, ("sign", "verify"), (NEGOTIATES,))


def _fingerprint(setting: Setting, value: Word) -> Found:
    for word in value.split(_ITEM)[:1]:
        if asset := names.lookup("digests", word.text):
            yield setting.finding(word, asset)
        else:
            yield setting.unresolved(word, "not a known hash")


def _rsa_size(setting: Setting, value: Word) -> Found:
    for word in value.split(_ITEM)[:1]:
        if word.text.isascii() and word.text.isdigit():
            yield setting.finding(
                word,
                Asset.of(Kind.ALGORITHM, "RSA"),
                confidence=UNSURE,
                reason="a lower limit for RSA keys, not a key",
                functions=("verify",),
                details=(("minimum-size", word.text[:6]),),
            )
        else:
            yield setting.unresolved(word, "not a size in bits")


def _protocol(setting: Setting, value: Word) -> Found:
    for word in value.split(_ITEM):
        if word.text in ("1", "2"):
            yield setting.finding(word, Asset.of(Kind.PROTOCOL, "SSH", version=word.text))
        else:
            yield setting.unresolved(word, "not a known protocol version")


def _include(setting: Setting, value: Word) -> Found:
    yield setting.unresolved(value, NOT_FOLLOWED)


_KEYWORDS = {
    keyword.symbol.lower(): keyword
    for keyword in (
        _Keyword("KexAlgorithms", "kex-algorithms", _key_exchange),
        _Keyword("GSSAPIKexAlgorithms", "gssapi-kex-algorithms", _key_exchange),
        _Keyword("Ciphers", "ciphers", _protection),
        _Keyword("MACs", "macs", _protection),
        _Keyword("HostKeyAlgorithms", "host-key-algorithms", _signatures),
        _Keyword("PubkeyAcceptedAlgorithms", "pubkey-accepted-algorithms", _signatures),
        _Keyword("PubkeyAcceptedKeyTypes", "pubkey-accepted-key-types", _signatures),
        _Keyword("HostbasedAcceptedAlgorithms", "hostbased-accepted-algorithms", _signatures),
        _Keyword("HostbasedAcceptedKeyTypes", "hostbased-accepted-key-types", _signatures),
        _Keyword("HostbasedKeyTypes", "hostbased-key-types", _signatures),
        _Keyword("CASignatureAlgorithms", "ca-signature-algorithms", _signatures),
        _Keyword("FingerprintHash", "fingerprint-hash", _fingerprint),
        _Keyword("RequiredRSASize", "required-rsa-size", _rsa_size),
        _Keyword("Protocol", "protocol", _protocol),
        _Keyword("Include", "include", _include),
    )
}
_REPEATABLE = frozenset({"include"})
_BLOCKS = frozenset({"host", "match"})
_OF_MANY_NOTATIONS = frozenset({"protocol", "include"})
"""Alone they do not make a file OpenSSH's."""
_ANCHORS = frozenset(
    keyword.symbol.encode() for name, keyword in _KEYWORDS.items() if name not in _OF_MANY_NOTATIONS
) | {b"kexalgorithms"}
_KEYWORD_BEFORE = re.compile(rb"[ \t]*|.*-o[ \t]*", re.DOTALL)
_VALUE_BEHIND = re.compile(rb"[ \t]*=[ \t]*[^\s=]|[ \t]+[^\s=:]")
_NAMES = re.compile(r"(?:.*/)?(?:sshd?_config(?:\.d/.*)?|\.ssh/config(?:\.d/.*)?)", re.IGNORECASE)


def _wants(file: SourceFile) -> bool:
    if not files.may_be(file, "openssh"):
        return False
    if file.language == "openssh" or _NAMES.fullmatch(file.path):
        return True  # keywords ignore case, the gate does not
    return any(
        files.starts_directive(file, hit, _KEYWORD_BEFORE)
        and _VALUE_BEHIND.match(file.data, hit.offset + len(hit.anchor)) is not None
        for hit in files.hits_of(file, _ANCHORS)
    )


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield Diagnostic(file.path, Skip.ENCODING, "OpenSSH: not read, the file is UTF-16", rule="openssh/encoding")
        return
    used: set[str] = set()
    for name, value in _settings(document):
        if name in _BLOCKS:
            used.clear()
        keyword = _KEYWORDS.get(name)
        if keyword is None or name in used:
            continue
        if name not in _REPEATABLE and not document.is_template:
            used.add(name)
        yield from Setting(document, f"openssh/{keyword.rule}", keyword.symbol).read(keyword.read, value)


def _settings(document: Document) -> Iterator[tuple[str, Word]]:
    """Yield keyword (lower case) and value of every line, and of ``-oKeyword=value`` in crypto-policies' files."""
    start = 0
    while start < len(document.text):
        end = document.text.find("\n", start)
        end = len(document.text) if end == -1 else end
        yield from _line(document.text, start, end)
        start = end + 1


def _line(text: str, start: int, end: int) -> Iterator[tuple[str, Word]]:
    if match := _LINE.match(text, start, end):
        value = match[2]
        if comment := _COMMENT.search(value):
            value = value[: comment.start()]
        if value := value.rstrip(BLANKS):
            yield match[1].lower(), Word(value, match.start(2))
    elif text.startswith("CRYPTO_POLICY=", start):
        for option in _OPTION.finditer(text, start, end):
            yield option[1].lower(), Word(option[2], option.start(2))


DETECTOR = Detector("openssh", lambda: _ANCHORS, _wants, _detect)
