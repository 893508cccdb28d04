"""Caddyfile: the TLS of sites and of upstreams, keys of certificates, and password hashes of ``basic_auth``.

Source: Caddyfile directives tls, reverse_proxy (transport http) and basic_auth, global option key_type
(caddyserver.com/docs). A site serves TLS without any directive; what it negotiates then Caddy's version decides,
and only a directive about TLS is a finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import takewhile

from pqc_migrate.catalog import names
from pqc_migrate.detectors.config import files, tls
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.report import LONGEST, TOO_LONG, Setting
from pqc_migrate.detectors.config.words_syntax import lines
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind, Skip
from pqc_migrate.model.target import SourceFile

Found = Iterator[Finding | Diagnostic]
_ANCHORS = frozenset({b"tls", b"key_type", b"basic_auth", b"basicauth"})
_NAME = re.compile(r"(?:.*\.)?Caddyfile(?:[._-].*)?|.*\.caddy(?:file)?", re.IGNORECASE)
_VERSIONS: Mapping[str, Asset] = {
    "tls1.2": Asset.of(Kind.PROTOCOL, "TLS", version="1.2"),
    "tls1.3": Asset.of(Kind.PROTOCOL, "TLS", version="1.3"),
}
_KEY_TYPES: Mapping[str, Asset] = {
    "ed25519": Asset.of(Kind.ALGORITHM, "Ed25519"),
    "p256": Asset.of(Kind.ALGORITHM, "EC", curve="P-256"),
    "p384": Asset.of(Kind.ALGORITHM, "EC", curve="P-384"),
    "rsa2048": Asset.of(Kind.ALGORITHM, "RSA", size=2048),
    "rsa4096": Asset.of(Kind.ALGORITHM, "RSA", size=4096),
}
_CURVES = {"p256": "P-256", "p384": "P-384", "p521": "P-521"}
"""Caddy's own short names; other groups have those of the standards (modules/caddytls/values.go)."""
_LONGEST_BLOCK = 64
"""Lines of a ``tls`` block that are looked through for its groups."""
_CRYPT = re.compile(r"\$(?:2[abxy]?|argon2id?)\$")


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield Diagnostic(file.path, Skip.ENCODING, "caddyfile: not read, it is UTF-16", rule="caddyfile/encoding")
        return
    blocks: list[str] = []
    known = list(lines(document))
    for place, words in enumerate(known):
        if words[-1].text == "}" and len(words) == 1:
            del blocks[-1:]
            continue
        opens = words[-1].text == "{"
        if sum(len(word.text) + 1 for word in words) > LONGEST:
            yield Setting(document, "caddyfile/line", "").unresolved(words[0], TOO_LONG)
        else:
            inside = known[place + 1 : place + _LONGEST_BLOCK] if opens else []
            yield from _line(document, blocks, words[: len(words) - opens], inside)
        if opens:
            blocks.append("http" if words[0].text == "transport" else words[0].text)


def _line(document: Document, blocks: list[str], words: tuple[Word, ...], inside: list[tuple[Word, ...]]) -> Found:
    """Read a line; `inside` are those behind the brace that it opens."""
    if not words:
        return
    name, arguments = words[0].text, words[1:]
    around = blocks[-1] if blocks else ""
    if name == "tls" and len(blocks) <= 1 and around != "{":  # a directive of a site or of a snippet
        yield from _tls(document, words, inside)
    elif (around == "tls" and name in _OPTIONS) or (name == "key_type" and around == "{"):
        yield from _option(document, name, arguments)
    elif around == "http" and name in ("tls", "tls_insecure_skip_verify", "tls_client_auth", "tls_curves"):
        yield from _transport(document, words)
    elif around in ("basic_auth", "basicauth") and len(words) > 1:
        yield from _password(document, words[1])


def _tls(document: Document, words: tuple[Word, ...], inside: list[tuple[Word, ...]]) -> Found:
    """Read ``tls``, ``tls internal``, ``tls mail`` or ``tls certificate key``."""
    setting = Setting(document, "caddyfile/tls", "tls")
    own = takewhile(lambda line: line[0].text != "}", inside)
    if any(line[0].text == "curves" for line in own):
        yield setting.finding(words[0].part(0, ""), tls.TLS, reason=tls.ON_WITH_GROUPS)
    else:
        yield tls.runtime(setting, words[0].part(0, ""), "group", details=_DETAILS)
    if len(words) == 3:
        yield from tls.certificate(setting, words[1])


_DETAILS = (("negotiates", "depends on runtime"), ("hybrid-by-default-since", "Go 1.24"))
"""Go 1.24 release notes, crypto/tls: X25519MLKEM768 is on by default where CurvePreferences is not set."""


def _option(document: Document, name: str, arguments: tuple[Word, ...]) -> Found:
    setting = Setting(document, f"caddyfile/{name.replace('_', '-')}", name)
    for place, word in enumerate(arguments):
        if name == "protocols":
            bound = "maximum" if place else "minimum"
            yield from tls.versions(setting, (word,), bound=bound, words=_VERSIONS)
        elif name == "ciphers":
            yield from tls.suite_list(setting, word)
        elif name == "curves":
            yield from _group(setting, word)
        elif name == "ca_root":
            yield from tls.certificate(setting, word)
        elif asset := _KEY_TYPES.get(word.text):
            yield setting.finding(word, asset, functions=("keygen",))
        else:
            yield setting.unresolved(
                word, "not a known type of key" if word.known else "the key is filled in elsewhere"
            )


_OPTIONS = frozenset({"protocols", "ciphers", "curves", "key_type", "ca_root"})


def _group(setting: Setting, word: Word) -> Found:
    spelled = _CURVES.get(word.text.lower(), word.text)
    yield from tls.groups(setting, Word(spelled, word.offset, fixed=True, defined_at=word.defined_at))


def _transport(document: Document, words: tuple[Word, ...]) -> Found:
    """Read what ``transport http`` says of the connection to an upstream."""
    name = words[0].text
    setting = Setting(document, f"caddyfile/transport-{name.replace('_', '-')}", f"transport http {name}")
    if name == "tls":
        yield tls.runtime(setting, words[0].part(0, ""), "group", details=_DETAILS)
    elif name == "tls_insecure_skip_verify":
        yield tls.unverified(setting, words[0])
    elif name == "tls_client_auth" and len(words) == 3:
        yield from tls.certificate(setting, words[1])
    elif name == "tls_curves":
        for word in words[1:]:
            yield from _group(setting, word)


def _password(document: Document, word: Word) -> Found:
    prefix = _CRYPT.match(word.text)
    asset = names.lookup("crypt", prefix[0]) if prefix else None
    if asset is not None:
        setting = Setting(document, "caddyfile/basic-auth", "basic_auth")
        yield setting.finding(word.part(0, ""), asset, functions=("digest",))


def _wants(file: SourceFile) -> bool:
    return _NAME.fullmatch(file.name) is not None and any(True for _ in files.hits_of(file, _ANCHORS))


DETECTOR = Detector("caddyfile", lambda: _ANCHORS, _wants, _detect)
