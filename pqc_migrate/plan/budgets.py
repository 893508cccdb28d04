"""One budget of the register against one number: how the verdict is reached, and the row it makes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pqc_migrate.model.plan import CapacityCheck, Reason, TargetMapping
from pqc_migrate.model.plan_codes import ReasonCode, Verdict
from pqc_migrate.model.register import System

TIGHT = 0.8
"""Above this share of a budget a pass is tight."""


def judge(value: float, limit: float) -> Verdict:
    """Return how a value that must not exceed a limit does."""
    if value > limit:
        return Verdict.FAIL
    return Verdict.PASS if value <= TIGHT * limit else Verdict.TIGHT


def row(
    system: System,
    budget: str,
    what: str,
    reason: Reason,
    *,
    value: float | None = None,
    unit: str = "",
    verdict: Verdict = Verdict.UNKNOWN,
    operation: str = "",
    limit: str | None = None,
    more: Iterable[str] = (),
) -> CapacityCheck:
    """Return a check; `limit` names the budget it is held against where that is another one."""
    identifier = "/".join((system.id, budget, what, *more))
    against = system.budgets.get(limit or budget)
    return CapacityCheck(identifier, system.id, budget, what, operation, value, against, unit, verdict, reason)


def missing(system: System, budget: str, part: str, benchmark: bool) -> CapacityCheck:
    """Return the row of a budget that nothing was measured for: no benchmark at all, or one without a part."""
    reason = Reason.of(ReasonCode.PART_NOT_MEASURED, part=part) if benchmark else Reason.of(ReasonCode.NO_BENCHMARK)
    return row(system, budget, "", reason)


def unused(system: System, budget: str) -> CapacityCheck:
    """Return the row of a budget that applies to nothing that was found."""
    return row(system, budget, "", Reason.of(ReasonCode.NOTHING_FOR_BUDGET, budget=budget))


def unique(mappings: Iterable[TargetMapping]) -> Iterator[TargetMapping]:
    """Yield each asset's replacement once."""
    seen = set()
    for mapping in mappings:
        if (mapping.asset, mapping.replacement) not in seen:
            seen.add((mapping.asset, mapping.replacement))
            yield mapping


_BASELINES = (
    (re.compile(r"rsa\b.*-2048$"), "RSA-2048"),
    (re.compile(r"rsa\b.*-3072$"), "RSA-3072"),
    (re.compile(r"ecdsa-p-256\b"), "ECDSA-P-256"),
    (re.compile(r"ecdsa-p-384\b"), "ECDSA-P-384"),
    (re.compile(r"ed25519\b"), "Ed25519"),
    (re.compile(r"sm2\b"), "SM2"),
    (re.compile(r"x25519$"), "X25519"),
    (re.compile(r"ecdhe?-p-256$"), "P-256"),
    (re.compile(r"ecdhe?-p-384$"), "P-384"),
)


def baseline(mapping: TargetMapping) -> str:
    """Return what the benchmark calls the algorithm that is replaced; empty where it measures no such one.

    A TLS group is called by its own name; an algorithm whose size or curve was not read is none of these.
    """
    name = mapping.asset.rpartition("/")[2].partition("@")[0]
    return next((known for pattern, known in _BASELINES if pattern.match(name)), "")
