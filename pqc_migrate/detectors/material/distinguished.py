"""Distinguished names and times of X.509, as text that is safe to print."""

from __future__ import annotations

import re
from datetime import datetime

from pqc_migrate.detectors.material import der
from pqc_migrate.detectors.material.der import Element, Malformed

COMMON_NAME = "2.5.4.3"

_SHORT = {
    "2.5.4.3": "CN", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.10": "O", "2.5.4.11": "OU",
    "2.5.4.9": "STREET", "2.5.4.4": "SN", "2.5.4.42": "GN", "2.5.4.12": "title", "2.5.4.5": "serialNumber",
    "2.5.4.15": "businessCategory", "2.5.4.97": "organizationIdentifier", "1.2.840.113549.1.9.1": "emailAddress",
    "0.9.2342.19200300.100.1.25": "DC", "0.9.2342.19200300.100.1.1": "UID",
}  # fmt: skip
_BMP_STRING, _UNIVERSAL_STRING, _UTF8_STRING = 0x1E, 0x1C, 0x0C
_LONGEST_VALUE = 200
_MOST_ATTRIBUTES = 40
_SPECIAL = re.compile(r'([,+"\\<>;=]|^[ #]| $)')
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:\.\d+)?(?:Z|[+-]0000)")


def name(element: Element) -> str:
    """Return a Name as RFC 4514 orders and escapes it (most specific part first), attributes by short name."""
    parts = []
    for count, relative in enumerate(element.expect(der.SEQUENCE).children()):
        if count == _MOST_ATTRIBUTES:
            parts.append("…")
            break
        parts.append("+".join(f"{key}={_SPECIAL.sub(_escape, value)}" for key, value in _attributes(relative)))
    return ",".join(reversed(parts))


def common_name(element: Element) -> str:
    """Return the most specific common name, or an empty string."""
    found = ""
    for relative in element.expect(der.SEQUENCE).first(_MOST_ATTRIBUTES):
        for key, value in _attributes(relative):
            if key == "CN":
                found = value
    return found


def time(element: Element) -> str | None:
    """Return a Time (RFC 5280 section 4.1.2.5) as ISO 8601 UTC, or None when it is not one."""
    text = element.content.decode("ascii", "replace")
    if element.tag == _UTC_TIME:
        text = ("19" if text[:2] >= "50" else "20") + text
    elif element.tag != _GENERALIZED_TIME:
        return None
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    try:
        year, month, day, hour, minute, second = map(int, match.groups(default="0"))
        return datetime(year, month, day, hour, minute, second).isoformat() + "Z"
    except ValueError:
        return None


def printable(text: str) -> str:
    """Replace control and other unprintable characters, so that a name cannot command a terminal."""
    text = text[:_LONGEST_VALUE]
    return text if text.isprintable() else "".join(ch if ch.isprintable() else f"\\u{ord(ch):04X}" for ch in text)


def _attributes(relative: Element) -> list[tuple[str, str]]:
    found = []
    for attribute in relative.expect(der.SET).first(_MOST_ATTRIBUTES):
        fields = attribute.expect(der.SEQUENCE).first(2)
        if len(fields) < 2:
            raise Malformed("name attribute without a value")
        oid = fields[0].oid()
        found.append((_SHORT.get(oid, oid), _text(fields[1])))
    return found


def _text(value: Element) -> str:
    content = value.content[: 4 * _LONGEST_VALUE]
    if value.tag == _BMP_STRING:
        text = content.decode("utf-16-be", "replace")
    elif value.tag == _UNIVERSAL_STRING:
        text = content.decode("utf-32-be", "replace")
    elif value.tag == _UTF8_STRING:
        text = content.decode("utf-8", "replace")
    else:
        # Old authorities put UTF-8, GBK or Latin-1 into T61String and PrintableString; UTF-8 proves itself.
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            text = content.decode("latin-1")
    return printable(text)


def _escape(match: re.Match[str]) -> str:
    return "\\" + match[1]
