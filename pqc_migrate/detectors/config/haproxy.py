"""HAProxy: TLS of ``bind`` and ``server`` lines with their defaults, converters of rules, passwords of user lists.

``no-tlsv10`` excludes and is no finding; ``no-sslv3`` alone leaves the versions to HAProxy, whose ``bind`` lines
begin at TLS 1.2 by default (configuration manual 2.6); ``force-tlsv12`` leaves one version. Where a line sets no
groups, the defaults of ``global`` are looked at before the version of the TLS library is said to decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pqc_migrate.catalog import algorithms, names, notations
from pqc_migrate.detectors.config import files, tls
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.report import LONGEST, NEGOTIATES, TOO_LONG, Setting
from pqc_migrate.detectors.config.words_syntax import lines
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind, Skip
from pqc_migrate.model.target import SourceFile

Found = Iterator[Finding | Diagnostic]
Reader = Callable[[Setting, Word], Found]
_TELLING = frozenset(
    {
        b"ssl-default-bind-", b"ssl-default-server-", b"tune.ssl.default-dh-param", b"ssl-dh-param-file",
        b"ssl-server-verify",
    }
)  # fmt: skip
_OTHERS = frozenset(
    {
        b" ssl ", b" ssl\n", b" crt ", b"quic4@", b"quic6@", b" password $", b",sha1", b",sha2", b",digest(",
        b",hmac(", b",aes_gcm_", b",jwt_verify(", b" force-tlsv", b" ciphers ", b" ssl-min-ver ",
    }
)  # fmt: skip
_ANCHORS = _TELLING | _OTHERS
_NAME_BEFORE = re.compile(rb"[ \t]*")
_SECTION = re.compile(rb"^(?:global|defaults|frontend|backend|listen)\b[^\n{}=:]*$", re.MULTILINE)
_BEGINS_WITH_SECTION = re.compile(rb"(?:[ \t]*(?:#[^\n]*)?\r?\n)*global[ \t]*(?:#[^\n]*)?\r?\n[ \t]+[a-z]")
"""A configuration without its suffix begins so; prose and manuals with examples do not."""
_SERVES = re.compile(rb"^[ \t]+(?:bind|server|default-server)[ \t][^\n;]*[ \t]ssl(?:[ \t]|$)", re.MULTILINE)

_FORCED = {
    "force-sslv3": "SSLv3", "force-tlsv10": "TLSv1.0", "force-tlsv11": "TLSv1.1", "force-tlsv12": "TLSv1.2",
    "force-tlsv13": "TLSv1.3",
}  # fmt: skip
_EXCLUDED = {
    "no-sslv3": "sslv3", "no-tlsv10": "tlsv1", "no-tlsv11": "tlsv1.1", "no-tlsv12": "tlsv1.2",
    "no-tlsv13": "tlsv1.3",
}  # fmt: skip
_NO_TLS13 = frozenset({"no-tlsv13", *_FORCED}) - {"force-tlsv13"}
_OLD_MAXIMUM = frozenset({"sslv3", "tlsv1.0", "tlsv1.1", "tlsv1.2"})
_SIZE = re.compile(r"\d{3,5}", re.ASCII)
_CRYPT = re.compile(r"\$[0-9a-z]{1,3}\$")
_CONVERTER = re.compile(
    r",(?P<name>sha1|sha2|digest|hmac|aes_gcm_enc|aes_gcm_dec|jwt_verify)(?![\w-])(?:\((?P<first>[^,()]*)[^()]*\))?",
    re.ASCII,
)


@dataclass(slots=True)
class _Defaults:
    """What ``global`` sets for every line of one side (``bind``, ``server``)."""

    groups_set: set[str] = field(default_factory=set)
    no_tls13: set[str] = field(default_factory=set)


def _versions(bound: str = "") -> Reader:
    return lambda setting, word: tls.versions(setting, (word,), bound=bound)


def _verify(setting: Setting, word: Word) -> Found:
    if word.text == "none":
        yield tls.unverified(setting, word)


def _largest_dh(setting: Setting, word: Word) -> Found:
    if _SIZE.fullmatch(word.text):
        asset = Asset.of(Kind.ALGORITHM, "FFDH", size=word.text)
        yield setting.finding(word, asset, details=(("bound", "maximum"),))
    else:
        yield setting.unresolved(word, "not a size in bits" if word.known else "the size is filled in elsewhere")


_OPTIONS: dict[str, Reader] = {
    "crt": tls.certificate,
    "ca-file": tls.certificate,
    "ca-verify-file": tls.certificate,
    "ca-sign-file": tls.certificate,
    "ciphers": tls.cipher_string,
    "ciphersuites": tls.suite_list,
    "curves": tls.groups,
    "ecdhe": tls.groups,
    "sigalgs": tls.signature_schemes,
    "client-sigalgs": tls.signature_schemes,
    "ssl-min-ver": _versions("minimum"),
    "ssl-max-ver": _versions("maximum"),
}
"""Options of ``bind`` and ``server`` lines, which take one word."""
_GLOBAL: dict[str, Reader] = {
    "tune.ssl.default-dh-param": _largest_dh,
    "ssl-dh-param-file": tls.dh_parameters,
    "ssl-server-verify": _verify,
} | {
    f"ssl-default-{side}-{name}": _OPTIONS[name]
    for side in ("bind", "server")
    for name in ("ciphers", "ciphersuites", "curves", "sigalgs", "client-sigalgs")
}
_SIDES = {"bind": "bind", "server": "server", "default-server": "server", "peer": "server"}


def _options(document: Document, side: str, words: tuple[Word, ...], prefix: str) -> Found:
    """Read the options of a line; `prefix` is what stands before them in rule and symbol."""
    yield from _left_over(document, words, prefix)
    for place, word in enumerate(words):
        setting = Setting(document, f"haproxy/{prefix}-{word.text}", f"{prefix} {word.text}")
        follower = words[place + 1] if place + 1 < len(words) else None
        if version := _FORCED.get(word.text):
            asset = names.lookup("tls_versions", version)
            if asset is not None:
                yield setting.finding(word.part(0, ""), asset)
        elif follower is not None and not follower.text.startswith("@") and (reader := _OPTIONS.get(word.text)):
            yield from setting.read(reader, follower)
        elif follower is not None and word.text == "verify" and side == "server":
            yield from _verify(setting, follower)


def _left_over(document: Document, words: tuple[Word, ...], prefix: str) -> Found:
    """Report what ``no-tlsv10 no-tlsv11`` leaves; without both, the version of HAProxy decides the lowest."""
    excluded = [word for word in words if word.text in _EXCLUDED]
    texts = {word.text for word in excluded}
    if not texts >= {"no-tlsv10", "no-tlsv11"} or any(_decides_versions(word.text) for word in words):
        return
    setting = Setting(document, f"haproxy/{prefix}-{excluded[-1].text}", f"{prefix} {excluded[-1].text}")
    if "no-tlsv12" not in texts or "no-tlsv13" not in texts:
        yield tls.excluded(setting, excluded[-1], {"sslv3", *(_EXCLUDED[text] for text in texts)})


def _decides_versions(text: str) -> bool:
    return text in _FORCED or text in ("ssl-min-ver", "ssl-max-ver")


def _line(document: Document, words: tuple[Word, ...], defaults: _Defaults) -> Found:
    """Read a ``bind`` or ``server`` line: its options, and TLS itself where it is switched on."""
    name = words[0].text
    side = _SIDES[name]
    options = words[1:]
    texts = {word.text for word in options}
    groups_set = bool(texts & {"curves", "ecdhe"}) or side in defaults.groups_set
    no_tls13 = _leaves_out_tls13(options) or side in defaults.no_tls13
    for word in options:
        if word.text == "ssl":
            setting = Setting(document, f"haproxy/{name}-ssl", f"{name} ssl")
            yield _switched_on(setting, word, tls.TLS, groups_set=groups_set, tls13=not no_tls13)
        elif word.text.startswith(("quic4@", "quic6@")):
            setting = Setting(document, "haproxy/bind-quic", "bind")
            quic = Asset.of(Kind.PROTOCOL, "QUIC")
            yield _switched_on(setting, word.part(0, ""), quic, groups_set=groups_set, tls13=True)
    yield from _options(document, side, options, name)


def _switched_on(setting: Setting, word: Word, asset: Asset, *, groups_set: bool, tls13: bool) -> Finding:
    if groups_set:
        return setting.finding(word.part(0, ""), asset, reason=tls.ON_WITH_GROUPS)
    hybrid = tls.HYBRID_SINCE if tls13 else ("hybrid", "not without TLS 1.3, which the options leave out")
    return tls.runtime(setting, word, "group", asset=asset, details=(NEGOTIATES, hybrid))


def _leaves_out_tls13(words: tuple[Word, ...]) -> bool:
    texts = [word.text for word in words]
    maximum = texts[texts.index("ssl-max-ver") + 1 :][:1] if "ssl-max-ver" in texts else []
    return any(text in _NO_TLS13 for text in texts) or any(text.lower() in _OLD_MAXIMUM for text in maximum)


def _user(document: Document, words: tuple[Word, ...]) -> Found:
    """Read ``user name password $6$…``: the prefix names the hash."""
    for place, word in enumerate(words[:-1]):
        if word.text == "password" and (prefix := _CRYPT.match(words[place + 1].text)):
            setting = Setting(document, "haproxy/user-password", "user password")
            if asset := names.lookup("crypt", prefix[0]):
                yield setting.finding(words[place + 1].part(0, ""), asset, functions=("digest",))
            else:
                yield setting.unresolved(words[place + 1], "not a known hash")


def _converters(document: Document, words: tuple[Word, ...]) -> Found:
    """Read the converters in the samples of a rule (``var(txn.x),sha2(256)``)."""
    for word in words[1:]:
        for match in _CONVERTER.finditer(word.text):
            name, first = match["name"], (match["first"] or "").strip("\"' ")
            setting = Setting(document, f"haproxy/{name.replace('_', '-')}", name)
            place = word.part(match.start("name"), "")
            asset = _converted(name, first)
            if asset is not None:
                functions = ("verify",) if name == "jwt_verify" else _CIPHERS.get(name)
                yield setting.finding(place, asset, functions=functions)
            else:
                yield setting.unresolved(place, "the algorithm is filled in elsewhere")


_CIPHERS = {"aes_gcm_enc": ("encrypt",), "aes_gcm_dec": ("decrypt",)}


def _converted(name: str, first: str) -> Asset | None:
    if name == "sha1":
        return Asset.of(Kind.ALGORITHM, "SHA-1")
    if name == "sha2":
        return names.lookup("digests", f"sha{first or 256}") if (first or "256").isdigit() else None
    if name in ("digest", "hmac"):
        found = notations.read("digests", first)
        if found is None or name == "digest":
            return found.asset if found is not None else None
        return Asset.of(Kind.ALGORITHM, "HMAC", digest=algorithms.name(found.asset))
    if name == "jwt_verify":
        return names.lookup("jose", first)
    return Asset.of(Kind.ALGORITHM, "AES", mode="GCM", size=first if first in ("128", "192", "256") else None)


def _wants(file: SourceFile) -> bool:
    if not files.may_be(file, "haproxy") and not _is_whole(file):
        return False
    hits = list(files.hits_of(file, _ANCHORS))
    if not hits or file.language == "haproxy":
        return bool(hits)
    if any(hit.anchor in _TELLING and files.starts_directive(file, hit, _NAME_BEFORE) for hit in hits):
        return True
    return _SECTION.search(file.data) is not None and _SERVES.search(file.data) is not None


def _is_whole(file: SourceFile) -> bool:
    """Return whether a ``.txt`` is a whole configuration: it begins with ``global`` and has another section."""
    if not file.name.endswith(".txt") or _BEGINS_WITH_SECTION.match(file.data) is None:
        return False
    return len(set(_SECTION.findall(file.data))) > 1


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield Diagnostic(file.path, Skip.ENCODING, "haproxy: not read, the file is UTF-16", rule="haproxy/encoding")
        return
    known = list(lines(document))
    defaults = _defaults(known)
    for words in known:
        yield from _read(document, words, defaults)


def _read(document: Document, words: tuple[Word, ...], defaults: _Defaults) -> Found:
    name = words[0].text
    if sum(len(word.text) + 1 for word in words) > LONGEST:
        if name in _SIDES or name in _GLOBAL:
            yield Setting(document, f"haproxy/{name.replace('.', '-')}", name).unresolved(words[0], TOO_LONG)
    elif name in _SIDES:
        yield from _line(document, words, defaults)
    elif name in ("ssl-default-bind-options", "ssl-default-server-options"):
        yield from _options(document, name.split("-")[2], words[1:], name)
    elif name in _GLOBAL:
        for value in words[1:2]:
            yield from Setting(document, f"haproxy/{name.replace('.', '-')}", name).read(_GLOBAL[name], value)
    elif name == "user":
        yield from _user(document, words)
    else:
        yield from _converters(document, words)


def _defaults(known: list[tuple[Word, ...]]) -> _Defaults:
    found = _Defaults()
    for words in known:
        for side in ("bind", "server"):
            if words[0].text == f"ssl-default-{side}-curves":
                found.groups_set.add(side)
            elif words[0].text == f"ssl-default-{side}-options" and _leaves_out_tls13(words[1:]):
                found.no_tls13.add(side)
    return found


DETECTOR = Detector("haproxy", lambda: _ANCHORS, _wants, _detect)
