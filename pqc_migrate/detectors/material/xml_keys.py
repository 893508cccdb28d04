"""Detector: keys by their numbers in XML (XML Signature, sections 4.5.2.1 to 4.5.2.3; .NET's ``ToXmlString``).

A certificate in XML is base64 and found as such; here are the elements that hold the numbers of a key themselves.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from pqc_migrate.catalog import oids
from pqc_migrate.detectors.material import keys
from pqc_migrate.detectors.material.der import Malformed
from pqc_migrate.detectors.material.item import Item, Place
from pqc_migrate.detectors.material.keys import Key
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Diagnostic, Finding, Skip
from pqc_migrate.model.target import SourceFile

MOST_KEYS = 10_000
"""Keys decoded in one file; the rest is reported as not looked at."""

_ANCHORS = frozenset({b"RSAKeyValue>", b"DSAKeyValue>", b"ECKeyValue"})
_LONGEST = 64 * 1024
_VALUE = re.compile(rb"<(?:[\w.-]{1,30}:)?((?:RSA|DSA|EC)KeyValue)(?:\s[^<>]{0,300})?>")
_MEMBER = re.compile(rb"<(?:[\w.-]{1,30}:)?(\w{1,20})(?:\s[^<>]{0,300})?>([A-Za-z0-9+/=\s]{1,20000})</")
_CURVE = re.compile(rb"""<(?:[\w.-]{1,30}:)?NamedCurve\s[^<>]{0,300}?URI=["']urn:oid:([0-9.]{5,60})["']""")


def _anchors() -> frozenset[bytes]:
    return _ANCHORS


def _wants(file: SourceFile) -> bool:
    return any(hit.anchor in _ANCHORS for hit in file.hits)


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    line, counted = 1, 0
    for count, match in enumerate(_VALUE.finditer(file.data)):
        if count == MOST_KEYS:
            yield Diagnostic(file.path, Skip.TOO_LARGE, "more XML keys than were decoded", rule="xml-key")
            return
        line += file.data.count(b"\n", counted, match.start())
        counted = match.start()
        name = match[1].decode("ascii")
        end = file.data.find(name.encode() + b">", match.end(), match.end() + _LONGEST)
        place = Place("xml-key", file.path, line, match.start(), name)
        try:
            if end > 0:
                yield place.finding(_item(name, file.data[match.end() : end]))
        except Malformed:
            continue


def _item(name: str, inside: bytes) -> Item:
    members = {member[1].decode("ascii"): member[2] for member in _MEMBER.finditer(inside)}
    if name == "RSAKeyValue":
        key = keys.rsa(_number(members, "Modulus"), _number(members, "Exponent"))
    elif name == "DSAKeyValue":
        key = keys.dsa(*(_number(members, each) for each in ("P", "Q", "G", "Y")))
    else:
        key = _on_curve(inside, members)
    what = "private-key" if "D" in members or ("X" in members and name == "DSAKeyValue") else "public-key"
    clear = (("encrypted", "no"),) if what == "private-key" else ()
    return key.item(what, what, details=(("format", "XML"), *clear))


def _on_curve(inside: bytes, members: dict[str, bytes]) -> Key:
    """Read an ECKeyValue of XML Signature 1.1: a curve by its identifier, and a point."""
    curve = _CURVE.search(inside)
    oid = curve[1].decode("ascii") if curve else ""
    if not oids.curve(oid):
        raise Malformed("a curve this program does not know")
    return keys.raw("1.2.840.10045.2.1", _decoded(members, "PublicKey"), oid)


def _number(members: dict[str, bytes], name: str) -> int:
    return int.from_bytes(_decoded(members, name), "big")


def _decoded(members: dict[str, bytes], name: str) -> bytes:
    text = b"".join(members.get(name, b"").split())
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        raise Malformed("a member that is not base64") from None


DETECTOR = Detector("xml-key", _anchors, _wants, _detect, parses=False)
