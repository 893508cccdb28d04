"""Detector: hostapd and wpa_supplicant (``hostapd.conf``, ``wpa_supplicant.conf``): ciphers of wireless networks.

Sources: the commented hostapd.conf and wpa_supplicant.conf of release 2.10; IEEE 802.11. A key is agreed by SAE
or OWE in groups that have the numbers of IKE (19: P-256).
"""

from __future__ import annotations

import re

from pqc_migrate.detectors.config import files, lines, tls
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.lines import Found, Reader
from pqc_migrate.detectors.config.report import Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Kind
from pqc_migrate.model.target import SourceFile

_NAMES = re.compile(r"(?:hostapd|wpa_supplicant|wpa)[^/]*\.conf[^/]*", re.IGNORECASE)
_ANCHORS = frozenset({b"pairwise", b"group=", b"wep_key", b"sae_groups", b"owe_groups", b"openssl_ciphers"})
_WORD = re.compile(r"\S+")
_CIPHERS = {
    "CCMP": Asset.of(Kind.ALGORITHM, "AES", size=128, mode="CCM"),
    "CCMP-256": Asset.of(Kind.ALGORITHM, "AES", size=256, mode="CCM"),
    "GCMP": Asset.of(Kind.ALGORITHM, "AES", size=128, mode="GCM"),
    "GCMP-256": Asset.of(Kind.ALGORITHM, "AES", size=256, mode="GCM"),
    "TKIP": Asset.of(Kind.ALGORITHM, "RC4"),
    "WEP40": Asset.of(Kind.ALGORITHM, "RC4"),
    "WEP104": Asset.of(Kind.ALGORITHM, "RC4"),
    "AES-128-CMAC": Asset.of(Kind.ALGORITHM, "CMAC", cipher="AES-128"),
    "BIP-CMAC-256": Asset.of(Kind.ALGORITHM, "CMAC", cipher="AES-256"),
    "BIP-GMAC-128": Asset.of(Kind.ALGORITHM, "GMAC", cipher="AES-128"),
    "BIP-GMAC-256": Asset.of(Kind.ALGORITHM, "GMAC", cipher="AES-256"),
}
_GROUPS = {"19": "P-256", "20": "P-384", "21": "P-521"}


def _ciphers(setting: Setting, value: Word) -> Found:
    for item in value.split(_WORD):
        if asset := _CIPHERS.get(item.text):
            yield setting.finding(item, asset)
        elif item.text not in ("NONE", "GTK_NOT_USED"):
            yield setting.unresolved(
                item, "not a known cipher" if item.known else "the cipher is filled in elsewhere"
            )


def _groups(setting: Setting, value: Word) -> Found:
    for item in value.split(_WORD):
        if curve := _GROUPS.get(item.text):
            yield setting.finding(item, Asset.of(Kind.ALGORITHM, "ECDH", curve=curve))
        else:
            yield setting.unresolved(item, "not a known group")


def _wep(setting: Setting, value: Word) -> Found:
    yield setting.finding(value.part(0, ""), Asset.of(Kind.ALGORITHM, "RC4"), reason="a key of WEP")


_READERS: dict[str, Reader] = {
    "wpa_pairwise": _ciphers,
    "rsn_pairwise": _ciphers,
    "pairwise": _ciphers,
    "group": _ciphers,
    "group_cipher": _ciphers,
    "group_mgmt": _ciphers,
    "group_mgmt_cipher": _ciphers,
    "sae_groups": _groups,
    "owe_groups": _groups,
    "wep_key0": _wep,
    "openssl_ciphers": tls.cipher_string,
    "openssl_ecdh_curves": tls.groups,
}


def _wants(file: SourceFile) -> bool:
    if not files.may_be(file, "wifi") or _NAMES.fullmatch(file.name) is None:
        return False
    return any(True for _ in files.hits_of(file, _ANCHORS))


def _detect(file: SourceFile) -> Found:
    document = Document.of(file)
    if not document.readable:
        yield from lines.wide(document, "wifi", "hostapd")
        return
    for line in lines.physical(document):
        if pair := lines.assignment(line):
            value = lines.unquoted(lines.without_comment(pair[1]))
            yield from lines.read(document, "wifi", _READERS, pair[0].text, value)


DETECTOR = Detector("wifi", lambda: _ANCHORS, _wants, _detect)
