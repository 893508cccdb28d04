"""What the benchmark says about the candidates, against the budgets of the register.

No budget, no verdict; no measurement, no number. One core of the machine that was measured, nothing scaled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pqc_migrate.model.bench import BenchmarkRun, Quality
from pqc_migrate.model.plan import (
    Capacity,
    CapacityCheck,
    CryptoUse,
    Reason,
    SizeChange,
    TargetMapping,
    Throughput,
)
from pqc_migrate.model.plan_codes import Axis, ReasonCode, Use, Verdict
from pqc_migrate.model.register import System
from pqc_migrate.plan.budgets import judge, missing, row, unique
from pqc_migrate.plan.handshake_capacity import CHAIN, CHAIN_TARGET, handshake_checks, measured_chain
from pqc_migrate.plan.message_capacity import message_checks

CHAIN_BYTES = 1952 + 3309 + 500
"""One ML-DSA-65 certificate: public key, signature (FIPS 204 table 2) and roughly 500 bytes of the rest."""

_RATES = {"sign_ops_s": "sign", "verify_ops_s": "verify"}


def capacity(
    bench: BenchmarkRun | None,
    systems: Sequence[System],
    uses: Sequence[CryptoUse],
    mappings: Mapping[str, TargetMapping],
) -> Capacity:
    """Return throughput of everything measured, and one check a budget and candidate."""
    own: dict[str, list[TargetMapping]] = defaultdict(list)
    for use in uses:
        own[use.system] += (mappings[ref] for ref in use.targets if not mappings[ref].unverified)
    checks = [row for system in systems for row in _system_checks(system, own[system.id], bench)]
    return Capacity(
        measured=bench is not None,
        machine=(bench.environment.cpu.model or "") if bench else "",
        throughput=tuple(sorted(_throughput(bench), key=lambda t: (t.algorithm, t.operation, t.provider))),
        checks=tuple(sorted(checks, key=lambda check: check.id)),
        reasons=tuple(_reasons(bench)),
    )


def _reasons(bench: BenchmarkRun | None) -> Iterator[Reason]:
    """Yield what must be known before any of the figures is used."""
    if bench is None:
        yield Reason.of(ReasonCode.NO_BENCHMARK)
        return
    if not bench.measurements:
        yield Reason.of(ReasonCode.PART_NOT_MEASURED, part="operations")
    if bench.verdict.quality is not Quality.QUIET:
        yield Reason.of(ReasonCode.BENCHMARK_DISTURBED, quality=bench.verdict.quality.value)


def _throughput(bench: BenchmarkRun | None) -> Iterator[Throughput]:
    for one in bench.measurements if bench else ():
        if one.representative_ns > 0:
            rate = round(1e9 / one.representative_ns, 1)
            yield Throughput(one.algorithm, one.operation.value, one.provider, one.representative_ns, rate)


def _system_checks(
    system: System, own: Sequence[TargetMapping], bench: BenchmarkRun | None
) -> Iterator[CapacityCheck]:
    signers = sorted({m.targets[0] for m in own if m.axis is Axis.SIGNATURE and m.targets})
    for budget, operation in _RATES.items():
        for algorithm in signers:
            yield _rate(system, budget, algorithm, operation, bench)
    for mapping in unique(m for m in own if m.use is Use.TLS_KEY_EXCHANGE):
        yield _added_bytes(system, mapping)
    if "max_cert_chain_bytes" in system.budgets:
        yield _chain(system, bench)
    yield from handshake_checks(system, own, bench)
    yield from message_checks(system, own, bench)


def _rate(system: System, budget: str, algorithm: str, operation: str, bench: BenchmarkRun | None) -> CapacityCheck:
    limit = system.budgets.get(budget)
    one = bench.find(algorithm, operation) if bench else None
    value = round(1e9 / one.representative_ns, 1) if one and one.representative_ns > 0 else None
    verdict, reason = Verdict.UNKNOWN, Reason.of(ReasonCode.NO_BUDGET, budget=budget)
    if bench is None:
        reason = Reason.of(ReasonCode.NO_BENCHMARK)
    elif value is None:
        reason = Reason.of(ReasonCode.NOT_MEASURED, algorithm=algorithm, operation=operation)
    elif limit is not None:
        verdict = judge(limit, value)
        reason = Reason.of(ReasonCode.AGAINST_BUDGET, budget=budget, value=value, limit=limit)
    identifier = f"{system.id}/{budget}/{algorithm}"
    return CapacityCheck(
        identifier, system.id, budget, algorithm, operation, value, limit, "ops/s", verdict, reason
    )


def _added_bytes(system: System, mapping: TargetMapping) -> CapacityCheck:
    """Compare the bytes a hybrid or post-quantum key exchange adds to both directions of a handshake."""
    budget = "added_bytes_per_handshake"
    limit = system.budgets.get(budget)
    target = (*mapping.interim, *mapping.targets)[0]
    added = _difference([size for size in mapping.sizes if size.target == target])
    verdict, reason = Verdict.UNKNOWN, Reason.of(ReasonCode.NO_BUDGET, budget=budget)
    if added is None:
        reason = Reason.of(ReasonCode.SIZE_UNKNOWN, algorithm=target)
    elif limit is not None:
        verdict = judge(added, limit)
        reason = Reason.of(ReasonCode.AGAINST_BUDGET, budget=budget, value=added, limit=limit)
    identifier = f"{system.id}/{budget}/{target}/{mapping.asset}"
    return CapacityCheck(identifier, system.id, budget, target, "", added, limit, "bytes", verdict, reason)


def _chain(system: System, bench: BenchmarkRun | None) -> CapacityCheck:
    """Judge a measured chain of leaf and intermediate.

    Without one, fail when not even one certificate fits; how long the chain is was not read, so nothing passes.
    """
    limit = system.budgets[CHAIN]
    measured = measured_chain(bench, CHAIN_TARGET)
    value, unit = float(CHAIN_BYTES if measured is None else measured), "bytes"
    if measured is not None:
        verdict, reason = judge(value, limit), Reason.of(ReasonCode.CHAIN_MEASURED, bytes=measured)
    elif limit < CHAIN_BYTES:
        estimate = Reason.of(ReasonCode.CHAIN_OVER_BUDGET, system=system.id, estimate=CHAIN_BYTES, limit=limit)
        verdict, reason = Verdict.FAIL, estimate
    else:
        verdict, reason = Verdict.UNKNOWN, missing(system, CHAIN, "handshakes", bench is not None).reason
    return row(system, CHAIN, CHAIN_TARGET, reason, value=value, unit=unit, verdict=verdict)


def _difference(sizes: Sequence[SizeChange]) -> float | None:
    total = 0
    for size in sizes:
        if size.classical_bytes is None or size.target_bytes is None:
            return None
        total += size.target_bytes - size.classical_bytes
    return float(total) if sizes else None
