"""Per-occurrence facts as one line of text, and back.

CycloneDX gives an occurrence one free field, ``additionalContext``. It holds what has no field of its own
as ``key=value`` pairs that people can read and `read_occurrence` restores::

    rule=python-cryptography/rsa-generate; role=production; technique=ast; confidence=0.95;
    reason=resolved call; functions=keygen; from.size=constant@src/keys.py:12; detail.iterations=1000

``%``, ``;`` and, in keys, ``=`` are percent-encoded; invisible characters stay spelled out (`escape`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pqc_migrate.model.escape import visible
from pqc_migrate.model.inventory import Location, Occurrence, Provenance, Role, Technique

Pairs = list[tuple[str, str]]

_VALUE = re.compile(r"[%;]")
_KEY = re.compile(r"[%;=]")
_ITEM = re.compile(r"[%;,]")
_HOW = re.compile(r"[%;@]")
_ENCODED = re.compile(r"%([0-9A-F]{2})")


def write_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """Return pairs as ``key=value; key=value``, reversible."""
    return visible("; ".join(f"{_percent(_KEY, key)}={_percent(_VALUE, value)}" for key, value in pairs))


def read_pairs(text: str) -> Pairs:
    """Return the pairs `write_pairs` was given; `ValueError` when the text is not of its making."""
    if not text:
        return []
    pairs = []
    for part in text.split("; "):
        key, sign, value = part.partition("=")
        if not sign:
            raise ValueError(f"no '=' in {part[:40]!r}")
        pairs.append((_unpercent(key), _unpercent(value)))
    return pairs


def write_occurrence(occurrence: Occurrence) -> str:
    """Return everything about an occurrence but its location."""
    pairs = [
        f"rule={_percent(_VALUE, occurrence.rule)}",
        f"role={occurrence.role}",
        f"technique={occurrence.technique}",
        f"confidence={occurrence.confidence!r}",
        f"reason={_percent(_VALUE, occurrence.reason)}",
    ]
    if occurrence.functions:
        pairs.append("functions=" + ",".join(_percent(_ITEM, name) for name in occurrence.functions))
    pairs += (f"from.{_percent(_KEY, p.parameter)}={_provenance(p)}" for p in occurrence.provenance)
    pairs += (f"detail.{_percent(_KEY, key)}={_percent(_VALUE, value)}" for key, value in occurrence.details)
    return visible("; ".join(pairs))


def read_occurrence(text: str, location: Location) -> Occurrence:
    """Restore an occurrence from what `write_occurrence` returned; `ValueError` when it is another text."""
    single: dict[str, str] = {}
    provenance: list[Provenance] = []
    details: list[tuple[str, str]] = []
    for part in text.split("; "):
        key, sign, value = part.partition("=")
        if not sign:
            raise ValueError(f"no '=' in {part[:40]!r}")
        if key.startswith("from."):
            provenance.append(_read_provenance(_unpercent(key[5:]), value))
        elif key.startswith("detail."):
            details.append((_unpercent(key[7:]), _unpercent(value)))
        else:
            single[key] = value
    if not {"rule", "role", "technique", "confidence", "reason"} <= single.keys():
        raise ValueError("not an occurrence of this program")
    confidence = float(single["confidence"])
    if not 0 <= confidence <= 1:
        raise ValueError("confidence outside 0 to 1")
    return Occurrence(
        location=location,
        rule=_unpercent(single["rule"]),
        technique=Technique(single["technique"]),
        confidence=confidence,
        reason=_unpercent(single["reason"]),
        role=Role(single["role"]),
        functions=tuple(map(_unpercent, single["functions"].split(","))) if "functions" in single else (),
        provenance=tuple(provenance),
        details=tuple(details),
    )


def provenance_text(provenance: Provenance) -> str:
    """Return ``how`` or ``how@path:line`` for people."""
    if not provenance.path and not provenance.line:
        return provenance.how
    return f"{provenance.how}@{provenance.path}:{provenance.line}"


def _provenance(provenance: Provenance) -> str:
    how = _percent(_HOW, provenance.how)
    if not provenance.path and not provenance.line:
        return how
    return f"{how}@{_percent(_VALUE, provenance.path)}:{provenance.line}"


def _read_provenance(parameter: str, text: str) -> Provenance:
    how, sign, place = text.partition("@")
    if not sign:
        return Provenance(parameter, _unpercent(how))
    path, _, line = place.rpartition(":")
    return Provenance(parameter, _unpercent(how), _unpercent(path), int(line))


def _percent(unsafe: re.Pattern[str], text: str) -> str:
    return unsafe.sub(lambda match: f"%{ord(match[0]):02X}", text)


def _unpercent(text: str) -> str:
    return _ENCODED.sub(lambda match: chr(int(match[1], 16)), text) if "%" in text else text
