"""Detector: OpenPGP keys, signatures and messages in binary, and GnuPG's keyboxes."""

from __future__ import annotations

from collections.abc import Iterator

from pqc_migrate.detectors.material import openpgp
from pqc_migrate.detectors.material.der import Malformed
from pqc_migrate.detectors.material.item import Item, Place, Unsupported
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Diagnostic, Finding
from pqc_migrate.model.target import SourceFile

_NAMES = ("secring", "pubring")
_KEY_TAGS = frozenset({5, 6})
_FIRST_TAGS = frozenset({1, 2, 3, 4, 5, 6, 8, 10})
"""What a key, a detached signature or a message may begin with."""
_VERSIONS = (3, 4, 5, 6)


def _anchors() -> frozenset[bytes]:
    return frozenset()


def _wants(file: SourceFile) -> bool:
    if openpgp.is_keybox(file.data):
        return True
    if not file.data or not file.data[0] & 0x80:
        return False
    tag = _first_tag(file.data)
    if file.language == "openpgp" or file.name.startswith(_NAMES):
        return tag in _FIRST_TAGS
    return tag in _KEY_TAGS and _looks_like_key(file.data)


def _first_tag(data: bytes) -> int:
    return data[0] & 0x3F if data[0] & 0x40 else data[0] >> 2 & 0x0F


def _looks_like_key(data: bytes) -> bool:
    """Return whether a nameless file has a key's version where one must be, after the lengths keys have."""
    head = data[:6]
    if len(head) < 6:
        return False
    if head[0] & 0x40:
        width = 1 if head[1] < 192 else 2 if head[1] < 224 else 5
        return head[1] not in range(224, 255) and data[1 + width : 2 + width] in (b"\3", b"\4", b"\5", b"\6")
    return head[0] & 3 != 3 and head[1 + (1 << (head[0] & 3))] in _VERSIONS


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    place = Place("openpgp", file.path, 1, 0)
    box = openpgp.is_keybox(file.data)
    named = box or file.language == "openpgp"
    items: list[Item] = []
    try:
        for item in openpgp.keybox(file.data) if box else openpgp.block(file.data):
            items.append(item)
    except Malformed as error:
        if not named and not isinstance(error, Unsupported):
            return  # Without a name that says so, only a file that is packets to its end is OpenPGP.
        yield from map(place.finding, items)
        if items or box or isinstance(error, Unsupported) or file.path.endswith((".gpg", ".pgp")):
            yield place.diagnostic(error, "OpenPGP")
        return
    yield from map(place.finding, items)


DETECTOR = Detector("openpgp", _anchors, _wants, _detect)
