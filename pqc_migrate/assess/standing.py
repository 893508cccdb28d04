"""How one asset stands, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pqc_migrate.assess.facts import HYGIENE, PUBLIC_KEY, is_sm, quantum
from pqc_migrate.assess.places import ROLE_ORDER, Sighting
from pqc_migrate.assess.remarks import remarks
from pqc_migrate.catalog import algorithms, names, strengths
from pqc_migrate.catalog.algorithms import Classical, Quantum
from pqc_migrate.model.inventory import Asset, Component, Kind, Role
from pqc_migrate.model.plan import AssessedAsset, Evidence, ProfileView, Reason
from pqc_migrate.model.plan_codes import Axis, ReasonCode, Standing


def assessed(
    component: Component,
    evidence: tuple[Evidence, ...],
    seen: Sequence[Sighting],
    profiles: Sequence[ProfileView],
) -> AssessedAsset:
    """Return the assessment of one component; without evidence it is only a part of others."""
    asset = component.asset
    known = asset.kind in (Kind.LIBRARY, Kind.CERTIFICATE) or asset.family in algorithms.families()
    axes = {row.axis for row in evidence if row.axis is not None}
    in_hybrid = not evidence and any(s.part_of is Quantum.HYBRID for s in seen)
    standing = Standing.HYBRID if in_hybrid else _standing(asset, axes, seen)
    level = algorithms.level(asset) if known and asset.kind is Kind.ALGORITHM else None
    roles = Counter(row.role for row in evidence)
    return AssessedAsset(
        id=component.ref,
        name=component.name,
        kind=asset.kind.value,
        family=asset.family,
        parameters=asset.parameters,
        standing=standing,
        axis=_asset_axis(standing, axes),
        nist_level=level,
        strength=strengths.strength(asset) if known else None,
        unknown=algorithms.unknown(asset) if known else (),
        sm=is_sm(asset),
        forward_secret=_forward_secret(asset, axes),
        uses=tuple(sorted({row.use for row in evidence if row.axis is not None})),
        occurrences={role: roles[role] for role in sorted(roles, key=ROLE_ORDER.__getitem__)},
        drives=bool(roles[Role.PRODUCTION.value]),
        reasons=tuple(_reasons(component, standing, axes, seen, roles, level)),
        remarks=tuple(remarks(asset, component.name, standing, profiles)),
        evidence=tuple(row.id for row in evidence),
        valid_until=_valid_until(seen),
    )


def _standing(asset: Asset, axes: set[Axis], seen: Sequence[Sighting]) -> Standing:
    how = quantum(asset)
    if how is None or asset.family == "unlisted":
        return Standing.UNCLASSIFIED
    if asset.kind is Kind.LIBRARY:
        return Standing.LIBRARY
    if asset.kind is Kind.CERTIFICATE:
        return Standing.CERTIFICATE
    if how is Quantum.SHOR:
        if Axis.CONFIDENTIALITY in axes:
            return Standing.KEY_ESTABLISHMENT
        return Standing.SIGNATURE if axes == {Axis.SIGNATURE} else Standing.PUBLIC_KEY_UNKNOWN
    classical = algorithms.family(asset.family).classical
    if how in (Quantum.RESISTANT, Quantum.HYBRID):
        if classical is not Classical.OK:
            return Standing.PRE_STANDARD
        return Standing.POST_QUANTUM if how is Quantum.RESISTANT else Standing.HYBRID
    if classical is Classical.BROKEN:
        return Standing.BROKEN
    if classical is Classical.WEAK or strengths.weakness(asset) is not None:
        return Standing.WEAK
    if how is Quantum.GROVER:
        return Standing.KEEP
    return Standing.RUNTIME if _negotiates(seen) is not None else Standing.PROTOCOL


def _asset_axis(standing: Standing, axes: set[Axis]) -> Axis | None:
    by_standing = {
        Standing.KEY_ESTABLISHMENT: Axis.CONFIDENTIALITY,
        Standing.SIGNATURE: Axis.SIGNATURE,
        Standing.PUBLIC_KEY_UNKNOWN: Axis.BOTH,
    }
    return by_standing.get(standing) or (next(iter(axes)) if len(axes) == 1 else None)


def _forward_secret(asset: Asset, axes: set[Axis]) -> bool | None:
    # Key transport never is; whether a key agreement is ephemeral was not read.
    transport = algorithms.primitive(asset) == "pke" if quantum(asset) is Quantum.SHOR else False
    return False if transport and Axis.CONFIDENTIALITY in axes else None


def _negotiates(seen: Sequence[Sighting]) -> str | None:
    return min((text for text in (s.detail("negotiates") for s in seen) if text is not None), default=None)


def _valid_until(seen: Sequence[Sighting]) -> str:
    return max((s.detail("not-valid-after") or "" for s in seen), default="")[:10]


def _reasons(
    component: Component,
    standing: Standing,
    axes: set[Axis],
    seen: Sequence[Sighting],
    roles: Counter[str],
    level: int | None,
) -> Iterator[Reason]:
    asset, family = component.asset, component.asset.family
    if not roles:
        in_hybrid = any(s.part_of is Quantum.HYBRID for s in seen)
        yield Reason.of(ReasonCode.HYBRID_PART if in_hybrid else ReasonCode.COUNTED_WITH_OWNER, family=family)
    if standing in PUBLIC_KEY:
        yield from _public_key_reasons(asset, axes)
    elif standing in HYGIENE:
        yield from _hygiene_reasons(asset)
    elif standing is Standing.KEEP:
        code = ReasonCode.KEEP_CN_APPROVED if is_sm(asset) else ReasonCode.KEEP_SYMMETRIC
        yield Reason.of(code, family=family) if is_sm(asset) else Reason.of(code, family=family, level=level)
    elif standing is Standing.PRE_STANDARD:
        source = algorithms.family(family).classical_source
        yield Reason.of(ReasonCode.PRE_STANDARD, family=family, source=source)
    elif standing is Standing.POST_QUANTUM:
        yield Reason.of(ReasonCode.PQC_FOUND, family=family, level=level)
    elif standing is Standing.HYBRID:
        if roles:
            yield Reason.of(ReasonCode.HYBRID_FOUND, family=family, level=level)
    elif standing is Standing.RUNTIME:
        yield Reason.of(ReasonCode.DEPENDS_ON_RUNTIME, negotiates=_negotiates(seen) or "")
    elif standing in (Standing.PROTOCOL, Standing.CERTIFICATE):
        yield Reason.of(ReasonCode.PARTS_DECIDE, family=family)
    elif standing is Standing.LIBRARY:
        yield Reason.of(ReasonCode.LIBRARY_ONLY, name=component.name)
    else:
        yield Reason.of(ReasonCode.FAMILY_UNKNOWN, name=component.name)
    if roles and not roles[Role.PRODUCTION.value]:
        yield Reason.of(ReasonCode.NOT_PRODUCTION, roles=",".join(sorted(roles, key=ROLE_ORDER.__getitem__)))


def _public_key_reasons(asset: Asset, axes: set[Axis]) -> Iterator[Reason]:
    record = algorithms.family(asset.family)
    code = ReasonCode.SM2_APPROVED if is_sm(asset) else ReasonCode.SHOR_BREAKS
    yield Reason.of(code, family=asset.family)
    if len(axes - {Axis.BOTH}) > 1:
        yield Reason.of(ReasonCode.MIXED_AXES, family=asset.family)
    if Axis.BOTH in axes:
        yield Reason.of(ReasonCode.AXIS_NOT_READ)
    unknown = algorithms.unknown(asset)
    if unknown:
        yield Reason.of(ReasonCode.SIZE_NOT_READ, parameters=",".join(unknown))
    if _forward_secret(asset, axes) is False:
        yield Reason.of(ReasonCode.NO_FORWARD_SECRECY, family=asset.family)
    bits = strengths.strength(asset)
    if bits is not None and bits < 112:
        size = asset.get("size") or asset.get("curve") or asset.get("group")
        yield Reason.of(ReasonCode.BELOW_112, size=size, strength=bits)
    if record.classical is not Classical.OK:
        yield Reason.of(ReasonCode.CLASSICALLY_WEAK, family=asset.family, source=record.classical_source)
    digest = names.lookup("digests", asset.get("digest") or "")
    if digest is not None and record.primitive == "signature":
        weak = algorithms.family(digest.family)
        if weak.classical is not Classical.OK:
            yield Reason.of(ReasonCode.WEAK_DIGEST, digest=weak.name, source=weak.classical_source)


def _hygiene_reasons(asset: Asset) -> Iterator[Reason]:
    record = algorithms.family(asset.family)
    if record.classical is not Classical.OK:
        broken = record.classical is Classical.BROKEN
        code = ReasonCode.CLASSICALLY_BROKEN if broken else ReasonCode.CLASSICALLY_WEAK
        yield Reason.of(code, family=asset.family, source=record.classical_source)
    weakness = strengths.weakness(asset)
    if weakness is not None and weakness.parameter == "mode":
        yield Reason.of(ReasonCode.ECB_MODE, family=asset.family)
    elif weakness is not None:
        yield Reason.of(ReasonCode.CLASSICALLY_WEAK, family=asset.family, source=weakness.source)
