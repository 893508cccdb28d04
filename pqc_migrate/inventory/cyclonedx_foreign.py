"""Components of other tools' CBOMs (CycloneDX 1.4 to 1.7, and IBM's early CBOM 1.4) → entries of an inventory.

Names, families, identifiers and fields are mapped where the catalog knows them; the rest stays as properties
``cyclonedx:<field>``. Nothing is completed by guess, and ``value`` and ``additionalContext``, which may hold
secrets or code, are not taken over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pqc_migrate.catalog import algorithms, oids
from pqc_migrate.inventory.spelling import registry_family, spelled, with_fields
from pqc_migrate.inventory.standing import DERIVED, UNLISTED
from pqc_migrate.model.escape import visible
from pqc_migrate.model.inventory import Asset, Kind, Location, Occurrence, Role, Technique

Json = dict[str, Any]

UNSTATED_CONFIDENCE = 0.5
"""Confidence of an occurrence whose tool states none; its reason says so."""

_TECHNIQUES = {
    "source-code-analysis": Technique.AST,
    "ast-fingerprint": Technique.AST,
    "manifest-analysis": Technique.MANIFEST,
    "binary-analysis": Technique.PARSER,
}
_SECTIONS = {
    "algorithm": ("algorithmProperties", Kind.ALGORITHM),
    "protocol": ("protocolProperties", Kind.PROTOCOL),
    "certificate": ("certificateProperties", Kind.CERTIFICATE),
    "related-crypto-material": ("relatedCryptoMaterialProperties", Kind.KEY),
    "relatedCryptoMaterial": ("relatedCryptoMaterialProperties", Kind.KEY),
}
_PROTOCOLS = {
    "tls": "TLS", "dtls": "DTLS", "ssh": "SSH", "ipsec": "IPsec", "ike": "IKE", "quic": "QUIC",
}  # fmt: skip
_REFERENCES = {
    "algorithmRef": "key-algorithm",
    "signatureAlgorithmRef": "signature-algorithm",
    "subjectPublicKeyRef": "public-key",
}
_RELATED_TYPES = {
    Kind.CERTIFICATE: {"publicKey": "public-key", "algorithm": "signature-algorithm"},
    Kind.KEY: {"publicKey": "public-key", "algorithm": "key-algorithm"},
}
_NEVER_TAKEN = frozenset({"value"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One component as a document holds it, before equal assets are merged."""

    ref: str
    asset: Asset
    name: str
    occurrences: list[Occurrence] = field(default_factory=list)
    related: list[tuple[str, str]] = field(default_factory=list)
    properties: list[tuple[str, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    """What was in the component and could not be read."""
    own: bool = False
    """Written by this program: name, ref and order stay as they are."""


def foreign_entries(components: Iterable[Json], document: Json, tool: str) -> Iterator[Entry]:
    """Yield one entry per component, then one per cipher suite of the protocols among them."""
    listed = list(components)
    algorithms_by_ref = {
        ref: asset
        for raw in listed
        if _section(raw)[1] is Kind.ALGORITHM and (ref := text(raw, "bom-ref"))
        for asset in [_algorithm(raw, _section(raw)[0])[0]]
    }
    dependencies = dict(_dependencies(document))
    suites: list[Entry] = []
    for position, raw in enumerate(listed):
        entry = _entry(raw, position, tool, algorithms_by_ref)
        entry.related.extend(dependencies.get(entry.ref, ()))
        suites.extend(_suites(raw, entry))
        yield entry
    yield from suites


def text(raw: Any, key: str) -> str | None:
    """Return a string of an object, made visible; None for anything else."""
    value = raw.get(key) if isinstance(raw, dict) else None
    return visible(value) if isinstance(value, str) else None


def integer(raw: Json, key: str) -> int | None:
    """Return a whole number that is not negative; None for anything else."""
    value = raw.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def items(raw: Any, key: str) -> list[Json]:
    """Return the objects in a list of an object."""
    value = raw.get(key) if isinstance(raw, dict) else None
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _entry(raw: Json, position: int, tool: str, by_ref: dict[str, Asset]) -> Entry:
    section, kind = _section(raw)
    name = text(raw, "name") or ""
    asset, used = _asset(raw, section, kind, by_ref)
    mapped_name = algorithms.name(asset) if asset.family != UNLISTED else name
    properties = [(text(p, "name") or "", text(p, "value") or "") for p in items(raw, "properties")]
    properties = [pair for pair in properties if not pair[0].startswith("pqc-migrate:")]
    if name and name != mapped_name:
        properties.append(("cyclonedx:name", name))
    if kind is Kind.LIBRARY and (stated := text(raw, "type")) not in ("library", None):
        properties.append(("cyclonedx:type", stated or ""))
    properties += _left_over(section, used)
    occurrences, ignored = _occurrences(raw, section, tool)
    return Entry(
        ref=text(raw, "bom-ref") or f"unnamed/{position}",
        asset=asset,
        name=mapped_name or "unnamed",
        occurrences=occurrences,
        related=list(_references(section, kind)),
        properties=properties,
        ignored=[f"component {name!r}: {note}" for note in ignored],
    )


def _section(raw: Json) -> tuple[Json, Kind]:
    """Return the section of ``cryptoProperties`` that describes the component, and the component's kind."""
    crypto = raw.get("cryptoProperties")
    if raw.get("type") not in ("cryptographic-asset", "crypto-asset") and not isinstance(crypto, dict):
        return {}, Kind.LIBRARY
    key, kind = _SECTIONS.get(text(crypto, "assetType") or "", ("", Kind.ALGORITHM))
    section = crypto.get(key) if isinstance(crypto, dict) else None
    return (section if isinstance(section, dict) else {}), kind


def _asset(raw: Json, section: Json, kind: Kind, by_ref: dict[str, Asset]) -> tuple[Asset, frozenset[str]]:
    """Return the component's asset and the fields of the section that went into it."""
    if kind is Kind.LIBRARY:
        return _library(raw), frozenset()
    if kind is Kind.CERTIFICATE:
        return _certificate(raw, section)
    if kind is Kind.KEY:
        return _key(raw, section, by_ref)
    if kind is Kind.PROTOCOL:
        return _protocol(raw, section)
    return _algorithm(raw, section)


def _algorithm(raw: Json, section: Json) -> tuple[Asset, frozenset[str]]:
    name = text(raw, "name") or ""
    primitive = text(section, "primitive") or ""
    variant = text(section, "variant") or ""
    asset = spelled(name, primitive) or spelled(variant, primitive) or _by_oid(raw)
    if asset is None and (family := text(section, "algorithmFamily")):
        asset = registry_family(family, primitive)
    if asset is None or asset.kind is not Kind.ALGORITHM:
        return _unlisted(Kind.ALGORITHM, name), frozenset()
    fields = {key: value for key in section if (value := text(section, key))}
    asset, used = with_fields(asset, fields, primitive)
    derived = {"primitive"} if algorithms.primitive(asset) == primitive else set()
    if algorithms.family(asset.family).registry == section.get("algorithmFamily"):
        derived.add("algorithmFamily")
    if section.get("nistQuantumSecurityLevel") == algorithms.level(asset):
        derived.add("nistQuantumSecurityLevel")
    return asset, used | derived


def _by_oid(raw: Json) -> Asset | None:
    oid = text(raw.get("cryptoProperties"), "oid")
    return oids.asset(oid.removeprefix("oid:")) if oid else None


def _unlisted(kind: Kind, name: str, **parameters: str | None) -> Asset:
    return Asset.of(kind, UNLISTED, variant=name or "unnamed", **parameters)


def _protocol(raw: Json, section: Json) -> tuple[Asset, frozenset[str]]:
    name = text(raw, "name") or ""
    kind = (text(section, "type") or "").lower()
    asset = spelled(name)
    if asset is None or asset.kind is not Kind.PROTOCOL:
        if kind not in _PROTOCOLS:
            return _unlisted(Kind.PROTOCOL, name), frozenset()
        asset = Asset.of(Kind.PROTOCOL, _PROTOCOLS[kind])
    record = algorithms.family(asset.family)
    used = {"type"} if kind in (record.protocol, record.id.lower()) else set()
    version = (text(section, "version") or "").lower().removeprefix(record.id.lower()).lstrip("v ")
    if version and asset.get("version") in (None, version) and version.replace(".", "").isdigit():
        known = {**dict(asset.parameters), "version": version}
        asset, used = Asset.of(Kind.PROTOCOL, asset.family, **known), used | {"version"}
    return asset, frozenset(used)


def _key(raw: Json, section: Json, by_ref: dict[str, Asset]) -> tuple[Asset, frozenset[str]]:
    """Return a key of the algorithm it refers to; without a fingerprint its name tells it from others."""
    name = text(raw, "name") or ""
    refs = [text(section, "algorithmRef"), *(text(r, "ref") for r in items(section, "relatedCryptographicAssets"))]
    algorithm = next((by_ref[ref] for ref in refs if ref in by_ref), None)
    algorithm = algorithm or spelled(name) or _by_oid(raw)
    fingerprint = _fingerprint(section)
    identity = {"type": text(section, "type"), "fingerprint": fingerprint}
    if algorithm is None or algorithm.family == UNLISTED:
        return _unlisted(Kind.KEY, name, **identity), frozenset({"type", "fingerprint"})
    if fingerprint is None:
        identity["name"] = name or None
    known = {key: value for key, value in algorithm.parameters if key in ("size", "curve", "variant", "group")}
    size = integer(section, "size")
    used = {"type", "fingerprint"}
    sized = "{size}" in algorithms.family(algorithm.family).name
    if size is not None and sized and known.setdefault("size", str(size)) == str(size):
        used.add("size")
    return Asset.of(Kind.KEY, algorithm.family, **known, **identity), frozenset(used)


def _certificate(raw: Json, section: Json) -> tuple[Asset, frozenset[str]]:
    stated = text(section, "certificateFormat") or ""
    encoded = stated.upper() in ("", "PEM", "DER", "X509", "X.509")
    asset = Asset.of(
        Kind.CERTIFICATE,
        "X.509" if encoded else stated,
        name=text(raw, "name") or text(section, "subjectName"),
        fingerprint=_fingerprint(section),
    )
    return asset, frozenset({"fingerprint", *(["certificateFormat"] if stated == asset.family else [])})


def _fingerprint(section: Json) -> str | None:
    stated = section.get("fingerprint")
    content = text(stated, "content") if text(stated, "alg") == "SHA-256" else None
    return content.lower() if content else None


def _library(raw: Json) -> Asset:
    group, name, purl = text(raw, "group"), text(raw, "name") or "unnamed", text(raw, "purl")
    separator = ":" if (purl or "").startswith("pkg:maven/") else "/"
    whole = f"{group}{separator}{name}" if group else name
    return Asset.of(
        Kind.LIBRARY,
        whole,
        name=whole,
        purl=purl or None,
        version=text(raw, "version") or None,
    )


def _left_over(section: Json, used: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield the fields that have no place in our model: strings, numbers, and lists of strings."""
    for key in sorted(section.keys() - used - _NEVER_TAKEN - _REFERENCES.keys()):
        value = section[key]
        if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
            value = ", ".join(value)
        if isinstance(value, str | int | float):
            stated = str(value).lower() if isinstance(value, bool) else str(value)
            yield f"cyclonedx:{visible(key)}", visible(stated)


def _references(section: Json, kind: Kind) -> Iterator[tuple[str, str]]:
    for key, relation in _REFERENCES.items():
        if ref := text(section, key):
            yield relation, ref
    if ref := text(section.get("securedBy"), "algorithmRef"):
        yield "secured-by", ref
    for related in items(section, "relatedCryptographicAssets"):
        if ref := text(related, "ref"):
            stated = text(related, "type") or "component"
            yield _RELATED_TYPES.get(kind, {}).get(stated, "component" if stated == "algorithm" else stated), ref
    refs = section.get("cryptoRefArray")
    for ref in refs if isinstance(refs, list) else ():
        if isinstance(ref, str):
            yield "component", visible(ref)


def _dependencies(document: Json) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    for raw in items(document, "dependencies"):
        found = []
        for key, relation in (("dependsOn", "depends-on"), ("provides", "provides")):
            refs = raw.get(key)
            if isinstance(refs, list):
                found += [(relation, visible(ref)) for ref in refs if isinstance(ref, str)]
        if (ref := text(raw, "ref")) and found:
            yield ref, found


def _suites(raw: Json, protocol: Entry) -> Iterator[Entry]:
    """Yield the cipher suites of a protocol as components of their own, and relate the protocol to them."""
    section, kind = _section(raw)
    if kind is not Kind.PROTOCOL:
        return
    for suite in items(section, "cipherSuites"):
        name = text(suite, "name")
        refs = suite.get("algorithms")
        parts = [("component", visible(r)) for r in refs if isinstance(r, str)] if isinstance(refs, list) else []
        asset = spelled(name or "")
        if asset is None or asset.family != "TLS-suite":
            protocol.related.extend(parts)
            if name:
                protocol.properties.append(("cyclonedx:cipherSuite", name))
            continue
        ref = f"suite/{name}"
        protocol.related.append(("component", ref))
        yield Entry(ref, asset, algorithms.name(asset), _derived(protocol), parts)


def _derived(owner: Entry) -> list[Occurrence]:
    details = ((DERIVED, owner.ref),)
    reason = f"component of {owner.name}"
    return [replace(o, reason=reason, functions=(), details=details) for o in owner.occurrences]


def _occurrences(raw: Json, section: Json, tool: str) -> tuple[list[Occurrence], list[str]]:
    """Return where the component was found, and what of that could not be read."""
    stated = [*items(raw.get("evidence"), "occurrences"), *_detection_context(raw)]
    placed = [place for place in stated if text(place, "location") is not None]
    functions = section.get("cryptoFunctions")
    used = sorted({visible(f) for f in functions if isinstance(f, str)}) if isinstance(functions, list) else []
    found = [stated_occurrence(raw, place, tool, tuple(used)) for place in placed]
    return found, ["an occurrence without a location"] * (len(stated) - len(placed))


def stated_occurrence(raw: Json, place: Json, tool: str, functions: tuple[str, ...] = ()) -> Occurrence:
    """Return an occurrence of a component as another tool states it."""
    technique, confidence, reason = _claim(_identity(raw), tool)
    return Occurrence(
        location=Location(
            path=text(place, "location") or "",
            line=integer(place, "line") or 0,
            offset=integer(place, "offset"),
            symbol=text(place, "symbol") or "",
        ),
        rule="cyclonedx/occurrence",
        technique=technique,
        confidence=confidence,
        reason=reason,
        role=Role.PRODUCTION,
        functions=functions,
    )


def _identity(raw: Json) -> Json:
    """Return the identity evidence: a list from 1.6 on, one object before."""
    evidence = raw.get("evidence")
    stated = evidence.get("identity") if isinstance(evidence, dict) else None
    first = stated[0] if isinstance(stated, list) and stated else stated
    return first if isinstance(first, dict) else {}


def _claim(identity: Json, tool: str) -> tuple[Technique, float, str]:
    by = visible(tool) or "another tool"
    words = [text(method, "technique") or "" for method in items(identity, "methods")]
    technique = next((_TECHNIQUES[word] for word in words if word in _TECHNIQUES), Technique.TEXT)
    confidence = identity.get("confidence")
    if isinstance(confidence, int | float) and not isinstance(confidence, bool) and 0 <= confidence <= 1:
        return technique, float(confidence), f"stated by {by}"
    return technique, UNSTATED_CONFIDENCE, f"{by} states no confidence"


def _detection_context(raw: Json) -> Iterator[Json]:
    """Yield the places of IBM's CBOM 1.4, which preceded ``evidence.occurrences``."""
    for context in items(raw.get("cryptoProperties"), "detectionContext"):
        lines = context.get("lineNumbers")
        for line in lines if isinstance(lines, list) and lines else [0]:
            yield {"location": context.get("filePath"), "line": line}
