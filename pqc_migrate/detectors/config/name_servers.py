"""Detector: Knot DNS, NSD and Unbound (``knot.conf`` …): TSIG keys, signing policies, TLS.

Sources: knot.conf(5) 3.2, nsd.conf(5) 4.6, unbound.conf(5) 1.17. All three write ``name: value``; which section
a line stands in tells what ``algorithm`` means.
"""

from __future__ import annotations

import re

from pqc_migrate.catalog import names
from pqc_migrate.detectors.config import dns, files, lines, tls
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found, Reader
from pqc_migrate.detectors.config.report import Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.target import SourceFile

_PATH = re.compile(
    r"(?:.*/)?(?:(?:knot|nsd|unbound)[^/]*\.conf[^/]*|(?:knot|nsd|unbound)(?:\.conf\.d)?/[^/]+\.conf)"
)
_LINE = re.compile(r"([ \t]*)(-?[ \t]*)([a-z0-9-]+):[ \t]*(.*)")
_SIZE = frozenset({"ksk-size", "zsk-size"})
_READERS: dict[str, Reader] = {
    "tls-ciphers": tls.cipher_string,
    "tls-ciphersuites": tls.suite_list,
    "tls-service-pem": tls.certificate,
}


def _wants(file: SourceFile) -> bool:
    return files.may_be(file, "name-server") and _PATH.fullmatch(file.path) is not None


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield from lines.wide(document, "name-server", "name server")
        return
    section, algorithm = "", None
    sizes: dict[str, str] = {}
    for name, value, starts in _settings(document):
        if starts or not value.text:
            yield from _policy(document, algorithm, sizes)
            algorithm, sizes = None, {}
            section = name if not value.text else section
        if name == "algorithm" and section == "policy":
            algorithm = value
        elif name in _SIZE and value.text.isdigit():
            sizes[name] = value.text[:5]
        elif name == "algorithm" and section == "key":
            yield from dns.tsig(Setting(document, "name-server/key-algorithm", "algorithm"), value)
        elif name == "nsec3" and value.text == "on" and (asset := names.lookup("digests", "sha1")):
            reason = "NSEC3 has no other hash (RFC 5155)"
            yield Setting(document, "name-server/nsec3", "nsec3").finding(value.part(0, ""), asset, reason=reason)
        else:
            yield from lines.read(document, "name-server", _READERS, name, value)
    yield from _policy(document, algorithm, sizes)


def _policy(document: Document, algorithm: Word | None, sizes: dict[str, str]) -> Found:
    """Report the algorithm of a policy with each size that it sets for its keys."""
    if algorithm is None:
        return
    setting = Setting(document, "name-server/policy-algorithm", "algorithm")
    for size in sorted(set(sizes.values())) or [""]:
        yield from dns.signing(setting, algorithm, size)


def _settings(document: Document) -> list[tuple[str, Word, bool]]:
    """Return name, value and whether the line begins a new entry."""
    settings = []
    for line in lines.physical(document):
        if match := _LINE.fullmatch(line.text):
            value = lines.unquoted(lines.without_comment(line.part(match.start(4), match[4])))
            settings.append((match[3], value, "-" in match[2] or (match[3] == "key" and not value.text)))
    return settings


DETECTOR = Detector("name-server", frozenset, _wants, _detect)
