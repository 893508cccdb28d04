"""Link certificates across the files of a target: to their issuers, and to the private keys of their public keys.

A detector has verified by signature what stands in one file (detail ``issuer-fingerprint``). Across files the
issuer is the certificate whose subject and key identifier are those that the other one names (RFC 5280 sections
4.2.1.1 and 4.2.1.2): a name alone links nothing. How a link was made is the detail ``issuer-match``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pqc_migrate.model.inventory import Component, Kind

MATCH = "issuer-match"
_BY_IDENTIFIER = (MATCH, "name and key identifier")
_MOST_ISSUERS = 8
"""Certificates of one name and key that are linked: an authority may have renewed its own, with the same key."""

_Index = Mapping[tuple[str, str], list[str]]


def linked(components: Iterable[Component]) -> tuple[Component, ...]:
    """Return the components in their order, certificates with the relations ``issuer`` and ``private-key``."""
    given = tuple(components)
    certificates = [component for component in given if component.asset.kind is Kind.CERTIFICATE]
    if not certificates:
        return given
    by_fingerprint: dict[tuple[str, str], list[str]] = {}
    by_identifier: dict[tuple[str, str], list[str]] = {}
    for component in certificates:
        facts = _facts(component)
        by_fingerprint.setdefault(("", component.asset.get("fingerprint") or ""), []).append(component.ref)
        if "subject-key-identifier" in facts:
            key = facts.get("subject", ""), facts["subject-key-identifier"]
            by_identifier.setdefault(key, []).append(component.ref)
    private = _private_keys(given)
    return tuple(
        _linked(component, by_fingerprint, by_identifier, private)
        if component.asset.kind is Kind.CERTIFICATE
        else component
        for component in given
    )


def _facts(component: Component) -> dict[str, str]:
    return {name: value for occurrence in component.occurrences for name, value in occurrence.details}


def _private_keys(components: Iterable[Component]) -> dict[str, list[str]]:
    """Return the private keys by the ref of the public key they name."""
    found: dict[str, list[str]] = {}
    for component in components:
        if component.asset.kind is Kind.KEY and component.asset.get("type") == "private-key":
            for relation, ref in component.related:
                if relation == "public-key":
                    found.setdefault(ref, []).append(component.ref)
    return found


def _linked(
    component: Component, by_fingerprint: _Index, by_identifier: _Index, private: Mapping[str, list[str]]
) -> Component:
    facts = _facts(component)
    related = set(component.related)
    for relation, ref in component.related:
        if relation == "public-key":
            related.update(("private-key", each) for each in private.get(ref, ()))
    occurrences = component.occurrences
    issuers = by_fingerprint.get(("", facts.get("issuer-fingerprint", "-")), [])
    if not issuers and "authority-key-identifier" in facts and facts.get("self-signed") == "no":
        issuers = by_identifier.get((facts.get("issuer", ""), facts["authority-key-identifier"]), [])
        if issuers:
            occurrences = tuple(
                replace(each, details=(*each.details, _BY_IDENTIFIER))
                if ("self-signed", "no") in each.details
                else each
                for each in occurrences
            )
    related.update(("issuer", ref) for ref in issuers[:_MOST_ISSUERS] if ref != component.ref)
    return replace(component, related=tuple(sorted(related)), occurrences=occurrences)
