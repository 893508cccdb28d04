"""Detector: files that are one DER structure (or BER, as messages and stores may be)."""

from __future__ import annotations

from collections.abc import Iterator

from pqc_migrate.detectors.material import ber, structures
from pqc_migrate.detectors.material.der import Malformed
from pqc_migrate.detectors.material.item import Place, Unsupported, is_key_file
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile

_INDEFINITE = (
    b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07",  # a PKCS #7 or CMS message in BER
    b"\x30\x80\x02\x01\x03\x30\x80",  # a PKCS #12 store in BER
)


def _anchors() -> frozenset[bytes]:
    return frozenset()


def _wants(file: SourceFile) -> bool:
    if file.data[:1] != b"\x30":
        return False
    if file.data.startswith(_INDEFINITE) or _length(file.data) == len(file.data):
        return True
    return is_key_file(file) and not file.data[:64].isascii()


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    place = Place("der", file.path, 1, 0)
    telling = is_key_file(file)
    found = False
    try:
        for item in structures.decode(ber.read(file.data)):
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
