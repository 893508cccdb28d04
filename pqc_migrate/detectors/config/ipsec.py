"""Detector: strongSwan (``swanctl.conf``, ``ipsec.conf``) and Libreswan (``ipsec.conf``).

Sources: swanctl.conf(5) and ipsec.conf(5) of strongSwan 6.1.0 and 5.9.8, ipsec.conf(5) of Libreswan 5.2. strongSwan
joins keywords by ``-`` (``aes256-sha384-ecp384-ke1_mlkem768``), Libreswan by ``-``, ``;`` and ``+``. An additional
key exchange (``keX_``, RFC 9370) makes a hybrid with the first one, which is said at both. ``default`` leaves
proposals to the program's version.
"""

from __future__ import annotations

import re

from pqc_migrate.catalog import algorithms, names
from pqc_migrate.detectors.config import files, lines, tls
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found, Reader
from pqc_migrate.detectors.config.report import NEGOTIATES, Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Kind
from pqc_migrate.model.target import SourceFile

_ANCHORS = frozenset({b"proposals", b"ike=", b"ike =", b"esp=", b"esp =", b"phase2alg", b"keyexchange", b"authby"})
_NAMES = re.compile(r"(?:.*/)?(?:ipsec\.conf|swanctl\.conf|(?:ipsec\.d|swanctl/conf\.d)/[^/]+\.conf).*")
_CONNECTION = re.compile(rb"^(?:conn[ \t]+\S+|[ \t]*connections[ \t]*\{)", re.MULTILINE)
_PROPOSAL = re.compile(r"[^\s,\"']+")
_PART = re.compile(r"[A-Za-z0-9_\x01]+(?:-(?:128|192|256)\b)?")
_ADDITIONAL = re.compile(r"ke([1-7])_(\w+)", re.IGNORECASE)
_SIZED = re.compile(r"(.*?[a-z0-9])[_-]?(128|192|256)$", re.IGNORECASE)
_SILENT = frozenset({"esn", "noesn", "none", "modpnone", "null", "dh0"})
_VERSIONS = {"ikev1": "1", "ikev2": "2", "1": "1", "2": "2"}
_SIGNATURES = {
    "rsasig": Asset.of(Kind.ALGORITHM, "RSA"),
    "ecdsasig": Asset.of(Kind.ALGORITHM, "ECDSA"),
    "ecdsa": Asset.of(Kind.ALGORITHM, "ECDSA"),
    "ecdsa-sha2": Asset.of(Kind.ALGORITHM, "ECDSA"),
    "ecdsa-sha2_256": Asset.of(Kind.ALGORITHM, "ECDSA", digest="SHA-256"),
    "ecdsa-sha2_384": Asset.of(Kind.ALGORITHM, "ECDSA", digest="SHA-384"),
    "ecdsa-sha2_512": Asset.of(Kind.ALGORITHM, "ECDSA", digest="SHA-512"),
    "rsa-sha1": Asset.of(Kind.ALGORITHM, "RSASSA-PKCS1", digest="SHA-1"),
    "rsa-sha2": Asset.of(Kind.ALGORITHM, "RSASSA-PSS"),
    "rsa-sha2_256": Asset.of(Kind.ALGORITHM, "RSASSA-PSS", digest="SHA-256"),
    "rsa-sha2_384": Asset.of(Kind.ALGORITHM, "RSASSA-PSS", digest="SHA-384"),
    "rsa-sha2_512": Asset.of(Kind.ALGORITHM, "RSASSA-PSS", digest="SHA-512"),
}
"""authby of strongSwan's and Libreswan's ipsec.conf(5)."""
_IKE = Asset.of(Kind.PROTOCOL, "IKE")
_IPSEC = Asset.of(Kind.PROTOCOL, "IPsec")


def _proposals(setting: Setting, value: Word, protocol: Asset) -> Found:
    for proposal in lines.unquoted(value).split(_PROPOSAL):
        if proposal.text.lower() == "default":
            yield setting.finding(
                proposal,
                protocol,
                reason="the program's own proposal",
                details=(NEGOTIATES,),
                runtime=("algorithms",),
            )
        else:
            yield from _proposal(setting, proposal)


def _proposal(setting: Setting, proposal: Word) -> Found:
    parts = proposal.split(_PART)
    exchanges = [algorithms.name(asset) for part in parts if (asset := _meaning(part.text)) and _exchanges(asset)]
    for part in parts:
        asset = _meaning(part.text)
        additional = _ADDITIONAL.fullmatch(part.text)
        word = part.part(4, additional[2]) if additional else part
        if asset is not None:
            details = [("additional-key-exchange", additional[1])] if additional else []
            others = [name for name in exchanges if name != algorithms.name(asset)] if _exchanges(asset) else []
            if others and any(_ADDITIONAL.fullmatch(one.text) for one in parts):
                details.append(("hybrid-with", ", ".join(others)))
            yield setting.finding(word, asset, details=tuple(details))
        elif not word.known:
            yield setting.unresolved(word, "the algorithm is filled in elsewhere")
        elif word.text.lower() not in _SILENT:
            yield setting.unresolved(word, "not an algorithm that this program knows")


def _exchanges(asset: Asset) -> bool:
    return algorithms.primitive(asset) in ("key-agree", "kem")


def _meaning(text: str) -> Asset | None:
    """Look a keyword up: strongSwan's, then Libreswan's with the size of the key behind it."""
    if additional := _ADDITIONAL.fullmatch(text):
        text = additional[2]
    if text.lower() != "aes" and (found := names.lookup("strongswan", text)):
        return found  # "aes" is 128 bits to strongSwan and several sizes to Libreswan
    if found := names.lookup("libreswan", text):
        return found
    if sized := _SIZED.fullmatch(text):
        found = names.lookup("libreswan", sized[1])
        if found is not None and found.family in ("AES", "Camellia"):
            return Asset.of(found.kind, found.family, mode=found.get("mode"), size=sized[2])
    return None


def _ike(setting: Setting, value: Word) -> Found:
    yield from _proposals(setting, value, _IKE)


def _esp(setting: Setting, value: Word) -> Found:
    yield from _proposals(setting, value, _IPSEC)


def _version(setting: Setting, value: Word) -> Found:
    version = _VERSIONS.get(value.text.lower())
    if version:
        yield setting.finding(value, Asset.of(Kind.PROTOCOL, "IKE", version=version), functions=())
    elif value.text.lower() in ("ike", "0"):
        yield setting.finding(value, _IKE, functions=(), details=(NEGOTIATES,), runtime=("version",))


def _authentication(setting: Setting, value: Word) -> Found:
    for item in value.split(_PROPOSAL):
        name = item.text.lower()
        if asset := _SIGNATURES.get(name):
            yield setting.finding(item, asset, functions=("sign", "verify"))
        elif name in ("secret", "psk"):
            yield setting.finding(item, _IKE, functions=(), details=(("authentication", "pre-shared key"),))


def _certificate(setting: Setting, value: Word) -> Found:
    if not value.text.startswith("%"):
        yield from tls.certificate(setting, value)


_READERS: dict[str, Reader] = {
    "proposals": _ike,
    "esp_proposals": _esp,
    "ah_proposals": _esp,
    "version": _version,
    "auth": _authentication,
    "certs": _certificate,
    "ike": _ike,
    "esp": _esp,
    "ah": _esp,
    "phase2alg": _esp,
    "keyexchange": _version,
    "authby": _authentication,
    "leftauth": _authentication,
    "rightauth": _authentication,
    "leftcert": _certificate,
    "rightcert": _certificate,
}


def _wants(file: SourceFile) -> bool:
    if not files.may_be(file, "ipsec"):
        return False
    if _NAMES.fullmatch(file.path):
        return True
    return any(True for _ in files.hits_of(file, _ANCHORS)) and _CONNECTION.search(file.data) is not None


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield from lines.wide(document, "ipsec", "IPsec")
        return
    section = ""
    for line in lines.physical(document):
        line = lines.without_comment(line)
        text = line.text.strip()
        if text.endswith("{") and text[:-1].strip():
            section = text[:-1].strip()
        if pair := lines.assignment(line):
            name, value = pair
            if name.text != "version" or section != "":  # ipsec.conf begins with the version of its own format
                yield from lines.read(document, "ipsec", _READERS, name.text, lines.unquoted(value))


DETECTOR = Detector("ipsec", lambda: _ANCHORS, _wants, _detect)
