"""What the benchmark says about the candidates, against the budgets of the register.

No budget, no verdict; no measurement, no number. One core of the machine that was measured, nothing scaled.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pqc_migrate.model.bench import BenchmarkRun
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

TIGHT = 0.8
"""Above this share of a budget a pass is tight."""

CHAIN_BYTES = 1952 + 3309 + 500
"""One ML-DSA-65 certificate: public key, signature (FIPS 204 table 2) and roughly 500 bytes of the rest."""

_RATES = {"sign_ops_s": "sign", "verify_ops_s": "verify"}
_NOT_MEASURED = ("tls_handshake_ms_p95", "max_message_bytes")


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
        reasons=() if bench else (Reason.of(ReasonCode.NO_BENCHMARK),),
    )


def _throughput(bench: BenchmarkRun | None) -> Iterator[Throughput]:
    for row in bench.measurements if bench else ():
        if row.representative_ns > 0:
            rate = round(1e9 / row.representative_ns, 1)
            yield Throughput(row.algorithm, row.operation.value, row.provider, row.representative_ns, rate)


def _system_checks(
    system: System, own: Sequence[TargetMapping], bench: BenchmarkRun | None
) -> Iterator[CapacityCheck]:
    signers = sorted({m.targets[0] for m in own if m.axis is Axis.SIGNATURE and m.targets})
    for budget, operation in _RATES.items():
        for algorithm in signers:
            yield _rate(system, budget, algorithm, operation, bench)
    for mapping in _unique(m for m in own if m.use is Use.TLS_KEY_EXCHANGE):
        yield _added_bytes(system, mapping)
    if "max_cert_chain_bytes" in system.budgets:
        yield _chain(system)
    for budget in _NOT_MEASURED:
        if budget in system.budgets:
            reason = Reason.of(ReasonCode.NOT_MEASURED, algorithm="", operation=budget)
            limit = system.budgets[budget]
            yield CapacityCheck(
                f"{system.id}/{budget}/", system.id, budget, "", "", None, limit, "", Verdict.UNKNOWN, reason
            )


def _rate(system: System, budget: str, algorithm: str, operation: str, bench: BenchmarkRun | None) -> CapacityCheck:
    limit = system.budgets.get(budget)
    row = bench.find(algorithm, operation) if bench else None
    value = round(1e9 / row.representative_ns, 1) if row and row.representative_ns > 0 else None
    verdict, reason = Verdict.UNKNOWN, Reason.of(ReasonCode.NO_BUDGET, budget=budget)
    if bench is None:
        reason = Reason.of(ReasonCode.NO_BENCHMARK)
    elif value is None:
        reason = Reason.of(ReasonCode.NOT_MEASURED, algorithm=algorithm, operation=operation)
    elif limit is not None:
        verdict = _judge(limit, value)
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
        verdict = _judge(added, limit)
        reason = Reason.of(ReasonCode.AGAINST_BUDGET, budget=budget, value=added, limit=limit)
    identifier = f"{system.id}/{budget}/{target}/{mapping.asset}"
    return CapacityCheck(identifier, system.id, budget, target, "", added, limit, "bytes", verdict, reason)


def _chain(system: System) -> CapacityCheck:
    """Fail when not even one certificate fits; how long the chain is was not read, so nothing passes."""
    budget = "max_cert_chain_bytes"
    limit = system.budgets[budget]
    verdict = Verdict.FAIL if limit < CHAIN_BYTES else Verdict.UNKNOWN
    reason = Reason.of(ReasonCode.CHAIN_OVER_BUDGET, system=system.id, estimate=CHAIN_BYTES, limit=limit)
    if verdict is Verdict.UNKNOWN:
        reason = Reason.of(ReasonCode.NOT_MEASURED, algorithm="ML-DSA-65", operation=budget)
    identifier = f"{system.id}/{budget}/ML-DSA-65"
    return CapacityCheck(
        identifier, system.id, budget, "ML-DSA-65", "", float(CHAIN_BYTES), limit, "bytes", verdict, reason
    )


def _difference(sizes: Sequence[SizeChange]) -> float | None:
    total = 0
    for size in sizes:
        if size.classical_bytes is None or size.target_bytes is None:
            return None
        total += size.target_bytes - size.classical_bytes
    return float(total) if sizes else None


def _judge(value: float, limit: float) -> Verdict:
    """Return how a value that must not exceed a limit does."""
    if value > limit:
        return Verdict.FAIL
    return Verdict.PASS if value <= TIGHT * limit else Verdict.TIGHT


def _unique(mappings: Iterator[TargetMapping]) -> Iterator[TargetMapping]:
    seen = set()
    for mapping in mappings:
        if (mapping.asset, mapping.replacement) not in seen:
            seen.add((mapping.asset, mapping.replacement))
            yield mapping
