"""Detector: system-wide crypto policies (``*.pol``, ``*.pmod``, ``crypto-policies/config``) of Fedora and RHEL.

Source: crypto-policies(7) and update-crypto-policies(8); the policies of fedora-crypto-policies. A word that a
module takes away (``-SHA1``) is not used; what the policy named in ``config`` allows, the installed release
decides.
"""

from __future__ import annotations

import re

from pqc_migrate.catalog import names
from pqc_migrate.detectors.config import files, lines
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found
from pqc_migrate.detectors.config.report import NEGOTIATES, UNSURE, Setting
from pqc_migrate.detectors.config.tls import TLS
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Kind
from pqc_migrate.model.target import SourceFile

_POLICY = re.compile(r".*\.(?:pol|pmod)", re.IGNORECASE)
_CONFIG = re.compile(r"(?:.*/)?crypto-policies/(?:config|state/current|default-config)")
_LISTS = frozenset({"mac", "group", "hash", "sign", "cipher", "protocol"})
_LIMITS = {"min_dh_size": "FFDH", "min_dsa_size": "DSA", "min_rsa_size": "RSA", "min_ec_size": "EC"}
_KEY = re.compile(r"([a-z_0-9]+)(?:@(.+))?")
_SETTING = re.compile(rb"^(?:mac|group|hash|sign|cipher|protocol|min_rsa_size)(?:@\S+)?[ \t]*=", re.MULTILINE)
_WORD = re.compile(r"[^\s\\]+")
_POLICIES = frozenset({"DEFAULT", "LEGACY", "FUTURE", "FIPS", "NEXT", "EMPTY"})
_SILENT = frozenset({"AEAD"})
_SCOPE = re.compile(r"[A-Za-z0-9_{},.*-]{1,60}")


def _wants(file: SourceFile) -> bool:
    if _CONFIG.fullmatch(file.path):
        return True
    return (
        _POLICY.fullmatch(file.name) is not None
        and files.may_be(file, "crypto-policies")
        and _SETTING.search(file.data) is not None
    )


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield from lines.wide(document, "crypto-policies", "crypto-policies")
    elif _CONFIG.fullmatch(file.path):
        yield from _chosen(document)
    else:
        yield from _policy(document)


def _chosen(document: Document) -> Found:
    """Say which policy the system follows; the modules behind a colon change it."""
    for line in list(lines.physical(document))[:1]:
        name, *modules = line.text.strip().split(":")
        setting = Setting(document, "crypto-policies/policy", "update-crypto-policies")
        if name.upper() not in _POLICIES:
            yield setting.unresolved(line, "a policy that this program does not know")
            continue
        details = (NEGOTIATES, ("system-policy", name.upper()), ("modules", str(len(modules))))
        reason = "the policy of the system, what it allows the release of crypto-policies decides"
        yield setting.finding(line, TLS, reason=reason, details=details, functions=(), runtime=("algorithms",))


def _policy(document: Document) -> Found:
    """Read lists and limits; in a policy the last value of a key counts, a module's changes all do."""
    module = document.path.lower().endswith(".pmod")
    held: dict[str, tuple[Word, Word]] = {}
    for line in lines.backslashed(document):
        if pair := lines.assignment(lines.without_comment(line)):
            held[f"{pair[0].text}{pair[0].offset if module else ''}"] = pair
    for name, value in held.values():
        if key := _KEY.fullmatch(name.text):
            yield from _value(document, key[1], key[2] or "", value)


def _value(document: Document, key: str, scope: str, value: Word) -> Found:
    setting = Setting(document, f"crypto-policies/{key.replace('_', '-')}", key)
    details = (("scope", scope),) if scope and _SCOPE.fullmatch(scope) else ()
    if key in _LIMITS and value.text.isascii() and value.text.isdigit():
        asset = Asset.of(Kind.ALGORITHM, _LIMITS[key])
        reason = "a lower limit for keys, not a key"
        details = (*details, ("minimum-size", value.text[:6]))
        yield setting.finding(value, asset, confidence=UNSURE, reason=reason, details=details, functions=())
    elif key in _LISTS:
        for item in value.split(_WORD):
            text = item.text.strip("+")
            if text.startswith("-") or "*" in text or text.upper() in _SILENT:
                continue
            word = item.part(item.text.find(text), text)
            if allowed := names.lookup("crypto-policies", text):
                yield setting.finding(word, allowed, reason="allowed by a policy of the system", details=details)
            else:
                yield setting.unresolved(word, "not a word that this program knows")


DETECTOR = Detector("crypto-policies", frozenset, _wants, _detect)
