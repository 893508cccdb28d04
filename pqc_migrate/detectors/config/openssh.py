"""OpenSSH client and server configuration: ssh_config(5) and sshd_config(5), and files that they include.

A list names what is offered. A list with ``+``, ``-`` or ``^`` changes the program's own list: what is added is a
finding, what is removed is not. What the program's own list holds is known when the target is a system on which
a release of OpenSSH is installed that the catalog knows; else one finding says that the rest depends on the
runtime. So it is with a pattern (``*``) of what to offer. Which value of a keyword holds `openssh_syntax` tells.
Paths of keys say nothing sure about the algorithm of a key and are not findings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial

from pqc_migrate.catalog import algorithms, names, openssh
from pqc_migrate.detectors.config import files, installed
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.openssh_syntax import Line, Side, settings, side
from pqc_migrate.detectors.config.report import LIKELY, NEGOTIATES, NOT_FOLLOWED, UNSURE, Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind, Skip
from pqc_migrate.model.target import SourceFile

Found = Iterator[Finding | Diagnostic]
SSH = Asset.of(Kind.PROTOCOL, "SSH")
_HYBRID_SINCE = ("hybrid-by-default-since", "OpenSSH 9.0")
"""OpenSSH 9.0 put sntrup761x25519-sha512@openssh.com first in its key exchanges (release notes, 2022-04-08)."""
_ITEM = re.compile(r"[^\s,\"]+", re.ASCII)
_HASH = re.compile(r"-sha(1|224|256|384|512)(?:[@-]|$)")
_GSS = re.compile(r"gss-(?:[a-z0-9]+-)?[a-z0-9]+-")
_NONE = frozenset({"none", "null"})


@dataclass(frozen=True, slots=True)
class _Keyword:
    symbol: str
    rule: str
    read: Callable[[Setting, Word], Found]
    own: str = ""
    """Which of the program's own lists (`catalog.openssh`) ``+``, ``-`` and ``^`` change."""
    in_match: bool = True
    """sshd takes it inside a ``Match`` block (SSHCFG_ALL in servconf.c of OpenSSH 9.2)."""


def _names(
    setting: Setting, value: Word, functions: tuple[str, ...] | None, details: tuple[tuple[str, str], ...]
) -> Found:
    """Read a list whose own part, if it changes one, is not known."""
    sign = _sign(value)
    items = value.split(_ITEM)
    if sign or any(_is_pattern(item.text) for item in items):
        yield setting.finding(
            value,
            SSH,
            confidence=LIKELY,
            reason="changes the program's own list, which its version decides" if sign
            else "a pattern over the names that the program's version knows",
            details=details,
            runtime=("algorithms",),
        )  # fmt: skip
    if sign != "-":
        yield from _named(setting, items, functions)


def _named(setting: Setting, items: list[Word], functions: tuple[str, ...] | None) -> Found:
    for item in items:
        text = item.text.lstrip("+^")
        if not _is_pattern(text) and not text.startswith("!"):
            yield from _name(setting, item.part(len(item.text) - len(text), text), functions)


def _sign(value: Word) -> str:
    sign = value.text.lstrip('"')[:1]
    return sign if sign in ("+", "-", "^") else ""


def _is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


def _changed(setting: Setting, value: Word, own: tuple[str, ...], version: str) -> Found:
    """Read a list that changes the program's `own` one, which is known (kex_assemble_names in kex.c)."""
    sign = _sign(value)
    items = value.split(_ITEM)
    rest = list(own)
    if sign == "-":
        removed = [item.text.lstrip("-") for item in items]
        rest = [name for name in own if not any(fnmatchcase(name, pattern) for pattern in removed)]
    else:
        yield from _named(setting, items, _functions(setting))
    added = {_lookup(item.text.lstrip("+^")) for item in items} if sign != "-" else set()
    for asset in dict.fromkeys(_lookup(name) for name in rest):
        if asset is not None and asset not in added:
            yield setting.finding(
                value,
                asset,
                confidence=LIKELY,
                reason=f"in the own list of OpenSSH {version}, which this directive changes",
                functions=_functions(setting),
                details=(("default-of", f"OpenSSH {version}"),),
                how="library default",
            )


def _functions(setting: Setting) -> tuple[str, ...] | None:
    return ("sign", "verify") if _KEYWORDS[setting.symbol.lower()].own.endswith("signatures") else None


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
        _Keyword("KexAlgorithms", "kex-algorithms", _key_exchange, "kex", in_match=False),
        _Keyword("GSSAPIKexAlgorithms", "gssapi-kex-algorithms", _key_exchange),
        _Keyword("Ciphers", "ciphers", _protection, "ciphers", in_match=False),
        _Keyword("MACs", "macs", _protection, "macs", in_match=False),
        _Keyword("HostKeyAlgorithms", "host-key-algorithms", _signatures, "signatures", in_match=False),
        _Keyword("PubkeyAcceptedAlgorithms", "pubkey-accepted-algorithms", _signatures, "signatures"),
        _Keyword("PubkeyAcceptedKeyTypes", "pubkey-accepted-key-types", _signatures, "signatures"),
        _Keyword("HostbasedAcceptedAlgorithms", "hostbased-accepted-algorithms", _signatures, "signatures"),
        _Keyword("HostbasedAcceptedKeyTypes", "hostbased-accepted-key-types", _signatures, "signatures"),
        _Keyword("HostbasedKeyTypes", "hostbased-key-types", _signatures, "signatures"),
        _Keyword("CASignatureAlgorithms", "ca-signature-algorithms", _signatures, "ca-signatures"),
        _Keyword("FingerprintHash", "fingerprint-hash", _fingerprint, in_match=False),
        _Keyword("RequiredRSASize", "required-rsa-size", _rsa_size),
        _Keyword("Protocol", "protocol", _protocol),
        _Keyword("Include", "include", _include),
    )
}
_ALL_KEYWORDS = frozenset(_KEYWORDS)
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
    version = ""
    for line in settings(file, document, _ALL_KEYWORDS):
        keyword = _KEYWORDS[line.keyword]
        setting = Setting(document, f"openssh/{keyword.rule}", keyword.symbol)
        if line.conditional and not keyword.in_match and side(file.path) is Side.SERVER:
            yield setting.unresolved(line.value, "not allowed in a Match block, sshd does not start with it")
            continue
        version = version or _version(file, line, keyword)
        own = openssh.defaults(version, keyword.own, server=_server(file)) if keyword.own and version else None
        if own is None or not _is_change(line.value):
            yield from setting.read(keyword.read, line.value)
        else:
            yield from setting.read(partial(_changed, own=own, version=version), line.value)


def _is_change(value: Word) -> bool:
    """Return whether a value changes the program's own list by names and removes by name or pattern."""
    sign = _sign(value)
    return bool(sign) and (sign == "-" or not _is_pattern(value.text)) and value.known


def _version(file: SourceFile, line: Line, keyword: _Keyword) -> str:
    if not keyword.own or not _is_change(line.value):
        return ""
    packages = ("openssh-server", "openssh-client")
    return installed.version(file, *(packages if _server(file) is not False else reversed(packages)))


def _server(file: SourceFile) -> bool | None:
    kind = side(file.path)
    return None if kind is Side.UNKNOWN else kind is Side.SERVER


DETECTOR = Detector("openssh", lambda: _ANCHORS, _wants, _detect)
