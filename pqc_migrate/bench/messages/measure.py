"""The part ``messages`` of a run: each case of the catalog is checked, then timed in rounds with the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pqc_migrate.bench import rounds, verdict
from pqc_migrate.bench.messages.prepare import Prepared, prepare
from pqc_migrate.bench.plan import Part, Plan, Progress
from pqc_migrate.bench.scheme import Call
from pqc_migrate.bench.summary import summarize
from pqc_migrate.bench.timing import Batch
from pqc_migrate.catalog import messages as catalog
from pqc_migrate.catalog.messages import Case
from pqc_migrate.errors import BenchmarkError
from pqc_migrate.model.bench import BenchmarkRun, Check, Library, Operation, Skipped
from pqc_migrate.model.messages import MessageCost, Timing

_MOST_SECONDS = 0.12
"""Time for each of signing and verifying: enough for a hundred calls of the slowest."""
_PREPARATION_SECONDS = 1.0
"""Keys of RSA, and the checks by another program."""


_Sides = tuple[Sequence[Batch], Sequence[Batch]]
"""Batches of signing and of verifying."""


def _expected_seconds(plan: Plan) -> float:
    return _PREPARATION_SECONDS + 2 * len(catalog.cases()) * _seconds(plan)


def _seconds(plan: Plan) -> float:
    return min(plan.seconds, _MOST_SECONDS)


def _measure(plan: Plan, run: BenchmarkRun, progress: Progress) -> BenchmarkRun:
    total = _expected_seconds(plan)
    ready: list[Prepared] = []
    checks: list[Check] = []
    skipped: list[Skipped] = []
    for case in catalog.cases():
        progress(_PREPARATION_SECONDS * len(ready) / len(catalog.cases()), total, f"checking {case.label}")
        try:
            prepared = prepare(case, plan.available)
        except (BenchmarkError, ValueError) as error:
            skipped.append(_skipped(case, str(error)))
            continue
        checks += prepared.checks
        failed = [check for check in prepared.checks if not check.passed]
        if failed:
            skipped.append(_skipped(case, "; ".join(f"failed check {c.check}: {c.details}" for c in failed)))
            prepared.close()
        else:
            ready.append(prepared)
    costs, wrong = _timed(ready, plan, progress)
    summaries = [summarize(batches) for _, sides in costs for batches in sides]
    return replace(
        run,
        verdict=verdict.with_part(run.verdict, "messages", summaries),
        messages=(*run.messages, *(_cost(plan, prepared, *sides) for prepared, sides in costs)),
        checks=(*run.checks, *checks, *(check for check, _ in wrong)),
        skipped=(*run.skipped, *skipped, *(left_out for _, left_out in wrong)),
    )


def _timed(
    ready: Sequence[Prepared], plan: Plan, progress: Progress
) -> tuple[list[tuple[Prepared, _Sides]], list[tuple[Check, Skipped]]]:
    total = _expected_seconds(plan)
    calls = [call for prepared in ready for call in (prepared.sign, prepared.verify)]
    batches = rounds.timed(
        calls,
        _seconds(plan),
        lambda spent, place: progress(_PREPARATION_SECONDS + spent, total, ready[place // 2].case.label),
    )
    costs: list[tuple[Prepared, _Sides]] = []
    wrong = []
    for place, prepared in enumerate(ready):
        if all(_succeeds(call) for call in (prepared.sign, prepared.verify)):
            costs.append((prepared, (batches[2 * place], batches[2 * place + 1])))
        else:  # an operation that fails quickly must not look fast
            case, said = prepared.case, f"{prepared.case.label}: a timed call does not succeed"
            check = Check(case.mechanism.name, case.provider, "timed-calls", False, said)
            wrong.append((check, _skipped(case, "failed check timed-calls")))
        prepared.close()
    return costs, wrong


def _succeeds(call: Call) -> bool:
    return all(call.succeeded(call.function(*arguments)) for arguments in call.arguments[:4])


def _cost(plan: Plan, prepared: Prepared, sign: Sequence[Batch], verify: Sequence[Batch]) -> MessageCost:
    case = prepared.case
    library = _library(plan, case.provider)
    random = case.mechanism.random
    return MessageCost(
        format=case.format,
        algorithm=case.mechanism.name,
        identifier=case.identifier,
        provider=case.provider,
        document=case.document,
        content_bytes=len(prepared.content),
        signature_bytes=max(map(len, prepared.signatures)),
        message_bytes=max(prepared.lengths),
        certificate_bytes=prepared.certificate_bytes,
        sign=_timing(sign, Operation.SIGN in random),
        verify=_timing(verify, Operation.VERIFY in random),
        implementation=library.described,
        details=prepared.details,
    )


def _timing(batches: Sequence[Batch], random: bool) -> Timing:
    summary = summarize(batches)
    return Timing(
        median_ns=summary.median,
        min_ns=summary.least,
        mean_ns=summary.mean,
        q1_ns=summary.q1,
        q3_ns=summary.q3,
        p95_ns=summary.p95,
        p99_ns=summary.p99,
        median_interval_ns=summary.interval,
        representative_ns=summary.representative(random),
        representative="mean" if random else "median",
        samples=summary.samples,
        disturbed=summary.disturbed,
        batch_calls=summary.batch_calls,
        round_spread=summary.round_spread,
        clock=summary.clock,
        verdict=verdict.of_measurement(summary, random),
    )


def _skipped(case: Case, reason: str) -> Skipped:
    return Skipped(case.mechanism.name, case.provider, "", f"message {case.label}: {reason}")


def _library(plan: Plan, provider: str) -> Library:
    found = plan.available.get(provider)
    assert found is not None
    return found.library


PART = Part(
    "messages",
    "signed JWT, CMS and payment messages: bytes, and time to sign and verify",
    _expected_seconds,
    _measure,
)
