"""Findings → `Inventory`: one component per distinct asset, every occurrence once, order and ids stable.

The result does not depend on the order of the findings, so parallel workers need no coordination.
Time and memory are linear in the findings (times the logarithm of a sort).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import blake2b

from pqc_migrate import __version__
from pqc_migrate.catalog import algorithms, suites
from pqc_migrate.catalog.algorithms import Quantum
from pqc_migrate.inventory.chains import linked
from pqc_migrate.inventory.standing import DERIVED, WITHIN, derived_from, display_name, within_hybrid
from pqc_migrate.model.inventory import (
    NEGOTIABLE,
    Asset,
    Component,
    Coverage,
    Finding,
    Inventory,
    Kind,
    Occurrence,
)

_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_SLUG_LENGTH = 40
_BY_KEYWORD = 0.6
"""How sure it is that a keyword's algorithm can be negotiated: the library's version decides in which suites."""


def merge(findings: Iterable[Finding], coverage: Coverage, target: str) -> Inventory:
    """Return the inventory of one scan.

    Related assets of a finding, and what the catalog says a hybrid or a suite is made of, become components;
    they stand at the same place, with the detail ``derived-from`` naming the component they are part of.
    Of several occurrences of one asset with equal (path, line, symbol) the most confident stays.
    """
    builder = _Builder()
    for finding in findings:
        builder.add(finding)
    skipped = tuple(sorted(set(coverage.skipped)))
    return Inventory(
        linked(builder.components()), replace(coverage, skipped=skipped), target, tool_version=__version__
    )


def reference(asset: Asset) -> str:
    """Return the ``bom-ref`` of an asset: its kind and name for people, a hash of its content for identity."""
    content = json.dumps([asset.kind, asset.family, asset.parameters])
    digest = blake2b(content.encode(), digest_size=8).hexdigest()
    slug = _NOT_SLUG.sub("-", display_name(asset).lower()).strip("-")[:_SLUG_LENGTH].strip("-")
    return f"crypto/{asset.kind}/{slug or 'unnamed'}@{digest}"


class _Builder:
    """Collects occurrences and relations by asset."""

    def __init__(self) -> None:
        self._occurrences: dict[Asset, list[Occurrence]] = {}
        self._related: dict[Asset, set[tuple[str, Asset]]] = {}
        self._refs: dict[Asset, str] = {}

    def add(self, finding: Finding) -> None:
        occurrence = Occurrence(
            location=finding.location,
            rule=finding.rule,
            technique=finding.technique,
            confidence=finding.confidence,
            reason=finding.reason,
            role=finding.role,
            functions=tuple(sorted(set(finding.functions))),
            provenance=finding.provenance,
            details=finding.details,
        )
        self._place(finding.asset, occurrence)
        parts = (*finding.related, *_catalog_parts(finding.asset))
        if parts:
            self._relate(finding.asset, parts, occurrence)

    def components(self) -> tuple[Component, ...]:
        """Return the components in the order of kind, name and ref."""
        built = (
            Component(
                ref=self._ref(asset),
                asset=asset,
                name=display_name(asset),
                occurrences=tuple(unique(occurrences)),
                related=tuple(sorted((r, self._ref(part)) for r, part in self._related.get(asset, ()))),
            )
            for asset, occurrences in self._occurrences.items()
        )
        return tuple(sorted(built, key=component_order))

    def _relate(self, asset: Asset, parts: tuple[tuple[str, Asset], ...], whole: Occurrence) -> None:
        """Note the parts of an asset, and the parts of those that the catalog knows."""
        pending = [(asset, relation, part, _hybrid(asset)) for relation, part in parts]
        seen: set[tuple[Asset, str, Asset]] = set()
        for owner, relation, part, hybrid in pending:  # grows while it is read
            if part == owner or (owner, relation, part) in seen:
                continue
            seen.add((owner, relation, part))
            self._related.setdefault(owner, set()).add((relation, part))
            self._place(part, self._derived(relation, owner, whole, hybrid))
            inner = hybrid or _hybrid(part)
            pending.extend((part, below, deeper, inner) for below, deeper in _catalog_parts(part))

    def _derived(self, relation: str, owner: Asset, whole: Occurrence, hybrid: bool) -> Occurrence:
        negotiable = relation == NEGOTIABLE
        within = ((WITHIN, "hybrid"),) if hybrid else ((WITHIN, "cipher-list"),) if negotiable else ()
        return replace(
            whole,
            confidence=min(whole.confidence, _BY_KEYWORD) if negotiable else whole.confidence,
            reason=f"{relation} of {display_name(owner)}",
            functions=(),
            provenance=(),
            details=((DERIVED, self._ref(owner)), *within),
        )

    def _place(self, asset: Asset, occurrence: Occurrence) -> None:
        self._occurrences.setdefault(asset, []).append(occurrence)

    def _ref(self, asset: Asset) -> str:
        ref = self._refs.get(asset)
        if ref is None:
            ref = self._refs[asset] = reference(asset)
        return ref


def _catalog_parts(asset: Asset) -> tuple[tuple[str, Asset], ...]:
    if asset.family == "TLS-suite":
        suite = suites.find(asset.get("suite") or "")
        return tuple(("component", part) for part in suite.components) if suite else ()
    if asset.kind is not Kind.ALGORITHM:
        return ()
    record = algorithms.families().get(asset.family)
    return tuple(("component", part) for part in record.components) if record else ()


def _hybrid(asset: Asset) -> bool:
    record = algorithms.families().get(asset.family)
    return record is not None and record.quantum is Quantum.HYBRID


def unique(occurrences: Iterable[Occurrence]) -> Iterator[Occurrence]:
    """Yield one occurrence per (path, line, symbol) in the order of place and rule."""
    best: dict[tuple[str, int, str], Occurrence] = {}
    for occurrence in occurrences:
        place = occurrence.location
        key = (place.path, place.line, place.symbol)
        other = best.get(key)
        best[key] = occurrence if other is None else _better(occurrence, other)
    yield from sorted(best.values(), key=_occurrence_order)


def _better(one: Occurrence, two: Occurrence) -> Occurrence:
    """Keep the direct and more confident claim, with the functions of both."""
    kept, other = sorted((one, two), key=_claim_order)
    if set(other.functions) <= set(kept.functions):
        return kept
    return replace(kept, functions=tuple(sorted({*kept.functions, *other.functions})))


def _claim_order(occurrence: Occurrence) -> tuple[bool, bool, float, str]:
    derived = derived_from(occurrence) is not None
    rest = repr(replace(occurrence, functions=()))
    return derived, within_hybrid(occurrence), -occurrence.confidence, rest


def _occurrence_order(occurrence: Occurrence) -> tuple[str, int, int, str, str]:
    place = occurrence.location
    return place.path, place.line, -1 if place.offset is None else place.offset, occurrence.rule, place.symbol


def component_order(component: Component) -> tuple[int, str, str]:
    """Return the sort key of components: kind, name, ref."""
    return _KINDS[component.asset.kind], component.name.lower(), component.ref


_KINDS = {kind: position for position, kind in enumerate(Kind)}
