"""Calls of z/OS ICSF in COBOL, PL/I, REXX and assembler, which no parser reads here: line by line.

A service is known by its name (``CALL 'CSNBSAE' USING …``). What its rule array says is read where the sixth
argument is a variable with one literal in the same file; otherwise the call is reported as not resolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pqc_migrate.catalog.icsf import Service, services
from pqc_migrate.detectors.registry import Detector
from pqc_migrate.model.inventory import Diagnostic, Finding, Location, Provenance, Skip, Technique
from pqc_migrate.model.target import SourceFile

_LANGUAGES = frozenset({"cobol", "pl-i", "assembly", "rexx"})
_CALL = re.compile(
    rb"\b(?:CALL|LINKPGM)\s+(?:(['\"])(CSN[BDEF][A-Z0-9]{3,6})\1|(CSN[BDEF][A-Z0-9]{3,6})(?=\s*,?\s*\())",
    re.IGNORECASE,
)
"""A quoted name (COBOL, REXX), or a bare one before its arguments (PL/I, assembler)."""
_COMMENT = {
    "cobol": re.compile(rb".{6}[*/]|\s*\*"),
    "assembly": re.compile(rb"[*.]"),
}
_NEVER = re.compile(rb"(?!)")
_BLOCK_COMMENT = re.compile(rb"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ARGUMENT = re.compile(rb"[A-Za-z@#$][\w@#$-]*")
_NO_ARGUMENTS = frozenset({b"USING", b"BY", b"REFERENCE", b"CONTENT", b"VALUE", b"OF"})
_RULE_ARRAY = 5
"""Position of the rule array behind return code, reason code, exit data and its own count."""
_LONGEST_CALL = 2_000


def _detect(file: SourceFile) -> Iterator[Finding | Diagnostic]:
    data = _without_comments(file)
    known = services()
    for match in _CALL.finditer(data):
        place = 2 if match[2] is not None else 3
        name = match[place].decode().upper()
        service = known.get(name)
        keywords = _keywords(data, match.end()) if service is not None else []
        asset = service.used_with(keywords) if service is not None else None
        line = file.line_at(match.start(place))
        if service is None or asset is None:
            why = service.decided if service is not None else "an ICSF service that the catalog does not hold"
            rule = f"icsf/{service.id}" if service is not None else "icsf/service"
            yield Diagnostic(file.path, Skip.UNRESOLVED, f"{name}: {why}", line, rule)
            continue
        yield Finding(
            rule=f"icsf/{service.id}",
            asset=asset,
            location=Location(file.path, line, match.start(place), name),
            technique=Technique.TEXT,
            confidence=0.8,
            reason="service by its name; the language is not parsed",
            functions=service.functions,
            provenance=(Provenance("algorithm", _how(service, keywords), file.path, line),),
        )


def _how(service: Service, keywords: list[str]) -> str:
    return "constant" if any(word in service.keywords for word in keywords) else "literal"


def _without_comments(file: SourceFile) -> bytes:
    """Return a file with its comments blanked out, at the same offsets."""
    data = file.data
    if file.language in ("pl-i", "rexx"):
        return _BLOCK_COMMENT.sub(lambda match: re.sub(rb"[^\n]", b" ", match[0]), data)
    comment = _COMMENT.get(file.language, _NEVER)
    lines = data.split(b"\n")
    return b"\n".join(b" " * len(line) if comment.match(line) else line for line in lines)


def _keywords(data: bytes, at: int) -> list[str]:
    """Return the keywords of a call's rule array, where one literal of the file says them."""
    text = data[at : at + _LONGEST_CALL]
    end = re.search(rb"\)|\.\s|END-CALL|;", text)
    words = _ARGUMENT.findall(text[: end.start() if end is not None else 0])
    arguments = [word for word in words if word.upper() not in _NO_ARGUMENTS]
    if len(arguments) <= _RULE_ARRAY:
        return []
    name = re.escape(arguments[_RULE_ARRAY])
    patterns = (
        rb"\bMOVE\s+['\"]([^'\"\n]*)['\"]\s+TO\s+%s\b" % name,
        rb"\b%s\s+(?:PIC|PICTURE)[^\n.]*?\bVALUE\s+(?:IS\s+)?['\"]([^'\"\n]*)['\"]" % name,
        rb"\b%s\s+(?:FIXED\s+)?CHAR[^;\n]*?\bINIT(?:IAL)?\s*\(\s*'([^'\n]*)'" % name,
        rb"\b%s\s*=\s*['\"]([^'\"\n]*)['\"]" % name,
        rb"^%s\s+DC\s+C(?:L\d+)?'([^'\n]*)'" % name,
    )
    found = {m[1] for pattern in patterns for m in re.finditer(pattern, data, re.IGNORECASE | re.MULTILINE)}
    return next(iter(found)).decode("ascii", "replace").split() if len(found) == 1 else []


@cache
def _anchors() -> frozenset[bytes]:
    spelled = {name.encode() for name in ("CSNB", "CSND", "CSNE", "CSNF")}
    return frozenset(spelled | {name.lower() for name in spelled})


def _wants(file: SourceFile) -> bool:
    return file.language in _LANGUAGES and any(hit.anchor in _anchors() for hit in file.hits)


DETECTOR = Detector("icsf", _anchors, _wants, _detect, parses=False)
