"""What single profiles say about an asset: longer symmetric keys, algorithms they refuse, parameter sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pqc_migrate.catalog import algorithms
from pqc_migrate.model.inventory import Asset
from pqc_migrate.model.plan import ProfileRemark, ProfileView, Reason
from pqc_migrate.model.plan_codes import ReasonCode, Standing

_SYMMETRIC = frozenset({"block-cipher", "ae", "mac", "key-wrap"})
_FIXED_KEY_BITS = {"SM4": 128}
"""GB/T 32907: SM4 has one key length."""


def remarks(
    asset: Asset, name: str, standing: Standing, profiles: Sequence[ProfileView]
) -> Iterator[ProfileRemark]:
    """Yield at most one remark a profile; an unverified milestone never makes one."""
    for profile in profiles:
        reason = _refused(asset, name, standing, profile) or _short_key(asset, standing, profile)
        reason = reason or _small_parameter_set(asset, profile)
        if reason is not None:
            yield ProfileRemark(profile.id, reason)


def below(algorithm: str, minimum: str | None) -> bool:
    """Tell whether ``ML-KEM-512`` is a smaller parameter set of the same family as ``ML-KEM-768``."""
    if minimum is None:
        return False
    family, _, size = algorithm.rpartition("-")
    wanted, _, least = minimum.rpartition("-")
    return family == wanted and size.isdecimal() and least.isdecimal() and int(size) < int(least)


def _refused(asset: Asset, name: str, standing: Standing, profile: ProfileView) -> Reason | None:
    if standing is Standing.UNCLASSIFIED:
        return None
    names = {name, asset.family, asset.get("mode") or "", f"{asset.family}-{asset.get('size')}"}
    for line in profile.milestones:
        refused = sorted(names & set(line.refuses))
        if refused and not line.unverified:
            return Reason.of(
                ReasonCode.PROFILE_REFUSES, profile=profile.id, algorithm=refused[0], milestone=line.id
            )
    return None


def _short_key(asset: Asset, standing: Standing, profile: ProfileView) -> Reason | None:
    minimum = profile.min_symmetric_bits
    if minimum is None or standing is not Standing.KEEP or algorithms.primitive(asset) not in _SYMMETRIC:
        return None
    if "size" not in algorithms.family(asset.family).parameters and asset.family not in _FIXED_KEY_BITS:
        return None
    size = asset.get("size")
    bits = _FIXED_KEY_BITS.get(asset.family) or (int(size) if size and size.isdecimal() else None)
    if bits is not None and bits >= minimum:
        return None
    return Reason.of(ReasonCode.PROFILE_WANTS_256, profile=profile.id, bits=bits, minimum=minimum)


def _small_parameter_set(asset: Asset, profile: ProfileView) -> Reason | None:
    record = algorithms.families().get(asset.family)
    if record is None:
        return None
    for part in (asset, *record.components):
        algorithm = f"{part.family}-{part.get('size')}"
        for minimum in (profile.min_kem, profile.min_sig):
            if below(algorithm, minimum):
                return Reason.of(
                    ReasonCode.BELOW_PROFILE_MINIMUM, profile=profile.id, algorithm=algorithm, minimum=minimum
                )
    return None
