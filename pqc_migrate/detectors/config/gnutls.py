"""GnuTLS priority strings in configuration files: what they let be negotiated, named or left by a keyword."""

from __future__ import annotations

import re

from pqc_migrate.catalog import gnutls_priorities
from pqc_migrate.catalog.gnutls_priorities import CLASSES, Priority
from pqc_migrate.detectors.config import tls
from pqc_migrate.detectors.config.document import Word
from pqc_migrate.detectors.config.lines import Found
from pqc_migrate.detectors.config.report import NEGOTIATES, Setting

_BEGIN = re.compile(
    r"(?:NONE|NORMAL|PFS|LEGACY|PERFORMANCE|SECURE(?:128|192|256)?|SUITEB(?:128|192)|@[A-Z,]+)(?:$|[:,])",
    re.IGNORECASE,
)
_DETAILS = {
    "version": "versions", "cipher": "ciphers", "exchange": "key-exchanges", "mac": "macs", "group": "groups",
    "signature": "signatures",
}  # fmt: skip


def is_priority(text: str) -> bool:
    """Return whether a value begins as a priority string does and an OpenSSL cipher string does not."""
    return _BEGIN.match(text) is not None


def priority(setting: Setting, value: Word) -> Found:
    """Report what a string names and leaves; what keywords stand for is a detail, with its releases."""
    if not value.known or "$" in value.text:
        yield setting.unresolved(value, "the priority string is filled in elsewhere")
        return
    meaning = gnutls_priorities.read(value.text)
    for offset in meaning.unknown:
        yield setting.unresolved(value.part(offset, ""), "not a known word of a priority string")
    if not meaning.negotiates and not meaning.system:
        yield setting.unresolved(value, "leaves no version or no cipher, GnuTLS refuses it")
        return
    yield tls.runtime(
        setting,
        value.part(0, ""),
        "suite",
        details=tuple(_details(meaning)),
        reason="the keywords stand for lists that the version of GnuTLS and the system's policy decide",
    )
    for one in meaning.chosen:
        if one.offset is not None and one.asset is not None:
            yield setting.finding(value.part(one.offset, ""), one.asset, reason="named in a GnuTLS priority string")


def _details(meaning: Priority) -> list[tuple[str, str]]:
    details = [
        NEGOTIATES,
        ("priority-keywords", ":".join(meaning.keywords)),
        ("as-of", gnutls_priorities.releases()),
    ]
    for kind in CLASSES:
        left = [one.name for one in meaning.of(kind) if not one.name.startswith("DTLS")]
        if left and not meaning.system:
            details.append((_DETAILS[kind], ", ".join(left)))
    return details
