"""Signed messages against the longest message a system takes (``max_message_bytes``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pqc_migrate.model.bench import BenchmarkRun
from pqc_migrate.model.messages import MessageCost
from pqc_migrate.model.plan import CapacityCheck, Reason, TargetMapping
from pqc_migrate.model.plan_codes import Axis, ReasonCode, Use
from pqc_migrate.model.register import System
from pqc_migrate.plan import budgets

BUDGET = "max_message_bytes"
_FORMATS: Mapping[Use, str] = {Use.JOSE: "jwt", Use.CMS_SIGN: "cms", Use.UNSPECIFIED: "payment"}
"""The format whose sample stands for a use; a signature of no read use is taken for one on a payment message."""


def message_checks(
    system: System, own: Sequence[TargetMapping], bench: BenchmarkRun | None
) -> Iterator[CapacityCheck]:
    """Yield one row a format and target of the system's signatures on messages; nothing without the budget."""
    if BUDGET not in system.budgets:
        return
    signing = [m for m in own if m.axis is Axis.SIGNATURE and m.use in _FORMATS and m.targets]
    if not signing:
        yield budgets.unused(system, BUDGET)
    elif bench is None or not bench.messages:
        yield budgets.missing(system, BUDGET, "messages", bench is not None)
    else:
        seen = set()
        for mapping in budgets.unique(signing):
            check = _check(system, mapping, bench.messages)
            if check.id not in seen:
                seen.add(check.id)
                yield check


def _check(system: System, mapping: TargetMapping, messages: Sequence[MessageCost]) -> CapacityCheck:
    format_, target, today = _FORMATS[mapping.use], mapping.targets[0], budgets.baseline(mapping)
    after, before = _find(messages, format_, target), _find(messages, format_, today)
    more = (format_, today)
    if after is None:
        reason = Reason.of(ReasonCode.NOT_MEASURED, algorithm=target, operation="sign")
        return budgets.row(system, BUDGET, target, reason, more=more)
    reason = Reason.of(
        ReasonCode.MESSAGE_GROWTH,
        format=format_,
        content=after.content_bytes,
        added=after.added_bytes,
        before=before.added_bytes if before is not None else None,
        algorithm=target,
    )
    value = float(after.message_bytes)
    verdict = budgets.judge(value, system.budgets[BUDGET])
    return budgets.row(system, BUDGET, target, reason, value=value, unit="bytes", verdict=verdict, more=more)


def _find(messages: Sequence[MessageCost], format_: str, algorithm: str) -> MessageCost | None:
    """Return the first sample by this algorithm: its bytes are the same with every library."""
    return next((m for m in messages if (m.format, m.algorithm) == (format_, algorithm)), None)
