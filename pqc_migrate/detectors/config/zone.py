"""Detector: DNS zone files (RFC 1035 section 5): DNSSEC keys and signatures, and DKIM keys in TXT records.

A DNSKEY is a finding with the size that its key has. Signatures, digests of children and hashed names are many:
one finding an algorithm says how many records there are. DKIM records (RFC 6376 section 3.6.1, RFC 8463) are
found in any text file that holds one.
"""

from __future__ import annotations

import binascii
import re
from itertools import islice

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from pqc_migrate.catalog import names
from pqc_migrate.detectors.config import dns, files
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found
from pqc_migrate.detectors.config.report import Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Kind
from pqc_migrate.model.target import SourceFile

_ANCHORS = frozenset({b"DNSKEY", b"RRSIG", b"NSEC3PARAM", b"v=DKIM1"})
_BEFORE = r"^(?:[^\s;]\S*[ \t]+|[ \t]+)(?:\d+\w*[ \t]+)?(?:IN[ \t]+)?(?:\d+\w*[ \t]+)?"
_DNSKEY = re.compile(
    _BEFORE + r"C?DNSKEY[ \t(\r\n]+(?P<flags>\d{1,5})[ \t\r\n]+3[ \t\r\n]+(?P<algorithm>\w[\w-]*)[ \t(]",
    re.MULTILINE,
)
_RRSIG = re.compile(_BEFORE + r"RRSIG[ \t]+[A-Z0-9]+[ \t]+(?P<algorithm>\d{1,3})[ \t]+\d+[ \t]", re.MULTILINE)
_DS = re.compile(
    _BEFORE + r"C?DS[ \t(]+\d{1,5}[ \t]+\d{1,3}[ \t]+(?P<algorithm>\d{1,3})[ \t(]+[0-9A-Fa-f]{8}", re.MULTILINE
)
_NSEC3 = re.compile(
    _BEFORE + r"NSEC3(?:PARAM)?[ \t]+(?P<algorithm>1)[ \t]+\d{1,3}[ \t]+\d{1,5}[ \t]+[-0-9A-Fa-f]+", re.MULTILINE
)
_COMMENT = re.compile(r";[^\n]*")
_LONGEST_RECORD = 4096
_DKIM = "v=DKIM1"
_GENERATED = re.compile(
    rb"[\w.-]+\._domainkey[\w.-]*[ \t]+(?:\d+[ \t]+)?IN[ \t]+TXT[ \t]|\"?v=DKIM1[ \t]*;[^\n]{1,4000}+\s*\Z"
)
"""What opendkim-genkey(8) writes into ``selector.txt``, or one record and nothing else; other texts are prose."""
_LONGEST_NAME = 1024
"""Characters in front of a record's data on its line that are looked at."""
_MOST_RECORDS = 100_000
_MOST_KEYS = 10_000
_TAG = re.compile(r"(?:^|;)[ \t]*([a-z])[ \t]*=[ \t]*([^;]*)")
_P = re.compile(r"(?:^|[;\s\"])p[ \t]*=")
_QUOTES = re.compile(r"[\"\s()]|\\(?=;)")


def _wants(file: SourceFile) -> bool:
    if not any(True for _ in files.hits_of(file, _ANCHORS)):
        return False
    if file.name.endswith(".txt"):
        return _GENERATED.match(file.data) is not None
    return files.may_be(file, "dns-zone")


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        return
    for hit in islice(files.hits_of(file, frozenset({b"v=DKIM1"})), _MOST_KEYS):
        yield from _dkim(document, hit.offset)
    setting = Setting(document, "dns-zone/dnskey", "DNSKEY")
    for match in _DNSKEY.finditer(document.text):
        algorithm = Word(match["algorithm"], match.start("algorithm"))
        key = _COMMENT.sub("", _record(document.text, match.end() - 1))
        yield from dns.key(setting, algorithm, match["flags"], key)
    yield from _counted(document, "rrsig", "RRSIG", _RRSIG, "dnssec")
    yield from _counted(document, "ds", "DS", _DS, "")
    yield from _counted(document, "nsec3", "NSEC3", _NSEC3, "")


def _counted(document: Document, rule: str, record: str, pattern: re.Pattern[str], notation: str) -> Found:
    """Report each algorithm of a kind of record once, with the number of records."""
    setting = Setting(document, f"dns-zone/{rule}", record)
    places: dict[str, list[int]] = {}
    for count, match in enumerate(pattern.finditer(document.text)):
        if count == _MOST_RECORDS:
            break
        places.setdefault(match["algorithm"], []).append(match.start("algorithm"))
    for number, offsets in places.items():
        word = Word(number, offsets[0])
        asset = names.lookup(notation, number) if notation else dns.digest(number)
        if asset is None:
            yield setting.unresolved(word, "not a known algorithm")
        else:
            yield setting.finding(
                word, asset, functions=("verify",) if notation else None, details=(("records", str(len(offsets))),)
            )


def _dkim(document: Document, start: int) -> Found:
    """Read the record that begins at `start`, over the strings that it is split into."""
    setting = Setting(document, "dns-zone/dkim", "DKIM")
    raw = _record(document.text, start).split(_DKIM, 2)[1]
    raw = _DKIM + raw
    tags = dict(_TAG.findall(_QUOTES.sub("", raw)))
    key = _P.search(raw)
    if key is None or not tags.get("p"):
        return  # without a key, or revoked
    word = Word("", start + key.end())
    asset = _key(tags.get("k", "rsa"), tags["p"])
    if asset is None:
        yield setting.unresolved(word, "a DKIM key that cannot be read")
        return
    yield setting.finding(word, asset, functions=("verify",), reason="the key of a DKIM record, decoded")
    for digest in tags.get("h", "").split(":"):
        if digest and (hashed := names.lookup("digests", digest)):
            yield setting.finding(word, hashed)


def _record(text: str, start: int) -> str:
    """Return a record's text: up to the closing parenthesis where one is open, else to the end of the line."""
    before = text[max(0, start - _LONGEST_NAME) : start + 1]
    closing = ")" if "(" in before[before.rfind("\n", 0, -1) + 1 :] else "\n"
    window = text[start : start + _LONGEST_RECORD]
    end = window.find(closing)
    return window if end == -1 else window[:end]


def _key(kind: str, base64: str) -> Asset | None:
    try:
        data = binascii.a2b_base64(base64)
        if kind.lower() == "ed25519":
            return Asset.of(Kind.ALGORITHM, "Ed25519") if len(data) == 32 else None
        key = load_der_public_key(data)
    except (ValueError, UnsupportedAlgorithm, binascii.Error):
        return None
    return Asset.of(Kind.ALGORITHM, "RSA", size=key.key_size) if isinstance(key, RSAPublicKey) else None


DETECTOR = Detector("dns-zone", lambda: _ANCHORS, _wants, _detect)
