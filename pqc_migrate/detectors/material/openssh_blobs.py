"""Detector: SSH public keys and OpenSSH certificates (``.pub``, ``authorized_keys``, ``known_hosts``).

The anchor is the base64 of the blob's own first field, its type name, so a key is found in any file that holds one
(cloud-init, Ansible, source strings and RFC 4716 files), and the word ``ssh-rsa`` alone is not. The public half in
a PuTTY key file belongs to the private key there.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from pqc_migrate.catalog import names
from pqc_migrate.detectors.material import openssh
from pqc_migrate.detectors.material.der import Malformed, Truncated
from pqc_migrate.detectors.material.item import Details, Item, Place, condensed, is_key_file
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Diagnostic, Finding, Skip
from pqc_migrate.model.target import SourceFile

MOST_KEYS = 10_000
"""Keys decoded in one file; the rest is reported as not looked at."""

_LONGEST_BLOB = 64 * 1024
_PUTTY = b"PuTTY-User-Key-File-"
_RFC_4716 = re.compile(
    rb"---- BEGIN SSH2 PUBLIC KEY ----[ \t]*\r?\n"
    rb"(?:[^\n:]{1,64}:(?:[^\n]*\\\r?\n)*[^\n]*(?<!\\)(?<!\\\r)\n)*"
)
"""What stands in front of a key in a file of RFC 4716 section 3.3: the marker and headers, which may go on."""
_ALPHABET = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]*={0,2}")
_ON_SEVERAL_LINES = re.compile(rb"[A-Za-z0-9+/\s]*={0,2}")
_LONGEST_HEAD = 4096
_MARK = re.compile(rb'[ \t]*(?:(@cert-authority|@revoked)[ \t]|(?:(?:[^"\s#]|"[^"\n]*")+,)?(cert-authority)[, \t])')
_MARKS = {
    b"@cert-authority": "certificate authority", b"cert-authority": "certificate authority", b"@revoked": "revoked",
}  # fmt: skip
_KEY_LISTS = frozenset({"authorized_keys", "authorized_keys2", "known_hosts", "known_hosts2", "ssh_known_hosts"})


@cache
def _anchors() -> frozenset[bytes]:
    """Return the base64 of every type name's field, cut to whole groups of three octets."""
    anchors = set()
    for name in names.table("ssh-keys"):
        stem = name.removesuffix("@openssh.com")
        for full in (name, stem + openssh.CERTIFICATE_SUFFIX):
            field = len(full).to_bytes(4, "big") + full.encode("ascii")
            anchors.add(base64.b64encode(field[: len(field) // 3 * 3]))
    return frozenset(anchors)


def _wants(file: SourceFile) -> bool:
    anchors = _anchors()
    return not file.data.startswith(_PUTTY) and any(hit.anchor in anchors for hit in file.hits)


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    anchors = _anchors()
    starts = sorted({hit.offset for hit in file.hits if hit.anchor in anchors})
    yield from condensed(_keys(file, starts[:MOST_KEYS]))
    if len(starts) > MOST_KEYS:
        message = f"{len(starts) - MOST_KEYS:,} of {len(starts):,} SSH public keys were not decoded"
        yield Diagnostic(file.path, Skip.TOO_LARGE, message, rule="openssh")


def _keys(file: SourceFile, starts: list[int]) -> Iterator[Finding | Diagnostic]:
    telling = is_key_file(file) or file.name in _KEY_LISTS
    line, counted = 1, 0
    for start in starts:
        line += file.data.count(b"\n", counted, start)
        counted = start
        if start and file.data[start - 1] in _ALPHABET:
            continue
        begin = _begin(file.data, start)
        place = Place("openssh", file.path, line - file.data.count(b"\n", begin, start), begin)
        try:
            for item in _items(file.data, start):
                yield place.finding(replace(item, details=(*item.details, *_standing(file.data, start))))
        except Malformed as error:
            if telling:
                yield place.diagnostic(error, "SSH public key")


def _begin(data: bytes, start: int) -> int:
    """Return where the block begins that a key stands in: its marker in a file of RFC 4716, as in PEM."""
    marker = data.rfind(b"---- BEGIN SSH2", max(0, start - _LONGEST_HEAD), start)
    return marker if marker >= 0 and _RFC_4716.fullmatch(data, marker, start) else start


def _standing(data: bytes, start: int) -> Details:
    """Return what the words before a key on its line say of it (AUTHORIZED_KEYS and SSH_KNOWN_HOSTS of sshd(8))."""
    head = data[max(data.rfind(b"\n", 0, start) + 1, start - _LONGEST_HEAD) : start]
    match = _MARK.match(head)
    return (("listed-as", _MARKS[match[1] or match[2]]),) if match else ()


def _items(data: bytes, start: int) -> list[Item]:
    """Decode the blob at `start`: on one line, or wrapped over several (RFC 4716, PuTTY)."""
    stop = min(len(data), start + _LONGEST_BLOB)
    run = _BASE64.match(data, start, stop)
    try:
        return list(openssh.public(_decoded(run[0] if run else b"")))
    except Truncated:
        wrapped = _ON_SEVERAL_LINES.match(data, start, stop)
        if run is None or wrapped is None or wrapped.end() == run.end():
            raise
        return _wrapped(wrapped[0])


def _wrapped(text: bytes) -> list[Item]:
    """Decode a blob wrapped over lines: add line after line until it is complete."""
    joined = b""
    for row in text.split(b"\n"):
        joined += row.strip()
        try:
            return list(openssh.public(_decoded(joined)))
        except Truncated:
            continue
    raise Truncated("an SSH key that is cut off")


def _decoded(text: bytes) -> bytes:
    try:
        return binascii.a2b_base64(text[: len(text) // 4 * 4])
    except binascii.Error:
        raise Malformed("not base64") from None


DETECTOR = Detector("openssh-key", _anchors, _wants, _detect)
