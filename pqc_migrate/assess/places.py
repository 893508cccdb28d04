"""Each occurrence of an inventory with its axis, its use and the system that claims it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from pqc_migrate.assess.facts import quantum
from pqc_migrate.catalog import algorithms, uses
from pqc_migrate.catalog.algorithms import Quantum
from pqc_migrate.catalog.uses import Context
from pqc_migrate.model.inventory import Asset, Component, Inventory, Kind, Location, Occurrence, Role, Technique
from pqc_migrate.model.plan import Evidence, Reason
from pqc_migrate.model.plan_codes import Axis, ReasonCode, Use

Claim = Callable[[Inventory, Component, Occurrence], str]
"""Names the system an occurrence belongs to."""

ROLE_ORDER = {role.value: place for place, role in enumerate(Role)}
"""Production first."""

_SIGN = frozenset({"sign", "verify"})
_ESTABLISH = frozenset({"encrypt", "decrypt", "encapsulate", "decapsulate", "keyderive", "wrap", "unwrap"})
_SIGNING_USAGES = frozenset({"digitalSignature", "nonRepudiation", "keyCertSign", "cRLSign"})
_ESTABLISHING_USAGES = frozenset({"keyEncipherment", "dataEncipherment", "keyAgreement"})
# Details by which the inventory marks an occurrence that is only a part of another component.
_DERIVED = "derived-from"
_WITHIN_HYBRID = ("within", "hybrid")
_BY_CIPHER_LIST = ("within", "cipher-list")
_NO_PLACE = Occurrence(Location("", 0), "", Technique.TEXT, 0.0, "", Role.PRODUCTION)


@dataclass(frozen=True, slots=True)
class Sighting:
    """One occurrence with what its inventory says around it."""

    target: str
    occurrence: Occurrence
    axis: Axis | None
    use: Use
    use_reason: Reason
    system: str
    part_of: Quantum | None
    """How the component stands that this one is only a part of and is counted with; None: it counts itself."""

    def detail(self, name: str) -> str | None:
        """Return one detail of the occurrence, or None."""
        return dict(self.occurrence.details).get(name)


KeyUsages = Mapping[tuple[str, str, int], frozenset[str]]
"""What certificates say their keys are for, by key, path and line."""


def key_usages(inventory: Inventory) -> KeyUsages:
    """Return the key usage (RFC 5280 section 4.2.1.3) of every certified key, where the certificate states one."""
    found: dict[tuple[str, str, int], frozenset[str]] = {}
    for component in inventory.components:
        keys = [ref for relation, ref in component.related if relation == "public-key"]
        if component.asset.kind is not Kind.CERTIFICATE:
            continue
        for occurrence in component.occurrences:
            usage = frozenset(dict(occurrence.details).get("key-usage", "").split())
            for ref in keys if usage else ():
                found[(ref, occurrence.location.path, occurrence.location.line)] = usage
    return found


def sightings(
    inventory: Inventory,
    component: Component,
    by_ref: Mapping[str, Component],
    usages: KeyUsages,
    claim: Claim,
) -> Iterator[Sighting]:
    """Yield every occurrence of a component.

    A component without occurrences, as another tool may write it, counts once, in production, at no place.
    """
    for occurrence in component.occurrences or (_NO_PLACE,):
        owner = by_ref.get(dict(occurrence.details).get(_DERIVED, ""))
        part_of = _counted_with(owner, component.asset, occurrence)
        stated = usages.get((component.ref, occurrence.location.path, occurrence.location.line), frozenset())
        axis, use, reason = _axis_and_use(component, occurrence, owner, stated)
        system = claim(inventory, component, occurrence)
        yield Sighting(inventory.target, occurrence, axis, use, reason, system, part_of)


def _counted_with(owner: Component | None, part: Asset, occurrence: Occurrence) -> Quantum | None:
    # A key's own algorithm, or a hybrid's halves, are the same use as their owner: count it once.
    if _WITHIN_HYBRID in occurrence.details:
        return Quantum.HYBRID
    if owner is None:
        return None
    above = quantum(owner.asset)
    if above is Quantum.HYBRID or (above is Quantum.SHOR and quantum(part) is Quantum.SHOR):
        return above
    return None


def _axis(asset: Asset, occurrence: Occurrence, owner: Component | None) -> Axis | None:
    if quantum(asset) not in (Quantum.SHOR, Quantum.HYBRID, Quantum.RESISTANT):
        return None
    suite = owner.asset.get("suite") if owner is not None else None
    if suite is not None and asset.family == "RSA":
        # RFC 5246 section 7.4.2: RSA alone transports the key, beside DHE or ECDHE it authenticates.
        return Axis.CONFIDENTIALITY if suite.startswith("TLS_RSA_") else Axis.SIGNATURE
    if _BY_CIPHER_LIST in occurrence.details and asset.family == "RSA":
        # openssl-ciphers(1): aRSA is authentication by RSA; key transport is kRSA, a family of its own here.
        return Axis.SIGNATURE
    functions = set(occurrence.functions)
    signs, establishes = bool(functions & _SIGN), bool(functions & _ESTABLISH)
    if asset.family in ("RSA", "EC", "SM2", "SM9"):
        # These names cover both; SM2 with a digest is the signature scheme.
        if signs != establishes:
            return Axis.SIGNATURE if signs else Axis.CONFIDENTIALITY
        return Axis.SIGNATURE if asset.get("digest") and not establishes else Axis.BOTH
    primitive = algorithms.primitive(asset)
    if primitive == "signature":
        return Axis.SIGNATURE
    if primitive in ("key-agree", "kem", "pke"):
        return Axis.CONFIDENTIALITY
    if primitive == "combiner":
        parts = {algorithms.primitive(part) for part in algorithms.family(asset.family).components}
        return Axis.CONFIDENTIALITY if parts & {"kem", "key-agree"} else Axis.SIGNATURE
    return Axis.BOTH


def _axis_and_use(
    component: Component, occurrence: Occurrence, owner: Component | None, stated: frozenset[str]
) -> tuple[Axis | None, Use, Reason]:
    axis = _axis(component.asset, occurrence, owner)
    signs, establishes = bool(stated & _SIGNING_USAGES), bool(stated & _ESTABLISHING_USAGES)
    if axis is Axis.BOTH and signs != establishes:
        axis = Axis.SIGNATURE if signs else Axis.CONFIDENTIALITY
    if axis is not None:
        for context, reason in _contexts(component, occurrence, owner):
            narrowed = context.axis(axis)
            use = context.use(narrowed)
            if use is not Use.UNSPECIFIED:
                return narrowed, use, reason
    return axis, Use.UNSPECIFIED, Reason.of(ReasonCode.USE_NOT_READ)


def _contexts(
    component: Component, occurrence: Occurrence, owner: Component | None
) -> Iterator[tuple[Context, Reason]]:
    """Yield the protocols a place may belong to, the surest first."""
    rule, symbol, family = occurrence.rule, occurrence.location.symbol, component.asset.family
    relation = ""
    if owner is not None:
        relation = next((relation for relation, ref in owner.related if ref == component.ref), "")
    if owner is not None and owner.asset.kind is Kind.CERTIFICATE:
        reason = Reason.of(ReasonCode.USE_FROM_RELATION, relation=relation, of="certificate")
        yield from _maybe(uses.by_rule("certificate"), reason)
    yield from _maybe(uses.by_rule(rule), Reason.of(ReasonCode.USE_FROM_RULE, rule=rule))
    yield from _maybe(uses.by_symbol(symbol), Reason.of(ReasonCode.USE_FROM_SYMBOL, symbol=symbol))
    yield from _maybe(uses.by_family(family), Reason.of(ReasonCode.USE_FROM_PROTOCOL, family=family))
    if owner is not None:
        reason = Reason.of(ReasonCode.USE_FROM_RELATION, relation=relation, of=owner.name)
        yield from _maybe(uses.by_family(owner.asset.family), reason)


def _maybe(context: Context | None, reason: Reason) -> Iterator[tuple[Context, Reason]]:
    if context is not None:
        yield context, reason


def evidence(ref: str, seen: Iterable[Sighting]) -> tuple[Evidence, ...]:
    """Return one row an occurrence that counts itself; the id survives edits that only move lines."""
    rows: dict[tuple[str, ...], Evidence] = {}
    ordinals: Counter[tuple[str, ...]] = Counter()
    for sighting in sorted((s for s in seen if s.part_of is None), key=_place):
        occurrence = sighting.occurrence
        place = occurrence.location
        exact = (sighting.target, occurrence.rule, place.path, place.symbol, str(place.line), str(place.offset))
        if exact in rows:
            continue
        group = (sighting.target, ref, occurrence.rule, place.path, place.symbol)
        digest = sha256("\0".join((*group, str(ordinals[group]))).encode()).hexdigest()
        ordinals[group] += 1
        rows[exact] = Evidence(
            id=f"ev-{digest[:12]}",
            asset=ref,
            target=sighting.target,
            path=place.path,
            line=place.line,
            symbol=place.symbol,
            rule=occurrence.rule,
            role=occurrence.role.value,
            technique=occurrence.technique.value,
            confidence=occurrence.confidence,
            axis=sighting.axis,
            use=sighting.use,
            use_reason=sighting.use_reason,
            system=sighting.system,
        )
    return tuple(sorted(rows.values(), key=lambda e: (ROLE_ORDER[e.role], e.target, e.path, e.line, e.id)))


def _place(sighting: Sighting) -> tuple[str, str, int, int, str, str]:
    place = sighting.occurrence.location
    offset = -1 if place.offset is None else place.offset
    return sighting.target, place.path, place.line, offset, sighting.occurrence.rule, repr(sighting.occurrence)
