"""Detector: JSON Web Keys and sets of them (RFC 7517, RFC 7518 section 6, RFC 8037, RFC 9964) in any text.

A key is a JSON object with a ``kty``; it is looked for wherever that member stands, also inside a string of JSON or
source code. The certificates of an ``x5c`` are base64 and found as such. Nothing secret is decoded: the private
members only say that the key is private, and of a symmetric key only the length is told.
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pqc_migrate.catalog import algorithms, names, oids
from pqc_migrate.detectors.material import certificates, keys
from pqc_migrate.detectors.material.der import Malformed
from pqc_migrate.detectors.material.item import Details, Item, Place, Related
from pqc_migrate.detectors.material.keys import Key
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind, Skip
from pqc_migrate.model.target import SourceFile

MOST_KEYS = 10_000
"""Keys decoded in one file; the rest is reported as not looked at."""

_ANCHORS = frozenset({b'"kty"', b'\\"kty\\"'})
_LONGEST = 64 * 1024
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}")
_USES = frozenset({"sig", "enc"})
_DECODER = json.JSONDecoder()


def _anchors() -> frozenset[bytes]:
    return _ANCHORS


def _wants(file: SourceFile) -> bool:
    return any(hit.anchor in _ANCHORS for hit in file.hits)


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    starts = sorted({hit.offset for hit in file.hits if hit.anchor in _ANCHORS})
    line, counted = 1, 0
    for start in starts[:MOST_KEYS]:
        line += file.data.count(b"\n", counted, start)
        counted = start
        members = _object(file.data, start)
        item = _read(members) if members else None
        if item is not None:
            yield Place("jwk", file.path, line, start, "kty").finding(item)
    if len(starts) > MOST_KEYS:
        message = f"{len(starts) - MOST_KEYS:,} of {len(starts):,} JSON web keys were not decoded"
        yield Diagnostic(file.path, Skip.TOO_LARGE, message, rule="jwk")


def _object(data: bytes, at: int) -> Mapping[str, Any] | None:
    """Return the JSON object that a member's name stands in, or None when it is none."""
    begin = _opening(data, at)
    if begin is None:
        return None
    text = data[begin : begin + _LONGEST]
    if data[at : at + 1] == b"\\" or data[at - 1 : at] == b"\\":
        text = text.replace(b'\\"', b'"').replace(b"\\/", b"/")
    try:
        found, _ = _DECODER.raw_decode(text.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("kty"), str) else None


def _opening(data: bytes, at: int) -> int | None:
    """Return where the innermost brace opens that is still open at an offset."""
    begin = max(0, at - _LONGEST)
    depth = 1
    opened, closed = data.rfind(b"{", begin, at), data.rfind(b"}", begin, at)
    while opened >= 0:
        if closed > opened:
            depth += 1
            closed = data.rfind(b"}", begin, closed)
            continue
        depth -= 1
        if not depth:
            return opened
        opened = data.rfind(b"{", begin, opened)
    return None


def _read(members: Mapping[str, Any]) -> Item | None:
    reader = _READERS.get(members["kty"])
    try:
        return reader(members) if reader else None
    except Malformed:
        return None


def _octets(members: Mapping[str, Any], name: str) -> bytes:
    value = members.get(name)
    if not isinstance(value, str) or not _BASE64URL.fullmatch(value):
        raise Malformed("a member that is not base64url")
    text = value.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return binascii.a2b_base64(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise Malformed("a member that is not base64url") from None


def _rsa(members: Mapping[str, Any]) -> Item:
    modulus, exponent = (int.from_bytes(_octets(members, name), "big") for name in ("n", "e"))
    return _item(members, keys.rsa(modulus, exponent), "d")


def _ec(members: Mapping[str, Any]) -> Item:
    x, y = _octets(members, "x"), _octets(members, "y")
    curve = names.curve(str(members.get("crv")))
    oid = oids.oid_of(Asset.of(Kind.ALGORITHM, "EC", curve=curve)) if curve else None
    if oid is None or oids.curve(oid) != curve:
        return _item(members, Key(keys.EC), "d")
    return _item(members, keys.raw("1.2.840.10045.2.1", b"\4" + x + y, oid), "d")


def _okp(members: Mapping[str, Any]) -> Item:
    algorithm = names.lookup("okp-curves", str(members.get("crv")))
    octets = _octets(members, "x")
    if algorithm is None:
        raise Malformed("a curve this program does not know")
    return _item(members, keys.raw(oids.oid_of(algorithm) or "", octets), "d")


def _akp(members: Mapping[str, Any]) -> Item:
    """Read an algorithm key pair (RFC 9964 section 3): ``alg`` is required and names the parameter set."""
    algorithm = names.lookup("jose", str(members.get("alg")))
    octets = _octets(members, "pub")
    if algorithm is None:
        raise Malformed("an algorithm this program does not know")
    oid = oids.oid_of(algorithm)
    return _item(members, keys.raw(oid, octets) if oid else Key(algorithm), "priv")


def _oct(members: Mapping[str, Any]) -> Item:
    """Read a symmetric key: its algorithm when ``alg`` names one, and never more of the key than its length."""
    size = 8 * len(_octets(members, "k"))
    algorithm = _algorithm(members)
    if algorithm is None:
        asset = Asset.of(Kind.KEY, "unlisted", type="secret-key", size=size)
        return Item("secret-key", asset, (), _facts(members))
    parameters = {**dict(algorithm.parameters), "type": "secret-key"}
    if "size" in algorithms.family(algorithm.family).parameters:
        parameters["size"] = str(size)
    asset = Asset.of(Kind.KEY, algorithm.family, **parameters)
    return Item("secret-key", asset, (("key-algorithm", algorithm),), (*_facts(members), ("size", str(size))))


def _algorithm(members: Mapping[str, Any]) -> Asset | None:
    return names.lookup("jose", str(members.get("alg")))


def _facts(members: Mapping[str, Any]) -> Details:
    facts = [("format", "JWK")]
    if members.get("use") in _USES:
        facts.append(("use", members["use"]))
    if _algorithm(members) is not None:
        facts.append(("alg", members["alg"]))
    return tuple(facts)


def _item(members: Mapping[str, Any], key: Key, private: str) -> Item:
    """Return a key pair's item, with the signature algorithm that ``alg`` restricts it to."""
    what = "private-key" if private in members else "public-key"
    details = (*_facts(members), ("encrypted", "no")) if what == "private-key" else _facts(members)
    named = _algorithm(members)
    related: Related = ()
    if named is not None and algorithms.primitive(named) == "signature":
        related = (("signature-algorithm", certificates.completed(named, key)),)
    return key.item(what, what, related, details)


_READERS = {"RSA": _rsa, "EC": _ec, "OKP": _okp, "AKP": _akp, "oct": _oct}

DETECTOR = Detector("jwk", _anchors, _wants, _detect, parses=False)
