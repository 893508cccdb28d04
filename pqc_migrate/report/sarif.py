"""A scan as SARIF 2.1.0 (OASIS, errata 01), for code scanning views and editors.

One result per direct occurrence, its rule id unchanged. What needs attention is a ``warning`` or a ``note``;
the rest of the inventory is ``informational`` with level ``none``, so that a view of problems stays short.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

import orjson

from pqc_migrate.inventory.standing import (
    Concern,
    Standing,
    concern_at,
    derived_from,
    is_part,
    standings,
    within_hybrid,
)
from pqc_migrate.model.escape import visible
from pqc_migrate.model.inventory import Component, Coverage, Diagnostic, Inventory, Occurrence, Role, Skip
from pqc_migrate.report.options import RenderOptions
from pqc_migrate.report.scan_rows import label

Json = dict[str, Any]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
BASE = "%SRCROOT%"
"""The scanned target, which every location is relative to."""
FINGERPRINT = "pqcMigrate/v1"

_EXPLAINED = {
    Concern.QUANTUM: "broken by Shor's algorithm at every size: plan its replacement by a post-quantum or hybrid "
    "algorithm, first where data must stay secret for years",
    Concern.BROKEN: "broken by today's computers: replace it now where it protects anything",
    Concern.WEAK: "below today's strength or deprecated: replace it at the next change",
    Concern.UNKNOWN: "not in the catalog: find out what it is",
    Concern.DEPENDS: "its parts or the run-time configuration decide",
    Concern.KEEP: "no quantum attack better than a square-root search is known: keep it, with a sufficient length",
    Concern.HYBRID: "classical and post-quantum combined: safe while either part holds",
    Concern.RESISTANT: "designed to resist quantum attack",
}
_RUNS = frozenset({Role.PRODUCTION, Role.VENDORED})
_QUIET_SKIPS = frozenset({Skip.EXCLUDED, Skip.LINK_OUTSIDE, Skip.NOT_REGULAR, Skip.UNRESOLVED})


def render(inventory: Inventory, options: RenderOptions) -> bytes:
    """Return the SARIF log as indented UTF-8 JSON ending in a newline."""
    standing = standings(inventory)
    rules = _rules(inventory, standing)
    driver: Json = {"name": visible(inventory.tool) or "pqc-migrate"}
    if inventory.tool_version:
        driver["version"] = visible(inventory.tool_version)
    driver["rules"] = list(rules.values())
    index = {identifier: position for position, identifier in enumerate(rules)}
    run: Json = {
        "tool": {"driver": driver},
        "invocations": [_invocation(inventory.coverage)],
        "originalUriBaseIds": {BASE: {"description": {"text": "The scanned target."}}},
        "results": list(_results(inventory, standing, index)),
        "properties": {"target": visible(inventory.target), "coverage": _coverage(inventory.coverage)},
    }
    document: Json = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def level(concern: Concern, role: Role) -> str:
    """Return the SARIF level: code that runs before code that does not, hygiene as a note."""
    if concern > Concern.UNKNOWN:
        return "none"
    return "warning" if concern <= Concern.BROKEN and role in _RUNS else "note"


def uri(path: str) -> str:
    """Return a path of the target as a relative URI reference (RFC 3986 section 4.2)."""
    return quote(path.encode("utf-8", "surrogateescape" if _decodable(path) else "replace"), safe="/!")


def _decodable(path: str) -> bool:
    return not any(0xD800 <= ord(char) <= 0xDFFF and not 0xDC80 <= ord(char) <= 0xDCFF for char in path)


def _own(component: Component, standing: Standing) -> Iterator[Occurrence]:
    # A part stands at the place of its whole, which is reported there already; of what a cipher list lets be
    # negotiated, what is at risk is reported.
    for occurrence in component.occurrences:
        at_risk = concern_at(standing, occurrence) <= Concern.WEAK
        if derived_from(occurrence) is None or (at_risk and not is_part(occurrence)):
            yield occurrence


def _rules(inventory: Inventory, standing: Mapping[str, Standing]) -> dict[str, Json]:
    """Return a description of every rule that found something, by id."""
    found: dict[str, tuple[set[str], set[Concern]]] = {}
    for component in inventory.components:
        for occurrence in _own(component, standing[component.ref]):
            families, concerns = found.setdefault(occurrence.rule, (set(), set()))
            families.add(component.asset.family)
            concerns.add(concern_at(standing[component.ref], occurrence))
    return {rule: _rule(rule, *found[rule]) for rule in sorted(found)}


def _rule(identifier: str, families: set[str], concerns: set[Concern]) -> Json:
    listed = visible(", ".join(sorted(families)))
    explained = [f"{concern.label}: {_EXPLAINED[concern]}." for concern in sorted(concerns)]
    worst = level(min(concerns), Role.PRODUCTION)
    return {
        "id": visible(identifier),
        "shortDescription": {"text": f"Cryptography in use: {listed}"},
        "fullDescription": {"text": f"The rule {visible(identifier)} reports uses of {listed} in this run."},
        "help": {"text": "\n".join(explained), "markdown": "\n".join(f"- {line}" for line in explained)},
        "defaultConfiguration": {"level": worst},
        "properties": {"tags": ["security", "cryptography"]},
    }


def _results(inventory: Inventory, standing: Mapping[str, Standing], index: Mapping[str, int]) -> Iterator[Json]:
    for component in inventory.components:
        seen: dict[tuple[str, str, str], int] = {}
        for occurrence in _own(component, standing[component.ref]):
            # Equal uses in one file are told apart by their order, not by their lines, which move.
            place = (occurrence.rule, occurrence.location.path, occurrence.location.symbol)
            seen[place] = seen.get(place, 0) + 1
            yield _result(component, occurrence, standing[component.ref], index, seen[place])


def _result(
    component: Component, occurrence: Occurrence, standing: Standing, index: Mapping[str, int], ordinal: int
) -> Json:
    concern = concern_at(standing, occurrence)
    severity = level(concern, occurrence.role)
    result: Json = {"ruleId": visible(occurrence.rule), "ruleIndex": index[occurrence.rule], "level": severity}
    if severity == "none":
        result["kind"] = "informational"
    result["message"] = {"text": _message(component, occurrence, concern, standing)}
    if occurrence.location.path:
        result["locations"] = [_location(occurrence.location.path, occurrence.location.line)]
    result["partialFingerprints"] = {FINGERPRINT: _fingerprint(component, occurrence, ordinal)}
    result["properties"] = {
        "asset": component.ref,
        "standing": concern.label,
        "role": occurrence.role.value,
        "technique": occurrence.technique.value,
        "confidence": occurrence.confidence,
    }
    return result


def _message(component: Component, occurrence: Occurrence, concern: Concern, standing: Standing) -> str:
    text = f"{label(component)}: {_EXPLAINED[concern]}."
    if standing.classical_source and concern <= Concern.WEAK and not within_hybrid(occurrence):
        text += f" Today: {standing.classical_source}."
    if occurrence.role not in _RUNS:
        text += f" In {occurrence.role} code."
    return visible(text)


def _location(path: str, line: int) -> Json:
    place: Json = {"artifactLocation": {"uri": uri(path), "uriBaseId": BASE}}
    if line:
        place["region"] = {"startLine": line}
    return {"physicalLocation": place}


def _fingerprint(component: Component, occurrence: Occurrence, ordinal: int) -> str:
    place = occurrence.location
    parts = (occurrence.rule, component.ref, place.path, place.symbol, str(ordinal))
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _invocation(coverage: Coverage) -> Json:
    invocation: Json = {"executionSuccessful": True}
    if coverage.skipped:
        invocation["toolExecutionNotifications"] = [_notification(d) for d in coverage.skipped]
    return invocation


def _notification(diagnostic: Diagnostic) -> Json:
    notification: Json = {
        "descriptor": {"id": diagnostic.skip.value},
        "level": "note" if diagnostic.skip in _QUIET_SKIPS else "warning",
        "message": {"text": visible(diagnostic.message) or diagnostic.skip.value},
    }
    if diagnostic.path:
        notification["locations"] = [_location(diagnostic.path, diagnostic.line)]
    return notification


def _coverage(coverage: Coverage) -> Json:
    return {
        "filesSeen": coverage.files_seen,
        "filesRead": coverage.files_read,
        "filesParsed": coverage.files_parsed,
        "bytesRead": coverage.bytes_read,
        "skippedByReason": coverage.skipped_by_reason(),
        "withoutDetector": sorted(
            visible(name) for name, found in coverage.by_language.items() if not found.supported
        ),
    }
