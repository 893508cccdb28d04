"""``cryptoProperties`` of one component, as CycloneDX 1.6 and 1.7 spell them.

Enumerations are closed in the schema; what they lack is ``other`` there and exact in our own properties.
A field whose value was not read is left out, or ``unknown`` where the schema has that word.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pqc_migrate.catalog import algorithms, names, oids, strengths
from pqc_migrate.inventory.standing import derived_from, mapped
from pqc_migrate.model.escape import visible
from pqc_migrate.model.inventory import Asset, Component, Kind

Json = dict[str, Any]

FUNCTIONS = (
    "generate", "keygen", "encrypt", "decrypt", "digest", "tag", "keyderive", "sign", "verify",
    "encapsulate", "decapsulate", "other", "unknown",
)  # fmt: skip
MATERIAL_TYPES = frozenset({
    "private-key", "public-key", "secret-key", "key", "ciphertext", "signature", "digest",
    "initialization-vector", "nonce", "seed", "salt", "shared-secret", "tag", "additional-data", "password",
    "credential", "token", "other", "unknown",
})  # fmt: skip
_MODES = {
    "CBC": "cbc", "ECB": "ecb", "CCM": "ccm", "CCM8": "ccm", "GCM": "gcm", "CTR": "ctr", "OFB": "ofb",
    "CFB": "cfb", "CFB1": "cfb", "CFB8": "cfb", "CFB64": "cfb", "CFB128": "cfb",
}  # fmt: skip
_PADDINGS = {"PKCS5": "pkcs5", "PKCS7": "pkcs7", "PKCS1": "pkcs1v15", "PKCS1V15": "pkcs1v15", "OAEP": "oaep"}
_FAMILY_PADDINGS = {
    "RSASSA-PKCS1": "pkcs1v15", "RSAES-PKCS1": "pkcs1v15", "RSAES-OAEP": "oaep", "RSASSA-PSS": "other",
}  # fmt: skip
_PROTOCOL_TYPES_17 = {"DTLS": "dtls", "QUIC": "quic"}
_KEY_TYPES = {"public-key": "publicKey", "private-key": "privateKey"}
_PRIMITIVES_17 = frozenset({"key-wrap"})
"""Primitives 1.6 has no word for."""


def crypto_properties(component: Component, by_ref: Mapping[str, Component], spec_version: str) -> Json:
    """Return the ``cryptoProperties`` of an algorithm, protocol, certificate or key."""
    asset = component.asset
    properties: Json = {"assetType": asset.kind.value}
    key, build = _SECTIONS[asset.kind]
    section = build(component, by_ref, spec_version)
    if section:
        properties[key] = section
    oid = oids.oid_of(asset) if mapped(asset) else None
    if oid:
        properties["oid"] = oid
    return properties


def crypto_functions(component: Component) -> list[str]:
    """Return what the algorithm is used for, in the schema's words and order."""
    used = {name if name in FUNCTIONS else "other" for o in component.occurrences for name in o.functions}
    return sorted(used, key=FUNCTIONS.index)


def mode(asset: Asset) -> str | None:
    """Return the schema's word for the mode; ``unknown`` where there must be one and it was not read."""
    read = asset.get("mode")
    if read is not None:
        return _MODES.get(read.upper(), "other")
    return "unknown" if "mode" in algorithms.family(asset.family).parameters else None


def padding(asset: Asset) -> str | None:
    """Return the schema's word for the padding, or None when there is none or it was not read."""
    read = asset.get("padding")
    if read is not None:
        return _PADDINGS.get(read.upper(), "other")
    return _FAMILY_PADDINGS.get(asset.family)


def primitive(asset: Asset, spec_version: str) -> str:
    """Return the schema's word for the primitive."""
    word = algorithms.primitive(asset)
    return "other" if spec_version == "1.6" and word in _PRIMITIVES_17 else word


def _algorithm(component: Component, by_ref: Mapping[str, Component], spec_version: str) -> Json:
    asset = component.asset
    if not mapped(asset):
        return {"primitive": "unknown"}
    record = algorithms.family(asset.family)
    curve = asset.get("curve") or record.curve or None
    registry_curve = names.curve_registry(curve) if curve and spec_version != "1.6" else None
    return _present(
        primitive=primitive(asset, spec_version),
        algorithmFamily=record.registry if spec_version != "1.6" else None,
        parameterSetIdentifier=_text(asset.get("size") or asset.get("variant") or asset.get("group")),
        ellipticCurve=registry_curve,
        curve=None if registry_curve else _text(curve),
        mode=mode(asset),
        padding=padding(asset),
        cryptoFunctions=crypto_functions(component),
        # Below the least row of SP 800-57's table the strength is not stated there.
        classicalSecurityLevel=strengths.strength(asset) or None,
        nistQuantumSecurityLevel=algorithms.level(asset),
    )


def _protocol(component: Component, by_ref: Mapping[str, Component], spec_version: str) -> Json:
    asset = component.asset
    kind = algorithms.family(asset.family).protocol if mapped(asset) else "unknown"
    if spec_version != "1.6":
        kind = _PROTOCOL_TYPES_17.get(asset.family, kind)
    suites = [component] if asset.get("suite") else []
    suites += (by_ref[r] for _, r in component.related if r in by_ref and by_ref[r].asset.get("suite"))
    refs = _known_refs(component, by_ref)
    return _present(
        type=kind,
        version=_text(asset.get("version")),
        cipherSuites=[_suite(suite, by_ref) for suite in suites],
        cryptoRefArray=refs if spec_version == "1.6" else None,
        relatedCryptographicAssets=_related_assets(component, by_ref) if spec_version != "1.6" else None,
    )


def _suite(suite: Component, by_ref: Mapping[str, Component]) -> Json:
    parts = [r for r in _known_refs(suite, by_ref) if by_ref[r].asset.kind is Kind.ALGORITHM]
    return _present(name=_text(suite.asset.get("suite")), algorithms=parts)


def _certificate(component: Component, by_ref: Mapping[str, Component], spec_version: str) -> Json:
    details = _first_details(component)
    fingerprint = _hash(component.asset)
    old = spec_version == "1.6"
    return _present(
        serialNumber=None if old else _text(details.get("serial")),
        subjectName=_text(details.get("subject")),
        issuerName=_text(details.get("issuer")),
        notValidBefore=_instant(details.get("not-valid-before")),
        notValidAfter=_instant(details.get("not-valid-after")),
        signatureAlgorithmRef=_one_ref(component, "signature-algorithm", by_ref) if old else None,
        subjectPublicKeyRef=_one_ref(component, "public-key", by_ref) if old else None,
        certificateFormat=_text(component.asset.family),
        fingerprint=None if old else fingerprint,
        relatedCryptographicAssets=None if old else _related_assets(component, by_ref),
    )


def _material(component: Component, by_ref: Mapping[str, Component], spec_version: str) -> Json:
    asset = component.asset
    old = spec_version == "1.6"
    kind = asset.get("type") or "unknown"
    size = asset.get("size") or ""
    return _present(
        type=kind if kind in MATERIAL_TYPES else "other",
        id=_text(asset.get("fingerprint")),
        algorithmRef=_one_ref(component, "key-algorithm", by_ref) if old else None,
        size=int(size) if size.isascii() and size.isdigit() and len(size) < 10 else None,
        format=_text(_first_details(component).get("format")),
        securedBy=_present(algorithmRef=_one_ref(component, "secured-by", by_ref)),
        fingerprint=None if old else _hash(asset),
        relatedCryptographicAssets=None if old else _related_assets(component, by_ref),
    )


_SECTIONS = {
    Kind.ALGORITHM: ("algorithmProperties", _algorithm),
    Kind.PROTOCOL: ("protocolProperties", _protocol),
    Kind.CERTIFICATE: ("certificateProperties", _certificate),
    Kind.KEY: ("relatedCryptoMaterialProperties", _material),
}


def _present(**fields: Any) -> Json:
    """Return the fields that hold something; 0 does."""
    return {key: value for key, value in fields.items() if value not in (None, "", [], {})}


def _text(value: str | None) -> str | None:
    return None if value is None else visible(value)


def _known_refs(component: Component, by_ref: Mapping[str, Component]) -> list[str]:
    return list(dict.fromkeys(ref for _, ref in component.related if ref in by_ref))


def _one_ref(component: Component, relation: str, by_ref: Mapping[str, Component]) -> str | None:
    return next((ref for name, ref in component.related if name == relation and ref in by_ref), None)


def _related_assets(component: Component, by_ref: Mapping[str, Component]) -> list[Json]:
    return [
        {"type": _related_type(relation, by_ref[ref]), "ref": ref}
        for relation, ref in component.related
        if ref in by_ref
    ]


def _related_type(relation: str, target: Component) -> str:
    """Return the words of the specification's examples where they fit, else our relation."""
    if target.asset.kind is Kind.KEY:
        return _KEY_TYPES.get(target.asset.get("type") or "", visible(relation))
    return "algorithm" if target.asset.kind is Kind.ALGORITHM else visible(relation)


def _first_details(component: Component) -> dict[str, str]:
    # The same bytes carry the same subject and dates wherever a copy lies; a derived place has none.
    direct = (o for o in component.occurrences if derived_from(o) is None)
    return dict(next((o.details for o in direct), ()))


def _hash(asset: Asset) -> Json | None:
    digest = asset.get("fingerprint") or ""
    if len(digest) != 64 or not set(digest.lower()) <= set("0123456789abcdef"):
        return None
    return {"alg": "SHA-256", "content": digest}


def _instant(text: str | None) -> str | None:
    """Return an RFC 3339 instant in UTC; None when the text is not one or does not name its zone."""
    try:
        moment = datetime.fromisoformat(text or "")
        return rfc3339(moment) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def rfc3339(moment: datetime) -> str:
    """Return a moment as RFC 3339 in UTC to the second; one without a zone is taken as UTC."""
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"
