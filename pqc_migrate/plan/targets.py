"""What replaces one asset in one use: target by profile, interim hybrid, specifications, sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pqc_migrate.assess.remarks import below
from pqc_migrate.catalog import replacements
from pqc_migrate.catalog.replacements import Replacement, Size
from pqc_migrate.model.bench import BenchmarkRun
from pqc_migrate.model.inventory import Asset, Kind
from pqc_migrate.model.plan import AssessedAsset, ProfileTarget, ProfileView, Reason, SizeChange, TargetMapping
from pqc_migrate.model.plan_codes import Axis, ReasonCode, Trust, Use

_AXES = {
    Axis.CONFIDENTIALITY: (Axis.CONFIDENTIALITY,),
    Axis.SIGNATURE: (Axis.SIGNATURE,),
    Axis.BOTH: (Axis.CONFIDENTIALITY, Axis.SIGNATURE),
}
# A place whose axis was not read takes the replacement of each axis of its protocol.
_KEY_EXCHANGE_OF = {
    Use.TLS_AUTHENTICATION: Use.TLS_KEY_EXCHANGE,
    Use.SSH_KEYS: Use.SSH_KEY_EXCHANGE,
    Use.IKE_AUTHENTICATION: Use.IKE_KEY_EXCHANGE,
    Use.X509_SIGNATURE: Use.X509_KEM,
    Use.CMS_SIGN: Use.CMS_ENCRYPT,
}


def chosen(use: Use, axis: Axis, sm: bool) -> Iterator[tuple[Axis, Replacement]]:
    """Yield the replacements of one use, one to compute with for each axis, then unverified pointers."""
    for single in _AXES[axis]:
        of = _KEY_EXCHANGE_OF.get(use, use) if axis is Axis.BOTH and single is Axis.CONFIDENTIALITY else use
        for replacement in replacements.choose(of, single, sm):
            yield single, replacement


def mappings(
    asset: AssessedAsset, use: Use, axis: Axis, profiles: Sequence[ProfileView], bench: BenchmarkRun | None
) -> Iterator[TargetMapping]:
    """Yield the target mappings of one asset in one use."""
    classical = Asset(Kind(asset.kind), asset.family, asset.parameters)
    for single, replacement in chosen(use, axis, asset.sm):
        interim = replacement.interim_for(classical)
        yield TargetMapping(
            id=f"{asset.id}/{use}/{replacement.id}",
            asset=asset.id,
            use=use,
            axis=single,
            replacement=replacement.id,
            targets=replacement.targets,
            interim=interim,
            by_profile=tuple(_by_profile(replacement, single, profiles)),
            specs=replacement.specs,
            waits=replacement.waits,
            ngcc_slot=replacement.ngcc,
            ngcc_algorithm=None,
            notes=replacement.notes,
            sizes=tuple(_sizes(classical, single, (*interim[:1], *replacement.targets[:1]), bench)),
            trust=replacement.trust,
            unverified=replacement.trust is Trust.UNVERIFIED,
            source=replacement.source,
            reasons=tuple(_reasons(replacement, use, single)),
        )


def raised(target: str, profile: ProfileView) -> str:
    """Return the target, or the profile's parameter set when that is a larger one of the same family."""
    for minimum in (profile.min_kem, profile.min_sig):
        if minimum is not None and below(target, minimum):
            return minimum
    return target


def _by_profile(replacement: Replacement, axis: Axis, profiles: Sequence[ProfileView]) -> Iterator[ProfileTarget]:
    for profile in profiles:
        if not replacement.targets:
            return
        default = replacement.targets[0]
        target = raised(default, profile)
        reason = Reason.of(ReasonCode.TARGET_BY_USE, use=replacement.use.value, replacement=replacement.id)
        if target != default:
            reason = Reason.of(ReasonCode.TARGET_RAISED, profile=profile.id, minimum=target)
        policy = profile.hybrid_policy if axis is Axis.CONFIDENTIALITY else None
        yield ProfileTarget(profile.id, target, policy, reason)


def _reasons(replacement: Replacement, use: Use, axis: Axis) -> Iterator[Reason]:
    if replacement.use is Use.UNSPECIFIED:
        yield Reason.of(ReasonCode.TARGET_GENERIC, axis=axis.value)
    else:
        yield Reason.of(ReasonCode.TARGET_BY_USE, use=replacement.use.value, replacement=replacement.id)
    if replacement.sm:
        yield Reason.of(ReasonCode.TARGET_SM_ROUTE)
    if replacement.waits:
        yield Reason.of(ReasonCode.TARGET_NO_STANDARD, use=use.value)


def _sizes(asset: Asset, axis: Axis, targets: Sequence[str], bench: BenchmarkRun | None) -> Iterator[SizeChange]:
    name, before = replacements.classical_size(asset, axis)
    second = "signature" if axis is Axis.SIGNATURE else "ciphertext"
    for target in targets:
        after, source = _target_size(target, bench)
        for what, field in (("public-key", "public_key"), (second, second)):
            yield SizeChange(
                what=what,
                classical=name,
                classical_bytes=getattr(before, field) if before else None,
                target=target,
                target_bytes=getattr(after, field) if after else None,
                source=source,
            )


def _target_size(target: str, bench: BenchmarkRun | None) -> tuple[Size | None, str]:
    """Return the sizes of a target as measured, else from the standard's table."""
    measured = [m for m in bench.measurements if m.algorithm == target] if bench else []
    for measurement in measured:
        sizes = measurement.sizes
        if sizes.public_key is not None:
            return Size(sizes.public_key, sizes.ciphertext, sizes.signature, "benchmark"), "benchmark"
    size = replacements.size(target)
    return size, size.source if size else ""
