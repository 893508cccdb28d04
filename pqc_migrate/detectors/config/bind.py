"""Detector: BIND (``named.conf``, ``rndc.key``, ``bind.keys``): TSIG keys, signing policies, trust anchors, TLS.

Source: BIND 9.18 Administrator Reference Manual, configuration reference. ``dnssec-policy default`` and values
that are not set are the release's. Algorithms of ``disable-algorithms`` are not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pqc_migrate.catalog import names
from pqc_migrate.detectors.config import dns, files, lines, tls
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found
from pqc_migrate.detectors.config.report import Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.target import SourceFile

_ANCHORS = frozenset({b"algorithm", b"dnssec-policy", b"trust-anchors", b"managed-keys", b"trusted-keys", b"tls "})
_NAMES = re.compile(r"named[^/]*\.conf[^/]*|rndc\.(?:key|conf)(?:\.[^/]*)?|bind\.keys|[^/]*\.tsig", re.IGNORECASE)
_PATH = re.compile(r"(?:.*/)?(?:bind|named)/.*")
_STATEMENT = re.compile(
    rb"^[ \t]*(?:key[ \t]+\S+[ \t\r\n]*\{|dnssec-policy[ \t]|trust-anchors[ \t\r\n]*\{|managed-keys[ \t\r\n]*\{"
    rb"|trusted-keys[ \t\r\n]*\{|tls[ \t]+\S+[ \t\r\n]*\{)",
    re.MULTILINE,
)
_TOKEN = re.compile(
    r"//[^\n]*|\#[^\n]*|/\*.*?(?:\*/|\Z)|(?P<quoted>\"[^\"]*\"?)|(?P<mark>[{};])|(?P<word>[^\s{};\"]+)", re.DOTALL
)
_MOST_TOKENS = 500_000
_DEEPEST = 64


@dataclass(frozen=True, slots=True)
class _Statement:
    words: tuple[Word, ...]
    blocks: tuple[str, ...]
    """First words of the blocks around it, the outermost first."""


def _wants(file: SourceFile) -> bool:
    if not files.may_be(file, "bind"):
        return False
    named = _NAMES.fullmatch(file.name) is not None or _PATH.fullmatch(file.path) is not None
    return named and any(True for _ in files.hits_of(file, _ANCHORS)) and _STATEMENT.search(file.data) is not None


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield from lines.wide(document, "bind", "BIND")
        return
    for statement in _statements(document):
        yield from _read(document, statement)


def _read(document: Document, statement: _Statement) -> Found:
    words, blocks = statement.words, statement.blocks
    name = words[0].text.lower()
    if blocks and blocks[-1] == "key" and name == "algorithm" and len(words) > 1:
        yield from dns.tsig(Setting(document, "bind/key-algorithm", "algorithm"), words[1])
    elif name == "session-keyalg" and len(words) > 1:
        yield from dns.tsig(Setting(document, "bind/session-keyalg", "session-keyalg"), words[1])
    elif blocks[:1] == ("dnssec-policy",):
        yield from _policy(document, words, blocks)
    elif name == "dnssec-policy" and len(words) == 2 and words[1].text.lower() in ("default", "insecure"):
        if words[1].text.lower() == "default":
            setting = Setting(document, "bind/dnssec-policy", "dnssec-policy")
            yield setting.unresolved(words[1], "the release's own policy decides the algorithm of the keys")
    elif blocks and blocks[-1] in ("trust-anchors", "managed-keys", "trusted-keys"):
        yield from _anchor(document, words, blocks[-1])
    elif "tls" in blocks:
        yield from _tls(document, words, blocks)


def _policy(document: Document, words: tuple[Word, ...], blocks: tuple[str, ...]) -> Found:
    """Read ``ksk lifetime unlimited algorithm rsasha256 2048`` and ``nsec3param``."""
    texts = [word.text.lower() for word in words]
    if blocks[-1] == "keys" and "algorithm" in texts[:-1]:
        at = texts.index("algorithm") + 1
        size = texts[at + 1] if len(texts) > at + 1 and texts[at + 1].isdigit() else ""
        yield from dns.signing(Setting(document, "bind/dnssec-policy", "dnssec-policy"), words[at], size[:5])
    elif texts[0] == "nsec3param" and (asset := names.lookup("digests", "sha1")):
        setting = Setting(document, "bind/nsec3param", "nsec3param")
        yield setting.finding(words[0].part(0, ""), asset, reason="NSEC3 has no other hash (RFC 5155)")


def _anchor(document: Document, words: tuple[Word, ...], block: str) -> Found:
    """Read ``. initial-key 257 3 8 "…"`` and ``example. static-ds 1 13 2 "…"``."""
    texts = [word.text.lower() for word in words]
    setting = Setting(document, f"bind/{block}", block)
    if len(words) > 5 and texts[1].endswith("-ds"):
        asset = dns.digest(texts[4])
        yield from dns.signing(setting, words[3], functions=("verify",))
        if asset is not None:
            yield setting.finding(words[4], asset)
    elif len(words) > 5 and texts[1].endswith("-key"):
        yield from dns.key(setting, words[4], texts[2], "".join(word.text for word in words[5:]))
    elif len(words) > 4 and block == "trusted-keys":
        yield from dns.key(setting, words[3], texts[1], "".join(word.text for word in words[4:]))


def _tls(document: Document, words: tuple[Word, ...], blocks: tuple[str, ...]) -> Found:
    name = words[0].text.lower()
    setting = Setting(document, f"bind/tls-{blocks[-1] if blocks[-1] != 'tls' else name}", name)
    if blocks[-1] == "protocols":
        yield from tls.versions(Setting(document, "bind/tls-protocols", "protocols"), words[:1])
    elif blocks[-1] == "tls" and len(words) > 1:
        reader = {
            "ciphers": tls.cipher_string, "cipher-suites": tls.suite_list, "cert-file": tls.certificate,
            "dhparam-file": tls.dh_parameters,
        }.get(name)  # fmt: skip
        if reader:
            yield from setting.read(reader, words[1])


def _statements(document: Document) -> Iterator[_Statement]:
    """Yield every statement that ends in a semicolon, with the blocks around it."""
    words: list[Word] = []
    blocks: list[str] = []
    for count, token in enumerate(_TOKEN.finditer(document.text)):
        if count > _MOST_TOKENS or len(blocks) > _DEEPEST:
            return
        if token["word"]:
            words.append(Word(token["word"], token.start()))
        elif token["quoted"]:
            words.append(Word(token["quoted"].strip('"'), token.start() + 1))
        elif token["mark"] == "{":
            blocks.append(words[0].text.lower() if words else "")
            words = []
        elif token["mark"] == "}":
            blocks = blocks[:-1]
            words = []
        elif token["mark"] == ";" and words:
            yield _Statement(tuple(words), tuple(blocks))
            words = []


DETECTOR = Detector("bind", lambda: _ANCHORS, _wants, _detect)
