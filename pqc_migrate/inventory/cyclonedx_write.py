"""`Inventory` → CycloneDX 1.6 or 1.7 JSON: the CBOM, with the coverage statement inside.

Built directly for orjson (a general CycloneDX library needs minutes for large inventories) and byte-stable:
the order is the inventory's, and there is no clock and nothing random in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson

from pqc_migrate.catalog import algorithms
from pqc_migrate.catalog.algorithms import Quantum
from pqc_migrate.inventory.capability import capabilities
from pqc_migrate.inventory.context import write_occurrence, write_pairs
from pqc_migrate.inventory.cyclonedx_fields import crypto_properties, rfc3339
from pqc_migrate.inventory.standing import (
    Standing,
    by_role,
    concern_of,
    derived_from,
    mapped,
    standings,
    unknown,
)
from pqc_migrate.model.escape import visible
from pqc_migrate.model.inventory import (
    Component,
    Coverage,
    Diagnostic,
    Inventory,
    Kind,
    LanguageCoverage,
    Occurrence,
    Technique,
)

Json = dict[str, Any]

SPEC_VERSIONS = ("1.6", "1.7")
NAMESPACE = "pqc-migrate:"
"""Prefix of every property of ours."""
TARGET_REF = "target"
"""``bom-ref`` of the thing that was scanned."""
_NO_SERIAL = "urn:uuid:00000000-0000-0000-0000-000000000000"
_IDENTITY_TECHNIQUES = {
    Technique.PARSER: "binary-analysis",
    Technique.AST: "source-code-analysis",
    Technique.CONFIG: "other",
    Technique.MANIFEST: "manifest-analysis",
    Technique.TEXT: "source-code-analysis",
}
_NOT_A_VERSION = frozenset("<>=^~*!, |")


def to_cyclonedx(inventory: Inventory, spec_version: str = "1.6", timestamp: datetime | None = None) -> bytes:
    """Return the CBOM as UTF-8 JSON ending in a newline; `timestamp` is written only when given.

    `ValueError` for a `spec_version` other than 1.6 and 1.7. The serial number is a UUID of version 8
    (RFC 9562 section 5.8) over the document's content: equal inventories have equal numbers.
    """
    if spec_version not in SPEC_VERSIONS:
        raise ValueError(f"CycloneDX {spec_version} is not written; known: {', '.join(SPEC_VERSIONS)}")
    by_ref = {component.ref: component for component in inventory.components}
    standing = standings(inventory)
    document: Json = {
        "$schema": f"http://cyclonedx.org/schema/bom-{spec_version}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": spec_version,
        "serialNumber": _NO_SERIAL,
        "version": 1,
        "metadata": _metadata(inventory, timestamp),
        "components": [_component(c, standing[c.ref], by_ref, spec_version) for c in inventory.components],
        "dependencies": list(_dependencies(inventory, by_ref)),
        "compositions": [_composition(inventory)],
    }
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    serial = UUID(bytes=_version_8(blake2b(text, digest_size=16).digest()))
    return text.replace(_NO_SERIAL.encode(), serial.urn.encode(), 1)


def _version_8(content: bytes) -> bytes:
    stamped = bytearray(content)
    stamped[6] = stamped[6] & 0x0F | 0x80
    stamped[8] = stamped[8] & 0x3F | 0x80
    return bytes(stamped)


def _metadata(inventory: Inventory, timestamp: datetime | None) -> Json:
    metadata: Json = {}
    if timestamp is not None:
        metadata["timestamp"] = rfc3339(timestamp)
    if inventory.tool:
        tool = {"type": "application", "name": visible(inventory.tool)}
        if inventory.tool_version:
            tool["version"] = visible(inventory.tool_version)
        metadata["tools"] = {"components": [tool]}
    if inventory.target:
        metadata["component"] = {
            "type": "application",
            "bom-ref": TARGET_REF,
            "name": visible(inventory.target),
        }
    metadata["properties"] = list(_coverage(inventory.coverage))
    return metadata


def _coverage(coverage: Coverage) -> Iterator[Json]:
    yield _property("coverage:files-seen", str(coverage.files_seen))
    yield _property("coverage:files-read", str(coverage.files_read))
    yield _property("coverage:files-parsed", str(coverage.files_parsed))
    yield _property("coverage:bytes-read", str(coverage.bytes_read))
    for reason, count in coverage.skipped_by_reason().items():
        yield _property(f"coverage:skipped:{reason}", str(count))
    for language in sorted(coverage.by_language):
        yield _property(f"coverage:language:{language}", _language(coverage.by_language[language]))
    for diagnostic in coverage.skipped:
        yield _written("skipped", _diagnostic(diagnostic))


def _language(found: LanguageCoverage) -> str:
    return write_pairs(
        [
            ("files", str(found.files)),
            ("bytes", str(found.bytes)),
            ("parsed", str(found.parsed)),
            ("parsed-bytes", str(found.parsed_bytes)),
            ("supported", "true" if found.supported else "false"),
        ]
    )


def _diagnostic(diagnostic: Diagnostic) -> str:
    pairs = [("reason", str(diagnostic.skip)), ("path", diagnostic.path)]
    if diagnostic.line:
        pairs.append(("line", str(diagnostic.line)))
    if diagnostic.rule:
        pairs.append(("rule", diagnostic.rule))
    return write_pairs([*pairs, ("message", diagnostic.message)])


def _component(component: Component, standing: Standing, by_ref: Mapping[str, Component], spec: str) -> Json:
    asset = component.asset
    library = asset.kind is Kind.LIBRARY
    built: Json = {
        "type": "library" if library else "cryptographic-asset",
        "bom-ref": component.ref,
        "name": visible(component.name),
    }
    if library:
        version = asset.get("version")
        if version and not _NOT_A_VERSION & set(version):
            built["version"] = visible(version)
        if purl := asset.get("purl"):
            built["purl"] = visible(purl)
    if component.occurrences:
        built["evidence"] = _evidence(component)
    if not library:
        built["cryptoProperties"] = crypto_properties(component, by_ref, spec)
    built["properties"] = [*_properties(component, standing), *_foreign(component)]
    return built


def _evidence(component: Component) -> Json:
    best: dict[Technique, float] = {}
    for o in component.occurrences:
        best[o.technique] = max(best.get(o.technique, 0.0), min(o.confidence, 1.0))
    methods = [
        {"technique": _IDENTITY_TECHNIQUES[technique], "confidence": best[technique], "value": technique.value}
        for technique in Technique
        if technique in best
    ]
    identity = {"field": "name", "confidence": max(best.values()), "methods": methods}
    return {"identity": [identity], "occurrences": [_occurrence(o) for o in component.occurrences]}


def _occurrence(occurrence: Occurrence) -> Json:
    place = occurrence.location
    written: Json = {"location": visible(place.path), "line": place.line}
    if place.offset is not None:
        written["offset"] = place.offset
    if place.symbol:
        written["symbol"] = visible(place.symbol)
    written["additionalContext"] = write_occurrence(occurrence)
    return written


def _properties(component: Component, standing: Standing) -> Iterator[Json]:
    """Yield what identifies the asset (read back by `cyclonedx_read`), then what follows from it."""
    asset = component.asset
    yield _property("family", asset.family)
    for key, value in asset.parameters:
        yield _property(f"parameter:{key}", value)
    for relation, ref in component.related:
        yield _property(f"related:{relation}", ref)
    for missing in unknown(asset):
        yield _property("unknown", missing)
    if not mapped(asset):
        yield _property("unmapped", "true")
    yield _property("standing", concern_of(component, standing).label)
    if standing.quantum not in (None, Quantum.NONE):
        yield _property("quantum", standing.quantum)
    if standing.quantum is not None:
        yield _property("classical", standing.classical)
    if standing.classical_source:
        yield _property("classical-source", standing.classical_source)
    if mapped(asset) and asset.kind in (Kind.ALGORITHM, Kind.KEY):
        yield _property("source", algorithms.family(asset.family).source)
    yield from _products(component)
    yield from _summary(component)


def _products(component: Component) -> Iterator[Json]:
    """Yield what the products that a library is or brings can do in its version, and where that is said."""
    for found in capabilities(component.asset):
        facts = (
            ("name", found.product),
            ("ml-kem", found.ml_kem),
            ("ml-kem-since", found.ml_kem_since),
            ("ml-kem-default-since", found.ml_kem_default_since),
            ("ml-dsa-since", found.ml_dsa_since),
            ("supported-until", found.supported_until),
            ("note", found.note),
            ("source", found.source),
        )
        yield from (_property(f"product:{found.id}:{key}", value) for key, value in facts if value)


def _summary(component: Component) -> Iterator[Json]:
    """Yield what the occurrences add up to, for consumers that do not read each."""
    for role, found in by_role(component).items():
        yield _property(f"role:{role}", str(len(found)))
    derived = sum(derived_from(o) is not None for o in component.occurrences)
    if derived:
        yield _property("derived-occurrences", str(derived))
    for rule in sorted({o.rule for o in component.occurrences}):
        yield _property("rule", rule)


def _foreign(component: Component) -> Iterator[Json]:
    for name, value in component.properties:
        yield {"name": visible(name), "value": visible(value)}


def _dependencies(inventory: Inventory, by_ref: Mapping[str, Component]) -> Iterator[Json]:
    if inventory.target:
        yield _dependency(TARGET_REF, sorted(by_ref), ())
    for component in inventory.components:
        refs = {(relation, ref) for relation, ref in component.related if ref in by_ref}
        provided = sorted(ref for relation, ref in refs if relation == "provides")
        needed = sorted({ref for relation, ref in refs if relation != "provides"} - {component.ref})
        yield _dependency(component.ref, needed, provided)


def _dependency(ref: str, needed: Iterable[str], provided: Iterable[str]) -> Json:
    built: Json = {"ref": ref}
    if needed := list(needed):
        built["dependsOn"] = needed
    if provided := list(provided):
        built["provides"] = provided
    return built


def _composition(inventory: Inventory) -> Json:
    # A scan cannot show that nothing else exists: never "complete". "unknown" is CycloneDX's best effort.
    coverage = inventory.coverage
    unsupported = any(not found.supported for found in coverage.by_language.values())
    built: Json = {"aggregate": "incomplete" if coverage.skipped or unsupported else "unknown"}
    if inventory.target:
        built["assemblies"] = [TARGET_REF]
    return built


def _property(name: str, value: str) -> Json:
    return _written(name, visible(value))


def _written(name: str, value: str) -> Json:
    """Return a property whose value is already escaped."""
    return {"name": visible(NAMESPACE + name), "value": value}
