"""A scan as this program's own JSON, ``pqc-migrate/findings/v1`` (schema/findings.v1.json).

Flatter than the CBOM, for scripts: every asset with its standing and places, and the coverage.
"""

from __future__ import annotations

from typing import Any

import orjson

from pqc_migrate.catalog import algorithms
from pqc_migrate.inventory.capability import Capability, capabilities
from pqc_migrate.inventory.standing import (
    Standing,
    concern_at,
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
    Occurrence,
    Provenance,
)
from pqc_migrate.report.options import RenderOptions

Json = dict[str, Any]

SCHEMA = "pqc-migrate/findings/v1"


def render(inventory: Inventory, options: RenderOptions) -> bytes:
    """Return indented UTF-8 JSON ending in a newline."""
    standing = standings(inventory)
    document: Json = {
        "schema": SCHEMA,
        "tool": {"name": visible(inventory.tool), "version": visible(inventory.tool_version)},
        "target": visible(inventory.target),
        "components": [_component(c, standing[c.ref]) for c in inventory.components],
        "coverage": _coverage(inventory.coverage),
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _component(component: Component, standing: Standing) -> Json:
    asset = component.asset
    listed = mapped(asset) and asset.family in algorithms.families()
    return {
        "ref": component.ref,
        "kind": asset.kind.value,
        "name": visible(component.name),
        "family": visible(asset.family),
        "parameters": {visible(key): visible(value) for key, value in asset.parameters},
        "unknown": list(unknown(asset)),
        "mapped": mapped(asset),
        "primitive": algorithms.primitive(asset) if listed else None,
        "standing": concern_of(component, standing).label,
        "quantum": None if standing.quantum is None else standing.quantum.value,
        "classical": None if standing.quantum is None else standing.classical.value,
        "classicalSource": standing.classical_source,
        "nistLevel": algorithms.level(asset) if listed else None,
        "products": [_product(found) for found in capabilities(asset)],
        "related": [{"relation": visible(relation), "ref": ref} for relation, ref in component.related],
        "properties": [{"name": visible(n), "value": visible(v)} for n, v in component.properties],
        "occurrences": [_occurrence(o, standing) for o in component.occurrences],
    }


def _product(found: Capability) -> Json:
    return {
        "id": found.id,
        "product": found.product,
        "mlKem": found.ml_kem.value,
        "mlKemSince": found.ml_kem_since,
        "mlKemDefaultSince": found.ml_kem_default_since,
        "mlDsaSince": found.ml_dsa_since,
        "supportedUntil": found.supported_until,
        "note": found.note,
        "source": found.source,
    }


def _occurrence(occurrence: Occurrence, standing: Standing) -> Json:
    place = occurrence.location
    return {
        "path": visible(place.path),
        "line": place.line,
        "offset": place.offset,
        "symbol": visible(place.symbol),
        "role": occurrence.role.value,
        "standing": concern_at(standing, occurrence).label,
        "rule": visible(occurrence.rule),
        "technique": occurrence.technique.value,
        "confidence": occurrence.confidence,
        "reason": visible(occurrence.reason),
        "functions": [visible(name) for name in occurrence.functions],
        "provenance": [_provenance(p) for p in occurrence.provenance],
        "details": [{"name": visible(n), "value": visible(v)} for n, v in occurrence.details],
        "derivedFrom": derived_from(occurrence),
    }


def _provenance(provenance: Provenance) -> Json:
    return {
        "parameter": visible(provenance.parameter),
        "how": visible(provenance.how),
        "path": visible(provenance.path),
        "line": provenance.line,
    }


def _coverage(coverage: Coverage) -> Json:
    return {
        "filesSeen": coverage.files_seen,
        "filesRead": coverage.files_read,
        "filesParsed": coverage.files_parsed,
        "bytesRead": coverage.bytes_read,
        "byLanguage": {
            visible(name): {
                "files": found.files,
                "bytes": found.bytes,
                "parsed": found.parsed,
                "parsedBytes": found.parsed_bytes,
                "supported": found.supported,
            }
            for name, found in sorted(coverage.by_language.items())
        },
        "skippedByReason": coverage.skipped_by_reason(),
        "skipped": [_diagnostic(d) for d in coverage.skipped],
    }


def _diagnostic(diagnostic: Diagnostic) -> Json:
    return {
        "path": visible(diagnostic.path),
        "line": diagnostic.line,
        "reason": diagnostic.skip.value,
        "rule": visible(diagnostic.rule),
        "message": visible(diagnostic.message),
    }
