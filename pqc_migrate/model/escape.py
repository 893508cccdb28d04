"""Make text that came from outside visible and safe to print.

Paths of a target are spelled out when it is read; a CBOM of another tool brings names that were not. Written
raw, control characters forge table rows, right-to-left overrides reverse what a reader sees, and lone
surrogates break the encoder.
"""

from __future__ import annotations

import re

# Spelled out, not taken from unicodedata: the same bytes on every Python version. Cc, Cf (bidirectional and
# zero-width controls), Zl, Zp, lone surrogates and tags.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    r"""Return `text` with every invisible or unencodable character as ``\xNN``, ``\uNNNN`` or ``\UNNNNNNNN``.

    ``\xNN`` with NN from 80 is a byte that was not UTF-8 (as ``surrogateescape`` decodes it). Text without
    such characters comes back unchanged, so the function may be applied twice.
    """
    return _UNSAFE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
