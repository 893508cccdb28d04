"""Detector: files that are one DER structure, and key stores that are not opened."""

from __future__ import annotations

from collections.abc import Iterator

from pqc_migrate.detectors.material import der, structures
from pqc_migrate.detectors.material.der import Malformed
from pqc_migrate.detectors.material.item import Place, Unsupported, is_key_file
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile

_STORES = {
    b"\xfe\xed\xfe\xed": ("a Java key store (JKS)", "its certificates and keys were not looked at"),
    b"\xce\xce\xce\xce": ("a Java key store (JCEKS)", "its certificates and keys were not looked at"),
    b"PuTT": ("a PuTTY key file", "its private half was not looked at"),
}
_PUTTY = b"PuTTY-User-Key-File-"


def _anchors() -> frozenset[bytes]:
    return frozenset()


def _wants(file: SourceFile) -> bool:
    head = file.data[:4]
    if head[:1] == b"\x30":
        return _length(file.data) == len(file.data) or (is_key_file(file) and not file.data[:64].isascii())
    return head in _STORES and (head != _PUTTY[:4] or file.data.startswith(_PUTTY))


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    place = Place("der", file.path, 1, 0)
    if file.data[:4] in _STORES:
        store, unread = _STORES[file.data[:4]]
        yield place.diagnostic(Unsupported(unread), store)
        return
    telling = is_key_file(file)
    found = False
    try:
        for item in structures.decode(der.read(file.data)):
            found = True
            yield place.finding(item)
        if telling and not found and _length(file.data) == len(file.data):
            raise Unsupported("a structure, but no key or certificate of a kind this program knows")
    except Malformed as error:
        if telling or found or isinstance(error, Unsupported):
            yield place.diagnostic(error, "DER file")


def _length(data: bytes) -> int:
    """Return how long the SEQUENCE at the start says it is, header included; 0 when the header is not DER."""
    if len(data) < 2 or data[1] == 0x80 or data[1] > 0x84:
        return 0
    if data[1] < 0x80:
        return 2 + data[1]
    octets = data[1] & 0x7F
    return 2 + octets + int.from_bytes(data[2 : 2 + octets], "big")


DETECTOR = Detector("der", _anchors, _wants, _detect)
