"""Detector: WireGuard (``wg0.conf``, systemd's ``.netdev``): always Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s.

Sources: wg(8) of wireguard-tools 1.0; systemd.netdev(5); the name of the handshake is a constant of every
implementation. A preshared key is mixed into the public-key cryptography "for post-quantum resistance" (wg(8)),
which is said. No key is repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pqc_migrate.catalog import names
from pqc_migrate.detectors.config import files, lines
from pqc_migrate.detectors.config.document import Document, Word
from pqc_migrate.detectors.config.report import Setting
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Asset, Diagnostic, Finding, Kind
from pqc_migrate.model.target import SourceFile

_SUITE = ("25519", "ChaChaPoly", "BLAKE2s")
_ANCHORS = frozenset({b"[WireGuardPeer]", b"[Peer]", b"PublicKey", b"PresharedKey"})
_SECTION = re.compile(r"[ \t]*\[(\w+)\][ \t]*")
_PEER = re.compile(rb"^[ \t]*\[(?:WireGuard)?Peer\]", re.MULTILINE | re.IGNORECASE)
_KEY = re.compile(rb"^[ \t]*PublicKey[ \t]*=[ \t]*[A-Za-z0-9+/]{43}=", re.MULTILINE | re.IGNORECASE)
_WG_KEY = re.compile(r"[A-Za-z0-9+/]{43}=")


def _wants(file: SourceFile) -> bool:
    return (
        files.may_be(file, "wireguard")
        and any(True for _ in files.hits_of(file, _ANCHORS))
        and _PEER.search(file.data) is not None
        and _KEY.search(file.data) is not None
    )


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    document = Document.of(file)
    if not document.readable:
        yield from lines.wide(document, "wireguard", "WireGuard")
        return
    for index, (public, preshared) in enumerate(_peers(document)):
        details = (("preshared-key", "yes" if preshared else "no"),)
        setting = Setting(document, "wireguard/peer", "PublicKey")
        parts = [names.lookup("noise", part) for part in _SUITE]
        yield setting.finding(
            public.part(0, ""),
            Asset.of(Kind.PROTOCOL, "WireGuard"),
            reason="WireGuard has one suite of algorithms",
            details=details,
            related=tuple(("component", part) for part in parts if part is not None),
        )
        for part in parts:
            if part is not None and index == 0:
                yield setting.finding(
                    public.part(0, ""), part, reason="WireGuard has one suite of algorithms", how="library default"
                )


def _peers(document: Document) -> list[tuple[Word, bool]]:
    """Return the public key of every peer, and whether it has a preshared key, too."""
    peers: list[tuple[Word, bool]] = []
    section, public, preshared = "", None, False
    for line in lines.physical(document, comments="#;"):
        if header := _SECTION.fullmatch(line.text):
            if public is not None:
                peers.append((public, preshared))
            section, public, preshared = header[1].lower(), None, False
        elif section in ("peer", "wireguardpeer") and (pair := lines.assignment(lines.without_comment(line))):
            name, value = pair[0].text.lower(), pair[1]
            if name == "publickey" and _WG_KEY.fullmatch(value.text):
                public = value
            preshared = preshared or (name in ("presharedkey", "presharedkeyfile") and bool(value.text))
    if public is not None:
        peers.append((public, preshared))
    return peers


DETECTOR = Detector("wireguard", lambda: _ANCHORS, _wants, _detect)
