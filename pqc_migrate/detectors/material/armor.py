"""Take PEM blocks (RFC 7468, RFC 1421; OpenPGP armor, RFC 9580 section 6) out of any text.

Key files, source strings, YAML, JSON, patches hold them.

A block is what stands between ``-----BEGIN X-----`` and its END line, once the dress of the surrounding
notation (escapes, quotes, comment signs, indentation) is off. A marker without base64 behind it, such as a parser's
constant or a ``...`` in a manual, gives a block without a body.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pqc_migrate.model.target import SourceFile

BEGIN = b"-----BEGIN "

LONGEST_BODY = 16 * 2**20
"""Longest armored body in bytes that is decoded; revocation lists of large authorities stay below it."""

_MARKER = re.compile(rb"-----BEGIN ([A-Z0-9][A-Z0-9 #/._-]{0,60}?)-----")
_ESCAPED = re.compile(rb"\\{1,8}(?:[rnt]|u00(2[bBfF]|3[dD])|/)|&#(?:10|13|[xX]0?[aAdD]);|<br ?/?>")
_CLOSING = re.compile(rb"""["'`]\s{0,9}[+.,;&\\)\]}]{0,9}\s{0,9}$""")
_OPENING = re.compile(rb"""^[+.,(&]{0,9}\s{0,9}[bBrRuUfFL@$]{0,2}["'`]""")
_BETWEEN = re.compile(rb"""["'`][+.,&\s]{0,9}[bBrRuUfFL@$]{0,2}["'`]""")
_ONLY_DRESS = re.compile(rb"""[+.,(&\s]{0,9}[bBrRuUfFL@$]{0,2}["'`][+.,;&\\)\]}\s]{0,9}""")
_PREFIX = re.compile(rb"""[^\w"'`=:{(\[]{1,40}""")
_DEK = re.compile(rb"DEK-Info:\s*([A-Za-z0-9-]{1,40})\s*(?:,|$)")
_CHECKSUM = re.compile(rb"=[A-Za-z0-9+/]{4}")  # of OpenPGP armor, RFC 9580 section 6.1
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9 -]{0,60}:")
_WHITE = b" \t\r\n\x0b\x0c"


@dataclass(frozen=True, slots=True)
class Block:
    """One BEGIN marker and what could be made of the text behind it."""

    label: str
    line: int
    offset: int
    body: bytes | None = None
    """The decoded octets; None when there is nothing decodable, and `problem` says why."""
    problem: str = ""
    ended: bool = True
    """Whether an END line with something before it was there."""
    cipher: str = ""
    """The DEK-Info cipher when the body is encrypted by OpenSSL's traditional scheme."""


def blocks(file: SourceFile, limit: int) -> Iterator[Block]:
    """Yield the first `limit` blocks of a file in its order; markers come from the gate's hits."""
    data = file.data
    starts = [hit.offset for hit in file.hits if hit.anchor == BEGIN]
    line, counted = 1, 0
    binary = b"\0" in data[:1024]
    for index, start in enumerate(starts[:limit]):
        line += data.count(b"\n", counted, start)
        counted = start
        marker = _MARKER.match(data, start)
        if marker is None:
            continue
        stop = starts[index + 1] if index + 1 < len(starts) else len(data)
        label = marker[1].decode("ascii")
        place = 1 if binary else line
        end = data.find(b"-----END " + marker[1] + b"-----", marker.end(), stop)
        if end < 0:
            yield Block(label, place, start, problem="no END line: the block is cut off", ended=False)
        elif end - marker.end() > LONGEST_BODY:
            yield Block(label, place, start, problem="too long")
        else:
            yield _block(label, place, start, _undressed(data, start, marker.end(), end))


def _block(label: str, line: int, offset: int, text: list[bytes]) -> Block:
    headers = [row for row in text if _HEADER.match(row)]
    cipher = ""
    if headers:
        # RFC 1421 headers end at the first empty line; a value may be folded over several lines.
        last = text.index(headers[-1])
        empty = next((i for i in range(last, len(text)) if not text[i]), last)
        text = text[empty + 1 :]
        found = _DEK.search(b"\n".join(headers))
        cipher = found[1].decode("ascii") if found else ""
    joined = b"".join(row for row in text if not _CHECKSUM.fullmatch(row)).translate(None, _WHITE)
    if not joined:
        return Block(label, line, offset, problem="no content", ended=False)
    try:
        body = binascii.a2b_base64(joined, strict_mode=True)
    except binascii.Error:
        return Block(label, line, offset, problem="what stands between BEGIN and END is not base64")
    return Block(label, line, offset, body, cipher=cipher)


def _undressed(data: bytes, start: int, begin: int, end: int) -> list[bytes]:
    """Return the rows of a block's text without the notation around them."""
    text = data[begin:end]
    if b"\\" in text or b"&#" in text or b"<" in text:
        text = _ESCAPED.sub(_unescaped, text)
    rows = text.split(b"\n")
    prefix = _prefix(data, start)
    if prefix and all(row.startswith(prefix) or not row.strip() for row in rows[1:-1]):
        rows = [rows[0], *(row.removeprefix(prefix) for row in rows[1:-1]), rows[-1].removeprefix(prefix)]
    if any(quote in text for quote in (b'"', b"'", b"`", b"\\")):
        rows = [_unquoted(row.strip().rstrip(b"\\ ")) for row in rows]
    return [row.strip() for row in rows]


def _unquoted(row: bytes) -> bytes:
    row = _BETWEEN.sub(b"", row)
    return b"" if _ONLY_DRESS.fullmatch(row) else _OPENING.sub(b"", _CLOSING.sub(b"", row))


def _prefix(data: bytes, start: int) -> bytes:
    """Return what stands before the marker on its line when it can be a comment sign, a quote mark or a patch's."""
    begin = data.rfind(b"\n", max(0, start - 64), start) + 1
    before = data[begin:start]
    return before if before.strip() and _PREFIX.fullmatch(before) else b""


def _unescaped(match: re.Match[bytes]) -> bytes:
    token = match[0].lstrip(b"\\")
    if token == b"/":
        return b"/"
    if match[1]:
        return bytes.fromhex(match[1].decode("ascii"))
    return b"\n"
