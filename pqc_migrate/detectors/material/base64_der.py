"""Detector: keys, certificates and key stores in base64 without a PEM marker of their own.

That is how Kubernetes Secrets, kubeconfig files, SAML metadata, ``data:`` URIs, JSON Web Keys (``x5c``), property
files and source strings hold them. What is looked for is the base64 of an algorithm's object identifier (or of a
PEM marker, or of a Java key store's first octets); what was found must then decode as a whole structure, so nothing
is guessed.
"""

from __future__ import annotations

import base64
import binascii
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from pqc_migrate.detectors.material import armor, ber, blocks, java_stores, structures
from pqc_migrate.detectors.material.der import Malformed
from pqc_migrate.detectors.material.item import Item, Place, Unsupported, condensed
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Diagnostic, Finding, Skip
from pqc_migrate.model.target import Hit, SourceFile

MOST_VALUES = 10_000
"""Values tried in one file; the rest is reported as not looked at."""

_PEM_START = b"LS0tLS1CRUdJTi"
_CLOSING_TAG = b"X509Certificate>"
_JAVA_STARTS = frozenset({b"/u3+7QAAAAI", b"zs7OzgAAAAI"})
_NEEDLES = (
    "06092a864886f70d0101",  # PKCS #1: keys and signatures
    "06082a8648ce3d0403",  # ecdsa-with-SHA2
    "06072a8648ce380401",  # id-dsa
    "06092a864886f70d010301",  # dhKeyAgreement
    "06072a8648ce3d0201",  # id-ecPublicKey
    "300506032b656e", "300506032b656f", "300506032b6570", "300506032b6571",  # RFC 8410
    "0609608648016503040311", "0609608648016503040312", "0609608648016503040313",  # ML-DSA
    "06096086480165030404",  # ML-KEM
    "06082b060105050706",  # composite signatures and others among PKIX's algorithms
    "06092a864886f70d01050d",  # PBES2
    "060a2a864886f70d010c0a01",  # a bag of PKCS #12
    "06092a864886f70d0107",  # a content type of PKCS #7
)  # fmt: skip
_SLH_DSA = tuple(f"06096086480165030403{arc:02x}" for arc in range(20, 32))
_START = re.compile(rb"(?<![A-Za-z0-9+/_-])(?:M[A-I][A-Za-z0-9+/]{2}|LS0tLS1CRUdJTi|/u3\+7QAAAAI|zs7OzgAAAAI)")
_JOINT = (
    rb"""(?:\s|\\{1,4}(?:[rn]|\n|\r\n)|&\#(?:10|13|[xX]0?[aAdD]);|"""
    rb"""["'`]\s{0,80}[+.,&]?\s{0,80}[bBrRuU]?["'`])"""
)
_RUN = re.compile(rb"(?:[A-Za-z0-9+/]++|\\{1,4}/|\\{1,4}u002[bBfF]|" + _JOINT + rb")++={0,2}")
_JOINTS = re.compile(_JOINT)
_ESCAPED = re.compile(rb"\\{1,4}u002([bBfF])|\\{1,4}/")
_LONGEST = armor.LONGEST_BODY
_HEADER_OCTETS = 6
_END = b"-----END "
_INDEFINITE, _LONGEST_INDEFINITE = b"MIA", 2**20
_NAME = re.compile(
    rb"""([A-Za-z0-9.:_-]{1,60})["']?(?:\s{0,4}[:=]\s{0,4}\[?\s{0,80}(?:[|>][+-]?\s{0,80})?["']?|>\s{0,80})$"""
)
_DIRECTIVES = frozenset({
    "tls.crt", "tls.key", "ca.crt", "ca.key", "certificate-authority-data", "client-certificate-data",
    "client-key-data", "caBundle", "X509Certificate", "x5c",
})  # fmt: skip
"""Names that Kubernetes, XML Signature and JOSE give such a value."""


@cache
def _anchors() -> frozenset[bytes]:
    found = {_PEM_START, _CLOSING_TAG, *_JAVA_STARTS}
    for needle in (*_NEEDLES, *_SLH_DSA):
        found.update(_alignments(bytes.fromhex(needle)))
    return frozenset(found)


def _alignments(octets: bytes) -> Iterator[bytes]:
    """Yield the base64 of octets behind 0, 1 and 2 others, cut to the characters that they alone decide."""
    for before in range(3):
        text = base64.b64encode(bytes(before) + octets + b"\0\0")
        yield text[-(-8 * before // 6) : 8 * (before + len(octets)) // 6]


def _wants(file: SourceFile) -> bool:
    anchors = _anchors()
    return any(hit.anchor in anchors for hit in file.hits) and b"\0" not in file.data[:1024]


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    yield from condensed(_claims(file))


def _claims(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    hits, pem = _outside_pem(file)
    budget = 8 * len(file.data) + 2**20
    line, counted, tried, at = 1, 0, 0, 0
    while hits and (match := _START.search(file.data, at)):
        start = at = match.start()
        at += 1
        if tried == MOST_VALUES or budget < 0:
            yield Diagnostic(file.path, Skip.TOO_LARGE, "more base64 than was decoded", rule="base64")
            return
        if bisect_left(hits, start) == len(hits):
            return
        block = bisect_left(pem, (start, 0)) - 1
        if block >= 0 and start < pem[block][1]:
            at = pem[block][1]
            continue
        value = _value(file.data, start, hits)
        if value is None:
            continue
        octets, end = value
        tried, budget = tried + 1, budget - (end - start)
        line += file.data.count(b"\n", counted, start)
        counted = start
        place = Place("base64", file.path, line, start, _directive(file.data, start))
        found = False
        for claim in _decoded(octets, place):
            found = True
            yield claim
        at = end if found else at


def _outside_pem(file: SourceFile) -> tuple[list[int], list[tuple[int, int]]]:
    """Return the offsets of the hits that no PEM block of the file covers, and where those blocks are."""
    anchors = _anchors()
    blocks_at: list[tuple[int, int]] = []
    kept: list[int] = []
    covered = -1
    for hit in file.hits:
        if hit.anchor == armor.BEGIN and hit.offset >= covered:
            covered = file.data.find(_END, hit.offset, hit.offset + 2 * _LONGEST)
            if covered >= 0:
                blocks_at.append((hit.offset, covered))
        elif hit.anchor in anchors and hit.offset >= covered:
            kept.append(hit.offset)
    return kept, blocks_at


def _value(data: bytes, start: int, hits: list[int]) -> tuple[bytes, int] | None:
    """Return the octets that begin at `start` and where their text ends, or None when they are no structure."""
    following = bisect_left(hits, start)
    if data[start : start + 1] != b"M":
        return _collected(data, start, min(len(data), start + _LONGEST)) if hits[following] == start else None
    length = _length(data[start : start + 80])
    limit = start + 2 * (4 * length // 3) + 400
    if not 0 < length <= _LONGEST or hits[following] >= limit:
        return None
    octets, end = _collected(data, start, limit)
    if data[start : start + 3] == _INDEFINITE:
        return octets, end
    return (octets[:length], end) if len(octets) >= length else None


def _length(head: bytes) -> int:
    """Return how long the structure is whose base64 begins so; the bound for BER that does not say."""
    octets, _ = _collected(head, 0, len(head))
    if len(octets) < _HEADER_OCTETS or octets[1] > 0x83:
        return 0
    if octets[1] < 0x80:
        return 2 + octets[1]
    if octets[1] == 0x80:
        return _LONGEST_INDEFINITE
    width = octets[1] & 0x7F
    return 2 + width + int.from_bytes(octets[2 : 2 + width], "big")


def _collected(data: bytes, start: int, limit: int) -> tuple[bytes, int]:
    """Decode the base64 text at `start`, taken out of quotes, escapes and line breaks; and where it ends."""
    run = _RUN.match(data, start, limit)
    if run is None:
        return b"", start
    text = run[0]
    if b"\\" in text:
        text = _ESCAPED.sub(lambda match: b"+" if (match[1] or b"").lower() == b"b" else b"/", text)
    text = _JOINTS.sub(b"", text).rstrip(b"=")
    text = text[: len(text) // 4 * 4] + (text[len(text) // 4 * 4 :] + b"==")[:4] if len(text) % 4 > 1 else text
    try:
        return binascii.a2b_base64(text[: len(text) // 4 * 4]), run.end()
    except binascii.Error:
        return b"", start


def _directive(data: bytes, start: int) -> str:
    """Return the name before a value when it is one of those that a format gives."""
    match = _NAME.search(data, max(0, start - 240), start)
    name = match[1].decode("ascii").rsplit(":", 1)[-1] if match else ""
    return name if name in _DIRECTIVES else ""


def _decoded(octets: bytes, place: Place) -> Iterator[Finding | Diagnostic]:
    if octets.startswith(armor.BEGIN):
        yield from _armored(octets, place)
        return
    found = False
    try:
        for item in _items(octets):
            found = True
            yield place.finding(item)
    except Malformed as error:
        if found or isinstance(error, Unsupported):
            yield place.diagnostic(error, "base64")


def _items(octets: bytes) -> Iterator[Item]:
    if octets[:1] == b"\x30":
        yield from structures.decode(ber.read(octets))
    else:
        yield from java_stores.store(octets)


def _armored(octets: bytes, place: Place) -> Iterator[Finding | Diagnostic]:
    """Read the PEM blocks inside; all of them stand at the line of the value."""
    offsets = [match.start() for match in re.finditer(re.escape(armor.BEGIN), octets)]
    inner = SourceFile(place.path, octets, hits=tuple(Hit(offset, armor.BEGIN) for offset in offsets))
    for block in armor.blocks(inner, MOST_VALUES):
        if block.label not in blocks.LABELS or block.body is None:
            continue
        symbol = place.symbol or block.label
        try:
            for item in blocks.items(block):
                yield replace(place, symbol=symbol).finding(item)
        except Malformed as error:
            yield place.diagnostic(error, block.label)


DETECTOR = Detector("base64", _anchors, _wants, _detect, parses=False)
