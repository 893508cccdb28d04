"""TLS handshakes against the peak, the latency and the certificate chain that a system's register allows.

Only figures that were measured, or that the benchmark computed for its named networks, are compared; what the
institution's own network is like is for it to say.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pqc_migrate.model.bench import BenchmarkRun
from pqc_migrate.model.handshake import Handshake, NetworkTime
from pqc_migrate.model.plan import CapacityCheck, Reason, TargetMapping
from pqc_migrate.model.plan_codes import Axis, ReasonCode, Use, Verdict
from pqc_migrate.model.register import System
from pqc_migrate.plan import budgets

PEAK, PROCESSORS, LATENCY, CHAIN = (
    "tls_handshakes_s",
    "tls_processors",
    "tls_handshake_ms_p95",
    "max_cert_chain_bytes",
)
CHAIN_TARGET = "ML-DSA-65"
"""The certificates compared where the system's own were not read."""
_PERCENTILE = 0.05
"""As long as fewer handshakes than this lose a packet, the 95th percentile is one that loses none."""
_TODAY = ("ECDSA-P-256", "RSA-2048")
"""Certificates of today where the system's own were not read: both are shown."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A kind of handshake today and the one that replaces it, each a group and a chain."""

    before: tuple[str, str]
    after: tuple[str, str]

    @property
    def name(self) -> str:
        """The replacement in one phrase."""
        return ", ".join(self.after)


def handshake_checks(
    system: System, own: Sequence[TargetMapping], bench: BenchmarkRun | None
) -> Iterator[CapacityCheck]:
    """Yield the rows of the three budgets; nothing for one that the register does not give."""
    wanted = [budget for budget in (PEAK, LATENCY) if budget in system.budgets]
    changes = list(dict.fromkeys(_changes(own))) if wanted else []
    for budget in wanted:
        if not changes:
            yield budgets.unused(system, budget)
        elif bench is None or not bench.handshakes:
            yield budgets.missing(system, budget, "handshakes", bench is not None)
        elif budget == PEAK:
            yield from (_processors(system, change, bench) for change in changes)
        else:
            yield from _latency(system, changes, bench)


def measured_chain(bench: BenchmarkRun | None, chain: str) -> int | None:
    """Return the DER bytes of the certificates a server sends: leaf and intermediate, without the root."""
    for one in bench.handshakes if bench else ():
        if one.chain == chain and one.server_authentication.certificates:
            return sum(one.server_authentication.certificates)
    return None


def _changes(own: Sequence[TargetMapping]) -> Iterator[_Change]:
    """Yield the key exchange alone, then with post-quantum certificates, for each key exchange of the system."""
    signing = [m for m in own if m.axis is Axis.SIGNATURE and m.use in (Use.TLS_AUTHENTICATION, Use.X509_SIGNATURE)]
    chains = [name for mapping in signing if (name := budgets.baseline(mapping)) and name != "SM2"] or [*_TODAY]
    target = next((m.targets[0] for m in signing if m.targets), CHAIN_TARGET)
    for mapping in own:
        if mapping.use is not Use.TLS_KEY_EXCHANGE or not (group := budgets.baseline(mapping)):
            continue
        hybrid = (*mapping.interim, *mapping.targets)[0]
        for chain in chains:
            yield _Change((group, chain), (hybrid, chain))
            yield _Change((group, chain), (hybrid, target))


def _processors(system: System, change: _Change, bench: BenchmarkRun) -> CapacityCheck:
    """Compute the logical processors that the peak takes, by rates of one that were measured the same way."""
    rates, how = _rates(change, bench)
    if rates is None:
        reason = Reason.of(ReasonCode.NOT_MEASURED, algorithm=_unmeasured(change, bench), operation="handshake")
        return budgets.row(system, PEAK, change.name, reason, more=change.before)
    peak, limit = system.budgets[PEAK], system.budgets.get(PROCESSORS)
    now, after = (math.ceil(round(peak / rate, 6)) for rate in rates)
    code = ReasonCode.HANDSHAKE_PROCESSORS if limit is not None else ReasonCode.HANDSHAKE_PROCESSORS_ONLY
    reason = Reason.of(
        code,
        peak=_whole(peak),
        before=now,
        count=after,
        today=", ".join(change.before),
        rate=round(rates[1]),
        processes=how,
    )
    verdict = budgets.judge(after, limit) if limit is not None else Verdict.UNKNOWN
    return budgets.row(
        system, PEAK, change.name, reason,
        value=float(after), unit="processors", verdict=verdict, limit=PROCESSORS, more=change.before,
    )  # fmt: skip


def _rates(change: _Change, bench: BenchmarkRun) -> tuple[tuple[float, float] | None, int]:
    """Return handshakes per second and processor before and after, and with how many processes they were measured.

    With as many processes as did most, since processors that work at once share caches, clock and perhaps a
    core; one, where the run has no scaling of both.
    """
    loaded = {
        (one.algorithm, one.chain): one for one in bench.scaling if one.operation == "handshake" and one.points
    }
    before, after = loaded.get(change.before), loaded.get(change.after)
    if before is not None and after is not None:
        points = before.best, after.best
        rates = [point.per_second / max(point.processes, 1) for point in points]
        processes = max(point.processes for point in points)
    else:
        single = [_find(bench, kind) for kind in (change.before, change.after)]
        rates = [1e9 / one.server.representative_ns for one in single if one and one.server.representative_ns > 0]
        processes = 1
    usable = len(rates) == len(("before", "after")) and all(math.isfinite(rate) and rate > 0 for rate in rates)
    return ((rates[0], rates[1]) if usable else None), processes


def _latency(system: System, changes: Sequence[_Change], bench: BenchmarkRun) -> Iterator[CapacityCheck]:
    # Whatever the certificates of today, the same handshake comes after: one row a network is enough.
    for change in {change.after: change for change in reversed(changes)}.values():
        after, before = _find(bench, change.after), _find(bench, change.before)
        if after is None:
            reason = Reason.of(ReasonCode.NOT_MEASURED, algorithm=change.name, operation="handshake")
            yield budgets.row(system, LATENCY, change.name, reason, more=change.before)
            continue
        today = {time.profile: time.ms for time in before.networks if time.transport == "tcp"} if before else {}
        for time in after.networks:
            if time.transport == "tcp" and math.isfinite(time.ms):
                yield _time(system, change, time, today.get(time.profile))


def _time(system: System, change: _Change, time: NetworkTime, today: float | None) -> CapacityCheck:
    lossy = time.loss_chance > _PERCENTILE
    reason = Reason.of(
        ReasonCode.HANDSHAKE_TIME_LOSSY if lossy else ReasonCode.HANDSHAKE_TIME,
        network=time.profile,
        ms=round(time.ms, 1),
        before=round(today, 1) if today is not None else None,
        today=", ".join(change.before),
    )
    verdict = budgets.judge(time.ms, system.budgets[LATENCY])
    if lossy and verdict is not Verdict.FAIL:  # what is too long without loss is too long with it
        verdict = Verdict.UNKNOWN
    return budgets.row(
        system, LATENCY, change.name, reason,
        value=round(time.ms, 1), unit="ms", verdict=verdict, more=(*change.before, time.profile),
    )  # fmt: skip


def _find(bench: BenchmarkRun, kind: tuple[str, str]) -> Handshake | None:
    for one in bench.handshakes:
        if (one.group, one.chain) == kind and not one.mutual and not one.first_share:
            return one
    return None


def _unmeasured(change: _Change, bench: BenchmarkRun) -> str:
    return ", ".join(change.after if _find(bench, change.after) is None else change.before)


def _whole(value: float) -> int | float:
    return int(value) if value == int(value) else value
